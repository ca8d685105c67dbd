"""Votes, retries, escalations and chains by dice, against the exact probabilities of the evaluator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import pytest

from decomposer.expr import num
from decomposer.problem.load import load
from decomposer.problem.model import CostModel, Problem
from decomposer.verbs.simulation import simulate

CALL = {"call": "mutate"}
PART = {"probability": "7/10", "per": "part"}
HARD = {"probability": "9/10", "per": "part", "hard": {"share": "1/5", "probability": "3/10"}}
ERRS = {"accepts": "1/5", "rejects": "1/10"}
RETRY = {"retry": "mutate", "do": [CALL]}
ESCALATE = {"escalate": "mutate", "do": [CALL]}


def each(step: object, group: int = 1) -> list[object]:
    return [{"each": "block", "group": group, "do": [step]}]


def blocks(succeeds: Mapping[str, object], check: Mapping[str, object] | None, steps: list[object]) -> Problem:
    """Blocks to be rewritten by a task that may fail."""
    text = {"parts": {"block": "k"}, "each": "l"}
    task = {"reads": "program", "writes": "draft", "requires": "change", "local": "block", "succeeds": succeeds}
    return load(
        {
            "problem": "blocks",
            "parameters": ["k", "l", "m_u"],
            "texts": {"program": text, "draft": text},
            "capabilities": {"change": "m_u"},
            "tasks": {"mutate": {**task, **({"check": check} if check else {})}},
            "target": "1/1000",
            "designs": {"mine": steps},
        }
    )


SCOPE = {"scope": "part"}
DESIGNS = {
    "no check": lambda: blocks(PART, None, each(CALL, 3)),
    "a majority": lambda: blocks(PART, None, each({"vote": 3, "do": [CALL]})),
    "a majority over groups": lambda: blocks(PART, None, each({"vote": 5, "do": [CALL]}, 3)),
    "first to lead": lambda: blocks(PART, None, each({"vote": 1, "lead": 3, "do": [CALL]})),
    "a lead of one": lambda: blocks(PART, None, each({"vote": 1, "lead": 1, "do": [CALL]})),
    "scattered": lambda: blocks({**PART, "wrong": "scatter"}, None, each({"vote": 1, "lead": 3, "do": [CALL]}, 2)),
    "scattered majority": lambda: blocks({**PART, "wrong": "scatter"}, None, each({"vote": 3, "do": [CALL]}, 2)),
    "perfect check": lambda: blocks(PART, SCOPE, each(RETRY, 3)),
    "kept parts": lambda: blocks(PART, SCOPE, [{"retry": "mutate", "keep": True, "do": each(CALL, 3)}]),
    "erring check": lambda: blocks(PART, {**SCOPE, **ERRS}, each(RETRY, 3)),
    "erring check, kept": lambda: blocks(PART, {**SCOPE, **ERRS}, each({**RETRY, "keep": True}, 3)),
    "erring check of all": lambda: blocks(PART, {"scope": "whole", **ERRS}, [RETRY]),
    "escalation": lambda: blocks(PART, {**SCOPE, **ERRS}, each({**ESCALATE, "else": [CALL]})),
    "hard parts": lambda: blocks(HARD, SCOPE, each(RETRY)),
    "hard parts, voted on": lambda: blocks(HARD, SCOPE, each({"vote": 3, "do": [CALL]})),
    "hard parts, escalated": lambda: blocks(HARD, SCOPE, each({**ESCALATE, "else": [{"vote": 3, "do": [CALL]}]})),
    "votes, then retried": lambda: blocks(HARD, SCOPE, each({"retry": "mutate", "do": [{"vote": 3, "do": [CALL]}]})),
}

CACHED = CostModel("cached", alpha=num(3), beta=num(15), gamma=num(Fraction(1, 10)))


@pytest.mark.parametrize("cost", [CostModel(), CACHED], ids=lambda cost: cost.kind)
@pytest.mark.parametrize("design", DESIGNS)
def test_chances_are_those_predicted(design: str, cost: CostModel) -> None:
    problem = replace(DESIGNS[design](), cost=cost)
    point = simulate(problem, "mine", at={"k": 7, "l": 3, "m_u": 2}, runs=6000, level=0.9999).points[0]
    assert point.agrees, point
    for line in (*point.lines, *point.agents):
        assert line.verdict == "within", line


@pytest.mark.parametrize("seed", range(3))
def test_attempts_drawn_at_once_are_those_made_one_by_one(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from decomposer.process import chance

    problem, at = DESIGNS["perfect check"](), {"k": 7, "l": 3, "m_u": 2}
    at_once = simulate(problem, "mine", at=at, runs=4000, seed=seed, level=0.9999).points[0]
    monkeypatch.setattr(chance, "_at_once", lambda problem, node: False)
    one_by_one = simulate(problem, "mine", at=at, runs=4000, seed=seed, level=0.9999).points[0]
    for name in ("cost", "calls", "critical path"):
        one, other = at_once.line(name).counted, one_by_one.line(name).counted
        assert one.low < other.high and other.low < one.high and one != other


def chain(votes: Mapping[str, object], group: int) -> Problem:
    """A chain of dependent steps."""
    return load(
        {
            "problem": "chain",
            "parameters": ["s", "c"],
            "texts": {"rules": 2, "moves": "s"},
            "capabilities": {"step": "c"},
            "cost": {"model": "linear", "input": 1, "output": 3},
            "target": "1/1000",
            "tasks": {
                "solve": {
                    "reads": "rules",
                    "writes": "moves",
                    "requires": "step",
                    "steps": "s",
                    "succeeds": {"probability": "9/10", "per": "step", "wrong": "scatter"},
                }
            },
            "designs": {"mine": [{"steps": "solve", "group": group, "do": [{**votes, "do": [{"call": "solve"}]}]}]},
        }
    )


@pytest.mark.parametrize("group", [1, 4])
@pytest.mark.parametrize("votes", [{"vote": 1, "lead": 2}, {"vote": 3}], ids=str)
def test_chains_of_steps(votes: Mapping[str, object], group: int) -> None:
    point = simulate(chain(votes, group), "mine", at={"s": 30, "c": 2}, runs=4000, level=0.9999).points[0]
    assert {line.verdict for line in point.lines} == {"within"}, point.lines


def test_a_wrong_chance_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The dice know nothing of the evaluator: loaded ones fall outside."""
    from decomposer.process import calls

    fair = calls.success
    monkeypatch.setattr(calls, "success", lambda *given: fair(*given) * 0.97)
    problem = DESIGNS["a majority"]()
    point = simulate(problem, "mine", at={"k": 7, "l": 3, "m_u": 2}, runs=6000).points[0]
    assert point.line("reliability").verdict == "outside" and not point.agrees
