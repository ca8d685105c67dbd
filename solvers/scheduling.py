"""Projects by refinement and CP-SAT: every task is done in one of its modes, and the last is to end soonest.

First the reductions and bounds of `windows`, then the population of `serial` and the neighbourhoods of `regions`;
what that leaves open goes to CP-SAT in the windows that the best schedule so far allows. Few tasks go there before
neighbourhoods are tried. Every schedule is checked exactly before it counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from random import Random
from typing import Any

from decomposer.solvers import evaluate
from decomposer.solvers.answer import Answer, Limits
from decomposer.solvers.engine import load
from decomposer.solvers.intervals import LARGEST, Intervals, intervals
from decomposer.solvers.project import Project, Schedule, project
from decomposer.solvers.regions import EACH, MANY, Regions
from decomposer.solvers.relaxation import relax
from decomposer.solvers.selection import Number, Selection
from decomposer.solvers.serial import Effort, Search
from decomposer.solvers.watch import Watch
from decomposer.solvers.windows import fit, lower_bound, reduce_project

NAME = "scheduling"

SHARES = {1: 0.25, 2: 1.0}
"""Before which stages parts of the best schedule are made anew, and how much of the work for that it takes."""

WIDE = 20
"""Where the best schedule is not farther from the bound than one in so many, a proof is tried before all that."""

LONG = 1000
"""From so many tasks on, a schedule may take longer than there is time: one without thought comes first."""

RELAXED = 1.0
"""Units of work that single workers have, each, before a portfolio takes over."""

QUICK, SCHEDULES = 60, 600
"""How many schedules the refinement builds before CP-SAT is asked for the best modes, and afterwards."""

UNIT = 2e-6
"""Work of building a schedule, for each task."""


def suits(problem: Selection) -> bool:
    """Whether all tasks are done whatever is chosen, and only modes and starts are open."""
    return project(problem) is not None


def run(problem: Selection, limits: Limits, hint: Mapping[int, int] | None = None) -> Answer:
    """Schedule a project.

    Parameters
    ----------
    problem : Selection
        One that `suits`.
    limits : Limits
    hint : mapping of OR node to the index of its alternative, optional
        Modes to begin with.

    Returns
    -------
    Answer
        `optimal` when the bound was proved to be met; `infeasible` without a conflict.

    Raises
    ------
    ValueError
        When the problem is no project, or its numbers are too large for CP-SAT once that is needed.
    """
    given = project(problem)
    if given is None:
        raise ValueError("not a project: alternatives of a node differ in more than mode, or limits couple them")
    return _Run(problem, given, Watch(limits, NAME), hint or {}).answer()


@dataclass(frozen=True, slots=True)
class Stage:
    """One call of CP-SAT: how many workers, how much of the model a single one sees as linear, and how long it has.

    The first workers run the searches named; the others improve on schedules.
    """

    workers: int
    linear: int
    work: float | None = None
    searches: tuple[str, ...] = ()


STAGES = (
    Stage(1, 0, 0.2, ("no_lp",)),
    Stage(1, 2, 2.0, ("max_lp",)),
    Stage(1, 0, 4.0, ("no_lp",)),
    Stage(4, 1, None, ("no_lp", "objective_lb_search")),
)
"""One worker after the other, then a portfolio.

