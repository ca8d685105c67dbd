"""Designs of least scope: the smallest largest model, then the smallest capability set, then the shortest context.

Each of these is the largest of all calls. So each is minimised in turn, by dynamic programming, among the designs that
keep to what was found for those before; last, the cost is. What exceeds a bound in a part exceeds it in the whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cmp_to_key

from decomposer.design.bounds import at_least, without_ceilings
from decomposer.design.context import Context
from decomposer.design.scope import MEASURES, Measure, largest
from decomposer.design.windows import least
from decomposer.errors import ExpressionError, OutsideClassError
from decomposer.expr import ONE, App, Expr, Sym, maximum, mono_expr, num, sym
from decomposer.growth import Regime, at_most, is_big_o, theta
from decomposer.rules.base import Decision, Goal, Site
from decomposer.search import asymptotic, concrete, reasons
from decomposer.search.hurried import priced
from decomposer.search.price import Candidate, compose, no_dearer_again
from decomposer.search.run import Run
from decomposer.search.spread import Spread, order
from decomposer.search.unfold import Space, Step, unfold
from decomposer.solvers.graph import Arc

Reach = dict[Measure, Expr]
Bounds = Mapping[Measure, Sequence[Expr]]
"""What a measure may be at most; several where it depends on the regime which of them is the least."""


def _reach(site: Site, goal: Goal, arc: Arc[Goal, Step], chosen: tuple[Candidate, ...]) -> tuple[Expr, ...]:
    """The measures of an alternative, from those of candidates for its sub-goals."""
    by_goal = dict(zip(arc.needs, chosen, strict=True))
    found = []
    for place, which in enumerate(MEASURES):

        def value(sub: object, context: Context, place: int = place) -> Expr:
            assert isinstance(sub, Goal)
            return by_goal[sub].reach[place]

        found.append(largest(site.problem, arc.item.alternative.template, site.inside(goal), which, value))
    return tuple(found)


# -- at numbers -----------------------------------------------------------------------------------------


def at_numbers(site: Site, run: Run | None = None) -> tuple[list[Candidate], bool]:
    """Find the designs of least scope, of those the cheapest, of a problem whose formulas are all numbers.

    Parameters
    ----------
    run : Run, optional
        When to stop; gets what is not decided.

    Returns
    -------
    candidates, complete
        Designs of least cost among those of least scope; the flag says that every integer was tried for every free
        parameter, and no cost was beyond working with.
    """
    run, spread = run or Run(), Spread()
    first = [] if run.seconds is None else concrete.quick(site, _AtNumbers(site, {}, None), run)
    numbered = unfold(site.problem, spread, run)
    bounds: dict[Measure, Expr] = {}
    pricing, found = _AtNumbers(numbered.site, bounds, None), list[Candidate]()
    for which in (*MEASURES, None):
        if run.late and which is not None:
            continue
        pricing = _AtNumbers(numbered.site, bounds, which)
        found = priced(numbered, pricing, run)[numbered.graph.root]
        run.leave((*spread.reasons, *pricing.reasons))
        if not found and not run.late:
            return [], spread.complete and pricing.complete
        if which is not None and not run.late:
            bounds[which] = found[0].work
    found = _smallest([*found, *first]) if run.late else found
    return found, spread.complete and pricing.complete and not run.late


def _smallest(found: Sequence[Candidate]) -> list[Candidate]:
    """Of designs found at different times, the first of least scope, and then cost."""

    def smaller(one: Candidate, other: Candidate) -> int:
        pairs = zip((*one.reach, one.work), (*other.reach, other.work), strict=True)
        return next((sign for a, b in pairs if (sign := order(a, b))), 0)

    return [min(found, key=cmp_to_key(smaller))] if found else []


class _AtNumbers(concrete.Pricing):
    def __init__(self, site: Site, bounds: Mapping[Measure, Expr], which: Measure | None) -> None:
        super().__init__(site)
        self.bounds, self.which = bounds, which

    def combine(self, goal: Goal, arc: Arc[Goal, Step], chosen: tuple[Candidate, ...]) -> list[Candidate]:
        """The candidate of an alternative, unless it exceeds a bound."""
        try:
            reach = _reach(self.site, goal, arc, chosen)
        except ExpressionError:
            self.reasons[reasons.DIGITS] = None
            return []
        by_measure: dict[Measure, Expr] = dict(zip(MEASURES, reach, strict=True))
        # What depends on the round of a conversation is looked at where all rounds are.
        if any(not by_measure[one].symbols and order(by_measure[one], most) > 0 for one, most in self.bounds.items()):
            return []
        found = [replace(one, reach=reach) for one in super().combine(goal, arc, chosen)]
        if self.which is None:
            return found
        value = reach[MEASURES.index(self.which)]
        return [replace(one, work=value, growth=value, rest=None, again=()) for one in found]

    def prune(self, goal: Goal, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Keep the smallest in what is minimised; of equal ones, one."""
        if self.which is None:
            return super().prune(goal, candidates)
        kept: list[Candidate] = []
        for new in candidates:
            if kept and self.run.over():
                break
            if not any(_below(old.work, new.work) for old in kept):
                kept = [*(old for old in kept if not _below(new.work, old.work)), new]
        return kept


