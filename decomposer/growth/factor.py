"""Between which constants the quotient of two costs stays in the end."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from decomposer.expr import App, Atom, Expr, ExprLike, Group, as_expr, mono_expr
from decomposer.growth.decide import is_little_o_form
from decomposer.growth.lift import exact_form
from decomposer.growth.regime import Regime

MOST_TERMS = 40
"""With more terms, no factor is worked out."""

_POSITIVE = ("ceil", "log", "max", "rounds")
"""Functions that are positive in the end of what costs are made of."""


@dataclass(frozen=True, slots=True)
class Factor:
    """In the end, one cost is at least `low - e` and at most `high + e` times the other, for any small `e`.

    `high` is ``None`` where no bound is known; a `low` of 0 says nothing.
    """

    low: Fraction
    high: Fraction | None

    def to_dict(self) -> dict[str, str | None]:
        """Both bounds as exact numbers."""
        return {"low": str(self.low), "high": None if self.high is None else str(self.high)}


def factor(f: ExprLike, g: ExprLike, regime: Regime) -> Factor | None:
    """Bound the quotient of two costs by the quotients of their coefficients.

    Parameters
    ----------
    f, g : Expr or str or number
        Sums of terms, none of which is subtracted unless it is outweighed in the end.
    regime : Regime

    Returns
    -------
    Factor, or nothing where the terms do not tell.

    Raises
    ------
    OutsideClassError
        When an expression is not in the class that growth decides.

    Notes
    -----
    Terms that are o(g) vanish from the quotient. Of the others, with coefficients a of f and b of g, f is at most
    max(a/b) times g and at least min(a/b) times g, term by term. One linear programme for each term.

    Examples
    --------
    >>> regime = Regime.of([], unbounded=["k", "l"])
    >>> factor("6*k*l + 5*k", "2*k*l + k + 7", regime)
    Factor(low=Fraction(3, 1), high=Fraction(3, 1))
    >>> factor("6*k + l", "2*k + 2*l", regime)
    Factor(low=Fraction(1, 2), high=Fraction(3, 1))
    """
    return _factor(as_expr(f), as_expr(g), regime)


@lru_cache(maxsize=1024)
def _factor(f: Expr, g: Expr, regime: Regime) -> Factor | None:
    above, below = dict(f.terms), dict(g.terms)
    terms = list(dict.fromkeys((*above, *below)))
    if not g.terms or len(terms) > MOST_TERMS:
        return None
    whole = exact_form(g, regime)
    low: Fraction | None = None
    high: Fraction | None = Fraction(0)
    for mono in terms:
        if is_little_o_form(exact_form(mono_expr(mono), regime), whole, regime):
            continue
        a, b = Fraction(above.get(mono, 0)), Fraction(below.get(mono, 0))
        if a < 0 or b < 0 or not all(_is_positive(atom) for atom, _ in mono):
            return None
        if not b:
            high = None
            continue
        low = a / b if low is None else min(low, a / b)
        high = None if high is None else max(high, a / b)
    return None if low is None else Factor(low, high)


def _is_positive(atom: Atom) -> bool:
    if isinstance(atom, Group):
        return all(coefficient > 0 for _, coefficient in atom.expr.terms)
    return not isinstance(atom, App) or atom.fn in _POSITIVE
