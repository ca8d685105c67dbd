"""Growths fitted to counts at several sizes, beside those that were proved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import isfinite
from typing import TYPE_CHECKING

from decomposer.design.between import Between, exactly
from decomposer.design.evaluate import footprint, span_bounds, total_cost
from decomposer.design.nodes import Design
from decomposer.design.nodes import substitute as put_in_design
from decomposer.errors import DecomposerError
from decomposer.expr import ONE, Expr, Sym, atom_expr, num
from decomposer.growth import Regime
from decomposer.problem.model import Problem
from decomposer.problem.substitute import substitute
from decomposer.verbs.growths import growth_of
from decomposer.verbs.simulation_results import Agreement, Fit, Point

if TYPE_CHECKING:
    from decomposer.process.intervals import Interval

TOLERANCE = 0.05
"""How far a fitted exponent may be off for lower-order terms, beyond its interval."""
WIDE = 0.5
"""Intervals of exponents that are wider tell nothing."""


def fits_of(
    problem: Problem,
    design: Design,
    at: Mapping[str, int | Fraction],
    name: str,
    points: Sequence[Point],
    runs: int,
    level: float,
) -> tuple[Fit, ...]:
    """The growth of cost, calls and critical path in one parameter, the others at their numbers."""
    others = {other: num(value) for other, value in at.items()}
    target, fixed = substitute(problem, others), put_in_design(design, others)
    exact = {
        "cost": exactly(total_cost(target, fixed)),
        "calls": exactly(footprint(target, fixed).calls),
        "critical path": span_bounds(target, fixed),
    }
    sizes = [float(dict(point.at)[name]) for point in points]
    found = [_fit(quantity, formula, name, sizes, points, runs, level) for quantity, formula in exact.items()]
    return tuple(fit for fit in found if fit is not None)


def _fit(
    quantity: str,
    formula: Between,
    name: str,
    sizes: Sequence[float],
    points: Sequence[Point],
    runs: int,
    level: float,
) -> Fit | None:
    from decomposer.process.intervals import student
    from decomposer.process.reals import real
    from decomposer.process.slopes import slope

    regime = Regime.of(unbounded=[name])
    theta = growth_of(formula.low, regime)
    parts = factors(theta, name)
    lines = [point.line(quantity) for point in points]
    if parts is None or any(line.counted.value <= 0 or line.predicted <= 0 for line in lines):
        return None
    exponent, rest = parts
    try:
        apart = [real(rest.subs({name: num(int(size))})) for size in sizes]
    except DecomposerError:  # a growth beyond the class that is decided may have no value at these sizes
        return None
    if any(value <= 0 for value in apart):
        return None
    values = [line.counted.value / value for line, value in zip(lines, apart, strict=True)]
    predicted = [line.predicted / value for line, value in zip(lines, apart, strict=True)]
    # back from the interval to the relative standard error
    scale = 2 * student((1 + level) / 2, max(1, runs - 1))
    errors = [(line.counted.high - line.counted.low) / scale / line.counted.value for line in lines]
    if not all(map(isfinite, errors)):
        return None
    fitted = slope(sizes, values, errors, level)
    by_formula = slope(sizes, predicted, errors, level)
    agreement = _agreement(exponent, fitted, by_formula)
    if any(line.verdict == "bound" for line in lines) and growth_of(formula.high, regime) != theta:
        agreement = "bound"
    return Fit(quantity, theta, exponent, rest, fitted, by_formula.value, agreement)


def _agreement(exponent: Fraction, fitted: Interval, formula: Interval) -> Agreement:
    if fitted.high - fitted.low > WIDE:
        return "not yet"
    if fitted.low - TOLERANCE <= exponent <= fitted.high + TOLERANCE:
        return "agrees"
    return "not yet" if fitted.low - TOLERANCE <= formula.value <= fitted.high + TOLERANCE else "differs"


def factors(theta: Expr, name: str) -> tuple[Fraction, Expr] | None:
    """A growth as a power of a parameter times the rest; `None` where it is a sum."""
    if len(theta.terms) != 1:
        return None
    exponent, rest = Fraction(0), ONE
    ((mono, _),) = theta.terms
    for atom, power in mono:
        if isinstance(atom, Sym) and atom.name == name:
            exponent = Fraction(power)
        else:
            rest = rest * atom_expr(atom) ** num(power)
    return exponent, rest