def _below(a: Expr, b: Expr) -> bool:
    return at_least(b, a) if a.symbols or b.symbols else order(a, b) <= 0


# -- in growth ------------------------------------------------------------------------------------------


def in_growth(space: Space, regime: Regime, run: Run | None = None) -> tuple[list[Candidate], bool]:
    """Find the designs of least scope by growth, and of those the ones of least cost.

    A design counts where its scope is within a constant factor of the least in all of the regime.

    Parameters
    ----------
    run : Run, optional
        When to stop; gets what is not decided.

    Returns
    -------
    candidates, complete
        Several where costs are equal in growth, or where it depends on the regime which is the best; the flag says that
        none was left out for want of room, and no free parameter could be better.
    """
    run = run or Run()
    bounds: dict[Measure, Sequence[Expr]] = {}
    complete = True
    for which in MEASURES:
        if run.late:
            break
        pricing = _InGrowth(space, regime, bounds, which)
        found = priced(space, pricing, run)[space.graph.root]
        complete = complete and pricing.complete and len(found) <= 1
        run.leave((*pricing.reasons, *(() if len(found) <= 1 else (reasons.least_scope(which),))))
        if not found and not run.late:
            return [], complete
        if not run.late:
            bounds[which] = [theta(one.growth, regime=regime).expr for one in found]
    last = _InGrowth(space, regime, bounds, None)
    best = priced(space, last, run)[space.graph.root]
    run.leave(last.reasons)
    if run.late and not best:
        best = priced(space, _InGrowth(space, regime, {}, None), run)[space.graph.root]
    return best, complete and last.complete and not run.late


