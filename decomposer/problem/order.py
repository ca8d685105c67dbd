"""Which tasks a design must do, and in which order."""

from __future__ import annotations

from collections.abc import Iterable

from decomposer.problem.model import Problem


def helpers(problem: Problem) -> frozenset[str]:
    """Tasks that are done only where a design uses them: routers, judges, and the sub-tasks of methods."""
    named: set[str] = set()
    for task in problem.tasks.values():
        if task.one_of is not None:
            named.add(task.one_of.told_by)
        if task.check is not None and task.check.by is not None:
            named.add(task.check.by)
        for method in task.methods:
            named |= set(method.tasks)
    return frozenset(name for name in named if not _serves_others(problem, name, named))


def _serves_others(problem: Problem, name: str, named: set[str]) -> bool:
    """Whether a task outside `named` needs what this one makes, so that it must be done in any case."""
    written = set(problem.tasks[name].writes)
    others = [task for task in problem.tasks.values() if task.name not in named]
    return any(task.for_each == name or written & {read.text for read in task.reads} for task in others)


def predecessors(problem: Problem, names: Iterable[str]) -> dict[str, set[str]]:
    """For each task, the tasks among `names` whose texts or items it needs."""
    chosen = list(names)
    writers: dict[str, set[str]] = {}
    for name in chosen:
        for text in problem.tasks[name].writes:
            writers.setdefault(text, set()).add(name)
    needs: dict[str, set[str]] = {}
    for name in chosen:
        task = problem.tasks[name]
        before = {writer for read in task.reads for writer in writers.get(read.text, ())}
        if task.for_each in chosen and task.for_each is not None:
            before.add(task.for_each)
        needs[name] = before - {name}
    return needs


def ordered(problem: Problem, names: Iterable[str]) -> tuple[str, ...]:
    """Put tasks in topological order, chains kept together; ties are broken by name, not by declaration.

    Raises
    ------
    ValueError
        When the tasks depend on each other in a circle.
    """
    needs = predecessors(problem, names)
    done: list[str] = []
    while len(done) < len(needs):
        ready = sorted(name for name, before in needs.items() if name not in done and before <= set(done))
        if not ready:
            raise ValueError("the tasks depend on each other in a circle")
        latest = done[-1] if done else None
        following = [name for name in ready if latest in needs[name]]
        done.append((following or ready)[0])
    return tuple(done)


def main_tasks(problem: Problem) -> tuple[str, ...]:
    """The tasks that every design must do, in order."""
    aside = helpers(problem)
    return ordered(problem, (name for name in problem.tasks if name not in aside))


def unsettled(problem: Problem, names: Iterable[str]) -> frozenset[str]:
    """Tasks that may fail and whose success somebody can tell: a design must see to it."""
    chosen = (problem.tasks[name] for name in names)
    return frozenset(task.name for task in chosen if task.succeeds is not None and task.check is not None)
