"""A first answer under pools: what may not all be used is left out, one resource after the other."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from decomposer.solvers.components import Weighted
from decomposer.solvers.greedy import Board, construct
from decomposer.solvers.hubs import leave_out, without
from decomposer.solvers.prune import free_graph
from decomposer.solvers.reductions import feasible
from decomposer.solvers.refine import descend
from decomposer.solvers.selection import Selection


def pooled(problem: Selection, stop: Callable[[], bool], seed: int = 0) -> dict[int, int]:
    """An answer that keeps all pools and perhaps breaks other limits; empty when none was found.

    Parameters
    ----------
    problem : Selection
    stop : function
        Asked between answers.
    seed : int

    Notes
    -----
    As long as a pool has more resources left than may be used, and the answer uses more, the one without which the
    answer is cheapest goes: a construction for each pair of resources of a pool at most.
    """
    graph = free_graph(problem)
    nodes = len(problem.choices)
    out: frozenset[int] = frozenset()
    less: Weighted | None = graph if feasible(graph) else None
    board = _constructed(less, stop)
    while less is not None and board is not None:
        used = board.chosen().keys()
        over = (
            {nodes + resource for resource in pool.resources} & used
            for pool in problem.pools
            if sum(nodes + resource in used for resource in pool.resources) > pool.limit
        )
        exceeded = next(over, None)
        if exceeded is None:
            break
        if stop():
            return {}
        tried = []
        for resource in sorted(exceeded):
            fewer = without(graph, out | {resource})
            fresh = _constructed(fewer, stop)
            if fewer is not None and fresh is not None:
                tried.append((fresh.total, resource, fresh, fewer))
        if not tried:
            return {}
        _, resource, board, less = min(tried, key=lambda item: item[:2])
        out |= {resource}
    if less is None or board is None:
        return {}
    board = leave_out(board, less, stop, seed)
    descend(board, stop, Random(seed))
    chosen = board.chosen()
    origins = {node: less.ways[node][index].origin[0] for node, index in chosen.items()}
    if out:  # places in the graph, which still has its own origins
        origins = {node: graph.ways[node][place].origin[0] for node, place in origins.values()}
    return {node: index for node, index in origins.values() if node < nodes}


def _constructed(graph: Weighted | None, stop: Callable[[], bool]) -> Board | None:
    if graph is None:
        return None
    board = Board(graph)
    construct(board, stop)
    return board
