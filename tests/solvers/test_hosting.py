"""Hosting: held against trying everything, and against the values known of public instances."""

from __future__ import annotations

import csv
import os
import random
import threading
import time
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import hosting_reader
from decomposer.solvers import evaluate, hosting, milp
from decomposer.solvers.answer import Limits, Progress
from decomposer.solvers.selection import Alternative, Level, Pool, Resource, Selection
from tests.solvers import brute
from tests.solvers.hosting_problems import hosted

INSTANCES = sorted(Path(os.environ.get("DECOMPOSER_BENCH", "/nonexistent"), "hosting").glob("cap*.txt"))


def agrees(problem: Selection) -> None:
    answer, best = hosting.run(problem), brute.best(problem)
    if best is None:
        assert answer.status == "infeasible"
        return
    assert answer.status == "optimal"
    assert answer.value == best[0] == evaluate.value(problem, answer.chosen)
    assert answer.bound == answer.value[0]
    assert evaluate.check(problem, answer.chosen) == []


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 3))
def test_agrees_with_trying_everything(seed: int, levels: int) -> None:
    agrees(hosted(seed, levels=levels))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 2), st.integers(1, 2), st.booleans())
def test_agrees_under_budgets_and_reliability(seed: int, budgets: int, levels: int, reliable: bool) -> None:
    agrees(hosted(seed, budgets, levels, reliable))


