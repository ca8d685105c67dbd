"""``decomposer list``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from decomposer.cli.common import deliver, load_problem, output_of, output_options

if TYPE_CHECKING:
    from decomposer.problem.model import Problem
    from decomposer.report.document import Block

FORMAT_VERSION = 1

_STOP = re.compile(r"[.?!](?= [A-Z])")
_ABBREVIATIONS = (" al.", "cf.", "e.g.", "i.e.", "vs.")


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
    return [Table(("problem", "about"), rows, broken=False)]


def _first_sentence(text: str) -> str:
    """Cut where a sentence ends: not within brackets, nor behind an abbreviation such as ``et al.``."""
    words = " ".join(text.split())
    for stop in _STOP.finditer(words):
        sentence = words[: stop.end()]
        if sentence.count("(") == sentence.count(")") and not sentence.endswith(_ABBREVIATIONS):
            return sentence
    return words
