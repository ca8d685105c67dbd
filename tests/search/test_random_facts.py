"""Random problems: nothing is cheaper than what the search calls the optimum, whatever the facts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import islice
from random import Random
from typing import Any

import pytest

from decomposer.design.contract import check_design
from decomposer.design.evaluate import work
from decomposer.design.nodes import Design, substitute
from decomposer.errors import InfeasibleError, ProblemError
from decomposer.expr import num
from decomposer.problem.build import build
from decomposer.problem.load import load
from decomposer.problem.model import Problem
from decomposer.problem.substitute import substitute as at_numbers
from decomposer.rules import Decision
from decomposer.search.enumerate import designs
from decomposer.search.spread import exact, order, settle
from decomposer.search.unfold import Space, unfold
from decomposer.verbs.optimize import optimize

MOST = 1500
"""Designs up to which a space is enumerated."""


class Maker:
    """Makes the data of a random problem file."""

    def __init__(self, seed: int) -> None:
        self.dice = Random(f"problem {seed}")
        self.capabilities: dict[str, Any] = {"c0": "m0", "c1": "m1", "c2": "m2"}
        self.texts: dict[str, Any] = {"note": 1, "query": {"tokens": "n", "head": 1}}
        self.tasks: dict[str, Any] = {}
        self.assume: list[str] = []
        self.models: dict[str, Any] = {}
        self.readable = ["note", "query", "query.head", "code", "code", "code"]

    def often(self, share: float) -> bool:
        """Whether to do something that is done in so many cases."""
        return self.dice.random() < share

    def problem(self) -> Problem:
        """A problem, if what the dice show is one."""
        return load(self.data())

    def data(self) -> dict[str, Any]:
        """What would stand in its file."""
        pick = self.dice.choice
        each = pick(["l", "l", 1, 2])
        head = {"head": 1} if self.often(0.2) else {}
        self.texts["code"] = {"parts": {"part": pick(["k", "k", "k", 4])}, "each": each, **head}
        shape = pick(["chain", "diamond", "alone"])
        for _ in range(pick([1, 1, 2, 2, 3, 4])):
            self.task(shape)
        cost = pick(
            [
                "paper",
                "paper",
                "linear",
                {"model": "linear", "input": 2, "output": 5},
                {"model": "cached", "input": 2, "output": 3, "cached": "1/4"},
                {"model": "power", "exponent": 2},
            ]
        )
        law = pick(["linear", "linear", "max", {"law": "power", "exponent": "1/2"}])
        if self.often(0.15):
            self.catalogue()
        names = ["k", "l", "b", "n", "r", "m0", "m1", "m2"]
        parameters: dict[str, Any] = {name: "" for name in names}
        parameters["q"] = {"kind": "constant", "between": [0, 1]}
        if self.often(0.15):
            parameters[pick(["k", "l", "n", "m0", "b"])] = {"kind": "free"}
        self.assume += ["b <= k"] + [one for one in ("m0 <= m1", "k <= n", "r <= n", "m2 == k*m0") if self.often(0.3)]
        return {
            "problem": "random",
            "parameters": parameters,
            "assume": self.assume,
            "texts": self.texts,
            "capabilities": self.capabilities,
            "scaling": law,
            "cost": cost,
            "tasks": self.tasks,
            **({"models": self.models} if self.models else {}),
        }

    def catalogue(self) -> None:
        """A closed catalogue: a model for everything, and smaller ones."""
        everything = list(self.capabilities)
        self.models["big"] = {"size": "m0 + m1 + 2*m2", "can": dict.fromkeys(everything, "all")}
        for name, size in (("small", "m0"), ("other", "m1")):
            able = [one for one in everything if self.often(0.6)]
            can = {one: self.dice.choice(["all", 1, 2]) if one.startswith("f") else "all" for one in able}
            if can:
                self.models[name] = {"size": size, "can": can}

    def task(self, shape: str) -> None:
        """Add a task, and what goes with it."""
        pick, name = self.dice.choice, f"t{len(self.tasks)}"
        task: dict[str, Any] = {
            "reads": self.reads(shape),
            "requires": self.dice.sample(["c0", "c1", "c2"], pick([1, 1, 1, 2])),
        }
        on_code = "code" in task["reads"]
        if on_code and self.often(0.7):
            task["local"] = "part"
        kinds = ["plain"] * 3 + ["finder"] * (3 * on_code) + ["routed", "method", "digest"]
        kind = pick(kinds)
        if kind == "routed":
            self.family(name, task)
        elif self.often(0.25):
            task["edits"] = self.edits(on_code)
        else:
            task["writes"] = self.output(name, on_code)
        if kind == "finder":
            self.finder(name, task)
        elif self.often(0.35):
            self.fails(name, task, on_code)
        if self.often(0.08):
            task["remembers"] = True
        if kind == "method" and task.get("writes"):
            part = {"reads": task["reads"], "writes": task["writes"], "requires": pick(["c0", "c1"])}
            self.tasks[f"{name}m"] = part | ({"local": "part"} if "local" in task else {})
            task["methods"] = {"way": [f"{name}m"]}
        self.tasks[name] = task
        if "finds" in task:
            for number in range(pick([0, 1, 1, 1, 2])):
                self.consumer(name, number)
        if shape != "alone":
            self.readable += task.get("writes", [])

    def reads(self, shape: str) -> list[str]:
        written = [text for text in self.readable if text.startswith("o")]
        wanted = self.dice.sample(self.readable, self.dice.choice([1, 1, 2]))
        if written and shape == "chain":
            wanted.append(written[-1])
        if written and shape == "diamond":
            wanted.append(written[0])
        return list(dict.fromkeys(wanted))

    def output(self, name: str, on_code: bool) -> list[str]:
        text = f"o{name}"
        if on_code and self.often(0.4):
            self.texts[text] = {
                "parts": {"part": self.texts["code"]["parts"]["part"]},
                "each": self.dice.choice([1, "l"]),
            }
        else:
            self.texts[text] = self.dice.choice([1, 2, "l"])
        return [text]

    def edits(self, on_code: bool) -> dict[str, Any]:
        text = "code" if on_code else "query"
        edit: dict[str, Any] = {"text": text, "unit": self.dice.choice(["part", "whole"]) if on_code else "whole"}
        if self.often(0.3):
            edit["patch"] = 1
        return edit

    def finder(self, name: str, task: dict[str, Any]) -> None:
        pick = self.dice.choice
        finds = {"count": pick(["b", "b", 2]), "per_call": pick([1, 1, 2, "all"]), "per_part": pick([1, 1, 2])}
        if self.texts["code"]["parts"]["part"] == 4 and finds["count"] == "b":
            finds["count"] = 3  # more and more items do not fit into four parts
        task["finds"] = finds

    def consumer(self, finder: str, number: int) -> None:
        pick, name = self.dice.choice, f"{finder}c{number}"
        reads = ["code", *(text for text in self.tasks[finder].get("writes", []) if self.often(0.8))]
        task: dict[str, Any] = {"for_each": finder, "reads": reads, "requires": pick(["c0", "c1", "c2"])}
        if self.often(0.7):
            task["local"] = "part"
        if self.often(0.15):
            self.family(name, task)
        elif self.often(0.6):
            task["edits"] = self.edits(True)
        else:
            task["writes"] = self.output(name, False)
        if self.often(0.3):
            self.fails(name, task, True)
        self.tasks[name] = task

    def fails(self, name: str, task: dict[str, Any], on_code: bool) -> None:
        pick = self.dice.choice
        part = ["part"] if on_code else []
        task["succeeds"] = {"probability": pick(["q", "1/2", "2/3"]), "per": pick(["call", *part])}
        task["check"] = {"scope": pick(["whole", *part])}
        if self.often(0.3):
            judge = f"{name}j"
            self.texts[f"v{judge}"] = 1
            read = pick([task["reads"][0], *task.get("writes", [])])
            self.tasks[judge] = {"reads": read, "writes": f"v{judge}", "requires": pick(["c0", "c1"])}
            if read == "code" and "local" in task:
                self.tasks[judge]["local"] = "part"
            task["check"]["by"] = judge

    def family(self, name: str, task: dict[str, Any]) -> None:
        """The task needs one of a family, and another tells which."""
        pick = self.dice.choice
        self.capabilities[f"f{name}"] = {"family": pick(["r", "r", 3]), "each": pick(["m0", "m1"])}
        self.capabilities[f"i{name}"] = pick(
            ["m2", {"options": "o", "size": "m0*o"}, {"options": "o", "size": "m0*o + m1"}]
        )
        self.texts[f"w{name}"] = 1
        reads = pick([task["reads"][0], task["reads"][0], "query.head"])
        local = {"local": "part"} if reads == "code" and "local" in task else {}
        self.tasks[f"{name}w"] = {"reads": reads, "writes": f"w{name}", "requires": f"i{name}", **local}
        task["requires"] = [f"f{name}"]
        task["one_of"] = {"family": f"f{name}", "told_by": f"{name}w"}
        task["writes"] = self.output(name, "code" in task["reads"])


def problem_of(seed: int) -> Problem:
    """The first valid problem of a seed."""
    for attempt in range(100):
        try:
            return Maker(1000 * seed + attempt).problem()
        except ProblemError:
            continue
    raise AssertionError("the maker makes no problems")


def some_numbers(problem: Problem, dice: Random, most: int = 5) -> dict[str, int | Fraction]:
    """Small numbers that respect what is assumed."""
    numbers: dict[str, int | Fraction] = {name: dice.randint(1, most) for name in problem.parameters}
    numbers["q"] = Fraction(dice.randint(1, 4), 5)
    numbers["k"] = max(numbers["k"], 2)  # some finders find two items
    numbers["b"] = dice.randint(1, int(numbers["k"]))
    if "m0 <= m1" in problem.assume:
        numbers["m0"] = min(numbers["m0"], numbers["m1"])
    if "m2 == k*m0" in problem.assume:
        numbers["m2"] = numbers["k"] * numbers["m0"]
    numbers["n"] = max(numbers["n"], numbers["k"], numbers["r"])
    return numbers


def settled(design: Design, decisions: tuple[Decision, ...]) -> Iterator[Design]:
    """The design at every value of its free parameters; bounds may depend on other parameters."""
    if not decisions:
        yield design
        return
    first = next(one for one in decisions if not one.high.symbols)
    others = tuple(one for one in decisions if one is not first)
    for value in range(int(exact(first.low)), int(exact(first.high)) + 1):
        fixed = {first.name: num(value)}
        rest = tuple(replace(one, low=one.low.subs(fixed), high=one.high.subs(fixed)) for one in others)
        yield from settled(substitute(design, fixed), rest)


def small(space: Space) -> bool:
    """Whether the space can be enumerated."""
    return space.graph.count() <= MOST


@pytest.mark.parametrize("seed", range(28))
def test_optimum_at_numbers_is_the_cheapest_design(seed: int) -> None:
    """Whatever the facts, enumeration finds nothing cheaper; and growth gives an answer for the same problem."""
    problem = problem_of(seed)
    try:
        assert optimize(problem).status in ("optimal", "optimal_growth", "regimes", "bounded")
    except InfeasibleError:
        return
    numbers = some_numbers(problem, Random(seed))
    here = at_numbers(problem, numbers)
    space = unfold(here)
    if not small(space):
        return
    found = optimize(problem, at=numbers)
    for design, decisions in islice(designs(space), MOST):
        check_design(here, design)
        for one in settled(design, decisions):
            assert found.cost.value is not None
            assert order(found.cost.value, settle(work(here, one))) <= 0


@pytest.mark.parametrize("minimise", ["cost", "span"])
def test_a_group_has_no_more_parts_than_there_are(minimise: str) -> None:
    """Overhead asks for groups as large as can be; of four parts, that is two groups of two, or all at once."""
    problem = build(
        "few parts",
        parameters={"l": "tokens", "h": "tokens of instructions"},
        texts={"code": {"parts": {"file": 4}, "each": "l"}, "out": {"parts": {"file": 4}, "each": 1}, "rules": "h"},
        capabilities={"see": 1},
        cost={"model": "power", "exponent": 2},
        minimise=minimise,  # type: ignore[arg-type]
        tasks={"look": {"reads": ["code", "rules"], "writes": "out", "requires": "see", "local": "file"}},
    )
    result = optimize(problem)
    for policy in result.policies:
        value = policy.value.as_fraction()
        assert value is not None and 2 <= value <= 4


def test_numbers_that_break_an_assumption_give_an_answer() -> None:
    """Parts full of items, in a conversation in which it is not known who speaks, and `k <= n` does not hold."""
    problem = problem_of(34)
    assert "k <= n" in problem.assume
    numbers: dict[str, int | Fraction] = {
        "k": 13,
        "l": 12,
        "b": 13,
        "n": 1,
        "r": 2,
        "m0": 6,
        "m1": 2,
        "m2": 1,
        "q": Fraction(1, 2),
    }
    assert optimize(problem, at=numbers).design is not None
