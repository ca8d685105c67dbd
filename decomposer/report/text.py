"""Documents as plain text for a terminal."""

from __future__ import annotations

from collections.abc import Iterable

from decomposer.report.document import Block, Code, Facts, Heading, Hint, Points, Table, Title

WIDTH = 110


def render(blocks: Iterable[Block]) -> str:
    """Write a document as plain text."""
    lines: list[str] = []
    for block in blocks:
        if lines and not (isinstance(block, Points | Code) and lines[-1] and _is_heading(lines)):
            lines.append("")
        lines.extend(_block(block))
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _is_heading(lines: list[str]) -> bool:
    return not lines[-1].startswith(" ")


def _block(block: Block) -> list[str]:
    if isinstance(block, Title):
        return [block.text, *(_wrap(block.about) if block.about else ())]
    if isinstance(block, Heading):
        return [block.text]
    if isinstance(block, Facts):
        width = max(len(name) for name, _ in block.rows)
        return [f"  {name.ljust(width)}  {value}" for name, value in block.rows]
    if isinstance(block, Code):
        return [f"  {line}" for line in block.lines]
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Points):
        return [f"  {line}" for line in block.lines]
    assert isinstance(block, Hint)
    return [f"next: {block.command}"]


def _wrap(text: str) -> list[str]:
    import textwrap

    return [
        line
        for part in text.strip().splitlines()
        for line in textwrap.wrap(part, WIDTH, initial_indent="  ", subsequent_indent="  ")
    ]


def _table(table: Table) -> list[str]:
    rows = [table.headers, *table.rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(table.headers))]
    return ["  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
