"""Reliability as a number: a product of powers, against the formula at these numbers."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

import decomposer
from decomposer.cli.main import main
from decomposer.expr import ONE, enclose, num
from decomposer.report.document import rounded_down
from decomposer.verbs.measure import chance_at, numbered
from decomposer.verbs.results import shortened

UNSURE: dict[str, dict[str, int | Fraction]] = {
    "maker": {"k": 20, "m_s": 3},
    "answers-cascade": {"k": 5, "l": 7},
    "votes-correlated": {"l": 30},
    "evolution-q": {"k": 6, "l": 4, "m_u": 1, "q": Fraction(1, 3)},
}


@pytest.mark.parametrize("name", UNSURE)
def test_value_is_that_of_the_formula(name: str) -> None:
    problem, at = decomposer.load(name), UNSURE[name]
    values = {key: num(value) for key, value in at.items()}
    result = decomposer.optimize(problem, at=at)
    comparison = decomposer.compare(problem, at=at)
    found = [(result.reliability, result.chance), *((row.reliability, row.chance) for row in comparison.rows)]
    for formula, chance in found:
        assert chance is not None
        low, high = enclose(formula.subs(values), {}, bits=256)
        assert low * (1 - Fraction(1, 2**60)) <= chance <= high
    assert comparison.reference.chance is not None


def test_target_is_reached_at_numbers() -> None:
    problem = decomposer.load("maker")
    for steps in (10, 1000, 10**6):
        result = decomposer.optimize(problem, at={"k": steps, "m_s": 1})
        assert result.chance is not None and problem.target is not None
        assert num(result.chance).as_fraction() >= problem.target.as_fraction()  # type: ignore[operator]


def test_without_numbers_there_is_a_value_only_where_there_are_no_parameters() -> None:
    assert decomposer.optimize("maker").chance is None
    assert decomposer.optimize("votes-correlated").chance == Fraction(4067, 4264)
    sure = decomposer.optimize("debugging")
    assert sure.reliability == ONE and sure.chance == Fraction(1)


def test_numbers_are_asked_for_as_everywhere() -> None:
    problem = decomposer.load("maker")
    with pytest.raises(decomposer.ProblemError, match="no number is given for m_s"):
        chance_at(problem, decomposer.optimize(problem).design, {"k": 3})
    assert numbered(problem, {"k": 3, "m_s": 1})


@pytest.mark.parametrize(
    ("chance", "long", "short"),
    [
        (Fraction(1), "1", "1"),
        (Fraction(0), "0", "0"),
        (Fraction(1, 2), "0.5", "0.5"),
        (Fraction(2, 3), "0.666666666666666", "0.666666"),
        (1 - Fraction(1, 10**9), "0.999999999", "0.999999999"),
        (Fraction(1, 3 * 10**7), "0.0000000333333333333333", "0.000000033333"),
    ],
)
def test_decimals_are_rounded_down(chance: Fraction, long: str, short: str) -> None:
    assert shortened(chance).startswith(long[:12])
    assert rounded_down(chance).startswith(short[:8])
    for written in (shortened(chance), rounded_down(chance)):
        assert Fraction(written) <= chance <= Fraction(written) * (1 + Fraction(1, 10**5)) or written == "0"


def test_no_prime_factors(capsys: pytest.CaptureFixture[str]) -> None:
    numbers = ["--set", "k=1000", "--set", "m_s=3"]
    assert main(["optimize", "maker", *numbers]) == 0
    text = capsys.readouterr().out
    assert "reliability    ≈ 0.903006" in text
    assert "(9801/9802)^k" in text
    assert main(["optimize", "maker", *numbers, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["reliability_value"].startswith("0.9030067")
    assert main(["compare", "maker", *numbers]) == 0
    table = capsys.readouterr().out
    assert "reliability" in table and "0.9998979" in table
