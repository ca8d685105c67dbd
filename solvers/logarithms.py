"""Products as sums: integer bounds on logarithms of probabilities, safe on the side that is asked for."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction

SCALE = 10**9
"""Units for a factor of 1/e."""

_CONTEXT = Context(prec=60)
_MARGIN = Decimal("1e-40")


def _units(probability: Fraction) -> Decimal:
    if not 0 < probability <= 1:
        raise ValueError(f"a probability in (0, 1] is needed, not {probability}")
    below = Decimal(probability.denominator).ln(_CONTEXT)
    return _CONTEXT.multiply(_CONTEXT.subtract(below, Decimal(probability.numerator).ln(_CONTEXT)), Decimal(SCALE))


def below(probability: Fraction) -> int:
    """An integer at or under the probability's negative logarithm in units of 1 / `SCALE`, less than one unit off.

    Raises
    ------
    ValueError
        Outside (0, 1].
    """
    if probability == 1:
        return 0
    # Decimal logarithms are correctly rounded at 60 digits; the margin covers both and their difference.
    return max(0, int(_CONTEXT.subtract(_units(probability), _MARGIN).to_integral_value(ROUND_FLOOR)))


def above(probability: Fraction) -> int:
    """As `below`, but at or over it."""
    if probability == 1:
        return 0
    return int(_CONTEXT.add(_units(probability), _MARGIN).to_integral_value(ROUND_CEILING))
