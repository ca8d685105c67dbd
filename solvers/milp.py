"""Backend by integer programming: HiGHS or SCIP inside OR-Tools, for problems whose linear relaxation is strong.

The engine works in floating point. Its answers are recomputed, its bounds are rounded down by more than its
tolerances, and where that leaves a gap the bound is proved from exact multipliers. Circles, and limits that an
answer breaks within the tolerances, are cut off when they occur.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction

from decomposer.solvers import evaluate
from decomposer.solvers.answer import Answer, Limits
from decomposer.solvers.components import cycle
from decomposer.solvers.engine import load
from decomposer.solvers.linear import Effort, Linear, Row, Solved, linear, shrinking, solve
from decomposer.solvers.selection import Number, Selection
from decomposer.solvers.watch import Watch

NAME = "milp"

COLUMNS = 2_000_000
"""Most columns that are tried."""

NODES_PER_WORK = 1000
"""Nodes of the engine's search in one unit of work."""

Value = tuple[Number, ...]


def suits(problem: Selection) -> bool:
    """Whether time plays no part, and the size is one that engines take."""
    if problem.timed or not problem.levels:
        return False
    return len(problem.choices) + len(problem.resources) + sum(map(len, problem.choices)) <= COLUMNS


def run(problem: Selection, limits: Limits = Limits(), hint: Mapping[int, int] | None = None) -> Answer:  # noqa: B008
    """Solve a problem that `suits`, level by level.

    Raises
    ------
    ValueError
        When time plays a part.
    EngineError
        When OR-Tools is missing.
    """
    if problem.timed or not problem.levels:
        raise ValueError("an integer programme here knows nothing of time")
    search = _Search(problem, Watch(limits, NAME))
    if hint is not None:
        search.hint(hint)
    return search.run()


