"""A quantity that is known exactly, or to lie between two bounds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from decomposer.expr import ZERO, Expr, maximum


@dataclass(frozen=True, slots=True)
class Between:
    """Bounds on an expectation; equal where it is known exactly."""

    low: Expr
    high: Expr

    def __add__(self, other: Between) -> Between:
        return Between(self.low + other.low, self.high + other.high)

    def times(self, number: Expr) -> Between:
        """So many of it, one after the other."""
        return Between(self.low * number, self.high * number)

    def map(self, change: Callable[[Expr], Expr]) -> Between:
        """Apply what keeps order."""
        return self if self.low == self.high == ZERO else _both(self, change)


def _both(value: Between, change: Callable[[Expr], Expr]) -> Between:
    low = change(value.low)
    return Between(low, low if value.high == value.low else change(value.high))


def exactly(value: Expr) -> Between:
    """A quantity that is known."""
    return Between(value, value)


def greatest(*values: Expr) -> Expr:
    """The greatest of what is never negative."""
    several = tuple(dict.fromkeys(value for value in values if value != ZERO))
    return several[0] if len(several) == 1 else maximum(*several) if several else ZERO
