"""Which limits conflict, and how far each would have to give."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from decomposer.solvers import evaluate
from decomposer.solvers.answer import Conflict, Limits
from decomposer.solvers.infeasible import explain, names, without
from decomposer.solvers.selection import Alternative, Number, Pool, Resource, Selection
from decomposer.solvers.solve import solve
from tests.solvers import brute, random_problems

A = Alternative


def least_use(problem: Selection, name: str) -> Number | None:
    """By trying everything: the least that one limit would have to take, the others as they are."""
    kind, _, number = name.partition(" ")
    if kind == "capacity":
        i = int(number)
        for capacity in range(problem.capacities[i], 40):
            wider = (*problem.capacities[:i], capacity, *problem.capacities[i + 1 :])
            if brute.best(replace(problem, capacities=wider)) is not None:
                return capacity
        return None
    uses: list[Number] = []
    for _, chosen, starts in brute.answers(without(problem, {name})):
        if kind == "budget":
            uses.append(evaluate.spent(problem, chosen)[int(number)])
        elif kind == "pool":
            uses.append(len(problem.pools[int(number)].resources & set(evaluate.used(problem, chosen))))
        elif kind == "deadline":
            uses.append(evaluate.makespan(problem, chosen, starts))
        else:
            uses.append(-evaluate.reliability(problem, chosen))
    least = min(uses, default=None)
    return -least if least is not None and least < 0 else least


@pytest.mark.parametrize("start", range(0, 400, 100))
def test_conflicts_are_minimal_and_relaxations_least(start: int) -> None:
    seen = 0
    for seed in range(start, start + 100):
        kinds = [random_problems.KINDS, random_problems.LIMITS, (random_problems.LIMITS[seed % 5], "fractions")][
            seed % 3
        ]
        problem = random_problems.coupled(seed, kinds, nodes=5)
        if brute.best(problem) is not None:
            continue
        seen += 1
        conflict = explain(problem, Limits())
        assert conflict is not None
        everything = set(names(problem))
        kept = set(conflict.limits)
        assert brute.best(without(problem, everything - kept)) is None
        for name in kept:
            assert brute.best(without(problem, everything - kept | {name})) is not None
        given = dict(conflict.relaxations)
        for name in kept:
            assert given.get(name) == least_use(problem, name), (seed, name)
    assert seen


def test_a_conflict_of_two_limits() -> None:
    fast_or_cheap = Selection(
        ((A((1,), spends=(9,), duration=1), A((1,), spends=(1,), duration=Fraction(19, 2)), A((1,), duration=99)),),
        (0,),
        budgets=(5,),
        deadline=4,
    )
    answer = solve(fast_or_cheap)
    assert answer.status == "infeasible"
    assert answer.conflict == Conflict(("budget 0", "deadline"), (("budget 0", 9), ("deadline", Fraction(19, 2))))


def test_nothing_can_be_done() -> None:
    circle = Selection(((A((1,), (1,)),), (A((1,), (0,)),)), (0,), budgets=(5,))
    assert solve(circle).conflict == Conflict(())


def test_a_pool_too_small() -> None:
    both = Selection(
        ((A((1,), (1,), uses=(0,)),), (A((1,), uses=(1,)), A((1,), uses=(2,)))),
        (0,),
        resources=(Resource((1,)),) * 3,
        pools=(Pool(frozenset({0, 1, 2}), 1),),
    )
    assert solve(both).conflict == Conflict(("pool 0",), (("pool 0", 2),))


def test_reliability_is_relaxed_to_the_last_digit() -> None:
    sure = Fraction(999_983, 10**6)
    chain = Selection(
        ((A((1,), (1,), success=sure),), (A((1,), success=sure), A((0,), success=Fraction(1, 3)))),
        (0,),
        reliability=sure,
    )
    assert solve(chain).conflict == Conflict(("reliability",), (("reliability", sure**2),))
    assert solve(replace(chain, reliability=sure**2)).status == "optimal"
    assert solve(replace(chain, reliability=sure**2 + Fraction(1, 10**40))).status == "infeasible"
