"""Sub-lanes: what is done several times in every lane, side by side or in turn, and put together again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np

from decomposer.design.nodes import (
    Design,
)
from decomposer.process.groups import added, faults_of, longest
from decomposer.process.lanes import Fault, Here, Lanes, Outcome, nothing
from decomposer.process.process import Process
from decomposer.process.reals import Ints

Act = Callable[[Lanes], Outcome]
Visit = Callable[[Process, Design, Lanes, Here], Outcome]
"""Do what a node says, in every lane."""


def loop(
    process: Process,
    act: Act,
    lanes: Lanes,
    sub: Lanes,
    parent: Ints,
    here: Here,
    parallel: bool,
    stateful: bool = False,
) -> Outcome:
    """Act in sub-lanes, in parallel or one after the other, and put together what comes of each lane.

    With `stateful`, what one execution finds matters to the next: then they are walked one after the other, all
    first ones first.
    """
    number = len(lanes)
    joined = sub if process.events is None else replace(sub, after=_starts(process, lanes, sub, parent, parallel))
    in_turn = stateful and parent.size > 0
    outcome = _by_rank(act, joined, _ranks(parent), here) if in_turn else act(joined)
    time = longest(parent, outcome.time, number) if parallel else added(parent, outcome.time, number)
    chance = None if outcome.chance is None else added(parent, outcome.chance, number)
    after = lanes.after
    if process.events is not None:
        assert outcome.after is not None
        after = _meet(process, lanes, joined, outcome.after, parent, parallel)
    return Outcome(time, faults_of(parent, outcome.faults, number), chance, after)


def _ranks(parent: Ints) -> Ints:
    """The number of each sub-lane within its lane."""
    first = np.searchsorted(parent, parent)
    return np.asarray(np.arange(parent.size) - first)


def _by_rank(act: Act, sub: Lanes, ranks: Ints, here: Here) -> Outcome:
    """Run sub-lanes of equal rank together, in the order of ranks."""
    size = len(sub)
    total = nothing(sub, here.dry)
    time, chance, after = total.time, total.chance, None if sub.after is None else sub.after.copy()
    faults: dict[str, Fault] = {}
    order = np.argsort(ranks, kind="stable")
    bounds = np.searchsorted(ranks[order], np.arange(int(ranks.max()) + 2))
    for low, high in pairwise(bounds):
        which = order[low:high]
        outcome = act(sub.take(which))
        time[which] = outcome.time
        if chance is not None and outcome.chance is not None:
            chance[which] = outcome.chance
        if after is not None and outcome.after is not None:
            after[which] = outcome.after
        for name, fault in outcome.faults.items():
            own = faults.setdefault(name, Fault(np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)))
            own.units[which], own.wrong[which] = fault.units, fault.wrong
    return Outcome(time, faults, chance, after)


def _starts(process: Process, lanes: Lanes, sub: Lanes, parent: Ints, parallel: bool) -> Ints:
    """Marks where sub-lanes begin: all when their lane does, or the first of each lane only."""
    assert process.events is not None and lanes.after is not None
    after = lanes.after[parent]
    if not parallel:
        after = np.where(_ranks(parent) == 0, after, -1)
    return process.events.new(sub.run, None, after)


def _meet(process: Process, lanes: Lanes, sub: Lanes, ends: Ints, parent: Ints, parallel: bool) -> Ints:
    """The event that ends each lane; in sequence, every sub-lane waits for the one before it."""
    assert process.events is not None and lanes.after is not None and sub.after is not None
    if parallel:
        joint = process.events.new(lanes.run, None, lanes.after)
        process.events.wait(joint[parent], ends)
        return joint
    follows = np.flatnonzero(parent[1:] == parent[:-1])
    process.events.wait(sub.after[follows + 1], ends[follows])
    after = lanes.after.copy()
    after[parent] = ends  # the last one of each lane is written last
    return after


def scope(process: Process, part: str, lanes: Lanes) -> tuple[Ints, Ints]:
    """The parts that lie before each lane."""
    if part in lanes.scope:
        return lanes.scope[part]
    number = next(sheet.parts for sheet in process.sheets.values() if sheet.part == part)
    return np.zeros(len(lanes), dtype=np.int64), np.full(len(lanes), number, dtype=np.int64)
