"""Random problems of every kind of fact, whose models state prices: enumeration finds nothing cheaper."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from decomposer.errors import InfeasibleError
from decomposer.expr import num, parse
from decomposer.problem.frozen import Frozen
from decomposer.problem.model import CostModel, Model, Problem
from decomposer.problem.prices import Prices
from decomposer.problem.substitute import substitute as at_numbers
from decomposer.search.unfold import unfold
from decomposer.verbs.optimize import optimize
from tests.search.test_brute_force import cheapest
from tests.search.test_price_choices import tariff
from tests.search.test_random_facts import problem_of, some_numbers

MOST = 400
"""Designs of a space that are listed."""


def listed(seed: int) -> Problem:
    """A random problem with a price list in place of its scaling law; discounts make the order of models depend."""
    dice, given = random.Random(seed), problem_of(seed)
    can = Frozen(dict.fromkeys(given.capabilities))
    models = {}
    for name in ("one", "other", "third")[: dice.choice([2, 2, 3])]:
        prices = Prices(**{key: parse(price) for key, price in tariff(dice).items()})
        models[name] = Model(name, num(1), can, prices=prices)
    return replace(given, models=Frozen(models), cost=CostModel("cached"))


@pytest.mark.parametrize("seed", range(40))
def test_nothing_is_cheaper(seed: int) -> None:
    problem = listed(seed)
    numbers = some_numbers(problem, random.Random(seed))
    here = at_numbers(problem, numbers)
    if unfold(here).graph.count() > MOST:
        pytest.skip("too many designs to list")
    try:
        result = optimize(problem, at=numbers)
    except InfeasibleError:
        return
    assert result.status == "optimal" and result.cost.value == cheapest(here)
