"""How long the slowest of some lanes takes at numbers, where each repeats something until chance lets it stop.

The expectation of a maximum is the sum, over all times, of the probability that some lane still runs. These
probabilities are worked out in fixed point, rounded down and up, until what is left is too small to matter: so both
bounds are certain, and they agree in all digits that anybody reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import heappop, heappush
from math import ceil
from typing import Protocol

BITS = 160
UNIT = 1 << BITS
SMALL = Fraction(1, 1 << 60)
"""What may be left out, of the whole."""
MOST_STEPS = 20_000

Ends = tuple[int, int]
"""A probability between two multiples of 1/UNIT."""


class Trials(Protocol):
    """How many times something is done until it may stop."""

    def done(self) -> Iterator[Ends]:
        """Probability that it has stopped after once, twice and so on."""
        ...

    @property
    def left(self) -> Fraction:
        """Most times to come, in expectation, however often it has been done."""
        ...


@dataclass(frozen=True, slots=True)
class Lanes:
    """Lanes side by side, each taking `first` time once, and `again` each further time."""

    number: int
    first: Fraction
    again: Fraction
    trials: Trials


@dataclass(frozen=True, slots=True)
class Attempts:
    """Until each of `units` has been accepted, in cases of (weight, chance of each attempt).

    The weights may add up to less than one: else nothing is attempted, and what is done once is done before.
    """

    cases: tuple[tuple[Fraction, Fraction], ...]
    units: int = 1

    @property
    def left(self) -> Fraction:
        """All units may still be missing."""
        return self.units / min(chance for _, chance in self.cases)

    def done(self) -> Iterator[Ends]:
        """One minus the power of failure, to the power of units."""
        missed = [(UNIT, UNIT) for _ in self.cases]
        idle = 1 - sum(weight for weight, _ in self.cases)
        none = _down(idle * UNIT), _up(idle * UNIT)
        if idle:
            yield none
        while True:
            low, high = none
            for place, (weight, chance) in enumerate(self.cases):
                fail = 1 - chance
                missed[place] = _down(missed[place][0] * fail), _up(missed[place][1] * fail)
                below, above = _power((UNIT - missed[place][1], UNIT - missed[place][0]), self.units)
                low, high = low + _down(below * weight), high + _up(above * weight)
            yield low, min(high, UNIT)


@dataclass(frozen=True, slots=True)
class Race:
    """Until one answer leads by `lead`, in cases of (weight, chance of a right vote, chance of one for its rival)."""

    cases: tuple[tuple[Fraction, Fraction, Fraction], ...]
    lead: int

    @property
    def left(self) -> Fraction:
        """By what is won per vote on average, or, where that is nothing, by what is won in squares."""
        times = []
        for _, right, rival in self.cases:
            gain = abs(right - rival)
            times.append(2 * self.lead / gain if gain else Fraction(self.lead**2) / (right + rival))
        return max(times)

    def done(self) -> Iterator[Ends]:
        """By the chances of every lead that has not decided yet."""
        where = [{0: (UNIT, UNIT)} for _ in self.cases]
        while True:
            low = high = 0
            for place, (weight, right, rival) in enumerate(self.cases):
                following: dict[int, Ends] = {}
                for ahead, (below, above) in where[place].items():
                    for step, chance in ((1, right), (-1, rival), (0, 1 - right - rival)):
                        if chance and abs(ahead + step) < self.lead:
                            old = following.get(ahead + step, (0, 0))
                            following[ahead + step] = old[0] + _down(below * chance), old[1] + _up(above * chance)
                where[place] = following
                going = [sum(ends[side] for ends in following.values()) for side in (0, 1)]
                low += _down((UNIT - min(going[1], UNIT)) * weight)
                high += _up((UNIT - going[0]) * weight)
            yield low, min(high, UNIT)


def slowest(groups: Sequence[Lanes]) -> tuple[Fraction, Fraction] | None:
    """Expected time of the slowest of all lanes, between two bounds; `None` where that takes too many steps."""
    heap: list[tuple[Fraction, int]] = []
    streams = [group.trials.done() for group in groups]
    for place, group in enumerate(groups):
        heappush(heap, (group.first, place))
    ended: list[Ends] = [(0, 0) for _ in groups]
    everyone: list[Ends] = [(0, 0) for _ in groups]
    low = high = now = Fraction(0)
    for _ in range(MOST_STEPS):
        time, place = heappop(heap)
        all_done = (UNIT, UNIT)
        for ends in everyone:
            all_done = all_done[0] * ends[0] >> BITS, -(-all_done[1] * ends[1] >> BITS)
        low += (time - now) * Fraction(UNIT - min(all_done[1], UNIT), UNIT)
        high += (time - now) * Fraction(UNIT - all_done[0], UNIT)
        now = time
        ended[place] = next(streams[place])
        everyone[place] = _power(ended[place], groups[place].number)
        heappush(heap, (time + groups[place].again, place))
        rest = _rest(groups, ended, heap, now)
        if rest is not None and rest <= SMALL * low:
            return _short(low, high + rest)
    return None


def _rest(
    groups: Sequence[Lanes], ended: Sequence[Ends], heap: list[tuple[Fraction, int]], now: Fraction
) -> Fraction | None:
    """Most time that is still to come; not known before every lane has been through once."""
    if any(ends == (0, 0) for ends in ended):
        return None
    total = Fraction(0)
    following = {place: time for time, place in heap}
    for place, (group, ends) in enumerate(zip(groups, ended, strict=True)):
        running = Fraction(UNIT - ends[0], UNIT) * group.number
        total += running * ((following[place] - now) + group.again * group.trials.left)
    return total


def _short(low: Fraction, high: Fraction) -> tuple[Fraction, Fraction]:
    """The same bounds with fewer digits."""
    scale = 1 << max(0, 80 - int(high).bit_length())
    return Fraction(int(low * scale), scale), Fraction(ceil(high * scale), scale)


def _down(value: Fraction | int) -> int:
    return int(value)


def _up(value: Fraction | int) -> int:
    return ceil(value)


def _power(base: Ends, exponent: int) -> Ends:
    low, high = UNIT, UNIT
    below, above = base
    while exponent:
        if exponent & 1:
            low, high = low * below >> BITS, -(-high * above >> BITS)
        below, above = below * below >> BITS, -(-above * above >> BITS)
        exponent >>= 1
    return low, min(high, UNIT)
