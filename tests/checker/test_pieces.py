"""Tasks that are done in pieces: restated as the program states them, and nothing too low is proved of them."""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Iterator
from fractions import Fraction
from importlib.resources import files
from itertools import product
from typing import Any

import pytest

from decomposer.checker.check import Check
from decomposer.checker.check import check as replay
from decomposer.errors import ProblemError
from decomposer.formulas.algebra import Malformed, Poly, Refused, mul, parse, show, single
from decomposer.formulas.factors import between
from decomposer.problem.build import build
from decomposer.problem.load import load, loads
from decomposer.problem.long_form import long_form
from decomposer.restated.recursion import Split, dealt_out, exponent
from decomposer.restated.rules import Rules
from decomposer.restated.space import Way
from decomposer.restated.spans import Spans
from decomposer.verbs.certify import CertificateError, certify
from decomposer.verbs.multipliers import NoMultipliers, bounded
from decomposer.verbs.optimize import optimize
from tests.checker import pieces
from tests.checker.test_attacks import growth, proves
from tests.checker.test_restated import same, same_spans, ways

KINDS = ("memory", "recursive")
SEEDS = (1, 2, 3, 6, 7, 10, 14, 17)
"""Those of small problems; 70 of each kind agree."""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", SEEDS)
def test_random(seed: int, kind: str) -> None:
    """The same goals, ways, and costs of every design, and the same critical paths."""
    try:
        same(pieces.problem_of(seed, kind))
    except Refused as error:
        assert re.search("cached|both a window", str(error))
    same_spans(pieces.problem_of(seed, kind))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", SEEDS)
def test_random_is_certified(seed: int, kind: str) -> None:
    problem = pieces.problem_of(seed, kind)
    try:
        certificate = certify(problem)
    except CertificateError as error:
        assert re.search("cover|proved|feasible|proof", str(error))
    else:
        assert replay(long_form(problem), certificate)


def value(poly: Poly, at: dict[str, Fraction]) -> float:
    """A formula at numbers."""
    functions = {"max": max, "ceil": math.ceil, "log": math.log}
    return float(eval(show(poly), {**functions, **{name: float(x) for name, x in at.items()}}))


def stated(kind: str, seeds: tuple[int, ...], spans: bool) -> list[tuple[dict[str, Any], Way]]:
    """Ways of random problems that have bounds beside what they take exactly."""
    found = []
    for seed in seeds:
        spelled = {**long_form(pieces.problem_of(seed, kind)), "law": {"kind": "linear", "exponent": "1"}}
        try:
            rules = (Spans if spans else Rules)(spelled)
            every = [way for one in ways(rules).values() for way in one if way.bounds]
        except Refused:
            continue
        found += [(spelled, way) for way in every if way.rule in ("serve", "recurse")]
    return found


