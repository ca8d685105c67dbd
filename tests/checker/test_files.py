"""Certificates on disk, each named for what it is: valid, refused, or no certificate at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from decomposer.cli.main import main
from decomposer.problem.load import load
from decomposer.verbs.check import CertificateFormatError, check

HERE = Path(__file__).parent
SHIPPED = "k-task"


def files(kind: str) -> list[Path]:
    return sorted((HERE / kind).glob("*.json"))


def problem_of(text: str) -> str:
    """The problem that a certificate says it is of."""
    try:
        return str(json.loads(text)["problem"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return SHIPPED


def named(kind: str) -> list[object]:
    return [pytest.param(file, id=file.stem) for file in files(kind)]


def test_most_of_them_must_be_refused() -> None:
    assert len(files("valid")) >= 5
    assert len(files("invalid")) + len(files("malformed")) > 10 * len(files("valid"))


@pytest.mark.parametrize("file", named("valid"))
def test_valid(file: Path) -> None:
    text = file.read_text()
    found = check(load(problem_of(text)), text)
    assert found.proved, found.reason
    assert found.claims


@pytest.mark.parametrize("file", named("invalid"))
def test_invalid(file: Path) -> None:
    text = file.read_text()
    found = check(load(problem_of(text)), text)
    assert not found.proved
    assert found.reason
    assert found.claims == ()


@pytest.mark.parametrize("file", named("malformed"))
def test_malformed(file: Path) -> None:
    text = file.read_text()
    with pytest.raises(CertificateFormatError):
        check(load(problem_of(text)), text)


@pytest.mark.parametrize(("kind", "code"), [("valid", 0), ("invalid", 1), ("malformed", 2)])
def test_exit_codes(kind: str, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    for file in files(kind)[:12]:
        assert main(["check", problem_of(file.read_text()), str(file)]) == code, file.name
        written, errors = capsys.readouterr()
        assert "Traceback" not in written + errors
        assert ("proved" in written) is (code == 0)
        assert bool(errors) is (code == 2)
