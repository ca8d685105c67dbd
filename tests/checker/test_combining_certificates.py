"""Certificates of windows, digests, cuts, and results that combine: true ones, and false claims that are refused."""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from typing import Any

import pytest

from decomposer.checker.check import Check
from decomposer.checker.check import check as replay
from decomposer.checker.designs import Design
from decomposer.checker.growth import Growth
from decomposer.formulas.algebra import EMPTY, Malformed, Poly, Refused, mul, parse, show
from decomposer.formulas.factors import rounded
from decomposer.problem.load import load
from decomposer.problem.long_form import long_form
from decomposer.restated.rules import Rules
from decomposer.restated.space import Goal, Way
from decomposer.restated.spans import Spans
from decomposer.search.unfold import unfold
from decomposer.verbs.certify import CertificateError, Writer, certify
from decomposer.verbs.measure import regime_of
from decomposer.verbs.multipliers import NoMultipliers, contradiction
from decomposer.verbs.restating import restated
from tests.checker import wider
from tests.checker.test_attacks import PARAMETERS, growth, proves
from tests.checker.test_restated import fit

WINDOWS = ("chunking-window", "sorting-lists", "summary-window")
NAMES = (*WINDOWS, "chunking", "policy", "retrieval", "sorting-documents", "split-by-model")


# -- windows ----------------------------------------------------------------------------------------------


def designs(node: Any) -> Iterator[dict[str, Any]]:
    """The ways taken in an answer."""
    if isinstance(node, dict):
        if "needs" in node:
            yield node
        for one in node.values():
            yield from designs(one)
    elif isinstance(node, list):
        for one in node:
            yield from designs(one)


@pytest.mark.parametrize("name", WINDOWS)
def test_calls_must_fit(name: str) -> None:
    """No design without a proof that its calls fit, nor with another proof."""
    spelled, certificate = long_form(load(name)), certify(load(name))
    proofs = [place for place, node in enumerate(designs(certificate["answer"])) if node["fits"]]
    assert proofs
    for place in proofs[:2]:
        wrongs: list[list[Any]] = [[], [{}], [{"1": {"of": {"W": "1"}, "by": {}}}]]
        for wrong in wrongs:
            changed = copy.deepcopy(certificate)
            list(designs(changed["answer"]))[place]["fits"] = wrong
            with pytest.raises(Refused):
                replay(spelled, changed)


@pytest.mark.parametrize("name", WINDOWS)
def test_what_fits_is_not_beyond(name: str) -> None:
    """A way is left out only where it contradicts the assumptions that its calls fit: whatever rows are named."""
    problem = load(name)
    certificate, check = certify(problem), Check(long_form(problem), {})
    reasons = [way["beyond"] for goal in certificate["goals"].values() for way in goal["ways"] if "beyond" in way]
    reasons += [{}, {"W >= 1": "1"}, {"r >= 1": "1", "W >= 1": "-1"}, {"W >= W**2": "1", "W >= 1": "1"}]
    tried = 0
    for goal, ways in check.ways.items():
        for way, *_ in ways:
            if fit(problem, way):
                known = check.inside(goal, way)
                with pytest.raises(NoMultipliers):
                    contradiction(known)
                for by in reasons:
                    tried += 1
                    with pytest.raises((Refused, Malformed)):
                        known.contradicted(by)
    assert tried


def test_a_contradiction_needs_something_endless() -> None:
    def known(*assume: str) -> Growth:
        given = {"parameters": PARAMETERS, "assume": assume}
        return Growth(given, (), {}, ((parse("n"), parse("k")),))

    by = {"n >= k": "1", "k >= n": "1"}
    known("k << n").contradicted(by)
    known("n >> k").contradicted(by)
    for assume in ("k <= n", "k == n", "k < n"):
        with pytest.raises(Refused):
            known(assume).contradicted(by)
    with pytest.raises(Refused):
        known("k << n").contradicted({"n >= k": "1"})
    with pytest.raises(Refused):
        Growth({"parameters": PARAMETERS, "assume": ["k << n"]}, (), {}).contradicted(by)


