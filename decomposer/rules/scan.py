"""Scan for items in a conversation: round after round, each reading all earlier ones. The habit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from decomposer.design.context import scans
from decomposer.design.nodes import Repeat
from decomposer.expr import ONE
from decomposer.rules.base import Alternative, Fact, Goal, Rule, Site, hole


def expand(site: Site, goal: Goal) -> Iterator[Alternative]:
    """One scan where one is enough; else as many rounds as it takes, in one conversation over the whole text."""
    if not is_scan(site, goal):
        return
    finder = goal.tasks[0]
    number = scans(site.problem, site.task(finder), site.context(goal))
    facts = (Fact(finder, "finds"),)
    if number == ONE:
        yield Alternative(hole(replace(goal, mode="round", unit=False)), facts)
    elif number is not None and goal.size is None:
        spoken = replace(goal, mode="round", unit=False, history=site.index)
        yield Alternative(Repeat(number, hole(spoken), site.index), facts)


def is_scan(site: Site, goal: Goal) -> bool:
    """Whether the goal is to find items, and perhaps to do something for each."""
    first, *rest = goal.tasks
    finder = site.task(first)
    return (
        goal.mode == "cover"
        and finder.finds is not None
        and finder.for_each is None
        and all(site.task(name).for_each == first for name in rest)
    )


RULE = Rule(
    name="scan",
    does="scan for items, in one conversation that keeps its history where it takes several rounds",
    facts=("finds",),
    source="Meyerson & Qiu 2025, section 3.2, eqs. 4-7",
    expand=expand,
)
