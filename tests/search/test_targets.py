"""A target for the whole, where what may fail happens once for every item, or for every part."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from decomposer.design.nodes import Vote, walk
from decomposer.design.reliability import reliability
from decomposer.expr import evaluate
from decomposer.problem.build import build
from decomposer.problem.load import load
from decomposer.problem.model import Problem
from decomposer.verbs.optimize import optimize


def diagnosed(**succeeds: Any) -> Problem:
    return build(
        "diagnosis",
        parameters={"f": "files", "t": "tokens", "e": "errors"},
        assume=["e <= f"],
        texts={"logs": {"parts": {"file": "f"}, "each": "t"}, "cause": 50, "verdict": 1},
        capabilities={"look": 1, "think": 1},
        models={"small": {"size": 1, "can": "look"}, "big": {"size": 15, "can": ["look", "think"]}},
        target="9/10",
        tasks={
            "triage": {
                "reads": "logs",
                "writes": "verdict",
                "requires": "look",
                "local": "file",
                "finds": {"count": "e"},
            },
            "diagnose": {
                "for_each": "triage",
                "reads": "logs",
                "writes": "cause",
                "requires": "think",
                "local": "file",
                "succeeds": {"probability": "95/100", **succeeds},
            },
        },
    )


def test_what_happens_for_every_item_takes_votes_that_grow_with_their_number() -> None:
    """One call an item would come out right with probability 0.95**e, which tends to nothing."""
    problem = diagnosed()
    result = optimize(problem)
    votes = [node for node in walk(result.design) if isinstance(node, Vote)]
    assert votes and all(vote.lead is not None and "e" in vote.lead.symbols for vote in votes)


@pytest.mark.parametrize("errors", [1, 3, 10])
def test_the_target_is_reached_at_numbers(errors: int) -> None:
    result = optimize(diagnosed(), at={"f": 50, "t": 20, "e": errors})
    assert evaluate(reliability(diagnosed(), result.design), {"f": 50, "t": 20, "e": errors}) >= 0.9


def test_parts_that_may_all_fail_alike() -> None:
    """The simplest problem with a target: every part of a growing text may fail, and wrong answers agree."""
    problem = build(
        "labels",
        parameters={"n": "tickets", "l": "tokens"},
        texts={"tickets": {"parts": {"ticket": "n"}, "each": "l"}, "labels": {"parts": {"ticket": "n"}, "each": 1}},
        capabilities={"sort": 20},
        target="9/10",
        tasks={
            "sort": {
                "reads": "tickets",
                "writes": "labels",
                "requires": "sort",
                "local": "ticket",
                "succeeds": {"probability": "99/100", "per": "part"},
            }
        },
    )
    assert any(isinstance(node, Vote) for node in walk(optimize(problem).design))


def test_numbers_that_break_an_assumption_are_told() -> None:
    problem = load("debugging")
    at = {"k": 3, "l": 4, "b": 2, "m_q": 8, "m_d": 70}
    assert not optimize(problem, at=at).notes
    notes = optimize(replace(problem, assume=("b <= k", "k <= b")), at=at).notes
    assert notes == ("at these numbers `k <= b` does not hold, which the answer rests on",)


def test_time_of_repeated_parts_is_not_called_optimal() -> None:
    """The slowest of many parts takes longer than the average one, whose path is what is minimised."""
    result = optimize(replace(load("evolution"), minimise="span"))
    assert result.status == "bounded"
    assert any("the slowest" in note for note in result.notes)
    assert optimize(load("evolution")).status == "optimal"


@pytest.mark.parametrize("check", [{"scope": "whole", "accepts": "1/5"}, {"scope": "part", "accepts": "1/5"}])
def test_a_check_puts_nothing_out_of_reach_that_votes_reach(check: dict[str, str]) -> None:
    """Who lets errors in the whole pass need not be asked: parts are voted on as if there were no check."""
    data: dict[str, Any] = {
        "problem": "labels",
        "parameters": ["l"],
        "texts": {"code": {"parts": {"part": 4}, "each": "l"}, "out": {"parts": {"part": 4}, "each": 1}},
        "capabilities": {"see": 1},
        "target": "1/2",
        "tasks": {
            "look": {
                "reads": "code",
                "writes": "out",
                "requires": "see",
                "local": "part",
                "succeeds": {"probability": "31/50", "per": "part"},
            }
        },
    }
    plain = optimize(load(data), at={"l": 3})
    data["tasks"]["look"]["check"] = check
    checked = optimize(load(data), at={"l": 3})
    assert plain.cost.value is not None and checked.cost.value is not None
    assert evaluate(checked.cost.value, {}) <= evaluate(plain.cost.value, {})
    assert optimize(load(data)).status == "optimal_growth"
