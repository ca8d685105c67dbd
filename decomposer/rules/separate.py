"""Do neighbouring tasks one after the other, each in its own calls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from decomposer.design.context import items, scans
from decomposer.design.nodes import seq
from decomposer.expr import ONE
from decomposer.problem.graph import topological
from decomposer.problem.model import Problem, Task
from decomposer.problem.once import once
from decomposer.rules.base import Alternative, Goal, Rule, Site, hole, only
from decomposer.rules.scan import is_scan

BLOCKS = 256
"""Blocks that are looked at, about: so many tasks at which a block may begin, times the lengths of a block."""

LEAST_BLOCK = 4
"""Tasks that a block may have however many tasks there are."""


def largest_block(problem: Problem) -> int:
    """Tasks in a block that is localised, looped or fused as one; of at most 16 tasks, as many as there are."""
    return max(LEAST_BLOCK, BLOCKS // max(1, len(problem.tasks)))


@once
def leaves_blocks_out(problem: Problem) -> bool:
    """Return whether more tasks are neighbours than a block may have: longer blocks are not looked at."""
    methods = (method.tasks for task in problem.tasks.values() for method in task.methods)
    return max(map(len, (topological(problem), *methods))) > largest_block(problem)


@once
def leaves_growth_out(problem: Problem) -> bool:
    """Return whether longer blocks than those that are looked at might even grow slower.

    They do not where tasks are plain, each done once, as a whole: a call for several of them, cut into a call for
    each by the same model, reads and writes at most so many times as much as there are tasks. Longer blocks then save a
    constant factor at most.
    """
    return leaves_blocks_out(problem) and not all(map(_is_plain, problem.tasks.values()))


def _is_plain(task: Task) -> bool:
    loops = (task.local, task.finds, task.for_each, task.one_of, task.steps, task.recursive, task.memory, task.combines)
    chances = (task.succeeds, task.check, task.compresses)
    return not (any(fact is not None for fact in (*loops, *chances)) or task.remembers or task.methods)


def expand(site: Site, goal: Goal) -> Iterator[Alternative]:
    """A first block that is not cut again, then the rest; in a round that always finds, act on it at once."""
    if len(goal.tasks) < 2 or goal.unit or goal.fused:
        return
    if goal.mode in ("cover", "item"):
        # Where one scan finds all, a finder and what follows it are one round: `guard` cuts there.
        start = 2 if is_scan(site, goal) and _one_scan(site, goal) else 1
        for cut in range(start, min(len(goal.tasks), largest_block(site.problem) + 1)):
            head, tail = goal.tasks[:cut], goal.tasks[cut:]
            block = replace(only(goal, head), unit=cut > 1)
            yield Alternative(seq(hole(block), hole(only(goal, tail))))
    elif goal.mode == "round" and always_finds(site, goal):
        first, rest = goal.tasks[:1], goal.tasks[1:]
        yield Alternative(seq(hole(only(goal, first)), hole(only(goal, rest, mode="item"))))


def _one_scan(site: Site, goal: Goal) -> bool:
    return scans(site.problem, site.task(goal.tasks[0]), site.context(goal)) == ONE


def always_finds(site: Site, goal: Goal) -> bool:
    """Whether every round of the scan finds exactly one item: known of the whole, an expectation of less."""
    if goal.size is not None:
        return False
    finder, context = site.task(goal.tasks[0]), site.context(goal)
    return scans(site.problem, finder, context) == items(site.problem, finder, context)


RULE = Rule(
    name="separate",
    does="one task after the other, each with its own reading and a model for it alone",
    facts=(),
    source="Meyerson & Qiu 2025, section 3.2",
    expand=expand,
)
