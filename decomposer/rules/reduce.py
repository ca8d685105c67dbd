"""Work group by group and combine the results, because they combine associatively: at once, in a tree, or in turn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from decomposer.design.bounds import at_least
from decomposer.design.combining import combinable, room_for
from decomposer.design.context import Context, divide_up, partition
from decomposer.design.cuts import splitters
from decomposer.design.nodes import Call, Design, Each, Merge, Retry
from decomposer.design.windows import least, longest, room
from decomposer.expr import ONE, Expr, minimum, num, sym
from decomposer.problem.graph import unsettled
from decomposer.problem.model import Task, Text
from decomposer.rules.base import Alternative, Decision, Fact, Goal, Rule, Site, hole
from decomposer.rules.call import bounded_groups, by_each_model, digests_read, too_many_steps

FAN_INS = (2, 3)
"""Fan-ins of trees in growth; at numbers every one is tried."""


def expand(site: Site, goal: Goal) -> Iterator[Alternative]:
    """Groups of one part and of g parts, under every shape of the combination."""
    if goal.mode != "cover" or goal.size is not None or goal.direct or goal.share is not None or len(goal.tasks) != 1:
        return
    task = site.task(goal.tasks[0])
    if task.combines is None or task.local is not None or not combinable(task) or goal.tried:
        return
    check = task.check
    if goal.pending and check is not None and check.scope == "whole":
        return
    text = partition(site.problem, task)
    if text is None or text.part is None or text.count is None or text.count == ONE:
        return
    if not splitters(site.problem, text.part, goal.tasks) <= goal.cuts:
        return
    facts = (Fact(task.name, "combines"),)
    wide = Decision(site.group, num(2), text.count, f"{text.part}s in a group")
    sizes: list[tuple[Expr, str | None, tuple[Decision, ...]]] = [(ONE, goal.model, ())]
    sizes.append((sym(wide.name), goal.model, (wide,)))
    sizes += [(sym(bounded.name), model, (bounded,)) for model, bounded in bounded_groups(site, goal, text)]
    for size, model, decisions in sizes:
        body = hole(replace(goal, part=text.part, size=size, unit=False, model=model))
        if task.combines.by is None:
            yield Alternative(Each(text.part, body, size), facts, decisions)
            continue
        for by in _by(site, goal, task, text):
            for fan_in, more in _shapes(site, task, text, by, divide_up(text.count, size)):
                merge = Merge(task.name, text.part, body, by, size, fan_in)
                yield Alternative(merge, facts, (*decisions, *more))


def _by(site: Site, goal: Goal, task: Task, text: Text) -> Iterator[Design]:
    """The call that combines, by each model that two results in the end fit in; until accepted, where it may fail."""
    assert task.combines is not None and task.combines.by is not None
    assert text.part is not None and text.count is not None
    by = site.task(task.combines.by)
    if not by.requires or too_many_steps(by, goal):
        return
    if by.succeeds is not None and (by.succeeds.unit != "call" or by.succeeds.hard is not None):
        return
    merging = replace(goal, tasks=(by.name,), pending=frozenset())
    made = {name for name, one in site.problem.tasks.items() if one.compresses and one.compresses.text in task.writes}
    digests = tuple(name for name in digests_read(site, merging) if name not in made)
    last = site.context(goal).merged(task.name, text.part, text.count, num(2))
    for call in by_each_model(site, merging, Call((by.name,), digests=digests), last):
        if by.check is not None and by.check.by is None and unsettled(site.problem, (by.name,)):
            yield Retry((by.name,), call)
        else:
            yield call


def _shapes(
    site: Site, task: Task, text: Text, by: Design, count: Expr
) -> Iterator[tuple[Expr | None, tuple[Decision, ...]]]:
    """Fan-ins with their free parameters: all at once, trees, and one after the other."""
    assert task.combines is not None
    bounds = [bound for bound in (task.combines.at_once, _window(site, task, text, by)) if bound is not None]
    most = _most(site, task.combines.at_once, bounds)
    yield None, ()
    if site.numbered:
        high = minimum(count, *bounds)
        yield sym(site.fan_in), (Decision(site.fan_in, num(2), high, f"results of {task.name} combined at a time"),)
        return
    limit = min((number for bound in bounds if (number := bound.as_fraction()) is not None), default=None)
    stated = task.combines.at_once
    for fan_in in map(num, FAN_INS):
        if (limit is None or at_least(num(limit), fan_in)) and (
            stated is None or room_for(site.problem, stated, fan_in)
        ):
            yield fan_in, ()
    if most is None:
        yield count, ()
    elif limit is None or limit > FAN_INS[-1]:
        yield most, ()


def _most(site: Site, stated: Expr | None, bounds: list[Expr]) -> Expr | None:
    """The bound that is least in all of the regime, where it is plainly within what is stated; else their minimum."""
    if not bounds:
        return None
    found = least(site.problem, *bounds)
    return found if stated is None or room_for(site.problem, stated, found) else minimum(*bounds)


def _window(site: Site, task: Task, text: Text, by: Design) -> Expr | None:
    """How many results fit into the window of the model that combines them."""
    call = by.body if isinstance(by, Retry) else by
    assert isinstance(call, Call) and text.part is not None and text.count is not None
    window = None if call.model is None else site.problem.models[call.model].window
    if window is None:
        return None
    context = Context().merged(task.name, text.part, text.count, sym(site.fan_in))
    return room(window, longest(site.problem, call, context), site.fan_in)


RULE = Rule(
    name="reduce",
    does="group by group, and the results combined: all at once, in a tree, or one after the other",
    facts=("combines",),
    source="Chen et al. 2024; Bentley & Saxe 1980 on decomposable problems",
    expand=expand,
)
