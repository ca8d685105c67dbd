"""``decomposer effort``."""

from __future__ import annotations

import click

from decomposer.cli.common import deliver, load_problem, next_command, output_of, output_options, problem_argument


@click.command
@problem_argument
@click.argument("design", default="optimum")
@output_options
def effort(problem: str, design: str, kind: str | None, path: str | None) -> None:
    """Say what each agent contributes, and how large a model it could have without changing the growth.

    PROBLEM is a problem file, the name of a shipped problem (see `decomposer list`), or - for standard input.
    DESIGN is a hand design of the problem, or `optimum`, the default.
    """
    output, given = output_of(kind, path), load_problem(problem)
    from decomposer.report.effort import document
    from decomposer.verbs.effort import effort as find

    found = find(given, design)
    deliver(output, found.to_dict, lambda: document(found), next_command("explain", problem))
