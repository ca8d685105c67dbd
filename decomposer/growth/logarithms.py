"""The growth of logarithms."""

from __future__ import annotations

from collections.abc import Sequence

from decomposer.errors import OutsideClassError
from decomposer.expr import ONE, App, Expr, Mono, Number, mono_expr
from decomposer.growth.constants import sign
from decomposer.growth.decide import is_big_o_form, is_little_o_form, polynomially_bounded, too_hard
from decomposer.growth.formal import Monomial, log_monomial, log_of, multiply, quotient, raise_to
from decomposer.growth.forms import CONSTANT, Form, largest, single, smallest, times
from decomposer.growth.lift import exact_form, is_bounded, product
from decomposer.growth.regime import Regime

Term = tuple[Mono, Expr]
"""What grows in a term, and its constant factor."""


def log_form(value: Expr, regime: Regime) -> Form:
    """The growth of ``log(value)``, with `value` at least 2.

    Raises
    ------
    OutsideClassError
        When the value may fall below 1, or a quotient may be close to 1 or not.
    """
    form = exact_form(value, regime)
    if is_bounded(form, regime):
        return _near_one(value, form, regime)
    return largest(smallest(_monomial_log(monomial, regime) for monomial in part) for part in form)


def _near_one(value: Expr, form: Form, regime: Regime) -> Form:
    """Logarithm of what stays bounded: log(1 + x) is about x where x vanishes."""
    rest = value - ONE
    number = rest.as_fraction()
    if number is None and rest.terms and len(value.terms) > 1:
        small = exact_form(rest, regime)
        if is_little_o_form(small, CONSTANT, regime):
            return small
    if not is_big_o_form(CONSTANT, form, regime):
        raise too_hard(f"the logarithm of {value}, which may fall below 1,")
    return CONSTANT


def quotients(positive: Sequence[Term], negative: Sequence[Term], regime: Regime) -> Form | None:
    """The growth of a sum in which logarithms are subtracted, as of quotients: log(n) - log(k) is log(n/k).

    `None` when some subtracted term is not of that kind.
    """
    groups: dict[tuple[Mono, Mono], list[tuple[Expr, Number]]] = {}
    alone: list[Mono] = []
    for mono, factor in (*positive, *negative):
        logs = [atom for atom, x in mono if isinstance(atom, App) and atom.fn == "log" and x == 1]
        # A constant such as 1/log(2) is common to the logarithms that it turns into those of another base.
        constant, number = factor.terms[0] if len(factor.terms) == 1 else ((), None)
        if len(logs) == 1 and number is not None and sign(mono_expr(constant), regime.constants) == 1:
            rest = tuple(pair for pair in mono if pair[0] != logs[0])
            groups.setdefault((rest, constant), []).append((logs[0].args[0], number))
        elif (mono, factor) in positive:
            alone.append(mono)
        else:
            return None
    forms = [product(mono, regime) for mono in alone]
    try:
        for (rest, _), parts in groups.items():
            ratio: Monomial = ()
            for value, number in parts:
                form = exact_form(value, regime)
                if len(form) != 1 or len(form[0]) != 1:
                    return None
                ratio = multiply(ratio, raise_to(form[0][0], number))
            forms.append(times(product(rest, regime), _monomial_log(ratio, regime)))
    except OutsideClassError:
        return None
    return largest(forms)


def _monomial_log(monomial: Monomial, regime: Regime) -> Form:
    above = [(formal, x) for formal, x in monomial if x > 0]
    below = [(formal, x) for formal, x in monomial if x < 0]
    if not above:
        if below:
            raise OutsideClassError("the logarithm of what falls below 1")
        return CONSTANT
    whole = largest(single(log_monomial(formal)) for formal, _ in above)
    if all(is_little_o_form(single(log_monomial(formal)), whole, regime) for formal, _ in below):
        return whole
    if all(polynomially_bounded(formal, monomial, regime) for formal, _ in above):
        return whole
    if not is_big_o_form(CONSTANT, single(monomial), regime):
        raise too_hard("the logarithm of a quotient that may fall below 1")
    return single(((log_of(quotient(monomial)), 1),))
