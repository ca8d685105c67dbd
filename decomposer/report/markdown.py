"""Documents as Markdown."""

from __future__ import annotations

from collections.abc import Iterable

from decomposer.report.document import Block, Code, Facts, Heading, Hint, Points, Table, Title


def render(blocks: Iterable[Block]) -> str:
    """Write a document as Markdown."""
    return "\n\n".join(_block(block) for block in blocks) + "\n"


def _block(block: Block) -> str:
    if isinstance(block, Title):
        return f"# {block.text}" + (f"\n\n{block.about.strip()}" if block.about else "")
    if isinstance(block, Heading):
        return f"## {block.text}"
    if isinstance(block, Facts):
        return "\n".join(f"- **{name}**: {value}" for name, value in block.rows)
    if isinstance(block, Code):
        return "\n".join(("```", *block.lines, "```"))
    if isinstance(block, Table):
        rows = [_row(block.headers), _row(tuple("---" for _ in block.headers)), *map(_row, block.rows)]
        return "\n".join(rows)
    if isinstance(block, Points):
        return "\n".join(f"{_margin(line)}- {line.strip()}" for line in block.lines)
    assert isinstance(block, Hint)
    return f"Next: `{block.command}`"


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _margin(line: str) -> str:
    """How far a sentence is indented, as it belongs to the one before."""
    return " " * (len(line) - len(line.lstrip()))
