"""The contract of routing: one call of a routing task picks one specialist, for one instance of one task.

What an instance is follows from the task: the part at hand where it is local to parts, the item at hand where it is
done for each item, else all that there is. See docs/decisions/0005-one-label-for-one-instance.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from decomposer.design.bounds import at_least
from decomposer.design.context import Context, divide_up, extent, partition
from decomposer.design.nodes import Case
from decomposer.expr import ONE, Expr
from decomposer.problem.model import Task

if TYPE_CHECKING:
    from decomposer.design.contract_questions import Questions
    from decomposer.design.progress import Progress


@dataclass(slots=True)
class Told:
    """What a routing task has told, and where.

    Parameters
    ----------
    among : Expr
        Alternatives that it has told apart.
    extents : mapping of part name to Expr
        Parts that were in scope.
    at_hand : frozenset of str
        Finders whose item was being handled.
    looked : mapping of finder to object
        Each finder's last scan before.
    task : str, optional
        The task whose specialist was picked by it; the one telling does for no other, whatever scope it is seen from.
    """

    among: Expr
    extents: Mapping[str, Expr]
    at_hand: frozenset[str]
    looked: Mapping[str, object]
    task: str | None = None


def told_here(among: Expr, context: Context, progress: Progress, at_hand: frozenset[str]) -> Told:
    """A telling in a scope, as far as the walk has come."""
    return Told(among, context.extents, at_hand, dict(progress.looked))


def check_case(asking: Questions, node: Case, context: Context, progress: Progress, at_hand: frozenset[str]) -> None:
    """The specialist of a case has been picked, for the instance at hand.

    Raises
    ------
    DesignError
    """
    task = asking.problem.tasks[node.task]
    if task.one_of is None:
        raise asking.fail(node, f"case {task.name}: nothing says that it needs only one of a family")
    router = task.one_of.told_by
    family = asking.problem.capabilities[task.one_of.family].family
    assert family is not None
    told = progress.told.get(router)
    if told is None or not at_least(told.among, divide_up(family, node.share)):
        message = f"case {task.name}: {router} has not told which specialist is needed"
        raise asking.fail(node, message, f"call {router} first")
    text = partition(asking.problem, task)
    if task.local is not None and text is not None and extent(text, context) != ONE:
        raise asking.fail(node, f"case {task.name}: different {text.part}s may need different specialists")
    if task.local is not None and text is not None and extent(text, Context(extents=told.extents)) != ONE:
        message = f"case {task.name}: {router} has picked one specialist for several {text.part}s, not for each"
        raise asking.fail(node, message, f"call {router} inside `each: {text.part}`, before the case")
    if _other_item(task, told, progress, at_hand):
        message = f"case {task.name}: {router} has not told which specialist this item of {task.for_each} needs"
        raise asking.fail(node, message, f"call {router} where the item is at hand, right before the case")
    if told.task not in (None, task.name):
        message = f"case {task.name}: {router} has picked the specialist that {told.task} needs"
        raise asking.fail(node, message, f"call {router} once more, for {task.name}")
    told.task = task.name


def _other_item(task: Task, told: Told, progress: Progress, at_hand: frozenset[str]) -> bool:
    """Whether a telling was before the item at hand was found, or taken up."""
    finder = task.for_each
    if finder is None:
        return False
    return finder in at_hand - told.at_hand or told.looked.get(finder) is not progress.looked.get(finder)
