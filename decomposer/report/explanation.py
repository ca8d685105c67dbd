"""The report of `explain`: choice by choice, what was refused and why, and what each fact is worth."""

from __future__ import annotations

from collections.abc import Iterator

from decomposer.expr import ONE
from decomposer.growth import Ratio, RatioCase
from decomposer.report.document import Block, Heading, Hint, Points, Writer
from decomposer.report.factors import factor_text
from decomposer.report.named_regimes import NamingWriter
from decomposer.report.optimum import document as optimum
from decomposer.report.words import COST
from decomposer.verbs.explain import Choice, Explanation, Price, Refused

_HOW = {
    "Theta": "the same growth, {worse} by a constant or by lower terms",
    "omega": "grows strictly faster",
    "Omega": "grows no slower, and faster in part of the regime",
    "incomparable": "{better} in one regime, {worse} in another",
    "o": "grows strictly slower here, but not within the whole design",
    "O": "grows no faster here, but not within the whole design",
    "unknown": "not comparable by the methods at hand",
}

_CHEAPER = "the same growth, {better} here by a constant or by lower terms, but not found to be within the whole design"
"""The same of what costs less where it stands: models are shared with the rest, or the search did not see it."""

_MOST_LINES = 4
"""Most lines that are shown of what one way has, and another has not."""


def document(explanation: Explanation) -> list[Block]:
    """Lay out an explanation."""
    result = explanation.result
    shown = [other.ratio for choice in explanation.choices for other in choice.refused if _times_tell(other)]
    worths = [price.ratio for price in explanation.prices if price.ratio is not None]
    writer = NamingWriter(result.problem, [*(Ratio(each.expr, tuple(_worse(each)[:1])) for each in shown), *worths])
    blocks: list[Block] = [block for block in optimum(result) if not isinstance(block, Hint)]
    blocks += writer.legend()
    for choice in explanation.choices:
        blocks += [
            Heading(f"{choice.where}: {choice.does}, {writer.theta(choice.theta)}"),
            Points(tuple(_refused(choice, writer))),
        ]
    if explanation.prices:
        blocks += [
            Heading("what each fact is worth"),
            Points(tuple(line for price in explanation.prices for line in _price(price, writer))),
        ]
    blocks.append(Hint(f"decomposer compare {result.problem.file or result.problem.name}"))
    return blocks


def _refused(choice: Choice, writer: Writer) -> Iterator[str]:
    """What was refused; ways that are the same in words, below these words."""
    alike: dict[str, list[Refused]] = {}
    for other in choice.refused:
        alike.setdefault(other.does, []).append(other)
    for does, ways in alike.items():
        if len(ways) == 1:
            apart = _apart(ways[0])
            yield f"not {does}{f' ({apart})' if apart else ''}: {_why(ways[0], writer)}"
            continue
        yield f"not {does}:"
        for way in ways:
            yield f"  {_apart(way) or 'as such'}: {_why(way, writer)}"


def _why(other: Refused, writer: Writer) -> str:
    if other.equal:
        same = "cost" if writer.words is COST else "time"
        return f"{writer.theta(other.theta)}, the same {same}: the least demanding, then the plainest way is taken"
    how = _CHEAPER if other.cheaper and other.relation == "Theta" else _HOW[other.relation]
    why = how.format(worse=writer.words.worse, better=writer.words.better)
    if other.factor is not None and not other.cheaper:
        constant = factor_text(other.factor, writer.words)
        if other.factor.low == other.factor.high == 1:
            constant = "and the same constant: lower terms tell them apart"
        why = f"the same growth, {constant}" if constant else why
    if _times_tell(other):
        cases = _worse(other.ratio)
        (told,) = writer.ratio(Ratio(other.ratio.expr, tuple(cases[:1])))
        why += f" ({'such as ' if len(cases) > 1 else ''}{told})"
    return f"{writer.theta(other.theta)}, {why}"


def _times_tell(other: Refused) -> bool:
    """Whether it says more to tell how many times worse it is."""
    return other.relation in ("omega", "Omega") and bool(_worse(other.ratio))


def _worse(ratio: Ratio) -> list[RatioCase]:
    return [case for case in ratio.cases if case.growth != ONE]


def _apart(other: Refused) -> str:
    """What tells a way from others that are the same in words."""
    said = []
    for how, lines in (("with", other.more), ("without", other.less)):
        if lines:
            more = ("...",) if len(lines) > _MOST_LINES else ()
            said.append(f"{how} " + ", ".join((*(f"`{line}`" for line in lines[:_MOST_LINES]), *more)))
    return " and ".join(said)


def _price(price: Price, writer: Writer) -> list[str]:
    name = f"{price.fact.task}: {price.fact.kind}"
    if price.theta is None or price.ratio is None:
        return [f"{name}: without it no design is known to do the job"]
    without, times = f"{name}: without it {writer.theta(price.theta)}", writer.ratio(price.ratio)
    return [f"{without}, {times[0]}"] if len(times) == 1 else [without, *(f"  {line}" for line in times)]
