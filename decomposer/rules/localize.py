"""Work part by part, or in groups of parts, in parallel, because what a part gets depends on it alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from decomposer.design.cuts import splitters
from decomposer.design.nodes import Each
from decomposer.expr import ONE, num, sym
from decomposer.problem.items import items_in_parts
from decomposer.rules.base import Alternative, Decision, Fact, Goal, Rule, Site, hole
from decomposer.rules.call import bounded_groups


def expand(site: Site, goal: Goal) -> Iterator[Alternative]:
    """Every part by itself, and groups of g parts."""
    if goal.mode != "cover" or goal.size is not None or goal.fused or goal.direct or goal.share is not None:
        return
    part = site.task(goal.tasks[0]).local
    if part is None:
        return
    tasks = [site.task(name) for name in goal.tasks]
    if any(task.remembers or task.memory for task in tasks):
        return
    # What is done for an item found in a part may read more than that part; everything else must be local.
    if any(task.local != part and (task.for_each is None or len(tasks) == 1) for task in tasks):
        return
    if not items_in_parts(site.problem, goal.tasks, part):
        return
    checks = [site.task(name).check for name in goal.pending]
    # With a target, parts may be voted on, or taken as they are: nobody need ask who judges the whole.
    if site.problem.target is None and any(check is not None and check.scope == "whole" for check in checks):
        return
    facts = tuple(Fact(task.name, "local") for task in tasks if task.local == part)
    text = site.text_of(part)
    assert text.count is not None
    if text.count == ONE or not splitters(site.problem, part, goal.tasks) <= goal.cuts:
        return
    unit = goal.unit and len(goal.tasks) > 1
    yield Alternative(Each(part, hole(replace(goal, part=part, size=ONE, unit=unit))), facts)
    group = sym(site.group)
    decision = Decision(site.group, num(2), text.count, f"{part}s in a group")
    grouped = replace(goal, part=part, size=group, unit=unit)
    yield Alternative(Each(part, hole(grouped), group), facts, (decision,))
    for model, bounded in bounded_groups(site, goal, text):
        taken = sym(bounded.name)
        within = replace(goal, part=part, size=taken, unit=unit, model=model)
        yield Alternative(Each(part, hole(within), taken), facts, (bounded,))


RULE = Rule(
    name="localize",
    does="part by part, or in groups of parts, in parallel",
    facts=("local",),
    source="Meyerson & Qiu 2025, sections 3.2 and 3.3",
    expand=expand,
)
