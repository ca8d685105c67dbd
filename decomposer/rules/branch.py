"""A tree of delegators: tell few alternatives apart at a time, level by level."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from decomposer.design.nodes import Repeat
from decomposer.expr import ONE, ceil, log, num, sym
from decomposer.rules.base import Alternative, Decision, Fact, Goal, Rule, Site, hole


def expand(site: Site, goal: Goal) -> Iterator[Alternative]:
    """Fan-out f on ``ceil(log(options) / log(f))`` levels, where telling fewer apart takes a smaller model."""
    if goal.mode != "route" or goal.unit or goal.among is None or goal.among == ONE or goal.narrow:
        return
    name = goal.tasks[0]
    if not any(site.problem.capabilities[c].options is not None for c in site.task(name).requires):
        return
    options = goal.among
    fan_out = sym(site.fan_out)
    levels = ceil(log(options) / log(fan_out))
    decision = Decision(site.fan_out, num(2), options, "alternatives that one delegator tells apart")
    level = hole(replace(goal, among=fan_out, unit=True))
    yield Alternative(Repeat(levels, level), (Fact(name, "options"),), (decision,))


RULE = Rule(
    name="branch",
    does="a tree of delegators, each telling few alternatives apart",
    facts=("options",),
    source="Meyerson & Qiu 2025, section 3.1.3",
    expand=expand,
)
