"""The backend for sharing against enumeration, its limits, and public e-graphs where they are at hand."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest

from benchmarks.andor import read
from decomposer.solvers import evaluate, sharing
from decomposer.solvers.answer import Answer, Limits, Progress
from decomposer.solvers.selection import Alternative, Level, Number, Pool, Resource, Selection


def random_problem(seed: int, levels: int = 1) -> Selection:
    """A small problem with circles, resources, fractions and, where asked for, several levels."""
    random = Random(seed)
    nodes, resources = random.randint(2, 7), random.choice((0, 0, 2))
    worths: tuple[Number, ...] = (0, 1, 2, Fraction(1, 3), Fraction(7, 2))

    def costs() -> tuple[Number, ...]:
        found: list[Number] = [random.choice(worths) for _ in range(levels)]
        return tuple(found)

    choices = tuple(
        tuple(
            Alternative(
                costs(),
                tuple(random.sample(range(nodes), min(nodes, random.choice((0, 0, 1, 2))))),
                tuple(random.sample(range(resources), random.choice((0, 1)))) if resources else (),
            )
            for _ in range(random.choice((1, 2, 3)))
        )
        for _ in range(nodes)
    )
    weights: list[tuple[Number, ...]] = [
        tuple(int(place == level) for place in range(levels)) for level in range(levels)
    ]
    if levels > 1 and random.random() < 0.3:
        weights[0] = tuple(random.choice((1, Fraction(1, 2))) for _ in range(levels))
    return Selection(
        choices,
        tuple(random.sample(range(nodes), random.choice((1, 1, 2)))),
        levels,
        tuple(map(Level, weights)),
        tuple(Resource(costs()) for _ in range(resources)),
    )


def answers(problem: Selection) -> Iterator[dict[int, int]]:
    """Every answer."""

    def extend(chosen: dict[int, int]) -> Iterator[dict[int, int]]:
        needed = set(problem.roots)
        for node, index in chosen.items():
            needed.update(problem.choices[node][index].needs)
        missing = sorted(needed - chosen.keys())
        if not missing:
            if evaluate.order(problem, chosen) is not None:
                yield chosen
            return
        for index in range(len(problem.choices[missing[0]])):
            yield from extend({**chosen, missing[0]: index})

    return extend({})


def least(problem: Selection) -> tuple[Number, ...] | None:
    """The best value there is."""
    return min((evaluate.value(problem, chosen) for chosen in answers(problem)), default=None)


def holds(problem: Selection, answer: Answer) -> None:
    """The answer is one, is worth what it says, and its bound is not above that."""
    assert not evaluate.check(problem, answer.chosen, answer.starts)
    assert answer.value == evaluate.value(problem, answer.chosen)
    assert answer.bound is not None and answer.bound <= answer.value[0]


@pytest.mark.parametrize("levels", [1, 2, 3])
def test_enumeration_agrees(levels: int) -> None:
    infeasible = 0
    for seed in range(300):
        problem = random_problem(seed, levels)
        best = least(problem)
        answer = sharing.run(problem, Limits())
        if best is None:
            infeasible += 1
            assert answer.status == "infeasible"
        else:
            assert answer.status == "optimal"
            assert answer.value == best
            holds(problem, answer)
    assert infeasible > 20


def medium(seed: int, nodes: int = 60) -> Selection:
    """A problem too large for enumeration, with circles."""
    random = Random(seed)
    choices = tuple(
        tuple(
            Alternative(
                (random.randint(1, 30),),
                ()
                if node > nodes * 0.8 and not index
                else tuple(random.sample(range(max(0, node - 6), min(nodes, node + 15)), 2)),
            )
            for index in range(3)
        )
        for node in range(nodes)
    )
    return Selection(choices, (0, 1, 2))


@pytest.mark.parametrize("seed", range(6))
def test_long_costs_are_taken_digit_by_digit(seed: int) -> None:
    # Costs of 100 binary digits must give what short ones give, whose order they refine.
    problem = medium(seed, 25)
    random = Random(seed)
    long = Selection(
        tuple(
            tuple(Alternative((way.costs[0] * Fraction(2**90) + random.randrange(2**60),), way.needs) for way in ways)
            for ways in problem.choices
        ),
        problem.roots,
    )
    short, answer = sharing.run(problem, Limits()), sharing.run(long, Limits())
    assert short.status == answer.status
    if short.status == "infeasible":
        return
    assert short.status == "optimal"
    holds(long, answer)
    assert answer.value[0] // 2**90 == short.value[0]
    # Exactness in the low digits: no single exchange is better.
    for node, index in answer.chosen.items():
        for other in range(len(long.choices[node])):
            if other != index:
                try:
                    chosen = evaluate.trim(long, {**answer.chosen, node: other})
                except KeyError:
                    continue
                if not evaluate.check(long, chosen):
                    assert evaluate.value(long, chosen) >= answer.value


def test_a_hint_is_never_made_worse_and_nonsense_is_ignored() -> None:
    problem = medium(3, 40)
    best = sharing.run(problem, Limits())
    again = sharing.run(problem, Limits(seconds=0), best.chosen)
    assert again.value == best.value
    assert sharing.run(problem, Limits(), {0: 99}).value == best.value
    assert sharing.run(problem, Limits(), {0: 0}).value == best.value


def test_it_stops_at_once_with_an_answer() -> None:
    problem = medium(4)
    for limits, reason in ((Limits(seconds=0), "time"), (Limits(cancelled=lambda: True), "cancelled")):
        answer = sharing.run(problem, limits)
        assert (answer.status, answer.stopped) == ("feasible", reason)
        holds(problem, answer)


def test_progress_only_gets_better_and_work_makes_runs_equal() -> None:
    problem = medium(5, 60)
    seen: list[Progress] = []
    first = sharing.run(problem, Limits(work=0.05, on_progress=seen.append))
    assert first == sharing.run(problem, Limits(work=0.05))
    values = [progress.value for progress in seen if progress.value is not None]
    bounds = [progress.bound for progress in seen if progress.bound is not None]
    assert values == sorted(values, reverse=True)
    assert bounds == sorted(bounds)


def test_limits_are_not_for_this_backend() -> None:
    problem = Selection(((Alternative((1,), uses=(0,)),),), (0,), resources=(Resource((1,)),))
    assert sharing.suits(problem)
    limited = Selection(problem.choices, (0,), resources=problem.resources, pools=(Pool(frozenset((0,)), 1),))
    assert not sharing.suits(limited)
    with pytest.raises(ValueError, match="limits"):
        sharing.run(limited, Limits())


def test_nothing_to_do_costs_nothing() -> None:
    assert sharing.run(Selection((), ()), Limits()).value == (0,)


FOLDER = Path(os.environ.get("DECOMPOSER_BENCH", "/nonexistent")) / "egraphs"


@pytest.mark.skipif(not FOLDER.is_dir(), reason="DECOMPOSER_BENCH names no folder with egraphs")
@pytest.mark.parametrize("name", ["set_covering__test", "flexc__03d369d0-bb23-477a-8ea1-a452efc850fe", "tensat__vgg"])
def test_public_graphs_reach_the_best_known_value(name: str) -> None:
    with (FOLDER / "known.csv").open(encoding="utf-8") as file:
        known = {row["file"]: Fraction(row["best"]) for row in csv.DictReader(file)}
    problem = read(FOLDER / f"{name}.json")
    answer = sharing.run(problem, Limits(seconds=20))
    holds(problem, answer)
    assert answer.value[0] <= known[f"{name}.json"] * Fraction(1_000_001, 1_000_000)
    assert answer.status == "optimal"