class _Search:
    def __init__(self, problem: Selection, watch: Watch) -> None:
        self.problem, self.watch = problem, watch
        self.made: Linear = linear(problem)
        self.best: dict[int, int] | None = None
        self.value: Value = ()
        self.bound: Number | None = None

    def hint(self, hint: Mapping[int, int]) -> None:
        """Take an earlier answer, if it still is one."""
        try:
            self._take(evaluate.trim(self.problem, hint))
        except (KeyError, IndexError):
            return

    def run(self) -> Answer:
        """Level by level."""
        if not self.problem.roots:  # engines say nothing of no columns
            nothing = evaluate.value(self.problem, {})
            return Answer("optimal", {}, nothing, nothing[0], backend=NAME)
        for level in range(len(self.problem.levels)):
            status = self._level(level)
            if status == "infeasible":
                return Answer("infeasible", backend=NAME)
            if status != "optimal" or self.best is None:
                return self._answer(proved=False)
            unit = self.made.units[level]
            entries = [(column, cost) for column, cost in enumerate(self.made.costs[level]) if cost]
            columns, costs = tuple(c for c, _ in entries), tuple(c for _, c in entries)
            self.made.rows.append(Row(("level", level), columns, costs, int(self.value[level] / unit)))
        return self._answer(proved=True)

    def _answer(self, proved: bool) -> Answer:
        stopped = self.watch.reason or "work"
        if self.best is None:
            return Answer("unknown", bound=self.bound, stopped=stopped, backend=NAME)
        return Answer(
            status="optimal" if proved else "feasible",
            chosen=self.best,
            value=self.value,
            bound=self.bound,
            stopped="proved" if proved else stopped,
            backend=NAME,
        )

    def _level(self, level: int) -> str:
        """Make one level least: ``optimal``, ``infeasible``, or ``open``."""
        while not self.watch.stop():
            solved = self._call(level)
            if solved.reason == "infeasible":
                # Believed only when a second engine says the same.
                if self.best is None and self._call(level, "GSCIP").reason == "infeasible":
                    return "infeasible"
                return "open"
            bound = self._safe(solved, level)
            if level == 0:
                self._raise(bound)
            chosen = self._chosen(solved)
            again = chosen is not None and self._cut(chosen)
            if chosen is not None and not again:
                self._take(chosen)
            if self.best is not None and bound is not None and bound >= self.value[level]:
                return "optimal"
            if not again:
                return self._exact(level, solved)
        return "open"

    def _exact(self, level: int, solved: Solved) -> str:
        """Close by exact multipliers what rounding left open."""
        if solved.reason != "optimal" or level or self.best is None:
            return "open"
        from decomposer.solvers.certify import certify

        proof = certify(self.problem, self.value[0], self.watch, self.made)
        if proof is None:
            return "open"
        self._raise(self.value[0])
        return "optimal"

    def _call(self, level: int, engine: str | None = None) -> Solved:
        limits = self.watch.limits
        # Only SCIP can be interrupted; HiGHS is several times faster.
        careful = limits.cancelled is not None or limits.memory is not None
        interrupter = load("math_opt.core.python.solver").SolveInterrupter() if careful else None
        left = self.watch.work_left
        effort = Effort(
            seconds=self.watch.left,
            nodes=None if left is None else max(1, int(left * NODES_PER_WORK)),
            seed=limits.seed,
            interrupter=interrupter,
        )
        engine = engine or ("GSCIP" if careful else "HIGHS")
        start = None if self.best is None else self._columns(self.best)
        if interrupter is None:
            solved = solve(self.made, level, engine, effort, start=start)
        else:
            with self.watch.watching(interrupter.interrupt):
                solved = solve(self.made, level, engine, effort, start=start)
        if solved.reason.startswith("error") and engine != "GSCIP":
            return self._call(level, "GSCIP")
        if solved.limited and not self.watch.stop():
            # It stops a little before our clock does.
            self.watch.reason = "time" if left is None else "work"
        return solved

    def _columns(self, chosen: Mapping[int, int]) -> dict[int, int]:
        """An answer as values of all columns."""
        taken = {("node", node) for node in chosen} | {("alternative", n, i) for n, i in chosen.items()}
        taken |= {("resource", resource) for resource in evaluate.used(self.problem, chosen)}
        return {column: int(variable in taken) for column, variable in enumerate(self.made.columns)}

    def _safe(self, solved: Solved, level: int) -> Number | None:
        """The engine's bound, rounded down by what its tolerances may hide and up to what costs can be."""
        if not math.isfinite(solved.bound):
            return None
        # Reduced costs are feasible within 1e-7 for each column, and sums lose some digits.
        shrink = shrinking(self.made.costs[level])
        loss = shrink * 2e-7 * len(self.made.columns) + 1e-9 * abs(solved.bound)
        return math.ceil(Fraction(solved.bound - loss)) * self.made.units[level]

    def _raise(self, bound: Number | None) -> None:
        if bound is not None and (self.bound is None or bound > self.bound):
            self.bound = bound
            self.watch.proved(bound)

    def _take(self, chosen: dict[int, int]) -> None:
        """Take an answer if it holds and is better."""
        if evaluate.check(self.problem, chosen):
            return
        value = evaluate.value(self.problem, chosen)
        if self.best is None or value < self.value:
            self.best, self.value = chosen, value
            self.watch.found(value)

    def _chosen(self, solved: Solved) -> dict[int, int] | None:
        """The alternatives that the engine takes most of."""
        if not solved.values:
            return None
        at, found = self.made.at, dict[int, int]()
        stack = list(self.problem.roots)
        while stack:
            node = stack.pop()
            alternatives = self.problem.choices[node]
            if node in found:
                continue
            if not alternatives:
                return None
            found[node] = max(range(len(alternatives)), key=lambda i: solved.values[at["alternative", node, i]])
            stack += alternatives[found[node]].needs
        return found

    def _cut(self, chosen: dict[int, int]) -> bool:
        """Cut off an answer that goes in a circle or breaks a limit; whether it did."""
        problem, at = self.problem, self.made.at
        circle = cycle({node: problem.choices[node][index].needs for node, index in chosen.items()})
        if circle:
            following = dict(zip(circle, circle[1:] + circle[:1], strict=True))
            columns = tuple(
                at["alternative", node, index]
                for node in circle
                for index, alternative in enumerate(problem.choices[node])
                if following[node] in alternative.needs
            )
            self.made.rows.append(Row(("cut",), columns, (1,) * len(columns), len(circle) - 1))
            return True
        if evaluate.check(problem, chosen):
            # Too much is taken as a whole: not all of it can be.
            columns = tuple(at["alternative", node, index] for node, index in chosen.items())
            self.made.rows.append(Row(("cut",), columns, (1,) * len(columns), len(columns) - 1))
            return True
        return False
