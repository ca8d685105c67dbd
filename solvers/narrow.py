"""Exact dynamic programming where limits couple a graph of low treewidth: what is shared is shared nearby.

OR nodes and resources are the vertices of `tables`; pools, budgets and a reliability its limits. Needs no library.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from decomposer.solvers import evaluate
from decomposer.solvers.amounts import Limited
from decomposer.solvers.answer import Answer, Limits
from decomposer.solvers.prune import free_graph
from decomposer.solvers.selection import Number, Selection
from decomposer.solvers.tables import TooManyError, least, small
from decomposer.solvers.watch import Watch

NAME = "narrow"

LARGE = 20_000
"""Problems of more alternatives are hardly ever narrow enough, and to find out takes a second."""

SHARE = 0.3
"""The part of the time and work after which the rest is left to other methods."""


def suits(problem: Selection) -> bool:
    """Whether limits without time couple the choices of a graph that, cheaply pruned, falls into small bags."""
    if not problem.limited or problem.timed or sum(map(len, problem.choices)) > LARGE:
        return False
    return small(free_graph(problem))


def run(problem: Selection, limits: Limits, hint: Mapping[int, int] | None = None) -> Answer:
    """Solve a problem that `suits`; the hint is not needed.

    Notes
    -----
    As `tables.least`; `unknown` where that gives up.
    """
    watch = Watch(limits, NAME)
    graph = free_graph(problem)
    part = watch.part(SHARE)
    try:
        best = least(graph, _limited(problem), part)
    except TooManyError:
        return Answer("unknown", stopped=part.reason or "work", backend=NAME)
    if best is None:
        return Answer("infeasible", backend=NAME)
    decided = dict(graph.ways[node][place].origin[0] for node, place in sorted(best.items()))
    chosen = {node: index for node, index in decided.items() if node < len(problem.choices)}
    worth = evaluate.value(problem, chosen)
    if worth:
        watch.proved(worth[0])
        watch.found(worth)
    return Answer("optimal", chosen, worth, worth[0] if worth else None, stopped="proved", backend=NAME)


def _limited(problem: Selection) -> Limited:
    """Pools count resources, budgets add up, and the inverse of the reliability multiplies."""
    nodes = len(problem.choices)
    product = problem.reliability is not None and problem.reliability > 0
    tops: list[Number] = [*(pool.limit for pool in problem.pools), *problem.budgets]
    none, zeros = (0,) * len(problem.pools), (0,) * len(problem.budgets)
    if product:
        tops.append(1 / Fraction(problem.reliability or 1))
    amounts: dict[tuple[int, int], tuple[Number, ...]] = {}
    for node, row in enumerate(problem.choices):
        for index, way in enumerate(row):
            amounts[node, index] = (*none, *(way.spends or zeros), *([1 / way.success] if product else []))
    for number, resource in enumerate(problem.resources):
        counts = tuple(int(number in pool.resources) for pool in problem.pools)
        amounts[nodes + number, 0] = (*counts, *(resource.spends or zeros), *([1] if product else []))
    return Limited(tuple(tops), amounts, product)
