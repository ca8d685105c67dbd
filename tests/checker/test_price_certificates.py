"""Certificates of problems whose models state prices: the second statement of a bill, and proofs that lean on it."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from typing import Any

import pytest

from decomposer import certify, check, load, loads, optimize
from decomposer.expr import Expr, num, parse
from decomposer.formulas.algebra import Refused
from decomposer.formulas.algebra import parse as polynomial
from decomposer.problem.frozen import Frozen
from decomposer.problem.long_form import long_form
from decomposer.problem.model import CostModel, Problem
from decomposer.problem.prices import Prices
from decomposer.restated.facts import unknown
from decomposer.restated.rules import Rules
from tests.checker import wider
from tests.checker.test_restated import same, same_spans


def priced(problem: Problem, seed: int) -> Problem:
    """The problem with a price list in place of the sizes, in its own parameters or in numbers."""
    dice = random.Random(seed)
    names = sorted(name for name, one in problem.parameters.items() if one.kind == "growing")

    def price() -> Expr:
        factor = parse(dice.choice(names)) if names and dice.random() < 0.5 else num(1)
        return num(dice.randint(1, 9)) * factor

    models = {}
    for name, model in problem.models.items():
        read = price()
        cached = dice.choice([None, read / 10, num(0)])
        models[name] = replace(model, prices=Prices(read, price(), cached))
    return replace(problem, models=Frozen(models), cost=CostModel(dice.choice(["linear", "cached"])))


CATALOGUES = [seed for seed in range(40) if wider.problem_of(seed).models]


@pytest.mark.parametrize("seed", CATALOGUES)
def test_the_same_bills_are_stated_twice(seed: int) -> None:
    problem = priced(wider.problem_of(seed), seed)
    assert list(unknown(long_form(problem))) == []
    try:
        same(problem)
    except Refused as error:
        assert "cached" in str(error) or "both a window" in str(error)
    if seed < 12:
        same_spans(problem)


REVIEW = """
problem: review
parameters: {k: pages, l: tokens in a page, p: price, q: another price}
assume: [l <= k, p << l, q <= p]
texts:
  report: {parts: {page: k}, each: l}
  marks: {parts: {page: k}, each: 1}
  letter: l
capabilities: [mark, write]
models:
  plain: {size: 1, prices: {input: 1, output: p*q}, can: [mark, write]}
  rich: {size: 1, prices: {input: q, output: 2, cached: q/10}, can: [mark, write]}
cost: cached
tasks:
  mark: {reads: report, writes: marks, requires: mark, local: page}
  write: {reads: marks, writes: letter, requires: write}
"""


def test_a_certificate_of_symbolic_prices() -> None:
    """Who reads k l tokens for 1 each writes k marks for p q each: that is no more than reading them for q each."""
    problem = loads(REVIEW)
    answer, certificate = optimize(problem), certify(problem)
    found = check(problem, json.dumps(certificate))
    assert found.proved, found.reason
    ((when, theta),) = found.claims
    assert when == () and polynomial(theta) == polynomial(str(answer.cost.theta)) == polynomial("k*l + k*p*q")


@pytest.mark.parametrize("name", ["k-task-models", "summary-window", "answers-cascade", "chunking-window"])
def test_shipped_catalogues_with_a_price_list(name: str) -> None:
    given = load(name)
    problem = replace(
        given,
        cost=CostModel("linear"),
        models=Frozen(
            {
                key: replace(model, prices=Prices(model.size, num(4) * model.size, model.size / 10))
                for key, model in given.models.items()
            }
        ),
    )
    by_size = replace(given, cost=CostModel("linear", beta=num(4)))
    first, second = (check(one, json.dumps(certify(one))) for one in (problem, by_size))
    assert first.proved, first.reason
    assert first.claims == second.claims  # prices in proportion to sizes say what sizes say


def changed(problem: Problem, model: str, **prices: Any) -> Problem:
    old = problem.models[model]
    assert old.prices is not None
    return replace(
        problem, models=Frozen({**problem.models, model: replace(old, prices=replace(old.prices, **prices))})
    )


def test_a_certificate_does_not_hold_for_another_price() -> None:
    problem = loads(REVIEW)
    text = json.dumps(certify(problem))
    for model, prices in (("plain", {"input": num(2)}), ("rich", {"input": num(1)}), ("plain", {"output": num(1)})):
        assert not check(changed(problem, model, **prices), text).proved


def test_a_memory_that_is_far_dearer_to_read_than_to_write_is_refused() -> None:
    given = load("desk-memory")
    capabilities = list(given.capabilities)
    data = {**given.to_data(), "cost": "linear"}

    def listed(output: str) -> Problem:
        return load(
            {**data, "models": {"one": {"size": 1, "prices": {"input": "N", "output": output}, "can": capabilities}}}
        )

    with pytest.raises(Refused, match="far dearer to read"):
        Rules(long_form(listed("1")))
    assert check(listed("2*N"), json.dumps(certify(listed("2*N")))).proved
