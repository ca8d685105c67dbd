"""How much of every capacity is taken when, and where a task fits in first.

Two ways to keep it: whole time slots side by side in one long integer, where a few operations on that integer test
every start at once; or a list of the times at which something changes, for horizons of many slots.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Protocol

BITS = 1 << 16
"""Longest integer that slots are packed into."""


class Timeline(Protocol):
    """Renewable capacities over time."""

    def clear(self) -> None:
        """Take everything out."""

    def earliest(self, demand: int, after: int) -> int:
        """First start not before `after` at which the demand of this number fits in, or -1 before the horizon."""
        ...

    def hold(self, demand: int, start: int) -> None:
        """Put the demand in."""


def timeline(capacities: Sequence[int], demands: Sequence[tuple[int, tuple[int, ...]]], horizon: int) -> Timeline:
    """Make a timeline for demands of (duration, amount of every capacity), none above its capacity."""
    width = max(capacities, default=0).bit_length() + 1
    if horizon * max(1, len(capacities)) * width <= BITS:
        return _Slots(capacities, demands, horizon, width)
    return _Steps(capacities, demands, horizon, width)


class _Slots:
    """A field of `width` bits for each slot and capacity; its top bit is set when an amount too much is added."""

    def __init__(
        self, capacities: Sequence[int], demands: Sequence[tuple[int, tuple[int, ...]]], horizon: int, width: int
    ) -> None:
        fields = max(1, len(capacities))
        self.width, self.slot, self.horizon = width, width * fields, horizon
        self.folds = [width * i for i in range(1, fields)]
        every = ((1 << self.slot * (horizon + 1)) - 1) // ((1 << self.slot) - 1)
        top = 1 << (width - 1)
        self.empty = sum((top - 1 - capacity) << width * i for i, capacity in enumerate(capacities)) * every
        self.tops = sum(top << width * i for i in range(fields)) * every
        self.ones = [every & ((1 << self.slot * length) - 1) for length in range(horizon + 2)]
        self.demands = []
        for duration, amounts in demands:
            field = sum(amount << width * i for i, amount in enumerate(amounts))
            self.demands.append((duration, field * every, field * self.ones[min(duration, horizon)]))
        self.taken = self.empty

    def clear(self) -> None:
        self.taken = self.empty

    def earliest(self, demand: int, after: int) -> int:
        duration, everywhere, block = self.demands[demand]
        starts = self.horizon - duration - after + 1
        if starts <= 0:
            return -1
        if not block:
            return after
        slot = self.slot
        full = ((self.taken + everywhere) & self.tops) >> (after * slot + self.width - 1)
        blocked = full
        for fold in self.folds:
            blocked |= full >> fold
        length = 1
        while 2 * length <= duration:
            blocked |= blocked >> length * slot
            length *= 2
        if length < duration:
            blocked |= blocked >> (duration - length) * slot
        window = self.ones[starts]
        free = (blocked & window) ^ window
        return after + ((free & -free).bit_length() - 1) // slot if free else -1

    def hold(self, demand: int, start: int) -> None:
        self.taken += self.demands[demand][2] << start * self.slot


class _Steps:
    """What is taken from each time on, up to the next: one integer, with a field for each capacity as in `_Slots`."""

    def __init__(
        self, capacities: Sequence[int], demands: Sequence[tuple[int, tuple[int, ...]]], horizon: int, width: int
    ) -> None:
        top = 1 << (width - 1)
        self.empty = sum((top - 1 - capacity) << width * i for i, capacity in enumerate(capacities))
        self.tops = sum(top << width * i for i in range(len(capacities)))
        self.demands = [
            (duration, sum(amount << width * i for i, amount in enumerate(amounts))) for duration, amounts in demands
        ]
        self.horizon = horizon
        self.clear()

    def clear(self) -> None:
        self.times, self.levels = [0], [self.empty]

    def earliest(self, demand: int, after: int) -> int:
        duration, amounts = self.demands[demand]
        last = self.horizon - duration
        if not duration or not amounts:
            return after if after <= last else -1
        times, levels, tops = self.times, self.levels, self.tops
        start, end, count = after, after + duration, len(self.times)
        place = bisect_right(times, after) - 1
        while start <= last:
            if place == count or times[place] >= end:
                return start
            if (levels[place] + amounts) & tops:
                # Never past the end: nothing is taken from the last time on.
                start = times[place + 1]
                end = start + duration
            place += 1
        return -1

    def hold(self, demand: int, start: int) -> None:
        duration, amounts = self.demands[demand]
        if not duration or not amounts:
            return
        first, end = self._cut(start), self._cut(start + duration)
        for place in range(first, end):
            self.levels[place] += amounts

    def _cut(self, time: int) -> int:
        place = bisect_left(self.times, time)
        if place == len(self.times) or self.times[place] != time:
            self.times.insert(place, time)
            self.levels.insert(place, self.levels[place - 1])
        return place
