"""Let a small model tell which specialist an instance needs, instead of one model that can do everything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from decomposer.design.context import divide_up
from decomposer.design.nodes import Case, seq
from decomposer.expr import ONE, Expr, num, sym
from decomposer.rules.base import Alternative, Decision, Fact, Goal, Rule, Site, hole, only


def expand(site: Site, goal: Goal) -> Iterator[Alternative]:
    """Specialists of one member of the family each, and of s members; one that fails is asked again by itself.

    Where the delegator is a task of the goal itself, because others read what it writes, it does that by telling.
    """
    if goal.mode not in ("cover", "item") or goal.share is not None or goal.fused:
        return
    *before, name = goal.tasks
    task = site.task(name)
    one_of = task.one_of
    if one_of is None or goal.history is not None or (task.local is not None and not goal.single):
        return
    if before and (before != [one_of.told_by] or not _tells_in_passing(site, goal)):
        return
    family = site.problem.capabilities[one_of.family].family
    assert family is not None
    for share, decisions in _shares(site, one_of.family, family):
        options = divide_up(family, share)
        place = Goal((one_of.told_by,), mode="route", part=goal.part, size=goal.size, digests=goal.digests)
        specialist = hole(only(goal, (name,), share=share) if before else replace(goal, share=share))
        steps = seq(hole(replace(place, among=options)), Case(name, specialist, share))
        yield Alternative(steps, (Fact(name, "one_of"),), decisions)


def _tells_in_passing(site: Site, goal: Goal) -> bool:
    """Whether one call that tells which specialist is needed is all that the delegator has to do."""
    router = site.task(goal.tasks[0])
    others = (router.finds, router.for_each, router.memory, router.one_of, router.compresses)
    return goal.mode == "cover" and router.name not in goal.pending and all(fact is None for fact in others)


def _shares(site: Site, name: str, family: Expr) -> Iterator[tuple[Expr, tuple[Decision, ...]]]:
    """How many members a specialist may have: what the catalogue offers, or any number."""
    if site.problem.models:
        offered = (model.can[name] for model in site.problem.models.values() if name in model.can)
        for share in dict.fromkeys(share for share in offered if share is not None):
            yield share, ()
        return
    yield ONE, ()
    if family.as_fraction() is None or family.as_fraction() != 1:
        yield sym(site.share), (Decision(site.share, num(2), family, "capabilities of a specialist"),)


RULE = Rule(
    name="delegate",
    does="a delegator that tells which specialist an instance needs",
    facts=("one_of",),
    source="Meyerson & Qiu 2025, section 3.1, eqs. 2-3",
    expand=expand,
)
