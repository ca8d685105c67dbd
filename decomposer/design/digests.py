"""Digests: which a call reads instead of texts, and how many tokens they have."""

from __future__ import annotations

from decomposer.design.context import Context, extent
from decomposer.design.nodes import Call, Scope
from decomposer.expr import Expr
from decomposer.problem.model import Problem, Task


def digested(problem: Problem, call: Call) -> dict[str, str]:
    """Texts of which a call reads a digest, with who makes it; who edits a text reads all of it."""
    edited = {edits.text for name in call.tasks if (edits := problem.tasks[name].edits) is not None}
    found: dict[str, str] = {}
    for name in call.digests:
        compresses = problem.tasks[name].compresses
        if compresses is not None and compresses.text not in edited:
            found[compresses.text] = name
    return found


def digest_tokens(problem: Problem, maker: Task, context: Context, scope: Scope) -> Expr:
    """Tokens of a digest at a scope: so many for each part, where its maker is local to the parts."""
    assert maker.compresses is not None
    text = problem.texts[maker.compresses.text]
    if maker.local is None or maker.local != text.part or text.count is None:
        return maker.compresses.to
    if scope == "part":
        return maker.compresses.to
    return maker.compresses.to * (text.count if scope == "whole" else extent(text, context))
