"""Formulas as people write them: powers of one exponent joined, and logarithms of numbers. No value changes."""

from __future__ import annotations

from fractions import Fraction
from math import gcd, lcm

from decomposer.expr.nodes import App, Atom, Exp, Expr, Mono, Number, Sym, mono_expr, normal, num

LONGEST = 64
"""Most bits of a number made by joining; longer ones read worse than their factors."""


def exponentials(mono: Mono) -> tuple[Mono, list[tuple[Number, Expr]]]:
    """Split off the exponentials of numbers, joined by exponent: ``2**k*3**(-k)`` is ``(2/3)**k``.

    Returns
    -------
    tuple
        The other factors; and bases above 1 with their exponents, or bases below 1 that are no unit fractions.
    """
    powers: dict[Mono, list[tuple[Number, Number]]] = {}
    rest: list[tuple[Atom, Number]] = []
    for atom, x in mono:
        base = atom.base.as_fraction() if isinstance(atom, Exp) and atom.base is not None else None
        if isinstance(atom, Exp) and base is not None:
            powers.setdefault(atom.mono, []).append((base, x))
        else:
            rest.append((atom, x))
    found: list[tuple[Number, Expr]] = []
    for exponent, factors in powers.items():
        scale = lcm(*(x.denominator for _, x in factors))
        share = gcd(*(int(x * scale) for _, x in factors))
        base = _product([(b, int(x * scale) // share) for b, x in factors])
        if base is None:
            return mono, []
        times = Fraction(share, scale)
        if base < 1 and base.numerator == 1:
            base, times = normal(1 / Fraction(base)), -times
        found.append((base, mono_expr(exponent, normal(times))))
    return tuple(rest), found


def logarithms(expr: Expr) -> Expr:
    """Join logarithms of numbers with others of the same factor: ``log(2) + log(k)`` is ``log(2*k)``."""
    groups: dict[tuple[Mono, bool], list[tuple[Expr, Number]]] = {}
    terms: list[tuple[Mono, Number]] = []
    for mono, c in expr.terms:
        inner = [atom for atom, x in mono if isinstance(atom, App) and atom.fn == "log" and x == 1]
        one = len(inner) == 1 and len(inner[0].args[0].terms) == 1
        if one and not any(isinstance(a, App) and a.fn == "log" and a is not inner[0] for a, _ in mono):
            rest = tuple(pair for pair in mono if pair[0] is not inner[0])
            groups.setdefault((rest, c > 0), []).append((inner[0].args[0], c))
        else:
            terms.append((mono, c))
    for (rest, _), logs in groups.items():
        terms += _joined(rest, logs)
    return Expr(tuple(terms))


def _joined(rest: Mono, logs: list[tuple[Expr, Number]]) -> list[tuple[Mono, Number]]:
    scale = lcm(*(c.denominator for _, c in logs))
    share = gcd(*(int(c * scale) for _, c in logs))
    counts = [(inner, abs(int(c * scale)) // share) for inner, c in logs]
    plain = [(value, n) for inner, n in counts if (value := inner.as_fraction()) is not None]
    others = [(inner, n) for inner, n in counts if inner.as_fraction() is None]
    number = _product(plain)
    if not plain or number is None or len(others) > 1 or any(n != 1 for _, n in others):
        return [((*rest, (App("log", (inner,)), 1)), c) for inner, c in logs]
    whole = num(number) if not others else others[0][0] * number
    sign = 1 if logs[0][1] > 0 else -1
    return [((*rest, (App("log", (whole,)), 1)), normal(Fraction(sign * share, scale)))]


def _product(factors: list[tuple[Number, int]]) -> Number | None:
    """A product of powers, unless it is long."""
    if sum(max(b.numerator, b.denominator).bit_length() * abs(n) for b, n in factors) > LONGEST:
        return None
    total = Fraction(1)
    for b, n in factors:
        total *= Fraction(b) ** n
    return normal(total)


def undominated(atom: App) -> tuple[Expr, ...]:
    """The arguments of a function; of a maximum (or minimum), those that no other is plainly at least (at most)."""
    if atom.fn not in ("max", "min"):
        return atom.args
    sign = 1 if atom.fn == "max" else -1
    kept = [one for one in atom.args if not any(_plain((other - one) * sign) for other in atom.args if other != one)]
    return tuple(kept)


def opened(expr: Expr) -> Expr:
    """A maximum (or minimum) that is plainly one of its arguments is that argument."""
    if len(expr.terms) == 1 and expr.terms[0][1] == 1 and len(expr.terms[0][0]) == 1:
        atom, x = expr.terms[0][0][0]
        if isinstance(atom, App) and x == 1 and len(args := undominated(atom)) == 1 < len(atom.args):
            return args[0]
    return expr


def _plain(difference: Expr) -> bool:
    """Whether a formula is a sum of positive terms in variables, which stand for positive numbers."""
    return all(c > 0 and all(isinstance(atom, Sym) for atom, _ in mono) for mono, c in difference.terms)


def roots(factors: list[str]) -> list[str]:
    """Written factors, with square roots under one sign."""
    inside = [factor[1:] for factor in factors if factor.startswith("√")]
    if len(inside) < 2:
        return factors
    joined = "·".join(one[1:-1] if "·" in one and " " not in one else one for one in inside)
    first = next(place for place, factor in enumerate(factors) if factor.startswith("√"))
    others = [factor for factor in factors if not factor.startswith("√")]
    return [*others[:first], f"√({joined})", *others[first:]]
