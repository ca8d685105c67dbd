"""Named functions of expressions, and substitution."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import lru_cache

from decomposer.errors import ExpressionError
from decomposer.expr.nodes import (
    ONE,
    ZERO,
    App,
    Atom,
    Exp,
    Expr,
    ExprLike,
    Group,
    Mono,
    Number,
    Sym,
    as_expr,
    atom_expr,
    mono_expr,
    num,
)
from decomposer.expr.powers import exp, log, power, rational_power


def _extremum(fn: str, values: Iterable[ExprLike]) -> Expr:
    pick = max if fn == "max" else min
    flat: dict[Expr, None] = {}
    numbers: list[Number] = []
    for value in map(as_expr, values):
        atom = value.terms[0][0][0][0] if value.is_monomial and value.terms[0][0] else None
        nested = isinstance(atom, App) and atom.fn == fn and value == atom_expr(atom)
        for part in atom.args if nested and isinstance(atom, App) else (value,):
            number = part.as_fraction()
            if number is None:
                flat[part] = None
            else:
                numbers.append(number)
    if numbers:
        flat[num(pick(numbers))] = None
    if not flat:
        raise ExpressionError(f"{fn} of nothing")
    parts = sorted(flat, key=str)
    return parts[0] if len(parts) == 1 else atom_expr(App(fn, tuple(parts)))


def maximum(*values: ExprLike) -> Expr:
    """Largest of the values."""
    return _extremum("max", values)


def minimum(*values: ExprLike) -> Expr:
    """Smallest of the values."""
    return _extremum("min", values)


def ceil(value: Expr) -> Expr:
    """Least integer that is not below `value`."""
    number = value.as_fraction()
    if number is not None:
        return num(-(-number.numerator // number.denominator))
    return atom_expr(App("ceil", (value,)))


def floor(value: Expr) -> Expr:
    """Greatest integer that is not above `value`."""
    number = value.as_fraction()
    if number is not None:
        return num(number.numerator // number.denominator)
    return atom_expr(App("floor", (value,)))


def factorial(value: Expr) -> Expr:
    """Factorial; a number up to 300 is worked out.

    Raises
    ------
    ExpressionError
        For a negative or fractional number.
    """
    number = value.as_fraction()
    if number is not None:
        if number < 0 or number.denominator != 1:
            raise ExpressionError("the factorial of a number that is not a natural number")
        if number <= 300:
            result = 1
            for i in range(2, number.numerator + 1):
                result *= i
            return num(result)
    return atom_expr(App("factorial", (value,)))


def loggamma(value: Expr) -> Expr:
    """Logarithm of the gamma function."""
    return atom_expr(App("loggamma", (value,)))


def rounds(count: Expr, probability: Expr) -> Expr:
    """Expected maximum of `count` independent geometric variables of success `probability`.

    The number of attempts until each of `count` items has succeeded once, if those that have are kept.
    """
    if count == ONE:
        return ONE / probability
    if probability == ONE:
        return ONE
    many, chance = count.as_fraction(), probability.as_fraction()
    if many is not None and chance is not None and many.denominator == 1 and 0 < chance <= 1 and 0 < many <= 64:
        return num(expected_rounds(many.numerator, Fraction(chance)))
    return atom_expr(App("rounds", (count, probability)))


@lru_cache(maxsize=4096)
def expected_rounds(count: int, probability: Fraction) -> Fraction:
    """Work out `rounds` at numbers, by inclusion and exclusion over the items that fail."""
    total, binomial, failing = Fraction(0), 1, Fraction(1)
    for size in range(1, count + 1):
        binomial = binomial * (count - size + 1) // size
        failing *= 1 - probability
        total += (binomial if size % 2 else -binomial) / (1 - failing)
    return total


FUNCTIONS: dict[str, Callable[..., Expr]] = {
    "max": maximum,
    "min": minimum,
    "log": log,
    "ceil": ceil,
    "floor": floor,
    "factorial": factorial,
    "loggamma": loggamma,
    "rounds": rounds,
}


def apply(fn: str, args: tuple[Expr, ...]) -> Expr:
    """Apply a function by its name, in canonical form."""
    return FUNCTIONS[fn](*args)


# -- substitution ---------------------------------------------------------------------------------


def substitute(expr: Expr, values: Mapping[str, Expr]) -> Expr:
    """Replace variables by expressions, all at once."""
    result = ZERO
    for mono, coefficient in expr.terms:
        result = result + _substitute_mono(mono, values) * num(coefficient)
    return result


def _substitute_mono(mono: Mono, values: Mapping[str, Expr]) -> Expr:
    fixed = tuple(pair for pair in mono if pair[0].symbols.isdisjoint(values))
    result = mono_expr(fixed)
    for atom, exponent in mono:
        if not atom.symbols.isdisjoint(values):
            result = result * rational_power(_substitute_atom(atom, values), exponent)
    return result


def _substitute_atom(atom: Atom, values: Mapping[str, Expr]) -> Expr:
    if isinstance(atom, Sym):
        return values[atom.name]
    if isinstance(atom, Exp):
        exponent = _substitute_mono(atom.mono, values)
        return exp(exponent) if atom.base is None else power(substitute(atom.base, values), exponent)
    if isinstance(atom, App):
        return apply(atom.fn, tuple(substitute(arg, values) for arg in atom.args))
    if isinstance(atom, Group):
        return substitute(atom.expr, values)
    raise AssertionError(f"{atom!r} holds no symbols")
