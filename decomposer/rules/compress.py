"""Make a digest first, and let what follows read it instead of the text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from decomposer.design.cuts import ahead
from decomposer.design.nodes import seq
from decomposer.problem.graph import auxiliary, unsettled
from decomposer.problem.model import Problem, Task
from decomposer.problem.once import once
from decomposer.rules.base import Alternative, Fact, Goal, Rule, Site, hole


def expand(site: Site, goal: Goal) -> Iterator[Alternative]:
    """For each task that makes a digest of a text that the goal reads: that task, then the goal with the digest."""
    settled = goal.fused or goal.direct or goal.share is not None or goal.steps is not None or goal.tried
    if goal.mode != "cover" or settled:
        return
    problem = site.problem
    makers = digesters(problem)
    if not makers:
        return
    aside = auxiliary(problem)
    tasks = [site.task(name) for name in goal.tasks]
    made = {text for task in tasks for text in task.writes}
    read = {read.text for task in tasks for read in task.reads}
    had = {fact.text for name in goal.digests if (fact := site.task(name).compresses) is not None}
    for maker in makers:
        assert maker.compresses is not None
        text = maker.compresses.text
        if maker.name not in aside or maker.name in goal.tasks or text in had or text not in read:
            continue
        if not lasting(problem, text) or not plain(maker) or any(need.text in made for need in maker.reads):
            continue
        if goal.size is not None and maker.local != goal.part:
            continue
        if not ahead(problem, maker.name).isdisjoint(goal.tasks):
            continue
        names = (maker.name,)
        first = replace(goal, tasks=names, pending=unsettled(problem, names), unit=False)
        # Where one task alone reads it, a sequence of tasks makes the digest just before that one.
        alone = sum(any(need.text == text for need in task.reads) for task in tasks) == 1
        unit = goal.unit or (alone and len(tasks) > 1)
        after = replace(goal, digests=goal.digests | {maker.name}, unit=unit)
        yield Alternative(seq(hole(first), hole(after)), (Fact(maker.name, "compresses"),))


@once
def digesters(problem: Problem) -> tuple[Task, ...]:
    """Tasks that make digests."""
    return tuple(task for task in problem.tasks.values() if task.compresses is not None)


def lasting(problem: Problem, text: str) -> bool:
    """Whether nobody changes a text, so that a digest of it stays true."""
    return all(task.edits is None or task.edits.text != text for task in problem.tasks.values())


def plain(maker: Task) -> bool:
    """Whether a digest is all that its maker is done for."""
    return all(fact is None for fact in (maker.finds, maker.for_each, maker.edits, maker.one_of))


RULE = Rule(
    name="compress",
    does="a digest first, which is read instead of the text",
    facts=("compresses",),
    source="Chen et al. 2024, retrieval; Meyerson & Qiu 2025, section 3.4",
    expand=expand,
)
