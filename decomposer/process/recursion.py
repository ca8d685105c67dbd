"""Divide and conquer as events: splits, base cases, and calls that combine, problem by problem in many lanes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from decomposer.design.nodes import Call, Design, Recurse
from decomposer.errors import DesignError
from decomposer.problem.model import Problem, Task
from decomposer.process.groups import spread
from decomposer.process.lanes import Fault, Here, Lanes, Outcome, nothing, then
from decomposer.process.process import Process
from decomposer.process.reals import Flags, real, whole
from decomposer.process.sublanes import Act, Visit, loop, scope
from decomposer.process.texts import parts_of, worked


def recurse(process: Process, node: Recurse, lanes: Lanes, here: Here, visit: Visit) -> Outcome:
    """Do problems: base cases as they are, others by dividing them.

    Parameters
    ----------
    visit : function
        Does what a node says.
    """
    size, into = whole(node.size, "the size of a base case"), whole(node.into, "the number of subproblems")
    shrink = whole(node.shrink, "the share of a subproblem")
    if size < 1 or shrink < 2 or into < 1:
        raise DesignError("problems that never get smaller cannot be simulated")
    places = {"split": 1, "combine": 1 if node.split is None else 2}

    def helper(key: str, made: Design | None, done: Outcome, problems: Lanes) -> Outcome:
        if made is None:
            return done
        return then(done, visit(process, made, replace(problems, after=done.after), here.child(places[key])))

    def solve(problems: Lanes) -> Outcome:
        low, high = scope(process, node.part, problems)
        cases = -(-(high - low) // size)
        return apart(problems, cases > 1, divide, lambda base: visit(process, node.body, base, here.child(0)), here)

    def divide(problems: Lanes) -> Outcome:
        low, high = scope(process, node.part, problems)
        cases = -(-(high - low) // size)
        blocks = np.minimum(shrink, cases)
        number = blocks if into == shrink else np.full(len(problems), into, dtype=np.int64)
        parent, rank = spread(number)
        process.ledger.spend(parent.size)
        block, each = rank % blocks[parent], (cases // blocks)[parent]
        more = (cases % blocks)[parent]
        start = low[parent] + (block * each + np.minimum(block, more)) * size
        end = np.minimum(start + (each + (block < more)) * size, high[parent])
        covered = np.bincount(parent, weights=end - start, minlength=len(problems)).astype(np.int64)
        inside = replace(
            problems, taken={**problems.taken, node.task: number}, covered={**problems.covered, node.task: covered}
        )
        done = helper("split", node.split, nothing(inside, here.dry), inside)
        between = replace(problems, after=done.after)
        sub = between.take(parent)
        sub = replace(sub, scope={**sub.scope, node.part: (start, end)})
        done = then(done, loop(process, solve, between, sub, parent, here, True))
        return helper("combine", node.combine, done, inside)

    return solve(lanes)


def apart(lanes: Lanes, mask: Flags, where_true: Act, rest: Act, here: Here) -> Outcome:
    """Do one thing in some lanes, and another in all others."""
    if not len(lanes) or mask.all() or not mask.any():
        return (where_true if len(lanes) and mask.all() else rest)(lanes)
    total = nothing(lanes, here.dry)
    time, chance, after = total.time, total.chance, None if lanes.after is None else lanes.after.copy()
    faults: dict[str, Fault] = {}
    for which, act in ((np.flatnonzero(mask), where_true), (np.flatnonzero(~mask), rest)):
        outcome = act(lanes.take(which))
        time[which] = outcome.time
        if chance is not None and outcome.chance is not None:
            chance[which] = outcome.chance
        if after is not None and outcome.after is not None:
            after[which] = outcome.after
        for name, fault in outcome.faults.items():
            zero = np.zeros(len(lanes), dtype=np.int64)
            own = faults.setdefault(name, Fault(zero, zero.copy()))
            own.units[which], own.wrong[which] = fault.units, fault.wrong
    return Outcome(time, faults, chance, after)


def problems_in_all(node: Recurse, parts: int) -> int:
    """Base cases of a recursion side by side, at most."""
    cases, number = -(-parts // max(1, whole(node.size, "the size of a base case"))), 1
    into, shrink = whole(node.into, "the number of subproblems"), max(2, whole(node.shrink, "the share"))
    while cases > 1:
        cases, number = -(-cases // shrink), number * into
    return number


# -- calls ---------------------------------------------------------------------------------------------


def joined(problem: Problem, node: Call, lanes: Lanes) -> Task | None:
    """The task of which a call combines the results of subproblems; `None` where it does something else."""
    for name in lanes.taken:
        fact = problem.tasks[name].recursive
        if fact is not None and fact.combine is not None and fact.combine in node.tasks:
            return problem.tasks[name]
    return None


def joined_reads(process: Process, node: Call, whole_task: Task, lanes: Lanes) -> dict[str, Any]:
    """What a call reads that combines: the results of subproblems, and what else it says, of the parts before it."""
    by, text = process.problem.tasks[node.tasks[0]], worked(process.problem, whole_task)
    part = None if text is None else process.sheets[text].part
    prompt: dict[str, Any] = {}
    for name in whole_task.writes:
        sheet = process.sheets[name]
        if sheet.part is not None and sheet.part == part:
            prompt[name] = sheet.each * lanes.covered[whole_task.name]
        else:
            prompt[name] = parts_of(sheet, lanes) * sheet.each * lanes.taken[whole_task.name]
    for read in by.reads:
        sheet = process.sheets[read.text]
        if read.text not in whole_task.writes:
            head = sheet.head if read.head and node.narrow else None
            prompt[read.text] = parts_of(sheet, lanes) * sheet.each if head is None else head
    return prompt


def joined_writes(process: Process, by: Task, whole_task: Task, lanes: Lanes) -> Any:
    """Tokens that a call which combines writes."""
    total: Any = 0.0
    for name in dict.fromkeys((*whole_task.writes, *by.writes)):
        sheet = process.sheets[name]
        total = total + parts_of(sheet, lanes) * sheet.each
    return total


def briefs(process: Process, task: Task, lanes: Lanes) -> Any:
    """Tokens by which a task that divides tells each subproblem what to do."""
    for name, number in lanes.taken.items():
        fact = process.problem.tasks[name].recursive
        if fact is not None and fact.split == task.name and fact.brief is not None:
            return number * real(process.problem.texts[fact.brief].tokens)
    return 0.0
