"""Divide and conquer: formulas against a literal run and against recurrences, and what the contract refuses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

import pytest

from decomposer.design.certainty import certainty
from decomposer.design.context import Context
from decomposer.design.evaluate import agents, footprint, span, work
from decomposer.design.lift import hand_design
from decomposer.design.nodes import Design, Recurse
from decomposer.design.nodes import substitute as put_in_design
from decomposer.design.recursing import Division
from decomposer.design.reliability import reliability
from decomposer.design.simulate import simulate
from decomposer.design.write import steps, tree
from decomposer.errors import DesignError
from decomposer.expr import evaluate, num, parse, sym
from decomposer.growth import relation
from decomposer.growth.recurrences import Call, solve_recurrence
from decomposer.problem.load import load
from decomposer.problem.model import Problem, Recursive
from decomposer.problem.substitute import substitute
from decomposer.search.enumerate import designs
from decomposer.search.unfold import unfold
from decomposer.verbs.measure import regime_of

SHARES: tuple[Mapping[str, Any], ...] = (
    {},
    {"into": 2},
    {"into": 3, "shrink": 2},
    {"into": 1, "shrink": 2},
    {"into": 2, "shrink": 4},
    {"into": 4, "shrink": 2, "base": 3},
)
HELPERS: tuple[Mapping[str, Any], ...] = (
    {"split": "cut"},
    {"split": "cut", "combine": "join", "brief": "wish"},
    {"combine": "join"},
)


def stated(result: object, fact: Mapping[str, Any], **more: Any) -> Problem:
    """A task that is divided, with a cut that reads the parts, and a join that reads them along with the results."""
    used = {fact.get("split"), fact.get("combine")}
    tasks = {
        "do": {"reads": ["docs", "wish"], "writes": "result", "requires": "do", "recursive": dict(fact)},
        "cut": {"reads": ["wish", "docs"], "writes": "mark", "requires": "cut", "overhead": 4},
        "join": {"reads": ["result", "docs"], "requires": "join"},
    }
    tasks = {name: one for name, one in tasks.items() if name == "do" or name in used}
    for name, facts in more.pop("facts", {}).items():
        tasks[name] |= facts
    return load(
        {
            "problem": "divide",
            "parameters": ["D"],
            "texts": {"docs": {"parts": {"doc": "D"}, "each": 3}, "result": result, "wish": 2, "mark": 1},
            "capabilities": {"do": 5, "cut": 2, "join": 3},
            "overhead": 1,
            "tasks": tasks,
            **more,
        }
    )


ONE_RESULT, EACH_RESULT = 2, {"parts": {"doc": "D"}, "each": 2}


def everything(problem: Problem, count: int) -> Iterator[Design]:
    """Every design of the space at so many documents, with base cases of every size."""
    for design, decisions in designs(unfold(problem)):
        for size in range(2, count + 1) if decisions else (1,):
            fixed = put_in_design(design, {"D": num(count), "g": num(size)})
            yield fixed
            if isinstance(fixed, Recurse) and fixed.into == fixed.shrink == num(3) and fact_of(problem).into is None:
                yield from (replace(fixed, into=num(into), shrink=num(into)) for into in (4, 5))


def fact_of(problem: Problem) -> Recursive:
    fact = problem.tasks["do"].recursive
    assert fact is not None
    return fact


@pytest.mark.parametrize("result", [ONE_RESULT, EACH_RESULT], ids=["one result", "a result for each"])
@pytest.mark.parametrize("shares", SHARES, ids=str)
@pytest.mark.parametrize("cost", ["paper", "cached"])
def test_every_shape_costs_what_its_run_takes(result: object, shares: Mapping[str, Any], cost: str) -> None:
    compared = 0
    for fact in HELPERS:
        problem = stated(result, {**fact, **shares}, cost=cost)
        for count in (1, 2, 5, 10):
            there = substitute(problem, {"D": num(count)})
            for design in everything(problem, count):
                taken, run = footprint(there, design), simulate(there, design, {})
                formulas = (evaluate(work(there, design), {}), evaluate(taken.calls, {}), evaluate(taken.longest, {}))
                assert (run.work, run.calls, Fraction(run.longest)) == formulas, design
                compared += 1
    assert compared >= 30


@pytest.mark.parametrize("shares", SHARES, ids=str)
def test_sums_over_full_trees_are_exact(shares: Mapping[str, Any]) -> None:
    """Closed forms in symbols, also with irrational exponents, say at numbers what adding up level by level does."""
    for fact in HELPERS:
        for result in (ONE_RESULT, EACH_RESULT):
            problem = stated(result, {**fact, **shares})
            for design, decisions in designs(unfold(problem)):
                if not isinstance(design, Recurse) or design.into.symbols:
                    continue
                fan = int(evaluate(design.shrink, {}))
                for group in (1,) if not decisions else (2, 3):
                    fixed = put_in_design(design, {"g": num(group)})
                    formulas = work(problem, fixed), span(problem, fixed)
                    for level in (1, 2, 3):
                        count = {"D": num(group * fan**level)}
                        there, at = substitute(problem, count), put_in_design(fixed, count)
                        exact = work(there, at), span(there, at)
                        for symbolic, number in zip(formulas, exact, strict=True):
                            assert evaluate(symbolic.subs(count), {}) == evaluate(number, {}), (design, count)


SECOND_WAY = [
    ({"into": 2}, "linear", "D*log(D)"),
    ({"into": 3, "shrink": 2}, "linear", "D**(log(3)/log(2))"),
    ({"into": 4, "shrink": 2}, "linear", "D**2"),
    ({"into": 1, "shrink": 2}, "linear", "D"),
    ({"into": 2, "shrink": 4}, "linear", "D"),
    ({"into": 2}, "paper", "D**2"),
    ({"into": 4, "shrink": 2}, "paper", "D**2*log(D)"),
    ({"into": 5, "shrink": 2}, "paper", "D**(log(5)/log(2))"),
]


@pytest.mark.parametrize(("shares", "cost", "expected"), SECOND_WAY, ids=str)
def test_growth_is_that_of_the_recurrence(shares: Mapping[str, int], cost: str, expected: str) -> None:
    """Levels added up against Akra and Bazzi, for a cut that reads all and a join that writes all."""
    problem = stated(EACH_RESULT, {"split": "cut", "combine": "join", "brief": "wish", **shares}, cost=cost)
    (design,) = [d for d, more in designs(unfold(problem)) if isinstance(d, Recurse) and not more]
    # What one split and one combination take, over all parts, drives the recurrence; a base case is its start.
    assert design.split is not None and design.combine is not None
    context = Context().merged("do", "doc", sym("D"), design.into)
    driving = work(problem, design.split, context) + work(problem, design.combine, context)
    shrink = Fraction(1, shares.get("shrink", shares["into"]))
    solved = solve_recurrence(driving, [Call(num(shares["into"]), "ratio", num(shrink))], "D", regime_of(problem))
    for growth in (work(problem, design), parse(expected)):
        assert relation(growth, solved.theta, regime=regime_of(problem)).kind == "Theta"


@pytest.mark.parametrize("shares", SHARES, ids=str)
def test_chances_multiply_over_all_problems(shares: Mapping[str, Any]) -> None:
    """A cut, a join and a base case may fail: each as often as it is called."""
    facts = {"cut": {"succeeds": "9/10"}, "join": {"succeeds": "4/5"}, "do": {"succeeds": "2/3"}}
    fact = {"split": "cut", "combine": "join", "brief": "wish", **shares}
    problem = stated(EACH_RESULT, fact, facts=facts)
    for design in everything(problem, 9):
        there = substitute(problem, {"D": num(9)})
        taken = {agent.tasks: agent.calls for agent in agents(there, design)}
        chances = {"cut": Fraction(9, 10), "join": Fraction(4, 5), "do": Fraction(2, 3)}
        wanted = Fraction(1)
        for tasks, number in taken.items():
            wanted *= chances[tasks[0]] ** int(evaluate(number, {}))
        assert evaluate(reliability(there, design), {}) == wanted
        assert certainty(there, design).at_least(wanted)


def refused(message: str, steps_: object, **more: Any) -> None:
    fact = more.pop("fact", {"split": "cut", "combine": "join"})
    problem = stated(2, fact, designs={"bad": steps_}, **more)
    with pytest.raises(DesignError, match=message):
        hand_design(problem, "bad")


def test_parts_alone_are_not_the_whole() -> None:
    refused("reads only one doc", [{"each": "doc", "do": ["do"]}])


def test_what_divides_and_combines_has_nothing_to_do_alone() -> None:
    refused("there is none here", ["do", "cut"])
    refused("there are none here", ["do", "join"])


def test_nobody_else_divides_or_combines() -> None:
    refused("divided by cut alone", [{"recurse": "do", "into": 2, "split": ["do"]}])
    refused("combined by join alone", [{"recurse": "do", "into": 2, "by": ["do"]}])
    refused("divided by an oracle", [{"recurse": "do", "into": 2, "split": ["do"]}], fact={"combine": "join"})


def test_how_it_is_divided_is_a_fact() -> None:
    refused("into how many", [{"recurse": "do"}])
    refused("fewer than two", [{"recurse": "do", "into": 1}])
    fixed = {"split": "cut", "into": 3, "shrink": 2}
    refused("makes 3 subproblems, not 2", [{"recurse": "do", "into": 2}], fact=fixed)


def test_base_cases_are_small_enough() -> None:
    small = {"split": "cut", "into": 2, "base": 4}
    refused("4 parts at most", ["do"], fact=small)
    refused("4 parts at most", [{"recurse": "do", "group": 5}], fact=small)
    refused("cut is no part of its base cases", [{"recurse": "do", "into": 2, "do": ["cut"]}])


def test_a_cut_that_fails_is_retried() -> None:
    checked = {"cut": {"succeeds": "1/2", "check": "free"}}
    refused("cut may fail", [{"recurse": "do", "into": 2}], facts=checked)
    problem = stated(2, {"split": "cut", "into": 2}, facts=checked)
    found = [d for d, _ in designs(unfold(problem)) if isinstance(d, Recurse)]
    assert found and all(reliability(problem, design) == num(1) for design in found)


def test_a_check_of_the_whole_tells_of_each_base_case() -> None:
    """Each subproblem is a problem of its own: three times 4/3 attempts for single parts, (4/3)**3 for all three."""
    facts = {"do": {"succeeds": {"probability": "3/4", "per": "part"}, "check": {"scope": "whole"}}}
    by_one = [{"recurse": "do", "into": 3, "do": [{"retry": "do"}]}]
    problem = stated(2, {"split": "cut"}, facts=facts, designs={"one": by_one, "all": [{"retry": "do"}]})
    there = substitute(problem, {"D": num(3)})
    calls = {}
    for name in ("one", "all"):
        design = hand_design(there, name)
        (agent,) = [agent for agent in agents(there, design) if agent.tasks == ("do",)]
        calls[name] = evaluate(agent.calls, {})
        run = simulate(there, design, {})
        assert run.work == evaluate(work(there, design), {})
    assert calls == {"one": 4, "all": Fraction(64, 27)}


def test_what_is_written_can_be_read_back() -> None:
    for fact in HELPERS:
        for shares in SHARES:
            problem = stated(2, {**fact, **shares})
            for design, decisions in designs(unfold(problem)):
                if not decisions:
                    again = load({**problem.to_data(), "designs": {"same": steps(problem, design)}})
                    assert hand_design(again, "same") == design
                    assert tree(problem, design)


def test_binary_search_takes_a_logarithm() -> None:
    """One half goes on: with a cut that reads a line of constant size, log D calls and one base case."""
    problem = load(
        {
            "problem": "bisect",
            "parameters": ["D"],
            "texts": {"log": {"parts": {"commit": "D"}, "each": 1, "head": 1}, "culprit": 1, "half": 1},
            "capabilities": {"look": 1},
            "tasks": {
                "find": {
                    "reads": "log",
                    "writes": "culprit",
                    "requires": "look",
                    "recursive": {"split": "test", "into": 1, "shrink": 2},
                },
                "test": {"reads": "log.head", "writes": "half", "requires": "look"},
            },
            "designs": {"bisect": [{"recurse": "find"}]},
        }
    )
    design = hand_design(problem, "bisect")
    assert evaluate(work(problem, design), {"D": 1024}) == 11
    there = substitute(problem, {"D": num(1000)})
    assert simulate(there, design, {}).work == evaluate(work(there, design), {}) == 11


@pytest.mark.parametrize("short", [False, True])
def test_subproblems_are_counted_as_they_are_dealt(short: bool) -> None:
    """One share after the other, from the first again where there are more subproblems than shares."""
    for count, shrink, into in product(range(2, 14), range(2, 7), range(1, 9)):
        blocks = min(shrink, count)
        sizes = [len(range(block, count, blocks)) for block in range(blocks)]
        shares = [(size, short and place == blocks - 1) for place, size in enumerate(sizes)]
        dealt = [shares[place % blocks] for place in range(blocks if into == shrink else into)]
        assert Division(count, 1, into, shrink).subproblems((count, short)) == Counter(dealt)


def test_a_flat_plan_of_very_many_is_billed_at_once() -> None:
    problem = load("report-outline")
    values = {"N": 2**40, "l": 1, "b": 1, "m_p": 1, "m_w": 1}
    fixed = {name: num(values.get(name, 1)) for name in problem.parameters}
    design = put_in_design(hand_design(problem, "flat-plan"), fixed)
    assert evaluate(footprint(substitute(problem, fixed), design).calls, {}) == 2**40 + 1
