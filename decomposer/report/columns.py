"""Lines and tables of plain text within a width: what is longer goes on in further lines, indented."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

WIDTH = 100
"""Columns of a page."""

NARROWEST = 10
"""No column of a table is made narrower than that, if it was wider."""

LONGEST_BOUND = 24
"""Most characters of an argument that is not broken at its signs."""

_GAP = "  "
_STAYS = "\N{NO-BREAK SPACE}"
_MAY_END = "\N{ZERO WIDTH SPACE}"


def flowing(text: str, indent: str = "", further: str = "", width: int = WIDTH, narrow: bool = False) -> list[str]:
    """Break a text where it has spaces; formulas before their signs, and behind factors where it is `narrow`.

    >>> flowing("cost: a*b + c*d + e", "  ", "    ", width=16)
    ['  cost: a*b', '    + c*d + e']
    """
    text = _bound(text)
    if narrow:
        text = text.replace("·", f"·{_MAY_END} ")
    lines = textwrap.wrap(
        text,
        max(width, 1),
        initial_indent=indent,
        subsequent_indent=further,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    )
    return [line.replace(f"{_MAY_END} ", "").rstrip(_MAY_END).replace(_STAYS, " ") for line in lines] or [indent]


def _bound(text: str) -> str:
    """Leave the spaces at which a line may end: behind the commas of arguments, before signs elsewhere."""
    stays = set[int]()
    groups: list[tuple[int, bool]] = []  # where the argument begins, and whether it is one of several
    for place, sign in enumerate(text):
        if sign == "(":
            groups.append((place + 1, False))
        elif sign in ",)" and groups:
            start, several = groups.pop()
            if (several or sign == ",") and place - start <= LONGEST_BOUND:
                stays.update(at for at in range(start + 1, place) if text[at] == " ")
            if sign == ",":
                groups.append((place + 1, True))
    for sign in "+-":
        stays.update(found.start() + 2 for found in re.finditer(re.escape(f" {sign} "), text))
    stays.update(found.start() + 1 for found in re.finditer("≈ ", text))
    for found in re.finditer(" = ", text):
        stays.update((found.start(), found.start() + 2))
    return "".join(_STAYS if place in stays else letter for place, letter in enumerate(text))


def columns(rows: Sequence[Sequence[str]], indent: str = "  ", width: int | None = WIDTH) -> list[str]:
    """Lay out rows in columns as wide as they need; where a page has a width, cells go on in further lines.

    >>> columns([("change", "times"), ("forget what earlier rounds said", "b")], width=28)
    ['  change               times', '  forget what earlier  b', '    rounds said']
    """
    wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
    if width is not None:
        wide = _fitted(rows, wide, width - len(indent))
    lines: list[str] = []
    for row in rows:
        cells = [_cell(cell, most) for cell, most in zip(row, wide, strict=True)]
        for place in range(max(map(len, cells))):
            parts = (cell[place] if place < len(cell) else "" for cell in cells)
            line = indent + _GAP.join(part.ljust(most) for part, most in zip(parts, wide, strict=True))
            lines.append(line.rstrip())
    return lines


def _fitted(rows: Sequence[Sequence[str]], needed: Sequence[int], width: int) -> list[int]:
    """How wide the columns are: the widest give way first, as far as their words leave room."""
    cells = list(zip(*rows, strict=True))
    wide, room = list(needed), width - len(_GAP) * (len(needed) - 1)
    for narrow in (False, True):
        least = [
            max(len(line) for cell in column for line in flowing(cell, further=_GAP, width=1, narrow=narrow))
            for column in cells
        ]
        while sum(wide) > room:
            open_ones = [place for place, most in enumerate(wide) if most > max(least[place], NARROWEST)]
            if not open_ones:
                break
            wide[max(open_ones, key=lambda place: wide[place])] -= 1
    return wide


def _cell(text: str, width: int) -> list[str]:
    lines = flowing(text, further=_GAP, width=width)
    return lines if max(map(len, lines)) <= width else flowing(text, further=_GAP, width=width, narrow=True)
