"""The least scope, against every design of the space: at numbers exactly, and by growth along a curve."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

import decomposer
from decomposer.design.evaluate import work
from decomposer.design.nodes import Design, substitute
from decomposer.design.scope import MEASURES, scope
from decomposer.expr import evaluate, num, parse
from decomposer.growth import is_big_o
from decomposer.problem.items import room_for_items
from decomposer.search.enumerate import designs
from decomposer.search.spread import Spread
from decomposer.search.unfold import unfold
from decomposer.verbs.measure import numbered, regime_of

Measured = tuple[Fraction, ...]

SMALL = [
    "chunking",
    "debugging",
    "document-extraction",
    "evolution-all-or-nothing",
    "k-task",
    "k-task-max",
    "k-task-tree",
    "sorting-lists",
    "summary-window",
    "visual-inspection",
]


def scoped(name: str) -> decomposer.Problem:
    return replace(decomposer.load(name), minimise="scope")


def measured(problem: decomposer.Problem, design: Design) -> Measured:
    """Model, capabilities, context and cost of a design at numbers."""
    found = scope(problem, design)
    return (*(evaluate(getattr(found, which), {}) for which in MEASURES), evaluate(work(problem, design), {}))


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("shift", [2, 3])
def test_at_numbers_nothing_comes_before_it(name: str, shift: int) -> None:
    """In the order of largest model, capability set, context and cost; free parameters at every integer."""
    problem = scoped(name)
    at = {parameter: shift + (3 * place) % 5 for place, parameter in enumerate(problem.parameters)}
    for _, count, most in room_for_items(problem):
        at |= {parameter: min(at[parameter], int(evaluate(most, at))) for parameter in count.symbols}
    result, target = decomposer.optimize(problem, at=at), numbered(problem, at)
    assert result.status == "optimal"
    design = substitute(result.design, {parameter: num(value) for parameter, value in at.items()})
    own = measured(target, design)
    listed = [measured(target, one) for one, _ in designs(unfold(target, Spread()))]
    assert min(listed) == own
    assert [one.value for one in result.scope] == [num(value) for value in own[:3]]


@pytest.mark.parametrize("name", SMALL)
def test_in_growth_nothing_comes_before_it(name: str) -> None:
    """Of the designs without free parameters, and with these at their least, none has a smaller scope by growth."""
    problem = scoped(name)
    regime, result = regime_of(problem), decomposer.optimize(problem)
    best = scope(problem, result.design)
    own = (best.model, best.capabilities, best.context, work(problem, result.design))
    for design, decisions in designs(unfold(problem)):
        settled = substitute(design, {one.name: one.low for one in reversed(decisions)})
        found = scope(problem, settled)
        theirs = (found.model, found.capabilities, found.context, work(problem, settled))
        for mine, other in zip(own, theirs, strict=True):
            assert is_big_o(mine, other, regime) is not False or is_big_o(other, mine, regime) is False
            if is_big_o(other, mine, regime) is not True or is_big_o(mine, other, regime) is not True:
                break


TEXTS = {"doc": {"parts": {"page": "n"}, "each": "l"}, "rules": "h", "out": {"parts": {"page": "n"}, "each": 1}}


def pages(**more: Any) -> decomposer.Problem:
    tasks = {
        "work": {"reads": "doc", "writes": "out", "requires": "c", "local": "page"},
        "tell": {"reads": "rules", "writes": "told", "requires": "d"},
    }
    given: dict[str, Any] = {
        "parameters": ["n", "l", "o", "h", "m"],
        "assume": ["l << o", "o << h", "h << n*l"],
        "texts": {**TEXTS, "told": 1},
        "capabilities": {"c": "m", "d": "m"},
        "tasks": tasks,
        "cost": "linear",
        "minimise": "scope",
        "overhead": "o",
    }
    return decomposer.build("pages", **{**given, **more})


def test_groups_may_grow_to_what_another_call_takes_anyway() -> None:
    """The rules take h tokens, whatever is done: so groups of h/l pages are free of scope, and save instructions."""
    result = decomposer.optimize(pages())
    assert [str(one.theta) for one in result.scope] == ["m", "1", "h"]
    assert result.status == "optimal_growth"
    assert str(result.theta) == "l*m*n"
    (policy,) = result.policies
    regime = regime_of(pages())
    assert is_big_o(parse("o/l"), policy.value, regime) is True
    assert is_big_o(policy.value, parse("h/l"), regime) is True
    alone = decomposer.optimize(pages(tasks={"work": pages().tasks["work"]}))
    assert [str(one.theta) for one in alone.scope] == ["m", "1", "o"]


def by_two_ways(assume: list[str], whole: dict[str, Any], models: Any) -> decomposer.Problem:
    """A task that is done by one call on a head, or by two calls on a whole text."""
    tasks: dict[str, Any] = {
        "do": {"writes": "out", "reads": "doc", "methods": {"at-once": ["once"], "in-turn": ["first", "second"]}},
        "once": {"reads": "doc.head", "writes": "out", **whole},
        "first": {"reads": "doc", "writes": "half", "requires": "part"},
        "second": {"reads": "half", "writes": "out", "requires": "other"},
    }
    return decomposer.build(
        "order",
        parameters=["n", "p", "q"],
        assume=assume,
        texts={"doc": {"tokens": "n", "head": 1}, "half": 1, "out": 1},
        capabilities=["whole", "part", "other"],
        models=models,
        tasks=tasks,
        minimise="scope",
    )


AT = {"n": 90, "p": 3, "q": 4}


@pytest.mark.parametrize("at", [None, AT])
def test_the_model_goes_before_the_context(at: dict[str, int] | None) -> None:
    models = {"large": {"size": "q", "can": ["whole"]}, "small": {"size": "p", "can": ["part", "other"]}}
    problem = by_two_ways(["p << q", "q << n"], {"requires": "whole"}, models)
    found = decomposer.optimize(problem, at=at)
    assert {agent.agent.model for agent in found.agents} == {"small"}
    assert [str(one.exact) for one in found.scope] == ["p", "1", "n + 1"]
    cheap = decomposer.optimize(replace(problem, minimise="cost"), at=at)
    assert {agent.agent.model for agent in cheap.agents} == {"large"}


def test_capabilities_go_before_the_context() -> None:
    """Two are more than one at numbers; in growth they are alike, and the context decides."""
    models = {"only": {"size": "p", "can": ["part", "other"]}}
    problem = by_two_ways(["q << n"], {"requires": ["part", "other"]}, models)
    exact, growth = decomposer.optimize(problem, at=AT), decomposer.optimize(problem)
    assert [str(one.value) for one in exact.scope] == ["3", "1", "91"]
    assert [str(one.exact) for one in growth.scope] == ["p", "2", "2"]


def test_the_cost_goes_last() -> None:
    """Where all scopes are the same, the cheapest design is taken."""
    for name in ("k-task-no-head", "visual-inspection", "evolution"):
        problem = decomposer.load(name)
        assert decomposer.optimize(scoped(name)).theta == decomposer.optimize(problem).theta
