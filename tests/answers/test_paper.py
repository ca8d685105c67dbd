"""The answers of Meyerson & Qiu 2025 and of variants with one fact changed, each through a problem file."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from decomposer.design.lift import hand_design
from decomposer.expr import parse
from decomposer.growth import relation
from decomposer.problem.load import load
from decomposer.problem.regime import regime
from decomposer.verbs.optimize import optimize
from decomposer.verbs.results import HandDesign, Result


@dataclass(frozen=True)
class Answer:
    """What must come out: the growth, the exact cost, the hand design that is the optimum, ratios and regimes."""

    theta: str
    exact: str | None = None
    same_as: str | None = None
    ratios: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    tasks: dict[str, dict[str, str]] = field(default_factory=dict)


ANSWERS = {
    "k-task": Answer("m_s*n", "m_s*n + m_d", "delegator", {"generalist": {"k": set()}}),
    "k-task-no-head": Answer(
        "m_s*n + m_d*n",
        "m_s*n + m_d*n",
        "delegator",
        {"generalist": {"k": {"m_d = O(m_s)"}, "k*m_s/m_d": {"m_s = O(m_d)"}}},
    ),
    "k-task-equal-delegator": Answer("k*m_s*n", "k*m_s*n", "generalist", {"delegator": {"1": set()}}),
    "k-task-unrelated": Answer(
        "m_s*n + m_d",
        "m_s*n + m_d",
        "delegator",
        {"generalist": {"k": {"m_d = O(m_s*n)"}, "k*m_s*n/m_d": {"m_s*n = O(m_d)"}}},
    ),
    "k-task-power": Answer("m_s*n", "m_s*n + m_d", "delegator", {"generalist": {"k**(1/2)": set()}}),
    "k-task-power-law": Answer("m_s*n", "m_s*n + m_d", "delegator", {"generalist": {"k**e": set()}}),
    "k-task-models": Answer("min(m_g*n, m_s*n + m_d)"),
    "k-task-max": Answer("m_s*n", "m_s*n", "generalist", {"delegator": {"1": set()}}),
    "k-task-tree": Answer(
        "kappa*log(k) + m_s*n", "m_s*n + 3*kappa*ceil(log(k)/log(3))", tasks={"delegator": {"identify": "k/log(k)"}}
    ),
    "debugging": Answer(
        "m_q*k*l + m_d*b*l**2",
        "m_q*k*l + m_d*b*l*(l + 1) + m_d*b*l*(l - 1)/2",
        "focused",
        {"naive": {"b*k**2": {"k*m_q = O(b*l*m_d)"}}},
        {"naive": {"find": "b**2", "fix": "b*k**2"}, "fresh-context": {"find": "b", "fix": "k**2"}},
    ),
    "debugging-related": Answer("m_d*b*l**2", None, "focused", {"naive": {"b*k**2": set()}}),
    "debugging-patches": Answer("m_q*k*l + m_d*b*l", "m_q*k*l + m_d*b*(l + 1)"),
    "debugging-global-fix": Answer("m_q*k*l + m_d*b*k*l**2", "m_q*k*l + m_d*b*l*(k*l + 1) + m_d*b*l*(l - 1)/2"),
    "evolution": Answer(
        "m_u*k*l**2",
        "2*k*m_u*(l**2 + l*(l - 1)/2)",
        "block-by-block",
        {"mutate-all": {"k*2**k": set()}, "keep-good-blocks": {"k*log(k)": set()}},
    ),
    "evolution-q": Answer("m_u*k*l**2", None, "block-by-block", {"mutate-all": {"k*q**(-k)": set()}}),
    "evolution-all-or-nothing": Answer("m_u*2**k*k*l**2", None, None, {"mutate-all": {"k": set()}}),
}


@pytest.fixture(scope="module", params=sorted(ANSWERS))
def case(request: pytest.FixtureRequest) -> tuple[Answer, Result]:
    return ANSWERS[request.param], optimize(load(request.param))


def hand(result: Result, name: str) -> HandDesign:
    return next(design for design in result.hand_designs if design.name == name)


def test_growth(case: tuple[Answer, Result]) -> None:
    answer, result = case
    assert result.status in (("regimes",) if answer.theta.startswith("min(") else ("optimal", "optimal_growth"))
    assert relation(result.theta, parse(answer.theta), regime=regime(result.problem)).kind == "Theta"


def test_exact_cost(case: tuple[Answer, Result]) -> None:
    answer, result = case
    if answer.exact is not None:
        assert result.cost.exact == parse(answer.exact)


def test_design_is_the_expected_one(case: tuple[Answer, Result]) -> None:
    answer, result = case
    if answer.same_as is not None:
        assert result.design == hand_design(result.problem, answer.same_as)


def test_ratios_with_their_regimes(case: tuple[Answer, Result]) -> None:
    answer, result = case
    for name, expected in answer.ratios.items():
        found = {case.growth: set(case.conditions) for case in hand(result, name).ratio.cases}
        for value, conditions in expected.items():
            assert parse(value) in found, (name, found)
            assert found[parse(value)] == conditions
        if len(expected) > 1 or expected.get("1") is not None or not next(iter(expected.values())):
            assert len(found) == len(expected)


def test_ratios_by_task(case: tuple[Answer, Result]) -> None:
    answer, result = case
    for name, expected in answer.tasks.items():
        found = {tasks: ratio.expr for tasks, ratio in hand(result, name).by_tasks}
        for task, value in expected.items():
            assert relation(found[(task,)], parse(value), regime=regime(result.problem)).kind == "Theta"


def test_every_problem_of_the_paper_has_an_answer_here() -> None:
    from decomposer.problems import names

    assert {name for name in names() if "2025, section 3" in load(name).about} <= set(ANSWERS) <= set(names())


def test_delegators_of_the_tree_tell_three_alternatives_apart() -> None:
    """Fan-out f costs f / log f per level: 3 is the best integer, by exact cost within the same growth."""
    result = optimize(load("k-task-tree"))
    assert [(policy.name, policy.value) for policy in result.policies] == [("f", parse("3"))]


def test_whole_file_mutation_that_keeps_good_blocks_takes_logarithmically_many_rounds() -> None:
    result = optimize(load("evolution"))
    keeping = hand(result, "keep-good-blocks")
    assert relation(keeping.cost.exact, parse("m_u*k**2*l**2*log(k)"), regime=regime(result.problem)).kind == "Theta"
