"""The report of `optimize`: one screen."""

from __future__ import annotations

from decomposer.design.write import tree
from decomposer.expr import ONE, Expr, enclose, num
from decomposer.report.document import (
    Block,
    Code,
    Facts,
    Heading,
    Hint,
    Points,
    Table,
    Title,
    Writer,
    illegal_designs,
    largest,
    whose,
)
from decomposer.report.numerals import decimal, multiple, number
from decomposer.report.words import COST
from decomposer.search.price import Policy
from decomposer.verbs.results import Result
from decomposer.verbs.scopes import Extent

_STATUS = {
    "optimal": "optimal: none of the {designs}designs that the rules make {less}",
    "optimal_growth": "least growth among the {designs}designs that the rules make; constants not decided",
    "regimes": "which of the designs below is best depends on how the parameters grow",
    "bounded": "the best found; not proved to be the best of the {designs}designs that the rules make",
}


_SCOPE = {
    "optimal": "optimal: none of the {designs}designs that the rules make has less scope, or this one for less",
    "optimal_growth": (
        "least growth of scope among the {designs}designs that the rules make, then of cost; constants not decided"
    ),
    "regimes": "of least scope in growth; which of the designs below costs least depends on how the parameters grow",
    "bounded": "the best found; not proved to be of least scope among the {designs}designs that the rules make",
}
"""The same where the scope is minimised."""


def document(result: Result) -> list[Block]:
    """Lay out an optimum."""
    problem, writer = result.problem, Writer(result.problem)
    search = result.search
    several = len(result.options) > 1
    path = problem.minimise == "span"
    timed = problem.minimise == "time"
    measure = "time (minimised)" if timed else "critical path (minimised)" if path else "cost"
    least = f", the least of {len(result.options)} designs" if several else ""
    fixed = ", its free parameters fixed as below" if _fixed(result) else ""
    rows = [(measure, writer.theta(result.theta) + least + fixed)]
    if (
        not (path or timed)
        and not several
        and result.theta != result.cost.exact
        and len(writer.formula(result.cost.exact)) < 110
    ):
        rows.append(("if even" if result.uneven else "exactly", writer.formula(result.cost.exact)))
    if result.cost.value is not None:
        values = ", ".join(f"{name} = {value}" for name, value in result.at)
        least_first = "cost" if problem.minimise == "scope" else problem.minimise
        rows.append(("at numbers", f"{number(result.cost.value)}{_at_most(result, least_first)}   ({values})"))
    elif result.at:
        rows.append(("at numbers", "more digits than can be worked with"))
    if not several:
        rows += [("cost", _beside(result, writer, "cost", result.cost.theta))] if path or timed else []
        rows += [] if path else [("critical path", _beside(result, writer, "span", result.cost.span_theta))]
    rows += _limits(result, writer)
    if not several and result.reliability != ONE:
        rows.append(("reliability", writer.chance(result.reliability, result.chance, result.uneven)))
    told = (_SCOPE if problem.minimise == "scope" else _STATUS)[result.status]
    count = "" if search.designs is None else f"{number(num(search.designs))} "
    rows.append(("status", told.format(designs=count, less=writer.words.less)))
    blocks: list[Block] = [Title(problem.name, problem.about), Facts(tuple(rows))]
    if result.regimes is not None:
        from decomposer.report.regimes import designs

        blocks += designs(result.regimes, writer)
    elif several:
        for place, option in enumerate(result.options, 1):
            where = writer.conditions(option.when)
            blocks += [
                Heading(f"design {place}: {writer.theta(option.cost.theta)}, best where {where}"),
                Code(tuple(tree(problem, option.design))),
            ]
    else:
        blocks += [Heading("design"), Code(tuple(tree(problem, result.design)))]
        if result.policies:
            blocks.append(Facts(tuple((one.name, _policy(writer, one, result.policies)) for one in result.policies)))
        blocks += [Table(("agent", "model", "calls", "longest context", "work", ""), _agents(result, writer))]
        first = "scope (minimised)" if problem.minimise == "scope" else "scope"
        extents = tuple(_extent(found, writer) for found in result.scope)
        blocks.append(Table((first, "largest", "growth", "agent"), extents))
    if result.hand_designs:
        blocks += [Heading("against hand designs"), Points(tuple(_against(result, writer)))]
    blocks += illegal_designs(result.illegal)
    if result.facts:
        facts = tuple(f"{fact.task}: {fact.kind}" for fact in result.facts)
        blocks += [Heading("rests on"), Points((", ".join(facts),))]
    if result.notes:
        blocks += [Heading("note"), Points(result.notes)]
    name = problem.file or problem.name
    numbers = "".join(f" --set {parameter}={value}" for parameter, value in result.at)
    blocks.append(Hint(f"decomposer compare {name}{numbers}" if numbers else f"decomposer explain {name}"))
    return blocks


