"""Do a dependent task for every part, found or not: what a pipeline without conditionals does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from decomposer.design.nodes import seq
from decomposer.rules.base import Alternative, Goal, Rule, Site, hole, only
from decomposer.rules.guard import common_finder, holds_one_item
from decomposer.rules.separate import always_finds


def expand(site: Site, goal: Goal) -> Iterator[Alternative]:
    """At one part that holds one item at most, act without looking at what was found."""
    if not goal.single or goal.fused:
        return
    if goal.mode == "round" and len(goal.tasks) > 1 and not always_finds(site, goal):
        finder = site.task(goal.tasks[0])
        if finder.finds is not None and finder.finds.per_part == 1 and _local(site, goal):
            act = hole(only(goal, goal.tasks[1:], mode="item"))
            yield Alternative(seq(hole(only(goal, goal.tasks[:1])), act))
    finder_name = common_finder(site, goal) if goal.mode == "cover" else None
    if finder_name is not None and _local(site, goal) and holds_one_item(site, goal, finder_name):
        yield Alternative(hole(replace(goal, mode="item", unit=False)))


def _local(site: Site, goal: Goal) -> bool:
    return all(site.task(name).local == goal.part for name in goal.tasks)


RULE = Rule(
    name="everywhere",
    does="dependent tasks for every part, found or not",
    facts=(),
    source="design rule",
    expand=expand,
)
