"""Immutable exact expressions in canonical form.

An `Expr` is a sum of terms ``coefficient * product(atom ** exponent)``. Sums and products are expanded and
like terms collected on construction, so equal polynomials are equal objects. Symbols stand for positive
reals. Numbers are `int` where integral and `Fraction` otherwise; no float is ever accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from math import gcd
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
                return _settle(_multiply_monos(mono, ((Group(whole), 1),))[0], coefficient)
        total: dict[Mono, Number] = {}
        for left_mono, left_coefficient in self.terms:
            for right_mono, right_coefficient in right.terms:
                mono, special = _multiply_monos(left_mono, right_mono)
                coefficient = left_coefficient * right_coefficient
                settled = _settle(mono, coefficient).terms if special else ((mono, coefficient),)
                for each, number in settled:
                    total[each] = total.get(each, 0) + number
                if len(total) > MAX_TERMS:
                    raise ExpressionError(f"the expression expands to more than {MAX_TERMS} terms")
        return _from_dict(total)

    __rmul__ = __mul__

    def __truediv__(self, other: ExprLike) -> Expr:
        return self * power(as_expr(other), MINUS_ONE)

    def __rtruediv__(self, other: ExprLike) -> Expr:
        return as_expr(other) * power(self, MINUS_ONE)

    def __pow__(self, other: ExprLike) -> Expr:
        return power(self, as_expr(other))

    def __rpow__(self, other: ExprLike) -> Expr:
        return power(as_expr(other), self)

    def subs(self, values: Mapping[str, ExprLike]) -> Expr:
        """Replace variables by expressions, all at once."""
        if self.symbols.isdisjoint(values):
            return self
        exact = {name: as_expr(value) for name, value in values.items()}
        return _substitute(self, exact)


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


def _settle(mono: Mono, coefficient: Number) -> Expr:
    """Bring roots back to exponents in (0, 1), and expand groups under positive integer exponents."""
    kept: list[tuple[Atom, Number]] = []
    factors: list[Expr] = []
    for atom, exponent in mono:
        if isinstance(atom, Root):
            whole = exponent.numerator // exponent.denominator
            coefficient = coefficient * _integer_power(atom.value, whole)
            if exponent != whole:
                kept.append((atom, normal(exponent - whole)))
        elif isinstance(atom, Group) and exponent.denominator == 1 and exponent > 0:
            factors.append(_expand_power(atom.expr, exponent.numerator))
        else:
            kept.append((atom, exponent))
    result = mono_expr(tuple(kept), normal(coefficient))
    for factor in factors:
        result = result * factor
    return result


# -- powers ---------------------------------------------------------------------------------------


def _integer_power(base: Number, exponent: int) -> Number:
    size = max(abs(base.numerator), base.denominator).bit_length() * abs(exponent)
    if size > MAX_BITS and max(abs(base.numerator), base.denominator) > 1:
        raise ExpressionError(f"a number of more than {MAX_BITS} bits")
    return normal(Fraction(base) ** exponent)


def _expand_power(base: Expr, exponent: int) -> Expr:
    if len(base.terms) > 1 and exponent > 64:
        raise ExpressionError("a sum raised to a power above 64 is too large to expand")
    result = ONE
    for _ in range(exponent):
        result = result * base
    return result


def _number_power(value: Number, exponent: Number) -> Expr:
    """`value ** exponent` for a positive rational value, with the irrational part as `Root` atoms."""
    if exponent.denominator == 1:
        return num(_integer_power(value, exponent.numerator))
    result = ONE
    for prime, count in factorise(value):
        total = Fraction(count) * exponent
        whole = total.numerator // total.denominator
        result = result * num(_integer_power(prime, whole))
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
        return _rational_power(base, number)
    result = ONE
    for mono, coefficient in exponent.terms:
        result = result * (_symbolic_power(base, mono, coefficient) if mono else _rational_power(base, coefficient))
    return result


def _rational_power(base: Expr, exponent: Number) -> Expr:
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
            num(_integer_power(coefficient, exponent.numerator))
            if exponent.denominator == 1
            else _number_power(coefficient, exponent)
        )
        return _settle(raised, 1) * number
    if exponent.denominator == 1 and exponent > 0:
        return _expand_power(base, exponent.numerator)
    content, primitive = _primitive(base)
    return _rational_power(num(content), exponent) * atom_expr(Group(primitive), exponent)


def _primitive(base: Expr) -> tuple[Number, Expr]:
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
    if len(base.terms) > 1:
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


# -- functions ------------------------------------------------------------------------------------


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
    if len(value.terms) > 1:
        content, primitive = _primitive(value)
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


def _substitute(expr: Expr, values: Mapping[str, Expr]) -> Expr:
    result = ZERO
    for mono, coefficient in expr.terms:
        result = result + _substitute_mono(mono, values) * num(coefficient)
    return result


def _substitute_mono(mono: Mono, values: Mapping[str, Expr]) -> Expr:
    fixed = tuple(pair for pair in mono if pair[0].symbols.isdisjoint(values))
    result = mono_expr(fixed)
    for atom, exponent in mono:
        if not atom.symbols.isdisjoint(values):
            result = result * _rational_power(_substitute_atom(atom, values), exponent)
    return result


def _substitute_atom(atom: Atom, values: Mapping[str, Expr]) -> Expr:
    if isinstance(atom, Sym):
        return values[atom.name]
    if isinstance(atom, Exp):
        exponent = _substitute_mono(atom.mono, values)
        return exp(exponent) if atom.base is None else power(_substitute(atom.base, values), exponent)
    if isinstance(atom, App):
        return apply(atom.fn, tuple(_substitute(arg, values) for arg in atom.args))
    if isinstance(atom, Group):
        return _substitute(atom.expr, values)
    raise AssertionError(f"{atom!r} holds no symbols")
