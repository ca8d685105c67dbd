"""``decomposer explain``."""

from __future__ import annotations

import click

from decomposer.cli.common import (
    deliver,
    load_problem,
    next_command,
    output_of,
    output_options,
    problem_argument,
    time_option,
)


@click.command
@problem_argument
@time_option
@output_options
def explain(problem: str, seconds: float | None, kind: str | None, path: str | None) -> None:
    """Say why a design is the best: what was refused and why, and what each fact is worth.

    PROBLEM is a problem file, the name of a shipped problem (see `decomposer list`), or - for standard input.
    """
    output, given = output_of(kind, path), load_problem(problem)
    from decomposer.report.explanation import document
    from decomposer.verbs.explain import explain as find

    explanation = find(given, seconds=seconds)
    deliver(output, explanation.to_dict, lambda: document(explanation), next_command("compare", problem))
