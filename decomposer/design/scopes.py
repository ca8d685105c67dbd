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


class Scopes:
    """Questions about the scopes of calls, for the designs of one problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.parts: dict[tuple[str, ...], str | None] = {}

    def part_of(self, call: Call) -> str | None:
        """The parts of the text that a call works through."""
        if call.tasks not in self.parts:
            texts = [partition(self.problem, self.problem.tasks[name]) for name in call.tasks]
            self.parts[call.tasks] = next((text.part for text in texts if text is not None), None)
        return self.parts[call.tasks]

    def reach(self, call: Call, extents: Extents) -> Reach:
        """How much a call works on."""
        part = self.part_of(call)
        if part is None or call.scope == "whole":
            return "whole"
        number = extents.get(part)
        if call.scope == "part" or number == ONE:
            return "part"
        return "whole" if number is None else "group"

    def reaches(self, node: Design, extents: Extents | None = None) -> Iterator[tuple[Call, Reach]]:
        """The calls of a design, each with how much it works on."""
        around = extents or {}
        if isinstance(node, Call):
            yield node, self.reach(node, around)
        for child in children(node):
            yield from self.reaches(child, within(node, around))

    def moved(self, node: Design, before: Extents, after: Extents) -> Design:
        """Move a design to another scope.

        What is done for an item, or needs the whole text, works on as much as before; everything else works on what is
        in scope now.
        """
        if isinstance(node, Call):
            return self._moved_call(node, before, after)
        parts = tuple(self.moved(child, within(node, before), within(node, after)) for child in children(node))
        return with_children(node, parts) if parts != children(node) else node

    def _moved_call(self, call: Call, before: Extents, after: Extents) -> Call:
        part = self.part_of(call)
        if part is None:
            return call
        tasks = [self.problem.tasks[name] for name in call.tasks]
        held = all(task.for_each is not None for task in tasks) or any(task.local != part for task in tasks)
        if call.scope != "here" or not held:
            return call
        reached = self.reach(call, before)
        return call if reached == "group" else replace(call, scope=reached)

    def settled(self, node: Design, extents: Extents | None = None) -> Design:
        """Canonical form: a call says `here` wherever its scope is that of the loops around it, no unused index."""
        around = extents or {}
        if isinstance(node, Call):
            return self._settled_call(node, around)
        if isinstance(node, Hole):
            return node
        parts = tuple(self.settled(child, within(node, around)) for child in children(node))
        rebuilt = with_children(node, parts) if parts != children(node) else node
        if isinstance(rebuilt, Repeat) and rebuilt.index is not None:
            used = any(isinstance(inner, Call) and inner.history == rebuilt.index for inner in walk(rebuilt.body))
            return rebuilt if used else replace(rebuilt, index=None)
        return rebuilt

    def _settled_call(self, call: Call, extents: Extents) -> Call:
        part = self.part_of(call)
        if part is None:
            return call
        reached = self.reach(call, extents)
        if (call.scope == "whole" and part not in extents) or (call.scope == "part" and extents.get(part) == ONE):
            call = replace(call, scope="here")
        return replace(call, write="part") if reached == "part" and call.write == "all" else call