# -- logarithms of numbers of groups -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("most", "low", "holds"),
    [
        ("min(k*n, k)", "log(n)", True),
        ("k", "log(n)", True),
        ("k*n", "log(n)", False),
        ("min(k*n, k*n)", "log(n)", False),
        ("k", "log(k)", False),
        ("k", "log(c)", False),
        ("", "log(n)", False),
    ],
)
def test_logarithms_of_groups_within_a_window(most: str, low: str, holds: bool) -> None:
    """Of k n parts in groups of k at most there are n groups at least, up to a constant factor."""
    known = growth(g=("2", most))
    high = "log(g**(-1)*k*n)"
    assert proves(known, low, high, {f"{high} >= {low}": "1"}) == holds


@pytest.mark.parametrize(
    ("takes", "harmless"),
    [
        ("k*log(k*g**(-1)) + k", True),
        ("k*log(k*g**(-1))", False),
        ("k*log(k*g**(-1)) - k", False),
        ("k*log(k*g**(-1)) + n", False),
        ("k*log(k*g**(-1))**2 + k", False),
        ("k*log(k*g**(-1))**(-1) + k", False),
        ("k*log(k - g) + k", False),
        ("k*log(k*g**(-1))*log(g) + k*log(g) + k*log(k*g**(-1))", False),
        ("k*log(k*g**(-1))*log(g) + k*log(g) + k*log(k*g**(-1)) + k", True),
        ("2**g", False),
        ("2**g + 1", False),
        ("k*g**2 + k*g**(-1) + (g + k)**(1/2)", True),
        ("log(k)", True),
    ],
)
def test_rounding(takes: str, harmless: bool) -> None:
    assert rounded(parse(takes), "g") == harmless


def test_a_whole_number_must_be_within_bounds_that_are_numbers() -> None:
    """A call takes eight steps at most."""
    check = Check(long_form(load("k-task")), {})
    known = growth()
    design = check_design(parse("(1/2)**(-m)"))
    below = [{"9": {"of": {"n": "1"}, "by": {"n >= 1": "1"}}}, {"9": {"of": {"1": "1"}, "by": {}}}]
    for value, refused in (("8", False), ("9", True), ("1", True), ("3/2", True)):
        proofs = [{"1": {"of": one["9"]["of"], "by": one["9"]["by"]}} for one in below]
        given = {"is": value, "above": {"1": {"of": {"1": "1"}, "by": {}}}, "below": proofs}
        try:
            found = check.settled(design, ("m", "2", "min(n, 8)"), given, known)
        except Refused:
            assert refused
        else:
            assert not refused
            assert found.takes == {"work": parse("2**8")}


def check_design(takes: Poly) -> Design:
    """A design that takes so much."""
    return Design({"work": takes}, {"work": takes}, frozenset(), frozenset())


# -- bounds of what combining takes -----------------------------------------------------------------------


def at(formula: Poly, numbers: dict[str, float]) -> float:
    """A formula at numbers."""
    functions = {"max": max, "ceil": math.ceil, "log": math.log}
    return float(eval(show(formula), {**functions, **numbers}))


def merging(seed: int, kind: type[Rules]) -> Iterator[Way]:
    """Ways that combine results, of a random problem."""
    try:
        rules = kind(long_form(wider.problem_of(seed)))
        waiting, seen = [rules.root()], set()
        while waiting:
            goal = waiting.pop()
            if goal not in seen:
                seen.add(goal)
                ways = list(rules.ways(goal))
                waiting += [need.goal for way in ways for need in way.needs]
                yield from (way for way in ways if way.bounds is not None)
    except Refused:
        return


@pytest.mark.parametrize("kind", [Rules, Spans])
def test_bounds_hold_for_two_results_and_more(kind: type[Rules]) -> None:
    """What combining takes lies between its bounds, up to constant factors: whatever the sizes, of full trees."""
    tried = 0
    for way in (way for seed in range(25) for way in merging(seed, kind)):
        assert way.bounds is not None
        names = {name for one in (way.own, *way.bounds) for name in re.findall(r"[^\W\d]\w*(?!\w*\()", show(one))}
        fan_in = re.search(r"(\d+) at a time", way.label)
        for levels, scale in product((1, 2, 6), (1, 50)) if "k" in names else ():
            numbers: dict[str, float] = {name: 2.0 + scale * (3 + place) for place, name in enumerate(sorted(names))}
            size = numbers.get(way.free[0], 2.0) if way.free else 1.0
            numbers |= {"q": 0.5, "k": size * int(fan_in[1] if fan_in else 2) ** levels}
            exact, low, high = (at(one, numbers) for one in (way.own, *way.bounds))
            assert low <= 60 * exact, (way.label, numbers)
            assert exact <= 60 * high, (way.label, numbers)
            tried += 1
    assert tried > 50


