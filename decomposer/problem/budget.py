"""Reading all formulas of a problem within bounds of their own: each may be legal, and all together too much."""

from __future__ import annotations

from decomposer.errors import ExpressionError
from decomposer.expr import Expr
from decomposer.expr.parse import parse, parse_relation

BUDGET = 150_000
"""What all formulas of a problem may cost together; ``k*l`` costs 10, a thousand terms 10 000 and more."""

FAILURE = 5_000
"""What a formula costs that cannot be read: how much work was done before the error is not known."""


class Formulas:
    """Reads formulas, equal ones once; not for use by several threads."""

    def __init__(self) -> None:
        self._known: dict[str, Expr | ExpressionError] = {}
        self._relations: dict[str, ExpressionError | None] = {}
        self._left = BUDGET

    def formula(self, text: str) -> Expr:
        """Read a formula.

        Raises
        ------
        ExpressionError
            When it is none, or the budget is spent.
        """
        found = self._known.get(text)
        if found is None:
            self._need(text)
            try:
                found = parse(text)
                self._left -= 10 * len(found.terms)
            except ExpressionError as error:
                found = error
                self._left -= FAILURE
            self._known[text] = found
        if isinstance(found, ExpressionError):
            raise found
        return found

    def relation(self, text: str) -> None:
        """Check that the text is a relation between formulas.

        Raises
        ------
        ExpressionError
            As `formula`.
        """
        if text not in self._relations:
            self._need(text)
            try:
                left, _, right = parse_relation(text)
                self._left -= 10 * (len(left.terms) + len(right.terms))
                self._relations[text] = None
            except ExpressionError as error:
                self._left -= FAILURE
                self._relations[text] = error
        known = self._relations[text]
        if known is not None:
            raise known

    def _need(self, text: str) -> None:
        """Pay for the length: sums take time that grows with its square."""
        self._left -= len(text) * len(text) // 500
        if self._left < 0:
            raise ExpressionError("the formulas of this problem are too large together")
