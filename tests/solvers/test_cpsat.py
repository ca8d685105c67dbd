"""CP-SAT against trying everything, and against a second engine."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decomposer.solvers import cpsat, engine, evaluate, prune, rows
from decomposer.solvers.answer import Limits, Progress
from decomposer.solvers.selection import Alternative, Level, Number, Resource, Selection
from tests.solvers import brute, random_problems

A = Alternative
FEATURES = [
    random_problems.KINDS,
    *((kind,) for kind in random_problems.KINDS),
    *(("levels", "fractions", "cycles", "resources", kind) for kind in random_problems.LIMITS),
]


def agree(problem: Selection) -> bool:
    """Whether there is an answer; fails when CP-SAT and trying everything do not agree."""
    found, answer = brute.best(problem), cpsat.run(problem, Limits())
    if found is None:
        assert answer.status == "infeasible"
        return False
    assert answer.status == "optimal"
    assert answer.value == found[0]
    assert answer.bound == found[0][0]
    assert evaluate.check(problem, answer.chosen, answer.starts) == []
    return True


@pytest.mark.parametrize("kinds", FEATURES, ids=lambda kinds: "-".join(kinds))
def test_small_problems_of_every_kind(kinds: tuple[str, ...]) -> None:
    answered = [agree(random_problems.coupled(seed, kinds)) for seed in range(1000, 1040)]
    assert any(answered)


@pytest.mark.parametrize("kind", random_problems.LIMITS)
def test_every_limit_makes_some_problems_impossible(kind: str) -> None:
    answered = [agree(random_problems.coupled(seed, (kind,), always=True)) for seed in range(40)]
    assert any(answered) and not all(answered)


@pytest.mark.parametrize("seed", range(8))
def test_numbers_far_beyond_32_bits(seed: int) -> None:
    """Objectives are cut into digits; budgets and reliabilities loosened, then checked exactly."""
    rng = random.Random(seed)
    problem = random_problems.coupled(seed, ("cycles", "resources"), nodes=7)

    def huge() -> Fraction:
        return Fraction(rng.randint(1, 10**15), rng.choice((1, 7, 10**6 + 3)))

    choices = tuple(
        tuple(replace(a, costs=(huge(),), spends=(huge(),), success=1 - Fraction(1, rng.randint(10**12, 10**13)))
              for a in row)
        for row in problem.choices
    )  # fmt: skip
    problem = replace(problem, choices=choices, budgets=(Fraction(10**40),))
    for _ in range(4):
        if not agree(problem):
            break
        found = brute.best(problem)
        assert found is not None
        # Exactly what the best answer takes is allowed, then a trifle less.
        spent, sure = evaluate.spent(problem, found[1])[0], evaluate.reliability(problem, found[1])
        agree(replace(problem, budgets=(spent,), reliability=sure))
        problem = replace(problem, budgets=(spent - Fraction(1, 10**9),), reliability=sure - Fraction(1, 10**30))


def test_many_ties_at_the_boundary_of_a_loosened_limit() -> None:
    """Every split of the same product: exactly at the limit is allowed, above it is not."""
    p, q = Fraction(999_999_937, 10**9), Fraction(999_999_929, 10**9)
    rows = tuple((A((3,), success=p), A((1,), success=q)) for _ in range(8))
    problem = Selection(rows, tuple(range(8)), reliability=p**5 * q**3)
    answer = cpsat.run(problem, Limits())
    assert (answer.status, answer.value) == ("optimal", (18,))
    problem = replace(problem, reliability=p**5 * q**3 + Fraction(1, 10**72))
    answer = cpsat.run(problem, Limits())
    assert (answer.status, answer.value) == ("optimal", (20,))


def test_too_fine_durations_are_refused() -> None:
    problem = Selection(((A((1,), duration=Fraction(1, 10**12)), A((0,), duration=1)),), (0,), deadline=2)
    with pytest.raises(ValueError, match="too fine"):
        cpsat.run(problem, Limits())


def test_progress_is_exact_and_only_gets_better() -> None:
    problem = random_problems.layered(1, 6, 8)
    told: list[Progress] = []
    answer = cpsat.run(problem, Limits(on_progress=told.append))
    values = [p.value for p in told if p.value is not None]
    bounds = [p.bound for p in told if p.bound is not None]
    assert values == sorted(values, reverse=True) and values[-1] == answer.value
    assert bounds == sorted(bounds) and bounds[-1] == answer.value[0]


def test_what_a_callback_raises_comes_out() -> None:
    def refuse(progress: Progress) -> None:
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        cpsat.run(random_problems.layered(1, 6, 8), Limits(on_progress=refuse))


@pytest.mark.parametrize(
    ("limits", "stopped"),
    [
        (Limits(seconds=0.0), "time"),
        (Limits(work=0.0), "work"),
        (Limits(memory=1), "memory"),
        (Limits(cancelled=lambda: True), "cancelled"),
    ],
)
def test_stopping_at_once_still_answers(limits: Limits, stopped: str) -> None:
    problem = random_problems.layered(2, 10, 20)
    answer = cpsat.run(problem, limits)
    assert (answer.status, answer.stopped) == ("feasible", stopped)
    assert evaluate.check(problem, answer.chosen) == []


def test_the_same_work_gives_the_same_answer() -> None:
    problem = random_problems.medium(5, "budget")
    one, two = (cpsat.run(problem, Limits(work=0.05, seed=3)) for _ in range(2))
    assert (one.status, one.chosen, one.bound) == (two.status, two.chosen, two.bound)


def test_an_answer_is_never_worse_than_the_hint() -> None:
    problem = random_problems.layered(3, 5, 6)
    best = cpsat.run(problem, Limits())
    again = cpsat.run(problem, Limits(seconds=0.0), best.chosen)
    assert again.value == best.value
    assert cpsat.run(problem, Limits(), {0: 99, -4: 1}).value == best.value


def test_dominated_alternatives_are_dropped() -> None:
    row = (A((3,)), A((2,), uses=(0,)), A((2,)), A((2,)), A((1,), spends=(1,)))
    problem = Selection((row,), (0,), resources=(Resource((0,)),), budgets=(1,))
    assert dict(prune.prune(problem).kept) == {0: (2, 4)}


# A second engine ------------------------------------------------------------------------------------------------------


def second_engine(problem: Selection, engine_name: str = "CBC") -> int | None:
    """The least first level by an integer programme over the same answers; graphs without cycles, whole numbers."""
    solver: Any = engine.load("linear_solver.pywraplp").Solver.CreateSolver(engine_name)
    taken = [solver.BoolVar("") for _ in problem.choices]
    used = [solver.BoolVar("") for _ in problem.resources]
    ends = [solver.NumVar(0, solver.infinity(), "") for _ in problem.choices]
    big = sum(max((int(a.duration) for a in row), default=0) for row in problem.choices)
    cost: Any = sum(int(r.costs[0]) * used[i] for i, r in enumerate(problem.resources))
    spent: Any = 0
    for root in problem.roots:
        solver.Add(taken[root] == 1)
        if problem.deadline is not None:
            solver.Add(ends[root] <= int(problem.deadline))
    for node, row in enumerate(problem.choices):
        literals = [solver.BoolVar("") for _ in row]
        solver.Add(sum(literals) == taken[node])
        for alternative, literal in zip(row, literals, strict=True):
            cost += int(alternative.costs[0]) * literal
            spent += int(alternative.spends[0] if alternative.spends else 0) * literal
            solver.Add(ends[node] >= int(alternative.duration) * literal)
            for need in alternative.needs:
                solver.Add(taken[need] >= literal)
                solver.Add(ends[node] >= ends[need] + int(alternative.duration) - big * (1 - literal))
            for resource in alternative.uses:
                solver.Add(used[resource] >= literal)
    for budget in problem.budgets:
        solver.Add(spent <= int(budget))
    for pool in problem.pools:
        solver.Add(sum(used[r] for r in pool.resources) <= pool.limit)
    solver.Minimize(cost)
    status = solver.Solve()
    assert status in (solver.OPTIMAL, solver.INFEASIBLE)
    return round(solver.Objective().Value()) if status == solver.OPTIMAL else None


@pytest.mark.parametrize("limit", ["budget", "pool", "deadline"])
@pytest.mark.parametrize("seed", range(4))
def test_medium_problems_against_a_second_engine(limit: str, seed: int) -> None:
    problem = random_problems.medium(seed, limit)
    answer = cpsat.run(problem, Limits())
    other = second_engine(problem)
    assert answer.status == ("infeasible" if other is None else "optimal")
    assert (answer.value[0] if answer.value else None) == other


# Versions known to err ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["9.15.6755", "9.15", "9.15.0rc1", "9.10.4067", "8.2"])
def test_versions_known_to_err_are_refused(version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ortools = pytest.importorskip("ortools")
    monkeypatch.setattr(ortools, "__version__", version)
    with pytest.raises(engine.EngineError, match=rf"OR-Tools {version}.*install ortools>=9.11,!=9.15"):
        cpsat.run(random_problems.layered(0, 2, 2), Limits())


@pytest.mark.parametrize("version", ["9.11.4210", "9.14.6206", "9.16.1", "10.0"])
def test_other_versions_are_accepted(version: str) -> None:
    engine.accept(version)


def exactly_one_groups(seed: int) -> Selection:
    """12 Booleans in exactly-one groups under 4 linear limits, all numbers below 1 900: what 9.15 got wrong."""
    rng = random.Random(seed)
    sizes = rng.choice([(3, 3, 3, 3), (2, 3, 3, 4), (4, 4, 4), (2, 2, 2, 3, 3), (6, 6)])
    choices = tuple(
        tuple(A((rng.randint(0, 150),), spends=tuple(rng.randint(0, 1899 // len(sizes)) for _ in range(4)))
              for _ in range(size))
        for size in sizes
    )  # fmt: skip
    budgets = tuple(rng.randint(600, 1300) for _ in range(4))
    return Selection(choices, tuple(range(len(sizes))), budgets=budgets)


def test_the_known_kind_of_wrong_optimum() -> None:
    answered = [agree(exactly_one_groups(seed)) for seed in range(80)]
    assert any(answered) and not all(answered)


def enforced(seed: int) -> tuple[int | None, int | None]:
    """The least sum of such a model with limits that hold only where a Boolean does: by enumeration, by the engine."""
    rng = random.Random(seed)
    sizes = rng.choice([(3, 3, 3, 3), (2, 3, 3, 4), (4, 4, 4), (6, 6)])
    starts = [sum(sizes[:i]) for i in range(len(sizes))]
    costs = [rng.randint(0, 120) for _ in range(12)]
    limits = [
        (rng.randrange(12), [rng.choice((0, rng.randint(-900, 1899))) for _ in range(12)], rng.randint(-500, 1899))
        for _ in range(4)
    ]
    sums = [
        sum(costs[i] for i in taken)
        for taken in product(*(range(start, start + size) for start, size in zip(starts, sizes, strict=True)))
        if all(on not in taken or sum(row[i] for i in taken) <= most for on, row, most in limits)
    ]
    cp_model = engine.load("sat.python.cp_model")
    model, solver = cp_model.CpModel(), cp_model.CpSolver()
    literals = [model.new_bool_var("") for _ in range(12)]
    for start, size in zip(starts, sizes, strict=True):
        model.add_exactly_one(literals[start : start + size])
    for on, row, most in limits:
        model.add(sum(c * x for c, x in zip(row, literals, strict=True)) <= most).only_enforce_if(literals[on])
    model.minimize(sum(c * x for c, x in zip(costs, literals, strict=True)))
    solver.parameters.num_workers = 1
    status = solver.status_name(solver.solve(model))
    assert status in ("OPTIMAL", "INFEASIBLE")
    return min(sums, default=None), round(solver.objective_value) if status == "OPTIMAL" else None


def test_the_engine_itself_on_the_known_kind() -> None:
    for seed in range(300):
        least, found = enforced(seed)
        assert found == least, seed


def test_levels_one_after_the_other() -> None:
    choices = ((A((1, 5, 0), (1,)), A((1, 4, 9), (2,))), (A((1, 1, 0)),), (A((1, 2, 0)), A((1, 2, 1))))
    problem = Selection(choices, (0,), 3, (Level((1, 0, 0)), Level((0, 1, 0)), Level((0, 0, 1))))
    answer = cpsat.run(problem, Limits())
    assert answer.value == (2, 6, 0)
    weighted = replace(problem, levels=(Level((0, 1, Fraction(-0, 1))), Level((Fraction(1, 3), 0, 1))))
    assert cpsat.run(weighted, Limits()).value == (6, Fraction(2, 3))


# Rows of small integers ----------------------------------------------------------------------------------------------

NUMBERS = st.one_of(st.integers(0, 10**30), st.fractions(0, 10**12, max_denominator=10**9), st.just(0))


@given(st.lists(st.tuples(NUMBERS, st.booleans()), min_size=1, max_size=8), NUMBERS)
def test_limits_are_never_tightened(items: list[tuple[Number, bool]], limit: Number) -> None:
    row = rows.at_most([number for number, _ in items], limit, range(len(items)))
    small = sum(c for c, (_, taken) in zip(row.coefficients, items, strict=True) if taken) <= row.limit
    large = sum((number for number, taken in items if taken), 0) <= limit
    assert small or not large
    if row.exact:
        assert small == large
    assert sum(row.coefficients) <= rows.LARGEST and abs(row.limit) <= rows.LARGEST


@given(st.lists(st.tuples(st.fractions(Fraction(1, 10**9), 1), st.booleans()), min_size=1, max_size=8), st.booleans())
def test_logarithms_are_never_tightened(items: list[tuple[Fraction, bool]], just: bool) -> None:
    product_ = Fraction(1)
    for factor, taken in items:
        product_ *= factor if taken else 1
    least = product_ if just else product_ / 2
    row = rows.logs_at_most([factor for factor, _ in items], least, range(len(items)))
    assert sum(c for c, (_, taken) in zip(row.coefficients, items, strict=True) if taken) <= row.limit
    assert sum(row.coefficients) <= rows.LARGEST + len(items)


@given(st.lists(st.integers(0, 10**40), min_size=1, max_size=6), st.data())
def test_digits_order_sums_as_they_are(coefficients: list[int], data: st.DataObject) -> None:
    stages = rows.digits(coefficients, [1] * len(coefficients))

    def read(taken: list[bool]) -> list[int]:
        carry, found = 0, []
        for stage in reversed(stages):
            total = sum(c for c, x in zip(stage.coefficients, taken, strict=True) if x)
            assert total < rows.LARGEST
            total += carry if stage.carry_in is not None else 0
            carry, rest = divmod(total, stage.base) if stage.carry_out is not None else (0, total)
            found.append(rest)
        return found[::-1]

    one, other = (
        data.draw(st.lists(st.booleans(), min_size=len(coefficients), max_size=len(coefficients))) for _ in "ab"
    )
    sums = [sum(c for c, x in zip(coefficients, taken, strict=True) if x) for taken in (one, other)]
    assert (read(one) < read(other)) == (sums[0] < sums[1])
