"""Selection problems as integer programmes: the rows of `duals`, with exact integer numbers.

Strong rows throughout: what alternatives of one node use or need in common is bounded by one row for their sum,
not by one row for each of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import reduce
from typing import Any

from decomposer.solvers import logarithms
from decomposer.solvers.duals import Duals, Variable
from decomposer.solvers.engine import load
from decomposer.solvers.selection import Number, Selection

ENGINES = ("GSCIP", "GLOP", "HIGHS", "PDLP")
"""Solvers of OR-Tools that are used, by their names in MathOpt."""


@dataclass(frozen=True, slots=True)
class Row:
    """``lower <= sum(coefficients * columns) <= upper``; `unit` times the row is the row of `duals`."""

    key: tuple[str, *tuple[int, ...]]
    columns: tuple[int, ...]
    coefficients: tuple[int, ...]
    upper: int
    equal: bool = False
    unit: Fraction = Fraction(1)


@dataclass(slots=True)
class Linear:
    """An integer programme.

    Parameters
    ----------
    columns : tuple of Variable
        Each between 0 and 1; nodes that are roots are 1.
    at : mapping of Variable to its column
    roots : frozenset of columns
    costs : tuple of tuple of int
        Of each column, for each level.
    units : tuple of Fraction
        What one unit of cost is worth, for each level.
    rows : list of Row
    """

    columns: tuple[Variable, ...]
    at: dict[Variable, int]
    roots: frozenset[int]
    costs: tuple[tuple[int, ...], ...]
    units: tuple[Fraction, ...]
    rows: list[Row] = field(default_factory=list)


def linear(problem: Selection) -> Linear:
    """The programme of a problem, without what belongs to time, and without what forbids circles.

    Notes
    -----
    Linear in the size of the problem.
    """
    nodes = _reachable(problem)
    columns: list[Variable] = [("resource", r) for r in range(len(problem.resources))]
    costs: list[tuple[Number, ...]] = [r.costs for r in problem.resources]
    spends: list[Sequence[Number]] = [r.spends for r in problem.resources]
    success = [Fraction(1)] * len(columns)
    nothing = (0,) * problem.components
    for node in nodes:
        columns.append(("node", node))
        costs.append(nothing)
        spends.append(())
        success.append(Fraction(1))
        for index, alternative in enumerate(problem.choices[node]):
            columns.append(("alternative", node, index))
            costs.append(alternative.costs)
            spends.append(alternative.spends)
            success.append(alternative.success)
    at = {variable: column for column, variable in enumerate(columns)}
    tables = [_whole(_weighted(costs, level.weights)) for level in problem.levels]
    made = Linear(
        columns=tuple(columns),
        at=at,
        roots=frozenset(at["node", root] for root in problem.roots),
        costs=tuple(tuple(table) for table, _ in tables),
        units=tuple(unit for _, unit in tables),
    )
    for node in nodes:
        _node(problem, made, node)
    for i, pool in enumerate(problem.pools):
        members = tuple(at["resource", r] for r in sorted(pool.resources))
        made.rows.append(Row(("pool", i), members, (1,) * len(members), pool.limit))
    for i, budget in enumerate(problem.budgets):
        numbers, unit = _whole([row[i] if row else 0 for row in spends])
        _limit(made, ("budget", i), numbers, math.floor(budget / unit), 1 / unit)
    if problem.reliability is not None and problem.reliability > 0:
        known = {factor: logarithms.below(factor) for factor in set(success)}
        most = logarithms.above(problem.reliability) if problem.reliability <= 1 else -1
        _limit(made, ("reliability",), [known[factor] for factor in success], most, Fraction(1))
    return made


def _node(problem: Selection, made: Linear, node: int) -> None:
    """Rows of one node: it is done by one alternative, and what these need and use is taken too."""
    at, alternatives = made.at, problem.choices[node]
    own = tuple(at["alternative", node, index] for index in range(len(alternatives)))
    made.rows.append(Row(("choose", node), (*own, at["node", node]), (1,) * len(own) + (-1,), 0, equal=True))
    wanted: dict[tuple[str, int], list[int]] = {}
    for column, alternative in zip(own, alternatives, strict=True):
        for need in alternative.needs:
            wanted.setdefault(("node", need), []).append(column)
        for resource in alternative.uses:
            wanted.setdefault(("resource", resource), []).append(column)
    for (kind, number), takers in wanted.items():
        if (kind, number) == ("node", node):
            made.rows.append(Row(("cut",), tuple(takers), (1,) * len(takers), 0))
            continue
        key = ("share" if kind == "node" else "use", node, number)
        made.rows.append(Row(key, (*takers, at[kind, number]), (1,) * len(takers) + (-1,), 0))


def _limit(made: Linear, key: tuple[str, *tuple[int, ...]], numbers: list[int], limit: int, unit: Fraction) -> None:
    entries = [(column, number) for column, number in enumerate(numbers) if number]
    made.rows.append(Row(key, tuple(c for c, _ in entries), tuple(n for _, n in entries), limit, unit=unit))


def _weighted(costs: Iterable[Sequence[Number]], weights: Sequence[Number]) -> list[Number]:
    if len(weights) == 1:
        return [row[0] * weights[0] for row in costs]
    return [sum((c * w for c, w in zip(row, weights, strict=True)), 0) for row in costs]


def _whole(numbers: Sequence[Number]) -> tuple[list[int], Fraction]:
    """The numbers as integers without a common factor, and what one unit of them is worth."""
    below = reduce(math.lcm, {number.denominator for number in numbers}, 1)
    scaled = [int(number * below) for number in numbers]
    common = math.gcd(*scaled) or 1
    return [number // common for number in scaled], Fraction(common, below)


def _reachable(problem: Selection) -> list[int]:
    seen = set(problem.roots)
    stack = list(seen)
    while stack:
        for alternative in problem.choices[stack.pop()]:
            for need in alternative.needs:
                if need not in seen:
                    seen.add(need)
                    stack.append(need)
    return sorted(seen)


@dataclass(frozen=True, slots=True)
class Solved:
    """What an engine says; in floating point, and so nothing is proved by it.

    Parameters
    ----------
    reason : str
        Of its end, in lower case, such as ``optimal``, ``infeasible``, ``feasible``, ``no_solution_found``; of a
        failure, what it says.
    limited : bool
        Whether a limit ended it.
    values : list of float
        Of the columns; empty without an answer.
    bound : float
        In units of the level's cost; infinite below where nothing is known.
    duals : list of float
        Of the rows, for a relaxation.
    """

    reason: str
    limited: bool
    values: list[float]
    bound: float
    duals: list[float]


@dataclass(frozen=True, slots=True)
class Effort:
    """Limits of one call of an engine."""

    seconds: float | None = None
    nodes: int | None = None
    seed: int = 0
    interrupter: Any = None


def solve(
    made: Linear,
    level: int,
    engine: str,
    effort: Effort = Effort(),
    relaxed: bool = False,
    fixed: Mapping[int, int] | None = None,
    start: Mapping[int, int] | None = None,
    penalty: int | None = None,
) -> Solved:
    """Call an engine.

    Parameters
    ----------
    made : Linear
    level : int
        Which costs to make least.
    engine : str
        One of `ENGINES`.
    effort : Effort
    relaxed : bool
        Whether columns may take values between.
    fixed : mapping of column to value
    start : mapping of column to value
        An answer to start from.
    penalty : int, optional
        What leaving a root undone costs; without it, that is not allowed.
    """
    mathopt = load("math_opt.python.mathopt")
    core = load("math_opt.core.python.solver")
    costs = list(made.costs[level])
    if penalty is not None:
        for column in made.roots:
            costs[column] -= penalty
    shrink = shrinking(costs)
    parameters = mathopt.SolveParameters()
    if not relaxed:
        parameters.random_seed = effort.seed % 2**31
        parameters.relative_gap_tolerance = 0.0
        parameters.absolute_gap_tolerance = 0.5 / shrink
        if effort.nodes is not None:
            parameters.node_limit = effort.nodes
    if effort.seconds is not None:
        from datetime import timedelta

        parameters.time_limit = timedelta(seconds=max(effort.seconds, 0.001))
    model_parameters = mathopt.ModelSolveParameters().to_proto()
    if start:
        hint = model_parameters.solution_hints.add()
        hint.variable_values.ids.extend(sorted(start))
        hint.variable_values.values.extend(float(start[column]) for column in sorted(start))
    arguments = (
        _proto(made, costs, shrink, relaxed, fixed or {}, penalty is None),
        getattr(mathopt.SolverType, engine).value,
        mathopt.StreamableSolverInitArguments().to_proto(),
        parameters.to_proto(),
        model_parameters,
        None,
        mathopt.CallbackRegistration().to_proto(),
        None,
        effort.interrupter,
    )
    try:
        result = core.solve(*arguments)
    except Exception as error:
        # The class of its errors cannot be imported in every version.
        if type(error).__name__ != "StatusNotOk":
            raise
        return Solved(f"error: {error}", False, [], -math.inf, [])
    return _read(result, made, shrink)


def _read(result: Any, made: Linear, shrink: float) -> Solved:
    reason = (
        type(result.termination)
        .DESCRIPTOR.fields_by_name["reason"]
        .enum_type.values_by_number[result.termination.reason]
    )
    values: list[float] = []
    duals: list[float] = []
    if result.solutions:
        best = result.solutions[0]
        if best.HasField("primal_solution"):
            values = [0.0] * len(made.columns)
            for column, value in zip(
                best.primal_solution.variable_values.ids, best.primal_solution.variable_values.values, strict=True
            ):
                values[column] = value
        if best.HasField("dual_solution"):
            duals = [0.0] * len(made.rows)
            for row, value in zip(
                best.dual_solution.dual_values.ids, best.dual_solution.dual_values.values, strict=True
            ):
                duals[row] = value * shrink * _small(made.rows[row])
    bound = result.termination.objective_bounds.dual_bound * shrink
    return Solved(
        reason.name.removeprefix("TERMINATION_REASON_").lower(), bool(result.termination.limit), values, bound, duals
    )


def _small(row: Row) -> float:
    """A power of two that brings the numbers of a row near 1."""
    return float(2.0 ** -max(0, max(map(abs, row.coefficients), default=1).bit_length() - 14))


def shrinking(costs: Sequence[int]) -> float:
    """A power of two by which costs are divided for an engine: numbers near 1 suit floating point."""
    return float(2.0 ** max(0, max((cost.bit_length() for cost in costs), default=0) - 14))


def _proto(
    made: Linear, costs: Sequence[int], shrink: float, relaxed: bool, fixed: Mapping[int, int], rooted: bool
) -> Any:
    """The programme as MathOpt takes it."""
    model = load("math_opt.model_pb2").ModelProto()
    count = len(made.columns)
    model.variables.ids.extend(range(count))
    lower, upper = [0.0] * count, [1.0] * count
    for column in made.roots if rooted else ():
        lower[column] = 1.0
    for column, value in fixed.items():
        lower[column] = upper[column] = float(value)
    model.variables.lower_bounds.extend(lower)
    model.variables.upper_bounds.extend(upper)
    model.variables.integers.extend([not relaxed] * count)
    paid = [column for column in range(count) if costs[column]]
    model.objective.linear_coefficients.ids.extend(paid)
    model.objective.linear_coefficients.values.extend(costs[column] / shrink for column in paid)
    model.linear_constraints.ids.extend(range(len(made.rows)))
    lows, highs = [], []
    matrix = model.linear_constraint_matrix
    for number, row in enumerate(made.rows):
        small = _small(row)
        highs.append(row.upper * small)
        lows.append(highs[-1] if row.equal else -math.inf)
        entries = sorted(zip(row.columns, row.coefficients, strict=True))
        matrix.row_ids.extend([number] * len(entries))
        matrix.column_ids.extend(column for column, _ in entries)
        matrix.coefficients.extend(coefficient * small for _, coefficient in entries)
    model.linear_constraints.lower_bounds.extend(lows)
    model.linear_constraints.upper_bounds.extend(highs)
    return model


GRAIN = 1 << 20
"""Multipliers are rounded to this part of a unit of cost."""


def multipliers(made: Linear, level: int, duals: Sequence[float]) -> Duals:
    """The duals of a relaxation as exact multipliers; whatever their sign was, none is below 0 that must not be."""
    found: dict[str, dict[Any, Number]] = {"choose": {}, "share": {}, "use": {}, "pool": {}, "budget": {}}
    reliability: Number = 0
    for row, dual in zip(made.rows, duals, strict=True):
        kind, *rest = row.key
        sign = 1 if kind == "choose" else -1
        number = Fraction(round(sign * dual * GRAIN), GRAIN) * row.unit * made.units[level]
        if not number or (kind != "choose" and number < 0):
            continue
        if kind == "reliability":
            reliability = number
        elif kind in found:
            found[kind][rest[0] if len(rest) == 1 else tuple(rest)] = number
    return Duals(found["choose"], found["share"], found["use"], found["pool"], found["budget"], reliability)
