"""What a call reads and writes, how large its model must be, and what it costs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

from decomposer.formulas.algebra import (
    ONE,
    Poly,
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
from decomposer.restated.space import Fits, Free, Goal, Need, Space, plain, times


class Calls(Space):
    """Single calls."""

    def tokens(self, text: Any, goal: Goal, scope: str) -> Poly:
        """Tokens of a text at a scope."""
        if not text["part"] or scope == "whole":
            return parse(text["tokens"])
        return parse(text["each"]) if scope == "part" else mul(parse(text["each"]), self.extent(text, goal))

    def size(self, tasks: tuple[str, ...], goal: Goal, model: str | None) -> Poly | None:
        """Size of the model for a call; `None` when the named model cannot do it."""
        needed: dict[str, tuple[Poly | None, Poly]] = {}
        for task in map(self.tasks.__getitem__, tasks):
            for name in task["requires"]:
                capability = self.problem["capabilities"][name]
                each = parse(capability["size"])
                if capability["options"]:
                    each = put(each, capability["options"], goal.among or "1")
                members = parse(capability["family"]) if capability["family"] is not None else None
                if members is not None and goal.share and task["one_of"] and task["one_of"]["family"] == name:
                    members = parse(goal.share)
                earlier = needed.get(name, (members, each))[0]
                if members is not None and earlier is not None and earlier != members:
                    full = parse(capability["family"])
                    members = full if full in (earlier, members) else apply("max", (earlier, members))
                needed[name] = (members, each)
        if model is not None:
            can = self.problem["models"][model]["can"]
            short = any(n not in can or (m is not None and can[n] is not None and not plain(add(parse(can[n]), m, -1)))
                        for n, (m, _) in needed.items())  # fmt: skip
            return None if short else parse(self.problem["models"][model]["size"])
        law = self.problem["law"]
        if law["kind"] == "max":
            return apply("max", tuple(each for _, each in needed.values())) if needed else {}
        e = parse(law["exponent"]) if law["kind"] == "power" else ONE
        total: Poly = {}
        for members, each in needed.values():
            total = add(total, mul(ONE if members is None else members, power(each, div(ONE, e))))
        return power(total, e)

    def call(
        self,
        tasks: tuple[str, ...],
        goal: Goal,
        scope: str,
        able: tuple[str, ...] = (),
        write: str | None = None,
        digests: frozenset[str] = frozenset(),
    ) -> Iterator[tuple[str, Poly, Fits]]:
        """Models that can do a call, each with the cost of one call (in a conversation: in round `self.i`)."""
        seen: Poly = {}
        read = self.prompt(tasks, goal, scope, digests)
        written = self.output(tasks, goal, scope, write)
        length = self.length(tasks, goal, scope, write, digests)
        if goal.history:
            read, seen = mul(read, parse(self.i)), mul(read, add(parse(self.i), ONE, -1))
        for model in self.offered(goal):
            size, fits = self.size((*tasks, *able), goal, model), self.fits(model, length)
            if size is not None and fits is not None:
                yield model or "", self.price(model, size, read, seen, written), fits

    def offered(self, goal: Goal) -> Iterable[str | None]:
        """Models for the calls of a goal."""
        return (goal.model,) if goal.model is not None else self.problem["models"] or (None,)

    def prompt(self, tasks: tuple[str, ...], goal: Goal, scope: str, digests: frozenset[str]) -> Poly:
        """Tokens that a call reads, in the first round of a conversation."""
        needed: dict[str, bool] = {}
        made: set[str] = set()
        total = parse(self.problem["overhead"])
        for name in tasks:
            task = self.tasks[name]
            total = add(total, parse(task["overhead"]))
            for read in task["reads"]:
                if read["text"] not in made:
                    needed[read["text"]] = needed.get(read["text"], True) and read["head"] and goal.narrow
            made |= set(task["writes"])
            if task["steps"] and goal.steps is not None and name == goal.tasks[0]:
                total = add(total, parse(task["steps"]["state"]))
        makers = self.digested(tasks, digests)
        for name, head in needed.items():
            text = self.texts[name]
            if head and text["head"] is not None:
                total = add(total, parse(text["head"]))
            elif name in makers:
                total = add(total, self.digest(makers[name], goal, scope))
            else:
                total = add(total, self.tokens(text, goal, scope))
        return total

    def digested(self, tasks: tuple[str, ...], digests: frozenset[str]) -> dict[str, Any]:
        """Texts of which digests are read, with who makes these; who edits a text reads all of it."""
        edited = {self.tasks[n]["edits"]["text"] for n in tasks if self.tasks[n]["edits"]}
        makers = (self.tasks[name] for name in sorted(digests))
        return {maker["compresses"]["text"]: maker for maker in makers if maker["compresses"]["text"] not in edited}

    def digest(self, maker: Any, goal: Goal, scope: str) -> Poly:
        """Tokens of a digest: so many for each part, where its maker is local to them."""
        to, text = parse(maker["compresses"]["to"]), self.texts[maker["compresses"]["text"]]
        if not maker["local"] or maker["local"] != text["part"] or scope == "part":
            return to
        return mul(to, parse(text["count"]) if scope == "whole" else self.extent(text, goal))

    def output(self, tasks: tuple[str, ...], goal: Goal, scope: str, write: str | None) -> Poly:
        """Tokens that a call writes; a chain its share for the steps in scope."""
        total: Poly = {}
        for name in tasks:
            task = self.tasks[name]
            written = self.edited(task, goal, scope, write)
            for text in task["writes"]:
                written = add(written, self.tokens(self.texts[text], goal, scope))
            if task["compresses"]:
                written = add(written, self.digest(task, goal, scope))
            if task["steps"] and goal.steps is not None and name == goal.tasks[0]:
                written = div(mul(written, parse(goal.steps)), parse(task["steps"]["count"]))
            total = add(total, written)
        return total

    # -- windows -------------------------------------------------------------------------------------

    def length(
        self, tasks: tuple[str, ...], goal: Goal, scope: str, write: str | None, digests: frozenset[str]
    ) -> Poly:
        """Tokens read and written by the longest such call: where its size is open, on all parts, or all steps."""
        bounded = goal.model is not None and goal.size == self.rooms.get(goal.model)
        if goal.part and goal.size in (self.g, *self.rooms.values()) and not bounded:
            goal = goal._replace(size=show(self.count(goal.part)))
        if goal.steps == self.m:
            chain = self.tasks[goal.tasks[0]]["steps"]
            goal = goal._replace(steps=chain["per_call"] or chain["count"])
        read = self.prompt(tasks, goal, scope, digests)
        if goal.history:
            finder = self.tasks[self.tasks[goal.tasks[0]]["for_each"] or goal.tasks[0]]
            read = mul(read, self.scans(finder, goal) or ONE)
        return add(read, self.output(tasks, goal, scope, write))

    def fits(self, model: str | None, length: Poly) -> Fits | None:
        """What must fit where: the length of a call, and the window of its model.

        Where both are numbers that is known: `None` where it does not fit.
        """
        text = None if model is None else self.problem["models"][model]["window"]
        if text is None:
            return ()
        window = parse(text)
        most, taken = constant(window), constant(length)
        if most is None or taken is None:
            return ((length, window),)
        return () if taken <= most else None

    # -- groups --------------------------------------------------------------------------------------

    def in_groups(self, goal: Goal) -> Iterator[tuple[Need, Free | None, str, Fits]]:
        """Part by part, in groups of any size, and in groups that fit into the window of a model."""
        count = self.count(goal.part)
        yield Need(goal._replace(size="1"), times(count)), None, "", ()
        free: Free = (self.g, "2", show(count))
        yield Need(goal._replace(size=self.g), times(div(count, parse(self.g)))), free, "groups", ()
        for model, name in self.rooms.items():
            tops, fits = self.room(model, goal)
            if tops:
                free = (name, "2", least([count, *tops]))
                need = Need(goal._replace(size=name, model=model), times(div(count, parse(name))))
                yield need, free, f"groups for {model}", fits

    def room(self, model: str, goal: Goal) -> tuple[list[Poly], Fits]:
        """Upper bounds of a group that each task alone fits into the window of a model, where two parts must fit."""
        tops: list[Poly] = []
        fits: Fits = ()
        plainly = goal._replace(narrow=True, write=None, scope="here", history=False, among=None, model=model)
        for name in goal.tasks:
            one, two = (
                self.length((name,), plainly._replace(size=size), "here", None, frozenset()) for size in ("1", "2")
            )
            pair = self.fits(model, two)
            if self.size((name,), plainly, model) is None or pair is None:
                return [], ()
            tops += within(parse(self.problem["models"][model]["window"]), one, add(two, one, -1))
            fits += pair
        return tops, fits

    def edited(self, task: Any, goal: Goal, scope: str, write: str | None) -> Poly:
        """Tokens that a task writes of a text that it edits."""
        edit = task["edits"]
        if not edit:
            return {}
        text = self.texts[edit["text"]]
        if edit["patch"] is not None and write == "patch":
            return mul(parse(edit["patch"]), self.units(task, goal))
        if edit["unit"] == "whole":
            return parse(text["tokens"])
        return self.tokens(text, goal, "part" if task["for_each"] and write == "part" else scope)

    def price(self, model: str | None, size: Poly, read: Poly, seen: Poly, written: Poly) -> Poly:
        """What one call costs: by the prices that its model states, or by its size."""
        own = None if model is None else self.problem["models"][model]["prices"]
        if own is None or self.problem["cost"]["kind"] not in ("linear", "cached"):
            return mul(size, self.bill(read, seen, written))
        anew = parse(own["input"])
        kept = anew if own["cached"] is None or self.problem["cost"]["kind"] != "cached" else parse(own["cached"])
        return add(add(mul(anew, add(read, seen, -1)), mul(kept, seen)), mul(parse(own["output"]), written))

    def bill(self, read: Poly, seen: Poly, written: Poly) -> Poly:
        """What a model of size 1 costs that has `seen` some of what it reads."""
        cost = self.problem["cost"]
        if cost["kind"] in ("linear", "cached"):
            saved = mul(seen, add(ONE, parse(cost["gamma"]), -1)) if cost["kind"] == "cached" else {}
            return add(mul(parse(cost["alpha"]), add(read, saved, -1)), mul(parse(cost["beta"]), written))
        if cost["kind"] == "paper":
            return add(mul(read, written), div(mul(written, add(written, ONE, -1)), number(2)))
        n, x = constant(written), parse(cost["exponent"])
        total: Poly = {}
        if n is not None and n.denominator == 1 and n <= 64:
            for j in range(int(n)):
                total = add(total, power(add(read, number(j)), x))
            return total
        return sum_over(power(add(read, add(parse("_j"), ONE, -1)), x), "_j", written)

    def growth(self, model: str | None, size: Poly, read: Poly, written: Poly) -> Poly | None:
        """What one call costs up to a constant factor, without subtraction; `None` where that is not plain.

        Of t tokens written after P >= 1 that are read, ``P t + t (t - 1)/2`` is at least half of ``P t`` and a quarter
        of ``t**2``; with powers it is the same.
        """
        cost = self.problem["cost"]
        if cost["kind"] in ("linear", "cached"):
            return self.price(model, size, read, {}, written)
        x = constant(parse(cost["exponent"])) if cost["kind"] == "power" else Fraction(1)
        if x is None or x < 1 or not self.some(read) or min(written.values(), default=1) < 0:
            return None
        return mul(mul(size, written), add(sums(read, x), sums(written, x)))

    def some(self, read: Poly) -> bool:
        """Whether that is plainly a token at least."""
        fixed = {name for name, one in self.problem["parameters"].items() if one["kind"] == "constant"}
        return min(read.values(), default=Fraction(0)) > 0 and any(
            c >= 1 and all(y > 0 and name.isidentifier() and name not in fixed for name, y in mono)
            for mono, c in read.items()
        )


def sums(poly: Poly, x: Fraction) -> Poly:
    """A sum of positive terms to the power of x, up to a constant factor: the sum of their powers."""
    total: Poly = {}
    for mono in poly:
        total = add(total, power({mono: Fraction(1)}, number(x)))
    return total


def least(tops: list[Poly]) -> str:
    """The least of several upper bounds."""
    texts = list(dict.fromkeys(map(show, tops)))
    return texts[0] if len(texts) == 1 else f"min({', '.join(texts)})"


def within(window: Poly, least: Poly, slope: Poly) -> list[Poly]:
    """How many fit into a window of which one takes `least`, and each more `slope`.

    While sizes are symbols, up to a constant factor: as many as each of its terms leaves room for.
    """
    most, first, more = (constant(poly) for poly in (window, least, slope))
    if most is not None and first is not None and more:
        return [number((most - first) // more + 1)]
    return [div(window, {mono: c}) for mono, c in slope.items()]
