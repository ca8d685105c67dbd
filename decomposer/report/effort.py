"""The report of `effort`: agent by agent, its share of the growth and the size its model could have for free."""

from __future__ import annotations

from decomposer.expr import ONE, Expr
from decomposer.growth import RatioCase, Regime, is_big_o
from decomposer.report.document import Block, Facts, Heading, Hint, Points, Table, Title, Writer
from decomposer.verbs.effort import AgentEffort, DesignEffort, Effort

_MORE = {False: "large its model may be", True: "much dearer its model may be"}
"""What is asked of models that are billed by their size, and of those that state prices."""


def document(effort: Effort) -> list[Block]:
    """Lay out the effort of a design."""
    problem, writer = effort.problem, Writer(effort.problem)
    blocks: list[Block] = [Title(f"{problem.name}: {effort.name}")]
    for part in effort.designs:
        blocks += _part(part, writer, len(effort.designs) > 1)
    blocks.append(Hint(f"decomposer explain {problem.file or problem.name}"))
    return blocks


def _part(part: DesignEffort, writer: Writer, several: bool) -> list[Block]:
    where = f" where {writer.conditions(part.when)}" if part.when else ""
    rows = tuple(
        (agent.name, writer.model(agent.agent), writer.theta(agent.theta), _dominates(agent, writer))
        for agent in part.agents
    )
    cost = writer.theta(part.theta)
    return [
        Heading(f"{cost}{where}") if several else Facts((("cost", cost),)),
        Table(("agent", "model", "work", "dominates"), rows),
        Heading(f"how {_MORE[any(agent.priced for agent in part.agents)]} without changing the growth of the whole"),
        Points(tuple(line for agent in part.agents for line in _free(agent, writer))),
    ]


def _dominates(agent: AgentEffort, writer: Writer) -> str:
    if not agent.dominates:
        return "never"
    if () in agent.dominates:
        return "always"
    return "where " + ", or where ".join(map(writer.conditions, agent.dominates))


def _free(agent: AgentEffort, writer: Writer) -> list[str]:
    if agent.free is None and agent.priced:
        return [f"{agent.name}: its calls cost nothing, however often they are made"]
    if agent.free is None:
        return [f"{agent.name}: any size; its calls generate nothing and so cost nothing"]
    doubt = "" if agent.verified else "; not verified"
    places: dict[str, list[str]] = {}
    for case in agent.free.cases:
        places.setdefault(_case(agent, case, writer), []).append(writer.conditions(case.conditions))
    anywhere = len(places) == 1 or any("" in conditions for conditions in places.values())
    return [
        f"{agent.name}: {size}{'' if anywhere else ', or'.join(f' where {each}' for each in conditions)}{doubt}"
        for size, conditions in places.items()
    ]


def _case(agent: AgentEffort, case: RatioCase, writer: Writer) -> str:
    size = agent.unit
    if agent.priced:
        return "no dearer than it is" if _alike(size, case) else f"up to {writer.formula(case.growth)} times as dear"
    if _alike(size, case):
        return f"no larger than it is, {writer.formula(size)}"
    factor = case.growth / size
    times = f", {writer.formula(factor)} times its {writer.formula(size)}" if size != ONE else ""
    return f"up to {writer.formula(case.growth)}{times}"


def _alike(size: Expr, case: RatioCase) -> bool:
    """Whether the free size is the size itself, up to a constant, wherever it may be."""
    names = size.symbols | case.growth.symbols
    anywhere = Regime.of(unbounded=sorted(names))
    return is_big_o(case.growth, size, anywhere) is True
