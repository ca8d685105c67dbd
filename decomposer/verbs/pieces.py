"""What would pay about tasks that are divided and about memories: programs in place of models, less to remember."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from decomposer.expr import ONE
from decomposer.problem.frozen import Frozen
from decomposer.problem.model import Problem, Task


def easier(problem: Problem, task: Task) -> Iterator[tuple[str, str, Problem]]:
    """Yield facts that are not stated: each with its kind, in words, and the problem that has it."""
    fact, memory = task.recursive, task.memory
    if fact is not None and fact.split is not None:
        free = replace(task, recursive=replace(fact, split=None, brief=None))
        yield "split free", f"if {task.name} could be split without a model", _without(problem, free, fact.split)
    if fact is not None and fact.combine is not None:
        free = replace(task, recursive=replace(fact, combine=None))
        when = f"if what {task.name} is split into could be combined without a model"
        yield "combine free", when, _without(problem, free, fact.combine)
    if memory is not None:
        when = f"if {task.name} needed nothing of what it wrote before"
        yield "no memory", when, _without(problem, replace(task, memory=None), memory.condense)
    if memory is not None and memory.last != ONE:
        short = replace(task, memory=replace(memory, last=ONE))
        when = f"if {task.name} needed only what it wrote for the part before"
        yield "last of the memory", when, _without(problem, short, None)


def _without(problem: Problem, changed: Task, helper: str | None) -> Problem:
    """The problem with a changed task, without one that helped it; hand designs may speak of that."""
    tasks = {name: changed if name == changed.name else one for name, one in problem.tasks.items() if name != helper}
    return replace(problem, tasks=Frozen(tasks), designs=Frozen())
