"""Cut a chain of dependent steps into calls of a few steps each, which hand on the state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from decomposer.design.nodes import Stride
from decomposer.design.windows import least
from decomposer.expr import ONE, num, sym
from decomposer.rules.base import Alternative, Decision, Fact, Goal, Rule, Site, hole


def expand(site: Site, goal: Goal) -> Iterator[Alternative]:
    """Step by step, and m steps per call."""
    if goal.mode not in ("cover", "item") or len(goal.tasks) != 1 or goal.fused or goal.direct:
        return
    task = site.task(goal.tasks[0])
    if task.steps is None or task.remembers or goal.steps is not None or goal.history is not None or goal.tried:
        return
    judged = task.name in goal.pending and task.check is not None and task.check.scope == "whole"
    if judged and site.problem.target is None:  # only a target lets a chain fail here and there
        return
    count = task.steps.count
    if count == ONE:
        return
    facts = (Fact(task.name, "steps"),)
    yield Alternative(Stride(task.name, hole(replace(goal, steps=ONE, unit=False))), facts)
    most = count if task.steps.per_call is None else least(site.problem, count, task.steps.per_call)
    if most == ONE:
        return
    taken = sym(site.stride)
    decision = Decision(site.stride, num(2), most, f"steps of {task.name} in a call")
    yield Alternative(Stride(task.name, hole(replace(goal, steps=taken, unit=False)), taken), facts, (decision,))


RULE = Rule(
    name="steps",
    does="a chain of steps in calls of a few steps each",
    facts=("steps",),
    source="Meyerson et al. 2025 (MAKER), section 3",
    expand=expand,
)
