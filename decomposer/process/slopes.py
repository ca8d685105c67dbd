"""Exponents of growth, fitted by weighted least squares on logarithms."""

from __future__ import annotations

from collections.abc import Sequence
from math import log, sqrt
from statistics import NormalDist

import numpy as np

from decomposer.process.intervals import Interval, student

FLOOR = 1e-3
"""Relative error that every count is given at least, for what lower-order terms add."""


def slope(sizes: Sequence[float], values: Sequence[float], errors: Sequence[float], level: float) -> Interval:
    """The exponent a of ``value = c size**a``, with an interval.

    Parameters
    ----------
    sizes, values : sequences of positive numbers
    errors : sequence of float
        Relative standard errors of the values; each point weighs as the inverse of its square.
    level : float

    Returns
    -------
    Interval
        The wider of two: from the errors (normal), and from the residuals (Student's t, of two degrees of freedom
        less than there are sizes).
    """
    x = np.array([log(size) for size in sizes])
    y = np.array([log(value) for value in values])
    weights = 1 / (np.square(np.array(errors)) + FLOOR**2)
    weight = weights.sum()
    x_mean, y_mean = (weights * x).sum() / weight, (weights * y).sum() / weight
    spread = (weights * np.square(x - x_mean)).sum()
    exponent = float((weights * (x - x_mean) * (y - y_mean)).sum() / spread)
    residuals = y - y_mean - exponent * (x - x_mean)
    freedom = len(sizes) - 2
    by_errors = NormalDist().inv_cdf((1 + level) / 2) / sqrt(spread)
    by_residuals = student((1 + level) / 2, freedom) * sqrt((weights * np.square(residuals)).sum() / freedom / spread)
    half = float(max(by_errors, by_residuals))
    return Interval(exponent, exponent - half, exponent + half)
