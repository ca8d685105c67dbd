"""The contract of a memory: parts are done one after the other, and what is needed of those before is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from decomposer.design.bounds import at_least
from decomposer.design.combining import tasks_of
from decomposer.design.context import Context
from decomposer.design.counts import part_count
from decomposer.design.nodes import Call, Retry, Serve, Vote, walk
from decomposer.design.progress import Progress
from decomposer.design.remembering import full_memory, most_condensed, reaches_back
from decomposer.expr import Expr
from decomposer.problem.model import Memory, Task

if TYPE_CHECKING:
    from decomposer.design.contract import Checker


class Serving:
    """Checks one `Serve`, on behalf of a checker."""

    def __init__(self, checker: Checker, node: Serve) -> None:
        self.checker, self.node = checker, node

    def check(self, context: Context, progress: Progress) -> None:
        """Every part is done, with as much of those before as is needed.

        Raises
        ------
        DesignError
        """
        checker, node = self.checker, self.node
        task = checker.problem.tasks[node.task]
        fact = task.memory
        if fact is None:
            hint = f"state `memory` of {task.name}"
            raise checker.fail(node, f"serve {task.name}: nothing says that it has a memory", hint)
        if node.part != checker.problem.texts[fact.text].part:
            raise checker.fail(node, f"serve {task.name}: it does not work through {node.part}s")
        if context.extents or context.memory or context.merging:
            raise checker.fail(node, f"serve {task.name}: it stands within other parts already")
        self.amounts(task, fact)
        checker.cut(node, node.part, tasks_of(node.body), progress)
        judge = None if task.check is None else task.check.by
        for name in sorted(tasks_of(node.body) - {task.name, judge}):
            raise checker.fail(node, f"serve {task.name}: {name} has no part in it", "move it out")
        inner = progress.inner(checker.all_complete(context, progress))
        inner.seen.discard(task.name)
        checker.visit(node.body, full_memory(checker.problem, node, context), inner, frozenset())
        if task.name not in inner.seen:
            raise checker.fail(node, f"serve {task.name}: it is not done here")
        inner.seen |= progress.seen
        progress.absorb(inner)
        self.condensing(task, fact, context, progress)

    def amounts(self, task: Task, fact: Memory) -> None:
        """Groups hold something, and what is remembered is enough."""
        checker, node = self.checker, self.node
        if _below_one(node.size):
            raise checker.fail(node, f"serve {task.name}: there is nothing in a group")
        if node.every is not None and node.last is not None:
            raise checker.fail(node, f"serve {task.name}: it remembers the last parts, or condenses; not both")
        if node.every is not None and _below_one(node.every):
            raise checker.fail(node, f"serve {task.name}: the memory is condensed after one call at least")
        if node.last is None:
            return
        if fact.last is None or not at_least(node.last, fact.last):
            message = f"serve {task.name}: it needs what it wrote for {fact.last or 'all'} parts before"
            raise checker.fail(node, message, "leave `last` out" if fact.last is None else f"write `last: {fact.last}`")
        count = part_count(checker.problem, node.part)
        if not reaches_back(checker.problem, node.last, count):
            message = f"serve {task.name}: nothing says that there are as many as {node.last} {node.part}s"
            raise checker.fail(node, message, f"assume `{node.last} <= {count}`")

    def condensing(self, task: Task, fact: Memory, context: Context, progress: Progress) -> None:
        """The memory is condensed by the task that can, and by nothing else."""
        checker, node = self.checker, self.node
        if node.every is None:
            return
        if fact.condense is None or node.condense is None:
            raise checker.fail(node, f"serve {task.name}: nobody condenses its memory", "state `condense`, and `to`")
        for part in walk(node.condense):
            wrong = not isinstance(part, Call | Retry | Vote)
            if wrong or (isinstance(part, Call) and part.tasks != (fact.condense,)):
                raise checker.fail(node, f"serve {task.name}: its memory is condensed by {fact.condense} alone")
        checker.visit(node.condense, most_condensed(checker.problem, node, context), progress, frozenset())
        name = fact.condense
        if name in progress.attempted and name not in progress.done and checker.problem.target is None:
            raise checker.fail(node, f"{name} may fail, and nothing retries it", f"put {name} under 'retry'")


def _below_one(value: Expr) -> bool:
    """Whether it is a number below one."""
    number = value.as_fraction()
    return number is not None and number < 1
