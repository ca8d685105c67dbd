"""Have a text cut into its parts by the task that can, before anything works on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from decomposer.design.cuts import ahead, cutters, outdates, splitters
from decomposer.design.nodes import seq
from decomposer.problem.graph import unsettled
from decomposer.problem.model import Problem
from decomposer.rules.base import Alternative, Fact, Goal, Rule, Site, hole


def expand(site: Site, goal: Goal) -> Iterator[Alternative]:
    """For each task that cuts a text of the goal: that task, then the goal with the text in parts."""
    settled = goal.fused or goal.direct or goal.share is not None or goal.steps is not None or goal.tried
    problem = site.problem
    if goal.mode != "cover" or goal.size is not None or settled or not cutters(problem):
        return
    parts = dict.fromkeys(text.part for text in problem.texts.values())
    needed = {name for part in parts for name in splitters(problem, part, goal.tasks)} - goal.cuts
    inside = _all_tasks(problem, goal.tasks)
    stale = {name for task in problem.tasks.values() if task.edits is not None for name in outdates(problem, task)}
    stale |= {name for inner in inside for name in outdates(problem, problem.tasks[inner])}
    for name in sorted(needed - stale - inside):
        if not inside.isdisjoint(ahead(problem, name, digests=False)):
            continue
        first = replace(goal, tasks=(name,), pending=unsettled(problem, (name,)), unit=False)
        after = replace(goal, cuts=goal.cuts | {name})
        yield Alternative(seq(hole(first), hole(after)), (Fact(name, "splits"),))


def _all_tasks(problem: Problem, names: tuple[str, ...]) -> frozenset[str]:
    """Tasks, and all that their methods may put in their place."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [inner for method in problem.tasks[name].methods for inner in method.tasks]
    return frozenset(found)


RULE = Rule(
    name="split",
    does="a model cuts the text into its parts first",
    facts=("splits",),
    source="Meyerson & Qiu 2025, section 5.4",
    expand=expand,
)
