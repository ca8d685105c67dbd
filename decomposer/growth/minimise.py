"""The best value of a design parameter, up to a constant factor, as a formula in the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import product
from typing import Literal

from decomposer.errors import GrowthError, OutsideClassError
from decomposer.expr import ONE, Expr, ExprLike, Number, as_expr, sym
from decomposer.growth.cells import Cell, cells, condition_text, distinct, over, simplified
from decomposer.growth.decide import is_big_o_form
from decomposer.growth.formal import Monomial, Variable, monomial_expr, multiply, raise_to, variable
from decomposer.growth.forms import Form, form_expr, formals, largest, scaled, single, smallest, times
from decomposer.growth.lift import exact_form
from decomposer.growth.reduce import reduced
from decomposer.growth.regime import Regime

Status = Literal["proved", "bounded", "unknown"]

Limits = tuple[tuple[str, Expr, Expr], ...]
"""Parameters with their lower and upper bounds."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Values of the design parameters, up to constants and rounding, where all conditions hold."""

    values: tuple[tuple[str, Expr], ...]
    conditions: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[dict[str, Expr] | tuple[str, ...]]:
        """Unpack as ``values, conditions``."""
        return iter((self.as_dict(), self.conditions))

    def as_dict(self) -> dict[str, Expr]:
        """The values by parameter."""
        return dict(self.values)


@dataclass(frozen=True, slots=True)
class Minimum:
    """The least growth of a cost over its design parameters.

    Attributes
    ----------
    status : {"proved", "bounded", "unknown"}
        Whether no value of the parameters does better; ``bounded`` when the policy is only the best of those
        that were tried, ``unknown`` when they could not be compared.
    growth : Expr
        The least growth, free of the parameters.
    policies : tuple of Policy
        How to reach it; the conditions of several cover the regime.
    """

    status: Status
    growth: Expr
    policies: tuple[Policy, ...]


Bounds = Mapping[str, tuple[ExprLike, ExprLike]]


def minimise(cost: ExprLike, parameters: Bounds, regime: Regime) -> Minimum:
    """Minimise a cost over design parameters ``1 <= low <= parameter <= high``, up to a constant factor.

    Parameters
    ----------
    cost : Expr
    parameters : mapping of str to (low, high)
        Bounds may speak of parameters listed earlier.
    regime : Regime

    Raises
    ------
    OutsideClassError
        When the cost is not in the class that growth decides.

    Notes
    -----
    On the logarithmic scale a posynomial is a maximum of lines in each parameter, whose least value over an
    interval lies at an end or at the crossing of a falling and a rising line: parameters are eliminated one
    by one, exactly (duality of geometric programs) [1]_. Parameters in logarithms or exponents are set to
    candidates, and the best one is proved to be a lower bound for every value of the parameter.

    References
    ----------
    .. [1] R. J. Duffin, E. L. Peterson, C. Zener, Geometric Programming, 1967.
    """
    bounds = {name: (as_expr(low), as_expr(high)) for name, (low, high) in parameters.items()}
    for name in bounds:
        if name in regime.unbounded or name in regime.names:
            raise GrowthError(f"{name!r} is a parameter of the regime, not of the design")
    return _minimise(as_expr(cost), tuple((name, *ends) for name, ends in bounds.items()), regime)


@lru_cache(maxsize=4096)
def _minimise(cost: Expr, bounds: Limits, regime: Regime) -> Minimum:
    wide = with_parameters(regime, bounds)
    form = exact_form(cost, wide)
    if all(is_plain(form, name) for name, _, _ in bounds) and is_sum(form):
        found = geometric(form, bounds, regime, wide)
        if found is not None:
            return found
    from decomposer.growth.candidates import by_candidates

    return by_candidates(cost, bounds, regime, wide)


@lru_cache(maxsize=1024)
def with_parameters(regime: Regime, bounds: Limits) -> Regime:
    """The regime with the design parameters as further variables within their bounds."""
    rows: list[tuple[Expr, str, Expr, bool]] = []
    for name, low, high in bounds:
        if low != ONE:
            rows.append((low, "<=", sym(name), True))
        rows.append((sym(name), "<=", high, True))
    return regime.extended(rows)


def is_sum(form: Form) -> bool:
    """Whether no minimum is left."""
    return all(len(part) == 1 for part in form)


