"""Costs at numbers with many attempts, compared by bounds: written out, they have as many digits as items squared."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from decomposer.expr import Expr, evaluate, num
from decomposer.expr.evaluate import rough_bounds
from decomposer.expr.nodes import App
from decomposer.search.spread import exact, order


def worked_out(value: Expr) -> Expr:
    """Work a cost out, unless it has sums over many items that are retried: their bounds mostly tell."""
    if value.symbols or value.as_fraction() is not None or retried(value):
        return value
    return num(evaluate(value, {}))


def retried(value: Expr) -> bool:
    """Whether rounds of attempts at many items are a term of a cost."""
    return any(isinstance(atom, App) and atom.fn == "rounds" for mono, _ in value.terms for atom, _ in mono)


@lru_cache(maxsize=4096)
def bounds(value: Expr, bits: int) -> tuple[Fraction, Fraction] | None:
    """Rational bounds of a cost; `None` where they take too long."""
    plain = value.as_fraction()
    return rough_bounds(value, bits) if plain is None else (Fraction(plain), Fraction(plain))


def compared(a: Expr, b: Expr) -> int | None:
    """Compare two costs exactly: -1, 0 or 1; `None` where that takes too long."""
    if a == b:
        return 0
    if not (retried(a) or retried(b)):
        return order(a, b)
    for bits in (64, 256):
        first, second = bounds(a, bits), bounds(b, bits)
        if first is not None and second is not None and (first[1] < second[0] or second[1] < first[0]):
            return -1 if first[1] < second[0] else 1
    return None


def at_most(cost: Expr) -> Fraction | None:
    """An upper bound on a cost: the cost itself, where it is written out."""
    if not retried(cost):
        return exact(cost)
    found = bounds(cost, 64)
    return None if found is None else found[1]


def within(cost: Expr, limit: Expr) -> bool:
    """Whether a cost keeps a limit: written out in the end, where it is too close to be told by bounds."""
    sign = compared(cost, limit)
    return evaluate(cost - limit, {}) <= 0 if sign is None else sign <= 0
