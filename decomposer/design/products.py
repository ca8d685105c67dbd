"""Products of powers of probabilities, too small in their differences from one to be multiplied out.

A design of a million steps has a reliability such as ``(1/(1 + (1/99)**3))**100000``: a rational number of millions of
digits. It is kept as factors; comparisons are decided by enclosing logarithms as closely as it takes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import gcd

from decomposer.errors import NotExactError
from decomposer.expr import Expr, num
from decomposer.expr.enclosures import log_bounds, round_down, round_up

MAX_BITS = 4096
"""Precision at which two products that agree so far are taken for equal, unless they are so exactly."""

SMALL = 1 << 16
"""Bits up to which a product is multiplied out to settle a tie."""

STEP = 64
"""Precisions are multiples of so many bits, so that logarithms are found again."""

NEAR = 16
"""Chances that differ from one by less than ``2**-NEAR`` have their logarithms from the difference."""


@dataclass(frozen=True, slots=True)
class Product:
    """A product of ``base ** exponent``, bases in [0, 1], each once and in order."""

    factors: tuple[tuple[Fraction, Fraction], ...] = ()

    @classmethod
    def of(cls, base: Fraction, exponent: Fraction | int = 1) -> Product:
        """One factor."""
        return cls(((base, Fraction(exponent)),)) if base != 1 and exponent != 0 else cls()

    def __mul__(self, other: Product) -> Product:
        total = dict(self.factors)
        for base, exponent in other.factors:
            total[base] = total.get(base, Fraction(0)) + exponent
        return Product(tuple(sorted((base, x) for base, x in total.items() if x)))

    def __pow__(self, exponent: Fraction) -> Product:
        return Product(tuple((base, x * exponent) for base, x in self.factors)) if exponent else Product()

    def at_least(self, bound: Fraction) -> bool:
        """Whether the product is at least a positive number."""
        return _sign((*self.factors, (bound, Fraction(-1)))) >= 0

    def compare(self, other: Product) -> int:
        """Sign of the difference of two products."""
        if self.factors == other.factors:
            return 0
        if self.is_zero or other.is_zero:
            return other.is_zero - self.is_zero
        # One design is compared with many others: mostly what is known of each by itself is enough.
        first, second = _enclosed(self.factors), _enclosed(other.factors)
        if first[1] < second[0] or second[1] < first[0]:
            return -1 if first[1] < second[0] else 1
        return _sign((*self.factors, *((base, -x) for base, x in other.factors)))

    @property
    def is_zero(self) -> bool:
        """Whether a factor is zero."""
        return any(base == 0 for base, _ in self.factors)

    def expr(self) -> Expr | None:
        """The product as a plain formula, unless it has too many digits."""
        if self.is_zero:
            return num(0)
        if sum(_bits(base) * abs(x) for base, x in self.factors) > SMALL or any(
            x.denominator != 1 for _, x in self.factors
        ):
            return None
        total = Fraction(1)
        for base, x in self.factors:
            total *= base**x.numerator
        return num(total)

    def bounds(self, bits: int = 64) -> tuple[Fraction, Fraction]:
        """Rational bounds on the product."""
        from decomposer.expr.enclosures import exp_bounds

        if self.is_zero:
            return Fraction(0), Fraction(0)
        low, high = _log(self.factors, bits)
        if high < -(1 << 16):
            return Fraction(0), Fraction(1, 1 << (1 << 16))
        return exp_bounds(low, bits)[0], exp_bounds(high, bits)[1]


def _bits(base: Fraction) -> int:
    return base.numerator.bit_length() + base.denominator.bit_length()


def _log(factors: Iterable[tuple[Fraction, Fraction]], bits: int) -> tuple[Fraction, Fraction]:
    low = high = Fraction(0)
    for base, exponent in factors:
        work = bits + abs(exponent.numerator).bit_length() + 8
        near, far = _logarithm(base, -(-work // STEP) * STEP)
        ends = (near * exponent, far * exponent)
        low, high = low + min(ends), high + max(ends)
    return low, high


@lru_cache(maxsize=4096)
def _enclosed(factors: tuple[tuple[Fraction, Fraction], ...]) -> tuple[Fraction, Fraction]:
    """Bounds on the logarithm of a product, at the least precision."""
    return _log(factors, 64)


@lru_cache(maxsize=4096)
def _logarithm(base: Fraction, bits: int) -> tuple[Fraction, Fraction]:
    """Bounds on the logarithm of a chance; near one, as close to each other as they are to zero."""
    gap = 1 - base
    zeros = gap.denominator.bit_length() - gap.numerator.bit_length() - 1
    if gap > 0 and zeros >= NEAR:
        count = bits // zeros + 1
        low = _series(round_down(gap, bits), count, bits, round_down)
        # What is left out is less than the next power by more than the share of one that is near one.
        high = _series(round_up(gap, bits), count, bits, round_up) + Fraction(2, 1 << zeros * (count + 1))
        return -high, -low
    return log_bounds(round_down(base, 2 * bits), bits)[0], log_bounds(round_up(base, 2 * bits), bits)[1]


def _series(gap: Fraction, count: int, bits: int, end: Callable[[Fraction, int], Fraction]) -> Fraction:
    """The first terms of ``-log(1 - gap) = gap + gap**2/2 + ...``, each rounded in one direction."""
    total, power = Fraction(0), Fraction(1)
    for order in range(1, count + 1):
        power = end(power * gap, bits)
        total += end(power / order, bits)
    return total


def _sign(factors: Iterable[tuple[Fraction, Fraction]]) -> int:
    """Sign of ``product - 1``."""
    total: dict[Fraction, Fraction] = {}
    for base, exponent in factors:
        total[base] = total.get(base, Fraction(0)) + exponent
    kept = [(base, x) for base, x in total.items() if x and base != 1]
    if not kept:
        return 0
    if any(base == 0 for base, _ in kept):
        return -1
    bits = 64
    while bits <= MAX_BITS:
        low, high = _log(kept, bits)
        if low > 0 or high < 0:
            return 1 if low > 0 else -1
        if bits == 64 and sum(_bits(base) * abs(x) for base, x in kept) <= SMALL:
            scale = 1
            for _, x in kept:
                scale = scale * x.denominator // gcd(scale, x.denominator)
            value = Fraction(1)
            for base, x in kept:
                value *= base ** int(x * scale)
            return (value > 1) - (value < 1)
        if bits == 64 and sum(_bits(base) for base, _ in kept) <= SMALL and _is_one(kept):
            return 0
        bits *= 2
    raise NotExactError("two reliabilities are too close to be told apart")


def _is_one(factors: Iterable[tuple[Fraction, Fraction]]) -> bool:
    """Whether a product of powers is one: of numbers without common divisors, only if all exponents are zero."""
    left = [pair for base, x in factors for pair in ((base.numerator, x), (base.denominator, -x))]
    apart: list[tuple[int, Fraction]] = []
    while left:
        value, x = left.pop()
        if value == 1:
            continue
        for i, (other, y) in enumerate(apart):
            shared = gcd(value, other)
            if shared > 1:
                del apart[i]
                left += [(shared, x + y), (value // shared, x), (other // shared, y)]
                break
        else:
            apart.append((value, x))
    return all(x == 0 for _, x in apart)
