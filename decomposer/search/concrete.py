"""The best design at given numbers: least exact cost, every free parameter at every integer."""

from __future__ import annotations

from collections.abc import Sequence, Set
from copy import copy
from dataclasses import replace
from functools import cmp_to_key
from typing import Self

from decomposer.design.bounds import at_least
from decomposer.design.counts import part_count
from decomposer.errors import ExpressionError, ProblemError
from decomposer.expr import Expr, num
from decomposer.rules.base import Goal, Site
from decomposer.search.hurried import priced
from decomposer.search.price import Candidate, Policy, compose, costs_again, fold, measures, simplest
from decomposer.search.ranges import Ranges
from decomposer.search.reasons import DIGITS
from decomposer.search.run import Run
from decomposer.search.sets import only
from decomposer.search.spread import exact, lowest, order
from decomposer.search.unfold import Step, unfold
from decomposer.solvers.graph import Arc

QUICK = 0.2
"""Share of the time in which a first design is found."""


def best(site: Site, names: Set[str] | None = None, run: Run | None = None) -> tuple[list[Candidate], bool]:
    """Find the cheapest designs of a problem whose formulas are all numbers.

    Parameters
    ----------
    names : set of str, optional
        The only models of the catalogue that may be used.
    run : Run, optional
        When to stop, with the values of free parameters tried by then; gets what is not decided.

    Returns
    -------
    candidates, complete
        Designs of the least cost; the flag says that every integer was tried for every free parameter, or excluded by
        a bound, and no cost was beyond working with.

    Raises
    ------
    ProblemError
        When no cost can be worked with, whatever models are used.
    """
    run = run or Run()
    ranges, pricing, found = Ranges(site), Pricing(site), list[Candidate]()
    spread = ranges if names is None else only(ranges, names)
    if run.seconds is not None:
        found = quick(site, Pricing(site), run, names)
    while True:
        last = run.part(1)
        numbered = unfold(site.problem, spread, last)
        values = priced(numbered, pricing, last)
        found = _cheapest([*values[numbered.graph.root], *found]) if last.late else values[numbered.graph.root]
        run.take(last)
        if run.late or not ranges.refine(values):
            break
    run.leave((*ranges.reasons, *pricing.reasons))
    if not found and not pricing.complete and names is None and not run.late:
        message = "at these numbers every design costs more digits than can be worked with; take smaller ones"
        raise ProblemError(message, file=site.problem.file)
    return found, ranges.complete and pricing.complete and not run.late


def quick(site: Site, pricing: Pricing, run: Run, names: Set[str] | None = None) -> list[Candidate]:
    """A design with the least values of its free parameters, to have one where time is short."""
    part = run.part(QUICK)
    space = unfold(site.problem, lowest if names is None else only(lowest, names), part)
    return priced(space, pricing, part)[space.graph.root]


def _cheapest(found: Sequence[Candidate]) -> list[Candidate]:
    """Of designs found at different times, the first of least cost."""

    def cheaper(one: Candidate, other: Candidate) -> int:
        return order(one.work, other.work)

    return [min(found, key=cmp_to_key(cheaper))] if found else []


class Pricing:
    """Prices the designs of one goal after the other, at numbers."""

    def __init__(self, site: Site) -> None:
        self.site, self.run = site, Run()
        self.reasons: dict[str, None] = {}

    @property
    def complete(self) -> bool:
        """Whether no design was left out that might be better."""
        return not self.reasons

    def combine(self, goal: Goal, arc: Arc[Goal, Step], chosen: tuple[Candidate, ...]) -> list[Candidate]:
        """The candidate of an alternative, unless its cost is beyond working with."""
        try:
            return [self.priced(goal, arc, chosen)]
        except ExpressionError:
            # A cost of thousands of digits, as of retrying all of a long text: left out, and owned up to.
            self.reasons[DIGITS] = None
            return []

    def priced(self, goal: Goal, arc: Arc[Goal, Step], chosen: tuple[Candidate, ...]) -> Candidate:
        """Compose; in a scope of g parts, also price the smaller group that is left over."""
        candidate = compose(self.site, goal, arc, chosen)
        settled = tuple(
            Policy(decision.name, decision.low, about=decision.about, tasks=goal.tasks)
            for decision in arc.item.alternative.decisions
        )
        candidate = replace(candidate, policies=(*settled, *candidate.policies))
        rest = self.left_over(goal)
        if rest is None:
            return candidate
        there = replace(goal, steps=rest) if goal.steps is not None else replace(goal, size=rest)
        left = fold(self.site, measures(self.site)[0], candidate.design, goal, self.site.inside(there))
        again = costs_again(self.site, candidate.design, goal, there)
        return replace(candidate, rest=left, again=(*candidate.again, *again))

    def left_over(self, goal: Goal) -> Expr | None:
        """Parts in the last group, or steps in the last call, where there are fewer than in the others."""
        chain = self.site.task(goal.tasks[0]).steps
        if goal.steps is not None and chain is not None:
            few = exact(chain.count) % exact(goal.steps)
            return num(few) if few else None
        if goal.part is None or goal.size is None:
            return None
        left = exact(part_count(self.site.problem, goal.part)) % exact(goal.size)
        return num(left) if left else None

    def prune(self, goal: Goal, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Keep the designs that are cheapest for the full groups, or for the one left over; and equal ones."""
        kept: list[Candidate] = []
        for new in simplest(self.site, goal, candidates):
            if kept and self.run.over():
                break
            if any(_beats(old, new) for old in kept):
                continue
            kept = [old for old in kept if not _beats(new, old)]
            kept.append(new)
        return kept

    def one(self, goal: Goal, found: Sequence[Candidate]) -> list[Candidate]:
        """The one of them that is kept where there is time for no more."""
        return list(found[:1])

    def again(self) -> Self:
        """The same, with nothing noted."""
        other = copy(self)
        other.reasons = {}
        return other


def _beats(a: Candidate, b: Candidate) -> bool:
    """Whether `a` is nowhere dearer and somewhere cheaper."""
    pairs = [(a.work, b.work), *zip(a.again, b.again, strict=True)]
    if a.rest is not None and b.rest is not None:
        pairs.append((a.rest, b.rest))
    return all(_at_most(x, y) for x, y in pairs) and not all(_at_most(y, x) for x, y in pairs)


def _at_most(a: Expr, b: Expr) -> bool:
    """Whether `a <= b`; costs of one round of a conversation still depend on the round, and may be neither."""
    return at_least(b, a) if a.symbols or b.symbols else order(a, b) <= 0
