"""A small model first; what the check rejects goes to another one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from decomposer.design.nodes import Escalate
from decomposer.design.reliability import cases, verdict
from decomposer.expr import ONE, ZERO, Expr
from decomposer.rules.base import Alternative, Fact, Goal, Rule, Site, hole
from decomposer.rules.retry import can_tell, checked, doers
from decomposer.rules.vote import rare_enough

MAX_TIERS = 4
"""Models tried one after the other."""


def expand(site: Site, goal: Goal) -> Iterator[Alternative]:
    """Each model first; then the same goal without it."""
    names = tuple(name for name in goal.tasks if name in goal.pending)
    if len(goal.tasks) > 1 or not names or not can_tell(site, goal, names) or len(goal.tried) >= MAX_TIERS - 1:
        return
    models = [model for model in doers(site, goal, names) if model is not None]
    if len(models) < 2:
        return
    task = site.task(names[0])
    per_call = task.succeeds is not None and task.succeeds.unit == "call"
    facts = tuple(Fact(names[0], kind) for kind in ("succeeds", "check"))
    for model in models:
        settled = replace(goal, pending=frozenset(), direct=per_call, unit=False, model=model, tried=frozenset())
        rest = replace(goal, tried=goal.tried | {model}, unit=False)
        first = Escalate(names, hole(settled), hole(rest))
        # At numbers, that is seen in the end, and the chance for many units at once may have too many digits.
        if not site.numbered and not rare_enough(site, goal, ONE - _slipping(site, goal, first)):
            continue
        for body in checked(site, goal, names, hole(settled)):
            yield Alternative(Escalate(names, body, hole(rest)), facts)


def _slipping(site: Site, goal: Goal, first: Escalate) -> Expr:
    """Probability that the first answer is wrong and accepted."""
    total = ZERO
    for share, case in cases(site.problem, first, site.inside(goal)):
        right, accepted = verdict(site.problem, first, case)
        total = total + share * (accepted - right)
    return total


RULE = Rule(
    name="cascade",
    does="a small model first, another where the check rejects its answer",
    facts=("succeeds", "check"),
    source="Chen, Zaharia, Zou 2023 (FrugalGPT)",
    expand=expand,
)