class _InGrowth(asymptotic.Pricing):
    def __init__(self, space: Space, regime: Regime, bounds: Bounds, which: Measure | None) -> None:
        super().__init__(space, regime, constants=which is None)
        self.most_of, self.which = dict(bounds), which

    def combine(self, goal: Goal, arc: Arc[Goal, Step], chosen: tuple[Candidate, ...]) -> list[Candidate]:
        """Compose, and settle the alternative's own free parameters within the bounds."""
        reach = _reach(self.site, goal, arc, chosen)
        candidate = replace(compose(self.site, goal, arc, chosen), reach=reach)
        if self.which is not None:
            value = reach[MEASURES.index(self.which)]
            candidate = replace(candidate, work=value, growth=value, again=())
        for decision in arc.item.alternative.decisions:
            limited = self.limited(candidate, decision)
            if limited is not decision and not self.below(limited.low, without_ceilings(limited.high), goal):
                return []  # no value keeps to the bounds in all of the regime
            candidate = self.settled_within(goal, candidate, limited)
        return [candidate] if self.fits(goal, candidate) else []

    def fits(self, goal: Goal, candidate: Candidate) -> bool:
        """Whether no measure exceeds its bound; what depends on open parameters is looked at where they are settled."""
        for which, bounds in self.most_of.items():
            value = candidate.reach[MEASURES.index(which)]
            if value.symbols <= self.site.problem.parameters.keys() and not any(
                self.below(value, bound, goal) for bound in bounds
            ):
                return False
        return True

    def below(self, value: Expr, bound: Expr, goal: Goal) -> bool:
        try:
            return is_big_o(value, bound, self.regime_of(goal)) is True
        except OutsideClassError:
            self.leave(reasons.SCOPES)
            return False

    def settled_within(self, goal: Goal, candidate: Candidate, decision: Decision) -> Candidate:
        """Give a free parameter its best value among those that keep to the bounds, and to the exact scope in a tie."""
        found = self.settle(goal, candidate, decision)
        new = [policy for policy in found.policies[len(candidate.policies) :] if policy.name == decision.name]
        if len(new) != 1 or new[0].when:
            if self.which is not None:
                place = MEASURES.index(self.which)
                reach = (*found.reach[:place], found.growth, *found.reach[place + 1 :])
                return replace(found, reach=reach)
            return found
        value = new[0].value
        low = self.as_good(goal, candidate, decision, value)
        if low is not None:
            found, value = asymptotic.put(candidate, decision, low), low
        return replace(found, reach=tuple(one.subs({decision.name: value}) for one in candidate.reach))

    def as_good(self, goal: Goal, candidate: Candidate, decision: Decision, value: Expr) -> Expr | None:
        """The least value, where it has the same growth as the best, and no larger scope."""
        own, low = {decision.name: decision.low}, decision.low
        if value == low or value.as_fraction() is None or low.as_fraction() is None:
            return None
        regime, best = self.regime_of(goal), {decision.name: value}
        try:
            if is_big_o(candidate.growth.subs(own), candidate.growth.subs(best), regime) is not True:
                return None
            smaller = all(at_most(one.subs(own), one.subs(best), regime) for one in candidate.reach)
        except OutsideClassError:
            return None
        return low if smaller else None

    def limited(self, candidate: Candidate, decision: Decision) -> Decision:
        """The decision with its range cut to what keeps the measures within their bounds, up to a constant factor."""
        lows: list[Expr] = [decision.low]
        highs: list[Expr] = [decision.high]
        for which, bounds in self.most_of.items():
            if len(bounds) != 1:
                continue
            for rest, exponent in _lines(candidate.reach[MEASURES.index(which)], decision.name):
                if exponent is None:
                    self.leave(reasons.beyond(decision))
                elif exponent > 0:
                    highs.append((bounds[0] / rest) ** num(1 / exponent))
                elif exponent < 0:
                    lows.append((rest / bounds[0]) ** num(-1 / exponent))
        if len(lows) == len(highs) == 1:
            return decision
        problem = self.site.problem
        high = highs[0] if len(highs) == 1 else least(problem, *highs)
        low = lows[0] if len(lows) == 1 else maximum(*lows)
        return replace(decision, low=low, high=high)

    def prune(self, goal: Goal, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Keep the designs that no other replaces."""
        regime = self.regime_of(goal)
        kept: list[Candidate] = []
        for new in candidates:
            if kept and self.run.over():
                break
            if any(self.replaces(old, new, regime) for old in kept):
                continue
            kept = [*(old for old in kept if not self.replaces(new, old, regime)), new]
        if len(kept) > asymptotic.MAX_KEPT:
            self.leave(reasons.too_many(goal, len(kept), asymptotic.MAX_KEPT))
            kept = kept[: asymptotic.MAX_KEPT]
        return kept

    def replaces(self, a: Candidate, b: Candidate, regime: Regime) -> bool:
        """Whether `a` is no larger in growth; in the end, nor its exact scope, and of equal scope no dearer."""
        try:
            if is_big_o(a.growth, b.growth, regime) is not True:
                return False
            if self.which is not None:
                return True
            pairs = list(zip(a.reach, b.reach, strict=True))
            if not all(x == y or at_most(x, y, regime) for x, y in pairs):
                return False
            if not no_dearer_again(a, b, regime):
                return False
            return any(x != y for x, y in pairs) or a.work == b.work or asymptotic.beats(a, b, regime)
        except OutsideClassError:
            return False


def _lines(value: Expr, name: str) -> list[tuple[Expr, Fraction | None]]:
    """Monomials of a sum or maximum that depend on a parameter, without it, with its exponent; `None`: no power."""
    found: list[tuple[Expr, Fraction | None]] = []
    for mono, coefficient in without_ceilings(value).terms:
        factors = dict(mono)
        alone = next(iter(factors)) if len(factors) == 1 else None
        if isinstance(alone, App) and alone.fn == "max" and factors[alone] == 1 and coefficient > 0:
            found += [line for one in alone.args for line in _lines(one, name)]
            continue
        term = mono_expr(mono, coefficient)
        if name not in term.symbols:
            continue
        exponent = Fraction(next((x for atom, x in mono if isinstance(atom, Sym) and atom.name == name), 0))
        rest = term / sym(name) ** num(exponent)
        if name in rest.symbols:
            found.append((ONE, None))
        elif coefficient > 0:
            found.append((rest, exponent))
    return found
