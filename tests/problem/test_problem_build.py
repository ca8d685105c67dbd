"""Problems built in code, from the same short forms, and from task graphs."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import networkx
import pytest

from decomposer.errors import ProblemError
from decomposer.expr import num, sym
from decomposer.problem.graph import task_graph
from decomposer.problem.load import load
from decomposer.problem.model import (
    Capability,
    Check,
    CostModel,
    Edit,
    Finds,
    Law,
    OneOf,
    Parameter,
    Problem,
    Read,
    Step,
    Succeeds,
    Task,
    Text,
)
from decomposer.problems import names

k, l, b, m_q, m_d = (sym(name) for name in ("k", "l", "b", "m_q", "m_d"))  # noqa: E741

SECTIONS: dict[str, Any] = {
    "parameters": {
        "k": "functions",
        "l": "tokens in a function",
        "b": "bugs",
        "m_q": "size of a model that can spot a bug",
        "m_d": "size of a model that can repair one",
    },
    "assume": "b <= k",
    "about": load("debugging").about,
}


def test_short_forms_in_code() -> None:
    problem = Problem.build(
        "debugging",
        **SECTIONS,
        texts={"code": {"parts": {"function": k}, "each": l}, "report": 1},
        capabilities={"spot": m_q, "repair": "m_d"},
        tasks={
            "find": {"reads": "code", "writes": "report", "requires": "spot", "finds": b, "local": "function"},
            "fix": {
                "for_each": "find",
                "reads": ("code", "report"),
                "edits": "code",
                "requires": "repair",
                "local": "function",
                "succeeds": None,
            },
        },
        designs=dict(load("debugging").designs),
    )
    assert problem == load("debugging")


def test_objects_in_code() -> None:
    problem = Problem.build(
        "debugging",
        about=SECTIONS["about"],
        assume=["b <= k"],
        parameters=[Parameter(name, about) for name, about in SECTIONS["parameters"].items()],
        texts=[Text("code", k * l, "function", k, l), Text("report", num(1))],
        capabilities=[Capability("spot", m_q), Capability("repair", m_d)],
        tasks=[
            Task("find", (Read("code"),), ("report",), requires=("spot",), finds=Finds(b), local="function"),
            Task(
                "fix",
                (Read("code"), Read("report")),
                edits=Edit("code"),
                requires=("repair",),
                for_each="find",
                local="function",
            ),
        ],
        designs=load("debugging").designs,
        cost=CostModel(),
        scaling=Law(),
    )
    assert problem == load("debugging")


def test_all_that_objects_hold_arrives() -> None:
    task = Task(
        "t",
        (Read("x", head=True),),
        ("y",),
        edits=Edit("x", "whole", num(3)),
        requires=("c",),
        one_of=OneOf("c", "u"),
        succeeds=Succeeds(num(Fraction(1, 3)), "part"),
        check=Check("whole", "u"),
        remembers=True,
    )
    helper = Task("u", (), requires=("d",))
    steps = (Step("repeat", num(2), {"as": "i"}, (Step("call", ("t", "u"), {"history": "i"}),)),)
    problem = Problem.build(
        "p",
        parameters=["n"],
        texts=[Text("x", sym("n") * 2, "page", sym("n"), num(2), num(1)), Text("y", num(1))],
        capabilities=[Capability("c", sym("n"), sym("n")), Capability("d", sym("r") * 2, options="r")],
        tasks=[task, helper],
        designs={"d": steps},
        cost=CostModel("cached", gamma=num(Fraction(1, 10))),
        scaling=Law("power", num(Fraction(1, 2))),
    )
    assert problem.tasks["t"] == task
    assert problem.designs["d"] == steps
    assert problem.designs["d"][0].do[0].path == "designs.d[0].do[0]"
    assert problem.cost.gamma == Fraction(1, 10)
    assert problem.law.exponent == Fraction(1, 2)


@pytest.mark.parametrize(
    ("value", "exact"), [(Fraction(1, 3), "1/3"), (Decimal("0.1"), "1/10"), ("0.1", "1/10"), (2, "2")]
)
def test_numbers_in_code(value: Any, exact: str) -> None:
    problem = Problem.build(
        "p", texts={"x": value}, capabilities={"c": 1}, tasks={"t": {"reads": "x", "requires": "c"}}
    )
    assert problem.texts["x"].tokens == Fraction(exact)


def test_floats_are_refused() -> None:
    with pytest.raises(ProblemError, match=r"texts\.x\.tokens: the float 0\.1 is not exact"):
        Problem.build("p", texts={"x": 0.1}, capabilities={"c": 1}, tasks={"t": {"reads": "x", "requires": "c"}})


def test_errors_carry_paths() -> None:
    with pytest.raises(ProblemError) as caught:
        Problem.build("p", texts={"x": 1}, capabilities={"c": "z"}, tasks={"t": {"reads": "y", "requries": "c"}})
    assert [one.message for one in caught.value.diagnostics] == [
        "capabilities.c.size: unknown parameter `z`",
        "tasks.t.reads[0]: unknown text `y`",
        "tasks.t.requries: unknown key `requries`",
    ]


def test_data_that_contains_itself() -> None:
    data: dict[str, Any] = {"problem": "p"}
    data["tasks"] = data
    with pytest.raises(ProblemError, match="nested deeper"):
        load(data)


def test_from_a_task_graph() -> None:
    graph = networkx.DiGraph(name="review")
    graph.add_node("summarise", reads="paper", requires="skim")
    graph.add_node("judge", requires="judge", writes="verdict")
    graph.add_edge("summarise", "judge", text="digest", tokens="d")
    problem = Problem.from_networkx(
        graph,
        parameters=["n", "d", "m"],
        assume="d <= n",
        texts={"paper": "n", "verdict": 1},
        capabilities={"skim": 1, "judge": "m"},
    )
    assert problem.name == "review"
    assert problem.tasks["summarise"].writes == ("digest",)
    assert problem.tasks["judge"].reads == (Read("digest"),)
    assert problem.texts["digest"].tokens == sym("d")


@pytest.mark.parametrize("name", names())
def test_task_graphs_lead_back(name: str) -> None:
    problem = load(name)
    again = Problem.from_networkx(
        task_graph(problem),
        about=problem.about,
        parameters=problem.parameters,
        assume=problem.assume,
        texts=problem.texts,
        capabilities=problem.capabilities,
        scaling=problem.law,
        models=problem.models,
        minimise=problem.minimise,
        limits=problem.limits,
        cost=problem.cost,
        target=problem.target,
        overhead=problem.overhead,
        workers=problem.workers,
        designs=problem.designs,
    )
    assert again == problem


def test_an_edge_without_a_text() -> None:
    with pytest.raises(ProblemError, match="a -> b carries no text"):
        Problem.from_networkx(networkx.DiGraph([("a", "b")]))
