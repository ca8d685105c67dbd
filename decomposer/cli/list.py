"""``decomposer list``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from decomposer.cli.common import deliver, load_problem, output_of, output_options

if TYPE_CHECKING:
    from decomposer.problem.model import Problem
    from decomposer.report.document import Block

FORMAT_VERSION = 1


@click.command("list")
@output_options
def list_problems(kind: str | None, path: str | None) -> None:
    """List the problems shipped with decomposer."""
    output = output_of(kind, path)
    from decomposer.problems import names

    problems = {name: load_problem(name) for name in names()}
    deliver(output, lambda: _data(problems), lambda: _document(problems), "decomposer optimize debugging")


def _data(problems: dict[str, Problem]) -> dict[str, Any]:
    entries = [
        {"name": name, "about": problem.about, "tasks": list(problem.tasks), "designs": list(problem.designs)}
        for name, problem in problems.items()
    ]
    return {"format_version": FORMAT_VERSION, "problems": entries}


def _document(problems: dict[str, Problem]) -> list[Block]:
    from decomposer.report.document import Table

    rows = tuple((name, _first_sentence(problem.about)) for name, problem in problems.items())
    return [Table(("problem", "about"), rows)]


def _first_sentence(text: str) -> str:
    """Cut at the first full stop before a space; that in ``section 3.1`` has none behind it."""
    words = " ".join(text.split())
    sentence, stop, _ = words.partition(". ")
    return f"{sentence}." if stop else words
