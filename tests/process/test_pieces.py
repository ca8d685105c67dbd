"""Divide and conquer, and memories, as events: every shape takes what was predicted, also in time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from decomposer.design.nodes import Recurse, Serve, walk
from decomposer.expr import ONE
from decomposer.problem.model import Problem
from decomposer.verbs.simulation import simulate
from tests.design import test_recursing, test_remembering

SIZES = (2, 7)


def agree(problem: Problem, size: str, kind: type, shapes: Any) -> int:
    """Run every design that holds such a node, and compare all that is counted with what is predicted."""
    compared = 0
    for count in SIZES:
        for design in shapes(problem, count):
            if not any(isinstance(node, kind) for node in walk(design)):
                continue
            if any(isinstance(node, Recurse) and node.shrink == ONE for node in walk(design)):
                continue  # one base case for all
            found = simulate(problem, design, at={size: count}, runs=1)
            for line in (*found.points[0].lines, *found.points[0].agents):
                assert line.verdict == "within", (line, design)
            compared += 1
    return compared


@pytest.mark.parametrize("shares", test_recursing.SHARES, ids=str)
def test_divide_and_conquer(shares: Mapping[str, Any]) -> None:
    for result in (test_recursing.ONE_RESULT, test_recursing.EACH_RESULT):
        problem = test_recursing.stated(result, {**test_recursing.HELPERS[1], **shares})
        assert agree(problem, "D", Recurse, test_recursing.everything) >= 4


@pytest.mark.parametrize("memory", test_remembering.MEMORIES, ids=str)
def test_memories(memory: Mapping[str, Any]) -> None:
    assert agree(test_remembering.stated(memory), "N", Serve, test_remembering.everything) >= 8
