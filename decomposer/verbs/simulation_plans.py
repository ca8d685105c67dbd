"""Designs to be simulated: by name or as the optimum, and at numbers."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import islice, product
from typing import TYPE_CHECKING, Any

from decomposer.design.evaluate import span, total_cost
from decomposer.design.nodes import Design, children, with_children
from decomposer.design.nodes import substitute as put_in_design
from decomposer.errors import ExpressionError
from decomposer.expr import Expr, ceil, evaluate, num
from decomposer.problem.model import Problem
from decomposer.verbs.illegal import hand_design_at
from decomposer.verbs.measure import Numbers, numbered

if TYPE_CHECKING:
    from decomposer.verbs.results import Option, Result

OPTIMUM = "optimum"
MOST_PLANS = 64
"""Combinations of values of free parameters that are looked at."""


def at_numbers(problem: Problem, name: str, at: Numbers) -> Design:
    """The design of a name at numbers; the optimum is the best at just these."""
    if name != OPTIMUM:
        return hand_design_at(problem, name, at, (OPTIMUM,))
    from decomposer.verbs.optimize import optimize

    try:
        return optimize(problem, at=at).design
    except ExpressionError:  # costs of more digits than can be worked with
        return by_growth(problem, name, at)


def by_growth(problem: Problem, name: str, largest: Numbers) -> Design:
    """The design of a name; the optimum is the best by growth."""
    if name != OPTIMUM:
        return hand_design_at(problem, name, largest, (OPTIMUM,))
    from decomposer.verbs.optimize import optimize

    return plan_of(optimize(problem), largest)


def plan_of(result: Result, at: Numbers) -> Design:
    """The best design of a result without numbers: of several, and of several values, what costs least at numbers.

    Its free parameters are formulas of the parameters.
    """
    plans = [plan for option in result.options for plan in _with_policies(option)]
    if len(plans) == 1:
        return plans[0]
    from decomposer.process.reals import real

    target = numbered(result.problem, at)
    fold = span if result.problem.minimise == "span" else total_cost
    costs = [real(fold(target, settled(plan, at))) for plan in plans]
    return plans[costs.index(min(costs))]


def _with_policies(option: Option) -> list[Design]:
    """The design of an option with each of the values that its free parameters may take."""
    values: dict[str, list[Expr]] = {}
    for policy in option.policies:
        values.setdefault(policy.name, []).append(policy.value)
    chosen = [dict(zip(values, each, strict=True)) for each in islice(product(*values.values()), MOST_PLANS)]
    return [put_in_design(option.design, each) for each in chosen]


def settled(design: Design, at: Numbers) -> Design:
    """A design at numbers; sizes of groups and numbers of rounds that are not whole are rounded up."""
    fixed = {name: num(value) for name, value in at.items()}
    return _rounded(put_in_design(design, fixed))


def _rounded(node: Design) -> Design:
    changed: dict[str, Any] = {}
    for item in fields(node):
        value = getattr(node, item.name)
        if isinstance(value, Expr):
            exact = value.as_fraction()
            if exact is None or exact.denominator != 1:
                changed[item.name] = num(evaluate(ceil(value), {}))
    parts = tuple(_rounded(child) for child in children(node))
    rebuilt = with_children(node, parts) if parts != children(node) else node
    return replace(rebuilt, **changed) if changed else rebuilt
