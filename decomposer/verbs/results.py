"""Results: typed, immutable, and writable as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from decomposer.design.evaluate import Agent, Footprint
from decomposer.design.nodes import Design
from decomposer.design.write import steps, tree
from decomposer.expr import Expr
from decomposer.growth import Ratio
from decomposer.growth.factor import Factor
from decomposer.problem.model import Problem
from decomposer.rules.base import Fact
from decomposer.search.price import Candidate, Policy
from decomposer.verbs.illegal import IllegalDesign

if TYPE_CHECKING:
    from decomposer.verbs.regimes import RegimeMap
    from decomposer.verbs.scopes import Extent

FORMAT_VERSION = 1

Status = Literal["optimal", "optimal_growth", "regimes", "bounded"]
"""How much is proved about a design.

``optimal``: no design of the space costs less in the end, wherever in the regime (at numbers: none costs
less). ``optimal_growth``: none has a smaller growth; between some of equal growth the constants are not
decided. ``regimes``: which design is best depends on how the parameters grow; all of them are given.
``bounded``: the best found; something was too large to be searched whole, or in time, or a fact that holds in a part of
the regime alone was left out.
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """Cost of a design: growth, exact formula, critical path, and (where numbers were given) its value.

    The value is a rational number where it is one, else an exact formula of numbers. `time` is that on the workers of
    the problem, within a factor of 2: work per worker and critical path. `values` holds cost, span and (where it is
    known) time at numbers, by name, whichever of them is minimised; what has too many digits is left out.
    """

    theta: Expr
    exact: Expr
    span: Expr
    span_theta: Expr
    value: Expr | None = None
    time: Expr | None = None
    time_theta: Expr | None = None
    values: tuple[tuple[str, Expr], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Write as plain data."""
        data: dict[str, Any] = {
            "theta": str(self.theta),
            "exact": str(self.exact),
            "span": str(self.span),
            "span_theta": str(self.span_theta),
        }
        if self.value is not None:
            data["value"] = str(self.value)
        if self.values:
            data["values"] = {name: str(value) for name, value in self.values}
        if self.time is not None:
            data |= {"time": str(self.time), "time_theta": str(self.time_theta)}
        return data


@dataclass(frozen=True, slots=True)
class Limit:
    """What a design may not exceed, in growth; at numbers, its value there."""

    most: Expr
    value: Expr | None = None

    def to_dict(self) -> dict[str, str | None]:
        """Write as plain data."""
        return {"limit": str(self.most), "value": None if self.value is None else str(self.value)}


def scope_data(scope: tuple[Extent, ...]) -> dict[str, Any]:
    """Write a scope as plain data."""
    return {extent.measure: extent.to_dict() for extent in scope}


def shortened(chance: Fraction) -> str:
    """Write a chance as a decimal of fifteen digits, rounded down: it is at least that."""
    digits = 15
    if chance <= 0:
        return "0"
    while chance * 10 ** (digits - 14) < 1:
        digits += 1
    text = str(chance.numerator * 10**digits // chance.denominator).zfill(digits + 1)
    return f"{text[:-digits]}.{text[-digits:]}".rstrip("0").rstrip(".")


@dataclass(frozen=True, slots=True)
class AgentReport:
    """An agent of a design, the growth of its work, and whether that is the growth of the whole."""

    agent: Agent
    theta: Expr
    dominant: bool

    @property
    def name(self) -> str:
        """The tasks that it does."""
        return " + ".join(self.agent.tasks)

    def to_dict(self) -> dict[str, Any]:
        """Write as plain data."""
        agent = self.agent
        return {
            "name": self.name,
            "requires": {name: None if members is None else str(members) for name, members in agent.requires},
            "model": agent.model,
            "size": str(agent.size),
            "copies": str(agent.copies),
            "calls": str(agent.calls),
            "longest_context": str(agent.longest),
            "work": {"theta": str(self.theta), "exact": str(agent.work)},
            "dominant": self.dominant,
        }


def ratio_cases(ratio: Ratio) -> list[dict[str, Any]]:
    """Write the cases of a ratio as plain data."""
    return [{"ratio": str(case.growth), "when": list(case.conditions)} for case in ratio.cases]


@dataclass(frozen=True, slots=True)
class HandDesign:
    """A hand design beside the optimum: its cost, and how many times dearer it is, by task and in total.

    `beyond` are the limits of the problem that it exceeds; `misses_target` says whether it is shown to come out right
    less often than the target asks; `factor` says between which constants the ratio stays in the end, where both have
    one growth.
    """

    name: str
    design: Design
    cost: Cost
    ratio: Ratio
    by_tasks: tuple[tuple[tuple[str, ...], Ratio], ...]
    beyond: tuple[str, ...] = ()
    misses_target: bool = False
    factor: Factor | None = None

    def to_dict(self, problem: Problem) -> dict[str, Any]:
        """Write as plain data."""
        return {
            "name": self.name,
            "design": steps(problem, self.design),
            "cost": self.cost.to_dict(),
            "ratio": str(self.ratio.expr),
            "ratio_holds_when": ratio_cases(self.ratio),
            "factor": None if self.factor is None else self.factor.to_dict(),
            "beyond_limits": list(self.beyond),
            "misses_target": self.misses_target,
            "by_task": [
                {"tasks": list(tasks), "ratio": str(ratio.expr), "ratio_holds_when": ratio_cases(ratio)}
                for tasks, ratio in self.by_tasks
            ],
        }


@dataclass(frozen=True, slots=True)
class Option:
    """One of the best designs, where which is best depends on the regime."""

    design: Design
    cost: Cost
    policies: tuple[Policy, ...]
    when: tuple[str, ...]
    scope: tuple[Extent, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchReport:
    """How large the space was: OR and AND nodes of its graph, and distinct designs (free parameters open).

    `designs` is `None` where there was no time to count them.
    """

    or_nodes: int
    and_nodes: int
    designs: int | None

    def to_dict(self) -> dict[str, int | None]:
        """Write as plain data."""
        return {"or_nodes": self.or_nodes, "and_nodes": self.and_nodes, "designs": self.designs}


@dataclass(frozen=True, slots=True)
class Result:
    """The answer of `optimize`.

    Attributes
    ----------
    status : Status
    theta : Expr
        Growth of the least cost; a minimum where it depends on the regime.
    design, cost, agents, footprint, reliability, policies, scope
        Of the design chosen: the best, or the first of `options`.
    facts, rules
        The facts that it rests on, and the rules that made it.
    options : tuple of Option
        All best designs where the status is ``regimes``; else just the one.
    hand_designs : tuple of HandDesign
    search : SearchReport
    chance : Fraction, optional
        The reliability as a number, rounded down to 64 bits where it has more; `None` where it depends on parameters.
    at : tuple of (parameter, number)
    notes : tuple of str
        What the reader should know: facts that no rule uses, parameters that are never used.
    reasons : tuple of str
        Those of the notes that say why the status is not ``optimal``, and what can be done about it.
    regimes : RegimeMap, optional
        Which of several options is best where; `None` where there is one, or no map of reasonable size.
    illegal : tuple of IllegalDesign
        Hand designs that break the contract of a task, with what is wrong; they are not compared.
    uneven : bool
        Whether groups of the design do not divide evenly at the numbers given: values count the smaller last group,
        formulas do not.
    limits : tuple of (name, Limit)
        Limits of the problem, each with its value at the numbers; the design keeps them.
    candidate : Candidate, optional
        The design as the search composed it, choice by choice.
    """

    problem: Problem
    status: Status
    theta: Expr
    design: Design
    cost: Cost
    agents: tuple[AgentReport, ...]
    footprint: Footprint
    reliability: Expr
    policies: tuple[Policy, ...]
    facts: tuple[Fact, ...]
    rules: tuple[str, ...]
    options: tuple[Option, ...]
    hand_designs: tuple[HandDesign, ...]
    search: SearchReport
    chance: Fraction | None = None
    at: tuple[tuple[str, Fraction], ...] = ()
    notes: tuple[str, ...] = ()
    regimes: RegimeMap | None = None
    illegal: tuple[IllegalDesign, ...] = ()
    scope: tuple[Extent, ...] = ()
    uneven: bool = False
    reasons: tuple[str, ...] = ()
    limits: tuple[tuple[str, Limit], ...] = ()
    candidate: Candidate | None = field(default=None, compare=False, repr=False)

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The design as steps that a problem file could hold."""
        return steps(self.problem, self.design)

    @property
    def tree(self) -> str:
        """The design as indented lines of plain words."""
        return "\n".join(tree(self.problem, self.design))

    def to_dict(self) -> dict[str, Any]:
        """Write as plain data, fit for JSON."""
        return {
            "format_version": FORMAT_VERSION,
            "problem": self.problem.name,
            "status": self.status,
            "at": {name: str(value) for name, value in self.at},
            "cost": {**self.cost.to_dict(), "theta": str(self.theta)},
            "limits": {name: limit.to_dict() for name, limit in self.limits},
            "design": self.steps,
            "parameters": [
                {
                    "name": policy.name,
                    "about": policy.about,
                    "tasks": list(policy.tasks),
                    "value": str(policy.value),
                    "when": list(policy.when),
                }
                for policy in self.policies
            ],
            "agents": [agent.to_dict() for agent in self.agents],
            "footprint": {
                "calls": str(self.footprint.calls),
                "agents": str(self.footprint.agents),
                "hosted": str(self.footprint.hosted),
                "longest_context": str(self.footprint.longest),
            },
            "scope": scope_data(self.scope),
            "reliability": str(self.reliability),
            "reliability_value": None if self.chance is None else shortened(self.chance),
            "facts_used": [{"task": fact.task, "fact": fact.kind} for fact in self.facts],
            "rules_used": list(self.rules),
            "options": [
                {
                    "design": steps(self.problem, option.design),
                    "cost": option.cost.to_dict(),
                    "when": list(option.when),
                    "scope": scope_data(option.scope),
                }
                for option in self.options
            ],
            "hand_designs": [design.to_dict(self.problem) for design in self.hand_designs],
            "illegal_designs": [design.to_dict() for design in self.illegal],
            "search": self.search.to_dict(),
            "notes": list(self.notes),
            "reasons": list(self.reasons),
            "regimes": None if self.regimes is None else self.regimes.to_dict(),
        }

    def _repr_html_(self) -> str:
        from decomposer.report.html import fragment
        from decomposer.report.optimum import document

        return fragment(document(self))
