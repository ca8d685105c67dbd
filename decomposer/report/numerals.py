"""Numbers for people: exact ones as they are, rounded ones behind ``≈``; nothing is decided by what is shown."""

from __future__ import annotations

from decimal import Context, Decimal
from fractions import Fraction

from decomposer.expr import Expr, enclose

MOST_DIGITS = 30
"""An integer of more digits is rounded."""

_LONGEST_SIDE = 7
"""Digits of what stands above or below in a fraction that is written out."""

_PLAIN = 15
"""From this power of ten on, a rounded number is written with one."""

_MOST_TRIED = 15
"""Digits to which a number is written, if fewer do not tell it from 1."""

_BITS = 96
_CONTEXT = Context(prec=40, Emax=10**15, Emin=-(10**15))


def number(value: Expr) -> str:
    """Write a number: integers in full, others to six digits, and exactly if that is short.

    >>> from decomposer.expr import num
    >>> number(num(1234567)), number(num(Fraction(64, 33))), number(num(Fraction(1, 2)))
    ('1,234,567', '≈ 1.93939 (= 64/33)', '0.5')
    """
    exact = value.as_fraction()
    if exact is not None and exact.denominator == 1 and abs(exact) < 10**MOST_DIGITS:
        return f"{exact.numerator:,}"
    shown = decimal(value)
    if exact is None or exact.denominator == 1 or not shown.startswith("≈"):
        return shown
    short = max(abs(exact.numerator), exact.denominator) < 10**_LONGEST_SIDE
    return f"{shown} (= {exact})" if short else shown


def decimal(value: Expr, digits: int = 6) -> str:
    """Write a number to some digits; behind ``≈`` unless these are all that it has.

    >>> from decomposer.expr import num
    >>> decimal(num(Fraction(10**7, 3))), decimal(num(2**1343)), decimal(num(10**404)), decimal(num(Fraction(1, 8)))
    ('≈ 3,333,333', '≈ 1.91992·10^404', '10^404', '0.125')
    """
    low, high = enclose(value, {}, bits=64)
    rounded = _rounded((low + high) / 2, digits)
    shown = _written(rounded)
    return shown if low == high and _is(rounded, low) else f"≈ {shown}"


def finite(value: Expr) -> str | None:
    """Write a fraction as a decimal, if it has a short one.

    >>> from decomposer.expr import num
    >>> finite(num(Fraction(3, 40))), finite(num(Fraction(1, 3))), finite(num(Fraction(5)))
    ('0.075', None, None)
    """
    exact = value.as_fraction()
    if exact is None or exact.denominator == 1:
        return None
    shown = decimal(value, _MOST_TRIED)
    return None if shown.startswith("≈") else shown


def multiple(value: Expr, digits: int) -> str:
    """Write how many times one number is another: to some digits, and to more while these would make it 1.

    >>> from decomposer.expr import num
    >>> multiple(num(Fraction(70001, 10**4)), 4), multiple(num(1 + Fraction(1, 30000)), 4), multiple(num(1), 4)
    ('≈ 7', '≈ 1.00003', '1')
    """
    shown = decimal(value, digits)
    while shown == "≈ 1" and digits < _MOST_TRIED:
        digits += 1
        shown = decimal(value, digits)
    return shown


def _rounded(value: Fraction, digits: int) -> Decimal:
    """The nearest decimal of so many digits, or whole number if that has no more than `_PLAIN`."""
    shift = value.numerator.bit_length() - value.denominator.bit_length() - _BITS
    scaled = (value.numerator << max(-shift, 0)) // (value.denominator << max(shift, 0))
    wide = _CONTEXT.multiply(Decimal(scaled), _CONTEXT.power(Decimal(2), shift))
    if digits <= wide.adjusted() < _PLAIN:
        return wide.quantize(Decimal(1), context=_CONTEXT)
    return Context(prec=digits, Emax=10**15, Emin=-(10**15)).plus(wide).normalize(_CONTEXT)


def _is(rounded: Decimal, value: Fraction) -> bool:
    """Whether nothing was rounded."""
    sign, digits, power = rounded.as_tuple()
    assert isinstance(power, int)
    mantissa = int("".join(map(str, digits)))
    number = Fraction(-mantissa if sign else mantissa)
    scale = Fraction(10 ** abs(power))
    return value == number * scale if power >= 0 else value * scale == number


def _written(rounded: Decimal) -> str:
    power = rounded.adjusted()
    if rounded == 0 or -5 <= power < _PLAIN:
        return f"{rounded:,f}"
    mantissa = f"{rounded.scaleb(-power, context=_CONTEXT).normalize():f}"
    return f"10^{power}" if mantissa == "1" else f"{mantissa}·10^{power}"
