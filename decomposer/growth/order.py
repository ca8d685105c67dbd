"""The exact order of eventually-smaller functions: growth first, then coefficients and lower terms."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from decomposer.errors import DecomposerError
from decomposer.expr import ONE, App, Atom, Expr, ExprLike, Mono, as_expr, atom_expr, log, mono_expr
from decomposer.growth.constants import sign
from decomposer.growth.decide import is_little_o_form
from decomposer.growth.forms import Form, largest
from decomposer.growth.lift import collect, exactly_below, product
from decomposer.growth.regime import Regime
from decomposer.growth.relation import relation

Order = Literal["less", "equal", "greater", "unknown"]


def eventually(f: ExprLike, g: ExprLike, regime: Regime) -> Order:
    """Which of two functions is smaller in the end, throughout a regime.

    Notes
    -----
    First growth: o decides. Then the difference: each negative term must be outweighed by positive terms,
    because it is of smaller growth, or at most a positive term of at least its coefficient. What is rounded
    is known up to 1 only.
    """
    return _eventually(as_expr(f), as_expr(g), regime)


@lru_cache(maxsize=32768)
def _eventually(f: Expr, g: Expr, regime: Regime) -> Order:
    difference = f - g
    if not difference.terms:
        return "equal"
    if not f.terms or not g.terms:
        nonzero, answer = (g, "less") if not f.terms else (f, "greater")
        return answer if _positive(nonzero, regime) else "unknown"  # type: ignore[return-value]
    try:
        if _positive(-difference, regime):
            return "less"
        if _positive(difference, regime):
            return "greater"
    except DecomposerError:
        pass
    kind = relation(f, g, regime=regime).kind
    if kind == "o":
        return "less"
    return "greater" if kind == "omega" else "unknown"


def at_most(f: ExprLike, g: ExprLike, regime: Regime) -> bool:
    """Whether f <= g in the end, throughout a regime; they may be equal in a part of it, or everywhere.

    This is what lets one design stand for another: ``b*l <= k*l`` where ``b <= k`` exactly, although
    neither is smaller where b = k.
    """
    return _at_most(as_expr(f), as_expr(g), regime)


@lru_cache(maxsize=32768)
def _at_most(f: Expr, g: Expr, regime: Regime) -> bool:
    difference = g - f
    return not difference.terms or _eventually(f, g, regime) == "less" or _positive(difference, regime, strict=False)


def _positive(difference: Expr, regime: Regime, strict: bool = True) -> bool:
    """Whether a difference is above zero in the end, at least by what is known of rounded parts."""
    return _clearly_positive(difference, regime, strict) or (
        _has_rounding(difference) and _clearly_positive(_bound(difference, True, regime), regime, strict)
    )


def _clearly_positive(difference: Expr, regime: Regime, strict: bool) -> bool:
    try:
        terms = [(mono, factor, sign(factor, regime.constants)) for mono, factor in collect(difference, regime)]
        if any(direction is None for _, _, direction in terms):
            return False
        positive = [(mono, factor) for mono, factor, direction in terms if direction == 1]
        negative = [(mono, factor) for mono, factor, direction in terms if direction == -1]
        if not positive:
            return False
        forms: dict[Mono, Form] = {mono: product(mono, regime) for mono, _ in positive}
        # What grows slower is free as long as something faster is left over; where nothing is, it may still
        # be paid for term by term.
        return any(_outweighed(negative, dict(positive), forms, regime, strict, free) for free in (True, False))
    except DecomposerError:
        return False


def _outweighed(
    negative: list[tuple[Mono, Expr]],
    budget: dict[Mono, Expr],
    forms: dict[Mono, Form],
    regime: Regime,
    strict: bool,
    free: bool,
) -> bool:
    """Whether positive terms pay for all negative ones and (when `strict`) something is left over.

    With `free`, terms of smaller growth than what is left cost nothing; else every term must be paid for.
    """
    cheap: list[Form] = []
    for mono, factor in negative:
        form = product(mono, regime)
        owed = factor
        payers = [other for other in budget if exactly_below(mono, other, forms[other], regime)]
        if free and is_little_o_form(form, largest(forms[other] for other in budget), regime):
            cheap.append(form)
            continue
        for other in payers:
            rest = budget[other] + owed
            direction = sign(rest, regime.constants)
            if direction == 1:
                budget[other] = rest
                break
            if direction == 0:
                del budget[other]
                break
            if direction == -1:
                del budget[other]
                owed = rest
        else:
            return False
    if not budget:
        return not (strict or cheap)
    left = largest(forms[other] for other in budget)
    return all(is_little_o_form(form, left, regime) for form in cheap)


_ROUNDED = ("ceil", "floor", "rounds")


def _has_rounding(expr: Expr) -> bool:
    return any(_rounds_within(atom) for mono, _ in expr.terms for atom, _ in mono)


def _rounds_within(atom: Atom) -> bool:
    return isinstance(atom, App) and (atom.fn in _ROUNDED or any(map(_has_rounding, atom.args)))


def _bound(expr: Expr, below: bool, regime: Regime) -> Expr:
    """A bound from below or above without rounding, equal to `expr` up to terms of lower order."""
    total = expr - expr
    for mono, coefficient in expr.terms:
        term = mono_expr((), coefficient)
        for atom, exponent in mono:
            low = ((coefficient > 0) == (exponent > 0)) == below
            term = term * (_bound_atom(atom, low, regime) ** exponent)
        total = total + term
    return total


def _bound_atom(atom: Atom, below: bool, regime: Regime) -> Expr:
    """A bound on one factor; what is rounded stands in increasing places only."""
    if not (isinstance(atom, App) and _rounds_within(atom)):
        return atom_expr(atom)
    value = _bound(atom.args[0], below, regime)
    if atom.fn == "ceil":
        return value if below else value + ONE
    if atom.fn == "floor":
        return value - ONE if below else value
    if atom.fn == "log":
        return log(value) if below else _log_above(value, regime)
    if atom.fn != "rounds":
        return atom_expr(atom)
    if not value.symbols:
        # At least as many rounds as one item takes, at most as many as all take one after the other.
        return (ONE if below else value) / atom.args[1]
    # Eisenberg (2008): H_g / -log(1-p) <= rounds(g, p) <= 1 + H_g / -log(1-p), and log g <= H_g <= 1 + log g.
    chance = atom.args[1]
    if not chance.symbols <= regime.names:  # p <= -log(1-p) <= p / (1-p)
        return log(value) * (ONE - chance) / chance if below else ONE + (log(value) + ONE) / chance
    rate = -log(ONE - chance)
    return log(value) / rate if below else ONE + (log(value) + ONE) / rate


def _log_above(value: Expr, regime: Regime) -> Expr:
    """A bound on the logarithm of a growing monomial plus one: ``x + 1 <= 2 x`` in the end."""
    large = value - ONE
    if large.is_monomial and relation(ONE, large, regime=regime).kind == "o":
        return log(2 * large)
    return log(value)
