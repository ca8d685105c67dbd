"""Plain peers for selections with sharing, one per process: ``python -m benchmarks.peers_andor NAME FILE``.

Bottom-up and greedy-DAG extraction; a CP-SAT model with a level on every class and nothing else; the same integer
programme in HiGHS. None reduces the problem or is told an answer. What they return is recomputed here, exactly.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from fractions import Fraction
from math import lcm
from pathlib import Path
from typing import Any

from benchmarks.andor import read
from decomposer.solvers import evaluate
from decomposer.solvers.components import components, labels
from decomposer.solvers.engine import load
from decomposer.solvers.selection import Number, Selection

Found = tuple[dict[int, int], float | None, bool]
"""What is chosen, a bound, whether it was declared optimal."""


def bottom_up(problem: Selection, seconds: float) -> Found:
    """Least cost of every class as if nothing were shared, until nothing changes."""
    cost: dict[int, Number] = {}
    chosen: dict[int, int] = {}
    changed = True
    while changed:
        changed = False
        for node, ways in enumerate(problem.choices):
            for index, way in enumerate(ways):
                if all(need in cost for need in way.needs):
                    total = way.costs[0] + sum(cost[need] for need in way.needs)
                    if node not in cost or total < cost[node]:
                        cost[node], chosen[node], changed = total, index, True
    return chosen, None, False


def greedy_dag(problem: Selection, seconds: float) -> Found:
    """For every class the least cost found of the set of classes below it, each counted once, until nothing changes."""
    start = time.monotonic()
    below: dict[int, dict[int, Number]] = {}
    totals: dict[int, Number] = {}
    chosen: dict[int, int] = {}
    changed = True
    while changed and time.monotonic() - start < seconds:
        changed = False
        for node, ways in enumerate(problem.choices):
            for index, way in enumerate(ways):
                if node in way.needs or not all(need in below for need in way.needs):
                    continue
                union: dict[int, Number] = {}
                for need in way.needs:
                    union.update(below[need])
                if node in union:
                    continue
                union[node] = way.costs[0]
                total = sum(union.values())
                if node not in totals or total < totals[node]:
                    below[node], totals[node], chosen[node], changed = union, total, index, True
    return chosen, None, False


def _scaled(problem: Selection) -> tuple[list[list[int]], int, int]:
    """Whole costs, in units of one over the first number; where too long for 40 bits, the low bits (second) are cut."""
    below = lcm(*{cost.denominator for ways in problem.choices for way in ways for cost in way.costs})
    costs = [[int(way.costs[0] * below) for way in ways] for ways in problem.choices]
    shift = max(0, sum(max(row, default=0) for row in costs).bit_length() - 40)
    return [[cost >> shift for cost in row] for row in costs], below, shift


def cpsat(problem: Selection, seconds: float) -> Found:
    """A Boolean for every class and node, one implication for each child, a level on every class."""
    cp_model = load("sat.python.cp_model")
    model = cp_model.CpModel()
    costs, below, shift = _scaled(problem)
    count = len(problem.choices)
    taken = [model.new_bool_var("") for _ in problem.choices]
    level = [model.new_int_var(0, count, "") for _ in problem.choices]
    ways = [[model.new_bool_var("") for _ in row] for row in problem.choices]
    for node, row in enumerate(problem.choices):
        model.add(sum(ways[node]) == taken[node])
        for variable, way in zip(ways[node], row, strict=True):
            for need in way.needs:
                model.add_implication(variable, taken[need])
                model.add(level[node] > level[need]).only_enforce_if(variable)
    for root in problem.roots:
        model.add(taken[root] == 1)
    model.minimize(
        sum(
            cost * variable
            for row, variables in zip(costs, ways, strict=True)
            for cost, variable in zip(row, variables, strict=True)
            if cost
        )
    )
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 8
    status = solver.solve(model)
    bound = float(Fraction(int(max(0, solver.best_objective_bound)) << shift, below))
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return {}, bound, False
    return _chosen(ways, solver.value), bound, status == cp_model.OPTIMAL


def highs(problem: Selection, seconds: float) -> Found:
    """The same as an integer programme, in the HiGHS inside the wheel of OR-Tools; levels only where circles are.

    With levels everywhere it hardly ever gets to an answer.
    """
    model_builder = load("linear_solver.python.model_builder")
    model = model_builder.Model()
    count = len(problem.choices)
    taken = [model.new_bool_var("") for _ in problem.choices]
    level = [model.new_num_var(0, count, "") for _ in problem.choices]
    ways = [[model.new_bool_var("") for _ in row] for row in problem.choices]
    below = [sorted({need for way in row for need in way.needs}) for row in problem.choices]
    circle = labels(components(range(count), below.__getitem__))
    variables, costs = [], []
    for node, row in enumerate(problem.choices):
        model.add(model_builder.LinearExpr.sum(ways[node]) == taken[node])
        for variable, way in zip(ways[node], row, strict=True):
            variables.append(variable)
            costs.append(float(way.costs[0]))
            for need in way.needs:
                model.add(variable <= taken[need])
                if circle[node] == circle[need]:
                    model.add(level[node] - level[need] >= 1 - (count + 1) * (1 - variable))
    for root in problem.roots:
        model.add(taken[root] == 1)
    model.minimize(model_builder.LinearExpr.weighted_sum(variables, costs))
    solver = model_builder.Solver("highs")
    solver.set_time_limit_in_seconds(seconds)
    status = solver.solve(model)
    if status not in (model_builder.SolveStatus.OPTIMAL, model_builder.SolveStatus.FEASIBLE):
        return {}, None, False
    return (
        _chosen(ways, lambda variable: solver.value(variable) > 0.5),
        float(solver.best_objective_bound),
        status == model_builder.SolveStatus.OPTIMAL,
    )


def _chosen(ways: list[list[Any]], value: Callable[[Any], Any]) -> dict[int, int]:
    return {
        node: index
        for node, variables in enumerate(ways)
        for index, variable in enumerate(variables)
        if value(variable)
    }


PEERS: dict[str, Callable[[Selection, float], Found]] = {
    "bottom-up": bottom_up,
    "greedy-dag": greedy_dag,
    "cpsat": cpsat,
    "highs": highs,
}

NEEDED = {"cpsat": "sat.python.cp_model", "highs": "linear_solver.python.model_builder"}


def main() -> None:
    """Run one peer on one file and print what it found as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers_andor", description=__doc__)
    parser.add_argument("name", choices=PEERS)
    parser.add_argument("file", type=Path)
    parser.add_argument("--time-limit", type=float, default=60.0, metavar="S")
    given = parser.parse_args()
    problem = read(given.file)
    if given.name in NEEDED:
        load(NEEDED[given.name])  # imported before the clock runs
    start = time.perf_counter()
    chosen, bound, proved = PEERS[given.name](problem, given.time_limit)
    spent = time.perf_counter() - start
    cost = None
    try:
        whole = evaluate.trim(problem, chosen) if chosen else {}
        wrong = evaluate.check(problem, whole) if whole else ["no answer"]
        if not wrong:
            cost = float(evaluate.value(problem, whole)[0])
    except KeyError as missing:
        wrong = [f"nothing is chosen for {missing}"]
    row = {
        "engine": given.name,
        "cost": cost,
        "bound": bound,
        "proved": proved and not wrong,
        "seconds": round(spent, 3),
    }
    print(json.dumps({**row, "failed": wrong[0]} if wrong else row))


if __name__ == "__main__":
    main()
