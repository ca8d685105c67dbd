"""Answers that do without some of what many alternatives share, such as a hosted model that a good part of them uses.

What is paid once for many is not given up by changing one choice after the other: each of them would still pay it.
Here such nodes are left out altogether, one after the other, and the answer is made anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, field, replace
from itertools import combinations
from random import Random

from decomposer.solvers.components import Weighted
from decomposer.solvers.greedy import NEVER, Board, construct
from decomposer.solvers.reductions import drop_impossible, feasible
from decomposer.solvers.refine import descend

MOST = 12
"""So many nodes at most are tried."""

LEAST, OFTEN = 20, 50
"""One that fewer alternatives need, or a smaller part than one in so many, is for ordinary moves."""

DEAR = 50
"""One that costs a smaller part of the answer than one in so many, too."""

FEW = 5
"""Of so many all sets are tried."""

REFINED = 3
"""So many of the answers are refined."""


def hubs(graph: Weighted, total: int) -> list[int]:
    """Nodes that cost a good part of a total and that many alternatives need, those needed most first."""
    needed = Counter(need for ways in graph.ways.values() for way in ways for need in way.needs)
    often = max(LEAST, graph.size // OFTEN)
    costly = (
        (-count, node)
        for node, count in needed.items()
        if count >= often and node not in graph.roots and DEAR * min(way.cost for way in graph.ways[node]) >= total > 0
    )
    return [node for _, node in sorted(costly)[:MOST]]


def leave_out(board: Board, graph: Weighted, stop: Callable[[], bool], seed: int = 0) -> Board:
    """The board, or another one with a cheaper answer.

    Parameters
    ----------
    board : Board
        With an answer on it that was constructed, as those that it is held against.
    graph : Weighted
        Of the board.
    stop : function
        Asked between answers.
    seed : int

    Notes
    -----
    Of a few hubs all sets are tried. Of more, the one without which the answer is cheapest is left out, again and
    again, and from the best set met single ones are left out, put back and exchanged as long as that helps. Nothing is
    tried further when it helps nowhere to leave out a single one. The best few of all sets are refined. An answer is
    constructed for each set of a few hubs; of more, for each pair, and for each exchange.
    """
    search, plain = _Sets(graph, stop), board.total
    open_hubs = hubs(graph, plain)
    if all(search.total(frozenset({hub})) >= plain for hub in open_hubs):
        return board
    if len(open_hubs) <= FEW:
        for count in range(2, len(open_hubs) + 1):
            for out in combinations(open_hubs, count):
                search.total(frozenset(out))
    else:
        search.exchange(search.fewer(open_hubs), open_hubs)
    best = board
    for fresh, less in search.cheapest(plain):
        descend(fresh, stop, Random(seed))
        if fresh.total < best.total:
            best = _board(graph, fresh, less)
    return best


@dataclass(slots=True)
class _Sets:
    """Answers constructed without sets of nodes, each once."""

    graph: Weighted
    stop: Callable[[], bool]
    met: dict[frozenset[int], tuple[Board, Weighted] | None] = field(default_factory=dict)

    def total(self, out: frozenset[int]) -> int:
        """Cost of the answer without these; `NEVER` where there is none, or no time."""
        if out not in self.met:
            less = None if self.stop() else without(self.graph, out)
            if less is None:
                self.met[out] = None
            else:
                board = Board(less)
                construct(board, self.stop)
                self.met[out] = (board, less)
        known = self.met[out]
        return NEVER if known is None else known[0].total

    def fewer(self, open_hubs: Sequence[int]) -> frozenset[int]:
        """Leave out one after the other until nothing can be left out; the best of these sets."""
        out = frozenset[int]()
        best = out
        while more := [out | {hub} for hub in open_hubs if hub not in out]:
            out = min(more, key=lambda each: (self.total(each), sorted(each)))
            if self.total(out) >= NEVER:
                break
            if self.total(out) < self.total(best):
                best = out
        return best

    def exchange(self, out: frozenset[int], open_hubs: Sequence[int]) -> None:
        """Change one or two as long as that helps."""
        better: frozenset[int] | None = out
        while better is not None:
            out, better = better, None
            for one, other in combinations((None, *open_hubs), 2):
                near = out.symmetric_difference({hub for hub in (one, other) if hub is not None})
                if self.total(near) < self.total(out):
                    better = near
                    break

    def cheapest(self, below: int) -> list[tuple[Board, Weighted]]:
        """The best few."""
        known = [item for item in self.met.values() if item is not None and item[0].total < below]
        return sorted(known, key=lambda item: item[0].total)[:REFINED]


def without(graph: Weighted, out: Set[int]) -> Weighted | None:
    """The graph without these nodes, where there is an answer; the origin of a way is its place in the graph given."""
    ways = {
        node: tuple(way._replace(origin=((node, index),)) for index, way in enumerate(row) if out.isdisjoint(way.needs))
        for node, row in graph.ways.items()
        if node not in out
    }
    less = drop_impossible(replace(graph, ways=ways))
    return less if feasible(less) else None


def _board(graph: Weighted, fresh: Board, less: Weighted) -> Board:
    """The answer on a board of the graph."""
    board = Board(graph)
    board.put({node: less.ways[node][index].origin[0][1] for node, index in fresh.chosen().items()})
    return board
