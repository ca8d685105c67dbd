"""Who cuts a text into its parts: an oracle, for nothing, or a task that has to be done first."""

from __future__ import annotations

from collections.abc import Iterable

from decomposer.problem.model import Problem, Task
from decomposer.problem.once import once


@once
def cutters(problem: Problem) -> frozenset[str]:
    """Tasks that cut texts."""
    return frozenset(text.split_by for text in problem.texts.values() if text.split_by is not None)


def splitters(problem: Problem, part: str | None, names: Iterable[str]) -> frozenset[str]:
    """Tasks that must have cut texts before `names` can work on parts called `part`."""
    if part is None or not cutters(problem):
        return frozenset()
    used: set[str] = set()
    for task in (problem.tasks[name] for name in names):
        used |= {read.text for read in task.reads} | ({task.edits.text} if task.edits else set())
    texts = (problem.texts[name] for name in used)
    return frozenset(text.split_by for text in texts if text.part == part and text.split_by is not None)


def ahead(problem: Problem, name: str, digests: bool = True) -> frozenset[str]:
    """Tasks that a task may wait for: those of its methods, who cuts a text that it reads, who makes digests of it.

    None of these may wait for the task itself.
    """
    found: set[str] = set()
    waiting = [name]
    while waiting:
        task = problem.tasks[waiting.pop()]
        reads = {read.text for read in task.reads}
        before = {inner for method in task.methods for inner in method.tasks}
        before |= {by for text in reads if (by := problem.texts[text].split_by) is not None}
        if digests:
            before |= {one.name for one in problem.tasks.values() if one.compresses and one.compresses.text in reads}
        waiting += before - found
        found |= before
    return frozenset(found)


def outdates(problem: Problem, task: Task) -> frozenset[str]:
    """Splitters whose cut holds no longer when a task has been done.

    Who is local to the parts leaves them where they are; who writes a text, or changes it as a whole, does not.
    """
    changed = set(task.writes)
    if task.edits is not None and problem.texts[task.edits.text].part != task.local:
        changed.add(task.edits.text)
    return frozenset(by for name in changed if (by := problem.texts[name].split_by) is not None)
