"""What is done for each item reads texts whose parts are not those in which the items were looked for."""

from __future__ import annotations

from itertools import product
from random import Random
from typing import Any

import pytest

from decomposer import loads, optimize
from decomposer.design.evaluate import work
from decomposer.design.simulate import simulate
from decomposer.design.write import tree
from decomposer.errors import ProblemError
from decomposer.expr import num
from decomposer.formulas.algebra import Refused
from decomposer.problem.load import load
from decomposer.problem.model import Problem
from decomposer.search.enumerate import designs
from decomposer.search.unfold import unfold
from tests.checker.test_restated import same

AT = {"P": 6, "w": 5, "i": 4, "m": 3, "s": 2}

FINDERS = [["pages"], ["flat"], ["pages", "note"]], [None, "page"], ["issues", "flat"], ["all", 1, 2], [1, 2]
READS = [["pages", "issues"], ["issues"], ["pages"], ["issues.head", "note"], ["note"], ["pages", "issues", "note"]]
DOES: list[dict[str, Any]] = [{"edits": {"text": "pages", "patch": 2}}]
DOES += [{"edits": "pages"}, {"writes": "marks"}, {"edits": "issues"}, {"writes": "mark"}]
FOLLOWS = [None, (["marks"], "issue"), (["pages", "issues"], "page")]


def data(seed: int) -> dict[str, Any]:
    """A finder of issues on pages, and one or two tasks for each issue, with parts as the dice show."""
    dice = Random(f"items {seed}")
    reads, local, writes, per_call, per_part = dice.choice(list(product(*FINDERS)))
    found = {"count": "i", "per_call": per_call, "per_part": per_part}
    tasks = {"find": {"reads": reads, "writes": writes, "requires": "spot", "finds": found}}
    tasks["act"] = {"for_each": "find", "reads": dice.choice(READS), "requires": "write", **dice.choice(DOES)}
    for name, part in (("find", local), ("act", dice.choice([None, "page", "issue", "issue"]))):
        tasks[name] |= {"local": part} if part else {}
    if follows := dice.choice(FOLLOWS):
        tasks["then"] = {"for_each": "find", "reads": follows[0], "writes": "end", "requires": "write"}
        tasks["then"]["local"] = follows[1]
    pages, issues = {"parts": {"page": "P"}, "each": "w"}, {"parts": {"issue": "i"}, "each": 3, "head": 1}
    texts = {"pages": pages, "issues": issues, "marks": {"parts": {"issue": "i"}, "each": 2}}
    return {
        "problem": "issues",
        "parameters": dict.fromkeys(AT, ""),
        "texts": {**texts, "note": "s", "flat": "w", "mark": 2, "end": 4},
        "capabilities": {"spot": 1, "write": "m"},
        "tasks": tasks,
    }


def problem_of(seed: int) -> Problem:
    """The first valid problem of a seed."""
    for attempt in range(200):
        try:
            return load(data(1000 * seed + attempt))
        except ProblemError:
            continue
    raise AssertionError("no problem is valid")


@pytest.mark.parametrize("seed", range(40))
def test_what_rules_make_is_what_is_counted(seed: int) -> None:
    """Every alternative is sound, every design is priced as a run of it counts, and the second statement agrees."""
    problem = problem_of(seed)
    space = unfold(problem)
    made = [design for design, decisions in designs(space) if not decisions] if space.graph.count() <= 200 else []
    numbers = {name: num(value) for name, value in AT.items()}
    for design in made[:60]:
        assert work(problem, design).subs(numbers).as_fraction() == simulate(problem, design, AT).work
    try:
        same(problem)
    except Refused as error:
        assert "cached" in str(error)


CONTRACT = """
problem: contract
parameters: {P: pages, w: tokens in a page, i: issues, m: size of a large model}
texts:
  contract: {parts: {page: P}, each: w}
  issues: {parts: {issue: i}, each: 30}
  redlines: {parts: {issue: i}, each: 100}
capabilities: {spot: 1, write: m}
tasks:
  extract: {reads: contract, writes: issues, requires: spot, local: page, finds: {count: i, per_call: all}}
  redline: {for_each: extract, requires: write, HOW}
designs:
  by-issue:
    - extract
    - each: issue
      do:
        - for_each: extract
          do: [redline]
"""
PAGE = CONTRACT.replace("HOW", "reads: [contract, issues], edits: contract, local: page")
ISSUE = CONTRACT.replace("HOW", "reads: issues, writes: redlines, local: issue")
BOTH = CONTRACT.replace("HOW", "reads: [contract, issues], edits: contract, local: issue")
NUMBERS = {"P": 12, "w": 60, "i": 5, "m": 7}


def best(text: str) -> tuple[Any, list[str]]:
    """What it costs at best, and by what steps."""
    problem = loads(text)
    found = optimize(problem, at=NUMBERS)
    assert [one.name for one in found.illegal] == ["by-issue"]
    fixed = {name: num(value) for name, value in NUMBERS.items()}
    return work(problem, found.design).subs(fixed).as_fraction(), [line.strip() for line in tree(problem, found.design)]


def call(read: int, written: int) -> int:
    """What a call of a model of size 1 costs, by hand."""
    return read * written + written * (written - 1) // 2


def test_of_a_text_with_other_parts_all_is_read() -> None:
    cost, steps = best(PAGE)
    assert steps[0].startswith("for each page")
    assert cost == 12 * call(60, 150) + 5 * 7 * call(60 + 150, 60)


def test_the_part_that_is_the_item_is_read_alone() -> None:
    cost, steps = best(ISSUE)
    assert steps == ["call extract", "for each item that extract found:", "call redline (on issue)"]
    assert cost == call(720, 150) + 5 * 7 * call(30, 100)


def test_all_is_read_where_items_lie_in_other_parts() -> None:
    cost, steps = best(BOTH)
    assert steps[:2] == ["call extract", "for each item that extract found:"]
    assert cost == call(720, 150) + 5 * 7 * call(720 + 150, 60)


@pytest.mark.parametrize("text", [PAGE, ISSUE, BOTH])
def test_a_loop_over_other_parts_does_not_tell_which_items_are_meant(text: str) -> None:
    (illegal,) = optimize(loads(text), at=NUMBERS).illegal
    assert "extract has scanned before the loop" in str(illegal)
    line = next(place for place, line in enumerate(text.splitlines(), 1) if "- for_each" in line)
    assert [one.line for one in illegal.diagnostics] == [line]
