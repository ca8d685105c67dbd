"""Limits that couple choices: the answer equals the best of all designs, tried one by one."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import count, islice
from random import Random

import pytest

from decomposer.design.evaluate import models_used, span, total_cost
from decomposer.errors import InfeasibleError
from decomposer.expr import num
from decomposer.problem.build import build
from decomposer.problem.frozen import Frozen
from decomposer.problem.model import Limits, Problem
from decomposer.problem.substitute import substitute as at_numbers
from decomposer.rules import site_of
from decomposer.search.coupled import best
from decomposer.search.enumerate import designs
from decomposer.search.spread import Spread, exact
from decomposer.search.unfold import unfold
from tests.search.test_random_facts import Maker

MOST = 2500


def random_problem(seed: int) -> Problem:
    """A few tasks on parts, two or three of them in a chain, and a few models, at numbers."""
    dice = Random(seed)
    skills = ["see", "fix", "tell"][: dice.choice([2, 3])]
    tasks: dict[str, object] = {}
    texts: dict[str, object] = {"code": {"parts": {"file": dice.choice([2, 3, 4])}, "each": dice.randint(1, 4)}}
    for place, skill in enumerate(skills):
        texts[f"t{place}"] = {"parts": {"file": texts["code"]["parts"]["file"]}, "each": dice.randint(1, 3)}  # type: ignore[index]
        reads = ["code", *([f"t{place - 1}"] if place else [])]
        tasks[f"task{place}"] = {"reads": reads, "writes": f"t{place}", "requires": skill}
        if dice.random() < 0.8:
            tasks[f"task{place}"]["local"] = "file"  # type: ignore[index]
    if dice.random() < 0.4:
        tasks["find"] = {
            "reads": "code", "writes": "note", "requires": skills[0], "local": "file",
            "finds": {"count": 2, "per_call": 1, "per_part": 1},
        }  # fmt: skip
        tasks["mend"] = {"for_each": "find", "reads": ["code", "note"], "edits": "code", "requires": skills[1]}
        del tasks["task0"], texts["t0"]
        tasks["task1"]["reads"] = "code"  # type: ignore[index]
        texts["note"] = 1
    delays = dice.random() < 0.5
    models = {}
    for place in range(dice.choice([3, 4])):
        can = [skill for skill in skills if dice.random() < 0.6]
        models[f"m{place}"] = {"size": dice.randint(1, 9), "can": can or [skills[0]], "hosting": dice.randint(0, 60)}
        if delays:
            models[f"m{place}"]["delay"] = dice.randint(1, 5)
    models["all"] = {"size": 12, "can": skills, "hosting": 30, **({"delay": 4} if delays else {})}
    return build(
        "random", texts=texts, tasks=tasks, models=models, capabilities=dict.fromkeys(skills, 1),
        minimise=dice.choice(["cost", "span"]), cost=dice.choice(["paper", "linear"]),
    )  # fmt: skip


def measures(problem: Problem) -> list[tuple[int, Fraction, Fraction]]:
    """Models, cost and span of every design of the space."""
    space = unfold(problem, Spread())
    return [
        (len(models_used(design)), exact(total_cost(problem, design)), exact(span(problem, design)))
        for design, _ in islice(designs(space), MOST + 1)
    ]


def limits(problem: Problem, every: list[tuple[int, Fraction, Fraction]], dice: Random) -> Limits:
    """Limits that are tight, loose or impossible."""
    _, costs, spans = (sorted(column) for column in zip(*every, strict=True))
    place = dice.randint(0, len(every) - 1)
    return Limits(
        models=num(dice.choice([1, 2])) if dice.random() < 0.6 else None,
        cost=num(costs[place]) if dice.random() < 0.4 else None,
        span=num(spans[len(spans) // 4] - dice.choice([0, 0, 1])) if dice.random() < 0.4 else None,
    )


@pytest.mark.parametrize("seed", range(40))
def test_the_answer_is_the_best_of_all_designs(seed: int) -> None:
    problem = random_problem(seed)
    every = measures(problem)
    if not every or len(every) > MOST:
        pytest.skip("no design, or too many to try")
    target = replace(problem, limits=limits(problem, every, Random(seed)))
    most, budget, longest = target.limits.models, target.limits.cost, target.limits.span
    allowed = [
        (cost, path)
        for models, cost, path in every
        if (most is None or models <= exact(most))
        and (budget is None or cost <= exact(budget))
        and (longest is None or path <= exact(longest))
    ]
    if not allowed:
        with pytest.raises(InfeasibleError, match="no design keeps the limit"):
            best(site_of(target))
        return
    found = best(site_of(target))
    assert found is not None
    candidate, answer, complete = found
    cost, path = exact(total_cost(target, candidate.design)), exact(span(target, candidate.design))
    assert answer.status == "optimal" and complete
    assert (cost, path) in allowed
    if target.minimise == "cost":
        assert cost == min(cost for cost, _ in allowed)
    else:
        assert (path, cost) == min((path, cost) for cost, path in allowed)


def with_catalogue(seed: int) -> Problem:
    """A problem of any facts at numbers: retries, prompts seen before, hard units, and models that are paid for."""
    dice = Random(seed)
    problem = next(found for number in count(150 * seed) if (found := Maker(number).problem()).models)
    values: dict[str, int | Fraction] = {"k": dice.choice([2, 3, 4]), "l": 2, "b": 1, "n": 4, "r": 2}
    values |= {"m0": 1, "m1": 3, "m2": 6, "q": Fraction(1, 2)}
    there = at_numbers(problem, {name: Fraction(values[name]) for name in problem.parameters})
    hosted = {name: replace(model, hosting=num(dice.randint(0, 30))) for name, model in there.models.items()}
    return replace(there, models=Frozen(hosted))


@pytest.mark.parametrize("seed", range(40))
def test_what_is_added_up_is_what_the_design_costs(seed: int) -> None:
    problem = with_catalogue(seed)
    space = unfold(problem, Spread())
    if not 0 < space.graph.count() <= 500:
        pytest.skip("no design, or too many to try")
    found = best(site_of(problem))
    assert found is not None
    candidate, answer, complete = found
    assert answer.status == "optimal" and complete
    least = min(exact(total_cost(problem, design)) for design, _ in designs(space))
    assert answer.value[0] == exact(total_cost(problem, candidate.design)) == least
