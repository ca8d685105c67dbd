"""Chances of many units at once, of more digits than are worked with: bounded, and what is left out is said."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import pytest

from decomposer.design.context import Context
from decomposer.design.nodes import Call, Design, Retry, Vote
from decomposer.design.reliability import reliability, votes_for
from decomposer.design.vote_bounds import odds_between
from decomposer.design.votes import majority, power_between, race_runs
from decomposer.errors import InfeasibleError
from decomposer.expr import evaluate, num
from decomposer.problem.build import build
from decomposer.problem.model import Problem
from decomposer.search.unfold import unfold
from decomposer.verbs.optimize import optimize

RATE = "99999/100000"


def sealed(files: int, rate: object = RATE, size: str = "1", **facts: Any) -> Problem:
    """All files are looked through at once, each right with its own chance; they cannot be taken apart."""
    succeeds = {"probability": rate, "per": "part", "wrong": facts.pop("wrong", "agree")}
    return build(
        "sealed",
        parameters={} if size == "1" else {size: "price"},
        texts={"files": {"parts": {"file": files}, "each": 1}, "answer": 1},
        capabilities={"look": size},
        cost="linear",
        target=facts.pop("target", "19/20"),
        tasks={"look": {"reads": "files", "writes": "answer", "requires": "look", "succeeds": succeeds, **facts}},
    )


@pytest.mark.parametrize("seed", range(20))
def test_powers_lie_between_their_bounds(seed: int) -> None:
    dice = Random(seed)
    base, exponent = Fraction(dice.randint(0, 1000), 1000), dice.randint(0, 2000)
    low, high = power_between(base, exponent)
    assert low <= base**exponent <= high
    assert high - low <= high / 2**300


def test_next_to_nothing_is_bounded_by_little() -> None:
    low, high = power_between(Fraction(1, 3), 10**15)
    assert low == 0 and high == Fraction(1, 2**65536)


CHECKS: tuple[dict[str, Any] | None, ...] = (
    None,
    {"scope": "part", "accepts": "1/20", "rejects": "1/10"},
    {"scope": "whole", "accepts": "1/20", "rejects": "1/10"},
)


@pytest.mark.parametrize("wrong", ["agree", "scatter"])
@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("rate", ["9/10", "1/2", "97/100", "1/3"])
def test_bounds_hold_the_chances_of_votes_and_what_these_take(
    wrong: str, check: dict[str, Any] | None, rate: str
) -> None:
    """The odds where they can be written out, and the runs of every vote that reaches the target."""
    given: dict[str, Any] = {} if check is None else {"check": check}
    problem = sealed(5, rate, wrong=wrong, **given)
    body: Design = Call(("look",)) if check is None else Retry(("look",), Call(("look",)))
    found = odds_between(problem, body, Context(), "look")
    assert found is not None
    right, rival = (evaluate(one, {}) for one in votes_for(problem, body, Context(), ("look",)))
    assert found.right[0] <= right <= found.right[1]
    assert found.rival[0] <= rival <= found.rival[1]
    for target in (Fraction(1, 5), Fraction(3, 5), Fraction(19, 20)):
        fewest = found.fewest_runs(Fraction(1), target)
        for lead in range(2, 12):
            chance = evaluate(reliability(problem, Vote(body, lead=num(lead)), Context(), ("look",)), {})
            if chance >= target:
                assert not found.hopeless(target)
                assert found.least_lead(Fraction(1), target) <= lead
                assert fewest <= evaluate(race_runs(num(right), num(rival), num(lead)), {})
        for votes in range(3, 12, 2):
            if majority(right, votes) >= target:
                assert not found.hopeless(target)
                assert fewest <= votes


def offered(problem: Problem) -> list[Design]:
    """The votes that the rules offer."""
    graph = unfold(problem).graph
    return [arc.item.alternative.template for arcs in graph.arcs.values() for arc in arcs if arc.item.rule == "vote"]


def test_a_vote_is_offered_unless_its_bounds_exclude_it() -> None:
    """Of 20 000 files all are right 82 times in 100: two votes ahead are right 95 times. Of 100 000, 37 times."""
    (vote,) = offered(sealed(20000))
    assert isinstance(vote, Vote) and vote.lead == num(2)
    assert offered(sealed(100000)) == []
    assert offered(sealed(100000, wrong="scatter"))  # the rivals are many: none of them comes often


def test_what_is_left_out_is_not_called_impossible() -> None:
    """Two votes ahead would do; only its digits are too many."""
    with pytest.raises(InfeasibleError) as caught:
        optimize(sealed(20000))
    first = caught.value.diagnostics[0]
    assert first.message.startswith("no design was found that reaches the target")
    assert "131072 bits" in first.hint
    with pytest.raises(InfeasibleError, match="no design reaches the target"):
        optimize(sealed(100000))


def test_where_something_was_left_out_the_answer_is_bounded() -> None:
    """What a check that is never fooled accepts is right, whatever the chance; attempts at all are not counted."""
    few, many = (optimize(sealed(files, check={"scope": "part"})) for files in (1000, 20000))
    assert (few.status, few.notes) == ("optimal", ())
    assert many.status == "bounded"
    assert any("131072 bits" in note for note in many.notes)
    assert isinstance(many.design, Retry)


def test_while_other_sizes_are_open_it_is_said_too() -> None:
    with pytest.raises(InfeasibleError, match="look has so many units") as caught:
        optimize(sealed(20000, size="m"))
    assert "a parameter" in caught.value.diagnostics[0].hint
    result = optimize(sealed(20000, size="m", local="file"))
    assert result.status == "bounded"
    assert any("131072 bits" in note for note in result.notes)
    assert optimize(sealed(1000, size="m", local="file")).status == "optimal_growth"


@pytest.mark.parametrize(
    ("rate", "target", "reached"), [("1/2", "1/2", True), ("2/5", "3/10", True), ("2/5", "2/5", False)]
)
def test_a_lead_outvotes_what_is_scattered_even_where_the_right_answer_is_not_the_likeliest(
    rate: str, target: str, reached: bool
) -> None:
    # Of four units: right with r^4, the strongest wrong answer (1 - r) r^3; a lead of two is right with 1/(1 + x^2).
    problem = sealed(4, rate, wrong="scatter", target=target)
    x = (1 - Fraction(rate)) / Fraction(rate)
    assert (1 / (1 + x**2) >= Fraction(target)) == reached
    if not reached:
        with pytest.raises(InfeasibleError):
            optimize(problem)
        return
    assert optimize(problem).design == Vote(Call(("look",)), lead=num(2))
