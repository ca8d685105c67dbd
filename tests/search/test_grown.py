"""Growth under limits by a solver: the same answers as sets of designs give, and as all designs, tried one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import islice
from random import Random

import pytest

from decomposer.design.evaluate import models_used, total_cost
from decomposer.design.nodes import substitute
from decomposer.expr import Expr, Sym, num, parse
from decomposer.growth import is_big_o
from decomposer.problem.build import build
from decomposer.problem.frozen import Frozen
from decomposer.problem.load import load
from decomposer.problem.model import Limits, Problem
from decomposer.search import asymptotic, grown, limited
from decomposer.search.asymptotic import beats
from decomposer.search.enumerate import designs
from decomposer.search.unfold import unfold
from decomposer.verbs.measure import regime_of
from decomposer.verbs.optimize import optimize

MOST = 3000
"""Designs up to which a space is enumerated."""


def random_problem(seed: int, tasks: int, models: int, most: int) -> Problem:
    """Tasks in a chain over parts, and models of which only so many may be used."""
    dice = Random(seed)
    skills = [f"c{number}" for number in range(tasks)]
    texts: dict[str, object] = {"code": {"parts": {"file": "k"}, "each": "l"}}
    stated: dict[str, object] = {}
    for number, skill in enumerate(skills):
        texts[f"t{number}"] = {"parts": {"file": "k"}, "each": dice.choice([1, 2, "l"])}
        reads = ["code", *([f"t{number - 1}"] if number else [])]
        local = {"local": "file"} if dice.random() < 0.7 else {}
        stated[f"task{number}"] = {"reads": reads, "writes": f"t{number}", "requires": skill, **local}
    catalogue: dict[str, object] = {}
    for number in range(models):
        can = [skill for skill in skills if dice.random() < 0.5] or [skills[0]]
        size = dice.choice([dice.randint(1, 30), "m"])
        catalogue[f"m{number}"] = {"size": size, "can": can, "hosting": dice.choice([0, dice.randint(1, 60), "l", "h"])}
    catalogue["all"] = {"size": 40, "can": skills, "hosting": 30}
    assume = [text for text in ("l <= k", "m << l", "h <= k*l") if dice.random() < 0.5]
    return build(
        "random", parameters={"k": "", "l": "", "m": "", "h": ""}, assume=assume, texts=texts, tasks=stated,
        models=catalogue, capabilities=dict.fromkeys(skills, 1), limits={"models": most},
        minimise=dice.choice(["cost", "cost", "span"]),
    )  # fmt: skip


def degree(cost: Expr, exponents: Mapping[str, Fraction]) -> Fraction:
    """How a polynomial grows where every parameter is a power of one that grows; what is subtracted is outweighed."""
    degrees: list[Fraction] = []
    for mono, _ in cost.terms:
        assert all(isinstance(atom, Sym) for atom, _ in mono)
        degrees.append(
            sum((exponents[str(atom.name)] * power for atom, power in mono if isinstance(atom, Sym)), Fraction(0))
        )
    return max(degrees)


@pytest.mark.parametrize("seed", range(14))
def test_no_design_grows_more_slowly_however_the_parameters_grow(seed: int) -> None:
    """Along curves on which every parameter is a power of one, growths are degrees: no growth algebra is needed."""
    problem = replace(random_problem(seed, 2, 3, 2), minimise="cost")
    space, regime = unfold(problem), regime_of(problem)
    found = grown.best(space, regime)
    assert found is not None and found.complete
    every = list(islice(designs(space), MOST + 1))
    if len(every) > MOST:
        pytest.skip("too many designs to try")
    costs = []
    for design, open_ in every:
        if len(models_used(design)) <= 2:
            costs.append(total_cost(problem, substitute(design, {one.name: one.low for one in open_})))
    dice = Random(seed)
    for _ in range(12):
        exponents = {name: Fraction(dice.randint(1, 6), dice.choice([1, 2, 5])) for name in problem.parameters}
        if "l <= k" in problem.assume and exponents["l"] > exponents["k"]:
            continue
        if "m << l" in problem.assume and exponents["m"] >= exponents["l"]:
            continue
        if "h <= k*l" in problem.assume and exponents["h"] > exponents["k"] + exponents["l"]:
            continue
        least = min(degree(cost, exponents) for cost in costs)
        assert min(degree(one.work, exponents) for one in found.candidates) == least


@pytest.mark.parametrize("seed", range(8))
def test_it_agrees_with_sets_of_designs(seed: int) -> None:
    problem = random_problem(100 + seed, 3, 4, 2)
    space, regime = unfold(problem), regime_of(problem)
    found = grown.best(space, regime)
    sets, complete = asymptotic.best(space, regime)
    assert found is not None and found.complete and complete
    for one in found.candidates:
        assert len(models_used(one.design)) <= 2
        assert not any(beats(old, one, regime) and is_big_o(one.growth, old.growth, regime) is False for old in sets)
    for old in sets:
        assert any(is_big_o(one.growth, old.growth, regime) for one in found.candidates) or len(found.candidates) > 1
    if found.exact:
        assert {old.work for old in sets} == {one.work for one in found.candidates}


def test_with_an_order_of_growths_the_exact_cost_is_least() -> None:
    problem = replace(load("support"), assume=("s << l", "l << n"))
    space, regime = unfold(problem), regime_of(problem)
    found = grown.best(space, regime)
    assert found is not None and found.complete and found.exact
    assert [one.work for one in found.candidates] == [one.work for one in asymptotic.best(space, regime)[0]]
    assert len(found.proof) == 1 and found.proof[0].startswith("the least cost under limits is proved by")


def test_many_models_go_to_the_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = replace(load("support"), assume=("s << l", "l << n"))
    expected = optimize(problem)
    monkeypatch.setattr(limited, "MOST_COMBINED", 3)
    result = optimize(problem)
    assert (result.status, result.theta, result.cost.exact) == (expected.status, expected.theta, expected.cost.exact)
    assert any("least cost under limits is proved by" in note for note in result.notes)
    only = optimize(load("support"))  # s may grow like l, so that constants are not compared
    assert (only.status, only.cost.exact) == ("optimal_growth", expected.cost.exact)
    assert "the least growth under limits is proved by exact multipliers, which were checked" in only.notes
    with_limit = replace(problem, limits=Limits(models=num(2), cost=parse("n*l")))
    assert optimize(with_limit).theta == parse("n*l")


def test_models_that_grow_beyond_a_limit_are_left_out() -> None:
    problem = load("support")
    models = {
        name: replace(one, hosting=parse("n*l*s")) if name == "medium" else one for name, one in problem.models.items()
    }
    target = replace(problem, models=Frozen(models), limits=Limits(models=num(2), cost=parse("n*l")))
    found = grown.best(unfold(target), regime_of(target))
    assert found is not None and found.complete
    assert all("medium" not in models_used(one.design) for one in found.candidates)
