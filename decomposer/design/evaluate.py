"""The meaning of a design: work, span and footprint, as folds over one tree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from decomposer.design.context import TOP, Context, divide_up
from decomposer.design.cost_models import call_cost
from decomposer.design.counts import finder_rounds, group_counts, item_rate, parts_in_scope
from decomposer.design.leaves import leaf_cost, leaves, over_rounds, usage
from decomposer.design.merging import one_by_one, stages
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
    walk,
)
from decomposer.design.recursing import longest_way
from decomposer.design.reliability import attempts, rejected, runs, strides
from decomposer.design.remembering import condensings, served
from decomposer.design.sizes import requirements
from decomposer.expr import ONE, ZERO, Expr, maximum
from decomposer.problem.model import Problem


def work(
    problem: Problem,
    node: Design,
    context: Context = TOP,
    holes: Callable[[object, Context], Expr] | None = None,
) -> Expr:
    """Total expected cost of a design.

    Parameters
    ----------
    holes : function of (goal, context), optional
        Work of the sub-goals of a template, each in the context in which it stands.
    """
    total = ZERO
    for leaf in leaves(problem, node, context):
        if isinstance(leaf.node, Hole):
            assert holes is not None
            value = holes(leaf.node.goal, leaf.context) * leaf.count
            total = total + (value if leaf.node.whole_scope else over_rounds(value, leaf.context))
        else:
            total = total + leaf_cost(problem, leaf)
    return total


def hosting(problem: Problem, node: Design) -> Expr:
    """What the models of the catalogue that a design uses cost once."""
    total = ZERO
    for name in models_used(node):
        total = total + problem.models[name].hosting
    return total


def models_used(node: Design) -> tuple[str, ...]:
    """Models of the catalogue that a design uses, in order."""
    return tuple(sorted({part.model for part in walk(node) if isinstance(part, Call) and part.model is not None}))


def total_cost(problem: Problem, node: Design) -> Expr:
    """Work and hosting."""
    return work(problem, node) + hosting(problem, node)


def call_time(problem: Problem, call: Call, context: Context) -> Expr:
    """How long one call takes: the delay of its model for every token written; its cost, where no delays are known."""
    used = usage(problem, call, context)
    delay = problem.models[call.model].delay if call.model is not None else None
    if delay is not None:
        return delay * used.written
    return call_cost(problem.cost, used.size, used.read, used.seen, used.written)


def span(
    problem: Problem,
    node: Design,
    context: Context = TOP,
    holes: Callable[[object, Context], Expr] | None = None,
) -> Expr:
    """Cost (time, where models have delays) along the critical path: parts in parallel, all else in sequence.

    Parts and items are handled in parallel where the tasks done for them are local, else in sequence. Parts in
    parallel count as an average one: where attempts are repeated, the slowest takes longer, and this is a lower bound.

    Parameters
    ----------
    holes : function of (goal, context), optional
        Span of the sub-goals of a template, each in the context in which it stands.
    """
    if isinstance(node, Call):
        return call_time(problem, node, context)
    if isinstance(node, Hole):
        assert holes is not None
        return holes(node.goal, context)
    if isinstance(node, Seq):
        total = ZERO
        for step in node.steps:
            total = total + span(problem, step, context, holes)
        return total
    if isinstance(node, Repeat | Until) and isinstance(node.body, Hole) and node.body.whole_scope:
        return span(problem, node.body, context, holes)  # the sub-goal counts its rounds itself
    if isinstance(node, Repeat):
        body = span(problem, node.body, context.repeated(node.count, node.index), holes)
        return over_rounds(body, Context(indices=((node.index or "_", node.count),)))
    if isinstance(node, Until):
        number = finder_rounds(problem, node.finder, context)
        return span(problem, node.body, context.repeated(number), holes) * number
    if isinstance(node, Each):
        groups = group_counts(parts_in_scope(problem, node.part, context), node.size)
        body = span(problem, node.body, context.narrowed(node.part, groups[0][1]), holes)
        return (
            body
            if _parallel(problem, node.body)
            else body * divide_up(parts_in_scope(problem, node.part, context), node.size)
        )
    if isinstance(node, Merge):
        groups = group_counts(parts_in_scope(problem, node.part, context), node.size)
        total = span(problem, node.body, context.grouped(node.task, node.part, groups[0][1]), holes)
        if not _parallel(problem, node.body):
            total = total * divide_up(parts_in_scope(problem, node.part, context), node.size)
        for stage in stages(problem, node, context):
            _, inside = stage[0]
            once = span(problem, node.merge, inside, holes)
            if one_by_one(problem, node):  # an oracle asks for each part in turn
                once = once * inside.extents[node.part]
            total = total + over_rounds(once, Context(levels=inside.levels[len(context.levels) :]))
        return total
    if isinstance(node, Recurse):
        return longest_way(problem, node, context, lambda one, there: span(problem, one, there, holes), over_rounds)
    if isinstance(node, Serve):
        total = ZERO
        bodies = [(node.body, number, inside) for number, inside in served(problem, node, context)]
        helper = node.condense or node.body
        bodies += [(helper, number, inside) for number, inside in condensings(problem, node, context)]
        for one, number, inside in bodies:
            once = number * span(problem, one, inside, holes)
            total = total + over_rounds(once, Context(levels=inside.levels[len(context.levels) :]))
        return total
    if isinstance(node, ForEach):
        body = span(problem, node.body, context, holes)
        return body if _parallel(problem, node.body) else body * item_rate(problem, node.finder, context)
    if isinstance(node, If):
        other = ZERO if node.orelse is None else span(problem, node.orelse, context, holes)
        fires = item_rate(problem, node.finder, context) == ONE
        own = span(problem, node.body, context, holes)
        return own if fires or other == ZERO else maximum(own, other)
    if isinstance(node, Case):
        return span(problem, node.body, context.sharing(node.task, node.share), holes)
    if isinstance(node, Stride):
        total = ZERO
        for number, size in strides(problem, node, context):
            total = total + number * span(problem, node.body, context.striding(node.task, size), holes)
        return total
    if isinstance(node, Escalate):
        total = span(problem, node.body, context, holes)
        for share, case in rejected(problem, node, context):
            total = total + share * span(problem, node.then, case, holes)
        return total
    if isinstance(node, Retry):
        return span(problem, node.body, context, holes) * attempts(problem, node, context)
    assert isinstance(node, Vote)
    body = span(problem, node.body, context, holes)
    return body if node.lead is None else body * runs(problem, node, context)


def _parallel(problem: Problem, node: Design) -> bool:
    """Whether no call in the body reads a whole text that others may be changing."""
    parts = walk(node)
    names = [name for part in parts if isinstance(part, Call | Hole) for name in _tasks(part)]
    return all(problem.tasks[name].local is not None or problem.tasks[name].edits is None for name in names)


def _tasks(node: Call | Hole) -> tuple[str, ...]:
    return node.tasks if isinstance(node, Call) else node.goal.tasks


@dataclass(frozen=True, slots=True)
class Agent:
    """A model in a role: all calls that need the same capabilities.

    Parameters
    ----------
    tasks : tuple of str
    requires : mapping of capability to members (`None`: no family)
    model : str, optional
    size : Expr
    copies : Expr
        How many such models are hosted (specialists of a family).
    work, calls : Expr
    longest : Expr
        Longest context of a call, tokens read and written.
    """

    tasks: tuple[str, ...]
    requires: tuple[tuple[str, Expr | None], ...]
    model: str | None
    size: Expr
    copies: Expr
    work: Expr
    calls: Expr
    longest: Expr


def agents(problem: Problem, node: Design, context: Context = TOP) -> tuple[Agent, ...]:
    """Who does what at which cost, in the order of first appearance; their work adds up to the total."""
    found: dict[tuple[object, ...], Agent] = {}
    for leaf in leaves(problem, node, context):
        call = leaf.node
        assert isinstance(call, Call)
        tasks = tuple(dict.fromkeys((*call.tasks, *call.able)))
        needs = requirements(problem, tasks, leaf.context, call.among)
        requires = tuple((name, members) for name, (members, _) in needs.items())
        used = usage(problem, call, leaf.context)
        longest = used.read + used.written
        for index, count in leaf.context.indices:
            longest = longest.subs({index: count})
        for level in leaf.context.levels:
            longest = longest.subs({level.index: level.top})
        key = (tasks, requires, call.model, used.size)
        old = found.get(key)
        new = Agent(
            tasks=tasks,
            requires=requires,
            model=call.model,
            size=used.size,
            copies=_copies(problem, call, leaf.context),
            work=leaf_cost(problem, leaf) + (old.work if old else ZERO),
            calls=over_rounds(leaf.count, leaf.context) + (old.calls if old else ZERO),
            longest=maximum(longest, old.longest) if old else longest,
        )
        found[key] = new
    return tuple(found.values())


def _copies(problem: Problem, call: Call, context: Context) -> Expr:
    copies = ONE
    for name in call.tasks:
        task = problem.tasks[name]
        if task.one_of is not None and name in context.shares:
            family = problem.capabilities[task.one_of.family].family
            assert family is not None
            copies = copies * divide_up(family, context.shares[name])
    return copies


@dataclass(frozen=True, slots=True)
class Footprint:
    """Calls (expected), distinct agents, hosted model sizes in sum, and the longest context in tokens."""

    calls: Expr
    agents: Expr
    hosted: Expr
    longest: Expr


def footprint(problem: Problem, node: Design) -> Footprint:
    """Fold a design into its footprint."""
    calls = number = hosted = ZERO
    longest: list[Expr] = []
    for agent in agents(problem, node):
        calls = calls + agent.calls
        number = number + agent.copies
        hosted = hosted + agent.copies * agent.size
        longest.append(agent.longest)
    return Footprint(calls, number, hosted, maximum(*longest))
