"""Cells: where a growth with several parts is which monomial, as conditions between monomials."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import gcd, lcm

from decomposer.errors import OutsideClassError
from decomposer.growth.case import Case
from decomposer.growth.decide import cases_for
from decomposer.growth.formal import Monomial, monomial_expr, multiply, raise_to
from decomposer.growth.forms import Form, single
from decomposer.growth.lp import IntVector, feasible
from decomposer.growth.regime import Regime

MAX_CELLS = 512
"""Most cells that are looked at."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The growths are `values` where every monomial in `conditions` is at least about 1."""

    values: tuple[Monomial, ...]
    conditions: tuple[Monomial, ...]


def cells(form: Form) -> list[Cell]:
    """All cells of a form, with all their conditions."""
    found = []
    for i, part in enumerate(form):
        for value in part:
            least = tuple(over(other, value) for other in part if other != value)
            # Every other part is at most the value: one of its monomials is.
            ways = [[over(value, other) for other in rival] for j, rival in enumerate(form) if j != i]
            for choice in product(*ways):
                found.append(Cell((value,), distinct((*least, *choice))))
                if len(found) > MAX_CELLS:
                    raise OutsideClassError(f"more than {MAX_CELLS} cells")
    return found


def over(above: Monomial, below: Monomial) -> Monomial:
    """Quotient of two monomials."""
    return multiply(above, raise_to(below, -1))


def distinct(conditions: Iterable[Monomial]) -> tuple[Monomial, ...]:
    """Conditions that say something, each once."""
    return tuple(dict.fromkeys(condition for condition in conditions if condition))


def simplified(found: Sequence[Cell], regime: Regime) -> list[Cell]:
    """Drop cells that are empty or lie in another of equal value, and conditions that follow from others."""
    forms = [single(monomial) for cell in found for monomial in (*cell.values, *cell.conditions)]
    geometry = _Geometry(cases_for(regime, *forms))
    kept: list[Cell] = []
    for cell in found:
        own = Cell(cell.values, geometry.needed(cell.conditions))
        if geometry.possible(own.conditions) and own not in kept:
            kept.append(own)
    result: list[Cell] = []
    for i, cell in enumerate(kept):
        swallowed = False
        for j, other in enumerate(kept):
            if i != j and other.values == cell.values and geometry.implies(cell.conditions, other.conditions):
                swallowed = j < i or not geometry.implies(other.conditions, cell.conditions)
            elif j < i:
                # On a shared wall two values agree: a cell within another adds nothing.
                swallowed = other in result and geometry.implies(cell.conditions, other.conditions)
            if swallowed:
                break
        if not swallowed:
            result.append(cell)
    return result


class _Geometry:
    """Questions about conditions within the cases of a regime."""

    def __init__(self, known: Sequence[Case]) -> None:
        self.known = known

    def possible(self, conditions: Sequence[Monomial]) -> bool:
        """Whether some way of growing satisfies all conditions with room to spare.

        Cells without room are walls between others, which cover them.
        """
        return any(self._roomy(case, conditions) for case in self.known)

    def _roomy(self, case: Case, conditions: Sequence[Monomial]) -> bool:
        rows = [(1, *(-x for x in case.dense(condition))) for condition in conditions]
        return feasible([*rows, *case.open_rows], len(case.order))

    def implies(self, given: Sequence[Monomial], conclusions: Sequence[Monomial]) -> bool:
        """Whether the conclusions hold wherever the given conditions do."""
        return all(self._follows(case, given, conclusion) for case in self.known for conclusion in conclusions)

    def _follows(self, case: Case, given: Sequence[Monomial], conclusion: Monomial) -> bool:
        row = case.dense(conclusion)
        if min(row, default=0) >= 0:
            return True
        rows: list[IntVector | tuple[int, ...]] = [(0, *(-x for x in case.dense(other))) for other in given]
        return not feasible([(1, *row), *rows, *case.closed_rows], len(case.order))

    def needed(self, conditions: Sequence[Monomial]) -> tuple[Monomial, ...]:
        """The conditions that do not follow from the regime and the others."""
        kept = sorted(conditions, key=lambda condition: (-len(condition), str(monomial_expr(condition))))
        for condition in list(kept):
            rest = [other for other in kept if other is not condition]
            if self.implies(rest, (condition,)):
                kept = rest
        return tuple(sorted(kept, key=lambda condition: str(monomial_expr(condition))))


def condition_text(condition: Monomial) -> str:
    """Write a monomial that is at least about 1 as ``"smaller = O(larger)"``."""
    scale = Fraction(lcm(*(x.denominator for _, x in condition)), gcd(*(x.numerator for _, x in condition)))
    condition = raise_to(condition, scale)
    above = tuple(pair for pair in condition if pair[1] > 0)
    below = raise_to(tuple(pair for pair in condition if pair[1] < 0), -1)
    return f"{monomial_expr(below)} = O({monomial_expr(above)})"
