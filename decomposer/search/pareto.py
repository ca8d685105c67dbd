"""Designs of which none costs less and takes less time along its critical path than another.

Every goal keeps the designs of which no other is at most as dear and at most as long: both measures of the whole rise
with those of its parts, so that none that is dropped could be needed. In growth, free parameters stay open to the end:
which value is best depends on how the two measures are weighed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cmp_to_key
from typing import Any

from decomposer.design.bounds import at_least, without_ceilings
from decomposer.design.evaluate import agents, hosting, models_used
from decomposer.design.nodes import Merge, Recurse, substitute, walk
from decomposer.errors import OutsideClassError, ProblemError
from decomposer.expr import ZERO, Expr, maximum, num, sym
from decomposer.growth import Regime, best_constant, is_big_o, minimise
from decomposer.growth.minimise import Limits, Minimum, with_parameters
from decomposer.problem.model import Problem
from decomposer.rules.base import Decision, Goal, Site
from decomposer.search import asymptotic, concrete, reasons
from decomposer.search.asymptotic import beats, largest, never_falls
from decomposer.search.hurried import priced
from decomposer.search.price import Candidate, Policy, complexity, compose, hosts, no_dearer_again, simplest
from decomposer.search.run import Run
from decomposer.search.spread import Spread, exact, order
from decomposer.search.unfold import Space, Step, unfold
from decomposer.solvers.graph import Arc

MAX_KEPT = 48
"""Designs kept per goal; where there are more, only their growths are told apart from then on."""

MOST = 96
"""Designs kept per goal in growth alone; beyond it the answer is marked as not proved."""


def check_limits(problem: Problem) -> None:
    """Refuse limits that cannot be kept beside the time on few workers.

    Raises
    ------
    ProblemError
        When the cost is limited while the time is minimised.
    """
    if problem.minimise == "time" and problem.limits.cost is not None:
        raise ProblemError("a limit on the cost cannot be combined with the time", file=problem.file)


# -- at numbers -----------------------------------------------------------------------------------------


def at_numbers(site: Site, run: Run | None = None) -> tuple[list[Candidate], bool]:
    """Find all designs of which none is better in both measures, the cheapest first.

    Parameters
    ----------
    run : Run, optional
        When to stop; gets why something may be missing, in words.

    Returns
    -------
    candidates, complete
        One design for each pair of measures; the flag says that every integer was tried for every free parameter, and
        no cost was beyond working with.

    Notes
    -----
    Where it matters which models are used, a design is replaced only by one that uses no further models.
    """
    check_limits(site.problem)
    run, spread = run or Run(), Spread()
    first = [] if run.seconds is None else few(site, run)
    numbered = unfold(site.problem, spread, run)
    pricing = _AtNumbers(replace(numbered.site, both=True))
    found = priced(numbered, pricing, run)[numbered.graph.root]
    run.leave((*spread.reasons, *pricing.reasons))
    return pricing.front([*found, *first] if run.late else found), spread.complete and pricing.complete and not run.late


def few(site: Site, run: Run) -> list[Candidate]:
    """Designs of which none of the others is better, with the least values of their free parameters."""
    return concrete.quick(site, _AtNumbers(replace(site, both=True)), run)


def few_within(site: Site, run: Run) -> list[Candidate]:
    """As `few`, by cost and span; those within the limits of the problem, with hosting, the cheapest first."""
    both = replace(site, problem=replace(site.problem, minimise="cost"), both=True)
    return _AtNumbers(both).front(few(both, run))


class _AtNumbers(concrete.Pricing):
    def prune(self, goal: Goal, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Keep the designs that none replaces; of equal ones, that of the smallest largest model."""
        kept: list[Candidate] = []
        for new in sorted(simplest(self.site, goal, candidates), key=self.demands(goal)):
            if kept and self.run.over():
                break
            if not any(self.replaces(old, new) for old in kept):
                kept = [old for old in kept if not self.replaces(new, old)]
                kept.append(new)
        return kept

    def demands(self, goal: Goal) -> Callable[[Candidate], Any]:
        """Order by the largest model of a design, then by the number of loops and steps."""

        def compared(a: Candidate, b: Candidate) -> int:
            left, right = self.largest(goal, a), self.largest(goal, b)
            if left != right and not left.symbols and not right.symbols:
                return order(left, right)
            return (complexity(a.design) > complexity(b.design)) - (complexity(a.design) < complexity(b.design))

        return cmp_to_key(compared)

    def largest(self, goal: Goal, candidate: Candidate) -> Expr:
        """Size of the largest model."""
        return maximum(*(agent.size for agent in agents(self.site.problem, candidate.design, self.site.inside(goal))))

    def replaces(self, a: Candidate, b: Candidate) -> bool:
        """Whether `a` is at most as large as `b` in every measure, and uses no further models where that matters."""
        pairs = ((a.work, b.work), (a.rest, b.rest), (a.other, b.other), *zip(a.again, b.again, strict=True))
        if not all(x is None or y is None or _at_most(x, y) for x, y in pairs):
            return False
        return not hosts(self.site.problem) or set(models_used(a.design)) <= set(models_used(b.design))

    def front(self, found: Iterable[Candidate]) -> list[Candidate]:
        """Whole designs within the limits of the problem, with hosting, of which none is better in both."""
        problem = self.site.problem
        limits = problem.limits
        kept: list[Candidate] = []
        for one in sorted(map(self.hosted, found), key=cmp_to_key(_cheaper)):
            assert one.other is not None
            if limits.models is not None and len(models_used(one.design)) > exact(limits.models):
                continue
            if limits.span is not None and order(one.other, limits.span) > 0:
                continue
            if limits.cost is not None and order(one.work, limits.cost) > 0:
                continue
            if not kept or order(one.other, kept[-1].other or ZERO) < 0:
                kept.append(one)
        return kept

    def hosted(self, candidate: Candidate) -> Candidate:
        """Add what its models cost once; that takes no time."""
        if self.site.problem.minimise == "time":
            return candidate
        total = candidate.work + hosting(self.site.problem, candidate.design)
        return replace(candidate, work=total, growth=total)


