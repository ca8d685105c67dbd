"""Where the regime decides which design is best, `compare` says that the optimum shown is one of them."""

from __future__ import annotations

import pytest

from decomposer import compare, load, optimize
from decomposer.cli.main import main


def test_one_of_several(capsys: pytest.CaptureFixture[str]) -> None:
    problem = load("plan-once")
    found, best = compare(problem), optimize(problem)
    assert found.optimum is not None and best.status == found.optimum.status == "regimes"
    assert found.optimum.options == len(best.options) > 1
    assert found.reference.design == best.options[0].design and found.optimum.when == best.options[0].when
    assert main(["compare", "plan-once"]) == 0
    text = capsys.readouterr().out
    assert f"which of {len(best.options)} designs is best depends on how the parameters grow" in text
    assert "the optimum shown is the one that is best where " in text
    assert found.to_dict()["optimum"]["when"] == list(best.options[0].when)


def test_one_alone_and_hand_designs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "debugging"]) == 0
    assert "the optimum shown" not in capsys.readouterr().out
    alone = compare(load("debugging")).optimum
    assert alone is not None and (alone.options, alone.when) == (1, ())
    assert compare(load("debugging"), "focused", against="naive").to_dict()["optimum"] is None


def test_at_numbers_there_is_one() -> None:
    problem = load("plan-once")
    at = {name: 6 + 5 * place for place, name in enumerate(problem.parameters)}
    shown = compare(problem, at=at).optimum
    assert shown is not None and shown.options == 1 and shown.status == "optimal"
