"""One call in many lanes: what it reads and writes, what it costs, whether it comes out right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from decomposer.design.nodes import Call
from decomposer.expr import Expr
from decomposer.problem.model import Problem, Task
from decomposer.process.items import Hidden
from decomposer.process.lanes import Fault, Here, Lanes, Outcome, both
from decomposer.process.memory import recalled, shortened
from decomposer.process.merges import combined, combined_writes, partial_reads
from decomposer.process.process import Process
from decomposer.process.reals import Ints, Reals, real, whole
from decomposer.process.recursion import briefs, joined, joined_reads, joined_writes
from decomposer.process.talks import said
from decomposer.process.texts import parts_of, worked

Amount = Any
"""Tokens: a number for all lanes, or an array with one entry per lane."""


def call(process: Process, node: Call, lanes: Lanes, here: Here) -> Outcome:
    """Make a call in every lane."""
    tasks = [process.problem.tasks[name] for name in node.tasks]
    _find_and_deal(process, tasks, lanes)
    fresh = _prompt(process, node, lanes)
    read = _total(fresh)
    seen = _repeated(fresh, here) if here.again else 0.0
    written: Amount = 0.0
    for task in tasks:
        written = written + _writes(process, task, node, lanes)
    if node.history is not None:
        before = said(process, node.history, here.path, lanes, read)
        read, seen = before + read, before + seen
    size = process.prices.size(node, here.shares)
    cost = process.prices.bill(node, size, read, seen, written)
    time = process.prices.time(node, cost, written)
    process.ledger.enter(lanes, (agent_tasks(node), node.model, size), cost, read, written, time)
    _note_levels(process, node)
    long = np.broadcast_to(time, len(lanes)).astype(float) if time.size == 1 else time
    faults, chance = _come_out(process, node, tasks, lanes, here)
    after = None
    if process.events is not None:
        after = process.events.new(lanes.run, long, lanes.after)
    return Outcome(long, faults, chance, after)


def agent_tasks(node: Call) -> tuple[str, ...]:
    """Tasks that the agent of a call must be able to do."""
    return tuple(dict.fromkeys((*node.tasks, *node.able)))


# -- items -------------------------------------------------------------------------------------


def _find_and_deal(process: Process, tasks: list[Task], lanes: Lanes) -> None:
    """Note the items that are found, and those that are dealt with."""
    hand = dict(lanes.hand)
    for task in tasks:
        if task.finds is not None:
            most = task.finds.per_call
            last = process.hidden[task.name].scan(lanes, None if most is None else whole(most, "items per call"))
            hand[task.name] = np.where(last >= 0, last, hand.get(task.name, last))
        if task.for_each is not None:
            _deal(process.hidden[task.for_each], task, hand.get(task.for_each), lanes)


def _deal(hidden: Hidden, task: Task, at_hand: Ints | None, lanes: Lanes) -> None:
    """Mark the item that a task is done for: the one at hand, else the first that waits."""
    item = at_hand if at_hand is not None else hidden.waiting(lanes, task.name)
    hidden.deals(task.name)[item[item >= 0]] = True


def _note_levels(process: Process, node: Call) -> None:
    """Note among how many a routing call has told."""
    if node.among is not None:
        process.told.setdefault(node.tasks[0], []).append(max(1, round(real(node.among))))


# -- tokens ------------------------------------------------------------------------------------


def _prompt(process: Process, node: Call, lanes: Lanes) -> dict[str, Amount]:
    """Tokens read of everything, in order; what one task of the call hands to another is not read."""
    problem = process.problem
    prompt: dict[str, Amount] = {"instructions": real(problem.overhead)}
    for task in (problem.tasks[name] for name in node.tasks):
        prompt[f"instructions of {task.name}"] = real(task.overhead)
    whole_task = combined(problem, node, lanes)
    if whole_task is not None:
        return {**prompt, **_partial(process, node, whole_task, lanes)}
    divided = joined(problem, node, lanes)
    if divided is not None:
        return {**prompt, **joined_reads(process, node, divided, lanes)}
    made: set[str] = set()
    all_needed: dict[str, bool] = {}
    for task in (problem.tasks[name] for name in node.tasks):
        for read in task.reads:
            if read.text not in made:
                all_needed[read.text] = all_needed.get(read.text, False) or not (read.head and node.narrow)
        made.update(task.writes)
    digests = _digests(problem, node)
    for name, all_of_it in all_needed.items():
        head = process.sheets[name].head
        if head is not None and not all_of_it:
            prompt[name] = head
        elif name in digests:
            prompt[f"digest of {name}"] = _digest(process, digests[name], node, lanes)
        else:
            prompt[name] = _tokens(process, name, node, lanes)
    for task in (problem.tasks[name] for name in node.tasks):
        if task.steps is not None and task.name in lanes.steps:
            prompt[f"state of {task.name}"] = real(task.steps.state)
    for task in (problem.tasks[name] for name in node.tasks):
        prompt |= recalled(process, task, lanes)
    return prompt


def _digests(problem: Problem, node: Call) -> dict[str, Task]:
    """Texts of which a call reads a digest, with who makes it; who edits a text reads all of it."""
    edited = {edits.text for name in node.tasks if (edits := problem.tasks[name].edits) is not None}
    makers = [problem.tasks[name] for name in node.digests]
    return {m.compresses.text: m for m in makers if m.compresses is not None and m.compresses.text not in edited}


def _digest(process: Process, maker: Task, node: Call, lanes: Lanes, parts: Amount | None = None) -> Amount:
    """Tokens of a digest: so many for each part before the call (or `parts`), where its maker is local to them."""
    assert maker.compresses is not None
    sheet, each = process.sheets[maker.compresses.text], real(maker.compresses.to)
    if maker.local is None or maker.local != sheet.part or node.scope == "part":
        return each
    number = sheet.parts if node.scope == "whole" else parts_of(sheet, lanes) if parts is None else parts
    return each * number


def _partial(process: Process, node: Call, whole_task: Task, lanes: Lanes) -> dict[str, Amount]:
    """What a call reads that combines results: these, or the next part of each, and what else it says."""
    by, combines = process.problem.tasks[node.tasks[0]], whole_task.combines
    assert combines is not None
    number, single = lanes.taken[whole_task.name], combines.per == "part"
    text = worked(process.problem, whole_task)
    part = None if text is None else process.sheets[text].part
    results, besides = partial_reads(whole_task, by)
    digests = _digests(process.problem, node)
    prompt: dict[str, Amount] = {}
    if whole_task.compresses is not None:
        prompt["digests"] = real(whole_task.compresses.to) * number
    for name in results:
        sheet = process.sheets[name]
        if sheet.part is not None and sheet.part == part:
            # Results of parts add up to the parts covered.
            prompt[name] = sheet.each * (number if single else parts_of(sheet, lanes))
        else:
            prompt[name] = parts_of(sheet, lanes) * sheet.each * number
    for name in besides:
        sheet = process.sheets[name]
        if name in digests:
            prompt[f"digest of {name}"] = _digest(process, digests[name], node, lanes, number if single else None)
        elif single and sheet.part is not None and sheet.part == part:
            prompt[name] = sheet.each * number
        else:
            prompt[name] = parts_of(sheet, lanes) * sheet.each
    return prompt


def _tokens(process: Process, name: str, node: Call, lanes: Lanes) -> Amount:
    """Tokens of a text at the scope of a call."""
    sheet = process.sheets[name]
    if sheet.part is None or node.scope == "whole":
        return sheet.tokens
    if node.scope == "part":
        return sheet.each
    return parts_of(sheet, lanes) * sheet.each


def _total(prompt: dict[str, Amount]) -> Amount:
    total: Amount = 0.0
    for tokens in prompt.values():
        total = total + tokens
    return total


def _repeated(prompt: dict[str, Amount], here: Here) -> Amount:
    """Tokens up to the first text that is not as it was when the same prompt was sent before."""
    total: Amount = 0.0
    for name, tokens in prompt.items():
        if name in here.stale:
            break
        total = total + tokens
    return total


def _writes(process: Process, task: Task, node: Call, lanes: Lanes) -> Amount:
    """Tokens that a task generates in a call; a chain writes its share for the steps that it takes."""
    whole_task = combined(process.problem, node, lanes)
    if whole_task is not None:
        return _writes_combined(process, task, whole_task, lanes)
    divided = joined(process.problem, node, lanes)
    if divided is not None:
        return joined_writes(process, task, divided, lanes)
    total: Amount = briefs(process, task, lanes) + shortened(process, task, lanes)
    for name in task.writes:
        total = total + _tokens(process, name, node, lanes)
    if task.compresses is not None:
        total = total + _digest(process, task, node, lanes)
    if task.edits is not None:
        total = total + _edits(process, task, node, lanes)
    if task.steps is not None and task.name in lanes.steps:
        total = total * lanes.steps[task.name] / real(task.steps.count)
    return total


def _writes_combined(process: Process, by: Task, whole_task: Task, lanes: Lanes) -> Amount:
    assert whole_task.combines is not None
    single = whole_task.combines.per == "part"
    text = worked(process.problem, whole_task)
    part = None if text is None else process.sheets[text].part
    names = combined_writes(whole_task, by)
    total: Amount = 0.0
    if whole_task.compresses is not None and not (single and by.writes):
        total = total + real(whole_task.compresses.to)
    for name in names:
        sheet = process.sheets[name]
        alone = single and sheet.part is not None and sheet.part == part
        total = total + (sheet.each if alone else parts_of(sheet, lanes) * sheet.each)
    return total


def _edits(process: Process, task: Task, node: Call, lanes: Lanes) -> Amount:
    edit = task.edits
    assert edit is not None
    sheet = process.sheets[edit.text]
    if node.write == "patch" and edit.patch is not None:
        return real(edit.patch) * _parts(process, task, lanes)
    if edit.unit == "whole" or sheet.part is None:
        return sheet.tokens
    if task.for_each is not None and node.write == "part":
        return sheet.each
    return _tokens(process, edit.text, node, lanes)


def _parts(process: Process, task: Task, lanes: Lanes) -> Ints | int:
    """Parts that a task has to get right; what is done for an item is done to the one part that holds it."""
    text = worked(process.problem, task)
    return 1 if text is None or task.for_each is not None else parts_of(process.sheets[text], lanes)


# -- chance ------------------------------------------------------------------------------------


def _come_out(
    process: Process, node: Call, tasks: list[Task], lanes: Lanes, here: Here
) -> tuple[dict[str, Fault], Reals | None]:
    """Which units come out wrong; or, dry, the logarithm of the chance that none does."""
    faults: dict[str, Fault] = {}
    chance = np.zeros(len(lanes)) if here.dry else None
    for task in tasks:
        if task.succeeds is None:
            continue
        units = np.broadcast_to(np.asarray(_units(process, task, lanes), dtype=np.int64), len(lanes))
        right = success(process.problem, task, node.model, lanes)
        if chance is not None:
            with np.errstate(divide="ignore"):
                chance = chance + units * np.log(right)
            continue
        if task.succeeds.wrong == "scatter":
            # Wrong answers agree where one unit, always the same, is all that is wrong.
            first = process.dice.failures(np.minimum(units, 1), right)
            others = process.dice.failures(np.maximum(units - 1, 0), right)
            fault = Fault(units, first + others, (first == 1) & (others == 0))
        else:
            fault = Fault(units, process.dice.failures(units, right))
        faults = both(faults, {task.name: fault})
    return faults, chance


def _units(process: Process, task: Task, lanes: Lanes) -> Ints | int:
    """Units by which success is stated, of those in scope."""
    assert task.succeeds is not None
    if task.succeeds.unit == "call":
        return 1
    if task.succeeds.unit == "part":
        return _parts(process, task, lanes)
    if task.steps is None:
        return 1
    steps = lanes.steps.get(task.name)
    return whole(task.steps.count, f"the steps of {task.name}") if steps is None else steps


def success(problem: Problem, task: Task, model: str | None, lanes: Lanes) -> Reals | float:
    """Chance that a unit comes out right: by the model's own rates, and as hard as the unit at hand is."""
    assert task.succeeds is not None
    known = None if model is None else problem.models[model]
    easy = _rate(task, {} if known is None else known.succeeds, real(task.succeeds.probability))
    hard = task.succeeds.hard
    if hard is None:
        return easy
    share, low = real(hard.share), _rate(task, {} if known is None else known.hard, real(hard.probability))
    if task.name in lanes.given:
        return np.where(lanes.given[task.name], low, easy)
    return easy * (1 - share) + low * share


def _rate(task: Task, own: Mapping[str, Expr], usual: float) -> float:
    """The rate that a model states for a task, or for the capabilities that it takes; else the usual one."""
    if task.name in own:
        return real(own[task.name])
    stated = [real(own[name]) for name in task.requires if name in own]
    return float(np.prod(stated)) if stated else usual


def hardened(process: Process, names: tuple[str, ...], lanes: Lanes) -> Lanes:
    """Draw, for each lane, whether the unit at hand is hard for each of some tasks."""
    given = dict(lanes.given)
    for name in names:
        facts = process.problem.tasks[name].succeeds
        if facts is not None and facts.hard is not None and name not in given:
            given[name] = process.dice.hits(real(facts.hard.share), len(lanes))
    return replace(lanes, given=given)
