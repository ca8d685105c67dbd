"""Integer programming: held against trying everything, against hosting, and its proofs against the checker."""

from __future__ import annotations

import threading
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import hosting_reader
from decomposer.solvers import evaluate, hosting, milp
from decomposer.solvers.answer import Limits
from decomposer.solvers.certify import certify
from decomposer.solvers.duals import verify
from decomposer.solvers.linear import linear, multipliers, solve
from decomposer.solvers.selection import Alternative, Pool, Resource, Selection
from decomposer.solvers.watch import Watch
from tests.solvers import brute
from tests.solvers.hosting_problems import hosted
from tests.solvers.random_problems import coupled

KINDS = ("cycles", "resources", "levels", "fractions", "budget", "pool", "reliability")


def agrees(problem: Selection) -> None:
    answer, best = milp.run(problem), brute.best(problem)
    if best is None:
        assert answer.status == "infeasible"
        return
    assert answer.status == "optimal"
    assert answer.value == best[0] == evaluate.value(problem, answer.chosen)
    assert answer.bound == answer.value[0]
    assert evaluate.check(problem, answer.chosen) == []


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**6))
def test_agrees_with_trying_everything(seed: int) -> None:
    agrees(coupled(seed, KINDS))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 2), st.integers(1, 2), st.booleans())
def test_agrees_on_hosting_with_every_limit(seed: int, budgets: int, levels: int, reliable: bool) -> None:
    agrees(hosted(seed, budgets, levels, reliable, both=True))


@pytest.mark.parametrize("seed", range(4))
def test_agrees_with_hosting_on_larger_ones(seed: int) -> None:
    problem = hosting_reader.generate(seed, facilities=12, customers=40)
    problem = replace(problem, pools=(Pool(frozenset(range(12)), 1 + seed),))
    assert milp.run(problem).value == hosting.run(problem).value


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_proofs_reach_the_best_answer(seed: int) -> None:
    problem = coupled(seed, ("resources", "budget", "pool"))
    best = brute.best(problem)
    if best is None:
        return
    proof = certify(problem, best[0][0], Watch(Limits(), "test"))
    assert proof is not None
    bound = verify(problem, proof)
    # Every cost is a multiple of the unit, so what is above the next smaller one is enough.
    assert bound is None or best[0][0] - linear(problem).units[0] < bound


def test_no_proof_of_what_is_not_so() -> None:
    problem = Selection(((Alternative((2,), uses=(0,)), Alternative((4,))),), (0,), resources=(Resource((1,)),))
    assert certify(problem, 3, Watch(Limits(), "test")) is not None
    assert certify(problem, 4, Watch(Limits(), "test")) is None


def test_duals_of_the_relaxation_give_its_bound() -> None:
    problem = hosting_reader.generate(1, facilities=12, customers=40)
    made = linear(problem)
    bounds = []
    for engine in ("GLOP", "HIGHS", "PDLP"):
        solved = solve(made, 0, engine, relaxed=True)
        bound = verify(problem, multipliers(made, 0, solved.duals))
        assert bound is not None
        bounds.append(float(bound))
    best = float(hosting.run(problem).value[0])
    assert all(0.9 * best < bound <= best for bound in bounds)
    assert bounds[0] == pytest.approx(bounds[1], rel=1e-6)


def test_costs_beyond_the_digits_of_floating_point_are_not_said_to_be_proved() -> None:
    huge = 10**15
    alternatives = tuple(Alternative((huge + 3 - i,), uses=(i,)) for i in range(3))
    problem = Selection((alternatives,) * 3, (0, 1, 2), resources=tuple(Resource((huge * 5 + i,)) for i in range(3)))
    answer, best = milp.run(problem), brute.best(problem)
    assert best is not None and answer.bound is not None
    assert answer.bound <= best[0][0] <= answer.value[0]
    assert answer.status == "feasible" or answer.value == best[0]


def hard(seed: int) -> Selection:
    problem = hosting_reader.generate(seed, facilities=40, customers=120)
    return replace(problem, pools=(Pool(frozenset(range(40)), 5),))


def test_cancelled_before_it_begins() -> None:
    over = threading.Event()
    over.set()
    answer = milp.run(hard(1), Limits(cancelled=over.is_set))
    assert answer.status == "unknown" and answer.stopped == "cancelled"


def test_cancelled_on_the_way_keeps_the_hint() -> None:
    problem = hard(2)
    start = hosting.run(problem, Limits(work=1e-4))
    asked: list[int] = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > 3

    answer = milp.run(problem, Limits(cancelled=cancelled), hint=start.chosen)
    assert answer.stopped == "cancelled"
    assert answer.status == "feasible" and answer.value <= start.value


def test_hint_that_is_no_answer_is_left_aside() -> None:
    problem = hosting_reader.generate(3, facilities=5, customers=8)
    for hint in ({}, {0: 99}, {99: 0}, dict.fromkeys(range(8), 0)):
        assert milp.run(problem, hint=hint).status == "optimal"


def test_time_is_refused() -> None:
    timed = Selection(((Alternative((1,), duration=1),),), (0,), deadline=2)
    assert not milp.suits(timed)
    with pytest.raises(ValueError, match="nothing of time"):
        milp.run(timed)


def test_reliability_is_exact_at_the_limit() -> None:
    choices = ((Alternative((2,), success=Fraction(9, 10)), Alternative((1,), success=Fraction(899, 1000))),) * 5
    problem = Selection(choices, tuple(range(5)), reliability=Fraction(9, 10) ** 5)
    assert milp.run(problem).value == (10,)
    assert milp.run(replace(problem, reliability=Fraction(9, 10) ** 4 * Fraction(899, 1000))).value == (9,)


def test_stops_by_work_and_by_time_with_what_it_has() -> None:
    problem = hard(4)
    start = hosting.run(problem, Limits(work=1e-4)).chosen
    for limits, stopped in ((Limits(work=1e-3), "work"), (Limits(seconds=0.02), "time")):
        answer = milp.run(problem, limits, start)
        assert answer.status == "optimal" or (answer.status == "feasible" and answer.stopped == stopped)


def test_an_engine_that_fails_is_not_believed() -> None:
    problem = hosting_reader.generate(1, facilities=3, customers=4)
    solved = solve(linear(problem), 0, "GLOP")
    assert solved.reason.startswith("error") and not solved.values
