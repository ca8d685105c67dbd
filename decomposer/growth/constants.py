"""Signs and bounds of constant factors: numbers, and parameters that are fixed but unknown."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from math import comb

from decomposer.errors import DecomposerError
from decomposer.expr import App, Atom, Exp, Expr, Group, Number, Root, Sym, enclose, mono_expr, num

BITS = 72
"""Precision of enclosures: far beyond the exponents that can be told apart by it."""

Range = tuple[Fraction | None, Fraction | None]
"""Open bounds; `None` is infinite. A range of equal bounds is a number."""

Constants = tuple[tuple[str, Fraction | None, Fraction | None], ...]
"""Names of constants with their strict bounds."""

_UNKNOWN: Range = (None, None)


@lru_cache(maxsize=4096)
def bounds(expr: Expr, constants: Constants) -> Range:
    """Rational bounds on a constant expression; bounds of what depends on unknown constants are not attained."""
    if not expr.symbols:
        try:
            return enclose(expr, {}, BITS)
        except DecomposerError:
            return _UNKNOWN
    return _sum(expr, {name: (low, high) for name, low, high in constants})


@lru_cache(maxsize=4096)
def sign(expr: Expr, constants: Constants) -> int | None:
    """Sign of a constant expression; `None` when it is not known."""
    number = expr.as_fraction()
    if number is not None:
        return (number > 0) - (number < 0)
    low, high = bounds(expr, constants)
    if low is not None and (low > 0 or (low == 0 and expr.symbols)):
        return 1
    if high is not None and (high < 0 or (high == 0 and expr.symbols)):
        return -1
    return _polynomial_sign(expr, constants)


def _sum(expr: Expr, known: Mapping[str, Range]) -> Range:
    low: Fraction | None = Fraction(0)
    high: Fraction | None = Fraction(0)
    for mono, coefficient in expr.terms:
        size = Fraction(coefficient if coefficient > 0 else -coefficient)
        term: Range = (size, size)
        for atom, exponent in mono:
            term = _product(term, _raised(_atom(atom, exponent, known), 1 if isinstance(atom, Exp) else exponent))
        if coefficient < 0:
            term = (None if term[1] is None else -term[1], None if term[0] is None else -term[0])
        low = None if low is None or term[0] is None else low + term[0]
        high = None if high is None or term[1] is None else high + term[1]
    return low, high


def _product(left: Range, right: Range) -> Range:
    """Product of ranges, the first of which is nonnegative."""
    low, high = left
    if low is None or low < 0:
        return (None, None) if right[0] is None or right[0] < 0 else _product(right, left)
    below = None if right[0] is None else (low if right[0] >= 0 else high)
    above = None if right[1] is None else (high if right[1] >= 0 else low)
    return (
        Fraction(0) if right[0] == 0 else None if below is None or right[0] is None else below * right[0],
        Fraction(0) if right[1] == 0 else None if above is None or right[1] is None else above * right[1],
    )


def _raised(base: Range, exponent: Number) -> Range:
    if exponent == 1:
        return base
    if base[0] is None or base[0] < 0:
        return _UNKNOWN
    if exponent > 0:
        return _power(base[0], exponent)[0], None if base[1] is None else _power(base[1], exponent)[1]
    low = Fraction(0) if base[1] is None else _power(base[1], exponent)[0]
    return low, None if base[0] == 0 else _power(base[0], exponent)[1]


def _power(base: Fraction, exponent: Number) -> tuple[Fraction, Fraction]:
    if base == 0:
        return Fraction(0), Fraction(0)
    return enclose(num(base) ** Fraction(exponent), {}, BITS)


def _atom(atom: Atom, exponent: Number, known: Mapping[str, Range]) -> Range:
    if isinstance(atom, Sym):
        low, high = known.get(atom.name, _UNKNOWN)
        return Fraction(0) if low is None else low, high
    if isinstance(atom, Root):
        return Fraction(atom.value), Fraction(atom.value)
    if isinstance(atom, Group):
        return _sum(atom.expr, known)
    if isinstance(atom, Exp):
        return _exponential(atom, exponent, known)
    if isinstance(atom, App) and atom.fn == "log":
        low, high = _sum(atom.args[0], known)
        return _logarithm(low, 0), _logarithm(high, 1)
    if isinstance(atom, App) and atom.fn == "rounds":
        return Fraction(1), None  # there is always a first round
    return _UNKNOWN


def _logarithm(value: Fraction | None, side: int) -> Fraction | None:
    if value is None or value <= 0:
        return None
    from decomposer.expr import log

    return enclose(log(num(value)), {}, BITS)[side]


def _exponential(atom: Exp, exponent: Number, known: Mapping[str, Range]) -> Range:
    """A power is above 0; above or below 1 according to its base and exponent."""
    inner = _sum(mono_expr(atom.mono, exponent), known)
    base: Range = (Fraction(2), None) if atom.base is None else _sum(atom.base, known)
    for low, high in (base, (None if base[1] is None or base[1] <= 0 else 1 / base[1], None)):
        above = low is not None and low >= 1
        if above and inner[0] is not None and inner[0] >= 0:
            return (Fraction(1), None) if (low, high) == base else (Fraction(0), Fraction(1))
        if above and inner[1] is not None and inner[1] <= 0:
            return (Fraction(0), Fraction(1)) if (low, high) == base else (Fraction(1), None)
    return Fraction(0), None


def _polynomial_sign(expr: Expr, constants: Constants) -> int | None:
    """Sign of a polynomial in one bounded constant over an open interval, by its Bernstein coefficients."""
    if len(expr.symbols) != 1:
        return None
    (name,) = expr.symbols
    low, high = next(((a, b) for other, a, b in constants if other == name), _UNKNOWN)
    if low is None or high is None or low >= high:
        return None
    powers: dict[int, Fraction] = {}
    for mono, coefficient in expr.terms:
        if any(not isinstance(atom, Sym) or x.denominator != 1 for atom, x in mono):
            return None
        powers[sum(x.numerator for _, x in mono)] = Fraction(coefficient)
    least = min(powers)
    shifted = {power - least: value for power, value in powers.items()} if low >= 0 else powers
    if min(shifted) < 0:
        return None
    degree = max(shifted)
    # p = low + (high - low) * t, then from powers of t to Bernstein's basis.
    local = [Fraction(0)] * (degree + 1)
    for power, value in shifted.items():
        for i in range(power + 1):
            local[i] += value * comb(power, i) * low ** (power - i) * (high - low) ** i
    corners = [
        sum((Fraction(comb(i, j), comb(degree, j)) * local[j] for j in range(i + 1)), Fraction(0))
        for i in range(degree + 1)
    ]
    if all(corner >= 0 for corner in corners) and any(corners):
        return 1
    if all(corner <= 0 for corner in corners) and any(corners):
        return -1
    return None
