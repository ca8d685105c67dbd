"""Immutable exact expressions in canonical form.

An `Expr` is a sum of terms ``coefficient * product(atom ** exponent)``. Sums and products are expanded and
like terms collected on construction, so equal polynomials are equal objects. Symbols stand for positive
reals. Numbers are `int` where integral and `Fraction` otherwise; no float is ever accepted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import TypeAlias, Union

from decomposer.errors import ExpressionError

Number: TypeAlias = int | Fraction
Mono: TypeAlias = tuple[tuple["Atom", Number], ...]
ExprLike: TypeAlias = Union["Expr", int, Fraction, str]

MAX_TERMS = 4096
"""Largest number of terms an expression may expand to."""
MAX_BITS = 4096
"""Largest size, in bits, of a number raised to a power."""


class Atom:
    """What an `Expr` is a polynomial in. Atoms are equal when their keys are."""

    __slots__ = ("_hash", "key", "symbols")
    key: tuple[int, str]
    symbols: frozenset[str]

    def __init__(self, key: tuple[int, str], symbols: frozenset[str]) -> None:
        self.key = key
        self.symbols = symbols
        self._hash = hash(key)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Atom) and self.key == other.key)

    def __lt__(self, other: Atom) -> bool:
        return self.key < other.key

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.key[1]}>"


class Sym(Atom):
    """A variable."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__((0, name), frozenset((name,)))


class Root(Atom):
    """An integer, prime or without small factors, under a fractional exponent between 0 and 1."""

    __slots__ = ("value",)

    def __init__(self, value: int) -> None:
        self.value = value
        super().__init__((1, str(value)), frozenset())


class Exp(Atom):
    """`base ** mono`, where `mono` is a monomial without coefficient; `base` is `None` for Euler's number."""

    __slots__ = ("base", "mono")

    def __init__(self, base: Expr | None, mono: Mono) -> None:
        self.base = base
        self.mono = mono
        exponent = Expr(((mono, 1),))
        name = "e" if base is None else f"({base})"
        symbols = exponent.symbols if base is None else exponent.symbols | base.symbols
        super().__init__((2, f"{name}**({exponent})"), symbols)


class App(Atom):
    """A named function of expressions."""

    __slots__ = ("args", "fn")

    def __init__(self, fn: str, args: tuple[Expr, ...]) -> None:
        self.fn = fn
        self.args = args
        symbols: frozenset[str] = frozenset().union(*(arg.symbols for arg in args))
        super().__init__((3, f"{fn}({', '.join(map(str, args))})"), symbols)


class Group(Atom):
    """A sum made primitive, because it stands under a negative or fractional exponent."""

    __slots__ = ("expr",)

    def __init__(self, expr: Expr) -> None:
        self.expr = expr
        super().__init__((4, f"({expr})"), expr.symbols)


