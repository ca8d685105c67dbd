"""The report of `explain`: choice by choice, what was refused and why, and what each fact is worth."""

from __future__ import annotations

from decomposer.report.document import Block, Heading, Hint, Points, Writer
from decomposer.report.optimum import document as optimum
from decomposer.verbs.explain import Choice, Explanation, Price, Refused

_WORDS = {
    "Theta": "the same growth, dearer by a constant or by lower terms",
    "omega": "grows strictly faster",
    "Omega": "grows no slower, and faster in part of the regime",
    "incomparable": "cheaper in one regime, dearer in another",
    "o": "grows strictly slower here, but not within the whole design",
    "O": "grows no faster here, but not within the whole design",
    "unknown": "not comparable by the methods at hand",
}

_MOST_LINES = 4
"""Most lines that are shown of what one way has, and another has not."""


def document(explanation: Explanation) -> list[Block]:
    """Lay out an explanation."""
    result = explanation.result
    writer = Writer(result.problem)
    blocks: list[Block] = [block for block in optimum(result) if not isinstance(block, Hint)]
    for choice in explanation.choices:
        blocks += [
            Heading(f"{choice.where}: {choice.does}, {writer.theta(choice.theta)}"),
            Points(tuple(_refused(other, choice, writer) for other in choice.refused)),
        ]
    if explanation.prices:
        blocks += [
            Heading("what each fact is worth"),
            Points(tuple(_price(price, writer) for price in explanation.prices)),
        ]
    blocks.append(Hint(f"decomposer compare {result.problem.file or result.problem.name}"))
    return blocks


def _refused(other: Refused, choice: Choice, writer: Writer) -> str:
    why = _WORDS[other.relation]
    dearer = [line for line in writer.ratio(other.ratio) if not line.startswith("the same")]
    times = dearer[0] if dearer and other.relation in ("omega", "Omega") else ""
    return f"not {other.does}{_apart(other)}: {writer.theta(other.theta)}, {why}{f' ({times})' if times else ''}"


def _apart(other: Refused) -> str:
    """What tells a way from others that are the same in words."""
    said = []
    for how, lines in (("with", other.more), ("without", other.less)):
        if lines:
            more = ("...",) if len(lines) > _MOST_LINES else ()
            said.append(f"{how} " + ", ".join((*(f"`{line}`" for line in lines[:_MOST_LINES]), *more)))
    return f" ({' and '.join(said)})" if said else ""


def _price(price: Price, writer: Writer) -> str:
    name = f"{price.fact.task}: {price.fact.kind}"
    if price.theta is None or price.ratio is None:
        return f"{name}: without it no design is known to do the job"
    return f"{name}: without it {writer.theta(price.theta)}, {'; '.join(writer.ratio(price.ratio))}"
