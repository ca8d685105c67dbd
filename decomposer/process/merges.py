"""Combining results: in which order, and what a call that combines reads and writes."""

from __future__ import annotations

from collections.abc import Iterator

from decomposer.design.nodes import Call
from decomposer.errors import DesignError
from decomposer.problem.model import Problem, Task
from decomposer.process.lanes import Lanes

Merged = tuple[int, int, int]
"""The first part and the end of what is combined, and how many results it is made of."""


def stages(count: int, size: int, fan_in: int | None) -> Iterator[tuple[list[Merged], bool]]:
    """What is combined one after the other, or (true) side by side, until one result is left of `count` parts.

    A result that is left over passes to the next level as it is.
    """
    results = [(first, min(first + size, count)) for first in range(0, count, size)]
    if fan_in is None:
        if len(results) > 1:
            yield [(0, end, 2) for _, end in results[1:]], False
        return
    if fan_in < 2 and len(results) > 1:
        raise DesignError("fewer than two results are combined at a time: that never ends")
    while len(results) > 1:
        taken = [results[first : first + fan_in] for first in range(0, len(results), fan_in)]
        results = [(group[0][0], group[-1][1]) for group in taken]
        yield [(group[0][0], group[-1][1], len(group)) for group in taken if len(group) > 1], True


def combined(problem: Problem, node: Call, lanes: Lanes) -> Task | None:
    """The task whose results a call combines; `None` where it does something else."""
    for name in lanes.taken:
        combines = problem.tasks[name].combines
        if combines is not None and combines.by in node.tasks:
            return problem.tasks[name]
    return None


def partial_reads(whole: Task, by: Task) -> tuple[list[str], list[str]]:
    """Texts of which a combining call reads the results to be combined, and texts that it reads besides.

    A call that is made for one part reads the next part of each result, or, where it says what it reads, that.
    """
    assert whole.combines is not None
    besides = [read.text for read in by.reads if read.text not in whole.writes]
    if whole.combines.per == "part" and besides:
        return [read.text for read in by.reads if read.text in whole.writes], besides
    return list(whole.writes), besides


def combined_writes(whole: Task, by: Task) -> list[str]:
    """Texts that a combining call writes: the combined result and its own; for one part, its own alone, if any."""
    assert whole.combines is not None
    own = () if whole.combines.per == "part" and by.writes else whole.writes
    return list(dict.fromkeys((*own, *by.writes)))
