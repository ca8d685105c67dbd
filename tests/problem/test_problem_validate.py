"""What makes sense, the order of tasks, and the regime: all independent of the order of declaration."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from decomposer.errors import ProblemError
from decomposer.expr import ONE, num, sym
from decomposer.problem.diagnose import diagnostic, dotted, split
from decomposer.problem.frozen import Frozen
from decomposer.problem.graph import auxiliary, topological
from decomposer.problem.load import load, loads
from decomposer.problem.model import Capability, Parameter, Problem, Step, Task, Text
from decomposer.problem.regime import regime
from decomposer.problem.validate import validate, warnings
from decomposer.problems import names


def flow(**tasks: dict[str, Any]) -> Problem:
    """A problem whose tasks require the same capability and whose texts are those they name."""
    texts = set()
    for task in tasks.values():
        for key in ("reads", "writes", "edits"):
            named = task.get(key, [])
            texts |= {named} if isinstance(named, str) else set(named)
    filled = {name: {"requires": "c", **task} for name, task in tasks.items()}
    return Problem.build(
        "flow", parameters=["n"], capabilities={"c": "n"}, texts=dict.fromkeys(sorted(texts), "n"), tasks=filled
    )


# -- code-built problems ----------------------------------------------------------------------------------


def direct(**changes: Any) -> Problem:
    fields: dict[str, Any] = {
        "name": "p",
        "parameters": Frozen({"n": Parameter("n")}),
        "texts": Frozen({"x": Text("x", sym("n"))}),
        "capabilities": Frozen({"c": Capability("c", sym("n"))}),
        "tasks": Frozen({"t": Task("t", reads=(), requires=("c",))}),
    }
    return Problem(**{**fields, **changes})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tasks": Frozen({})}, "tasks: there are no tasks"),
        ({"tasks": Frozen({"u": Task("t", reads=(), requires=("c",))})}, "tasks.u: `u` stands for an object named `t`"),
        ({"tasks": Frozen({"t": Task("t", reads=(), requires=("d",))})}, "tasks.t.requires[0]: unknown capability `d`"),
        ({"texts": Frozen({"x": Text("x", sym("z"))})}, "texts.x.tokens: unknown parameter `z`"),
        ({"texts": Frozen({"x": Text("x", num(5), head=num(9))})}, "texts.x.head: the head is larger than the text"),
        (
            {"texts": Frozen({"x": Text("x", num(5), "p", num(2), num(3))})},
            "texts.x.tokens: the parts have 6 tokens, the text 5",
        ),
        ({"texts": Frozen({"x": Text("x", num(5), "p", num(2))})}, "texts.x: `x` has parts without"),
        (
            {"parameters": Frozen({"n": Parameter("n", low=Fraction(1))})},
            "parameters.n.between: `n` is growing, only a constant has bounds",
        ),
        ({"assume": ("n <",)}, "assume[0]: the formula ends"),
        ({"assume": ("n <= m",)}, "assume[0]: unknown parameter `m`"),
        ({"designs": Frozen({"d": ()})}, "designs.d: the design `d` has no steps"),
        (
            {"designs": Frozen({"d": (Step("repeat", ONE, do=(Step("call", "u"),)),)})},
            "designs.d[0].do[0].call: unknown task `u`",
        ),
    ],
)
def test_problems_built_directly_are_checked_with_paths(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ProblemError) as caught:
        validate(direct(**changes))
    assert str(caught.value).startswith(message)


def test_a_path_is_read_as_it_is_written() -> None:
    for loc in [("designs", "fresh-context", 0, "do", 12, "call"), ("assume", 3), ("problem",)]:
        assert split(dotted(loc)) == loc


def test_errors_found_later_have_a_place_too() -> None:
    problem = load("debugging")
    found = diagnostic(problem, "designs.naive[0].do[1].rewrite", "no", "design")
    assert found.source[found.column - 1 :][: found.width] == "all" if found.column else False
    nearest = diagnostic(problem, "tasks.fix.succeeds", "no", "fact")
    assert nearest.source[nearest.column - 1 :][: nearest.width] == "fix" if nearest.column else False
    coded = diagnostic(direct(), "tasks.t", "no", "fact")
    assert (coded.message, coded.line) == ("tasks.t: no", None)


# -- the order of tasks -----------------------------------------------------------------------------------


def shuffled(problem: Problem, seed: int) -> Problem:
    rng = random.Random(seed)

    def mixed(mapping: Any) -> Any:
        items = list(mapping.items())
        rng.shuffle(items)
        return Frozen(items)

    return replace(
        problem,
        parameters=mixed(problem.parameters),
        texts=mixed(problem.texts),
        capabilities=mixed(problem.capabilities),
        tasks=mixed(problem.tasks),
    )


@pytest.mark.parametrize("name", names())
def test_nothing_depends_on_the_order_of_declaration(name: str) -> None:
    problem = load(name)
    for seed in range(5):
        other = shuffled(problem, seed)
        assert validate(other) == problem
        assert topological(other) == topological(problem)
        assert auxiliary(other) == auxiliary(problem)


def test_chains_stay_together() -> None:
    problem = flow(
        a1={"reads": "x", "writes": "y1"},
        b1={"reads": "x", "writes": "y2"},
        a2={"reads": "y1", "writes": "z1"},
        b2={"reads": "y2", "writes": "z2"},
        last={"reads": ["z1", "z2"]},
    )
    assert topological(problem) == ("a1", "a2", "b1", "b2", "last")


def test_structure_decides_before_names() -> None:
    shape: tuple[dict[str, Any], ...]
    shape = {"reads": "x", "writes": "y"}, {"reads": "y", "writes": "w"}, {"reads": ["x", "w"], "writes": "z"}
    orders = set()
    for names_ in (("a", "b", "c"), ("c", "a", "b"), ("b", "c", "a")):
        order = topological(flow(**dict(zip(names_, shape, strict=True))))
        orders.add(tuple(names_.index(name) for name in order))
    assert orders == {(0, 1, 2)}
    different: tuple[dict[str, Any], ...]
    different = {"reads": "x", "writes": "y"}, {"reads": ["x", "v"], "writes": "z"}
    pairs = set()
    for first, second in (("a", "b"), ("b", "a")):
        order = topological(flow(**{first: different[0], second: different[1]}))
        pairs.add(tuple((first, second).index(name) for name in order))
    assert len(pairs) == 1


def test_editors_come_before_those_who_only_read() -> None:
    problem = flow(
        grade={"reads": "paper"},
        polish={"reads": ["paper", "notes"], "edits": "paper"},
        annotate={"reads": "paper", "writes": "notes"},
    )
    assert topological(problem) == ("annotate", "polish", "grade")


def test_tasks_that_designs_may_use_but_need_not() -> None:
    assert auxiliary(load("k-task")) == {"identify"}
    needed = flow(
        solve={"reads": "x", "writes": "y", "check": {"scope": "whole", "by": "judge"}, "succeeds": "1/2"},
        judge={"reads": "y", "writes": "verdict"},
        use={"reads": "verdict"},
    )
    assert auxiliary(needed) == frozenset()
    methods = flow(
        whole={"reads": "x", "writes": "z", "methods": {"split": ["one", "two"]}},
        one={"reads": "x", "writes": "y"},
        two={"reads": "y", "writes": "z"},
        use={"reads": "z"},
    )
    assert auxiliary(methods) == {"one", "two"}
    assert topological(methods) == ("whole", "use")


# -- the regime -------------------------------------------------------------------------------------------

REGIME = """\
problem: p
parameters: {k: "", n: "", m: {kind: free}, q: {kind: constant, between: [0, 1]}}
texts: {x: k*n*m*(1 + q), y: 1}
capabilities: {c: n}
tasks: {t: {reads: x, writes: y, requires: c}}
"""


def test_the_regime_of_a_problem() -> None:
    found = regime(loads(REGIME + "assume: [k <= n]\n"))
    assert found.unbounded == {"k", "n"}
    assert found.constants == (("q", Fraction(0), Fraction(1)),)
    assert regime(loads(REGIME + "assume: [k <= n]\n")) is found


@pytest.mark.parametrize(
    ("assume", "message", "caret"),
    [
        ("k <= n, n << k", "`n << k` contradicts `k <= n`", "n << k"),
        ("k <= n, q <= k, n <= m, m << k", "`m << k` contradicts `k <= n` and `n <= m`", "m << k"),
        ("m <= k, k <= 3, m <= n", "`k <= 3` cannot hold for the parameters as declared", "k <= 3"),
        ("m <= k, k < n", "'<' is not a relation between growths", "k < n"),
    ],
)
def test_regimes_that_are_empty(assume: str, message: str, caret: str) -> None:
    with pytest.raises(ProblemError) as caught:
        loads(f"{REGIME}assume: [{assume}]\n")
    (found,) = caught.value.diagnostics
    assert found.message == message
    assert found.column is not None
    assert found.source[found.column - 1 :].startswith(caret)


def test_what_is_probably_not_meant() -> None:
    problem = loads(REGIME.replace("y: 1", "y: 1, z: 2").replace("{c: n}", "{c: n, d: n}").replace("*m*", "*"))
    assert [(one.line, one.message) for one in warnings(problem)] == [
        (2, "the parameter `m` is never used"),
        (4, "no task requires the capability `d`"),
        (3, "no task reads or writes the text `z`"),
    ]
