"""The ratio of two growths: one monomial where it is one, otherwise a map."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from decomposer.expr import ONE, Expr, ExprLike, as_expr
from decomposer.growth.cells import Cell, cells, condition_text, distinct, over, simplified
from decomposer.growth.formal import monomial_expr
from decomposer.growth.forms import form_expr, scaled, times
from decomposer.growth.lift import exact_form
from decomposer.growth.reduce import reduced
from decomposer.growth.regime import AssumptionLike, ConstantsLike, Regime


@dataclass(frozen=True, slots=True)
class RatioCase:
    """The ratio is `growth` where all `conditions`, such as ``"m_d = O(k*m_s)"``, hold."""

    growth: Expr
    conditions: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.growth} when {' and '.join(self.conditions)}" if self.conditions else str(self.growth)


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times one growth is the other.

    Attributes
    ----------
    expr : Expr
        The ratio up to a constant factor, with maxima and minima where it is not one monomial.
    cases : tuple of RatioCase
        The same as monomials, each with the conditions under which it holds; together they cover the regime.
    """

    expr: Expr
    cases: tuple[RatioCase, ...]

    def __str__(self) -> str:
        return f"Theta({self.expr})"

    def to_dict(self) -> dict[str, object]:
        """The ratio as plain data."""
        return {
            "ratio": str(self.expr),
            "cases": [{"ratio": str(case.growth), "when": list(case.conditions)} for case in self.cases],
        }


def ratio(
    f: ExprLike,
    g: ExprLike,
    regime: Regime | None = None,
    assume: Sequence[AssumptionLike] = (),
    unbounded: Iterable[str] = (),
    constants: ConstantsLike = (),
) -> Ratio:
    """The growth of f/g, and where it is which monomial.

    Raises
    ------
    OutsideClassError
        When an expression is not in the class that growth decides.

    Notes
    -----
    One cell for each pair of a dominant monomial of f and one of g, so quadratic in their number, with one
    linear program per condition.
    """
    return _ratio(as_expr(f), as_expr(g), regime or Regime.of(assume, unbounded, constants))


@lru_cache(maxsize=1024)
def _ratio(f: Expr, g: Expr, regime: Regime) -> Ratio:
    above = reduced(exact_form(f, regime), regime)
    below = reduced(exact_form(g, regime), regime)
    if above == below:
        # Equal normal forms: cells would only repeat that the ratio is 1 in each.
        return Ratio(ONE, (RatioCase(ONE, ()),))
    whole = reduced(times(above, scaled(below, -1)), regime)
    found = [
        Cell((over(top.values[0], bottom.values[0]),), distinct((*top.conditions, *bottom.conditions)))
        for top in cells(above)
        for bottom in cells(below)
    ]
    kept = simplified(found, regime)
    cases = tuple(
        RatioCase(monomial_expr(cell.values[0]), tuple(map(condition_text, cell.conditions))) for cell in kept
    )
    return Ratio(form_expr(whole), cases)
