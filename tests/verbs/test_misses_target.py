"""Hand designs that miss the target say so in their own line: at numbers exactly, else where it is shown."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from decomposer import compare, loads, optimize
from decomposer.cli.main import main
from decomposer.verbs.results import HandDesign
from tests.labels import LABEL

PROBLEM = (
    LABEL
    + """\
designs:
  once: [{each: item, do: [label]}]
  growing:
    - each: item
      do: [{vote: 1, lead: 2*ceil(log(N)) + 1, do: [label]}]
  two-votes:
    - each: item
      do: [{vote: 1, lead: 2, do: [label]}]
"""
)


def of_optimize(at: dict[str, int]) -> dict[str, HandDesign]:
    return {hand.name: hand for hand in optimize(loads(PROBLEM), at=at).hand_designs}


def test_where_the_reliability_fades() -> None:
    found = of_optimize({})
    assert {name: hand.misses_target for name, hand in found.items()} == {
        "once": True,
        "growing": False,
        "two-votes": True,
    }
    rows = {row.name: row.misses_target for row in compare(loads(PROBLEM)).rows}
    assert rows == {name: hand.misses_target for name, hand in found.items()}


@pytest.mark.parametrize("items", [1, 2, 8, 9, 50])
def test_at_numbers(items: int) -> None:
    # The chance of a race that is first led by v, of votes right with p, is p^v / (p^v + (1 - p)^v).
    chances = {"once": Fraction(9, 10) ** items, "two-votes": Fraction(81, 82) ** items}
    at = {"N": items, "t": 5, "m": 3}
    found = of_optimize(at)
    rows = {row.name: row for row in compare(loads(PROBLEM), at=at).rows}
    for name, chance in chances.items():
        assert found[name].misses_target is rows[name].misses_target is (chance < Fraction(9, 10))


def test_what_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "label.yaml"
    file.write_text(PROBLEM, encoding="utf-8")
    assert main(["optimize", str(file)]) == 0
    assert "  once: Θ(m·N·t), misses the target of 9/10\n" in capsys.readouterr().out
    assert main(["compare", str(file), "once", "growing"]) == 0
    text = capsys.readouterr().out
    assert "  once misses the target of 9/10\n" in text and "growing misses" not in text
    row, optimum = compare(loads(PROBLEM), "once").rows[0], compare(loads(PROBLEM), "once").to_dict()["designs"][0]
    assert row.misses_target and optimum["misses_target"] is False
