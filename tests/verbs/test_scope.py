"""Scope: the largest model, capability set and context anywhere in a design, and whose they are."""

from __future__ import annotations

import json

import pytest

import decomposer
from decomposer.cli.main import main
from decomposer.design.context import TOP
from decomposer.design.scope import MEASURES, largest, scope
from decomposer.expr import compare, num, parse
from decomposer.verbs.results import Result

SIZES = {"k": 6, "l": 5, "b": 2, "m_q": 4, "m_d": 3}


def measured(result: Result) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {one.measure: (str(one.exact), one.agents) for one in result.scope}


def test_debugging() -> None:
    result = decomposer.optimize("debugging")
    assert measured(result) == {
        "model": ("max(m_d, m_q)", ("find", "fix")),
        "capabilities": ("1", ("find", "fix")),
        "context": ("2*l + 1", ("fix",)),
    }
    assert [one.everywhere for one in result.scope] == [False, True, True]


def test_at_numbers_there_is_one_largest() -> None:
    result = decomposer.optimize("debugging", at=SIZES)
    assert [(one.value, one.agents) for one in result.scope] == [
        (num(4), ("find",)),
        (num(1), ("find", "fix")),
        (num(11), ("fix",)),
    ]


def test_costs_without_number_have_scopes() -> None:
    """As many attempts as cannot be written out take as much each as one."""
    result = decomposer.optimize("evolution-all-or-nothing", at={"k": 5000, "l": 1, "m_u": 1})
    assert result.cost.value is None
    assert [one.value for one in result.scope][:2] == [num(1), num(1)]


def test_generalists_have_the_whole_family() -> None:
    rows = {row.name: row for row in decomposer.compare("k-task").rows}
    assert [str(one.exact) for one in rows["generalist"].scope] == ["k*m_s", "k", "n + 1"]
    assert [str(one.theta) for one in rows["delegator"].scope] == ["m_d + m_s", "1", "n"]
    assert rows["generalist"].scope[1].agents == ("solve",)


def test_fused_tasks_add_up() -> None:
    """Who does several tasks in one call needs the capabilities of all."""
    at = {"n": 6, "l": 400, "s": 200}
    model, capabilities, _ = decomposer.optimize("support", at=at).scope
    assert capabilities.value == num(3)
    assert capabilities.agents == ("classify + retrieve + answer",)
    assert model.value == num(8)


VARIED = [
    "debugging",
    "desk-memory",
    "document-extraction",
    "evolution-all-or-nothing",
    "k-task-tree",
    "maker",
    "report-outline",
    "sorting-lists",
    "split-by-model",
    "visual-inspection",
]
"""Conversations, memories, families, retries, trees, steps, recursion, merges, cuts and items."""


@pytest.mark.parametrize("name", VARIED)
def test_two_folds_agree(name: str) -> None:
    """Maxima over agents, and over the leaves of the tree, whatever the numbers."""
    problem = decomposer.load(name)
    result = decomposer.optimize(problem)
    values = {parameter: num(place + 7) for place, parameter in enumerate(problem.parameters)}
    values |= {name: num(1) / 3 for name, one in problem.parameters.items() if one.kind == "constant"}
    for policy in result.policies:
        values[policy.name] = policy.value.subs(values)
    found = scope(problem, result.design)
    for which in MEASURES:
        one, other = getattr(found, which), largest(problem, result.design, TOP, which)
        assert compare(one.subs(values), other.subs(values), {}) == 0


def test_options_have_their_own() -> None:
    result = decomposer.optimize("fine-tuning")
    assert len(result.options) > 1
    assert {str(option.scope[0].exact) for option in result.options} == {"m_s", "m_l"}


def test_reports(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["optimize", "debugging"]) == 0
    text = capsys.readouterr().out
    assert "  scope         largest        growth        agent\n" in text
    assert "  model         max(m_d, m_q)  Θ(m_q + m_d)  find or fix\n" in text
    assert main(["compare", "k-task", "--format", "markdown"]) == 0
    assert "| generalist | m_s·k (solve) | k (solve) | n + 1 (solve) |" in capsys.readouterr().out
    numbers = [word for name, value in SIZES.items() for word in ("--set", f"{name}={value}")]
    assert main(["compare", "debugging", *numbers, "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)["designs"]
    for row in rows:
        for one in row["scope"].values():
            assert parse(one["exact"]).subs(SIZES) == parse(one["value"])
