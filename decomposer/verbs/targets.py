"""Writing certificates of problems with a target: what is lost has a price, small beside the cost of the whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from fractions import Fraction
from typing import Any

from decomposer.checker.check import Value
from decomposer.checker.growth import Growth
from decomposer.design.nodes import Vote
from decomposer.formulas.algebra import ONE, Mono, Poly, add, div, mul, number, parse, show, show_mono
from decomposer.growth import Regime
from decomposer.problem.model import Problem
from decomposer.restated.space import Goal as Restated
from decomposer.restated.space import Way
from decomposer.rules.base import Goal
from decomposer.rules.vote import rarity
from decomposer.search import asymptotic
from decomposer.search.price import Candidate, Policy
from decomposer.search.unfold import Space, Step
from decomposer.verbs.certify import Writer
from decomposer.verbs.growths import growth_of
from decomposer.verbs.multipliers import NoMultipliers, bounded, logarithm, small
from decomposer.verbs.restating import restated
from decomposer.verbs.values import WEIGHT, CertificateError, cleaned

HALF = Fraction(1, 2)


class Targeted(Writer):
    """Writes the certificate of a problem with a target."""

    def __init__(self, problem: Problem, space: Space, regime: Regime) -> None:
        super().__init__(problem, space, regime)
        self.known = {restated(goal): goal for goal in space.graph.arcs if self.priced[goal]}
        self.shared = self.caps = False
        self.open: set[Restated] = set()
        self.above: dict[Restated, list[tuple[Restated, Way]]] = {}
        for goal, ways in self.check.ways.items():
            for way, *_ in ways:
                for need in way.needs:
                    self.above.setdefault(need.goal, []).append((goal, way))

    def write(self) -> dict[str, Any]:
        """The certificate at the first price with which it can be proved."""
        best = asymptotic.least_growth(self.best, self.regime)
        thetas = [parse(str(growth_of(one.growth, self.regime))) for one in best]
        reason: CertificateError | None = None
        for price in prices(self.check.growth(()), thetas):
            self.check.price = price
            for self.shared, self.caps in ((True, False), (True, True), (False, False)):
                self.values.clear()
                try:
                    for goal in self.check.ways:
                        self.values[goal] = self.valued(goal)
                    return {**super().write(), "price": show(price)}
                except CertificateError as error:
                    reason = error
        assert reason is not None
        raise reason

    # -- values ----------------------------------------------------------------------------------------

    def valued(self, goal: Restated) -> list[Value]:
        """Values of a goal: of the designs that the search knows, of its share in a larger one, or of all its ways."""
        if goal not in self.values:
            unknown = goal not in self.known
            found = self.share(goal) if goal.pending and (unknown or (self.shared and self.check.scope(goal))) else []
            found = found or ([] if unknown else [self.capped(goal, one) for one in self.stated(self.known[goal])])
            self.open.add(goal)
            self.values[goal] = found or self.derived(goal)
            self.open.discard(goal)
        return self.values[goal]

    def share(self, goal: Restated) -> list[Value]:
        """The share of a goal in the values of one that consists of so many like it."""
        for above, way in self.above.get(goal, ()):
            count = way.needs[0].cost(ONE)
            if len(way.needs) == 1 and len(count) == 1 and above.pending and above not in self.open:
                return [
                    value._replace(takes={name: div(takes, count) for name, takes in value.takes.items()})
                    for value in self.valued(above)
                ]
        return []

    def capped(self, goal: Restated, value: Value) -> Value:
        """A value whose logarithms cost no more than the price of what is lost without the votes that they count.

        Where ``log(M)`` votes cost more than losing one in M, it is better to lose it: so much is a bound all the same.
        """
        growth, found = self.check.growth(self.check.scope(goal)), dict[Mono, Fraction]()
        if not self.caps or not goal.pending or len(goal.tasks) > 1 or goal == self.check.root:
            return value
        name = next(iter(goal.tasks))
        price = mul(self.check.price, self.check.rules.at_work(name, goal))
        for mono, c in value.takes["work"].items():
            logs = [(name, x) for name, x in mono if (inner := logarithm(name)) and len(inner) == 1 and x == 1]
            lost = [next(iter(mul(div({one: c}, logarithm(log[0]) or {}), {frozenset([log]): Fraction(1)})))
                    for log in logs for one in price]  # fmt: skip
            lost = [one for one in lost if proved(growth, [one], [mono]) and not proved(growth, [mono], [one])]
            found |= dict.fromkeys([without_logarithms(mono), *lost] if lost else [mono], c)
        return value._replace(takes={"work": found})

    def derived(self, goal: Restated) -> list[Value]:
        """What all ways of a goal take at least."""
        kept: list[Value] = []
        growth = self.check.growth(self.check.scope(goal))
        for ways in self.check.ways[goal]:
            for need in ways[0].needs:
                self.valued(need.goal)
            for chosen, models in self.check.choices(ways[0]):
                inside = self.check.inside(goal, ways[0], chosen)
                takes = cleaned(inside, self.check.taken(ways[0], chosen, "work"))
                new = Value({"work": mul(number(WEIGHT), takes)}, models if self.hosts else frozenset())
                if speaks(growth, takes) and not any(no_more(growth, old, new) for old in kept):
                    kept = [*(old for old in kept if not no_more(growth, new, old)), new]
        return kept

    # -- the answer ------------------------------------------------------------------------------------

    def leaf(self, candidate: Candidate, conditions: tuple[str, ...], regime: Regime) -> dict[str, Any]:
        found = super().leaf(candidate, conditions, regime)
        try:
            proved = small(self.check.growth((), conditions), self.check.price, parse(found["theta"]))
        except NoMultipliers as error:
            raise CertificateError(f"{show(self.check.price)} is not small beside {found['theta']}") from error
        return {**found, "price": proved}

    def chosen(self, goal: Goal, step: Step, policies: list[Policy], growth: Growth, way: Way) -> Any:
        template = step.alternative.template
        if not isinstance(template, Vote):
            return super().chosen(goal, step, policies, growth, way)
        count = template.votes if template.lead is None else template.lead
        if step.alternative.decisions:
            count = self.policy(goal, step, policies)
        known = count.as_fraction()
        if known is not None:
            return int(known)
        more = 0 if all(add(kind.right, kind.other) == ONE for kind in way.kinds) else 1
        return {"log": show(parse(str(rarity(self.space.site, goal)))), "more": more}


def prices(growth: Growth, thetas: list[Poly]) -> Iterator[Poly]:
    """Prices of what is lost that may be small beside the cost: none, less by a logarithm, or by part of a power."""
    yield {}
    terms = {frozenset(pair for pair in mono if not growth.constant(pair[0])) for theta in thetas for mono in theta}
    slower = {mono: plain for mono in terms if (plain := without_logarithms(mono)) != mono}
    if slower:
        yield dict.fromkeys(slower.values(), Fraction(1))
    for name, parameter in growth.parameters.items():
        if parameter["kind"] == "growing" and any(name in dict(mono) for mono in terms - slower.keys()):
            root = {frozenset([(name, -HALF)]): Fraction(1)}
            roots = {next(iter(mul({mono: Fraction(1)}, root))) for mono in terms - slower.keys()}
            yield dict.fromkeys({*slower.values(), *roots}, Fraction(1))
    if slower:
        yield {_lower(plain, mono - plain): Fraction(1) for mono, plain in slower.items()}


def _lower(mono: Mono, logs: Mono) -> Mono:
    """A monomial divided by a part of a power of what it has logarithms of."""
    total = {mono: Fraction(1)}
    for name, _ in logs:
        for argument in logarithm(name) or {}:
            total = mul(total, {frozenset((factor, -x / 4) for factor, x in argument): Fraction(1)})
    return next(iter(total))


def without_logarithms(mono: Mono) -> Mono:
    """A monomial without the logarithms that it is multiplied by."""
    return frozenset((name, x) for name, x in mono if not (name.startswith("log(") and x > 0))


def speaks(growth: Growth, takes: Poly) -> bool:
    """Whether a formula speaks only of what has a value."""
    names = {name for mono in takes for name, _ in mono}
    with suppress(Exception):
        return bool(takes) and all(growth.positive(name) for name in names)
    return False


def no_more(growth: Growth, less: Value, more: Value) -> bool:
    """Whether one value is plainly no more than another."""
    return less.models <= more.models and proved(growth, less.takes["work"], more.takes["work"])


def proved(growth: Growth, low: Iterable[Mono], high: Iterable[Mono]) -> bool:
    """Whether rows prove one sum to be O of another."""
    try:
        bounded(growth, low, sorted(high, key=show_mono))
    except NoMultipliers:
        return False
    return True