def _beside(result: Result, writer: Writer, name: str, theta: Expr) -> str:
    """The growth of what is not minimised; at numbers also its value, where it or the critical path matters."""
    value = dict(result.cost.values).get(name)
    told = result.problem.minimise in ("span", "time") or name in dict(result.limits)
    shown = f", {number(value)} at these numbers{_at_most(result, name)}" if value is not None and told else ""
    return writer.theta(theta) + shown


def _at_most(result: Result, name: str) -> str:
    """The limit on a measure at numbers."""
    limit = dict(result.limits).get(name)
    return "" if limit is None or limit.value is None else f", of at most {number(limit.value)}"


def _limits(result: Result, writer: Writer) -> list[tuple[str, str]]:
    """The limits that do not stand beside a value: on models, and on growths."""
    names = {"cost": "cost", "span": "critical path"}
    told = []
    for name, limit in result.limits:
        if name == "models":
            most = limit.most if limit.value is None else limit.value
            told.append(f"{writer.formula(most)} {'model' if most == ONE else 'models'} at most")
        elif limit.value is None:
            told.append(f"{names[name]} O({writer.formula(limit.most)})")
    return [("limits", ", ".join(told))] if told else []


def _fixed(result: Result) -> bool:
    """Whether a design is of these numbers, and none for others: then it says nothing of how ratios grow."""
    return bool(result.at and result.policies)


def _extent(found: Extent, writer: Writer) -> tuple[str, str, str, str]:
    return found.measure, largest(found, writer), writer.theta(found.theta), whose(found)


def _agents(result: Result, writer: Writer) -> tuple[tuple[str, ...], ...]:
    rows = []
    for report in result.agents:
        agent = report.agent
        copies = "" if agent.copies == ONE else f" (one of {writer.formula(agent.copies)})"
        rows.append(
            (
                report.name,
                writer.model(agent) + copies,
                writer.formula(agent.calls),
                writer.formula(agent.longest),
                writer.theta(report.theta),
                "dominant" if report.dominant and len(result.agents) > 1 else "",
            )
        )
    return tuple(rows)


def _against(result: Result, writer: Writer) -> list[str]:
    lines = []
    for hand in result.hand_designs:
        if hand.design == result.design and len(result.options) == 1:
            lines.append(f"{hand.name}: this very design")
            continue
        beyond = f", beyond the limit on {' and '.join(hand.beyond)}" if hand.beyond else ""
        missed = f", misses the target of {result.problem.target}" if hand.misses_target else ""
        lines.append(f"{hand.name}: {writer.theta(hand.cost.theta)}{beyond}{missed}")
        if not _fixed(result):
            lines += (f"  {line}" for line in writer.ratio(hand.ratio, factor=hand.factor))
        if len(hand.by_tasks) > 1 and not _fixed(result) and any(ratio.expr != ONE for _, ratio in hand.by_tasks):
            parts = (f"{' + '.join(tasks)} {writer.formula(ratio.expr)}" for tasks, ratio in hand.by_tasks)
            of = "" if writer.words is COST else "cost "
            lines.append(f"  {of}by task: {', '.join(parts)}")
        if result.cost.value is not None and hand.cost.value is None:
            lines.append("  at numbers: more digits than can be worked with")
        if hand.cost.value is not None and result.cost.value is not None:
            lines.append(
                f"  at numbers: {number(hand.cost.value)}, {_times(hand.cost.value / result.cost.value, writer)}"
            )
    return lines


def _policy(writer: Writer, policy: Policy, beside: tuple[Policy, ...]) -> str:
    where = f" where {writer.conditions(policy.when)}" if policy.when else ""
    return writer.policy(policy, beside) + where


def _times(value: Expr, writer: Writer) -> str:
    """How a cost compares with that of the answer, at numbers."""
    if value == ONE:
        return "the same"
    low, _ = enclose(value - ONE, {})
    words = writer.words
    times, told = (value, words.worse) if low > 0 else (ONE / value, words.better)
    shown = multiple(times, 4)
    # So near that fifteen digits do not tell them apart, a factor says nothing.
    return f"the same but for {decimal(times - ONE, 2)} of it, {told}" if shown == "≈ 1" else f"{shown} times {told}"
