"""What alternatives take of limits that add up or multiply."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from decomposer.solvers.components import Way
from decomposer.solvers.selection import Number


@dataclass(frozen=True, slots=True)
class Limited:
    """What alternatives take of limits.

    Parameters
    ----------
    tops : tuple of number
        No answer takes more.
    amounts : mapping of (node, index) to tuple of number
        One for each limit; what is not here takes nothing.
    product : bool
        Whether the last of them multiply (from 1 on) and do not add up.
    """

    tops: tuple[Number, ...] = ()
    amounts: Mapping[tuple[int, int], tuple[Number, ...]] = field(default_factory=dict)
    product: bool = False

    @property
    def nothing(self) -> tuple[Number, ...]:
        """What nothing takes."""
        return (0,) * (len(self.tops) - self.product) + (1,) * self.product

    def keeps(self, amounts: tuple[Number, ...]) -> bool:
        """Whether so much is within all limits."""
        return all(amount <= top for amount, top in zip(amounts, self.tops, strict=True))

    def least(self, ways: Iterable[Way]) -> tuple[Number, ...]:
        """What an alternative among these takes at least of each limit."""
        return tuple(map(min, zip(*(self.amounts[way.origin[0]] for way in ways), strict=True))) or self.nothing

    def join(self, one: tuple[Number, ...], other: tuple[Number, ...]) -> tuple[Number, ...]:
        """What two take together."""
        if not one:
            return one
        if self.product:
            return (*(a + b for a, b in zip(one[:-1], other[:-1], strict=True)), one[-1] * other[-1])
        return tuple(a + b for a, b in zip(one, other, strict=True))
