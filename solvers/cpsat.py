"""Any selection problem by CP-SAT: one level after the other, every answer checked exactly.

An answer counts only when `evaluate.check` finds nothing wrong with it. What a loosened limit let through wrongly is
cut off and the search goes on, so that `optimal` and `infeasible` hold for the exact numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from decomposer.solvers import evaluate
from decomposer.solvers.answer import Answer, Limits
from decomposer.solvers.encode import Model, encode, one_by_one
from decomposer.solvers.engine import load
from decomposer.solvers.prune import cheapest, level_costs, prune
from decomposer.solvers.selection import Number, Selection
from decomposer.solvers.watch import Watch

NAME = "cpsat"

SMALL = 1_500
"""Up to so many literals one worker does; beyond, a portfolio."""

FIRST = 2.0
"""Units of work that one worker has before a portfolio takes over."""

_DONE = ("OPTIMAL", "INFEASIBLE")


def suits(problem: Selection) -> bool:
    """Every problem does."""
    return True


def run(
    problem: Selection,
    limits: Limits,
    hint: Mapping[int, int] | None = None,
    bound: Number | None = None,
    below: tuple[Number, ...] = (),
) -> Answer:
    """Solve any selection problem.

    Parameters
    ----------
    problem : Selection
    limits : Limits
    hint : mapping of OR node to the index of its alternative, optional
        Where to start: an answer, or part of one.
    bound : number, optional
        A bound on the first level proved before.
    below : tuple of numbers, optional
        Levels of an answer known already: only better ones are looked for, and `infeasible` says that there are none.
        Answers as good, or worse on later levels, may be given all the same.

    Returns
    -------
    Answer
        `optimal` when all levels are proved; `infeasible` without a conflict (`infeasible.explain` finds one).

    Raises
    ------
    ValueError
        When numbers are too large or too fine to be worked with exactly.
    ArithmeticError
        When an answer of CP-SAT breaks a limit that the model states exactly.
    """
    watch = Watch(limits, NAME)
    pruned = prune(problem)
    if not pruned.possible:
        return Answer("infeasible", backend=NAME)
    search = _Search(problem, watch, bound)
    allowed = {node: list(indices) for node, indices in pruned.kept.items()}
    for start in (hint, _without_sharing(problem, allowed)):
        search.start(start)
    if watch.stop() is not None:
        return search.answer()
    search.model = encode(problem, pruned, lambda: watch.stop() is not None)
    if search.model is not None:
        search.run(below)
    return search.answer()


def _without_sharing(problem: Selection, allowed: Mapping[int, list[int]]) -> dict[int, int]:
    """The best answer if every need had to be met anew: a start without circles, perhaps against limits."""
    prices: list[list[Number]] = [[0] * len(row) for row in problem.choices]
    for node, indices in allowed.items():
        for index in indices:
            costs = level_costs(problem, problem.choices[node][index].costs)
            prices[node][index] = costs[0] if costs else 0
    return evaluate.trim(problem, cheapest(problem, allowed, prices)[1])


@dataclass(slots=True)
class _Search:
    """The state of one run."""

    problem: Selection
    watch: Watch
    bound: Number | None
    model: Model | None = None
    chosen: dict[int, int] | None = None
    starts: dict[int, Number] = field(default_factory=dict)
    value: tuple[Number, ...] = ()
    impossible: bool = False
    proved: bool = False
    failed: BaseException | None = None

    def start(self, chosen: Mapping[int, int] | None) -> None:
        """Take an answer from elsewhere, if it is one."""
        if not chosen or any(not 0 <= n < len(self.problem.choices) for n in chosen):
            return
        try:
            whole = evaluate.trim(self.problem, chosen)
        except (KeyError, IndexError):
            return
        if evaluate.order(self.problem, whole) is None:
            return
        self.take(whole, one_by_one(self.problem, whole) if self.problem.capacities else {})

    def take(self, chosen: dict[int, int], starts: dict[int, Number]) -> bool:
        """Keep an answer if it keeps every limit and is better than what there is; whether it keeps them."""
        if evaluate.check(self.problem, chosen, starts):
            return False
        value = evaluate.value(self.problem, chosen, starts)
        if self.chosen is None or value < self.value:
            self.chosen, self.starts, self.value = chosen, starts, value
            if value:
                self.watch.found(value)
        return True

    def run(self, below: tuple[Number, ...]) -> None:
        """All levels, one after the other."""
        model = self.model
        assert model is not None
        if below and 0 in model.units and not isinstance(model.stages[0][1], int):
            most = int(below[0] // model.units[0])
            if len(below) == 1 and most * model.units[0] == below[0]:
                most -= 1
            model.cp.add(model.stages[0][1] <= most)
            if self.chosen is not None and self.value[0] > most * model.units[0]:
                self.chosen, self.starts, self.value = None, {}, ()
        if self.bound is not None and 0 in model.units and not isinstance(model.stages[0][1], int):
            # Safe: nothing below a proved bound is lost.
            model.cp.add(model.stages[0][1] >= -(-self.bound // model.units[0]))
        for place, (level, total) in enumerate(model.stages or [(-1, None)]):
            if not self._stage(place, level, total):
                return
        self.proved = True

    def _stage(self, place: int, level: int, total: Any) -> bool:
        """Make one sum least and keep it so; whether that was proved."""
        model = self.model
        assert model is not None
        if isinstance(total, int):  # nothing costs anything on this level
            total = None
            if level == 0:
                self._prove(0)
            if place + 1 < len(model.stages) or self.chosen is not None:
                return True
        if total is not None:
            model.cp.minimize(total)
        while True:
            if self.chosen is not None:
                model.hint(self.chosen, self.starts)
            solver, status = self._solve(model, place == level == 0 and total is not None)
            if status not in _DONE:
                return False
            if status == "INFEASIBLE":
                # With an answer in hand this contradicts it: then nothing that the solver says is proved.
                self.impossible = self.chosen is None
                return False
            chosen, starts = model.read(solver.value)
            if self.take(chosen, starts):
                break
            if not model.cut(chosen):
                wrong = "; ".join(evaluate.check(self.problem, chosen, starts))
                raise ArithmeticError(f"CP-SAT gave an answer that is none: {wrong}")
        if total is not None:
            best = round(solver.objective_value)
            model.cp.clear_objective()
            model.cp.add(total <= best)
            return self._agrees(chosen, starts, place, level, best)
        return True

    def _agrees(self, chosen: dict[int, int], starts: dict[int, Number], place: int, level: int, best: int) -> bool:
        """Whether what was found is worth, recomputed, what the solver says."""
        model = self.model
        assert model is not None
        value = evaluate.value(self.problem, chosen, starts)
        if level in model.units:
            if value[level] != best * model.units[level]:
                return False
            if level == 0:
                self._prove(value[0])
        elif level == 0 and (place + 1 == len(model.stages) or model.stages[place + 1][0] != 0):
            self._prove(value[0])  # the last of its digits
        return True

    def _prove(self, bound: Number) -> None:
        if self.bound is None or bound > self.bound:
            self.bound = bound
        self.watch.proved(self.bound)

    def _solve(self, model: Model, first: bool) -> tuple[Any, str]:
        """One call of the solver, or two: one worker first, then a portfolio."""
        cp_model = load("sat.python.cp_model")
        small = model.size <= SMALL
        while True:
            if self.watch.stop() is not None:
                return None, "UNKNOWN"
            solver = cp_model.CpSolver()
            self._set(solver.parameters, small)
            if first:
                solver.best_bound_callback = self._listener(solver, model.tops[0])
            callback = _callback(cp_model, self, model)
            with self.watch.watching(solver.stop_search):
                code = solver.solve(model.cp, callback)
            if self.failed is not None:
                raise self.failed
            self.watch.done += solver.response_proto.deterministic_time
            status = str(solver.status_name(code))
            if status == "MODEL_INVALID":
                raise ValueError(f"the problem cannot be given to CP-SAT: {model.cp.validate()}")
            if first and status in ("FEASIBLE", "UNKNOWN", "OPTIMAL"):
                self._low(solver.best_objective_bound, model.tops[0])
            if status in _DONE or not small:
                return solver, status
            small = False
            if self.chosen is not None:
                model.hint(self.chosen, self.starts)

    def _listener(self, solver: Any, unit: Fraction) -> Callable[[float], None]:
        return lambda low: self.guard(solver, lambda: self._low(low, unit))

    def _set(self, parameters: Any, small: bool) -> None:
        watch = self.watch
        repeatable = watch.limits.work is not None or watch.limits.seconds is None
        parameters.random_seed = watch.limits.seed % (1 << 31)
        parameters.num_workers = 1 if small else 8
        if small:
            parameters.linearization_level = 2
        parameters.interleave_search = repeatable and not small
        work = watch.work_left
        if small:
            work = FIRST if work is None else min(FIRST, work)
        if work is not None:
            parameters.max_deterministic_time = max(work, 1e-6)
        if watch.left is not None:
            parameters.max_time_in_seconds = max(watch.left, 1e-3)
        if watch.limits.memory is not None:
            parameters.max_memory_in_mb = max(1, watch.limits.memory >> 20)

    def guard(self, solver: Any, call: Callable[[], object]) -> None:
        """Keep what is raised in a call from inside the solver, where it would be lost, and stop."""
        try:
            call()
        except BaseException as error:
            self.failed = self.failed or error
            solver.stop_search()

    def _low(self, low: float, unit: Fraction) -> None:
        """A bound in units of the model: an integer, given as a float."""
        if -1e15 < low < 1e15:
            self._prove(_plain(max(0, int(low + 1e-6) if low > 0 else 0) * unit))

    def answer(self) -> Answer:
        """What is known at the end."""
        reason = self.watch.reason or self.watch.stop() or "work"
        if self.impossible:
            return Answer("infeasible", backend=NAME)
        if self.chosen is None:
            return Answer("unknown", bound=self.bound, stopped=reason, backend=NAME)
        starts = self.starts
        if self.problem.timed and not starts:
            starts = evaluate.earliest(self.problem, self.chosen)
        bound = self.bound if self.bound is None or not self.value else min(self.bound, self.value[0])
        return Answer(
            "optimal" if self.proved else "feasible",
            self.chosen,
            self.value,
            bound,
            starts,
            "proved" if self.proved else reason,
            NAME,
        )


def _callback(cp_model: Any, search: _Search, model: Model) -> Any:
    """Answers found on the way, each checked before it counts."""

    class Callback(cp_model.CpSolverSolutionCallback):  # type: ignore[misc]
        def on_solution_callback(self) -> None:
            search.guard(self, lambda: search.take(*model.read(self.value)))

    return Callback()


def _plain(number: Number) -> Number:
    return number.numerator if number.denominator == 1 else number
