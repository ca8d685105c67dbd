"""`minimise: scope`: in problem files, in code and on the command line; and what it cannot be combined with."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import decomposer
from decomposer.cli.main import main
from decomposer.problems import read

Capture = pytest.CaptureFixture[str]


def scoped(name: str) -> decomposer.Problem:
    return replace(decomposer.load(name), minimise="scope")


def test_three_ways_to_ask(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(read("summary-window") + "\nminimise: scope\n")
    by_file = decomposer.optimize(file)
    assert by_file.tree == decomposer.optimize(scoped("summary-window")).tree
    assert main(["optimize", "summary-window", "--minimise", "scope", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["design"] == json.loads(json.dumps(by_file.to_dict()))["design"]
    assert data["scope"]["context"]["theta"] == "s"
    assert decomposer.optimize("summary-window").to_dict()["scope"]["context"]["theta"] == "W"


def test_it_is_written_and_read_back() -> None:
    problem = scoped("debugging")
    assert decomposer.loads(decomposer.dumps(problem)) == problem
    assert "minimise: scope" in decomposer.dumps(problem)


def test_the_option_replaces_what_the_problem_says(capsys: Capture) -> None:
    assert main(["optimize", "chunk-latency", "--minimise", "cost"]) == 0
    assert "(minimised)" not in capsys.readouterr().out
    assert main(["optimize", "chunk-latency", "--minimise", "scopes"]) == 2
    assert "scopes" in capsys.readouterr().err


def test_report(capsys: Capture) -> None:
    assert main(["optimize", "summary-window", "--minimise", "scope"]) == 0
    text = capsys.readouterr().out
    assert "scope (minimised)" in text
    assert "least growth of scope among the 33 designs" in text
    numbers = {"k": 6, "l": 5, "b": 2, "m_q": 4, "m_d": 3}
    given = [word for name, value in numbers.items() for word in ("--set", f"{name}={value}")]
    assert main(["optimize", "debugging", "--minimise", "scope", *given]) == 0
    assert "optimal: none of the 52 designs that the rules make has less scope" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "more", "message", "hint"),
    [
        ("maker", "", "cannot be combined with a target", "leave out `target`; or minimise the cost"),
        ("support", "", "cannot be combined with limits", "leave out `limits`; or minimise the cost"),
        ("debugging", "limits: {span: k^2}", "cannot be combined with limits", "leave out `limits`"),
        ("fine-tuning", "", "cannot be combined with hosting costs", "leave out `hosting`"),
    ],
)
@pytest.mark.parametrize("verb", ["optimize", "map", "compare"])
def test_what_makes_no_sense_with_it(
    verb: str, name: str, more: str, message: str, hint: str, tmp_path: Path, capsys: Capture
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(f"{read(name)}\nminimise: scope\n{more}\n")
    assert main([verb, str(file)]) == 2
    errors = capsys.readouterr().err
    assert errors.startswith(f"{file}:")
    assert f"`minimise: scope` {message}" in errors
    assert hint in errors


@pytest.mark.parametrize("verb", ["audit", "certify", "check"])
def test_no_prices_and_no_proofs_of_scopes(verb: str) -> None:
    given = ('{"format": 1}',) if verb == "check" else ()
    with pytest.raises(decomposer.ProblemError, match="a scope is no price"):
        getattr(decomposer, verb)(scoped("debugging"), *given)


def test_all_else_works() -> None:
    """Comparisons, efforts, claims, fronts and runs of the design of least scope speak of its cost."""
    problem = scoped("summary-window")
    best = decomposer.optimize(problem)
    assert decomposer.compare(problem).reference.design == best.design
    assert decomposer.explain(problem).choices == ()
    assert [part.design for part in decomposer.effort(problem).designs] == [best.design]
    assert decomposer.claim(scoped("debugging"), "optimum / naive = O(1)").verdict == "proved"
    assert decomposer.front(scoped("debugging")).points == decomposer.front("debugging").points
    runs = decomposer.simulate(scoped("debugging"), at={"k": 6, "l": 5, "b": 2, "m_q": 4, "m_d": 3}, runs=5)
    assert runs.agrees
