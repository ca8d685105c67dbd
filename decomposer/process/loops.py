"""Loops over parts, rounds and steps, and results that are combined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from decomposer.design.nodes import (
    Call,
    Design,
    Each,
    ForEach,
    If,
    Merge,
    Repeat,
    Stride,
    Until,
    walk,
)
from decomposer.errors import DesignError
from decomposer.expr import Expr
from decomposer.problem.model import Problem
from decomposer.process.groups import spread
from decomposer.process.lanes import Here, Lanes, Outcome, nothing, then
from decomposer.process.merges import Merged, stages
from decomposer.process.parallel import independent
from decomposer.process.process import Process
from decomposer.process.reals import Ints, whole
from decomposer.process.sublanes import Act, Visit, loop, scope
from decomposer.process.talks import Talk


def each(process: Process, node: Each, lanes: Lanes, here: Here, visit: Visit) -> Outcome:
    """Do every group of parts."""
    sub, parent = _groups(process, node.part, node.size, lanes)
    told = {name: list(levels) for name, levels in process.told.items()}
    parallel, shared = independent(process.problem, node.body), _shares_items(process, node)
    outcome = loop(process, body(process, node, here, visit), lanes, sub, parent, here, parallel, shared)
    process.told = told
    return outcome


def _groups(process: Process, part: str, size: Expr, lanes: Lanes) -> tuple[Lanes, Ints]:
    """A sub-lane for every group of parts, the last one as small as it is."""
    low, high = scope(process, part, lanes)
    step = whole(size, "the size of a group")
    if step < 1:
        raise DesignError("a group of no parts cannot be simulated")
    parent, rank = spread(-(-(high - low) // step))
    process.ledger.spend(parent.size)
    first = low[parent] + rank * step
    sub = lanes.take(parent)
    return replace(sub, scope={**sub.scope, part: (first, np.minimum(first + step, high[parent]))}), parent


def merge(process: Process, node: Merge, lanes: Lanes, here: Here, visit: Visit) -> Outcome:
    """Do every group, then combine what has come out, level by level or each with all before it."""
    sub, parent = _groups(process, node.part, node.size, lanes)
    parallel = independent(process.problem, node.body)
    outcome = loop(process, body(process, node, here, visit), lanes, sub, parent, here, parallel)
    low, high = scope(process, node.part, lanes)
    if not len(lanes):
        return outcome
    count = int((high - low)[0])
    if (high - low != count).any():
        raise DesignError("results of unequally many parts cannot be combined in a simulation")
    size = whole(node.size, "the size of a group")
    fan_in = None if node.fan_in is None else whole(node.fan_in, "the fan-in")
    for stage, side_by_side in stages(count, size, fan_in):
        following = replace(lanes, after=outcome.after)
        outcome = then(outcome, _combine(process, node, following, here.child(1), visit, stage, side_by_side))
    return outcome


def _combine(
    process: Process, node: Merge, lanes: Lanes, here: Here, visit: Visit, stage: Sequence[Merged], parallel: bool
) -> Outcome:
    """Combine results: each by one call, or by one for every part that they cover."""
    combines = process.problem.tasks[node.task].combines
    assert combines is not None
    parent, rank = spread(np.full(len(lanes), len(stage), dtype=np.int64))
    start = scope(process, node.part, lanes)[0][parent]
    first, end, number = (np.array(column, dtype=np.int64)[rank] for column in zip(*stage, strict=True))
    sub = lanes.take(parent)
    sub = replace(
        sub, scope={**sub.scope, node.part: (start + first, start + end)}, taken={**sub.taken, node.task: number}
    )

    def once(merges: Lanes) -> Outcome:
        return visit(process, node.merge, merges, here)

    def part_by_part(merges: Lanes) -> Outcome:
        low, high = merges.scope[node.part]
        owner, _ = spread(high - low)
        process.ledger.spend(owner.size)
        return loop(process, once, merges, merges.take(owner), owner, here, False)

    return loop(process, part_by_part if combines.per == "part" else once, lanes, sub, parent, here, parallel)


def _shares_items(process: Process, node: Each) -> bool:
    """Whether what is found for one group may be found for another, too."""
    return any(process.hidden[name].part != node.part for name in finders(process.problem, node.body))


def finders(problem: Problem, node: Design) -> set[str]:
    """Finders that a design runs, or whose items it handles."""
    found = {part.finder for part in walk(node) if isinstance(part, If | ForEach | Until)}
    names = {name for part in walk(node) if isinstance(part, Call) for name in part.tasks}
    found |= {name for name in names if problem.tasks[name].finds is not None}
    return found | {task.for_each for name in names if (task := problem.tasks[name]).for_each is not None}


def repeat(process: Process, node: Repeat, lanes: Lanes, here: Here, visit: Visit) -> Outcome:
    """Do so many rounds."""
    count = whole(node.count, "the number of rounds")
    levels = {name: len(told) for name, told in process.told.items()}
    if node.index is None and not finders(process.problem, node.body):
        parent, _ = spread(np.full(len(lanes), count, dtype=np.int64))
        process.ledger.spend(parent.size)
        outcome = loop(process, body(process, node, here, visit), lanes, lanes.take(parent), parent, here, False, False)
        for name, told in process.told.items():
            told.extend(told[levels.get(name, 0) :] * (count - 1))
        return outcome
    outcome = nothing(lanes, here.dry)
    talks = lanes.talks
    if node.index is not None:
        process.talks.append(Talk(len(lanes)))
    for turn in range(1, count + 1):
        if node.index is not None:
            talks = {**lanes.talks, node.index: (len(process.talks) - 1, turn, np.arange(len(lanes)))}
        round_ = replace(lanes, talks=talks, after=outcome.after)
        outcome = then(outcome, visit(process, node.body, round_, here.child(0)))
    return outcome


def stride(process: Process, node: Stride, lanes: Lanes, here: Here, visit: Visit) -> Outcome:
    """Take a chain to its end, some steps at a time."""
    chain = process.problem.tasks[node.task].steps
    assert chain is not None
    size = whole(node.size, "the size of a stride")
    steps = lanes.steps.get(node.task)
    if steps is None:
        steps = np.full(len(lanes), whole(chain.count, f"the steps of {node.task}"), dtype=np.int64)
    parent, rank = spread(-(-steps // size))
    process.ledger.spend(parent.size)
    sub = lanes.take(parent)
    sub = replace(sub, steps={**sub.steps, node.task: np.minimum(size, steps[parent] - rank * size)})
    stateful = bool(finders(process.problem, node.body))
    return loop(process, body(process, node, here, visit), lanes, sub, parent, here, False, stateful)


def body(process: Process, node: Each | Repeat | Stride | ForEach | Merge, here: Here, visit: Visit) -> Act:
    """What is done in every sub-lane."""
    return lambda lanes: visit(process, node.body, lanes, here.child(0))
