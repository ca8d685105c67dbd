"""Divide and conquer: a problem is split, its subproblems are done in the same way, and their results combined.

A split makes `into` subproblems, each with one `shrink`-th of the base cases, of which there are N = n/g in n parts.
While sizes are symbols the tree of subproblems is full: ``into**l`` of them have ``shrink**(L-l)`` base cases, with
``N = shrink**L``. Numbers are dealt out as evenly as can be. Bounds are said of two base cases or more: one alone is
the design that does not divide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any, NamedTuple, TypeAlias

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
    primes,
    raised,
    show,
)
from decomposer.restated.calls import least
from decomposer.restated.reliability import Reliability, words
from decomposer.restated.space import Fits, Free, Goal, Need, Way, groups, times, used

COVERED = "_y"
"""The base cases of a problem; no parameter is called so."""

Tokens: TypeAlias = Callable[[Poly, Poly, Poly], tuple[Poly, Poly]]
"""What a call reads and writes for a problem of so many parts, by the number of its subproblems and their parts."""


class Split(NamedTuple):
    """How a task is divided: its parts, those of a base case, into how many subproblems of which share."""

    task: Any
    parts: Poly
    size: Poly
    into: Poly
    shrink: Poly

    @property
    def cases(self) -> Poly:
        """Base cases that no two subproblems share."""
        return div(self.parts, self.size)

    @property
    def flat(self) -> bool:
        """Whether one split makes all base cases."""
        return self.into == self.shrink and self.into in (self.cases, apply("ceil", (self.cases,)))


class Helper(NamedTuple):
    """Who divides, or combines: the model and its size, how often it is asked, and what it reads and writes."""

    model: str | None
    size: Poly
    often: Poly
    tokens: Tokens


class Recursions(Reliability):
    """The rule `recurse`."""

    def recurse(self, goal: Goal) -> Iterator[Way]:
        """Base cases of one part and of several, under every split that the task allows."""
        if goal.mode != "cover" or goal.size or goal.direct or goal.share or len(goal.tasks) != 1 or goal.tried:
            return
        task = self.tasks[goal.tasks[0]]
        text = self.partition(task)
        if not task["recursive"] or text is None or text["count"] == "1":
            return
        if not self.splitters(goal.tasks, text["part"]) <= goal.cuts:
            return
        if not self.problem["parameters"] or task["compresses"]:
            raise Refused(f"certificates do not cover how {task['name']} is divided, in numbers alone or to a digest")
        parts, inner = parse(text["count"]), goal._replace(part=text["part"], unit=False)
        for base, free, label, room in self.cases(inner, task, parts):
            size = parse(base.size)
            for into, shrink in self.shares(task, groups(parts, size)):
                if into != shrink and self.unsettled(goal.tasks) - goal.pending:
                    continue  # attempts at the whole: how often these come out right depends on what is done in them
                split = Split(task, parts, size, into, shrink)
                for divider, fits in self.helpers(goal, split, "split", base.part):
                    for joiner, more in self.helpers(goal, split, "combine", base.part):
                        way = Way("recurse", {}, (), (f"{task['name']} recursive",), free, fits=room + fits + more)
                        about = words(label, f"into {show(into)}")
                        yield self.divided(way._replace(label=about), base, split, (divider, joiner))

    def cases(self, goal: Goal, task: Any, parts: Poly) -> Iterator[tuple[Goal, Free | None, str, Fits]]:
        """Base cases, no larger than can be done without dividing; and such that fit into the window of a model."""
        yield goal._replace(size="1"), None, "", ()
        base = task["recursive"]["base"]
        tops = [parts] if base is None else [parts, parse(base)]
        if ONE in tops:
            return
        yield goal._replace(size=self.g), (self.g, "2", fewest(tops)), "groups", ()
        for model, name in self.rooms.items():
            more, fits = self.room(model, goal)
            if more:
                free: Free = (name, "2", fewest([*tops, *more]))
                yield goal._replace(size=name, model=model), free, f"groups for {model}", fits

    def shares(self, task: Any, cases: Poly) -> Iterator[tuple[Poly, Poly]]:
        """As the task says, or into two, three, or all base cases at once."""
        fact = task["recursive"]
        if fact["into"] is not None:
            into = parse(fact["into"])
            yield into, into if fact["shrink"] is None else parse(fact["shrink"])
            return
        yield from ((one, one) for one in (number(2), number(3), cases))

    # -- who divides, and who combines ----------------------------------------------------------------

    def helpers(self, goal: Goal, split: Split, role: str, part: str | None) -> Iterator[tuple[Helper | None, Fits]]:
        """Who does it by each model that the largest call fits; nobody, where an oracle does."""
        name = split.task["recursive"][role]
        if name is None:
            yield None, ()
            return
        if not self.tasks[name]["requires"]:
            return
        tokens, often = self.tokens_of(goal, split, name, part, role == "split"), self.until_right(name)
        most = tokens(*self.at_first(split))
        for model in self.offered(goal):
            size, fits = self.size((name,), goal._replace(tasks=(name,)), model), self.fits(model, add(*most))
            if size is not None and fits is not None:
                yield Helper(model, size, often, tokens), fits

    def at_first(self, split: Split) -> tuple[Poly, Poly, Poly]:
        """Parts of the whole problem, its subproblems, and how many parts these have together."""
        if all(constant(one) is not None for one in (split.parts, split.size, split.into, split.shrink)):
            parts, into, together = dealt_out(split, False)[1][0][1]
            return number(parts), number(into), number(together)
        return split.parts, split.into, self.together(split, split.parts)

    def together(self, split: Split, parts: Poly) -> Poly:
        """Parts that the subproblems of a problem have together."""
        return div(mul(parts, split.into), split.shrink)

    def tokens_of(self, goal: Goal, split: Split, name: str, part: str | None, divides: bool) -> Tokens:
        """What who divides, or combines, reads and writes."""
        by, whole = self.tasks[name], split.task

        def dividing(parts: Poly, into: Poly, _: Poly) -> tuple[Poly, Poly]:
            here = Goal((name,), part=part, size=show(parts), narrow=True)
            brief = whole["recursive"]["brief"]
            told = {} if brief is None else mul(parse(self.texts[brief]["tokens"]), into)
            return self.prompt((name,), here, "here", goal.digests), add(self.output((name,), here, "here", None), told)

        def combining(parts: Poly, into: Poly, together: Poly) -> tuple[Poly, Poly]:
            here, beyond = (Goal((name,), part=part, size=show(size)) for size in (parts, together))
            read = add(parse(self.problem["overhead"]), parse(by["overhead"]))
            for text in (self.texts[one] for one in whole["writes"]):
                several = text["part"] == part
                read = add(
                    read, self.tokens(text, beyond, "here") if several else mul(self.tokens(text, here, "here"), into)
                )
            for one in by["reads"]:
                text = self.texts[one["text"]]
                if one["text"] not in whole["writes"]:
                    head = one["head"] and text["head"] is not None
                    read = add(read, parse(text["head"]) if head else self.tokens(text, here, "here"))
            written: Poly = {}
            for one in dict.fromkeys((*whole["writes"], *by["writes"])):
                written = add(written, self.tokens(self.texts[one], here, "here"))
            return read, written

        return dividing if divides else combining

    # -- sums over problems ---------------------------------------------------------------------------

    def counting(self, into: Poly) -> Poly:
        """Subproblems that count."""
        return into

    def divided(self, way: Way, base: Goal, split: Split, pair: tuple[Helper | None, Helper | None]) -> Way:
        """A way with its base cases, and with what it takes to divide and to combine."""
        helpers = [helper for helper in pair if helper is not None]
        own: Poly = {}
        total: Poly | None = {}
        values = [constant(one) for one in (split.parts, split.size, split.into, split.shrink)]
        known = [value for value in values if value is not None]
        if len(known) == len(values):
            often, problems = dealt_out(split, self.counting(split.into) == ONE != split.into)
            for helper in helpers:
                for count, at in problems:
                    own = add(own, mul(number(count), self.once(helper, *map(number, at))))
            total = None
        else:
            often = ONE if split.flat and self.counting(split.into) == ONE else split.cases
            if not split.flat:
                often = power(split.cases, exponent(self.counting(split.into), split.shrink))
            for helper in helpers:
                exact, about = self.on_levels(helper, split)
                own = add(own, exact)
                total = add(total, about) if total is not None and about is not None else None
        names = [helper.model or "" for helper in helpers]
        bounds = (total, total) if total and own else None
        label = words(way.label, *names)
        need = Need(base, times(often))
        return way._replace(own=own, needs=(need,), bounds=bounds, label=label, models=used(*names))

    def once(self, helper: Helper, parts: Poly, into: Poly, together: Poly) -> Poly:
        """What it takes for one problem."""
        return mul(helper.often, self.price(helper.model, helper.size, *spread(helper.tokens(parts, into, together))))

    def about_once(self, helper: Helper, parts: Poly, into: Poly, together: Poly) -> Poly | None:
        """The same up to a constant factor, where that is plain."""
        found = self.growth(helper.model, helper.size, *helper.tokens(parts, into, together))
        return None if found is None else mul(helper.often, found)

    def on_levels(self, helper: Helper, split: Split) -> tuple[Poly, Poly | None]:
        """What it takes on all levels, exactly and up to a constant factor.

        With y base cases in a problem and ``y**q`` in a term of what it takes, these terms add up geometrically over
        the levels: by a factor of ``shrink**q/into`` from one to the next.
        """
        if split.flat:
            where = (split.parts, split.cases, split.parts)
            return self.once(helper, *where), self.about_once(helper, *where)
        into, shrink = self.counting(split.into), split.shrink
        ratio, most = constant(into), constant(shrink)
        if ratio is None or most is None:
            raise Refused(f"certificates do not cover {split.task['name']} divided into {show(split.into)}")
        parts = mul(split.size, parse(COVERED))
        where = (parts, split.into, self.together(split, parts))
        leaves = power(split.cases, exponent(into, shrink))
        exact: Poly = {}
        for rest, q in by_power(self.once(helper, *where)):
            factor = raised(most, q) / ratio
            if factor == 1:
                levels = apply("ceil", (div(*(apply("log", (one,)) for one in (split.cases, shrink))),))
                exact = add(exact, mul(rest, mul(leaves, levels)))
            else:
                rise = mul(number(factor / (factor - 1)), add(power(split.cases, number(q)), leaves, -1))
                exact = add(exact, mul(rest, rise))
        growth = self.about_once(helper, *where)
        if growth is None:
            return exact, None
        about: Poly = {}
        for rest, q in by_power(growth):
            factor = raised(most, q) / ratio
            often = leaves if factor <= 1 else power(split.cases, number(q))
            several = add(ONE, apply("log", (split.cases,))) if factor == 1 else ONE
            about = add(about, mul(mul(rest, several), often))
        return exact, about


def spread(tokens: tuple[Poly, Poly]) -> tuple[Poly, Poly, Poly]:
    """Tokens read, seen before, and written."""
    return tokens[0], {}, tokens[1]


def by_power(poly: Poly) -> Iterator[tuple[Poly, int]]:
    """Terms by the power in which the base cases of a problem stand in them."""
    for mono, c in poly.items():
        q = dict(mono).get(COVERED, Fraction(0))
        rest = mono - {(COVERED, q)}
        if q.denominator != 1 or q < 0 or any(COVERED in name for name, _ in rest):
            raise Refused(f"no closed sum of {show({mono: c})} over the levels of a recursion")
        yield {rest: c}, int(q)


def exponent(into: Poly, shrink: Poly) -> Poly:
    """``log(into)/log(shrink)``: a number where it is a fraction."""
    if into == shrink:
        return ONE
    a, b = (constant(one) for one in (into, shrink))
    if a is None or b is None or a.denominator != 1 or b.denominator != 1 or a < 1 or b < 2:
        raise Refused(f"certificates do not cover a split into {show(into)} with one {show(shrink)}-th each")
    above, below = primes(int(a)), primes(int(b))
    ratios = {Fraction(above.get(p, 0), below.get(p, 1)) for p in (*above, *below)}
    if above.keys() <= below.keys() and len(ratios) == 1:
        return number(ratios.pop())
    # In logarithms of primes, so that equal exponents are equal formulas.
    return div(*(parse(" + ".join(f"{x}*log({p})" for p, x in found.items())) for found in (above, below)))


def dealt_out(split: Split, path: bool) -> tuple[Poly, list[tuple[int, tuple[int, int, int]]]]:
    """Base cases, and the problems that are divided: how many of so many parts, with subproblems of so many together.

    Shares are as even as can be, the larger first; where there are more subproblems than shares, these start again.
    On the longest path is one problem of each level, a largest one.
    """
    values = [one.get(EMPTY, Fraction(0)) for one in (split.parts, split.into, split.shrink)]
    if any(one.denominator != 1 for one in values) or values[0] > LIMIT or values[2] < 2:
        raise Refused(f"certificates do not cover how {split.task['name']} is dealt out")
    total, into, shrink = map(int, values)
    found: list[tuple[int, tuple[int, int, int]]] = []
    base, level = 0, {total: 1}
    while level:
        below: dict[int, int] = {}
        for parts, often in level.items():
            if parts == 1:
                base += often
                continue
            blocks = min(shrink, parts)
            sizes = [parts // blocks + (place < parts % blocks) for place in range(blocks)]
            made = sizes if into == shrink else [sizes[place % blocks] for place in range(into)]
            found.append((often, (parts, len(made), sum(made))))
            for one in made[:1] if path else made:
                below[one] = below.get(one, 0) + often
        level = below
    return number(base), found


def fewest(tops: list[Poly]) -> str:
    """The least of several upper bounds, where all are numbers; else all of them."""
    known = [one for one in map(constant, tops) if one is not None]
    return show(number(min(known))) if len(known) == len(tops) else least(tops)
