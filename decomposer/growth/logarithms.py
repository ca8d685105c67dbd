"""The growth of logarithms."""

from __future__ import annotations

from decomposer.errors import OutsideClassError
from decomposer.expr import ONE, Expr
from decomposer.growth.decide import is_big_o_form, is_little_o_form, polynomially_bounded, too_hard
from decomposer.growth.formal import Monomial, log_monomial, log_of, quotient
from decomposer.growth.forms import CONSTANT, Form, largest, single, smallest
from decomposer.growth.lift import exact_form, is_bounded
from decomposer.growth.regime import Regime


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
