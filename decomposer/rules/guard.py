"""Do a dependent task only where its finder found something, instead of everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from decomposer.design.context import at_most_one
from decomposer.design.nodes import ForEach, If, seq
from decomposer.expr import ONE
from decomposer.problem.items import in_parts
from decomposer.rules.base import Alternative, Fact, Goal, Rule, Site, hole, only
from decomposer.rules.separate import always_finds


def expand(site: Site, goal: Goal) -> Iterator[Alternative]:
    """After a scan: where it found an item, or for every item found."""
    if goal.fused:
        return
    if goal.mode == "round" and len(goal.tasks) > 1 and not always_finds(site, goal):
        finder, rest = goal.tasks[0], goal.tasks[1:]
        act = hole(only(goal, rest, mode="item"))
        single = at_most_one(site.problem, site.task(finder), site.context(goal))
        then = If(finder, act) if single else ForEach(finder, act)
        yield Alternative(seq(hole(only(goal, (finder,))), then), _facts(rest))
    elif goal.mode == "cover" and (finder_name := common_finder(site, goal)) is not None:
        act = hole(replace(goal, mode="item", unit=False))
        single = holds_one_item(site, goal, finder_name)
        yield Alternative(If(finder_name, act) if single else ForEach(finder_name, act), _facts(goal.tasks))


def common_finder(site: Site, goal: Goal) -> str | None:
    """The finder for whose items all tasks of the goal are done."""
    finder = site.task(goal.tasks[0]).for_each
    if finder is None or any(site.task(name).for_each != finder for name in goal.tasks):
        return None
    return finder


def holds_one_item(site: Site, goal: Goal, finder: str) -> bool:
    """Whether the scope is one of the parts that the finder works through, of which each holds one item at most."""
    finds = site.task(finder).finds
    return goal.single and finds is not None and finds.per_part == ONE and in_parts(site.problem, finder, goal.part)


def _facts(tasks: tuple[str, ...]) -> tuple[Fact, ...]:
    return tuple(Fact(name, "for_each") for name in tasks)


RULE = Rule(
    name="guard",
    does="dependent tasks only where something was found",
    facts=("for_each",),
    source="Meyerson & Qiu 2025, section 3.2, eq. 10",
    expand=expand,
)
