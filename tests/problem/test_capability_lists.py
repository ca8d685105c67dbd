"""Capabilities may be listed by name where a catalogue of models says what sizes there are."""

from __future__ import annotations

from typing import Any

import pytest

import decomposer
from decomposer.problem.dump import dumps

MODELS = {"small": {"size": "p", "can": ["scan"]}, "large": {"size": "q", "can": ["scan", "read"]}}


def problem(capabilities: Any, models: Any = MODELS) -> decomposer.Problem:
    tasks = {"work": {"reads": "document", "writes": "finding", "requires": ["scan"]}}
    return decomposer.build(
        "listed",
        parameters=["n", "p", "q"],
        assume=["p << q"],
        texts={"document": "n", "finding": 1},
        capabilities=capabilities,
        models=models,
        tasks=tasks,
    )


@pytest.mark.parametrize(
    "capabilities", [["scan", "read"], {"scan": {}, "read": {}}, {"scan": {"about": "look"}, "read": {"family": 3}}]
)
def test_sizes_of_capabilities_play_no_part_in_a_catalogue(capabilities: Any) -> None:
    listed = problem(capabilities)
    sized = problem({"scan": "n", "read": 7})
    assert str(decomposer.optimize(listed).theta) == str(decomposer.optimize(sized).theta) == "n*p"
    assert decomposer.loads(dumps(listed)) == listed


def test_one_name() -> None:
    assert tuple(problem("scan", {"small": MODELS["small"]}).capabilities) == ("scan",)


@pytest.mark.parametrize("capabilities", [["scan", "read"], {"scan": {}, "read": "n"}])
def test_without_a_catalogue_sizes_are_needed(capabilities: Any) -> None:
    with pytest.raises(decomposer.ProblemError, match="with the capability `scan` is missing") as found:
        problem(capabilities, {})
    assert "list `models`" in found.value.diagnostics[-1].hint


def test_what_is_no_list_of_names() -> None:
    with pytest.raises(decomposer.ProblemError, match="expected a mapping, found a list"):
        problem(["scan", 3])
    with pytest.raises(decomposer.ProblemError, match="`options` is a symbol in the size, which is missing"):
        problem({"scan": {"options": "r"}, "read": {}})
