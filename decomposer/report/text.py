"""Documents as plain text for a terminal."""

from __future__ import annotations

from collections.abc import Iterable

from decomposer.report.columns import WIDTH, columns, flowing
from decomposer.report.document import Block, Code, Facts, Heading, Hint, Points, Table, Title


def render(blocks: Iterable[Block]) -> str:
    """Write a document as plain text."""
    lines: list[str] = []
    before: Block | None = None
    for block in blocks:
        if before is not None and not (isinstance(block, Points | Code) and isinstance(before, Heading)):
            lines.append("")
        lines.extend(_block(block))
        before = block
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _block(block: Block) -> list[str]:
    if isinstance(block, Title):
        about = block.about.strip().splitlines()
        return [block.text, *(line for part in about for line in flowing(part, "  ", "  "))]
    if isinstance(block, Heading):
        return flowing(block.text, further="  ")
    if isinstance(block, Facts):
        width = max(len(name) for name, _ in block.rows)
        further = " " * (width + 6)
        return [line for name, value in block.rows for line in flowing(value, f"  {name.ljust(width)}  ", further)]
    if isinstance(block, Code):
        return [f"  {line}" for line in block.lines]
    if isinstance(block, Table):
        return columns((block.headers, *block.rows), width=WIDTH if block.broken else None)
    if isinstance(block, Points):
        return [line for point in block.lines for line in _point(point)]
    assert isinstance(block, Hint)
    return [f"next: {block.command}"]


def _point(point: str) -> list[str]:
    """A sentence, which may be indented as it belongs to the one before."""
    indent = " " * (len(point) - len(point.lstrip()) + 2)
    return flowing(point.strip(), indent, f"{indent}    ")
