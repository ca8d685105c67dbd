"""Subproblems that are together larger, or smaller, than their problem, and the windows of those who combine them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import product

import pytest

from decomposer.design.contract import check_design
from decomposer.design.evaluate import footprint, work
from decomposer.design.nodes import Call, Recurse
from decomposer.errors import DesignError
from decomposer.expr import evaluate, num
from decomposer.problem.load import load
from decomposer.problem.model import Problem
from decomposer.rules import site_of
from decomposer.search.concrete import best


def stated(count: int, window: int, shares: Mapping[str, int]) -> Problem:
    """A task that takes a cheap model for few parts alone, and a join that reads a result for each part."""
    everybody = {"do": "all", "join": "all"}
    return load(
        {
            "problem": "overlap",
            "texts": {
                "docs": {"parts": {"doc": count}, "each": 1},
                "result": {"parts": {"doc": count}, "each": 1},
            },
            "capabilities": list(everybody),
            "models": {
                "big": {"size": 9, "can": everybody},
                "small": {"size": 2, "can": everybody, "window": window},
            },
            "tasks": {
                "do": {
                    "reads": "docs",
                    "writes": "result",
                    "requires": "do",
                    "recursive": {"combine": "join", "base": 4, **shares},
                },
                "join": {"reads": "result", "requires": "join"},
            },
        }
    )


@pytest.mark.parametrize("shares", [{"into": 3, "shrink": 2}, {"into": 3, "shrink": 4}], ids=str)
@pytest.mark.parametrize("count", [8, 9])
def test_the_least_of_all_designs_within_the_windows(count: int, shares: Mapping[str, int]) -> None:
    """Every size of base cases with every pair of models: those that the contract lets pass, and no context longer."""
    chosen = set()
    for window in range(count + count // 2, 3 * count):
        problem = stated(count, window, shares)
        found = best(site_of(problem))[0][0].design
        assert isinstance(found, Recurse)
        allowed = []
        for size, who, joins in product(range(1, 5), problem.models, problem.models):
            body, combine = Call(("do",), model=who), Call(("join",), model=joins)
            design = replace(found, size=num(size), body=body, combine=combine)
            with suppress(DesignError):
                check_design(problem, design)
                allowed.append(evaluate(work(problem, design), {}))
                assert joins == "big" or evaluate(footprint(problem, design).longest, {}) <= window
        check_design(problem, found)
        assert evaluate(work(problem, found), {}) == min(allowed)
        chosen.add(found.combine)
    assert len(chosen) == 2
