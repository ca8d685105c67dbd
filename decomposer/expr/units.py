"""Hints for numbers written with units, which formulas do not have: ``95%``, ``2k``, ``5 tokens``, ``1,000``."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fractions import Fraction

_SCALES = {"k": 3, "K": 3, "thousand": 3, "M": 6, "million": 6, "millions": 6, "B": 9, "bn": 9, "billion": 9}
_PERCENT = ("%", "percent", "pct")
_LONGEST = 30


def unit_hint(number: str, word: str, names: Collection[str] | None) -> str:
    """What to write instead of a number with a word behind it.

    Parameters
    ----------
    names : collection of str, optional
        The names that formulas may use; where they are not known, a product may be meant.
    """
    product = f"write {number}*{word}"
    if len(number) > _LONGEST or (names is not None and word in names):
        return product
    if word in _PERCENT:
        return f"write {_percent(number)}: numbers have no units"
    plain = _scaled(number, _SCALES[word]) if word in _SCALES else number
    if names is not None:
        return f"write {plain}: numbers have no units"
    return f"{product} if {word} is a parameter; else write {plain}, numbers have no units"


def percent_hint(number: str) -> str:
    """What to write instead of a number with a sign of percent behind it."""
    return f"write {_percent(number)}" if len(number) <= _LONGEST else ""


def comma_hint(parts: Sequence[str]) -> str:
    """What to write instead of numbers with commas between them: thousands, or a decimal comma."""
    first, *others = parts
    if sum(map(len, parts)) > _LONGEST or not all(part.isdigit() for part in parts) or not others:
        return ""
    if first.strip("0") and all(len(part) == 3 for part in others):
        return f"write {''.join(parts)}, without the comma" + ("s" if len(others) > 1 else "")
    return f"write {first}.{others[0]}, with a point" if len(others) == 1 else ""


def _percent(number: str) -> str:
    """A number of percent, as a fraction that says where it comes from, and as a decimal."""
    return f"{number}/100, or {_scaled(number, -2)}"


def _scaled(number: str, digits: int) -> str:
    """A decimal number times a power of ten, written out where it is short."""
    value = Fraction(number) * Fraction(10) ** digits
    if abs(value) >= 10**15 or value.denominator > 10**6:
        return f"{number}*10^{digits}" if digits > 0 else f"{number}/10^{-digits}"
    if value.denominator == 1:
        return str(value.numerator)
    places = next(count for count in range(1, 31) if 10**count % value.denominator == 0)
    shown = str(value * 10**places).zfill(places + 1)
    return f"{shown[:-places]}.{shown[-places:]}"
