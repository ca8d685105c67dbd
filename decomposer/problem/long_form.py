"""Problems with everything spelled out: what the checker of certificates reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from fractions import Fraction
from typing import Any

from decomposer.expr import Expr, parse_relation
from decomposer.problem.graph import topological
from decomposer.problem.model import Problem

_SECTIONS = tuple(
    field.name
    for field in fields(Problem)
    if field.name not in {"about", "assume", "designs", "file", "marks", "source"}
)


def long_form(problem: Problem) -> dict[str, Any]:
    """Spell a problem out: every field of every object, formulas as text, tasks in the order in which they are done.

    Returns
    -------
    dict
        The sections of the problem; `order`, the tasks that every design must do; `methods` of a task with their
        tasks in order; `assume`, the relations in the notation of formulas.
    """
    data = {name: _spell(getattr(problem, name)) for name in _SECTIONS}
    for task in problem.tasks.values():
        data["tasks"][task.name]["methods"] = {m.name: list(topological(problem, m.tasks)) for m in task.methods}
    relations = (parse_relation(text) for text in problem.assume)
    return {**data, "order": list(topological(problem)), "assume": [f"{a} {sign} {b}" for a, sign, b in relations]}


def _spell(value: Any) -> Any:
    if isinstance(value, Expr | Fraction):
        return str(value)
    if is_dataclass(value):
        return {field.name: _spell(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {name: _spell(one) for name, one in value.items()}
    return [_spell(one) for one in value] if isinstance(value, tuple) else value
