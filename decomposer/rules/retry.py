"""Repeat what failed until it is accepted, on the scope that the check can tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from decomposer.design.context import exposure, partition
from decomposer.design.cuts import splitters
from decomposer.design.nodes import Call, Design, Retry, seq
from decomposer.design.recursing import own_problem
from decomposer.design.reliability import attempts, reliability
from decomposer.design.sizes import covers
from decomposer.errors import ExpressionError
from decomposer.expr import ONE, ZERO
from decomposer.rules.base import Alternative, Fact, Goal, Rule, Site, hole
from decomposer.rules.call import by_each_model, call_scope, too_many_steps


def expand(site: Site, goal: Goal) -> Iterator[Alternative]:
    """All of the scope anew at each attempt, or only until every part has succeeded once."""
    names = tuple(name for name in goal.tasks if name in goal.pending)
    if not names or not can_tell(site, goal, names):
        return
    tasks = [site.task(name) for name in names]
    per_call = any(task.succeeds is not None and task.succeeds.unit == "call" for task in tasks)
    facts = tuple(Fact(name, kind) for name in names for kind in ("succeeds", "check"))
    for model in doers(site, goal, names):
        settled = replace(goal, pending=frozenset(), direct=per_call, unit=False, model=model, tried=frozenset())
        if not _told_apart(site, goal, Retry(names, hole(settled))):
            continue
        for body in checked(site, goal, names, hole(settled)):
            if _countable(site, goal, Retry(names, body)):
                yield Alternative(Retry(names, body), facts)
            if _can_keep(site, goal, names):
                yield Alternative(Retry(names, body, keep=True), facts)


def _told_apart(site: Site, goal: Goal, attempts: Retry) -> bool:
    """Whether what is accepted and wrong is rare enough for the target: known of checks that never accept it."""
    from decomposer.rules.vote import rare_enough

    if all(check is None or check.accepts == ZERO for check in (site.task(name).check for name in attempts.tasks)):
        return True
    try:
        right = reliability(site.problem, attempts, site.inside(goal), attempts.tasks)
    except ExpressionError:
        return site.numbered
    return rare_enough(site, goal, right)


def _countable(site: Site, goal: Goal, anew: Retry) -> bool:
    """Whether the attempts at all of a scope can be worked out; at numbers, that is seen in the end."""
    try:
        return site.numbered or bool(attempts(site.problem, anew, site.inside(goal)).terms)
    except ExpressionError:
        return False


def doers(site: Site, goal: Goal, names: tuple[str, ...]) -> Iterator[str | None]:
    """The models by which what may fail can be done, where success depends on it; else whatever model."""
    models = site.problem.models
    rated = {name for model in models.values() for name in (*model.succeeds, *model.hard)}
    if rated.isdisjoint({*names, *(c for name in names for c in site.task(name).requires)}) and not goal.tried:
        yield goal.model
        return
    for name in models if goal.model is None else (goal.model,):
        if name not in goal.tried and covers(site.problem, name, Call(goal.tasks), site.context(goal)):
            yield name


def can_tell(site: Site, goal: Goal, names: tuple[str, ...]) -> bool:
    """Whether the checks speak about this scope, and what is retried runs for certain."""
    if any(site.task(name).check is None or not single_unit(site, goal, name) for name in names):
        return False
    if goal.mode == "cover" and any(site.task(n).finds or site.task(n).for_each for n in goal.tasks):
        return False
    if goal.mode == "round" and len(goal.tasks) > 1:
        return False
    scopes = [check.scope for check in (site.task(name).check for name in names) if check is not None]
    whole = goal.size is None and goal.steps is None and goal.mode == "cover"
    whole = whole or all(own_problem(site.task(name), site.context(goal)) for name in names)
    return all(scope in ("part", "step") or whole for scope in scopes)


def single_unit(site: Site, goal: Goal, name: str) -> bool:
    """Whether attempts may be repeated as far as hard units go: one unit at a time, where some are hard."""
    task = site.task(name)
    if task.succeeds is None or task.succeeds.hard is None:
        return True
    return len(goal.tasks) == 1 and exposure(site.problem, task, site.context(goal)) == ONE


def _can_keep(site: Site, goal: Goal, names: tuple[str, ...]) -> bool:
    if len(names) != 1 or goal.mode != "cover" or goal.single:
        return False
    task = site.task(names[0])  # what else is done in the same scope never fails, and is done again with it
    text = partition(site.problem, task)
    if task.succeeds is None or task.check is None or text is None:
        return False
    if not splitters(site.problem, text.part, goal.tasks) <= goal.cuts:
        return False
    return task.succeeds.unit == "part" and task.check.scope == "part"


def checked(site: Site, goal: Goal, names: tuple[str, ...], attempt: Design) -> Iterator[Design]:
    """The attempt followed by the calls that judge it; a non-LLM oracle needs none."""
    judges = [check.by for check in (site.task(name).check for name in names) if check and check.by]
    bodies: list[Design] = [attempt]
    for judge in dict.fromkeys(judges):
        if too_many_steps(site.task(judge), replace(goal, steps=None)):
            return
        scope = call_scope(site, replace(goal, tasks=(judge,), scope="here"), pieces=False)
        calls = list(by_each_model(site, replace(goal, model=None), Call((judge,), scope=scope)))
        bodies = [seq(body, call) for body in bodies for call in calls]
    yield from bodies


RULE = Rule(
    name="retry",
    does="repeat until accepted, on the scope that the check can tell",
    facts=("succeeds", "check"),
    source="Meyerson & Qiu 2025, section 3.3, eqs. 11-13",
    expand=expand,
)
