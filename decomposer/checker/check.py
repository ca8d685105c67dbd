"""Checking a certificate: its design solves the problem at its cost, and no other design grows more slowly."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any, TypeAlias

from decomposer.checker.algebra import LIMIT, ONE, Malformed, Poly, Refused, add, parse, put, show, show_mono
from decomposer.checker.growth import Growth, listed, mapping, sides, single
from decomposer.restated.rules import Rules
from decomposer.restated.space import Goal, Way

VERSION = 1
DEEPEST = 400

Claim: TypeAlias = tuple[tuple[str, ...], str]
Scope: TypeAlias = tuple[tuple[str, tuple[str, str]], ...]


def check(problem: Mapping[str, Any], certificate: object) -> list[Claim]:
    """Check a certificate against a problem in long form.

    Returns
    -------
    list of (conditions, growth)
        What has been proved: under these conditions beyond the problem's own, the least growth is this.

    Raises
    ------
    Refused
        When the certificate does not prove what it claims.
    Malformed
        When it is no certificate.
    """
    given = mapping(certificate, "format", "version", "problem", "goals", "answer")
    if given["format"] != "decomposer certificate" or type(given["version"]) is not int or given["version"] != VERSION:
        raise Malformed(f"not a certificate of version {VERSION}")
    try:
        return Check(problem, given).run()
    except (ArithmeticError, RecursionError, MemoryError) as error:
        raise Refused(f"a step is too large to follow ({type(error).__name__})") from None


class Check:
    """A certificate, the goals that the facts lead to, and the values claimed of them."""

    def __init__(self, problem: Mapping[str, Any], given: Mapping[str, Any]) -> None:
        self.problem, self.given = problem, given
        self.values: dict[Goal, list[Poly]] = {}
        self.growths: dict[tuple[object, ...], Growth] = {}
        try:
            self.rules = Rules(problem)
            self.root = self.rules.root()
            self.ways = self.unfold()
            self.free = {self.rules.i: {("1", "")}}
            for free in (way.free for ways in self.ways.values() for way in ways if way.free):
                self.free.setdefault(free[0], set()).add(free[1:])
            self.growth(())
        except Malformed as error:
            raise Refused(f"certificates do not cover the problem: {error}") from None

    def run(self) -> list[Claim]:
        """Check everything."""
        if self.given["problem"] != self.problem["name"]:
            raise Refused("the certificate is of another problem")
        goals = mapping(self.given["goals"])
        if {goal.key() for goal in self.ways} != set(goals):
            raise Refused("the goals are not those that the facts lead to")
        for goal in self.ways:
            stated = mapping(goals[goal.key()], "values", "ways")["values"]
            self.values[goal] = [self.posynomial(self.growth(self.scope(goal)), text) for text in listed(stated)]
        for goal, ways in self.ways.items():
            for way, proof in zip(ways, listed(goals[goal.key()]["ways"], len(ways)), strict=True):
                self.refused(goal, way, mapping(proof, "rule", "label", "proofs"))
        return list(self.answer(self.given["answer"], ()))

    def unfold(self) -> dict[Goal, list[Way]]:
        """Find every goal that the root leads to; a goal below itself would make the values meaningless."""
        ways: dict[Goal, list[Way]] = {}
        above: dict[Goal, None] = {}
        waiting: list[tuple[Goal, bool]] = [(self.root, False)]
        while waiting:
            goal, done = waiting.pop()
            if done:
                del above[goal]
            elif goal in above:
                raise Refused("a goal needs itself")
            elif goal not in ways:
                ways[goal] = list(self.rules.ways(goal))
                above[goal] = None
                waiting.append((goal, True))
                waiting += [(need.goal, False) for way in ways[goal] for need in way.needs]
            if len(ways) > LIMIT:
                raise Refused(f"more than {LIMIT} goals")
        return ways

    # -- what may be spoken of -------------------------------------------------------------------------

    def scope(self, goal: Goal, way: Way | None = None) -> Scope:
        """Free parameters that have a value where a goal is met, with their bounds: those in its words, and the way's.

        An upper bound is empty where those that introduce the parameter do not agree on one.
        """
        words = re.findall(r"\w+", f"{goal.size} {goal.share} {goal.among} {self.rules.i if goal.history else ''}")
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

    def growth(self, scope: Scope, conditions: tuple[str, ...] = ()) -> Growth:
        """What is known with these free parameters."""
        if (scope, conditions) not in self.growths:
            self.growths[scope, conditions] = Growth(self.problem, conditions, dict(scope))
        return self.growths[scope, conditions]

    def posynomial(self, growth: Growth, text: object) -> Poly:
        """A sum of positive terms over parameters that have a value here."""
        value = parse(text)
        if min(value.values(), default=0) <= 0:
            raise Refused(f"{show(value)} is no sum of positive terms")
        for mono in value:
            growth.vector(mono)
        return value

    # -- no design is better ---------------------------------------------------------------------------

    def refused(self, goal: Goal, way: Way, given: Mapping[str, Any]) -> None:
        """Check that a way costs no less than a value of its goal, whatever is done for its needs."""
        if (given["rule"], given["label"]) != (way.rule, way.label):
            raise Refused(f"{goal.key()}: expected {way.rule} {way.label}")
        growth = self.growth(self.scope(goal, way))
        proofs = listed(given["proofs"], prod(len(self.values[need.goal]) for need in way.needs))
        for chosen, proof in zip(product(*(self.values[need.goal] for need in way.needs)), proofs, strict=True):
            step = mapping(proof, "value", "covers", "terms")
            cost = way.own
            for need, value in zip(way.needs, chosen, strict=True):
                cost = add(cost, need.cost(value))
            terms = growth.positive_part(cost, step["covers"])
            place = step["value"]
            if type(place) is not int or not 0 <= place < len(self.values[goal]):
                raise Refused(f"{goal.key()}: no value {place}")
            growth.bounded(self.values[goal][place], terms, step["terms"])

    # -- the design ------------------------------------------------------------------------------------

    def answer(self, tree: object, conditions: tuple[str, ...]) -> Iterator[Claim]:
        """Check a leaf, or both sides of a question."""
        if len(conditions) > DEEPEST:
            raise Refused("the tree is too deep")
        if "if" in mapping(tree):
            branch = mapping(tree, "if", "yes", "no")
            monos = [single(parse(side))[0] for side in sides(str(branch["if"]), " <= ")]
            if any(name not in self.problem["parameters"] for mono in monos for name, _ in mono):
                raise Refused(f"{branch['if']} speaks of more than parameters")
            low, high = map(show_mono, monos)
            yield from self.answer(branch["yes"], (*conditions, f"{low} <= {high}"))
            yield from self.answer(branch["no"], (*conditions, f"{high} <= {low}"))
            return
        leaf = mapping(tree, "theta", "cost", "design", "facts", "above", "below")
        growth = self.growth((), conditions)
        facts: set[str] = set()
        cost, bound = self.cost(self.root, leaf["design"], facts, conditions)
        if cost != parse(leaf["cost"]):
            raise Refused(f"the design costs {show(cost)}")
        if sorted(facts) != leaf["facts"]:
            raise Refused(f"the design rests on {', '.join(sorted(facts))}")
        theta = self.posynomial(growth, leaf["theta"])
        growth.bounded(growth.above(bound), theta, leaf["above"])
        for value, proof in zip(
            self.values[self.root], listed(leaf["below"], len(self.values[self.root])), strict=True
        ):
            growth.bounded(theta, value, proof)
        if not self.values[self.root]:
            raise Refused("nothing is proved of the root")
        yield conditions, show(theta)

    def cost(
        self, goal: Goal, design: object, facts: set[str], when: tuple[str, ...], scope: Scope = ()
    ) -> tuple[Poly, Poly]:
        """The exact cost of a design, given as the way taken at each goal, and an upper bound on it.

        Where a free parameter is a formula, the cost is that of the formula, while the parameter is a whole number near
        it: so what is subtracted there is left out of the bound.
        """
        taken = mapping(design, "rule", "label", "value", "needs")
        way = next((way for way in self.ways[goal] if (way.rule, way.label) == (taken["rule"], taken["label"])), None)
        if way is None:
            raise Refused(f"{goal.key()}: no way {taken['rule']} {taken['label']}")
        facts.update(way.facts)
        inside = (*scope, (way.free[0], way.free[1:])) if way.free else scope
        total = bound = way.own
        for need, inner in zip(way.needs, listed(taken["needs"], len(way.needs)), strict=True):
            exact, upper = self.cost(need.goal, inner, facts, when, inside)
            total, bound = add(total, need.cost(exact)), add(bound, need.cost(upper))
        if way.free is None:
            if taken["value"] is not None:
                raise Refused(f"{way.rule} has no free parameter")
            return total, bound
        name, low, high = way.free
        growth, top = self.growth(scope, when), parse(high)
        if not growth.above_one(top) or Fraction(low) > 2:
            raise Refused(f"{name} may have no value up to {high}")
        if not isinstance(taken["value"], dict):
            self.integer(growth, taken["value"], Fraction(low), top)
            return put(total, name, str(taken["value"])), put(bound, name, str(taken["value"]))
        value = mapping(taken["value"], "is", "above", "below")
        factors = {re.sub(r"\*\*\([-\d/]+\)", "", factor) for mono in total for factor, _ in mono}
        if any(re.search(r"log\(|\*\*\(", factor) and re.search(rf"\b{name}\b", factor) for factor in factors):
            raise Refused(f"{name} stands in an exponent or a logarithm, where rounding a formula is not harmless")
        formula = self.posynomial(growth, value["is"])
        growth.bounded(ONE, formula, value["above"])
        growth.bounded(formula, growth.positive_part(top, []), value["below"])
        bound = {mono: c for mono, c in bound.items() if c > 0}
        return put(total, name, show(formula)), put(bound, name, show(formula))

    def integer(self, growth: Growth, value: object, low: Fraction, top: Poly) -> None:
        """A constant value of a free parameter."""
        if type(value) is not int or value < low:
            raise Refused(f"{value!r} is no value from {low}")
        if not (len(top) == 1 and growth.growing(*top)) and (len(top) != 1 or value > top.get(frozenset(), 0)):
            raise Refused(f"{value} may be more than {show(top)}")
