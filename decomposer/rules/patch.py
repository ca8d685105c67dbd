"""Write less: only the part that changes, or a patch that a non-LLM oracle applies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from decomposer.rules.base import Alternative, Fact, Goal, Rule, Site, hole
from decomposer.rules.call import is_one_call, writing


def expand(site: Site, goal: Goal) -> Iterator[Alternative]:
    """Instead of the whole scope: the changed part, or a patch."""
    if goal.write is not None or not is_one_call(site, goal):
        return
    editors = [task for task in (site.task(name) for name in goal.tasks) if task.edits is not None]
    if not editors:
        return
    edits = [task.edits for task in editors if task.edits is not None]
    facts = tuple(Fact(task.name, "edits") for task in editors)
    if writing(site, goal) == "all" and all(edit.unit == "part" for edit in edits):
        yield Alternative(hole(replace(goal, write="part")), facts)
    if all(edit.patch is not None for edit in edits):
        patches = tuple(Fact(task.name, "patch") for task in editors)
        yield Alternative(hole(replace(goal, write="patch")), patches)


RULE = Rule(
    name="patch",
    does="write only what changes",
    facts=("edits", "patch"),
    source="design rule; Meyerson & Qiu 2025, section 3.2",
    expand=expand,
)
