"""Recomputing answers exactly."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given

from decomposer.solvers import evaluate
from decomposer.solvers.selection import Alternative, Level, Pool, Resource, Selection
from tests.solvers import brute, random_problems

A = Alternative
SHARED = Selection(
    choices=(
        (A((1,), (1, 2), uses=(0,), spends=(1,), duration=2, occupies=(1,), success=Fraction(1, 2)),),
        (A((2,), (3,), uses=(0,), spends=(1,), duration=3, occupies=(1,)), A((9,))),
        (A((3,), (3,), spends=(1,), duration=4, occupies=(1,), success=Fraction(1, 2)),),
        (A((Fraction(1, 2),), duration=1),),
    ),
    roots=(0,),
    levels=(Level((2,), 1),),
    resources=(Resource((10,), (5,)), Resource((0,))),
)
ALL = {0: 0, 1: 0, 2: 0, 3: 0}


def test_shared_nodes_and_resources_are_paid_once() -> None:
    assert evaluate.components(SHARED, ALL) == (Fraction(33, 2),)
    assert evaluate.makespan(SHARED, ALL) == 7
    assert evaluate.value(SHARED, ALL) == (40,)
    assert evaluate.reliability(SHARED, ALL) == Fraction(1, 4)
    assert evaluate.check(SHARED, ALL) == []


@pytest.mark.parametrize(
    ("chosen", "wrong"),
    [
        ({0: 0, 1: 0, 2: 0}, "node 3: needed, and nothing is chosen for it"),
        ({0: 0, 1: 1, 2: 0, 3: 0, 9: 0}, "node 9: there is no such node"),
        ({0: 0, 1: 2, 2: 0, 3: 0}, "node 1: there is no alternative 2"),
        ({}, "node 0: needed, and nothing is chosen for it"),
    ],
)
def test_what_is_no_answer(chosen: dict[int, int], wrong: str) -> None:
    assert evaluate.check(SHARED, chosen) == [wrong]


def test_what_nothing_needs_may_not_be_chosen() -> None:
    lone = replace(SHARED, roots=(3,))
    assert evaluate.check(lone, {3: 0, 1: 1}) == ["node 1: chosen, and nothing needs it"]
    assert evaluate.trim(lone, {3: 0, 1: 1}) == {3: 0}


def test_circles() -> None:
    circle = Selection((((A((1,), (1,))),), ((A((1,), (0,))), A((5,)))), (0,))
    assert evaluate.check(circle, {0: 0, 1: 0}) == ["the nodes chosen need each other in a circle"]
    assert evaluate.check(circle, {0: 0, 1: 1}) == []
    with pytest.raises(ValueError, match="circle"):
        evaluate.earliest(circle, {0: 0, 1: 0})


@pytest.mark.parametrize(
    ("problem", "wrong"),
    [
        (replace(SHARED, budgets=(8,)), []),
        (replace(SHARED, budgets=(Fraction(79, 10),)), ["budget 0: 8 is spent of 79/10"]),
        (replace(SHARED, pools=(Pool(frozenset({0, 1}), 0),)), ["pool 0: 1 of at most 0 resources are used"]),
        (replace(SHARED, pools=(Pool(frozenset({1}), 0),)), []),
        (replace(SHARED, reliability=Fraction(1, 4)), []),
        (replace(SHARED, reliability=Fraction(251, 1000)), ["reliability: 1/4 is below 251/1000"]),
        (replace(SHARED, deadline=7), []),
        (replace(SHARED, deadline=Fraction(69, 10)), ["deadline: ends at 7, after 69/10"]),
        (replace(SHARED, capacities=(2,)), []),
        (replace(SHARED, capacities=(1,)), ["capacity 0: 2 is held at once of 1"]),
    ],
)
def test_limits_hold_to_the_last_digit(problem: Selection, wrong: list[str]) -> None:
    assert evaluate.check(problem, ALL) == wrong


def test_starts() -> None:
    problem = replace(SHARED, capacities=(1,))
    assert evaluate.check(problem, ALL, {3: 0, 1: 1, 2: 4, 0: 8}) == []
    assert evaluate.value(problem, ALL, {3: 0, 1: 1, 2: 4, 0: 8}) == (43,)
    assert evaluate.check(problem, ALL, {3: 0, 1: 1, 2: 3, 0: 8}) == ["capacity 0: 2 is held at once of 1"]
    assert evaluate.check(problem, ALL, {3: 0, 1: 1, 2: 4, 0: 7})[0] == "node 0: starts at 7, before node 2 ends at 8"
    assert evaluate.check(problem, ALL, {3: -1, 1: 1, 2: 4, 0: 8}) == ["node 3: starts at -1"]
    assert len(evaluate.check(problem, ALL, {3: 0, 1: 1, 2: 4})) == 1
    with pytest.raises(ValueError, match="the start of every node"):
        evaluate.value(problem, ALL)


def test_what_takes_no_time_holds_no_capacity() -> None:
    problem = Selection(((A((1,), occupies=(5,)),),), (0,), capacities=(1,))
    assert evaluate.check(problem, {0: 0}, {0: 0}) == []


@given(random_problems.problems())
def test_what_trying_everything_finds_keeps_all_limits(problem: Selection) -> None:
    for value, chosen, starts in brute.answers(problem):
        assert evaluate.check(problem, chosen, starts) == []
        assert evaluate.value(problem, chosen, starts) == value
        assert evaluate.trim(problem, {**chosen}) == chosen
        assert evaluate.reliability(problem, chosen) >= (problem.reliability or 0)
