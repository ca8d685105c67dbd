"""Projects against trying everything, against a second model, and on outside instances where there are any."""

from __future__ import annotations

import csv
import os
import random
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from time import monotonic

import pytest

from benchmarks.modes_reader import Unreadable, read
from decomposer.solvers import cpsat, evaluate, scheduling
from decomposer.solvers.answer import Limits, Progress
from decomposer.solvers.project import project
from decomposer.solvers.regions import Regions
from decomposer.solvers.selection import Alternative, Level, Selection
from decomposer.solvers.serial import Effort, Search
from decomposer.solvers.timeline import _Slots, _Steps
from decomposer.solvers.windows import lower_bound, reduce_project
from tests.solvers import brute
from tests.solvers.projects import random_project

A = Alternative
BENCH = os.environ.get("DECOMPOSER_BENCH")


def medium(seed: int, tasks: int = 14) -> Selection:
    """A project with two capacities and two budgets."""
    rng = random.Random(seed)
    choices = []
    for task in range(tasks):
        needs = tuple(sorted(rng.sample(range(max(0, task - 5), task), min(task, rng.randint(0, 2)))))
        choices.append(
            tuple(
                A(
                    (),
                    needs,
                    (),
                    (rng.randint(1, 9), rng.randint(1, 9)),
                    rng.randint(1, 9),
                    (rng.randint(0, 6), rng.randint(0, 6)),
                )
                for _ in range(3)
            )
        )
    return Selection(
        tuple(choices),
        tuple(range(tasks)),
        components=0,
        levels=(Level((), 1),),
        budgets=(5 * tasks, 5 * tasks),
        capacities=(8, 8),
    )


@pytest.mark.parametrize("start", range(0, 200, 50))
def test_agrees_with_trying_everything(start: int) -> None:
    statuses = set()
    for seed in range(start, start + 50):
        problem = random_project(seed)
        found, answer = brute.best(problem), scheduling.run(problem, Limits())
        statuses.add(answer.status)
        assert (found is None) == (answer.status == "infeasible"), seed
        if found is not None:
            assert answer.status == "optimal"
            assert answer.value == found[0], seed
            assert answer.bound == found[0][0]
            assert evaluate.check(problem, answer.chosen, answer.starts) == []
    assert statuses == {"optimal", "infeasible"}


@pytest.mark.parametrize("seed", range(4))
def test_agrees_with_the_general_model(seed: int) -> None:
    problem = medium(seed, 9)
    assert scheduling.run(problem, Limits()).value == cpsat.run(problem, Limits()).value


def test_every_stage_of_the_search_comes_to_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = medium(1)
    expected = scheduling.run(problem, Limits())
    assert expected.status == "optimal"
    monkeypatch.setattr(scheduling, "QUICK", 1)
    monkeypatch.setattr(scheduling, "SCHEDULES", 1)
    for stage in (*scheduling.STAGES, scheduling.Stage(1, 0)):
        monkeypatch.setattr(scheduling, "STAGES", (replace(stage, work=None),))
        answer = scheduling.run(problem, Limits())
        assert (answer.status, answer.value) == ("optimal", expected.value)


def test_refinement_finds_schedules_that_hold_and_no_better_than_the_best() -> None:
    for seed in range(6):
        given = project(medium(seed))
        assert given is not None
        reduced = reduce_project(given)
        found = Search(reduced, seed).run(Effort(lower_bound(reduced), 300))
        assert found is not None
        chosen = {node: reduced.modes[i][found.modes[i]].alternative for i, node in enumerate(reduced.nodes)}
        starts = {node: found.starts[i] * reduced.unit for i, node in enumerate(reduced.nodes)}
        assert evaluate.check(medium(seed), chosen, starts) == []
        assert found.makespan == evaluate.makespan(medium(seed), chosen, starts) >= lower_bound(reduced)


def test_equal_runs_give_equal_answers() -> None:
    limits = Limits(work=0.05, seed=3)
    assert scheduling.run(medium(2, 30), limits) == scheduling.run(medium(2, 30), limits)


def test_progress_only_gets_better_and_ends_at_the_answer() -> None:
    seen: list[Progress] = []
    answer = scheduling.run(medium(3), Limits(on_progress=seen.append))
    values = [progress.value for progress in seen if progress.value]
    bounds = [progress.bound for progress in seen if progress.bound is not None]
    assert values == sorted(values, reverse=True) and values[-1] == answer.value
    assert bounds == sorted(bounds) and bounds[-1] <= answer.value[0]


def test_without_time_there_still_is_an_answer() -> None:
    problem = medium(4, 60)
    answer = scheduling.run(problem, Limits(seconds=0))
    assert (answer.status, answer.stopped) == ("feasible", "time")
    assert evaluate.check(problem, answer.chosen, answer.starts) == []
    assert answer.bound is not None and answer.bound <= answer.value[0]


def test_a_run_can_be_cancelled() -> None:
    begun = monotonic()
    answer = scheduling.run(medium(5, 60), Limits(cancelled=lambda: monotonic() - begun > 0.3))
    assert answer.stopped in ("cancelled", "proved")
    assert answer.value


def test_a_deadline_that_holds_and_one_that_does_not() -> None:
    problem = medium(6)
    best = scheduling.run(problem, Limits()).value[0]
    assert scheduling.run(replace(problem, deadline=best), Limits()).value == (best,)
    assert scheduling.run(replace(problem, deadline=best - 1), Limits()).status == "infeasible"


