"""Models with prices of their own: which does which task is worked out here by plain arithmetic."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

import pytest

from decomposer import build, loads, optimize
from decomposer.design.certainty import certainty
from decomposer.design.evaluate import models_used, work
from decomposer.design.nodes import Call, Stride, walk
from decomposer.expr import evaluate, num, parse
from decomposer.problem.frozen import Frozen
from decomposer.problem.model import Limits, Problem
from tests.search.test_brute_force import cheapest
from tests.search.test_steps import votes

LISTED = """
problem: review and report
parameters: {n: tokens of the minutes, w: tokens of the report}
texts: {minutes: n, verdict: 10, report: w}
capabilities: [judge, write]
models:
  reader: {size: 1, prices: {input: 1/10, output: 15}, can: [judge, write]}
  writer: {size: 1, prices: {input: 3, output: 6/10}, can: [judge, write]}
cost: linear
tasks:
  review: {reads: minutes, writes: verdict, requires: judge}
  write: {reads: verdict, writes: report, requires: write}
"""


def doers(problem: Problem, **at: Any) -> dict[str, str | None]:
    """Which model does which tasks of the optimum."""
    result = optimize(problem, at=at) if at else optimize(problem)
    assert result.status == "optimal"
    return {" ".join(part.tasks): part.model for part in walk(result.design) if isinstance(part, Call)}


def test_who_reads_much_is_cheap_to_read_and_who_writes_much_cheap_to_write() -> None:
    """Reviewing costs n/10 + 150 or 3 n + 6, writing 1 + 15 w or 30 + 3/5 w; both at once n/10 + 15 w + 150 or more."""
    problem = loads(LISTED)
    assert doers(problem) == {"review": "reader", "write": "writer"}
    assert optimize(problem).cost.exact == parse("n/10 + 150 + 30 + 3*w/5")
    apart, reader, writer = (
        {"review": "reader", "write": "writer"},
        *({"review write": one} for one in ("reader", "writer")),
    )
    for n, w, who, cost in (
        (1000, 1000, apart, 100 + 150 + 30 + 600),
        (1000, 20, apart, 100 + 150 + 30 + 12),
        (1000, 1, reader, 100 + 165),
        (40, 100, writer, 120 + 66),
    ):
        assert doers(problem, n=n, w=w) == who
        assert optimize(problem, at={"n": n, "w": w}).cost.value == cost


def price(dice: random.Random) -> str:
    return f"{dice.randint(1, 60)}/{dice.choice([1, 2, 10])}"


def prices(dice: random.Random) -> dict[str, str]:
    read = Fraction(price(dice))
    known = {"cached": str(read * Fraction(dice.randint(0, 10), 10))} if dice.random() < 0.7 else {}
    return {"input": str(read), "output": price(dice), **known}


def chain(seed: int) -> Problem:
    """Three tasks in a row, the last of which reads the first text again; models of one size, or of several."""
    dice = random.Random(seed)
    names = ("small", "middle", "large")[: dice.randint(2, 3)]
    return build(
        "chain",
        texts={name: dice.randint(1, 40) for name in ("start", "first", "second", "third")},
        capabilities=["a", "b", "c"],
        models={
            name: {
                "size": dice.choice([1, 1, 2, 5]),
                "prices": prices(dice),
                "can": ["a", "b", "c"] if place == 0 else dice.sample(["a", "b", "c"], dice.randint(1, 3)),
            }
            for place, name in enumerate(names)
        },
        cost=dice.choice(["linear", "cached"]),
        tasks={
            "one": {"reads": "start", "writes": "first", "requires": "a"},
            "two": {"reads": "first", "writes": "second", "requires": "b"},
            "three": {"reads": ["second", "start"], "writes": "third", "requires": "c"},
        },
    )


def who_does_what(problem: Problem) -> Iterator[tuple[Fraction, set[str]]]:
    """What every way of sharing the tasks among calls and models costs, and the models that it takes."""
    tokens = {name: evaluate(text.tokens, {}) for name, text in problem.texts.items()}
    tasks = list(problem.tasks.values())
    for cuts in product([False, True], repeat=len(tasks) - 1):
        blocks = [[tasks[0]]]
        for task, cut in zip(tasks[1:], cuts, strict=True):
            blocks = [*blocks, [task]] if cut else [*blocks[:-1], [*blocks[-1], task]]
        for models in product(problem.models.values(), repeat=len(blocks)):
            total = Fraction(0)
            for block, model in zip(blocks, models, strict=True):
                if not all(name in model.can for task in block for name in task.requires):
                    break
                made = {name for task in block for name in task.writes}
                read = {one.text for task in block for one in task.reads} - made
                assert model.prices is not None
                total += evaluate(model.prices.input, {}) * sum(tokens[name] for name in read)
                total += evaluate(model.prices.output, {}) * sum(tokens[name] for name in made)
            else:
                yield total, {model.name for model in models}


@pytest.mark.parametrize("seed", range(24))
def test_every_assignment_of_tasks_to_models(seed: int) -> None:
    problem = chain(seed)
    result = optimize(problem)
    assert result.status == "optimal" and result.cost.exact.as_fraction() == min(
        cost for cost, _ in who_does_what(problem)
    )


def test_a_second_attempt_may_be_cheaper_on_another_model() -> None:
    """One attempt costs 100 + 20 or 110 + 20; each of 9 more 50 + 20, or 1 + 20."""
    problem = build(
        "again",
        texts={"order": 100, "answer": 10},
        capabilities=["act"],
        models={
            "plain": {"size": 1, "prices": {"input": 1, "output": 2, "cached": "1/2"}, "can": "act"},
            "caching": {"size": 1, "prices": {"input": "11/10", "output": 2, "cached": "1/100"}, "can": "act"},
        },
        cost="cached",
        tasks={
            "ask": {"reads": "order", "writes": "answer", "requires": "act", "succeeds": "1/10", "check": "free"},
        },
    )
    result = optimize(problem)
    assert models_used(result.design) == ("caching",)
    assert result.cost.exact.as_fraction() == 110 + 20 + 9 * (1 + 20)
    sure = replace(problem.tasks["ask"], succeeds=None, check=None)
    once = optimize(replace(problem, tasks={"ask": sure}))
    assert models_used(once.design) == ("plain",) and once.cost.exact.as_fraction() == 120


def test_what_cannot_be_retried_is_decided_by_the_first_attempt() -> None:
    problem = build(
        "once",
        parameters={"n": "tokens"},
        texts={"order": "n", "answer": 10},
        capabilities=["act"],
        models={
            "plain": {"size": 1, "prices": {"input": 1, "output": 2, "cached": "1/2"}, "can": "act"},
            "caching": {"size": 1, "prices": {"input": "11/10", "output": 2, "cached": "1/100"}, "can": "act"},
        },
        cost="cached",
        tasks={"ask": {"reads": "order", "writes": "answer", "requires": "act", "succeeds": "1/10"}},
    )
    for at in ({}, {"n": 100}):
        result = optimize(problem, at=at)
        assert models_used(result.design) == ("plain",) and result.status == "optimal"


def test_a_second_attempt_decides_the_growth() -> None:
    """Reading anew costs 1 a token or p, reading again 1 or nothing: over k attempts, k n against p n + k w."""
    problem = loads("""
