"""Let a small model tell which specialist an instance needs, instead of one model that can do everything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from decomposer.design.context import divide_up
from decomposer.design.nodes import Case, seq
from decomposer.expr import ONE, Expr, num, sym
from decomposer.rules.base import Alternative, Decision, Fact, Goal, Rule, Site, hole


def expand(site: Site, goal: Goal) -> Iterator[Alternative]:
    """Specialists of one member of the family each, and of s members; one that fails is asked again by itself."""
    if goal.mode not in ("cover", "item") or len(goal.tasks) != 1 or goal.share is not None:
        return
    task = site.task(goal.tasks[0])
    one_of = task.one_of
    if one_of is None or goal.history is not None or (task.local is not None and not goal.single):
        return
    family = site.problem.capabilities[one_of.family].family
    assert family is not None
    for share, decisions in _shares(site, one_of.family, family):
        options = divide_up(family, share)
        route = Goal((one_of.told_by,), mode="route", part=goal.part, size=goal.size, among=options)
        specialist = hole(replace(goal, share=share))
        yield Alternative(seq(hole(route), Case(task.name, specialist, share)), (Fact(task.name, "one_of"),), decisions)


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
