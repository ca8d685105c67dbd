"""Attempts, votes and escalations, by dice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from decomposer.design.nodes import (
    Call,
    Case,
    Design,
    Each,
    Escalate,
    Merge,
    Recurse,
    Repeat,
    Retry,
    Seq,
    Serve,
    Stride,
    Vote,
    walk,
)
from decomposer.errors import DesignError, ProblemError
from decomposer.expr import ZERO
from decomposer.problem.model import Problem
from decomposer.process.calls import hardened
from decomposer.process.lanes import Fault, Here, Lanes, Outcome, all_right, ending, select
from decomposer.process.process import Process
from decomposer.process.reals import MOST, Flags, Ints, real, whole
from decomposer.process.sublanes import Visit

AT_ONCE = (Call, Seq, Each, Merge, Recurse, Serve, Repeat, Stride, Case)
"""Nodes that take the same in every attempt."""


def failing(problem: Problem, node: Design) -> tuple[str, ...]:
    """Tasks of a design that may fail."""
    names = dict.fromkeys(name for part in walk(node) if isinstance(part, Call) for name in part.tasks)
    return tuple(name for name in names if problem.tasks[name].succeeds is not None)


def retry(process: Process, node: Retry, lanes: Lanes, here: Here, visit: Visit) -> Outcome:
    """Attempts until all is accepted."""
    lanes = hardened(process, failing(process.problem, node), lanes)
    if process.events is None and not node.keep and _at_once(process.problem, node):
        return _all_attempts(process, node, lanes, here, visit)
    return _one_by_one(process, node, lanes, here, visit)


def _at_once(problem: Problem, node: Retry) -> bool:
    """Whether attempts differ only in how they end: then their number can be drawn."""
    if not set(failing(problem, node.body)) <= set(node.tasks):
        return False
    if not all(isinstance(part, AT_ONCE) for part in walk(node.body)):
        return False
    tasks = [problem.tasks[name] for part in walk(node.body) if isinstance(part, Call) for name in part.tasks]
    if any(task.finds is not None or task.for_each is not None for task in tasks if task.name not in node.tasks):
        return False
    checks = [problem.tasks[name].check for name in node.tasks]
    return all(check is not None and check.accepts == ZERO and check.rejects == ZERO for check in checks)


def _all_attempts(process: Process, node: Retry, lanes: Lanes, here: Here, visit: Visit) -> Outcome:
    """One attempt without dice tells the chance of success; the number of attempts is drawn in one throw."""
    before = process.snapshot() if process.hidden or process.told else None
    ledger = process.ledger
    rehearsal = replace(here.child(0), dry=True)
    process.ledger = type(ledger)(ledger.runs, ledger.budget)
    tried = visit(process, node.body, lanes, rehearsal)
    process.ledger = ledger
    assert tried.chance is not None
    attempts = process.dice.attempts(tried.chance)
    if attempts.size and not float(attempts.max()) < MOST:
        raise ProblemError(f"more than {MOST:.0e} attempts would be made; take smaller numbers")
    if before is not None:
        process.restore(before)
    if process.problem.cost.kind != "cached":
        visit(process, node.body, lanes.repeated(attempts), rehearsal)
        return Outcome(tried.time * attempts, {}, np.zeros(len(lanes)) if here.dry else None)
    visit(process, node.body, lanes, rehearsal)
    time = tried.time.copy()
    more = np.flatnonzero(attempts > 1)
    if more.size:
        after = process.snapshot()
        if before is not None:
            process.restore(before)
        further = replace(rehearsal, again=True, stale=frozenset())
        rest = visit(process, node.body, lanes.take(more).repeated(attempts[more] - 1), further)
        time[more] += rest.time * (attempts[more] - 1)
        process.restore(after)
    return Outcome(time, {}, np.zeros(len(lanes)) if here.dry else None)


def _one_by_one(process: Process, node: Retry, lanes: Lanes, here: Here, visit: Visit) -> Outcome:
    """Attempt after attempt, each with its own dice."""
    size = len(lanes)
    before = process.snapshot()
    settled = before
    time, after = np.zeros(size), lanes.after
    faults: dict[str, Fault] = {}
    active = np.arange(size)
    inside = here.child(0)
    kept: tuple[Ints, Ints] | None = None
    while active.size:
        attempt = lanes.take(active)
        if after is not None:
            attempt = replace(attempt, after=after[active])
        process.restore(before)
        outcome = visit(process, node.body, attempt, inside)
        if inside.again is here.again:
            settled = process.snapshot()  # what was found does not depend on the attempt
            inside = replace(inside, again=True, stale=frozenset())
        time[active] += outcome.time
        after = ending(after, active, outcome.after)
        if node.keep:
            fault = outcome.faults[node.tasks[0]]
            if kept is None:
                kept = fault.units.copy(), np.zeros(size, dtype=np.int64)
            done = _keep(process, node, fault, active, kept)
        else:
            done = accepted(process, node.tasks, outcome.faults, active.size)
        mask = np.zeros(size, dtype=bool)
        mask[active[done]] = True
        ended = {name: Fault(fault.units[done], fault.wrong[done]) for name, fault in outcome.faults.items()}
        if node.keep and kept is not None:
            ended[node.tasks[0]] = Fault(ended[node.tasks[0]].units, kept[1][active[done]])
        faults = select(mask, ended, faults, size)
        active = active[~done]
    process.restore(settled)
    return Outcome(time, faults, None, after)


def _keep(process: Process, node: Retry, fault: Fault, active: Ints, kept: tuple[Ints, Ints]) -> Flags:
    """Keep what is accepted: units still to come right, and wrong ones accepted; whether a lane is done.

    Units are alike, so those of an attempt that are wrong lie anywhere: how many of them are still to come right is
    a draw without replacement.
    """
    check = process.problem.tasks[node.tasks[0]].check
    assert check is not None
    left, wrong = kept
    open_ = left[active]
    bad = process.dice.generator.hypergeometric(fault.wrong, fault.units - fault.wrong, open_)
    rejected = process.dice.generator.binomial(open_ - bad, real(check.rejects))
    slipped = process.dice.generator.binomial(bad, real(check.accepts))
    left[active] = rejected + bad - slipped
    wrong[active] += slipped
    return np.asarray(left[active] == 0)


def accepted(process: Process, names: tuple[str, ...], faults: Mapping[str, Fault], lanes: int) -> Flags:
    """Whether the check of every task accepts what was made; checks may err."""
    verdict = np.ones(lanes, dtype=bool)
    for name in names:
        task = process.problem.tasks[name]
        check = task.check
        assert check is not None
        fault = faults.get(name)
        wrong = np.zeros(lanes, dtype=np.int64) if fault is None else fault.wrong
        if check.accepts == ZERO and check.rejects == ZERO:
            verdict &= wrong == 0
            continue
        slips, passes = real(check.accepts), 1 - real(check.rejects)
        if check.scope == "whole" or task.succeeds is None or task.succeeds.unit == "call" or fault is None:
            chance = np.where(wrong == 0, passes, slips)
        else:
            chance = passes ** (fault.units - wrong) * slips**wrong
        verdict &= process.dice.hits(chance, lanes)
    return verdict


def escalate(process: Process, node: Escalate, lanes: Lanes, here: Here, visit: Visit) -> Outcome:
    """Try once; where it is rejected, do something else instead."""
    size = len(lanes)
    lanes = hardened(process, failing(process.problem, node), lanes)
    first = visit(process, node.body, lanes, here.child(0))
    rejected = ~accepted(process, node.tasks, first.faults, size)
    which = np.flatnonzero(rejected)
    if not which.size:
        return first
    again = lanes.take(which)
    if first.after is not None:
        again = replace(again, after=first.after[which])
    second = visit(process, node.then, again, here.child(1))
    time = first.time.copy()
    time[which] += second.time
    after = ending(first.after, which, second.after)
    kept = {name: Fault(fault.units, fault.wrong) for name, fault in first.faults.items()}
    return Outcome(time, select(rejected, second.faults, kept, size), None, after)


def vote(process: Process, node: Vote, lanes: Lanes, here: Here, visit: Visit) -> Outcome:
    """Independent runs of the body: the majority, or the first answer to lead."""
    if here.dry:
        raise DesignError("a vote within an attempt is drawn, not rehearsed")
    size = len(lanes)
    names = failing(process.problem, node)
    lanes = hardened(process, names, lanes)
    lead = None if node.lead is None else whole(node.lead, "the lead")
    votes = None if lead is not None else whole(node.votes, "the votes")
    before = process.snapshot()
    settled = before
    good, bad = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    time, after = np.zeros(size), lanes.after
    ends: list[Ints] = []
    units: dict[str, Ints] = {}
    active = np.arange(size)
    inside = here.child(0)
    cast = 0
    while active.size:
        ballot = lanes.take(active)
        if after is not None and lead is not None:
            ballot = replace(ballot, after=after[active])
        process.restore(before)
        outcome = visit(process, node.body, ballot, inside)
        cast += 1
        if cast == 1:
            settled = process.snapshot()
            units = {name: fault.units for name, fault in outcome.faults.items()}
            inside = replace(inside, again=True, stale=frozenset())
        right = all_right(outcome.faults, active.size)
        rival = _rivals(outcome.faults, right)
        good[active] += right
        bad[active] += rival
        if lead is None:
            time = np.maximum(time, outcome.time)
            if outcome.after is not None:
                ends.append(outcome.after)
            if cast == votes:
                break
            continue
        time[active] += outcome.time
        after = ending(after, active, outcome.after)
        done = np.abs(good - bad)[active] >= lead if lead > 1 else np.ones(active.size, dtype=bool)
        active = active[~done]
    process.restore(settled)
    # A lead of one takes the first response, whatever it is.
    won = good == 1 if lead == 1 else good > bad if lead is not None else 2 * good > cast
    if ends and process.events is not None and lanes.after is not None:
        after = process.events.new(lanes.run, None, lanes.after)
        for end in ends:
            process.events.wait(after, end)
    lost = (~won).astype(np.int64)
    return Outcome(time, {name: Fault(units[name], lost) for name in names if name in units}, None, after)


def _rivals(faults: Mapping[str, Fault], right: Flags) -> Flags:
    """Votes for the strongest rival: all wrong ones, unless it is known which wrong answers agree."""
    if len(faults) == 1:
        (fault,) = faults.values()
        if fault.rival is not None:
            return fault.rival
    return ~right
