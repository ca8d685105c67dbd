"""The part of `compare` that says which change contributes what."""

from __future__ import annotations

from decomposer.expr import ONE, Expr
from decomposer.report.document import Block, Heading, Points, Table, Writer
from decomposer.report.legend import with_legend
from decomposer.report.numerals import decimal
from decomposer.report.words import COST, WORDS
from decomposer.verbs.attribution_results import Attribution, Worth, Worths


def section(found: Attribution, start: str, end: str, writer: Writer) -> list[Block]:
    """Lay out an attribution: a row for each change, in the order of the path."""
    groups = [tasks for tasks, _ in found.worth.by_tasks]
    columns = groups if len(groups) > 1 else []
    rows = [
        (
            each.words,
            *_cells(each.worth, columns, writer),
            _one(each.alone, writer),
            _one(each.undone, writer),
            *_numbers(found, each.times),
        )
        for each in found.contributions
    ]
    if len(rows) > 1:
        rows.append(("all of them", *_cells(found.worth, columns, writer), "", "", *_numbers(found, found.times)))
    headers = ("change", "in total", *(" + ".join(tasks) for tasks in columns), "alone", "undone")
    if found.times is not None:
        headers = (*headers, "at numbers")
    blocks: list[Block] = [
        Heading(f"from {start} to {end}, change by change: how many times {writer.words.worse} it is before"),
        *with_legend(Table(headers, tuple(rows)), headers[1:]),
    ]
    if not found.exhaustive:
        blocks.append(Points(("the search stopped at its bound: there may be a path of smaller changes",)))
    return blocks


def explanation(minimised: str) -> list[Block]:
    """What the columns mean."""
    worse = WORDS[minimised].worse
    costs = ("by task: the cost of the calls, not what is minimised",) if WORDS[minimised] is not COST else ()
    lines = Points(
        (
            *costs,
            "in total and by task: contributions depend on the order of the changes, their product does not",
            f"alone: as the only change of the first design; undone: how much {worse} the last is without it",
            "empty: breaks the contract, or means nothing there; a to b: between these, as the regime is",
        )
    )
    return [Heading("how to read the changes"), lines]


def _numbers(found: Attribution, times: Expr | None) -> tuple[str, ...]:
    """A further cell where there are numbers."""
    if found.times is None:
        return ()
    return ("" if times is None else decimal(times),)


def _cells(worth: Worths, columns: list[tuple[str, ...]], writer: Writer) -> tuple[str, ...]:
    parts = dict(worth.by_tasks)
    return _cell(worth.total, writer), *(_cell(parts.get(tasks), writer) for tasks in columns)


def _cell(worth: Worth | None, writer: Writer) -> str:
    """A monomial, or the bounds of what depends on the regime."""
    if worth is None:
        return ""
    if worth.between is None:
        return writer.formula(worth.ratio.expr)
    low, high = worth.between
    return writer.formula(low) if low == high else f"{writer.formula(low)} to {writer.formula(high)}"


def _one(worth: Worths | None, writer: Writer) -> str:
    """In one cell: in total where that is a monomial, else for the tasks that the change is about."""
    if worth is None:
        return ""
    total, parts = worth.total, worth.by_tasks
    if total.between is not None and total.between[0] == total.between[1]:
        return _cell(total, writer)
    if len(parts) > 1 and all(part.between is not None and part.between[0] == part.between[1] for _, part in parts):
        told = [(tasks, part) for tasks, part in parts if part.between != (ONE, ONE)]
        if told:
            return ", ".join(f"{' + '.join(tasks)} {_cell(part, writer)}" for tasks, part in told)
    return _cell(total, writer)
