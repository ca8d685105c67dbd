"""Formulas as sums of monomials with rational exponents, read from text. Exact; equal formulas print equally."""

from __future__ import annotations

import ast
import re
import unicodedata
from fractions import Fraction
from functools import lru_cache
from math import comb
from typing import TypeAlias

Mono: TypeAlias = frozenset[tuple[str, Fraction]]
Poly: TypeAlias = dict[Mono, Fraction]

EMPTY: Mono = frozenset()
FUNCTIONS = ("ceil", "max", "log", "rounds")
LIMIT = 4096
"""Most characters of a formula, terms of a product, bits of a number, goals of a problem."""


class Malformed(ValueError):
    """What cannot be read as a certificate at all."""


class Refused(ValueError):
    """What is read, and does not prove what it claims."""


def number(value: Fraction | int) -> Poly:
    """A constant."""
    return {EMPTY: Fraction(value)} if value else {}


def atom(name: str, exponent: Fraction | int = 1) -> Poly:
    """One factor."""
    return {frozenset([(name, Fraction(exponent))]): Fraction(1)} if exponent else number(1)


ONE = number(1)


def constant(poly: Poly) -> Fraction | None:
    """The number that a formula without factors is."""
    return poly.get(EMPTY, Fraction(0)) if poly.keys() <= {EMPTY} else None


def add(a: Poly, b: Poly, sign: int = 1) -> Poly:
    """``a + sign * b``."""
    total = dict(a)
    for mono, c in b.items():
        total[mono] = total.get(mono, Fraction(0)) + sign * c
    return {mono: c for mono, c in total.items() if c}


def joined(a: Mono, b: Mono, sign: int = 1) -> tuple[Mono, Fraction]:
    """The product of monomials; a whole power of a prime goes to the coefficient."""
    exponents = dict(a)
    for name, x in b:
        exponents[name] = exponents.get(name, Fraction(0)) + sign * x
    c = Fraction(1)
    for name, x in exponents.items():
        if name.isdigit():
            whole = x.numerator // x.denominator
            c, exponents[name] = c * raised(Fraction(int(name)), whole), x - whole
    return frozenset((name, x) for name, x in exponents.items() if x), c


def raised(c: Fraction, x: int) -> Fraction:
    """A power of a number, of which there are only so many digits."""
    if max(c.numerator.bit_length(), c.denominator.bit_length()) * abs(x) > 8 * LIMIT:
        raise Refused("a number grows too large")
    return c**x


def mul(a: Poly, b: Poly) -> Poly:
    """The product."""
    if len(a) * len(b) > LIMIT:
        raise Refused("a formula grows too large")
    total: Poly = {}
    for p, c in a.items():
        for q, d in b.items():
            mono, e = joined(p, q)
            total[mono] = total.get(mono, Fraction(0)) + raised(c * d * e, 1)
    return {mono: c for mono, c in total.items() if c}


def div(a: Poly, b: Poly) -> Poly:
    """The quotient."""
    return mul(a, power(b, number(-1)))


def primes(value: int) -> dict[int, int]:
    """Factors of a natural number."""
    found: dict[int, int] = {}
    p = 2
    while value > 1:
        if p * p > value or p > 1000:
            p = value
        while value % p == 0:
            found[p] = found.get(p, 0) + 1
            value //= p
        p += 1
    return found


