"""The design that is done first on a given number of workers: least work per worker, and critical path."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from decomposer.design.timing import on_workers
from decomposer.expr import ZERO
from decomposer.growth import Regime, is_big_o
from decomposer.problem.model import Problem
from decomposer.rules.base import Site
from decomposer.search import pareto, reasons
from decomposer.search.asymptotic import beats
from decomposer.search.price import Candidate
from decomposer.search.run import Run
from decomposer.search.spread import order
from decomposer.search.unfold import Space


def at_numbers(site: Site, run: Run | None = None) -> tuple[list[Candidate], bool]:
    """Find the designs of least time at numbers: they are among those that none beats in work and span.

    Returns
    -------
    candidates, complete
        As `decomposer.search.pareto.at_numbers`; their work is the time.
    """
    problem = site.problem
    found, complete = pareto.at_numbers(site, run)
    kept: list[Candidate] = []
    for one in found:
        time = on_workers(problem, one.work, one.other or ZERO)
        sign = order(time, kept[0].work) if kept else 0
        new = replace(one, work=time, growth=time)
        kept = [new] if sign < 0 else [*kept, new] if sign == 0 else kept
    return kept, complete


def in_growth(space: Space, regime: Regime, run: Run | None = None) -> tuple[list[Candidate], bool]:
    """Find the designs of least time in the end, with the best values of their free parameters.

    Returns
    -------
    candidates, complete
        Several where which is best depends on the regime; their work is the time, up to a factor of 2 that of the
        best schedule.
    """
    run = run or Run()
    found, complete = pareto.in_growth(space, regime, run)
    kept, proved = least(space.site.problem, found, regime, run)
    return kept, complete and proved


def least(
    problem: Problem, found: Iterable[Candidate], regime: Regime, run: Run | None = None
) -> tuple[list[Candidate], bool]:
    """Of designs with open parameters, those of least time in the end, with the best values of these."""
    run = run or Run()
    complete = True
    kept: list[Candidate] = []
    for one in found:
        time = on_workers(problem, one.work, one.other or ZERO)
        new, proved = pareto.settled(one, time, regime)
        if not _within(problem, new, regime):
            if one.open:  # other values of its parameters may keep the limit
                complete = False
                run.leave(map(reasons.unlimited, one.open))
            continue
        if not proved:
            complete = False
            run.leave(map(reasons.unproved, one.open))
        if not any(beats(old, new, regime) for old in kept):
            kept = [*(old for old in kept if not beats(new, old, regime)), new]
    return kept, complete


def _within(problem: Problem, candidate: Candidate, regime: Regime) -> bool:
    """Whether the span of a design keeps its limit in growth, throughout the regime."""
    limit, span = problem.limits.span, candidate.other or ZERO
    if limit is None:
        return True
    return span.symbols <= problem.parameters.keys() and is_big_o(span, limit, regime) is True
