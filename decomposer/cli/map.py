"""``decomposer map``."""

from __future__ import annotations

from pathlib import Path

import click

from decomposer.cli.common import (
    Failure,
    deliver,
    load_problem,
    next_command,
    output_of,
    output_options,
    problem_argument,
    time_option,
    write_file,
)
from decomposer.errors import Diagnostic

ONLY_A_BOUND = 4


@click.command("map")
@problem_argument
@click.argument("designs", metavar="[DESIGN]...", nargs=-1)
@click.option("--assume", multiple=True, metavar="RELATION", help="An assumption beyond those of the problem.")
@click.option("--nothing-assumed", is_flag=True, help="Drop the assumptions of the problem.")
@click.option("--svg", "picture", metavar="FILE", help="Draw the plane of two parameters, in log scale, to FILE.")
@click.option("--plane", metavar="X,Y", help="The two parameters of the picture.")
@click.option("--fix", multiple=True, metavar="NAME=GROWTH", help="How another parameter grows there, such as k=n.")
@time_option
@output_options
def regime_map(
    problem: str,
    designs: tuple[str, ...],
    assume: tuple[str, ...],
    nothing_assumed: bool,
    picture: str | None,
    plane: str | None,
    fix: tuple[str, ...],
    seconds: float | None,
    kind: str | None,
    path: str | None,
) -> int:
    """Say which design is best under which growth of the parameters, as a decision tree.

    PROBLEM is a problem file, the name of a shipped problem (see `decomposer list`), or - for standard input.
    DESIGN is a hand design, or `optimum` for all designs that the rules make; by default these take part.

    The picture shows two parameters as powers of a scale t; the others grow like t unless --fix says otherwise, with
    a product of powers of t and of the plane's parameters.

    Exit code 4 when some leaf of the tree could not be proved.
    """
    output, given, fixed = output_of(kind, path), load_problem(problem), _fixed(fix)
    if picture is None and (plane or fix):
        raise Failure(Diagnostic("--plane and --fix are about a picture", "usage", hint="add --svg FILE"))
    from decomposer.report.regimes import document
    from decomposer.verbs.regimes import regime_map as find

    found = find(given, designs or ("optimum",), assume, keep=not nothing_assumed, seconds=seconds)
    if picture is not None:
        from decomposer.report.plane import svg

        axes = [name.strip() for name in plane.split(",")] if plane else []
        write_file(Path(picture), svg(found, axes, fixed))
    deliver(output, found.to_dict, lambda: document(found), next_command("optimize", problem))
    return 0 if found.verified and found.complete else ONLY_A_BOUND


def _fixed(given: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in given:
        name, equals, growth = (part.strip() for part in text.partition("="))
        if not equals or not name or not growth:
            raise Failure(Diagnostic(f"--fix {text}: not a growth", "bad-setting", hint="write it as k=n"))
        found[name] = growth
    return found
