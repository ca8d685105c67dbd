"""Linear recurrences ``T(n) = sum a_i T(n - c_i) + f(n)``, by their characteristic root.

With positive a_i the equation ``sum a_i x**(-c_i) = 1`` has one positive root r, it is simple and no other
root is larger, so ``T(n) = Theta(r**n + sum_{i<=n} r**(n-i) f(i))``.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import gcd, lcm

from decomposer.expr import ONE, ZERO, Expr, log, num, sym
from decomposer.expr.enclosures import Bounds
from decomposer.expr.evaluate import compare
from decomposer.growth.judge import Judge
from decomposer.growth.solution import Call, Recurrence, outside
from decomposer.growth.sums import Piece, read_pieces, sum_theta

ROOT_BITS = 40
"""Bits to which a root without closed form is enclosed."""
MAX_ORDER = 64
"""Largest order of a recurrence with several calls."""


def subtract(driving: Expr, calls: tuple[Call, ...], variable: str, judge: Judge) -> Recurrence:
    """Growth of a recurrence whose calls subtract, with coefficients free of the variable."""
    if len(calls) == 1:
        return _one_call(driving, calls[0], variable, judge)
    if any(call.coefficient.symbols or call.shrink.symbols for call in calls):
        raise outside("several calls with symbolic coefficients or decrements")
    return _several_calls(driving, calls, variable, judge)


def _one_call(driving: Expr, call: Call, variable: str, judge: Judge) -> Recurrence:
    """``T(n) = a**(n/c) * (1 + sum_{j <= n/c} f(c*j) / a**j)``."""
    own, steps = sym(variable), sym(variable) / call.shrink
    leaves = call.coefficient**steps
    if not driving.terms:
        return Recurrence(leaves, "characteristic root")
    index = "level_"
    term = driving.subs({variable: call.shrink * sym(index)})
    if variable in term.symbols:
        raise outside(f"the driving term {driving} is not a function of {own}")
    if call.coefficient != ONE:
        term = term / call.coefficient ** sym(index)
    inner = sum_theta(term, index, ONE, steps, judge.regime)
    method = "sum of the driving term" if call.coefficient == ONE else "sum over the levels"
    return Recurrence(leaves + leaves * inner, method)


def _several_calls(driving: Expr, calls: tuple[Call, ...], variable: str, judge: Judge) -> Recurrence:
    """The driving term is compared with the root through the sign of the characteristic polynomial."""
    steps = [Fraction(call.shrink.as_fraction() or 0) for call in calls]
    scale = lcm(*(step.denominator for step in steps))
    unit = Fraction(gcd(*((step * scale).numerator for step in steps)), scale)
    orders = [(step / unit).numerator for step in steps]
    if max(orders) > MAX_ORDER:
        raise outside(f"an order of {max(orders)}; at most {MAX_ORDER} is tried")

    def excess(base: Expr) -> int:
        """Sign of ``sum a_i base**(-c_i) - 1``: positive below the root, negative above."""
        total = ZERO
        for call, order in zip(calls, orders, strict=True):
            total = total + call.coefficient / base ** num(order)
        return compare(total, ONE, {})

    pieces = read_pieces(driving, variable) if driving.terms else []
    if pieces is None:
        raise outside(f"the driving term {driving} is not a sum of powers of {variable} and exponentials")
    root, bounds, name = _root(calls, orders, excess, variable)
    own = sym(variable)
    leaves = (sym(name) if root is None else root) ** (own / num(unit))
    total = leaves
    for piece in pieces:
        if piece.ratio.symbols:
            raise outside(f"a driving term with the symbolic ratio {piece.ratio}")
        side = -excess(piece.ratio ** num(unit))
        # Below the root the sum over the levels converges, at the root each level adds alike, above the last rules.
        if side < 0:
            total = total + piece.factor * leaves
            continue
        shape = _without_ratio(piece, own)
        if side == 0:
            index = "level_"
            shape = sum_theta(shape.subs({variable: sym(index)}), index, ONE, own, judge.regime)
        total = total + shape * piece.ratio**own
    equation = _equation(calls, orders, name)
    return Recurrence(total, "characteristic root", None, name, equation, bounds)


def _without_ratio(piece: Piece, own: Expr) -> Expr:
    result = piece.factor * own**piece.power
    if piece.logs:
        result = result * log(own) ** num(piece.logs)
    return result * log(log(own)) ** num(piece.loglogs) if piece.loglogs else result


def _root(
    calls: tuple[Call, ...], orders: list[int], excess: Callable[[Expr], int], variable: str
) -> tuple[Expr | None, Bounds | None, str]:
    """Find the positive root: a rational number, a square root, or bounds and a name."""
    name = "r" if variable != "r" else "r_"
    low, high = Fraction(0), Fraction(1)
    while excess(num(high)) > 0:
        high *= 2
    while high - low > high / (1 << ROOT_BITS):
        middle = (low + high) / 2
        sign = excess(num(middle))
        low, high = (middle, middle) if sign == 0 else (middle, high) if sign > 0 else (low, middle)
    guess = ((low + high) / 2).limit_denominator(1000)
    if low <= guess <= high and excess(num(guess)) == 0:
        return num(guess), None, name
    if sorted(orders) == [1, 2]:
        first, second = (call.coefficient for _, call in sorted(zip(orders, calls, strict=True), key=lambda x: x[0]))
        return (first + (first * first + 4 * second) ** num(Fraction(1, 2))) / 2, (low, high), name
    return None, (low, high), name


def _equation(calls: tuple[Call, ...], orders: list[int], name: str) -> str:
    """Write the characteristic equation without negative powers."""
    order, root = max(orders), sym(name)
    right = ZERO
    for call, step in zip(calls, orders, strict=True):
        right = right + call.coefficient * root ** num(order - step)
    return f"{root ** num(order)} = {right}"
