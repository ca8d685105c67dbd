"""Forms: growths as the largest of several, each the smallest of several monomials.

Sums and maxima are alike up to a constant, and so are products of such; on the logarithmic scale a form is
a piecewise linear function, a maximum of minima of linear ones.
"""

from __future__ import annotations

from collections.abc import Iterable

from decomposer.errors import OutsideClassError
from decomposer.expr import Expr, Number, maximum, minimum
from decomposer.growth.formal import Formal, Monomial, key_of, monomial_expr, multiply, raise_to

Form = tuple[tuple[Monomial, ...], ...]
"""A maximum (outer) of minima (inner)."""

MAX_PARTS = 1024
"""Most parts that a form may have."""

CONSTANT: Form = (((),),)


def single(monomial: Monomial) -> Form:
    """The form of one monomial."""
    return ((monomial,),)


def largest(forms: Iterable[Form]) -> Form:
    """Maximum, or sum."""
    return _bounded(tuple(dict.fromkeys(part for form in forms for part in form)))


def smallest(forms: Iterable[Form]) -> Form:
    """Minimum: every choice of one part each."""
    result: Form | None = None
    for form in forms:
        if result is None:
            result = form
        else:
            _room(len(result) * len(form))
            result = tuple(dict.fromkeys(_union(a, b) for a in result for b in form))
    assert result is not None
    return result


def times(left: Form, right: Form) -> Form:
    """Product."""
    if left == CONSTANT:
        return right
    if right == CONSTANT:
        return left
    _room(len(left) * len(right))
    return tuple(
        dict.fromkeys(
            tuple(dict.fromkeys(multiply(a, b) for a in above for b in below)) for above in left for below in right
        )
    )


def scaled(form: Form, exponent: Number) -> Form:
    """Power with a rational exponent of either sign."""
    if exponent == 0:
        return CONSTANT
    if exponent < 0:
        form = transposed(form)
    return tuple(tuple(raise_to(monomial, exponent) for monomial in part) for part in form)


def transposed(form: Form) -> Form:
    """Write a maximum of minima as a minimum of maxima, or the other way round."""
    if all(len(part) == 1 for part in form):
        return (tuple(part[0] for part in form),)
    if len(form) == 1:
        return tuple((monomial,) for monomial in form[0])
    result: list[frozenset[Monomial]] = [frozenset()]
    for part in form:
        _room(len(result) * len(part) // 8)
        result = _absorbed({clause.union((monomial,)) for clause in result for monomial in part})
        _room(len(result))
    ordered = [tuple(sorted(clause, key=key_of)) for clause in result]
    return tuple(sorted(ordered, key=lambda clause: [key_of(monomial) for monomial in clause]))


def _absorbed(clauses: Iterable[frozenset[Monomial]]) -> list[frozenset[Monomial]]:
    """Drop clauses that hold another: they are never the extreme one."""
    kept: list[frozenset[Monomial]] = []
    for clause in sorted(clauses, key=len):
        if not any(other <= clause for other in kept):
            kept.append(clause)
    return kept


def formals(form: Form) -> set[Formal]:
    """All formal variables in a form."""
    return {formal for part in form for monomial in part for formal, _ in monomial}


def form_expr(form: Form) -> Expr:
    """Write a form as a sum where it is one, else with maxima and minima."""
    if all(len(part) == 1 for part in form):
        total = monomial_expr(form[0][0])
        for part in form[1:]:
            total = total + monomial_expr(part[0])
        return total
    return maximum(*(minimum(*map(monomial_expr, part)) for part in form))


def _union(left: tuple[Monomial, ...], right: tuple[Monomial, ...]) -> tuple[Monomial, ...]:
    return tuple(dict.fromkeys((*left, *right)))


def _bounded(form: Form) -> Form:
    _room(len(form))
    return form


def _room(size: int) -> None:
    if size > MAX_PARTS:
        raise OutsideClassError(f"a growth of more than {MAX_PARTS} parts")