class Expr:
    """A canonical sum of terms; see the module's description.

    Attributes
    ----------
    terms : tuple of (Mono, Number)
        Sorted; no coefficient is zero.
    """

    __slots__ = ("_hash", "_symbols", "_text", "terms")

    terms: tuple[tuple[Mono, Number], ...]

    def __init__(self, terms: tuple[tuple[Mono, Number], ...]) -> None:
        self.terms = terms
        self._hash: int | None = None
        self._symbols: frozenset[str] | None = None
        self._text: str | None = None

    # -- identity ---------------------------------------------------------------------------------

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if isinstance(other, Expr):
            return self.terms == other.terms
        if isinstance(other, int | Fraction):
            return self.as_fraction() == other
        return NotImplemented

    def __hash__(self) -> int:
        if self._hash is None:
            number = self.as_fraction()
            self._hash = hash(self.terms) if number is None else hash(number)
        return self._hash

    def __reduce__(self) -> tuple[object, ...]:
        from decomposer.expr.parse import parse

        return parse, (str(self),)

    def __str__(self) -> str:
        if self._text is None:
            from decomposer.expr.printing import text

            self._text = text(self)
        return self._text

    def __repr__(self) -> str:
        return f"Expr({str(self)!r})"

    def text(self, order: Iterable[str] = ()) -> str:
        """Write the expression so that it parses back, factors in the given order of symbols."""
        from decomposer.expr.printing import text

        return text(self, tuple(order))

    # -- questions --------------------------------------------------------------------------------

    @property
    def symbols(self) -> frozenset[str]:
        """Names of all variables, also those inside functions and exponents."""
        if self._symbols is None:
            self._symbols = frozenset().union(*(atom.symbols for mono, _ in self.terms for atom, _ in mono))
        return self._symbols

    def as_fraction(self) -> Number | None:
        """Return the value of a plain rational number, `None` for anything else."""
        if not self.terms:
            return 0
        if len(self.terms) == 1 and not self.terms[0][0]:
            return self.terms[0][1]
        return None

    @property
    def is_monomial(self) -> bool:
        """Whether there is exactly one term."""
        return len(self.terms) == 1

    # -- arithmetic -------------------------------------------------------------------------------

    def __add__(self, other: ExprLike) -> Expr:
        right = as_expr(other)
        if not right.terms:
            return self
        if not self.terms:
            return right
        total = dict(self.terms)
        for mono, coefficient in right.terms:
            total[mono] = total.get(mono, 0) + coefficient
        return _from_dict(total)

    __radd__ = __add__

    def __neg__(self) -> Expr:
        return Expr(tuple((mono, -coefficient) for mono, coefficient in self.terms))

    def __sub__(self, other: ExprLike) -> Expr:
        return self + (-as_expr(other))

    def __rsub__(self, other: ExprLike) -> Expr:
        return as_expr(other) + (-self)

    def __mul__(self, other: ExprLike) -> Expr:
        right = as_expr(other)
        if right.terms == ONE.terms:
            return self
        if self.terms == ONE.terms:
            return right
        if len(self.terms) * len(right.terms) > MAX_TERMS:
            raise ExpressionError(f"the expression expands to more than {MAX_TERMS} terms")
        for whole, factor in ((self, right), (right, self)):
            if (
                len(whole.terms) > 1
                and factor.is_monomial
                and any(isinstance(atom, Group) and atom.expr == whole for atom, _ in factor.terms[0][0])
            ):
                mono, coefficient = factor.terms[0]
                return settle(_multiply_monos(mono, ((Group(whole), 1),))[0], coefficient)
        total: dict[Mono, Number] = {}
        for left_mono, left_coefficient in self.terms:
            for right_mono, right_coefficient in right.terms:
                mono, special = _multiply_monos(left_mono, right_mono)
                coefficient = left_coefficient * right_coefficient
                settled = settle(mono, coefficient).terms if special else ((mono, coefficient),)
                for each, number in settled:
                    total[each] = total.get(each, 0) + number
                if len(total) > MAX_TERMS:
                    raise ExpressionError(f"the expression expands to more than {MAX_TERMS} terms")
        return _from_dict(total)

    __rmul__ = __mul__

    def __truediv__(self, other: ExprLike) -> Expr:
        from decomposer.expr.powers import power

        return self * power(as_expr(other), MINUS_ONE)

    def __rtruediv__(self, other: ExprLike) -> Expr:
        from decomposer.expr.powers import power

        return as_expr(other) * power(self, MINUS_ONE)

    def __pow__(self, other: ExprLike) -> Expr:
        from decomposer.expr.powers import power

        return power(self, as_expr(other))

    def __rpow__(self, other: ExprLike) -> Expr:
        from decomposer.expr.powers import power

        return power(as_expr(other), self)

    def subs(self, values: Mapping[str, ExprLike]) -> Expr:
        """Replace variables by expressions, all at once."""
        if self.symbols.isdisjoint(values):
            return self
        from decomposer.expr.functions import substitute

        return substitute(self, {name: as_expr(value) for name, value in values.items()})


# -- construction ---------------------------------------------------------------------------------


def normal(value: Number) -> Number:
    """Write an integral fraction as an `int`."""
    return value.numerator if value.denominator == 1 else value


def num(value: int | Fraction) -> Expr:
    """Make the constant expression of an exact number."""
    if isinstance(value, float):
        raise TypeError("floats are not exact; pass an int, a Fraction or a string")
    return Expr((((), normal(value)),)) if value else ZERO


