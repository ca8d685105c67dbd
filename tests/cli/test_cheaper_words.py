"""What is cheaper is called so many times cheaper, not a part of once dearer."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from decomposer import loads, optimize
from decomposer.expr import parse
from decomposer.growth import Ratio, RatioCase
from decomposer.problem.model import Problem
from decomposer.report.document import Writer
from decomposer.report.optimum import document
from decomposer.report.text import render

SORTING = """
problem: sorting
parameters: {N: letters, t: tokens in a letter, p: {kind: constant, between: [0, 1]}}
texts:
  letters: {parts: {letter: N}, each: t}
  kinds: {parts: {letter: N}, each: 1}
capabilities: {sort: 1}
target: 9/10
tasks:
  sort: {reads: letters, writes: kinds, requires: sort, local: letter, succeeds: {probability: 9/10, per: part}}
designs:
  thrice: [{each: letter, do: [{vote: 3, do: [sort]}]}]
  growing: [{each: letter, do: [{vote: 1, lead: 2*N, do: [sort]}]}]
"""


@pytest.fixture(name="problem")
def _problem() -> Problem:
    return loads(SORTING)


@pytest.mark.parametrize(
    ("growth", "condition", "told"),
    [
        ("1/log(N)", "", "log(N) times cheaper"),
        ("N/t", "N = O(t)", "t/N times cheaper where N = O(t)"),
        ("N/t", "t = O(N)", "N/t times dearer where t = O(N)"),
        ("1/p", "", "1/p times dearer"),
        ("t*N", "", "N·t times dearer"),
    ],
)
def test_growths(growth: str, condition: str, told: str, problem: Problem) -> None:
    case = RatioCase(parse(growth), (condition,) if condition else ())
    assert Writer(problem).ratio(Ratio(case.growth, (case,))) == [told]
    slower = told.replace("cheaper", "faster").replace("dearer", "slower")
    assert Writer(replace(problem, minimise="span")).ratio(Ratio(case.growth, (case,))) == [slower]
    turned = told.replace("cheaper", "dearer") if "cheaper" in told else told.replace("dearer", "cheaper")
    assert Writer(problem).ratio(Ratio(case.growth, (case,)), "cheaper") == [turned]


def test_an_answer(problem: Problem) -> None:
    shown = render(document(optimize(problem)))
    assert "log(N) times cheaper" in shown and "1/log" not in shown and "N/log(N) times dearer" in shown


def test_numbers(problem: Problem) -> None:
    result = optimize(problem, at={"N": 1000, "t": 5, "p": Fraction(1, 2)})
    lines = [line.split() for line in render(document(result)).splitlines() if "at numbers:" in line]
    for hand, line, word in zip(result.hand_designs, lines, ("cheaper", "dearer"), strict=True):
        assert result.cost.value is not None and hand.cost.value is not None
        more, less = sorted((result.cost.value.as_fraction() or 0, hand.cost.value.as_fraction() or 0), reverse=True)
        *_, factor, times, told = line
        assert (times, told) == ("times", word) and more > less > 0
        assert float(factor.replace(",", "")) == pytest.approx(float(more / less), rel=1e-3)
