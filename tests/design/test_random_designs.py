"""Random designs: whatever the contract accepts does the job, at the cost that the formulas say."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from decomposer.design.contract import check_design
from decomposer.design.evaluate import footprint, work
from decomposer.design.nodes import (
    Call,
    Case,
    Design,
    Each,
    ForEach,
    If,
    Repeat,
    Retry,
    Scope,
    Until,
    Vote,
    Writing,
    seq,
    walk,
)
from decomposer.design.nodes import substitute as put_in_design
from decomposer.design.simulate import simulate
from decomposer.errors import DesignError
from decomposer.expr import ONE, Expr, ceil, evaluate, num, sym
from decomposer.problem.load import load
from decomposer.problem.model import Problem
from decomposer.problem.substitute import substitute

NUMBERS: dict[str, int | Fraction] = {"k": 4, "l": 1, "b": 3, "m_q": 3, "m_d": 7, "m_u": 5, "m_s": 11}
PARTS = {"parts": {"function": "k"}, "each": "l"}
HALF = {"probability": "1/2", "per": "part"}


def bugs(finds: str | int, per_part: int, **lint: object) -> Problem:
    """Finding and fixing, and perhaps a third task that every part needs."""
    local = {"local": "function"}
    find: dict[str, object] = {"reads": "code", "writes": "report", "requires": "spot", **local}
    fix = {"for_each": "find", "reads": ["code", "report"], "edits": {"text": "code", "patch": 1}, "requires": "repair"}
    find["finds"] = {"count": "b", "per_call": finds, "per_part": per_part}
    tasks = {"find": find, "fix": {**fix, **local}}
    return load(
        {
            "problem": "bugs",
            "parameters": ["k", "l", "b", "m_q", "m_d"],
            "assume": ["b <= k"],
            "texts": {"code": PARTS, "report": 1, "note": {"parts": {"function": "k"}, "each": 1}},
            "capabilities": {"spot": "m_q", "repair": "m_d"},
            "tasks": {**tasks, **lint},
        }
    )


LINT = {"reads": "code", "writes": "note", "requires": "spot", "local": "function"}
PROBLEMS = {
    "one a call": bugs(1, 1),
    "two a call": bugs(2, 1),
    "all in a call": bugs("all", 2),
    "several in a part": bugs(1, 2),
    "a third task": bugs(1, 1, lint=LINT),
    "a third task that fails": bugs(1, 1, lint={**LINT, "succeeds": HALF, "check": {"scope": "part"}}),
    "global fixes": load("debugging-global-fix"),
    "parts told right": load("evolution"),
    "all or nothing": load("evolution-all-or-nothing"),
}
PLACES: tuple[dict[str, list[int]], ...] = ({"find": [0, 1, 2]}, {"find": [3, 1, 0]})
CLUSTERED: tuple[dict[str, list[int]], ...] = ({"find": [0, 0, 1]}, {"find": [2, 3, 3]})


class Maker:
    """Makes random designs of a problem."""

    def __init__(self, problem: Problem, dice: Random) -> None:
        self.problem, self.dice = problem, dice
        tasks = problem.tasks.values()
        self.finders = [task.name for task in tasks if task.finds is not None]
        self.failing = [task.name for task in tasks if task.succeeds is not None]
        self.part = next(text.part for text in problem.texts.values() if text.part is not None)

    def design(self, depth: int, loops: int = 0) -> Design:
        pick = self.dice.choice
        kinds = ["call"] * 3
        if depth:
            kinds += ["seq"] * 4 + ["each"] * 3 + ["repeat"] * 2 + ["vote"]
            kinds += ["for_each", "if", "if", "until"] if self.finders else []
            kinds += ["retry"] * 2 if self.failing else []
        kind = pick(kinds)
        if kind == "call":
            return self.call(loops)
        if kind == "seq":
            return seq(*(self.design(depth - 1, loops) for _ in range(pick([2, 2, 3]))))
        if kind == "repeat":
            body = self.design(depth - 1, loops + 1)
            named = any(isinstance(node, Call) and node.history == f"i{loops}" for node in walk(body))
            return Repeat(self.rounds(), body, f"i{loops}" if named else None)
        body = self.design(depth - 1, loops)
        if kind == "each":
            return Each(self.part, body, pick([ONE, ONE, num(2), sym("k")]))
        if kind == "vote":
            return Vote(body, num(3))
        if kind == "retry":
            return Retry((pick(self.failing),), body, pick([True, False]))
        if kind == "until":
            return Until(self.finders[0], body)
        if kind == "for_each":
            return ForEach(self.finders[0], body)
        return If(self.finders[0], body, self.design(depth - 1, loops) if pick([True, False]) else None)

    def rounds(self) -> Expr:
        counts = [num(2), num(3), sym("k")]
        return self.dice.choice([*counts, sym("b"), sym("b"), ceil(sym("b") / 2)] if self.finders else counts)

    def call(self, loops: int) -> Call:
        pick = self.dice.choice
        names = self.dice.sample(list(self.problem.tasks), min(len(self.problem.tasks), pick([1, 1, 1, 2])))
        per_item = any(self.problem.tasks[name].for_each for name in names)
        history = pick([None, f"i{self.dice.randrange(loops)}"]) if loops else None
        scopes: tuple[Scope, ...] = ("here", "here", "here", "whole", "part")
        writings: tuple[Writing, ...] = ("all", "part", "patch")
        write = pick(writings) if per_item else None
        return Call(tuple(names), scope=pick(scopes), history=history, write=write)


@pytest.mark.parametrize("name", PROBLEMS)
def test_what_is_accepted_does_the_job_at_its_price(name: str) -> None:
    problem = PROBLEMS[name]
    symbolic = {key: num(value) for key, value in NUMBERS.items()}
    there = substitute(problem, symbolic)
    finder = problem.tasks.get("find")
    several = finder is not None and finder.finds is not None and finder.finds.per_part != 1
    maker = Maker(problem, Random(11))
    accepted: set[Design] = set()
    for _ in range(2500):
        design = maker.design(maker.dice.choice([2, 3, 4]))
        try:
            check_design(problem, design)
        except DesignError:
            continue
        if design in accepted:
            continue
        accepted.add(design)
        done = put_in_design(design, symbolic)
        formulas = evaluate(work(there, done), {}), evaluate(footprint(there, done).calls, {})
        for where in ({},) if finder is None else CLUSTERED if several else PLACES:
            count = simulate(problem, design, NUMBERS, items=where)
            assert (count.work, count.calls) == formulas, (design, where)
    assert accepted


def test_the_maker_makes_every_kind_of_step() -> None:
    maker = Maker(PROBLEMS["a third task that fails"], Random(1))
    kinds = {type(node) for _ in range(200) for node in walk(maker.design(4))}
    assert kinds >= {Call, Each, ForEach, If, Repeat, Retry, Until, Vote} and Case not in kinds
