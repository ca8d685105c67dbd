"""The report of `check`: what has been proved, or why the certificate was refused."""

from __future__ import annotations

from decomposer.expr import parse
from decomposer.report.document import Block, Facts, Heading, Points, Title, Writer
from decomposer.verbs.check import Checked


def document(found: Checked) -> list[Block]:
    """Lay out what came of checking a certificate."""
    problem, writer = found.problem, Writer(found.problem)
    assumed = ", ".join(map(writer.condition, problem.assume)) or "nothing but that the parameters grow"
    verdict = "proved" if found.proved else f"refused: {found.reason}"
    blocks: list[Block] = [Title(problem.name), Facts((("certificate", verdict), ("assumed", assumed)))]
    if found.proved:
        lines = tuple(
            writer.theta(parse(theta)) + (f" where {writer.conditions(when)}" if when else "")
            for when, theta in found.claims
        )
        blocks += [Heading("the design reaches this growth, and no design of the space a smaller one"), Points(lines)]
    return blocks
