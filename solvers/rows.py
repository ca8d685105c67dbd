"""Sums of exact numbers as small integers: objectives without loss, limits without loss or safely loosened.

CP-SAT works on integers, and its sums must stay far from 2**31. What fits after multiplying by the common
denominator is carried over as it is. A limit that does not fit is loosened by rounding, never tightened: what it
lets through is checked exactly afterwards and cut off. An objective that does not fit is cut into digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction
from math import gcd, lcm

from decomposer.solvers.selection import Number

LARGEST = 1 << 29
"""No sum goes beyond it."""


@dataclass(frozen=True, slots=True)
class Row:
    """``sum(coefficients * x) <= limit``; where not `exact`, more may keep it than the limit allows."""

    coefficients: tuple[int, ...]
    limit: int
    exact: bool


@dataclass(frozen=True, slots=True)
class Stage:
    """A sum to be made least: ``sum(coefficients * x) + carry``, or less `base` times the carry.

    Parameters
    ----------
    coefficients : tuple of int
    carry_in : int, optional
        The carry added: that of the digit below, by its number.
    carry_out : int, optional
        The carry whose multiple by `base` is taken away, by its number.
    base : int
    """

    coefficients: tuple[int, ...]
    carry_in: int | None = None
    carry_out: int | None = None
    base: int = 1


def integers(numbers: Sequence[Number]) -> tuple[list[int], Fraction]:
    """The numbers as integers without common factor, and what one unit of them is worth.

    Examples
    --------
    >>> integers([Fraction(1, 2), 3])
    ([1, 6], Fraction(1, 2))
    """
    below = lcm(1, *(number.denominator for number in numbers))
    scaled = [int(number * below) for number in numbers]
    common = gcd(0, *scaled) or 1
    return [number // common for number in scaled], Fraction(common, below)


def at_most(coefficients: Sequence[Number], limit: Number, most: Sequence[int]) -> Row:
    """``sum(coefficients * x) <= limit`` in small integers.

    Parameters
    ----------
    coefficients : sequence of numbers
        None negative.
    limit : number
    most : sequence of int
        Of each group of items at most one is taken: the group of each item, by number.
    """
    scaled, unit = integers(coefficients)
    bound = limit / unit // 1
    scaled = [min(number, max(bound + 1, 0)) for number in scaled]  # what is above the limit alone is out in any case
    if _total(scaled, most) <= LARGEST and abs(bound) <= LARGEST:
        return Row(tuple(scaled), int(bound), True)
    ratio = Fraction(LARGEST, max(_total(scaled, most), abs(bound)))
    return Row(tuple(int(number * ratio // 1) for number in scaled), int(bound * ratio // 1), False)


def _total(numbers: Sequence[int], groups: Sequence[int]) -> int:
    """The greatest sum, one of each group taken."""
    tops: dict[int, int] = {}
    for number, group in zip(numbers, groups, strict=True):
        tops[group] = max(tops.get(group, 0), number)
    return sum(tops.values())


def logs_at_most(factors: Sequence[Fraction], least: Fraction, most: Sequence[int]) -> Row:
    """``product(factors ** x) >= least`` as a sum of logarithms, loosened by less than one unit for each factor.

    Parameters
    ----------
    factors : sequence of Fraction
        In (0, 1].
    least : Fraction
        Positive.
    most : sequence of int
        As in `at_most`.
    """
    # Decimal logarithms are correctly rounded; twice the digits of the numbers leave the error far below a unit.
    digits = 40 + max(len(str(n)) for factor in (*factors, least) for n in (factor.numerator, factor.denominator))
    down, up = Context(digits, ROUND_FLOOR), Context(digits, ROUND_CEILING)
    slack = Decimal(10) ** -30
    lows = [max(down.subtract(_minus_log(factor, down), slack), Decimal(0)) for factor in factors]
    high = up.add(_minus_log(least, up), slack)
    lows = [min(low, high + 1) for low in lows]
    tops: dict[int, Decimal] = {}
    for low, group in zip(lows, most, strict=True):
        tops[group] = max(tops.get(group, Decimal(0)), low)
    total = max(up.add(sum(tops.values(), Decimal(0)), abs(high)), Decimal(1))
    scale = (Decimal(LARGEST) / total).to_integral_value(ROUND_FLOOR)
    return Row(
        tuple(int((down.multiply(low, scale)).to_integral_value(ROUND_FLOOR)) for low in lows),
        int((up.multiply(high, scale)).to_integral_value(ROUND_FLOOR)),
        False,
    )


def _minus_log(factor: Fraction, context: Context) -> Decimal:
    above, below = Decimal(factor.numerator), Decimal(factor.denominator)
    return context.subtract(context.ln(below), context.ln(above))


def digits(coefficients: Sequence[int], highs: Sequence[int]) -> list[Stage]:
    """A sum as one stage where it fits, else as its digits, the highest first.

    Parameters
    ----------
    coefficients : sequence of int
        None negative.
    highs : sequence of int
        The greatest value of each variable.

    Raises
    ------
    ValueError
        When the variables alone are too large.

    Notes
    -----
    Making the digits least one after the other makes the sum least: each is the remainder of the sum so far by its
    base, the carry being a variable of its own.
    """
    total = sum(c * h for c, h in zip(coefficients, highs, strict=True))
    if total <= LARGEST:
        return [Stage(tuple(coefficients))]
    base = LARGEST // (4 * (sum(highs) + 1))
    if base < 2:
        raise ValueError("the numbers are too large to be worked with exactly")
    # The highest digit takes as much as fits: the others then decide between answers that are almost as good.
    bases: list[int] = []
    rest = -(-2 * total // LARGEST)
    while rest > 1:
        bases.append(min(rest, base))
        rest = -(-rest // base)
    stages: list[Stage] = []
    left = list(coefficients)
    for carry, radix in enumerate(bases):
        low = tuple(number % radix for number in left)
        left = [number // radix for number in left]
        stages.append(Stage(low, carry - 1 if carry else None, carry, radix))
    stages.append(Stage(tuple(left), len(bases) - 1))
    return stages[::-1]
