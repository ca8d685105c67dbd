"""Reliable designs against enumeration: steps per call, votes, models and cascades, chosen together."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

import pytest

from decomposer.design.certainty import certainty
from decomposer.design.contract import check_design
from decomposer.design.evaluate import work
from decomposer.design.nodes import Call, Design, Each, Escalate, Retry, Stride, Vote
from decomposer.errors import InfeasibleError, ProblemError
from decomposer.expr import evaluate, num
from decomposer.problem.build import build
from decomposer.problem.load import load
from decomposer.problem.model import Limits, Problem
from decomposer.verbs.optimize import optimize

STEPS = 6


def votes(call: Call) -> Iterator[Design]:
    """Everything that may be done about one call that may fail."""
    yield call
    yield from (Vote(call, lead=num(lead)) for lead in range(2, 12))
    yield from (Vote(call, num(number)) for number in range(3, 16, 2))


def chains(model: str | None) -> Iterator[Design]:
    """Every way through a chain of six steps."""
    yield from votes(Call(("go",), model=model))
    for size in range(1, STEPS + 1):
        yield from (Stride("go", one, num(size)) for one in votes(Call(("go",), model=model)))


def job(source: random.Random, second: bool, wrong: str) -> Problem:
    """A chain, and perhaps another task that may fail, with random rates, prices and target."""

    def rate(low: int) -> str:
        return f"{source.randint(low, 98)}/100"

    tasks: dict[str, Any] = {
        "go": {
            "reads": "order",
            "writes": "log",
            "requires": "act",
            "steps": {"count": STEPS, "state": source.randint(1, 3)},
            "succeeds": {"per": "step", "wrong": wrong, "probability": rate(70)},
        }
    }
    if second:
        tasks["say"] = {"reads": "log", "writes": "word", "requires": "act", "succeeds": rate(60)}
    return build(
        "job",
        texts={"order": source.randint(1, 9), "log": 2 * STEPS, "word": 1},
        capabilities={"act": 1},
        cost={"model": "linear", "input": 1, "output": source.randint(1, 5)},
        models={
            "small": {"size": 1, "can": "act", "succeeds": {"go": rate(60)}},
            "large": {"size": source.randint(2, 4), "can": "act", "succeeds": {"go": rate(90)}},
        },
        target=f"{source.randint(50, 95)}/100",
        tasks=tasks,
    )


@pytest.mark.parametrize("seed", range(8))
def test_the_cheapest_design_that_reaches_the_target(seed: int) -> None:
    source = random.Random(seed)
    second = seed % 2 == 1
    problem = job(source, second, source.choice(["agree", "scatter"]))
    assert problem.target is not None
    bound = evaluate(problem.target, {})
    ways = [one for model in problem.models for one in chains(model)]
    others: list[Design | None] = [None]
    if second:
        others = [one for model in problem.models for one in votes(Call(("say",), model=model))]
    parts = [
        [(evaluate(work(problem, one), {}), certainty(problem, one)) for one in side if one is not None]
        for side in (ways, others)
    ]
    if not second:
        parts.pop()
    found: list[Any] = []
    for chosen in product(*parts):
        chance = chosen[0][1]
        for _, more in chosen[1:]:
            chance = chance * more
        cost = sum((one for one, _ in chosen), Fraction(0))
        if (not found or cost < min(found)) and chance.at_least(bound):
            found.append(cost)
    result = optimize(problem)
    assert result.cost.exact.as_fraction() == min(found)
    assert result.status == "optimal"
    check_design(problem, result.design)
    assert certainty(problem, result.design).at_least(bound)


def test_steps_that_do_not_divide_the_chain() -> None:
    """The last call takes the steps that are left."""
    problem = job(random.Random(3), False, "scatter")
    seven = Stride("go", Call(("go",), model="large"), num(4))
    prompt = evaluate(work(problem, seven), {})
    tokens = evaluate(problem.texts["order"].tokens + problem.tasks["go"].steps.state, {})  # type: ignore[union-attr]
    assert prompt == evaluate(problem.models["large"].size * (num(2 * tokens) + 2 * STEPS * problem.cost.beta), {})


def test_a_cascade_is_cheaper_than_each_model_alone() -> None:
    problem = load("answers-cascade")
    at = {"k": 12, "l": 30}
    result = optimize(problem, at=at)
    assert result.status == "optimal"
    assert result.design == Each(
        "question",
        Escalate(("answer",), Call(("answer",), model="small"), Retry(("answer",), Call(("answer",), model="middle"))),
    )
    for hand in result.hand_designs:
        assert hand.cost.value is not None and result.cost.value is not None
        assert evaluate(hand.cost.value, {}) > 2 * evaluate(result.cost.value, {})
    assert optimize(problem).design == result.design


def test_hard_questions_stand_in_the_way() -> None:
    """A lead of two reaches the target; none reaches one beyond what the hard questions allow."""
    from dataclasses import replace

    problem = load("votes-correlated")
    result = optimize(problem, at={"l": 10})
    assert result.design == Vote(Call(("reply",)), lead=num(2))
    above = replace(problem, target=num(Fraction(97, 100)))
    with pytest.raises(InfeasibleError, match=r"probability 0\.9|no design reaches"):
        optimize(above, at={"l": 10})


def test_a_target_and_a_limited_span_are_refused() -> None:
    problem = replace(load("votes-correlated"), limits=Limits(span=num(10)))
    with pytest.raises(ProblemError, match=r"a target .* cannot be combined with a limit on the span"):
        optimize(problem, at={"l": 10})


def test_a_budget_is_held_against_the_cheapest_design_that_reaches_the_target() -> None:
    problem = load("votes-correlated")
    least = optimize(problem, at={"l": 10}).cost.value
    assert least == num(Fraction(18725, 533))
    kept = optimize(replace(problem, limits=Limits(cost=least)), at={"l": 10})
    assert kept.status == "optimal" and kept.cost.value == least
    with pytest.raises(InfeasibleError, match="keeps the limit on cost; it would take cost: 36"):
        optimize(replace(problem, limits=Limits(cost=least - num(1))), at={"l": 10})


def test_a_million_steps_are_not_enumerated() -> None:
    """Calls that take nearly all of the chain are excluded by bounds, whatever the prompt costs."""
    problem = build(
        "long",
        parameters={"n": "links"},
        texts={"brief": 500, "log": "n"},
        capabilities={"act": 1},
        cost={"model": "linear", "input": 1, "output": 5},
        target="9/10",
        tasks={
            "go": {
                "reads": "brief",
                "writes": "log",
                "requires": "act",
                "steps": {"count": "n", "state": 20},
                "succeeds": {"probability": "999/1000", "per": "step", "wrong": "scatter"},
            }
        },
    )
    result = optimize(problem, at={"n": 10**6})
    assert result.status == "optimal"
    assert isinstance(result.design, Stride)
    taken = evaluate(result.design.size, {})
    there = {size: optimize_with(problem, size) for size in (taken - 1, taken, taken + 1)}
    assert there[taken] == min(there.values())


def optimize_with(problem: Problem, size: Fraction) -> Fraction:
    """The least cost with so many steps in a call."""
    from decomposer.verbs.measure import numbered

    there = numbered(problem, {"n": 10**6})
    costs = []
    for lead in range(2, 9):
        design = Stride("go", Vote(Call(("go",)), lead=num(lead)), num(size))
        if certainty(there, design).at_least(Fraction(9, 10)):
            costs.append(evaluate(work(there, design), {}))
    return min(costs)
