"""Problems that only sharing couples: each alternative is paid once, and circles are never in an answer.

Reductions first; then greedy construction and refinement; then proof, part by part where parts share nothing: CP-SAT
with strong rows, or for parts too large for it a packing of cuts, all in whole numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from math import gcd
from typing import Any

from decomposer.solvers import evaluate
from decomposer.solvers.answer import Answer, Conflict, Limits
from decomposer.solvers.components import Scaled, Way, Weighted, scale
from decomposer.solvers.engine import load
from decomposer.solvers.greedy import Board, construct, lower
from decomposer.solvers.reductions import Reduced, circles, drop_impossible, feasible, parts, reduce
from decomposer.solvers.refine import explore, refine
from decomposer.solvers.selection import Selection
from decomposer.solvers.watch import Watch

NAME = "sharing"

BITS = 30
"""Sums of coefficients in CP-SAT stay below two to this: longer costs are taken digit by digit."""

LARGE = 12_000
"""Parts of more alternatives than this are bounded by cuts alone and refined instead of proved."""

FIRST = 0.5
"""Units of work for the first attempt of CP-SAT, with one worker."""

CLOSER = 0.95
"""Bounds are looked at again when so much or less of the alternatives is left."""

REDUCING = 0.5
"""Share of the time that the first reductions may take."""

SHARE = 0.35
"""Share of the time left that refinement may take before bounds are looked at again."""

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
        if self.total > self.bound:
            refine(board, self.until(SHARE), self.watch.limits.seed)
            self.offer(reduced, board.chosen())
        if self.total <= self.bound or self.stop():
            return self.answer()
        self.close(reduced.graph)
        return self.answer()

    def close(self, graph: Weighted) -> None:
        """Leave out more and more of what no cheaper answer takes, and prove what is left part by part."""
        while True:
            size = graph.size
            # From here on only what is cheaper counts.
            graph = reduce(graph, self.total, self.stop).graph
            if self.stop():
                return
            if not feasible(graph):
                self.prove(self.total)
                return
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

        Proof(piece.graph, self.watch, found, proved, between).run(piece.board.chosen(), piece.board.total)

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
        chosen = proof.run(chosen, best - constant)
        best = reduced.graph.cost(chosen)
    return reduced.decided(chosen) if best < total else None


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


@dataclass(slots=True)
class Proof:
    """CP-SAT over one part.

    Costs too long for its numbers are taken from their highest bits downwards: the least sum of the high bits bounds
    the whole from below; then, among the answers whose high bits do not already cost too much, more bits count.

    Parameters
    ----------
    graph : Weighted
        Without constant.
    watch : Watch
    better : function of an answer to the graph
        Told every answer found.
    higher : function of int
        Told every bound.
    between : function, optional
        Another way to a good answer, for when the first attempt proves nothing.
    """

    graph: Weighted
    watch: Watch
    better: Callable[[Mapping[int, int]], None]
    higher: Callable[[int], None]
    between: Callable[[], Mapping[int, int]] | None = None
    cp: Any = None
    ways: dict[tuple[int, int], Any] = field(default_factory=dict)
    nodes: dict[int, Any] = field(default_factory=dict)
    failed: BaseException | None = None

    def run(self, chosen: dict[int, int], total: int) -> dict[int, int]:
        """The best answer, never worse than the one given; `higher` was told how good it is."""
        cp_model = load("sat.python.cp_model")
        self.cp = cp_model.CpModel()
        self._rows()
        largest = sum(max(way.cost for way in ways) for ways in self.graph.ways.values())
        unit = gcd(*(way.cost for ways in self.graph.ways.values() for way in ways)) or 1
        shift = max(0, (largest // unit).bit_length() - BITS)
        spare = BITS - len(self.graph.ways).bit_length()
        base: Any = None  # the sum of the bits above, less its least
        least = 0  # that least, in units of the last shift
        last = shift
        while True:
            step = unit << shift
            terms = []
            for key, variable in self.ways.items():
                digits = self.graph.ways[key[0]][key[1]].cost // step
                if base is not None:
                    digits -= digits >> (last - shift) << (last - shift)
                if digits:
                    terms.append((variable, digits))
            low_part = cp_model.LinearExpr.weighted_sum([v for v, _ in terms], [c for _, c in terms])
            objective = low_part if base is None else low_part + base * (1 << (last - shift))
            offset = 0 if base is None else least << (last - shift)
            self.cp.minimize(objective)

            def exact(low: int, offset: int = offset, step: int = step) -> int:
                return (low + offset) * step

            status, found, bound = self._solve(cp_model, chosen, exact)
            if found is not None and self.graph.cost(found) < total:
                chosen, total = found, self.graph.cost(found)
                self.better(chosen)
            if status == "INFEASIBLE":  # nothing cheaper is left
                self.higher(total)
                return chosen
            self.higher(min(total, (bound + offset) * step))
            if status != "OPTIMAL" or (bound + offset) * step >= total or shift == 0:
                return chosen
            # Only answers of less than `total` are of interest from here on.
            room = (total - 1) // step - bound - offset
            high = self.cp.new_int_var(0, max(0, room), "")
            self.cp.add(objective - bound == high)
            base, least, last = high, bound + offset, shift
            shift = max(0, shift - max(1, spare - max(1, room).bit_length()))

    def _rows(self) -> None:
        """A Boolean for each node and each alternative; by each pair of nodes one strong row."""
        graph, cp = self.graph, self.cp
        label = circles(graph)
        sizes: dict[int, int] = {}
        for part in label.values():
            sizes[part] = sizes.get(part, 0) + 1
        self.nodes = {node: cp.new_bool_var("") for node in graph.ways}
        levels = {node: cp.new_int_var(0, sizes[part] - 1, "") for node, part in label.items()}
        users: dict[int, list[Any]] = {node: [] for node in graph.ways}
        arcs: dict[tuple[int, int], list[Any]] = {}
        for node, ways in graph.ways.items():
            taken = self.nodes[node]
            if node in graph.roots:
                cp.add(taken == 1)
            by: dict[int, list[Any]] = {}
            for index, way in enumerate(ways):
                variable = taken if len(ways) == 1 else cp.new_bool_var("")
                self.ways[node, index] = variable
                for need in sorted(way.needs):
                    by.setdefault(need, []).append(variable)
                    users[need].append(variable)
            if len(ways) > 1:
                cp.add(sum(self.ways[node, index] for index in range(len(ways))) == taken)
            for need, variables in by.items():
                if len(variables) == 1:
                    cp.add_implication(variables[0], self.nodes[need])
                else:
                    cp.add(sum(variables) <= self.nodes[need])
                if node in label and label.get(need) == label[node]:
                    arcs[node, need] = variables
        for node, variables in users.items():
            if node not in graph.roots:  # what nobody needs is not taken: it saves the solver from trying
                cp.add_bool_or([self.nodes[node].negated(), *variables])
        for (node, need), variables in arcs.items():
            if node < need and (need, node) in arcs:
                cp.add_at_most_one(variables + arcs[need, node])
            arc = variables[0]
            if len(variables) > 1:
                arc = cp.new_bool_var("")
                cp.add(sum(variables) == arc)
            cp.add(levels[node] > levels[need]).only_enforce_if(arc)

    def _solve(
        self, cp_model: Any, hint: Mapping[int, int], exact: Callable[[int], int]
    ) -> tuple[str, dict[int, int] | None, int]:
        """The status, an answer, and a bound on the objective: one worker for a while, then two of other kinds."""
        watch = self.watch
        status, bound = "UNKNOWN", 0
        found: dict[int, int] | None = None
        for first in (True, False):
            if watch.stop() is not None:
                break
            status, again, low = self._attempt(cp_model, hint, exact, first)
            bound = max(bound, low)
            if again is not None:
                found = hint = again
            if status in ("OPTIMAL", "INFEASIBLE"):
                break
            if first and self.between is not None and watch.stop() is None:
                other = dict(self.between())
                if self.graph.cost(other) < self.graph.cost(hint):
                    found = hint = other
        return status, found, bound

    def _attempt(
        self, cp_model: Any, hint: Mapping[int, int], exact: Callable[[int], int], first: bool
    ) -> tuple[str, dict[int, int] | None, int]:
        watch = self.watch
        self.cp.clear_hints()
        for key, variable in self.ways.items():
            if len(self.graph.ways[key[0]]) > 1:
                self.cp.add_hint(variable, hint.get(key[0]) == key[1])
        for node, variable in self.nodes.items():
            self.cp.add_hint(variable, node in hint)
        solver = cp_model.CpSolver()
        parameters = solver.parameters
        parameters.random_seed = watch.limits.seed % (1 << 31)
        work = watch.work_left
        if first:
            parameters.num_workers = 1
            parameters.linearization_level = 2
            work = FIRST if work is None else min(FIRST, work)
        else:
            parameters.num_workers = 2
            parameters.subsolvers.extend(["core", "max_lp"])
            # Repeatable unless the clock decides.
            parameters.interleave_search = watch.limits.work is not None or watch.limits.seconds is None
        if work is not None:
            parameters.max_deterministic_time = max(work, 1e-6)
        if watch.left is not None:
            parameters.max_time_in_seconds = max(watch.left, 1e-3)
        if watch.limits.memory is not None:
            parameters.max_memory_in_mb = max(1, watch.limits.memory >> 20)

        def guard(call: Callable[[], object]) -> None:
            try:
                call()
            except BaseException as error:  # would be lost inside the solver
                self.failed = self.failed or error
                solver.stop_search()

        solver.best_bound_callback = lambda low: guard(lambda: self.higher(exact(_floor(low))))
        read = self._read
        better = self.better

        class Callback(cp_model.CpSolverSolutionCallback):  # type: ignore[misc]
            def on_solution_callback(self) -> None:
                guard(lambda: better(read(self.value)))

        with watch.watching(solver.stop_search):
            code = solver.solve(self.cp, Callback() if watch.limits.on_progress else None)
        if self.failed is not None:
            raise self.failed
        watch.done += solver.response_proto.deterministic_time
        status = str(solver.status_name(code))
        if status == "MODEL_INVALID":
            raise ValueError(f"the problem cannot be given to CP-SAT: {self.cp.validate()}")
        found = self._read(solver.value) if status in ("OPTIMAL", "FEASIBLE") else None
        return status, found, _floor(solver.best_objective_bound)

    def _read(self, value: Callable[[Any], int]) -> dict[int, int]:
        return {node: index for (node, index), variable in self.ways.items() if value(variable)}


def _floor(low: float) -> int:
    """A bound that CP-SAT holds as a whole number and hands out as a float."""
    return max(0, int(low + 1e-6)) if -1e15 < low < 1e15 else 0
