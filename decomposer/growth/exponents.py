"""Exponentials: what stands above an exponent is kept exact up to a bounded term.

``2**(2*n)`` is the square of ``2**n`` and not alike, so that an exponent is written as a sum of constant
factors times monomials, exactly; terms that stay bounded only make a constant factor of the power.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from math import gcd, lcm

from decomposer.errors import OutsideClassError
from decomposer.expr import (
    ONE,
    ZERO,
    App,
    Atom,
    Exp,
    Expr,
    Group,
    Mono,
    Number,
    Sym,
    log,
    mono_expr,
    num,
)
from decomposer.growth.constants import sign
from decomposer.growth.decide import is_big_o_form, is_little_o_form, too_hard
from decomposer.growth.formal import Alike, Log, Monomial, exponential, log_of, multiply, quotient, raise_to, variable
from decomposer.growth.forms import CONSTANT, Form, largest, single, smallest, times
from decomposer.growth.lift import at_least_one, collect, exact_form, is_bounded, product
from decomposer.growth.reduce import reduced
from decomposer.growth.regime import Regime

Term = tuple[Mono, Expr]
"""What grows in a term, and its constant factor."""

MAX_TERMS = 24
"""Most terms of a series above an exponent."""


def powers_form(powers: Iterable[tuple[Exp, Number]], regime: Regime) -> Form:
    """The growth of a product of powers ``base ** (x * mono)``."""
    total = ZERO
    for atom, x in powers:
        above = mono_expr(atom.mono, x)
        total = total + (above if atom.base is None else above * log(atom.base))
    return exponential_form(total, regime)


def factorial_form(value: Expr, regime: Regime) -> Form:
    """Stirling: ``z! ~ sqrt(2 pi z) * (z/e)**z``."""
    return times(exponential_form(value * log(value) - value, regime), _root(exact_form(value, regime)))


def _root(form: Form) -> Form:
    return tuple(tuple(raise_to(monomial, Fraction(1, 2)) for monomial in part) for part in form)


def exponential_form(exponent: Expr, regime: Regime) -> Form:
    """The growth of ``e ** exponent``.

    Raises
    ------
    OutsideClassError
        When the exponent is not a sum of constants times monomials, up to a bounded term.
    """
    terms = [(mono, factor) for mono, factor in collect(exponent, regime) if mono]
    result = CONSTANT
    if len(terms) > 1:
        joined, terms = _joined(terms, regime)
        result = single(joined)
    for mono, factor in terms:
        result = times(result, _term(mono, factor, regime))
    return result


def _joined(terms: list[Term], regime: Regime) -> tuple[Monomial, list[Term]]:
    """Take out differences of logarithms: k*log(n) - k*log(k) is k*log(n/k) where n/k is at least 1."""
    groups: dict[Mono, list[tuple[Term, Monomial, Number]]] = {}
    for mono, factor in terms:
        number = factor.as_fraction()
        logs = [atom for atom, x in mono if isinstance(atom, App) and atom.fn == "log" and x == 1]
        own = _pure(logs[0], 1, regime) if len(logs) == 1 else None
        if own is not None and number is not None and isinstance(own[0][0], Log):
            rest = tuple(pair for pair in mono if pair[0] != logs[0])
            groups.setdefault(rest, []).append(((mono, factor), ((own[0][0].of, 1),), number))
    result: Monomial = ()
    for rest, members in groups.items():
        if not (rest and any(x > 0 for _, _, x in members) and any(x < 0 for _, _, x in members)):
            continue
        pure = _pure_product(rest, regime)
        ratio: Monomial = ()
        for _, value, x in members:
            ratio = multiply(ratio, raise_to(value, x))
        scale = Fraction(gcd(*(x.numerator for _, x in ratio)), lcm(*(x.denominator for _, x in ratio)))
        for direction in (1, -1):
            value = raise_to(ratio, direction / scale)
            if pure is not None and at_least_one(value, regime):
                formal = exponential(ONE, multiply(pure, ((log_of(quotient(value)), 1),)))
                result = multiply(result, ((formal, scale * direction),))
                terms = [term for term in terms if all(term != member for member, _, _ in members)]
                break
    return result, terms


def _pure_product(mono: Mono, regime: Regime) -> Monomial | None:
    result: Monomial = ()
    for atom, x in mono:
        own = _pure(atom, x, regime)
        if own is None:
            return None
        result = multiply(result, own)
    return result


def _term(mono: Mono, factor: Expr, regime: Regime) -> Form:
    """The growth of ``e ** (factor * mono)`` for a product that varies."""
    for i, (atom, x) in enumerate(mono):
        if _pure(atom, x, regime) is None:
            return _expanded(atom, x, mono[:i] + mono[i + 1 :], factor, regime)
    pure = _pure_product(mono, regime)
    assert pure is not None
    if is_bounded(single(pure), regime):
        return CONSTANT
    return _tower(pure, factor, regime)


def _tower(pure: Monomial, factor: Expr, regime: Regime) -> Form:
    """``e ** (factor * pure)``, one formal variable for each independent constant in the factor."""
    result: Monomial = ()
    for constant, coefficient in factor.terms:
        own = mono_expr(constant)
        direction = sign(own, regime.constants)
        if not direction:
            raise OutsideClassError(f"the sign of {own} above an exponent is not known")
        formal = exponential(own if direction > 0 else -own, pure)
        result = multiply(result, ((formal, coefficient * direction),))
    return single(result)


def _pure(atom: Atom, x: Number, regime: Regime) -> Monomial | None:
    """An atom that is itself a formal variable, exactly."""
    if isinstance(atom, Sym):
        return ((variable(atom.name), x),)
    if isinstance(atom, App) and atom.fn == "log":
        inner = atom.args[0]
        if inner.is_monomial and len(inner.terms[0][0]) == 1 and inner.terms[0][1] == 1:
            below, y = inner.terms[0][0][0]
            own = _pure(below, y, regime)
            if y == 1 and own is not None and len(own) == 1 and own[0][1] == 1:
                return ((log_of(own[0][0]), x),)
        return None
    if isinstance(atom, Exp):
        return _pure_exponential(atom, x, regime)
    return None


def _pure_exponential(atom: Exp, x: Number, regime: Regime) -> Monomial | None:
    """A power whose exponent is one exact monomial with a constant factor free of unknowns."""
    exponent = mono_expr(atom.mono)
    if atom.base is not None:
        exponent = exponent * log(atom.base)
    if not exponent.is_monomial:
        return None
    mono, coefficient = exponent.terms[0]
    pure: Monomial = ()
    constant: Mono = ()
    for below, y in mono:
        if not below.symbols:
            constant += ((below, y),)
            continue
        own = _pure(below, y, regime)
        if own is None:
            return None
        pure = multiply(pure, own)
    # Where the exponent vanishes, what matters is how far the power is from 1.
    if not pure or is_bounded(single(pure), regime):
        return None
    return ((exponential(mono_expr(constant), pure), x * coefficient),)


# -- what is not a formal variable itself -----------------------------------------------------------


def _expanded(atom: Atom, x: Number, rest: Mono, factor: Expr, regime: Regime) -> Form:
    """``e ** (factor * rest * atom**x)``, with the atom replaced by what it is up to a bounded exponent."""
    scale = mono_expr(rest) * factor
    chosen = atom if isinstance(atom, App) else None
    if isinstance(atom, App) and atom.fn == "log":
        inner = atom.args[0].terms[0][0] if atom.args[0].is_monomial else ()
        only = inner[0][0] if len(inner) == 1 else None
        chosen = only if isinstance(only, App) and only.fn in ("max", "min") else atom
    if chosen is not None and chosen.fn in ("max", "min"):
        direction = sign(factor, regime.constants)
        if not direction:
            raise OutsideClassError(f"the sign of {factor} above an exponent is not known")
        logged = chosen is not atom
        choices = [(log(arg) if logged else arg) ** Fraction(x) * scale for arg in chosen.args]
        forms = [exponential_form(choice, regime) for choice in choices]
        grows = (chosen.fn == "max") == (direction * x > 0)
        return largest(forms) if grows else smallest(forms)
    total = ZERO
    for count, block in enumerate(series(atom, x, regime)):
        # Without any term nothing is known, not even up to a bounded error.
        if (count or block is not END) and _negligible(rest, block, regime):
            return exponential_form(total * scale, regime)
        if block is END or count > MAX_TERMS:
            break
        total = total + block
    return _alike(tuple(sorted((*rest, (atom, x)), key=lambda pair: pair[0].key)), factor, regime)


def _alike(mono: Mono, factor: Expr, regime: Regime) -> Form:
    """``e ** (factor * mono)``, where the product is known up to a constant factor only."""
    form = reduced(product(mono, regime), regime)
    alone = len(form) == 1 and len(form[0]) == 1
    if not alone or form == CONSTANT or not is_big_o_form(CONSTANT, form, regime):
        raise too_hard(f"{mono_expr(mono)} above an exponent")
    return _tower(((Alike(mono_expr(mono), form[0][0]), 1),), factor, regime)


END = ONE + ONE


def _negligible(rest: Mono, block: Expr, regime: Regime) -> bool:
    """Whether a block of a series, times the rest of the exponent, stays bounded."""
    form = product(rest, regime)
    if block is END:
        return is_bounded(form, regime)
    return all(is_bounded(times(form, product(mono, regime)), regime) for mono, _ in collect(block, regime))


def series(atom: Atom, x: Number, regime: Regime) -> Iterator[Expr]:
    """Blocks that add up to ``atom ** x``, each smaller than those before; `END` for an error that is bounded."""
    if isinstance(atom, Group):
        lead, small = _leading(atom.expr, regime)
        term = lead ** Fraction(x)
        for j in range(1, MAX_TERMS + 2):
            yield term
            term = term * small * num(Fraction(x - j + 1) / j)
    elif isinstance(atom, Exp):
        yield from _exponential_series(atom, x, regime)
    elif isinstance(atom, App) and x == 1:
        yield from _function_series(atom, regime)
    yield END


def _exponential_series(atom: Exp, x: Number, regime: Regime) -> Iterator[Expr]:
    """A power whose exponent vanishes."""
    exponent = mono_expr(atom.mono, x) * (ONE if atom.base is None else log(atom.base))
    if all(is_little_o_form(product(mono, regime), CONSTANT, regime) for mono, _ in collect(exponent, regime)):
        term = ONE
        for j in range(1, MAX_TERMS + 2):
            yield term
            term = term * exponent / num(j)


def _function_series(atom: App, regime: Regime) -> Iterator[Expr]:
    argument = atom.args[0]
    if atom.fn in ("ceil", "floor"):
        yield argument
    elif atom.fn == "loggamma":
        yield argument * log(argument) - argument - log(argument) / 2
    elif atom.fn == "log":
        if not argument.symbols:
            yield log(argument)
            return
        inner = argument.terms[0][0][0][0] if argument.is_monomial else None
        if isinstance(inner, App) and inner.fn == "factorial":
            z = inner.args[0]
            yield z * log(z) - z + log(z) / 2
            return
        if inner is not None:
            raise too_hard(f"{atom.key[1]} above an exponent")
        lead, small = _leading(argument, regime)
        # The logarithm of a leading 1 is nothing, and must not end the series.
        if lead != ONE:
            yield log(lead)
        power = small
        for j in range(1, MAX_TERMS + 2):
            yield power * num(Fraction((-1) ** (j + 1), j))
            power = power * small


def _leading(value: Expr, regime: Regime) -> tuple[Expr, Expr]:
    """Split a sum into its leading term and the rest relative to it, which vanishes."""
    terms = [(mono, factor, product(mono, regime)) for mono, factor in collect(value, regime)]
    for mono, factor, form in terms:
        others = [other for other in terms if other[0] != mono]
        if all(is_little_o_form(other[2], form, regime) for other in others):
            if sign(factor, regime.constants) != 1:
                raise OutsideClassError(f"{value} is not positive")
            lead = mono_expr(mono) * factor
            return lead, (value - lead) / lead
    raise too_hard(f"{value} above an exponent, where no term leads,")
