"""What contradicts that a task is done by divide and conquer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from decomposer.expr import ONE
from decomposer.problem.assemble import ORACLE
from decomposer.problem.diagnose import Issue
from decomposer.problem.graph import called
from decomposer.problem.model import Problem, Recursive, Task

if TYPE_CHECKING:
    from decomposer.problem.yaml import Loc


def misuses(problem: Problem, task: Task) -> Iterator[Issue]:
    """Yield an issue for everything that cannot be meant by `recursive` of a task; names are taken to be known."""
    fact = task.recursive
    if fact is None:
        return
    loc: Loc = ("tasks", task.name, "recursive")
    names = [*(read.text for read in task.reads), *task.writes]
    if all(problem.texts[name].part is None for name in names):
        hint = "give a text that it reads or writes `parts`"
        yield Issue(loc, f"`{task.name}` has no parts to be divided into", "bad-fact", hint, at_key=True)
    others = {
        "local": task.local,
        "finds": task.finds,
        "for_each": task.for_each,
        "edits": task.edits,
        "one_of": task.one_of,
        "steps": task.steps,
        "remembers": task.remembers or None,
    }
    for key, value in others.items():
        if value is not None:
            message = f"`{task.name}` states `{key}`, so it is not divided and conquered"
            yield Issue(loc, message, "bad-fact", "state only one of the two", at_key=True)
    if task.name in called(problem):
        message = f"`{task.name}` is done by a single call for another task, so it is not divided"
        yield Issue(loc, message, "bad-fact", "let a task of its own do that", at_key=True)
    yield from _numbers(fact, loc)
    yield from _helpers(problem, task, fact, loc)
    if fact.brief is not None:
        yield from _brief(problem, task, fact.brief, fact.split, (*loc, "brief"))


def _numbers(fact: Recursive, loc: Loc) -> Iterator[Issue]:
    """Subproblems must be smaller; how many there are, and of which share, are numbers where they are not the same."""
    into, shrink = fact.into, fact.shrink
    if into is None:
        if shrink is not None:
            yield Issue((*loc, "shrink"), "nothing says how many subproblems there are", "bad-fact", "add `into`")
        return
    if shrink is None and into == ONE:
        hint = "add `shrink: 2` for halves"
        yield Issue((*loc, "into"), "one subproblem with all of the parts never gets smaller", "bad-fact", hint)
    if shrink is not None and shrink == ONE:
        message = "subproblems with all of the parts never get smaller"
        yield Issue((*loc, "shrink"), message, "bad-fact", "write 2 or more")
    if shrink is not None and shrink != into:
        for key, value in (("into", into), ("shrink", shrink)):
            if value.as_fraction() is None:
                message = f"`{value}` is no number: `into` and `shrink` are numbers where they are not the same"
                yield Issue((*loc, key), message, "bad-fact", "write a number, or leave out `shrink`")


def _helpers(problem: Problem, task: Task, fact: Recursive, loc: Loc) -> Iterator[Issue]:
    """Who divides and who combines is done for that alone."""
    for key, name in (("split", fact.split), ("combine", fact.combine)):
        if name is None:
            continue
        place = (*loc, key)
        if name == task.name:
            yield Issue(place, f"`{name}` cannot do this for itself", "bad-fact", "name another task", name)
            continue
        if ORACLE in problem.tasks:
            yield Issue(place, f"`{ORACLE}` is the word for no task", "bad-name", "rename the task", name)
        other = problem.tasks[name]
        facts = (other.finds, other.for_each, other.edits, other.one_of, other.steps, other.combines, other.recursive)
        more = other.compresses is not None or other.memory is not None or other.remembers or name in called(problem)
        if more or any(one is not None for one in facts):
            yield Issue(place, f"`{name}` is done for more than that", "bad-fact", "let a task of its own do it", name)
        elif other.succeeds is not None and (other.succeeds.unit != "call" or other.succeeds.hard is not None):
            message = f"`{name}` must succeed per call, with the same chance for all sizes"
            yield Issue(place, message, "bad-fact", "write `per: call`, without `hard`", name)
    if fact.split is not None and fact.split == fact.combine:
        message = f"`{fact.split}` both splits and combines"
        yield Issue((*loc, "combine"), message, "bad-fact", "name two tasks", fact.split)


def _brief(problem: Problem, task: Task, brief: str, split: str | None, loc: Loc) -> Iterator[Issue]:
    """What says what is to be done is read by all who do it, and written for each subproblem by who splits."""
    if problem.texts[brief].part is not None:
        message = f"`{brief}` has parts, but each subproblem has one of it"
        yield Issue(loc, message, "bad-fact", "name a text without parts", brief)
    for name in (task.name, *((split,) if split is not None else ())):
        if all(read.text != brief or read.head for read in problem.tasks[name].reads):
            message = f"`{name}` does not read `{brief}`"
            yield Issue(loc, message, "bad-fact", f"add `{brief}` to what it reads", brief)
    if split is None:
        message = f"nobody writes `{brief}` for a subproblem"
        yield Issue(loc, message, "bad-fact", "name the task that does under `split`", brief)
    for other in problem.tasks.values():
        if brief in other.writes and other.name in (task.name, split, task.recursive and task.recursive.combine):
            message = f"`{other.name}` writes `{brief}`: a split does so for every subproblem without saying so"
            yield Issue(loc, message, "bad-fact", f"leave `{brief}` out of its `writes`", brief)
