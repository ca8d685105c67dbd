"""Every goal that the facts lead to, and the free parameters that have a value where it is met."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import TypeAlias

from decomposer.formulas.algebra import LIMIT, Refused
from decomposer.restated.rules import Rules
from decomposer.restated.space import Goal, Way

Scope: TypeAlias = tuple[tuple[str, tuple[str, str]], ...]
"""Free parameters with their least and greatest values."""

Ways: TypeAlias = dict[Goal, list[tuple[Way, ...]]]
"""The ways of every goal, each as every measure states it."""


def unfold(spaces: Sequence[Rules]) -> Ways:
    """Find every goal that the first leads to, with its ways, each as every measure states it.

    A goal below itself would make what is said of goals meaningless.
    """
    ways: Ways = {}
    above: dict[Goal, None] = {}
    waiting: list[tuple[Goal, bool]] = [(spaces[0].root(), False)]
    while waiting:
        goal, done = waiting.pop()
        if done:
            del above[goal]
        elif goal in above:
            raise Refused("a goal needs itself")
        elif goal not in ways:
            ways[goal] = list(zip(*(space.ways(goal) for space in spaces), strict=True))
            above[goal] = None
            waiting.append((goal, True))
            waiting += [(need.goal, False) for way, *_ in ways[goal] for need in way.needs]
        if len(ways) > LIMIT:
            raise Refused(f"more than {LIMIT} goals")
    return ways


class Goals:
    """Goals with their ways, the root first; `index` is the round of a conversation."""

    def __init__(self, ways: Ways, index: str) -> None:
        self.ways, self.root, self.index = ways, next(iter(ways)), index
        self.free: dict[str, set[tuple[str, str]]] = {index: {("1", "")}}
        for free in (way.free for stated in ways.values() for (way, *_) in stated if way.free):
            self.free.setdefault(free[0], set()).add(free[1:])

    def scope(self, goal: Goal, way: Way | None = None) -> Scope:
        """Free parameters that have a value where a goal is met, with their bounds: those in its words, and the way's.

        An upper bound is empty where those that introduce the parameter do not agree on one.
        """
        words = f"{goal.size} {goal.share} {goal.among} {goal.steps} {self.index if goal.history else ''}"
        found: dict[str, tuple[str, str]] = {}
        for name in self.free.keys() & set(re.findall(r"\w+", words)):
            bounds = self.free[name]
            low = min((low for low, _ in bounds), key=Fraction)
            found[name] = (low, next(iter(bounds))[1] if len(bounds) == 1 else "")
        if way and way.free:
            found[way.free[0]] = way.free[1:]
        return tuple(sorted(found.items()))
