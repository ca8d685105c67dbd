"""A catalogue of models under limits: which models are hosted, in the end and at numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from decomposer.design.evaluate import models_used
from decomposer.errors import InfeasibleError
from decomposer.expr import num, parse
from decomposer.problem.frozen import Frozen
from decomposer.problem.load import load
from decomposer.problem.model import Limits
from decomposer.verbs.optimize import optimize

AT = {"n": 6, "l": 400, "s": 200}


def test_two_models_share_the_work() -> None:
    result = optimize(load("support"))
    assert result.status == "optimal"
    assert models_used(result.design) == ("critic", "medium")
    assert result.theta == parse("n*l")


def test_the_same_at_numbers() -> None:
    result = optimize(load("support"), at=AT)
    assert result.status == "optimal"
    assert models_used(result.design) == ("critic", "medium")
    assert result.cost.value == num(1_458_712)


def test_one_model_alone_must_be_able_to_do_everything() -> None:
    result = optimize(replace(load("support"), limits=Limits(models=num(1))))
    assert models_used(result.design) == ("large",)


def test_without_hosting_costs_more_models_share_the_work() -> None:
    """Passages of half a ticket are dear to write: retrieving them is worth a smaller model of its own."""
    problem = load("support")
    free = Frozen({name: replace(model, hosting=num(0)) for name, model in problem.models.items()})
    result = optimize(replace(problem, models=free, limits=Limits()), at=AT)
    assert "small" in models_used(result.design)
    assert len(models_used(result.design)) > 2


def test_hosting_decides_at_small_numbers() -> None:
    """For few tickets, every further model costs more to host than it saves."""
    result = optimize(replace(load("support"), limits=Limits()), at=AT)
    assert models_used(result.design) == ("critic", "medium")


def test_a_limit_that_nothing_keeps_says_how_far_it_would_have_to_give() -> None:
    problem = replace(load("support"), limits=Limits(models=num(2), cost=num(1_000_000)))
    with pytest.raises(InfeasibleError, match="cost: 1458712"):
        optimize(problem, at=AT)
    with pytest.raises(InfeasibleError, match="no design keeps the limits"):
        optimize(problem)


def test_the_shortest_path_takes_other_models_than_the_least_cost() -> None:
    """Delays grow with the models, so the smallest that can do a task is the quickest: more than may be hosted."""
    quick = optimize(replace(load("support"), minimise="span", limits=Limits()))
    assert models_used(quick.design) == ("critic", "medium", "small", "tiny")
    assert quick.theta == parse("l")


def test_a_hand_design_beyond_a_limit_is_told() -> None:
    beyond = {hand.name: hand.beyond for hand in optimize(load("support")).hand_designs}
    assert beyond == {"one-for-all": (), "best-of-breed": ("models",)}


def test_a_design_that_keeps_a_limit_in_a_part_of_the_regime_may_be_better_there() -> None:
    """The large model keeps the limit where it is as large as the small one up to a constant, and takes no tuning."""
    span = Limits(span=parse("l*m_s"))
    assert optimize(replace(load("fine-tuning"), limits=span)).status == "bounded"
    apart = replace(load("fine-tuning"), limits=span, assume=("m_s << m_l",))
    assert optimize(apart).status == "optimal_growth"  # by part or all at once: the same growth
