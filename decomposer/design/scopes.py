"""How much of a text a call works on, and keeping that as loops come and go around it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Literal, TypeAlias

from decomposer.design.context import partition
from decomposer.design.nodes import Call, Design, Each, Hole, Repeat, children, walk, with_children
from decomposer.expr import ONE, Expr
from decomposer.problem.model import Problem

Extents: TypeAlias = Mapping[str, Expr]
"""Parts in scope, for each partition that an enclosing loop has narrowed."""

Reach: TypeAlias = Literal["whole", "group", "part"]


def within(node: Design, extents: Extents) -> Extents:
    """What is in scope in the body of a node."""
    return {**extents, node.part: node.size} if isinstance(node, Each) else extents


def part_of(problem: Problem, call: Call) -> str | None:
    """The parts of the text that a call works through."""
    texts = [partition(problem, problem.tasks[name]) for name in call.tasks]
    return next((text.part for text in texts if text is not None), None)


def reach(problem: Problem, call: Call, extents: Extents) -> Reach:
    """How much a call works on."""
    part = part_of(problem, call)
    if part is None or call.scope == "whole":
        return "whole"
    number = extents.get(part)
    if call.scope == "part" or number == ONE:
        return "part"
    return "whole" if number is None else "group"


def reaches(problem: Problem, node: Design, extents: Extents | None = None) -> Iterator[tuple[Call, Reach]]:
    """The calls of a design, each with how much it works on."""
    around = extents or {}
    if isinstance(node, Call):
        yield node, reach(problem, node, around)
    for child in children(node):
        yield from reaches(problem, child, within(node, around))


def moved(problem: Problem, node: Design, before: Extents, after: Extents) -> Design:
    """Move a design to another scope.

    What is done for an item, or needs the whole text, works on as much as before; everything else works on what is
    in scope now.
    """
    if isinstance(node, Call):
        return _moved_call(problem, node, before, after)
    parts = tuple(moved(problem, child, within(node, before), within(node, after)) for child in children(node))
    return with_children(node, parts) if parts != children(node) else node


def _moved_call(problem: Problem, call: Call, before: Extents, after: Extents) -> Call:
    part = part_of(problem, call)
    if part is None:
        return call
    tasks = [problem.tasks[name] for name in call.tasks]
    held = all(task.for_each is not None for task in tasks) or any(task.local != part for task in tasks)
    if call.scope != "here" or not held:
        return call
    reached = reach(problem, call, before)
    return call if reached == "group" else replace(call, scope=reached)


def settled(problem: Problem, node: Design, extents: Extents | None = None) -> Design:
    """Canonical form: a call says `here` wherever its scope is that of the loops around it, no unused index."""
    around = extents or {}
    if isinstance(node, Call):
        return _settled_call(problem, node, around)
    if isinstance(node, Hole):
        return node
    parts = tuple(settled(problem, child, within(node, around)) for child in children(node))
    rebuilt = with_children(node, parts) if parts != children(node) else node
    if isinstance(rebuilt, Repeat) and rebuilt.index is not None:
        used = any(isinstance(inner, Call) and inner.history == rebuilt.index for inner in walk(rebuilt.body))
        return rebuilt if used else replace(rebuilt, index=None)
    return rebuilt


def _settled_call(problem: Problem, call: Call, extents: Extents) -> Call:
    part = part_of(problem, call)
    if part is None:
        return call
    reached = reach(problem, call, extents)
    if (call.scope == "whole" and part not in extents) or (call.scope == "part" and extents.get(part) == ONE):
        call = replace(call, scope="here")
    return replace(call, write="part") if reached == "part" and call.write == "all" else call