Measured on two cores: propagation alone is quickest on few tasks; where budgets rule, and on many, the relaxation is
needed. Of the portfolio's searches propagation proves most, bounding from below by proof closes most of the gap, and
what improves on schedules needs no more than the time that those leave.
"""


@dataclass(slots=True)
class _Run:
    """The state of one run."""

    problem: Selection
    given: Project
    watch: Watch
    hint: Mapping[int, int]
    best: Schedule | None = None
    bound: int = 0
    value: tuple[Number, ...] = ()
    failed: BaseException | None = None

    def answer(self) -> Answer:
        """Search and tell."""
        try:
            proved = self._search()
        except ValueError:
            if self.best is None:
                raise
            proved = False  # too large for CP-SAT: what was found without it stands
        if self.best is None:
            if proved:
                return Answer("infeasible", backend=NAME)
            return Answer("unknown", bound=self._first(self.bound), stopped=self._reason(), backend=NAME)
        return Answer(
            status="optimal" if proved else "feasible",
            chosen=self._chosen(self.best),
            value=self.value,
            bound=self._first(self.best.makespan if proved else self.bound),
            starts=self._starts(self.best),
            stopped="proved" if proved else self._reason(),
            backend=NAME,
        )

    def _search(self) -> bool:
        """Look for the best schedule; whether it, or that there is none, was proved."""
        reduced = reduce_project(self.given)
        if not all(reduced.modes):
            return True
        self._prove(lower_bound(reduced))
        limit = self._deadline(reduced)
        if limit < self.bound:
            return True
        search = Search(reduced, self.watch.limits.seed)
        hint = tuple(self._index(reduced, task, self.hint.get(node)) for task, node in enumerate(reduced.nodes))
        self._refine(search, limit, QUICK, [Schedule(hint, (), 0)] if self.hint else [])
        if self._met():
            return True
        seeds = self._relax(reduced, limit)
        if self._met() or limit < self.bound:
            return True
        self._refine(search, limit, SCHEDULES, seeds)
        if self._met():
            return True
        return self._exact(reduced, limit)

    def _met(self) -> bool:
        return self.best is not None and self.best.makespan <= self.bound

    def _relax(self, reduced: Project, limit: int) -> list[Schedule]:
        """Prove what the project without its capacities shows, and tell the modes that are best for it."""
        watch = self.watch
        if watch.stop() is not None or len(reduced.nodes) > MANY:
            return []
        horizon = limit if self.best is None else self.best.makespan
        small = fit(reduced, horizon)
        if small is None:
            self._prove(horizon + 1)
            return []
        hint = None if self.best is None else self._within(small, self.best)
        most = RELAXED if watch.work_left is None else watch.work_left
        found = relax(small, horizon, self.bound, hint, most, watch)
        watch.done += found.work
        self._prove(found.bound)
        return [
            replace(one, modes=tuple(self._index(reduced, task, mode) for task, mode in enumerate(_named(small, one))))
            for one in found.schedules
        ]

    def _wide(self) -> bool:
        """Whether there is much room between the best schedule and the bound."""
        return self.best is not None and WIDE * (self.best.makespan - self.bound) > self.best.makespan

    def _refine(self, search: Search, limit: int, count: int, seeds: list[Schedule]) -> None:
        watch, reduced = self.watch, search.project
        price = UNIT * len(reduced.nodes)
        before = search.built
        if watch.work_left is not None:
            count = min(count, int(watch.work_left / price) + 1)

        def found(schedule: Schedule) -> None:
            if schedule.makespan <= limit:
                self.take(reduced, schedule)

        def stop() -> bool:
            return watch.stop() is not None

        if not before and len(reduced.nodes) >= LONG and (plain := search.in_turn(stop)) is not None:
            found(plain)
        search.run(Effort(self.bound, count, stop), seeds, found)
        watch.done += price * (search.built - before)

    def _exact(self, reduced: Project, limit: int) -> bool:
        """CP-SAT in the windows that remain: single workers for a better schedule, then a portfolio for any as good."""
        for number, stage in enumerate(STAGES):
            if number in SHARES and (number != 1 or self._wide()):
                self._regions(reduced, SHARES[number])
                if self._met():
                    return True
            if self.watch.stop() is not None:
                return False
            # The portfolio improves on schedules, so it keeps the best one within its windows.
            worse = self.best is None or stage.work is None
            horizon = limit if self.best is None else self.best.makespan - (not worse)
            small = fit(reduced, horizon)
            if small is None:
                return True
            self._prove(lower_bound(small))
            if self.watch.stop() is not None:
                return False
            model = intervals(small, horizon, self.bound)
            if self.best is not None and worse:
                model.hint(self._within(small, self.best))
            if self._solve(model, small, stage) in ("OPTIMAL", "INFEASIBLE"):
                return True
            if self._met():
                return True
        return False

    def _regions(self, reduced: Project, share: float) -> None:
        """Improve the best schedule part by part."""
        watch = self.watch
        if self.best is None:
            return
        work = share * EACH * len(reduced.nodes)
        if watch.work_left is not None:
            work = min(work, watch.work_left)
        regions = Regions(reduced, Random(watch.limits.seed))
        regions.run(
            self._within(reduced, self.best),
            self.bound,
            work,
            lambda: watch.stop() is not None,
            lambda schedule: self.take(reduced, schedule),
        )
        watch.done += regions.done

    def _solve(self, model: Intervals, small: Project, stage: Stage) -> str:
        watch = self.watch
        cp_model = load("sat.python.cp_model")
        solver = cp_model.CpSolver()
        parameters = solver.parameters
        parameters.random_seed = watch.limits.seed % (1 << 31)
        parameters.num_workers = stage.workers
        parameters.linearization_level = stage.linear
        parameters.subsolvers.extend(stage.searches)
        parameters.interleave_search = stage.workers > 1 and (watch.limits.work is not None or watch.left is None)
        if watch.left is not None:
            parameters.max_time_in_seconds = max(watch.left, 1e-3)
        work = min((w for w in (watch.work_left, stage.work) if w is not None), default=None)
        if work is not None:
            parameters.max_deterministic_time = max(work, 1e-6)
        if watch.limits.memory is not None:
            parameters.max_memory_in_mb = max(1, watch.limits.memory >> 20)
        solver.best_bound_callback = lambda low: self._guard(solver, lambda: self._low(low))
        run = self

        class Callback(cp_model.CpSolverSolutionCallback):  # type: ignore[misc, name-defined, unused-ignore]
            def on_solution_callback(self) -> None:
                run._guard(self, lambda: run.take(small, model.read(self.value)))

        with watch.watching(solver.stop_search):
            code = solver.solve(model.cp, Callback())
        if self.failed is not None:
            raise self.failed
        watch.done += solver.response_proto.deterministic_time
        status = str(solver.status_name(code))
        if status == "MODEL_INVALID":
            raise ValueError(f"the project cannot be given to CP-SAT: {model.cp.validate()}")
        if status in ("FEASIBLE", "OPTIMAL"):
            self._low(solver.best_objective_bound)
        return status

    def _guard(self, solver: Any, call: Any) -> None:
        """Keep what is raised in a call from inside the solver, where it would be lost, and stop."""
        try:
            call()
        except BaseException as error:
            self.failed = self.failed or error
            solver.stop_search()

    def _low(self, low: float) -> None:
        """A bound from the solver: an integer, given as a float."""
        if 0 < low < LARGEST:
            self._prove(int(low + 1e-6))

    def take(self, reduced: Project, schedule: Schedule) -> None:
        """Keep a schedule if it is better.

        Raises
        ------
        RuntimeError
            When it is not one: an error of this package or of the solver.
        """
        if self.best is not None and schedule.makespan >= self.best.makespan:
            return
        own = Schedule(_named(reduced, schedule), schedule.starts, schedule.makespan)
        chosen, starts = self._chosen(own), self._starts(own)
        wrong = evaluate.check(self.problem, chosen, starts)
        if wrong or evaluate.makespan(self.problem, chosen, starts) != own.makespan * self.given.unit:
            raise RuntimeError(f"a schedule is wrong: {wrong or 'its makespan differs'}")
        self.best = own
        self.value = evaluate.value(self.problem, chosen, starts)
        self.watch.found(self.value)

    def _prove(self, bound: int) -> None:
        if self.best is not None:
            bound = min(bound, self.best.makespan)
        if bound > self.bound or not self.bound:
            self.bound = max(bound, self.bound)
            self.watch.proved(self._first(self.bound))

    def _first(self, makespan: int) -> Number:
        """What the first level is worth at a makespan."""
        if not self.problem.levels:
            return 0
        level = self.problem.levels[0]
        total = Fraction(level.makespan * makespan * self.given.unit)
        for node in self.given.nodes:
            costs = self.problem.choices[node][0].costs
            total += sum((w * cost for w, cost in zip(level.weights, costs, strict=True)), 0)
        return total.numerator if total.denominator == 1 else total

    def _deadline(self, reduced: Project) -> int:
        """The latest end that has to be looked at: all tasks one after the other, or the deadline."""
        last = sum(max(mode.duration for mode in modes) for modes in reduced.modes)
        if self.problem.deadline is not None:
            last = min(last, self.problem.deadline // self.given.unit)
        return last

    def _within(self, small: Project, schedule: Schedule) -> Schedule:
        """A schedule in the modes of a reduced project; where a mode is gone, in the first."""
        modes = (self._index(small, task, alternative) for task, alternative in enumerate(schedule.modes))
        return Schedule(tuple(modes), schedule.starts, schedule.makespan)

    def _index(self, reduced: Project, task: int, alternative: int | None) -> int:
        """Place of an alternative among the modes left, or the first."""
        return next((i for i, mode in enumerate(reduced.modes[task]) if mode.alternative == alternative), 0)

    def _chosen(self, schedule: Schedule) -> dict[int, int]:
        return dict(sorted(zip(self.given.nodes, schedule.modes, strict=True)))

    def _starts(self, schedule: Schedule) -> dict[int, Number]:
        unit = self.given.unit
        found: dict[int, Number] = {}
        for node, start in sorted(zip(self.given.nodes, schedule.starts, strict=True)):
            time = start * unit
            found[node] = time.numerator if time.denominator == 1 else time
        return found

    def _reason(self) -> Any:
        return self.watch.reason or self.watch.stop() or "work"


def _named(project: Project, schedule: Schedule) -> tuple[int, ...]:
    """The alternatives that the modes of a schedule are."""
    return tuple(modes[mode].alternative for modes, mode in zip(project.modes, schedule.modes, strict=True))
