"""Formal variables: what the algebra treats as independent quantities, each at least about 1.

A growth is a product of powers of formal variables: the variables themselves, their logarithms,
exponentials of monomials, powers with an exponent that is not rational, and quotients under a logarithm.
Constant factors never matter; constant factors *above an exponent* do, and are kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache

from decomposer.expr import ONE, Expr, Number, exp, log, normal, sym

Monomial = tuple[tuple["Formal", Number], ...]
"""Exponents of formal variables, sorted by key; the constant is the empty tuple."""


class Formal:
    """A formal variable; equal when the keys are.

    `rank` orders them so that the logarithm of a variable has a lower rank than the variable.
    """

    __slots__ = ("_hash", "expr", "key", "rank")

    def __init__(self, key: str, rank: int, expr: Expr) -> None:
        self.key = key
        self.rank = rank
        self.expr = expr
        self._hash = hash(key)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Formal) and self.key == other.key)

    def __lt__(self, other: Formal) -> bool:
        return self.key < other.key

    def __repr__(self) -> str:
        return f"<{self.key}>"


class Variable(Formal):
    """A size parameter."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name, 0, sym(name))


class Log(Formal):
    """The logarithm of a formal variable (of 2 at least)."""

    __slots__ = ("of",)

    def __init__(self, of: Formal) -> None:
        self.of = of
        super().__init__(f"log {of.key}", of.rank - 1, log(of.expr + ONE if isinstance(of, Quotient) else of.expr))


class Exponential(Formal):
    """``e ** (factor * exponent)``: a monomial above an exponent, with a constant factor that is positive."""

    __slots__ = ("exponent", "factor")

    def __init__(self, factor: Expr, exponent: Monomial) -> None:
        self.factor = factor
        self.exponent = exponent
        rank = 1 + max(formal.rank for formal, _ in exponent)
        super().__init__(f"exp({factor})({key_of(exponent)})", rank, exp(factor * monomial_expr(exponent)))


class Power(Formal):
    """``of ** factor`` with a positive constant that is not rational, or not known."""

    __slots__ = ("factor", "of")

    def __init__(self, factor: Expr, of: Formal) -> None:
        self.factor = factor
        self.of = of
        super().__init__(f"pow({factor})({of.key})", of.rank, of.expr**factor)


class Quotient(Formal):
    """A monomial of at least about 1, named because its logarithm is needed."""

    __slots__ = ("value",)

    def __init__(self, value: Monomial) -> None:
        self.value = value
        rank = max(formal.rank for formal, _ in value)
        super().__init__(f"({key_of(value)})", rank, monomial_expr(value))


class Alike(Formal):
    """A quantity known up to a constant factor only, as a monomial of at least about 1.

    Above an exponent that decides against what is far smaller or far larger, and against nothing else.
    """

    __slots__ = ("value",)

    def __init__(self, expr: Expr, value: Monomial) -> None:
        self.value = value
        super().__init__(f"~({expr})", max(formal.rank for formal, _ in value), expr)


@lru_cache(maxsize=4096)
def variable(name: str) -> Variable:
    """The formal variable of a size parameter."""
    return Variable(name)


@lru_cache(maxsize=4096)
def log_of(of: Formal) -> Log:
    """The formal variable of a logarithm."""
    return Log(of)


@lru_cache(maxsize=4096)
def exponential(factor: Expr, exponent: Monomial) -> Formal:
    """The formal variable ``e ** (factor * exponent)``; a power where the exponent is a single logarithm."""
    if len(exponent) == 1 and exponent[0][1] == 1:
        only = exponent[0][0]
        if isinstance(only, Log):
            return only.of if factor == ONE else Power(factor, only.of)
    return Exponential(factor, exponent)


@lru_cache(maxsize=4096)
def quotient(value: Monomial) -> Quotient:
    """The formal variable that stands for a monomial."""
    return Quotient(value)


def key_of(monomial: Monomial) -> str:
    """Write a monomial for use in a key."""
    return "*".join(f"{formal.key}^{exponent}" for formal, exponent in monomial)


@lru_cache(maxsize=16384)
def monomial_expr(monomial: Monomial) -> Expr:
    """The expression of a monomial."""
    result = ONE
    for formal, exponent in monomial:
        result = result * formal.expr ** Fraction(exponent)
    return result


def log_monomial(formal: Formal) -> Monomial:
    """The logarithm of a formal variable, up to a constant factor."""
    if isinstance(formal, Exponential):
        return formal.exponent
    if isinstance(formal, Power):
        return log_monomial(formal.of)
    return ((log_of(formal), 1),)


def parts(formal: Formal) -> Iterable[Formal]:
    """Formal variables that a formal variable is made of, and that must be compared along with it."""
    if isinstance(formal, Exponential):
        return (*(part for part, _ in formal.exponent), *(part for part, _ in separated(formal)))
    if isinstance(formal, Quotient | Alike):
        return (part for part, _ in formal.value)
    if isinstance(formal, Log | Power):
        return (formal.of,)
    return ()


@lru_cache(maxsize=4096)
def separated(formal: Formal) -> Monomial:
    """The product that an exponential is, when its exponent holds the logarithm of a quotient.

    ``e**(k*log(n/k))`` is ``e**(k*log(n)) / e**(k*log(k))``. Empty for all else.
    """
    if not isinstance(formal, Exponential):
        return ()
    for inner, x in formal.exponent:
        if isinstance(inner, Log) and isinstance(inner.of, Quotient) and x == 1:
            rest = tuple(pair for pair in formal.exponent if pair[0] != inner)
            total: Monomial = ()
            for part, y in inner.of.value:
                total = multiply(total, ((exponential(formal.factor, multiply(rest, ((log_of(part), 1),))), y),))
            return total
    return ()


def multiply(left: Monomial, right: Monomial) -> Monomial:
    """Product of two monomials."""
    if not left:
        return right
    if not right:
        return left
    total = dict(left)
    for formal, exponent in right:
        total[formal] = total.get(formal, 0) + exponent
    return from_dict(total)


def raise_to(monomial: Monomial, exponent: Number) -> Monomial:
    """Power of a monomial."""
    if exponent == 1:
        return monomial
    return tuple((formal, normal(x * exponent)) for formal, x in monomial) if exponent else ()


def from_dict(total: dict[Formal, Number]) -> Monomial:
    """Monomial of a mapping."""
    return tuple(sorted((formal, normal(x)) for formal, x in total.items() if x))