@pytest.mark.parametrize("kind", [Rules, Spans])
def test_fewer_results_than_may_be_combined_take_no_less_than_is_said(kind: type[Rules]) -> None:
    """A fan-in that is a formula may exceed the number of results: then one merger of them all is what is done."""
    tried = 0
    for seed in range(60):
        try:
            rules = kind(long_form(wider.problem_of(seed)))
            tasks = [task for task in rules.tasks.values() if task["combines"] and task["combines"]["by"]]
            mergers = [
                (m, rules)
                for task in tasks
                for m, _, _ in rules.mergers(Goal((task["name"],)), task, rules.partition(task))
            ]
        except Refused:
            continue
        for merger, _ in mergers:
            low, _ = rules.bounds(merger, merger.parts, parse("1"), parse("f"))
            one = rules.merging(merger, merger.parts, merger.parts)
            names = {name for poly in (low or {}, one) for name in re.findall(r"[^\W\d]\w*(?!\w*\()", show(poly))}
            for parts, fan_in, scale in (
                product((2, 5, 300), (2, 700, 10**6), (1, 40)) if low and merger.parts == parse("k") else ()
            ):
                numbers: dict[str, float] = {
                    name: 2.0 + scale * (3 + place) for place, name in enumerate(sorted(names))
                }
                numbers |= {"k": parts, "f": fan_in, "q": 0.5}
                if low is not None and parts <= fan_in:
                    tried += 1
                    assert at(low, numbers) <= 60 * at(one, numbers)
    assert tried > 20


# -- the whole -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_nothing_dearer_can_be_proved(name: str) -> None:
    """A growth that a design of the goal does not take is no value of it, with whatever proofs the writer finds."""
    problem = load(name)
    writer = Writer(problem, unfold(problem), regime_of(problem))
    for goal in writer.space.graph.arcs:
        known, ways = restated(goal), writer.check.ways[restated(goal)]
        true = writer.values[known]
        for parameter in ("W", "h", "D", "k", "u") if true else ():
            if parameter in problem.parameters:
                times = {frozenset([(parameter, Fraction(1))]): Fraction(1)}
                dearer = [
                    one._replace(takes={key: mul(takes, times) for key, takes in one.takes.items()}) for one in true
                ]
                writer.values[known] = writer.check.values[known] = dearer
                with pytest.raises(CertificateError):
                    [writer.way(known, one) for one in ways]
        writer.values[known] = writer.check.values[known] = true
        assert all(writer.way(known, one) for one in ways)


@pytest.mark.parametrize("seed", [0, 3, 5, 6, 8, 10, 16, 17, 22, 78])
def test_random(seed: int) -> None:
    """Certified, or refused for a reason that is said; and then a dearer growth is not proved."""
    problem = wider.problem_of(seed)
    try:
        certificate = certify(problem)
    except CertificateError as error:
        assert re.search("cover|proved|feasible|proof|nothing|speaks|open|whole|value", str(error))
        return
    spelled = long_form(problem)
    replay(spelled, certificate)
    leaf = certificate["answer"]
    while "if" in leaf:
        leaf = leaf["yes"]
    theta = parse(leaf["theta"])
    for more in ("n", "k"):
        dearer = show({frozenset([*mono, (f"{more}", Fraction(9))]): c for mono, c in theta.items() if mono != EMPTY})
        changed = copy.deepcopy(certificate)
        node = changed["answer"]
        while "if" in node:
            node = node["yes"]
        node["theta"] = dearer
        with pytest.raises((Refused, Malformed)):
            replay(spelled, changed)
