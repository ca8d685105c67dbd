"""How much an agent has to be able to do, and to hold in mind: the scope of a design, as maxima over its calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

from decomposer.design.context import Context
from decomposer.design.evaluate import Agent, agents
from decomposer.design.leaves import Leaf, leaves, usage
from decomposer.design.nodes import Call, Design, Hole
from decomposer.design.sizes import requirements
from decomposer.expr import ONE, ZERO, Expr, maximum
from decomposer.problem.model import Problem

Measure = Literal["model", "capabilities", "context"]

MEASURES: tuple[Measure, ...] = get_args(Measure)
"""What a scope consists of, in the order in which it is minimised."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The largest model, capability set and context anywhere in a design.

    Parameters
    ----------
    model : Expr
        Size of the largest model.
    capabilities : Expr
        Capabilities in the largest set that a call needs; each member of a family counts.
    context : Expr
        Tokens read and written by the call that reads and writes most.
    """

    model: Expr
    capabilities: Expr
    context: Expr


def scope(problem: Problem, design: Design) -> Scope:
    """Fold a design into its scope."""
    found = agents(problem, design)
    return Scope(*(maximum(*(of_agent(agent, which) for agent in found)) for which in MEASURES))


def of_agent(agent: Agent, which: Measure) -> Expr:
    """One measure of an agent."""
    if which == "model":
        return agent.size
    if which == "context":
        return agent.longest
    return _members(agent.requires)


def largest(
    problem: Problem,
    node: Design,
    context: Context,
    which: Measure,
    holes: Callable[[object, Context], Expr] | None = None,
) -> Expr:
    """One measure of a design, or of a template with values for its holes, in the context in which it stands."""
    found: list[Expr] = []
    for leaf in leaves(problem, node, context):
        if isinstance(leaf.node, Hole):
            assert holes is not None
            value = holes(leaf.node.goal, leaf.context)
        else:
            assert isinstance(leaf.node, Call)
            value = _of_call(problem, leaf.node, leaf.context, which)
        found.append(_at_most(value, leaf))
    return maximum(*found) if found else ZERO


def _of_call(problem: Problem, call: Call, context: Context, which: Measure) -> Expr:
    if which == "capabilities":
        tasks = tuple(dict.fromkeys((*call.tasks, *call.able)))
        needs = requirements(problem, tasks, context, call.among)
        return _members(tuple((name, members) for name, (members, _) in needs.items()))
    used = usage(problem, call, context)
    return used.size if which == "model" else used.read + used.written


def _members(requires: tuple[tuple[str, Expr | None], ...]) -> Expr:
    total = ZERO
    for _, members in requires:
        total = total + (ONE if members is None else members)
    return total


def _at_most(value: Expr, leaf: Leaf) -> Expr:
    """What depends on the round of a conversation, or on the level of a tree, in the last of them."""
    for index, count in leaf.context.indices:
        value = value.subs({index: count})
    for level in leaf.context.levels:
        value = value.subs({level.index: level.top})
    return value
