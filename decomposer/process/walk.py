"""The walk: every node of a design, done in many lanes at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from decomposer.design.nodes import (
    Call,
    Case,
    Design,
    Each,
    Escalate,
    ForEach,
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
from decomposer.errors import DesignError
from decomposer.expr import ONE, Expr
from decomposer.problem.model import Problem
from decomposer.process.calls import call
from decomposer.process.chance import escalate, retry, vote
from decomposer.process.groups import added, counted, faults_of, longest, spread
from decomposer.process.lanes import Fault, Here, Lanes, Outcome, ending, nothing, select, then
from decomposer.process.memory import serve
from decomposer.process.merges import Merged, stages
from decomposer.process.parallel import independent
from decomposer.process.process import Process
from decomposer.process.reals import Ints, whole
from decomposer.process.recursion import recurse
from decomposer.process.talks import Talk

Act = Callable[[Lanes], Outcome]


def visit(process: Process, node: Design, lanes: Lanes, here: Here) -> Outcome:
    """Do what a node says, in every lane.

    Raises
    ------
    DesignError
        For a node that cannot be run: a hole, or a kind that the simulation does not know.
    """
    process.ledger.spend(len(lanes))
    if isinstance(node, Call):
        return call(process, node, lanes, here)
    if isinstance(node, Seq):
        return _seq(process, node, lanes, here)
    if isinstance(node, Each):
        return _each(process, node, lanes, here)
    if isinstance(node, Merge):
        return _merge(process, node, lanes, here)
    if isinstance(node, Recurse):
        return recurse(process, node, lanes, here, visit, loop, _range)
    if isinstance(node, Serve):
        return serve(process, node, lanes, here, visit, loop, _range)
    if isinstance(node, Repeat):
        return _repeat(process, node, lanes, here)
    if isinstance(node, Stride):
        return _stride(process, node, lanes, here)
    if isinstance(node, Until):
        return _until(process, node, lanes, here)
    if isinstance(node, ForEach):
        return _for_each(process, node, lanes, here)
    if isinstance(node, If):
        return _if(process, node, lanes, here)
    if isinstance(node, Case):
        return _case(process, node, lanes, here)
    if isinstance(node, Retry):
        return retry(process, node, lanes, here, visit)
    if isinstance(node, Vote):
        return vote(process, node, lanes, here, visit)
    if isinstance(node, Escalate):
        return escalate(process, node, lanes, here, visit)
    raise DesignError(f"{type(node).__name__}: only complete designs of known steps can be simulated")


def _seq(process: Process, node: Seq, lanes: Lanes, here: Here) -> Outcome:
    outcome = nothing(lanes, here.dry)
    inside = here
    for number, step in enumerate(node.steps):
        outcome = then(outcome, visit(process, step, replace(lanes, after=outcome.after), inside.child(number)))
        if inside.again:
            inside = replace(inside, stale=inside.stale | written(process.problem, step))
    return outcome


def written(problem: Problem, node: Design) -> frozenset[str]:
    """Texts that a design writes."""
    texts: set[str] = set()
    for part in walk(node):
        for task in (problem.tasks[name] for name in getattr(part, "tasks", ()) if isinstance(part, Call)):
            texts |= {*task.writes, *((task.edits.text,) if task.edits else ())}
    return frozenset(texts)


def _body(process: Process, node: Each | Repeat | Stride | ForEach | Merge, here: Here) -> Act:
    return lambda lanes: visit(process, node.body, lanes, here.child(0))


# -- loops -------------------------------------------------------------------------------------


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


def _each(process: Process, node: Each, lanes: Lanes, here: Here) -> Outcome:
    sub, parent = _groups(process, node.part, node.size, lanes)
    told = {name: list(levels) for name, levels in process.told.items()}
    parallel, shared = independent(process.problem, node.body), _shares_items(process, node)
    outcome = loop(process, _body(process, node, here), lanes, sub, parent, here, parallel, shared)
    process.told = told
    return outcome


def _groups(process: Process, part: str, size: Expr, lanes: Lanes) -> tuple[Lanes, Ints]:
    """A sub-lane for every group of parts, the last one as small as it is."""
    low, high = _range(process, part, lanes)
    step = whole(size, "the size of a group")
    if step < 1:
        raise DesignError("a group of no parts cannot be simulated")
    parent, rank = spread(-(-(high - low) // step))
    process.ledger.spend(parent.size)
    first = low[parent] + rank * step
    sub = lanes.take(parent)
    return replace(sub, scope={**sub.scope, part: (first, np.minimum(first + step, high[parent]))}), parent


def _merge(process: Process, node: Merge, lanes: Lanes, here: Here) -> Outcome:
    """Do every group, then combine what has come out, level by level or each with all before it."""
    sub, parent = _groups(process, node.part, node.size, lanes)
    parallel = independent(process.problem, node.body)
    outcome = loop(process, _body(process, node, here), lanes, sub, parent, here, parallel)
    low, high = _range(process, node.part, lanes)
    if not len(lanes):
        return outcome
    count = int((high - low)[0])
    if (high - low != count).any():
        raise DesignError("results of unequally many parts cannot be combined in a simulation")
    size = whole(node.size, "the size of a group")
    fan_in = None if node.fan_in is None else whole(node.fan_in, "the fan-in")
    for stage, side_by_side in stages(count, size, fan_in):
        following = replace(lanes, after=outcome.after)
        outcome = then(outcome, _combine(process, node, following, here.child(1), stage, side_by_side))
    return outcome


def _combine(
    process: Process, node: Merge, lanes: Lanes, here: Here, stage: Sequence[Merged], parallel: bool
) -> Outcome:
    """Combine results: each by one call, or by one for every part that they cover."""
    combines = process.problem.tasks[node.task].combines
    assert combines is not None
    parent, rank = spread(np.full(len(lanes), len(stage), dtype=np.int64))
    start = _range(process, node.part, lanes)[0][parent]
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


def _range(process: Process, part: str, lanes: Lanes) -> tuple[Ints, Ints]:
    """The parts that lie before each lane."""
    if part in lanes.scope:
        return lanes.scope[part]
    number = next(sheet.parts for sheet in process.sheets.values() if sheet.part == part)
    return np.zeros(len(lanes), dtype=np.int64), np.full(len(lanes), number, dtype=np.int64)


def _shares_items(process: Process, node: Each) -> bool:
    """Whether what is found for one group may be found for another, too."""
    return any(process.hidden[name].part != node.part for name in _finders(process.problem, node.body))


def _finders(problem: Problem, node: Design) -> set[str]:
    """Finders that a design runs, or whose items it handles."""
    found = {part.finder for part in walk(node) if isinstance(part, If | ForEach | Until)}
    names = {name for part in walk(node) if isinstance(part, Call) for name in part.tasks}
    found |= {name for name in names if problem.tasks[name].finds is not None}
    return found | {task.for_each for name in names if (task := problem.tasks[name]).for_each is not None}


def _repeat(process: Process, node: Repeat, lanes: Lanes, here: Here) -> Outcome:
    count = whole(node.count, "the number of rounds")
    levels = {name: len(told) for name, told in process.told.items()}
    if node.index is None and not _finders(process.problem, node.body):
        parent, _ = spread(np.full(len(lanes), count, dtype=np.int64))
        process.ledger.spend(parent.size)
        outcome = loop(process, _body(process, node, here), lanes, lanes.take(parent), parent, here, False, False)
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


def _stride(process: Process, node: Stride, lanes: Lanes, here: Here) -> Outcome:
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
    stateful = bool(_finders(process.problem, node.body))
    return loop(process, _body(process, node, here), lanes, sub, parent, here, False, stateful)


# -- items -------------------------------------------------------------------------------------


def _until(process: Process, node: Until, lanes: Lanes, here: Here) -> Outcome:
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


def _for_each(process: Process, node: ForEach, lanes: Lanes, here: Here) -> Outcome:
    chosen, low, high = _new(process, node, lanes, here)
    parent, rank = spread(high - low)
    items = chosen[low[parent] + rank]
    process.hidden[node.finder].passes(here.path)[items] = True
    sub = lanes.take(parent)
    sub = replace(sub, hand={**sub.hand, node.finder: items})
    parallel = independent(process.problem, node.body)
    return loop(process, _body(process, node, here), lanes, sub, parent, here, parallel, False)


def _if(process: Process, node: If, lanes: Lanes, here: Here) -> Outcome:
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


def _case(process: Process, node: Case, lanes: Lanes, here: Here) -> Outcome:
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
