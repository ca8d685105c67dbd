"""Designs of a certificate: what they take, and up to a constant at most."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple, TypeAlias

from decomposer.checker.fields import listed, mapping
from decomposer.checker.growth import Growth
from decomposer.formulas.algebra import ONE, Malformed, Poly, Refused, constant, parse, put, show
from decomposer.formulas.factors import Limits, tops
from decomposer.restated.aims import Aims, unfold
from decomposer.restated.chances import lead
from decomposer.restated.space import Goal, Way
from decomposer.restated.spans import measures

Scope: TypeAlias = tuple[tuple[str, tuple[str, str]], ...]


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
            self.ways = self.unfold()
            self.root, self.rules = next(iter(self.ways)), next(iter(self.spaces.values()))
            self.free = {self.rules.i: {("1", "")}}
            for free in (way.free for ways in self.ways.values() for (way, *_) in ways if way.free):
                self.free.setdefault(free[0], set()).add(free[1:])
            self.growth(())
        except Malformed as error:
            raise Refused(f"certificates do not cover the problem: {error}") from None

    def unfold(self) -> dict[Goal, list[tuple[Way, ...]]]:
        """Every goal with its ways, the root first."""
        return unfold(list(self.spaces.values()))

    def scope(self, goal: Goal, way: Way | None = None) -> Scope:
        """Free parameters that have a value where a goal is met, with their bounds: those in its words, and the way's.

        An upper bound is empty where those that introduce the parameter do not agree on one.
        """
        words = re.findall(
            r"\w+", f"{goal.size} {goal.share} {goal.among} {goal.steps} {self.rules.i if goal.history else ''}"
        )
        found = {}
        for name in self.free.keys() & set(words):
            bounds = self.free[name]
            found[name] = (
                min((low for low, _ in bounds), key=Fraction),
                next(iter(bounds))[1] if len(bounds) == 1 else "",
            )
        if way and way.free:
            found[way.free[0]] = way.free[1:]
        return tuple(sorted(found.items()))

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
        if not way.free[2]:
            text = self.votes(way, taken["value"], self.growth((), when))
            takes, most = ({m: put(one, way.free[0], text) for m, one in each.items()} for each in found[:2])
            return found._replace(takes=takes, most=most)
        return self.settled(found, way.free, taken["value"], self.growth(scope, when))

    def settled(self, design: Design, free: tuple[str, str, str], given: object, growth: Growth) -> Design:
        """A design with a value for its free parameter."""
        name, low, high = free
        top, *others = tops(high)
        if not growth.above_one(top) or Fraction(low) > 2:
            raise Refused(f"{name} may have no value up to {high}")
        most, text = design.most, str(given)
        if not isinstance(given, dict) and not others:
            self.integer(growth, given, Fraction(low), top)
        else:
            value = mapping(given, "is", "above", "below")
            formula = self.posynomial(growth, value["is"])
            number = constant(formula)
            exact = number is not None and number.denominator == 1 and number >= Fraction(low)
            if not exact and not all(rounded(takes, name) for takes in most.values()):
                raise Refused(f"{name} stands in an exponent or a logarithm, where rounding a formula is not harmless")
            growth.bounded(ONE, formula, value["above"])
            for bound, proof in zip((top, *others), listed(value["below"], 1 + len(others)), strict=True):
                growth.bounded(formula, growth.positive_part(bound, []), proof)
                if (limit := constant(bound)) is not None and (number is None or number > limit):
                    raise Refused(f"{show(formula)} may be more than {limit}")
            most = {key: {mono: c for mono, c in takes.items() if c > 0} for key, takes in most.items()}
            text = show(formula)
        takes, most = ({key: put(one, name, text) for key, one in each.items()} for each in (design.takes, most))
        return design._replace(takes=takes, most=most)

    def votes(self, way: Way, given: object, growth: Growth) -> str:
        """A number of votes, or a lead that grows: there may be as many as one likes."""
        if not isinstance(given, dict):
            if way.free is None or type(given) is not int or given < int(way.free[1]):
                raise Refused(f"{given!r} is no number of votes")
            return str(given)
        value = mapping(given, "log", "more")
        often = self.posynomial(growth, value["log"])
        if not growth.above_one(often):
            raise Refused(f"{show(often)} is not plainly more than 1")
        return lead(way, often, value["more"]).text()

    def integer(self, growth: Growth, value: object, low: Fraction, top: Poly) -> None:
        """A constant value of a free parameter."""
        if type(value) is not int or value < low:
            raise Refused(f"{value!r} is no value from {low}")
        if not (len(top) == 1 and growth.growing(*top)) and (len(top) != 1 or value > top.get(frozenset(), 0)):
            raise Refused(f"{value} may be more than {show(top)}")


def rounded(takes: Poly, name: str) -> bool:
    """Whether rounding a parameter is harmless: it changes logarithms by a constant, and that is added anyway."""
    for mono in takes:
        for factor, x in mono:
            plainly = re.sub(r"\*\*\([-\d/]+\)", "", factor)
            if not re.search(rf"\b{name}\b", plainly) or not re.search(r"log\(|\*\*\(", plainly):
                continue
            alone = x == 1 and re.fullmatch(r"log\([\w*+ ]*\)", plainly) and min(parse(factor[4:-1]).values()) > 0
            if not alone or takes.get(mono - {(factor, x)}, 0) <= 0:
                return False
    return True
