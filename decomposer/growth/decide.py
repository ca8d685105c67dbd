"""Deciding ``f = O(g)`` and ``f = o(g)`` for forms, over a whole regime.

A form is a maximum of minima on the logarithmic scale. ``f = O(g)`` fails where some part of f exceeds some
part of g: one linear program per pair of parts. A direction that an open order of two variables rules out
is no refutation: the case is split there, and only there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from decomposer.errors import OutsideClassError
from decomposer.growth.case import Case, case_of, closure
from decomposer.growth.formal import Formal, Monomial
from decomposer.growth.forms import Form, formals, single, transposed
from decomposer.growth.lp import IntVector, Ray, feasible, integral
from decomposer.growth.regime import Regime

MAX_CASES = 300
"""Most cases that one question may be split into."""

Dense = tuple[tuple[tuple[int | Fraction, ...], ...], ...]


@dataclass(frozen=True, slots=True)
class Refutation:
    """A direction on which the claim fails, and the case that it lies in."""

    case: Case
    direction: IntVector


class UndecidedError(Exception):
    """More cases than are worth splitting."""


@lru_cache(maxsize=2048)
def cases(regime: Regime, extra: frozenset[Formal]) -> tuple[Case, ...]:
    """The cases of a regime with the formal variables of a question added; none is empty."""
    order = closure((*regime.formals, *extra))
    found = (case_of(piece, order, (), regime.constants) for piece in regime.pieces)
    return tuple(case for case in found if not case.empty)


def cases_for(regime: Regime, *forms: Form) -> tuple[Case, ...]:
    """The cases for a question about forms."""
    present = frozenset(regime.formals)
    return cases(regime, frozenset(formal for form in forms for formal in formals(form) if formal not in present))


def dense(form: Form, case: Case) -> Dense:
    """Write a form in the coordinates of a case."""
    return tuple(tuple(tuple(case.vector(monomial)) for monomial in part) for part in form)


def refute_big_o(f: Form, g: Form, regime: Regime) -> Refutation | None:
    """Find a direction on which f outgrows g, or `None` when f = O(g) is proved.

    Raises
    ------
    UndecidedError
        When neither is found within bounds.
    """
    below = transposed(g)
    return _search(cases_for(regime, f, g), lambda case: refute_case(dense(f, case), dense(below, case), case))


def refute_little_o(f: Form, g: Form, regime: Regime) -> Refutation | None:
    """Find a direction on which f/g does not vanish, or `None` when f = o(g) is proved."""
    below = transposed(g)
    return _search(cases_for(regime, f, g), lambda case: refute_strictly(dense(f, case), dense(below, case), case))


def _search(start: Iterable[Case], test: Callable[[Case], Ray | None]) -> Refutation | None:
    waiting = list(start)
    spent = 0
    while waiting:
        case = waiting.pop()
        spent += 1
        if spent > MAX_CASES:
            raise UndecidedError
        ray = test(case)
        if ray is None:
            continue
        branches = case.inconsistent(ray.direction) if case.pairs or case.ratios else None
        if branches is None:
            return Refutation(case, ray.direction)
        waiting.extend(case.split(branches))
    return None


def refute_case(above: Dense, below: Dense, case: Case) -> Ray | None:
    """One case of `refute_big_o`; `below` is a minimum of maxima."""
    for clause in below:
        for part in above:
            differences = subtract(clause, part)
            if differences is not None:
                ray = case.escape(differences)
                if ray is not None:
                    return ray
    return None


def refute_strictly(above: Dense, below: Dense, case: Case) -> Ray | None:
    """One case of `refute_little_o`."""
    for clause in below:
        for part in above:
            differences = [[b - a for a, b in zip(x, y, strict=True)] for x in part for y in clause]
            ray = case.interior_escape(map(integral, differences))
            if ray is not None:
                return ray
    return None


def subtract(
    clause: Sequence[Sequence[int | Fraction]], part: Sequence[Sequence[int | Fraction]]
) -> list[list[int]] | None:
    """All differences of exponents; `None` when one of them is nonnegative, so that nothing can escape."""
    result = []
    for x in part:
        for y in clause:
            row = [b - a for a, b in zip(x, y, strict=True)]
            if min(row, default=0) >= 0:
                return None
            result.append(integral(row))
    return result


def is_big_o_form(f: Form, g: Form, regime: Regime) -> bool:
    """Whether f = O(g); undecided counts as no."""
    try:
        return refute_big_o(f, g, regime) is None
    except UndecidedError:
        return False


def is_little_o_form(f: Form, g: Form, regime: Regime) -> bool:
    """Whether f = o(g); undecided counts as no."""
    try:
        return refute_little_o(f, g, regime) is None
    except UndecidedError:
        return False


def polynomially_bounded(x: Formal, y: Monomial, regime: Regime) -> bool:
    """Whether x is at most a fixed power of y, throughout the regime."""
    for case in cases_for(regime, single(((x, 1),)), single(y)):
        row = case.dense(y)
        own = [0] * len(case.order)
        own[case.index[x]] = -1
        if feasible([(1, *own), (0, *row), *case.closed_rows], len(case.order)):
            return False
    return True


def too_hard(what: str) -> OutsideClassError:
    """Make the error for what growth does not decide."""
    return OutsideClassError(f"{what} is outside the class that growth decides")
