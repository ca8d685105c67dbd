"""Scan with a fresh context in every round, because no task needs what earlier rounds said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from decomposer.design.context import scans
from decomposer.design.nodes import Repeat, Until
from decomposer.expr import ONE
from decomposer.rules.base import Alternative, Fact, Goal, Rule, Site, hole
from decomposer.rules.scan import is_scan


def expand(site: Site, goal: Goal) -> Iterator[Alternative]:
    """A loop whose rounds start afresh: a known number of rounds, or until nothing is found in a group."""
    if not is_scan(site, goal) or any(site.task(name).remembers for name in goal.tasks):
        return
    finder = site.task(goal.tasks[0])
    assert finder.finds is not None
    number = scans(site.problem, finder, site.context(goal))
    afresh = hole(replace(goal, mode="round", unit=False))
    facts = (Fact(finder.name, "finds"), *(Fact(name, "forgets") for name in goal.tasks))
    if number is None:
        if finder.finds.per_call == ONE:
            yield Alternative(Until(finder.name, afresh), facts)
    elif number != ONE:
        yield Alternative(Repeat(number, afresh), facts)


RULE = Rule(
    name="forget",
    does="start every round with a fresh context",
    facts=("forgets",),
    source="Meyerson & Qiu 2025, section 3.2, eq. 8",
    expand=expand,
)