def sym(name: str) -> Expr:
    """Make the variable `name` (an identifier)."""
    if not name.isidentifier():
        raise ExpressionError(f"{name!r} is not a name")
    return Expr(((((Sym(name), 1),), 1),))


def atom_expr(atom: Atom, exponent: Number = 1) -> Expr:
    """Make the expression `atom ** exponent`."""
    return Expr(((((atom, exponent),), 1),))


def mono_expr(mono: Mono, coefficient: Number = 1) -> Expr:
    """Make the expression of one term."""
    return Expr(((mono, coefficient),)) if coefficient else ZERO


def as_expr(value: ExprLike) -> Expr:
    """Turn a number, a formula in a string, or an expression into an expression."""
    if isinstance(value, Expr):
        return value
    if isinstance(value, int | Fraction):
        return num(value)
    if isinstance(value, str):
        from decomposer.expr.parse import parse

        return parse(value)
    raise TypeError(f"cannot make an expression of {type(value).__name__}")


def _from_dict(total: dict[Mono, Number]) -> Expr:
    terms = [(mono, normal(c)) for mono, c in total.items() if c]
    if len(terms) > 1:
        terms.sort(key=_term_key)
    return Expr(tuple(terms))


def _term_key(term: tuple[Mono, Number]) -> list[tuple[tuple[int, str], Number]]:
    return [(atom.key, exponent) for atom, exponent in term[0]]


ZERO = Expr(())
ONE = Expr((((), 1),))
MINUS_ONE = Expr((((), -1),))


# -- products -------------------------------------------------------------------------------------


def _multiply_monos(left: Mono, right: Mono) -> tuple[Mono, bool]:
    """Merge two sorted monomials; the flag says that a `Root` or `Group` met itself and must settle."""
    if not left:
        return right, False
    if not right:
        return left, False
    merged: list[tuple[Atom, Number]] = []
    special = False
    i = j = 0
    while i < len(left) and j < len(right):
        a, x = left[i]
        b, y = right[j]
        if a.key == b.key:
            exponent = normal(x + y)
            if exponent:
                merged.append((a, exponent))
                special = special or isinstance(a, Root | Group)
            i += 1
            j += 1
        elif a.key < b.key:
            merged.append(left[i])
            i += 1
        else:
            merged.append(right[j])
            j += 1
    merged.extend(left[i:])
    merged.extend(right[j:])
    return tuple(merged), special


def settle(mono: Mono, coefficient: Number) -> Expr:
    """Bring roots back to exponents in (0, 1), and expand groups under positive integer exponents."""
    kept: list[tuple[Atom, Number]] = []
    factors: list[Expr] = []
    for atom, exponent in mono:
        if isinstance(atom, Root):
            whole = exponent.numerator // exponent.denominator
            coefficient = coefficient * integer_power(atom.value, whole)
            if exponent != whole:
                kept.append((atom, normal(exponent - whole)))
        elif isinstance(atom, Group) and exponent.denominator == 1 and exponent > 0:
            factors.append(expand_power(atom.expr, exponent.numerator))
        else:
            kept.append((atom, exponent))
    result = mono_expr(tuple(kept), normal(coefficient))
    for factor in factors:
        result = result * factor
    return result


def integer_power(base: Number, exponent: int) -> Number:
    """Raise a number to a whole power, unless the result has more than `MAX_BITS` bits."""
    size = max(abs(base.numerator), base.denominator).bit_length() * abs(exponent)
    if size > MAX_BITS and max(abs(base.numerator), base.denominator) > 1:
        raise ExpressionError(f"a number of more than {MAX_BITS} bits")
    return normal(Fraction(base) ** exponent)


def expand_power(base: Expr, exponent: int) -> Expr:
    """Multiply a sum out, up to a power of 64."""
    if len(base.terms) > 1 and exponent > 64:
        raise ExpressionError("a sum raised to a power above 64 is too large to expand")
    result = ONE
    for _ in range(exponent):
        result = result * base
    return result
