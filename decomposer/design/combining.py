"""The contract of combined results: what is done for groups of parts must be brought together again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from decomposer.design.bounds import at_least, has_functions
from decomposer.design.context import Context, is_whole, partition
from decomposer.design.nodes import Call, Design, Each, Hole, Merge, Retry, Vote, walk
from decomposer.design.progress import Progress
from decomposer.expr import App, Expr, Sym, num
from decomposer.problem.model import Problem, Task

if TYPE_CHECKING:
    from decomposer.design.contract import Checker


class Combining:
    """Checks one `Merge`, on behalf of a checker."""

    def __init__(self, checker: Checker, node: Merge) -> None:
        self.checker, self.node = checker, node

    def check(self, context: Context, progress: Progress) -> None:
        """Groups are done, and their results combined by the task that can.

        Raises
        ------
        DesignError
        """
        checker, node = self.checker, self.node
        task = checker.problem.tasks[node.task]
        self.facts(task, context)
        whole_for_all(checker, node, node.body)
        checker.cut(node, node.part, tasks_of(node.body), progress)
        inner = progress.inner(checker.all_complete(context, progress))
        before = set(progress.seen)
        checker.visit(node.body, context.grouped(node.task, node.part, node.size), inner, frozenset())
        if node.task not in inner.seen - before:
            raise checker.fail(node, f"merge {node.task}: it is not done for the groups")
        if inner.scanned.keys() - progress.scanned.keys():
            raise checker.fail(node, f"merge {node.task}: no items are looked for in the groups", "move it out")
        self.by(task, context, inner)
        progress.absorb(inner)

    def facts(self, task: Task, context: Context) -> None:
        """The facts allow it, here."""
        checker, node = self.checker, self.node
        text = partition(checker.problem, task)
        if task.combines is None or task.combines.by is None:
            raise checker.fail(node, f"merge {task.name}: no task combines its results", "state `combines`")
        if text is None or text.part != node.part:
            raise checker.fail(node, f"merge {task.name}: it does not work through {node.part}s")
        if not combinable(task):
            raise checker.fail(node, f"merge {task.name}: it is no task whose results can be combined")
        if not is_whole(text, context) or context.merging or context.partial:
            raise checker.fail(node, f"merge {task.name}: it is cut into groups already")
        number = node.size.as_fraction()
        if number is not None and number < 1:
            raise checker.fail(node, f"merge {task.name}: there is nothing in a group")
        most = task.combines.at_once
        if node.fan_in is None:
            return
        if not at_least(node.fan_in, num(2)) and not has_functions(node.fan_in) and not self.of_groups():
            raise checker.fail(node, f"merge {task.name}: fewer than two results are no merge")
        known = node.fan_in.symbols <= checker.problem.parameters.keys()  # a free parameter has bounds of its own
        if most is not None and known and not room_for(checker.problem, most, node.fan_in):
            raise checker.fail(node, f"merge {task.name}: no more than {most} results can be combined at once")

    def of_groups(self) -> bool:
        """Whether the results of all groups are combined at once, or as many as a parameter says."""
        assert self.node.fan_in is not None
        return bool(self.node.fan_in.symbols)

    def by(self, task: Task, context: Context, progress: Progress) -> None:
        """The combining task, and nothing else, combines."""
        checker, node = self.checker, self.node
        assert task.combines is not None and task.combines.by is not None
        for part in walk(node.merge):
            wrong = not isinstance(part, Call | Retry | Vote)
            if wrong or (isinstance(part, Call) and part.tasks != (task.combines.by,)):
                raise checker.fail(node, f"merge {task.name}: its results are combined by {task.combines.by} alone")
        by = checker.problem.tasks[task.combines.by]
        if by.succeeds is not None and (by.succeeds.unit != "call" or by.succeeds.hard is not None):
            message = f"merge {task.name}: {by.name} must succeed per call, with the same chance for all"
            raise checker.fail(node, message, "write `per: call`")
        text = partition(checker.problem, task)
        assert text is not None and text.count is not None
        merged = context.merged(task.name, node.part, text.count, node.fan_in or num(2))
        checker.visit(node.merge, merged, progress, frozenset())
        if by.name in progress.attempted and by.name not in progress.done and checker.problem.target is None:
            raise checker.fail(node, f"{by.name} may fail, and nothing retries it", f"put {by.name} under 'retry'")


def combinable(task: Task) -> bool:
    """Whether combining results of groups is all that a task takes besides being done for the groups."""
    loops = (task.finds, task.for_each, task.edits, task.one_of, task.steps)
    return all(fact is None for fact in loops) and not task.remembers


def whole_for_all(checker: Checker, node: Each | Merge, body: Design) -> None:
    """What is combined only in the end is not read in a group before.

    Raises
    ------
    DesignError
    """
    problem = checker.problem
    names = tasks_of(body)
    for whole in (problem.tasks[name] for name in sorted(names)):
        if whole.combines is None or whole.local == node.part:
            continue
        for name in sorted(names - {whole.name}):
            reads = {read.text for read in problem.tasks[name].reads}
            digests = {d for part in walk(body) if isinstance(part, Call) and name in part.tasks for d in part.digests}
            if reads & set(whole.writes) or whole.name in digests:
                raise checker.fail(
                    node, f"{name} needs all that {whole.name} makes, which is combined after the groups", "move it out"
                )


def room_for(problem: Problem, most: Expr, number: Expr) -> bool:
    """Whether so many are no more than the most: plainly, or as a number that the most outgrows."""
    if at_least(most, number):
        return True
    match number.terms:
        case ((((App(fn="min") as least, 1),), 1),):
            return any(room_for(problem, most, bound) for bound in least.args)
    growing = {name for name, one in problem.parameters.items() if one.kind == "growing"}
    factors = [(atom, exponent) for mono, _ in most.terms for atom, exponent in mono]
    return (
        not number.symbols
        and not growing.isdisjoint(most.symbols)
        and all(isinstance(atom, Sym) and atom.name in growing and exponent > 0 for atom, exponent in factors)
        and all(coefficient > 0 for _, coefficient in most.terms)
    )


def tasks_of(body: Design) -> set[str]:
    """All tasks that a design does."""
    return {name for part in walk(body) for name in _tasks(part)}


def _tasks(node: Design) -> tuple[str, ...]:
    if isinstance(node, Call):
        return node.tasks
    return node.goal.tasks if isinstance(node, Hole) else ()
