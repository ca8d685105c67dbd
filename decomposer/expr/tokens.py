"""Splitting a formula into tokens, and errors that point into it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from decomposer.errors import Diagnostic, ExpressionError

MAX_LENGTH = 10_000
"""Longest formula, in characters."""
MAX_SOURCE = 200
"""Longest source line that an error repeats."""

Kind = Literal["number", "name", "op", "relation", "bad", "end"]

_SPACE = re.compile(r"\s+")
_NUMBER = re.compile(r"(?:[0-9]+(?:_[0-9]+)*(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_NAME = re.compile(r"\w+")
_OPERATORS = ("**", "+", "-", "*", "/", "^", "(", ")", ",", "!")
_RELATIONS = ("<=", ">=", "==", "<<", ">>", "<", ">")
_SAME = {"·": "*", "×": "*", "−": "-", "÷": "/", "≤": "<=", "≥": ">=", "≪": "<<", "≫": ">>"}


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a formula: what it is, how it is written, and where it starts (from 0)."""

    kind: Kind
    text: str
    at: int
    width: int = 1


def error_at(source: str, token: Token, message: str, code: str, hint: str = "") -> ExpressionError:
    """Make the error that points at `token` in `source`."""
    start = source.rfind("\n", 0, token.at) + 1
    end = source.find("\n", token.at)
    shown = source[start : end if end >= 0 else len(source)]
    line = source.count("\n", 0, start) + 1
    column = token.at - start + 1
    # Tabs and control characters would move the caret away from what it points at.
    shown = "".join(c if c.isprintable() else " " for c in shown) if len(shown) <= MAX_SOURCE else ""
    width = max(1, min(token.width, len(shown) - column + 1))
    return ExpressionError(Diagnostic(message, code, line, column, hint, shown, width))


def tokenise(source: str) -> list[Token]:
    """Split `source`; what cannot be read becomes a token of kind ``"bad"``, which the parser reports in its turn.

    Raises
    ------
    ExpressionError
        When the formula is longer than `MAX_LENGTH`.
    """
    if len(source) > MAX_LENGTH:
        message = f"a formula of {len(source)} characters; at most {MAX_LENGTH} are read"
        raise ExpressionError(Diagnostic(message, "too-long", 1, 1, "split it into parts"))
    tokens: list[Token] = []
    at = 0
    while at < len(source):
        if space := _SPACE.match(source, at):
            at = space.end()
            continue
        token = _next(source, at)
        tokens.append(token)
        if token.kind == "bad":
            break
        at += token.width
    tokens.append(Token("end", "", len(source.rstrip())))
    return tokens


def _next(source: str, at: int) -> Token:
    if number := _NUMBER.match(source, at):
        return Token("number", number[0].replace("_", ""), at, len(number[0]))
    if name := _NAME.match(source, at):
        # Word characters such as ² do not belong to names.
        end = next((i for i in range(1, len(name[0]) + 1) if not name[0][:i].isidentifier()), len(name[0]) + 1) - 1
        if end:
            return Token("name", name[0][:end], at, end)
    if same := _SAME.get(source[at]):
        return Token("relation" if same[0] in "<>" else "op", same, at)
    # Relations come first: "<=" must not be read as "<".
    for relation in _RELATIONS:
        if source.startswith(relation, at):
            return Token("relation", relation, at, len(relation))
    for operator in _OPERATORS:
        if source.startswith(operator, at) and not source.startswith("!=", at):
            return Token("op", operator, at, len(operator))
    return Token("bad", source[at], at)


def describe(character: str) -> tuple[str, str]:
    """Say what a character that has no place in a formula is, and what to do about it."""
    hints = {
        ".": "a formula has numbers, names and functions; there are no attributes",
        "=": "write == for equality",
        "!": "k! is the factorial; there is no !=",
        "'": "a formula holds no text",
        '"': "a formula holds no text",
        "[": "write round brackets",
        "{": "write round brackets",
        "$": "numbers have no units",
        "%": "there is no remainder; see floor",
    }
    if character.isascii() and character.isprintable():
        return repr(character), hints.get(character, "")
    name = unicodedata.name(character, "")
    plain = unicodedata.normalize("NFKC", character)
    hint = f"write ^{plain} for the power" if plain.isdigit() and plain.isascii() else "write plain letters and digits"
    return f"the character U+{ord(character):04X}{' (' + name + ')' if name else ''}", hint
