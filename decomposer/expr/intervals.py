"""Arithmetic of intervals with rational ends, rounded outward to a working precision."""

from __future__ import annotations

from fractions import Fraction

from decomposer.errors import Diagnostic, ExpressionError
from decomposer.expr.enclosures import MAX_VALUE_BITS, Bounds, exp_bounds, log_bounds, round_down, round_up, too_large


class UnresolvedError(Exception):
    """The bounds are too wide for the next operation; a finer precision may do."""


def outward(low: Fraction, high: Fraction, bits: int) -> Bounds:
    """Round bounds to so many bits, away from each other."""
    return round_down(low, bits), round_up(high, bits)


def times(left: Bounds, right: Bounds, bits: int) -> Bounds:
    """Multiply."""
    products = [a * b for a in left for b in right]
    return outward(min(products), max(products), bits)


def raised(base: Bounds, exponent: Bounds, bits: int) -> Bounds:
    """Raise to a power."""
    power = exponent[0].numerator
    if exponent[0] == exponent[1] and exponent[0].denominator == 1 and (base[0] <= 0 or abs(power) <= 64):
        return _integer_power(base, power, bits)
    if base[0] == base[1] == 0 and exponent[0] > 0:
        return Fraction(0), Fraction(0)
    if base[0] <= 0:
        if base[1] < 0:
            raise ExpressionError(Diagnostic("a power of a negative number", "value"))
        raise UnresolvedError
    logs = log_bounds(base[0], bits)[0], log_bounds(base[1], bits)[1]
    products = times(logs, exponent, bits + 64)
    return exp_bounds(products[0], bits)[0], exp_bounds(products[1], bits)[1]


def _integer_power(base: Bounds, exponent: int, bits: int) -> Bounds:
    """By squaring, rounded outward."""
    if exponent < 0:
        if base[0] <= 0 <= base[1]:
            if base[0] == base[1]:
                raise ExpressionError(Diagnostic("division by zero", "value"))
            raise UnresolvedError
        return _integer_power(outward(1 / base[1], 1 / base[0], bits), -exponent, bits)
    result = (Fraction(1), Fraction(1))
    square = base
    while exponent:
        if exponent & 1:
            result = times(result, square, bits)
        exponent >>= 1
        if exponent:
            square = times(square, square, bits)
            # The product of an interval around zero with itself is wider than its square.
            if square[0] < 0:
                square = Fraction(0), square[1]
            if max(abs(square[1].numerator.bit_length() - square[1].denominator.bit_length()), 0) > MAX_VALUE_BITS:
                raise too_large()
    return result
