"""Do a task by the user's own sub-tasks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from decomposer.problem.graph import topological, unsettled
from decomposer.problem.items import items_in_parts
from decomposer.rules.base import Alternative, Fact, Goal, Rule, Site, hole


def expand(site: Site, goal: Goal) -> Iterator[Alternative]:
    """Each method of the task, as a block of its sub-tasks at the same scope."""
    if goal.mode != "cover" or len(goal.tasks) != 1 or goal.fused or goal.share is not None:
        return
    # Whether a task succeeds is said of its own calls; the sub-tasks have facts of their own, and their own retries.
    if goal.pending != unsettled(site.problem, goal.tasks):
        return
    task = site.task(goal.tasks[0])
    for method in task.methods:
        names = topological(site.problem, method.tasks)
        apart = [one for one in map(site.task, names) if one.local != goal.part or one.memory is not None]
        if goal.size is not None and (apart or not items_in_parts(site.problem, names, goal.part)):
            continue
        inner = replace(goal, tasks=names, pending=unsettled(site.problem, names), direct=False, unit=False)
        yield Alternative(hole(inner), (Fact(task.name, f"method {method.name}"),))


RULE = Rule(
    name="decompose",
    does="the user's own sub-tasks",
    facts=("methods",),
    source="the problem file",
    expand=expand,
)
