"""Powers, exponentials and logarithms in canonical form."""

from __future__ import annotations

from fractions import Fraction
from math import gcd

from decomposer.errors import ExpressionError
from decomposer.expr.nodes import (
    ONE,
    ZERO,
    App,
    Exp,
    Expr,
    Group,
    Mono,
    Number,
    Root,
    atom_expr,
    expand_power,
    integer_power,
    mono_expr,
    normal,
    num,
    settle,
)


def _number_power(value: Number, exponent: Number) -> Expr:
    """`value ** exponent` for a positive rational value, with the irrational part as `Root` atoms."""
    if exponent.denominator == 1:
        return num(integer_power(value, exponent.numerator))
    result = ONE
    for prime, count in factorise(value):
        total = Fraction(count) * exponent
        whole = total.numerator // total.denominator
        result = result * num(integer_power(prime, whole))
        if total != whole:
            result = result * atom_expr(Root(prime), normal(total - whole))
    return result


def factorise(value: Number) -> list[tuple[int, int]]:
    """Factor a positive rational by trial division up to 10 000; a larger cofactor stays whole.

    Returns
    -------
    list of (factor, exponent)
        Factors above 1, ascending; exponents may be negative.
    """
    found: dict[int, int] = {}
    for part, sign in ((value.numerator, 1), (value.denominator, -1)):
        rest, divisor = part, 2
        while divisor * divisor <= rest and divisor <= 10_000:
            while rest % divisor == 0:
                found[divisor] = found.get(divisor, 0) + sign
                rest //= divisor
            divisor += 1 if divisor == 2 else 2
        if rest > 1:
            found[rest] = found.get(rest, 0) + sign
    return sorted((factor, count) for factor, count in found.items() if count)


def power(base: Expr, exponent: Expr) -> Expr:
    """Raise `base` to `exponent`, in canonical form.

    Raises
    ------
    ExpressionError
        For zero to a negative power, roots of negative numbers, and results that are too large.
    """
    number = exponent.as_fraction()
    if number is not None:
        return rational_power(base, number)
    result = ONE
    for mono, coefficient in exponent.terms:
        result = result * (_symbolic_power(base, mono, coefficient) if mono else rational_power(base, coefficient))
    return result


def rational_power(base: Expr, exponent: Number) -> Expr:
    """Raise an expression to a rational number."""
    if exponent == 0:
        return ONE
    if exponent == 1:
        return base
    if not base.terms:
        if exponent < 0:
            raise ExpressionError("division by zero")
        return ZERO
    if len(base.terms) == 1:
        mono, coefficient = base.terms[0]
        if coefficient < 0 and exponent.denominator != 1:
            raise ExpressionError("a root of a negative number")
        raised = tuple((atom, normal(x * exponent)) for atom, x in mono)
        number = (
            num(integer_power(coefficient, exponent.numerator))
            if exponent.denominator == 1
            else _number_power(coefficient, exponent)
        )
        return settle(raised, 1) * number
    if exponent.denominator == 1 and exponent > 0:
        return expand_power(base, exponent.numerator)
    content, primitive = primitive_part(base)
    return rational_power(num(content), exponent) * atom_expr(Group(primitive), exponent)


def primitive_part(base: Expr) -> tuple[Number, Expr]:
    """Split a sum into its rational content and a primitive sum of the same sign."""
    numerator, denominator = 0, 1
    for _, coefficient in base.terms:
        numerator = gcd(numerator, coefficient.numerator)
        denominator = denominator * coefficient.denominator // gcd(denominator, coefficient.denominator)
    content = normal(Fraction(numerator, denominator))
    return content, base * num(1 / Fraction(content))


def _symbolic_power(base: Expr, mono: Mono, coefficient: Number) -> Expr:
    """`base ** (coefficient * mono)` for a monomial that is not a number."""
    number = base.as_fraction()
    if number is not None:
        if number <= 0:
            raise ExpressionError("a symbolic power needs a positive base")
        result = ONE
        for prime, count in factorise(number):
            result = result * _atomic_power(num(prime), mono, normal(coefficient * count))
        return result
    if not base.is_monomial:
        return _atomic_power(base, mono, coefficient)
    inner, factor = base.terms[0]
    result = ONE if factor == 1 else _symbolic_power(num(factor), mono, coefficient)
    for atom, x in inner:
        scaled = normal(coefficient * x)
        if isinstance(atom, Exp):
            exponent = mono_expr(mono, scaled) * mono_expr(atom.mono)
            result = result * (exp(exponent) if atom.base is None else power(atom.base, exponent))
        elif isinstance(atom, Root):
            result = result * _atomic_power(num(atom.value), mono, scaled)
        elif isinstance(atom, Group):
            result = result * _atomic_power(atom.expr, mono, scaled)
        else:
            result = result * _atomic_power(atom_expr(atom), mono, scaled)
    return result


def _atomic_power(base: Expr | None, mono: Mono, coefficient: Number) -> Expr:
    """`base ** (coefficient * mono)`, undoing logarithms: b**(x/log(b)) = e**x and e**(x*log(y)) = y**x."""
    if base is not None:
        own = log(base)
        if own.is_monomial and own.terms[0][1] == 1 and len(own.terms[0][0]) == 1:
            atom = own.terms[0][0][0][0]
            if (atom, -1) in mono:
                return exp(mono_expr(tuple(pair for pair in mono if pair[0] != atom), coefficient))
        return atom_expr(Exp(base, mono), coefficient)
    for pair in mono:
        atom, x = pair
        if isinstance(atom, App) and atom.fn == "log" and x == 1:
            return power(atom.args[0], mono_expr(tuple(p for p in mono if p is not pair), coefficient))
    return atom_expr(Exp(None, mono), coefficient)


def exp(exponent: Expr) -> Expr:
    """Euler's number to the power `exponent`."""
    result = ONE
    for mono, coefficient in exponent.terms:
        result = result * (_atomic_power(None, mono, coefficient) if mono else _euler(coefficient))
    return result


def _euler(exponent: Number) -> Expr:
    """`e ** exponent` for a number: an `Exp` whose monomial is empty."""
    return atom_expr(Exp(None, ()), exponent)


def log(value: Expr) -> Expr:
    """Natural logarithm; products, powers and rational numbers are split into sums.

    Raises
    ------
    ExpressionError
        For the logarithm of zero or of a negative number.
    """
    number = value.as_fraction()
    if number is not None:
        if number <= 0:
            raise ExpressionError("the logarithm of a number that is not positive")
        total = ZERO
        for prime, count in factorise(number):
            total = total + num(count) * atom_expr(App("log", (num(prime),)))
        return total
    if not value.is_monomial:
        content, primitive = primitive_part(value)
        own = atom_expr(App("log", (primitive,)))
        return own if content == 1 else own + log(num(content))
    mono, coefficient = value.terms[0]
    total = log(num(coefficient)) if coefficient != 1 else ZERO
    for atom, x in mono:
        if isinstance(atom, Exp):
            inner = mono_expr(atom.mono) if atom.base is None else mono_expr(atom.mono) * log(atom.base)
        elif isinstance(atom, Root):
            inner = log(num(atom.value))
        elif isinstance(atom, Group):
            inner = atom_expr(App("log", (atom.expr,)))
        else:
            inner = atom_expr(App("log", (atom_expr(atom),)))
        total = total + num(x) * inner
    return total