def power(base: Poly, exponent: Poly) -> Poly:
    """``base ** exponent``; a sum under a power that does not multiply out is a factor of its own."""
    x = constant(exponent)
    if x is not None and abs(x) > LIMIT:
        raise Refused("an exponent is too large")
    if not base or base == ONE or x == 0:
        if not base and (x is None or x <= 0):
            raise Refused("a power of zero")
        return ONE if base or x == 0 else {}
    if len(base) > 1:
        if x is not None and x > 0 and x.denominator == 1:
            half = power(base, number(x // 2))
            square = mul(half, half)
            return mul(square, base) if x % 2 else square
        scale = abs(base[min(base, key=show_mono)])
        name = f"({show({mono: c / scale for mono, c in base.items()})})"
        return mul(power(number(scale), exponent), atom(name, x) if x is not None else towers(name, exponent))
    ((mono, c),) = base.items()
    if x is not None and x.denominator == 1:
        return mul(ONE, {frozenset((name, e * x) for name, e in mono): raised(c, x.numerator)})
    if c < 0:
        raise Refused("a fractional power of a negative number")
    total = ONE
    factors = [(str(p), Fraction(e)) for p, e in primes(c.numerator).items()]
    factors += [(str(p), Fraction(-e)) for p, e in primes(c.denominator).items()]
    for name, e in (*factors, *mono):
        if x is not None:
            factor = mul(ONE, atom(name, e * x))
        elif found := tower(name):
            factor = power(parse(found[0]), mul(exponent, {found[1]: e}))
        else:
            factor = towers(name, mul(exponent, number(e)))
        total = mul(total, factor)
    return total


def tower(name: str) -> tuple[str, Mono] | None:
    """Base and exponent of a factor that is an exponential ``(b**(M))``."""
    found = re.fullmatch(r"\((\w+|\(.*\))\*\*\((.*)\)\)", name)
    if found is None or atom(name) != parse(name):
        return None
    return found.group(1), next(iter(parse(found.group(2))))


def towers(name: str, exponent: Poly) -> Poly:
    """A factor raised to a sum: one exponential for each of its terms."""
    total = ONE
    for mono, c in exponent.items():
        total = mul(total, atom(f"({name}**({show_mono(mono)}))", c) if mono else mul(ONE, atom(name, c)))
    return total


def arguments(name: str) -> list[str]:
    """The arguments of a call, as they are printed."""
    found, depth = [""], 0
    for character in name[name.index("(") + 1 : -1]:
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            found.append("")
        else:
            found[-1] += character
    return [text.strip() for text in found]


def apply(name: str, values: tuple[Poly, ...]) -> Poly:
    """A function; worked out at numbers where that is exact."""
    numbers = [constant(value) for value in values]
    known = [x for x in numbers if x is not None]
    if len(values) != {"max": max(1, len(values)), "rounds": 2}.get(name, 1) or name not in FUNCTIONS:
        raise Malformed(f"unknown function {name} of {len(values)}")
    if name == "ceil" and known:
        return number(-(-known[0] // 1))
    if name == "log" and known == [1]:
        return {}
    if name == "max":
        values = tuple(v for v, x in zip(values, numbers, strict=True) if x is None or x == max(known))
    if name == "rounds" and (values[0] == ONE or values[1] == ONE):
        return power(values[1], number(-1))
    if name == "rounds" and len(known) == 2 and 0 < known[0] <= 64 and known[0].denominator == 1 and 0 < known[1] <= 1:
        n, fails = int(known[0]), 1 - known[1]
        return number(sum((comb(n, j) * (-1) ** (j + 1) / (1 - fails**j) for j in range(1, n + 1)), Fraction(0)))
    texts = [show(value) for value in values]
    if name == "max":
        texts = sorted(set(texts))
        if len(texts) == 1:
            return values[0]
    return atom(f"{name}({', '.join(texts)})")


def show_mono(mono: Mono) -> str:
    """A monomial as text that parses back."""
    return "*".join(n if x == 1 else f"{n}**{x}" if x.denominator == 1 and x > 0 else f"{n}**({x})"
                    for n, x in sorted(mono)) or "1"  # fmt: skip


def show(poly: Poly) -> str:
    """A formula as text that parses back."""
    terms = [f"{c}*{show_mono(m)}" if m and c != 1 else show_mono(m) if m else str(c)
             for m, c in sorted(poly.items(), key=lambda item: show_mono(item[0]))]  # fmt: skip
    return " + ".join(f"({term})" if term.startswith("-") else term for term in terms) or "0"


@lru_cache(maxsize=4096)
def _parse(text: str) -> tuple[tuple[Mono, Fraction], ...]:
    try:
        if unicodedata.normalize("NFKC", text) != text or not re.fullmatch(r"[\w+*/(), -]+", text):
            raise Malformed
        # No name is a word of Python's own, and letters in numbers are none of theirs.
        marked = re.sub(r"[^\W\d]\w*", r"\g<0>_", text.strip())
        return tuple(_read(ast.parse(marked, mode="eval").body).items())
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise error if isinstance(error, Refused) else Malformed(f"cannot read {text[:80]!r}") from None


def parse(text: object) -> Poly:
    """Read a formula."""
    if isinstance(text, int) and not isinstance(text, bool):
        return number(text)
    if not isinstance(text, str) or len(text) > LIMIT:
        raise Malformed(f"a formula was expected, not {str(text)[:80]!r}")
    return dict(_parse(text))


def _read(node: ast.expr) -> Poly:
    """Python's own parser knows the notation; only numbers, names, arithmetic and our functions have a meaning here."""
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return number(node.value)
    if isinstance(node, ast.Name):
        return atom(node.id[:-1])
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return mul(number(-1), _read(node.operand))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        return apply(node.func.id[:-1], tuple(map(_read, node.args)))
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATIONS:
        return OPERATIONS[type(node.op)](_read(node.left), _read(node.right))
    raise Malformed("only numbers, names and arithmetic are formulas")


OPERATIONS = {ast.Add: add, ast.Sub: lambda a, b: add(a, b, -1), ast.Mult: mul, ast.Div: div, ast.Pow: power}


def put(poly: Poly, name: str, value: str) -> Poly:
    """Replace a symbol by a formula, everywhere."""
    return parse(re.sub(rf"\b{name}\b(?!\()", f"({value})", show(poly)))


def sum_over(poly: Poly, name: str, last: Poly) -> Poly:
    """The sum over a symbol that runs from 1 to `last`, for whole powers of it (Faulhaber)."""
    total: Poly = {}
    for mono, c in poly.items():
        x = dict(mono).get(name, Fraction(0))
        if x.denominator != 1 or not 0 <= x < 12 or any(re.search(rf"\b{name}\b", n) for n, _ in mono if n != name):
            raise Refused(f"no closed sum of {show_mono(mono)} over {name}")
        rest = {frozenset(pair for pair in mono if pair[0] != name): c}
        total = add(total, mul(rest, _powers(int(x), last)))
    return total


def _powers(x: int, last: Poly) -> Poly:
    """``1**x + ... + last**x``."""
    sums: list[Poly] = []
    for n in range(x + 1):
        total = add(power(add(last, ONE), number(n + 1)), ONE, -1)
        for j, one in enumerate(sums):
            total = add(total, mul(number(comb(n + 1, j)), one), -1)
        sums.append(mul(total, number(Fraction(1, n + 1))))
    return sums[x]


def single(poly: Poly) -> tuple[Mono, Fraction]:
    """The one term of a formula with a positive coefficient."""
    if len(poly) != 1 or min(poly.values()) <= 0:
        raise Refused("a monomial with a positive coefficient was expected")
    return next(iter(poly.items()))


def sides(text: str, sign: str) -> tuple[str, str]:
    """Both sides of a relation."""
    low, found, high = text.partition(sign)
    if not found:
        raise Malformed(f"{text[:60]!r} does not compare two monomials")
    return low, high
