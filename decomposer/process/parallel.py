"""Where the predicted critical path is only a bound on the time that a run takes, and why.

The evaluator's span of a design takes the expectation of every branch by itself. Expectations do not pass through
maxima, and a step that is taken now and then is counted whole: where such things matter, the schedule is right.
"""

from __future__ import annotations

from decomposer.design.nodes import (
    Call,
    Design,
    Each,
    Escalate,
    ForEach,
    If,
    Merge,
    Recurse,
    Retry,
    Until,
    Vote,
    children,
    walk,
)
from decomposer.expr import ONE
from decomposer.problem.model import Problem

WAITS = "parallel parts wait for the slowest of them, and the prediction takes the average one"
FIRES = "the prediction counts a step that is taken now and then as if it always were"
RAGGED = "the last group is smaller, and the prediction takes it for a full one"
AGAIN = "prompts sent again are cached, and the prediction bills every attempt as the first one"


def below(problem: Problem, design: Design) -> tuple[str, ...]:
    """Reasons why runs may take longer than predicted."""
    apart = (node for node in walk(design) if branches(problem, node))
    return (WAITS,) if any(uneven(node) for node in apart) else ()


def above(problem: Problem, design: Design) -> tuple[str, ...]:
    """Reasons why runs may take less time than predicted."""
    parts = list(walk(design))
    found = []
    if any(isinstance(part, If) for part in parts):
        found.append(FIRES)
    groups = [part for part in parts if isinstance(part, Each | Merge | Recurse) and part.size != ONE]
    if any(not branches(problem, part) or uneven(part) for part in groups):
        found.append(RAGGED)
    if problem.cost.kind == "cached" and any(isinstance(part, Retry | Vote) for part in parts):
        found.append(AGAIN)
    return tuple(found)


def uneven(node: Design) -> bool:
    """Whether one execution of what a node holds may take longer than another."""
    inner = [part for child in children(node) for part in walk(child)]
    return any(isinstance(part, Retry | Escalate | If | Until | ForEach | Vote) for part in inner)


def branches(problem: Problem, node: Design) -> bool:
    """Whether the executions of what a node holds run in parallel."""
    if isinstance(node, Vote):
        return node.lead is None
    return isinstance(node, Each | ForEach | Merge | Recurse) and independent(problem, node.body)


def independent(problem: Problem, node: Design) -> bool:
    """Whether executions may run in parallel: none changes a text that another one reads."""
    names = {name for part in walk(node) if isinstance(part, Call) for name in part.tasks}
    return all(problem.tasks[name].local is not None or problem.tasks[name].edits is None for name in names)
