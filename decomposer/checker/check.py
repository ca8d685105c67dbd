"""Checking a certificate: its design solves the problem at its cost, and no other design grows more slowly."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import product
from math import prod
from typing import Any, NamedTuple, TypeAlias

from decomposer.checker.designs import Designs
from decomposer.checker.fields import listed, mapping, texts
from decomposer.checker.growth import Growth
from decomposer.formulas.algebra import LIMIT, Malformed, Poly, Refused, add, mul, parse, show, show_mono, sides, single
from decomposer.restated.chances import Chances
from decomposer.restated.goals import Scope
from decomposer.restated.space import Goal, Way

VERSION = 2
DEEPEST = 400

Claim: TypeAlias = tuple[tuple[str, ...], str]


class Value(NamedTuple):
    """What a design of a goal takes at least: of each measure, models of the catalogue, at some values of `open`."""

    takes: dict[str, Poly]
    models: frozenset[str]
    open: Scope = ()


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
    priced = ("price",) if "price" in mapping(certificate) else ()
    given = mapping(certificate, "format", "version", "problem", "goals", "answer", *priced)
    if given["format"] != "decomposer certificate" or type(given["version"]) is not int or given["version"] != VERSION:
        raise Malformed(f"not a certificate of version {VERSION}")
    try:
        return Check(problem, given).run()
    except (ArithmeticError, RecursionError, MemoryError) as error:
        raise Refused(f"a step is too large to follow ({type(error).__name__})") from None


class Check(Designs):
    """A certificate, the goals that the facts lead to, and the values claimed of them."""

    def __init__(self, problem: Mapping[str, Any], given: Mapping[str, Any]) -> None:
        super().__init__(problem)
        self.given = given
        self.values: dict[Goal, list[Value]] = {}
        self.price: Poly = {}

    def run(self) -> list[Claim]:
        """Check everything."""
        if self.given["problem"] != self.problem["name"]:
            raise Refused("the certificate is of another problem")
        if ("price" in self.given) != (self.problem["target"] is not None):
            raise Refused("what is lost has a price where there is a target, and only there")
        if self.given.get("price", "0") != "0":
            self.price = self.posynomial(self.growth(()), self.given["price"])
        goals = mapping(self.given["goals"])
        if {goal.key() for goal in self.ways} != set(goals):
            raise Refused("the goals are not those that the facts lead to")
        for goal in self.ways:
            stated = listed(mapping(goals[goal.key()], "values", "ways")["values"])
            self.values[goal] = [self.value(goal, value) for value in stated]
        for goal, ways in self.ways.items():
            for way, proof in zip(ways, listed(goals[goal.key()]["ways"], len(ways)), strict=True):
                self.refused(goal, way, proof)
        return list(self.answer(self.given["answer"], ()))

    def value(self, goal: Goal, given: object) -> Value:
        """A value of a goal, as a certificate states it."""
        stated = mapping(given, *self.spaces, "models", "open")
        models, opened = frozenset(texts(stated["models"])), mapping(stated["open"])
        if not models <= self.problem["models"].keys():
            raise Refused("a value speaks of a model that is not in the catalogue")
        known = frozenset().union(*self.free.values())
        for name, bounds in opened.items():
            if not name.isidentifier() or name in self.problem["parameters"] or name in self.free:
                raise Refused(f"{name} has a meaning already")
            if texts(bounds) not in known:
                raise Refused(f"no free parameter has the bounds of {name}")
            self.posynomial(self.growth(self.scope(goal)), bounds[1])  # its bound must have a value where it is used
        scope = tuple((name, (low, high)) for name, (low, high) in sorted(opened.items()))
        growth = self.growth((*self.scope(goal), *scope))
        takes = {measure: self.posynomial(growth, stated[measure]) for measure in self.spaces}
        return Value(takes, models, scope)

    def choices(self, way: Way) -> Iterator[tuple[tuple[Value, ...], frozenset[str]]]:
        """Every choice of a value for each need, with the models that are then used, as far as these are allowed."""
        if prod(len(self.values[need.goal]) for need in way.needs) > LIMIT:
            raise Refused("too many values of what a way needs")
        for chosen in product(*(self.values[need.goal] for need in way.needs)):
            models = way.models.union(*(value.models for value in chosen))
            if self.aims.allowed(models):
                yield chosen, models

    def inside(self, goal: Goal, way: Way, chosen: tuple[Value, ...] = ()) -> Growth:
        """What is known of a way whose calls fit, with the parameters that the values of its needs leave open."""
        scope = (*self.scope(goal, way), *(one for value in chosen for one in value.open))
        if len(dict(scope)) < len(scope):
            raise Refused("two values leave the same parameter open")
        return self.growth(scope, (), way.fits)

    def refused(self, goal: Goal, ways: tuple[Way, ...], proof: object) -> None:
        """Check that a way takes no less than a value of its goal, whatever is done for its needs."""
        way, choices = ways[0], list(self.choices(ways[0]))
        given = mapping(proof, "rule", "label", "beyond" if "beyond" in mapping(proof) else "proofs")
        if (given["rule"], given["label"]) != (way.rule, way.label):
            raise Refused(f"{goal.key()}: expected {way.rule} {way.label}")
        if "beyond" in given:
            self.inside(goal, way).contradicted(given["beyond"])
            return
        for (chosen, models), proof in zip(choices, listed(given["proofs"], len(choices)), strict=True):
            step = mapping(proof, "value", "with", *self.spaces)
            place, growth = step["value"], self.inside(goal, way, chosen)
            if type(place) is not int or not 0 <= place < len(self.values[goal]):
                raise Refused(f"{goal.key()}: no value {place}")
            value = self.values[goal][place]
            if not value.models <= models:
                raise Refused(f"{goal.key()}: the models of value {place} need not be used")
            for (measure, least), stated in zip(self.put(value, step["with"], growth), ways, strict=True):
                proved = mapping(step[measure], "covers", "terms")
                terms = growth.positive_part(self.taken(stated, chosen, measure), proved["covers"])
                growth.bounded(least, terms, proved["terms"])

    def taken(self, way: Way, chosen: tuple[Value, ...], measure: str) -> Poly:
        """What a way takes at least, and the price of what it loses itself."""
        return add(way.low().cost(one.takes[measure] for one in chosen), mul(self.price, way.loss))

    def put(self, value: Value, names: object, growth: Growth) -> Iterator[tuple[str, Poly]]:
        """A value with parameters of a scope for those that it leaves open."""
        given = mapping(names)
        if given.keys() != dict(value.open).keys():
            raise Refused("other parameters are put than a value leaves open")
        taken = dict(zip(given, texts(list(given.values())), strict=True))
        for name, bounds in value.open:
            if growth.free.get(taken[name]) != bounds:
                raise Refused(f"{taken[name]} is not known to be between {bounds[0]} and {bounds[1]}")
        for measure, takes in value.takes.items():
            text = re.sub(r"\w+", lambda word: taken.get(word[0], word[0]), show(takes))
            yield measure, parse(text)

    def answer(self, tree: object, conditions: tuple[str, ...]) -> Iterator[Claim]:
        """Check a leaf, or both sides of a question."""
        if len(conditions) > DEEPEST:
            raise Refused("the tree is too deep")
        if "if" in mapping(tree):
            branch = mapping(tree, "if", "yes", "no")
            monos = [single(parse(side))[0] for side in sides(str(branch["if"]), " <= ")]
            for mono in monos:
                self.growth(()).vector(mono)
            low, high = map(show_mono, monos)
            yield from self.answer(branch["yes"], (*conditions, f"{low} <= {high}"))
            yield from self.answer(branch["no"], (*conditions, f"{high} <= {low}"))
            return
        price = ("price",) if "price" in self.given else ()
        leaf = mapping(tree, "theta", "cost", "design", "facts", "above", "below", "within", *price)
        growth = self.growth((), conditions)
        design = self.design(self.root, leaf["design"], conditions)
        cost = self.aims.minimise(design.takes, design.models)
        if (cost, sorted(design.facts)) != (parse(leaf["cost"]), leaf["facts"]):
            raise Refused(f"the design costs {show(cost)}, and rests on {', '.join(sorted(design.facts)) or 'nothing'}")
        if not self.aims.allowed(design.models):
            raise Refused("the design uses more models than may be")
        theta = self.posynomial(growth, leaf["theta"])
        if price:
            ways = {goal: [way for way, *_ in ways] for goal, ways in self.ways.items()}
            Chances(self.rules, ways).reached(self.root, leaf["design"])
            growth.vanishing(self.price, theta, leaf["price"])
        growth.bounded(growth.above(self.aims.minimise(design.most, design.models)), theta, leaf["above"])
        limits = list(self.aims.limited(design.most, design.models))
        proofs = mapping(leaf["within"], *(name for name, _, _ in limits))
        for name, takes, most in limits:
            growth.bounded(growth.above(takes), growth.positive_part(most, []), proofs[name])
        values = self.values[self.root]
        for value, proof in zip(values, listed(leaf["below"], len(values)), strict=True):
            known = self.least(value, conditions)
            if "beyond" in mapping(proof):
                known.contradicted(mapping(proof, "beyond")["beyond"])
                continue
            known.bounded(theta, known.positive_part(self.aims.minimise(value.takes, value.models), []), proof)
        if not values:
            raise Refused("nothing is proved of the root")
        yield conditions, show(theta)

    def least(self, value: Value, conditions: tuple[str, ...]) -> Growth:
        """What is known where a value of the root is reached by a design that keeps the limits in growth."""
        limited = tuple((takes, most) for _, takes, most in self.aims.limited(value.takes, value.models))
        return self.growth(value.open, conditions, limited)
