"""`decomposer simulate`: what it writes, how it exits, what it refuses, and how it tells its progress."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from decomposer.cli.main import main
from decomposer.cli.simulate import Progress

Capture = pytest.CaptureFixture[str]

BLOCKS = ["--set", "l=4", "--set", "m_u=3"]
EVOLUTION = ["simulate", "evolution", "block-by-block", "--set", "k=9", *BLOCKS]


def answer(capsys: Capture, *args: str, code: int = 0) -> str:
    """What a command writes that must exit with `code`; nothing may be on stderr."""
    assert main(args) == code
    written, errors = capsys.readouterr()
    assert errors == ""
    return written


def refusal(capsys: Capture, *args: str) -> str:
    assert main(args) == 2
    written, errors = capsys.readouterr()
    assert written == ""
    return errors


def test_text(capsys: Capture) -> None:
    text = answer(capsys, *EVOLUTION, "--runs", "50")
    assert text.startswith("evolution: block-by-block\n")
    for line in ("predicted and counted", "  reliability", "forward passes", "critical path", "Wilson", "seed 0"):
        assert line in text
    assert text == answer(capsys, *EVOLUTION, "--runs", "50", "--seed", "0")
    assert text != answer(capsys, *EVOLUTION, "--runs", "50", "--seed", "1")
    assert all(line == line.rstrip() for line in text.splitlines())


def test_json(capsys: Capture) -> None:
    found: dict[str, Any] = json.loads(answer(capsys, *EVOLUTION, "--runs", "50", "--format", "json"))
    assert found["format_version"] == 1 and found["runs"] == 50 and found["agrees"] is True
    (point,) = found["points"]
    lines = {line["name"]: line for line in point["lines"]}
    assert lines["calls"]["predicted"] == 18 and lines["calls"]["low"] < 18 < lines["calls"]["high"]
    assert point["schedule"] is None


@pytest.mark.parametrize(("suffix", "start"), [(".md", "# "), (".html", "<!"), (".json", "{")])
def test_formats(suffix: str, start: str, tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / f"answer{suffix}"
    assert answer(capsys, *EVOLUTION, "--runs", "5", "-o", str(file)) == ""
    assert file.read_text(encoding="utf-8").startswith(start)


def test_workers(capsys: Capture) -> None:
    text = answer(capsys, *EVOLUTION, "--workers", "2")
    assert "runs   100, seed 0" in text and "on 2 workers" in text and "kept in every run" in text
    assert "on 1 worker\n" in answer(capsys, *EVOLUTION, "--workers", "1", "--runs", "3")


def test_sweep(capsys: Capture) -> None:
    args = ["simulate", "evolution", "keep-good-blocks", *BLOCKS, "--sweep", "k=20..160:4", "--runs", "300"]
    text = answer(capsys, *args)
    assert [line for line in text.splitlines() if line.startswith("k = ")] == ["k = 20", "k = 40", "k = 80", "k = 160"]
    assert "divided out before the fit\n  cost: log(k)" in text and "agrees" in text


def test_what_disagrees_sets_the_exit_code(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    from decomposer.verbs import simulation_points

    right = simulation_points.predictions
    monkeypatch.setattr(simulation_points, "predictions", lambda *given: {**right(*given), "calls": 1.0})
    assert "OUTSIDE" in answer(capsys, *EVOLUTION, "--runs", "50", code=1)


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["simulate", "evolution"], "no number is given for k, l, m_u"),
        ([*EVOLUTION, "--sweep", "k"], "not a sweep"),
        ([*EVOLUTION, "--sweep", "k=9..3"], "no sizes to fit"),
        ([*EVOLUTION, "--sweep", "k=3..9:2"], "no sizes to fit"),
        ([*EVOLUTION, "--sweep", "k=3..9"], "both set and swept"),
        ([*EVOLUTION, "--runs", "0"], "--runs"),
        ([*EVOLUTION, "--workers", "0"], "--workers"),
        ([*EVOLUTION, "--level", "2"], "level of confidence"),
        (["simulate", "evolution", "nobody", "--set", "k=9", *BLOCKS], "no hand design is called 'nobody'"),
        (["simulate", "evolution", "mutate-all", "--set", "k=90", *BLOCKS], "attempts would be made"),
        (["simulate", "evolution", "block-by-block", "--set", "k=1e8", *BLOCKS], "side by side"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_refusals(args: list[str], told: str, capsys: Capture) -> None:
    assert told in refusal(capsys, *args)


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


def test_progress_is_told_after_a_second_and_cleared(capsys: Capture) -> None:
    clock = Clock()
    progress = Progress(clock)
    progress("runs", 1, 9)
    progress.clear()
    assert capsys.readouterr().err == ""
    clock.time = 1.5
    progress("runs", 2, 9)
    clock.time = 1.55
    progress("runs", 3, 9)
    clock.time = 1.7
    progress("runs", 4, 9)
    progress.clear()
    assert capsys.readouterr().err == "\rruns: 2 of 9\rruns: 4 of 9\r"  # without what erases a line
