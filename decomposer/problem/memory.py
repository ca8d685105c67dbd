"""What contradicts that a task has a memory of what it did before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from decomposer.problem.assemble import ORACLE
from decomposer.problem.diagnose import Issue
from decomposer.problem.graph import called
from decomposer.problem.model import Memory, Problem, Task

if TYPE_CHECKING:
    from decomposer.problem.yaml import Loc


def forgotten(problem: Problem, task: Task) -> Iterator[Issue]:
    """Yield an issue for everything that cannot be meant by `memory` of a task; names are taken to be known."""
    fact = task.memory
    if fact is None:
        return
    loc: Loc = ("tasks", task.name, "memory")
    part = problem.texts[fact.text].part
    if part is None:
        message = f"`{fact.text}` has no parts, of which one is noted for each that is done"
        yield Issue((*loc, "text"), message, "bad-fact", "give it `parts`", fact.text)
    elif task.local != part:
        message = f"`{task.name}` is not local to one {part}: there is nothing to be done one after the other"
        yield Issue(loc, message, "bad-fact", f"add `local: {part}`", at_key=True)
    if fact.text not in task.writes:
        hint = f"add `{fact.text}` to its `writes`"
        yield Issue((*loc, "text"), f"`{task.name}` does not write `{fact.text}`", "bad-fact", hint, fact.text)
    others = {
        "finds": task.finds,
        "for_each": task.for_each,
        "edits": task.edits,
        "one_of": task.one_of,
        "steps": task.steps,
        "combines": task.combines,
        "recursive": task.recursive,
        "compresses": task.compresses,
        "remembers": task.remembers or None,
    }
    for key, value in others.items():
        if value is not None:
            message = f"`{task.name}` states `{key}`, which does not go with a memory"
            yield Issue(loc, message, "bad-fact", "state only one of the two", at_key=True)
    if task.name in called(problem):
        message = f"`{task.name}` is done by single calls for another task, so it has no memory"
        yield Issue(loc, message, "bad-fact", "let a task of its own do that", at_key=True)
    yield from _condensing(problem, task, fact, loc)


def _condensing(problem: Problem, task: Task, fact: Memory, loc: Loc) -> Iterator[Issue]:
    """Who condenses a memory does nothing else, and says how short it becomes."""
    if (fact.condense is None) != (fact.to is None):
        missing, given = ("to", "condense") if fact.to is None else ("condense", "to")
        message = f"`{given}` says half of it: who condenses the memory, and to how many tokens"
        yield Issue((*loc, given), message, "bad-fact", f"add `{missing}`")
    if fact.condense is None:
        return
    place = (*loc, "condense")
    if fact.condense == task.name:
        yield Issue(place, f"`{task.name}` cannot do this for itself", "bad-fact", "name another task", task.name)
        return
    if fact.condense == ORACLE:
        yield Issue(place, f"`{ORACLE}` is the word for no task", "bad-name", "rename the task", fact.condense)
    other = problem.tasks[fact.condense]
    facts = (other.finds, other.for_each, other.edits, other.one_of, other.steps, other.combines, other.recursive)
    more = (other.compresses, other.memory, other.local)
    if any(one is not None for one in (*facts, *more)) or other.remembers or other.name in called(problem):
        hint = "let a task of its own do it"
        yield Issue(place, f"`{other.name}` is done for more than that", "bad-fact", hint, other.name)
    elif other.succeeds is not None and (other.succeeds.unit != "call" or other.succeeds.hard is not None):
        message = f"`{other.name}` must succeed per call, with the same chance for all sizes"
        yield Issue(place, message, "bad-fact", "write `per: call`, without `hard`", other.name)