def is_plain(form: Form, name: str) -> bool:
    """Whether a parameter stands in no logarithm and no exponent."""
    return all(isinstance(formal, Variable) or name not in formal.expr.symbols for formal in formals(form))


def geometric(form: Form, bounds: Limits, regime: Regime, wide: Regime) -> Minimum | None:
    """Eliminate the parameters of a sum of monomials, the last first; `None` where a bound spoils the form."""
    policies: dict[str, Form] = {}
    for name, low, high in reversed(bounds):
        ends = exact_form(low, wide), exact_form(high, wide)
        form = reduced(form, wide)
        policies[name] = _policy(form, name, ends, wide)
        form = _eliminated(form, name, ends)
        if not is_sum(form):
            return None
    form = reduced(form, regime)
    known: dict[str, Form] = {}
    for name, _, _ in bounds:
        policy = policies[name]
        for other, value in known.items():
            policy = substituted(policy, other, value)
        known[name] = reduced(policy, regime)
    return Minimum("proved", form_expr(form), policy_cells(known, regime))


def _lines(form: Form, name: str) -> list[tuple[Monomial, Number]]:
    """Monomials without the parameter, with its exponent."""
    own = variable(name)
    lines = []
    for part in form:
        rest = tuple(pair for pair in part[0] if pair[0] != own)
        lines.append((rest, dict(part[0]).get(own, 0)))
    return lines


def _eliminated(form: Form, name: str, ends: tuple[Form, Form]) -> Form:
    """The least value over the parameter: one monomial per vertex of the dual."""
    lines = _lines(form, name)
    found: list[Form] = []
    for rest, slope in lines:
        if slope:
            found.append(times(single(rest), scaled(ends[0] if slope > 0 else ends[1], slope)))
        else:
            found.append(single(rest))
    for rising, up in lines:
        for falling, fall in lines:
            if up > 0 > fall:
                share = Fraction(-fall) / (up - fall)
                found.append(single(multiply(raise_to(rising, share), raise_to(falling, 1 - share))))
    return largest(found)


def _policy(form: Form, name: str, ends: tuple[Form, Form], wide: Regime) -> Form:
    """A value of the parameter that is best up to a constant, as simple as there is."""
    goal = reduced(_eliminated(form, name, ends), wide)
    lines = _lines(form, name)
    falls = [(rest, slope) for rest, slope in lines if slope < 0]
    crossings = [
        [raise_to(over(falling, rising), 1 / Fraction(up - fall)) for falling, fall in falls]
        for rising, up in lines
        if up > 0
    ]
    simple: list[Form] = [end for end in ends if is_sum(end) and len(end) == 1]
    simple += [single(crossing) for row in crossings for crossing in row]
    for value in simple:
        within = is_big_o_form(ends[0], value, wide) and is_big_o_form(value, ends[1], wide)
        if within and is_big_o_form(substituted(form, name, value), goal, wide):
            return value
    if not falls or not crossings:
        return ends[1] if falls else ends[0]
    # The largest rising line meets the largest falling one.
    crossing = smallest(largest(single(value) for value in row) for row in crossings)
    return largest((ends[0], smallest((ends[1], crossing))))


def substituted(form: Form, name: str, value: Form) -> Form:
    """Put a form in place of a parameter."""
    own = variable(name)

    def replaced(monomial: Monomial) -> Form:
        slope = dict(monomial).get(own, 0)
        rest = single(tuple(pair for pair in monomial if pair[0] != own))
        return times(rest, scaled(value, slope)) if slope else rest

    return largest(smallest(replaced(monomial) for monomial in part) for part in form)


def policy_cells(values: Mapping[str, Form], regime: Regime) -> tuple[Policy, ...]:
    """Policies as monomials, each where it holds; as formulas with maxima and minima when there are many."""
    if all(len(form) == 1 and len(form[0]) == 1 for form in values.values()):
        return (Policy(tuple((name, form_expr(form)) for name, form in values.items())),)
    try:
        joint = [
            Cell(tuple(cell.values[0] for cell in choice), distinct(row for cell in choice for row in cell.conditions))
            for choice in product(*(cells(form) for form in values.values()))
        ]
    except OutsideClassError:
        return (Policy(tuple((name, form_expr(form)) for name, form in values.items())),)
    return tuple(
        Policy(
            tuple(zip(values, map(monomial_expr, cell.values), strict=True)),
            tuple(map(condition_text, cell.conditions)),
        )
        for cell in simplified(joint, regime)
    )
