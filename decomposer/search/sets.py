"""Designs that use few models of a catalogue: one search for each set of models that they may use.

A limit on models, and what hosting them costs, couple the choices of a design. Among designs that use only a given set
of models nothing is coupled: the cheapest of these is found by any search that takes choices one by one. A design
costs no less than the cheapest of its own set, with hosting of all of that set; so the least over all sets is exact
whenever each search is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from itertools import combinations
from math import comb
from typing import TypeAlias

from decomposer.design.evaluate import hosting, models_used
from decomposer.expr import ZERO, Expr
from decomposer.problem.graph import topological
from decomposer.problem.model import Problem
from decomposer.rules.base import Alternative, Goal
from decomposer.search.costs import compared
from decomposer.search.price import Candidate
from decomposer.search.reasons import TIED
from decomposer.search.run import Run
from decomposer.search.spread import exact

MOST_SETS = 64
"""Most sets of models that are tried one by one."""

Spreading: TypeAlias = Callable[[Goal, Alternative], Iterable[Alternative]]

Search: TypeAlias = Callable[[Set[str], Run], tuple[Sequence[Candidate], bool]]
"""From a set of models to the cheapest designs that use no others, hosting aside, and whether nothing was left out.

What was left out is noted in the run, whose time is that of one set.
"""


def sets_of(problem: Problem, most: int = MOST_SETS) -> list[frozenset[str]] | None:
    """Sets of models that hold those of every design within the limit on models, the largest first.

    Left out is a set that a larger one within the limit stands for, as its further models cost nothing to host. An
    open catalogue is the one set of no models.

    Parameters
    ----------
    most : int
        The answer is `None` where there are more sets.
    """
    models, limit = problem.models, problem.limits.models
    if not models:
        return [frozenset()]
    size = len(models) if limit is None else min(len(models), int(exact(limit)))
    if size < 1:
        return []
    free = [name for name, model in models.items() if model.hosting == ZERO]
    paid = [name for name in models if name not in free]
    smaller = range(size - 1, max(len(free), 1) - 1, -1)
    count = comb(len(models), size) + sum(comb(len(paid), few - len(free)) for few in smaller)
    if count > most:
        return None
    found = [frozenset(names) for names in combinations(models, size)]
    for few in smaller:
        found += [frozenset((*free, *names)) for names in combinations(paid, few - len(free))]
    return found


def able(problem: Problem, names: Iterable[str]) -> bool:
    """Whether for each task some of these models has all that it requires; so it is in an open catalogue."""
    offered = [problem.models[name].can for name in names]
    return not problem.models or all(
        any(all(need in can for need in problem.tasks[task].requires) for can in offered)
        for task in topological(problem)
    )


def only(spread: Spreading, names: Set[str]) -> Spreading:
    """Spread only alternatives that use no other models: what is left of the space are the designs of these."""

    def restricted(goal: Goal, alternative: Alternative) -> Iterator[Alternative]:
        if (goal.model is None or goal.model in names) and names >= set(models_used(alternative.template)):
            yield from spread(goal, alternative)

    return restricted


def with_hosting(problem: Problem, candidate: Candidate) -> Expr:
    """What a design costs with the models that it uses."""
    return candidate.work + hosting(problem, candidate.design)


def over_sets(problem: Problem, sets: Sequence[Set[str]], search: Search, run: Run) -> tuple[list[Candidate], bool]:
    """Find the designs of least cost, hosting included, over sets of models, larger ones first.

    Where there are more than two sets, the whole catalogue is tried before: what it needs no more models for than the
    limit allows is the answer, and what is cheapest without the limit is a bound.

    Returns
    -------
    candidates, complete
        Designs of equal cost, as far as can be told; the flag says that every search was complete and all was told.
    """
    kept: list[tuple[Expr, Candidate]] = []
    proved: list[tuple[Set[str], Expr | None]] = []
    whole = frozenset(problem.models)
    tried = list(sets if len(sets) <= 2 or whole in sets else (whole, *sets))
    complete, late = True, tried
    for _ in range(1 if run.seconds is None else 2):  # some take less than their share of the time, for others to use
        waiting, late = late, []
        for place, names in enumerate(waiting):
            if run.over() and (kept or not able(problem, names)):
                late += [names] if names in sets else []
                continue
            if _excluded(problem, names, proved, kept[0][0] if kept else None):
                continue
            own = run.part(1 / (len(waiting) - place))
            found, exact_one = search(names, own)
            if exact_one:
                proved.append((names, found[0].work if found else None))
            elif names in sets:
                late += [names] if own.late else []
                complete = complete and not own.reasons
                run.leave(own.reasons)
            for one in found:
                total = with_hosting(problem, one)
                signs = [compared(total, other) for other, _ in kept]
                if _too_many(problem, one) or 1 in signs or any(one.design == other.design for _, other in kept):
                    continue
                kept = [*(old for old, sign in zip(kept, signs, strict=True) if sign != -1), (total, one)]
    if late:
        least = next((work for names, work in proved if names == whole and work is not None), None)
        bound = "" if least is None else f", and no design costs less than {least}"
        run.cut(f"of {len(tried)} sets of models, {len(late)} were not searched whole{bound}")
    tied = all(compared(total, kept[0][0]) == 0 for total, _ in kept)
    run.leave(() if tied else TIED)
    return [one for _, one in kept], complete and tied and not run.late


def _too_many(problem: Problem, candidate: Candidate) -> bool:
    limit = problem.limits.models
    return limit is not None and len(models_used(candidate.design)) > exact(limit)


def _excluded(
    problem: Problem, names: Set[str], proved: Iterable[tuple[Set[str], Expr | None]], least: Expr | None
) -> bool:
    """Whether no design that uses just these models is better than the best known, or there are none.

    Each costs at least what the cheapest of a larger set does, with hosting of the smaller one. One that costs as much
    as the best known does as much work as that cheapest, and has been found with it.
    """
    paid = ZERO
    for name in names:
        paid = paid + problem.models[name].hosting
    for larger, work in proved:
        if names < larger and (work is None or (least is not None and compared(work + paid, least) in (0, 1))):
            return True
    return False
