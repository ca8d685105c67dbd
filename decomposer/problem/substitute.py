"""Putting numbers for parameters into every formula of a problem."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache
from operator import is_
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
    """Replace parameters by values in everything that a value holds, such as the steps of a hand design.

    What holds none of the parameters is returned as it is.
    """
    result: Any = value
    if isinstance(value, Expr):
        result = value.subs(values)
    elif isinstance(value, tuple):
        items = tuple(replaced(item, values) for item in value)
        result = value if all(map(is_, items, value)) else items
    elif names := _fields(type(value)):  # type: ignore[arg-type]  # mypy does not see that classes are hashable
        old: dict[str, Any] = {name: getattr(value, name) for name in names}
        changed = {name: new for name, item in old.items() if (new := replaced(item, values)) is not item}
        result = replace(result, **changed) if changed else value
    elif isinstance(value, Mapping):
        content = {key: replaced(item, values) for key, item in value.items()}
        result = value if all(map(is_, content.values(), value.values())) else Frozen(content)
    return result  # type: ignore[no-any-return]


@cache
def _fields(kind: type) -> tuple[str, ...]:
    """Names of the fields of a dataclass; none of any other type."""
    return tuple(item.name for item in fields(kind)) if is_dataclass(kind) else ()
