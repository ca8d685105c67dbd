"""How small each agent's scope is: the largest model, capability set and context anywhere in a design, and whose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
    there = agents(numbered(problem, at), substitute_design(design, fixed)) if at else None
    return tuple(_extent(which, found, there, regime) for which in MEASURES)


def _extent(which: Measure, found: Sequence[Agent], there: Sequence[Agent] | None, regime: Regime) -> Extent:
    sizes = [of_agent(agent, which) for agent in found]
    plainly = [size for size in sizes if all(at_least(size, other) for other in sizes)]
    most = plainly[0] if plainly else maximum(*sizes)
    theta = growth_of(most, regime)
    if there is not None:
        try:
            values = [settle(of_agent(agent, which)) for agent in there]
            top = values[0]
            for value in values[1:]:
                top = value if order(value, top) > 0 else top
            whose = [agent for agent, value in zip(there, values, strict=True) if order(value, top) == 0]
            return Extent(which, theta, most, top, _names(whose))
        except ExpressionError:  # of more digits than can be worked with
            pass
    exactly = [agent for agent, size in zip(found, sizes, strict=True) if size == most]
    everywhere = exactly or [agent for agent, size in zip(found, sizes, strict=True) if _below(most, size, regime)]
    if everywhere:
        return Extent(which, theta, most, None, _names(everywhere))
    # Nobody is the largest in all of the regime: those that no other outgrows.
    somewhere = [
        agent
        for agent, size in zip(found, sizes, strict=True)
        if not any(_below(size, other, regime) and not _below(other, size, regime) for other in sizes)
    ]
    return Extent(which, theta, most, None, _names(somewhere), everywhere=False)


def _below(one: Expr, other: Expr, regime: Regime) -> bool:
    try:
        return is_big_o(one, other, regime) is True
    except OutsideClassError:
        return False


def _names(found: Sequence[Agent]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(" + ".join(agent.tasks) for agent in found))
