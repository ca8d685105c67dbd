"""Random problems with tasks that are divided and tasks that remember: rules stay sound, and nothing is cheaper."""

from __future__ import annotations

from itertools import islice
from random import Random
from typing import Any

import pytest

from decomposer.design.contract import check_design
from decomposer.design.evaluate import span, work
from decomposer.design.nodes import Recurse, Serve, walk
from decomposer.errors import InfeasibleError, ProblemError
from decomposer.problem.load import load
from decomposer.problem.model import Problem
from decomposer.problem.substitute import substitute as at_numbers
from decomposer.search.enumerate import designs
from decomposer.search.spread import order, settle
from decomposer.search.unfold import unfold
from decomposer.verbs.optimize import optimize
from tests.search.test_random_facts import Maker, settled, small, some_numbers

MOST = 60
"""Designs of a space that are compared with the optimum."""

OTHERS = ("finds", "for_each", "one_of", "edits", "methods", "remembers")
"""Facts that go with neither."""


def augmented(seed: int) -> dict[str, Any] | None:
    """A random problem file, one task of which is divided, or remembers."""
    data, dice = Maker(seed).data(), Random(f"pieces {seed}")
    data["minimise"] = dice.choice(["cost", "cost", "span"])
    data["texts"]["brief"] = dice.choice([1, 2])
    data["texts"]["pieces"] = {"parts": dict(data["texts"]["code"]["parts"]), "each": dice.choice([1, 2])}
    for name, task in list(data["tasks"].items()):
        if dice.random() < 0.3 or any(task.get(key) for key in OTHERS):
            continue
        written = task.get("writes", [])
        written = [written] if isinstance(written, str) else list(written)
        if "local" in task:
            task["writes"] = [*written, "pieces"]
            task["memory"] = _memory(name, data, dice)
        else:
            task["writes"] = [*written, *(["pieces"] if dice.random() < 0.5 else [])]
            task["recursive"] = _recursive(name, task, data, dice)
        return data
    return None


def _helper(data: dict[str, Any], name: str, reads: list[str], dice: Random) -> str:
    fails = {"succeeds": "1/2", "check": "free"} if dice.random() < 0.3 else {}
    data["tasks"][name] = {"requires": dice.choice(["c0", "c1", "c2"]), "reads": reads, **fails}
    return name


def _memory(name: str, data: dict[str, Any], dice: Random) -> dict[str, Any]:
    fact: dict[str, Any] = {"text": "pieces"}
    if dice.random() < 0.3:
        fact["last"] = dice.choice([1, 2])
    if dice.random() < 0.6:
        fact |= {"condense": _helper(data, f"{name}short", ["note"], dice), "to": dice.choice([1, 2, 3])}
    return fact


def _recursive(name: str, task: dict[str, Any], data: dict[str, Any], dice: Random) -> dict[str, Any]:
    fact: dict[str, Any] = {}
    if dice.random() < 0.7:
        reads = ["note", *(["code"] if dice.random() < 0.5 else [])]
        if dice.random() < 0.5:
            fact["brief"], task["reads"] = "brief", [*task["reads"], "brief"]
            reads.append("brief")
        fact["split"] = _helper(data, f"{name}split", reads, dice)
    if dice.random() < 0.7:
        fact["combine"] = _helper(data, f"{name}join", [dice.choice(["code", "note"])], dice)
    if dice.random() < 0.6:
        fact |= {"into": dice.choice([1, 2, 3]), "shrink": dice.choice([2, 3])}
    if dice.random() < 0.2:
        fact["base"] = dice.choice([1, 2])
    return fact


def problem_of(seed: int) -> Problem:
    """The first valid problem of a seed."""
    for attempt in range(100):
        data = augmented(1000 * seed + attempt)
        try:
            if data is not None:
                return load(data)
        except ProblemError:
            continue
    raise AssertionError("the maker makes no problems")


@pytest.mark.parametrize("seed", range(12))
def test_optimum_at_numbers_is_the_cheapest_design(seed: int) -> None:
    problem = problem_of(seed)
    try:
        assert optimize(problem).status in ("optimal", "optimal_growth", "regimes", "bounded")
    except InfeasibleError:
        return
    numbers = some_numbers(problem, Random(seed), most=4)
    here = at_numbers(problem, numbers)
    space = unfold(here)
    if not small(space):
        return
    found = optimize(problem, at=numbers)
    measure = span if problem.minimise == "span" else work
    for design, decisions in islice(designs(space), MOST):
        check_design(here, design)
        for one in settled(design, decisions):
            assert found.cost.value is not None
            assert order(found.cost.value, settle(measure(here, one))) <= 0


def test_the_facts_are_met() -> None:
    """The problems above are about what they should be about."""
    kinds = {
        type(node)
        for seed in range(12)
        for one, _ in islice(designs(unfold(problem_of(seed))), 40)
        for node in walk(one)
    }
    assert {Recurse, Serve} <= kinds
