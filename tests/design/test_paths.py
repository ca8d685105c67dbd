"""Critical paths: exact where they have a closed form, else between bounds that hold and grow alike."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest

from decomposer.design import tails
from decomposer.design.chances import until_lead
from decomposer.design.context import Context
from decomposer.design.evaluate import span, span_bounds
from decomposer.design.finds import Items
from decomposer.design.leaves import leaves
from decomposer.design.lift import hand_design
from decomposer.design.nodes import Call, Design, Each, Escalate, ForEach, If, Repeat, Retry, Until, Vote, seq
from decomposer.design.paths import Paths
from decomposer.design.timing import busy
from decomposer.expr import ONE, Expr, num, parse, rounds, sym
from decomposer.expr.functions import expected_rounds
from decomposer.problem.load import load
from decomposer.problem.model import Problem
from decomposer.problems import names
from decomposer.process.reals import real
from decomposer.verbs.growths import growth_of
from decomposer.verbs.measure import numbered, regime_of
from decomposer.verbs.simulation import simulate
from decomposer.verbs.simulation_plans import settled
from tests.process.chosen import numbers

HALF, THIRD = Fraction(1, 2), Fraction(1, 3)


# -- tails ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("lanes", "chance"), [(1, HALF), (5, THIRD), (40, Fraction(9, 10)), (7, Fraction(1))])
def test_tails_of_attempts_add_up_to_their_expected_maximum(lanes: int, chance: Fraction) -> None:
    low, high = within(tails.Lanes(lanes, Fraction(3), Fraction(2), tails.Attempts(((Fraction(1), chance),))))
    exact = 3 + 2 * (expected_rounds(lanes, chance) - 1)
    assert low <= exact <= high and high - low < Fraction(1, 1 << 50)


def test_tails_of_cases_add_up_to_what_inclusion_and_exclusion_say() -> None:
    share, easy, hard, lanes = Fraction(1, 5), Fraction(9, 10), Fraction(3, 10), 6
    law = tails.Attempts(((1 - share, easy), (share, hard)))
    low, high = within(tails.Lanes(lanes, Fraction(1), Fraction(1), law))
    exact = Fraction(0)
    for some in range(1, lanes + 1):
        for weak in range(some + 1):
            weight = comb(lanes, some) * comb(some, weak) * share**weak * (1 - share) ** (some - weak)
            exact += (-1) ** (some + 1) * weight / (1 - (1 - hard) ** weak * (1 - easy) ** (some - weak))
    assert low <= exact <= high and high - low < Fraction(1, 1 << 50)


@pytest.mark.parametrize(("right", "rival"), [(Fraction(2, 3), THIRD), (HALF, HALF), (HALF, Fraction(1, 10))])
def test_tails_of_a_race_add_up_to_its_expected_length(right: Fraction, rival: Fraction) -> None:
    law = tails.Race(((Fraction(1), right, rival),), 3)
    low, high = within(tails.Lanes(1, Fraction(1), Fraction(1), law))
    assert low <= until_lead(right, 3, rival) <= high and high - low < Fraction(1, 1 << 40)


def within(lanes: tails.Lanes) -> tuple[Fraction, Fraction]:
    found = tails.slowest([lanes])
    assert found is not None
    return found


def test_items_somewhere_among_lanes() -> None:
    """Three items in ten places of two: by counting all ways to place them."""
    items = Items(num(3), num(2), num(10), num(2))
    ways = Fraction(comb(20 - 12, 3), comb(20, 3))
    assert items.some(num(3)).low == items.some(num(3)).high == num(1 - ways)
    assert items.some(num(5)).low == ONE
    assert real(items.largest(num(5)).low) <= 1.5 <= real(items.largest(num(5)).high) <= 3


# -- designs --------------------------------------------------------------------------------------------


def blocks(cost: str = "linear", flaws: bool = False) -> Problem:
    """Blocks that are rewritten and reviewed, where both may fail; or that have flaws here and there."""
    text = {"parts": {"block": "k"}, "each": "l"}
    may = {"succeeds": {"probability": "1/2", "per": "part"}, "check": {"scope": "part"}, "local": "block"}
    return load(
        {
            "problem": "blocks",
            "parameters": ["k", "l", "b"],
            "assume": ["b <= k"],
            "texts": {"program": text, "draft": text, "review": text, "flaw": 1},
            "capabilities": {"change": 1},
            "cost": cost,
            "target": "1/1000",
            "tasks": {
                "write": {"reads": "program", "writes": "draft", "requires": "change", **may},
                "judge": {"reads": "draft", "writes": "review", "requires": "change", **may},
                **(FLAWS if flaws else {}),
            },
        }
    )


FLAWS = {
    "look": {
        "reads": "program",
        "writes": "flaw",
        "requires": "change",
        "local": "block",
        "finds": {"count": "b", "per_call": 1, "per_part": 2},
    },
    "mend": {
        "for_each": "look",
        "reads": ["program", "flaw"],
        "edits": "program",
        "requires": "change",
        "local": "block",
    },
}


WRITE, JUDGE, LOOK, MEND = (Call((name,)) for name in ("write", "judge", "look", "mend"))
TRY, AGAIN = Retry(("write",), WRITE), Retry(("judge",), JUDGE)
SCAN = (Until("look", LOOK), ForEach("look", MEND))
LANES: dict[str, Design] = {
    "two retries": seq(TRY, AGAIN),
    "a retry within a retry": Retry(("judge",), seq(TRY, JUDGE)),
    "several retries in a row": Repeat(num(6), TRY),
    "a race": Vote(WRITE, lead=num(3)),
    "a race, then a retry": seq(Vote(WRITE, lead=num(2)), AGAIN),
    "a race of retries": Vote(seq(TRY, JUDGE), lead=num(2)),
    "an escalation to a retry": Escalate(("write",), WRITE, seq(TRY, JUDGE)),
    "an escalation, then a retry": seq(Escalate(("write",), WRITE, seq(WRITE, WRITE)), AGAIN),
    "votes on retries": Vote(seq(TRY, JUDGE), num(3)),
}
FOUND: dict[str, Design] = {
    "items side by side": seq(*SCAN),
    "items side by side, and a retry": seq(*SCAN, AGAIN),
    "until nothing is found": Until("look", seq(LOOK, If("look", MEND))),
}


@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize("name", [*LANES, *FOUND])
def test_bounds_hold(name: str, size: int) -> None:
    """Of lanes in which several things depend on chance; with groups of three the last one is smaller."""
    design = Each("block", {**LANES, **FOUND}[name], num(size))
    at = {"k": 8, "l": 3, "b": 5}
    for problem in (blocks(cost, flaws=name in FOUND) for cost in ("linear", "paper")):
        path = span_bounds(numbered(problem, at), design)
        low, high = real(path.low), real(path.high)
        line = simulate(problem, design, at=at, runs=1000, level=0.99999).points[0].line("critical path")
        assert low <= high
        assert line.counted.low <= high * (1 + 1e-9) and low <= line.counted.high * (1 + 1e-9), (line, low, high)
        assert high < 4 * low


@pytest.mark.parametrize("name", [name for name in LANES if name != "several retries in a row"])
def test_bounds_grow_alike(name: str) -> None:
    """The slowest of k lanes takes a time of log(k)."""
    problem = blocks()
    path, regime = span_bounds(problem, Each("block", LANES[name])), regime_of(problem)
    assert growth_of(path.low, regime) == growth_of(path.high, regime) == growth_of(parse("l*log(k)"), regime)


def test_many_in_a_row_take_the_longer_of_their_number_and_of_the_logarithm() -> None:
    problem = blocks()
    path, regime = span_bounds(problem, Each("block", Repeat(sym("b"), TRY))), regime_of(problem)
    both = growth_of(parse("l*b + l*log(k)"), regime)
    assert growth_of(path.low, regime) == growth_of(path.high, regime) == both


def test_a_retry_of_parts_in_parallel_is_exact() -> None:
    once: Expr = num(2) * sym("l")
    assert span(blocks(), Each("block", TRY)) == once * rounds(sym("k"), num(HALF))
    assert span(blocks(), Each("block", seq(JUDGE, TRY))) == once + once * rounds(sym("k"), num(HALF))


def test_steps_of_the_same_finder_are_taken_in_the_same_lane() -> None:
    """Some part has an item, and there all that follows is done."""
    problem = load("debugging")
    at = {"k": 9, "l": 3, "b": 4, "m_q": 2, "m_d": 3}
    fix = Call(("fix",))
    design = Each("function", seq(Call(("find",)), If("find", fix), If("find", fix)))
    path = span_bounds(numbered(problem, at), design)
    assert path.low == path.high == num(6 + 2 * 45)


@pytest.mark.parametrize("name", names())
def test_what_is_done_in_turn_takes_as_long_as_all_calls(name: str) -> None:
    """Designs in which nothing is side by side: two folds say the same."""
    problem = load(name)
    at = numbers(problem, 9, seed=9)
    target = numbered(problem, at)
    for design in (settled(hand_design(problem, one), at) for one in problem.designs):
        beside = _beside(target, design)
        path, all_of_it = real(span(target, design)), real(busy(target, design))
        assert path == pytest.approx(all_of_it) if not beside else path <= all_of_it * (1 + 1e-9)


def _beside(problem: Problem, design: Design) -> list[Design]:
    cut = Paths(problem).side_by_side
    return [leaf.node for leaf in leaves(problem, design, Context(), cut=cut) if not isinstance(leaf.node, Call)]
