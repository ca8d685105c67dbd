"""Putting numbers for parameters into every formula of a problem."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from decomposer.expr import Expr, ExprLike
from decomposer.problem.frozen import Frozen
from decomposer.problem.model import Problem

T = TypeVar("T")


def substitute(problem: Problem, values: Mapping[str, ExprLike]) -> Problem:
    """Replace parameters by values everywhere but in the assumptions and in the declarations themselves."""
    return replace(
        problem,
        texts=replaced(problem.texts, values),
        capabilities=replaced(problem.capabilities, values),
        tasks=replaced(problem.tasks, values),
        law=replaced(problem.law, values),
        models=replaced(problem.models, values),
        cost=replaced(problem.cost, values),
        limits=replaced(problem.limits, values),
        target=replaced(problem.target, values),
        overhead=replaced(problem.overhead, values),
        workers=replaced(problem.workers, values),
    )


def replaced(value: T, values: Mapping[str, ExprLike]) -> T:
    """Replace parameters by values in everything that a value holds, such as the steps of a hand design."""
    result: Any = value
    if isinstance(value, Expr):
        result = value.subs(values)
    elif isinstance(value, Mapping):
        result = Frozen({key: replaced(item, values) for key, item in value.items()})
    elif isinstance(value, tuple):
        result = tuple(replaced(item, values) for item in value)
    elif is_dataclass(value) and not isinstance(value, type):
        changed = {item.name: replaced(getattr(value, item.name), values) for item in fields(value)}
        result = replace(value, **changed)
    return result  # type: ignore[no-any-return]
