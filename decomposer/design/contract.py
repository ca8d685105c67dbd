"""The contract of a design: every task done, for all it must be done for, by calls that can do it.

One checker holds hand designs and the rules' templates to the same contract. It walks the tree once and
keeps, per scope, what has been done, scanned and told so far. It knows nothing of rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from decomposer.design.bounds import at_least, has_functions
from decomposer.design.combining import Combining, tasks_of, whole_for_all
from decomposer.design.context import (
    Context,
    at_most_one,
    chain_steps,
    divide_up,
    exposure,
    extent,
    is_whole,
    items,
    partition,
    scans,
)
from decomposer.design.cuts import outdates, splitters
from decomposer.design.merging import combined_by, combines_here
from decomposer.design.nodes import (
    Call,
    Case,
    Design,
    Each,
    Escalate,
    ForEach,
    Hole,
    If,
    Merge,
    Repeat,
    Retry,
    Seq,
    Stride,
    Until,
    Vote,
    first_call_does,
    walk,
)
from decomposer.design.progress import Progress, amount
from decomposer.design.reliability import tasks_at
from decomposer.design.sizes import covers, uncertain
from decomposer.design.windows import fits
from decomposer.errors import DesignError
from decomposer.expr import ONE, Expr
from decomposer.problem.diagnose import diagnostic
from decomposer.problem.graph import auxiliary, combined, topological, unsettled
from decomposer.problem.model import Problem, Task


def check_design(problem: Problem, design: Design, places: Mapping[int, str] | None = None) -> None:
    """Check that a complete design does everything that the problem asks for.

    Parameters
    ----------
    places : mapping of id(node) to path, optional
        Where in the problem file each node was written.

    Raises
    ------
    DesignError
        With the place and the reason.
    """
    checker = Checker(problem, places or {})
    progress = Progress()
    checker.visit(design, Context(), progress, frozenset())
    checker.finish(topological(problem), unsettled(problem, topological(problem)), Context(), progress, design)


class Checker:
    """Walks a design once; with `template`, holes count as reaching their goals."""

    def __init__(self, problem: Problem, places: Mapping[int, str], template: bool = False) -> None:
        self.problem = problem
        self.places = places
        self.template = template
        self.writers: dict[str, set[str]] = {}
        for task in problem.tasks.values():
            for text in task.writes:
                self.writers.setdefault(text, set()).add(task.name)

    # -- reporting ------------------------------------------------------------------------------

    def fail(self, node: Design, message: str, hint: str = "") -> DesignError:
        """Make the error for `node`."""
        path = self.places.get(id(node), "")
        return DesignError(diagnostic(self.problem, path, message, "design", hint), file=self.problem.file)

    # -- walking --------------------------------------------------------------------------------

    def visit(self, node: Design, context: Context, progress: Progress, at_hand: frozenset[str]) -> None:
        """Walk `node` and record in `progress` what it does; `at_hand`: finders whose item is being handled."""
        if isinstance(node, Call):
            self.call(node, context, progress, at_hand)
        elif isinstance(node, Seq):
            for step in node.steps:
                self.visit(step, context, progress, at_hand)
        elif isinstance(node, Repeat):
            self.loop(node, node.body, context.repeated(node.count, node.index), progress, at_hand, node.count)
        elif isinstance(node, Until):
            self.until(node, context, progress, at_hand)
        elif isinstance(node, Each):
            self.each(node, context, progress)
        elif isinstance(node, Merge):
            Combining(self, node).check(context, progress)
        elif isinstance(node, ForEach):
            self.free_hand(node, node.finder, progress, at_hand)
            if node.finder not in progress.scanned and not self.template:
                raise self.fail(node, f"for_each {node.finder}: it has not scanned this scope yet")
            before = set(progress.seen)
            self.visit(node.body, context.for_item(), progress, at_hand | {node.finder})
            self.not_everywhere(progress, before, set())
        elif isinstance(node, If):
            self.conditional(node, context, progress, at_hand)
        elif isinstance(node, Case):
            self.case(node, context, progress, at_hand)
        elif isinstance(node, Stride):
            self.stride(node, context, progress)
        elif isinstance(node, Retry):
            self.retry(node, context, progress, at_hand)
        elif isinstance(node, Escalate):
            self.escalate(node, context, progress, at_hand)
        elif isinstance(node, Vote):
            votes = node.votes.as_fraction()
            if node.lead is None and (votes is None or votes.denominator != 1 or votes % 2 == 0):
                raise self.fail(node, "a majority needs an odd number of votes")
            if uncertain(self.problem, node.body):
                hint = "put the vote inside the condition"
                raise self.fail(node, "vote: what is voted on must run for certain", hint)
            if node.lead is not None and not at_least(node.lead, ONE) and not has_functions(node.lead):
                raise self.fail(node, "a vote ends with a lead of one at least")
            self.one_unit(node, node.body, context)
            self.visit(node.body, context, progress, at_hand)
        else:
            self.hole(node, context, progress, at_hand)

    def loop(
        self,
        node: Design,
        body: Design,
        context: Context,
        progress: Progress,
        at_hand: frozenset[str],
        count: Expr | None,
    ) -> Progress:
        """One run of the body stands for all; scans add up."""
        if count is not None and not at_least(count, ONE) and not has_functions(count):
            raise self.fail(node, f"repeat {count}: there may be no round at all")
        complete = self.all_complete(context, progress)
        one_run = progress.inner(complete)
        one_run.done, one_run.attempted = set(progress.done), set(progress.attempted)
        one_run.before |= complete
        hands = at_hand | {f for f in complete if self.rate_is_one(f, context)}
        self.visit(body, context, one_run, hands)
        for finder, number in one_run.scanned.items():
            if number is None and finder not in complete and count not in (None, ONE):
                raise self.fail(node, f"repeat {count}: {finder} has found everything after the first round")
            before = progress.scanned.get(finder, ONE * 0)
            scanned = None if number is None or before is None or count is None else before + number * count
            progress.scanned[finder] = scanned
        for router, number in one_run.told.items():
            if progress.told.get(router) != number:
                progress.told[router] = number if count is None else number**count
        progress.absorb(one_run)
        return one_run

    def until(self, node: Until, context: Context, progress: Progress, at_hand: frozenset[str]) -> None:
        finder = self.finder(node, node.finder)
        assert finder.finds is not None
        if finder.finds.per_call != ONE:
            raise self.fail(node, f"until {node.finder}: only for a task that finds one item per call")
        if node.finder in progress.scanned:
            raise self.fail(node, f"until {node.finder}: it has scanned this scope before")
        rounds = items(self.problem, finder, context) + ONE
        one_run = self.loop(node, node.body, context.repeated(rounds), progress, at_hand, None)
        if node.finder not in one_run.scanned:
            raise self.fail(node, f"until {node.finder}: the loop never calls {node.finder}")
        if one_run.scanned[node.finder] != ONE:
            raise self.fail(node, f"until {node.finder}: the loop must call {node.finder} once in a round")

    def each(self, node: Each, context: Context, progress: Progress) -> None:
        texts = [text for text in self.problem.texts.values() if text.part == node.part]
        if not texts:
            raise self.fail(node, f"no text consists of parts called {node.part!r}")
        if extent(texts[0], context) == ONE:
            raise self.fail(node, f"the scope is a single {node.part} already")
        whole_for_all(self, node, node.body)
        self.cut(node, node.part, tasks_of(node.body), progress)
        inner = progress.inner(self.all_complete(context, progress))
        narrowed = context.narrowed(node.part, node.size)
        self.visit(node.body, narrowed, inner, frozenset())
        for finder in inner.scanned:
            if not self.complete(finder, narrowed, inner):
                raise self.fail(node, f"{finder} does not scan often enough to find all items of a {node.part}")
            progress.scanned[finder] = None
        progress.absorb(inner)

    def stride(self, node: Stride, context: Context, progress: Progress) -> None:
        """One run of the body stands for all: a chain is taken to its end, some steps at a time."""
        task = self.problem.tasks[node.task]
        if task.steps is None:
            raise self.fail(node, f"steps {node.task}: nothing says that it is a chain of steps", "state `steps`")
        if node.task in context.steps:
            raise self.fail(node, f"steps {node.task}: its chain is cut into steps already")
        if task.remembers:
            raise self.fail(node, f"steps {node.task}: it needs what earlier calls said, not the state alone")
        if not at_least(node.size, ONE) and not has_functions(node.size):
            raise self.fail(node, f"steps {node.task}: no step at all may be taken")
        inner = progress.inner(self.all_complete(context, progress))
        self.visit(node.body, context.striding(node.task, node.size), inner, frozenset())
        if node.task not in inner.seen - progress.seen and not self.template:
            raise self.fail(node, f"steps {node.task}: it is not done here")
        if inner.scanned.keys() - progress.scanned.keys():
            raise self.fail(node, f"steps {node.task}: no items are looked for along the chain", "move it out")
        progress.absorb(inner)

    def escalate(self, node: Escalate, context: Context, progress: Progress, at_hand: frozenset[str]) -> None:
        """What is rejected is done once more, otherwise: both ways must do it all."""
        for name in node.tasks:
            self.judged(node, name, node.body, context)
        if any(isinstance(part, If | ForEach | Until) for part in (*walk(node.body), *walk(node.then))):
            hint = "put it inside the condition"
            raise self.fail(node, "escalate: what may be done again must run for certain", hint)
        self.one_unit(node, node.body, context)
        other = progress.inner(set())
        other.done, other.scanned = set(progress.done), dict(progress.scanned)
        before = set(progress.seen)
        self.visit(node.body, context, progress, at_hand)
        self.visit(node.then, context, other, at_hand)
        missing = (progress.seen - before - other.seen) & set(node.tasks)
        progress.seen -= before - other.seen
        for name in missing:
            raise self.fail(node, f"escalate {name}: it is not done again where it is rejected")

    def chained(self, node: Call, task: Task, context: Context) -> None:
        """A call takes no more steps of a chain than it can."""
        most = None if task.steps is None else task.steps.per_call
        taken = chain_steps(task, context)
        open_still = self.template and not taken.symbols <= self.problem.parameters.keys()
        if most is not None and not open_still and not at_least(most, taken):
            hint = f"put it under `steps: {task.name}`"
            raise self.fail(node, f"{task.name} takes {most} steps in a call at most, not {taken}", hint)

    def judged(self, node: Design, name: str, body: Design, context: Context) -> None:
        """Somebody must be able to tell whether a task has succeeded here."""
        task = self.problem.tasks[name]
        word = "retry" if isinstance(node, Retry) else "escalate"
        if task.check is None or task.succeeds is None:
            raise self.fail(node, f"{word} {name}: nobody can tell whether it succeeded", f"state check of {name}")
        text = partition(self.problem, task)
        if combined_by(self.problem, name, context) is not None:
            text = None  # what combines results is told about as it is called
        if task.check.scope == "whole" and text is not None and not is_whole(text, context):
            raise self.fail(node, f"{word} {name}: its check tells about the whole {text.name} only")
        if task.check.scope == "whole" and task.name in context.steps:
            raise self.fail(node, f"{word} {name}: its check tells about the whole chain only")
        if task.check.by is not None and not any(
            isinstance(part, Call) and task.check.by in part.tasks for part in walk(body)
        ):
            raise self.fail(node, f"{word} {name}: {task.check.by}, who checks it, is not called")

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

    def conditional(self, node: If, context: Context, progress: Progress, at_hand: frozenset[str]) -> None:
        finder = self.finder(node, node.finder)
        self.free_hand(node, node.finder, progress, at_hand)
        within = first_call_does(node.body, node.finder)
        if within:
            if node.finder in self.all_complete(context, progress):
                raise self.fail(node, f"if {node.finder}: it has found everything in this scope before")
            if node.orelse is None or not first_call_does(node.orelse, node.finder):
                raise self.fail(node, f"if {node.finder}: nobody looks where it finds nothing")
        elif node.finder not in progress.seen or (not self.template and node.finder not in progress.scanned):
            raise self.fail(node, f"if {node.finder}: it has not scanned this scope yet")
        if not (at_most_one(self.problem, finder, context) if within else self.single(finder, context, progress)):
            raise self.fail(node, f"if {node.finder}: it may have found several items", "use for_each")
        if node.orelse is not None and any(isinstance(part, Call) and part.history for part in walk(node)):
            raise self.fail(node, f"if {node.finder}: who speaks in a round is not known, so nobody can keep a history")
        other = progress.inner(set())
        other.done, other.scanned = set(progress.done), dict(progress.scanned)
        hands = at_hand if within else at_hand | {node.finder}
        before, scanned = set(progress.seen), progress.scanned.get(node.finder, ONE * 0)
        self.visit(node.body, context if within else context.for_item(), progress, hands)
        if within and (scanned is None or progress.scanned.get(node.finder) != scanned + ONE):
            raise self.fail(node, f"if {node.finder}: what decides it must call {node.finder} once")
        if node.orelse is not None:
            self.visit(node.orelse, context if within else context.for_item(), other, at_hand)
            progress.seen -= before - other.seen
        self.not_everywhere(progress, before, other.seen)

    def free_hand(self, node: Design, finder: str, progress: Progress, at_hand: frozenset[str]) -> None:
        """One item of a finder at a time, and each item once."""
        if finder in at_hand:
            raise self.fail(node, f"an item that {finder} found is at hand already", "drop the inner condition")
        if finder in progress.before:
            raise self.fail(node, f"{finder} has scanned before the loop, not in its rounds", "move it out of the loop")

    def not_everywhere(self, progress: Progress, before: set[str], otherwise: set[str]) -> None:
        """Forget tasks that were only done where something was found, but must be done in any case."""
        for name in progress.seen - before - otherwise:
            if self.problem.tasks[name].for_each is None:
                progress.seen.discard(name)
                progress.done.discard(name)
                progress.attempted.discard(name)

    def case(self, node: Case, context: Context, progress: Progress, at_hand: frozenset[str]) -> None:
        task = self.problem.tasks[node.task]
        if task.one_of is None:
            raise self.fail(node, f"case {node.task}: nothing says that it needs only one of a family")
        family = self.problem.capabilities[task.one_of.family].family
        assert family is not None
        needed = divide_up(family, node.share)
        told = progress.told.get(task.one_of.told_by)
        if told is None or not at_least(told, needed):
            raise self.fail(
                node,
                f"case {node.task}: {task.one_of.told_by} has not told which specialist is needed",
                f"call {task.one_of.told_by} first",
            )
        text = partition(self.problem, task)
        if task.local is not None and text is not None and extent(text, context) != ONE:
            raise self.fail(node, f"case {node.task}: different {text.part}s may need different specialists")
        self.visit(node.body, context.sharing(node.task, node.share), progress, at_hand)

    def retry(self, node: Retry, context: Context, progress: Progress, at_hand: frozenset[str]) -> None:
        for name in node.tasks:
            task = self.problem.tasks[name]
            self.judged(node, name, node.body, context)
            text = partition(self.problem, task)
            assert task.check is not None and task.succeeds is not None
            if node.keep and (task.succeeds.unit != "part" or task.check.scope != "part" or text is None):
                raise self.fail(node, f"retry {name}: keeping good parts needs success and check per part")
            if node.keep and text is not None and is_whole(text, context):
                self.cut(node, text.part, node.tasks, progress)
            if node.keep and len(node.tasks) > 1:
                raise self.fail(node, "retry with keep: one task at a time")
        self.one_unit(node, node.body, context)
        if any(isinstance(part, If | ForEach | Until) for part in walk(node.body)):
            raise self.fail(node, "retry: what is retried must run for certain", "put the retry inside the condition")
        self.visit(node.body, context, progress, at_hand)
        for name in node.tasks:
            if name not in progress.attempted and name not in progress.done and name not in progress.scanned:
                raise self.fail(node, f"retry {name}: it is not done here")
            progress.attempted.discard(name)
            progress.done.add(name)

    # -- leaves ---------------------------------------------------------------------------------

    def call(self, node: Call, context: Context, progress: Progress, at_hand: frozenset[str]) -> None:
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
            if name in combined(self.problem) and name in auxiliary(self.problem):
                raise self.fail(node, f"{name} combines results: there are none here", "put it under `by` of a merge")
            if node.scope == "part":
                self.cut(node, task.local, (name,), progress)
            self.chained(node, task, context)
            self.reads(node, task, context)
            self.digests(node, task, progress)
            self.inputs(node, task, progress.seen | before)
            if task.for_each is not None and task.for_each not in before:
                self.item(node, task, context, progress, at_hand)
            elif task.for_each is not None:
                self.one_call(node, task, context)
            self.memory(node, task, context)
            self.record(node, task, context, progress)
            if task.for_each not in before:
                progress.owed.discard(task.name)
            self.owes(task, progress, set(node.tasks[position:]))

    def owes(self, task: Task, progress: Progress, dealing: set[str]) -> None:
        """What a scan finds must be dealt with: at once by those `dealing` with it, or later."""
        if task.finds is not None:
            others = self.problem.tasks.values()
            progress.owed |= {other.name for other in others if other.for_each == task.name} - dealing

    def cut(self, node: Design, part: str | None, names: Iterable[str], progress: Progress) -> None:
        """What is worked on in parts has been cut into them, by whoever can."""
        for name in sorted(splitters(self.problem, part, names)):
            if name not in progress.seen:
                raise self.fail(node, f"{name} has not cut the text into {part}s yet", f"call {name} first")
            if name in progress.attempted and name not in progress.done and self.problem.target is None:
                raise self.fail(node, f"{name} may fail, and nothing retries it", f"put {name} under 'retry: {name}'")

    def record(self, node: Call, task: Task, context: Context, progress: Progress) -> None:
        progress.seen -= outdates(self.problem, task)
        progress.seen.add(task.name)
        if task.finds is not None:
            before = progress.scanned.get(task.name, ONE * 0)
            progress.scanned[task.name] = None if before is None else before + ONE
        if any(other.one_of and other.one_of.told_by == task.name for other in self.problem.tasks.values()):
            progress.told[task.name] = ONE if node.among is None else node.among
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
            if node.scope == "part" or not is_whole(text, context):
                raise self.fail(
                    node,
                    f"{task.name} reads only {amount(text.part, context, node)} of {name}, but it needs all of it",
                    f"state that {task.name} is local to a {text.part}, or let it read all of {name}",
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
        for read in task.reads:
            writers = self.writers.get(read.text, set()) - {task.name}
            if writers and not writers & seen:
                raise self.fail(
                    node, f"{task.name} reads {read.text}, which nobody has written yet", f"call {min(writers)} first"
                )

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

    def hole(self, node: Hole, context: Context, progress: Progress, at_hand: frozenset[str]) -> None:
        """A sub-goal does what it says, where it says."""
        goal = node.goal
        first = self.problem.tasks[goal.tasks[0]]
        expected = {} if goal.part is None or goal.size is None else {goal.part: goal.size}
        if dict(context.extents) != expected:
            raise self.fail(node, "a sub-goal stands in another scope than its own")
        if not goal.cuts <= progress.seen:
            raise self.fail(node, f"{min(goal.cuts - progress.seen)} has not cut the text that a sub-goal works on")
        taken = {} if goal.steps is None else {goal.tasks[0]: goal.steps}
        if dict(context.steps) != taken:
            raise self.fail(node, "a sub-goal stands elsewhere in a chain than it should")
        for position, name in enumerate(goal.tasks):
            task = self.problem.tasks[name]
            before = set(goal.tasks[:position])
            self.inputs(node, task, progress.seen | before)
            if task.for_each is not None and goal.mode == "item" and task.for_each not in before:
                self.item(node, task, context, progress, at_hand)
        if goal.mode == "route":
            assert goal.among is not None
            progress.told[first.name] = goal.among
        if goal.mode == "round":
            number = scans(self.problem, first, context)
            rounds = items(self.problem, first, context) + ONE if number is None else number
            if context.rounds != rounds:
                raise self.fail(node, f"{first.name} is given {context.rounds} rounds where it takes {rounds}")
        for name in goal.tasks:
            task = self.problem.tasks[name]
            progress.seen -= outdates(self.problem, task)
            progress.seen.add(name)
            if task.finds is not None:
                progress.scanned[name] = None if goal.mode == "cover" else ONE
            settled = name in goal.pending or name not in unsettled(self.problem, (name,))
            (progress.done if settled else progress.attempted).add(name)
            if task.for_each not in goal.tasks:
                progress.owed.discard(name)
            self.owes(task, progress, set(goal.tasks))

    # -- questions ------------------------------------------------------------------------------

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

    def finish(
        self,
        tasks: tuple[str, ...],
        pending: frozenset[str],
        context: Context,
        progress: Progress,
        design: Design,
        in_round: bool = False,
    ) -> None:
        """Everything asked for must have been done."""
        for name in tasks:
            task = self.problem.tasks[name]
            if any(set(method.tasks) <= progress.done for method in task.methods):
                continue
            if name not in progress.seen:
                raise self.fail(design, f"{name} is never done", f"add a call of {name}")
            # With a target for the whole, what may fail is accounted for, not settled task by task.
            if name in pending and name not in progress.done and self.problem.target is None:
                raise self.fail(design, f"{name} may fail, and nothing retries it", f"put {name} under 'retry: {name}'")
            if name in progress.owed:
                finder = task.for_each
                raise self.fail(
                    design, f"{name} is not done for all that {finder} finds", f"add 'for_each: {finder}' after it"
                )
            if task.finds is not None and not in_round and not self.complete(name, context, progress):
                needed = scans(self.problem, task, context)
                raise self.fail(design, f"{name} does not scan often enough: it takes {needed} calls to find all items")
