"""Lanes side by side: what every one takes for sure, what chance adds, and how long the slowest takes.

Parts that chance decides come with bounds on the expectation of the slowest lane. Where parts follow each other many
times, what is known of their tails bounds the sum more closely than the sum of the slowest does: if
``log E exp(tX) <= level t`` for ``t <= 1/width``, the slowest of k takes at most ``level + width log k``, whatever
depends on what within a lane.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from decomposer.design import tails
from decomposer.design.between import Between, exactly, greatest
from decomposer.design.context import Context, Level
from decomposer.design.finds import Items
from decomposer.design.leaves import over_rounds
from decomposer.expr import ONE, ZERO, Expr, log, maximum, minimum, num


@dataclass(frozen=True, slots=True)
class Tail:
    """``log E exp(tX) <= level t`` for ``t <= 1/width``."""

    level: Expr
    width: Expr

    def of_slowest(self, lanes: Expr) -> Expr:
        """A bound on the expectation of the slowest of some lanes."""
        return self.level if lanes == ONE else self.level + self.width * log(lanes)

    def among(self, number: Expr) -> Tail:
        """The slowest of so many, as one part of a lane."""
        return Tail(self.of_slowest(number), self.width)


@dataclass(frozen=True, slots=True)
class Trials:
    """A part that repeats something: so long once, so long each further time, until chance lets it stop."""

    first: Expr
    again: Expr
    law: tails.Trials


@dataclass(frozen=True, slots=True)
class Part:
    """What chance adds to the lanes: to one on average, and to the slowest.

    Parameters
    ----------
    mean, slow : Between
    tail : Tail, optional
        Where one is known.
    trials : Trials, optional
        What it consists of, at numbers.
    items : Items, optional
        What it takes depends on nothing but how many of these a lane has, and never falls with that.
    extra : Expr, optional
        What it takes where a lane has any of them, however many, and else nothing.
    """

    mean: Between
    slow: Between
    tail: Tail | None = None
    trials: Trials | None = None
    items: Items | None = None
    extra: Expr | None = None

    def repeated(self, number: Expr, lanes: Expr) -> Part:
        """So many of it, independent of each other, one after the other."""
        if number == ONE:
            return self
        high = self.slow.high * number
        tail = None if self.tail is None else Tail(self.tail.level * number, self.tail.width)
        if tail is not None and lanes != ONE:
            high = minimum(high, tail.of_slowest(lanes))
        return Part(self.mean.times(number), Between(self.slow.low + self.mean.low * (number - ONE), high), tail)


Found = tuple[Expr, tuple[Part, ...]]
"""What a node takes for sure, and what chance adds."""


@dataclass(frozen=True, slots=True)
class Lanes:
    """So many lanes side by side, alike in what they are likely to take."""

    number: Expr
    sure: Expr
    parts: tuple[Part, ...]

    def repeated(self, number: Expr) -> Lanes:
        """The same so many times in every lane, one after the other."""
        if number == ONE:
            return self
        parts = tuple(part.repeated(number, self.number) for part in self.parts)
        return Lanes(self.number, self.sure * number, parts)

    @property
    def slow(self) -> Between:
        """Expected time of the slowest."""
        if not self.parts:
            return exactly(self.sure)
        if len(self.parts) == 1:
            return exactly(self.sure) + self.parts[0].slow
        means, high = ZERO, self.sure
        lows: dict[object, Expr] = {}
        for place, part in enumerate(self.parts):
            means, high = means + part.mean.low, high + part.slow.high
            # The lane that has most items takes the longest in all that depends on them alone.
            key: object = place if part.items is None else part.items
            lows[key] = lows.get(key, ZERO) + part.slow.low
        low = lows[self.parts[0].items] if len(lows) == 1 else greatest(means, *lows.values())
        return Between(self.sure + low, high)

    @property
    def tail(self) -> Tail | None:
        """What is known of the tail of one lane, whatever in it depends on what."""
        level, width = self.sure, ZERO
        for part in self.parts:
            if part.tail is None:
                return None
            level, width = level + part.tail.level, greatest(width, part.tail.width)
        return Tail(level, width * num(max(1, len(self.parts))))

    def counted(self) -> tails.Lanes | None:
        """The lanes at numbers, where their tails can be added up."""
        if len(self.parts) != 1 or (trials := self.parts[0].trials) is None:
            return None
        numbers = [value.as_fraction() for value in (self.number, self.sure + trials.first, trials.again)]
        number, first, again = (None if value is None else Fraction(value) for value in numbers)
        if number is None or first is None or not again or number.denominator != 1:
            return None
        return tails.Lanes(int(number), first, again, trials.law)


def slowest(groups: Sequence[Lanes]) -> Between:
    """Expected time until all lanes of all groups are done."""
    if len(groups) == 1:
        return groups[0].slow
    if not any(group.parts for group in groups):
        return exactly(maximum(*(group.sure for group in groups)))
    found = added_up(groups) or switched(groups)
    if found is not None:
        return found
    high = maximum(*(group.sure for group in groups))
    for group in groups:
        high = high + group.slow.high - group.sure
    return Between(greatest(*(group.slow.low for group in groups)), high)


def added_up(groups: Sequence[Lanes]) -> Between | None:
    """The same at numbers, by adding up the probabilities that some lane is still busy."""
    counted = [one for one in map(Lanes.counted, groups) if one is not None]
    if len(counted) < len(groups):
        return None
    found = tails.slowest(counted)
    return None if found is None else Between(num(found[0]), num(found[1]))


def switched(groups: Sequence[Lanes]) -> Between | None:
    """The same for two groups that have all parts between them, where it depends on items alone: one has some."""
    if len(groups) != 2 or any(len(group.parts) != 1 for group in groups):
        return None
    some, other = groups
    of_some, of_other = some.parts[0], other.parts[0]
    if of_some.extra is None or of_other.extra is None or of_some.items is None or of_other.items is None:
        return None
    if of_some.items.count != of_other.items.count:
        return None
    if of_some.items.own * some.number + of_other.items.own * other.number != of_some.items.parts:
        return None
    first, second = of_some.items.some(some.number), of_other.items.some(other.number)
    if first.low != first.high or second.low != second.high:
        return None
    busy, other_busy = some.sure + of_some.extra, other.sure + of_other.extra
    total = (first.high + second.high - ONE) * maximum(busy, other_busy)
    total = total + (ONE - second.high) * maximum(busy, other.sure)
    return exactly(total + (ONE - first.high) * maximum(some.sure, other_busy))


def closer(part: Part, lanes: Expr) -> Part:
    """A part whose bounds are closer, where its tails can be added up."""
    if lanes == ONE or part.slow.low == part.slow.high:
        return part
    found = added_up((Lanes(lanes, ZERO, (part,)),))
    return part if found is None else replace(part, slow=found)


def over_levels(lanes: list[Lanes], levels: tuple[Level, ...]) -> Between:
    """Sum over levels, one after the other."""
    return slowest(lanes).map(lambda one: over_rounds(one, Context(levels=levels)))
