"""Putting what pydantic found into our words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import ValidationError

from decomposer.problem.diagnose import Issue
from decomposer.problem.fields import kind_of
from decomposer.problem.schema import Form, ProblemForm
from decomposer.problem.suggest import suggest
from decomposer.problem.yaml import Loc

_KINDS: Mapping[str, str] = {
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "list_type": "a list",
    "bool_type": "`true` or `false`",
}


def issues_of(error: ValidationError) -> list[Issue]:
    """Translate every error, in time linear in their number."""
    return [_issue(one) for one in error.errors(include_url=False)]


def _issue(error: Mapping[str, Any]) -> Issue:
    loc: Loc = tuple(error["loc"])
    kind, context, value = error["type"], error.get("ctx") or {}, error.get("input")
    at_key = bool(loc) and loc[-1] == "[key]"
    if at_key:
        loc = loc[:-1]
    if kind == "decomposer":
        return Issue(
            loc,
            context["message"],
            context["code"],
            context["hint"],
            column=context["column"],
            width=context["width"],
            at_key=at_key,
        )
    if kind == "extra_forbidden":
        key = str(loc[-1])
        return Issue(
            loc, f"unknown key `{key}`", "unknown-key", token=key, known=partial(keys_at, loc[:-1]), at_key=True
        )
    if kind == "missing":
        return Issue(loc, f"`{loc[-1]}` is missing", "missing", at_key=True)
    if kind == "literal_error":
        expected = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        choice = " or ".join(f"`{word}`" for word in expected)
        if not isinstance(value, str):
            return Issue(loc, f"expected {choice}, found {kind_of(value)}", "bad-value")
        near = suggest(value, expected)
        return Issue(loc, f"`{value[:40]}` is not {choice}", "bad-value", near if near.startswith("did") else "")
    if kind not in _KINDS:
        message = str(error.get("msg", "bad value"))
        return Issue(loc, message[:1].lower() + message[1:], "bad-value")
    keys = keys_at(loc) if kind == "model_type" else []
    shown = ", ".join(f"`{key}`" for key in keys[:6]) + (", ..." if len(keys) > 6 else "")
    message = f"expected {_KINDS[kind]}, found {kind_of(value)}"
    return Issue(loc, message, "bad-value", f"its keys: {shown}" if keys else "")


def keys_at(loc: Loc) -> list[str]:
    """Return the keys that the mapping at `loc` of a problem file may have; empty when it has none."""
    current: Any = ProblemForm
    for part in loc:
        current = _bare(current)
        if isinstance(current, type) and issubclass(current, Form):
            named = {field.alias or name: field.annotation for name, field in current.model_fields.items()}
            current = named.get(str(part))
        else:
            arguments = get_args(current)
            current = arguments[-1] if arguments else None
    current = _bare(current)
    if not (isinstance(current, type) and issubclass(current, Form)):
        return []
    return [field.alias or name for name, field in current.model_fields.items()]


def _bare(kind: Any) -> Any:
    while get_origin(kind) in (Annotated, Union, UnionType):
        kind = next((one for one in get_args(kind) if one is not type(None)), None)
    return kind
