"""The report of `audit`: what each fact and assumption is worth, and what would pay, the largest first."""

from __future__ import annotations

from decomposer.expr import ONE
from decomposer.growth import Ratio
from decomposer.report.document import Block, Facts, Heading, Hint, Points, Title, Writer
from decomposer.verbs.audit import Audit, Worth

_LEAST = {"cost": "cost", "span": "critical path", "time": "time"}


def document(audit: Audit) -> list[Block]:
    """Lay out an audit."""
    problem, writer = audit.problem, Writer(audit.problem)
    blocks: list[Block] = [
        Title(f"{problem.name}: audit"),
        Facts(((_LEAST[problem.minimise], writer.theta(audit.theta)),)),
    ]
    if audit.facts:
        blocks += [
            Heading("what the answer owes to each fact"),
            Points(_lines(audit.facts, writer, writer.words.worse)),
        ]
    if audit.assumptions:
        owes = "and to each assumption" if audit.facts else "what the answer owes to each assumption"
        blocks += [Heading(owes), Points(_lines(audit.assumptions, writer, writer.words.worse))]
    chances = _lines(audit.opportunities, writer, writer.words.better)
    if not chances:
        none = f"none of the {audit.tried} facts that were tried changes the growth"
        none = none if audit.tried > 1 else "the one fact that was tried does not change the growth"
        chances = (f"nothing: {none if audit.tried else 'there was no further fact to try'}",)
    blocks += [Heading("what else would pay, if it could be established"), Points(chances)]
    if audit.left_out:
        told = f"time ran out before these were priced; give it more: {', '.join(audit.left_out)}"
        blocks += [Heading("note"), Points((told,))]
    blocks.append(Hint(f"decomposer explain {problem.file or problem.name}"))
    return blocks


def _lines(found: tuple[Worth, ...], writer: Writer, word: str) -> tuple[str, ...]:
    lines: list[str] = []
    for worth in found:
        if worth.outside:
            lines.append(f"{_when(worth, writer)}: not comparable, {worth.outside}")
            continue
        if worth.theta is None:
            lines.append(f"{_when(worth, writer)}: no design is known to do the job")
        elif worth.ratio is None:
            lines.append(f"{_when(worth, writer)}: {writer.theta(worth.theta)}")
        elif worth.free:
            alike = all(case.growth == ONE for case in worth.ratio.cases)
            words = "the same growth" if alike else f"no {writer.words.worse}, and {writer.words.better} somewhere"
            lines.append(f"{_when(worth, writer)}: {words}")
        elif len(worth.ratio.cases) == 1:
            times = _times(worth.ratio, writer, word)[0]
            lines.append(f"{_when(worth, writer)}: {times}, {writer.theta(worth.theta)}")
        else:
            lines.append(f"{_when(worth, writer)}: {writer.theta(worth.theta)}")
            lines += (f"  {line}" for line in _times(worth.ratio, writer, word))
        if not worth.proved:
            lines[-1] += " (of the designs that were kept; the search was not complete)"
    return tuple(lines)


def _when(worth: Worth, writer: Writer) -> str:
    if worth.kind == "assumption":
        return worth.when.replace(worth.subject, writer.condition(worth.subject))
    return worth.when


def _times(ratio: Ratio, writer: Writer, word: str) -> list[str]:
    """A ratio, a line for each growth; where nothing changes comes last."""
    cases = tuple(sorted(ratio.cases, key=lambda case: case.growth == ONE))
    return writer.ratio(Ratio(ratio.expr, cases), word)
