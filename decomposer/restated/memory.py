"""Parts that are done one after the other, with a memory of what was written for those before.

While sizes are symbols, groups are of one size and stretches between condensings of one length. Bounds are said of two
groups or more, and of two condensings or more: one group is the design without a memory, and a memory that is condensed
once, in the end, is read no less than one that is never condensed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any, NamedTuple

from decomposer.formulas.algebra import ONE, Poly, Refused, add, constant, div, mul, parse, show, sum_over
from decomposer.restated.calls import least, within
from decomposer.restated.reliability import Reliability, words
from decomposer.restated.space import Fits, Free, Goal, Way, used

STEP = "_y"
"""The place of a call among others; no parameter is called so."""

Takes = Callable[[Poly], Poly]
"""What a call takes with so much in memory."""


class Caller(NamedTuple):
    """A call that reads a memory: its model, and what it takes with so many tokens in memory.

    That is known exactly, and where it is plain up to a constant factor. `length` is that of its longest context, but
    for the memory.
    """

    model: str
    takes: Takes
    growth: Callable[[Poly], Poly | None]
    length: Poly = {}  # noqa: RUF012


class Series(NamedTuple):
    """Parts in calls of `size`, each of which adds `noted` tokens to the memory."""

    task: Any
    parts: Poly
    size: Poly
    noted: Poly
    body: Caller

    @property
    def calls(self) -> Poly:
        """How many there are."""
        return div(self.parts, self.size)

    def over(self, start: Poly, calls: Poly) -> Poly:
        """What so many calls in a row take, the first of which finds `start` in memory."""
        before = mul(self.noted, add(parse(STEP), ONE, -1))
        return sum_over(self.body.takes(add(start, before)), STEP, calls)


def tariffs(problem: Any) -> Iterator[tuple[Poly, Poly]]:
    """Prices of a token read and of a token written: of each model, or up to its size the same for all."""
    own = [model["prices"] for model in problem["models"].values() if model["prices"]]
    for one in own or [{"input": problem["cost"]["alpha"], "output": problem["cost"]["beta"]}]:
        yield parse(one["input"]), parse(one["output"])


def bounded(less: Poly, more: Poly) -> bool:
    """Whether a price is plainly O of another: each of its terms is one of this, or a number where this rises."""
    if min(less.values(), default=Fraction(0)) < 0 or min(more.values(), default=Fraction(0)) <= 0:
        return False
    rises = any(all(name.isidentifier() and exponent > 0 for name, exponent in mono) for mono in more)
    return all(mono in more or (rises and not mono) for mono in less)


class Memories(Reliability):
    """The rule `serve`."""

    def __init__(self, problem: Any) -> None:
        super().__init__(problem)
        for task in self.tasks.values():
            if not task["memory"]:
                continue
            if problem["target"] is not None:
                raise Refused(f"certificates do not cover `target` where {task['name']} has a memory")
            if task["succeeds"] and task["succeeds"]["hard"]:
                raise Refused(f"certificates do not cover hard units of {task['name']}, which has a memory")
            for read, written in tariffs(problem):
                if not bounded(read, written):
                    raise Refused("certificates do not cover a memory where it is far dearer to read than to write")

    def serve(self, goal: Goal) -> Iterator[Way]:
        """Single parts, and groups: with all in memory, with the last of it, or condensed now and then."""
        settled = goal.size or goal.direct or goal.share or goal.tried or goal.fused
        if goal.mode != "cover" or settled or len(goal.tasks) != 1:
            return
        task = self.tasks[goal.tasks[0]]
        if not task["memory"] or not task["requires"]:
            return
        text = self.texts[task["memory"]["text"]]
        if text["count"] == "1" or not self.splitters(goal.tasks, text["part"]) <= goal.cuts:
            return
        if not self.problem["parameters"]:
            raise Refused("certificates do not cover a memory in a problem of numbers alone")
        facts, count, noted = (f"{task['name']} memory",), parse(text["count"]), parse(text["each"])
        wide: Free = (self.g, "2", show(count))
        for size, free in ((ONE, None), (parse(self.g), wide)):
            label = "groups" if free else ""
            for kept, most in self.keepings(task, count, noted, free is not None):
                for body, fits in self.bodies(goal, task, text, size, most):
                    series = Series(task, count, size, mul(noted, size), body)
                    own, bounds = self.with_all(series) if kept == "all" else self.with_last(series)
                    fits += self.enough(task, count) if kept == "last" else ()
                    name = words(kept, label, body.model)
                    yield Way("serve", own, (), facts, free, name, used(body.model), fits=fits, bounds=bounds)
            yield from self.condensing(goal, text, size, Way("serve", {}, (), facts, free, label))

    # -- who is called ---------------------------------------------------------------------------------

    def keepings(self, task: Any, count: Poly, noted: Poly, wide: bool) -> Iterator[tuple[str, Poly]]:
        """What is kept in memory, with the most that a call finds there: nothing, where it does all parts."""
        yield "all", {} if wide else mul(noted, add(count, ONE, -1))
        if task["memory"]["last"] is not None:
            last = parse(task["memory"]["last"])
            known, most = constant(last), constant(count)
            several = wide or known is None or most is None or known < most
            yield "last", mul(noted, last if several else add(count, ONE, -1))

    def enough(self, task: Any, count: Poly) -> Fits:
        """That there are so many parts, up to a constant, where it is said how many must be known."""
        last = parse(task["memory"]["last"])
        return () if constant(last) is not None and constant(count) is not None else ((last, count),)

    def bodies(self, goal: Goal, task: Any, text: Any, size: Poly, most: Poly) -> Iterator[tuple[Caller, Fits]]:
        """Who does a group, where the longest call fits with so much in memory; of all parts, in groups of any size."""
        name, again = task["name"], task["name"] in goal.pending and task["check"]
        if again and (task["check"]["by"] is not None or task["check"]["scope"] != "part"):
            return
        here = Goal((name,), part=text["part"], size=show(size), narrow=True, digests=goal.digests, model=goal.model)
        for caller in self.callers(here, (lambda model: self.repeated(here, model)) if again else once_each, {}):
            fits = self.fits(caller.model or None, add(caller.length, most))
            if fits is not None:
                yield caller, fits

    def condensers(self, task: Any, to: Poly) -> Iterator[Caller]:
        """Who condenses: until it is accepted, where it may fail and a program tells."""
        name = task["memory"]["condense"]
        often = self.until_right(name)
        yield from self.callers(Goal((name,), narrow=True), lambda _: often, to)

    def callers(self, goal: Goal, attempts: Callable[[str | None], Poly], more: Poly) -> Iterator[Caller]:
        """Calls by each model that can do it, as often as it takes, that write so much more."""
        read = self.prompt(goal.tasks, goal, "here", goal.digests)
        written = add(self.output(goal.tasks, goal, "here", None), more)
        length = add(self.length(goal.tasks, goal, "here", None, goal.digests), more)
        for model in self.offered(goal):
            size = self.size(goal.tasks, goal, model)
            if size is not None:
                yield self.caller(model, size, read, written, attempts(model))._replace(length=length)

    def caller(self, model: str | None, size: Poly, read: Poly, written: Poly, often: Poly) -> Caller:
        """A call that reads so much beside the memory."""

        def growth(tokens: Poly) -> Poly | None:
            found = self.growth(model, size, add(read, tokens), written)
            return mul(often, found) if found else None

        return Caller(
            model or "", lambda tokens: mul(often, self.price(model, size, add(read, tokens), {}, written)), growth
        )

    def repeated(self, goal: Goal, model: str | None) -> Poly:
        """Attempts that it takes to do a group."""
        self.uncached()
        (verdict,) = self.verdicts(goal, goal.tasks, model)
        if verdict.least != verdict.most:
            raise Refused(f"certificates do not cover how often {goal.tasks[0]}, which has a memory, is accepted")
        return div(ONE, verdict.least)

    # -- what it takes -----------------------------------------------------------------------------------

    def with_all(self, series: Series) -> tuple[Poly, tuple[Poly, Poly] | None]:
        """With everything in memory, of which half of the calls find half or more."""
        return series.over({}, series.calls), self.on_average(series, mul(series.noted, series.calls))

    def with_last(self, series: Series) -> tuple[Poly, tuple[Poly, Poly] | None]:
        """With what was written for the last parts."""
        last, noted = parse(series.task["memory"]["last"]), div(series.noted, series.size)
        growing, most = div(last, series.size), mul(noted, last)
        known, calls = constant(growing), constant(series.calls)
        if known is not None and calls is not None:
            growing = parse(show(series.calls)) if known > calls else growing
        rest = mul(add(series.calls, growing, -1), series.body.takes(most))
        return add(series.over({}, growing), rest), self.on_average(series, most)

    def on_average(self, series: Series, tokens: Poly) -> tuple[Poly, Poly] | None:
        """What all calls take up to a constant factor, where they find so much in memory on average, up to another.

        What a call adds to the memory it writes as well, so that there may be one more of it than it finds.
        """
        each = series.body.growth(tokens)
        return None if not each else (mul(series.calls, each), mul(series.calls, each))

    def condensing(self, goal: Goal, text: Any, size: Poly, base: Way) -> Iterator[Way]:
        """Condensed after so many single parts; or after every group, since of so many parts between two condensings
        it is best to do all in one call, or each in its own."""
        (name,) = goal.tasks
        task, count, wide = self.tasks[name], parse(text["count"]), base.free is not None
        if task["memory"]["condense"] is None or not self.tasks[task["memory"]["condense"]]["requires"]:
            return
        to, noted = parse(task["memory"]["to"]), mul(parse(text["each"]), size)
        found, most = ({}, mul(parse(text["each"]), count)) if wide else (to, add(to, noted))
        for body, first in self.bodies(goal, task, text, size, found):
            for condenser in self.condensers(task, to):
                second = self.fits(condenser.model or None, add(condenser.length, most))
                if second is None:
                    continue
                free = base.free or self.between(count, to, noted, body, condenser)
                every = ONE if wide else parse(free[0])
                series, piled = Series(task, count, size, noted, body), mul(noted, every)
                cycles = div(series.calls, every)
                again = add(series.over(to, every), condenser.takes(add(to, piled)))
                own = add(add(series.over({}, every), condenser.takes(piled)), mul(add(cycles, ONE, -1), again))
                each, short = body.growth(add(to, {} if wide else piled)), condenser.growth(add(to, piled))
                total = add(mul(series.calls, each), mul(cycles, short)) if each and short else None
                yield base._replace(
                    own=own,
                    bounds=(total, total) if total else None,
                    free=free,
                    label=words("condensed", base.label, body.model, condenser.model),
                    models=used(body.model, condenser.model),
                    fits=first + second,
                )

    def between(self, count: Poly, to: Poly, noted: Poly, *callers: Caller) -> Free:
        """After how many calls: as many as there are, and as the windows of the models have room for."""
        tops, name = [count], self.r
        # The call finds one part less in memory than who condenses after it.
        for caller, start in zip(callers, (to, add(to, noted)), strict=True):
            window = self.problem["models"][caller.model]["window"] if caller.model else None
            if window is not None:
                name = self.rooms[caller.model]
                tops += within(parse(window), add(caller.length, start), noted)
        return (name, "1", least(tops))


def once_each(_: str | None) -> Poly:
    """What is done once, by whatever model."""
    return ONE
