"""What sums and recurrences ask of the growth relation: is it above, below, alike; what is its normal form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from decomposer.errors import OutsideClassError
from decomposer.expr import ONE, ZERO, App, Expr, mono_expr

if TYPE_CHECKING:
    from decomposer.growth import Regime


@dataclass(frozen=True, slots=True)
class Judge:
    """Answers under a regime; without one, every variable grows on its own."""

    regime: Regime | None = None

    def among(self, *exprs: Expr) -> Regime:
        """The regime, or the one where every variable of the expressions grows on its own."""
        from decomposer.growth import Regime

        if self.regime is not None:
            return self.regime
        return Regime.of(unbounded=sorted(frozenset().union(*(expr.symbols for expr in exprs))))

    def with_growing(self, *names: str) -> Judge:
        """The same regime with more variables that grow."""
        return self if self.regime is None else Judge(self.regime.extended(unbounded=names))

    def relation(self, f: Expr, g: Expr) -> str:
        """Relation of two growths (``"o"``, ``"O"``, ``"Theta"`` ...); numbers are all alike."""
        from decomposer.growth import relation

        if not f.symbols and not g.symbols:
            return "Theta"
        return str(relation(f, g, regime=self.among(f, g)).kind)

    def normal(self, expr: Expr) -> Expr:
        """Normal form of a growth."""
        from decomposer.growth import theta

        if not expr.symbols:
            return ONE
        if expr.is_monomial and any(isinstance(atom, App) and atom.fn == "factorial" for atom, _ in expr.terms[0][0]):
            # A factorial says more to a reader than Stirling's formula.
            return mono_expr(expr.terms[0][0])
        try:
            found = theta(expr, regime=self.among(expr)).expr
        except OutsideClassError:
            # A true answer in an unusual form is better than none.
            return expr
        return found if self.relation(found, expr) == "Theta" else expr

    def positive_part(self, expr: Expr) -> Expr | None:
        """Drop the negative terms that the positive ones dominate; `None` when one is not dominated."""
        positive, negative = ZERO, []
        for mono, coefficient in expr.terms:
            if coefficient > 0:
                positive = positive + mono_expr(mono, coefficient)
            else:
                negative.append(mono_expr(mono))
        if not negative:
            return positive if positive.terms else None
        if not positive.symbols:
            return None
        return positive if all(self.relation(part, positive) == "o" for part in negative) else None
