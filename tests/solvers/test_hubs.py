"""Answers without some of what many alternatives share, against the best ones, and first answers under pools."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.pipelines import pipeline
from decomposer.solvers import evaluate
from decomposer.solvers.amounts import Limited
from decomposer.solvers.answer import Limits
from decomposer.solvers.greedy import Board, construct
from decomposer.solvers.hubs import hubs, leave_out
from decomposer.solvers.pooled import pooled
from decomposer.solvers.prune import free_graph
from decomposer.solvers.refine import refine
from decomposer.solvers.selection import Pool, loosen
from decomposer.solvers.solve import solve
from decomposer.solvers.tables import least
from decomposer.solvers.watch import Watch
from tests.solvers import brute
from tests.solvers.random_problems import coupled


def never() -> bool:
    return False


@pytest.mark.parametrize("seed", range(4))
def test_models_that_many_use_are_given_up_together(seed: int) -> None:
    graph = free_graph(pipeline(120, seed, models=5, hosted=None))
    best = least(graph, Limited(), Watch(Limits(), ""))
    assert best is not None
    plain = Board(graph)
    construct(plain, never)
    assert set(hubs(graph, plain.total)) <= set(range(120, 125))
    refine(plain, never)
    other = Board(graph)
    construct(other, never)
    other = leave_out(other, graph, never)
    refine(other, never)
    assert graph.cost(other.chosen()) == other.total
    assert graph.cost(best) <= other.total <= plain.total
    assert 100 * other.total <= 103 * graph.cost(best)


def test_ordinary_moves_alone_come_nowhere_near() -> None:
    graph = free_graph(pipeline(120, 0, models=5, hosted=None))
    best = least(graph, Limited(), Watch(Limits(), ""))
    assert best is not None
    board = Board(graph)
    construct(board, never)
    refine(board, never)
    assert 100 * board.total > 110 * graph.cost(best)


@pytest.mark.parametrize("hosted", (1, 2, 3))
@pytest.mark.parametrize("seed", range(3))
def test_first_answers_keep_pools(seed: int, hosted: int) -> None:
    problem = pipeline(80, seed, models=5, hosted=hosted)
    chosen = pooled(problem, never)
    assert not evaluate.check(problem, chosen)
    best = solve(problem).value[0]
    assert best <= evaluate.value(problem, chosen)[0] <= best * 11 / 10


def test_what_cannot_be_kept_is_not_answered() -> None:
    problem = pipeline(30, 1)
    none = replace(problem, pools=(Pool(frozenset(range(4)), 0),))
    assert pooled(none, never) == {}
    assert pooled(problem, lambda: True) == {} or not evaluate.check(problem, pooled(problem, lambda: True))


def test_small_ones_with_several_pools() -> None:
    answered = 0
    for seed in range(300):
        problem = coupled(seed, ("cycles", "resources", "pool"), always=True)
        chosen = pooled(problem, never)
        if chosen:
            answered += 1
            assert not evaluate.check(problem, chosen)
        elif brute.best(loosen(problem)) is not None:
            # Leaving out one after the other may end in a dead end, but then pools are in the way.
            assert problem.pools
    assert answered > 100
