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
        texts=_replace(problem.texts, values),
        capabilities=_replace(problem.capabilities, values),
        tasks=_replace(problem.tasks, values),
        law=_replace(problem.law, values),
        models=_replace(problem.models, values),
        cost=_replace(problem.cost, values),
        limits=_replace(problem.limits, values),
        target=_replace(problem.target, values),
        overhead=_replace(problem.overhead, values),
        workers=_replace(problem.workers, values),
    )


def _replace(value: T, values: Mapping[str, ExprLike]) -> T:
    result: Any = value
    if isinstance(value, Expr):
        result = value.subs(values)
    elif isinstance(value, Mapping):
        result = Frozen({key: _replace(item, values) for key, item in value.items()})
    elif isinstance(value, tuple):
        result = tuple(_replace(item, values) for item in value)
    elif is_dataclass(value) and not isinstance(value, type):
        changed = {item.name: _replace(getattr(value, item.name), values) for item in fields(value)}
        result = replace(value, **changed)
    return result  # type: ignore[no-any-return]
