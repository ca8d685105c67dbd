"""Problems of many tasks: what is looked at grows with their number, and designs alike in growth do not pile up."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from random import Random
from typing import Any

import pytest

from benchmarks.chains import SHAPES, problem
from decomposer import compare, load, optimize
from decomposer.cli.main import main
from decomposer.expr import num
from decomposer.growth import relation
from decomposer.problem import graph
from decomposer.problem.load import problem_of
from decomposer.problem.model import Problem
from decomposer.problem.once import once
from decomposer.problem.read import from_text
from decomposer.problem.substitute import substitute
from decomposer.search import asymptotic, concrete, pareto
from decomposer.search.price import compose
from decomposer.search.soundness import Soundness
from decomposer.search.unfold import unfold
from decomposer.verbs.measure import common_groups, regime_of

SIZES = (8, 16, 24)
LARGE = (64, 72, 80)
"""Numbers of tasks at which blocks are as short as they get."""


def stated(shape: str, tasks: int) -> Problem:
    """A problem of so many tasks."""
    return from_text(problem(shape, tasks), "stated")


class Counter:
    """Counts the calls of a function that it stands for."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function, self.calls = function, 0

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        self.calls += 1
        return self.function(*arguments, **named)


def grows_evenly(counts: list[int]) -> bool:
    """Whether as much is added by the last as by the second of three sizes, evenly apart, up to a tenth."""
    first, second = counts[1] - counts[0], counts[2] - counts[1]
    return 0 < second <= first * Fraction(11, 10)


@pytest.mark.parametrize("shape", SHAPES)
def test_templates_checked_grow_with_the_number_of_tasks(shape: str, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = []
    for size in LARGE:
        check = Counter(Soundness.check)
        monkeypatch.setattr(Soundness, "check", lambda self, *rest, count=check: count(self, *rest))
        space = unfold(stated(shape, size))
        assert check.calls == space.graph.and_nodes
        counts.append(check.calls)
    assert counts[2] - counts[1] == counts[1] - counts[0]


@pytest.mark.parametrize("shape", ["chain", "fan", "layers"])
@pytest.mark.parametrize("at", [False, True])
def test_the_whole_problem_is_asked_once(shape: str, at: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each task names its helpers as often as there are problems, not as goals: the given one, and those at numbers."""
    counts = []
    for size in SIZES:
        given = stated(shape, size)
        asked = Counter(graph._helpers)
        with monkeypatch.context() as patched:
            patched.setattr(graph, "_helpers", asked)
            optimize(given, at=dict.fromkeys(given.parameters, 10) if at else None)
        counts.append(asked.calls)
    assert grows_evenly(counts)


@pytest.mark.parametrize("at", [False, True])
def test_designs_composed_grow_with_the_number_of_tasks(at: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = []
    for size in LARGE:
        given = stated("layers", size)
        composed = Counter(compose)
        with monkeypatch.context() as patched:
            patched.setattr(concrete if at else asymptotic, "compose", composed)
            optimize(given, at=dict.fromkeys(given.parameters, 10) if at else None)
        counts.append(composed.calls)
    assert grows_evenly(counts)


def test_two_models_for_every_task_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """With sizes that nothing relates, 2^N designs are alike in growth: few are kept beside each other, as is said."""
    monkeypatch.setattr(asymptotic, "MAX_KEPT", 4)
    for size in (8, 16):
        given = stated("models", size)
        beats = Counter(asymptotic.beats)
        with monkeypatch.context() as patched:
            patched.setattr(asymptotic, "beats", beats)
            result = optimize(given)
        assert beats.calls < 150 * size
        assert (result.status, len(result.options)) == ("regimes", 2)
        assert asymptotic.TOO_MANY in result.notes
        # The least growth is that of one model for everything, whichever is smaller.
        regime = regime_of(given)
        for name, other in (("l", "s"), ("s", "l")):
            alone = optimize(substitute(given, {name: other})).theta
            assert any(relation(one.cost.theta, alone, regime=regime).kind == "Theta" for one in result.options)


def test_nor_do_they_where_time_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pareto, "MAX_KEPT", 4)
    for size in (8, 16):
        given = replace(stated("models", size), minimise="time", workers=num(4))
        beats = Counter(asymptotic.beats)
        with monkeypatch.context() as patched:
            patched.setattr(pareto, "beats", beats)
            result = optimize(given)
        assert beats.calls < 150 * size
        assert (result.status, len(result.options)) == ("regimes", 2)
        assert asymptotic.TOO_MANY in result.notes


def test_few_designs_beside_each_other_are_told_apart_exactly() -> None:
    given = stated("models", 3)
    result = optimize(given)
    assert asymptotic.TOO_MANY not in result.notes


def test_compare_with_a_hand_design_of_many_tasks() -> None:
    given = stated("chain", 60)
    (row,) = compare(given).rows
    assert len(row.by_tasks) == 60


def test_so_many_designs_that_their_number_is_rounded(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "chain.yaml"
    path.write_text(problem("chain", 112))
    assert main(["optimize", str(path)]) == 0
    exact = unfold(load(path)).graph.count()
    assert exact > 10**30
    assert f"10^{len(str(exact)) - 1} designs" in capsys.readouterr().out


# -- what is remembered ---------------------------------------------------------------------------------


def test_what_follows_from_a_problem_lasts_as_long_as_it() -> None:
    asked: list[str] = []

    @once
    def name_of(problem: Problem) -> str:
        asked.append(problem.name)
        return problem.name

    for size in (2, 3):
        given = stated("chain", size)
        assert name_of(given) == name_of(given) == f"chain-{size}"
        del given
        gc.collect()
    assert asked == ["chain-2", "chain-3"]
    first, equal = stated("chain", 2), stated("chain", 2)
    assert name_of(first) == name_of(equal)
    assert len(asked) == 4


def test_numbers_change_only_what_holds_them() -> None:
    given = problem_of("debugging")
    there = substitute(given, {"k": num(7)})
    assert there.capabilities is given.capabilities
    assert str(there.texts["code"].count) == "7"
    assert substitute(given, {}).tasks is given.tasks


@pytest.mark.parametrize("seed", range(20))
def test_groups_that_share_a_task(seed: int) -> None:
    """Against the closure of sharing a task, pair by pair."""
    dice = Random(seed)
    blocks = [tuple(dice.sample("abcdefghijkl", dice.randint(1, 3))) for _ in range(dice.randint(1, 8))]
    naive = [set(block) for block in blocks]
    while any(one & other for one, other in combinations(naive, 2)):
        one, other = next(pair for pair in combinations(naive, 2) if pair[0] & pair[1])
        naive = [group for group in naive if group is not one and group is not other] + [one | other]
    found = common_groups(blocks)
    assert sorted(map(sorted, found)) == sorted(map(sorted, naive))
    assert set(blocks[-1]) <= found[-1]
