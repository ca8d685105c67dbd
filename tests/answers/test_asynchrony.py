"""Answers about time: chunks under few workers, reductions in turn and in trees, votes side by side."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

import decomposer
from decomposer.design.evaluate import span, work
from decomposer.design.nodes import Call, Each, Merge, Vote
from decomposer.design.timing import busy, time
from decomposer.expr import ONE, Expr, evaluate, num, parse, sym
from decomposer.growth import is_big_o, minimise
from decomposer.problem.model import Check, Succeeds
from decomposer.search.enumerate import designs
from decomposer.search.spread import Spread
from decomposer.search.unfold import unfold
from decomposer.verbs.measure import numbered, regime_of


def same(problem: decomposer.Problem, one: Expr, other: str) -> bool:
    left, regime = parse(other), regime_of(problem)
    return is_big_o(one, left, regime) is True and is_big_o(left, one, regime) is True


def test_chunks_of_about_n_over_p() -> None:
    problem = decomposer.load("chunk-latency")
    found = decomposer.optimize(problem)
    assert found.status == "optimal_growth"
    assert same(problem, found.theta, "w")
    ratios = {hand.name: hand.ratio for hand in found.hand_designs}
    assert [case.growth for case in ratios["chunk-per-worker"].cases] == [1]
    for losing in ("in-one-go", "page-by-page"):
        assert any(case.growth != 1 for case in ratios[losing].cases)


@pytest.mark.parametrize("at", [{"w": 15, "h": 20, "P": 4}, {"w": 5, "h": 3, "P": 5}, {"w": 4, "h": 50, "P": 2}])
def test_least_time_at_numbers_is_that_of_all_designs(at: dict[str, int]) -> None:
    problem = decomposer.load("chunk-latency")
    target = numbered(problem, at)
    least = min(evaluate(time(target, design), {}) for design, _ in designs(unfold(target, Spread())))
    found = decomposer.optimize(problem, at=at)
    assert found.status == "optimal"
    assert found.cost.value is not None
    assert evaluate(found.cost.value, {}) == least


def test_schedules_keep_the_bound() -> None:
    problem, at = decomposer.load("chunk-latency"), {"w": 15, "h": 20, "P": 4}
    target = numbered(problem, at)
    for design, _ in designs(unfold(target, Spread())):
        bound = evaluate(time(target, design), {})
        least = max(evaluate(busy(target, design), {}) / 4, evaluate(span(target, design), {}))
        assert least <= bound <= 2 * least
    run = decomposer.simulate(problem, "chunk-per-worker", at=at, runs=3, workers=4)
    schedule = run.points[0].schedule
    assert schedule is not None
    assert schedule.time.value == 50  # four chunks side by side: 20 tokens of instructions, 15 read, 15 written


def mapping(**more: Any) -> decomposer.Problem:
    """Pages that are read, and notes on them that are joined."""
    tasks = {
        "read": {"reads": "doc", "writes": "notes", "requires": "c", "combines": "join"},
        "join": {"reads": "notes", "writes": "notes", "requires": "j"},
    }
    texts = {"doc": {"parts": {"page": "n"}, "each": 1}, "notes": 1}
    given = {"parameters": ["n"], "texts": texts, "capabilities": {"c": 1, "j": 1}, "tasks": tasks, "cost": "linear"}
    return decomposer.build("mapping", **{**given, **more})


@pytest.mark.parametrize("fan_in", [None, sym("n") / sym("g")], ids=["one after the other", "all at once"])
def test_a_flat_reduction_wants_root_n_chunks(fan_in: Expr | None) -> None:
    problem = mapping()
    design = Merge("read", "page", Call(("read",)), Call(("join",)), sym("g"), fan_in)
    path = Expr(tuple(term for term in span(problem, design).terms if term[1] > 0))
    least = minimise(path, {"g": (ONE, sym("n"))}, regime_of(problem))
    assert least.status == "proved"
    assert same(problem, least.growth, "n^(1/2)")
    assert [policy.as_dict()["g"] for policy in least.policies] == [sym("n") ** parse("1/2")]


def test_a_tree_takes_log_n_and_costs_no_more() -> None:
    problem = mapping(minimise="span")
    found = decomposer.optimize(problem)
    assert same(problem, found.theta, "log(n)")
    front = decomposer.front(mapping())
    assert [(str(point.cost), str(point.span)) for point in front.points] == [("n", "log(n)")]


def test_a_tree_on_few_workers() -> None:
    problem = mapping(minimise="time", workers="P", parameters=["n", "P"])
    found = decomposer.optimize(problem)
    assert same(problem, found.theta, "n/P + log(n)")


def test_any_number_of_workers_is_the_critical_path() -> None:
    timed, spanned = decomposer.optimize(mapping(minimise="time")), decomposer.optimize(mapping(minimise="span"))
    assert timed.theta == spanned.theta


def test_votes_side_by_side_span_one() -> None:
    problem = mapping()
    body, vote = Call(("read",)), Vote(Call(("read",)), num(5))
    assert span(problem, vote) == span(problem, body)
    assert work(problem, vote) == 5 * work(problem, body)


def test_delays_are_times_and_prices_are_not() -> None:
    models = {"fast": {"size": 9, "can": ["c"], "delay": 1}, "slow": {"size": 1, "can": ["c"], "delay": 4}}
    texts = {"doc": {"parts": {"page": "n"}, "each": 1}, "out": {"parts": {"page": "n"}, "each": 1}}
    tasks = {"work": {"reads": "doc", "writes": "out", "requires": "c", "local": "page"}}
    problem = decomposer.build(
        "delays", parameters=["n"], texts=texts, capabilities={"c": 1}, models=models, tasks=tasks, cost="linear",
        minimise="time", workers=2,
    )  # fmt: skip
    one = Each("page", Call(("work",), model="slow"))
    assert busy(problem, one) == 4 * sym("n")
    assert work(problem, one) == 2 * sym("n")
    assert decomposer.optimize(problem, at={"n": 6}).cost.value == num(4)  # fast, 6/2 + 1
    found = decomposer.front(problem, at={"n": 6})
    assert [(str(point.cost), str(point.span)) for point in found.points] == [("12", "4"), ("108", "1")]


def test_a_limit_on_the_cost_is_refused_with_time() -> None:
    with pytest.raises(decomposer.ProblemError, match="time"):
        decomposer.optimize(mapping(minimise="time", workers=2, limits={"cost": "n"}))


@pytest.mark.parametrize("name", ["read", "join"])
def test_time_of_what_is_repeated_side_by_side_is_not_called_optimal(name: str) -> None:
    """By groups whose results are combined, or by those who combine them."""
    problem = mapping(minimise="span")
    task = problem.tasks[name]
    fails = Succeeds(num(Fraction(1, 2)), "call")
    tasks = {**problem.tasks, name: replace(task, succeeds=fails, check=Check())}
    found = decomposer.optimize(replace(problem, tasks=tasks))
    assert found.status == "bounded"
    assert any(f"where {name} is repeated" in note for note in found.notes)


def test_the_slowest_attempts_in_growth() -> None:
    """The best in time for blocks that half of all attempts get right: the slowest of k takes log(k) attempts."""
    problem = replace(decomposer.load("evolution"), minimise="span")
    assert same(problem, decomposer.optimize(problem).theta, "m_u*l^2*log(k)")
