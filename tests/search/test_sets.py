"""Limits on models and hosting beside a target, and sets of models in place of a selection, against enumeration."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, product

import pytest

from decomposer.design.certainty import certainty
from decomposer.design.contract import check_design
from decomposer.design.evaluate import models_used, total_cost, work
from decomposer.design.nodes import Call
from decomposer.errors import InfeasibleError
from decomposer.expr import ZERO, Expr, evaluate, num
from decomposer.problem.frozen import Frozen
from decomposer.problem.model import Limits, Model, Problem
from decomposer.rules import site_of
from decomposer.search import concrete, coupled
from decomposer.search.enumerate import designs
from decomposer.search.sets import over_sets, sets_of
from decomposer.search.spread import Spread, exact
from decomposer.search.unfold import unfold
from decomposer.verbs.optimize import optimize
from tests.search.test_coupled import random_problem
from tests.search.test_steps import chains, job, votes


def with_hosting(seed: int) -> Problem:
    """A chain and an answer, three models of which some are paid for, and perhaps a limit on them and on the cost."""
    dice = random.Random(seed)
    problem = job(dice, True, dice.choice(["agree", "scatter"]))
    rates = Frozen({"say": num(Fraction(99, 100))})
    third = Model("third", num(dice.randint(1, 3)), can=Frozen({"act": None}), succeeds=rates)
    models = {**problem.models, "third": third}
    dear = dice.random() < 0.7
    paid = {name: replace(one, hosting=num(dice.randint(0, 60) if dear else 0)) for name, one in models.items()}
    most = dice.choice([None, 1, 2])
    return replace(problem, models=Frozen(paid), limits=Limits(models=None if most is None else num(most)))


def least(problem: Problem) -> Fraction | None:
    """The least cost of all designs that keep the limit on models and reach the target."""
    assert problem.target is not None
    bound, most = evaluate(problem.target, {}), problem.limits.models
    sides = [
        [(evaluate(work(problem, one), {}), certainty(problem, one), set(models_used(one))) for one in side]
        for side in (
            [one for model in problem.models for one in chains(model)],
            [one for model in problem.models for one in votes(Call(("say",), model=model))],
        )
    ]
    found: Fraction | None = None
    for (cost, chance, used), (more, second, others) in product(*sides):
        names = used | others
        if most is not None and len(names) > exact(most):
            continue
        total = cost + more + sum((exact(problem.models[name].hosting) for name in names), Fraction(0))
        if (found is None or total < found) and (chance * second).at_least(bound):
            found = total
    return found


@pytest.mark.parametrize("seed", range(10))
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
    budget = replace(problem, limits=replace(problem.limits, cost=num(best)))
    assert evaluate(total_cost(problem, optimize(budget).design), {}) == best
    with pytest.raises(InfeasibleError, match="no design that reaches the target keeps the limit on cost"):
        optimize(replace(problem, limits=replace(problem.limits, cost=num(best) - num(Fraction(1, 1000)))))


@pytest.mark.parametrize("seed", range(40))
def test_sets_of_models_find_what_the_selection_does(seed: int) -> None:
    """Both, and every design of the space, one by one."""
    dice = random.Random(seed)
    limits = Limits(models=num(dice.choice([1, 2, 3]))) if dice.random() < 0.7 else Limits()
    problem = replace(random_problem(seed), minimise="cost", limits=limits)
    sets = sets_of(problem)
    assert sets is not None
    found, complete = over_sets(problem, sets, lambda names: concrete.best(site_of(problem), names))
    assert complete
    try:
        candidate, answer, _ = coupled.best(site_of(problem))
    except InfeasibleError:
        assert not found
        return
    assert answer.status == "optimal" and found
    assert {exact(total_cost(problem, one.design)) for one in found} == {exact(total_cost(problem, candidate.design))}
    limit = problem.limits.models
    assert all(limit is None or len(models_used(one.design)) <= exact(limit) for one in found)


@pytest.mark.parametrize("seed", range(6))
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
