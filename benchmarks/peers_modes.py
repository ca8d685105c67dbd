"""Plain peers on one multi-mode project, each in its own process: ``python -m benchmarks.peers_modes``.

``cpsat``: a start and an end for each task, an optional interval for each mode, a cumulative for each capacity, the
horizon long enough for everything in a row; CP-SAT with its own choice of workers. ``cpsat8``: the same with eight.
``highs``: a variable for each mode and start in the HiGHS inside OR-Tools; the horizon is then that of a schedule from
outside, and where even that leaves too many variables it is not tried.
"""

from __future__ import annotations

import argparse
import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.modes_reader import read
from decomposer.solvers.selection import Selection

Found = dict[str, Any]

MOST = 60_000
"""Variables beyond which the time-indexed programme is not tried."""


def cpsat(problem: Selection, seconds: float, horizon: int, workers: int = 0) -> Found:
    """CP-SAT as one would write it."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    last = sum(max(int(mode.duration) for mode in modes) for modes in problem.choices)
    starts = [model.new_int_var(0, last, "") for _ in problem.choices]
    ends = [model.new_int_var(0, last, "") for _ in problem.choices]
    taken = [[model.new_bool_var("") for _ in modes] for modes in problem.choices]
    span = model.new_int_var(0, last, "")
    held: list[list[tuple[Any, int]]] = [[] for _ in problem.capacities]
    for task, modes in enumerate(problem.choices):
        model.add_exactly_one(taken[task])
        for mode, literal in zip(modes, taken[task], strict=True):
            interval = model.new_optional_interval_var(starts[task], int(mode.duration), ends[task], literal, "")
            for row, amount in zip(held, mode.occupies, strict=True):
                if amount:
                    row.append((interval, amount))
        for need in modes[0].needs:
            model.add(starts[task] >= ends[need])
        model.add(span >= ends[task])
    for row, capacity in zip(held, problem.capacities, strict=True):
        model.add_cumulative([interval for interval, _ in row], [amount for _, amount in row], capacity)
    for i, limit in enumerate(problem.budgets):
        spent = [
            int(mode.spends[i]) * literal
            for modes, literals in zip(problem.choices, taken, strict=True)
            for mode, literal in zip(modes, literals, strict=True)
        ]
        model.add(cp_model.LinearExpr.sum(spent) <= int(limit))
    model.minimize(span)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = workers
    status = solver.status_name(solver.solve(model))
    solved = status in ("OPTIMAL", "FEASIBLE")
    return {
        "cost": round(solver.objective_value) if solved else None,
        "bound": round(solver.best_objective_bound) if solved or status == "UNKNOWN" else None,
        "proved": status in ("OPTIMAL", "INFEASIBLE"),
    }


def highs(problem: Selection, seconds: float, horizon: int) -> Found:
    """HiGHS over starts, with the windows that the shortest modes leave."""
    from ortools.math_opt.python import mathopt

    tasks = range(len(problem.choices))
    short = [min(int(mode.duration) for mode in modes) for modes in problem.choices]
    head, tail = [0] * len(short), [0] * len(short)
    for _ in tasks:  # as many rounds as the longest chain has tasks are enough
        for task in tasks:
            for need in problem.choices[task][0].needs:
                head[task] = max(head[task], head[need] + short[need])
                tail[need] = max(tail[need], tail[task] + short[task])
    places = [
        (task, int(mode.duration), mode, start)
        for task in tasks
        for mode in problem.choices[task]
        for start in range(head[task], horizon - tail[task] - int(mode.duration) + 1)
    ]
    if len(places) > MOST:
        return {"cost": None, "bound": None, "proved": False}
    model = mathopt.Model()
    span = model.add_variable(lb=0.0, ub=float(horizon))
    model.minimize(span)
    terms: list[tuple[Any, ...]] = [(model.add_binary_variable(), *place) for place in places]
    begins: list[list[Any]] = [[] for _ in tasks]
    ends: list[list[Any]] = [[] for _ in tasks]
    once: list[list[Any]] = [[] for _ in tasks]
    use: dict[tuple[int, int], list[Any]] = {}
    for var, task, duration, mode, start in terms:
        once[task].append(var)
        begins[task].append(start * var)
        ends[task].append((start + duration) * var)
        for i, amount in enumerate(mode.occupies):
            for slot in range(start, start + duration) if amount else ():
                use.setdefault((i, slot), []).append(amount * var)
    for task in tasks:
        model.add_linear_constraint(mathopt.fast_sum(once[task]) == 1.0)
        model.add_linear_constraint(mathopt.fast_sum(ends[task]) <= span)
        for need in problem.choices[task][0].needs:
            model.add_linear_constraint(mathopt.fast_sum(ends[need]) <= mathopt.fast_sum(begins[task]))
    for (i, _), row in use.items():
        model.add_linear_constraint(mathopt.fast_sum(row) <= float(problem.capacities[i]))
    for i, limit in enumerate(problem.budgets):
        spent = [float(mode.spends[i]) * var for var, _, _, mode, _ in terms if mode.spends[i]]
        model.add_linear_constraint(mathopt.fast_sum(spent) <= float(limit))
    result = mathopt.solve(
        model, mathopt.SolverType.HIGHS, params=mathopt.SolveParameters(time_limit=timedelta(seconds=seconds))
    )
    proved = result.termination.reason == mathopt.TerminationReason.OPTIMAL
    return {
        "cost": round(result.objective_value()) if result.has_primal_feasible_solution() else None,
        "bound": result.dual_bound() if abs(result.dual_bound()) < 1e15 else None,
        "proved": proved,
    }


def cpsat8(problem: Selection, seconds: float, horizon: int) -> Found:
    """As `cpsat`, with eight workers."""
    return cpsat(problem, seconds, horizon, 8)


PEERS = {"cpsat": cpsat, "cpsat8": cpsat8, "highs": highs}


def main() -> None:
    """Run one peer on one instance and print what it found, in JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=tuple(PEERS))
    parser.add_argument("instance", type=Path, metavar="FILE")
    parser.add_argument("--time-limit", type=float, default=60.0, metavar="S")
    parser.add_argument("--horizon", type=int, required=True, help="makespan of a schedule, for the integer programme")
    options = parser.parse_args()
    problem = read(options.instance)
    import ortools.math_opt.python.mathopt
    import ortools.sat.python.cp_model  # noqa: F401  # imports are not held against anybody

    begun = time.perf_counter()
    found = PEERS[options.kind](problem, options.time_limit, options.horizon)
    print(json.dumps({**found, "seconds": time.perf_counter() - begun}))


if __name__ == "__main__":
    main()
