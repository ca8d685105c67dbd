"""The contract of divide and conquer: who may divide and combine, into what, and what base cases must do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from decomposer.design.bounds import at_least, has_functions
from decomposer.design.combining import tasks_of
from decomposer.design.context import Context, is_whole, partition
from decomposer.design.nodes import Call, Design, Recurse, Retry, Vote, walk
from decomposer.design.progress import Progress
from decomposer.design.recursing import at_root
from decomposer.expr import num
from decomposer.problem.model import Recursive, Task

if TYPE_CHECKING:
    from decomposer.design.contract import Checker


class Dividing:
    """Checks one `Recurse`, on behalf of a checker."""

    def __init__(self, checker: Checker, node: Recurse) -> None:
        self.checker, self.node = checker, node

    def check(self, context: Context, progress: Progress) -> None:
        """Base cases are done, and problems divided and combined by the tasks that can.

        Raises
        ------
        DesignError
        """
        checker, node = self.checker, self.node
        task = checker.problem.tasks[node.task]
        fact = task.recursive
        if fact is None:
            hint = f"state `recursive` of {task.name}"
            raise checker.fail(node, f"recurse {task.name}: nothing says that it is done by divide and conquer", hint)
        self.scope(task, context)
        checker.cut(node, node.part, (task.name,), progress)
        self.shares(task, fact)
        problem = at_root(checker.problem, node, context)
        self.helper(task, "split", fact.split, node.split, problem, progress)
        self.alone(task)
        inner = progress.inner(checker.all_complete(context, progress))
        before = set(progress.seen)
        inner.seen.discard(node.task)
        checker.visit(node.body, context.grouped(node.task, node.part, node.size), inner, frozenset())
        if node.task not in inner.seen:
            raise checker.fail(node, f"recurse {task.name}: it is not done in base cases")
        inner.seen |= before
        progress.absorb(inner)
        self.helper(task, "by", fact.combine, node.combine, problem, progress)

    def scope(self, task: Task, context: Context) -> None:
        """It is the whole problem that is divided."""
        checker, node = self.checker, self.node
        text = partition(checker.problem, task)
        if text is None or text.part != node.part:
            raise checker.fail(node, f"recurse {task.name}: it does not work through {node.part}s")
        if not is_whole(text, context) or context.merging or context.partial:
            raise checker.fail(node, f"recurse {task.name}: it is cut into groups already")

    def alone(self, task: Task) -> None:
        """Base cases are there for the task; others are done in them for their parts alone, and for each part once."""
        checker, node = self.checker, self.node
        judge = None if task.check is None else task.check.by
        for other in (checker.problem.tasks[name] for name in sorted(tasks_of(node.body) - {task.name, judge})):
            reads = {read.text for read in other.reads} & set(task.writes)
            if reads or other.local != node.part or node.into != node.shrink:
                raise checker.fail(
                    node, f"recurse {task.name}: {other.name} is no part of its base cases", "move it out"
                )

    def shares(self, task: Task, fact: Recursive) -> None:
        """Subproblems are as many and as large as the task says, and base cases no larger than it can do."""
        checker, node = self.checker, self.node
        if fact.into is None:
            if node.into != node.shrink:
                raise checker.fail(node, f"recurse {task.name}: equal shares are as many as there are subproblems")
            if not at_least(node.into, num(2)) and not has_functions(node.into) and not node.into.symbols:
                raise checker.fail(node, f"recurse {task.name}: fewer than two shares are no division")
        elif (node.into, node.shrink) != (fact.into, fact.shrink or fact.into):
            message = f"recurse {task.name}: a split makes {fact.into} subproblems, not {node.into}"
            raise checker.fail(node, message, "leave `into` out")
        number = node.size.as_fraction()
        if number is not None and number < 1:
            raise checker.fail(node, f"recurse {task.name}: there is nothing in a base case")

    def helper(
        self, task: Task, key: str, name: str | None, made: Design | None, context: Context, progress: Progress
    ) -> None:
        """What divides, or combines, is done by the task that can, and by nothing else."""
        checker, node = self.checker, self.node
        verb = "divided" if key == "split" else "combined"
        if name is None:
            if made is not None:
                raise checker.fail(node, f"recurse {task.name}: it is {verb} by an oracle", f"leave `{key}` out")
            return
        if made is None:
            raise checker.fail(node, f"recurse {task.name}: nobody calls {name}, by which it is {verb}")
        for part in walk(made):
            if not isinstance(part, Call | Retry | Vote) or (isinstance(part, Call) and part.tasks != (name,)):
                raise checker.fail(node, f"recurse {task.name}: it is {verb} by {name} alone")
        checker.visit(made, context, progress, frozenset())
        if name in progress.attempted and name not in progress.done and checker.problem.target is None:
            raise checker.fail(node, f"{name} may fail, and nothing retries it", f"put {name} under 'retry'")
