"""Checking a certificate: its design solves the problem at its cost, and no other design grows more slowly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product
from typing import Any, TypeAlias

from decomposer.checker.algebra import LIMIT, Malformed, Poly, Refused, add, constant, number, parse, put, show
from decomposer.checker.growth import Growth, mapping
from decomposer.restated.rules import Rules
from decomposer.restated.space import Goal, Way

VERSION = 1
DEEPEST = 400

Claim: TypeAlias = tuple[tuple[str, ...], str]


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
    return Check(problem, fields(certificate, "format", "version", "problem", "goals", "answer")).run()


def fields(value: object, *names: str) -> Mapping[str, Any]:
    """An object with exactly these fields."""
    given = mapping(value)
    if set(given) != set(names):
        raise Malformed(f"expected the fields {', '.join(names)}, not {', '.join(map(str, given))[:200]}")
    return given


def listed(value: object, length: int | None = None) -> list[Any]:
    """A list of a certificate."""
    if not isinstance(value, list):
        raise Malformed(f"a list was expected, not {str(value)[:40]!r}")
    if length is not None and len(value) != length:
        raise Refused(f"a list of {length} was expected, not of {len(value)}")
    return value


class Check:
    """A certificate, the goals that the facts lead to, and the values claimed of them."""

    def __init__(self, problem: Mapping[str, Any], given: Mapping[str, Any]) -> None:
        self.problem, self.given = problem, given
        self.rules = Rules(problem)
        self.goals = mapping(given["goals"])
        self.ways: dict[Goal, list[Way]] = {}
        self.values: dict[Goal, list[Poly]] = {}

    def run(self) -> list[Claim]:
        """Check everything."""
        if self.given["format"] != "decomposer certificate" or self.given["version"] != VERSION:
            raise Malformed(f"not a certificate of version {VERSION}")
        if self.given["problem"] != self.problem["name"]:
            raise Refused("the certificate is of another problem")
        root = self.rules.root()
        self.unfold(root)
        if {goal.key() for goal in self.ways} != set(self.goals):
            raise Refused("the goals are not those that the facts lead to")
        for goal in self.ways:
            stated = [parse(text) for text in listed(fields(self.goals[goal.key()], "values", "ways")["values"])]
            if any(min(value.values(), default=0) <= 0 for value in stated):
                raise Refused(f"{goal.key()}: a value is no sum of positive terms")
            self.values[goal] = stated
        growth = Growth(self.problem, (), self.free())
        for goal, ways in self.ways.items():
            proofs = listed(self.goals[goal.key()]["ways"], len(ways))
            for way, proof in zip(ways, proofs, strict=True):
                self.refused(growth, goal, way, fields(proof, "rule", "label", "proofs"))
        return list(self.answer(root, self.given["answer"], ()))

    def unfold(self, root: Goal) -> None:
        """Find every goal that the root leads to; a goal below itself would make the values meaningless."""
        waiting = [root]
        while waiting:
            goal = waiting.pop()
            if goal not in self.ways:
                self.ways[goal] = list(self.rules.ways(goal))
                waiting += [need.goal for way in self.ways[goal] for need in way.needs]
            if len(self.ways) > LIMIT:
                raise Refused(f"more than {LIMIT} goals")
        open_, path, done = [(root, self.below(root))], {root}, set[Goal]()
        while open_:
            goal, rest = open_[-1]
            child = next((one for one in rest if one not in done), None)
            if child is None:
                open_.pop()
                path.discard(goal)
                done.add(goal)
            elif child in path:
                raise Refused("a goal needs itself")
            else:
                path.add(child)
                open_.append((child, self.below(child)))

    def below(self, goal: Goal) -> Iterator[Goal]:
        """Goals that the ways of a goal need."""
        return (need.goal for way in self.ways[goal] for need in way.needs)

    def free(self) -> dict[str, tuple[str, str] | None]:
        """Bounds of the free parameters where all that introduce them agree."""
        found: dict[str, set[tuple[str, str]]] = {self.rules.i: set()}
        for ways in self.ways.values():
            for way in ways:
                if way.free is not None:
                    found.setdefault(way.free[0], set()).add(way.free[1:])
        return {name: next(iter(bounds)) if len(bounds) == 1 else None for name, bounds in found.items()}

    def refused(self, growth: Growth, goal: Goal, way: Way, given: Mapping[str, Any]) -> None:
        """Check that a way costs no less than a value of its goal, whatever is done for its needs."""
        if (given["rule"], given["label"]) != (way.rule, way.label):
            raise Refused(f"{goal.key()}: expected {way.rule} {way.label}")
        combinations = list(product(*(self.values[need.goal] for need in way.needs)))
        for chosen, proof in zip(combinations, listed(given["proofs"], len(combinations)), strict=True):
            step = fields(proof, "value", "covers", "terms")
            cost = way.own
            for need, value in zip(way.needs, chosen, strict=True):
                cost = add(cost, need.cost(value))
            terms = growth.positive_part(cost, step["covers"])
            place = step["value"]
            if type(place) is not int or not 0 <= place < len(self.values[goal]):
                raise Refused(f"{goal.key()}: no value {place}")
            growth.bounded(self.values[goal][place], terms, step["terms"])

    def answer(self, root: Goal, tree: object, conditions: tuple[str, ...]) -> Iterator[Claim]:
        """Check a leaf, or both sides of a question."""
        if len(conditions) > DEEPEST:
            raise Malformed("the tree is too deep")
        if "if" in mapping(tree):
            branch = fields(tree, "if", "yes", "no")
            low, _, high = str(branch["if"]).partition(" <= ")
            if any(len(parse(side)) != 1 or min(parse(side).values()) <= 0 for side in (low, high)):
                raise Malformed(f"{str(branch['if'])[:60]!r} does not compare two monomials")
            yield from self.answer(root, branch["yes"], (*conditions, f"{low} <= {high}"))
            yield from self.answer(root, branch["no"], (*conditions, f"{high} <= {low}"))
            return
        leaf = fields(tree, "theta", "cost", "design", "facts", "above", "below")
        growth = Growth(self.problem, conditions, self.free())
        facts: set[str] = set()
        cost = self.cost(growth, root, leaf["design"], facts, 0)
        if cost != parse(leaf["cost"]):
            raise Refused(f"the design costs {show(cost)}")
        if sorted(facts) != leaf["facts"]:
            raise Refused(f"the design rests on {', '.join(sorted(facts))}")
        theta = parse(leaf["theta"])
        if min(theta.values(), default=0) <= 0:
            raise Refused("the growth is no sum of positive terms")
        growth.bounded(growth.above(cost), theta, leaf["above"])
        for value, proof in zip(self.values[root], listed(leaf["below"], len(self.values[root])), strict=True):
            growth.bounded(theta, value, proof)
        if not self.values[root]:
            raise Refused("nothing is proved of the root")
        yield conditions, show(theta)

    def cost(self, growth: Growth, goal: Goal, design: object, facts: set[str], depth: int) -> Poly:
        """The exact cost of a design, given as the way taken at each goal."""
        taken = fields(design, "rule", "label", "value", "needs")
        if depth > DEEPEST:
            raise Malformed("the design is too deep")
        way = next((way for way in self.ways[goal] if (way.rule, way.label) == (taken["rule"], taken["label"])), None)
        if way is None:
            raise Refused(f"{goal.key()}: no way {taken['rule']} {taken['label']}")
        facts.update(way.facts)
        total = way.own
        for need, inner in zip(way.needs, listed(taken["needs"], len(way.needs)), strict=True):
            total = add(total, need.cost(self.cost(growth, need.goal, inner, facts, depth + 1)))
        if way.free is None:
            if taken["value"] is not None:
                raise Refused(f"{way.rule} has no free parameter")
            return total
        name, low, high = way.free
        value = fields(taken["value"], "is", "above", "below") if isinstance(taken["value"], dict) else None
        if value is None:
            self.integer(growth, taken["value"], low, high)
            return put(total, name, str(taken["value"]))
        formula, top = parse(value["is"]), parse(high)
        if any(name in factor and factor != name for mono in total for factor, _ in mono if "**(" in factor):
            raise Refused(f"{name} stands in an exponent, where rounding a formula is not harmless")
        growth.bounded(number(1), formula, value["above"])
        growth.bounded(formula, growth.positive_part(top, []), value["below"])
        return put(total, name, show(formula))

    def integer(self, growth: Growth, value: object, low: str, high: str) -> None:
        """A constant value of a free parameter."""
        if type(value) is not int or value < Fraction(low):
            raise Refused(f"{value!r} is no value from {low} to {high}")
        top = constant(parse(high))
        endless = len(parse(high)) == 1 and growth.growing(next(iter(parse(high))))
        if (top is not None and value > top) or (top is None and not endless):
            raise Refused(f"{value} may be more than {high}")
