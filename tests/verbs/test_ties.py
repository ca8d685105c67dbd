"""Among designs of equal cost: the smallest largest model, then the fewest agents, then the fewest loops and steps.

"If two algorithms have similar complexity, but one requires more accessible capabilities, that algorithm should be
preferred" (Meyerson & Qiu 2025, after Def. 2.3).
"""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations
from typing import Any

import pytest

import decomposer
from decomposer.design.evaluate import footprint, total_cost
from decomposer.design.nodes import Design, substitute
from decomposer.design.scope import scope
from decomposer.expr import compare, evaluate, num
from decomposer.search.enumerate import designs
from decomposer.search.unfold import unfold
from decomposer.verbs.measure import numbered

NUMBERS = {"n": 8, "p": 2, "q": 5}

IN_TURN: dict[str, Any] = {
    "parameters": ["n", "p", "q"],
    "assume": ["p << q"],
    "texts": {"left": "n", "right": "n", "one": 1, "two": 1},
    "cost": "linear",
}


def problem(**more: Any) -> decomposer.Problem:
    return decomposer.build("tie", **{**IN_TURN, **more})


MODELS = {"large": {"size": "q", "can": ["a", "b"]}, "small": {"size": "p", "can": ["b"]}}
SILENT = {"look": {"reads": "left", "requires": "b"}, "say": {"reads": "right", "writes": "one", "requires": "b"}}


@pytest.mark.parametrize("order", list(permutations(MODELS)))
@pytest.mark.parametrize("at", [None, NUMBERS])
def test_the_smallest_largest_model_first(order: tuple[str, ...], at: dict[str, int] | None) -> None:
    """What writes nothing costs nothing under the cost model of the paper, whoever does it: the small model should."""
    models = {name: MODELS[name] for name in order}
    found = decomposer.optimize(problem(cost="paper", capabilities=["a", "b"], models=models, tasks=SILENT), at=at)
    assert {agent.agent.model for agent in found.agents} == {"small"}


TWO = {
    "first": {"reads": "left", "writes": "one", "requires": "a"},
    "second": {"reads": "right", "writes": "two", "requires": "b"},
}


@pytest.mark.parametrize("at", [None, NUMBERS])
def test_then_the_fewest_agents(at: dict[str, int] | None) -> None:
    """At prices per token and under the law `max`, one call for both costs what two calls do."""
    tied = problem(capabilities={"a": "q", "b": "q"}, scaling="max", tasks=TWO)
    costs = {str(total_cost(tied, design)): footprint(tied, design).agents for design, _ in designs(unfold(tied))}
    assert len(costs) == 1
    assert len(decomposer.optimize(tied, at=at).agents) == 1


@pytest.mark.parametrize("at", [None, NUMBERS])
def test_a_smaller_model_goes_before_fewer_agents(at: dict[str, int] | None) -> None:
    """Two agents, of which one is silent: fused they would be one agent, but a larger one."""
    tasks = {
        "look": {"reads": "left", "requires": "a"},
        "say": {"reads": "right", "writes": "one", "requires": "b"},
    }
    tied = problem(cost="paper", capabilities={"a": "q", "b": "p"}, tasks=tasks)
    found = decomposer.optimize(tied, at=at)
    assert sorted(agent.name for agent in found.agents) == ["look", "say"]


@pytest.mark.parametrize("at", [None, NUMBERS])
def test_then_the_fewest_loops(at: dict[str, int] | None) -> None:
    """At prices per token pages cost the same one by one, in groups, and all at once."""
    pages = {"book": {"parts": {"page": "n"}, "each": 3}, "out": {"parts": {"page": "n"}, "each": 1}}
    tasks = {"read": {"reads": "book", "writes": "out", "requires": "a", "local": "page"}}
    tied = problem(parameters=["n", "p"], assume=[], texts=pages, capabilities={"a": "p"}, tasks=tasks)
    numbers = None if at is None else {"n": 8, "p": 2}
    assert decomposer.optimize(tied, at=numbers).tree == "call read"


FEW = {"debugging": {"b": 1}, "code-review": {"b": 1}}
"""There are no more bugs than what they are found in."""


@pytest.mark.parametrize("name", ["debugging", "k-task", "code-review", "document-extraction"])
def test_nothing_of_equal_cost_is_more_accessible(name: str) -> None:
    """Against every design of the space without free parameters, at numbers."""
    given = decomposer.load(name)
    at = {parameter: place + 2 for place, parameter in enumerate(given.parameters)} | FEW.get(name, {})
    target = numbered(given, at)

    def demands(design: Design) -> tuple[Fraction, Fraction]:
        return evaluate(scope(target, design).model, {}), evaluate(footprint(target, design).agents, {})

    found = decomposer.optimize(given, at=at)
    assert found.cost.value is not None
    own = demands(substitute(found.design, {key: num(value) for key, value in at.items()}))
    rivals = [
        design
        for design, decisions in designs(unfold(target))
        if not decisions and compare(total_cost(target, design), found.cost.value, {}) == 0
    ]
    assert rivals
    assert all(own <= demands(design) for design in rivals)
