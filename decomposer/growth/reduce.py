"""Normal forms: exponents modulo what is equal in the regime, and only parts that matter."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache

from decomposer.expr import Number
from decomposer.growth.decide import UndecidedError, cases, refute_big_o
from decomposer.growth.formal import Formal, Monomial, Variable, multiply, raise_to
from decomposer.growth.forms import CONSTANT, Form, formals, single
from decomposer.growth.regime import Regime

Substitution = tuple[tuple[Formal, Monomial], ...]


@lru_cache(maxsize=8192)
def reduced(form: Form, regime: Regime) -> Form:
    """The normal form of a form: equal for growths that are alike, where it is a single sum of monomials.

    Notes
    -----
    Exponents are reduced modulo the equalities of the regime; a monomial is dropped where the others
    dominate it, which leaves the vertices of the Newton polytope that matter.
    """
    rules = dict(equalities(regime))
    flat = {formal for formal in formals(form) if formal not in rules and _bounded(formal, regime)}
    parts = [tuple(dict.fromkeys(_rewritten(monomial, rules, flat) for monomial in part)) for part in form]
    parts = [_least(part, regime) for part in dict.fromkeys(parts)]
    parts = sorted(dict.fromkeys(parts), key=_complexity, reverse=True)
    for part in list(parts):
        rest = tuple(other for other in parts if other is not part)
        if rest and _below((part,), rest, regime):
            parts = list(rest)
    return tuple(sorted(parts, key=lambda part: [_key(monomial) for monomial in part]))


def _least(part: tuple[Monomial, ...], regime: Regime) -> tuple[Monomial, ...]:
    """Drop what is never the smallest."""
    kept = sorted(part, key=lambda monomial: _complexity((monomial,)), reverse=True)
    for monomial in list(kept):
        rest = tuple(other for other in kept if other is not monomial)
        if rest and _below((rest,), single(monomial), regime):
            kept = list(rest)
    return tuple(sorted(kept, key=_key))


def _below(f: Form, g: Form, regime: Regime) -> bool:
    try:
        return refute_big_o(f, g, regime) is None
    except UndecidedError:
        return False


def _key(monomial: Monomial) -> list[tuple[str, Fraction]]:
    return [(formal.key, Fraction(x)) for formal, x in monomial]


def _complexity(part: tuple[Monomial, ...]) -> tuple[int, int, list[list[tuple[str, Fraction]]]]:
    weight = sum(abs(x.numerator) + x.denominator + abs(formal.rank) for monomial in part for formal, x in monomial)
    return len(part), weight, [_key(monomial) for monomial in part]


def _bounded(formal: Formal, regime: Regime) -> bool:
    if isinstance(formal, Variable) and formal.name in regime.unbounded:
        return False
    return (not isinstance(formal, Variable) or formal in regime.formals) and _below(
        single(((formal, 1),)), CONSTANT, regime
    )


def _rewritten(monomial: Monomial, rules: dict[Formal, Monomial], flat: set[Formal]) -> Monomial:
    if not any(formal in rules or formal in flat for formal, _ in monomial):
        return monomial
    result: Monomial = ()
    for formal, x in monomial:
        if formal not in flat:
            result = multiply(result, raise_to(rules[formal], x) if formal in rules else ((formal, x),))
    return result


@lru_cache(maxsize=1024)
def equalities(regime: Regime) -> Substitution:
    """Which formal variables are products of others throughout the regime, up to a constant factor.

    A name that stands alone on the left of ``==`` is the one that is replaced; otherwise the last by name.
    """
    defined = {
        str(left) for left, operator, _, _ in regime.assumptions if operator == "==" and str(left) in left.symbols
    }
    both = [row for row in regime.pieces[0].weak if all(_equal(row, regime, i) for i in range(len(regime.pieces)))]
    rules: dict[Formal, Monomial] = {}
    for row in both:
        current = _apply(row, rules)
        if not current:
            continue
        pivot = max((formal for formal, _ in current), key=lambda formal: (formal.key in defined, formal.key))
        x = dict(current)[pivot]
        value = raise_to(tuple(pair for pair in current if pair[0] != pivot), Fraction(-1) / x)
        rules = {formal: _apply(old, {pivot: value}) for formal, old in rules.items()}
        rules[pivot] = value
    return tuple(rules.items())


def _apply(monomial: Iterable[tuple[Formal, Number]], rules: dict[Formal, Monomial]) -> Monomial:
    result: Monomial = ()
    for formal, x in monomial:
        result = multiply(result, raise_to(rules[formal], x) if formal in rules else ((formal, x),))
    return result


def _equal(row: Monomial, regime: Regime, piece: int) -> bool:
    case = cases(regime, frozenset())[piece]
    dense = case.dense(row)
    opposite = [-x for x in dense]
    return case.escape([dense]) is None and case.escape([opposite]) is None
