"""Effort: what each agent contributes to the growth of a design, and how large a model it could have for free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

from decomposer.design.evaluate import Agent, agents
from decomposer.design.lift import hand_design
from decomposer.design.nodes import Design, substitute
from decomposer.design.write import steps
from decomposer.errors import GrowthError
from decomposer.expr import ONE, ZERO, Expr
from decomposer.growth import Ratio, RatioCase, Regime, ratio, relation, theta
from decomposer.problem.load import problem_of
from decomposer.problem.model import Problem
from decomposer.search.price import Policy
from decomposer.verbs.measure import regime_of
from decomposer.verbs.optimize import optimize
from decomposer.verbs.results import FORMAT_VERSION, ratio_cases
from decomposer.verbs.statement import OPTIMUM


@dataclass(frozen=True, slots=True)
class AgentEffort:
    """One agent of a design.

    Attributes
    ----------
    agent : Agent
    theta : Expr
        Growth of its work.
    share : Ratio
        Its work over that of the whole design.
    dominates : tuple of tuple of str
        Where its work is that of the whole, up to a constant: sets of conditions, an empty one for everywhere;
        none when it never is.
    free : Ratio, optional
        The largest growth that the size of its model may have without changing the growth of the whole;
        `None` when its calls cost nothing, so that any size will do.
    verified : bool
        Whether each case of `free` was put in place of the size and the whole decided again: it kept its
        growth, and the agent reached it, so that nothing of larger growth would do.
    priced : bool
        Whether its model states prices of its own: then `free` says how many times as high these may be, all together.
    """

    agent: Agent
    theta: Expr
    share: Ratio
    dominates: tuple[tuple[str, ...], ...]
    free: Ratio | None
    verified: bool
    priced: bool = False

    @property
    def name(self) -> str:
        """The tasks that it does."""
        return " + ".join(self.agent.tasks)

    @property
    def unit(self) -> Expr:
        """What `free` stands in place of: the size of the model, or prices as they are."""
        return ONE if self.priced else self.agent.size

    def to_dict(self) -> dict[str, Any]:
        """Write as plain data."""
        free, each = ("free_factor", "factor") if self.priced else ("free_size", "size")
        return {
            "name": self.name,
            "model": self.agent.model,
            "size": str(self.agent.size),
            "work": {"theta": str(self.theta), "exact": str(self.agent.work)},
            "share": str(self.share.expr),
            "share_holds_when": ratio_cases(self.share),
            "dominates_when": [list(conditions) for conditions in self.dominates],
            free: None if self.free is None else str(self.free.expr),
            f"{free}_holds_when": [
                {each: str(case.growth), "when": list(case.conditions)}
                for case in (() if self.free is None else self.free.cases)
            ],
            "verified": self.verified,
        }


@dataclass(frozen=True, slots=True)
class DesignEffort:
    """The agents of one design, in the part of the regime where `when` holds."""

    design: Design
    when: tuple[str, ...]
    theta: Expr
    agents: tuple[AgentEffort, ...]


@dataclass(frozen=True, slots=True)
class Effort:
    """The answer of `effort`; several designs where which is best depends on how the parameters grow."""

    problem: Problem
    name: str
    designs: tuple[DesignEffort, ...]

    def to_dict(self) -> dict[str, Any]:
        """Write as plain data, fit for JSON."""
        return {
            "format_version": FORMAT_VERSION,
            "problem": self.problem.name,
            "name": self.name,
            "designs": [
                {
                    "design": steps(self.problem, part.design),
                    "when": list(part.when),
                    "theta": str(part.theta),
                    "agents": [agent.to_dict() for agent in part.agents],
                }
                for part in self.designs
            ],
        }

    def _repr_html_(self) -> str:
        from decomposer.report.effort import document
        from decomposer.report.html import fragment

        return fragment(document(self))


def effort(problem: Problem | str | Path, name: str = OPTIMUM) -> Effort:
    """Find what each agent of a design contributes, and the free size of its model.

    Parameters
    ----------
    problem : Problem, or the path or name of one
    name : str
        ``"optimum"``, or a hand design.

    Raises
    ------
    DesignError, InfeasibleError, ProblemError
        As `optimize` does.
    OutsideClassError
        When a cost is not in the class that growth decides.

    Notes
    -----
    Work is proportional to the size of the model under every cost model, so an agent of size m and work w in a
    whole of work T may have any model of size O(m T / w), and no larger (Meyerson & Qiu 2025, section 3.1.3: "a
    giant off-the-shelf model as the delegator"). Where models state prices of their own, it is proportional to these,
    so that they may be O(T / w) times as high. One ratio of growths per agent.
    """
    problem = problem_of(problem)
    regime = regime_of(problem)
    if name != OPTIMUM:
        return Effort(problem, name, (_design(problem, hand_design(problem, name, (OPTIMUM,)), (), regime),))
    result = optimize(replace(problem, designs=type(problem.designs)()))
    parts = []
    for option in result.options:
        for design, conditions in _settled(option.design, option.policies):
            when = (*option.when, *conditions)
            try:
                inside = regime.extended([as_assumption(condition) for condition in when])
            except GrowthError:  # the best value of one parameter and that of another never meet
                continue
            parts.append(_design(problem, design, when, inside))
    return Effort(problem, name, tuple(parts))


def as_assumption(condition: str) -> str:
    """Write a condition such as ``"k = O(n)"`` as an assumption."""
    below, symbol, above = condition.partition(" = O(")
    return f"{below} <= {above.removesuffix(')')}" if symbol else condition


def _settled(design: Design, policies: Sequence[Policy]) -> list[tuple[Design, tuple[str, ...]]]:
    """The design with every choice of values for the parameters whose best value depends on the regime."""
    names = dict.fromkeys(policy.name for policy in policies if policy.when)
    ways = [[policy for policy in policies if policy.name == name] for name in names]
    return [
        (
            substitute(design, {policy.name: policy.value for policy in choice}),
            tuple(dict.fromkeys(condition for policy in choice for condition in policy.when)),
        )
        for choice in product(*ways)
    ]


def _design(problem: Problem, design: Design, when: tuple[str, ...], regime: Regime) -> DesignEffort:
    found = agents(problem, design)
    total = sum((agent.work for agent in found), ZERO)
    parts = tuple(_agent(problem, agent, total, regime) for agent in found)
    return DesignEffort(design, when, theta(total, regime=regime).expr, parts)


def _agent(problem: Problem, agent: Agent, total: Expr, regime: Regime) -> AgentEffort:
    priced = agent.model is not None and problem.models[agent.model].prices is not None
    if agent.work == ZERO:
        nothing = Ratio(ZERO, (RatioCase(ZERO, ()),))
        return AgentEffort(agent, ZERO, nothing, (), None, True, priced)
    share = ratio(agent.work, total, regime)
    unit = ONE if priced else agent.size
    free = ratio(total * unit, agent.work, regime)
    return AgentEffort(
        agent=agent,
        theta=theta(agent.work, regime=regime).expr,
        share=share,
        dominates=_dominates(agent.work, total, share, regime),
        free=free,
        verified=all(_verified(agent, unit, total, case, regime) for case in free.cases),
        priced=priced,
    )


def _dominates(own: Expr, total: Expr, share: Ratio, regime: Regime) -> tuple[tuple[str, ...], ...]:
    """Where the share is constant; if that is only where growths meet that may be apart, where they meet."""
    found = tuple(case.conditions for case in share.cases if case.growth == ONE)
    if found or relation(own, total, regime=regime).kind == "o":
        return found
    return ((f"{theta(total, regime=regime).expr} = O({theta(own, regime=regime).expr})",),)


def _verified(agent: Agent, unit: Expr, total: Expr, case: RatioCase, regime: Regime) -> bool:
    """Put the free size in place of the size: the whole keeps its growth, and the agent alone reaches it."""
    inside = regime.extended([as_assumption(condition) for condition in case.conditions])
    # All costs times the old size, so that nothing is divided.
    before = total * unit
    own = agent.work * case.growth
    after = (total - agent.work) * unit + own
    return all(relation(grown, before, regime=inside).kind == "Theta" for grown in (after, own))
