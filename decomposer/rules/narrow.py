"""Read less: the head of a text where no more is needed, the one part that holds the item at hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from decomposer.design.context import partition
from decomposer.design.cuts import splitters
from decomposer.problem.items import parts_touched
from decomposer.rules.base import Alternative, Fact, Goal, Rule, Site, hole
from decomposer.rules.call import has_heads, is_one_call


def expand(site: Site, goal: Goal) -> Iterator[Alternative]:
    """Heads first, then the part of the item; manners of writing are settled later."""
    if goal.pending or goal.write is not None or not is_one_call(site, goal):
        return
    tasks = [site.task(name) for name in goal.tasks]
    if not goal.narrow and goal.scope == "here" and has_heads(site, goal):
        facts = tuple(Fact(task.name, "reads head") for task in tasks if any(read.head for read in task.reads))
        yield Alternative(hole(replace(goal, narrow=True)), facts)
    if goal.mode != "item" or goal.scope != "here" or goal.single or goal.history is not None:
        return
    part = tasks[0].local
    if part is None or not splitters(site.problem, part, goal.tasks) <= goal.cuts:
        return
    if any(task.local != part or task.for_each is None for task in tasks):
        return
    # Of a text with other parts they need more than the one that such a call would be given.
    if any(other not in (None, part) for task in tasks for other in parts_touched(site.problem, task)):
        return
    if goal.part in (None, part) and partition(site.problem, tasks[0]) is not None:
        yield Alternative(hole(replace(goal, scope="part")), tuple(Fact(task.name, "local") for task in tasks))


RULE = Rule(
    name="narrow",
    does="read only the head, or only the part that holds the item",
    facts=("reads head", "local"),
    source="Meyerson & Qiu 2025, sections 3.1 and 3.2",
    expand=expand,
)
