"""Differences in which the leading terms cancel: the first term that is left decides.

``sqrt(x + 1) - sqrt(x)`` is about ``1/(2*sqrt(x))``: powers of sums, logarithms of sums and powers with a vanishing
exponent are written as the first terms of their series, with what was left out as an error.
"""

from __future__ import annotations

from itertools import islice

from decomposer.errors import OutsideClassError
from decomposer.expr import ZERO, Expr, Mono, Number, atom_expr, mono_expr
from decomposer.expr.nodes import App, Atom, Exp, Group
from decomposer.growth.decide import is_little_o_form
from decomposer.growth.exponents import END, series
from decomposer.growth.forms import Form, largest, times
from decomposer.growth.lift import collect, known_sum, product
from decomposer.growth.regime import Regime

MAX_ORDER = 4
"""Most terms of each series; beyond that so much would have to cancel that nothing is gained."""


def difference(expr: Expr, regime: Regime) -> Form | None:
    """The growth of a sum with terms of both signs, from series; `None` when they do not decide it."""
    common = _common(expr)
    rest = expr / mono_expr(common)
    try:
        for order in range(1, MAX_ORDER + 1):
            found = _cut(rest, order, regime)
            if found is None:
                return None
            total, errors = found
            form = known_sum(total, regime) if total.terms else None
            if form is not None and all(is_little_o_form(error, form, regime) for error in errors):
                return times(product(common, regime), form)
    except OutsideClassError:
        return None
    return None


def _common(expr: Expr) -> Mono:
    """Powers of atoms that all of several terms share."""
    if len(expr.terms) == 1:
        return ()
    first, *others = (mono for mono, _ in expr.terms)
    return tuple(pair for pair in first if all(pair in other for other in others))


def _cut(expr: Expr, order: int, regime: Regime) -> tuple[Expr, list[Form]] | None:
    """The first terms of each series, multiplied out, and the growth of what is left out."""
    total, errors, some = ZERO, [], False
    for mono, coefficient in expr.terms:
        term = mono_expr((), coefficient)
        for i, (atom, x) in enumerate(mono):
            blocks = _blocks(atom, x, order, regime)
            if blocks is None:
                term = term * atom_expr(atom, x)
                continue
            some = True
            term = term * sum(blocks[:order], ZERO)
            if blocks[order].terms:
                beside = product(mono[:i] + mono[i + 1 :], regime)
                missed = largest(product(own, regime) for own, _ in collect(blocks[order], regime))
                errors.append(times(beside, missed))
        total = total + term
    return (total, errors) if some else None


def _blocks(atom: Atom, x: Number, order: int, regime: Regime) -> list[Expr] | None:
    """One more block than the order; `None` for what has no series."""
    if not (isinstance(atom, Group | Exp) or (isinstance(atom, App) and atom.fn == "log")):
        return None
    try:
        blocks = list(islice(series(atom, x, regime), order + 1))
    except OutsideClassError:
        return None
    if len(blocks) <= order or any(block is END for block in blocks):
        return None
    return blocks
