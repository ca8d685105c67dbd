"""Help and errors are immediate: they import none of the heavy libraries."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("jinja2", "networkx", "numpy", "ortools", "pandas", "pydantic", "pydantic_core", "rich", "sympy", "yaml")

_RUN = """
import sys
from decomposer.cli.main import main
code = main(sys.argv[1:])
print("code", code, file=sys.stderr)
print("heavy", *(name for name in {heavy!r} if name in sys.modules), file=sys.stderr)
"""


def heavy_after(code: str, *args: str) -> tuple[list[str], str]:
    """Run code in a fresh interpreter: the heavy modules imported, and all that was written."""
    run = subprocess.run([sys.executable, "-c", code.format(heavy=HEAVY), *args], capture_output=True, text=True)
    lines = run.stderr.splitlines()
    assert lines and lines[-1].startswith("heavy"), run.stderr
    return lines[-1].split()[1:], run.stdout + run.stderr


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["--help"], 0),
        (["--version"], 0),
        ([], 2),
        (["frobnicate"], 2),
        (["optimise", "debugging"], 2),
        (["--bogus"], 2),
        (["optimize"], 2),
        (["optimize", "--help"], 0),
        (["optimize", "debugging", "--bogus"], 2),
        (["optimize", "debugging", "--format", "pdf"], 2),
        (["optimize", "debugging", "--set", "n"], 2),
        (["optimize", "debugging", "-o", "answer.pdf"], 2),
        (["optimize", "debuging"], 2),
        (["compare", "--help"], 0),
        (["explain", "--help"], 0),
        (["init", "--help"], 0),
        (["list", "--help"], 0),
        (["schema", "--help"], 0),
        (["claim", "--help"], 0),
        (["effort", "--help"], 0),
        (["audit", "--help"], 0),
        (["map", "--help"], 0),
        (["check", "--help"], 0),
        (["check", "debugging"], 2),
        (["check", "debugging", "missing.json"], 2),
        (["growth", "--help"], 0),
        (["growth", "relation"], 2),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_help_and_errors_import_nothing_heavy(args: list[str], code: int) -> None:
    heavy, written = heavy_after(_RUN, *args)
    assert heavy == []
    assert f"code {code}\n" in written


def test_importing_the_library_imports_nothing_heavy() -> None:
    report = 'print("heavy", *(name for name in {heavy!r} if name in sys.modules), file=sys.stderr)'
    heavy, _ = heavy_after(f"import sys, decomposer, decomposer.expr, decomposer.errors, decomposer.growth\n{report}")
    assert heavy == []


def test_optimize_imports_only_what_it_needs() -> None:
    heavy, written = heavy_after(_RUN, "optimize", "debugging")
    assert "code 0\n" in written
    assert set(heavy) <= {"pydantic", "pydantic_core", "yaml"}
