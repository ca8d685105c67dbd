"""``decomposer schema``."""

from __future__ import annotations

from pathlib import Path

import click

from decomposer.cli.common import emit, json_text


@click.command
@click.option("-o", "--output", "path", metavar="FILE", type=click.Path(path_type=Path), help="Write to FILE.")
def schema(path: Path | None) -> None:
    """Print the JSON Schema of problem files, from which editors complete and check.

    For yaml-language-server: `decomposer schema -o problem.schema.json`, and in the problem file a first line
    `# yaml-language-server: $schema=problem.schema.json`.
    """
    from decomposer.problem.schema import json_schema

    emit(json_text(json_schema()), path)
