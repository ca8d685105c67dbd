"""The contract of a design: every task done, for all it must be done for, by calls that can do it.

One checker holds hand designs and the rules' templates to the same contract. It walks the tree once and
keeps, per scope, what has been done, scanned and told so far. It knows nothing of rules.
"""

from __future__ import annotations

from collections.abc import Mapping

from decomposer.design.bounds import at_least, has_functions
from decomposer.design.combining import Combining, tasks_of, whole_for_all
from decomposer.design.context import Context, at_most_one, extent, is_whole, items, partition, scans
from decomposer.design.contract_calls import Calls
from decomposer.design.contract_questions import finders, plain
from decomposer.design.cuts import outdates
from decomposer.design.dividing import Dividing
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
    Recurse,
    Repeat,
    Retry,
    Seq,
    Serve,
    Stride,
    Until,
    Vote,
    first_call_does,
    walk,
)
from decomposer.design.progress import Progress
from decomposer.design.routing import check_case, told_here
from decomposer.design.serving import Serving
from decomposer.design.sizes import uncertain
from decomposer.expr import ONE, Expr
from decomposer.problem.graph import topological, unsettled
from decomposer.problem.items import in_parts
from decomposer.problem.model import Problem, Text


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


class Checker(Calls):
    """Walks a design once; with `template`, holes count as reaching their goals."""

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
        elif isinstance(node, Recurse):
            Dividing(self, node).check(context, progress)
        elif isinstance(node, Serve):
            Serving(self, node).check(context, progress)
        elif isinstance(node, ForEach):
            self.free_hand(node, node.finder, progress, at_hand)
            if node.finder not in progress.scanned and not self.template:
                raise self.fail(node, f"for_each {node.finder}: it has not scanned this scope yet")
            before, told = set(progress.seen), dict(progress.told)
            self.visit(node.body, context.for_item(), progress, at_hand | {node.finder})
            self.not_everywhere(node.finder, progress, before, set())
            progress.told = told
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
        for router, told in one_run.told.items():
            if progress.told.get(router) is not told:
                levels = ONE if count is None else count
                progress.told[router] = told_here(told.among**levels, context, progress, at_hand)
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
        if any(_outgrows(text, node.size, context) for text in texts):
            message = f"groups of {node.size} {node.part}s cannot be cut from {extent(texts[0], context)}"
            raise self.fail(node, message, "take groups no larger than those of the loop around it")
        whole_for_all(self, node, node.body)
        for name in sorted(tasks_of(node.body)):
            if self.problem.tasks[name].memory is not None:
                message = f"{name} needs what it wrote for the {node.part}s before, but they are done side by side"
                raise self.fail(node, message, f"write `serve: {name}`")
        self.cut(node, node.part, tasks_of(node.body), progress)
        complete = self.all_complete(context, progress)
        inner = progress.inner(complete)
        inner.before |= {name for name in complete if not in_parts(self.problem, name, node.part)}
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
        progress.done |= set(node.tasks) & other.done  # accepted, or seen to where it is rejected
        for name in missing:
            raise self.fail(node, f"escalate {name}: it is not done again where it is rejected")

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
        before, scanned, told = set(progress.seen), progress.scanned.get(node.finder, ONE * 0), dict(progress.told)
        self.visit(node.body, context if within else context.for_item(), progress, hands)
        if within and (scanned is None or progress.scanned.get(node.finder) != scanned + ONE):
            raise self.fail(node, f"if {node.finder}: what decides it must call {node.finder} once")
        if node.orelse is not None:
            self.visit(node.orelse, context if within else context.for_item(), other, at_hand)
            progress.seen -= before - other.seen
        self.not_everywhere(node.finder, progress, before, other.seen)
        progress.told = told

    def case(self, node: Case, context: Context, progress: Progress, at_hand: frozenset[str]) -> None:
        check_case(self, node, context, progress, at_hand)
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
            if name not in tasks_of(node.body):
                hint = f"call {name} under the retry"
                raise self.fail(node, f"retry {name}: it is not done again where it is rejected", hint)
        self.one_unit(node, node.body, context)
        if any(isinstance(part, If | ForEach | Until) for part in walk(node.body)):
            raise self.fail(node, "retry: what is retried must run for certain", "put the retry inside the condition")
        self.visit(node.body, context, progress, at_hand)
        for name in node.tasks:
            if name not in progress.attempted and name not in progress.done and name not in progress.scanned:
                raise self.fail(node, f"retry {name}: it is not done here")
            progress.attempted.discard(name)
            progress.done.add(name)

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
        entering, others = self.block(goal.tasks)
        for read in entering:
            self.written(node, read, progress.seen)
        before: set[str] = set()
        for task in others:
            if task.memory is not None and goal.part is not None:
                raise self.fail(node, f"{task.name} needs what it wrote for the {goal.part}s before")
            if task.for_each is not None and goal.mode == "item" and task.for_each not in before:
                self.item(node, task, context, progress, at_hand)
            before.add(task.name)
        if goal.mode == "route":
            assert goal.among is not None
            progress.told[first.name] = told_here(goal.among, context, progress, at_hand)
        if goal.mode == "round":
            number = scans(self.problem, first, context)
            rounds = items(self.problem, first, context) + ONE if number is None else number
            if context.rounds != rounds:
                raise self.fail(node, f"{first.name} is given {context.rounds} rounds where it takes {rounds}")
        progress.seen.update(goal.tasks)
        progress.done |= plain(self.problem).intersection(goal.tasks)
        for task in others:
            progress.seen -= outdates(self.problem, task)
            progress.seen.add(task.name)
            if task.finds is not None:
                progress.scanned[task.name] = None if goal.mode == "cover" else ONE
            settled = task.name in goal.pending or not unsettled(self.problem, (task.name,))
            (progress.done if settled else progress.attempted).add(task.name)
            if task.for_each not in goal.tasks:
                progress.owed.discard(task.name)
            self.owes(task, progress, set(goal.tasks))

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
        doubtful = (pending - progress.done) | progress.owed | finders(self.problem)
        suspect = doubtful.intersection(tasks).union(set(tasks) - progress.seen)
        for name in (name for name in tasks if name in suspect) if suspect else ():
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


def _outgrows(text: Text, size: Expr, context: Context) -> bool:
    """Whether groups of so many parts, within a loop over groups, are more than these, or count as all there are."""
    here = extent(text, context)
    if is_whole(text, context) or at_least(here, size):
        return False
    return size == text.count or at_least(size, here)
