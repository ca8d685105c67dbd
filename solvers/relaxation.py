"""Projects without their capacities: which modes to take, and a bound, quickly.

Budgets tie the modes of all tasks together, and paths and energy say what modes cost in time. Where no two tasks have
to be kept apart, the best modes are found by a search of an instant. What they leave of the makespan is a bound, and
the modes are where good schedules begin.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from decomposer.solvers.engine import load
from decomposer.solvers.intervals import intervals
from decomposer.solvers.project import Project, Schedule
from decomposer.solvers.watch import Watch

EACH = 0.005
"""Units of work for each task of the project."""

MOST = 6
"""Solutions that are kept."""


@dataclass(slots=True)
class Relaxed:
    """What the project without its capacities tells.

    Parameters
    ----------
    bound : int
        No schedule ends sooner.
    schedules : list of Schedule
        Modes and starts, the best last; capacities are not kept.
    work : float
        Units of work that this took.
    """

    bound: int
    schedules: list[Schedule] = field(default_factory=list)
    work: float = 0.0


def relax(project: Project, horizon: int, bound: int, hint: Schedule | None, most: float, watch: Watch) -> Relaxed:
    """Look for the modes of least makespan between `bound` and `horizon`, capacities left to rows of energy.

    Parameters
    ----------
    project : Project
        Fitted to the horizon.
    horizon, bound : int
    hint : Schedule, optional
        A schedule of this project.
    most : float
        Units of work at most.
    watch : Watch
        Ends it before.

    Raises
    ------
    ValueError
        When the numbers are too large for CP-SAT.
    """
    cp_model = load("sat.python.cp_model")
    model = intervals(project, horizon, bound, relaxed=True)
    if hint is not None:
        model.hint(hint)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.subsolvers.append("max_lp")
    solver.parameters.max_deterministic_time = max(1e-6, min(most, EACH * len(project.modes)))
    found = Relaxed(bound)

    class Callback(cp_model.CpSolverSolutionCallback):  # type: ignore[misc, name-defined, unused-ignore]
        def on_solution_callback(self) -> None:
            found.schedules = [*found.schedules[1 - MOST :], model.read(self.value)]

    if watch.left is not None:
        solver.parameters.max_time_in_seconds = max(watch.left, 1e-3)
    with watch.watching(solver.stop_search):
        status = solver.status_name(solver.solve(model.cp, Callback()))
    found.work = float(solver.response_proto.deterministic_time)
    if status == "INFEASIBLE":
        found.bound = horizon + 1
    elif status in ("OPTIMAL", "FEASIBLE", "UNKNOWN"):
        found.bound = max(bound, _low(solver.best_objective_bound))
    return found


def _low(low: Any) -> int:
    """A bound from the solver: an integer, given as a float."""
    return int(low + 1e-6) if 0 < low < 1 << 30 else 0
