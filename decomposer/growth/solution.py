"""What a recurrence consists of, and what its solution says."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from decomposer.errors import Diagnostic, OutsideClassError
from decomposer.expr import Expr, sym


@dataclass(frozen=True, slots=True)
class Call:
    """One recursive call ``coefficient * T(argument)``.

    Parameters
    ----------
    coefficient : Expr
    kind : {"ratio", "decrement", "root"}
        The argument is ``shrink * n``, ``n - shrink``, or ``n ** shrink``.
    shrink : Expr
    """

    coefficient: Expr
    kind: Literal["ratio", "decrement", "root"]
    shrink: Expr

    def argument(self, variable: str) -> Expr:
        """Write the argument of the call."""
        own = sym(variable)
        if self.kind == "ratio":
            return own * self.shrink
        return own - self.shrink if self.kind == "decrement" else own**self.shrink


@dataclass(frozen=True, slots=True)
class Recurrence:
    """The growth of the solution of a recurrence.

    Attributes
    ----------
    theta : Expr
        The growth. A number without closed form stands in it as the symbol `unknown`.
    method : str
        How it was found.
    exponent : Expr or None
        Akra and Bazzi's exponent p, where it is a rational number or a ratio of logarithms.
    unknown : str or None
        The symbol of the number that `equation` determines: an exponent, or the base of an exponential.
    equation : str
        What that number solves; empty when there is nothing to solve.
    bounds : (Fraction, Fraction) or None
        Rational bounds around that number, where it is not rational.
    notes : tuple of str
        What was assumed.
    """

    theta: Expr
    method: str
    exponent: Expr | None = None
    unknown: str | None = None
    equation: str = ""
    bounds: tuple[Fraction, Fraction] | None = None
    notes: tuple[str, ...] = ()


def outside(why: str, hint: str = "") -> OutsideClassError:
    """Make the refusal of a recurrence."""
    return OutsideClassError(Diagnostic(f"this recurrence is not solved: {why}", "recurrence-outside", hint=hint))
