"""``decomposer optimize``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from decomposer.cli.common import (
    Failure,
    deliver,
    json_text,
    load_problem,
    next_command,
    numbers_of,
    output_of,
    output_options,
    problem_argument,
    set_option,
    setting_arguments,
    time_option,
    write_file,
)
from decomposer.errors import Diagnostic

if TYPE_CHECKING:
    from decomposer.problem.model import Objective

OBJECTIVES = ("cost", "span", "time", "scope")
ILLEGAL = 1
ONLY_A_BOUND = 4


@click.command
@problem_argument
@set_option
@time_option
@click.option("--minimise", type=click.Choice(OBJECTIVES), help="What to minimise, instead of what PROBLEM says.")
@click.option("--fail-if-illegal", is_flag=True, help="Exit with 1 when a hand design breaks the contract of a task.")
@click.option("--certificate", metavar="FILE", help="Write a proof of the answer to FILE, for `decomposer check`.")
@output_options
def optimize(
    problem: str,
    settings: tuple[str, ...],
    seconds: float | None,
    minimise: Objective | None,
    fail_if_illegal: bool,
    certificate: str | None,
    kind: str | None,
    path: str | None,
) -> int:
    """Find the design of least cost, and what it saves against the hand designs.

    PROBLEM is a problem file, the name of a shipped problem (see `decomposer list`), or - for standard input.
    With --set for every parameter, the design of least cost at these numbers.

    Hand designs that break the contract of a task are told about, and not compared; that changes the exit code only
    with --fail-if-illegal.

    Exit code 0 when nothing grows more slowly (status optimal, optimal_growth or regimes), 3 when no design is
    feasible, 4 when the answer could not be proved to be the best (status bounded), 5 when time ran out before any
    design was known.
    """
    output, numbers = output_of(kind, path), numbers_of(settings)
    if certificate is not None and numbers:
        raise Failure(Diagnostic("a certificate proves a growth, so it takes no --set", "usage"))
    if certificate is not None and seconds is not None:
        raise Failure(Diagnostic("a certificate is of the whole space, so it takes no --time-limit", "usage"))
    given = load_problem(problem)
    objective = given.minimise
    if minimise is not None:
        given = replace(given, minimise=minimise)
    from decomposer.report.optimum import document
    from decomposer.verbs.optimize import optimize as find

    result = find(given, at=numbers or None, seconds=seconds)
    # `explain` takes no numbers, and neither takes an objective: nothing is promised of another answer.
    following = next_command(*(("compare", problem, *setting_arguments(settings)) if numbers else ("explain", problem)))
    if objective != given.minimise:
        following = None
    if certificate is not None:
        from decomposer.verbs.certify import certify

        write_file(Path(certificate), json_text(certify(given)))
        following = next_command("check", problem, certificate)
    deliver(output, result.to_dict, lambda: document(result), following)
    if fail_if_illegal and result.illegal:
        return ILLEGAL
    return ONLY_A_BOUND if result.status == "bounded" else 0
