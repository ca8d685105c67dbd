"""How many items lie in some of the parts: as many as there are, in places that are all equally likely."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import comb

from decomposer.design.between import Between, exactly, greatest
from decomposer.design.context import Context, extent, is_whole, partition
from decomposer.expr import ONE, Expr, log, minimum, num
from decomposer.problem.model import Problem

MOST_BITS = 1 << 16
"""Largest binomial coefficients that are worked out, about."""


@dataclass(frozen=True, slots=True)
class Items:
    """`count` items in `parts` parts with `room` for each, of which a lane has `own`."""

    count: Expr
    room: Expr
    parts: Expr
    own: Expr

    @property
    def mean(self) -> Expr:
        """Expected items of a lane."""
        return self.count * self.own / self.parts

    @property
    def most(self) -> Expr:
        """Most items of a lane."""
        return minimum(self.count, self.room * self.own)

    @property
    def single(self) -> bool:
        """Whether a lane has one at most."""
        return self.room * self.own == ONE

    def covered(self, lanes: Expr) -> bool:
        """Whether so many lanes have all the parts."""
        return self.own * lanes == self.parts

    def some(self, lanes: Expr) -> Between:
        """Probability that one of some lanes has an item: all slots for items are equally likely."""
        if self.covered(lanes):
            return exactly(ONE)
        if lanes == ONE and self.single:
            return exactly(self.mean)
        known = [value.as_fraction() for value in (self.count, self.room, self.parts, self.own * lanes)]
        whole = [int(value) for value in known if value is not None and value.denominator == 1]
        if len(whole) == 4:
            count, room, parts, own = whole
            slots = room * parts
            if min(count, slots - count) * slots.bit_length() <= MOST_BITS:
                return exactly(num(1 - Fraction(comb(max(0, slots - room * own), count), comb(slots, count))))
        share = self.mean * lanes
        if self.single:
            return Between(self.mean, minimum(ONE, share))
        # Without replacement, 1 - P(none) is at least 1 - exp(-share).
        return Between(minimum(ONE, share) / 2, minimum(ONE, share))

    def largest(self, lanes: Expr) -> Between:
        """Expected items of the lane that has most."""
        if self.single:
            return self.some(lanes)
        if lanes == ONE:
            return exactly(self.mean)
        some = self.some(lanes).low
        # While sizes are symbols, the average of two bounds is as good as the greater one, up to a factor of 2.
        low = (some + self.mean) / 2 if some.symbols | self.mean.symbols else greatest(some, self.mean)
        # By Chernoff's bound: of a sample without replacement, log E exp(I) <= (e - 1) E I.
        return Between(low, minimum(self.most, 2 * self.mean + log(lanes)))


def uncertain_items(problem: Problem, finder: str, context: Context) -> Items | None:
    """The items that a lane may have; `None` where their number is known."""
    task = problem.tasks[finder]
    text = partition(problem, task)
    assert task.finds is not None
    if text is None or is_whole(text, context):
        return None
    assert text.count is not None
    if task.finds.count == task.finds.per_part * text.count:
        return None
    return Items(task.finds.count, task.finds.per_part, text.count, extent(text, context))