def _at_most(a: Expr, b: Expr) -> bool:
    return at_least(b, a) if a.symbols or b.symbols else order(a, b) <= 0


def _cheaper(a: Candidate, b: Candidate) -> int:
    return order(a.work, b.work) or order(a.other or ZERO, b.other or ZERO)


# -- in growth ------------------------------------------------------------------------------------------


def in_growth(space: Space, regime: Regime, run: Run | None = None) -> tuple[list[Candidate], bool]:
    """Find designs of which none is better in both measures in growth, with their free parameters open.

    Parameters
    ----------
    run : Run, optional
        When to stop; gets why something may be missing, in words.

    Returns
    -------
    candidates, complete
        Designs with their open parameters; the flag says that none was left out for want of room.
    """
    run = run or Run()
    pricing, values = price(space, regime, run)
    run.leave(pricing.reasons)
    found = [pricing.plain(one) for one in pricing.within(values[space.graph.root])]
    return pricing.told(found), pricing.complete and not run.late


def price(space: Space, regime: Regime, run: Run | None = None) -> tuple[InGrowth, dict[Goal, list[Candidate]]]:
    """Find these designs for every goal; free parameters keep names of their own (see `InGrowth.names`)."""
    check_limits(space.site.problem)
    both = replace(space, site=replace(space.site, both=True))
    pricing = InGrowth(both, regime)
    return pricing, priced(both, pricing, run or Run())


