"""How small each agent's scope is: the largest model, capability set and context anywhere in a design, and whose."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from decomposer.design.bounds import at_least
from decomposer.design.evaluate import Agent, agents
from decomposer.design.nodes import Design
from decomposer.design.nodes import substitute as substitute_design
from decomposer.design.scope import MEASURES, Measure, of_agent
from decomposer.errors import ExpressionError, OutsideClassError
from decomposer.expr import Expr, maximum, num
from decomposer.growth import Regime, is_big_o
from decomposer.problem.model import Problem
from decomposer.search.spread import order, settle
from decomposer.verbs.growths import growth_of
from decomposer.verbs.measure import Numbers, numbered

WORDS: dict[Measure, str] = {
    "model": "largest model",
    "capabilities": "largest capability set",
    "context": "longest context",
}
"""What the measures are called in reports."""


@dataclass(frozen=True, slots=True)
class Extent:
    """One measure of a scope.

    Attributes
    ----------
    measure : {"model", "capabilities", "context"}
    theta, exact : Expr
        The largest of any agent: its growth, and exactly.
    value : Expr, optional
        The same at numbers, where they are given.
    agents : tuple of str
        Whose it is: at numbers those that have just this much, else those that nobody outgrows.
    everywhere : bool
        Whether each of them has so much however the parameters grow; else it depends on that which of them has.
    """

    measure: Measure
    theta: Expr
    exact: Expr
    value: Expr | None
    agents: tuple[str, ...]
    everywhere: bool = True

    def to_dict(self) -> dict[str, Any]:
        """Write as plain data."""
        data: dict[str, Any] = {"theta": str(self.theta), "exact": str(self.exact), "agents": list(self.agents)}
        return data if self.value is None else {**data, "value": str(self.value)}


def scope_of(problem: Problem, design: Design, regime: Regime, at: Numbers) -> tuple[Extent, ...]:
    """The scope of a design: largest model, largest capability set, longest context, in this order."""
    found = agents(problem, design)
    fixed = {name: num(value) for name, value in at.items()}
    there = None
    if at:
        target = numbered(problem, at)
        with suppress(ExpressionError):  # of attempts without number; how much each takes is known all the same
            there = agents(target, substitute_design(design, fixed))
    extents = []
    for which in MEASURES:
        extent = _in_growth(which, found, regime)
        if at:
            sizes = [(agent, of_agent(agent, which).subs(fixed)) for agent in there or found]
            extent = _at_numbers(extent, [(agent, settle(size)) for agent, size in sizes])
        extents.append(extent)
    return tuple(extents)


def _at_numbers(extent: Extent, sizes: Sequence[tuple[Agent, Expr]]) -> Extent:
    top = sizes[0][1]
    for _, size in sizes:
        top = size if order(size, top) > 0 else top
    whose = [agent for agent, size in sizes if order(size, top) == 0]
    return replace(extent, value=top, agents=_names(whose), everywhere=True)


def _in_growth(which: Measure, found: Sequence[Agent], regime: Regime) -> Extent:
    sizes = [of_agent(agent, which) for agent in found]
    distinct = dict.fromkeys(sizes)
    plainly = [size for size in distinct if all(at_least(size, other) for other in distinct)]
    most = plainly[0] if plainly else maximum(*sizes)
    theta = growth_of(most, regime)
    exactly = [agent for agent, size in zip(found, sizes, strict=True) if size == most]
    everywhere = exactly or [agent for agent, size in zip(found, sizes, strict=True) if _below(most, size, regime)]
    if everywhere:
        return Extent(which, theta, most, None, _names(everywhere))
    # Nobody is the largest in all of the regime: those that no other outgrows.
    somewhere = [
        agent
        for agent, size in zip(found, sizes, strict=True)
        if not any(_below(size, other, regime) and not _below(other, size, regime) for other in distinct)
    ]
    return Extent(which, theta, most, None, _names(somewhere), everywhere=False)


def _below(one: Expr, other: Expr, regime: Regime) -> bool:
    try:
        return is_big_o(one, other, regime) is True
    except OutsideClassError:
        return False


def _names(found: Sequence[Agent]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(" + ".join(agent.tasks) for agent in found))
