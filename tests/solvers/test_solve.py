"""The door: what is refused, who is asked, and that nobody is believed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decomposer.solvers import evaluate, trees
from decomposer.solvers import solve as door
from decomposer.solvers.answer import Answer, Limits
from decomposer.solvers.selection import Alternative, Level, Pool, Resource, Selection
from decomposer.solvers.solve import BACKENDS, backend, better, faults, solve, suiting
from decomposer.solvers.validate import SelectionError
from tests.solvers import brute, random_problems

A = Alternative
SMALL = Selection(((A((3,), (1,)), A((5,))), (A((1,)),)), (0,))


def agrees(problem: Selection, answer: Answer) -> bool:
    found = brute.best(problem)
    if found is None:
        assert answer.status == "infeasible"
        return False
    assert answer.status == "optimal"
    assert answer.value == found[0]
    assert faults(problem, answer) == []
    return True


@pytest.mark.parametrize("kinds", [(), ("cycles",), ("resources", "pool"), ("levels", "fractions"),
                                   ("makespan", "capacity"), ("deadline",), random_problems.KINDS])  # fmt: skip
def test_whoever_is_asked_the_answer_is_right(kinds: tuple[str, ...]) -> None:
    problems = [random_problems.coupled(seed, kinds) for seed in range(5000, 5040)]
    assert any([agrees(problem, solve(problem)) for problem in problems])


@pytest.mark.parametrize("name", BACKENDS)
def test_every_backend_on_what_it_suits(name: str) -> None:
    solver, seen = backend(name), 0
    kinds = [(), ("cycles",), ("levels", "fractions"), ("capacity", "makespan"), ("resources",), ("pool", "resources")]
    for seed in range(240):
        problem = random_problems.coupled(seed, kinds[seed % len(kinds)], nodes=5)
        if solver.suits(problem):
            seen += 1
            # Numbers as small as these are no reason to refuse: what is raised is an error.
            agrees(problem, solver.run(problem, Limits()))
    assert seen or name not in ("trees", "sharing", "cpsat")


def test_every_backend_is_listed() -> None:
    folder = Path(door.__file__).parent
    written = {file.stem for file in folder.glob("*.py") if "\ndef suits(" in file.read_text(encoding="utf-8")}
    assert written == set(BACKENDS) and BACKENDS.index("cpsat") == len(BACKENDS) - 2


NOTHING = Selection(((),), (0,))


@pytest.mark.parametrize(
    "problem",
    [
        NOTHING,
        replace(NOTHING, choices=((A((1,)),), ()), roots=(0, 1)),
        replace(NOTHING, choices=((A((1,), uses=(0,)),), ()), roots=(0, 1), resources=(Resource((1,)),)),
        replace(NOTHING, choices=((A((1,), (1,)),), ())),
        replace(NOTHING, choices=((A((1,), (0,)),),)),
        replace(NOTHING, budgets=(3,)),
        replace(NOTHING, reliability=Fraction(1, 2)),
        replace(NOTHING, levels=(Level((1,), 1),)),
        replace(NOTHING, deadline=1),
        replace(NOTHING, capacities=(1,)),
        replace(NOTHING, levels=()),
        random_problems.coupled(140, (), nodes=7),
    ],
)
def test_what_cannot_be_done_is_infeasible_to_every_backend(problem: Selection) -> None:
    for name in suiting(problem):
        assert backend(name).run(problem, Limits()).status == "infeasible", name
    answer = solve(problem)
    assert answer.status == "infeasible" and answer.conflict is not None and not answer.conflict.limits


def test_nothing_to_be_done_costs_nothing() -> None:
    for problem in (
        replace(NOTHING, roots=()),
        Selection((), ()),
        replace(NOTHING, roots=(), levels=(Level((1,), 1),)),
    ):
        for name in suiting(problem):
            answer = backend(name).run(problem, Limits())
            assert (answer.status, answer.value) == ("optimal", (0,)), name


@given(st.integers(0, 10**6))
def test_trees(seed: int) -> None:
    problem = random_problems.tree(seed)
    assert trees.suits(problem)
    agrees(problem, trees.run(problem, Limits()))


@pytest.mark.parametrize("seed", range(30))
def test_trees_under_limits(seed: int) -> None:
    base = random_problems.tree(seed)
    choices = tuple(
        tuple(
            replace(a, spends=(a.costs[1],), duration=Fraction(node + index, 2), success=Fraction(9 - index, 9))
            for index, a in enumerate(row)
        )
        for node, row in enumerate(base.choices)
    )
    problem = replace(
        base, choices=choices, budgets=(6,), deadline=8, reliability=Fraction(1, 3), levels=(Level((1, 0), 1),)
    )
    assert trees.suits(problem)
    agrees(problem, trees.run(problem, Limits()))


def test_what_is_shared_by_alternatives_of_one_node_alone_is_a_tree() -> None:
    one_of_two = Selection(((A((1,), (1,)), A((2,), (1, 2))), (A((1,)),), (A((1,)),)), (0,))
    diamond = Selection(((A((1,), (1, 2)),), (A((1,), (3,)),), (A((1,), (3,)),), (A((1,)),)), (0,))
    apart = Selection(((A((1,), (1,)), A((1,), (2,))), (A((1,), (3,)),), (A((2,), (3,)),), (A((1,)),)), (0,))
    assert trees.suits(one_of_two) and trees.suits(apart) and not trees.suits(diamond)
    assert trees.run(apart, Limits()).value == (3,)


def test_deep_trees_need_no_deep_stack() -> None:
    deep = Selection((*(((A((1,), (n + 1,)), A((9,)))) for n in range(6_000)), (A((1,)),)), (0,))
    assert trees.run(deep, Limits()).value == (9,)


def test_trees_come_without_heavy_libraries() -> None:
    code = """