class InGrowth(asymptotic.Pricing):
    """Prices the designs of one goal after the other, in growth, in both measures; `names` of open parameters."""

    def __init__(self, space: Space, regime: Regime) -> None:
        super().__init__(space, regime)
        self.names: dict[tuple[Goal, str], str] = {}

    def combine(self, goal: Goal, arc: Arc[Goal, Step], chosen: tuple[Candidate, ...]) -> list[Candidate]:
        """Compose; the free parameters of the alternative stay open unless their least value is plainly best."""
        names = [decision.name for candidate in chosen for decision in candidate.open]
        if len(set(names)) < len(names):
            self.leave(reasons.same_values(goal))
        candidate = compose(self.site, goal, arc, chosen)
        for decision in arc.item.alternative.decisions:
            assert candidate.other is not None
            falls = any(not never_falls(cost, decision.name) for cost in (candidate.work, candidate.other))
            if self.run.over() or not falls:
                candidate = put(replace(candidate, open=(*candidate.open, decision)), {decision.name: decision.low})
            else:
                name = self.names.setdefault((goal, decision.name), f"{decision.name}_{len(self.names) + 1}_")
                candidate = put(candidate, {decision.name: sym(name)}, told=False)
                candidate = replace(candidate, open=(*candidate.open, replace(decision, name=name)))
        return [candidate]

    def prune(self, goal: Goal, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Drop every design that another one replaces, in the whole regime and for all free parameters."""
        # One regime with the parameters of all: another one for each pair would have to be worked out anew each time.
        bounds = sorted(
            bounds_of(one for candidate in candidates for one in candidate.open), key=lambda bound: bound[0]
        )
        regime = with_parameters(self.regime_of(goal), tuple(bounds))
        kept = self.beside(simplest(self.site, goal, candidates), regime, MAX_KEPT)
        if len(kept) > MOST:
            self.leave(reasons.too_many(goal, len(kept), MOST))
            kept = kept[:MOST]
        return kept

    def replaces(self, a: Candidate, b: Candidate, regime: Regime) -> bool:
        """Whether `a` costs no more in the end and its span grows no faster, at all values of parameters.

        With `growth_alone` its cost need only grow no faster.
        """
        if hosts(self.site.problem) and not set(models_used(a.design)) <= set(models_used(b.design)):
            return False
        assert a.other is not None and b.other is not None
        try:
            if is_big_o(a.other, b.other, regime) is not True or not no_dearer_again(a, b, regime):
                return False
            if a.work == b.work:
                return is_big_o(b.other, a.other, regime) is not True or complexity(a.design) <= complexity(b.design)
            return beats(a, b, regime) or (self.growth_alone and is_big_o(a.work, b.work, regime) is True)
        except OutsideClassError:
            return False

    def within(self, found: Iterable[Candidate]) -> list[Candidate]:
        """Whole designs within the limits of the problem, with what hosting adds to the cost."""
        problem = self.site.problem
        limits = problem.limits
        kept: list[Candidate] = []
        for one in found:
            most = None if limits.models is None else limits.models.as_fraction()
            if most is not None and len(models_used(one.design)) > most:
                continue
            total = one.work if problem.minimise == "time" else one.work + hosting(problem, one.design)
            kept.append(replace(one, work=total, growth=total))
        return kept

    def plain(self, candidate: Candidate) -> Candidate:
        """Give open parameters their plain names back."""
        taken = set(self.site.problem.parameters)
        for decision in candidate.open:
            stem = decision.name.rsplit("_", 2)[0]
            name, number = stem, 1
            while name in taken:
                number += 1
                name = f"{stem}{number}"
            taken.add(name)
            renamed = tuple(_renamed(one, decision.name, name) for one in candidate.open)
            candidate = replace(put(candidate, {decision.name: sym(name)}, told=False), open=renamed)
        return candidate


def by_growth(found: Iterable[Candidate], regime: Regime) -> list[Candidate]:
    """Of designs with open parameters, those that no other matches in growth in both measures, at the same values."""
    found = list(found)
    bounds = sorted(bounds_of(one for candidate in found for one in candidate.open), key=lambda bound: bound[0])
    wide = with_parameters(regime, tuple(bounds))

    def matches(a: Candidate, b: Candidate) -> bool:
        assert a.other is not None and b.other is not None
        try:
            return is_big_o(a.work, b.work, wide) is True and is_big_o(a.other, b.other, wide) is True
        except OutsideClassError:
            return False

    kept: list[Candidate] = []
    for new in found:
        if not any(matches(old, new) for old in kept):
            kept = [*(old for old in kept if not matches(new, old)), new]
    return kept


def _renamed(decision: Decision, old: str, new: str) -> Decision:
    values = {old: sym(new)}
    name = new if decision.name == old else decision.name
    return replace(decision, name=name, low=decision.low.subs(values), high=decision.high.subs(values))


def bounds_of(decisions: Iterable[Decision]) -> Limits:
    """Free parameters with their bounds, each once."""
    return tuple(dict.fromkeys((one.name, one.low, without_ceilings(one.high)) for one in decisions))


def put(candidate: Candidate, values: dict[str, Expr], told: bool = True) -> Candidate:
    """Put values for free parameters; `told`: and note them as the policy of the design."""
    work = candidate.work.subs(values)
    about = {one.name: one.about for one in candidate.open}
    policies = tuple(Policy(name, value, about=about[name]) for name, value in values.items()) if told else ()
    return replace(
        candidate,
        design=substitute(candidate.design, values),
        work=work,
        growth=work,
        again=tuple(one.subs(values) for one in candidate.again),
        other=None if candidate.other is None else candidate.other.subs(values),
        policies=(*(replace(one, value=one.value.subs(values)) for one in candidate.policies), *policies),
        open=tuple(one for one in candidate.open if one.name not in values or not told),
    )


def settled(candidate: Candidate, value: Expr, regime: Regime) -> tuple[Candidate, bool]:
    """Give the open parameters of a design the values that are best for one measure, which `value` is.

    Returns
    -------
    candidate, complete
        With `value` as its work; the flag says that no other values can do better.
    """
    weighed = replace(candidate, work=value, growth=value)
    if not candidate.open:
        return weighed, True
    bounds = {name: (low, high) for name, low, high in bounds_of(candidate.open)}
    least = _least(candidate, value, bounds, regime)
    if least is None:
        return put(weighed, {name: low for name, (low, _) in bounds.items()}), False
    complete = least.status == "proved"
    first, *others = least.policies
    if others:
        about = {one.name: one.about for one in candidate.open}
        policies = [
            Policy(name, chosen, policy.conditions, about[name])
            for policy in least.policies
            for name, chosen in policy.as_dict().items()
        ]
        return replace(weighed, growth=least.growth, policies=(*candidate.policies, *policies)), complete
    values = first.as_dict()
    constant = [name for name, chosen in values.items() if chosen.as_fraction() is not None]
    known = {name: chosen for name, chosen in values.items() if name not in constant}
    for name in constant:
        rest = {**known, **{other: values[other] for other in constant if other not in known and other != name}}
        known[name] = _integer(value.subs(rest), name, bounds[name], regime)
    return put(weighed, {name: known[name] for name in values}), complete


def _least(candidate: Candidate, value: Expr, bounds: dict[str, tuple[Expr, Expr]], regime: Regime) -> Minimum | None:
    """The least growth of a measure over the open parameters of a design; `None` where it is beyond comparing.

    Of two results or more that are combined, N - 1 and its like are at least a constant share of N, so that the measure
    without what is subtracted has the same growth.
    """
    try:
        return minimise(value, bounds, regime)
    except OutsideClassError:
        if not any(isinstance(node, Merge | Recurse) for node in walk(candidate.design)):
            return None
    try:
        return minimise(Expr(tuple(term for term in value.terms if term[1] > 0)), bounds, regime)
    except OutsideClassError:
        return None


def _integer(value: Expr, name: str, bounds: tuple[Expr, Expr], regime: Regime) -> Expr:
    """The best integer for a parameter that stays constant."""
    low, high = bounds
    least = int(low.as_fraction() or 1)
    try:
        return num(best_constant(value, name, least, regime, max(least, largest(high))))
    except OutsideClassError:
        return low
