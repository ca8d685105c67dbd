"""Every shipped problem, its optimum and its hand designs: what was predicted is what is counted."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

import pytest

from decomposer.design.nodes import Design, Escalate, Recurse, Retry, Vote, walk
from decomposer.design.windows import without_windows
from decomposer.errors import ProblemError
from decomposer.expr import num, rounds
from decomposer.problem.load import load
from decomposer.problem.model import Problem
from decomposer.problems import names
from decomposer.process.reals import real
from decomposer.verbs.measure import Numbers
from decomposer.verbs.optimize import optimize
from decomposer.verbs.results import Result
from decomposer.verbs.simulation import simulate
from decomposer.verbs.simulation_plans import plan_of
from decomposer.verbs.simulation_results import Point
from tests.process.chosen import numbers

LEVEL = 0.99999
"""Thousands of lines are compared, so each may be wrong by chance only once in a hundred thousand times."""


@lru_cache(maxsize=64)
def shipped(name: str) -> Problem:
    return load(name)


def of_any_length(name: str) -> Problem:
    """A shipped problem without windows: some hand designs fit into them at large numbers only."""
    return without_windows(shipped(name))


CASES = [(name, design) for name in names() for design in ("optimum", *shipped(name).designs)]


def agree(point: Point) -> None:
    """Everything lies within its interval; only bounds are known of the longest context, and of random recursions."""
    for line in (*point.lines, *point.agents):
        bounded = {"longest context"} | ({"critical path"} if random_recursion(point.design) else set())
        assert line.verdict == "within" or (line.verdict == "bound" and line.name in bounded), (line, point.at)


def random_recursion(design: Design) -> bool:
    """Whether attempts are repeated within divide and conquer."""
    inside = [part for node in walk(design) if isinstance(node, Recurse) for part in walk(node)]
    return any(isinstance(part, Retry | Vote | Escalate) for part in inside)


@lru_cache(maxsize=256)
def numbers_of(name: str, largest: int) -> Numbers:
    return numbers(shipped(name), largest, seed=largest)


@lru_cache(maxsize=64)
def optimum(name: str) -> Result:
    """The optimum by growth: its free parameters are formulas."""
    return optimize(shipped(name))


@pytest.mark.parametrize(("name", "design"), CASES)
def test_predicted_is_counted(name: str, design: str) -> None:
    problem = of_any_length(name)
    for largest in (4, 9, 30):
        at = numbers_of(name, largest)
        plan = plan_of(optimum(name), at) if design == "optimum" else design
        found = simulate(problem, plan, at=at, runs=200, level=LEVEL)
        agree(found.points[0])


@pytest.mark.parametrize("name", ["debugging", "evolution", "k-task-tree", "support", "code-review"])
def test_the_optimum_at_numbers_is_run(name: str) -> None:
    problem = shipped(name)
    at = numbers(problem, 9, seed=1)
    point = simulate(problem, at=at, runs=200, level=LEVEL).points[0]
    agree(point)
    value = optimize(problem, at=at).cost.value
    assert value is not None and point.line("cost").predicted == pytest.approx(real(value))


@pytest.mark.parametrize("design", ["naive", "focused", "optimum"])
def test_a_wrong_prediction_lies_outside(design: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from decomposer.verbs import simulation_points

    right = simulation_points.predictions

    def wrong(problem: Problem, tree: Design, at: Numbers) -> dict[str, float]:
        return {name: value * 1.02 for name, value in right(problem, tree, at).items()}

    monkeypatch.setattr(simulation_points, "predictions", wrong)
    at = numbers(shipped("debugging"), 9, seed=9)
    lines = simulate(shipped("debugging"), design, at=at, runs=10).points[0].lines
    assert {line.name: line.verdict for line in lines} | {"critical path": "outside"} == {
        "cost": "outside",
        "calls": "outside",
        "critical path": "outside",
        "reliability": "outside",
        "longest context": "bound",
    }


def test_a_slightly_wrong_chance_lies_outside() -> None:
    """An evaluator that took one half for 0.52 would be found out."""
    problem = shipped("evolution")
    at = {"k": 40, "l": 3, "m_u": 2}
    point = simulate(problem, "block-by-block", at=at, runs=4000).points[0]
    counted, predicted = point.line("calls").counted, 40 / 0.5
    assert counted.holds(predicted) and not counted.holds(40 / 0.52) and not counted.holds(40 / 0.48)


SWEEPS = [
    ("debugging", "naive", "k", (100, 300, 1000, 3000, 10_000), {"cost": 2, "calls": 0, "critical path": 2}),
    ("debugging", "fresh-context", "b", (10, 30, 100, 300), {"cost": 1, "calls": 1, "critical path": 1}),
    ("debugging", "naive", "l", (300, 1000, 3000, 10_000), {"cost": 2, "calls": 0, "critical path": 2}),
    ("debugging", "optimum", "l", (300, 1000, 3000, 10_000), {"cost": 2, "calls": 0, "critical path": 2}),
    ("debugging-global-fix", "naive", "k", (300, 1000, 3000, 10_000), {"cost": 2, "calls": 0, "critical path": 2}),
    ("evolution", "block-by-block", "k", (20, 60, 200, 600), {"cost": 1, "calls": 1}),
    ("evolution", "block-by-block", "k", (300, 1000, 3000, 10_000), {"critical path": 0}),
    ("evolution", "keep-good-blocks", "k", (50, 80, 120, 180, 250), {"cost": 2, "calls": 0}),
    ("evolution", "mutate-all", "k", (10, 14, 20, 28, 40), {"cost": 2, "calls": 0, "critical path": 2}),
    ("evolution-q", "block-by-block", "l", (300, 1000, 3000, 10_000), {"cost": 2, "calls": 0}),
    ("k-task", "generalist", "k", (10, 30, 100, 1000), {"cost": 1, "calls": 0, "critical path": 1}),
    ("k-task", "optimum", "n", (1000, 10_000, 30_000, 100_000), {"cost": 1, "calls": 0, "critical path": 1}),
    ("k-task-power", "generalist", "k", (9, 30, 100, 1024), {"cost": Fraction(1, 2), "calls": 0}),
    ("k-task-tree", "delegator-tree", "k", (10**3, 10**6, 10**9, 10**12), {"calls": 0}),
    ("support", "optimum", "n", (10**6, 3 * 10**6, 10**7, 3 * 10**7), {"cost": 1, "calls": 0}),
]


@pytest.mark.parametrize(("name", "design", "parameter", "sizes", "exponents"), SWEEPS)
def test_fitted_exponents_are_those_of_the_growth(
    name: str, design: str, parameter: str, sizes: tuple[int, ...], exponents: dict[str, int | Fraction]
) -> None:
    problem = shipped(name)
    at = {other: 2 for other in problem.parameters if other != parameter}
    if "b" in at:
        at["b"] = 1
    if name == "evolution-q":
        at |= {"q": Fraction(1, 3)}  # type: ignore[dict-item]
    if parameter in ("b", "k"):
        at |= {other: max(sizes) for other in ("k", "n") if other in at}
    runs = 6000 if design == "mutate-all" or parameter == "l" else 200
    found = simulate(problem, design, at=at, runs=runs, sweep=(parameter, sizes), level=0.99)
    fits = {fit.name: fit for fit in found.fits}
    for quantity, exponent in exponents.items():
        fit = fits[quantity]
        assert (fit.exponent, fit.verdict) == (exponent, "agrees"), fit
        assert fit.fitted.high - fit.fitted.low < 0.2  # an interval that could tell growths apart


@pytest.mark.parametrize("name", names())
def test_three_sizes_and_their_growth_agree_with_what_is_predicted(name: str) -> None:
    """Of every hand design: work, calls, span and reliability at three sizes, and the growth fitted to them."""
    problem = of_any_length(name)
    at = numbers(problem, 12, seed=3)
    parameter = next(iter(name for name, one in problem.parameters.items() if one.kind != "constant"))
    del at[parameter]
    for design in problem.designs:
        try:
            found = simulate(problem, design, at=at, runs=50, sweep=(parameter, (16, 24, 36)), level=LEVEL)
        except ProblemError as error:  # more items than places
            assert "do not fit" in str(error)
            continue
        for point in found.points:
            agree(point)
        assert {fit.verdict for fit in found.fits} <= {"agrees", "not yet"}, found.fits
        for fit in found.fits:
            # Too small sizes tell nothing; but what the formula says of them is always what is counted.
            assert fit.fitted.holds(fit.formula) or abs(fit.fitted.value - fit.formula) < 0.05, fit


def test_the_slowest_of_many_parts_decides() -> None:
    """The largest of k geometric numbers, known exactly, and three times the average."""
    at = {"k": 50, "l": 3, "m_u": 2}
    point = simulate(shipped("evolution"), "block-by-block", at=at, runs=20_000).points[0]
    line, attempt = point.line("critical path"), 24  # two times 3 passes over 3 to 5 tokens
    exact = attempt * real(rounds(num(50), num(Fraction(1, 2))))
    assert line.verdict == "within" and line.predicted == pytest.approx(exact)
    assert exact > 3 * attempt * 2


def test_steps_now_and_then_in_a_row_take_as_many_as_there_are() -> None:
    """Functions come one after the other, and only some have a bug to be fixed: the path is the whole cost."""
    at = {"k": 10, "l": 3, "b": 4, "m_q": 2, "m_d": 5}
    point = simulate(shipped("debugging-global-fix"), "focused", at=at, runs=50).points[0]
    assert point.line("critical path").predicted == point.line("cost").predicted
    agree(point)
