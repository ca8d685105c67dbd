"""Plain peers on one facility location instance, each in its own process: ``python -m benchmarks.peers_hosting``.

``cpsat``: the model as one would write it in CP-SAT. ``highs``: the same integer programme, with one row for each
pair, in HiGHS: `highspy` where it can be imported, else the one inside OR-Tools (never both in one process).
``greedy``: open whatever saves most, as long as it saves.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from fractions import Fraction
from typing import Any

from benchmarks.hosting_reader import generate, instance
from decomposer.solvers.selection import Selection

Found = dict[str, Any]


def numbers(problem: Selection) -> tuple[list[int], list[list[int]], Fraction]:
    """Opening costs, serving costs by customer, and what one unit of them is worth."""
    opening = [int(r.costs[0]) for r in problem.resources]
    return opening, [[int(a.costs[0]) for a in row] for row in problem.choices], Fraction(problem.levels[0].weights[0])


def found(opened: list[int], problem: Selection) -> str:
    """The exact cost of opening these."""
    opening, serving, unit = numbers(problem)
    return str(unit * (sum(opening[j] for j in opened) + sum(min(row[j] for j in opened) for row in serving)))


def cpsat(problem: Selection, seconds: float) -> Found:
    """CP-SAT with eight workers."""
    from ortools.sat.python import cp_model

    opening, serving, unit = numbers(problem)
    model = cp_model.CpModel()
    sites = [model.new_bool_var("") for _ in opening]
    terms = [cost * site for cost, site in zip(opening, sites, strict=True)]
    for row in serving:
        takes = [model.new_bool_var("") for _ in row]
        model.add_exactly_one(takes)
        for take, site in zip(takes, sites, strict=True):
            model.add_implication(take, site)
        terms += [cost * take for cost, take in zip(row, takes, strict=True)]
    model.minimize(cp_model.LinearExpr.sum(terms))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 8
    status = solver.status_name(solver.solve(model))
    if status not in ("OPTIMAL", "FEASIBLE"):
        return {"cost": None, "bound": None, "proved": False}
    opened = [j for j, site in enumerate(sites) if solver.boolean_value(site)]
    bound = float(solver.best_objective_bound * unit)
    return {"cost": found(opened, problem), "bound": bound, "proved": status == "OPTIMAL"}


def highs(problem: Selection, seconds: float) -> Found:
    """HiGHS on the integer programme with strong rows."""
    try:
        import highspy  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        return highs_inside(problem, seconds)
    import numpy as np

    opening, serving, unit = numbers(problem)
    m, n = len(opening), len(serving)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = m + m * n, n + m * n
    lp.col_cost_ = np.array([*opening, *(cost for row in serving for cost in row)], dtype=float) * float(unit)
    lp.col_lower_, lp.col_upper_ = np.zeros(m + m * n), np.ones(m + m * n)
    lp.integrality_ = [highspy.HighsVarType.kInteger] * m + [highspy.HighsVarType.kContinuous] * (m * n)
    lp.row_lower_ = np.concatenate((np.ones(n), np.full(m * n, -highspy.kHighsInf)))
    lp.row_upper_ = np.concatenate((np.ones(n), np.zeros(m * n)))
    starts, columns, values = [0], list[int](), list[float]()
    for i in range(n):
        columns += range(m + i * m, m + (i + 1) * m)
        values += [1.0] * m
        starts.append(len(columns))
    for k in range(m * n):
        columns += (m + k, k % m)
        values += (1.0, -1.0)
        starts.append(len(columns))
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = starts, columns, values
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("time_limit", seconds)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.passModel(lp)
    solver.run()
    info = solver.getInfo()
    opened = [j for j, value in enumerate(solver.getSolution().col_value[:m]) if value > 0.5]
    proved = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    cost = found(opened, problem) if opened else None
    return {"cost": cost, "bound": info.mip_dual_bound, "proved": proved}


def highs_inside(problem: Selection, seconds: float) -> Found:
    """The same in the HiGHS of OR-Tools."""
    from datetime import timedelta

    from ortools.math_opt.python import mathopt

    opening, serving, unit = numbers(problem)
    model = mathopt.Model()
    sites = [model.add_binary_variable() for _ in opening]
    for site, cost in zip(sites, opening, strict=True):
        model.objective.set_linear_coefficient(site, float(cost * unit))
    for row in serving:
        served = model.add_linear_constraint(lb=1.0, ub=1.0)
        for site, cost in zip(sites, row, strict=True):
            take = model.add_variable(lb=0.0, ub=1.0)
            model.objective.set_linear_coefficient(take, float(cost * unit))
            served.set_coefficient(take, 1.0)
            implied = model.add_linear_constraint(ub=0.0)
            implied.set_coefficient(take, 1.0)
            implied.set_coefficient(site, -1.0)
    parameters = mathopt.SolveParameters(time_limit=timedelta(seconds=seconds), relative_gap_tolerance=0.0)
    result = mathopt.solve(model, mathopt.SolverType.HIGHS, params=parameters)
    bounds = result.termination.objective_bounds
    proved = result.termination.reason == mathopt.TerminationReason.OPTIMAL
    if not result.has_primal_feasible_solution():
        return {"cost": None, "bound": bounds.dual_bound, "proved": False}
    opened = [j for j, site in enumerate(sites) if result.variable_values()[site] > 0.5]
    return {"cost": found(opened, problem), "bound": bounds.dual_bound, "proved": proved}


def greedy(problem: Selection, seconds: float) -> Found:
    """Open whatever saves most."""
    opening, serving, _ = numbers(problem)
    now = [sum(row[j] for row in serving) + opening[j] for j in range(len(opening))]
    opened = [now.index(min(now))]
    paid = [row[opened[0]] for row in serving]
    begun = time.perf_counter()
    while time.perf_counter() - begun < seconds:
        saves = [
            sum(old - row[j] for old, row in zip(paid, serving, strict=True) if row[j] < old) - cost
            for j, cost in enumerate(opening)
        ]
        if max(saves) <= 0:
            break
        opened.append(saves.index(max(saves)))
        paid = [min(old, row[opened[-1]]) for old, row in zip(paid, serving, strict=True)]
    return {"cost": found(opened, problem), "bound": None, "proved": False}


PEERS = {"greedy": greedy, "cpsat": cpsat, "highs": highs}


def main() -> None:
    """Run one peer on one instance and print what it found, with its seconds for building the model and solving."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peer", choices=PEERS)
    parser.add_argument("instance", help="a file, or generate:SEED")
    parser.add_argument("--time-limit", type=float, default=60.0)
    options = parser.parse_args()
    problem = instance(options.instance)
    PEERS[options.peer](generate(0, 2, 3), 1.0)  # so that imports are not held against it
    begun = time.perf_counter()
    answer = PEERS[options.peer](problem, options.time_limit)
    json.dump({**answer, "seconds": time.perf_counter() - begun}, sys.stdout)


if __name__ == "__main__":
    main()
