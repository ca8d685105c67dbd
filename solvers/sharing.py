"""Problems that only sharing couples: each alternative is paid once, and circles are never in an answer.

Reductions first; then greedy construction and refinement; then proof, part by part where parts share nothing: CP-SAT
with strong rows, or for parts too large for it a packing of cuts, all in whole numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from decomposer.solvers import evaluate
from decomposer.solvers.amounts import Limited
from decomposer.solvers.answer import Answer, Conflict, Limits
from decomposer.solvers.components import Scaled, Way, Weighted, scale
from decomposer.solvers.greedy import Board, construct, lower
from decomposer.solvers.hubs import leave_out
from decomposer.solvers.reductions import Reduced, circles, drop_dear, drop_impossible, feasible, parts, reduce
from decomposer.solvers.refine import explore, refine
from decomposer.solvers.selection import Selection
from decomposer.solvers.sharing_proof import Proof
from decomposer.solvers.tables import TooManyError, least
from decomposer.solvers.watch import Watch

NAME = "sharing"

LARGE = 12_000
"""Parts of more alternatives than this are bounded by cuts alone and refined instead of proved."""

CLOSER = 0.95
"""Bounds are looked at again when so much or less of the alternatives is left."""

WORTH = 0.8
"""When so much or less is left of what a cheaper answer may take, nothing else is refined."""

REDUCING = 0.5
"""Share of the time that the first reductions may take."""

SHARE = 0.35
"""Share of the time left that refinement may take before bounds are looked at again."""

LESS = 0.2
"""Share of the time left for answers without what many alternatives share."""

NARROW = 0.5
"""Share of the time left that dynamic programming may take for a part."""

ROUNDS = 8
"""Neighbourhoods explored where proof does not come at once, or time and work are not limited."""

EFFORT = 0.1
"""Units of work for a neighbourhood."""


def suits(problem: Selection) -> bool:
    """Whether nothing but sharing couples the choices."""
    return not problem.limited and not problem.timed


def run(problem: Selection, limits: Limits, hint: Mapping[int, int] | None = None) -> Answer:
    """Solve a problem that only sharing couples.

    Parameters
    ----------
    problem : Selection
    limits : Limits
    hint : mapping of OR node to the index of its alternative, optional
        An answer; what is answered is never worse.

    Raises
    ------
    ValueError
        When the problem has limits or times.
    """
    watch = Watch(limits, NAME)
    return _Search(problem, scale(problem), watch).run(hint)


@dataclass(slots=True)
class _Search:
    """The state of one run; `total` and `bound` are in the units of the scaled graph."""

    problem: Selection
    scaled: Scaled
    watch: Watch
    chosen: dict[int, int] = field(default_factory=dict)
    total: int = -1
    bound: int = 0

    def stop(self) -> bool:
        return self.watch.stop() is not None

    def until(self, share: float) -> Callable[[], bool]:
        """Whether to stop, at the latest when that share of the time left is gone."""
        left = self.watch.left
        if left is None:
            return self.stop
        end = self.watch.seconds + share * left
        return lambda: self.watch.seconds > end or self.stop()

    def run(self, hint: Mapping[int, int] | None) -> Answer:
        whole = self.scaled.graph
        if not feasible(drop_impossible(whole)):
            return Answer("infeasible", backend=NAME, conflict=Conflict(()))
        self.take(self.hinted(hint))
        reduced = reduce(whole, stop=self.until(REDUCING))
        self.prove(reduced.graph.constant)
        board = Board(reduced.graph)
        construct(board, self.stop)
        self.offer(reduced, board.chosen())
        self.prove(reduced.graph.constant + lower(board, self.stop)[0])
        if self.total <= self.bound or self.stop():
            return self.answer()
        graph = reduced.graph
        if drop_dear(graph, self.total).size < WORTH * graph.size:
            less = self.cheaper(graph)
            if less is None:
                return self.answer()
            graph, board = less, Board(less)
            construct(board, self.stop)
        board = leave_out(board, graph, self.until(LESS), self.watch.limits.seed)
        refine(board, self.until(SHARE), self.watch.limits.seed)
        self.offer(Reduced(graph, whole), board.chosen())
        self.close(graph)
        return self.answer()

    def cheaper(self, graph: Weighted) -> Weighted | None:
        """What an answer that costs less than the best may take; nothing when the run is over, or there is none."""
        if self.total <= self.bound or self.stop():
            return None
        graph = reduce(graph, self.total, self.stop).graph
        if self.stop():
            return None
        if not feasible(graph):
            self.prove(self.total)
            return None
        return graph

    def close(self, graph: Weighted) -> None:
        """Leave out more and more of what no cheaper answer takes, and prove what is left part by part."""
        while True:
            size = graph.size
            less = self.cheaper(graph)
            if less is None:
                return
            graph = less
            pieces = [_Piece(part) for part in parts(graph)]
            for piece in pieces:
                construct(piece.board, self.stop)
                piece.low, piece.rest = lower(piece.board, self.stop)
            reduced = Reduced(graph, self.scaled.graph)
            self.combine(reduced, pieces)
            # Of this round alone: what is left of costs goes with these cuts and no others.
            room = self.total - graph.constant - sum(piece.low for piece in pieces)
            if self.stop() or self.total <= self.bound:
                return
            kept = {node: ways for piece in pieces for node, ways in piece.cheaper(room).items()}
            fewer = sum(map(len, kept.values()))
            if fewer > CLOSER * size:
                break
            graph = replace(graph, ways=kept)
        for piece in sorted(pieces, key=lambda piece: piece.graph.size):
            if self.stop() or self.total <= self.bound:
                return
            self.settle(reduced, pieces, piece)

    def combine(self, reduced: Reduced, pieces: list[_Piece]) -> None:
        """What the parts say together."""
        self.prove(reduced.graph.constant + sum(piece.low for piece in pieces))
        if reduced.graph.constant + sum(piece.board.total for piece in pieces) < self.total:
            self.offer(reduced, {node: index for piece in pieces for node, index in piece.board.chosen().items()})

    def settle(self, reduced: Reduced, pieces: list[_Piece], piece: _Piece) -> None:
        """Find the least cost of a part, or as good an answer and a bound as there is time for."""

        def found(chosen: Mapping[int, int]) -> None:
            if piece.graph.cost(chosen) < piece.board.total:
                board = Board(piece.graph)
                board.put(chosen)
                piece.board = board  # at once: bounds come from other threads
                self.combine(reduced, pieces)

        def proved(bound: int) -> None:
            if bound > piece.low:
                piece.low = bound
                self.combine(reduced, pieces)

        if piece.low >= piece.board.total:
            return
        if piece.graph.size > LARGE:
            endless = self.watch.limits.seconds is not None or self.watch.limits.work is not None
            self.explore(reduced, pieces, piece, self.stop, 10**9 if endless else ROUNDS)
            return

        def between() -> Mapping[int, int]:
            self.explore(reduced, pieces, piece, self.until(SHARE), ROUNDS)
            return piece.board.chosen()

        _settled(Proof(piece.graph, self.watch, found, proved, between), piece.board.chosen(), piece.board.total)

    def explore(
        self, reduced: Reduced, pieces: list[_Piece], piece: _Piece, stop: Callable[[], bool], rounds: int
    ) -> None:
        """Refine a part by its neighbourhoods."""

        def solve(graph: Weighted, total: int) -> Mapping[int, int] | None:
            limits = Limits(self.watch.left, EFFORT, self.watch.limits.memory, cancelled=stop)
            watch = Watch(limits, NAME)
            found = _best_of(graph, total, watch)
            # What costs no work must not go on for ever either.
            self.watch.done += watch.done + EFFORT / 10
            return found

        def note(board: Board) -> None:
            piece.board = board
            self.combine(reduced, pieces)

        piece.board = explore(piece.board, piece.graph, solve, stop, note, self.watch.limits.seed, rounds)
        self.combine(reduced, pieces)

    def hinted(self, hint: Mapping[int, int] | None) -> dict[int, int]:
        """The hint, if it is an answer, with the resources that it uses."""
        if not hint:
            return {}
        try:
            chosen = evaluate.trim(self.problem, hint)
        except (KeyError, IndexError):
            return {}
        return chosen if not evaluate.check(self.problem, chosen) else {}

    def offer(self, reduced: Reduced, chosen: Mapping[int, int]) -> None:
        self.take(reduced.restore(chosen))

    def take(self, chosen: Mapping[int, int]) -> None:
        """Keep an answer to the scaled graph, or to the problem, if it is the best so far."""
        if not chosen:
            return
        nodes = len(self.problem.choices)
        own = {node: index for node, index in chosen.items() if node < nodes}
        ways = self.scaled.graph.ways
        total = sum(ways[node][index].cost for node, index in own.items())
        if self.problem.resources:
            used = {need for node, index in own.items() for need in ways[node][index].needs if need >= nodes}
            total += sum(ways[resource][0].cost for resource in used)
        if self.total < 0 or total < self.total:
            self.chosen, self.total = own, total
            self.watch.found(evaluate.value(self.problem, own))

    def prove(self, bound: int) -> None:
        # Reductions may have left out all that is not cheaper than the best known.
        if self.total >= 0:
            bound = min(bound, self.total)
        if bound > self.bound:
            self.bound = bound
            self.watch.proved(self.scaled.first(bound))

    def answer(self) -> Answer:
        value = evaluate.value(self.problem, self.chosen)
        proved = self.total <= self.bound
        reason = self.watch.reason or self.watch.stop() or "work"
        return Answer(
            "optimal" if proved else "feasible",
            self.chosen,
            value,
            None if not value else value[0] if proved else self.scaled.first(self.bound),
            stopped="proved" if proved else reason,
            backend=NAME,
        )


def _best_of(graph: Weighted, total: int, watch: Watch) -> dict[int, int] | None:
    """The decisions of an answer of less than that cost, the best where there is time; nothing when none is found."""

    def stop() -> bool:
        return watch.stop() is not None

    reduced = reduce(graph, total, stop)
    if not feasible(reduced.graph):
        return None
    board = Board(reduced.graph)
    construct(board, stop)
    refine(board, stop)
    chosen, best = board.chosen(), board.total
    constant = reduced.graph.constant
    if not stop() and lower(board, stop)[0] + constant < min(total, best):
        proof = Proof(replace(reduced.graph, constant=0), watch, lambda chosen: None, lambda bound: None)
        chosen = _settled(proof, chosen, best - constant)
        best = reduced.graph.cost(chosen)
    return reduced.decided(chosen) if best < total else None


def _settled(proof: Proof, chosen: dict[int, int], total: int) -> dict[int, int]:
    """The best answer to a part, without CP-SAT where dynamic programming will do; on circles that takes longer."""
    if circles(proof.graph):
        return proof.run(chosen, total)
    part = proof.watch.part(NARROW)
    try:
        best = least(proof.graph, Limited(), part)
    except TooManyError:
        proof.watch.done += part.done
        return proof.run(chosen, total)
    proof.watch.done += part.done
    if best is not None and proof.graph.cost(best) < total:
        chosen, total = best, proof.graph.cost(best)
        proof.better(chosen)
    proof.higher(total)
    return chosen


class _Piece:
    """A part that shares nothing with others, an answer to it, and a bound on its least cost."""

    __slots__ = ("board", "graph", "low", "rest")

    def __init__(self, graph: Weighted) -> None:
        self.graph = graph
        self.board = Board(graph)
        self.low = 0
        self.rest: list[int] = []

    def cheaper(self, room: int) -> dict[int, tuple[Way, ...]]:
        """The alternatives that may be in an answer that costs less than `room` above the bounds of all parts."""
        rest = iter(self.rest)
        return {node: tuple(way for way in ways if next(rest) < room) for node, ways in self.graph.ways.items()}
