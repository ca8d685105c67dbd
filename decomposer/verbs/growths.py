"""Growths for reports: in normal form where they have one, as they stand where the algebra does not reach."""

from __future__ import annotations

from decomposer.errors import OutsideClassError
from decomposer.expr import Expr
from decomposer.growth import Ratio, RatioCase, Regime, theta
from decomposer.growth import ratio as exact_ratio
from decomposer.growth.factor import Factor, factor


def growth_of(cost: Expr, regime: Regime) -> Expr:
    """Normal form of a growth; the cost itself where it is outside the class that growth decides."""
    try:
        return theta(cost, regime=regime).expr
    except OutsideClassError:
        return cost


def ratio_of(one: Expr, other: Expr, regime: Regime) -> Ratio:
    """How many times one growth is the other; the quotient itself where it is outside the class.

    Where it is the same however the parameters grow, there is one case, without conditions.
    """
    try:
        found = exact_ratio(one, other, regime)
    except OutsideClassError:
        return Ratio(one / other, (RatioCase(one / other, ()),))
    first, *others = found.cases
    if any(case.growth != first.growth for case in others):
        return found
    return Ratio(first.growth, (RatioCase(first.growth, ()),))


def factor_of(one: Expr, other: Expr, regime: Regime) -> Factor | None:
    """Between which constants the quotient of two costs of one growth stays in the end, where their terms tell."""
    try:
        return factor(one, other, regime)
    except OutsideClassError:
        return None
