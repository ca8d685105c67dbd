"""Writing expressions: as text that parses back, and for people."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from decomposer.expr.joined import exponentials, logarithms, opened, roots, undominated
from decomposer.expr.nodes import MAX_BITS, App, Atom, Exp, Expr, Group, Mono, Number, Root, Sym, mono_expr

_SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def _word(text: str) -> bool:
    """Whether a text is a name or a number; a raised dot, too, may stand in an identifier."""
    return re.fullmatch(r"\w+", text) is not None


def _digits(value: int) -> str:
    """Write an integer of any length: `str` refuses those of thousands of digits."""
    return str(value) if value.bit_length() <= MAX_BITS else str(Decimal(value))


class _Style:
    """How products, powers and functions are written."""

    def __init__(self, order: Sequence[str], pretty: bool, first: int = 0) -> None:
        self.first = first
        self.rank = {name: i for i, name in enumerate(order)}
        self.pretty = pretty
        self.times = "·" if pretty else "*"

    def factor_key(self, pair: tuple[Atom, Number]) -> tuple[Any, ...]:
        """Numbers, then names in the first group of the order, then the others by rising exponents."""
        atom, exponent = pair
        if not isinstance(atom, Sym):
            return (0 if isinstance(atom, Root) else 2, 0, 0, 0, atom.key)
        place = self.rank.get(atom.name, len(self.rank))
        if place < self.first or not self.pretty:
            return (1, 0, 0, place, atom.key)
        return (1, 1, abs(exponent), place, atom.key)

    def term_key(self, term: tuple[Mono, Number]) -> tuple[Any, ...]:
        mono = term[0]
        exponential = sum(1 for atom, x in mono if isinstance(atom, Exp) and x > 0)
        degree = sum((Fraction(x) for atom, x in mono if isinstance(atom, Sym)), Fraction(0))
        factors = sorted(map(self.factor_key, mono))
        return (-exponential, -degree, factors, str([(atom.key, str(x)) for atom, x in mono]))

    def power(self, base: str, exponent: Number) -> str:
        if exponent == 1:
            return base
        if self.pretty and exponent == Fraction(1, 2):
            return f"√{base}" if _word(base) or base.startswith("(") else f"√({base})"
        if self.pretty and exponent.denominator == 1:
            return base + str(exponent).translate(_SUPERSCRIPT)
        raised = str(exponent) if exponent.denominator == 1 and exponent >= 0 else f"({exponent})"
        return f"{base}^{raised}" if self.pretty else f"{base}**{raised}"

    def atom(self, atom: Atom, exponent: Number) -> str:
        if isinstance(atom, Sym):
            return self.power(atom.name, exponent)
        if isinstance(atom, Root):
            return self.power(str(atom.value), exponent)
        if isinstance(atom, Group):
            return self.power(self.enclosed(atom.expr), exponent)
        if isinstance(atom, App):
            args = undominated(atom) if self.pretty else atom.args
            if len(args) == 1 < len(atom.args):
                return self.power(self.enclosed(args[0]), exponent)
            return self.power(f"{atom.fn}({', '.join(map(self.expr, args))})", exponent)
        assert isinstance(atom, Exp)
        inner = mono_expr(atom.mono, exponent)
        written = self.expr(inner)
        if atom.base is None:
            return f"exp({written})"
        return self.tower(self.expr(atom.base), written)

    def tower(self, base: str, exponent: str) -> str:
        """An exponential."""
        mark = "^" if self.pretty else "**"
        return mark.join(one if _word(one) else f"({one})" for one in (base, exponent))

    def enclosed(self, expr: Expr) -> str:
        """A sum as a factor."""
        written = self.expr(expr)
        return written if self.pretty and " " not in written and self.times not in written else f"({written})"

    def term(self, mono: Mono, coefficient: Number) -> str:
        """Write one term with a coefficient above zero."""
        above: list[str] = []
        below: list[str] = []
        rest, towers = exponentials(mono) if self.pretty else (mono, [])
        for atom, x in sorted(rest, key=self.factor_key):
            if x < 0 and not isinstance(atom, Exp):
                below.append(self.atom(atom, -x))
            else:
                above.append(self.atom(atom, x))
        above += sorted(self.tower(str(base), self.expr(exponent)) for base, exponent in towers)
        if self.pretty:
            above, below = roots(above), roots(below)
        if coefficient.numerator != 1 or not above:
            above.insert(0, _digits(coefficient.numerator))
        if coefficient.denominator != 1:
            below.insert(0, _digits(coefficient.denominator))
        if not below:
            return self.times.join(above)
        divisor = self.times.join(below)
        return f"{self.times.join(above)}/{divisor if len(below) == 1 else f'({divisor})'}"

    def expr(self, expr: Expr) -> str:
        if not expr.terms:
            return "0"
        parts: list[str] = []
        terms: list[tuple[Mono, Number]] = sorted(
            (logarithms(opened(expr)) if self.pretty else expr).terms, key=self.term_key
        )
        first = next((i for i, (_, coefficient) in enumerate(terms) if coefficient > 0), 0)
        terms.insert(0, terms.pop(first))
        for mono, coefficient in terms:
            written = self.term(mono, coefficient if coefficient > 0 else -coefficient)
            if not parts:
                parts.append(f"-{written}" if coefficient < 0 else written)
            else:
                parts.append(f"- {written}" if coefficient < 0 else f"+ {written}")
        return " ".join(parts)


def text(expr: Expr, order: Sequence[str] = ()) -> str:
    """Write `expr` so that `parse` reads the same expression back; factors follow `order`."""
    return _Style(order, pretty=False).expr(expr)


def pretty(expr: Expr, order: Sequence[str] = (), first: int = 0) -> str:
    """Write `expr` for people: ``m_d·b·l²``.

    Factors follow `order`; behind the `first` names of it, rising exponents come before that order.
    """
    return _Style(order, pretty=True, first=first).expr(expr)
