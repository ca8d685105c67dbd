"""What the contract of designs is asked at every node: who finds what, whether a scope is scanned, who can judge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from decomposer.design.bounds import at_least
from decomposer.design.context import Context, exposure, extent, is_whole, items, partition, scans
from decomposer.design.cuts import cutters, outdates, splitters
from decomposer.design.merging import combined_by
from decomposer.design.nodes import Design, Each, Repeat, Retry, Stride, walk
from decomposer.design.progress import Progress
from decomposer.design.recursing import divided_by, joined_by, own_problem
from decomposer.design.reliability import tasks_at
from decomposer.errors import DesignError
from decomposer.expr import ONE
from decomposer.problem.diagnose import diagnostic
from decomposer.problem.graph import writers
from decomposer.problem.model import Problem, Task
from decomposer.problem.once import once


class Read(NamedTuple):
    """A text that a task reads and others write."""

    task: str
    text: str
    writers: frozenset[str]


class Block(NamedTuple):
    """What there is to ask about tasks in order: what nobody before writes, though they read it; who is not `plain`."""

    entering: tuple[Read, ...]
    others: tuple[Task, ...]


@once
def awaited(problem: Problem) -> Mapping[str, tuple[Read, ...]]:
    """Texts that each task has to wait for."""
    by = writers(problem)
    found: dict[str, tuple[Read, ...]] = {}
    for name, task in problem.tasks.items():
        reads = (Read(name, read.text, by.get(read.text, frozenset()) - {name}) for read in task.reads)
        found[name] = tuple(read for read in reads if read.writers)
    return found


@once
def finders(problem: Problem) -> frozenset[str]:
    """Tasks that find items."""
    return frozenset(task.name for task in problem.tasks.values() if task.finds is not None)


@once
def plain(problem: Problem) -> frozenset[str]:
    """Tasks that are done and no more needs to be recorded: they find, follow, remember and cut nothing, nor fail."""
    apart = finders(problem) | cutters(problem)
    return frozenset(
        task.name
        for task in problem.tasks.values()
        if all(fact is None for fact in (task.for_each, task.succeeds, task.memory))
        and task.name not in apart
        and not outdates(problem, task)
    )


class Questions:
    """Answers about a problem; with `template`, holes count as reaching their goals."""

    def __init__(self, problem: Problem, places: Mapping[int, str], template: bool = False) -> None:
        self.problem = problem
        self.places = places
        self.template = template
        self._blocks: dict[tuple[str, ...], Block] = {}

    def fail(self, node: Design, message: str, hint: str = "") -> DesignError:
        """Make the error for `node`."""
        path = self.places.get(id(node), "")
        return DesignError(diagnostic(self.problem, path, message, "design", hint), file=self.problem.file)

    def block(self, names: tuple[str, ...]) -> Block:
        """Of tasks in order, what a sub-goal asks; remembered, as the end of a long chain stands in many designs."""
        if names not in self._blocks:
            reads, simple, before = awaited(self.problem), plain(self.problem), set[str]()
            entering: list[Read] = []
            for name in names:
                entering += [read for read in reads[name] if read.writers.isdisjoint(before)]
                before.add(name)
            others = tuple(self.problem.tasks[name] for name in names if name not in simple)
            self._blocks[names] = Block(tuple(entering), others)
        return self._blocks[names]

    def finder(self, node: Design, name: str) -> Task:
        task = self.problem.tasks.get(name)
        if task is None or task.finds is None:
            raise self.fail(node, f"{name or 'it'} finds no items")
        return task

    def rate_is_one(self, finder: str, context: Context) -> bool:
        """Whether every round of the enclosing loop handles exactly one item.

        The whole holds a known number of items, and so does a scope where every part is full of them.
        """
        task = self.problem.tasks[finder]
        assert task.finds is not None
        text = partition(self.problem, task)
        number = items(self.problem, task, context)
        known = text is None or is_whole(text, context) or number == task.finds.per_part * extent(text, context)
        return known and context.rounds == number

    def single(self, finder: Task, context: Context, progress: Progress) -> bool:
        """Whether what has been found in the scope is one item at most."""
        assert finder.finds is not None
        text = partition(self.problem, finder)
        if text is not None and extent(text, context) == ONE and finder.finds.per_part == ONE:
            return True
        return finder.finds.per_call == ONE and progress.scanned.get(finder.name) == ONE

    def complete(self, finder: str, context: Context, progress: Progress) -> bool:
        """Whether `finder` has scanned its scope often enough."""
        number = progress.scanned.get(finder, ONE * 0)
        if number is None:
            return True
        needed = scans(self.problem, self.problem.tasks[finder], context)
        return needed is not None and at_least(number, needed)

    def all_complete(self, context: Context, progress: Progress) -> set[str]:
        """Finders that have found everything in the scope."""
        return {finder for finder in progress.scanned if self.complete(finder, context, progress)}

    def free_hand(self, node: Design, finder: str, progress: Progress, at_hand: frozenset[str]) -> None:
        """One item of a finder at a time, and each item once."""
        if finder in at_hand:
            raise self.fail(node, f"an item that {finder} found is at hand already", "drop the inner condition")
        if finder in progress.before:
            raise self.fail(node, f"{finder} has scanned before the loop, not in its rounds", "move it out of the loop")

    def not_everywhere(self, finder: str, progress: Progress, before: set[str], otherwise: set[str]) -> None:
        """Forget tasks that were only done where a finder found something, but must be done elsewhere as well."""
        for name in progress.seen - before - otherwise:
            if not self._follows(name, finder):
                progress.seen.discard(name)
                progress.done.discard(name)
                progress.attempted.discard(name)

    def _follows(self, name: str, finder: str) -> bool:
        """Whether a task is done for items of a finder alone, or for what is found in handling these."""
        found = self.problem.tasks[name].for_each
        return found is not None and (found == finder or self._follows(found, finder))

    def judged(self, node: Design, name: str, body: Design, context: Context) -> None:
        """Somebody must be able to tell whether a task has succeeded here."""
        task = self.problem.tasks[name]
        word = "retry" if isinstance(node, Retry) else "escalate"
        if task.check is None or task.succeeds is None:
            raise self.fail(node, f"{word} {name}: nobody can tell whether it succeeded", f"state check of {name}")
        text = partition(self.problem, task)
        if combined_by(self.problem, name, context) is not None:
            text = None  # what combines results is told about as it is called
        if divided_by(self.problem, name, context) or joined_by(self.problem, name, context):
            text = None  # so is what divides, and what combines results of subproblems
        if own_problem(task, context):
            text = None  # the check tells about each subproblem as about the whole
        if task.check.scope == "whole" and text is not None and not is_whole(text, context):
            raise self.fail(node, f"{word} {name}: its check tells about the whole {text.name} only")
        if task.check.scope == "whole" and task.name in context.steps:
            raise self.fail(node, f"{word} {name}: its check tells about the whole chain only")
        if task.check.by is not None:
            done = [tasks_at(part) for part in walk(body) if tasks_at(part)]
            last = max((place for place, names in enumerate(done) if name in names), default=-1)
            if not any(task.check.by in names for names in done):
                raise self.fail(node, f"{word} {name}: {task.check.by}, who checks it, is not called")
            if (task.check.by,) not in done[last + 1 :]:
                hint = f"call {task.check.by} by itself, after {name}"
                raise self.fail(node, f"{word} {name}: {task.check.by} has to judge what has been made", hint)

    def one_unit(self, node: Design, body: Design, context: Context) -> None:
        """Where some units are hard, attempts at several at once are not what the facts speak of."""
        names = {name for part in walk(body) for name in tasks_at(part)}
        for task in (self.problem.tasks[name] for name in sorted(names)):
            if task.succeeds is not None and task.succeeds.hard is not None:
                loops = any(isinstance(part, Each | Stride | Repeat) for part in walk(body))
                if loops or exposure(self.problem, task, context) != ONE:
                    hint = f"vote on, or retry, each {task.succeeds.unit} by itself"
                    message = f"some units are hard for {task.name}, so they are not repeated together"
                    raise self.fail(node, message, hint)

    def cut(self, node: Design, part: str | None, names: Iterable[str], progress: Progress) -> None:
        """What is worked on in parts has been cut into them, by whoever can."""
        for name in sorted(splitters(self.problem, part, names)):
            if name not in progress.seen:
                raise self.fail(node, f"{name} has not cut the text into {part}s yet", f"call {name} first")
            if name in progress.attempted and name not in progress.done and self.problem.target is None:
                raise self.fail(node, f"{name} may fail, and nothing retries it", f"put {name} under 'retry: {name}'")

    def owes(self, task: Task, progress: Progress, dealing: set[str]) -> None:
        """What a scan finds must be dealt with: at once by those `dealing` with it, or later."""
        if task.finds is not None:
            others = self.problem.tasks.values()
            progress.owed |= {other.name for other in others if other.for_each == task.name} - dealing
