"""Who tells which specialist is needed, who judges, and how many results are combined: where designs went wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest

from decomposer import certify, check, load, optimize
from decomposer.design.contract import check_design
from decomposer.problem.model import Problem
from decomposer.search.enumerate import designs
from decomposer.search.unfold import unfold


def problem(tasks: dict[str, Any], **more: Any) -> Problem:
    data: dict[str, Any] = {
        "problem": "helpers",
        "parameters": ["k", "l", "r", "b", "m_d", "m_s"],
        "texts": {
            "code": {"parts": {"part": "k"}, "each": "l"},
            "label": 1,
            "made": {"parts": {"part": "k"}, "each": 1},
        },
        "capabilities": {"tell": "m_d", "solve": {"family": "r", "each": "m_s"}},
        "tasks": tasks,
    }
    return load({**data, **more})


SOLVE = {"reads": "code", "writes": "made", "requires": "solve", "one_of": {"family": "solve", "told_by": "tell"}}
TELL = {"reads": "code", "writes": "label", "requires": "tell"}


def test_who_tells_is_asked_once_however_often_the_specialist_is() -> None:
    """All parts come out right together once in 3^k attempts, each of which needs the specialist alone."""
    fails = {"succeeds": {"probability": "1/3", "per": "part"}, "check": {"scope": "whole"}}
    stated = problem({"tell": TELL, "solve": {**SOLVE, **fails}}, assume=["m_d <= m_s*r"])
    result = optimize(stated)
    assert str(result.theta) == "k**2*l*m_s*3**k + k*l*m_d"
    assert check(stated, json.dumps(certify(stated))).proved


@pytest.mark.parametrize("helper", ["tell", "judge"])
def test_who_tells_or_judges_does_so_for_the_whole(helper: str) -> None:
    """Its results could be combined, but what it says of one part is not what it says of the whole."""
    pieces = {"combines": {"by": "join"}}
    fails = {"succeeds": {"probability": "1/3", "per": "part"}, "check": {"scope": "part", "by": "judge"}}
    tasks: dict[str, Any] = {"solve": {**SOLVE, "local": "part"}, "tell": {**TELL, **pieces}}
    if helper == "judge":
        tasks = {"judge": {"reads": "code", "writes": "label", "requires": "tell", **pieces}}
        tasks["solve"] = {"reads": "code", "writes": "made", "requires": "tell", "local": "part", **fails}
    tasks["join"] = {"reads": "code", "requires": "tell"}
    stated = problem(tasks)
    for design, _ in designs(unfold(stated)):
        check_design(stated, design)


@pytest.mark.parametrize(("most", "trees"), [("b", 2), ("b*l/7", 2), ("2", 1), ("b/l", 0)])
def test_as_many_results_as_a_parameter_says(most: str, trees: int) -> None:
    """What grows exceeds two and three in the end; what may vanish does not."""
    tasks = {
        "solve": {"reads": "code", "writes": "made", "requires": "tell", "combines": {"by": "join", "at_once": most}},
        "join": {"reads": "made", "requires": "tell"},
    }
    models = {"any": {"size": "m_d", "can": "tell", "window": "l*r"}, "large": {"size": "m_d*k", "can": "tell"}}
    for catalogue in ({}, models):
        stated = problem(tasks, models=catalogue, capabilities={"tell": "m_d"})
        made = [design for design, _ in designs(unfold(stated))]
        assert all(any(f"fan_in=Expr('{n}')" in str(one) for one in made) == (n - 1 <= trees) for n in (2, 3))
