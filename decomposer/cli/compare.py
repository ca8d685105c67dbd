"""``decomposer compare``."""

from __future__ import annotations

from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from decomposer.verbs.compare import Comparison, Row

WORSE = 1
NOT_WORSE = frozenset({"Theta", "O", "o"})
"""Relations of a design's cost to the reference's that show it to grow no faster, anywhere in the regime."""


@click.command
@problem_argument
@click.argument("designs", metavar="[DESIGN]...", nargs=-1)
@click.option("--against", metavar="NAME", default="optimum", show_default=True, help="The reference: a hand design.")
@set_option
@time_option
@click.option("--fail-if-worse", is_flag=True, help="Exit with 1 when a design is worse than the reference.")
@output_options
def compare(
    problem: str,
    designs: tuple[str, ...],
    against: str,
    settings: tuple[str, ...],
    seconds: float | None,
    fail_if_worse: bool,
    kind: str | None,
    path: str | None,
) -> int:
    """Compare hand designs with the best design, or with one of their own.

    PROBLEM is a problem file, the name of a shipped problem (see `decomposer list`), or - for standard input.
    DESIGN is a hand design of the problem; by default all that keep the contract of the tasks are compared, and the
    others are told about.

    With --fail-if-worse the exit code is 1 unless every design is legal and shown to grow no faster than the
    reference, however the parameters grow within the problem's assumptions. With --set the costs at these
    numbers decide instead: 1 when a design costs more there. A design that misses the problem's target, or exceeds a
    limit, is worse whatever it costs, unless the reference does so, too. The comparison is written in either case.

    With --time-limit the optimum may be the best design known in that time alone, and a note says so. Exit code 5 when
    there is none.
    """
    output, numbers = output_of(kind, path), numbers_of(settings)
    given = load_problem(problem)
    from decomposer.report.comparison import document
    from decomposer.verbs.compare import compare as measure

    comparison = measure(given, *designs, against=against, at=numbers or None, seconds=seconds)
    # `explain` takes no numbers: it would explain another answer.
    named = ("optimize", problem, *setting_arguments(settings)) if numbers else ("explain", problem)
    deliver(output, comparison.to_dict, lambda: document(comparison), next_command(*named))
    worse = bool(comparison.illegal) or any(_worse(row, comparison) for row in comparison.rows)
    return WORSE if fail_if_worse and worse else 0


def _worse(row: Row, comparison: Comparison) -> bool:
    """Whether a design is worse than the reference: at the numbers, if there are any, else in growth.

    What misses the target, or exceeds a limit, where the reference does not, is worse whatever it costs.
    """
    if row.misses_target and not comparison.reference.misses_target:
        return True
    if not set(row.beyond) <= set(comparison.reference.beyond):
        return True
    own, reference = row.cost.value, comparison.reference.cost.value
    if own is not None and reference is not None:
        from decomposer.expr import compare as order

        return order(own, reference, {}) > 0
    return row.relation not in NOT_WORSE