import sys
from decomposer.solvers.selection import Alternative, Selection
from decomposer.solvers.solve import solve
answer = solve(Selection(((Alternative((3,), (1,)), Alternative((5,))), (Alternative((1,)),)), (0,)))
assert answer.status == "optimal" and answer.value == (4,), answer
print(*(name for name in ("ortools", "numpy", "networkx", "sympy", "highspy") if name in sys.modules))
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []


@pytest.mark.parametrize(
    ("problem", "reason"),
    [
        (replace(SMALL, roots=(7,)), "root 7: there is no such node"),
        (replace(SMALL, choices=((A((-1,)),),)), "node 0, alternative 0, costs: -1 is negative"),
        (replace(SMALL, choices=((A((1, 2)),),)), "node 0, alternative 0, costs: 2 numbers where 1 are due"),
        (replace(SMALL, choices=((A(()),),)), "node 0, alternative 0, costs: 0 numbers where 1 are due"),
        (replace(SMALL, choices=((A((0.5,)),),)), "0.5 is a float"),  # type: ignore[arg-type]
        (replace(SMALL, choices=((A((1,), (3,)),),)), "needs a node that there is not"),
        (replace(SMALL, choices=((A((1,), (0, 0)),),)), "a node is needed twice"),
        (replace(SMALL, choices=((A((1,), uses=(0,)),),)), "uses a resource that there is not"),
        (replace(SMALL, choices=((A((1,), uses=(0, 0)),),), resources=(Resource((1,)),)), "a resource is used twice"),
        (replace(SMALL, choices=((A((1,), spends=(1,)),),)), "spends: 1 numbers where 0 are due"),
        (replace(SMALL, choices=((A((1,), duration=-1),),)), "the duration is negative"),
        (replace(SMALL, choices=((A((1,), success=Fraction(0)),),)), r"the success 0 is not within \(0, 1\]"),
        (replace(SMALL, levels=(Level((1, 1)),)), "level 0: 2 numbers where 1 are due"),
        (replace(SMALL, levels=(Level((-1,)),)), "level 0: -1 is negative"),
        (replace(SMALL, pools=(Pool(frozenset({0}), 1),)), "pool 0: there is no such resource"),
        (replace(SMALL, resources=(Resource((1,)),), pools=(Pool(frozenset({0}), -1),)), "the limit is negative"),
        (replace(SMALL, choices=((A((1,), duration=0.1),),)), "duration: 0.1 is a float"),  # type: ignore[arg-type]
        (replace(SMALL, choices=((A((1,), success=0.3),),)), "success: 0.3 is a float"),  # type: ignore[arg-type]
        (replace(SMALL, levels=(Level((1,), 0.5),)), "level 0, makespan: 0.5 is a float"),  # type: ignore[arg-type]
        (replace(SMALL, budgets=(1.5,)), "a budget: 1.5 is a float"),  # type: ignore[arg-type]
        (replace(SMALL, deadline=1.5), "the deadline: 1.5 is a float"),  # type: ignore[arg-type]
        (replace(SMALL, reliability=0.3), "the reliability: 0.3 is a float"),  # type: ignore[arg-type]
        (replace(SMALL, capacities=(Fraction(3, 2),)), "a capacity: 3/2 is not a whole"),  # type: ignore[arg-type]
        (replace(SMALL, pools=(Pool(frozenset(), 0.5),)), "the limit: 0.5 is not a whole"),  # type: ignore[arg-type]
        (replace(SMALL, budgets=(-1,)), "a budget is negative"),
        (replace(SMALL, deadline=-1), "the deadline is negative"),
        (replace(SMALL, capacities=(-1,)), "a capacity is negative"),
        (replace(SMALL, reliability=Fraction(3, 2)), "the reliability 3/2 is not within"),
    ],
)
def test_bad_problems_are_refused_with_the_reason(problem: Selection, reason: str) -> None:
    with pytest.raises(SelectionError, match=reason):
        solve(problem)


