"""Formulas without symbols as numbers to count with."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from decomposer.errors import ExpressionError, ProblemError
from decomposer.expr import Expr, enclose

Ints: TypeAlias = npt.NDArray[np.int64]
Reals: TypeAlias = npt.NDArray[np.float64]
Flags: TypeAlias = npt.NDArray[np.bool_]

MOST = 10**15
"""Largest count that is taken: beyond it, floats no longer tell neighbouring integers apart."""


def real(value: Expr, at: Mapping[str, Fraction] | None = None) -> float:
    """A formula as a float, at numbers for its symbols.

    Raises
    ------
    ProblemError
        When it is too large for one.
    """
    exact = value.as_fraction()
    try:
        if exact is not None:
            return float(exact)
        low, high = enclose(value, at or {}, bits=64)
        return float((low + high) / 2)
    except (OverflowError, ExpressionError):
        raise ProblemError(f"{_short(value)} is too large to be simulated; take smaller numbers") from None


def whole(value: Expr, what: str) -> int:
    """A formula of numbers as a natural number.

    Raises
    ------
    ProblemError
        When it is none: half a part cannot be simulated.
    """
    exact = value.as_fraction()
    if exact is None:
        low, high = enclose(value, {}, bits=96)
        near = round((low + high) / 2)
        exact = near if low <= near <= high else None
    if exact is None or exact.denominator != 1 or exact < 0:
        raise ProblemError(f"{what} is {_short(value)}, which is not a natural number: it cannot be simulated")
    if exact > MOST:
        raise ProblemError(f"{what} is {_short(value)}, too large to be simulated")
    return int(exact)


def _short(value: Expr) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
