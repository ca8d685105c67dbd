"""``decomposer claim``."""

from __future__ import annotations

import click

from decomposer.cli.common import deliver, load_problem, next_command, output_of, output_options, problem_argument

EXIT_CODES = {"proved": 0, "refuted": 1, "unknown": 4}


@click.command
@problem_argument
@click.argument("statement", metavar="CLAIM")
@click.option(
    "--assume",
    multiple=True,
    metavar="RELATION",
    help='An assumption beyond those of the problem, such as "m_d <= m_s*n"; may be repeated.',
)
@output_options
def claim(problem: str, statement: str, assume: tuple[str, ...], kind: str | None, path: str | None) -> int:
    """Prove or refute a claim about costs, such as "naive / focused = Theta(b*k^2)".

    PROBLEM is a problem file, the name of a shipped problem (see `decomposer list`), or - for standard input.
    The left side of CLAIM is a design or a ratio of two: hand designs, or `optimum`; naive[find] is what the task
    find costs within naive. The right side is Theta(...), O(...), o(...), Omega(...) or omega(...).

    A refuted claim comes with numbers to try, and with the weakest assumptions under which it holds.
    Exit code 0 when the claim is proved, 1 when it is refuted, 4 when neither could be done.
    """
    output, given = output_of(kind, path), load_problem(problem)
    from decomposer.report.claim import document
    from decomposer.verbs.claim import claim as decide

    found = decide(given, statement, assume)
    deliver(output, found.to_dict, lambda: document(found), next_command("compare", problem))
    return EXIT_CODES[found.verdict]