problem: again and again
parameters: {n: tokens, k: attempts that it takes, p: price, w: tokens}
assume: [p << k, w << n]
texts: {order: n, answer: w}
capabilities: [act]
models:
  plain: {size: 1, prices: {input: 1, output: 1}, can: act}
  caching: {size: 1, prices: {input: p, output: 1, cached: 0}, can: act}
cost: cached
tasks:
  ask: {reads: order, writes: answer, requires: act, succeeds: 1, check: free}
""")
    task = problem.tasks["ask"]
    assert task.succeeds is not None
    rare = replace(task, succeeds=replace(task.succeeds, probability=parse("1/k")))
    result = optimize(replace(problem, tasks={"ask": rare}))
    assert models_used(result.design) == ("caching",) and str(result.cost.theta) in ("n*p + k*w", "k*w + n*p")


def tariff(dice: random.Random) -> dict[str, str]:
    """Prices near each other, and discounts that are not."""
    read, discount = dice.randint(8, 12), dice.choice([0, 1, 5, 10])
    return {"input": str(read), "output": str(dice.randint(5, 25)), "cached": str(Fraction(read * discount, 10))}


def pieces(seed: int, least: int = 2, most: int = 6) -> Problem:
    """Parts in groups that do not divide, with instructions; what is done may fail, and may be checked."""
    dice = random.Random(seed)
    count = dice.randint(least, most)
    fails = {"probability": f"{dice.randint(3, 9)}/10", "per": dice.choice(["call", "part"])}
    return build(
        "pieces",
        texts={
            "pages": {"parts": {"page": count}, "each": dice.randint(1, 9)},
            "rules": dice.randint(1, 30),
            "notes": {"parts": {"page": count}, "each": dice.randint(1, 9)},
        },
        overhead=dice.choice([0, 0, 20]),
        capabilities=["mark"],
        models={
            name: {"size": 1, "prices": tariff(dice), "can": "mark", "window": dice.choice([70, 1000])}
            for name in ("one", "other", "third")
        },
        cost="cached",
        tasks={
            "mark": {"reads": ["rules", "pages"], "writes": "notes", "requires": "mark", "local": "page"}
            | ({"succeeds": fails, "check": "free"} if dice.random() < 0.8 else {}),
        },
    )


@pytest.mark.parametrize("seed", range(24))
def test_every_design_of_parts_that_may_fail(seed: int) -> None:
    problem = pieces(seed)
    result = optimize(problem, at={})
    assert result.status == "optimal" and result.cost.exact == cheapest(problem)


@pytest.mark.parametrize("seed", range(6))
def test_ranges_are_excluded_in_every_attempt(seed: int) -> None:
    """Groups of sizes that are not tried are no better, neither where prompts are new nor where they were seen."""
    problem = pieces(seed, 18, 26)
    result = optimize(problem, at={})
    assert result.status == "optimal" and result.cost.exact == cheapest(problem)


def voted(seed: int) -> Problem:
    """A task that nobody can check: votes read again what the first of them has read."""
    dice = random.Random(seed)
    return build(
        "voted",
        texts={"order": dice.randint(1, 60), "log": dice.randint(1, 9)},
        capabilities=["act"],
        models={
            name: {"size": 1, "prices": tariff(dice), "can": "act", "succeeds": {"ask": f"{dice.randint(70, 95)}/100"}}
            for name in ("one", "other", "third")
        },
        cost="cached",
        target=f"{dice.randint(90, 99)}/100",
        tasks={"ask": {"reads": "order", "writes": "log", "requires": "act", "succeeds": "9/10"}},
    )


@pytest.mark.parametrize("seed", range(8))
def test_every_vote_on_every_model(seed: int) -> None:
    problem = voted(seed)
    assert problem.target is not None
    bound = evaluate(problem.target, {})
    ways = [one for model in problem.models for one in votes(Call(("ask",), model=model))]
    good = [evaluate(work(problem, one), {}) for one in ways if certainty(problem, one).at_least(bound)]
    result = optimize(problem)
    assert result.status == "optimal" and result.cost.exact.as_fraction() == min(good)


def steps(seed: int) -> Problem:
    """A chain, of which a call takes some steps, each call voted on."""
    dice = random.Random(seed)
    return build(
        "steps",
        texts={"plan": dice.randint(1, 60), "log": 12},
        capabilities=["act"],
        models={name: {"size": 1, "prices": tariff(dice), "can": "act"} for name in ("one", "other")},
        cost="cached",
        target="9/10",
        tasks={
            "go": {
                "reads": "plan",
                "writes": "log",
                "requires": "act",
                "steps": {"count": 12, "state": 2},
                "succeeds": {"probability": f"{dice.randint(90, 98)}/100", "per": "step"},
            },
        },
    )


@pytest.mark.parametrize("seed", range(6))
def test_every_stride_of_a_chain(seed: int) -> None:
    """What is excluded by bounds is worked out: the call of each stride, by each model, at every vote."""
    problem = steps(seed)
    assert problem.target is not None
    bound = evaluate(problem.target, {})
    found = []
    for model, size in product(problem.models, range(1, 13)):
        for one in votes(Call(("go",), model=model)):
            whole = Stride("go", one, num(size)) if size < 12 else one
            if certainty(problem, whole).at_least(bound):
                found.append(evaluate(work(problem, whole), {}))
    result = optimize(problem)
    assert result.status == "optimal" and result.cost.exact.as_fraction() == min(found)


@pytest.mark.parametrize("seed", range(8))
def test_hosting_and_limits_beside_prices(seed: int) -> None:
    dice = random.Random(seed)
    given = chain(seed)
    hosted = {name: replace(one, hosting=num(dice.randint(0, 80))) for name, one in given.models.items()}
    most = dice.randint(1, 2)
    problem = replace(given, models=Frozen(hosted), limits=Limits(models=num(most)))
    totals = [
        cost + sum(evaluate(hosted[name].hosting, {}) for name in names)
        for cost, names in who_does_what(problem)
        if len(names) <= most
    ]
    result = optimize(problem)
    assert result.status == "optimal" and result.cost.exact.as_fraction() == min(totals)


def test_of_equal_models_the_one_that_is_hosted_for_less() -> None:
    """Two models of one size and one price, of which the first has to be paid for."""
    data: dict[str, Any] = {"size": 8, "can": "act"}
    tariffs: list[dict[str, Any]] = [{}, {"prices": {"input": 1, "output": 2}}]
    for more, cost in zip(tariffs, ("paper", "linear"), strict=True):
        problem = build(
            "hosted",
            parameters={"n": "tokens"},
            texts={"order": "n", "answer": 1},
            capabilities=["act"],
            models={"paid": {**data, **more, "hosting": "100*n"}, "free": {**data, **more}},
            cost=cost,
            tasks={"ask": {"reads": "order", "writes": "answer", "requires": "act"}},
        )
        assert models_used(optimize(problem).design) == ("free",)
