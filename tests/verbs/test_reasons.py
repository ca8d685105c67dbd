"""Every answer that is not optimal says why, and what can be done about it; an optimal one has no such note."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest

from decomposer import compare, load, loads, optimize
from decomposer.errors import InfeasibleError, ProblemError
from decomposer.expr import num
from decomposer.problem.model import Limits, Objective, Problem
from decomposer.problems import names
from decomposer.report.optimum import document
from decomposer.report.text import render
from decomposer.search import asymptotic, coupled, limited, ranges, reasons
from decomposer.solvers import levels
from decomposer.solvers import solve as door
from decomposer.verbs import undecided
from decomposer.verbs.measure import Numbers
from decomposer.verbs.results import Result
from tests.search.test_random_facts import problem_of, some_numbers

DOES = ("--set", "assume", "take ", "draw", "state ", "more time", "by hand", "make ", "simulate", "fewer models")
"""What a reader can do, in the words of the reasons."""


def says_why(result: Result) -> None:
    """Check that there are reasons just where the status is a lesser one, and that each says what to do."""
    assert (result.status == "optimal") == (not result.reasons), (result.status, result.reasons)
    for reason in result.reasons:
        assert reason in result.notes and any(word in reason for word in DOES), reason
    assert result.to_dict()["reasons"] == list(result.reasons)


def asked(problem: Problem, at: Numbers | None = None) -> Result | None:
    """The answer, if there is one."""
    try:
        return optimize(problem, at=at)
    except (InfeasibleError, ProblemError):
        return None


@pytest.mark.parametrize("name", names())
def test_shipped_problems(name: str) -> None:
    says_why(optimize(name))


@pytest.mark.parametrize("minimise", ["span", "time", "scope"])
@pytest.mark.parametrize("name", ["chunk-latency", "debugging-related", "report-outline", "sorting-lists"])
def test_other_objectives(name: str, minimise: Objective) -> None:
    result = asked(replace(load(name), minimise=minimise, workers=num(3) if minimise == "time" else None))
    if result is not None:
        says_why(result)


@pytest.mark.parametrize("seed", range(10))
def test_random_problems(seed: int) -> None:
    problem, dice = problem_of(seed), Random(seed)
    changed = replace(problem, minimise=dice.choice(["span", "scope"]))
    for one in (problem, changed):
        for at in (None, some_numbers(problem, dice, 3)):
            result = asked(one, at)
            if result is not None:
                says_why(result)


def reason_of(problem: Problem, at: Numbers | None = None) -> tuple[str, ...]:
    """Why the answer is not optimal."""
    result = optimize(problem, at=at)
    says_why(result)
    return result.reasons


def test_a_free_parameter_that_grows() -> None:
    (reason,) = reason_of(load("chunk-latency"))
    assert reason.startswith("g (pages in a group) grows, and which is best is known up to a constant factor")
    assert reason in " ".join(render(document(optimize("chunk-latency"))).split())


def test_designs_alike_in_growth() -> None:
    (reason,) = reason_of(load("chunking"))
    assert "the same growth" in reason and "not decided" in reason


def test_regimes() -> None:
    assert reason_of(load("k-task-models")) == (undecided.REGIMES,)


def test_votes_and_scopes_are_of_growth_alone() -> None:
    assert reason_of(load("maker")) == (undecided.VOTES,)
    assert undecided.SCOPES in reason_of(replace(load("policy"), minimise="scope"))


MEMORY = """
problem: tickets
parameters: {N: tickets, w: tickets that matter, t: tokens}
texts: {tickets: {parts: {ticket: N}, each: t}, notes: {parts: {ticket: N}, each: 1}}
capabilities: {answer: 1}
tasks:
  answer: {reads: tickets, writes: notes, requires: answer, local: ticket, memory: {text: notes, last: w}}
"""


def test_a_fact_that_holds_in_a_part_of_the_regime() -> None:
    found = reason_of(loads(MEMORY))
    assert any("answer: where w is less than N" in reason and "assume `w <= N`" in reason for reason in found)


def test_blocks_of_tasks() -> None:
    lines = ["problem: long", "parameters: {n: tokens}", "texts:", *(f"  t{i}: n" for i in range(82))]
    lines += ["capabilities: {do: 1}", "tasks:"]
    lines += [f"  a{i}: {{reads: t{i}, writes: t{i + 1}, requires: do}}" for i in range(81)]
    (reason,) = reason_of(loads("\n".join(lines)))
    assert "longer blocks are not looked at" in reason


def test_values_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranges.Ranges.__init__, "__defaults__", (1, 2))
    (reason,) = reason_of(load("chunking"), {name: 40 for name in load("chunking").parameters})
    assert "values of free parameters were tried, and ranges are left" in reason


def test_values_of_several_parameters_left_out() -> None:
    problem = replace(load("sorting-lists"), minimise="time", workers=num(2))
    found = optimize(problem, at={"r": 40, "W": 40, "p": 3})
    says_why(found)
    assert found.status == "bounded"
    assert any(" values of " in reason and " were tried" in reason for reason in found.reasons)


def test_designs_dropped_for_want_of_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asymptotic, "MAX_KEPT", 1)
    found = reason_of(load("k-task-models"))
    assert any("were followed up" in reason for reason in found)


def test_under_limits_with_many_models(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = load("support")
    monkeypatch.setattr(limited, "MOST_COMBINED", 1)
    rank = levels.rank

    def unproved(*rest: Any) -> levels.Ranked:
        found = rank(*rest)
        return replace(found, answer=replace(found.answer, status="feasible", stopped="work"))

    monkeypatch.setattr(levels, "rank", unproved)
    (reason,) = reason_of(problem)
    assert reason == reasons.solver("work")


def test_a_solver_without_proof_at_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    real = door.solve
    monkeypatch.setattr(door, "solve", lambda *rest: replace(real(*rest), status="feasible", stopped="work", bound=1))
    monkeypatch.setattr(coupled, "FEW_SETS", 0)
    problem = load("support")
    found = reason_of(replace(problem, limits=Limits(models=num(2))), {"n": 3, "l": 2, "s": 2})
    assert any("(limit: work); that no design is below 1 is proved" in reason for reason in found)


def test_comparisons_do_not_say_twice_that_it_depends_on_the_regime() -> None:
    found = compare("k-task-models")
    assert found.optimum is not None and found.optimum.status == "regimes"
    assert undecided.REGIMES not in found.notes
