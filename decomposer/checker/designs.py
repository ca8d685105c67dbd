"""Designs of a certificate: what they take, and up to a constant at most."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from decomposer.checker.fields import listed, mapping
from decomposer.checker.growth import Growth
from decomposer.formulas.algebra import ONE, Malformed, Poly, Refused, constant, parse, put, show
from decomposer.formulas.factors import Limits, rounded, tops
from decomposer.restated.aims import Aims
from decomposer.restated.chances import lead
from decomposer.restated.goals import Goals, Scope, Ways, unfold
from decomposer.restated.space import Free, Goal, Way
from decomposer.restated.spans import measures


class Design(NamedTuple):
    """What a design takes: exactly, and at most up to a constant; the models and the facts that it uses."""

    takes: dict[str, Poly]
    most: dict[str, Poly]
    models: frozenset[str]
    facts: frozenset[str]


class Designs:
    """The designs of a problem, and what is known of the parameters where they stand."""

    def __init__(self, problem: Mapping[str, Any]) -> None:
        self.problem = problem
        self.growths: dict[tuple[object, ...], Growth] = {}
        try:
            self.aims, self.spaces = Aims(problem), measures(problem)
            self.rules = next(iter(self.spaces.values()))
            goals = Goals(self.unfold(), self.rules.i)
            self.ways, self.root, self.free, self.scope = goals.ways, goals.root, goals.free, goals.scope
            self.growth(())
        except Malformed as error:
            raise Refused(f"certificates do not cover the problem: {error}") from None

    def unfold(self) -> Ways:
        """Every goal with its ways, the root first."""
        return unfold(list(self.spaces.values()))

    def growth(self, scope: Scope, conditions: tuple[str, ...] = (), limited: Limits = ()) -> Growth:
        """What is known with these free parameters, under conditions, and where something is limited in growth."""
        key = (scope, conditions, *(show(one) for pair in limited for one in pair))
        if key not in self.growths:
            self.growths[key] = Growth(self.problem, conditions, dict(scope), limited)
        return self.growths[key]

    def posynomial(self, growth: Growth, text: object) -> Poly:
        """A sum of positive terms over parameters that have a value here."""
        value = parse(text)
        if min(value.values(), default=0) <= 0:
            raise Refused(f"{show(value)} is no sum of positive terms")
        for mono in value:
            growth.vector(mono)
        return value

    def design(self, goal: Goal, given: object, when: tuple[str, ...], scope: Scope = ()) -> Design:
        """What a design takes, given as the way taken at each goal.

        Where a free parameter is a formula, the cost is that of the formula, while the parameter is a whole number near
        it: so what is subtracted there is left out of the bound.
        """
        taken = mapping(given, "rule", "label", "fits", "value", "needs")
        named = (ways for ways in self.ways[goal] if (ways[0].rule, ways[0].label) == (taken["rule"], taken["label"]))
        ways = next(named, None)
        if ways is None:
            raise Refused(f"{goal.key()}: no way {taken['rule']} {taken['label']}")
        way = ways[0]
        inside = (*scope, (way.free[0], way.free[1:])) if way.free else scope
        inner = [
            self.design(need.goal, one, when, inside)
            for need, one in zip(way.needs, listed(taken["needs"], len(way.needs)), strict=True)
        ]
        known = self.growth(inside, when)
        for (length, window), proof in zip(way.fits, listed(taken["fits"], len(way.fits)), strict=True):
            known.bounded(known.above(length), known.positive_part(window, []), proof)
        stated = dict(zip(self.spaces, ways, strict=True))
        found = Design(
            {measure: (one.most or one).cost(each.takes[measure] for each in inner) for measure, one in stated.items()},
            {measure: one.high().cost(each.most[measure] for each in inner) for measure, one in stated.items()},
            way.models.union(*(each.models for each in inner)),
            frozenset(way.facts).union(*(each.facts for each in inner)),
        )
        if way.free is None:
            if taken["value"] is not None:
                raise Refused(f"{way.rule} has no free parameter")
            return found
        if not way.free[2] and isinstance(taken["value"], dict):
            return self.put_in(found, way.free[0], self.lead(way, taken["value"], self.growth((), when)))
        return self.settled(found, way.free, taken["value"], self.growth(scope, when))

    def settled(self, design: Design, free: Free, given: object, growth: Growth) -> Design:
        """A design with a value for its free parameter: a whole number, or a formula near which there is one."""
        name, low, high = free
        bounds = tops(high)
        if not all(map(growth.above_one, bounds[:1])) or (bounds and Fraction(low) > 2):
            raise Refused(f"{name} may have no value up to {high}")
        known = len(bounds) < 2 and all(constant(bound) is not None or growth.endless(bound) for bound in bounds)
        if not isinstance(given, dict) and not (known and type(given) is int):
            raise Refused(f"{given!r} is not shown to be within {high}")
        value = mapping(given, "is", "above", "below") if isinstance(given, dict) else {"is": given}
        formula, most = self.posynomial(growth, value["is"]), design.most
        number = constant(formula)
        exact = number is not None and number.denominator == 1 and number >= Fraction(low)
        if any(number is None or number > limit for limit in map(constant, bounds) if limit is not None):
            raise Refused(f"{show(formula)} may be more than {high}")
        if isinstance(given, dict):
            growth.bounded(ONE, formula, value["above"])
            for bound, proof in zip(bounds, listed(value["below"], len(bounds)), strict=True):
                growth.bounded(formula, growth.positive_part(bound, []), proof)
            most = {key: {mono: c for mono, c in takes.items() if c > 0} for key, takes in most.items()}
        if not exact and not (isinstance(given, dict) and all(rounded(takes, name) for takes in most.values())):
            raise Refused(f"{name} is no whole number, or it stands where rounding a formula is not harmless")
        return self.put_in(design._replace(most=most), name, show(formula))

    def put_in(self, design: Design, name: str, text: str) -> Design:
        """A design with a formula for a free parameter."""
        takes, most = ({key: put(one, name, text) for key, one in each.items()} for each in design[:2])
        return design._replace(takes=takes, most=most)

    def lead(self, way: Way, given: object, growth: Growth) -> str:
        """A lead that grows, of which there may be as many as one likes."""
        value = mapping(given, "log", "more")
        often = self.posynomial(growth, value["log"])
        if not growth.above_one(often):
            raise Refused(f"{show(often)} is not plainly more than 1")
        return lead(way, often, value["more"]).text()
