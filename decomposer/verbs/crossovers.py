"""Where one design begins to be better than another, parameter by parameter, the others at their numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from decomposer.design.nodes import Design
from decomposer.errors import ExpressionError, ProblemError
from decomposer.problem.model import Problem
from decomposer.search.spread import order
from decomposer.verbs.measure import Numbers, numbered, values_at

LARGEST = 2**40
"""Crossovers are looked for up to this value of a parameter."""


@dataclass(frozen=True, slots=True)
class Crossover:
    """With the other parameters at their numbers, the reference is cheaper for `low <= parameter <= high`.

    `high` is `None` where it stays cheaper as far as was looked, or as the parameter can grow.
    """

    parameter: str
    low: int
    high: int | None


def crossovers(problem: Problem, design: Design, reference: Design, at: Numbers) -> tuple[Crossover, ...]:
    """For each parameter, where the reference is cheaper than the design, the others at their numbers."""
    numbered(problem, at)
    found = []
    for name, parameter in problem.parameters.items():
        if parameter.kind != "constant":
            found.extend(_stretches(problem, design, reference, at, name))
    return tuple(found)


def _stretches(problem: Problem, design: Design, reference: Design, at: Numbers, name: str) -> list[Crossover]:
    def cheaper(value: int) -> bool:
        return order(*values_at(problem, (reference, design), {**at, name: value})) < 0

    def possible(value: int) -> bool:
        try:
            numbered(problem, {**at, name: value})
        except ProblemError:
            return False
        return True

    values = _values(possible, Fraction(at[name]))
    marks = list[bool]()
    for value in values:
        try:
            marks.append(cheaper(value))
        except ExpressionError:  # an exponential cost of more digits than can be worked with
            break
    edges = [(values[0], marks[0])] if marks else []
    for i in range(1, len(marks)):
        if marks[i - 1] != marks[i]:
            edges.append((_change(cheaper, values[i - 1], values[i]), marks[i]))
    ends = [start - 1 for start, _ in edges[1:]]
    return [Crossover(name, start, end) for (start, better), end in zip(edges, [*ends, None], strict=False) if better]


def _values(possible: Callable[[int], bool], given: Fraction) -> list[int]:
    """Powers of two, the number that is given, and the least and the largest that the other numbers leave room for."""
    tried = {2**power for power in range(LARGEST.bit_length())} | ({int(given)} if given.denominator == 1 else set())
    room = {value: possible(value) for value in sorted(tried)}
    values = [value for value, fits in room.items() if fits]
    if not values:
        return []
    below = max((value for value in room if value < values[0]), default=None)
    above = min((value for value in room if value > values[-1]), default=None)
    least = [] if below is None else [_change(possible, below, values[0])]
    most = [] if above is None else [_change(possible, values[-1], above) - 1]
    return sorted({*least, *values, *most})


def _change(test: Callable[[int], bool], low: int, high: int) -> int:
    """Least value above `low`, and no more than `high`, where a test does not say what it says of `low`."""
    before = test(low)
    while high - low > 1:
        middle = (low + high) // 2
        if test(middle) == before:
            low = middle
        else:
            high = middle
    return high
