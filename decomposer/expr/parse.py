"""Reading formulas: a Pratt parser from text to `Expr`. Nothing is ever evaluated as Python."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from typing import Literal, TypeAlias, cast

from decomposer.errors import ExpressionError
from decomposer.expr.functions import ceil, factorial, floor, loggamma, maximum, minimum, rounds
from decomposer.expr.nodes import MAX_BITS, MAX_TERMS, Expr, Sym, num, sym
from decomposer.expr.powers import exp, log, power
from decomposer.expr.tokens import Token, describe, error_at, tokenise
from decomposer.expr.units import comma_hint, percent_hint, unit_hint

Relation: TypeAlias = Literal["<=", ">=", "==", "<<", ">>", "<", ">"]

MAX_DEPTH = 100
"""Deepest nesting of brackets, functions and powers."""
MAX_SIZE = 60_000
"""Largest size of an intermediate result (characters of its atoms, roughly)."""
MAX_WORK = 600_000
"""Largest sum of the sizes of all intermediate results."""

_HALF = Fraction(1, 2)


def _log(value: Expr, base: Expr | None = None) -> Expr:
    """Logarithm of `value`; to a base that it is a rational power of, as that number."""
    if base is None:
        return log(value)
    above, below = log(value), log(base)
    if above.terms and [mono for mono, _ in above.terms] == [mono for mono, _ in below.terms]:
        ratios = {Fraction(x) / y for (_, x), (_, y) in zip(above.terms, below.terms, strict=True)}
        if len(ratios) == 1:
            return num(ratios.pop())
    return above / below


FUNCTIONS: dict[str, tuple[Callable[..., Expr], int, int | None]] = {
    "log": (_log, 1, 2),
    "ln": (log, 1, 1),
    "lg": (lambda value: _log(value, num(2)), 1, 1),
    "log2": (lambda value: _log(value, num(2)), 1, 1),
    "log10": (lambda value: _log(value, num(10)), 1, 1),
    "exp": (exp, 1, 1),
    "sqrt": (lambda value: value**_HALF, 1, 1),
    "factorial": (factorial, 1, 1),
    "gamma": (lambda value: factorial(value - 1), 1, 1),
    "loggamma": (loggamma, 1, 1),
    "max": (maximum, 1, None),
    "min": (minimum, 1, None),
    "Max": (maximum, 1, None),
    "Min": (minimum, 1, None),
    "ceil": (ceil, 1, 1),
    "ceiling": (ceil, 1, 1),
    "floor": (floor, 1, 1),
    "rounds": (rounds, 2, 2),
}
"""Function, least and largest number of arguments (`None`: any)."""

_PRECEDENCE = {"+": 10, "-": 10, "*": 20, "/": 20, "**": 40, "^": 40}
_UNARY = 30


def parse(text: str, names: Collection[str] | None = None) -> Expr:
    """Read a formula.

    Numbers (``12``, ``0.5``, ``1e6``: all exact), names, ``+ - * / ** ^``, brackets, ``k!``, and the functions
    of `FUNCTIONS`. ``log`` is the natural logarithm, ``lg`` the binary one; ``log(x, b)`` has base b.

    Parameters
    ----------
    text : str
    names : collection of str, optional
        The names that may occur; `None` allows any.

    Raises
    ------
    ExpressionError
        With the position, for anything that is not a formula, for unknown names, and beyond the bounds on
        length, depth and size, which keep time and memory in check for any input.

    Examples
    --------
    >>> str(parse("2*n + n^2/2 - n"))
    'n**2/2 + n'
    """
    parser = _Parser(text, names)
    result = parser.expression(0)
    parser.finish()
    return result


def parse_relation(text: str, names: Collection[str] | None = None) -> tuple[Expr, Relation, Expr]:
    """Read a relation between two formulas, such as ``b <= k`` or ``m_d << n``.

    Raises
    ------
    ExpressionError
        As `parse`, and when there is not exactly one of ``<= >= == << >> < >``.
    """
    parser = _Parser(text, names)
    left = parser.expression(0)
    token = parser.token
    if token.kind != "relation":
        if token.kind == "end":
            raise parser.error(token, "a relation is missing", "syntax", "write for example b <= k, or m_d << n")
        parser.finish()
    parser.advance()
    right = parser.expression(0)
    if parser.token.kind == "relation":
        raise parser.error(parser.token, "a second relation", "syntax", "write one relation per assumption")
    parser.finish()
    return left, cast(Relation, token.text), right


@dataclass(frozen=True, slots=True)
class Equation:
    """``function(argument) = right``, where `right` names each call of the function on the right by a fresh symbol.

    Attributes
    ----------
    calls : tuple of (str, Expr)
        The symbol that stands in `right` for a call, and the argument of that call.
    """

    function: str
    argument: Expr
    right: Expr
    calls: tuple[tuple[str, Expr], ...]


def parse_equation(text: str) -> Equation:
    """Read a recurrence such as ``T(n) = 2T(n/2) + n``; the sign of multiplication may be left out.

    ``Theta(n)`` in a recurrence is read as n: only the growth of the driving term matters.

    Raises
    ------
    ExpressionError
        As `parse`, and when the left side is not one call of an unknown function.
    """
    left, mark, right = text.partition("=")
    if not mark or right.startswith("="):
        at = Token("end", "", len(left.rstrip()))
        raise error_at(text, at, "a recurrence needs one '='", "syntax", "write for example T(n) = 2*T(n/2) + n")
    head = _Parser(left, None)
    name = head.token
    head.advance()
    if name.kind != "name" or name.text in FUNCTIONS or head.token.text != "(":
        raise error_at(text, name, "the left side is not a call such as T(n)", "syntax", "write for example T(n) = ...")
    head = _Parser(left, None, name.text)
    head.expression(0)
    head.finish()
    # Blanks in place of the left side keep the columns of errors right.
    body = _Parser(" " * (len(left) + 1) + right, None, name.text, shown=text)
    result = body.expression(0)
    body.finish()
    return Equation(name.text, head.calls[-1][1], result, tuple(body.calls))


class _Parser:
    """One reading of one formula: tokens, place, and what may still be spent."""

    def __init__(
        self, source: str, names: Collection[str] | None, unknown: str | None = None, shown: str | None = None
    ) -> None:
        self.source = source if shown is None else shown
        self.tokens = tokenise(source)
        self.place = 0
        self.depth = 0
        self.spent = 0
        self.names = names
        self.unknown = unknown
        self.calls: list[tuple[str, Expr]] = []
        if self.token.kind == "end":
            raise self.error(self.token, "an empty formula", "syntax")

    # -- tokens ---------------------------------------------------------------------------------------

    @property
    def token(self) -> Token:
        return self.tokens[self.place]

    def advance(self) -> Token:
        token = self.token
        if token.kind == "bad":
            raise self.bad(token)
        if token.kind != "end":
            self.place += 1
        return token

    def error(self, token: Token, message: str, code: str, hint: str = "") -> ExpressionError:
        return error_at(self.source, token, message, code, hint)

    def bad(self, token: Token) -> ExpressionError:
        what, hint = describe(token.text)
        before = self.tokens[self.place - 1] if self.place else token
        rest = self.source[token.at + 1 :].lstrip()
        if token.text == "%" and before.kind == "number" and not rest[:1].isalnum():
            hint = percent_hint(before.text)
        return self.error(token, f"{what} has no place in a formula", "syntax", hint)

    def finish(self) -> None:
        """Refuse anything that is left over."""
        token = self.token
        if token.kind == "end":
            return
        if token.kind == "bad":
            raise self.bad(token)
        if token.text == ")":
            raise self.error(token, "a closing bracket that was never opened", "syntax")
        if token.kind == "relation":
            raise self.error(token, f"{token.text!r} makes this a relation, not a formula", "syntax")
        raise self.missing_operator(token)

    def missing_operator(self, token: Token) -> ExpressionError:
        before = self.tokens[self.place - 1]
        if before.kind == "name" and before.text in FUNCTIONS:
            hint = f"write {before.text}({token.text})"
        elif before.kind == "number" and token.kind == "name":
            hint = unit_hint(before.text, token.text, self.names)
        elif before.kind == "number" and token.text == ",":
            hint = comma_hint(self.between_commas())
        elif token.kind in ("name", "number") or token.text == "(":
            left = before.text if before.kind in ("name", "number") else "…)"
            hint = f"write {left}*{token.text if token.text != '(' else '(…'}"
        else:
            hint = ""
        return self.error(token, f"an operator is missing before {token.text!r}", "syntax", hint)

    def between_commas(self) -> list[str]:
        """The numbers with commas between them, of which the first has just been read."""
        found = [self.tokens[self.place - 1].text]
        for comma, number in zip(self.tokens[self.place :: 2], self.tokens[self.place + 1 :: 2], strict=False):
            if comma.text != "," or number.kind != "number":
                break
            found.append(number.text)
        return found

    # -- bounds ---------------------------------------------------------------------------------------

    def enter(self, token: Token) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error(token, f"nested more than {MAX_DEPTH} deep", "too-deep", "split the formula")

    def made(self, token: Token, build: Callable[[], Expr]) -> Expr:
        """Build a result; errors point at `token`, and its size is paid for."""
        try:
            result = build()
        except ExpressionError as error:
            inner = error.diagnostics[0]
            if inner.column is not None:
                raise
            code = inner.code if inner.code != "error" else "value"
            raise self.error(token, inner.message, code, inner.hint) from None
        size = _size(result)
        self.spent += size
        if size > MAX_SIZE or self.spent > MAX_WORK:
            raise self.error(token, "the formula is too large", "too-large", "split it into parts")
        return result

    # -- grammar --------------------------------------------------------------------------------------

    def expression(self, least: int) -> Expr:
        """Read operators that bind tighter than `least`."""
        left = self.operand()
        while True:
            token = self.token
            binds = _PRECEDENCE.get(token.text) if token.kind == "op" else None
            if token.kind == "bad":
                raise self.bad(token)
            if binds is None and self.unknown is not None and (token.kind in ("name", "number") or token.text == "("):
                if least >= 20:
                    return left
                left = self.infix(token, "*", left, self.expression(20))
                continue
            if binds is None or binds <= least:
                return left
            self.advance()
            if binds == 40:
                self.enter(token)
                right = self.expression(39)
                self.depth -= 1
            else:
                right = self.expression(binds)
            left = self.infix(token, token.text, left, right)

    def infix(self, token: Token, operator: str, left: Expr, right: Expr) -> Expr:
        if operator == "+":
            return self.made(token, lambda: left + right)
        if operator == "-":
            return self.made(token, lambda: left - right)
        if operator in ("*", "/"):
            return self.made(token, lambda: self.bounded(left * right if operator == "*" else left / right))
        # Every term of the exponent repeats the base, so nested powers would grow exponentially.
        if right.as_fraction() is None and (_size(left) + _size(right)) * len(right.terms) > MAX_SIZE:
            raise self.error(token, "the formula is too large", "too-large", "split it into parts")
        return self.made(token, lambda: self.bounded(power(left, right)))

    def bounded(self, value: Expr) -> Expr:
        """Refuse numbers of more bits than the parser lets through."""
        for _, number in value.terms:
            if max(number.numerator.bit_length(), number.denominator.bit_length()) > MAX_BITS:
                raise ExpressionError(f"a number of more than {MAX_BITS} bits")
        if len(value.terms) > MAX_TERMS:
            raise ExpressionError(f"the expression expands to more than {MAX_TERMS} terms")
        return value

    def operand(self) -> Expr:
        token = self.advance()
        if token.kind == "number":
            return self.postfix(self.number(token))
        if token.kind == "name":
            value = self.call(token) if self.token.text == "(" else self.name(token)
            return self.postfix(value)
        if token.text == "(":
            return self.postfix(self.bracket(token))
        if token.text in ("-", "+"):
            self.enter(token)
            value = self.expression(_UNARY)
            self.depth -= 1
            return -value if token.text == "-" else value
        if token.kind == "end":
            raise self.error(token, "the formula ends where a value is expected", "syntax")
        raise self.error(token, f"a value is expected before {token.text!r}", "syntax")

    def bracket(self, opened: Token) -> Expr:
        """Read what is left of a bracketed expression."""
        self.enter(opened)
        value = self.expression(0)
        self.close(opened)
        self.depth -= 1
        return value

    def postfix(self, value: Expr) -> Expr:
        """Read the sign of the factorial."""
        token = self.token
        if token.text != "!":
            return value
        self.advance()
        if self.token.text == "!":
            raise self.error(self.token, "there is no double factorial", "syntax", "write (k!)! with brackets")
        return self.made(token, lambda: factorial(value))

    def close(self, opened: Token) -> None:
        token = self.token
        if token.kind == "end":
            raise self.error(opened, "a bracket that is never closed", "syntax")
        if token.text != ")":
            self.finish()
        self.advance()

    def number(self, token: Token) -> Expr:
        digits, _, exponent = token.text.lower().partition("e")
        whole, _, fraction = digits.partition(".")
        scale = exponent.lstrip("+-").lstrip("0")
        # A decimal digit is worth 3.3 bits; int() itself refuses long texts with an error of its own.
        if len(digits) * 3.33 > MAX_BITS or len(scale) > 4 or int(scale or "0") * 3.33 > MAX_BITS:
            raise self.error(token, f"a number of more than {MAX_BITS} bits", "too-large")
        value = Fraction(int(whole + fraction or "0"))
        shift = int(scale or "0") * (-1 if exponent.startswith("-") else 1) - len(fraction)
        return num(value * Fraction(10) ** shift)

    def name(self, token: Token) -> Expr:
        name = token.text
        if self.names is not None and name not in self.names:
            raise self.error(token, f"unknown name {name!r}", "unknown-name", _suggest(name, self.names))
        plain = unicodedata.normalize("NFKC", name)
        if plain != name:
            # Two spellings that look alike must not become two variables.
            raise self.error(token, f"the name {name!r} is not in its plain form", "syntax", f"write {plain}")
        return self.made(token, lambda: sym(name))

    def call(self, token: Token) -> Expr:
        name = token.text
        if self.unknown is not None and name in ("Theta", "Θ"):
            self.advance()
            return self.bracket(token)
        if name != self.unknown and name not in FUNCTIONS:
            if self.names is not None and name in self.names:
                raise self.error(token, f"{name!r} is not a function", "unknown-function", f"write {name}*(…)")
            hint = f"write {name}*(…) for a product" if len(name) < 3 else _suggest(name, FUNCTIONS, "()")
            raise self.error(token, f"unknown function {name!r}", "unknown-function", hint)
        opened = self.advance()
        self.enter(opened)
        arguments: list[Expr] = []
        if self.token.text == ")":
            raise self.error(token, f"{name} needs an argument", "syntax")
        arguments.append(self.expression(0))
        while self.token.text == ",":
            self.advance()
            arguments.append(self.expression(0))
        self.close(opened)
        self.depth -= 1
        if name == self.unknown:
            return self.placeholder(token, arguments)
        function, least, most = FUNCTIONS[name]
        if not least <= len(arguments) <= (most or len(arguments)):
            wanted = str(least) if least == most else f"{least} to {most}"
            plural = "" if wanted == "1" else "s"
            raise self.error(token, f"{name} takes {wanted} argument{plural}, not {len(arguments)}", "syntax")
        return self.made(token, lambda: self.bounded(function(*arguments)))

    def placeholder(self, token: Token, arguments: list[Expr]) -> Expr:
        """Stand a fresh symbol for a call of the unknown function."""
        if len(arguments) != 1:
            raise self.error(token, f"{token.text} takes one argument, not {len(arguments)}", "syntax")
        name = f"{token.text}_call{len(self.calls)}"
        while name in self.source:
            name = f"{name}_"
        self.calls.append((name, arguments[0]))
        return sym(name)


def _suggest(name: str, known: Collection[str], suffix: str = "") -> str:
    close = get_close_matches(name, known, n=1, cutoff=0.6) if len(name) <= 100 else []
    if close:
        return f"did you mean {close[0]}{suffix}?"
    if not known:
        return "no names are declared here"
    some = sorted(known)
    return "known: " + ", ".join(some[:12]) + (", …" if len(some) > 12 else "")


def _size(value: Expr) -> int:
    """Roughly how many characters the expression takes to write."""
    total = 0
    for mono, number in value.terms:
        total += 1 + (number.numerator.bit_length() + number.denominator.bit_length()) // 8
        for atom, _ in mono:
            total += 1 if isinstance(atom, Sym) else 1 + len(atom.key[1])
    return total
