"""The best design by growth: least class over the whole regime, then least exact cost in the end."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from fractions import Fraction
from typing import Self

from decomposer.design.bounds import at_least, without_ceilings
from decomposer.design.evaluate import hosting, models_used
from decomposer.design.nodes import Merge, Recurse, Serve, substitute
from decomposer.errors import Diagnostic, ExpressionError, OutsideClassError, ProblemError
from decomposer.expr import ONE, ZERO, App, Atom, Expr, Sym, atom_expr, minimum, mono_expr, num
from decomposer.growth import Regime, at_most, best_constant, is_big_o, minimise, relation
from decomposer.growth.minimise import Minimum
from decomposer.problem.model import Problem
from decomposer.rules.base import Decision, Goal
from decomposer.search import reasons
from decomposer.search.coupled import is_coupled
from decomposer.search.hurried import priced
from decomposer.search.price import Candidate, Policy, compose, no_dearer_again, simplest
from decomposer.search.run import Run
from decomposer.search.unfold import Space, Step
from decomposer.solvers.graph import Arc

MAX_KEPT = 24
"""Designs kept per goal; where there are more, only their growths are told apart from then on."""

MAX_COUPLED = 64
"""The same under limits, where designs that use other models are kept beside each other."""

TOO_MANY = (
    "more designs than can be kept beside each other are alike in growth, and which costs least depends on sizes that "
    f"are not compared: the growth is the least, its constants may not be; {reasons.COMPARED}"
)
"""What the answer says where only growths were told apart."""

Bounds = dict[str, tuple[Expr, Expr]]
"""A free parameter with its least and greatest value."""


def best(space: Space, regime: Regime, constants: bool = True, run: Run | None = None) -> tuple[list[Candidate], bool]:
    """Find the designs that no other beats in the whole regime.

    Parameters
    ----------
    constants : bool
        Whether free parameters that stay constant get their best integer; where only growths are asked for, any integer
        of the same growth will do, which takes a fraction of the time.
    run : Run, optional
        When to stop; gets what is not decided.

    Returns
    -------
    candidates, complete
        More than one candidate when costs are equal, or when which is best depends on the regime; the flag
        says that none was left out for want of room.
    """
    run = run or Run()
    if space.site.problem.minimise == "time":
        from decomposer.search import timed

        return timed.in_growth(space, regime, run)
    if space.site.problem.minimise == "scope":
        from decomposer.search import scoped

        return scoped.in_growth(space, regime, run)
    if is_coupled(space.site.problem):
        from decomposer.search import limited

        return limited.in_growth(space, regime, constants, run)
    pricing = Pricing(space, regime, constants)
    found = priced(space, pricing, run)[space.graph.root]
    run.leave(pricing.reasons)
    return pricing.told(found), pricing.complete and not run.late


def price(space: Space, regime: Regime, run: Run | None = None) -> tuple[dict[Goal, list[Candidate]], bool]:
    """Find the designs that no other beats, for every goal of the space."""
    pricing = Pricing(space, regime)
    return priced(space, pricing, run or Run()), pricing.complete


def regime_inside(space: Space, regime: Regime, goal: Goal) -> Regime:
    """The regime, with the free parameters that are open inside `goal`."""
    return Pricing(space, regime).regime_of(goal)


def price_alternatives(
    space: Space, regime: Regime, goal: Goal, values: dict[Goal, list[Candidate]]
) -> list[tuple[Step, Candidate]]:
    """The best that each alternative of one goal can reach, given the designs of its sub-goals."""
    pricing = Pricing(space, regime)
    found: list[tuple[Step, Candidate]] = []
    for arc in space.graph.arcs[goal]:
        chosen = tuple(least_growth(values[need], pricing.regime_of(need))[0] for need in arc.needs if values[need])
        if len(chosen) == len(arc.needs):
            found.extend((arc.item, candidate) for candidate in pricing.combine(goal, arc, chosen))
    return found


class TooManyError(Exception):
    """More designs of a goal than are to be looked at."""


class Pricing:
    """Prices the designs of one goal after the other, in growth."""

    def __init__(self, space: Space, regime: Regime, constants: bool = True, most: int | None = None) -> None:
        self.site = space.site
        self.most_combined = most
        self.combined: dict[Goal, int] = {}
        self.constants = constants
        self.regime = regime
        self.run = Run()
        self.reasons: dict[str, None] = {}
        self.growth_alone = False
        self.elsewhere = False
        self.regimes: dict[tuple[str, ...], Regime] = {(): regime}
        _check_room(space, regime)
        self.bounds = _bounds(space)
        self.coupled = is_coupled(space.site.problem)
        self.doubts: dict[Goal, list[tuple[Expr, str]]] = {}
        self.ideals: dict[Goal, list[tuple[Candidate, str]]] = {}
        limit = space.site.problem.limits.models
        self.most = None if limit is None else limit.as_fraction()

    @property
    def complete(self) -> bool:
        """Whether nothing was left out that might be better."""
        return not self.reasons

    def leave(self, reason: str) -> None:
        """Note what is not decided."""
        self.reasons[reason] = None

    def combine(self, goal: Goal, arc: Arc[Goal, Step], chosen: tuple[Candidate, ...]) -> list[Candidate]:
        """Compose, and settle the alternative's own free parameters."""
        if self.most_combined is not None:
            self.combined[goal] = self.combined.get(goal, 0) + 1
            if self.combined[goal] > self.most_combined:
                raise TooManyError
        candidate = compose(self.site, goal, arc, chosen)
        if self.most is not None and len(models_used(candidate.design)) > self.most:
            return []
        if arc.item.alternative.decisions and candidate.other is not None:
            # The value that is best for the objective may not be for what is limited.
            for decision in arc.item.alternative.decisions:
                self.leave(reasons.unlimited(decision))
        for decision in arc.item.alternative.decisions:
            first = self.settle(goal, candidate, decision)
            for cost, same in zip(candidate.again, first.again, strict=True):
                again = self.settle(goal, replace(candidate, work=cost, growth=cost, again=()), decision)
                if again.work != same:
                    ideal = replace(first, again=(again.work,))  # no value is better in either
                    self.ideals.setdefault(goal, []).append((ideal, reasons.attempts(decision)))
            candidate = first
        return [candidate]

    def settle(self, goal: Goal, candidate: Candidate, decision: Decision) -> Candidate:
        """Give a free parameter its best value: a formula, or the best integer where it stays constant."""
        name = decision.name
        if self.run.over() or never_falls(candidate.growth, name):
            return put(candidate, decision, decision.low)
        regime = self.regime_of(goal)
        bounds = {name: (decision.low, without_ceilings(decision.high))}
        try:
            least = minimise(candidate.growth, bounds, regime)
        except OutsideClassError:
            found = self.without_subtraction(candidate, decision, bounds, regime)
            if found is not None:
                return found
            self.leave(reasons.beyond(decision))
            return put(candidate, decision, decision.low)
        if least.status != "proved":
            # Another value might do better than the best found, so nothing can be called the optimum: unless whatever
            # value costs more than another design.
            bound = lower_bound(candidate.growth, decision, bounds, regime)
            if bound is None:
                self.leave(reasons.unproved(decision))
            else:
                self.doubts.setdefault(goal, []).append((bound, reasons.unproved(decision)))
        if len(least.policies) == 1:
            value = least.policies[0].as_dict()[name]
            low = decision.low.as_fraction()
            constant = value.as_fraction() is not None and low is not None
            if constant and not self.grows_so(candidate, decision, value, least, regime):
                assert low is not None
                top = max(int(low), largest(decision.high))
                value = num(best_constant(candidate.growth, name, int(low), regime, top))
            return put(candidate, decision, value)
        policies = tuple(
            Policy(name, policy.as_dict()[name], policy.conditions, decision.about, candidate.tasks)
            for policy in least.policies
        )
        return replace(candidate, growth=least.growth, policies=(*candidate.policies, *policies))

    def grows_so(self, candidate: Candidate, decision: Decision, value: Expr, least: Minimum, regime: Regime) -> bool:
        """Whether only growths are asked for, and a free parameter has the least of all at this very constant."""
        number, low = value.as_fraction(), decision.low.as_fraction()
        if self.constants or number is None or low is None or number < low or number.denominator != 1:
            return False
        try:
            return is_big_o(candidate.growth.subs({decision.name: value}), least.growth, regime) is True
        except OutsideClassError:
            return False

    def without_subtraction(
        self, candidate: Candidate, decision: Decision, bounds: Bounds, regime: Regime
    ) -> Candidate | None:
        """Settle the size of groups whose results are combined, or of base cases, leaving out what is subtracted.

        That may be beyond comparing. Of two results or more, N - 1 and its like are at least a constant share of N, so
        that the cost without it has the same growth; one group for all is the design without groups. So it is where a
        problem is divided once or more: a sum over levels is at least a constant share of its largest term.
        """
        if not isinstance(candidate.design, Merge | Recurse | Serve):
            return None
        added = Expr(tuple(term for term in candidate.growth.terms if term[1] > 0))
        try:
            least = minimise(added, bounds, regime)
        except OutsideClassError:
            return None
        if least.status != "proved":
            return None
        first, *others = least.policies
        if others:
            cases = tuple(
                Policy(decision.name, one.as_dict()[decision.name], one.conditions, decision.about, candidate.tasks)
                for one in least.policies
            )
            return replace(candidate, growth=least.growth, policies=(*candidate.policies, *cases))
        value = first.as_dict()[decision.name]
        if value.as_fraction() is not None:
            value = decision.low
        return put(candidate, decision, value)

    def regime_of(self, goal: Goal) -> Regime:
        """The regime, with the free parameters that are open inside `goal`."""
        symbols: set[str] = set()
        for formula in (goal.size, goal.share, goal.among):
            if formula is not None:
                symbols |= formula.symbols
        names = tuple(sorted(symbols & self.bounds.keys()))
        if names not in self.regimes:
            assume = [f"{name} <= {high}" for name in names for high in self.bounds[name]]
            self.regimes[names] = self.regime.extended(assume=assume)
        return self.regimes[names]

    def prune(self, goal: Goal, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Drop every design that another one beats in the end, in the whole regime."""
        regime = self.regime_of(goal)
        most = MAX_COUPLED if self.coupled else MAX_KEPT
        kept = self.beside(simplest(self.site, goal, candidates), regime, most)
        for bound, reason in () if self.run.over() else self.doubts.get(goal, ()):
            if not any(relation(one.growth, bound, regime=regime).kind == "o" for one in kept):
                self.leave(reason)
        for ideal, reason in self.ideals.get(goal, ()):
            known = [one for one in kept if no_dearer_again(one, ideal, regime)]
            if not any(one.work == ideal.work or beats(one, ideal, regime) for one in known):
                self.leave(reason)
        if len(kept) > most:
            self.leave(reasons.too_many(goal, len(kept), most))
            kept = kept[:most]
        return kept

    def one(self, goal: Goal, found: Sequence[Candidate]) -> list[Candidate]:
        """The one of them that is kept where there is time for no more."""
        return list(found[:1])

    def again(self) -> Self:
        """The same, with nothing noted."""
        other = copy(self)
        other.combined, other.reasons, other.doubts, other.ideals = {}, {}, {}, {}
        return other

    def told(self, found: list[Candidate]) -> list[Candidate]:
        """Designs of the whole problem, with what is not proved of them."""
        return [replace(one, exact=False, proof=(TOO_MANY,)) for one in found] if self.growth_alone else found

    def beside(self, candidates: Sequence[Candidate], regime: Regime, most: int) -> list[Candidate]:
        """The designs that no other replaces; once there are more than `most`, only growths are told apart."""
        kept: list[Candidate] = []
        for new in candidates:
            if kept and self.run.over():
                break
            kept = self.with_new(kept, new, regime)
            if not self.growth_alone and len(kept) > most:
                self.growth_alone = True
                many, kept = kept, []
                for one in many:
                    kept = self.with_new(kept, one, regime)
        return kept

    def with_new(self, kept: list[Candidate], new: Candidate, regime: Regime) -> list[Candidate]:
        """Add a design to those that none of them replaces, unless one of these replaces it."""
        if any(self.replaces(old, new, regime) for old in kept):
            return kept
        return [*(old for old in kept if not self.replaces(new, old, regime)), new]

    def replaces(self, a: Candidate, b: Candidate, regime: Regime) -> bool:
        """Whether `a` may stand for `b` in every design: it costs no more, and takes no more of what is limited.

        With `growth_alone` it need only grow no faster, unless `b` costs no more.
        """
        if self.coupled:
            if not set(models_used(a.design)) <= set(models_used(b.design)):
                return False
            if a.other is not None and b.other is not None and is_big_o(a.other, b.other, regime) is not True:
                return False
        if (self.coupled and a.work == b.work) or beats(a, b, regime):
            return no_dearer_again(a, b, regime)
        if not self.growth_alone or is_big_o(a.growth, b.growth, regime) is not True or beats(b, a, regime):
            return False
        return no_dearer_again(a, b, regime)

    def within_limits(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Designs of the whole problem that keep its limits, with what hosting adds; the ones that none beats.

        Sets `elsewhere` where a design that keeps them in a part of the regime only may be better there.
        """
        problem, limits = self.site.problem, self.site.problem.limits
        kept: list[Candidate] = []
        partly: list[Candidate] = []
        for given in candidates:
            paid = hosting(problem, given.design)
            new, cost, span = hosted(problem, given), given.other, given.other
            if problem.minimise == "span":
                span = given.growth
            if problem.minimise == "cost":
                cost = new.growth
            elif given.other is not None:
                cost = given.other + paid
            pairs = ((cost, limits.cost), (span, limits.span))
            broken = [
                (a, b) for a, b in pairs if a is not None and b is not None and is_big_o(a, b, self.regime) is not True
            ]
            if broken:
                if all(relation(a, b, regime=self.regime).kind != "omega" for a, b in broken):
                    partly.append(new)
                continue
            if not any(beats(old, new, self.regime) for old in kept):
                kept = [*(old for old in kept if not beats(new, old, self.regime)), new]
        self.elsewhere = any(
            not any(is_big_o(old.growth, one.growth, self.regime) is True for old in kept) for one in partly
        )
        return kept


def hosted(problem: Problem, whole: Candidate) -> Candidate:
    """A design of the whole problem, with what hosting its models adds to its cost."""
    paid = hosting(problem, whole.design)
    if problem.minimise != "cost":
        return whole
    return replace(whole, work=whole.work + paid, growth=whole.growth + paid)


def lower_bound(cost: Expr, decision: Decision, bounds: Bounds, regime: Regime) -> Expr | None:
    """What a cost with levels of a tree takes at least, whatever the size g of its groups; `None` where none is found.

    There is a level at least. Up to the root of the number of parts, there are half as many as with single parts.
    """
    name = decision.name
    low, high = bounds[name]
    root = high ** num(Fraction(1, 2))
    levels = {
        atom
        for mono, _ in cost.terms
        for atom, exponent in mono
        if isinstance(atom, App) and atom.fn == "ceil" and name in atom.symbols and exponent == 1
    }
    try:
        many, one = cost, cost
        for atom in levels:
            half = without_ceilings(atom_expr(atom)).subs({name: 1}) / 2
            many, one = _replaced(many, atom, half), _replaced(one, atom, ONE)
        small = minimise(many, {name: (low, root)}, regime)
        large = minimise(one, {name: (root, high)}, regime)
    except (OutsideClassError, ExpressionError):  # as of levels in a tree of fan-out 1
        return None
    if not levels or small.status != "proved" or large.status != "proved":
        return None
    return minimum(small.growth, large.growth)


def _replaced(cost: Expr, atom: Atom, value: Expr) -> Expr:
    total = ZERO
    for mono, coefficient in cost.terms:
        rest = mono_expr(tuple(pair for pair in mono if pair[0] != atom), coefficient)
        total = total + (rest * value if (atom, 1) in mono else rest)
    return total


MOST_CONSTANT = 64
"""Largest constant that a free parameter is tried at."""


def largest(high: Expr) -> int:
    """Largest constant to try for a free parameter with this bound."""
    parts = [high]
    if len(high.terms) == 1:
        mono, coefficient = high.terms[0]
        atom, exponent = mono[0] if len(mono) == 1 else (None, 0)
        if isinstance(atom, App) and atom.fn == "min" and (exponent, coefficient) == (1, 1):
            parts = list(atom.args)
    bounds = [bound for part in parts if (bound := part.as_fraction()) is not None]
    return max(1, min(MOST_CONSTANT, *map(int, bounds))) if bounds else MOST_CONSTANT


def never_falls(cost: Expr, name: str) -> bool:
    """Whether a cost plainly never falls in a parameter: it stands in no term that is subtracted or divided by."""
    return all(
        coefficient > 0 and isinstance(atom, Sym) and exponent > 0
        for mono, coefficient in cost.terms
        for atom, exponent in mono
        if name in atom.symbols
    )


def least_growth(candidates: Sequence[Candidate], regime: Regime) -> list[Candidate]:
    """The candidates of least growth, one for each that is least in some part of the regime."""
    kept: list[Candidate] = []
    for candidate in candidates:
        if not any(is_big_o(old.growth, candidate.growth, regime) for old in kept):
            kept = [old for old in kept if not is_big_o(candidate.growth, old.growth, regime)]
            kept.append(candidate)
    return kept


def _bounds(space: Space) -> dict[str, tuple[Expr, ...]]:
    """Upper bounds of each free parameter, where all alternatives that introduce it agree on them."""
    found: dict[str, set[Expr]] = {}
    for arcs in space.graph.arcs.values():
        for arc in arcs:
            for decision in arc.item.alternative.decisions:
                found.setdefault(decision.name, set()).add(without_ceilings(decision.high))
    return {name: tuple(highs) if len(highs) == 1 else () for name, highs in found.items()}


def _check_room(space: Space, regime: Regime) -> None:
    """Refuse a problem whose facts leave a free parameter nothing, such as parts of which there is less than one.

    Raises
    ------
    ProblemError
        When the greatest value of a free parameter vanishes however the parameters of the problem grow.
    """
    decisions = {decision for arcs in space.graph.arcs.values() for arc in arcs for decision in _decisions(arc)}
    for decision in sorted(decisions, key=str):
        high = without_ceilings(decision.high)
        try:
            vanishes = not at_least(high, ONE) and relation(high, ONE, regime=regime).kind == "o"
        except OutsideClassError:
            continue
        if vanishes:
            message = f"there are {decision.high} {decision.about} at most, which falls below 1 as the parameters grow"
            hint = f"assume what keeps it at least 1, such as `1 <= {decision.high}`"
            file = space.site.problem.file
            raise ProblemError(Diagnostic(message, "contradiction", hint=hint), file=file)


def _decisions(arc: Arc[Goal, Step]) -> tuple[Decision, ...]:
    return arc.item.alternative.decisions


def beats(a: Candidate, b: Candidate, regime: Regime) -> bool:
    """Whether `a` costs no more than `b` in the end, wherever in the regime; never so at equal formulas."""
    difference = (b.growth - a.growth).terms
    if not difference:
        return False
    if all(coefficient > 0 for _, coefficient in difference):
        return True
    if all(coefficient < 0 for _, coefficient in difference):
        return False
    # Growth is the quicker question, and settles most.
    if is_big_o(a.growth, b.growth, regime) is not True:
        return False
    if is_big_o(b.growth, a.growth, regime) is False and relation(a.growth, b.growth, regime=regime).kind == "o":
        return True
    return at_most(a.growth, b.growth, regime)


def put(candidate: Candidate, decision: Decision, value: Expr) -> Candidate:
    """Substitute the value of a parameter."""
    values = {decision.name: value}
    exact = candidate.work.subs(values)
    return replace(
        candidate,
        design=substitute(candidate.design, values),
        work=exact,
        growth=exact if candidate.growth is candidate.work else candidate.growth.subs(values),
        again=tuple(one.subs(values) for one in candidate.again),
        other=None if candidate.other is None else candidate.other.subs(values),
        policies=(*candidate.policies, Policy(decision.name, value, about=decision.about, tasks=candidate.tasks)),
    )
