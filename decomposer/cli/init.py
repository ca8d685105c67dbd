"""``decomposer init``."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from decomposer.cli.common import Failure, emit, write_file
from decomposer.errors import Diagnostic


@click.command
@click.argument("file", default="problem.yaml", metavar="[FILE]")
@click.option("--force", is_flag=True, help="Overwrite FILE.")
def init(file: str, force: bool) -> None:
    """Write a commented problem file to start from.

    FILE is problem.yaml by default; - prints it.
    """
    from decomposer.problem.sample import sample

    if file == "-":
        emit(sample())
        return
    path = Path(file)
    if path.exists() and not force:
        raise Failure(Diagnostic(f"{file} exists", "file-exists", hint="name another file, or add --force"))
    write_file(path, sample())
    click.echo(f"wrote {file}\nnext: decomposer optimize {shlex.quote(file)}", err=True)
