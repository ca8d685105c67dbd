"""Memories that grow: formulas against a literal run, and what the contract refuses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from decomposer.design.certainty import certainty
from decomposer.design.evaluate import agents, footprint, span, work
from decomposer.design.lift import hand_design
from decomposer.design.nodes import Call, Design, Retry, Serve
from decomposer.design.nodes import substitute as put_in_design
from decomposer.design.reliability import reliability
from decomposer.design.simulate import simulate
from decomposer.design.write import steps, tree
from decomposer.errors import DesignError
from decomposer.expr import evaluate, num
from decomposer.problem.load import load
from decomposer.problem.model import Problem
from decomposer.problem.substitute import substitute
from decomposer.search.enumerate import designs
from decomposer.search.unfold import unfold

MEMORIES: tuple[Mapping[str, Any], ...] = (
    {"text": "notes"},
    {"text": "notes", "last": 4},
    {"text": "notes", "condense": "tidy", "to": 5},
)


def stated(memory: Mapping[str, Any], **more: Any) -> Problem:
    """Tickets that are answered with what was noted for those before."""
    tasks = {
        "serve": {
            "reads": ["tickets", "rules"],
            "writes": ["replies", "notes"],
            "requires": "answer",
            "local": "ticket",
            "memory": dict(memory),
        },
        "tidy": {"reads": "rules", "requires": "tidy", "overhead": 3},
    }
    if "condense" not in memory:
        del tasks["tidy"]
    for name, facts in more.pop("facts", {}).items():
        tasks[name] |= facts
    parts = {"parts": {"ticket": "N"}}
    return load(
        {
            "problem": "memory",
            "parameters": ["N"],
            "texts": {
                "tickets": {**parts, "each": 3},
                "replies": {**parts, "each": 2},
                "notes": {**parts, "each": 4},
                "rules": 2,
            },
            "capabilities": {"answer": 5, "tidy": 2},
            "overhead": 1,
            "tasks": tasks,
            **more,
        }
    )


def everything(problem: Problem, count: int) -> Iterator[Design]:
    """Every design at so many tickets: groups of every size, condensed after every number of calls."""
    for design, decisions in designs(unfold(problem)):
        names = {decision.name for decision in decisions}
        for size in range(2, count + 1) if "g" in names else (1,):
            for every in range(1, count + 1) if "r" in names else (1,):
                yield put_in_design(design, {"N": num(count), "g": num(size), "r": num(every)})


@pytest.mark.parametrize("memory", MEMORIES, ids=str)
@pytest.mark.parametrize("cost", ["paper", "cached", {"model": "power", "exponent": 2}], ids=str)
def test_every_memory_costs_what_its_run_takes(memory: Mapping[str, Any], cost: object) -> None:
    compared = 0
    problem = stated(memory, cost=cost)
    for count in (1, 2, 5, 9) if cost == "paper" else (4, 7):
        there = substitute(problem, {"N": num(count)})
        for design in everything(problem, count):
            taken, run = footprint(there, design), simulate(there, design, {})
            formulas = (evaluate(work(there, design), {}), evaluate(taken.calls, {}), evaluate(taken.longest, {}))
            assert (run.work, run.calls, Fraction(run.longest)) == formulas, design
            if isinstance(design, Serve):
                assert span(there, design) == work(there, design)
            compared += 1
    assert compared >= 10


@pytest.mark.parametrize("memory", MEMORIES, ids=str)
def test_sums_in_symbols_are_exact_where_it_goes_evenly(memory: Mapping[str, Any]) -> None:
    problem = stated({**memory, "last": "w"} if "last" in memory else memory, parameters=["N", "w"], assume=["w <= N"])
    compared = 0
    for design, _ in designs(unfold(problem)):
        symbolic = work(problem, design)
        for group, every, last, rounds in ((1, 1, 2, 3), (2, 3, 4, 2), (3, 2, 6, 4)):
            values = {"g": num(group), "r": num(every), "w": num(last), "N": num(group * every * last * rounds)}
            exact = work(substitute(problem, values), put_in_design(design, values))
            assert evaluate(symbolic.subs(values), {}) == evaluate(exact, {}), (design, values)
            compared += 1
    assert compared >= 9


def test_chances_multiply_over_all_calls() -> None:
    facts = {"serve": {"succeeds": {"probability": "9/10", "per": "part"}}, "tidy": {"succeeds": "4/5"}}
    problem = stated(MEMORIES[2], facts=facts)
    for design in everything(problem, 7):
        there = substitute(problem, {"N": num(7)})
        calls = {agent.tasks: int(evaluate(agent.calls, {})) for agent in agents(there, design)}
        wanted = Fraction(9, 10) ** 7 * Fraction(4, 5) ** calls.get(("tidy",), 0)
        assert evaluate(reliability(there, design), {}) == wanted
        assert certainty(there, design).at_least(wanted)


def test_attempts_are_made_with_the_memory_at_hand() -> None:
    facts = {"serve": {"succeeds": {"probability": "1/2", "per": "part"}, "check": {"scope": "part"}}}
    problem = stated(MEMORIES[0], facts=facts)
    there = substitute(problem, {"N": num(6)})
    found = [design for design in everything(problem, 6) if isinstance(design, Serve)]
    assert found and all(isinstance(design.body, Retry) for design in found)
    for design in found:
        assert simulate(there, design, {}).work == evaluate(work(there, design), {})


def refused(message: str, steps_: object, memory: Mapping[str, Any] = MEMORIES[2], **more: Any) -> None:
    problem = stated(memory, designs={"bad": steps_}, **more)
    with pytest.raises(DesignError, match=message):
        hand_design(problem, "bad")


def test_what_was_noted_before_is_needed() -> None:
    refused("done side by side", [{"each": "ticket", "do": ["serve"]}])
    refused("for all parts before", [{"serve": "serve", "last": 3}])
    refused("for 4 parts before", [{"serve": "serve", "last": 3}], MEMORIES[1])


def test_who_condenses() -> None:
    refused("after how many calls", [{"serve": "serve", "by": ["tidy"]}])
    refused("condensed by tidy alone", [{"serve": "serve", "every": 2, "by": ["serve"]}])
    refused("nobody condenses", [{"serve": "serve", "every": 2}], MEMORIES[0])
    refused("not both", [{"serve": "serve", "every": 2, "last": 4}])
    refused("there is none here", ["serve", "tidy"])
    checked = {"tidy": {"succeeds": "1/2", "check": "free"}}
    refused("tidy may fail", [{"serve": "serve", "every": 2}], facts=checked)


def test_more_parts_remembered_than_there_are_known_to_be() -> None:
    memory = {"text": "notes", "last": "w"}
    design = [{"serve": "serve", "last": "w"}]
    refused("nothing says that there are as many", design, memory, parameters=["N", "w"])
    problem = stated(memory, parameters=["N", "w"], assume=["w <= N"], designs={"good": design})
    assert hand_design(problem, "good")


def test_windows_bound_what_is_noted_between_two_condensings() -> None:
    """Of 30 tokens, 6 are read besides, 6 written, and 5 may be condensed before: what is left is for notes of four."""
    models = {"small": {"size": 1, "can": ["answer", "tidy"], "window": 30}}
    problem = stated(MEMORIES[2], models=models)
    there = substitute(problem, {"N": num(40)})
    for design, decisions in designs(unfold(there)):
        for decision in decisions:
            assert decision.name != "g"
            high = int(evaluate(decision.high, {}))
            for every in (1, high):
                fixed = put_in_design(design, {decision.name: num(every)})
                assert evaluate(footprint(there, fixed).longest, {}) <= 30
            longer = put_in_design(design, {decision.name: num(high + 1)})
            assert evaluate(footprint(there, longer).longest, {}) > 30
    assert any(isinstance(design, Serve) and design.every is not None for design, _ in designs(unfold(there)))


def test_what_is_written_can_be_read_back() -> None:
    for memory in MEMORIES:
        problem = stated(memory)
        for design in (Serve("serve", "ticket", Call(("serve",))), *everything(problem, 4)):
            again = load({**problem.to_data(), "designs": {"same": steps(problem, design)}})
            assert hand_design(again, "same") == replace(design)
            assert tree(problem, design)
