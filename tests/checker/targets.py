"""Problems with a target: by hand, and by dice."""

from __future__ import annotations

from random import Random
from typing import Any

from decomposer.problem.build import build
from decomposer.problem.model import Problem


def chain(steps: dict[str, Any] | None = None, succeeds: dict[str, Any] | None = None, **more: Any) -> Problem:
    """A chain of n steps, each right 99 times in 100; by default, other wrong answers count for nobody."""
    walk = {
        "reads": "brief",
        "writes": "log",
        "requires": "go",
        "steps": {"count": "n", **(steps or {})},
        "succeeds": {"probability": "99/100", "per": "step", "wrong": "scatter", **(succeeds or {})},
        "remembers": more.pop("remembers", False),
    }
    stated: dict[str, Any] = {
        "parameters": {"n": "links", "price": "of a token"},
        "texts": {"brief": 1, "log": "n"},
        "capabilities": {"go": "price"},
        "cost": {"model": "linear", "input": 0, "output": 1},
        "target": "19/20",
        "tasks": {"walk": walk},
    }
    return build("chain", **{**stated, **more})


def labels(local: bool = True, check: dict[str, Any] | None = None, **succeeds: Any) -> Problem:
    """A label for each of n tickets."""
    sort: dict[str, Any] = {
        "reads": "tickets",
        "writes": "labels",
        "requires": "sort",
        "succeeds": {"probability": "99/100", "per": "part", **succeeds},
    }
    sort |= {"local": "ticket"} if local else {}
    sort |= {"check": check} if check is not None else {}
    tickets = {"parts": {"ticket": "n"}, "each": "l"}
    return build(
        "labels",
        parameters={"n": "tickets", "l": "tokens"},
        texts={"tickets": tickets, "labels": {"parts": {"ticket": "n"}, "each": 1}},
        capabilities={"sort": 20},
        target="9/10",
        tasks={"sort": sort},
    )


def two(second: dict[str, Any] | None) -> Problem:
    """Two tasks on texts of their own."""
    one = {
        "reads": "a",
        "writes": "x",
        "requires": "s",
        "local": "row",
        "succeeds": {"probability": "9/10", "per": "part"},
    }
    other: dict[str, Any] = {"reads": "b", "writes": "y", "requires": "t", "local": "line"}
    other |= {"succeeds": second} if second is not None else {}
    return build(
        "two",
        parameters={"n": "rows", "m": "lines", "l": "tokens"},
        texts={
            "a": {"parts": {"row": "n"}, "each": "l"},
            "b": {"parts": {"line": "m"}, "each": "l"},
            "x": {"parts": {"row": "n"}, "each": 1},
            "y": {"parts": {"line": "m"}, "each": 1},
        },
        capabilities={"s": "l", "t": 1},
        target="9/10",
        tasks={"one": one, "other": other},
    )


def by_dice(seed: int) -> Problem:
    """One task, or two, that may fail, under all sorts of facts."""
    dice = Random(f"target {seed}")
    pick = dice.choice
    rates = ["3/5", "9/10", "99/100"]
    models: dict[str, Any] = {}
    if dice.random() < 0.4:
        for name, size in (("small", 1), ("large", pick([5, "c"]))):
            models[name] = {"size": size, "can": ["do", "see"], "succeeds": {"do": pick(rates)}}
    kind = pick(["part", "step", "call"])
    task: dict[str, Any] = {"reads": "source", "writes": "made", "requires": "do"}
    succeeds: dict[str, Any] = {"probability": pick(rates), "per": kind}
    if kind != "call" and dice.random() < 0.4:
        succeeds["wrong"] = "scatter"
    if kind == "step":
        task["steps"] = {"count": "n", **pick([{}, {"state": 2}, {"per_call": 3}])}
    elif dice.random() < 0.8:
        task["local"] = "piece"
    if kind == "part" and "local" in task and dice.random() < 0.3:
        succeeds["hard"] = {"share": "1/10", "probability": pick(["1/4", "3/4"])}
    texts: dict[str, Any] = {
        "source": {"parts": {"piece": "n"}, "each": pick(["l", 2])},
        "made": {"parts": {"piece": "n"}, "each": 1},
    }
    tasks = {"main": {**task, "succeeds": succeeds}}
    if dice.random() < 0.5:
        check: dict[str, Any] = {"scope": "step" if kind == "step" else pick(["part", "whole"])}
        if dice.random() < 0.5:
            check |= {"accepts": "1/10", "rejects": "1/20"}
        if dice.random() < 0.4:
            texts["verdict"] = 1
            check["by"] = "judge"
            tasks["judge"] = {"reads": "made", "writes": "verdict", "requires": "see"}
        tasks["main"]["check"] = check
    if dice.random() < 0.3:
        texts["second"] = 1
        rest: dict[str, Any] = {"reads": "made", "writes": "second", "requires": "see"}
        tasks["last"] = {**rest, "succeeds": {"probability": pick(rates)}}
    capabilities = {"do": 1, "see": 1} if models else {"do": pick([1, "c"]), "see": 1}
    if not any("see" in str(one["requires"]) for one in tasks.values()):
        capabilities.pop("see")
        models = {name: {**one, "can": ["do"]} for name, one in models.items()}
    prices: list[Any] = ["paper", {"model": "linear", "input": 1, "output": 2}]
    return build(
        f"target-{seed}",
        parameters={"n": "pieces", "l": "tokens of a piece", "c": "price"},
        texts=texts,
        capabilities=capabilities,
        models=models,
        cost=pick(prices),
        target=pick(["3/4", "9/10", "99/100"]),
        tasks=tasks,
    )
