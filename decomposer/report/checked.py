"""The report of `check`: what has been proved, or why the certificate was refused."""

from __future__ import annotations

from collections.abc import Iterator

from decomposer.expr import parse
from decomposer.problem.model import Problem
from decomposer.report.document import Block, Facts, Heading, Points, Title, Writer
from decomposer.verbs.check import Checked


def document(found: Checked) -> list[Block]:
    """Lay out what came of checking a certificate."""
    problem, writer = found.problem, Writer(found.problem)
    assumed = ", ".join(map(writer.condition, problem.assume)) or "nothing but that the parameters grow"
    verdict = "proved" if found.proved else f"refused: {found.reason}"
    facts = [("certificate", verdict), ("assumed", assumed), *_spoken_of(problem)]
    blocks: list[Block] = [Title(problem.name), Facts(tuple(facts))]
    if found.proved:
        lines = tuple(
            writer.theta(parse(theta)) + (f" where {writer.conditions(when)}" if when else "")
            for when, theta in found.claims
        )
        blocks += [Heading("the design reaches this growth, and no design of the space a smaller one"), Points(lines)]
    return blocks


def _spoken_of(problem: Problem) -> Iterator[tuple[str, str]]:
    """Of what the growth is, where it is not the cost, how limits are kept, and which designs count."""
    if problem.minimise != "cost":
        few = problem.minimise == "time" and problem.workers is not None
        yield "minimised", f"time on {problem.workers} workers, within a factor of 2" if few else "critical path"
    if problem.target is not None:
        yield "target", f"of designs that come out right with probability {problem.target}, whatever their votes"
    if problem.limits.models is not None:
        yield "models", f"{problem.limits.models} at most"
    for name, limit in (("cost", problem.limits.cost), ("critical path", problem.limits.span)):
        if limit is not None:
            yield name, f"O({limit}); whether less at given sizes, `optimize --set` says"
