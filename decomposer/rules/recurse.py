"""Divide and conquer: split a problem, do its subproblems in the same way, and combine what comes of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby, product
from math import ceil, floor
from typing import TypeAlias

from decomposer.design.bounds import at_least
from decomposer.design.context import Context, divide_up, partition
from decomposer.design.cuts import splitters
from decomposer.design.nodes import Call, Design, Recurse, Retry, Vote
from decomposer.design.recursing import at_root, base_cases
from decomposer.design.sizes import unit_success
from decomposer.design.votes import least_lead
from decomposer.expr import ONE, Expr, evaluate, minimum, num, sym
from decomposer.problem.graph import unsettled
from decomposer.problem.model import Recursive, Task, Text
from decomposer.rules.base import Alternative, Decision, Fact, Goal, Rule, Site, hole
from decomposer.rules.call import bounded_groups, by_each_model, digests_read
from decomposer.rules.reduce import FAN_INS
from decomposer.rules.vote import MORE, lead_that_grows, most_failures


@dataclass(frozen=True, slots=True)
class _Shares:
    """How a split divides: into so many subproblems, each with one `shrink`-th of the parts."""

    into: Expr
    shrink: Expr
    decisions: tuple[Decision, ...] = ()


_Helpers: TypeAlias = tuple[Design | None, ...]
"""Designs of a helper, one for each model that can; none at all in one, where an oracle does it."""


def expand(site: Site, goal: Goal) -> Iterator[Alternative]:
    """Base cases of one part and of g parts, under every split that the task allows."""
    if goal.mode != "cover" or goal.size is not None or goal.direct or goal.share is not None or len(goal.tasks) != 1:
        return
    task = site.task(goal.tasks[0])
    fact, text = task.recursive, partition(site.problem, task)
    if fact is None or text is None or text.part is None or text.count is None or text.count == ONE or goal.tried:
        return
    if not splitters(site.problem, text.part, goal.tasks) <= goal.cuts:
        return
    facts = (Fact(task.name, "recursive"),)
    for size, model, decisions in _bases(site, goal, fact, text):
        body = hole(replace(goal, part=text.part, size=size, unit=False, model=model))
        groups = divide_up(text.count, size)
        for shares in _shares(site, task, fact, text, groups):
            if shares.into != shares.shrink and unsettled(site.problem, goal.tasks) - goal.pending:
                continue  # how often a whole that is repeated comes out right depends on what its subproblems share
            node = Recurse(task.name, text.part, body, shares.into, shares.shrink, size)
            for bounded, splits, combines in _helped(site, goal, task, node, shares, decisions):
                for split, combine in product(splits, combines):
                    helped = replace(node, split=split, combine=combine)
                    yield Alternative(helped, facts, (*bounded, *shares.decisions))


def _bases(
    site: Site, goal: Goal, fact: Recursive, text: Text
) -> Iterator[tuple[Expr, str | None, tuple[Decision, ...]]]:
    """Base cases: their size, the model that does them where that is settled, and what is free.

    At numbers, at least one split is made; one base case for all is the design without dividing.
    """
    assert text.count is not None
    yield ONE, goal.model, ()
    most = text.count - 1 if site.numbered else text.count
    bounds = [most] if fact.base is None else [fact.base] if at_least(most, fact.base) else [most, fact.base]
    if fact.base == ONE:
        return
    wide = Decision(site.group, num(2), minimum(*bounds), f"{text.part}s in a base case")
    yield sym(wide.name), goal.model, (wide,)
    for model, bounded in bounded_groups(site, goal, text):
        limit = replace(bounded, high=minimum(bounded.high, *bounds[-1:]))
        yield sym(bounded.name), model, (limit,)


def _shares(site: Site, task: Task, fact: Recursive, text: Text, groups: Expr) -> Iterator[_Shares]:
    """As the task says; else at numbers any number of equal shares, in growth two, three, and as many as base cases."""
    if fact.into is not None:
        yield _Shares(fact.into, fact.shrink or fact.into)
    elif site.numbered:
        about = f"subproblems that a split makes of {task.name}"
        free = sym(site.fan_out)
        yield _Shares(free, free, (Decision(site.fan_out, num(2), groups, about),))
    else:
        for number in (*map(num, FAN_INS), groups):
            yield _Shares(number, number)


def _helped(
    site: Site, goal: Goal, task: Task, node: Recurse, shares: _Shares, decisions: tuple[Decision, ...]
) -> Iterator[tuple[tuple[Decision, ...], _Helpers, _Helpers]]:
    """Who may divide and who may combine, with the base cases that they may do so for.

    At numbers, how many parts subproblems have together depends on how the base cases are dealt out, so that helpers
    with a window are told for every size; sizes in a row with the same helpers are one way.
    """
    fact = task.recursive
    assert fact is not None

    def helpers(dealt: Recurse) -> tuple[_Helpers, _Helpers]:
        split, combine = (tuple(_helpers(site, goal, task, dealt, name, shares)) for name in (fact.split, fact.combine))
        return split, combine

    windows = any(model.window is not None for model in site.problem.models.values())
    if not (site.numbered and windows and decisions and node.into != node.shrink):
        yield decisions, *helpers(node)
        return
    (free,) = decisions
    low, high = evaluate(free.low, {}), evaluate(free.high, {})
    for found, sizes in groupby(range(ceil(low), floor(high) + 1), lambda size: helpers(replace(node, size=num(size)))):
        row = list(sizes)
        yield (replace(free, low=num(row[0]), high=num(row[-1])),), *found


def _helpers(
    site: Site, goal: Goal, task: Task, node: Recurse, name: str | None, shares: _Shares
) -> Iterator[Design | None]:
    """The call that divides, or combines, the whole problem, by each model that can; until accepted, if it may fail."""
    if name is None:
        yield None
        return
    helper = site.task(name)
    if not helper.requires:
        return
    text = partition(site.problem, task)
    assert text is not None and text.part is not None and text.count is not None
    helper_goal = replace(goal, tasks=(name,), pending=frozenset())
    digests = digests_read(site, helper_goal) if task.recursive is not None and task.recursive.split == name else ()
    # The model is chosen by the whole problem: with as few subproblems as a free number of them may be.
    few = replace(node, into=num(2), shrink=num(2)) if shares.decisions else node
    whole = at_root(site.problem, few, site.context(goal))
    # There are fewer splits than base cases of single parts; with one subproblem at a time, fewer than parts.
    often = text.count if shares.into == ONE else base_cases(site.problem, task, text.part, ONE)
    yield from helping(site, helper_goal, Call((name,), digests=digests), whole, often)


def helping(site: Site, goal: Goal, call: Call, context: Context, number: Expr) -> Iterator[Design]:
    """A helper's call by each model that can; until accepted where that can be told, voted on under a target.

    Parameters
    ----------
    number : Expr
        How often it is called, at most.
    """
    (name,) = call.tasks
    task = site.task(name)
    for one in by_each_model(site, goal, call, context):
        if task.check is not None and task.check.by is None and unsettled(site.problem, (name,)):
            yield Retry((name,), one)
        elif task.succeeds is None or site.problem.target is None:
            yield one
        else:
            yield from _voted(site, one, unit_success(site.problem, task, context, one.model), number)


def _voted(site: Site, call: Call, right: Expr, number: Expr) -> Iterator[Design]:
    """The first answer at numbers, where what comes of it is seen in the end; first to lead by as many as it takes."""
    target = site.problem.target
    assert target is not None
    if right == ONE:
        yield call
    elif not (right.symbols or number.symbols or target.symbols):
        yield call
        chance, often = evaluate(right, {}), evaluate(number, {})
        if 2 * chance > 1 and target != ONE:
            least = max(2, least_lead((1 - chance) / chance, often, evaluate(target, {})))
            yield from (Vote(call, lead=num(lead)) for lead in range(2, least + MORE // 2))
    else:
        lead = lead_that_grows(site, right, ONE - right, most_failures(site, number))
        if lead is not None:
            yield Vote(call, lead=lead)


RULE = Rule(
    name="recurse",
    does="divide and conquer: split, do the subproblems in the same way, combine their results",
    facts=("recursive",),
    source="Meyerson & Qiu 2025, section 5.4; Bentley, Haken & Saxe 1980; Akra & Bazzi 1998",
    expand=expand,
)