def test_weights_and_equal_costs_are_in_the_value_and_the_bound() -> None:
    modes = (A((2, 9), duration=Fraction(1, 2)), A((2, 5), duration=Fraction(1, 3)))
    problem = Selection((modes,), (0,), components=2, levels=(Level((5, 0), 3),))
    answer = scheduling.run(problem, Limits())
    assert (answer.status, answer.value, answer.bound) == ("optimal", (11,), 11)
    assert answer.chosen == {0: 1}


def test_other_problems_do_not_suit() -> None:
    problem = Selection(((A((1,)),),), (0,))
    assert not scheduling.suits(problem)
    with pytest.raises(ValueError, match="not a project"):
        scheduling.run(problem, Limits())


def test_what_is_found_before_numbers_grow_too_large_stands() -> None:
    tasks = tuple((A((), duration=(1 << 31) + task, occupies=(2 + task % 2,)),) for task in range(4))
    problem = Selection(tasks, (0, 1, 2, 3), components=0, levels=(Level((), 1),), capacities=(6,))
    answer = scheduling.run(problem, Limits())
    assert (answer.status, answer.stopped) == ("feasible", "work")
    assert not evaluate.check(problem, answer.chosen, answer.starts)


@pytest.mark.parametrize("seed", range(6))
def test_parts_made_anew_never_make_it_worse(seed: int) -> None:
    given = project(medium(seed))
    assert given is not None
    reduced = reduce_project(given)
    search = Search(reduced, seed)
    first = search.run(Effort(schedules=6))
    if first is None:
        return
    told: list[int] = []
    regions = Regions(reduced, random.Random(seed))
    last = regions.run(first, lower_bound(reduced), 0.1, lambda: False, lambda better: told.append(better.makespan))
    assert told == sorted(set(told), reverse=True) and last.makespan == min([first.makespan, *told])
    for task, (mode, start) in enumerate(zip(last.modes, last.starts, strict=True)):
        assert start + reduced.modes[task][mode].duration <= last.makespan
        for need in reduced.needs[task]:
            assert last.starts[need] + reduced.modes[need][last.modes[need]].duration <= start
    assert regions.run(first, lower_bound(reduced), 0.1, lambda: True, lambda _: None) is first


def test_both_timelines_say_the_same() -> None:
    for seed in range(30):
        rng = random.Random(seed)
        capacities = [rng.randint(1, 9) for _ in range(rng.randint(0, 3))]
        demands = [(rng.randint(0, 7), tuple(rng.randint(0, c) for c in capacities)) for _ in range(12)]
        width = max(capacities, default=0).bit_length() + 1
        packed, listed = _Slots(capacities, demands, 30, width), _Steps(capacities, demands, 30, width)
        for _ in range(25):
            demand, after = rng.randrange(12), rng.randint(0, 25)
            start = packed.earliest(demand, after)
            assert start == listed.earliest(demand, after)
            if start >= 0:
                packed.hold(demand, start)
                listed.hold(demand, start)


PROJECT = """
jobs (incl. supersource/sink ):  3
RESOURCES
  - renewable                 :  1   R
  - nonrenewable              :  1   N
  - doubly constrained        :  {both}   D
****
PRECEDENCE RELATIONS:
jobnr.    #modes  #successors   successors
   1        1          2           2   3
   2        2          1           3
   3        1          0
****
REQUESTS/DURATIONS:
jobnr. mode duration  R 1  N 1
----
  1      1     0       0    0 {zero}
  2      1     2       3    4 {one}
         2     5       1    2 {one}
  3      1     0       0    0 {zero}
****
RESOURCEAVAILABILITIES:
  R 1  N 1
    3    {limits}
****
"""


def test_reading(tmp_path: Path) -> None:
    file = tmp_path / "one.mm"
    file.write_text(PROJECT.format(both=0, zero="", one="", limits="3"), encoding="utf-8")
    problem = read(file)
    assert problem.capacities == (3,) and problem.budgets == (3,)
    assert [len(modes) for modes in problem.choices] == [1, 2, 1]
    assert problem.choices[2][0].needs == (0, 1)
    assert scheduling.run(problem, Limits()).value == (5,)
    file.write_text(PROJECT.format(both=1, zero="0", one="2", limits="4 2 9"), encoding="utf-8")
    doubly = read(file)
    assert doubly.capacities == (3, 2) and doubly.budgets == (4, 9)
    assert doubly.choices[1][0].spends == (4, 4)
    file.write_text(PROJECT.format(both=1, zero="0", one="2", limits="4 2"), encoding="utf-8")
    with pytest.raises(Unreadable, match="availabilities"):
        read(file)


@pytest.mark.skipif(BENCH is None, reason="DECOMPOSER_BENCH names no folder of outside instances")
def test_outside_instances() -> None:
    folder = Path(BENCH or "") / "modes"
    with (folder / "known.csv").open(encoding="utf-8") as lines:
        known = {row["file"]: int(row["best_makespan"]) for row in csv.DictReader(lines)}
    for name, best in sorted(known.items()):
        if name.startswith(("j10", "j20")):
            answer = scheduling.run(read(folder / name), Limits(seconds=20))
            assert (answer.status, answer.value) == ("optimal", (best,)), name
