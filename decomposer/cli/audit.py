"""``decomposer audit``."""

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
def audit(problem: str, seconds: float | None, kind: str | None, path: str | None) -> None:
    """Say what each fact and assumption is worth, and which facts not stated would pay most.

    PROBLEM is a problem file, the name of a shipped problem (see `decomposer list`), or - for standard input.
    """
    output, given = output_of(kind, path), load_problem(problem)
    from decomposer.report.audit import document
    from decomposer.verbs.audit import audit as find

    found = find(given, seconds=seconds)
    deliver(output, found.to_dict, lambda: document(found), next_command("explain", problem))
