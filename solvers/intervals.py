"""A project as a model of CP-SAT: a start for each task, an optional interval for each mode.

The windows are those of the horizon, so that a tight one leaves little.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from decomposer.solvers.engine import load
from decomposer.solvers.project import Mode, Project, Schedule
from decomposer.solvers.windows import heads, stretches, tails

LARGEST = 1 << 30
"""Times, amounts, their products and sums in a row stay below this."""

STRETCHES = 20
"""Energy rows for each capacity."""

MANY_STRETCHES = 80
"""The same where nothing else stands for a capacity."""


@dataclass(frozen=True, slots=True)
class Intervals:
    """The model, and what its variables stand for.

    Parameters
    ----------
    project : Project
    cp : CpModel
    starts : tuple of variables
    taken : tuple of tuple of literals
        One for each mode; none for a task with a single mode.
    span : variable
        The makespan.
    """

    project: Project
    cp: Any
    starts: tuple[Any, ...]
    taken: tuple[tuple[Any, ...], ...]
    span: Any

    def read(self, value: Callable[[Any], int]) -> Schedule:
        """The schedule that values stand for."""
        modes = tuple(next((i for i, literal in enumerate(literals) if value(literal)), 0) for literals in self.taken)
        starts = tuple(int(value(start)) for start in self.starts)
        ends = (
            start + tasks[mode].duration for start, mode, tasks in zip(starts, modes, self.project.modes, strict=True)
        )
        return Schedule(modes, starts, max(ends, default=0))

    def hint(self, schedule: Schedule) -> None:
        """Begin the search at a schedule of the same project."""
        self.cp.clear_hints()
        for start, at in zip(self.starts, schedule.starts, strict=True):
            self.cp.add_hint(start, at)
        for literals, mode in zip(self.taken, schedule.modes, strict=True):
            for i, literal in enumerate(literals):
                self.cp.add_hint(literal, i == mode)
        self.cp.add_hint(self.span, schedule.makespan)


def intervals(project: Project, horizon: int, bound: int, relaxed: bool = False) -> Intervals:
    """Build the model of least makespan between `bound` and `horizon`.

    Parameters
    ----------
    project : Project
        Fitted to the horizon (`windows.fit`): every mode of a task lies within its window.
    horizon, bound : int
    relaxed : bool
        Whether to leave the capacities to rows of energy, so that only modes and paths are open.

    Raises
    ------
    ValueError
        When times, amounts or sums of spends are too large to be worked with.
    """
    sums = [sum(max(mode.spends[i] for mode in modes) for modes in project.modes) for i in range(len(project.budgets))]
    if max((horizon, *project.capacities, *project.budgets, *sums)) >= LARGEST:
        raise ValueError("times, amounts or spends are too large for CP-SAT")
    cp = load("sat.python.cp_model").CpModel()
    before, after = heads(project), tails(project)
    starts: list[Any] = []
    taken: list[tuple[Any, ...]] = []
    rows: list[list[tuple[Any, Mode]]] = []
    span = cp.new_int_var(min(bound, horizon), horizon, "span")
    for task, modes in enumerate(project.modes):
        latest = horizon - after[task]
        start = cp.new_int_var(before[task], latest - min(mode.duration for mode in modes), f"start {task}")
        starts.append(start)
        if len(modes) == 1:
            taken.append(())
            if not relaxed:
                rows.append([(cp.new_fixed_size_interval_var(start, modes[0].duration, f"task {task}"), modes[0])])
            continue
        literals = tuple(cp.new_bool_var(f"mode {task} {i}") for i in range(len(modes)))
        cp.add_exactly_one(literals)
        taken.append(literals)
        if not relaxed:
            rows.append(
                [
                    (cp.new_optional_fixed_size_interval_var(start, mode.duration, literal, f"task {task} {i}"), mode)
                    for i, (literal, mode) in enumerate(zip(literals, modes, strict=True))
                ]
            )
        for literal, mode in zip(literals, modes, strict=True):
            cp.add(start <= latest - mode.duration).only_enforce_if(literal)
    found = Intervals(project, cp, tuple(starts), tuple(taken), span)
    for task, modes in enumerate(project.modes):
        # Linear in the modes, so that the relaxation trades time against budgets along whole paths.
        if len(modes) == 1:
            end = starts[task] + modes[0].duration
        else:
            end = starts[task] + sum(mode.duration * var for mode, var in zip(modes, taken[task], strict=True))
        for later in [starts[follower] for follower in project.followers[task]] or [span]:
            cp.add(later >= end)
    for resource, capacity in enumerate(project.capacities):
        held = [(interval, mode.occupies[resource]) for row in rows for interval, mode in row]
        held = [(interval, amount) for interval, amount in held if amount]
        if held:
            cp.add_cumulative([interval for interval, _ in held], [amount for _, amount in held], capacity)
    for stretch in stretches(project, before, after, MANY_STRETCHES if relaxed else STRETCHES):
        # Implied, and not seen by the relaxation of the cumulatives: energy against makespan and budgets.
        capacity, resource = project.capacities[stretch.resource], stretch.resource
        if capacity * horizon >= LARGEST:
            continue
        total: Any = capacity * (stretch.head + stretch.tail)
        for task in stretch.tasks:
            energy = [mode.occupies[resource] * mode.duration for mode in project.modes[task]]
            total += sum(e * var for e, var in zip(energy, taken[task], strict=True)) if taken[task] else energy[0]
        cp.add(capacity * span >= total)
    for i, limit in enumerate(project.budgets):
        cp.add(
            sum(
                mode.spends[i] * literal
                for modes, literals in zip(project.modes, taken, strict=True)
                for mode, literal in zip(modes, literals, strict=False)
            )
            <= limit - sum(modes[0].spends[i] for modes in project.modes if len(modes) == 1)
        )
    cp.minimize(span)
    return found
