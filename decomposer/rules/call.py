"""Do the tasks of a goal by one call: where every design ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from decomposer.design.bounds import at_least
from decomposer.design.context import Context, scans
from decomposer.design.nodes import Call, Scope, Writing
from decomposer.design.recursing import beyond_base
from decomposer.design.sizes import covers
from decomposer.design.windows import fits, least, longest, room
from decomposer.expr import ONE, num, sym
from decomposer.problem.frozen import Frozen
from decomposer.problem.model import Task, Text
from decomposer.rules.base import Alternative, Decision, Goal, Rule, Site


def expand(site: Site, goal: Goal) -> Iterator[Alternative]:
    """One call, by each model that can do it."""
    if not is_one_call(site, goal):
        return
    call = Call(
        tasks=goal.tasks,
        scope=call_scope(site, goal),
        narrow=goal.narrow or not has_heads(site, goal),
        history=goal.history,
        write=writing(site, goal),
        among=goal.among,
        digests=digests_read(site, goal),
    )
    yield from (Alternative(done) for done in by_each_model(site, goal, call))


def by_each_model(site: Site, goal: Goal, call: Call, context: Context | None = None) -> Iterator[Call]:
    """The call by the model that the scaling law gives, or by each model of the catalogue that covers it.

    A group of any size fits only into the window of a model for which it is bounded, and any number of steps only where
    all do that a call may take.
    """
    if not site.problem.models:
        yield call
        return
    context = site.inside(goal) if context is None else context
    open_size = goal.size is not None and not goal.size.symbols <= site.problem.parameters.keys()
    for name in site.problem.models if goal.model is None else (goal.model,):
        if not covers(site.problem, name, call, context) or not fits(site.problem, name, call, context):
            continue
        every = context
        if open_size and (goal.model is None or goal.size != sym(site.groups.get(name, site.group))):
            assert goal.part is not None
            count = site.text_of(goal.part).count or ONE
            every = replace(every, extents=Frozen({**every.extents, goal.part: count}))
        chain = site.task(goal.tasks[0]).steps
        if chain is not None and goal.steps is not None and not goal.steps.symbols <= site.problem.parameters.keys():
            every = every.striding(goal.tasks[0], chain.per_call or chain.count)
        if every != context and not fits(site.problem, name, call, every):
            continue
        yield replace(call, model=name)


def bounded_groups(site: Site, goal: Goal, text: Text) -> Iterator[tuple[str, Decision]]:
    """The largest groups of parts that fit into the window of a model, for each model that has one."""
    for model, name in site.groups.items():
        window = site.problem.models[model].window
        assert window is not None and text.part is not None and text.count is not None
        bounds = []
        context = site.context(replace(goal, part=text.part, size=sym(name)))
        pair = site.context(replace(goal, part=text.part, size=num(2)))
        for task in goal.tasks:
            call = Call((task,))
            # Where even the least group outgrows the window, no bound on larger ones helps.
            if covers(site.problem, model, call, context) and fits(site.problem, model, call, pair):
                bounds.append(room(window, longest(site.problem, call, context), name))
        found = [bound for bound in bounds if bound is not None]
        if len(bounds) == len(goal.tasks) and found:
            about = f"{text.part}s in a group, within the window of {model}"
            yield model, Decision(name, num(2), least(site.problem, text.count, *found), about)


def is_one_call(site: Site, goal: Goal) -> bool:
    """Whether a single call reaches the goal."""
    if goal.pending or (len(goal.tasks) > 1 and not (goal.fused and goal.mode in ("cover", "item"))):
        return False
    tasks = [site.task(name) for name in goal.tasks]
    if not all(task.requires for task in tasks):
        return False
    if any(too_many_steps(task, goal) or too_large(site, task, goal) for task in tasks):
        return False
    if goal.mode == "cover" and not goal.fused and tasks[0].finds is not None:
        return False  # that is a scan
    return goal.mode != "cover" or all(done_at_once(site, goal, task) for task in tasks)


def done_at_once(site: Site, goal: Goal, task: Task) -> bool:
    """Whether one call does all of a task in the scope: what it finds in one scan, and not for each item of another."""
    if task.finds is not None and scans(site.problem, task, site.context(goal)) != ONE:
        return False
    return task.for_each is None


def too_many_steps(task: Task, goal: Goal) -> bool:
    """Whether one call cannot take a chain to its end; the number of steps in a call keeps to its range."""
    most = None if task.steps is None or goal.steps is not None else task.steps.per_call
    return task.steps is not None and most is not None and not at_least(most, task.steps.count)


def too_large(site: Site, task: Task, goal: Goal) -> bool:
    """Whether one call cannot do so many parts without dividing them; a free size of base cases keeps to its range."""
    parts = beyond_base(site.problem, task, site.context(goal))
    return parts is not None and parts.symbols <= site.problem.parameters.keys()


def call_scope(site: Site, goal: Goal, pieces: bool = True) -> Scope:
    """Where the call reads: a task that is not local reads the whole, also inside a loop over parts.

    Parameters
    ----------
    pieces : bool
        Whether its tasks may be done for a group whose results are combined, or for a base case; who tells which
        specialist is needed, or judges, does so for the whole.
    """
    pieces = pieces and goal.mode == "cover"
    if goal.part is not None and any(_needs_whole(site, site.task(name), goal.part, pieces) for name in goal.tasks):
        return "whole"
    return goal.scope


def _needs_whole(site: Site, task: Task, part: str, pieces: bool) -> bool:
    names = [read.text for read in task.reads] + ([task.edits.text] if task.edits else [])
    if pieces and (task.combines is not None or task.recursive is not None):
        return False  # it stands in a group only where its results are combined, or as a base case
    return task.local != part and any(site.problem.texts[name].part == part for name in names)


def digests_read(site: Site, goal: Goal) -> tuple[str, ...]:
    """Digests that stand for texts which the tasks of a goal read, in canonical order."""
    tasks = [site.task(name) for name in goal.tasks]
    narrow = goal.narrow or not has_heads(site, goal)
    read = {read.text for task in tasks for read in task.reads if not (read.head and narrow)}
    edited = {task.edits.text for task in tasks if task.edits is not None}
    found = []
    for name in sorted(goal.digests):
        fact = site.task(name).compresses
        if fact is not None and fact.text in read - edited:
            found.append(name)
    return tuple(found)


def has_heads(site: Site, goal: Goal) -> bool:
    """Whether reading heads only is less than reading the texts."""
    return any(read.head for name in goal.tasks for read in site.task(name).reads)


def writing(site: Site, goal: Goal) -> Writing | None:
    """How the call writes, in canonical form: at the scope of one part, all of it is that part."""
    editors = [site.task(name) for name in goal.tasks if site.task(name).edits is not None]
    if not editors or goal.write == "patch":
        return goal.write
    if all(task.for_each is None for task in editors):
        return None
    if goal.write is None:
        scope = call_scope(site, goal)
        of_parts = all(task.edits is None or task.edits.unit == "part" for task in editors)
        return "part" if of_parts and (scope == "part" or (scope == "here" and goal.single)) else "all"
    return goal.write


RULE = Rule(
    name="call",
    does="one call of one model",
    facts=(),
    source="Meyerson & Qiu 2025, Def. 2.2",
    expand=expand,
)
