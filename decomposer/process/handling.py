"""Items that have been found, and what is done for them, or where there are none; specialists that are needed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from decomposer.design.nodes import (
    Case,
    ForEach,
    If,
    Until,
    first_call_does,
)
from decomposer.errors import DesignError
from decomposer.expr import ONE
from decomposer.process.groups import counted, spread
from decomposer.process.lanes import Fault, Here, Lanes, Outcome, ending, nothing, select
from decomposer.process.loops import body
from decomposer.process.parallel import independent
from decomposer.process.process import Process
from decomposer.process.reals import Ints, whole
from decomposer.process.sublanes import Visit, loop


def until(process: Process, node: Until, lanes: Lanes, here: Here, visit: Visit) -> Outcome:
    """Rounds until one finds nothing new."""
    outcome = nothing(lanes, here.dry)
    time, faults, after = outcome.time, dict(outcome.faults), lanes.after
    active = np.arange(len(lanes))
    while active.size:
        inside = lanes.take(active)
        if after is not None:
            inside = replace(inside, after=after[active])
        before = process.hidden[node.finder].known(inside)
        outcome = visit(process, node.body, inside, here.child(0))
        time[active] += outcome.time
        for name, fault in outcome.faults.items():
            zero = np.zeros(len(lanes), dtype=np.int64)
            old = faults.get(name, Fault(zero, zero.copy()))
            add = [counted(active, value, len(lanes)) for value in (fault.units, fault.wrong)]
            faults[name] = Fault(old.units + add[0], old.wrong + add[1])
        after = ending(after, active, outcome.after)
        active = active[process.hidden[node.finder].known(inside) > before]
    return Outcome(time, faults, None, after)


def _new(process: Process, node: ForEach | If, lanes: Lanes, here: Here) -> tuple[Ints, Ints, Ints]:
    """Items found in scope since this step was last taken: all of them, first and end for each lane."""
    hidden = process.hidden[node.finder]
    return hidden.candidates(lanes, hidden.found & ~hidden.passes(here.path))


def for_each(process: Process, node: ForEach, lanes: Lanes, here: Here, visit: Visit) -> Outcome:
    """Handle every item found in scope since this step was last taken."""
    chosen, low, high = _new(process, node, lanes, here)
    parent, rank = spread(high - low)
    items = chosen[low[parent] + rank]
    process.hidden[node.finder].passes(here.path)[items] = True
    sub = lanes.take(parent)
    sub = replace(sub, hand={**sub.hand, node.finder: items})
    parallel = independent(process.problem, node.body)
    return loop(process, body(process, node, here, visit), lanes, sub, parent, here, parallel, False)


def branch(process: Process, node: If, lanes: Lanes, here: Here, visit: Visit) -> Outcome:
    """One branch where an item was found, the other where not."""
    hidden = process.hidden[node.finder]
    inside = lanes
    if first_call_does(node.body, node.finder):
        # The scan that decides it is part of the branch.
        _, low, high = hidden.candidates(lanes, ~hidden.found)
        fires = high > low
    else:
        chosen, low, high = _new(process, node, lanes, here)
        fires = high > low
        items = np.full(len(lanes), -1, dtype=np.int64)
        items[fires] = chosen[low[fires]]
        hidden.passes(here.path)[items[fires]] = True
        inside = replace(lanes, hand={**lanes.hand, node.finder: items})
    yes, no = np.flatnonzero(fires), np.flatnonzero(~fires)
    there = visit(process, node.body, inside.take(yes), here.child(0))
    other = nothing(lanes.take(no), here.dry)
    if node.orelse is not None:
        other = visit(process, node.orelse, lanes.take(no), here.child(1))
    time = np.zeros(len(lanes))
    time[yes], time[no] = there.time, other.time
    rest = {name: _placed(no, fault, len(lanes)) for name, fault in other.faults.items()}
    after = ending(ending(lanes.after, yes, there.after), no, other.after)
    return Outcome(time, select(fires, there.faults, rest, len(lanes)), None, after)


def _placed(which: Ints, fault: Fault, lanes: int) -> Fault:
    """Faults of some lanes, among all."""
    return Fault(counted(which, fault.units, lanes), counted(which, fault.wrong, lanes))


def case(process: Process, node: Case, lanes: Lanes, here: Here, visit: Visit) -> Outcome:
    """Follow the levels of delegators until one specialist is left; which one it is, is drawn."""
    one_of = process.problem.tasks[node.task].one_of
    assert one_of is not None
    family = process.problem.capabilities[one_of.family].family
    members = 1 if family is None else whole(family, "the family")
    share = 1 if node.share == ONE else whole(node.share, "the share of a specialist")
    specialists = candidates = -(-members // share)
    for fan_out in process.told.get(one_of.told_by, ()):
        candidates = -(-candidates // fan_out)
    if candidates > 1:
        raise DesignError(f"{candidates} specialists are left, and nobody tells which {node.task} needs")
    needed = process.specialists.setdefault(node.task, set())
    if len(lanes):
        needed.update(np.unique(process.dice.among(specialists, len(lanes))).tolist())
    inside = replace(here.child(0), shares={**here.shares, node.task: share})
    return visit(process, node.body, lanes, inside)
