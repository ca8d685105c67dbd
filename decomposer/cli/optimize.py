"""``decomposer optimize``."""

from __future__ import annotations

import click

from decomposer.cli.common import (
    deliver,
    load_problem,
    next_command,
    numbers_of,
    output_of,
    output_options,
    problem_argument,
    set_option,
)

ONLY_A_BOUND = 4


@click.command
@problem_argument
@set_option
@output_options
def optimize(problem: str, settings: tuple[str, ...], kind: str | None, path: str | None) -> int:
    """Find the design of least cost, and what it saves against the hand designs.

    PROBLEM is a problem file, the name of a shipped problem (see `decomposer list`), or - for standard input.
    With --set for every parameter, the design of least cost at these numbers.

    Exit code 3 when no design is feasible, 4 when the answer could not be proved to be the best.
    """
    output, numbers = output_of(kind, path), numbers_of(settings)
    given = load_problem(problem)
    from decomposer.report.optimum import document
    from decomposer.verbs.optimize import optimize as find

    result = find(given, at=numbers or None)
    deliver(output, result.to_dict, lambda: document(result), next_command("explain", problem))
    return ONLY_A_BOUND if result.status == "bounded" else 0
