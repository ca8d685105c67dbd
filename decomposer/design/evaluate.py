"""The meaning of a design: work, span and footprint, as folds over one tree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from decomposer.design.between import Between
from decomposer.design.context import TOP, Context, divide_up
from decomposer.design.leaves import leaf_cost, leaves, over_rounds, usage
from decomposer.design.nodes import Call, Design, Hole, walk
from decomposer.design.paths import Paths
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


def span(
    problem: Problem,
    node: Design,
    context: Context = TOP,
    holes: Callable[[object, Context], Expr] | None = None,
) -> Expr:
    """Expected time (cost, where models have no delays) along the critical path: the lower one of its bounds.

    No design takes less than this, and most take just this (see `span_bounds`). Parts and items are handled side by
    side where the tasks done for them are local, else one after the other.

    Parameters
    ----------
    holes : function of (goal, context), optional
        Span of the sub-goals of a template, each in the context in which it stands: of the slowest of as many as the
        context says are beside each other.
    """
    return span_bounds(problem, node, context, holes).low


def span_bounds(
    problem: Problem,
    node: Design,
    context: Context = TOP,
    holes: Callable[[object, Context], Expr] | None = None,
) -> Between:
    """Bounds on the expected time along the critical path, equal where it is known exactly."""
    return Paths(problem, holes).path(node, context)


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
