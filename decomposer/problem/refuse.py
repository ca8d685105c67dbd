"""Putting what pydantic found into our words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from functools import partial
from typing import Any

from pydantic_core import ValidationError

from decomposer.problem.diagnose import Issue
from decomposer.problem.fields import kind_of
from decomposer.problem.schema import keys_at
from decomposer.problem.suggest import suggest
from decomposer.problem.yaml import Loc

_KINDS: Mapping[str, str] = {
    "dict_type": "a mapping",
    "list_type": "a list",
    "bool_type": "`true` or `false`",
}

_LONGEST_VALUE = 20


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
        return Issue(loc, f"`{loc[-1]}` is missing", "missing", _why(loc, value), at_key=True)
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
    keys = keys_at(loc) if kind == "dict_type" else []
    shown = ", ".join(f"`{key}`" for key in keys[:6]) + (", ..." if len(keys) > 6 else "")
    message = f"expected {_KINDS[kind]}, found {kind_of(value)}"
    return Issue(loc, message, "bad-value", f"its keys: {shown}" if keys else _example(kind, loc, value))


def _why(loc: Loc, value: object) -> str:
    """Say what a missing key is for, where something else may seem to say it."""
    priced = isinstance(value, Mapping) and "prices" in value
    if loc[-1] != "size" or not priced:
        return ""
    return "`prices` are what is billed; the `size` says which of two models is the larger, where that is asked"


def _example(kind: str, loc: Loc, value: object) -> str:
    """Show how a mapping from names is written, with what was given as a value where it may be one."""
    if kind != "dict_type" or not loc or not isinstance(loc[-1], str):
        return ""
    scalar = isinstance(value, str | int | Fraction) and not isinstance(value, bool)
    within = str(value) if scalar and len(str(value)) <= _LONGEST_VALUE else "..."
    return f"write names with their values: `{loc[-1]}: {{NAME: {within}}}`"
