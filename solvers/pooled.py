"""A first answer under pools: what may not all be used is left out, one resource after the other."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from random import Random

from decomposer.solvers.components import Weighted
from decomposer.solvers.greedy import Board, construct
from decomposer.solvers.hubs import leave_out, without
from decomposer.solvers.prune import free_graph
from decomposer.solvers.reductions import feasible
from decomposer.solvers.refine import descend
from decomposer.solvers.selection import Selection

LARGE = 5_000
"""From so many alternatives on, what is used least goes, all that is too much at once, and others are not tried."""

HUGE = 20_000
"""With so many there is nothing to be had once time is over."""


def pooled(problem: Selection, stop: Callable[[], bool], seed: int = 0) -> dict[int, int]:
    """An answer that keeps all pools and perhaps breaks other limits; empty when none was found.

    Parameters
    ----------
    problem : Selection
    stop : function
        Asked between answers; afterwards an answer is finished as quickly as can be.
    seed : int

    Notes
    -----
    As long as the answer uses more resources of a pool than it may, the one without which it is cheapest goes: a
    construction for each pair of resources of a pool at most; of large problems, a few.
    """
    graph = free_graph(problem)
    if not feasible(graph):
        return {}
    state: _State | None = _State(graph, graph, frozenset(), _constructed(graph, stop))
    nodes = len(problem.choices)
    pools = [({nodes + resource for resource in pool.resources}, pool.limit) for pool in problem.pools]
    while state is not None:
        used = state.board.chosen().keys()
        over = next(((inside & used, limit) for inside, limit in pools if len(inside & used) > limit), None)
        if over is None:
            break
        if stop() and graph.size > HUGE:
            return {}
        tried = None if graph.size > LARGE else state.dearest(over[0], stop)
        state = tried or state.least_used(over[0], over[1], stop)
    if state is None:
        return {}
    board = leave_out(state.board, state.less, stop, seed)
    descend(board, stop, Random(seed))
    return {node: index for node, index in state.origins(board) if node < nodes}


@dataclass(frozen=True, slots=True)
class _State:
    """A graph, what is left of it without some resources, and an answer to that."""

    graph: Weighted
    less: Weighted
    out: frozenset[int]
    board: Board

    def dearest(self, used: Collection[int], stop: Callable[[], bool]) -> _State | None:
        """Without the resource without which the answer is cheapest; `None` where none can be left out in time."""
        states = [state for each in sorted(used) if not stop() and (state := self._without({each}, stop)) is not None]
        return min(states, key=lambda state: (state.board.total, sorted(state.out)), default=None)

    def least_used(self, used: Collection[int], limit: int, stop: Callable[[], bool]) -> _State | None:
        """Without those used least, as many as are too many."""
        place = {name: index for index, name in enumerate(self.board.names)}
        gone: set[int] = set()
        for each in sorted(used, key=lambda each: (self.board.refs[place[each]], each)):
            if len(used) - len(gone) <= limit:
                break
            if without(self.graph, self.out | gone | {each}) is not None:
                gone.add(each)
        return self._without(gone, stop) if gone else None

    def origins(self, board: Board) -> Iterable[tuple[int, int]]:
        """What the answer on a board is in the problem."""
        for node, index in board.chosen().items():
            origin = self.less.ways[node][index].origin[0]
            # Places in the graph, which has its own origins, unless nothing was left out of it.
            yield self.graph.ways[node][origin[1]].origin[0] if self.out else origin

    def _without(self, more: Iterable[int], stop: Callable[[], bool]) -> _State | None:
        out = self.out.union(more)
        less = without(self.graph, out)
        return None if less is None else _State(self.graph, less, out, _constructed(less, stop))


def _constructed(graph: Weighted, stop: Callable[[], bool]) -> Board:
    board = Board(graph)
    construct(board, stop)
    return board
