"""The best integer for a parameter whose best growth is a constant: the exact cost decides."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

from decomposer.errors import ExpressionError, GrowthError
from decomposer.expr import App, Exp, Expr, ExprLike, Mono, Sym, as_expr, log, num, sym
from decomposer.growth.constants import sign
from decomposer.growth.order import eventually
from decomposer.growth.regime import Regime


def best_constant(cost: ExprLike, parameter: str, low: int, regime: Regime, limit: int = 64) -> int:
    """The integer from `low` to `limit` with the least exact cost, in the end; the smallest of equal ones.

    Raises
    ------
    GrowthError
        When `limit` is below `low`.
    """
    if limit < low:
        raise GrowthError(f"no integer from {low} to {limit}")
    whole = as_expr(cost)
    best: int | None = None
    least = whole
    for value in range(low, min(limit, max(low, _rises_from(whole, parameter, limit, regime))) + 1):
        try:
            own = whole.subs({parameter: num(value)})
        except ExpressionError:
            # Not defined there, such as a division by log(1).
            continue
        if best is None or eventually(own, least, regime) == "less":
            best, least = value, own
    return low if best is None else best


def _rises_from(cost: Expr, parameter: str, limit: int, regime: Regime) -> int:
    """An integer from which on the cost rises with the parameter: ``x**a / log(x)**b`` does from e**(b/a) on.

    Rounded factors count as what they round: the order in the end is that of the leading terms.
    """
    least = 2
    for mono, coefficient in cost.terms:
        exponents = _exponents(mono, parameter, regime)
        if coefficient < 0 or exponents is None:
            return limit
        power, logs, steep = exponents
        if steep:
            # The slope of the logarithm is at least log(2) + power/x + logs/(x*log(x)), and log(2) > 1/2.
            falling = min(power, Fraction(0)) + 2 * min(logs, Fraction(0))
            least = max(least, ceil(-2 * falling))
            continue
        if power < 0 or (power == 0 and logs < 0):
            return limit
        while logs < 0 and least < limit and _still_falls(least, power, logs):
            least += 1
    return min(least, limit)


def _still_falls(value: int, power: Fraction, logs: Fraction) -> bool:
    """Whether ``value ** power < 3 ** -logs``, so that it may be below e**(-logs/power)."""
    scale = power.denominator * logs.denominator
    return bool(value ** int(power * scale) < 3 ** int(-logs * scale))


def _exponents(mono: Mono, parameter: str, regime: Regime) -> tuple[Fraction, Fraction, bool] | None:
    """Powers of the parameter and of its logarithm in a product, and whether it is exponential in it.

    `None` where the parameter stands elsewhere.
    """
    power, logs, steep = Fraction(0), Fraction(0), False
    own = sym(parameter)
    for atom, x in mono:
        if parameter not in atom.symbols:
            continue
        if isinstance(atom, Sym):
            power += x
        elif isinstance(atom, App) and atom.fn == "log" and atom.args[0] == own:
            logs += x
        elif isinstance(atom, App) and atom.fn in ("ceil", "floor") and x == 1 and atom.args[0].is_monomial:
            inner = _exponents(atom.args[0].terms[0][0], parameter, regime)
            if inner is None or inner[2] or atom.args[0].symbols == {parameter}:
                return None
            power, logs = power + inner[0], logs + inner[1]
        elif isinstance(atom, Exp) and atom.mono == own.terms[0][0] and atom.base is not None:
            number = atom.base.as_fraction()
            if number is not None and number >= 2 and x >= 1:
                steep = True
            elif parameter in atom.base.symbols or sign(log(atom.base) * num(Fraction(x)), regime.constants) != 1:
                return None
        else:
            return None
    return power, logs, steep
