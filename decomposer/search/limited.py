"""The best design by growth under limits or with hosting: sets of designs while these stay small, else a solver."""

from __future__ import annotations

from dataclasses import replace

from decomposer.growth import Regime
from decomposer.rules.base import Alternative, Goal
from decomposer.search import asymptotic, grown
from decomposer.search.hurried import priced
from decomposer.search.price import Candidate
from decomposer.search.reasons import ELSEWHERE
from decomposer.search.run import Run
from decomposer.search.sets import only
from decomposer.search.unfold import Space
from decomposer.solvers.graph import Graph

FIRST = 0.5
"""Share of the time that is spent on sets of designs under limits, before a solver is asked."""

MOST_COMBINED = 2000
"""Designs of one goal that are looked at under limits; with more, a solver is asked."""


def in_growth(space: Space, regime: Regime, constants: bool, run: Run) -> tuple[list[Candidate], bool]:
    """Find the designs that no other beats in the whole regime, as `asymptotic.best` does, where models are shared."""
    pricing = asymptotic.Pricing(space, regime, constants, MOST_COMBINED)
    found: list[Candidate] = []
    # A solver may do better in what is left of the time.
    first = run.part(FIRST)
    first.take(run)
    try:
        found = pricing.within_limits(priced(space, pricing, first)[space.graph.root])
        if pricing.complete and not first.late:
            run.leave((ELSEWHERE,) if pricing.elsewhere else ())
            return pricing.told(found), not pricing.elsewhere
    except asymptotic.TooManyError:
        pass
    if run.over() or not space.whole:
        run.take(first)
        return found or single(space, regime, run), False
    other = grown.best(space, regime, run)
    run.leave((ELSEWHERE,) if pricing.elsewhere else ())
    if other is None:
        pricing = asymptotic.Pricing(space, regime)
        found = pricing.within_limits(priced(space, pricing, run)[space.graph.root])
        run.leave((*pricing.reasons, *((ELSEWHERE,) if pricing.elsewhere else ())))
        return found or single(space, regime, run), pricing.complete and not pricing.elsewhere and not run.late
    for new in other.candidates:
        if not any(old.work == new.work or asymptotic.beats(old, new, regime) for old in found):
            found = [*(old for old in found if not asymptotic.beats(new, old, regime)), new]
    told = [replace(one, exact=other.exact, proof=other.proof if other.complete else ()) for one in found]
    return told or single(space, regime, run), other.complete and not pricing.elsewhere


def single(space: Space, regime: Regime, run: Run) -> list[Candidate]:
    """Where time ran out with no design that keeps the limits: one that uses a single model, if there is any."""
    for name in space.site.problem.models if run.late else ():
        if run.past_grace():
            break
        pricing = asymptotic.Pricing(space, regime)
        alone = replace(space, graph=Graph(space.graph.root, {}), spread=only(space.spread or _as_it_is, {name}))
        found = pricing.within_limits(priced(replace(alone, whole=False), pricing, run)[space.graph.root])
        if found:
            return found
    return []


def _as_it_is(goal: Goal, alternative: Alternative) -> tuple[Alternative, ...]:
    return (alternative,)
