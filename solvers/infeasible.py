"""Why there is no answer: limits that cannot be kept together, and how far each would have to give."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm

from decomposer.solvers import cpsat, evaluate, trees
from decomposer.solvers.answer import Answer, Conflict, Limits
from decomposer.solvers.rows import logs_at_most
from decomposer.solvers.selection import Alternative, Level, Number, Selection
from decomposer.solvers.watch import Watch

MOST_BITS = 20_000
"""Least differences of reliability with longer denominators are not worked with."""

WORK = 5.0
"""Units of work for each question: an explanation should not take longer than the answer."""


class _UndecidedError(Exception):
    """There is no time left, or the numbers are too large."""


def names(problem: Selection) -> tuple[str, ...]:
    """The limits of a problem, as a `Conflict` names them."""
    found = [f"budget {i}" for i in range(len(problem.budgets))]
    found += [f"pool {i}" for i in range(len(problem.pools))]
    found += [f"capacity {i}" for i in range(len(problem.capacities))]
    found += ["deadline"] if problem.deadline is not None else []
    found += ["reliability"] if problem.reliability is not None else []
    return tuple(found)


def without(problem: Selection, dropped: Set[str]) -> Selection:
    """The problem with some limits so wide that they limit nothing."""
    budgets, pools, capacities = list(problem.budgets), list(problem.pools), list(problem.capacities)
    for i in range(len(budgets)):
        if f"budget {i}" in dropped:
            rows = [max((a.spends[i] for a in row if a.spends), default=0) for row in problem.choices]
            budgets[i] = sum(rows, 0) + sum((r.spends[i] for r in problem.resources if r.spends), 0)
    for i, pool in enumerate(pools):
        if f"pool {i}" in dropped:
            pools[i] = replace(pool, limit=len(pool.resources))
    for i in range(len(capacities)):
        if f"capacity {i}" in dropped:
            capacities[i] = _most_held(problem, i)
    return replace(
        problem,
        budgets=tuple(budgets),
        pools=tuple(pools),
        capacities=tuple(capacities),
        deadline=None if "deadline" in dropped else problem.deadline,
        reliability=None if "reliability" in dropped else problem.reliability,
    )


def explain(problem: Selection, limits: Limits) -> Conflict | None:
    """Limits of a problem without an answer that conflict, none of them to spare; and the least relaxation of each.

    Parameters
    ----------
    problem : Selection
        Without an answer.
    limits : Limits
        For all of it together.

    Returns
    -------
    Conflict or None
        `None` when there was no time to find limits none of which is to spare. Relaxations that could not be
        proved, or that do not help alone, are left out.

    Notes
    -----
    A deletion filter: one feasibility problem for each limit; then for each limit found, one problem whose objective
    is its use.
    """
    search = _Search(limits, Watch(limits, "infeasible"))
    plain = replace(problem, levels=())
    everything = names(problem)
    try:
        if not search.possible(without(plain, set(everything))):
            return Conflict(())
        dropped: set[str] = set()
        for name in everything:
            if not search.possible(without(plain, dropped | {name})):
                dropped.add(name)
    except _UndecidedError:
        return None
    kept = tuple(name for name in everything if name not in dropped)
    relaxations: list[tuple[str, Number]] = []
    for name in kept:
        try:
            least = search.least(plain, name)
        except (_UndecidedError, ValueError):
            continue
        if least is not None:
            relaxations.append((name, least))
    return Conflict(kept, tuple(relaxations))


@dataclass(frozen=True, slots=True)
class _Search:
    """Solves what the explanation asks, within the limits."""

    limits: Limits
    watch: Watch

    def solve(self, problem: Selection) -> Answer:
        if self.watch.stop() is not None:
            raise _UndecidedError
        work = WORK if self.limits.work is None else min(WORK, self.limits.work)
        limits = replace(self.limits, seconds=self.watch.left, work=work, on_progress=None)
        answer = trees.run(problem, limits) if trees.suits(problem) else Answer("unknown")
        if answer.status == "unknown":
            answer = cpsat.run(problem, limits)
        if answer.status not in ("optimal", "infeasible"):
            raise _UndecidedError
        return answer

    def possible(self, problem: Selection) -> bool:
        return self.solve(problem).status == "optimal"

    def least(self, problem: Selection, name: str) -> Number | None:
        """The least that a limit would have to take, the others as they are; `None` when that does not help."""
        kind, _, number = name.partition(" ")
        free = without(problem, {name})
        if kind == "reliability":
            return self._reliability(free)
        if kind == "capacity":
            return self._capacity(problem, int(number))
        if kind == "budget":
            free = _priced(free, lambda a: a.spends[int(number)] if a.spends else 0)
            spends = [r.spends[int(number)] if r.spends else 0 for r in free.resources]
            free = _renting(free, spends)
        elif kind == "pool":
            members = problem.pools[int(number)].resources
            free = _priced(free, lambda a: 0)
            free = _renting(free, [int(r in members) for r in range(len(free.resources))])
        else:
            free = replace(free, levels=(Level((0,) * problem.components, 1),))
        answer = self.solve(free)
        return answer.value[0] if answer.status == "optimal" else None

    def _capacity(self, problem: Selection, i: int) -> int | None:
        low, high = problem.capacities[i], _most_held(problem, i)

        def at(capacity: int) -> bool:
            capacities = (*problem.capacities[:i], capacity, *problem.capacities[i + 1 :])
            return self.possible(replace(problem, capacities=capacities))

        if not at(high):
            return None
        while high - low > 1:
            middle = (low + high) // 2
            if at(middle):
                high = middle
            else:
                low = middle
        return high

    def _reliability(self, free: Selection) -> Fraction | None:
        """The greatest reliability: the best by rounded logarithms, then better ones until there is none."""
        step = 1
        for row in free.choices:
            step *= lcm(1, *(a.success.denominator for a in row))
            if step.bit_length() > MOST_BITS:
                raise _UndecidedError
        rates = [a.success for row in free.choices for a in row]
        groups = [node for node, row in enumerate(free.choices) for _ in row]
        logs = dict(zip(rates, logs_at_most(rates, Fraction(1, step), groups).coefficients, strict=True))
        answer = self.solve(_priced(free, lambda a: logs[a.success]))
        if answer.status == "infeasible":
            return None
        while True:
            best = evaluate.reliability(free, answer.chosen)
            # Every product is a multiple of 1 / step.
            answer = self.solve(replace(free, reliability=min(best + Fraction(1, step), Fraction(2))))
            if answer.status == "infeasible":
                return best


def _priced(problem: Selection, price: Callable[[Alternative], Number]) -> Selection:
    """The problem with one cost alone; resources cost nothing."""
    choices = tuple(tuple(replace(a, costs=(price(a),)) for a in row) for row in problem.choices)
    resources = tuple(replace(r, costs=(0,)) for r in problem.resources)
    return replace(problem, choices=choices, resources=resources, components=1, levels=(Level((1,)),))


def _renting(problem: Selection, prices: Sequence[Number]) -> Selection:
    """The problem with these costs of resources."""
    resources = tuple(replace(r, costs=(price,)) for r, price in zip(problem.resources, prices, strict=True))
    return replace(problem, resources=resources)


def _most_held(problem: Selection, capacity: int) -> int:
    """What would be held if everything ran at once."""
    return sum(max((a.occupies[capacity] for a in row if a.occupies), default=0) for row in problem.choices)
