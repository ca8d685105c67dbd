"""The report of `compare`: designs side by side, each against the reference."""

from __future__ import annotations

from decomposer.expr import ONE
from decomposer.report.attribution import explanation, section
from decomposer.report.document import (
    Block,
    Code,
    Heading,
    Hint,
    Points,
    Table,
    Title,
    Writer,
    illegal_designs,
    largest,
    rounded,
    whose,
)
from decomposer.report.legend import with_legend
from decomposer.report.numerals import number
from decomposer.report.words import COST
from decomposer.verbs.compare import Comparison, Row
from decomposer.verbs.crossovers import Crossover
from decomposer.verbs.scopes import WORDS

_TOTAL = {"cost": "in total", "span": "critical path", "time": "time", "scope": "cost in total"}
"""What a ratio of two designs is about, by what the problem minimises."""

_LEGEND = ("reliability",)
"""Columns of formulas that cannot be broken well; where they are long, they stand below the table."""


def document(comparison: Comparison) -> list[Block]:
    """Lay out a comparison."""
    problem, writer = comparison.problem, Writer(comparison.problem)
    rows = (comparison.reference, *comparison.rows)
    timed = any(row.cost.time_theta is not None for row in rows)
    fails = any(row.reliability != ONE for row in rows)
    headers = (
        "design",
        "cost",
        "critical path",
        *(("time",) if timed else ()),
        "calls",
        "longest context",
        *(("reliability",) if fails else ()),
        *(("at numbers",) if comparison.at else ()),
    )
    blocks: list[Block] = [
        Title(problem.name, problem.about),
        *with_legend(Table(headers, tuple(_line(row, writer, fails, bool(comparison.at)) for row in rows)), _LEGEND),
    ]
    blocks.append(Table(("scope", *WORDS.values()), tuple((row.name, *_scope(row, writer)) for row in rows)))
    if comparison.at:
        blocks.append(Points((", ".join(f"{name} = {value}" for name, value in comparison.at),)))
    blocks += _notes(comparison, writer)
    for row in comparison.rows:
        blocks += _section(row, comparison, writer)
    blocks += illegal_designs(comparison.illegal)
    if any(row.attribution is not None for row in comparison.rows):
        blocks += explanation(problem.minimise)
    numbers = "".join(f" --set {name}={value}" for name, value in comparison.at)
    blocks.append(Hint(f"decomposer {'optimize' if numbers else 'explain'} {problem.file or problem.name}{numbers}"))
    return blocks


def _notes(comparison: Comparison, writer: Writer) -> list[Block]:
    """What the reader must know: that the optimum shown is one of several, or not proved; what numbers break."""
    shown = comparison.optimum
    lines = []
    if shown is not None and shown.options > 1:
        where = writer.conditions(shown.when)
        lines.append(f"which of {shown.options} designs is best depends on how the parameters grow")
        lines.append(f"the optimum shown is the one that is best where {where}")
        lines.append("`decomposer optimize` gives all of them, each with where it is best")
    if shown is not None and shown.status == "bounded":
        lines.append("the optimum is the best design found; it is not proved to be the best")
    if shown is not None and shown.fixed:
        lines.append("the optimum has the free parameters that are best at these numbers; others have the least growth")
    lines += comparison.notes
    return [Heading("note"), Points(tuple(lines))] if lines else []


def _line(row: Row, writer: Writer, fails: bool, numbers: bool) -> tuple[str, ...]:
    cells = (
        row.name,
        writer.theta(row.cost.theta),
        writer.theta(row.cost.span_theta),
        *(() if row.cost.time_theta is None else (writer.theta(row.cost.time_theta),)),
        writer.short(row.footprint.calls),
        writer.formula(row.footprint.longest),
        *((_chance(row, writer),) if fails else ()),
    )
    if not numbers:
        return cells
    value = row.cost.value
    return (*cells, "too many digits" if value is None else number(value))


def _scope(row: Row, writer: Writer) -> tuple[str, ...]:
    return tuple(f"{largest(found, writer)} ({whose(found)})" for found in row.scope)


def _chance(row: Row, writer: Writer) -> str:
    chance = writer.formula(row.reliability) if row.chance is None else rounded(row.chance)
    return f"{chance}, misses the target" if row.misses_target else chance


def _section(row: Row, comparison: Comparison, writer: Writer) -> list[Block]:
    reference = comparison.reference.name
    if all(line.startswith("  ") for line in row.difference):
        return [Heading(f"{row.name} is {reference}")]
    minimised = comparison.problem.minimise
    lines = [f"{row.name} misses the target of {comparison.problem.target}"] if row.misses_target else []
    if row.beyond:
        lines.append(f"{row.name} is beyond the limit on {' and '.join(row.beyond)}")
    lines += (f"{_TOTAL[minimised]}: {line}" for line in writer.ratio(row.ratio, factor=row.factor))
    of = "" if minimised == "cost" else "cost of "
    if len(row.by_tasks) > 1:
        for tasks, ratio in row.by_tasks:
            lines += [f"{of}{' + '.join(tasks)}: {line}" for line in writer.ratio(ratio, COST.worse)]
    everywhere = {each.parameter for each in row.crossovers if each.low == 1 and each.high is None}
    growing = {name for name, parameter in comparison.problem.parameters.items() if parameter.kind != "constant"}
    if everywhere and everywhere == growing:
        lines.append(f"{reference} is {writer.words.better} from 1 on in every parameter, the others as given")
    else:
        lines += (_crossover(crossover, reference, writer.words.better) for crossover in row.crossovers)
    heading = Heading(f"{row.name} (-) against {reference} (+)")
    changes = [] if row.attribution is None else section(row.attribution, row.name, reference, writer)
    return [heading, Code(row.difference), Points(tuple(lines)), *changes]


def _crossover(crossover: Crossover, reference: str, better: str) -> str:
    if crossover.high == crossover.low:
        return f"{reference} is {better} at {crossover.parameter} = {crossover.low:,}, the others as given"
    until = "on" if crossover.high is None else f"to {crossover.high:,}"
    return f"{reference} is {better} from {crossover.parameter} = {crossover.low:,} {until}, the others as given"
