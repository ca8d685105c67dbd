"""Where newcomers stumbled: what the command line says, and what to do about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from decomposer.cli.main import main

Capture = pytest.CaptureFixture[str]

NUMBERS = [word for number in ("k=10", "l=5", "b=2", "m_q=1", "m_d=3") for word in ("--set", number)]


def refused(capsys: Capture, *args: str, code: int = 2) -> str:
    """Run a command that must fail with `code` and write nothing to stdout; what it wrote to stderr."""
    assert main(args) == code
    written, errors = capsys.readouterr()
    assert written == ""
    return errors


@pytest.mark.parametrize(
    "args",
    [
        ("compare", "debugging", "naiv"),
        ("compare", "debugging", "--against", "naiv"),
        ("effort", "debugging", "naiv"),
        ("map", "debugging", "naiv"),
        ("simulate", "debugging", "naiv", *NUMBERS),
    ],
)
def test_unknown_designs_are_guessed(args: tuple[str, ...], capsys: Capture) -> None:
    assert "did you mean `naive`?" in refused(capsys, *args)


@pytest.mark.parametrize("verb", ["effort", "map", "simulate"])
def test_the_optimum_may_be_what_was_meant(verb: str, capsys: Capture) -> None:
    numbers = NUMBERS if verb == "simulate" else []
    assert "did you mean `optimum`?" in refused(capsys, verb, "debugging", "optimun", *numbers)


def test_where_nothing_is_near_all_designs_are_told(capsys: Capture) -> None:
    errors = refused(capsys, "effort", "debugging", "zzz")
    assert "there are: optimum, naive, fresh-context, focused" in errors
    assert "did you mean" not in errors


@pytest.mark.parametrize(
    ("content", "place", "what"),
    [
        (b"hello", ":1:1: ", "this is not JSON, expecting value"),
        (b"problem: debugging\n", ":1:1: ", "this is not JSON"),
        (b'{"format": 1,\n "goals": }', ":2:11: ", "this is not JSON, expecting value"),
        (b"{} {}", ":1:4: ", "something follows the end"),
        (b"", ":1:1: ", "this is not JSON"),
        (b"\x80\xff\x00", ": ", "neither JSON nor text"),
        (b"[" * 100_000, ": ", "neither JSON nor text"),
        (b"[1]", ": ", "no certificate: "),
    ],
)
def test_what_is_no_certificate(content: bytes, place: str, what: str, tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "proof.json"
    file.write_bytes(content)
    errors = refused(capsys, "check", "debugging", str(file))
    assert errors.startswith(f"{file}{place}no certificate: ")
    assert what in errors
    assert "char " not in errors
    assert errors.endswith("write one with: decomposer optimize PROBLEM --certificate FILE\n")


@pytest.mark.parametrize("name", ["", " "])
@pytest.mark.parametrize("verb", ["optimize", "compare", "front"])
def test_an_empty_name_is_no_directory(verb: str, name: str, capsys: Capture) -> None:
    errors = refused(capsys, verb, name)
    assert errors.startswith("decomposer: the name of the problem is empty\n    give a problem file")
