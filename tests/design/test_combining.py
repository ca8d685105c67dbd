"""Combined results: formulas against a literal run, and what the contract refuses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

import pytest

from decomposer.design.evaluate import footprint, work
from decomposer.design.lift import hand_design
from decomposer.design.nodes import Design, Merge
from decomposer.design.nodes import substitute as put_in_design
from decomposer.design.simulate import simulate
from decomposer.design.write import steps
from decomposer.errors import DesignError
from decomposer.expr import Expr, evaluate, num
from decomposer.problem.load import load
from decomposer.problem.model import Problem
from decomposer.problem.substitute import substitute
from decomposer.search.enumerate import designs
from decomposer.search.unfold import unfold

TEXTS = {"one result": 2, "a result for each": {"parts": {"doc": "D"}, "each": 2}}
COMBINES = (
    "merge",
    {"by": "merge", "per": "part"},
    {"by": "merge", "at_once": 3},
    "oracle",
)
MERGES = (
    {"reads": "summary"},
    {"reads": ["hint", "summary"], "writes": "summary"},
    {"reads": ["summary", "docs"]},
    {"reads": "docs", "writes": "mark"},
)


def stated(summary: object, combines: object, merge: Mapping[str, object], **more: object) -> Problem:
    return load(
        {
            "problem": "map and reduce",
            "parameters": ["D"],
            "texts": {"docs": {"parts": {"doc": "D"}, "each": 3}, "summary": summary, "hint": 3, "mark": 1},
            "capabilities": {"read": 5, "join": 2},
            "overhead": 2,
            "tasks": {
                "summarise": {"reads": ["docs", "hint"], "writes": "summary", "requires": "read", "combines": combines},
                "merge": {"requires": "join", "overhead": 5, **merge},
            },
            **more,
        }
    )


def everything(problem: Problem, count: int) -> Iterator[Design]:
    """Every design of the space at so many documents, and its trees of every fan-in."""
    for design, decisions in designs(unfold(problem)):
        for size in range(2, count + 1) if decisions else (1,):
            fixed = put_in_design(design, {"D": num(count), "g": num(size)})
            yield fixed
            if isinstance(fixed, Merge) and fixed.fan_in is not None:
                yield from (replace(fixed, fan_in=num(fan_in)) for fan_in in range(2, 6))


@pytest.mark.parametrize("summary", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("combines", COMBINES, ids=str)
@pytest.mark.parametrize("cost", ["paper", "linear", {"model": "power", "exponent": 2}], ids=str)
def test_every_shape_costs_what_its_run_takes(summary: object, combines: object, cost: object) -> None:
    compared = 0
    kinds = MERGES if cost == "paper" else MERGES[1:2]
    for merge in kinds if combines != "oracle" else ({"reads": "hint", "writes": "mark"},):
        problem = stated(summary, combines, merge, cost=cost)
        for count in (1, 2, 7):
            there = substitute(problem, {"D": num(count)})
            for design in everything(problem, count):
                taken, run = footprint(there, design), simulate(there, design, {})
                formulas = (evaluate(work(there, design), {}), evaluate(taken.calls, {}), evaluate(taken.longest, {}))
                assert (run.work, run.calls, Fraction(run.longest)) == formulas, design
                compared += 1
    assert compared >= 16


@pytest.mark.parametrize("fan_in", [2, 3, None])
def test_sums_over_full_trees_and_chains_are_exact(fan_in: int | None) -> None:
    """Closed forms in symbols say at numbers what adding up level by level does."""
    for merge in MERGES:
        problem = stated(TEXTS["a result for each"], "merge", merge)
        found = [d for d, _ in designs(unfold(problem)) if isinstance(d, Merge) and d.size == num(1)]
        wanted = None if fan_in is None else num(fan_in)
        (design,) = [d for d in found if d.fan_in == wanted]
        symbolic = work(problem, design)
        for count in ((fan_in or 2) ** level for level in (1, 2, 3)):
            there = {"D": num(count)}
            exact = work(substitute(problem, there), put_in_design(design, there))
            assert evaluate(symbolic, {"D": count}) == evaluate(exact, {})


def refused(message: str, steps_: object, **more: object) -> None:
    combines = more.pop("combines", "merge")
    problem = stated(2, combines, {"reads": "summary"}, designs={"bad": steps_}, **more)
    with pytest.raises(DesignError, match=message):
        hand_design(problem, "bad")


def test_groups_alone_do_not_combine() -> None:
    refused("reads only one doc", [{"each": "doc", "do": ["summarise"]}])


def test_what_combines_has_nothing_to_combine_alone() -> None:
    refused("there are none here", ["summarise", "merge"])


def test_nobody_else_combines() -> None:
    refused("combined by merge alone", [{"merge": "summarise", "by": ["summarise"]}])


def test_too_many_at_once() -> None:
    limited = {"by": "merge", "at_once": 3}
    refused("no more than 3", [{"merge": "summarise", "fan_in": 4}], combines=limited)


def test_nobody_reads_what_is_not_combined_yet() -> None:
    problem = stated(2, "merge", {"reads": "summary"})
    tasks = {
        "summarise": {"reads": ["docs", "hint"], "writes": "summary", "requires": "read", "combines": "merge"},
        "merge": {"reads": "summary", "requires": "join"},
        "judge": {"reads": ["docs", "summary"], "writes": "mark", "requires": "join", "local": "doc"},
    }
    bad = [{"merge": "summarise", "do": ["summarise", "judge"]}]
    data = {**problem.to_data(), "tasks": tasks, "designs": {"bad": bad}}
    with pytest.raises(DesignError, match="judge needs all that summarise makes"):
        hand_design(load(data), "bad")


def test_what_is_written_can_be_read_back() -> None:
    problem = stated(2, "merge", {"reads": "summary"})
    for design, decisions in designs(unfold(problem)):
        if not decisions:
            again = load({**problem.to_data(), "designs": {"same": steps(problem, design)}})
            assert hand_design(again, "same") == design


def test_merge_sort_asks_once_for_every_part() -> None:
    """Two lists at a time: D comparisons of two keys on each of log D levels."""
    problem = load(
        {
            "problem": "sort",
            "parameters": ["D", "key"],
            "texts": {
                "keys": {"parts": {"doc": "D"}, "each": "key"},
                "order": {"parts": {"doc": "D"}, "each": 1},
                "m": 1,
            },
            "capabilities": {"order": 1},
            "tasks": {
                "rank": {
                    "reads": "keys",
                    "writes": "order",
                    "requires": "order",
                    "combines": {"by": "compare", "per": "part"},
                },
                "compare": {"reads": "keys", "writes": "m", "requires": "order"},
            },
            "designs": {"pairs": [{"merge": "rank", "fan_in": 2}]},
        }
    )
    cost: Expr = work(problem, hand_design(problem, "pairs"))
    assert evaluate(cost, {"D": 64, "key": 10}) == 64 * 10 + 64 * 6 * 20
