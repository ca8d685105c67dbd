"""What ways take along the critical path, and what all their calls take one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from decomposer.formulas.algebra import ONE, Poly, Refused, add, div, mul, parse, sum_over
from decomposer.restated.rules import Rules
from decomposer.restated.space import Goal, Need, Way, groups, times


def measures(problem: Mapping[str, Any]) -> dict[str, Rules]:
    """What is minimised, and what is limited or weighed against it: each a statement of what the ways take."""
    limits, minimised = problem["limits"], problem["minimise"]
    other = [name for name in limits if limits[name] is not None and name not in ("models", "cost", "span")]
    other += ["cost"] if minimised == "time" and limits["cost"] is not None else []
    if minimised not in ("cost", "span", "time") or other:
        raise Refused(f"certificates do not cover {', '.join(other) or minimised} as what is limited or minimised")
    found: dict[str, Rules] = {}
    if minimised == "time" and problem["workers"] is not None:
        found["work"] = Times(problem)
    elif minimised == "cost" or limits["cost"] is not None:
        found["work"] = Rules(problem)
    if minimised != "cost" or limits["span"] is not None:
        found["span"] = Spans(problem)
    return found


class Times(Rules):
    """Time of all calls one after the other."""

    def price(self, model: str | None, size: Poly, read: Poly, seen: Poly, written: Poly) -> Poly:
        """The delay of its model for every token that a call writes; its cost, where no delays are stated."""
        delay = self.delay(model)
        return super().price(model, size, read, seen, written) if delay is None else mul(delay, written)

    def growth(self, model: str | None, size: Poly, read: Poly, written: Poly) -> Poly | None:
        """The same up to a constant factor."""
        delay = self.delay(model)
        return super().growth(model, size, read, written) if delay is None else mul(delay, written)

    def delay(self, model: str | None) -> Poly | None:
        """Time of a token that a model writes, where that is stated."""
        delay = self.problem["models"][model]["delay"] if model is not None else None
        return None if delay is None else parse(delay)


class Spans(Times):
    """Time along the critical path: parts and items side by side where they can be, all else in turn."""

    def __init__(self, problem: Mapping[str, Any]) -> None:
        super().__init__(problem)
        facts = [task[fact] for task in self.tasks.values() for fact in ("combines", "recursive") if task[fact]]
        beside = {fact.get(role) for fact in facts for role in ("by", "split", "combine")}
        for name, task in self.tasks.items():
            if task["succeeds"] and (task["local"] or task["combines"] or task["recursive"] or name in beside):
                raise Refused(f"certificates do not cover the time until the slowest part of {name} is done")

    def ways(self, goal: Goal) -> Iterator[Way]:
        """The ways with what they take; the others take as long as all their calls."""
        for way in super().ways(goal):
            if way.rule in ("localize", "reduce"):
                yield self.beside(way)
            elif way.rule == "guard":
                yield self.found(goal, way)
            elif way.rule == "fuse" and goal.mode == "round":
                yield self.branches(goal, way)
            elif way.rule in IN_TURN:
                yield way
            else:
                raise Refused(f"certificates do not cover the time of {way.rule}")

    def mergers_on(self, results: Poly) -> Poly:
        """Those of a level side by side."""
        return ONE

    def counting(self, into: Poly) -> Poly:
        """One of the subproblems, which are side by side."""
        return ONE

    def parallel(self, goal: Goal) -> bool:
        """Whether no task reads a whole text that others may be changing."""
        return all(self.tasks[n]["local"] or not self.tasks[n]["edits"] for n in goal.tasks)

    def beside(self, way: Way) -> Way:
        """Parts, or groups of them."""
        (inner,) = (need.goal for need in way.needs)
        return way._replace(needs=(Need(inner, times(ONE)),)) if self.parallel(inner) else way

    def lanes(self, goal: Goal) -> bool:
        """Whether a goal stands in groups of parts that are side by side for certain: then one of them has an item."""
        return goal.size is not None and all(task["local"] or not task["edits"] for task in self.tasks.values())

    def items(self, finder: Any, goal: Goal) -> Poly:
        """Items in scope; of groups side by side, at least the average of one and the mean in the one that has most."""
        items = super().items(finder, goal)
        if not self.lanes(goal) or self.whole(self.partition(finder), goal):
            return items
        single = goal.size == "1" and finder["finds"]["per_part"] == "1"
        return ONE if single else div(add(ONE, items), add(ONE, ONE))

    def found(self, goal: Goal, way: Way) -> Way:
        """What is done where something was found: in turn for every item, or at once."""
        *before, act = way.needs
        finder = self.tasks[goal.tasks[0] if goal.mode == "round" else str(self.common(goal))]
        one_by_one = goal.mode == "round" and self.at_most_one(goal)
        if not self.parallel(act.goal) or one_by_one or (goal.size is not None and not self.lanes(goal)):
            return way
        if self.lanes(goal) or goal.mode != "round" or not finder["finds"]["per_call"]:
            return way._replace(needs=(*before, Need(act.goal, times(ONE))))
        finding = groups(self.items(finder, goal), parse(finder["finds"]["per_call"]))
        often = (lambda each: sum_over(each, self.i, finding)) if goal.history else times(finding)
        return way._replace(needs=(*before, Need(act.goal, often)))

    def branches(self, goal: Goal, way: Way) -> Way:
        """Looking, and acting at once where something was found; of single parts side by side, the longer of both."""
        if not self.lanes(goal) or goal.size != "1" or self.rounds(goal) != ONE:
            return way
        if self.items(self.tasks[goal.tasks[0]], goal) == ONE:
            return way
        looks = self.call(goal.tasks[:1], goal, "here", goal.tasks[1:])
        once = next(call[1] for call in looks if call[0] == way.label)
        return way._replace(own=once, needs=(Need(way.needs[0].goal, times(ONE)),), longest=True)


IN_TURN = (
    "call", "scan", "everywhere", "separate", "fuse", "decompose", "forget", "narrow", "patch", "retry", "delegate",
    "branch",
    "split", "compress", "steps", "serve", "recurse",
)  # fmt: skip
"""Rules whose ways take as long as all their calls: these stand one after the other, or in branches of which all say
the same."""
