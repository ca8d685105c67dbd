"""Values of expressions at numbers: exact where rational, enclosed by rationals where not.

`_exact` finds the rational value of an expression or `None`; `_bounds` is interval arithmetic at a working
precision. The two call each other: rounding up needs bounds, and bounds of what is rounded are exact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from math import comb
from math import factorial as integer_factorial

from decomposer.errors import Diagnostic, ExpressionError, NotExactError
from decomposer.expr.enclosures import (
    MAX_VALUE_BITS,
    Bounds,
    exact_root,
    exp_bounds,
    log_bounds,
    loggamma_bounds,
    round_down,
    round_up,
    too_large,
)
from decomposer.expr.intervals import UnresolvedError, outward, raised, times
from decomposer.expr.nodes import App, Atom, Exp, Expr, Group, Mono, Number, Root, Sym, atom_expr, mono_expr, num

MAX_PRECISION = 8192
"""Bits at which refining gives up: two values that agree so far are taken for undecided."""

Env = Mapping[str, Number]


def evaluate(expr: Expr, env: Env) -> Fraction:
    """Exact value of `expr` where every variable has the value that `env` gives.

    Parameters
    ----------
    expr : Expr
    env : mapping of str to int or Fraction
        Values, none negative: variables stand for positive numbers.

    Raises
    ------
    NotExactError
        When the value is irrational (or not recognised as rational); `enclose` bounds it.
    ExpressionError
        When a variable has no value, at a division by zero or the logarithm of zero, and when the value takes
        more than a million bits.

    Notes
    -----
    ``ceil`` and ``floor`` of irrational values are exact, through enclosures.

    Examples
    --------
    >>> from decomposer.expr.parse import parse
    >>> evaluate(parse("ceil(log(n)/log(3)) + 1/n"), {"n": 9})
    Fraction(19, 9)
    """
    _check(expr, env)
    value = _exact(expr, env)
    if value is None:
        # Bounds first: they tell what is undefined from what is merely irrational.
        _refine(expr, env, lambda low, high: True)
        hint = "use enclose() for rational bounds"
        raise NotExactError(Diagnostic(f"{_name(expr)} has no exact rational value here", "not-exact", hint=hint))
    return Fraction(value)


def enclose(expr: Expr, env: Env, bits: int = 64) -> Bounds:
    """Rational bounds ``low <= value <= high`` with ``high - low <= 2**-bits * |value|``.

    Equal bounds mean that the value is exact.

    Raises
    ------
    ExpressionError
        As `evaluate`.
    NotExactError
        When the value cannot be told from zero, so that no relative width is reached.
    """
    _check(expr, env)
    value = _exact_or_none(expr, env)
    if value is not None:
        return Fraction(value), Fraction(value)
    low, high = _refine(expr, env, lambda low, high: (high - low) * (1 << bits) <= min(abs(low), abs(high)), bits)
    return round_down(low, bits + 32), round_up(high, bits + 32)


def compare(left: Expr, right: Expr, env: Env) -> int:
    """Sign of ``left - right``: -1, 0 or 1, decided exactly.

    Raises
    ------
    ExpressionError
        As `evaluate`.
    NotExactError
        When the two agree to thousands of bits and are not recognised as equal.
    """
    difference = left - right
    _check(difference, env)
    if any(isinstance(atom, App) and atom.fn == "rounds" for mono, _ in difference.terms for atom, _ in mono):
        # Exact sums over many items have as many digits as items squared; bounds mostly tell at once.
        try:
            low, high = _bounds(difference, env, 64)
        except UnresolvedError:
            low = high = Fraction(0)
        if low > 0 or high < 0:
            return 1 if low > 0 else -1
    value = _exact_or_none(difference, env)
    if value is None:
        value = _refine(difference, env, lambda low, high: low > 0 or high < 0)[0]
    return (value > 0) - (value < 0)


def rough_bounds(expr: Expr, bits: int) -> Bounds | None:
    """Bounds on a formula without variables at one precision, whatever its exact value would take to work out.

    `None` where they are too wide for one of its operations.
    """
    try:
        return _bounds(expr, {}, bits)
    except UnresolvedError:
        return None


def _check(expr: Expr, env: Env) -> None:
    missing = expr.symbols - env.keys()
    if missing:
        raise ExpressionError(Diagnostic(f"the variable {min(missing)!r} has no value", "unknown-name"))
    for name in expr.symbols:
        if not isinstance(env[name], int | Fraction):
            raise TypeError(f"the value of {name!r} is a {type(env[name]).__name__}; pass an int or a Fraction")
        if env[name] < 0:
            raise ExpressionError(Diagnostic(f"the variable {name!r} is negative", "value"))


def _name(expr: Expr) -> str:
    text = str(expr)
    return text if len(text) <= 60 else "the expression"


# -- exact values -----------------------------------------------------------------------------------


def _exact_or_none(expr: Expr, env: Env) -> Number | None:
    """As `_exact`, with `None` for values that are too large to be written out but may have bounds."""
    try:
        return _exact(expr, env)
    except ExpressionError as error:
        if error.diagnostics[0].code == "too-large":
            return None
        raise


def _exact(expr: Expr, env: Env) -> Number | None:
    total: Number = 0
    for mono, coefficient in expr.terms:
        value = _exact_mono(mono, env)
        if value is None:
            return _exact_canonical(expr, env)
        total += coefficient * value
    _fit(total)
    return total


def _fit(value: Number) -> None:
    if isinstance(value, int):
        if value.bit_length() > MAX_VALUE_BITS:
            raise too_large()
    elif value.numerator.bit_length() > MAX_VALUE_BITS or value.denominator.bit_length() > MAX_VALUE_BITS:
        raise too_large()


def _exact_mono(mono: Mono, env: Env) -> Number | None:
    result: Number = 1
    for atom, exponent in mono:
        value = _exact_power(atom, exponent, env)
        if value is None:
            return None
        result *= value
        _fit(result)
    return result


def _exact_power(atom: Atom, exponent: Number, env: Env) -> Number | None:
    if isinstance(atom, Exp):
        inner = _exact(mono_expr(atom.mono, exponent), env)
        if atom.base is None:
            return 1 if inner == 0 else None
        base = _exact(atom.base, env)
        if base == 1:
            return 1
        return None if base is None or inner is None else _number_power(base, inner)
    value = _exact_atom(atom, env)
    return None if value is None else _number_power(value, exponent)


def _exact_atom(atom: Atom, env: Env) -> Number | None:
    if isinstance(atom, Sym):
        return env[atom.name]
    if isinstance(atom, Root):
        return atom.value
    if isinstance(atom, Group):
        return _exact(atom.expr, env)
    assert isinstance(atom, App)
    if atom.fn in ("ceil", "floor"):
        return _exact_rounded(atom, env)
    values = [_exact(arg, env) for arg in atom.args]
    if atom.fn in ("max", "min"):
        return _exact_extremum(atom, values, env)
    if any(value is None for value in values):
        return None
    known = [value for value in values if value is not None]
    if atom.fn == "rounds":
        return _rounds(*known)
    (value,) = known
    if atom.fn == "factorial":
        return _factorial(value)
    if value <= 0:
        what = "logarithm" if atom.fn == "log" else "gamma function"
        raise ExpressionError(Diagnostic(f"the {what} of a number that is not positive", "value"))
    return 0 if value == 1 or (atom.fn == "loggamma" and value == 2) else None


def _number_power(base: Number, exponent: Number) -> Number | None:
    """`base ** exponent` where it is rational."""
    if exponent == 1:
        return base
    if isinstance(base, int) and isinstance(exponent, int) and exponent > 1 and base.bit_length() * exponent < 64:
        return int(base**exponent)
    if base == 0:
        if exponent < 0:
            raise ExpressionError(Diagnostic("division by zero", "value"))
        return 1 if exponent == 0 else 0
    if base < 0 and exponent.denominator != 1:
        raise ExpressionError(Diagnostic("a root of a negative number", "value"))
    if base == 1 or exponent == 0:
        return 1
    root = base if exponent.denominator == 1 else exact_root(base, exponent.denominator)
    if root is None:
        return None
    size = max(abs(root.numerator), root.denominator).bit_length()
    if root != -1 and (size - 1) * abs(exponent.numerator) > MAX_VALUE_BITS:
        raise too_large()
    if root == -1:
        return 1 if exponent.numerator % 2 == 0 else -1
    if exponent > 0:
        return root**exponent.numerator
    return Fraction(root) ** exponent.numerator


def _exact_canonical(expr: Expr, env: Env) -> Number | None:
    """Try what the canonical form cancels: roots that multiply to integers, ratios of logarithms."""
    try:
        value = expr.subs(dict(env))
    except ExpressionError:
        # Too large for the canonical form, or undefined: the bounds will say which.
        return None
    number = value.as_fraction()
    if number is None:
        number = _exact_ratio(value)
    if number is None and (settled := _without_extrema(value)) != value:
        number = settled.as_fraction()
        return _exact_ratio(settled) if number is None else number
    return number


def _without_extrema(value: Expr) -> Expr:
    """A formula without variables, with the greatest or least of irrational numbers in the place of each extremum."""
    total = num(0)
    for mono, coefficient in value.terms:
        term = num(coefficient)
        for atom, exponent in mono:
            chosen = _chosen(atom) if isinstance(atom, App) and atom.fn in ("max", "min") else None
            term = term * (atom_expr(atom, exponent) if chosen is None else chosen ** num(exponent))
        total = total + term
    return total


def _chosen(atom: App) -> Expr | None:
    """The argument that an extremum of numbers is; `None` where two are too close to tell."""
    best, *others = atom.args
    try:
        for other in others:
            if compare(other, best, {}) * (1 if atom.fn == "max" else -1) > 0:
                best = other
    except ExpressionError:
        return None
    return best


def _exact_ratio(value: Expr) -> Number | None:
    """Recognise ``r * g / g`` for a sum g, such as log(100)/log(10) once the logarithms are split."""
    shared = [atom for atom, x in value.terms[0][0] if isinstance(atom, Group) and x == -1]
    for group in shared:
        if all((group, -1) in mono for mono, _ in value.terms):
            above = [(tuple(pair for pair in mono if pair != (group, -1)), c) for mono, c in value.terms]
            below = group.expr.terms
            if [mono for mono, _ in above] == [mono for mono, _ in below]:
                ratios = {Fraction(x) / y for (_, x), (_, y) in zip(above, below, strict=True)}
                if len(ratios) == 1:
                    return ratios.pop()
    return None


def _exact_rounded(atom: App, env: Env) -> int:
    """Round an argument up or down; an irrational one is enclosed until both bounds round alike."""
    up = atom.fn == "ceil"
    value = _exact(atom.args[0], env)
    if value is not None:
        return _round(value, up)
    low, _ = _refine(atom.args[0], env, lambda low, high: _round(low, up) == _round(high, up))
    return _round(low, up)


def _round(value: Number, up: bool) -> int:
    return -(-value.numerator // value.denominator) if up else value.numerator // value.denominator


def _exact_extremum(atom: App, values: list[Number | None], env: Env) -> Number | None:
    if all(value is not None for value in values):
        pick = max if atom.fn == "max" else min
        return pick(value for value in values if value is not None)
    sign = 1 if atom.fn == "max" else -1
    best = 0
    for i in range(1, len(values)):
        if compare(atom.args[i], atom.args[best], env) * sign > 0:
            best = i
    return values[best]


def _factorial(value: Number) -> int:
    if value.denominator != 1 or value < 0:
        raise ExpressionError(Diagnostic("the factorial of a number that is not a natural number", "value"))
    if value.numerator * value.numerator.bit_length() > MAX_VALUE_BITS:
        raise too_large()
    return integer_factorial(value.numerator)


@lru_cache(maxsize=1024)
def _rounds(count: Number, probability: Number) -> Number:
    """Expected maximum of `count` geometric variables, by inclusion and exclusion."""
    _check_rounds(count, probability)
    fail = 1 - probability
    # Denominators 1 - q**i have i times the bits of q; their product bounds the bits of the sum.
    if count**2 * fail.denominator.bit_length() > 2 * MAX_VALUE_BITS:
        raise too_large()
    total = Fraction(0)
    for i in range(1, count.numerator + 1):
        total += (-1) ** (i + 1) * comb(count.numerator, i) / (1 - Fraction(fail) ** i)
    return total


def _check_rounds(count: Number, probability: Number) -> None:
    if count.denominator != 1 or count < 0:
        raise ExpressionError(Diagnostic("rounds() of a count that is not a natural number", "value"))
    if not 0 < probability <= 1:
        raise ExpressionError(Diagnostic("rounds() of a probability that is not in (0, 1]", "value"))


# -- bounds -----------------------------------------------------------------------------------------


def _refine(expr: Expr, env: Env, enough: Callable[[Fraction, Fraction], bool], bits: int = 32) -> Bounds:
    """Bounds that are `enough`, at twice the precision each time.

    Raises
    ------
    NotExactError
        When they are not, at `MAX_PRECISION`.
    """
    for precision in _precisions(bits):
        try:
            low, high = _bounds(expr, env, precision)
        except UnresolvedError:
            continue
        if enough(low, high):
            return low, high
    message = f"{_name(expr)} is too close to a limit to be decided"
    raise NotExactError(Diagnostic(message, "not-exact", hint="the values may be equal"))


def _precisions(bits: int) -> Iterator[int]:
    precision = bits + 32
    while precision <= max(MAX_PRECISION, 4 * bits):
        yield precision
        precision *= 2


def _bounds(expr: Expr, env: Env, bits: int) -> Bounds:
    low = high = Fraction(0)
    for mono, coefficient in expr.terms:
        term = (Fraction(coefficient), Fraction(coefficient))
        for atom, exponent in mono:
            term = times(term, _power_bounds(atom, exponent, env, bits), bits)
        low, high = outward(low + term[0], high + term[1], bits)
    return low, high


def _power_bounds(atom: Atom, exponent: Number, env: Env, bits: int) -> Bounds:
    if isinstance(atom, Exp):
        inner = _bounds(mono_expr(atom.mono, exponent), env, bits)
        if atom.base is None:
            return exp_bounds(inner[0], bits)[0], exp_bounds(inner[1], bits)[1]
        return raised(_bounds(atom.base, env, bits), inner, bits)
    return raised(_atom_bounds(atom, env, bits), (Fraction(exponent), Fraction(exponent)), bits)


def _atom_bounds(atom: Atom, env: Env, bits: int) -> Bounds:
    if isinstance(atom, Sym):
        return Fraction(env[atom.name]), Fraction(env[atom.name])
    if isinstance(atom, Root):
        return Fraction(atom.value), Fraction(atom.value)
    if isinstance(atom, Group):
        return _bounds(atom.expr, env, bits)
    assert isinstance(atom, App)
    if atom.fn in ("ceil", "floor"):
        value = Fraction(_exact_rounded(atom, env))
        return value, value
    if atom.fn == "rounds":
        return _rounds_bounds(atom, env, bits)
    if atom.fn == "factorial":
        exact = _exact(atom.args[0], env)
        if exact is None:
            raise ExpressionError(Diagnostic("the factorial of a number that is not a natural number", "value"))
        return Fraction(_factorial(exact)), Fraction(_factorial(exact))
    args = [_bounds(arg, env, bits) for arg in atom.args]
    if atom.fn in ("max", "min"):
        pick = max if atom.fn == "max" else min
        return pick(low for low, _ in args), pick(high for _, high in args)
    ((low, high),) = args
    if high <= 0:
        what = "logarithm" if atom.fn == "log" else "gamma function"
        raise ExpressionError(Diagnostic(f"the {what} of a number that is not positive", "value"))
    if low <= 0:
        raise UnresolvedError
    if atom.fn == "log":
        return log_bounds(low, bits)[0], log_bounds(high, bits)[1]
    if low == high:
        return loggamma_bounds(low, bits)
    # loggamma is convex with its minimum, -0.1214..., near 1.46: monotone on either side.
    ends = loggamma_bounds(low, bits), loggamma_bounds(high, bits)
    falls = low < Fraction(147, 100)
    rises = high > Fraction(146, 100)
    least = Fraction(-1215, 10000) if falls and rises else min(ends[0][0], ends[1][0])
    return least, max(ends[0][1], ends[1][1])


def _rounds_bounds(atom: App, env: Env, bits: int) -> Bounds:
    count, probability = (_exact(arg, env) for arg in atom.args)
    if count is None or probability is None:
        raise NotExactError(Diagnostic("rounds() needs rational arguments", "not-exact"))
    return _rounds_between(count, probability, bits)


@lru_cache(maxsize=4096)
def _rounds_between(count: Number, probability: Number, bits: int) -> Bounds:
    """Sum the tail probabilities ``1 - (1 - q**t)**g`` until what is left is small.

    A search at numbers asks for the same few again and again.
    """
    _check_rounds(count, probability)
    fail = 1 - Fraction(probability)
    total, powers = (Fraction(1), Fraction(1)), (fail, fail)  # one attempt is made for certain
    if count == 0 or fail == 0:
        return Fraction(min(count, 1)), Fraction(min(count, 1))
    work = bits + count.numerator.bit_length() + 16
    for _ in range(MAX_VALUE_BITS // 10):
        rest = count * powers[1] / (1 - fail)
        if rest < Fraction(1, 1 << bits):
            return outward(total[0], total[1] + rest, bits)
        if count * powers[0] > 4 * work:  # (1 - x)**n <= 2**(-n x)
            missed = Fraction(0), Fraction(1, 1 << 4 * work)
        else:
            missed = raised((1 - powers[1], 1 - powers[0]), (Fraction(count), Fraction(count)), work)
        total = outward(total[0] + 1 - missed[1], total[1] + 1 - missed[0], work)
        powers = times(powers, (fail, fail), work)
    raise too_large()
