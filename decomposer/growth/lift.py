"""From expressions to forms: each expression up to a constant factor, in formal variables.

Sums become maxima; subtraction is allowed where what is subtracted cannot matter; logarithms and
exponentials become formal variables. What stands above an exponent is kept exact up to a bounded term.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from decomposer.errors import OutsideClassError
from decomposer.expr import App, Atom, Exp, Expr, Group, Mono, Number, Root, Sym, mono_expr, num
from decomposer.growth.case import Case
from decomposer.growth.constants import sign
from decomposer.growth.decide import (
    Dense,
    cases,
    dense,
    is_big_o_form,
    is_little_o_form,
    too_hard,
)
from decomposer.growth.formal import Formal, Monomial, multiply, raise_to, variable
from decomposer.growth.forms import CONSTANT, Form, formals, largest, scaled, single, smallest, times, transposed
from decomposer.growth.regime import Regime

MAX_EXPONENT = 1 << 40
"""Largest exponent: beyond it, exponents could not be told from the tiers of logarithms."""


@dataclass(frozen=True, slots=True)
class Lifted:
    """The growth of an expression.

    Attributes
    ----------
    form : Form
    exact : bool
        Whether the form is the growth up to a constant factor; otherwise it is an upper bound only, because
        something is subtracted that may matter.
    extra : frozenset of Formal
        Formal variables that the regime itself does not have.
    above, below : tuple of Dense
        The form, and the form as a minimum of maxima, in the coordinates of each case of the regime; empty
        when there are extra formal variables.
    """

    form: Form
    exact: bool
    extra: frozenset[Formal]
    above: tuple[Dense, ...]
    below: tuple[Dense, ...]


@lru_cache(maxsize=32768)
def lift(expr: Expr, regime: Regime) -> Lifted:
    """Lift an expression.

    Raises
    ------
    OutsideClassError
        When the expression is not in the class, or not positive.
    """
    form, exact = _sum(expr, regime)
    extra = frozenset(formals(form)).difference(regime.formals)
    if extra:
        return Lifted(form, exact, extra, (), ())
    known = cases(regime, extra)
    turned = transposed(form)
    return Lifted(
        form, exact, extra, tuple(dense(form, case) for case in known), tuple(dense(turned, case) for case in known)
    )


def lifted_cases(regime: Regime, *lifted: Lifted) -> tuple[Case, ...]:
    """The cases for a question about lifted expressions."""
    return cases(regime, frozenset().union(*(item.extra for item in lifted)))


@lru_cache(maxsize=32768)
def exact_form(expr: Expr, regime: Regime) -> Form:
    """The growth of an expression, where it is known up to a constant factor.

    Raises
    ------
    OutsideClassError
        As `lift`, and when subtraction leaves only an upper bound.
    """
    form, exact = _sum(expr, regime)
    if not exact:
        raise too_hard(f"the difference {expr}")
    return form


# -- sums ---------------------------------------------------------------------------------------------


def _sum(expr: Expr, regime: Regime) -> tuple[Form, bool]:
    if not expr.terms:
        raise OutsideClassError("the growth of zero")
    positive, negative = _signed(expr, regime)
    if not positive:
        # Such as -log(1 - 1/x).
        found = _by_series(expr, regime)
        if found is None:
            raise OutsideClassError(f"{expr} is not positive")
        return found, True
    forms = {mono: product(mono, regime) for mono, _ in positive}
    form = largest(forms.values())
    if not negative:
        return form, True
    if _harmless(negative, positive, forms, form, regime):
        return form, True
    from decomposer.growth.logarithms import quotients

    joined = quotients(positive, negative, regime) or _by_series(expr, regime)
    return (form, False) if joined is None else (joined, True)


def _signed(expr: Expr, regime: Regime) -> tuple[list[tuple[Mono, Expr]], list[tuple[Mono, Expr]]]:
    """What is added and what is subtracted."""
    positive: list[tuple[Mono, Expr]] = []
    negative: list[tuple[Mono, Expr]] = []
    for mono, factor in collect(expr, regime):
        direction = _sign(factor, regime)
        if direction:
            (positive if direction > 0 else negative).append((mono, factor))
    return positive, negative


def _by_series(expr: Expr, regime: Regime) -> Form | None:
    from decomposer.growth.differences import difference

    return difference(expr, regime)


def known_sum(expr: Expr, regime: Regime) -> Form | None:
    """The growth of a sum, where what is subtracted is plainly outweighed; otherwise `None`."""
    positive, negative = _signed(expr, regime)
    if not positive:
        return None
    forms = {mono: product(mono, regime) for mono, _ in positive}
    form = largest(forms.values())
    return form if not negative or _harmless(negative, positive, forms, form, regime) else None


def collect(expr: Expr, regime: Regime) -> list[tuple[Mono, Expr]]:
    """Terms as products of what grows, with their constant factors; like terms together."""
    found: dict[Mono, Expr] = {}
    for mono, coefficient in expr.terms:
        constant: Mono = ()
        for atom, _ in mono:
            if atom.symbols <= regime.names:
                constant = tuple(pair for pair in mono if pair[0].symbols <= regime.names)
                mono = tuple(pair for pair in mono if not pair[0].symbols <= regime.names)
                break
        factor = mono_expr(constant, coefficient)
        found[mono] = found[mono] + factor if mono in found else factor
    return [(mono, factor) for mono, factor in found.items() if factor.terms]


def _sign(factor: Expr, regime: Regime) -> int:
    direction = sign(factor, regime.constants)
    if direction is None:
        raise OutsideClassError(f"the sign of {factor} is not known")
    return direction


def _harmless(
    negative: list[tuple[Mono, Expr]],
    positive: list[tuple[Mono, Expr]],
    forms: dict[Mono, Form],
    whole: Form,
    regime: Regime,
) -> bool:
    """Whether what is subtracted leaves at least a constant share of the positive terms."""
    budget = dict(positive)
    for mono, factor in negative:
        form = product(mono, regime)
        if is_little_o_form(form, whole, regime):
            continue
        for other, available in budget.items():
            rest = available + factor
            if sign(rest, regime.constants) == 1 and exactly_below(mono, other, forms[other], regime):
                budget[other] = rest
                break
        else:
            return False
    return True


def exactly_below(mono: Mono, other: Mono, form: Form, regime: Regime) -> bool:
    """Whether one product is at most another, without a constant factor."""
    if any(len(part) > 1 for part in form) or len(form) > 1:
        return mono == other
    ratio = product_ratio(mono, other)
    if ratio is None:
        return mono == other
    return at_least_one(ratio, regime)


def product_ratio(mono: Mono, other: Mono) -> Monomial | None:
    """The quotient other/mono when nothing but variables differ."""
    total: dict[Atom, Number] = dict(other)
    for atom, exponent in mono:
        total[atom] = total.get(atom, 0) - exponent
    result: Monomial = ()
    for atom, exponent in total.items():
        if exponent:
            if not isinstance(atom, Sym):
                return None
            result = multiply(result, ((variable(atom.name), exponent),))
    return result


def at_least_one(monomial: Monomial, regime: Regime) -> bool:
    """Whether a monomial in variables is, in the end, at least 1 in all of the regime."""
    from decomposer.growth.decide import cases_for
    from decomposer.growth.lp import feasible

    for case in cases_for(regime, single(monomial)):
        row = case.dense(monomial)
        if min(row, default=0) < 0:
            given = [(0, *(-x for x in own)) for own in (*case.exact, *case.strict)]
            if feasible([(1, *row), *given], len(case.order)):
                return False
    return True


# -- products -----------------------------------------------------------------------------------------


@lru_cache(maxsize=32768)
def product(mono: Mono, regime: Regime) -> Form:
    """The growth of a product of powers of atoms; constants are dropped."""
    plain: dict[Formal, Number] = {}
    powers: list[tuple[Exp, Number]] = []
    result = CONSTANT
    for atom, exponent in mono:
        if abs(exponent.numerator) > MAX_EXPONENT or exponent.denominator > MAX_EXPONENT:
            raise too_hard(f"the exponent {exponent}")
        if isinstance(atom, Sym):
            plain[variable(atom.name)] = exponent
        elif atom.symbols <= regime.names:
            continue
        elif isinstance(atom, Exp):
            powers.append((atom, exponent))
        else:
            result = times(result, scaled(_atom(atom, regime), exponent))
    if powers:
        from decomposer.growth.exponents import powers_form

        result = times(result, powers_form(powers, regime))
    return times(single(tuple(sorted(plain.items()))), result)


def _atom(atom: Atom, regime: Regime) -> Form:
    if isinstance(atom, Root):
        return CONSTANT
    if isinstance(atom, Group):
        return exact_form(atom.expr, regime)
    assert isinstance(atom, App)
    return _FUNCTIONS[atom.fn](atom.args, regime)


def _largest(args: tuple[Expr, ...], regime: Regime) -> Form:
    return largest(_positive_forms(args, regime))


def _positive_forms(args: Iterable[Expr], regime: Regime) -> list[Form]:
    """Forms of the arguments of a maximum; those that are not positive cannot be the largest."""
    found = []
    for arg in args:
        number = arg.as_fraction()
        if number is None or number > 0:
            found.append(exact_form(arg, regime))
    if not found:
        raise OutsideClassError("a maximum that is not positive")
    return found


def _smallest(args: tuple[Expr, ...], regime: Regime) -> Form:
    return smallest(exact_form(arg, regime) for arg in args)


def _ceil(args: tuple[Expr, ...], regime: Regime) -> Form:
    return largest((exact_form(args[0], regime), CONSTANT))


def _floor(args: tuple[Expr, ...], regime: Regime) -> Form:
    return exact_form(args[0], regime)


def _log(args: tuple[Expr, ...], regime: Regime) -> Form:
    from decomposer.growth.logarithms import log_form

    return log_form(args[0], regime)


def _factorial(args: tuple[Expr, ...], regime: Regime) -> Form:
    from decomposer.growth.exponents import factorial_form

    return factorial_form(args[0], regime)


def _loggamma(args: tuple[Expr, ...], regime: Regime) -> Form:
    return times(exact_form(args[0], regime), _log(args, regime))


def _rounds(args: tuple[Expr, ...], regime: Regime) -> Form:
    """The expected maximum of g geometric variables: about log(2g)/p, for p that is fixed or vanishes."""
    count, probability = args
    each = CONSTANT
    if not probability.symbols <= regime.names:
        each = exact_form(num(1) / probability, regime) if probability.is_monomial else CONSTANT
        if not is_little_o_form(CONSTANT, each, regime):
            raise too_hard(f"rounds with a success probability {probability} that varies")
    if count.symbols <= regime.names:
        return each
    return times(each, largest((_log((count,), regime), CONSTANT)))


_FUNCTIONS = {
    "max": _largest,
    "min": _smallest,
    "ceil": _ceil,
    "floor": _floor,
    "log": _log,
    "factorial": _factorial,
    "loggamma": _loggamma,
    "rounds": _rounds,
}


def number_times(value: Number, expr: Expr) -> Expr:
    """Product with a number."""
    return expr * num(Fraction(value))


def raised(monomial: Monomial, exponent: Number) -> Form:
    """The form of a power of a monomial."""
    return single(raise_to(monomial, exponent))


def is_bounded(form: Form, regime: Regime) -> bool:
    """Whether a form is O(1)."""
    return form == CONSTANT or is_big_o_form(form, CONSTANT, regime)
