"""Regimes that an answer speaks of again and again: each condition is told once, and then called by its number."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from decomposer.growth import Ratio
from decomposer.problem.model import Problem
from decomposer.report.document import Block, Heading, Points, Writer

SHORTEST = 12
"""A condition of fewer characters is told wherever it is meant."""

_BOUND = re.compile(r"(.+) = O\((.+)\)")


class NamingWriter(Writer):
    """A writer that has numbers for the conditions that some ratios name more than once.

    A condition and its converse share a number: ``(1)`` is ``k = O(l)``, and ``(1')`` is ``l = O(k)``.
    """

    def __init__(self, problem: Problem, ratios: Iterable[Ratio]) -> None:
        super().__init__(problem)
        self.names: dict[str, str] = {}
        said = (condition for ratio in ratios for case in ratio.cases for condition in case.conditions)
        times = Counter(super(NamingWriter, self).condition(each) for each in said)
        number = 0
        for text, often in times.items():
            other = _converse(text)
            if text in self.names or often + times[other] < 2 or len(text) < SHORTEST:
                continue
            number += 1
            self.names[text] = f"({number})"
            if other in times:
                self.names[other] = f"({number}')"

    def condition(self, condition: str) -> str:
        """Write a condition, or its number."""
        text = super().condition(condition)
        return self.names.get(text, text)

    def legend(self) -> list[Block]:
        """Tell what the numbers mean."""
        texts = {name: text for text, name in self.names.items()}
        lines = []
        for name, text in texts.items():
            other = name.replace(")", "')")
            if "'" not in name:
                lines.append(f"{name} {text}" + (f", and {other} {texts[other]}" if other in texts else ""))
        return [Heading("regimes, by the numbers that they have below"), Points(tuple(lines))] if lines else []


def _converse(condition: str) -> str:
    found = _BOUND.fullmatch(condition)
    return f"{found[2]} = O({found[1]})" if found else ""
