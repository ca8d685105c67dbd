"""Exact closed forms of sums: Faulhaber's formula, geometric sums, and their products.

What is outside those is handed to sympy, which is imported only then.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from math import comb
from typing import TYPE_CHECKING

from decomposer.errors import ExpressionError
from decomposer.expr import (
    ONE,
    ZERO,
    App,
    Atom,
    Exp,
    Expr,
    Group,
    Mono,
    Root,
    Sym,
    atom_expr,
    exp,
    loggamma,
    mono_expr,
    num,
)
from decomposer.expr.enclosures import bernoulli

if TYPE_CHECKING:
    import sympy

MAX_DEGREE = 64
"""Highest power of the index that is summed exactly."""


def closed_form(term: Expr, index: str, low: Expr, high: Expr) -> Expr | None:
    """Sum `term` exactly over the integers `index` from `low` to `high`.

    Parameters
    ----------
    term, low, high : Expr
        The limits are taken to be integers with ``low <= high + 1``, whatever they look like.
    index : str

    Returns
    -------
    Expr or None
        `None` when no closed form is known. A symbolic ratio of a geometric sum is taken to differ from 1.

    Notes
    -----
    ``sum i**s`` by Bernoulli's numbers; ``sum i**s * r**i = Q(high + 1)*r**(high + 1) - Q(low)*r**low`` where
    Q solves ``r*Q(i + 1) - Q(i) = i**s``. Terms ``i**s * r**i`` need s a natural number up to `MAX_DEGREE`.

    Examples
    --------
    >>> from decomposer.expr import parse, sym
    >>> str(closed_form(parse("i*2**i"), "i", parse("1"), sym("n")))
    '2*n*2**n - 2*2**n + 2'
    """
    pieces: dict[Expr, dict[int, Expr]] = {}
    total = ZERO
    for mono, coefficient in term.terms:
        split = split_power(mono, index)
        if split is not None:
            factor, degree, ratio = split
            powers = pieces.setdefault(ratio, {})
            powers[degree] = powers.get(degree, ZERO) + factor * num(coefficient)
        elif (beside := _beside_log(mono, index)) is not None:
            total = total + beside * num(coefficient) * (_log_factorial(high) - _log_factorial(low - 1))
        else:
            return _by_sympy(term, index, low, high) if _is_rational(term, index) else None
    try:
        for ratio, powers in pieces.items():
            for degree, factor in powers.items():
                total = total + factor * _power_sum(degree, ratio, low, high)
        return total
    except ExpressionError:
        return None


def split_power(mono: Mono, index: str) -> tuple[Expr, int, Expr] | None:
    """Read a monomial as ``factor * index**degree * ratio**index``, or `None` when it is not of that form."""
    factor, ratio, degree = ONE, ONE, 0
    for atom, x in mono:
        if index not in atom.symbols:
            factor = factor * atom_expr(atom, x)
        elif isinstance(atom, Sym) and x.denominator == 1 and 0 < x <= MAX_DEGREE:
            degree = x.numerator
        elif isinstance(atom, Exp) and (base := exponential_ratio(atom, index)) is not None:
            ratio = ratio * base ** num(x)
        else:
            return None
    return factor, degree, ratio


def _beside_log(mono: Mono, index: str) -> Expr | None:
    """Read a monomial as ``factor * log(index)``."""
    own = atom_expr(Sym(index))
    logs = [(atom, x) for atom, x in mono if index in atom.symbols]
    if len(logs) == 1 and isinstance(logs[0][0], App) and logs[0] == (App("log", (own,)), 1):
        return mono_expr(tuple(pair for pair in mono if pair != logs[0]))
    return None


def _log_factorial(value: Expr) -> Expr:
    return ZERO if value in (ZERO, ONE) else loggamma(value + 1)


def _is_rational(term: Expr, index: str) -> bool:
    """Whether sympy has a chance: fractions with sums below, and factorials."""
    atoms = [(atom, x) for mono, _ in term.terms for atom, x in mono if index in atom.symbols]
    allowed = all(
        x.denominator == 1 and (isinstance(atom, Sym | Group) or (isinstance(atom, App) and atom.fn == "factorial"))
        for atom, x in atoms
    )
    return allowed and any(isinstance(atom, Group | App) for atom, _ in atoms)


def exponential_ratio(atom: Exp, index: str) -> Expr | None:
    """Find r such that the atom is ``r**index``, or `None`."""
    if atom.base is not None and index in atom.base.symbols:
        return None
    rest = tuple(pair for pair in atom.mono if pair[0] != Sym(index))
    if (Sym(index), 1) not in atom.mono or any(index in other.symbols for other, _ in rest):
        return None
    exponent = mono_expr(rest)
    return exp(exponent) if atom.base is None else atom.base**exponent


@lru_cache(maxsize=64)
def _faulhaber(degree: int) -> tuple[Fraction, ...]:
    """Coefficients of ``sum i**degree, i = 1..n`` as a polynomial in n, from n**0 up."""
    numbers = bernoulli(degree)
    result = [Fraction(0)] * (degree + 2)
    for j in range(degree + 1):
        # Up to n and not n - 1: B_1 counts as +1/2.
        result[degree + 1 - j] = comb(degree + 1, j) * (-numbers[j] if j == 1 else numbers[j]) / (degree + 1)
    return tuple(result)


def _power_sum(degree: int, ratio: Expr, low: Expr, high: Expr) -> Expr:
    if ratio == ONE:
        return _polynomial(_faulhaber(degree), high) - _polynomial(_faulhaber(degree), low - 1)
    inverse = ONE / (ratio - 1)
    solution = [ZERO] * (degree + 1)
    solution[degree] = inverse
    for j in range(degree - 1, -1, -1):
        above = ZERO
        for m in range(j + 1, degree + 1):
            above = above + solution[m] * comb(m, j)
        solution[j] = -(ratio * inverse * above)
    upper, lower = ZERO, ZERO
    for j, coefficient in enumerate(solution):
        upper = upper + coefficient * (high + 1) ** num(j)
        lower = lower + coefficient * low ** num(j)
    return upper * ratio ** (high + 1) - lower * ratio**low


def _polynomial(coefficients: tuple[Fraction, ...], at: Expr) -> Expr:
    total = ZERO
    for coefficient in reversed(coefficients):
        total = total * at + num(coefficient)
    return total


# -- by sympy ---------------------------------------------------------------------------------------


def _by_sympy(term: Expr, index: str, low: Expr, high: Expr) -> Expr | None:
    import sympy

    from decomposer.expr.parse import parse

    symbols = {
        name: sympy.Symbol(name, positive=True, integer=name == index)
        for name in sorted(term.symbols | low.symbols | high.symbols | {index})
    }
    try:
        first, last = to_sympy(low, symbols), to_sympy(high, symbols)
        found = sympy.summation(to_sympy(term, symbols), (symbols[index], first, last))
        if found.has(sympy.Sum, sympy.Piecewise, sympy.zoo, sympy.nan):
            return None
        result = parse(str(sympy.expand(sympy.simplify(found))))
    except (ExpressionError, NotImplementedError, ArithmeticError, ValueError, TypeError, AttributeError):
        # Sympy raises all of these on sums that it cannot do.
        return None
    return result if index not in result.symbols and result.symbols <= symbols.keys() else None


def to_sympy(expr: Expr, symbols: Mapping[str, sympy.Symbol]) -> sympy.Expr:
    """Build the sympy object of an expression; no text is evaluated."""
    import sympy

    total: sympy.Expr = sympy.Integer(0)
    for mono, coefficient in expr.terms:
        term = sympy.Rational(coefficient.numerator, coefficient.denominator)
        for atom, x in mono:
            term = term * _atom_to_sympy(atom, symbols) ** sympy.Rational(x.numerator, x.denominator)
        total = total + term
    return total


def _atom_to_sympy(atom: Atom, symbols: Mapping[str, sympy.Symbol]) -> sympy.Expr:
    import sympy

    if isinstance(atom, Sym):
        return symbols[atom.name]
    if isinstance(atom, Root):
        return sympy.Integer(atom.value)
    if isinstance(atom, Group):
        return to_sympy(atom.expr, symbols)
    if isinstance(atom, Exp):
        base = sympy.E if atom.base is None else to_sympy(atom.base, symbols)
        return base ** to_sympy(mono_expr(atom.mono), symbols)
    assert isinstance(atom, App)
    names = {"max": "Max", "min": "Min", "ceil": "ceiling"}
    if atom.fn == "rounds":
        raise NotImplementedError("rounds() has no counterpart in sympy")
    function = getattr(sympy, names.get(atom.fn, atom.fn))
    return function(*(to_sympy(arg, symbols) for arg in atom.args))