class Liar:
    """A backend that says what it is told to."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def suits(self, problem: Selection) -> bool:
        return True

    def run(self, problem: Selection, limits: Limits, hint: Mapping[int, int] | None = None) -> Answer:
        return self.answer


@pytest.mark.parametrize(
    "lie",
    [
        Answer("optimal", {0: 0, 1: 0}, (3,), 3),
        Answer("optimal", {0: 0}, (3,), 3),
        Answer("feasible", {0: 1}, (5,), 6),
        Answer("optimal", {0: 7}, (1,), 1),
    ],
)
def test_wrong_answers_are_not_passed_on(lie: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    assert faults(SMALL, lie)
    honest = door.backend
    monkeypatch.setattr(door, "backend", lambda name: Liar(lie) if name == "trees" else honest(name))
    assert solve(SMALL).value == (4,)


def test_an_answer_in_hand_refutes_that_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = door.backend
    monkeypatch.setattr(door, "backend", lambda name: Liar(Answer("infeasible")) if name == "trees" else honest(name))
    assert solve(SMALL, hint={0: 1}).value == (4,)


def test_who_is_asked() -> None:
    assert next(suiting(SMALL)) == "trees"
    assert "cpsat" in suiting(SMALL)
    limited = random_problems.medium(0, "pool")
    assert "trees" not in suiting(limited)


def test_answers_are_merged() -> None:
    one, two = Answer("feasible", {0: 1}, (5,), 1, stopped="work"), Answer("feasible", {0: 0}, (4,), 0, stopped="time")
    assert (better(one, two).value, better(one, two).bound) == ((4,), 1)
    assert better(two, Answer("optimal", {0: 0}, (4,), 4)).status == "optimal"
    assert better(Answer("unknown"), one).value == (5,)
    assert better(one, Answer("unknown", bound=3, stopped="time")).bound == 3


def test_no_time_at_all_still_gives_the_hint_back() -> None:
    problem = random_problems.layered(1, 6, 8)
    hint = {node: 0 for node in range(len(problem.choices))}
    answer = solve(problem, Limits(seconds=0.0), hint)
    assert answer.status == "feasible"
    assert answer.value <= evaluate.value(problem, evaluate.trim(problem, hint))


def test_nothing_to_do() -> None:
    assert (solve(replace(SMALL, roots=())).status, solve(replace(SMALL, roots=())).value) == ("optimal", (0,))


def test_without_objectives_any_answer_is_best() -> None:
    answer = solve(replace(random_problems.medium(1, "budget"), levels=()))
    assert (answer.status, answer.value) == ("optimal", ())
