"""Re-optimising after a change gives what solving from scratch gives, with less done."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given

from decomposer.solvers import evaluate, warm
from decomposer.solvers.answer import Limits
from decomposer.solvers.changes import compare
from decomposer.solvers.parts import split
from decomposer.solvers.selection import Alternative, Number, Pool, Resource, Selection
from decomposer.solvers.solve import solve
from decomposer.solvers.validate import SelectionError
from tests.solvers import brute, random_problems

A = Alternative


def changed(problem: Selection, rng: random.Random) -> Selection:
    """The problem after one random change of a cost, a limit, an alternative or a resource."""
    node = rng.randrange(len(problem.choices))
    row = list(problem.choices[node])
    if not row:
        return problem
    index = rng.randrange(len(row))
    old = row[index]
    kind = rng.choice(("cheaper", "dearer", "other", "remove", "add", "limit", "resource", "faster", "needs"))

    def scaled(numbers: tuple[Number, ...], low: int, high: int) -> tuple[Number, ...]:
        return tuple(Fraction(number * rng.randint(low, high), 4) for number in numbers)

    if kind in ("cheaper", "dearer", "other"):
        low, high = {"cheaper": (0, 3), "dearer": (5, 9), "other": (0, 9)}[kind]
        row[index] = replace(old, costs=scaled(old.costs, low, high), spends=scaled(old.spends, low, high))
    elif kind == "remove":
        del row[index]
    elif kind == "add":
        row.append(replace(old, costs=scaled(old.costs, 0, 6), success=Fraction(9, 10)))
    elif kind == "faster":
        row[index] = replace(old, duration=Fraction(old.duration * rng.randint(0, 6), 4))
    elif kind == "needs":
        row[index] = replace(old, needs=old.needs[1:])
    elif kind == "resource" and problem.resources:
        resources = tuple(replace(r, costs=scaled(r.costs, 0, 8)) for r in problem.resources)
        return replace(problem, resources=resources)
    elif kind == "limit":
        return replace(
            problem,
            budgets=tuple(Fraction(b * rng.randint(2, 6), 4) for b in problem.budgets),
            pools=tuple(replace(p, limit=max(0, p.limit + rng.randint(-1, 1))) for p in problem.pools),
            deadline=None if problem.deadline is None else Fraction(problem.deadline * rng.randint(2, 6), 4),
            reliability=None if problem.reliability is None else problem.reliability * Fraction(rng.randint(2, 5), 4),
        )
    return warm.with_alternatives(problem, node, row)


def agrees(session: warm.Session) -> None:
    found = brute.best(session.problem)
    if found is None:
        assert session.answer.status == "infeasible"
    else:
        assert session.answer.status == "optimal"
        assert session.answer.value == found[0]
        assert session.answer.bound == found[0][0]
        assert evaluate.check(session.problem, session.answer.chosen, session.answer.starts) == []


@pytest.mark.parametrize("start", range(0, 200, 25))
def test_chains_of_changes_against_trying_everything(start: int) -> None:
    kinds = [random_problems.KINDS, ("cycles",), ("resources", "pool", "levels"), ("budget",), ("deadline", "makespan")]
    for seed in range(start, start + 25):
        rng = random.Random(seed)
        session = warm.start(random_problems.coupled(seed, kinds[seed % len(kinds)], nodes=7))
        agrees(session)
        for _ in range(4):
            session = session.resolve(changed(session.problem, rng))
            agrees(session)


def many(count: int) -> Selection:
    """Independent sub-problems below one node that needs them all."""
    choices: list[tuple[Alternative, ...]] = [(A((1,)),)]
    tops = []
    for seed in range(count):
        base = len(choices)
        inner = random_problems.layered(seed, 3, 3)
        tops += [base + root for root in inner.roots]
        choices += [
            tuple(replace(a, needs=tuple(base + need for need in a.needs)) for a in row) for row in inner.choices
        ]
    choices[0] = (A((1,), tuple(tops)),)
    return Selection(tuple(choices), (0,))


def test_parts_that_did_not_change_are_not_searched() -> None:
    session = warm.start(many(12))
    assert len(session.parts) >= 12
    node = session.parts[3][0].nodes[0]
    row = session.problem.choices[node]
    cheaper = warm.with_alternatives(session.problem, node, [replace(a, costs=(0,)) for a in row])
    again = session.resolve(cheaper)
    assert again.reused >= len(session.parts) - 1
    assert again.answer.value == solve(cheaper).value


def test_the_same_problem_is_not_solved_again() -> None:
    session = warm.start(random_problems.layered(1, 4, 4))
    again = session.resolve(replace(session.problem))
    assert (again.answer, again.searched) == (session.answer, 0)


def test_what_was_not_taken_and_becomes_dearer_changes_nothing() -> None:
    session = warm.start(random_problems.layered(1, 4, 4))
    node = next(iter(session.answer.chosen))
    other = next(i for i in range(4) if i != session.answer.chosen[node])
    again = session.resolve(warm.with_costs(session.problem, node, other, (500,)))
    assert (again.answer.value, again.searched) == (session.answer.value, 0)


def test_what_was_taken_and_becomes_cheaper_stays() -> None:
    session = warm.start(random_problems.layered(1, 4, 4))
    node, index = next(iter(session.answer.chosen.items()))
    cost = session.problem.choices[node][index].costs[0]
    again = session.resolve(warm.with_costs(session.problem, node, index, (cost - Fraction(1, 2),)))
    assert again.searched == 0 and again.answer.status == "optimal"
    assert again.answer.value == (session.answer.value[0] - Fraction(1, 2),)


def test_a_limit_that_still_holds_changes_nothing_and_back() -> None:
    problem = random_problems.medium(1, "budget")
    session = warm.start(problem)
    spent = evaluate.spent(problem, session.answer.chosen)
    tight = session.change(budgets=spent)
    assert (tight.answer.value, tight.searched) == (session.answer.value, 0)
    tighter = tight.change(budgets=(spent[0] - 1,))
    assert tighter.answer.value >= tight.answer.value or tighter.answer.status == "infeasible"
    assert tighter.change(budgets=problem.budgets).answer.value == session.answer.value


def test_infeasible_stays_so_under_tighter_limits() -> None:
    problem = Selection(((A((1,), spends=(3,)),),), (0,), budgets=(2,))
    session = warm.start(problem)
    again = session.change(budgets=(1,))
    assert (again.answer.status, again.searched) == ("infeasible", 0)
    assert again.change(budgets=(3,)).answer.status == "optimal"


@given(random_problems.problems(("cycles", "resources", "pool", "levels"), nodes=8))
def test_parts_together_are_the_whole(problem: Selection) -> None:
    pieces = split(problem)
    if pieces is None:
        return
    found = [brute.best(part.problem) for part in pieces.parts]
    whole = brute.best(problem)
    if any(best is None for best in found) or whole is None:
        assert whole is None
        return
    chosen = pieces.join(best[1] for best in found if best is not None)
    # A pool that forced nodes alone overfill is left to the whole.
    assert evaluate.check(problem, chosen) == []
    assert evaluate.value(problem, chosen) == whole[0]


def test_what_changes_are_seen() -> None:
    row = (A((3,), spends=(1,)), A((5,)))
    old = Selection((row,), (0,), resources=(Resource((4,)),), budgets=(9,), pools=(Pool(frozenset({0}), 1),))
    new = replace(old, choices=((A((2,), spends=(1,)), A((7,)), A((1,))),), resources=(Resource((1,)),))
    changes = compare(old, new)
    assert changes is not None
    assert (changes.added, changes.cheaper, changes.dearer) == (((0, 2),), {(0, 0): (-1,)}, {(0, 1): (2,)})
    assert changes.floor((10,)) == (6,)
    assert compare(old, replace(old, budgets=(10,))) is None
    assert compare(old, replace(old, pools=())) is None
    assert compare(old, replace(old, deadline=3)) is not None
    assert compare(replace(old, deadline=3), old) is None


def test_changed_rows_are_looked_at() -> None:
    session = warm.start(random_problems.layered(1, 3, 3))
    with pytest.raises(SelectionError, match="node 2, alternative 0, costs: -1 is negative"):
        session.resolve(warm.with_costs(session.problem, 2, 0, (-1,)))
    with pytest.raises(SelectionError, match="there is no such node"):
        session.change(roots=(99,))


def test_an_answer_stopped_early_is_taken_up_again() -> None:
    problem = random_problems.medium(1, "budget")
    early = warm.start(problem, Limits(seconds=0.0))
    assert early.answer.status in ("feasible", "unknown")
    assert early.resolve(problem).answer.status == "optimal"
