"""Costs as vectors: the answer is that of trying everything, whatever the order of the levels, and its proof holds."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction

import pytest

from decomposer.solvers import evaluate
from decomposer.solvers.answer import Limits
from decomposer.solvers.duals import verify
from decomposer.solvers.level_proofs import proofs, shown, stages
from decomposer.solvers.levels import Memory, lift, rank
from decomposer.solvers.selection import Alternative, Level, Number, Resource, Selection
from decomposer.solvers.values import contracted, expanded, holds, least_values
from decomposer.solvers.watch import Watch
from tests.solvers import brute
from tests.solvers.random_problems import coupled, tree

KINDS = ("cycles", "resources", "fractions", "budget", "pool", "reliability")


def levelled(seed: int) -> Selection:
    """A random problem with vectors as costs: many zeros at the front, and numbers below zero behind."""
    dice = random.Random(seed)
    problem = tree(seed) if dice.random() < 0.3 else coupled(seed, KINDS)
    count = dice.choice((2, 3, 4, 6))

    def vector() -> tuple[Number, ...]:
        row: list[Number] = [0] * min(count, dice.choice((0, 1, 1, 2, 3)))
        if len(row) < count:
            row.append(dice.choice((0, 1, 1, 2, Fraction(1, 2))))
        while len(row) < count:
            below = dice.random() < 0.3 and any(row)
            row.append(dice.choice((0, 1, 1, 2, 3)) * (-1 if below else 1))
        return tuple(row)

    return replace(
        problem,
        choices=tuple(tuple(replace(one, costs=vector()) for one in row) for row in problem.choices),
        resources=tuple(replace(one, costs=vector()) for one in problem.resources),
        components=count,
        levels=(),
    )


def least(problem: Selection) -> tuple[Number, ...] | None:
    """The least vector, by trying everything."""
    plain = replace(problem, levels=())
    return min((evaluate.components(problem, chosen) for _, chosen, _ in brute.answers(plain)), default=None)


def reordered(problem: Selection, order: list[int]) -> Selection:
    """The same problem with its levels in another order."""
    return replace(
        problem,
        choices=tuple(
            tuple(replace(one, costs=tuple(one.costs[i] for i in order)) for one in row) for row in problem.choices
        ),
        resources=tuple(replace(one, costs=tuple(one.costs[i] for i in order)) for one in problem.resources),
    )


def plain(row: tuple[Number, ...]) -> tuple[Number, ...]:
    """The same numbers, none below zero."""
    return tuple(-number if number < 0 else number for number in row)


@pytest.mark.parametrize("seed", range(120))
def test_the_least_vector_is_found(seed: int) -> None:
    problem = levelled(seed)
    ranked = rank(problem)
    value = least(problem)
    if value is None:
        assert ranked.answer.status == "infeasible"
        return
    assert ranked.answer.status == "optimal"
    assert ranked.answer.value == value == evaluate.components(problem, ranked.answer.chosen)
    assert not evaluate.check(problem, ranked.answer.chosen)
    assert all(one.how != "open" for one in ranked.settled)
    assert holds(problem, ranked.values)


@pytest.mark.parametrize("seed", range(30))
def test_what_one_order_teaches_serves_the_others(seed: int) -> None:
    problem, dice = levelled(seed), random.Random(seed)
    choices = tuple(tuple(replace(one, costs=plain(one.costs)) for one in row) for row in problem.choices)
    resources = tuple(replace(one, costs=plain(one.costs)) for one in problem.resources)
    problem = replace(problem, choices=choices, resources=resources)
    memory = Memory()
    for _ in range(4):
        order = dice.sample(range(problem.components), problem.components)
        turned = reordered(problem, order)
        assert (rank(turned, memory=memory).answer.value or None) == least(turned)


@pytest.mark.parametrize("seed", range(40))
def test_stages_are_proved_by_multipliers(seed: int) -> None:
    problem = levelled(seed)
    ranked = rank(problem)
    if ranked.answer.status == "infeasible":
        return
    chosen = ranked.answer.chosen
    for (stage, number), proof in zip(
        stages(problem, chosen), proofs(problem, chosen, Watch(Limits(), "")), strict=True
    ):
        assert not evaluate.check(stage, chosen) and evaluate.value(stage, chosen) == (number,)
        tried = brute.best(stage)
        assert tried is not None and tried[0] == (number,)
        if proof is not None:
            bound = verify(stage, proof)
            assert bound is not None and bound <= number
            assert shown(stage, number, proof)


def test_levels_that_follow_are_dropped_and_numbers_below_zero_lifted() -> None:
    row = (Alternative((1, 2, -3, 0)), Alternative((2, 4, 1, -1)), Alternative((0, 0, 1, 5)))
    problem = Selection((row,), (0,), 4)
    lifted, kept = lift(problem)
    assert kept == (0, 2, 3)
    assert all(number >= 0 for one in lifted.choices[0] for number in one.costs)
    assert lifted.levels == tuple(Level(tuple(int(i == place) for i in range(3))) for place in range(3))
    assert rank(problem).answer.chosen == {0: 2}


def test_a_level_is_avoided_where_an_answer_does_without() -> None:
    """Both models do the first task; only the one that grows faster does both, and only one may be used."""
    from decomposer.solvers.selection import Pool

    fast, slow = 0, 1
    choices = (
        (Alternative((1, 0), uses=(fast,)), Alternative((0, 9), uses=(slow,))),
        (Alternative((1, 0), uses=(fast,)), Alternative((0, 1), uses=(slow,))),
    )
    problem = Selection(choices, (0, 1), 2, resources=(Resource((0, 0)), Resource((0, 4))))
    free = rank(problem)
    assert free.answer.value == (0, 14) and [one.how for one in free.settled] == ["avoided", "least"]
    dear = replace(problem, choices=(choices[0], choices[1][:1]))
    assert rank(replace(dear, pools=(Pool(frozenset({0, 1}), 1),))).answer.value == (2, 0)
    assert rank(dear).answer.value == (1, 13)


def test_values_are_refused_when_they_are_not_the_least() -> None:
    problem = levelled(next(seed for seed in range(100) if least_values(levelled(seed)).get(0)))
    values = least_values(problem)
    assert holds(problem, values)
    whole = values[0]
    assert whole is not None
    chosen = expanded(problem, values, {0: 0})
    assert evaluate.components(problem, chosen) == whole == contracted(problem, values).choices[0][0].costs
    assert not holds(problem, {**values, 0: (*whole[:-1], whole[-1] + 1)})
    assert not holds(problem, {**values, 0: (*whole[:-1], whole[-1] - 1)})


def test_vectors_below_zero_are_refused() -> None:
    with pytest.raises(ValueError, match="below zero"):
        rank(Selection(((Alternative((0, -1)),),), (0,), 2))


def test_a_run_without_time_says_what_is_open() -> None:
    ranked = rank(coupled(5, ("pool",), nodes=6, always=True), Limits(seconds=0.0))
    assert ranked.answer.status in ("unknown", "feasible")
    assert ranked.answer.stopped == "time"
