"""Values of goals: what the search knows that designs take at least."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction

from decomposer.checker.check import Check, Value
from decomposer.checker.growth import Growth
from decomposer.design.evaluate import models_used
from decomposer.errors import DecomposerError
from decomposer.expr import Expr
from decomposer.formulas.algebra import Poly, mul, number, parse, show, show_mono
from decomposer.growth import Regime, is_big_o
from decomposer.growth.minimise import with_parameters
from decomposer.problem.long_form import long_form
from decomposer.problem.model import Problem
from decomposer.restated.space import Goal as Restated
from decomposer.restated.space import Way
from decomposer.rules.base import Goal
from decomposer.search import asymptotic, pareto, timed
from decomposer.search.coupled import is_coupled
from decomposer.search.price import Candidate
from decomposer.search.unfold import Space
from decomposer.verbs.multipliers import NoMultipliers, bounded
from decomposer.verbs.restating import matched, restated

WEIGHT = 16
"""Coefficient of all terms of a value. Values count up to a constant; with a large one, what is subtracted elsewhere
(a finder that looks only where nothing is found) is covered with ease."""


class CertificateError(DecomposerError):
    """An answer that could not be certified; that does not make it wrong."""

    exit_code = 4


class Valued:
    """A problem, its best designs, and values of all goals."""

    def __init__(self, problem: Problem, space: Space, regime: Regime) -> None:
        self.problem, self.space, self.regime = problem, space, regime
        self.check = Check(long_form(problem), {})
        self.hosts = self.check.aims.most is not None or any(self.check.aims.hosting.values())
        self.named: dict[tuple[Goal, str], str] = {}
        self.priced, self.best, complete = self.found()
        if not self.best:
            raise CertificateError("no design is feasible, so there is nothing to certify")
        # Under limits and targets the search may not know whether its answer is best; a certificate may show that.
        if not complete and problem.target is None and not self.check.aims.limits.keys() - {"models"}:
            raise CertificateError("the answer is not proved, so there is nothing to certify")
        self.ways = {goal: self.matched(goal) for goal in space.graph.arcs}
        # Only ways whose calls do not fit their windows need what the search does not know: any value will do.
        self.values = {goal: [self.least()] if ways else [] for goal, ways in self.check.ways.items()}
        self.values |= {restated(goal): self.stated(goal) for goal in space.graph.bottom_up()}
        self.check.values = self.values

    def found(self) -> tuple[dict[Goal, list[Candidate]], list[Candidate], bool]:
        """Designs of every goal, of which each of its designs reaches one; the best of the whole."""
        root, timed_ = self.space.graph.root, self.problem.minimise == "time"
        if not timed_ and len(self.check.spaces) == 1:
            priced, complete = asymptotic.price(self.space, self.regime)
            if is_coupled(self.problem):
                return priced, *asymptotic.best(self.space, self.regime)
            return priced, priced[root], complete
        pricing, priced = pareto.price(self.space, self.regime)
        self.named = pricing.names
        if not timed_:
            best, complete = asymptotic.best(self.space, self.regime)
            return priced, best, complete
        best, complete = timed.least(self.problem, pricing.within(priced[root]), self.regime)
        return priced, best, complete and pricing.complete

    def matched(self, goal: Goal) -> list[Way]:
        """The way of each arc of a goal, as the checker states it."""
        ways = self.check.ways.get(restated(goal))
        found = None if ways is None else matched(self.space.graph.arcs[goal], [way for way, *_ in ways])
        if found is None:
            raise CertificateError("the rules and their restatement differ: please report this")
        return found

    def least(self) -> Value:
        """What every design takes."""
        return Value({measure: number(1) for measure in self.check.spaces}, frozenset())

    def stated(self, goal: Goal) -> list[Value]:
        """Values of a goal: growths of its designs of least growth, of which each of its designs reaches one."""
        regime = asymptotic.regime_inside(self.space, self.regime, goal)
        kept: list[Candidate] = []
        for new in self.priced[goal]:
            if not any(self.replaces(old, new, regime) for old in kept):
                kept = [*(old for old in kept if not self.replaces(new, old, regime)), new]
        return [self.value(restated(goal), candidate) for candidate in kept]

    def takes(self, candidate: Candidate) -> dict[str, Expr]:
        """What a design takes of each measure."""
        first, other = ("span", "work") if self.problem.minimise == "span" else ("work", "span")
        found = {first: candidate.growth, other: candidate.other}
        return {measure: takes for measure in self.check.spaces if (takes := found[measure]) is not None}

    def models(self, candidate: Candidate) -> frozenset[str]:
        """The models that a design uses, where it matters."""
        return frozenset(models_used(candidate.design) if self.hosts else ())

    def replaces(self, a: Candidate, b: Candidate, regime: Regime) -> bool:
        """Whether what one design takes is no more than what another does, at all values of what this leaves open."""
        if not (self.models(a) <= self.models(b) and set(a.open) <= set(b.open)):
            return False
        wide = with_parameters(regime, pareto.bounds_of(b.open))
        less, more = self.takes(a), self.takes(b)
        return all(is_big_o(less[measure], more[measure], wide) is True for measure in less)

    def value(self, goal: Restated, candidate: Candidate) -> Value:
        """A value that a design reaches: what is rounded up is no less, so that one without ceilings is a bound."""
        opened = tuple(sorted((one.name, (str(one.low), show(parse(str(one.high))))) for one in candidate.open))
        growth = self.check.growth((*self.check.scope(goal), *opened))
        takes = {
            measure: mul(number(WEIGHT), cleaned(growth, parse(str(value).replace("ceil(", "("))))
            for measure, value in self.takes(candidate).items()
        }
        return Value(takes, self.models(candidate), opened)


def cleaned(growth: Growth, value: Poly) -> Poly:
    """The positive terms of a growth that no others bound, without coefficients and constant factors."""
    kept = {mono for mono, c in value.items() if c > 0}
    kept = {frozenset((name, x) for name, x in mono if not growth.constant(name)) for mono in kept}
    for mono in sorted(kept, key=show_mono):
        with suppress(NoMultipliers):
            bounded(growth, [mono], sorted(kept - {mono}, key=show_mono))
            kept.discard(mono)
    return {mono: Fraction(1) for mono in kept}
