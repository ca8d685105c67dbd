"""Serial schedule generation and a search over modes and priorities: good schedules of projects, quickly.

A schedule is built task by task, each as early as precedence and capacities allow, in the order of given
priorities; then once from its end and once more from its start (justification), where a task may change to a mode
that ends sooner. A population of such schedules is crossed. Pure Python, integers only, deterministic for a seed.

References: Kolisch (1996) for serial schedule generation; Valls, Ballestín and Quintanilla (2005) for justification;
Van Peteghem and Vanhoucke (2010) for the population with several modes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from itertools import accumulate
from random import Random

from decomposer.solvers.modes import LOOK, Modes, never
from decomposer.solvers.project import Project, Schedule, backwards
from decomposer.solvers.timeline import timeline
from decomposer.solvers.windows import tails

SIZE = 24
"""Schedules in the population."""


@dataclass(frozen=True, slots=True)
class Effort:
    """When the search ends: at a makespan of `goal`, after `schedules` built, or when `stop` says so."""

    goal: int = 0
    schedules: int = 2000
    stop: Callable[[], bool] = never


class Builder:
    """Builds schedules of a project in one direction of time, none longer than `horizon`."""

    def __init__(self, project: Project, horizon: int) -> None:
        self._project = project
        self._offsets = [0, *accumulate(map(len, project.modes))]
        demands = [(mode.duration, mode.occupies) for modes in project.modes for mode in modes]
        self._durations = [duration for duration, _ in demands]
        self._spends = [mode.spends for modes in project.modes for mode in modes]
        self._line = timeline(project.capacities, demands, horizon)
        self._waiting = [len(before) for before in project.needs]

    def build(
        self,
        priority: Sequence[float],
        modes: Sequence[int],
        rate: float = 0.0,
        draw: Random | None = None,
        stop: Callable[[], bool] = never,
    ) -> Schedule | None:
        """Start every task as early as possible, those of least priority first among those whose needs are met.

        With a probability of `rate`, a task takes the mode that ends soonest among those that the budgets allow.
        `None` when the horizon is too short, or `stop` said so.

        Notes
        -----
        Tasks times modes, each linear in the horizon in words, or in the changes of what is taken.
        """
        project, line = self._project, self._line
        earliest, hold, durations = line.earliest, line.hold, self._durations
        line.clear()
        waiting, ready = self._waiting[:], [0] * len(modes)
        taken, starts = list(modes), [0] * len(modes)
        left = self._left(modes) if rate else []
        heap = [(priority[task], task) for task, count in enumerate(waiting) if not count]
        heapify(heap)
        done = 0
        while heap:
            done += 1
            if not done % LOOK and stop():
                return None
            _, task = heappop(heap)
            offset, mode, after = self._offsets[task], taken[task], ready[task]
            start = earliest(offset + mode, after)
            if rate and draw is not None and self._offsets[task + 1] - offset > 1 and draw.random() < rate:
                start, mode = self._soonest(task, mode, start, after, left)
                taken[task] = mode
            if start < 0:
                return None
            hold(offset + mode, start)
            starts[task] = start
            end = start + durations[offset + mode]
            for follower in project.followers[task]:
                if end > ready[follower]:
                    ready[follower] = end
                waiting[follower] -= 1
                if not waiting[follower]:
                    heappush(heap, (priority[follower], follower))
        ends = (
            start + durations[offset + mode] for start, mode, offset in zip(starts, taken, self._offsets, strict=False)
        )
        return Schedule(tuple(taken), tuple(starts), max(ends, default=0))

    def _left(self, modes: Sequence[int]) -> list[int]:
        rows = [self._spends[offset + mode] for offset, mode in zip(self._offsets, modes, strict=False)]
        return [limit - sum(row[i] for row in rows) for i, limit in enumerate(self._project.budgets)]

    def _soonest(self, task: int, mode: int, start: int, after: int, left: list[int]) -> tuple[int, int]:
        """The mode in which the task ends soonest; what is left of the budgets is brought up to date."""
        offset = self._offsets[task]
        now = self._spends[offset + mode]
        best, best_mode, best_end = start, mode, start + self._durations[offset + mode]
        for other in range(self._offsets[task + 1] - offset):
            if other == mode:
                continue
            duration = self._durations[offset + other]
            if best >= 0 and after + duration >= best_end:
                continue
            spends = self._spends[offset + other]
            if any(new - old > rest for new, old, rest in zip(spends, now, left, strict=True)):
                continue
            found = self._line.earliest(offset + other, after)
            if found >= 0 and (best < 0 or found + duration < best_end):
                best, best_mode, best_end = found, other, found + duration
        if best_mode != mode:
            for i, (new, old) in enumerate(zip(self._spends[offset + best_mode], now, strict=True)):
                left[i] -= new - old
        return best, best_mode


class Search:
    """The search over one project, whose reductions are done: every task has a mode."""

    def __init__(self, project: Project, seed: int = 0) -> None:
        self.project = project
        self.built = 0
        self.best: Schedule | None = None
        self._draw = Random(seed)
        self._modes = Modes(project, self._draw)
        self._reverse = backwards(project)
        self._tails = tails(project)
        self._horizon = 0
        self._stretch(sum(max(mode.duration for mode in modes) for modes in project.modes))

    def run(
        self, effort: Effort, first: Sequence[Schedule] = (), found: Callable[[Schedule], None] | None = None
    ) -> Schedule | None:
        """Search on from nothing; `first` are modes to try at the start, in the order of starts where there are any.

        Returns
        -------
        Schedule, optional
            The best seen; `None` when no modes within the budgets were found.
        """
        end = self.built + effort.schedules
        people: list[tuple[tuple[int, int], Schedule]] = []
        seeds = list(first)
        misses = 0
        while self.built < end and misses < 4 * SIZE and not (self.built and effort.stop()):
            if len(people) < SIZE:
                modes, priority = self._begin(seeds.pop(), 0.0) if seeds else self._begin_near(first)
            else:
                modes, priority = self._cross(people)
            schedule = self._make(modes, priority, effort.stop) if self._modes.repair(modes, effort.stop) else None
            if schedule is None:
                misses += 1
                continue
            entry = ((schedule.makespan, sum(schedule.starts)), schedule)
            if any(entry[0] == key for key, _ in people):
                misses += 1
                continue
            misses = 0
            people.append(entry)
            people.sort(key=lambda entry: entry[0])
            del people[SIZE:]
            if self.best is None or schedule.makespan < self.best.makespan:
                self.best = schedule
                self._stretch(schedule.makespan * 5 // 4 + 1)
                if found is not None:
                    found(schedule)
                if schedule.makespan <= effort.goal:
                    break
        return self.best

    def _stretch(self, horizon: int) -> None:
        if not self._horizon or horizon < self._horizon:
            self._horizon = horizon
            self._forth, self._back = Builder(self.project, horizon), Builder(self._reverse, horizon)

    def _make(self, modes: Sequence[int], priority: Sequence[float], stop: Callable[[], bool]) -> Schedule | None:
        """Build forwards, backwards and forwards again."""
        draw = self._draw
        rate = draw.choice((0.0, 0.3, 1.0))
        self.built += 3
        schedule = self._forth.build(priority, modes, rate, draw, stop)
        if schedule is None or stop():
            return schedule
        project = self.project
        last = [
            -start - tasks[mode].duration
            for start, mode, tasks in zip(schedule.starts, schedule.modes, project.modes, strict=True)
        ]
        back = self._back.build(last[::-1], schedule.modes[::-1], rate, draw, stop)
        if back is None or stop():
            return schedule
        chosen = back.modes[::-1]
        order = [
            -start - tasks[mode].duration
            for start, mode, tasks in zip(back.starts[::-1], chosen, project.modes, strict=True)
        ]
        again = self._forth.build(order, chosen, rate, draw, stop)
        return schedule if again is None or again.makespan > schedule.makespan else again

    def _priority(self, modes: Sequence[int]) -> list[float]:
        """Tasks with a long way to the end first, with noise."""
        longest = [
            tail + tasks[mode].duration
            for tail, mode, tasks in zip(self._tails, modes, self.project.modes, strict=True)
        ]
        spread = max(longest, default=0) * self._draw.choice((0.05, 0.15, 0.4))
        return [self._draw.uniform(0, spread) - length for length in longest]

    def _begin(self, seed: Schedule, change: float) -> tuple[list[int], Sequence[float]]:
        """Modes and priorities of a schedule, some modes changed; without starts, the priorities are drawn."""
        draw = self._draw
        modes = [
            draw.randrange(len(own)) if change and draw.random() < change else mode
            for mode, own in zip(seed.modes, self.project.modes, strict=True)
        ]
        return modes, self._priority(modes) if not seed.starts or draw.random() < change else seed.starts

    def _begin_near(self, first: Sequence[Schedule]) -> tuple[list[int], Sequence[float]]:
        """As `_begin`, near one of the schedules given; with any modes where there are none."""
        draw = self._draw
        if first:
            return self._begin(draw.choice(first), draw.choice((0.05, 0.15, 0.4)))
        modes = [draw.randrange(len(own)) for own in self.project.modes]
        return modes, self._priority(modes)

    def _cross(self, people: list[tuple[tuple[int, int], Schedule]]) -> tuple[list[int], list[float]]:
        """A child: one stretch of time as in one parent, the rest as in the other; a few changes."""
        draw = self._draw
        mother, father = (people[min(draw.randrange(SIZE), draw.randrange(SIZE))][1] for _ in range(2))
        length = draw.uniform(0.2, 0.8) * mother.makespan
        begin = draw.uniform(-length / 2, mother.makespan - length / 2)
        scale = mother.makespan / max(1, father.makespan)
        modes, priority = [], []
        change, noise = draw.choice((0.0, 0.02, 0.06)), draw.choice((0.0, 0.05, 0.2))
        for task, start in enumerate(mother.starts):
            inside = begin <= start < begin + length
            mode = mother.modes[task] if inside else father.modes[task]
            key = start if inside else father.starts[task] * scale
            if draw.random() < change:
                mode = draw.randrange(len(self.project.modes[task]))
            if draw.random() < noise:
                key += draw.gauss(0.0, 0.1) * mother.makespan
            modes.append(mode)
            priority.append(key)
        return modes, priority

    def in_turn(self, stop: Callable[[], bool] = never) -> Schedule | None:
        """The tasks one after the other in their shortest modes, as far as the budgets allow; `None` as in `run`."""
        modes = [min(range(len(tasks)), key=lambda i: tasks[i].duration) for tasks in self.project.modes]
        if not self._modes.repair(modes, stop):
            return None
        lengths = [tasks[mode].duration for tasks, mode in zip(self.project.modes, modes, strict=True)]
        starts = [0, *accumulate(lengths)]
        return Schedule(tuple(modes), tuple(starts[:-1]), starts[-1])
