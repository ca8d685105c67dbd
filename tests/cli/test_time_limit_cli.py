"""``--time-limit``: what commands write when the time is up, and how they exit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from decomposer.cli.main import main

Capture = pytest.CaptureFixture[str]

NUMBERS = [word for number in ("k=10", "l=5", "b=2", "m_q=1", "m_d=3") for word in ("--set", number)]

TIGHT = """
problem: copying
parameters: {N: rows, t: tokens in a row, s: size of a model}
texts: {rows: {parts: {row: N}, each: t}, copies: {parts: {row: N}, each: t}}
capabilities: {copy: s}
limits: {cost: 400*s}
tasks:
  copy: {reads: rows, writes: copies, requires: copy, local: row}
"""


def test_an_answer_in_no_time_is_only_a_bound(capsys: Capture) -> None:
    assert main(("optimize", "debugging", "--time-limit", "0", "--format", "json")) == 4
    written, errors = capsys.readouterr()
    found = json.loads(written)
    assert errors == "" and found["status"] == "bounded" and found["design"]
    assert found["reasons"][0].startswith("time ran out after 0 s") and found["search"]["designs"] is None
    assert set(found["reasons"]) <= set(found["notes"])


def test_the_text_says_so(capsys: Capture) -> None:
    assert main(("optimize", "debugging", *NUMBERS, "--time-limit", "0")) == 4
    written = " ".join(capsys.readouterr().out.split())
    assert "not proved to be the best of the designs that the rules make" in written
    assert "time ran out after 0 s" in written and "more time may find a better" in written


def test_with_enough_time_nothing_changes(capsys: Capture) -> None:
    assert main(("optimize", "debugging")) == 0
    plain = capsys.readouterr().out
    assert main(("optimize", "debugging", "--time-limit", "900")) == 0
    assert capsys.readouterr().out == plain


def test_comparisons_and_fronts(capsys: Capture) -> None:
    assert main(("compare", "debugging", "--time-limit", "0")) == 0
    assert "time ran out after 0 s" in capsys.readouterr().out
    assert main(("front", "trip", "--time-limit", "0", "--format", "json")) == 4
    assert json.loads(capsys.readouterr().out)["doubts"][0].startswith("time ran out after 0 s")


def test_no_design_in_the_time_has_an_exit_code_of_its_own(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "tight.yaml"
    file.write_text(TIGHT, encoding="utf-8")
    asked = ("optimize", str(file), "--set", "N=40", "--set", "t=2", "--set", "s=1")
    assert main(asked) == 0
    capsys.readouterr()
    assert main((*asked, "--time-limit", "0")) == 5
    written, errors = capsys.readouterr()
    assert written == "" and "no design was found in 0 s" in errors and "give it more time" in errors


@pytest.mark.parametrize("limit", ["-1", "nan", "soon"])
def test_what_is_no_limit_is_refused(limit: str, capsys: Capture) -> None:
    assert main(("optimize", "debugging", f"--time-limit={limit}")) == 2
    written, errors = capsys.readouterr()
    assert written == "" and "limit" in errors


def test_certificates_take_no_limit(tmp_path: Path, capsys: Capture) -> None:
    file = str(tmp_path / "proof.json")
    assert main(("optimize", "debugging", "--certificate", file, "--time-limit", "5")) == 2
    assert "it takes no --time-limit" in capsys.readouterr().err
