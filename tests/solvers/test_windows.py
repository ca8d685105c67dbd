"""Reductions and bounds of projects against trying everything."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction

import pytest

from decomposer.solvers.answer import Limits
from decomposer.solvers.project import Mode, Project, backwards, project
from decomposer.solvers.relaxation import relax
from decomposer.solvers.selection import Alternative, Level, Selection
from decomposer.solvers.watch import Watch
from decomposer.solvers.windows import (
    energy_bound,
    fit,
    heads,
    lower_bound,
    reduce_project,
    stretches,
    tails,
)
from tests.solvers import brute
from tests.solvers.projects import random_project, rebuilt

A = Alternative


def made(choices: list[list[Alternative]], budgets: tuple[int, ...] = (), capacities: tuple[int, ...] = ()) -> Project:
    found = project(
        Selection(
            tuple(map(tuple, choices)),
            tuple(range(len(choices))),
            components=0,
            levels=(Level((), 1),),
            budgets=budgets,
            capacities=capacities,
        )
    )
    assert found is not None
    return found


def optimum(problem: Selection, unit: Fraction) -> int | None:
    """Least makespan in units, the deadline left aside."""
    found = brute.best(replace(problem, deadline=None))
    return None if found is None else int(found[0][0] / unit)


@pytest.mark.parametrize("seed", range(60))
def test_reductions_keep_an_optimum_and_bounds_hold(seed: int) -> None:
    problem = random_project(seed)
    given = project(problem)
    assert given is not None
    best, reduced = optimum(problem, given.unit), reduce_project(given)
    if not all(reduced.modes):
        assert best is None
        return
    assert optimum(rebuilt(reduced), given.unit) == best
    if best is None:
        return
    assert lower_bound(reduced) <= best
    assert all(stretch.bound <= best for stretch in stretches(reduced, heads(reduced), tails(reduced), 20))
    fitted = fit(reduced, best)
    assert fitted is not None and optimum(rebuilt(fitted), given.unit) == best
    shorter = fit(reduced, best - 1)
    assert shorter is None or (optimum(rebuilt(shorter), given.unit) or best) >= best


def test_modes_beyond_a_capacity_or_a_budget_go() -> None:
    reduced = reduce_project(
        made(
            [
                [A((), duration=1, occupies=(3,), spends=(0,)), A((), duration=5, occupies=(1,), spends=(0,))],
                [A((), duration=1, occupies=(1,), spends=(4,)), A((), duration=2, occupies=(1,), spends=(1,))],
                [A((), duration=1, occupies=(1,), spends=(2,))],
            ],
            budgets=(5,),
            capacities=(2,),
        )
    )
    assert [[mode.alternative for mode in modes] for modes in reduced.modes] == [[1], [1], [0]]
    assert reduced.budgets == ()


def test_inefficient_modes_go_and_of_equal_ones_the_first_stays() -> None:
    reduced = reduce_project(made([[A((), duration=2), A((), duration=1), A((), duration=1), A((), duration=3)]]))
    assert [mode.alternative for mode in reduced.modes[0]] == [1]


def test_what_takes_no_time_holds_nothing() -> None:
    reduced = reduce_project(made([[A((), duration=0, occupies=(9,))]], capacities=(1,)))
    assert len(reduced.modes[0]) == 1


def test_needs_that_follow_from_others_go() -> None:
    choices = [[A((), duration=1)], [A((), (0,), duration=1)], [A((), (0, 1), duration=1)]]
    assert reduce_project(made(choices)).needs == ((), (0,), (1,))


def test_energy_of_tasks_between_a_head_and_a_tail() -> None:
    # One unit before, one after, and between them 3 tasks of energy 4 on a capacity of 4: two of them do not overlap.
    middle = [[A((), (0,), duration=2, occupies=(3,))] for _ in range(3)]
    last = [A((), (1, 2, 3), duration=1, occupies=(0,))]
    given = made([[A((), duration=1, occupies=(0,))], *middle, last], capacities=(4,))
    assert energy_bound(given, heads(given), tails(given)) == 1 + 1 + 5


def test_fractions_are_scaled_exactly() -> None:
    given = made([[A((), duration=Fraction(3, 2)), A((), duration=Fraction(5, 6))]])
    assert given.unit == Fraction(1, 6)
    assert [mode.duration for mode in given.modes[0]] == [9, 5]


def test_backwards_twice_is_the_same() -> None:
    for seed in range(20):
        given = project(random_project(seed))
        assert given is not None
        assert backwards(backwards(given)) == given
        assert heads(backwards(given))[::-1] == tails(given)


@pytest.mark.parametrize(
    "change",
    [
        {"reliability": Fraction(1, 2)},
        {"levels": (Level((1,)),)},
        {"levels": (Level((1,), 1),)},
        {"choices": ((A((1,), (1,)), A((2,))), (A((0,)),))},
        {"choices": ((A((0,), (1,)),), (A((0,), (0,)),))},
    ],
    ids=["reliability", "no makespan", "weighed costs", "other needs", "circle"],
)
def test_other_problems_are_no_projects(change: dict[str, object]) -> None:
    plain = Selection(((A((1,), (1,)), A((2,), (1,))), (A((0,)),)), (0,), levels=(Level((0,), 1),))
    assert project(plain) is not None
    assert project(replace(plain, **change)) is None  # type: ignore[arg-type]


def test_what_every_mode_spends_is_taken_out() -> None:
    tasks = [[A((), duration=1, spends=(5,)), A((), duration=2, spends=(3,))] for _ in range(2)]
    reduced = reduce_project(made(tasks, budgets=(8,)))
    assert reduced.budgets == (2,)
    assert reduced.modes[0] == (Mode(0, 1, (), (2,)), Mode(1, 2, (), (0,)))


def test_reductions_of_large_projects_stay_quick() -> None:
    rng = random.Random(0)
    choices = [
        [A((), (task - 1,) if task else (), duration=rng.randint(1, 9), spends=(rng.randint(1, 9),)) for _ in range(3)]
        for task in range(3000)
    ]
    assert all(reduce_project(made(choices, budgets=(30000,))).modes)


@pytest.mark.parametrize("seed", range(0, 240, 6))
def test_without_capacities_no_schedule_ends_sooner_than_the_bound(seed: int) -> None:
    problem = replace(random_project(seed, 4), deadline=None)
    given = project(problem)
    assert given is not None
    reduced = reduce_project(given)
    best = brute.best(problem)
    if not all(reduced.modes):
        assert best is None
        return
    horizon = sum(max(mode.duration for mode in modes) for modes in reduced.modes)
    small = fit(reduced, horizon)
    assert small is not None
    found = relax(small, horizon, lower_bound(small), None, 1.0, Watch(Limits(), ""))
    if best is None:
        return
    least = best[0][0] / given.unit
    assert lower_bound(small) <= found.bound <= least
    for schedule in found.schedules:
        spent = [small.modes[task][mode].spends for task, mode in enumerate(schedule.modes)]
        assert all(sum(column) <= limit for column, limit in zip(zip(*spent, strict=True), small.budgets, strict=True))
    tight = fit(reduced, int(least) - 1)
    if tight is not None:  # nothing ends before the best does, and where that is shown it is the bound
        assert relax(tight, int(least) - 1, lower_bound(tight), None, 1.0, Watch(Limits(), "")).bound <= least
