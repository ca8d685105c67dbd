"""One illegal hand design does not stand in the way of an answer: it is told about, with the place and the reason."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import decomposer
from decomposer.cli.main import main
from decomposer.problems import read

Capture = pytest.CaptureFixture[str]

REASON = "find does not scan often enough: it takes b calls to find all items"


@pytest.fixture
def file(tmp_path: Path) -> str:
    """A copy of a shipped problem with a hand design that leaves most of the work undone."""
    text = read("debugging").rstrip() + "\n  once:\n    - {call: find}\n"
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def line_of(file: str) -> int:
    return len(Path(file).read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("verb", ["optimize", "compare", "front", "explain"])
@pytest.mark.parametrize("kind", ["text", "markdown", "html"])
def test_the_answer_tells(verb: str, kind: str, file: str, capsys: Capture) -> None:
    assert main([verb, file, "--format", kind]) == 0
    text, errors = capsys.readouterr()
    assert errors == ""
    assert "hand designs that break the contract of a task" in text
    assert f"{file}:{line_of(file)}:7: {REASON}" in text


@pytest.mark.parametrize("verb", ["optimize", "compare", "front"])
def test_json(verb: str, file: str, capsys: Capture) -> None:
    assert main([verb, file, "--format", "json"]) == 0
    (illegal,) = json.loads(capsys.readouterr().out)["illegal_designs"]
    assert illegal["name"] == "once"
    (error,) = illegal["errors"]
    assert (error["message"], error["line"], error["column"]) == (REASON, line_of(file), 7)


def test_all_else_is_as_without_it(file: str) -> None:
    problem = decomposer.load(file)
    legal = replace(problem, designs=decomposer.load("debugging").designs)
    for at in (None, {"k": 10, "l": 5, "b": 2, "m_q": 1, "m_d": 3}):
        with_it, without_it = decomposer.optimize(problem, at=at), decomposer.optimize(legal, at=at)
        assert replace(with_it, illegal=(), problem=legal) == without_it
    assert decomposer.compare(problem).to_dict()["designs"] == decomposer.compare(legal).to_dict()["designs"]
    assert decomposer.front(problem).hand_designs == decomposer.front(legal).hand_designs
    assert decomposer.optimize(legal).illegal == ()


def test_exit_code_on_request(file: str) -> None:
    assert main(["optimize", file, "--fail-if-illegal"]) == 1
    assert main(["optimize", "debugging", "--fail-if-illegal"]) == 0
    assert main(["compare", file, "--fail-if-worse", "--against", "naive"]) == 1
    assert main(["compare", "debugging", "--fail-if-worse", "--against", "naive"]) == 0


@pytest.mark.parametrize(
    "args", [["compare", "once"], ["compare", "--against", "once"], ["effort", "once"], ["map", "once"]]
)
def test_what_is_asked_about_that_very_design_is_refused(args: list[str], file: str, capsys: Capture) -> None:
    verb, *more = args
    assert main([verb, file, *more]) == 2
    assert capsys.readouterr().err.startswith(f"{file}:{line_of(file)}:7: {REASON}")


def test_maps_leave_it_out(tmp_path: Path) -> None:
    """Where no single design is the best, the map names designs as the hand designs that they are."""
    text = read("fine-tuning").rstrip() + "\n  nobody:\n    - {call: answer}\n"
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    result = decomposer.optimize(path)
    assert result.status == "regimes" and result.regimes is not None
    assert [one.name for one in result.illegal] == ["nobody"]
    assert main(["map", str(path)]) == 0
