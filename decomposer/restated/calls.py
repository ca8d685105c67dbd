"""What a call reads and writes, how large its model must be, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from decomposer.checker.algebra import (
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
    sum_over,
)
from decomposer.restated.space import Goal, Space


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
        self, tasks: tuple[str, ...], goal: Goal, scope: str, able: tuple[str, ...] = (), write: str | None = None
    ) -> Iterator[tuple[str, Poly]]:
        """Models that can do a call, each with the cost of one call (in a conversation: in round `self.i`)."""
        reads: dict[str, bool] = {}
        made: set[str] = set()
        written: Poly = {}
        for task in map(self.tasks.__getitem__, tasks):
            for read in task["reads"]:
                if read["text"] not in made:
                    reads[read["text"]] = reads.get(read["text"], True) and read["head"] and goal.narrow
            made |= set(task["writes"])
            for name in task["writes"]:
                written = add(written, self.tokens(self.texts[name], goal, scope))
            written = add(written, self.edited(task, goal, scope, write))
        read_: Poly = {}
        for name, head in reads.items():
            text = self.texts[name]
            short = head and text["head"] is not None
            read_ = add(read_, parse(text["head"]) if short else self.tokens(text, goal, scope))
        seen: Poly = {}
        if goal.history:
            read_, seen = mul(read_, parse(self.i)), mul(read_, add(parse(self.i), ONE, -1))
        for model in self.problem["models"] or [None]:
            size = self.size((*tasks, *able), goal, model)
            if size is not None:
                yield model or "", self.price(model, size, read_, seen, written)

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
        """What one call costs."""
        return mul(size, self.bill(read, seen, written))

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


def plain(poly: Poly) -> bool:
    """Whether a formula is plainly not negative, its symbols being at least 1."""
    rest = [c for mono, c in poly.items() if mono]
    return all(c > 0 for c in rest) and sum(poly.values()) >= 0
