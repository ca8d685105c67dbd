"""Limits on models and hosting beside a target, and sets of models in place of a selection, against enumeration."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, product
from typing import Any

import pytest

from decomposer.design.certainty import certainty
from decomposer.design.contract import check_design
from decomposer.design.evaluate import models_used, total_cost, work
from decomposer.design.nodes import Call
from decomposer.design.products import Product
from decomposer.errors import InfeasibleError, ProblemError
from decomposer.expr import ZERO, Expr, evaluate, num
from decomposer.problem.build import build
from decomposer.problem.frozen import Frozen
from decomposer.problem.model import Limits, Model, Problem
from decomposer.rules import site_of
from decomposer.search import concrete, coupled
from decomposer.search.enumerate import designs
from decomposer.search.run import Run
from decomposer.search.sets import over_sets, sets_of
from decomposer.search.spread import Spread, exact
from decomposer.search.unfold import unfold
from decomposer.verbs.optimize import optimize
from tests.search.test_coupled import random_problem
from tests.search.test_steps import votes


def with_hosting(seed: int) -> Problem:
    """Two tasks that may fail, three models of which some are paid for, and perhaps a limit on them."""
    dice = random.Random(seed)
    names, dear, most = ("small", "middle", "large"), dice.random() < 0.7, dice.choice([None, 1, 2])

    def rates() -> dict[str, str]:
        return {task: f"{dice.randint(60, 99)}/100" for task in ("ask", "say")}

    def task(reads: str, writes: str) -> dict[str, object]:
        return {"reads": reads, "writes": writes, "requires": "act", "succeeds": "9/10"}

    return build(
        "pair",
        texts={"order": dice.randint(1, 9), "log": dice.randint(1, 5), "word": 1},
        capabilities={"act": 1},
        cost={"model": "linear", "input": 1, "output": dice.randint(1, 5)},
        models={
            name: {
                "size": size + dice.randint(0, 2),
                "can": "act",
                "hosting": dice.randint(0, 60) if dear else 0,
                "succeeds": rates(),
            }
            for size, name in enumerate(names, 1)
        },
        limits={} if most is None else {"models": most},
        target=f"{dice.randint(70, 97)}/100",
        tasks={"ask": task("order", "log"), "say": task("log", "word")},
    )


def ways(problem: Problem, *tasks: str) -> list[tuple[Fraction, Product, frozenset[str]]]:
    """Cost, chance and models of everything that may be done about one call: votes are on one task at a time."""
    calls = [Call(tasks, model=model) for model in problem.models]
    every = [one for call in calls for one in (votes(call) if len(tasks) == 1 else [call])]
    return [(evaluate(work(problem, one), {}), certainty(problem, one), frozenset(models_used(one))) for one in every]


def least(problem: Problem) -> Fraction | None:
    """The least cost of all designs that keep the limit on models and reach the target."""
    assert problem.target is not None
    bound, most = evaluate(problem.target, {}), problem.limits.models
    pairs = product(ways(problem, "ask"), ways(problem, "say"))
    apart = [(cost + more, chance * second, used | others) for (cost, chance, used), (more, second, others) in pairs]
    found: Fraction | None = None
    for cost, chance, names in [*apart, *ways(problem, "ask", "say")]:
        if most is not None and len(names) > exact(most):
            continue
        total = cost + sum((exact(problem.models[name].hosting) for name in names), Fraction(0))
        if (found is None or total < found) and chance.at_least(bound):
            found = total
    return found


@pytest.mark.parametrize("seed", range(5))
def test_a_target_beside_limits_and_hosting(seed: int) -> None:
    problem = with_hosting(seed)
    best = least(problem)
    if best is None:
        with pytest.raises(InfeasibleError, match="reaches the target"):
            optimize(problem)
        return
    result = optimize(problem)
    assert result.status == "optimal" and evaluate(total_cost(problem, result.design), {}) == best
    check_design(problem, result.design)
    assert problem.target is not None and certainty(problem, result.design).at_least(evaluate(problem.target, {}))
    most = problem.limits.models
    assert most is None or len(models_used(result.design)) <= exact(most)
    if seed % 2:
        return
    budget = replace(problem, limits=replace(problem.limits, cost=num(best) - num(Fraction(1, 1000))))
    with pytest.raises(InfeasibleError, match="no design that reaches the target keeps the limit on cost"):
        optimize(budget)


def triage(**more: Any) -> Problem:
    """Parts that may all fail: one task that nobody can check, and one that is checked."""
    fact = {"reads": ["tickets", "policy"], "local": "ticket"}
    return build(
        "triage",
        parameters={"n": "tickets"},
        texts={
            "tickets": {"parts": {"ticket": "n"}, "each": 5},
            "policy": 20,
            "labels": {"parts": {"ticket": "n"}, "each": 1},
            "replies": {"parts": {"ticket": "n"}, "each": 3},
        },
        capabilities=["route", "draft"],
        models={
            "mini": {"size": 1, "can": ["route", "draft"], "succeeds": {"route": "95/100", "draft": "9/10"}},
            "router": {"size": 2, "can": "route", "hosting": 40, "succeeds": {"route": "99/100"}},
            "big": {"size": 9, "can": ["route", "draft"], "hosting": 900, "succeeds": {"draft": "98/100"}},
        },
        cost={"model": "linear", "input": 1, "output": 4},
        target="9/10",
        tasks={
            "route": {
                **fact,
                "writes": "labels",
                "requires": "route",
                "succeeds": {"probability": "95/100", "per": "part"},
            },
            "draft": {
                **fact,
                "writes": "replies",
                "requires": "draft",
                "succeeds": {"probability": "9/10", "per": "part"},
                "check": "free",
            },
        },
        **more,
    )


def test_one_model_for_all_is_the_better_of_two() -> None:
    """A limit of one model is the least of the problems with one model each."""
    costs: list[Fraction] = []
    for name in ("mini", "big"):
        problem = triage()
        alone = optimize(replace(problem, models=Frozen({name: problem.models[name]})), at={"n": 4})
        assert alone.status == "optimal" and alone.cost.value is not None
        costs.append(exact(alone.cost.value))
    result = optimize(triage(limits={"models": 1}), at={"n": 4})
    assert result.status == "optimal" and result.cost.value is not None
    assert exact(result.cost.value) == min(costs) and models_used(result.design) == ("mini",)


def one_each(most: int, **rates: dict[str, str]) -> Problem:
    """Two tasks that nobody can check, and two models that are good at one of them."""
    facts = {"succeeds": "99/100", "requires": "act"}
    return build(
        "pair",
        texts={"order": 3, "log": 2, "word": 1},
        capabilities={"act": 1, "see": 1},
        models={name: {"size": 1, "can": ["act", "see"], "succeeds": each} for name, each in rates.items()},
        limits={"models": most},
        target="9/10",
        tasks={
            "ask": {**facts, "reads": "order", "writes": "log"},
            "say": {**facts, "reads": "log", "writes": "word", "requires": "see"},
        },
    )


def test_no_model_alone_reaches_the_target() -> None:
    """Each is wrong more often than right in one of the tasks, which votes do not mend."""
    rates = {"asks": {"ask": "99/100", "say": "2/5"}, "says": {"ask": "1/5", "say": "99/100"}}
    assert models_used(optimize(one_each(2, **rates)).design) == ("asks", "says")
    with pytest.raises(InfeasibleError, match="no design of at most 1 model reaches the target"):
        optimize(one_each(1, **rates))


def test_no_model_alone_does_all() -> None:
    problem = one_each(1, asks={}, says={})
    apart = {name: replace(problem.models[name], can=Frozen({can: None})) for name, can in SKILLS.items()}
    with pytest.raises(InfeasibleError, match="no design of at most 1 model has all that the tasks require"):
        optimize(replace(problem, models=Frozen(apart)))
    assert optimize(replace(problem, models=Frozen(apart), limits=Limits())).status == "optimal"


SKILLS = {"asks": "act", "says": "see"}
"""What each of two models can do."""


def test_too_many_sets_of_models_are_refused() -> None:
    problem = one_each(3, **{f"m{place}": {"ask": "19/20"} for place in range(9)})
    with pytest.raises(ProblemError, match="more than 64") as refused:
        optimize(problem)
    assert "leave out --set" in str(refused.value)


@pytest.mark.parametrize("seed", range(7))
def test_sets_of_models_find_what_the_selection_does(seed: int) -> None:
    """Both, and every design of the space, one by one."""
    dice = random.Random(seed)
    limits = Limits(models=num(dice.choice([1, 2, 3]))) if dice.random() < 0.7 else Limits()
    problem = replace(random_problem(seed), minimise="cost", limits=limits)
    sets = sets_of(problem)
    assert sets is not None
    found, complete = over_sets(problem, sets, lambda names, run: concrete.best(site_of(problem), names, run), Run())
    assert complete
    try:
        selected = coupled.best(site_of(problem))
    except InfeasibleError:
        assert not found
        return
    assert selected is not None
    candidate, answer, _ = selected
    assert answer.status == "optimal" and found
    assert {exact(total_cost(problem, one.design)) for one in found} == {exact(total_cost(problem, candidate.design))}
    limit = problem.limits.models
    assert all(limit is None or len(models_used(one.design)) <= exact(limit) for one in found)


@pytest.mark.parametrize("seed", range(3))
def test_a_set_of_models_leaves_just_its_designs(seed: int) -> None:
    problem = replace(random_problem(seed), minimise="cost", limits=Limits())
    space = unfold(problem, Spread())
    if space.graph.count() > 3000:
        pytest.skip("too many designs to try")
    every = [(frozenset(models_used(one)), exact(work(problem, one))) for one, _ in designs(space)]
    for size in (1, 2):
        for names in combinations(problem.models, size):
            expected = [cost for used, cost in every if used <= set(names)]
            found, complete = concrete.best(site_of(problem), frozenset(names))
            assert complete and [exact(one.work) for one in found[:1]] == ([min(expected)] if expected else [])


@pytest.mark.parametrize("paid", range(5))
@pytest.mark.parametrize("limit", [None, 0, 1, 2, 3, 9])
def test_every_set_that_matters_is_there(paid: int, limit: int | None) -> None:
    """Each allowed set is held by one that costs as much to host; and none is there twice, or beyond the limit."""
    models = {f"m{i}": Model(f"m{i}", num(1), hosting=num(1) if i < paid else ZERO) for i in range(4)}
    problem = replace(
        random_problem(0), models=Frozen(models), limits=Limits(models=None if limit is None else num(limit))
    )
    sets = sets_of(problem)
    assert sets is not None and len(sets) == len(set(sets)) and [*sorted(sets, key=len, reverse=True)] == sets

    def price(names: frozenset[str]) -> Expr:
        return sum((models[name].hosting for name in names), ZERO)

    most = 4 if limit is None else min(limit, 4)
    assert all(0 < len(names) <= most for names in sets)
    for size in range(1, most + 1):
        for names in map(frozenset, combinations(models, size)):
            assert any(names <= larger and price(names) == price(larger) for larger in sets)
    assert sets_of(problem, len(sets)) == sets
    assert not sets or sets_of(problem, len(sets) - 1) is None
