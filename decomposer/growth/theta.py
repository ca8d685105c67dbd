"""The normal form of a growth."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from decomposer.expr import Expr, ExprLike, as_expr
from decomposer.growth.forms import Form, form_expr
from decomposer.growth.lift import exact_form
from decomposer.growth.reduce import reduced
from decomposer.growth.regime import AssumptionLike, ConstantsLike, Regime


@dataclass(frozen=True, slots=True)
class Theta:
    """A growth without constants and dominated terms.

    Within one regime, equal objects are growths alike, and where the growth is a sum of monomials (no
    minimum is left) growths alike are equal objects.

    Attributes
    ----------
    expr : Expr
        A sum of monomials, or maxima of minima of such.
    """

    expr: Expr
    form: Form = field(compare=False, repr=False)

    def __str__(self) -> str:
        return f"Theta({self.expr})"

    def to_dict(self) -> dict[str, object]:
        """The growth as plain data."""
        return {"theta": str(self.expr)}


def theta(
    f: ExprLike,
    assume: Sequence[AssumptionLike] = (),
    unbounded: Iterable[str] = (),
    constants: ConstantsLike = (),
    regime: Regime | None = None,
) -> Theta:
    """Normal form of a growth: constants and dominated terms dropped.

    Raises
    ------
    OutsideClassError
        When the expression is not in the class that growth decides.
    GrowthError
        When the assumptions contradict each other.
    """
    return _theta(as_expr(f), regime or Regime.of(assume, unbounded, constants))


@lru_cache(maxsize=8192)
def _theta(f: Expr, regime: Regime) -> Theta:
    form = reduced(exact_form(f, regime), regime)
    return Theta(form_expr(form), form)
