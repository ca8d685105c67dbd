"""Confidence intervals: Student's t for means, Wilson's for proportions."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf, lgamma, log, log1p, sqrt
from statistics import NormalDist

import numpy as np

from decomposer.process.reals import Reals


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and where the true value lies, at some level of confidence."""

    value: float
    low: float
    high: float

    def holds(self, value: float, slack: float = 1e-9) -> bool:
        """Whether a value lies within; `slack` is what rounding of floats is allowed, relative."""
        room = slack * max(abs(value), abs(self.value))
        return self.low - room <= value <= self.high + room


def of_mean(values: Reals, level: float) -> Interval:
    """Interval for the mean of independent values: ``mean ± t s / sqrt(n)``, t of n - 1 degrees of freedom.

    For one value it is the whole line, unless nothing is known to vary: that is the caller's to say.
    """
    number = values.size
    mean = float(np.mean(values))
    if number < 2:
        return Interval(mean, -inf, inf)
    spread = float(np.std(values, ddof=1))
    if spread <= 1e-13 * abs(mean):  # rounding
        return Interval(mean, mean, mean)
    half = student((1 + level) / 2, number - 1) * spread / sqrt(number)
    return Interval(mean, mean - half, mean + half)


def of_proportion(hits: int, number: int, level: float) -> Interval:
    """Wilson's score interval (Wilson 1927): it holds near 0 and 1 too, where the normal one does not."""
    z = NormalDist().inv_cdf((1 + level) / 2)
    share = hits / number
    scale = 1 + z * z / number
    centre = (share + z * z / (2 * number)) / scale
    half = z / scale * sqrt(share * (1 - share) / number + z * z / (4 * number * number))
    return Interval(share, 0.0 if hits == 0 else centre - half, 1.0 if hits == number else centre + half)


def student(probability: float, freedom: int) -> float:
    """Quantile of Student's t, for a probability of at least one half, by bisection of its distribution."""
    low, high = 0.0, 1.0
    while _student_below(high, freedom) < probability:
        low, high = high, 2 * high
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _student_below(middle, freedom) < probability else (low, middle)
    return high


def _student_below(value: float, freedom: int) -> float:
    """Probability that t is below a value of at least zero."""
    if value == 0:
        return 0.5
    return 1 - 0.5 * _beta(freedom / 2, 0.5, freedom / (freedom + value * value))


def _beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function, by its continued fraction (Lentz)."""
    if x >= 1:
        return 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta(b, a, 1 - x)
    front = exp(a * log(x) + b * log1p(-x) + lgamma(a + b) - lgamma(a) - lgamma(b)) / a
    tiny = 1e-300
    c, d = 1.0, 1 - (a + b) * x / (a + 1)
    d = 1 / (d if abs(d) > tiny else tiny)
    total = d
    for m in range(1, 500):
        for numerator in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 + numerator * d
            d = 1 / (d if abs(d) > tiny else tiny)
            c = 1 + numerator / c
            c = c if abs(c) > tiny else tiny
            total *= c * d
        if abs(c * d - 1) < 1e-14:
            break
    return front * total