@pytest.mark.parametrize("spans", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_bounds_of_sums(kind: str, spans: bool) -> None:
    """What is said up to a constant factor is so: of two groups or more, and two rounds of them or more."""
    tried = 0
    for spelled, way in stated(kind, SEEDS, spans):
        assert way.bounds is not None
        names = spelled["parameters"]
        for size, many, rest in product((2, 8, 64), (2, 4, 64), (1, 7, 50)):
            at = {name: Fraction(rest) for name in names} | {"q": Fraction(1, 2)}
            at |= {"k": Fraction(size * many), "l": Fraction(rest), "b": Fraction(2), "n": Fraction(many)}
            if way.free:
                top = 4 if re.match("4|min.4", way.free[2]) else size * many
                at[way.free[0]] = Fraction(top, many if top % many == 0 else 2)
            if any(value(length, at) > value(most, at) for length, most in way.fits):
                continue
            exact, low, high = (value(poly, at) for poly in (way.own, *way.bounds))
            assert low / 200 <= exact <= 200 * high, (way.label, at)
            tried += 1
    assert tried > 100


# -- false claims ------------------------------------------------------------------------------------------

SMALLER = {
    "desk-memory": ["m*N*a**2", "m*N*a*t", "m*a*c", "m*c**2"],
    "proof-search": ["m_s*s**2*k", "m_p*s**2*k", "m_p*s**2*k**(3/2)", "m_p*s**2*k**(log(5)/log(3))"],
    "report-outline": ["m_w*N*l*b", "(m_p*m_w)**(1/2)*l*b", "m_w*N*l**2"],
}
"""Growths that no design has."""


def leaves(node: Any) -> Iterator[dict[str, Any]]:
    """The leaves of an answer."""
    if "theta" in node:
        yield node
    else:
        yield from (leaf for side in ("yes", "no") for leaf in leaves(node[side]))


@pytest.mark.parametrize("name", SMALLER)
def test_no_smaller_growth_is_proved(name: str) -> None:
    """Neither of the answer, with whatever rows, nor of the goals that it rests on."""
    problem = load(name)
    certificate, spelled = certify(problem), long_form(problem)
    assert replay(spelled, certificate)
    known = Check(spelled, {})
    for less in (show(parse(one)) for one in SMALLER[name]):
        wrong = copy.deepcopy(certificate)
        for leaf in leaves(wrong["answer"]):
            above = known.growth(()).above(parse(leaf["cost"]))
            with pytest.raises(NoMultipliers):
                bounded(known.growth(()), above, list(parse(less)))
            leaf["theta"] = less
            leaf["below"] = [{less: next(iter(one.values()))} for one in leaf["below"]]
        with pytest.raises(Refused):
            replay(spelled, wrong)
        wrong = copy.deepcopy(certificate)
        root = next(iter(known.ways)).key()
        for value in wrong["goals"][root]["values"]:
            value["work"] = show(mul(parse(value["work"]), parse("2*s" if "s" in spelled["parameters"] else "2*N")))
        with pytest.raises(Refused):
            replay(spelled, wrong)


def test_each_way_counts() -> None:
    """What is proved where a way is missing does not hold where it is there: each is met, and proved by itself."""
    for name, rule in (("desk-memory", "serve"), ("proof-search", "recurse"), ("report-outline", "recurse")):
        spelled, certificate = long_form(load(name)), certify(load(name))
        found = [(goal, place) for goal, one in certificate["goals"].items() for place, way in enumerate(one["ways"])
                 if way["rule"] == rule]  # fmt: skip
        assert found
        for goal, place in found:
            wrong = copy.deepcopy(certificate)
            del wrong["goals"][goal]["ways"][place]
            with pytest.raises((Refused, Malformed)):
                replay(spelled, wrong)


# -- powers with irrational exponents ----------------------------------------------------------------------

POWER = "(n**(log(2)**(-1)*log(3)))"


@pytest.mark.parametrize(
    ("low", "high", "by"),
    [
        (POWER, "n**(51/32)", {f"n**(51/32) >= {POWER}": "1"}),
        (POWER, "n**2", {f"n**(51/32) >= {POWER}": "1", "n >= 1": "13/32"}),
        ("n**(101/64)", POWER, {f"{POWER} >= n**(101/64)": "1"}),
        ("n", POWER, {f"{POWER} >= n**(101/64)": "1", "n >= 1": "37/64"}),
        ("1", POWER, {f"{POWER} >= 1": "1"}),
    ],
)
def test_fractions_near_an_exponent(low: str, high: str, by: dict[str, str]) -> None:
    """As far as log(3)/log(2) = 1.585 lies between 101/64 and 102/64, and no further."""
    known = growth()
    known.positive(POWER)
    assert proves(known, low, high, by)
    assert not proves(known, high, low, by)
    for wrong in ("n**(101/64)", "n**(3/2)", "k"):
        assert not proves(known, POWER, wrong, {f"{wrong} >= {POWER}": "1"})
    assert not proves(known, "n**(8/5)", POWER, {f"{POWER} >= n**(8/5)": "1"})


@pytest.mark.parametrize("exponent", ["k", "log(n)", "log(n)*log(2)**(-1)", "log(3)", "log(q)*log(2)**(-1)", "w"])
def test_other_exponents_are_not_compared(exponent: str) -> None:
    assert between(single(parse(exponent))[0]) is None


def test_fractions_are_next_to_the_exponent() -> None:
    for a, b in product(range(2, 14), range(2, 14)):
        found = between(single(parse(f"log({a})*log({b})**(-1)"))[0])
        if a == b:
            assert found is None
        else:
            assert found is not None
            assert b ** int(64 * found[0]) <= a**64 < b ** int(64 * found[1])
            assert found[1] - found[0] == Fraction(1, 64)


def test_powers_of_free_parameters() -> None:
    """(n/g)**e is at least a power of n/g, since g is at most n; the other way round it is not."""
    free = POWER.replace("n", "g")
    known = growth(g=("2", "n"))
    for name in (POWER, free):
        assert known.positive(name)
    rows = [text for text in known.rows if POWER in text and free in text]
    assert len(rows) == 2
    for text in rows:
        high, low = text.split(" >= ")
        at = {"n": Fraction(1000), "g": Fraction(3)}
        assert value(parse(high), at) >= value(parse(low), at)
        assert proves(known, low, high, {text: "1"})
        assert not proves(known, high, low, {text: "1"})


def test_exponents_are_equal_formulas_where_they_are_equal() -> None:
    for high, low in (("9", "4"), ("27", "8")):
        assert exponent(parse(high), parse(low)) == exponent(parse("3"), parse("2"))
    assert exponent(parse("8"), parse("4")) == parse("3/2")
    assert exponent(parse("1"), parse("2")) == {}
    for high, low in (("1/2", "2"), ("3", "1"), ("n", "2"), ("2", "n")):
        with pytest.raises(Refused):
            exponent(parse(high), parse(low))


def test_parts_are_dealt_out_evenly() -> None:
    """Five parts in two halves that overlap by one more: 3 and 2 and 3, of which 3 are 2, 1, and 2."""
    split = Split({"name": "t"}, parse("5"), parse("1"), parse("3"), parse("2"))
    base, problems = dealt_out(split, False)
    # 5: 3, 2, 3; a 3: 2, 1, 2; a 2: 1, 1, 1.
    assert sorted(problems) == sorted([(1, (5, 3, 8)), (2, (3, 3, 5)), (1, (2, 3, 3)), (4, (2, 3, 3))])
    assert base == parse("17")
    assert dealt_out(split, True)[0] == parse("1")
    assert [at for _, at in dealt_out(split, True)[1]] == [(5, 3, 8), (3, 3, 5), (2, 3, 3)]


def test_a_free_size_keeps_to_its_numbers() -> None:
    """Base cases as large as can be, of which two can be done: no constant beyond that is taken."""
    problem = build(
        "two at most",
        parameters={"n": "parts", "s": "tokens", "h": "tokens of instructions"},
        assume=["s << h"],
        texts={"wish": "s", "work": {"parts": {"part": "n"}, "each": "s"}},
        capabilities={"do": 1, "cut": 1},
        tasks={
            "do": {
                "reads": "wish", "writes": "work", "requires": "do", "overhead": "h",
                "recursive": {"split": "cut", "brief": "wish", "base": 2},
            },
            "cut": {"reads": "wish", "requires": "cut"},
        },
    )  # fmt: skip
    answer = optimize(problem)
    assert [policy.value.as_fraction() for policy in answer.policies] == [2]
    spelled, certificate = long_form(problem), certify(problem)
    assert replay(spelled, certificate)
    wrong = copy.deepcopy(certificate)
    for node in nodes(wrong["answer"]):
        if node["value"] is not None:
            node["value"]["is"] = "3"
            with pytest.raises(Refused, match="3 may be more than"):
                replay(spelled, wrong)


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    """The ways taken in an answer."""
    if isinstance(node, dict):
        if "needs" in node:
            yield node
        for one in node.values():
            yield from nodes(one)
    elif isinstance(node, list):
        for one in node:
            yield from nodes(one)


@pytest.mark.parametrize(
    ("name", "sizes"),
    [
        ("desk-memory", [{"N": 16 * x**3, "t": x, "a": 2, "c": 2 * x, "m": 3, "m_c": 3} for x in (3, 7)]),
        ("proof-search", [{"k": x, "s": 4, "m_s": 3, "m_p": 5} for x in (4, 32)]),
        ("report-outline", [{"N": x**2, "l": x, "b": 2 * x, "m_p": x, "m_w": 1} for x in (4, 12)]),
    ],
)
def test_the_optimum_at_numbers_grows_as_is_proved(name: str, sizes: list[dict[str, int]]) -> None:
    problem = load(name)
    ((_, theta),) = replay(long_form(problem), certify(problem))
    ratios = []
    for at in sizes:
        cost = optimize(problem, at=at).cost.value
        assert cost is not None
        ratios.append(value(parse(str(cost)), {}) / value(parse(theta), {one: Fraction(x) for one, x in at.items()}))
    assert 3 / 4 < ratios[1] / ratios[0] < 4 / 3


@pytest.mark.parametrize("name", ["_y", "_j"])
def test_no_parameter_is_called_as_an_index_of_sums(name: str) -> None:
    """What is summed over calls, levels, or tokens would be mistaken for it."""
    text = files("decomposer.problems").joinpath("desk-memory.yaml").read_text(encoding="utf-8")
    with pytest.raises(ProblemError, match=f"`{name}` is not the name of a parameter"):
        loads(re.sub(r"\bc\b", name, text.partition("\ndesigns:")[0]))
    spelled = long_form(load("desk-memory"))
    spelled["parameters"] = {**spelled["parameters"], name: spelled["parameters"]["c"]}
    with pytest.raises(Refused, match=f"a parameter called {name}"):
        replay(spelled, certify(load("desk-memory")))
