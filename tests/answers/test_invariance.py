"""The same answers whatever things are called and in which order they are written."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from decomposer.expr import Expr, sym
from decomposer.growth import relation
from decomposer.problem.dump import dumps
from decomposer.problem.frozen import Frozen
from decomposer.problem.load import load, loads
from decomposer.problem.model import Problem
from decomposer.problem.regime import regime
from decomposer.problems import names
from decomposer.verbs.optimize import optimize
from decomposer.verbs.results import Result

KEEP = {"found"}


def vocabulary(problem: Problem) -> list[str]:
    parts = {text.part for text in problem.texts.values() if text.part}
    words = {*problem.parameters, *problem.texts, *problem.capabilities, *problem.tasks, *parts}
    bound = {capability.options for capability in problem.capabilities.values() if capability.options}
    return sorted(words | bound)


def renamed(problem: Problem) -> tuple[Problem, dict[str, str]]:
    """Replace every name by another, so that the alphabetical order is turned round."""
    words = vocabulary(problem)
    mapping = {word: f"z{len(words) - i:02d}" for i, word in enumerate(words)}
    head, _, tail = dumps(problem).partition("parameters:")
    # Keys of the language that happen to be names as well are told apart by their place: only names of the
    # problem follow here, and no shipped problem calls a thing by a key.
    tail = re.sub(r"[A-Za-z_][A-Za-z_0-9]*", lambda match: mapping.get(match[0], match[0]), "parameters:" + tail)
    return loads(re.sub(r"about:.*", "", head, flags=re.S) + "\n" + tail), mapping


def back(expr: Expr, mapping: dict[str, str]) -> Expr:
    return expr.subs({new: sym(old) for old, new in mapping.items() if new in expr.symbols})


def reordered(problem: Problem) -> Problem:
    return replace(problem, tasks=Frozen(reversed(list(problem.tasks.items()))))


def assert_same(one: Result, other: Result, mapping: dict[str, str]) -> None:
    assert other.status == one.status
    assert back(other.cost.exact, mapping) == one.cost.exact
    assert relation(back(other.theta, mapping), one.theta, regime=regime(one.problem)).kind == "Theta"
    assert other.rules == one.rules
    assert other.search == one.search
    assert [back(hand.ratio.expr, mapping) for hand in other.hand_designs] == [
        hand.ratio.expr for hand in one.hand_designs
    ]


@pytest.mark.parametrize("name", names())
def test_renaming_changes_nothing(name: str) -> None:
    problem = load(name)
    other, mapping = renamed(problem)
    assert not set(vocabulary(other)) & set(vocabulary(problem)) - KEEP
    assert_same(optimize(problem), optimize(other), mapping)


@pytest.mark.parametrize("name", names())
def test_order_of_tasks_changes_nothing(name: str) -> None:
    problem = load(name)
    assert_same(optimize(problem), optimize(reordered(problem)), {})
