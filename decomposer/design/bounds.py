"""Plain comparisons of formulas whose symbols are at least 1."""

from __future__ import annotations

from decomposer.expr import App, Exp, Expr, compare, mono_expr, num, power


def at_least(value: Expr, bound: Expr) -> bool:
    """Whether `value >= bound` is plain, for symbols that are at least 1; ceilings may be dropped on the left."""
    if value == bound or without_ceilings(value) == bound:
        return True
    if not value.symbols and not bound.symbols:
        return compare(value, bound, {}) >= 0
    difference = dict((value - bound).terms)
    constant = difference.pop((), 0)
    # What is divided by a symbol may be as small as one likes.
    least = sum((c for mono, c in difference.items() if all(exponent > 0 for _, exponent in mono)), constant)
    return all(c > 0 for c in difference.values()) and least >= 0


def without_ceilings(value: Expr) -> Expr:
    """Drop ceilings: a lower bound where they stand in increasing places."""
    total = num(0)
    for mono, coefficient in value.terms:
        product = num(coefficient)
        for atom, exponent in mono:
            if isinstance(atom, App) and atom.fn == "ceil" and exponent == 1:
                product = product * without_ceilings(atom.args[0])
            elif isinstance(atom, Exp) and atom.base is not None:
                product = product * power(atom.base, without_ceilings(mono_expr(atom.mono, exponent)))
            else:
                product = product * mono_expr(((atom, exponent),))
        total = total + product
    return total


def has_functions(value: Expr) -> bool:
    """Whether ceilings, logarithms and the like occur as factors of a term."""
    return any(isinstance(atom, App) for mono, _ in value.terms for atom, _ in mono)
