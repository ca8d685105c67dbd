"""Parts done one after the other with a memory, as events."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from decomposer.design.nodes import Serve
from decomposer.errors import DesignError
from decomposer.problem.model import Task
from decomposer.process.groups import spread
from decomposer.process.lanes import Here, Lanes, Outcome, then
from decomposer.process.process import Process
from decomposer.process.reals import Reals, real, whole
from decomposer.process.sublanes import Visit, loop, scope


def serve(process: Process, node: Serve, lanes: Lanes, here: Here, visit: Visit) -> Outcome:
    """Do parts group by group; the calls that condense are made in turn as well, and counted after those.

    Parameters
    ----------
    visit : function
        Does what a node says.
    """
    fact = process.problem.tasks[node.task].memory
    assert fact is not None
    size = whole(node.size, "the size of a group")
    if size < 1:
        raise DesignError("a group of no parts cannot be simulated")
    low, high = scope(process, node.part, lanes)
    parent, rank = spread(-(-(high - low) // size))
    process.ledger.spend(parent.size)
    first = low[parent] + rank * size
    end = np.minimum(first + size, high[parent])
    each, before = process.sheets[fact.text].each, first - low[parent]
    if node.last is not None:
        before = np.minimum(before, whole(node.last, "the parts remembered"))
    known: Reals = (before * each).astype(np.float64)
    every, to = None if node.every is None else whole(node.every, "the calls between"), 0.0
    if every is not None and fact.to is not None:
        to = real(fact.to)
        known = ((rank % every) * size * each + np.where(rank >= every, to, 0.0)).astype(np.float64)
    sub = lanes.take(parent)
    sub = replace(sub, scope={**sub.scope, node.part: (first, end)}, memory={**sub.memory, node.task: known})
    done = loop(process, lambda one: visit(process, node.body, one, here.child(0)), lanes, sub, parent, here, False)
    made = None if every is None else np.flatnonzero((rank + 1) % every == 0)
    condense = node.condense
    if made is None or condense is None:
        return done
    full = known[made] + (end[made] - first[made]) * each
    after = replace(lanes, after=done.after)
    calls = after.take(parent[made])
    calls = replace(calls, memory={**calls.memory, node.task: full.astype(np.float64)})

    def shorten(one: Lanes) -> Outcome:
        return visit(process, condense, one, here.child(1))

    return then(done, loop(process, shorten, after, calls, parent[made], here, False))


def recalled(process: Process, task: Task, lanes: Lanes) -> dict[str, Any]:
    """What a task reads of memories: of its own, or of one that it condenses."""
    found: dict[str, Any] = {}
    for name, tokens in lanes.memory.items():
        fact = process.problem.tasks[name].memory
        if name == task.name or (fact is not None and fact.condense == task.name):
            found[f"memory of {name}"] = tokens
    return found


def shortened(process: Process, task: Task, lanes: Lanes) -> float:
    """Tokens that a task writes which condenses a memory."""
    facts = (process.problem.tasks[name].memory for name in lanes.memory)
    return sum(real(fact.to) for fact in facts if fact and fact.condense == task.name and fact.to is not None)
