"""Results of groups that are combined: by a program, or by a task in one stage, in a tree, or one after the other.

With N results of g parts each, a call on level l of a tree of fan-in f covers ``y g`` parts, ``y = f**l``, and there
are ``N/y`` such calls. Groups are equal while sizes are symbols, and a tree is full.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from functools import reduce
from typing import Any, NamedTuple

from decomposer.formulas.algebra import (
    EMPTY,
    LIMIT,
    ONE,
    Poly,
    Refused,
    add,
    apply,
    constant,
    div,
    mul,
    number,
    parse,
    power,
    put,
    show,
    sum_over,
)
from decomposer.restated.calls import within
from decomposer.restated.preparing import Preparing
from decomposer.restated.space import Fits, Goal, Way, groups, used

Y = "_y"
"""What a call covers, in results of groups; no parameter is called so."""

F = "_f"
"""How many results it combines."""


class Merger(NamedTuple):
    """A task that combines the results of another, by a model of a size."""

    whole: Any
    by: Any
    parts: Poly
    part: str
    digests: frozenset[str]
    model: str | None
    size: Poly


class Combining(Preparing):
    """The rule `reduce`."""

    def reduce(self, goal: Goal) -> Iterator[Way]:
        """Groups of one part and of several, under every shape of the combination."""
        if goal.mode != "cover" or goal.size or goal.direct or goal.share or len(goal.tasks) != 1 or goal.tried:
            return
        task = self.tasks[goal.tasks[0]]
        text = self.partition(task)
        loops = ("finds", "for_each", "edits", "one_of", "steps", "remembers", "local")
        if not task["combines"] or any(task[fact] for fact in loops) or text is None or text["count"] == "1":
            return
        if (goal.pending and task["check"] and task["check"]["scope"] == "whole") or not (
            self.splitters(goal.tasks, text["part"]) <= goal.cuts
        ):
            return
        facts = (f"{task['name']} combines",)
        for need, free, label, fits in self.in_groups(goal._replace(part=text["part"], unit=False)):
            way = Way("reduce", {}, (need,), facts, free, label, fits=fits)
            if task["combines"]["by"] is None:
                yield way
                continue
            for merger, attempts, last in self.mergers(goal, task, text):
                for fan_in in self.shapes(merger, parse(need.goal.size or "1")):
                    yield self.merged(way._replace(fits=fits + last), merger, attempts, fan_in)

    def mergers(self, goal: Goal, whole: Any, text: Any) -> Iterator[tuple[Merger, Poly, Fits]]:
        """Who combines, how often until it is accepted, and that two results in the end fit."""
        by, made = self.tasks[whole["combines"]["by"]], set(whole["writes"])
        fails = by["succeeds"]
        if not by["requires"] or self.too_long(by, goal) or (fails and fails["unit"] != "call"):
            return
        if not self.problem["parameters"]:
            raise Refused("certificates do not cover combined results in a problem of numbers alone")
        digests = (task for task in self.tasks.values() if task["compresses"])
        partial = {task["name"] for task in digests if task["compresses"]["text"] in made}
        attempts = ONE
        if fails and by["check"] and by["check"]["by"] is None:
            attempts = div(ONE, parse(fails["probability"]))
            if self.problem["cost"]["kind"] == "cached":
                raise Refused("certificates do not cover cached prices of repeated attempts")
        for model in self.offered(goal):
            size = self.size((by["name"],), goal._replace(tasks=(by["name"],)), model)
            if size is not None:
                merger = Merger(whole, by, parse(text["count"]), text["part"], goal.digests - partial, model, size)
                fits = self.fits(model, add(*self.taken(merger, merger.parts, number(2))))
                if fits is not None:
                    yield merger, attempts, fits

    def shapes(self, merger: Merger, size: Poly) -> Iterator[Poly | None]:
        """How many results are combined at a time: two in turn (`None`), or so many level by level, or all at once."""
        most, limit = self.most(merger), None
        yield None
        if most is not None:
            limit = constant(most)
        yield from (number(few) for few in (2, 3) if limit is None or few <= limit)
        if most is None:
            yield groups(merger.parts, size)
        elif limit is None or limit > 3:
            yield most

    def most(self, merger: Merger) -> Poly | None:
        """Results that can be combined at once: as many as is stated, and as the window of the model has room for."""
        stated, found = merger.whole["combines"]["at_once"], []
        if stated is not None:
            found.append(parse(stated))
        window = None if merger.model is None else self.problem["models"][merger.model]["window"]
        if window is not None:
            one, two = (add(*self.taken(merger, merger.parts, number(few))) for few in (1, 2))
            slope = add(two, one, -1)
            if slope:
                room = within(parse(window), one, slope)
                found.append(room[0] if constant(room[0]) is not None else div(parse(window), slope))
        if not found:
            return None
        known = [x for x in map(constant, found) if x is not None]
        if len(found) > 1 and len(known) < 2:
            raise Refused(f"certificates do not cover both a window and `at_once` of {merger.whole['name']}")
        return number(min(known)) if known else found[0]

    # -- what a call that combines takes --------------------------------------------------------------

    def taken(self, merger: Merger, covered: Poly, results: Poly) -> tuple[Poly, Poly]:
        """Tokens read and written where so many results are combined that cover so many parts.

        Where one call is made for every part of the combined result, it reads the next part of each.
        """
        whole, by, part = merger.whole, merger.by, merger.part
        there, near = (Goal((by["name"],), part=part, size=show(size)) for size in (covered, results))
        single, makers = whole["combines"]["per"] == "part", self.digested((by["name"],), merger.digests)
        read = add(parse(self.problem["overhead"]), parse(by["overhead"]))
        if whole["compresses"]:
            read = add(read, mul(parse(whole["compresses"]["to"]), results))
        names = [one["text"] for one in by["reads"]]
        declared = [name for name in names if name not in whole["writes"]]
        for name in [name for name in names if name in whole["writes"]] if single and declared else whole["writes"]:
            text = self.texts[name]
            if text["part"] == part:
                read = add(read, self.tokens(text, near if single else there, "here"))
            else:
                read = add(read, mul(self.tokens(text, there, "here"), results))
        for name in declared:
            text, seen = self.texts[name], near if single else there
            if name in makers:
                read = add(read, self.digest(makers[name], seen, "here"))
            else:
                read = add(read, self.tokens(text, seen, "here"))
        own = [] if single and by["writes"] else whole["writes"]
        written: Poly = {}
        if whole["compresses"] and own == whole["writes"]:
            written = parse(whole["compresses"]["to"])
        for name in dict.fromkeys((*own, *by["writes"])):
            text = self.texts[name]
            alone = single and text["part"] == part
            written = add(written, self.tokens(text, there, "part" if alone else "here"))
        return read, written

    def merging(self, merger: Merger, covered: Poly, results: Poly) -> Poly:
        """What the calls for one merger cost: one, or one for every part that is covered."""
        read, written = self.taken(merger, covered, results)
        cost = self.price(merger.model, merger.size, read, {}, written)
        return mul(cost, covered) if merger.whole["combines"]["per"] == "part" else cost

    def growing(self, merger: Merger, covered: Poly, results: Poly) -> Poly | None:
        """The same up to a constant factor, as far as that is plain."""
        cost = self.growth(merger.model, merger.size, *self.taken(merger, covered, results))
        return mul(cost, covered) if cost and merger.whole["combines"]["per"] == "part" else cost

    # -- sums over mergers ----------------------------------------------------------------------------

    def mergers_on(self, results: Poly) -> Poly:
        """Mergers that count on the level of a tree that makes so many results."""
        return results

    def merged(self, way: Way, merger: Merger, attempts: Poly, fan_in: Poly | None) -> Way:
        """A way with what it takes to combine its results."""
        size = parse(way.needs[0].goal.size or "1")
        results, y, two = div(merger.parts, size), parse(Y), number(2)
        low = high = None
        if all(constant(one) is not None for one in (results, fan_in or ONE)):
            total = self.counted(merger, results, size, fan_in)
        elif fan_in is None:
            each = self.merging(merger, mul(size, y), two)
            total = add(sum_over(each, Y, results), put(each, Y, "1"), -1)
            last = self.growing(merger, merger.parts, two)
            low = high = mul(results, last) if last else None
        elif fan_in in (results, apply("ceil", (results,))):
            total = self.merging(merger, merger.parts, results)
            low = high = self.growing(merger, merger.parts, results)
        else:
            total = self.levels(self.merging(merger, mul(size, y), fan_in), results, fan_in)
            low, high = self.bounds(merger, results, size, fan_in)
        shape = "in turn" if fan_in is None else f"{show(fan_in)} at a time"
        return way._replace(
            own=mul(attempts, total),
            bounds=(mul(attempts, low), mul(attempts, high)) if low and high else None,
            label=" ".join(filter(None, (way.label, merger.model, shape))),
            models=used(merger.model or ""),
        )

    def counted(self, merger: Merger, results: Poly, size: Poly, fan_in: Poly | None) -> Poly:
        """All mergers of a number of results, one by one; where those of a level are side by side, its first."""
        if results[EMPTY] > LIMIT:
            raise Refused("too many results are combined")
        total: Poly = {}
        left = [size] * int(results[EMPTY])
        while len(left) > 1:
            most = int(fan_in[EMPTY]) if fan_in else 2
            taken = [left[place : place + most] for place in range(0, len(left), most)]
            if fan_in is None:
                taken = [left[:2], *([one] for one in left[2:])]
            left = [reduce(add, some) for some in taken]
            made = [(len(some), covered) for some, covered in zip(taken, left, strict=True) if len(some) > 1]
            for many, covered in made[: int(self.mergers_on(number(len(made)))[EMPTY])]:
                total = add(total, self.merging(merger, covered, number(many)))
        return total

    def levels(self, each: Poly, results: Poly, fan_in: Poly) -> Poly:
        """What a full tree takes: ``N/y`` calls on a level, which sum geometrically over ``y = f, f**2, ..., N``."""
        total: Poly = {}
        for mono, c in mul(each, self.mergers_on(div(results, parse(Y)))).items():
            x = number(dict(mono).get(Y, 0))
            rest = {mono - {(Y, dict(mono).get(Y, Fraction(0)))}: c}
            if any(re.search(rf"\b{Y}\b", name) for name, _ in next(iter(rest))):
                raise Refused(f"no closed sum of {show(each)} over the levels of a tree")
            if not x:
                found = apply("ceil", (div(*(apply("log", (one,)) for one in (results, fan_in))),))
            elif x[EMPTY] > 0:
                ratio = power(fan_in, x)
                found = div(mul(ratio, add(power(results, x), ONE, -1)), add(ratio, ONE, -1))
            else:
                ratio = power(fan_in, mul(number(-1), x))
                found = div(add(ONE, power(results, x), -1), add(ratio, ONE, -1))
            total = add(total, mul(rest, found))
        return total

    def bounds(self, merger: Merger, results: Poly, size: Poly, fan_in: Poly) -> tuple[Poly | None, Poly | None]:
        """Bounds of the same for two results or more and a fan-in of 2 or more, up to a constant factor.

        What grows faster than the parts covered takes as much as on the last level, what grows more slowly as on the
        first, and what grows with them the same on each: on one at least, and no more than the logarithm and one. Where
        the fan-in is no number there may be fewer results than that, so that the lower bound holds for any fewer.
        """
        each = self.growing(merger, parse(Y), parse(F))
        if each is None:
            return None, None
        if any(x < 0 if name in (Y, F) else Y in name or F in name for mono in each for name, x in mono):
            return None, None
        several, known = add(ONE, apply("log", (results,))), constant(fan_in) is not None
        low: Poly = {}
        high: Poly = {}
        for mono, c in each.items():
            term = {mono: c}
            ((grows, _),) = mul(term, self.mergers_on(div(ONE, parse(Y)))).items()
            x = dict(grows).get(Y, Fraction(0))
            if x < 0:
                few = fan_in if known or x + dict(mono).get(F, Fraction(0)) < 0 else ONE
                low = add(low, self.placed(term, mul(size, few), few, div(results, few)))
                high = add(high, self.placed(term, mul(size, fan_in), fan_in, div(results, fan_in)))
            else:
                last = self.placed(term, merger.parts, fan_in, ONE)
                least = last if known else self.placed(term, merger.parts, ONE, ONE)
                low = add(low, least if x or not known else mul(least, several))
                high = add(high, last if x else mul(last, several))
        return low, high

    def placed(self, term: Poly, covered: Poly, results: Poly, often: Poly) -> Poly:
        """A term of a merger that covers so many parts and combines so many results, as often as that counts."""
        return mul(put(put(term, Y, show(covered)), F, show(results)), self.mergers_on(often))
