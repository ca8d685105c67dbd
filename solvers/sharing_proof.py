"""The least cost of one part of a problem that only sharing couples, proved by CP-SAT."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import gcd
from typing import Any

from decomposer.solvers.components import Weighted
from decomposer.solvers.engine import load
from decomposer.solvers.reductions import circles
from decomposer.solvers.watch import Watch

BITS = 30
"""Sums of coefficients in CP-SAT stay below two to this: longer costs are taken digit by digit."""

FIRST = 0.5
"""Units of work for the first attempt of CP-SAT, with one worker."""


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
