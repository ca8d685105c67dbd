"""Rational bounds around logarithms, exponentials and the gamma function, from integer arithmetic alone.

Each function returns ``(low, high)`` with ``low <= value <= high``. `bits` sets the working precision: the
width is about ``2**-bits``, relative for `exp_bounds` and absolute for the logarithms. Whoever needs a
certain relative width refines.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import comb

from decomposer.errors import Diagnostic, ExpressionError

MAX_VALUE_BITS = 1_000_000
"""Largest size of a value, in bits."""

Bounds = tuple[Fraction, Fraction]


def too_large() -> ExpressionError:
    """Make the error for values that would not fit."""
    hint = "try smaller values of the variables"
    return ExpressionError(Diagnostic(f"a value of more than {MAX_VALUE_BITS} bits", "too-large", hint=hint))


def round_down(value: Fraction, bits: int) -> Fraction:
    """Return the largest number of `bits` significant bits that is not above `value`."""
    numerator, denominator = value.numerator, value.denominator
    if denominator.bit_length() <= bits and numerator.bit_length() <= bits:
        return value
    shift = bits - numerator.bit_length() + denominator.bit_length()
    if shift >= 0:
        return Fraction((numerator << shift) // denominator, 1 << shift)
    return Fraction((numerator // (denominator << -shift)) << -shift)


def round_up(value: Fraction, bits: int) -> Fraction:
    """Return the smallest number of `bits` significant bits that is not below `value`."""
    return -round_down(-value, bits)


def _atanh_inverse(numerator: int, denominator: int, bits: int) -> tuple[int, int]:
    """Return ``atanh(numerator/denominator) * 2**bits`` and a bound on its error, for a ratio of at most 1/3."""
    ratio = (numerator << bits) // denominator
    square = ratio * ratio >> bits
    total, power, odd = 0, ratio, 1
    while power not in (0, -1):
        total += power // odd
        power = power * square >> bits
        odd += 2
    # Each term is off by less than 3 units (ratio, square, and both floors); what is left out by less than one.
    return total, 3 * odd + 3


@lru_cache(maxsize=64)
def _log2_scaled(bits: int) -> tuple[int, int]:
    value, error = _atanh_inverse(1, 3, bits)
    return 2 * value, 2 * error


@lru_cache(maxsize=4096)
def log_bounds(value: Fraction, bits: int) -> Bounds:
    """Bounds on the natural logarithm of a positive number.

    Notes
    -----
    ``value = m * 2**k`` with m in [2/3, 4/3); ``log m = 2 atanh((m - 1)/(m + 1))``. O(bits) multiplications.
    """
    if value == 1:
        return Fraction(0), Fraction(0)
    k = value.numerator.bit_length() - value.denominator.bit_length()
    scaled = value / Fraction(2) ** k
    while scaled >= Fraction(4, 3):
        scaled /= 2
        k += 1
    while scaled < Fraction(2, 3):
        scaled *= 2
        k -= 1
    work = bits + 16 + abs(k).bit_length()
    ratio = (scaled - 1) / (scaled + 1)
    fine, error = _atanh_inverse(ratio.numerator, ratio.denominator, work)
    two, two_error = _log2_scaled(work)
    total, slack = 2 * fine + k * two, 2 * error + abs(k) * two_error
    return Fraction(total - slack, 1 << work), Fraction(total + slack, 1 << work)


@lru_cache(maxsize=4096)
def exp_bounds(value: Fraction, bits: int) -> Bounds:
    """Bounds on Euler's number to the power `value`.

    Raises
    ------
    ExpressionError
        When the result, or its inverse, has more than `MAX_VALUE_BITS` bits.

    Notes
    -----
    ``value = k log 2 + r`` with |r| < 1; Taylor's series for r.
    """
    if abs(value) > MAX_VALUE_BITS:
        raise too_large()
    k = int(value * 1_000_000 / 693_147)
    work = bits + 24 + abs(k).bit_length()
    two, two_error = _log2_scaled(work)
    rest = (value.numerator << work) // value.denominator - k * two
    unit = 1 << work
    total, term, n = unit, unit, 0
    while term not in (0, -1):
        n += 1
        term = (term * rest >> work) // n
        total += term
    # |r| < 1, so terms are off by at most 2 units each; the error of r itself counts e times.
    slack = 2 * n + 8 + 3 * (1 + abs(k) * two_error)
    scale = Fraction(2) ** k / unit
    return (total - slack) * scale, (total + slack) * scale


@lru_cache(maxsize=16)
def _pi_bounds(bits: int) -> Bounds:
    """Machin's formula."""
    work = bits + 16

    def arctan(inverse: int) -> tuple[int, int]:
        power = total = (1 << work) // inverse
        odd, sign = 1, 1
        while power:
            power //= inverse * inverse
            odd, sign = odd + 2, -sign
            total += sign * (power // odd)
        return total, odd + 2

    first, first_error = arctan(5)
    second, second_error = arctan(239)
    total, slack = 4 * (4 * first - second), 4 * (4 * first_error + second_error)
    return Fraction(total - slack, 1 << work), Fraction(total + slack, 1 << work)


@lru_cache(maxsize=64)
def bernoulli(count: int) -> tuple[Fraction, ...]:
    """Return the Bernoulli numbers B_0 .. B_count, with B_1 = -1/2."""
    numbers: list[Fraction] = [Fraction(1)]
    for m in range(1, count + 1):
        numbers.append(-sum((comb(m + 1, j) * numbers[j] for j in range(m)), Fraction(0)) / (m + 1))
    return tuple(numbers)


def loggamma_bounds(value: Fraction, bits: int) -> Bounds:
    """Bounds on the logarithm of the gamma function of a positive number.

    Notes
    -----
    Stirling's series after shifting the argument up; it envelops the value, so that two neighbouring partial
    sums bound it [1]_. The working precision is capped at 512 bits.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 5.11(ii).
    """
    bits = min(bits, 512)
    shift = max(0, bits // 4 + 8 - int(value))
    top = value + shift
    product = Fraction(1)
    for i in range(shift):
        product *= value + i
    tops, halves, products = log_bounds(top, bits + 16), log_bounds(Fraction(2), bits + 16), log_bounds(product, bits)
    pis = _pi_bounds(bits + 16)
    half_log_2pi = tuple((halves[side] + log_bounds(pis[side], bits + 16)[side]) / 2 for side in (0, 1))
    numbers = bernoulli(bits // 2 + 8 & ~1)
    series, power, step, k = Fraction(0), top, Fraction(0), 0
    for k in range(2, len(numbers), 2):
        step = numbers[k] / (k * (k - 1) * power)
        if abs(step) < Fraction(1, 1 << bits + 8):
            break
        series += step
        power *= top * top
    rest = (min(step, Fraction(0)), max(step, Fraction(0)))
    low, high = (
        (top - Fraction(1, 2)) * tops[side] - top + half_log_2pi[side] + series + rest[side] - products[1 - side]
        for side in (0, 1)
    )
    return round_down(low, bits + 32), round_up(high, bits + 32)


def exact_root(base: int | Fraction, degree: int) -> Fraction | None:
    """Root of a positive rational where it is rational, else `None`."""
    parts = [_integer_root(part, degree) for part in (base.numerator, base.denominator)]
    if parts[0] is None or parts[1] is None:
        return None
    return Fraction(parts[0], parts[1])


def _integer_root(value: int, degree: int) -> int | None:
    """Exact root of a positive integer, or `None`; bisection on the bits."""
    if value == 1:
        return 1
    if degree >= value.bit_length():
        return None
    low, high = 1, 1 << (value.bit_length() // degree + 1)
    while low < high:
        middle = (low + high + 1) // 2
        if middle**degree <= value:
            low = middle
        else:
            high = middle - 1
    return low if low**degree == value else None
