"""Who cuts a text into its parts: an oracle, for nothing, or a task that has to be done first."""

from __future__ import annotations

from collections.abc import Iterable

from decomposer.problem.model import Problem, Task


def splitters(problem: Problem, part: str | None, names: Iterable[str]) -> frozenset[str]:
    """Tasks that must have cut texts before `names` can work on parts called `part`."""
    if part is None or all(text.split_by is None for text in problem.texts.values()):
        return frozenset()
    used: set[str] = set()
    for task in (problem.tasks[name] for name in names):
        used |= {read.text for read in task.reads} | ({task.edits.text} if task.edits else set())
    texts = (problem.texts[name] for name in used)
    return frozenset(text.split_by for text in texts if text.part == part and text.split_by is not None)


def outdates(problem: Problem, task: Task) -> frozenset[str]:
    """Splitters whose cut holds no longer when a task has been done.

    Who is local to the parts leaves them where they are; who writes a text, or changes it as a whole, does not.
    """
    changed = set(task.writes)
    if task.edits is not None and problem.texts[task.edits.text].part != task.local:
        changed.add(task.edits.text)
    return frozenset(by for name in changed if (by := problem.texts[name].split_by) is not None)
