"""Whatever is loaded: a problem or an error of ours, never anything else."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from decomposer.errors import DecomposerError
from decomposer.expr import sym
from decomposer.problem.dump import dumps
from decomposer.problem.graph import auxiliary, task_graph, topological
from decomposer.problem.load import load, loads
from decomposer.problem.model import Problem
from decomposer.problem.sample import sample
from decomposer.problem.validate import warnings
from decomposer.problems import names, read

FILES = [*(read(name) for name in names()), sample()]
RELAXED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])

WORDS = [
    "problem", "parameters", "texts", "tasks", "designs", "assume", "capabilities", "models", "scaling", "cost",
    "reads", "writes", "edits", "requires", "finds", "for_each", "one_of", "check", "methods", "call", "repeat", "each",
    "do", "if", "else", "on", "code", "k", "k*l", "1/2", "max", "power", "free", "{", "}", "[", "]", ":", ": ", ", ",
    "\n", "\n  ", "\n    - ", "- ", "# x", "'", '"', "&a ", "*a", "<<", "!!str ", "|", ">", "~", "null", "true",
    "---\n", "\t", "\u2028", "\x85", "é", "😀", "%", "@", "`", "0x1", "1e5", "-", "(", "**", "log(", "k**k", "<=",
    "==", "",
]  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(WORDS)


def survives(text: str) -> None:
    try:
        problem = loads(text)
    except DecomposerError as error:
        assert error.diagnostics
        lines = (
            text.count("\n") + text.count("\r") + text.count("\x85") + text.count("\u2028") + text.count("\u2029") + 1
        )
        assert all(one.line is None or 1 <= one.line <= lines + 1 for one in error.diagnostics)
        assert str(error)
    else:
        whole(problem)


def whole(problem: Problem) -> None:
    assert loads(dumps(problem)) == problem
    warnings(problem)
    main = topological(problem)
    assert set(main) | auxiliary(problem) == set(problem.tasks)


@settings(RELAXED, max_examples=300)
@given(st.lists(st.sampled_from(WORDS), max_size=30).map("".join))
def test_text_like_yaml(text: str) -> None:
    survives(text)


@settings(RELAXED, max_examples=100)
@given(st.text(max_size=60))
def test_any_text(text: str) -> None:
    survives(text)


@settings(RELAXED, max_examples=100)
@given(st.binary(max_size=60))
def test_any_bytes(content: bytes) -> None:
    import io

    with pytest.raises(DecomposerError):
        load(io.BytesIO(content))


@pytest.mark.parametrize("seed", range(250))
def test_mutated_files(seed: int) -> None:
    rng = random.Random(seed)
    text = rng.choice(FILES)
    for _ in range(rng.choice([1, 1, 1, 2, 5])):
        place, length = rng.randrange(len(text)), rng.choice([0, 1, 1, 3, 10])
        kind = rng.randrange(4)
        if kind == 0:
            text = text[:place] + text[place + length :]
        elif kind == 1:
            text = text[:place] + rng.choice(WORDS) + text[place + length :]
        elif kind == 2:
            other = rng.choice(FILES)
            start = rng.randrange(len(other))
            text = text[:place] + other[start : start + 40] + text[place:]
        else:
            lines = text.split("\n")
            i, j = rng.randrange(len(lines)), rng.randrange(len(lines))
            lines[i], lines[j] = lines[j], lines[i]
            text = "\n".join(lines)
    survives(text)


@pytest.mark.parametrize("seed", range(250))
def test_mutated_data(seed: int) -> None:
    rng = random.Random(seed)
    data: Any = load(rng.choice(names())).to_data()
    for _ in range(rng.choice([1, 1, 2, 4])):
        mutate(data, rng)
    try:
        problem = load(data)
    except DecomposerError as error:
        assert str(error)
    else:
        whole(problem)


def mutate(data: Any, rng: random.Random) -> None:
    """Change one place in nested data."""
    while True:
        keys = list(data) if isinstance(data, dict) else list(range(len(data)))
        if not keys:
            return
        key = rng.choice(keys)
        inside = data[key]
        if isinstance(inside, dict | list) and inside and rng.random() < 0.8:
            data = inside
            continue
        junk = rng.choice(
            [None, True, -1, 0, 1.5, "x", "k", [], {}, ["k"], {"k": "k"}, sym("k"), {1: 2}, object(), data]
        )
        if rng.random() < 0.3:
            del data[key]
        elif rng.random() < 0.3 and isinstance(data, dict):
            data[rng.choice(WORDS)] = inside
        else:
            data[key] = junk
        return


@settings(RELAXED, max_examples=100)
@given(
    st.recursive(
        LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4)
    )
)
def test_any_data(data: Any) -> None:
    with pytest.raises(DecomposerError):
        load({"problem": "p", "tasks": data})


def test_task_graphs_of_shipped_problems() -> None:
    graph = task_graph(load("debugging"))
    assert sorted(graph.edges(data="texts")) == [("find", "fix", ("report",))]
