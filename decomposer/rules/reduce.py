"""Work group by group and combine the results, because they combine associatively: at once, in a tree, or in turn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from decomposer.design.combining import combinable
from decomposer.design.context import divide_up, partition
from decomposer.design.nodes import Call, Design, Each, Merge, Retry
from decomposer.expr import ONE, Expr, minimum, num, sym
from decomposer.problem.graph import unsettled
from decomposer.problem.model import Task
from decomposer.rules.base import Alternative, Decision, Fact, Goal, Rule, Site, hole
from decomposer.rules.call import by_each_model

FAN_INS = (2, 3)
"""Fan-ins of trees in growth; at numbers every one is tried."""


def expand(site: Site, goal: Goal) -> Iterator[Alternative]:
    """Groups of one part and of g parts, under every shape of the combination."""
    if goal.mode != "cover" or goal.size is not None or goal.direct or goal.share is not None or len(goal.tasks) != 1:
        return
    task = site.task(goal.tasks[0])
    if task.combines is None or task.local is not None or not combinable(task) or goal.tried:
        return
    check = task.check
    if goal.pending and check is not None and check.scope == "whole":
        return
    text = partition(site.problem, task)
    if text is None or text.part is None or text.count is None or text.count == ONE:
        return
    facts = (Fact(task.name, "combines"),)
    group = sym(site.group)
    wide = Decision(site.group, num(2), text.count, f"{text.part}s in a group")
    for size, decisions in ((ONE, ()), (group, (wide,))):
        body = hole(replace(goal, part=text.part, size=size, unit=False))
        if task.combines.by is None:
            yield Alternative(Each(text.part, body, size), facts, decisions)
            continue
        for by in _by(site, goal, task, site.task(task.combines.by)):
            for fan_in, more in _shapes(site, task, divide_up(text.count, size)):
                merge = Merge(task.name, text.part, body, by, size, fan_in)
                yield Alternative(merge, facts, (*decisions, *more))


def _by(site: Site, goal: Goal, task: Task, by: Task) -> Iterator[Design]:
    """The call that combines, by each model; until it is accepted, where it may fail."""
    if not by.requires or (by.succeeds is not None and (by.succeeds.unit != "call" or by.succeeds.hard is not None)):
        return
    merging = replace(goal, tasks=(by.name,), pending=frozenset(), digests=frozenset())
    for call in by_each_model(site, merging, Call((by.name,))):
        if by.check is not None and by.check.by is None and unsettled(site.problem, (by.name,)):
            yield Retry((by.name,), call)
        else:
            yield call


def _shapes(site: Site, task: Task, count: Expr) -> Iterator[tuple[Expr | None, tuple[Decision, ...]]]:
    """Fan-ins with their free parameters: all at once, trees, and one after the other."""
    assert task.combines is not None
    most = task.combines.at_once
    yield None, ()
    if site.numbered:
        high = count if most is None else minimum(count, most)
        yield sym(site.fan_in), (Decision(site.fan_in, num(2), high, f"results of {task.name} combined at a time"),)
        return
    limit = None if most is None else most.as_fraction()
    yield from ((num(fan_in), ()) for fan_in in FAN_INS if limit is None or fan_in <= limit)
    if most is None:
        yield count, ()
    elif limit is None or limit > FAN_INS[-1]:
        yield most, ()


RULE = Rule(
    name="reduce",
    does="group by group, and the results combined: all at once, in a tree, or one after the other",
    facts=("combines",),
    source="Chen et al. 2024; Bentley & Saxe 1980 on decomposable problems",
    expand=expand,
)
