"""Parts of a schedule made anew: large neighbourhoods of projects, each an exact search of its own.

Of a good schedule some tasks are set free, those of a stretch of time or any; the others keep their modes, and among
themselves their order. Whether the whole can then end sooner is asked of CP-SAT, for a short time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

from decomposer.solvers.engine import load
from decomposer.solvers.intervals import intervals
from decomposer.solvers.project import Project, Schedule
from decomposer.solvers.windows import fit

FREE = 12.0
"""Tasks set free at first; more while this is decided quickly, fewer while it is not."""

SHORT = 0.05
"""Units of work for each neighbourhood."""

MANY = 500
"""Up to so many tasks this is tried: the order of those held is quadratic in them."""

EACH = 0.01
"""Units of work for each task of the project, in all."""

FAILED = 20
"""Neighbourhoods in a row that improve nothing until the search ends; one more for every task."""


@dataclass(slots=True)
class Regions:
    """Improves schedules of one project; `done` is the work that this took."""

    project: Project
    draw: Random
    done: float = 0.0

    def run(
        self, schedule: Schedule, goal: int, work: float, stop: Callable[[], bool], found: Callable[[Schedule], None]
    ) -> Schedule:
        """Improve a schedule until it ends by `goal`, nothing helps, the work is done or `stop` says so.

        Raises
        ------
        ValueError
            When the numbers are too large for CP-SAT.
        """
        size, failed, end = FREE, 0, self.done + work
        count = len(self.project.modes)
        if count > MANY:
            return schedule
        while schedule.makespan > goal and failed < FAILED + count and self.done < end and not stop():
            free = self._some(schedule, max(2, min(count, int(size))))
            better, decided = self._solve(schedule, free, goal)
            size = min(float(count), size * 1.05) if decided else max(2.0, size * 0.9)
            failed += 1
            if better is not None:
                schedule, failed = better, 0
                found(schedule)
            elif decided and size >= count:
                break
        return schedule

    def _some(self, schedule: Schedule, size: int) -> set[int]:
        """Tasks to set free: those that run nearest to some time; now and then any."""
        tasks = list(range(len(schedule.starts)))
        if self.draw.random() < 0.25:
            return set(self.draw.sample(tasks, size))
        at = self.draw.uniform(0, schedule.makespan)
        middle = [
            start + own[mode].duration / 2
            for start, mode, own in zip(schedule.starts, schedule.modes, self.project.modes, strict=True)
        ]
        return set(sorted(tasks, key=lambda task: (abs(middle[task] - at), task))[:size])

    def _solve(self, schedule: Schedule, free: set[int], goal: int) -> tuple[Schedule | None, bool]:
        """A schedule that ends sooner, if one was found; and whether it was decided that there is none better."""
        order, project = self._restricted(schedule, free)
        horizon = schedule.makespan - 1
        small = fit(project, horizon)
        self.done += 1e-5 * len(order)
        if small is None:
            return None, True
        model = intervals(small, horizon, goal)
        solver = load("sat.python.cp_model").CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.linearization_level = 0
        solver.parameters.subsolvers.append("no_lp")
        solver.parameters.random_seed = self.draw.randrange(1 << 30)
        solver.parameters.max_deterministic_time = SHORT
        status = solver.status_name(solver.solve(model.cp))
        self.done += solver.response_proto.deterministic_time
        if status not in ("OPTIMAL", "FEASIBLE"):
            return None, status == "INFEASIBLE"
        found = model.read(solver.value)
        modes, starts = [0] * len(order), [0] * len(order)
        for place, task in enumerate(order):
            chosen = small.modes[place][found.modes[place]].alternative
            own = self.project.modes[task]
            modes[task] = next(i for i, mode in enumerate(own) if mode.alternative == chosen)
            starts[task] = found.starts[place]
        return Schedule(tuple(modes), tuple(starts), found.makespan), status == "OPTIMAL"

    def _restricted(self, schedule: Schedule, free: set[int]) -> tuple[Sequence[int], Project]:
        """The project with what is not free held in its modes and order; its tasks by their starts in the schedule."""
        given = self.project
        order = sorted(range(len(given.modes)), key=lambda task: (schedule.starts[task], task))
        place = {task: i for i, task in enumerate(order)}
        needs = [{place[need] for need in given.needs[task]} for task in order]
        modes = [given.modes[task] if task in free else (given.modes[task][schedule.modes[task]],) for task in order]
        ends = [schedule.starts[task] + given.modes[task][schedule.modes[task]].duration for task in order]
        held = [place for place, task in enumerate(order) if task not in free]
        for at, later in enumerate(held):
            if modes[later][0].duration:
                start = schedule.starts[order[later]]
                needs[later].update(earlier for earlier in held[:at] if ends[earlier] <= start)
        followers: list[list[int]] = [[] for _ in order]
        for later, before in enumerate(needs):
            for need in before:
                followers[need].append(later)
        restricted = replace(
            given,
            nodes=tuple(given.nodes[task] for task in order),
            modes=tuple(modes),
            needs=tuple(tuple(sorted(before)) for before in needs),
            followers=tuple(map(tuple, followers)),
        )
        return order, restricted
