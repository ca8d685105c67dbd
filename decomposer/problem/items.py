"""How many items there can be: parts that hold so many each at most hold no more together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from decomposer.expr import ONE, Expr
from decomposer.problem.diagnose import Issue
from decomposer.problem.model import Problem, Task, Text


def partition(problem: Problem, task: Task) -> Text | None:
    """The partitioned text that a task works through: what it is local to, edits, reads or writes, in this order."""
    names = [task.edits.text] if task.edits else []
    names += [read.text for read in task.reads] + list(task.writes)
    texts = [problem.texts[name] for name in names if problem.texts[name].part is not None]
    for text in texts:
        if text.part == task.local:
            return text
    return texts[0] if texts else None


def parts_touched(problem: Problem, task: Task) -> Iterator[str | None]:
    """Yield the parts of every text that a task reads or edits; `None` for one without parts."""
    names = [read.text for read in task.reads] + ([task.edits.text] if task.edits is not None else [])
    yield from (problem.texts[name].part for name in names)


def in_parts(problem: Problem, finder: str, part: str | None) -> bool:
    """Whether the items that a task finds lie in parts of this name, so that it is known in which."""
    text = partition(problem, problem.tasks[finder])
    return text is not None and text.part == part


def items_in_parts(problem: Problem, tasks: Sequence[str], part: str | None) -> bool:
    """Whether the items for which tasks are done lie in these parts, or are found by one of them."""
    finders = {problem.tasks[name].for_each for name in tasks} - {None, *tasks}
    return all(finder is None or in_parts(problem, finder, part) for finder in finders)


def places(problem: Problem, task: Task) -> Expr | None:
    """Items that the parts a finder works through hold at most; `None` where nothing limits them."""
    text = partition(problem, task)
    if task.finds is None or text is None or text.count is None:
        return None
    return task.finds.per_part * text.count


def room_for_items(problem: Problem) -> Iterator[tuple[Task, Expr, Expr]]:
    """Yield every finder whose items parts hold, with their number and the most that there can be."""
    for task in problem.tasks.values():
        most = places(problem, task)
        if task.finds is not None and most is not None:
            yield task, task.finds.count, most


def implied(problem: Problem) -> tuple[str, ...]:
    """What the facts about items say of the growth of parameters, as assumptions."""
    found = (f"{count} <= {most}" for _, count, most in room_for_items(problem) if count.symbols | most.symbols)
    return tuple(text for text in dict.fromkeys(found) if text not in problem.assume)


def overfull(problem: Problem, task: Task, count: Expr, most: Expr) -> Issue:
    """The issue of more items than there can be."""
    text = partition(problem, task)
    assert text is not None and task.finds is not None
    each = "one" if task.finds.per_part == ONE else str(task.finds.per_part)
    message = f"`{task.name}` finds {count} items, but its parts `{text.part}` hold {most} at most, {each} each"
    hint = "correct the count, or say with `per_part` how many a part holds at most"
    return Issue(("tasks", task.name, "finds", "count"), message, "bad-fact", hint)


def too_many(problem: Problem) -> Iterator[Issue]:
    """Yield an issue for every finder of more items than there can be, whatever the parameters."""
    for task, count, most in room_for_items(problem):
        difference = count - most
        if difference.terms and all(number > 0 for _, number in difference.terms):
            yield overfull(problem, task, count, most)
