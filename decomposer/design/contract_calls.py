"""The contract of one call: it reads, remembers and can do all that its tasks need."""

from __future__ import annotations

from decomposer.design.articles import an
from decomposer.design.bounds import at_least
from decomposer.design.context import Context, at_most_one, chain_steps, extent, is_whole, partition
from decomposer.design.contract_questions import Questions, Read, awaited
from decomposer.design.cuts import outdates
from decomposer.design.merging import combined_by, combines_here
from decomposer.design.nodes import Call, Design
from decomposer.design.progress import Progress, amount
from decomposer.design.recursing import beyond_base, divided_by, done_in_pieces, joined_by
from decomposer.design.remembering import condensed_by
from decomposer.design.routing import told_here
from decomposer.design.sizes import covers
from decomposer.design.windows import fits
from decomposer.expr import ONE
from decomposer.problem.graph import auxiliary, combined, condenses, divides, tellers
from decomposer.problem.model import Task


class Calls(Questions):
    """Checks calls, and records what they do."""

    def call(self, node: Call, context: Context, progress: Progress, at_hand: frozenset[str]) -> None:
        if node.model is None and self.problem.models:
            raise self.fail(node, f"{' and '.join(node.tasks)} must be done by a model of the catalogue")
        if node.model is not None and not covers(self.problem, node.model, node, context):
            raise self.fail(node, f"model {node.model} lacks a capability that {' and '.join(node.tasks)} require")
        if node.model is not None and not fits(self.problem, node.model, node, context):
            raise self.fail(node, f"{' and '.join(node.tasks)} may take more than the window of {node.model}")
        if node.history is not None and node.history not in dict(context.indices):
            raise self.fail(node, f"history {node.history}: no enclosing loop has this index")
        if node.history is not None and at_hand and context.extents:
            raise self.fail(node, f"history {node.history}: an item is found in no known round here")
        for position, name in enumerate(node.tasks):
            task = self.problem.tasks[name]
            if not task.requires:
                raise self.fail(node, f"{name} cannot be done by one call: it requires no capability, only methods")
            before = set(node.tasks[:position])
            if combined_by(self.problem, name, context) is not None:
                self.combining(node, task, progress)
                continue
            if joined_by(self.problem, name, context) is not None:
                self.combining(node, task, progress)
                continue
            if condensed_by(self.problem, name, context) is None and condenses(self.problem, name):
                raise self.fail(node, f"{name} condenses a memory: there is none here", "put it under `by` of serve")
            if divided_by(self.problem, name, context) is None and divides(self.problem, name):
                raise self.fail(node, f"{name} divides problems: there is none here", "put it under `split` of recurse")
            if name in combined(self.problem) and name in auxiliary(self.problem):
                raise self.fail(node, f"{name} combines results: there are none here", "put it under `by` of a merge")
            if node.scope == "part":
                self.cut(node, task.local, (name,), progress)
            self.chained(node, task, context)
            self.base(node, task, context)
            self.reads(node, task, context)
            self.digests(node, task, progress)
            self.inputs(node, task, progress.seen | before)
            if task.for_each is not None and task.for_each not in before:
                self.item(node, task, context, progress, at_hand)
            elif task.for_each is not None:
                self.one_call(node, task, context)
            self.memory(node, task, context)
            self.record(node, task, context, progress, at_hand)
            if task.for_each not in before:
                progress.owed.discard(task.name)
            self.owes(task, progress, set(node.tasks[position:]))

    def chained(self, node: Call, task: Task, context: Context) -> None:
        """A call takes no more steps of a chain than it can."""
        most = None if task.steps is None else task.steps.per_call
        taken = chain_steps(task, context)
        open_still = self.template and not taken.symbols <= self.problem.parameters.keys()
        if most is not None and not open_still and not at_least(most, taken):
            hint = f"put it under `steps: {task.name}`"
            raise self.fail(node, f"{task.name} takes {most} steps in a call at most, not {taken}", hint)

    def base(self, node: Call, task: Task, context: Context) -> None:
        """A problem is done without dividing it only where it is small enough."""
        parts = beyond_base(self.problem, task, context)
        # A free parameter has bounds of its own.
        known = parts is not None and parts.symbols <= self.problem.parameters.keys()
        if known and task.recursive is not None:
            message = f"{task.name} is done for {task.recursive.base} parts at most without dividing, not for {parts}"
            raise self.fail(node, message, f"put it under `recurse: {task.name}`")

    def record(self, node: Call, task: Task, context: Context, progress: Progress, at_hand: frozenset[str]) -> None:
        progress.seen -= outdates(self.problem, task)
        progress.seen.add(task.name)
        if task.finds is not None:
            before = progress.scanned.get(task.name, ONE * 0)
            progress.scanned[task.name] = None if before is None else before + ONE
            progress.looked[task.name] = object()
        if task.name in tellers(self.problem):
            among = ONE if node.among is None else node.among
            progress.told[task.name] = told_here(among, context, progress, at_hand)
        if task.succeeds is not None and task.check is not None:
            progress.attempted.add(task.name)
            progress.done.discard(task.name)
        else:
            progress.done.add(task.name)

    def reads(self, node: Call, task: Task, context: Context) -> None:
        """A task that is not local to the parts it is given reads too little."""
        touched = [read.text for read in task.reads] + ([task.edits.text] if task.edits else [])
        for name in touched:
            text = self.problem.texts[name]
            if text.part is None or node.scope == "whole" or task.local == text.part:
                continue
            if node.scope == "here" and combines_here(self.problem, task, text.part, context):
                continue
            if node.scope == "here" and done_in_pieces(self.problem, task, text.part, context):
                continue
            if node.scope == "part" or not is_whole(text, context):
                raise self.fail(
                    node,
                    f"{task.name} reads only {amount(text.part, context, node)} of {name}, but it needs all of it",
                    f"state that {task.name} is local to {an(text.part)}, or let it read all of {name}",
                )
        if node.scope == "part" and task.for_each is None:
            raise self.fail(node, f"{task.name} is done for no item, so there is no part that holds it")
        if node.write == "patch" and task.edits is not None and task.edits.patch is None:
            raise self.fail(node, f"{task.name} cannot write a patch", "state edits: {patch: tokens}")
        if node.write == "part" and task.edits is not None and task.edits.unit == "whole":
            raise self.fail(node, f"{task.name} must rewrite the whole {task.edits.text}")

    def combining(self, node: Call, task: Task, progress: Progress) -> None:
        """A call that combines results does that alone."""
        if len(node.tasks) > 1 or node.scope != "here" or node.history is not None:
            raise self.fail(node, f"{task.name} combines results by itself")
        self.inputs(node, task, progress.seen)
        self.digests(node, task, progress)
        progress.seen.add(task.name)
        (progress.attempted if task.succeeds is not None and task.check is not None else progress.done).add(task.name)

    def digests(self, node: Call, task: Task, progress: Progress) -> None:
        """A digest is read after it has been made, and not by its own maker."""
        for name in node.digests:
            maker = self.problem.tasks.get(name)
            if maker is None or maker.compresses is None:
                raise self.fail(node, f"{name} makes no digest", f"state `compresses` of {name}")
            if name == task.name or name in node.tasks:
                raise self.fail(node, f"{name} makes the digest itself")
            if name not in progress.seen and not self.template:
                raise self.fail(node, f"the digest by {name} has not been made yet", f"call {name} first")
            if any(t.edits is not None and t.edits.text == maker.compresses.text for t in self.problem.tasks.values()):
                raise self.fail(node, f"{maker.compresses.text} changes: the digest by {name} may be out of date")
            fails = name in progress.attempted and name not in progress.done and self.problem.target is None
            if fails and not self.template:
                raise self.fail(node, f"{name} may fail, and nothing retries it", f"put {name} under 'retry: {name}'")

    def inputs(self, node: Design, task: Task, seen: set[str]) -> None:
        """What a task reads has been written, if anybody else writes it."""
        for read in awaited(self.problem)[task.name]:
            self.written(node, read, seen)

    def written(self, node: Design, read: Read, seen: set[str]) -> None:
        """One of those who write a text has done so."""
        if read.writers.isdisjoint(seen):
            message = f"{read.task} reads {read.text}, which nobody has written yet"
            raise self.fail(node, message, f"call {min(read.writers)} first")

    def item(self, node: Design, task: Task, context: Context, progress: Progress, at_hand: frozenset[str]) -> None:
        """A task done for each item needs one at hand, or to be done wherever one may be."""
        finder = self.finder(node, task.for_each or "")
        if finder.name in at_hand:
            return
        once = progress.scanned.get(finder.name) == ONE or (self.template and finder.name not in progress.scanned)
        if finder.name in progress.seen and once and self.rate_is_one(finder.name, context):
            return
        text = partition(self.problem, finder)
        assert finder.finds is not None
        everywhere = text is not None and extent(text, context) == ONE and finder.finds.per_part == ONE
        if finder.name in progress.seen and everywhere and task.local == (text.part if text else None):
            return
        raise self.fail(
            node,
            f"{task.name} is done for each item that {finder.name} finds, but no item is at hand here",
            f"put it under 'if: found' or 'for_each: {finder.name}'",
        )

    def one_call(self, node: Call, task: Task, context: Context) -> None:
        """A call that looks for an item and goes on to act on it acts once."""
        finder = self.finder(node, task.for_each or "")
        if not at_most_one(self.problem, finder, context):
            raise self.fail(
                node,
                f"{task.name} is done for each item, but {finder.name} may find several in this one call",
                f"call {finder.name} first, then {task.name} under 'for_each: {finder.name}'",
            )

    def memory(self, node: Call, task: Task, context: Context) -> None:
        if not task.remembers:
            return
        if context.extents:
            raise self.fail(node, f"{task.name} needs what earlier rounds said, but parts are done side by side")
        if context.rounds != ONE and node.history is None:
            raise self.fail(node, f"{task.name} needs what earlier rounds said, but starts afresh in each round")
