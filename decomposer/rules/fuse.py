"""Do neighbouring tasks in one call: one reading, one model that can do all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from decomposer.design.context import at_most_one
from decomposer.design.nodes import Call, If
from decomposer.rules.base import Alternative, Fact, Goal, Rule, Site, hole
from decomposer.rules.call import by_each_model, call_scope, done_at_once, has_heads
from decomposer.rules.separate import always_finds, largest_block


def expand(site: Site, goal: Goal) -> Iterator[Alternative]:
    """One call for the block; a scan that finds something goes on to act on it in the same call."""
    if not 2 <= len(goal.tasks) <= largest_block(site.problem) or goal.fused or goal.pending:
        return
    tasks = [site.task(name) for name in goal.tasks]
    if not all(task.requires for task in tasks):
        return
    if any(call_scope(site, replace(goal, tasks=(name,))) == "whole" for name in goal.tasks):
        return
    together = replace(goal, fused=True, unit=False)
    if goal.mode == "item":
        yield Alternative(hole(together))
    elif goal.mode == "cover":
        if all(done_at_once(site, goal, task) for task in tasks):
            yield Alternative(hole(together), tuple(Fact(task.name, "finds") for task in tasks if task.finds))
    elif goal.mode == "round" and at_most_one(site.problem, tasks[0], site.context(goal)):
        acting = hole(replace(together, mode="item"))
        if always_finds(site, goal):
            yield Alternative(acting)
            return
        if goal.history is not None:  # which rounds found something, and spoke, would not be known
            return
        first, *rest = goal.tasks
        scan = Call(
            (first,),
            narrow=goal.narrow or not has_heads(site, replace(goal, tasks=(first,))),
            history=goal.history,
            able=tuple(rest),
        )
        for looking in by_each_model(site, goal, scan):
            yield Alternative(If(first, acting, looking), tuple(Fact(name, "for_each") for name in rest))


RULE = Rule(
    name="fuse",
    does="neighbouring tasks in one call of one model that can do them all",
    facts=(),
    source="design rule",
    expand=expand,
)
