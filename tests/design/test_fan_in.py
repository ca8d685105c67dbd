"""How many results are combined at a time, where both what is stated and a window bound it."""

from __future__ import annotations

from itertools import product

import pytest

from decomposer.design.nodes import Merge
from decomposer.expr import evaluate, parse
from decomposer.problem.load import load
from decomposer.problem.model import Problem
from decomposer.search.enumerate import designs
from decomposer.search.unfold import unfold
from decomposer.verbs.optimize import optimize


def stated(at_once: object, window: object, assume: tuple[str, ...] = ()) -> Problem:
    """One result for all documents of a group; a call reads two tokens of each result that it combines."""
    everybody = {"do": "all", "join": "all"}
    return load(
        {
            "problem": "combine",
            "parameters": ["N", "w", "k"],
            "assume": list(assume),
            "minimise": "span",
            "texts": {"docs": {"parts": {"doc": "N"}, "each": 1}, "result": 2},
            "capabilities": list(everybody),
            "models": {"one": {"size": 2, "can": everybody, "window": window}},
            "tasks": {
                "do": {
                    "reads": "docs",
                    "writes": "result",
                    "requires": "do",
                    "combines": {"by": "join", "at_once": at_once},
                },
                "join": {"reads": "result", "requires": "join"},
            },
        }
    )


@pytest.mark.parametrize("assume", [(), ("k^2 <= w",)], ids=str)
@pytest.mark.parametrize("at_once", [4, "k", "2*w"])
def test_never_more_than_is_stated(at_once: object, assume: tuple[str, ...]) -> None:
    """Every fan-in of the space, at large numbers for which the assumptions hold; and there is an answer."""
    for window in ("w", "k", 30):
        problem = stated(at_once, window, assume)
        assert optimize(problem).design is not None
        for (design, _), (k, w) in product(designs(unfold(problem)), [(20, 400), (30, 1600)]):
            at = {"N": 10**6, "w": w, "k": k}
            if isinstance(design, Merge) and design.fan_in is not None and design.fan_in.symbols <= at.keys():
                assert evaluate(design.fan_in, at) <= evaluate(parse(str(at_once)), at)


@pytest.mark.parametrize(
    ("at_once", "window", "assume", "fan_in"),
    [
        (4, "w", (), "4"),
        ("k", "w", ("k^2 <= w",), "k"),
        ("k", "w", (), "min(k, w/2)"),
        ("k", 30, (), "14"),
    ],
)
def test_the_least_of_both_bounds(at_once: object, window: object, assume: tuple[str, ...], fan_in: str) -> None:
    found = [design for design, _ in designs(unfold(stated(at_once, window, assume))) if isinstance(design, Merge)]
    assert parse(fan_in) in {design.fan_in for design in found}
