"""Ranges of free parameters that bounds exclude hold nothing better than what was found."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from decomposer import load, optimize
from decomposer.errors import ProblemError
from decomposer.problem.load import loads
from decomposer.problem.model import Problem
from decomposer.problems import names
from decomposer.rules.base import Goal, site_of
from decomposer.search.concrete import Pricing
from decomposer.search.price import Candidate
from decomposer.search.ranges import Ranges
from decomposer.search.spread import Spread, order
from decomposer.search.unfold import root_goal, unfold
from decomposer.solvers.dynamic import solve
from decomposer.verbs.measure import numbered
from tests.search import test_random_facts as random_facts

PLAIN = [
    name
    for name in names()
    if load(name).target is None and load(name).minimise == "cost" and not load(name).limits.models
]


def at(problem: Problem, dice: Random, most: int) -> dict[str, int | Fraction]:
    """Numbers for the parameters, of which each may be large or small."""
    found: dict[str, int | Fraction] = {}
    for name, parameter in problem.parameters.items():
        if parameter.kind == "constant":
            low = Fraction(0) if parameter.low is None else Fraction(str(parameter.low))
            high = low + 2 if parameter.high is None else Fraction(str(parameter.high))
            found[name] = (low + high) / 2
        else:
            found[name] = dice.choice([1, 2, dice.randint(3, most), dice.randint(most // 2, most)])
    return found


def agree(problem: Problem, numbers: dict[str, int | Fraction]) -> int:
    """Hold few values to all values; how many of these were not needed."""
    try:
        target = numbered(problem, numbers)
    except ProblemError:  # what is assumed does not hold at these numbers
        return 0
    every, ranges = Spread(), Ranges(site_of(target), few=2)
    pricing = Pricing(ranges.site)
    space = unfold(target, every)
    if not every.complete:  # of several free parameters at once
        return 0
    best = solve(space.graph, pricing.combine, pricing.prune)[space.graph.root]
    while ranges.refine(values := _solved(target, ranges, pricing)):
        pass
    found = values[root_goal(target)]
    assert ranges.complete
    assert bool(found) == bool(best)
    if best:
        assert order(found[0].work, best[0].work) == 0
    return len(space.graph.arcs) - len(values)


def _solved(target: Problem, ranges: Ranges, pricing: Pricing) -> dict[Goal, list[Candidate]]:
    return solve(unfold(target, ranges).graph, pricing.combine, pricing.prune)


@pytest.mark.parametrize("name", PLAIN)
def test_few_values_find_what_all_values_find(name: str) -> None:
    problem, dice = load(name), Random(name)
    for _ in range(3):
        agree(problem, at(problem, dice, 20))


@pytest.mark.parametrize("seed", range(40))
def test_random_problems(seed: int) -> None:
    problem, dice = random_facts.problem_of(seed), Random(seed)
    if problem.target is None and problem.minimise == "cost" and not problem.limits.models:
        agree(problem, random_facts.some_numbers(problem, dice, 24))


def test_values_are_saved() -> None:
    numbers: dict[str, int | Fraction] = {"k": 60, "l": 30, "b": 12, "m_q": 8, "m_d": 70}
    assert agree(load("debugging"), numbers) > 100


def test_large_numbers_are_proved() -> None:
    """More values than can be tried one by one."""
    routed = optimize("k-task-unrelated", at={"k": 10**6, "n": 10, "m_s": 3, "m_d": 5})
    assert routed.status == "optimal"
    assert routed.cost.value == 35
    treed = optimize("k-task-tree", at={"k": 10**5, "n": 1000, "m_s": 3, "kappa": 2})
    assert treed.status == "optimal"
    repaired = optimize("debugging", at={"k": 10**5, "l": 100, "b": 10**4, "m_q": 8, "m_d": 70})
    assert repaired.status == "optimal"
    small = {policy.name: policy.value for policy in treed.policies}
    assert set(map(str, small.values())) <= {"2", "3", "4"}


def test_an_inner_optimum_is_found() -> None:
    """What a unit costs falls and rises again: chunks as long as the instructions are best, between values tried."""
    assert agree(load("chunking"), {"n": 500, "h": 23, "m": 1}) > 100
    result = optimize("chunking", at={"n": 23 * 4000, "h": 23, "m": 1})
    assert result.status == "optimal"
    assert [(policy.name, str(policy.value)) for policy in result.policies] == [("g", "23")]


@pytest.mark.parametrize("overhead", [7, 20, 33])
def test_problems_of_numbers_alone_are_solved_at_numbers(overhead: int) -> None:
    """Without parameters there is no growth: a last group that is smaller counts, as it is."""
    text = f"""
problem: alone
texts: {{code: {{parts: {{part: 11}}, each: 5}}, note: 1}}
capabilities: {{c: 3}}
cost: {{model: power, exponent: 2}}
tasks: {{scan: {{reads: code, writes: note, requires: c, combines: oracle, overhead: {overhead}}}}}
"""
    result = optimize(loads(text))
    groups = [[size] * (11 // size) + [11 % size] * (11 % size > 0) for size in range(1, 12)]
    assert result.status == "optimal"
    assert result.cost.exact == min(sum(3 * (5 * size + overhead) ** 2 for size in sizes) for sizes in groups)
