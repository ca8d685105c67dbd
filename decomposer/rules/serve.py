"""Do parts one after the other, because each needs what was written for those before: with all of it, or with less."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from decomposer.design.context import Context, divide_up
from decomposer.design.cuts import splitters
from decomposer.design.nodes import Call, Design, Retry, Serve, Vote
from decomposer.design.remembering import full_memory, most_condensed, reaches_back
from decomposer.design.windows import least, longest, room
from decomposer.expr import ONE, Expr, num, sym
from decomposer.problem.model import Memory, Task
from decomposer.rules.base import Alternative, Decision, Fact, Goal, Rule, Site
from decomposer.rules.call import by_each_model, digests_read
from decomposer.rules.recurse import helping


def expand(site: Site, goal: Goal) -> Iterator[Alternative]:
    """Single parts and groups of g, with the whole memory, with the last parts of it, or condensed every r calls."""
    settled = goal.direct or goal.share is not None or goal.tried or goal.fused
    if goal.mode != "cover" or goal.size is not None or settled or len(goal.tasks) != 1:
        return
    task = site.task(goal.tasks[0])
    fact = task.memory
    if fact is None or not task.requires:
        return
    text = site.problem.texts[fact.text]
    if text.part is None or text.count is None or text.count == ONE:
        return
    if not splitters(site.problem, text.part, goal.tasks) <= goal.cuts:
        return
    facts = (Fact(task.name, "memory"),)
    wide = Decision(site.group, num(2), text.count, f"{text.part}s in a group")
    for size, decisions in ((ONE, ()), (sym(wide.name), (wide,))):
        node = Serve(task.name, text.part, Call((task.name,)), size)
        keepings: list[Serve] = [node]
        if fact.last is not None and reaches_back(site.problem, fact.last, text.count):
            keepings.append(replace(node, last=fact.last))
        for keeping in keepings:
            # Whoever does a group of any size must be able to do all.
            largest = replace(keeping, size=text.count) if decisions else keeping
            for body in _calls(site, goal, task, full_memory(site.problem, largest, Context())):
                yield Alternative(replace(keeping, body=body), facts, decisions)
        for condensing, more in _condensing(site, goal, fact, node, text.count):
            # In growth, groups and calls between need not both be free: of so many parts between two condensings, it is
            # best to do all in one call, or each in a call of its own, under every cost model.
            if decisions and not site.numbered:
                yield Alternative(replace(condensing, every=ONE), facts, decisions)
            else:
                yield Alternative(condensing, facts, (*decisions, *more))


def _condensing(
    site: Site, goal: Goal, fact: Memory, node: Serve, count: Expr
) -> Iterator[tuple[Serve, tuple[Decision, ...]]]:
    """The memory condensed after every r calls: of any number, or as many as the windows of the models allow."""
    task = site.task(node.task)
    if fact.condense is None or not site.task(fact.condense).requires:
        return
    helper_goal = Goal((fact.condense,), cuts=goal.cuts)
    calls = divide_up(count, node.size)
    about = f"calls of {task.name} after which its memory is condensed"
    least_memory = replace(node, size=count) if node.size.symbols - site.problem.parameters.keys() else node
    least_memory = replace(least_memory, every=ONE)
    shortest = most_condensed(site.problem, least_memory, Context())
    for body in _calls(site, goal, task, full_memory(site.problem, least_memory, Context())):
        for condense in helping(site, helper_goal, Call((fact.condense,)), shortest, count):
            bound, name = calls, site.fan_in
            made = replace(node, body=body, condense=condense)
            for call, where in _places(site, made):
                window = None if call.model is None else site.problem.models[call.model].window
                if window is None:
                    continue
                room_left = room(window, longest(site.problem, call, where), site.fan_in)
                assert call.model is not None
                bound, name = least(site.problem, bound, room_left or bound), site.groups[call.model]
            yield replace(made, every=sym(name)), (Decision(name, ONE, bound, about),)


def _places(site: Site, node: Serve) -> Iterator[tuple[Call, Context]]:
    """The two calls, each where it finds the most in memory, condensed after a free number of calls."""
    open_still = replace(node, every=sym(site.fan_in))
    places = (full_memory(site.problem, open_still, Context()), most_condensed(site.problem, open_still, Context()))
    for made, where in zip((node.body, node.condense), places, strict=True):
        call = made.body if isinstance(made, Retry | Vote) else made
        assert isinstance(call, Call)
        yield call, where


def _calls(site: Site, goal: Goal, task: Task, context: Context) -> Iterator[Design]:
    """The call of a group by each model that can; until accepted, if it may fail."""
    for call in by_each_model(site, goal, Call((task.name,), digests=digests_read(site, goal)), context):
        if task.name not in goal.pending or task.check is None:
            yield call
        elif task.check.by is None and task.check.scope == "part":
            yield Retry((task.name,), call)


RULE = Rule(
    name="serve",
    does="one after the other, with a memory of those before: all of it, the last of it, or condensed now and then",
    facts=("memory",),
    source="Meyerson & Qiu 2025, section 5.6; Aho, Hopcroft & Ullman 1974 on amortisation",
    expand=expand,
)
