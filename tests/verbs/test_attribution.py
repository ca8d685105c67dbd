"""Attribution: legal paths of single changes, whose contributions multiply to the whole, and which the theory knows."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from functools import cache, reduce
from itertools import islice, pairwise
from random import Random

import pytest

from decomposer.cli.main import main
from decomposer.design.contract import check_design
from decomposer.design.edit_base import Target
from decomposer.design.edits import edits
from decomposer.design.lift import hand_design
from decomposer.design.nodes import Design, substitute
from decomposer.errors import DesignError
from decomposer.expr import ONE, Expr, enclose, parse, sym
from decomposer.growth import Ratio, Regime, is_big_o, relation
from decomposer.problem.dump import dumps
from decomposer.problem.load import load, loads
from decomposer.problem.model import Problem
from decomposer.problems import names
from decomposer.search.enumerate import designs
from decomposer.search.unfold import unfold
from decomposer.verbs.attribution import attribute
from decomposer.verbs.attribution_results import Attribution, Worth
from decomposer.verbs.compare import compare
from decomposer.verbs.effort import as_assumption
from decomposer.verbs.measure import minimised, regime_of
from decomposer.verbs.optimize import optimize
from decomposer.verbs.results import Result

PAPER = [name for name in names() if name.startswith(("debugging", "evolution", "k-task"))]
PAIRS = [(name, hand) for name in names() for hand in load(name).designs]


@cache
def optimum(name: str) -> Result:
    """The optimum of a shipped problem, found once for all that is asked of it."""
    return optimize(load(name))


def from_to(problem: Problem, start: Design, end: Design) -> Attribution:
    found = attribute(problem, start, end)
    assert found is not None
    return found


def to_optimum(name: str, hand: str) -> Attribution:
    problem = load(name)
    return from_to(problem, hand_design(problem, hand), optimum(name).design)


def growth(worth: Worth) -> str:
    """A ratio that is one monomial."""
    assert worth.between is not None and worth.between[0] == worth.between[1]
    return str(worth.between[0])


def by_task(found: Attribution) -> list[tuple[str, dict[str, str]]]:
    """The contributions as kinds of change, with the monomial for each task."""
    return [
        (" and ".join(each.kinds), {"+".join(tasks): growth(worth) for tasks, worth in each.worth.by_tasks})
        for each in found.contributions
    ]


def value(problem: Problem, cost: Expr) -> Fraction:
    """A cost at numbers; of what is irrational there, the lower bound."""
    kinds = {name: parameter.kind for name, parameter in problem.parameters.items()}
    at = {name: 4 + ord(name[-1]) % 7 if kinds[name] != "constant" else Fraction(1, 2) for name in cost.symbols}
    return enclose(cost, at)[0]


def assert_ratio(ratio: Ratio, one: Expr, other: Expr, regime: Regime) -> None:
    """One cost is the ratio times the other; case by case where the ratio has too many cases for one formula.

    The cases of a ratio cover the regime, so that nothing is left unchecked; each needs only its own monomial.
    """
    answer = relation(ratio.expr * other, one, regime=regime)
    if answer.kind != "unknown":
        assert answer.kind == "Theta"
        return
    assert "parts" in answer.reason and len(ratio.cases) > 1
    for case in ratio.cases:
        inside = regime.extended([as_assumption(condition) for condition in case.conditions])
        assert relation(case.growth * other, one, regime=inside).kind == "Theta"


def assert_holds(found: Attribution) -> None:
    """Every step is legal and priced right; quotients multiply exactly, growths up to a constant factor."""
    problem, regime = found.problem, regime_of(found.problem)
    costs = [minimised(problem, found.start)]
    for each in found.contributions:
        check_design(problem, each.design)
        assert each.before == costs[-1]
        costs.append(minimised(problem, each.design))
        assert each.after == costs[-1]
        assert_ratio(each.worth.total.ratio, each.before, each.after, regime)
    assert costs[-1] == minimised(problem, found.end)
    assert (found.contributions[-1].design if found.contributions else found.start) == found.end
    quotient = Fraction(1)
    for each in found.contributions:
        quotient *= value(problem, each.before) / value(problem, each.after)
    assert quotient == value(problem, costs[0]) / value(problem, costs[-1])
    for place, (_, whole) in enumerate(found.worth.by_tasks):
        parts = [each.worth.by_tasks[place][1].ratio.expr for each in found.contributions]
        if all(part.is_monomial for part in parts) and whole.ratio.expr.is_monomial:
            product = reduce(Expr.__mul__, parts, ONE)
            assert relation(product, whole.ratio.expr, regime=regime).kind == "Theta"


# -- what the theory says -----------------------------------------------------------------------------------


def test_debugging() -> None:
    """Meyerson & Qiu 2025, Table 1: b² for the tester, b k² for the developer, and where they come from."""
    found = to_optimum("debugging", "naive")
    assert by_task(found) == [
        ("history", {"find": "b", "fix": "b"}),
        ("write", {"find": "1", "fix": "k"}),
        ("reading", {"find": "1", "fix": "k"}),
        ("around", {"find": "1", "fix": "1"}),
        ("around", {"find": "b", "fix": "1"}),
    ]
    assert {"+".join(tasks): growth(worth) for tasks, worth in found.worth.by_tasks} == {
        "find": "b**2",
        "fix": "b*k**2",
    }
    assert growth(found.contributions[0].worth.total) == "b"
    assert not any(each.dearer or each.compound for each in found.contributions)
    assert found.exhaustive


def test_totals_that_depend_on_the_regime_are_bounded() -> None:
    found = to_optimum("debugging", "naive")
    bounds = [each.worth.total.between for each in found.contributions]
    assert bounds[1:3] == [(ONE, sym("k")), (ONE, sym("k"))]
    assert bounds[-1] == (ONE, sym("b"))
    assert found.worth.total.between == (parse("b^2"), parse("b*k^2"))


def test_patches_and_fixes_that_read_all() -> None:
    patches = dict(by_task(to_optimum("debugging-patches", "naive")))
    assert patches["write"] == {"find": "1", "fix": "k*l"}
    assert [kind for kind, _ in by_task(to_optimum("debugging-global-fix", "naive"))] == [
        "history",
        "write",
        "around",
        "around",
    ]


def test_a_change_that_matters_only_with_others() -> None:
    """Fixing only where something was found saves nothing in rounds that always find; function by function, k/b."""
    (guard,) = [c for c in to_optimum("debugging", "naive").contributions if "runs only where" in c.words]
    assert guard.alone is not None and guard.undone is not None
    assert growth(guard.alone.total) == "1"
    assert {tasks[0]: growth(worth) for tasks, worth in guard.undone.by_tasks} == {"find": "1", "fix": "k/b"}


def test_evolution() -> None:
    """Section 3.3: Θ(2^k k), of which k is what one call costs and 2^k what retrying all together costs."""
    found = to_optimum("evolution", "mutate-all")
    assert by_task(found) == [("around", {"mutate": "k"}), ("nesting", {"mutate": "2**k"})]
    assert [growth(each.worth.total) for each in to_optimum("evolution", "keep-good-blocks").contributions] == [
        "k",
        "log(k)",
        "1",
    ]


def test_k_task() -> None:
    (only,) = to_optimum("k-task", "generalist").contributions
    assert only.kinds == ("delegate",) and growth(only.worth.total) == "k"
    tree = to_optimum("k-task-tree", "delegator")
    assert by_task(tree) == [("delegate", {"identify": "k/log(k)", "solve": "1"})]


# -- laws ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "hand"), PAIRS)
def test_products_and_legality(name: str, hand: str) -> None:
    problem = load(name)
    best = optimum(name).design
    start = hand_design(problem, hand)
    for found in (from_to(problem, start, best), from_to(problem, best, start)):
        assert_holds(found)
        if name in PAPER:
            assert found.exhaustive and not any("instead" in each.kinds for each in found.contributions)
    hands = list(problem.designs)
    # Between hand designs of larger problems one way, to keep this quick; both ways to and from the optimum.
    for other in hands if name in PAPER else hands[hands.index(hand) + 1 :]:
        assert_holds(from_to(problem, start, hand_design(problem, other)))


@pytest.mark.parametrize(("name", "hand"), [pair for pair in PAIRS if pair[0] in PAPER])
def test_nothing_gets_dearer_on_the_way_to_the_optimum(name: str, hand: str) -> None:
    """Where one design is best everywhere; else the way rises if its end is dearer somewhere."""
    problem = load(name)
    result = optimum(name)
    found = from_to(problem, hand_design(problem, hand), result.design)
    dearer = any(each.dearer for each in found.contributions)
    if len(result.options) == 1:
        assert not dearer
    elif is_big_o(minimised(problem, found.end), minimised(problem, found.start), regime_of(problem)) is False:
        assert dearer


def test_the_way_to_itself_has_no_steps() -> None:
    found = to_optimum("debugging", "focused")
    assert found.contributions == () and growth(found.worth.total) == "1"


def space(name: str, number: int, dice: Random) -> list[Design]:
    """Some designs of a space, with free parameters at their least values."""
    found = islice(designs(unfold(load(name))), 300)
    return dice.sample([substitute(design, {d.name: d.low for d in free}) for design, free in found], number)


@pytest.mark.parametrize("name", ["debugging", "debugging-global-fix", "evolution", "k-task-tree"])
def test_random_designs(name: str) -> None:
    dice = Random(7)
    chosen = space(name, 5, dice)
    for start, end in pairwise(chosen):
        assert_holds(from_to(load(name), start, end))


@pytest.mark.parametrize("name", ["debugging", "evolution", "k-task-tree"])
def test_every_edit_has_its_inverse(name: str) -> None:
    """From wherever a single legal change leads, the same change leads back."""
    problem, checked = load(name), 0
    start, end = space(name, 2, Random(3))
    there, back = Target(problem, end, start), Target(problem, start, end)
    for edit in edits(there, start):
        try:
            check_design(problem, edit.design)
        except DesignError:
            continue
        if edit.kind not in ("instead", "step"):
            checked += 1
            assert any(other.design == start for other in edits(back, edit.design)), edit.does
    assert checked


def test_a_bound_on_the_search_is_owned_up_to() -> None:
    problem = load("debugging")
    found = attribute(problem, hand_design(problem, "naive"), optimize(problem).design, max_nodes=1)
    assert found is not None and not found.exhaustive
    (only,) = found.contributions
    assert only.compound and "only work together" in only.words
    assert_holds(found)


def test_free_parameters_that_depend_on_the_regime_are_left_alone() -> None:
    problem = load("k-task-tree")
    open_design = next(design for design, free in designs(unfold(problem)) if free)
    assert attribute(problem, hand_design(problem, "generalist"), open_design) is None


def renamed(problem: Problem) -> tuple[Problem, dict[str, str]]:
    """Other names for parameters, texts, parts, capabilities and tasks, in the opposite alphabetical order."""
    parts = {text.part for text in problem.texts.values() if text.part}
    options = {capability.options for capability in problem.capabilities.values() if capability.options}
    words = sorted({*problem.parameters, *problem.texts, *problem.capabilities, *problem.tasks, *parts, *options})
    mapping = {word: f"z{len(words) - place:02d}" for place, word in enumerate(words)}
    head, _, tail = dumps(problem).partition("parameters:")
    tail = re.sub(r"[A-Za-z_][A-Za-z_0-9]*", lambda match: mapping.get(match[0], match[0]), "parameters:" + tail)
    return loads(re.sub(r"about:.*", "", head, flags=re.DOTALL) + "\n" + tail), mapping


@pytest.mark.parametrize(
    ("name", "hand"), [("debugging", "naive"), ("evolution", "keep-good-blocks"), ("k-task-tree", "delegator")]
)
def test_names_do_not_matter(name: str, hand: str) -> None:
    problem = load(name)
    other, mapping = renamed(problem)
    one = to_optimum(name, hand)
    two = from_to(other, hand_design(other, hand), optimize(other).design)
    assert [each.kinds for each in one.contributions] == [each.kinds for each in two.contributions]
    names_back = {new: sym(old) for old, new in mapping.items()}
    for first, second in zip(one.contributions, two.contributions, strict=True):
        assert second.after.subs({k: v for k, v in names_back.items() if k in second.after.symbols}) == first.after


# -- as shown --------------------------------------------------------------------------------------------------


def test_compare_shows_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "debugging", "naive"]) == 0
    text = capsys.readouterr().out
    assert "find and fix forget what earlier rounds said" in text
    assert re.search(r"all of them +b² to b·k² +b² +b·k²", text)
    for kind in ("markdown", "html"):
        assert main(["compare", "debugging", "naive", "--format", kind]) == 0
        assert "fix writes only the function instead of all of code" in capsys.readouterr().out


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "debugging", "naive", "focused", "--format", "json"]) == 0
    reference, naive, focused = json.loads(capsys.readouterr().out)["designs"]
    assert reference["attribution"] is None and focused["attribution"] is None
    changes = naive["attribution"]["changes"]
    assert [change["kinds"] for change in changes][:3] == [["history"], ["write"], ["reading"]]
    assert changes[0]["ratio_holds_when"] and changes[0]["between"] == ["b", "b"]
    # The design after the last change is the reference, in the words of problem files.
    assert changes[-1]["design"] == reference["design"]


def test_against_a_hand_design() -> None:
    row = compare(load("debugging"), "focused", against="fresh-context").rows[0]
    assert row.attribution is not None and row.attribution.end == compare(load("debugging")).rows[1].design
    assert any(each.dearer for each in row.attribution.contributions)


def test_at_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    at = {"k": 100, "l": 50, "b": 10, "m_q": 3, "m_d": 7}
    settings = [word for name, number in at.items() for word in ("--set", f"{name}={number}")]
    assert main(["compare", "debugging", "naive", *settings]) == 0
    assert re.search(r"undone +at numbers", capsys.readouterr().out)
    found = compare(load("debugging"), "naive", at=at).rows[0]
    assert found.attribution is not None and found.attribution.times is not None and found.cost.value is not None
    product = reduce(Expr.__mul__, [each.times for each in found.attribution.contributions if each.times is not None])
    assert product == found.attribution.times
    assert found.attribution.to_dict()["changes"][0]["times"] == str(found.attribution.contributions[0].times)
