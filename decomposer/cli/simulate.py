"""``decomposer simulate``."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable

import click

from decomposer.cli.common import (
    Failure,
    deliver,
    load_problem,
    next_command,
    numbers_of,
    output_of,
    output_options,
    problem_argument,
    set_option,
    setting_arguments,
)
from decomposer.errors import Diagnostic

DISAGREES = 1
SIZES = 5
MOST_SIZES = 20


@click.command
@problem_argument
@click.argument("design", default="optimum")
@set_option
@click.option("--runs", type=click.IntRange(1), help="Runs at each size; default: 1000, with --workers 100.")
@click.option("--seed", type=click.IntRange(0), default=0, help="The same seed gives the same answer; default: 0.")
@click.option("--workers", type=click.IntRange(1), help="Also schedule the calls of each run on so many workers.")
@click.option("--sweep", metavar="NAME=LOW..HIGH[:SIZES]", help="Fit growths over sizes, such as n=100..10000:6.")
@click.option("--level", type=float, default=0.999, help="Confidence of every interval; default: 0.999.")
@output_options
def simulate(
    problem: str,
    design: str,
    settings: tuple[str, ...],
    runs: int | None,
    seed: int,
    workers: int | None,
    sweep: str | None,
    level: float,
    kind: str | None,
    path: str | None,
) -> int:
    """Run a design with dice, and put what was predicted beside what was counted.

    PROBLEM is a problem file, the name of a shipped problem (see `decomposer list`), or - for standard input.
    DESIGN is a hand design of the problem, or `optimum`, the default. It takes --set for every parameter but the one
    that is swept.

    Exit code 1 when something counted lies outside what was predicted.
    """
    output, numbers, swept = output_of(kind, path), numbers_of(settings), _sweep(sweep)
    given = load_problem(problem)
    from decomposer.report.simulation import document
    from decomposer.verbs.simulation import simulate as find

    number = runs if runs is not None else 100 if workers is not None else 1000
    progress = Progress() if sys.stderr.isatty() else None
    try:
        found = find(
            given,
            design,
            at=numbers,
            runs=number,
            seed=seed,
            workers=workers,
            sweep=swept,
            level=level,
            progress=progress,
        )
    finally:
        if progress is not None:
            progress.clear()
    largest = [f"{swept[0]}={swept[1][-1]}"] if swept is not None else []
    following = next_command("compare", problem, *setting_arguments([*settings, *largest]))
    deliver(output, found.to_dict, lambda: document(found), following)
    return 0 if found.agrees else DISAGREES


def _sweep(text: str | None) -> tuple[str, tuple[int, ...]] | None:
    """Read ``n=100..10000:5`` into sizes that are equally far apart on a logarithmic scale."""
    if text is None:
        return None
    found = re.fullmatch(r"\s*(\w+)\s*=\s*(\d+)\s*\.\.\s*(\d+)\s*(?::\s*(\d+)\s*)?", text)
    if found is None:
        hint = "write it as name=low..high, such as n=100..10000, or n=100..10000:6 for six sizes"
        raise Failure(Diagnostic(f"--sweep {text}: not a sweep", "bad-setting", hint=hint))
    low, high, number = int(found[2]), int(found[3]), int(found[4] or SIZES)
    if not 3 <= number <= MOST_SIZES or low < 1 or high <= low or high > 10**12:
        hint = f"at least 1, the smaller number first, and between 3 and {MOST_SIZES} sizes"
        raise Failure(Diagnostic(f"--sweep {text}: no sizes to fit", "bad-setting", hint=hint))
    sizes = sorted({round(low * (high / low) ** (step / (number - 1))) for step in range(number)})
    return found[1], tuple(sizes)


class Progress:
    """How far the runs are, on a terminal, once it has taken a second."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.now = now
        self.began = self.told = now()
        self.shown = False

    def __call__(self, what: str, done: int, total: int) -> None:
        """Tell, but not more than ten times a second."""
        now = self.now()
        if now - self.began < 1 or (now - self.told < 0.1 and done < total):
            return
        self.told, self.shown = now, True
        click.echo(f"\r\033[K{what}: {done:,} of {total:,}", nl=False, err=True)

    def clear(self) -> None:
        """Leave the line empty."""
        if self.shown:
            click.echo("\r\033[K", nl=False, err=True)
