"""What checks certificates shares no code with what writes them."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import decomposer

ROOT = Path(decomposer.__file__).parent
OWN = ("decomposer.checker", "decomposer.formulas", "decomposer.restated")
FILES = sorted(file for package in OWN for file in (ROOT / package.partition(".")[2]).glob("*.py"))


def imported(file: Path) -> set[str]:
    """The modules that a file imports, wherever it does."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file.name}: a relative import"
            found.add(node.module or "")
        elif isinstance(node, ast.Name):
            assert node.id not in ("__import__", "eval", "exec", "importlib"), f"{file.name}: {node.id}"
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_only_the_standard_library_and_each_other(file: Path) -> None:
    for name in imported(file):
        own = name.startswith(tuple(f"{package}." for package in OWN))
        assert own or name.split(".")[0] in sys.stdlib_module_names, f"{file.name} imports {name}"


def test_the_checker_is_there() -> None:
    assert {file.name for file in FILES} >= {
        "algebra.py",
        "factors.py",
        "growth.py",
        "check.py",
        "rules.py",
        "space.py",
    }


def test_checking_loads_nothing_of_the_program() -> None:
    """In a fresh interpreter."""
    code = "import sys, decomposer.checker.check; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    own = {name for name in run.stdout.split() if name.startswith("decomposer.")}
    assert own
    assert all(name.startswith(OWN) for name in own), own
    assert not {"ortools", "sympy", "numpy", "networkx", "pydantic"} & set(run.stdout.split())


def lines(package: str) -> int:
    """Lines of a package, whatever is in them."""
    return sum(len(file.read_text(encoding="utf-8").splitlines()) for file in (ROOT / package).glob("*.py"))


def test_the_checker_is_small() -> None:
    """Small enough to be read; formulas and the second statement of the rules apart."""
    assert lines("checker") < 500
    assert lines("formulas") < 700
