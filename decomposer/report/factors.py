"""Between which constants two costs of one growth stay, in words."""

from __future__ import annotations

from fractions import Fraction

from decomposer.expr import num
from decomposer.growth.factor import Factor
from decomposer.report.numerals import multiple
from decomposer.report.words import Words

DIGITS = 3


def factor_text(factor: Factor, words: Words) -> str:
    """Say how many times worse or better one cost is than another in the end; empty where that is not known.

    >>> from decomposer.report.words import COST
    >>> factor_text(Factor(Fraction(4), Fraction(10)), COST), factor_text(Factor(Fraction(1, 2), Fraction(3)), COST)
    ('4 to 10 times dearer in the end', 'between 2 times cheaper and 3 times dearer in the end')
    >>> factor_text(Factor(Fraction(3), Fraction(3)), COST), factor_text(Factor(Fraction(2), None), COST)
    ('3 times dearer in the end', 'at least 2 times dearer in the end')
    """
    low, high = factor.low, factor.high
    if low == high:
        return "with the same constant" if low == 1 else f"{_side(low, words)} in the end"
    if high is None:
        return f"at least {_side(low, words)} in the end" if low > 1 else ""
    if low == 0:
        return f"at least {_side(high, words)} in the end" if high < 1 else ""
    if low >= 1:
        least = "up to" if low == 1 else f"{_shown(low)} to"
        return f"{least} {_shown(high)} times {words.worse} in the end"
    if high <= 1:
        least = "up to" if high == 1 else f"{_shown(1 / high)} to"
        return f"{least} {_shown(1 / low)} times {words.better} in the end"
    return f"between {_side(low, words)} and {_side(high, words)} in the end"


def _side(value: Fraction, words: Words) -> str:
    return f"{_shown(value)} times {words.worse}" if value >= 1 else f"{_shown(1 / value)} times {words.better}"


def _shown(value: Fraction) -> str:
    return multiple(num(value), DIGITS)
