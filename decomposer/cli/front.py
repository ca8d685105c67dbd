"""``decomposer front``."""

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
    setting_arguments,
    time_option,
)

ONLY_A_BOUND = 4


@click.command
@problem_argument
@set_option
@time_option
@output_options
def front(problem: str, settings: tuple[str, ...], seconds: float | None, kind: str | None, path: str | None) -> int:
    """List all designs of which none is better in both total cost and critical path.

    PROBLEM is a problem file, the name of a shipped problem (see `decomposer list`), or - for standard input.

    Without numbers, costs are growths, and each design says for how many calls at once it is the best; with --set, the
    front is exact.

    Exit code 4 when it is not proved that nothing is missing; the answer says why. Exit code 5 when time ran out before
    any design was known.
    """
    output, given, numbers = output_of(kind, path), load_problem(problem), numbers_of(settings)
    from decomposer.report.front import document
    from decomposer.verbs.front import front as find

    found = find(given, at=numbers or None, seconds=seconds)
    following = next_command("optimize", problem, *setting_arguments(settings))
    deliver(output, found.to_dict, lambda: document(found), following)
    return 0 if found.complete else ONLY_A_BOUND
