"""Crossovers against trying every value, also where other numbers leave room for some values only."""

from __future__ import annotations

from fractions import Fraction

import pytest

from decomposer import compare, load
from decomposer.cli.main import main
from decomposer.design.nodes import Design
from decomposer.errors import ProblemError
from decomposer.verbs.measure import value_at

MOST = 12


@pytest.mark.parametrize(
    "at",
    [
        {"k": 9, "l": 9, "b": 3, "m_q": 1, "m_d": 1},
        {"k": 5, "l": 10, "b": 5, "m_q": 1, "m_d": 7},
    ],
)
def test_every_value_tried(at: dict[str, int]) -> None:
    problem = load("debugging")
    found = compare(problem, "focused", at=at)
    for row in found.rows:
        for name in ("k", "l", "b"):
            told = [each for each in row.crossovers if each.parameter == name]
            for value in range(1, MOST + 1):
                here = {**at, name: value}
                inside = any(one.low <= value and (one.high is None or value <= one.high) for one in told)
                try:
                    cheaper = _number(found.reference.design, here) < _number(row.design, here)
                except ProblemError:  # more bugs than functions
                    assert name in ("k", "b") and here["b"] > here["k"]
                    assert not inside or name == "b"  # "on" goes as far as the parameter can
                    continue
                assert inside is cheaper


def _number(design: Design, at: dict[str, int]) -> Fraction:
    found = value_at(load("debugging"), design, at).as_fraction()
    assert found is not None
    return Fraction(found)


def test_one_value_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """Ranges that other numbers bound do not stop `compare`, and one value is no range."""
    assert main(["compare", "debugging", "--set=k=9", "--set=l=9", "--set=b=3", "--set=m_q=1", "--set=m_d=1"]) == 0
    assert "optimum is cheaper from k = 3 on, the others as given" in capsys.readouterr().out
    assert main(["compare", "chunk-latency", "chunk-per-worker", "--set=w=40", "--set=P=8", "--set=h=30"]) == 0
    assert "optimum is faster at w = 1, the others as given" in capsys.readouterr().out