def catalogue(seed: int, tasks: int, models: int, most: int, reliability: Fraction | None = None) -> Selection:
    """Tasks that are done by one of the models that can; hosting costs, at most so many models, a budget of latency."""
    rng = random.Random(seed)
    prices = [rng.randint(5, 200) for _ in range(models)]
    able = [set(rng.sample(range(6), rng.randint(2, 6))) for _ in range(models - 1)] + [set(range(6))]
    success = [Fraction(10000 - rng.randint(0, 30), 10000) for _ in range(models)]
    choices = []
    for _ in range(tasks):
        skill, size = rng.randrange(6), rng.randint(1, 50)
        costs = [price * size + rng.randint(0, 30) for price in prices]
        choices.append(
            tuple(
                Alternative((costs[m],), uses=(m,), spends=(rng.randint(1, 99),), success=success[m])
                for m in range(models)
                if skill in able[m]
            )
        )
    return Selection(
        tuple(choices),
        tuple(range(tasks)),
        resources=tuple(Resource((rng.randint(2000, 40000) * tasks // 300,), (rng.randint(0, 100),)) for _ in prices),
        pools=(Pool(frozenset(range(models)), most),),
        budgets=(tasks * 42,),
        reliability=reliability,
    )


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("reliability", [None, Fraction(7, 10)])
def test_a_catalogue_of_models_agrees_with_integer_programming(seed: int, reliability: Fraction | None) -> None:
    problem = catalogue(seed, 150, 8, 3, reliability)
    answer, other = hosting.run(problem), milp.run(problem)
    assert answer.status == other.status == "optimal"
    assert answer.value == other.value == evaluate.value(problem, answer.chosen)
    assert answer.bound == answer.value[0]
    assert evaluate.check(problem, answer.chosen) == []


def test_a_large_catalogue_is_proved() -> None:
    problem = catalogue(3, 1000, 15, 5)
    assert hosting.suits(problem)
    answer = hosting.run(problem)
    assert answer.status == "optimal"
    assert evaluate.check(problem, answer.chosen) == []


def test_a_large_catalogue_stops_at_once_with_a_bound_or_nothing() -> None:
    problem = catalogue(2, 600, 15, 4)
    best = hosting.run(problem)
    for seconds in (0.0, 0.05, 0.2):
        answer = hosting.run(problem, Limits(seconds=seconds))
        assert not answer.value or answer.value >= best.value
        assert answer.bound is None or answer.bound <= best.value[0]
    hinted = hosting.run(problem, Limits(seconds=0.0), hint=best.chosen)
    assert hinted.status == "feasible" and hinted.value == best.value


def test_small_problems_under_limits_are_left_to_others() -> None:
    assert not hosting.suits(catalogue(1, 10, 4, 2))


def middling(seed: int, limit: int | None = None) -> Selection:
    problem = hosting_reader.generate(seed, facilities=30, customers=80)
    pools = () if limit is None else (Pool(frozenset(range(30)), limit),)
    return replace(problem, pools=pools)


@pytest.mark.parametrize("limit", [None, 1, 2, 3, 5])
def test_pools_are_kept_and_cost_no_less(limit: int | None) -> None:
    free, answer = hosting.run(middling(3)), hosting.run(middling(3, limit))
    assert answer.status == "optimal"
    assert answer.value >= free.value
    if limit is not None:
        assert len(evaluate.used(middling(3), answer.chosen)) <= limit


def test_median_without_costs_of_opening() -> None:
    problem = middling(5, 4)
    problem = replace(problem, resources=tuple(Resource((0,)) for _ in problem.resources))
    answer = hosting.run(problem)
    assert answer.status == "optimal"
    assert len(evaluate.used(problem, answer.chosen)) == 4


def test_equal_runs_are_equal() -> None:
    assert hosting.run(middling(7)) == hosting.run(middling(7))


def uniform(seed: int) -> Selection:
    """An instance with a wide gap: costs of serving are near each other, and without geometry."""
    rng = random.Random(seed)
    choices = tuple(tuple(Alternative((rng.randint(100, 200),), uses=(j,)) for j in range(40)) for _ in range(40))
    return Selection(choices, tuple(range(40)), resources=tuple(Resource((40,)) for _ in range(40)))


def test_stops_by_work_at_the_same_point_with_a_bound() -> None:
    problem = uniform(8)
    first, second = (hosting.run(problem, Limits(work=1e-4)) for _ in range(2))
    assert first == second
    assert first.stopped == "work" and first.status == "feasible"
    best = hosting.run(problem).value[0]
    assert first.bound is not None and first.bound <= best <= first.value[0]


def test_stops_when_cancelled_with_what_it_has() -> None:
    told = threading.Event()
    seen: list[Progress] = []

    def progress(step: Progress) -> None:
        seen.append(step)
        told.set()

    answer = hosting.run(uniform(9), Limits(on_progress=progress, cancelled=told.is_set))
    assert answer.stopped == "cancelled"
    assert seen and all(step.backend == "hosting" for step in seen)


def test_no_time_at_all_is_no_error() -> None:
    began = time.monotonic()
    answer = hosting.run(middling(1), Limits(seconds=0.0))
    assert answer.status in ("unknown", "feasible")
    assert answer.stopped == "time"
    assert time.monotonic() - began < 5


def test_hint_that_does_not_fit_is_no_harm() -> None:
    problem = middling(2)
    hint = {0: 3, 10**6: 1, 1: 10**6}
    assert hosting.run(problem, hint=hint).value == hosting.run(problem).value


def test_customer_without_alternatives_is_infeasible() -> None:
    problem = Selection((((Alternative((1,), uses=(0,)),)), ()), (0, 1), resources=(Resource((1,)),))
    assert hosting.run(problem).status == "infeasible"


def test_what_it_does_not_suit() -> None:
    circle = Selection(((Alternative((1,), needs=(1,)),), (Alternative((1,), needs=(0,)),)), (0,))
    assert not hosting.suits(circle)
    pair = (Alternative((1,), uses=(0, 1)), Alternative((3,), uses=(0,)), Alternative((3,)))
    assert not hosting.suits(Selection((pair,), (0,), resources=(Resource((1,)), Resource((1,)))))
    huge = tuple((Alternative((10**18,), uses=(0,)), Alternative((1,), uses=(1,))) for _ in range(9))
    resources = (Resource((1,)), Resource((1,)))
    assert not hosting.suits(Selection(huge, tuple(range(9)), resources=resources))
    late = Selection(((Alternative((1,), duration=2),),), (0,), deadline=3)
    assert not hosting.suits(late)
    with pytest.raises(ValueError, match="not hosting-like"):
        hosting.run(circle)


def test_first_level_rules_over_the_second() -> None:
    choices = tuple((Alternative((2, 0), uses=(0,)), Alternative((2, 5), uses=(1,))) for _ in range(3))
    problem = Selection(
        choices,
        (0, 1, 2),
        components=2,
        levels=(Level((1, 0)), Level((0, 1))),
        resources=(Resource((1, 100)), Resource((1, 0))),
    )
    answer = hosting.run(problem)
    assert answer.value == (7, 15)
    assert answer.bound == 7


def test_decimals_are_read_exactly(tmp_path: Path) -> None:
    file = tmp_path / "cap.txt"
    file.write_text("2 2\n capacity 1.25\n 9 0.1\n 5\n 0.001 7\n 5\n 2. 3.5\n")
    answer = hosting.run(hosting_reader.read(file))
    assert answer.value == (Fraction("3.251"),)


@pytest.mark.parametrize("text", ["", "2 2\n 1 1", "1 1\n 1 1 1 x", "1 1 1 1 1 -1", "1 1 1 1 1 1 1", "0 1", "1.5 1"])
def test_bad_files_are_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "cap.txt"
    file.write_text(text)
    with pytest.raises(hosting_reader.Unreadable, match=r"cap\.txt"):
        hosting_reader.read(file)


@pytest.mark.skipif(not INSTANCES, reason="needs the public instances: set DECOMPOSER_BENCH")
@pytest.mark.parametrize("file", INSTANCES, ids=lambda file: str(file.stem))
def test_public_instances_are_proved(file: Path) -> None:
    with (file.parent / "known.csv").open(encoding="utf-8") as table:
        known = {row["file"]: Decimal(row["optimum"]) for row in csv.DictReader(table)}
    answer = hosting.run(hosting_reader.read(file))
    assert answer.status == "optimal"
    assert abs(Fraction(answer.value[0]) - Fraction(known[file.name])) < Fraction(1, 1000)
