"""Take the first answer, where the target for the whole allows for its failures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from decomposer.design.context import exposure
from decomposer.design.sizes import unit_success
from decomposer.expr import ONE, evaluate
from decomposer.rules.base import Alternative, Fact, Goal, Rule, Site, hole
from decomposer.rules.retry import doers
from decomposer.rules.vote import fallible, occurrences, reaches, whole


def expand(site: Site, goal: Goal) -> Iterator[Alternative]:
    """One attempt, by each model that can make it; whether the whole reaches the target is seen in the end."""
    if site.problem.target is None or not goal.pending or goal.mode == "route":
        return
    names = tuple(name for name in goal.tasks if name in goal.pending)
    if any(site.task(name).finds is not None for name in goal.tasks) and len(goal.tasks) > 1:
        return
    per_call = any(fact is not None and fact.unit == "call" for fact in (site.task(name).succeeds for name in names))
    facts = tuple(Fact(name, "succeeds") for name in names)
    for model in doers(site, goal, names):
        if all(_may_do(site, goal, name, model) for name in names):
            settled = replace(
                goal, pending=frozenset(), direct=goal.direct or per_call, unit=False, model=model, tried=frozenset()
            )
            yield Alternative(hole(settled), facts)


def _may_do(site: Site, goal: Goal, name: str, model: str | None) -> bool:
    """Whether the target can be reached with this: for certain not, where it alone fails too often."""
    target = site.problem.target
    assert target is not None
    one = replace(goal, tasks=(name,), pending=frozenset(), model=model)
    number = occurrences(site, one)
    context = site.context(one)
    right = unit_success(site.problem, site.task(name), context, model)
    if right == ONE:
        return True
    units = exposure(site.problem, site.task(name), context)
    if right.symbols or number.symbols or units.symbols or target.symbols:
        return False
    unit, bound, every = evaluate(right, {}), evaluate(target, {}), evaluate(units, {})
    if site.numbered:  # whether all that is trusted reaches the target together is seen in the end
        return reaches(unit, whole(number) * every, bound)
    # While others are not known, each may take an equal share of the failures that are allowed.
    return reaches(unit, evaluate(number, {}) * every * fallible(site), bound)


RULE = Rule(
    name="trust",
    does="the first answer is taken as it is, where the target allows for its failures",
    facts=("succeeds",),
    source="design rule",
    expand=expand,
)
