"""At numbers, cost, critical path and time are told, whichever is minimised, and the limits that hold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from decomposer import loads, optimize
from decomposer.problem.model import Objective, Problem
from decomposer.report.optimum import document
from decomposer.report.text import render

LETTERS = """
problem: letters
parameters: {N: letters, t: tokens in a letter}
texts:
  letters: {parts: {letter: N}, each: t}
  answers: {parts: {letter: N}, each: t}
capabilities: [write]
models:
  mini: {size: 8, can: [write]}
  big: {size: 400, can: [write]}
workers: 3
limits: {models: 1, cost: 40*N*t^2, span: 30*t^2}
tasks:
  answer: {reads: letters, writes: answers, requires: write, local: letter}
"""
COST = " cost: 40*N*t^2,"
NUMBERS = {"N": 12, "t": 100}


def letters(least: Objective) -> Problem:
    """The problem with another objective; a limit on the cost cannot be combined with time."""
    return replace(loads(LETTERS.replace(COST, "") if least == "time" else LETTERS), minimise=least)


@pytest.mark.parametrize("least", ["cost", "span", "time"])
def test_values_are_those_of_the_formulas(least: Objective) -> None:
    result = optimize(letters(least), at=NUMBERS)
    cost, data = result.cost, result.to_dict()
    assert cost.time is not None
    formulas = {"cost": cost.exact, "span": cost.span, "time": cost.time}
    expected = {name: str(formula.subs(NUMBERS)) for name, formula in formulas.items()}
    assert data["cost"]["values"] == expected
    assert data["cost"]["value"] == expected[least]
    most = {name: limit["value"] for name, limit in data["limits"].items()}
    assert most == {"models": "1", "span": "300000"} | ({} if least == "time" else {"cost": "4800000"})


@pytest.mark.parametrize("least", ["cost", "span", "time"])
def test_what_is_told(least: Objective) -> None:
    result = optimize(letters(least), at=NUMBERS)
    values = {name: f"{value.as_fraction() or 0:,}" for name, value in result.cost.values}
    most = {"cost": "" if least == "time" else ", of at most 4,800,000", "span": ", of at most 300,000", "time": ""}
    rows = [" ".join(line.split()) for line in render(document(result)).split("\n\ndesign")[0].splitlines()]
    own = next(row for row in rows if row.startswith("at numbers "))
    assert own.startswith(f"at numbers {values[least]}{most[least]} (N = 12")
    for name, words in (("cost", "cost "), ("span", "critical path ")):
        if name != least:
            row = next(row for row in rows if row.startswith(words))
            assert row.endswith(f"{values[name]} at these numbers{most[name]}")
    assert "limits 1 model at most" in rows


def test_limits_in_growth() -> None:
    result = optimize(loads(LETTERS))
    rows = [" ".join(line.split()) for line in render(document(result)).splitlines()]
    assert "limits 1 model at most, cost O(40·N·t²), critical path O(30·t²)" in rows
    assert result.to_dict()["limits"]["span"] == {"limit": "30*t**2", "value": None}
    assert "values" not in result.to_dict()["cost"]
