"""The package is what the tree holds, and nothing of it can be imported under a generic name."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib import import_module
from pathlib import Path

import pytest

import decomposer
from decomposer.rules import RULES

ROOT = Path(__file__).resolve().parent.parent
MAPPED = {"solvers": "decomposer.solvers", "problems": "decomposer.problems"}

in_tree = pytest.mark.skipif(not (ROOT / "pyproject.toml").exists(), reason="the tests run apart from the tree")


def packages_of_the_tree() -> set[str]:
    """Every folder with an `__init__.py`; the mapped ones under their real names."""
    found = set()
    for top in ("decomposer", *MAPPED):
        for init in (ROOT / top).rglob("__init__.py"):
            parts = init.parent.relative_to(ROOT).parts
            found.add(".".join((MAPPED.get(parts[0], parts[0]), *parts[1:])))
    return found


@in_tree
def test_listed_packages_are_the_tree() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    listed = settings["packages"]
    assert sorted(listed) == listed
    assert set(listed) == packages_of_the_tree()
    assert settings["package-dir"] == {name: folder for folder, name in MAPPED.items()}


@in_tree
@pytest.mark.parametrize("name", MAPPED)
def test_links_show_the_same_tree(name: str) -> None:
    link = ROOT / "decomposer" / name
    assert link.is_symlink()
    assert link.resolve() == ROOT / name


@in_tree
@pytest.mark.parametrize("name", MAPPED)
def test_generic_names_cannot_be_imported(name: str) -> None:
    run = subprocess.run([sys.executable, "-c", f"import {name}"], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode != 0
    assert f"import this package as `{MAPPED[name]}`" in run.stderr


@in_tree
def test_version_is_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == decomposer.__version__
    assert f"## [{decomposer.__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@in_tree
def test_wheel_holds_every_module_and_problem(tmp_path: Path) -> None:
    pytest.importorskip("setuptools", "77")
    source = tmp_path / "source"
    source.mkdir()
    for name in ("decomposer", *MAPPED):
        shutil.copytree(ROOT / name, source / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(source)]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if not name.split("/")[0].endswith(".dist-info")}
        assert any(name.endswith("/licenses/LICENSE") for name in archive.namelist())
    expected = {"decomposer/py.typed"}
    for top in ("decomposer", *MAPPED):
        for suffix in ("py", "yaml"):
            for file in (ROOT / top).rglob(f"*.{suffix}"):
                inside = file.relative_to(ROOT)
                expected.add(str(inside if top == "decomposer" else Path("decomposer") / inside))
    assert held == expected


def test_every_rule_is_listed_under_the_name_of_its_file() -> None:
    folder = Path(import_module("decomposer.rules").__path__[0])
    files = {file.stem for file in folder.glob("*.py")} - {"__init__", "base"}
    assert {rule.name.replace("-", "_").replace(" ", "_") for rule in RULES} == files
    assert len(RULES) == len(files)
    for stem in files:
        assert import_module(f"decomposer.rules.{stem}").RULE in RULES


def test_public_names_can_be_imported() -> None:
    for name in decomposer.__all__:
        assert getattr(decomposer, name) is not None
    assert set(decomposer.__all__) <= set(dir(decomposer))


@in_tree
def test_public_names_are_imported_for_type_checkers_from_where_they_are_found() -> None:
    source = (ROOT / "decomposer" / "__init__.py").read_text(encoding="utf-8")
    declared = set(re.findall(r"^    from (\S+) import (\w+) as \2$", source, re.MULTILINE))
    assert {name for _, name in declared} == set(decomposer.__all__) - {"__version__"}
    for module, name in declared:
        assert getattr(import_module(module), name) is getattr(decomposer, name)


def test_unknown_names_are_attribute_errors() -> None:
    with pytest.raises(AttributeError, match="no attribute 'optimise'"):
        decomposer.optimise  # noqa: B018 - the access is what is tested
