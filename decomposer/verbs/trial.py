"""Numbers that one can try: points of a curve on which a claim fails."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, lcm
from typing import Any

from decomposer.errors import DecomposerError
from decomposer.expr import Expr, enclose, num
from decomposer.growth.curves import Curve
from decomposer.problem.model import Problem
from decomposer.search.spread import settle

MAX_DIGITS = 60
"""Longest numbers that are worth trying."""


@dataclass(frozen=True, slots=True)
class Trial:
    """At these numbers the left side of a claim and its bound have these values."""

    at: tuple[tuple[str, Fraction], ...]
    left: Expr
    bound: Expr

    def to_dict(self) -> dict[str, Any]:
        """Write as plain data."""
        return {
            "at": {name: str(value) for name, value in self.at},
            "left": str(self.left),
            "bound": str(self.bound),
        }


def trials(problem: Problem, curve: Curve, left: Expr, bound: Expr) -> tuple[Trial, ...]:
    """Two points of a curve, the second farther out; fewer where numbers would be too long.

    Complexity: a few exact evaluations of the formulas.
    """
    powers = [exponent for _, value in curve.values for mono, _ in value.terms for _, exponent in mono]
    step = lcm(*(Fraction(power).denominator for power in powers)) if powers else 1
    found: list[Trial] = []
    for base in (10, 100) if step < 4 else (2, 4):
        trial = _trial(problem, curve, left, bound, base**step)
        if trial is not None and trial not in found:
            found.append(trial)
    return tuple(found)


def _trial(problem: Problem, curve: Curve, left: Expr, bound: Expr, scale: int) -> Trial | None:
    values = dict(curve.values)
    at: dict[str, Fraction] = {}
    try:
        for name, parameter in problem.parameters.items():
            if parameter.kind == "constant":
                at[name] = _between(parameter.low, parameter.high)
            else:
                at[name] = (
                    Fraction(_rounded(values[name].subs({curve.scale: num(scale)})))
                    if name in values
                    else (Fraction(1))
                )
        if any(len(str(value)) > MAX_DIGITS for value in at.values()):
            return None
        numbers = {name: num(value) for name, value in at.items()}
        return Trial(tuple(at.items()), settle(left.subs(numbers)), settle(bound.subs(numbers)))
    except DecomposerError:  # more digits than can be worked with
        return None


def _rounded(value: Expr) -> int:
    """A whole number, at least 1, at or just above a value."""
    exact = value.as_fraction()
    if exact is not None:
        return max(1, ceil(exact))
    return max(1, ceil(enclose(value, {}, bits=64)[1]))


def _between(low: Fraction | None, high: Fraction | None) -> Fraction:
    """A simple number between the bounds of a constant."""
    if high is None:
        return Fraction(1) if low is None else low + 1
    return ((low or Fraction(0)) + high) / 2
