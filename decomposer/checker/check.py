"""Checking a certificate: its design solves the problem at its cost, and no other design grows more slowly."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any, NamedTuple, TypeAlias

from decomposer.checker.algebra import (
    LIMIT,
    ONE,
    Malformed,
    Poly,
    Refused,
    add,
    constant,
    div,
    mul,
    parse,
    put,
    show,
    show_mono,
)
from decomposer.checker.fields import listed, mapping, sides, single, texts
from decomposer.checker.growth import Growth, Limits, tops
from decomposer.restated.chances import Chances, lead
from decomposer.restated.space import Goal, Way
from decomposer.restated.spans import measures

VERSION = 2
DEEPEST = 400

Claim: TypeAlias = tuple[tuple[str, ...], str]
Scope: TypeAlias = tuple[tuple[str, tuple[str, str]], ...]


class Value(NamedTuple):
    """What a design of a goal takes at least: of each measure, models of the catalogue, at some values of `open`."""

    takes: dict[str, Poly]
    models: frozenset[str]
    open: Scope = ()


class Design(NamedTuple):
    """What a design takes: exactly, and at most up to a constant; the models and the facts that it uses."""

    takes: dict[str, Poly]
    most: dict[str, Poly]
    models: frozenset[str]
    facts: frozenset[str]


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


class Check:
    """A certificate, the goals that the facts lead to, and the values claimed of them."""

    def __init__(self, problem: Mapping[str, Any], given: Mapping[str, Any]) -> None:
        self.problem, self.given = problem, given
        self.values: dict[Goal, list[Value]] = {}
        self.growths: dict[tuple[object, ...], Growth] = {}
        self.price: Poly = {}
        try:
            self.hosting = {name: parse(model["hosting"]) for name, model in problem["models"].items()}
            self.limits = {name: parse(text) for name, text in problem["limits"].items() if text is not None}
            self.most = constant(self.limits["models"]) if "models" in self.limits else None
            if "models" in self.limits and self.most is None:
                raise Refused("certificates do not cover a limit on models that is no number")
            self.spaces = measures(problem)
            self.rules = next(iter(self.spaces.values()))
            self.root = self.rules.root()
            self.ways = self.unfold()
            self.free = {self.rules.i: {("1", "")}}
            for free in (way.free for ways in self.ways.values() for (way, *_) in ways if way.free):
                self.free.setdefault(free[0], set()).add(free[1:])
            self.growth(())
        except Malformed as error:
            raise Refused(f"certificates do not cover the problem: {error}") from None

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
                last = "beyond" if "beyond" in mapping(proof) else "proofs"
                self.refused(goal, way, mapping(proof, "rule", "label", last))
        return list(self.answer(self.given["answer"], ()))

    def unfold(self) -> dict[Goal, list[tuple[Way, ...]]]:
        """Find every goal that the root leads to; a goal below itself would make the values meaningless.

        A way is stated once for each measure.
        """
        ways: dict[Goal, list[tuple[Way, ...]]] = {}
        above: dict[Goal, None] = {}
        waiting: list[tuple[Goal, bool]] = [(self.root, False)]
        while waiting:
            goal, done = waiting.pop()
            if done:
                del above[goal]
            elif goal in above:
                raise Refused("a goal needs itself")
            elif goal not in ways:
                ways[goal] = list(zip(*(space.ways(goal) for space in self.spaces.values()), strict=True))
                above[goal] = None
                waiting.append((goal, True))
                waiting += [(need.goal, False) for way, *_ in ways[goal] for need in way.needs]
            if len(ways) > LIMIT:
                raise Refused(f"more than {LIMIT} goals")
        return ways

    # -- what may be spoken of -------------------------------------------------------------------------

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

    # -- what is minimised, and limits -----------------------------------------------------------------

    def cost(self, takes: Mapping[str, Poly], models: frozenset[str]) -> Poly:
        """Work, and what the models that are used cost once."""
        total = takes["work"]
        for name in sorted(models):
            total = add(total, self.hosting[name])
        return total

    def objective(self, takes: Mapping[str, Poly], models: frozenset[str]) -> Poly:
        """What is minimised: of the time, the best schedule within a factor of 2."""
        if self.problem["minimise"] == "cost":
            return self.cost(takes, models)
        if self.problem["minimise"] == "span" or self.problem["workers"] is None:
            return takes["span"]
        return add(div(takes["work"], parse(self.problem["workers"])), takes["span"])

    def limited(self, takes: Mapping[str, Poly], models: frozenset[str]) -> Iterator[tuple[str, Poly, Poly]]:
        """What is limited in growth, and its limit."""
        if "cost" in self.limits:
            yield "cost", self.cost(takes, models), self.limits["cost"]
        if "span" in self.limits:
            yield "span", takes["span"], self.limits["span"]

    def within(self, models: frozenset[str]) -> bool:
        """Whether no more models are used than may be: other designs need no proof."""
        return self.most is None or len(models) <= self.most

    # -- no design is better ---------------------------------------------------------------------------

    def choices(self, way: Way) -> Iterator[tuple[tuple[Value, ...], frozenset[str]]]:
        """Every choice of a value for each need, with the models that are then used, as far as these are allowed."""
        if prod(len(self.values[need.goal]) for need in way.needs) > LIMIT:
            raise Refused("too many values of what a way needs")
        for chosen in product(*(self.values[need.goal] for need in way.needs)):
            models = way.models.union(*(value.models for value in chosen))
            if self.within(models):
                yield chosen, models

    def inside(self, goal: Goal, way: Way, chosen: tuple[Value, ...] = ()) -> Growth:
        """What is known of a way whose calls fit, with the parameters that the values of its needs leave open."""
        scope = (*self.scope(goal, way), *(one for value in chosen for one in value.open))
        if len(dict(scope)) < len(scope):
            raise Refused("two values leave the same parameter open")
        return self.growth(scope, (), way.fits)

    def refused(self, goal: Goal, ways: tuple[Way, ...], given: Mapping[str, Any]) -> None:
        """Check that a way takes no less than a value of its goal, whatever is done for its needs."""
        way, choices = ways[0], list(self.choices(ways[0]))
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

    # -- the design ------------------------------------------------------------------------------------

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
        priced = ("price",) if self.problem["target"] is not None else ()
        leaf = mapping(tree, "theta", "cost", "design", "facts", "above", "below", "within", *priced)
        growth = self.growth((), conditions)
        design = self.design(self.root, leaf["design"], conditions)
        cost = self.objective(design.takes, design.models)
        if cost != parse(leaf["cost"]):
            raise Refused(f"the design costs {show(cost)}")
        if sorted(design.facts) != leaf["facts"]:
            raise Refused(f"the design rests on {', '.join(sorted(design.facts))}")
        if not self.within(design.models):
            raise Refused("the design uses more models than may be")
        theta = self.posynomial(growth, leaf["theta"])
        growth.bounded(growth.above(self.objective(design.most, design.models)), theta, leaf["above"])
        limits = list(self.limited(design.most, design.models))
        proofs = mapping(leaf["within"], *(name for name, _, _ in limits))
        for name, takes, most in limits:
            growth.bounded(growth.above(takes), growth.positive_part(most, []), proofs[name])
        values = self.values[self.root]
        for value, proof in zip(values, listed(leaf["below"], len(values)), strict=True):
            known = self.least(value, conditions)
            if "beyond" in mapping(proof):
                known.contradicted(mapping(proof, "beyond")["beyond"])
                continue
            known.bounded(theta, known.positive_part(self.objective(value.takes, value.models), []), proof)
        if not values:
            raise Refused("nothing is proved of the root")
        if priced:
            ways = {goal: [way for way, *_ in ways] for goal, ways in self.ways.items()}
            Chances(self.rules, ways).reached(self.root, leaf["design"])
            growth.vanishing(self.price, theta, leaf["price"])
        yield conditions, show(theta)

    def least(self, value: Value, conditions: tuple[str, ...]) -> Growth:
        """What is known where a value of the root is reached by a design that keeps the limits in growth."""
        limited = tuple((takes, most) for _, takes, most in self.limited(value.takes, value.models))
        return self.growth(value.open, conditions, limited)

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
