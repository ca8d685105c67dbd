"""Tables whose long formulas stand below them, each once: a reader compares short cells, and looks up what he must."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from decomposer.report.document import Block, Facts, Table

LONGEST = 32
"""Most characters of a formula within a table."""

LONGEST_TWICE = 24
"""Most characters of a formula that stands in more than one cell."""


def with_legend(table: Table, headers: Collection[str]) -> list[Block]:
    """Put marks for long cells of the columns under these headers, and say below what the marks stand for.

    >>> table, below = with_legend(Table(("change", "cost"), (("none", "k" * 30), ("some", "k" * 30))), ["cost"])
    >>> table.rows
    (('none', '(1)'), ('some', '(1)'))
    >>> below.rows == (("(1)", "k" * 30),)
    True
    """
    places = [place for place, header in enumerate(table.headers) if header in headers]
    times = Counter(row[place] for row in table.rows for place in places)
    long = (cell for cell, often in times.items() if len(cell) > (LONGEST if often == 1 else LONGEST_TWICE))
    marks = {cell: f"({number})" for number, cell in enumerate(long, 1)}
    if not marks:
        return [table]
    rows = tuple(
        tuple(marks.get(cell, cell) if place in places else cell for place, cell in enumerate(row))
        for row in table.rows
    )
    return [Table(table.headers, rows), Facts(tuple((mark, cell) for cell, mark in marks.items()))]
