"""Problems that make no sense are refused, with the reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from numbers import Integral

from decomposer.solvers.selection import Alternative, Number, Resource, Selection


class SelectionError(ValueError):
    """A selection problem that makes no sense: the message names the place and the reason."""


def validate(problem: Selection, known: Selection | None = None) -> None:
    """Refuse a problem that makes no sense.

    Parameters
    ----------
    problem : Selection
    known : Selection, optional
        A problem that makes sense: rows taken over from it are not looked at again.

    Raises
    ------
    SelectionError
        With the first thing that is wrong.

    Notes
    -----
    Linear.
    """
    for complaint in _complaints(problem, known if known is not None and _shape(known) == _shape(problem) else None):
        raise SelectionError(complaint)


def _shape(problem: Selection) -> tuple[int, ...]:
    """What the numbers in a row depend on."""
    return (
        problem.components,
        len(problem.budgets),
        len(problem.capacities),
        len(problem.choices),
        len(problem.resources),
    )


def _complaints(problem: Selection, known: Selection | None) -> Iterator[str]:
    count = len(problem.choices)
    for root in problem.roots:
        if not 0 <= root < count:
            yield f"root {root}: there is no such node"
    for budget in problem.budgets:
        yield from _floats("a budget", budget)
        if budget < 0:
            yield "a budget is negative"
    for capacity in problem.capacities:
        yield from _whole("a capacity", capacity)
        if capacity < 0:
            yield "a capacity is negative"
    if problem.deadline is not None:
        yield from _floats("the deadline", problem.deadline)
        if problem.deadline < 0:
            yield "the deadline is negative"
    if problem.reliability is not None:
        yield from _floats("the reliability", problem.reliability)
        if not 0 <= problem.reliability <= 1:
            yield f"the reliability {problem.reliability} is not within [0, 1]"
    for i, level in enumerate(problem.levels):
        yield from _numbers(f"level {i}", level.weights, problem.components, False)
        yield from _floats(f"level {i}, makespan", level.makespan)
        if level.makespan < 0:
            yield f"level {i}: the weight of the makespan is negative"
    for i, pool in enumerate(problem.pools):
        if any(not 0 <= resource < len(problem.resources) for resource in pool.resources):
            yield f"pool {i}: there is no such resource"
        yield from _whole(f"pool {i}, the limit", pool.limit)
        if pool.limit < 0:
            yield f"pool {i}: the limit is negative"
    for i, resource in enumerate(problem.resources):
        yield from _payments(problem, f"resource {i}", resource)
    rows = known.choices if known is not None else ()
    for node, alternatives in enumerate(problem.choices):
        if node < len(rows) and rows[node] is alternatives:
            continue
        for index, alternative in enumerate(alternatives):
            yield from _alternative(problem, f"node {node}, alternative {index}", alternative)


def _alternative(problem: Selection, place: str, alternative: Alternative) -> Iterator[str]:
    yield from _payments(problem, place, alternative)
    if len(set(alternative.needs)) < len(alternative.needs):
        yield f"{place}: a node is needed twice"
    if any(not 0 <= need < len(problem.choices) for need in alternative.needs):
        yield f"{place}: needs a node that there is not"
    if any(not 0 <= resource < len(problem.resources) for resource in alternative.uses):
        yield f"{place}: uses a resource that there is not"
    if len(alternative.uses) > 1 and len(set(alternative.uses)) < len(alternative.uses):
        yield f"{place}: a resource is used twice"
    yield from _numbers(f"{place}, occupies", alternative.occupies, len(problem.capacities), True)
    for amount in alternative.occupies:
        yield from _whole(f"{place}, occupies", amount)
    for name, number in (("duration", alternative.duration), ("success", alternative.success)):
        if isinstance(number, float):
            yield from _floats(f"{place}, {name}", number)
    if alternative.duration < 0:
        yield f"{place}: the duration is negative"
    if not 0 < alternative.success <= 1:
        yield f"{place}: the success {alternative.success} is not within (0, 1]"


def _payments(problem: Selection, place: str, item: Alternative | Resource) -> Iterator[str]:
    yield from _numbers(f"{place}, costs", item.costs, problem.components, False)
    yield from _numbers(f"{place}, spends", item.spends, len(problem.budgets), True)


def _numbers(place: str, numbers: Sequence[Number], length: int, may_be_empty: bool) -> Iterator[str]:
    if len(numbers) != length and (numbers or not may_be_empty):
        yield f"{place}: {len(numbers)} numbers where {length} are due"
    for number in numbers:
        if isinstance(number, float):
            yield from _floats(place, number)
        if number < 0:
            yield f"{place}: {number} is negative"


def _floats(place: str, number: Number) -> Iterator[str]:
    if isinstance(number, float):
        yield f"{place}: {number} is a float; give integers or fractions"


def _whole(place: str, number: Number) -> Iterator[str]:
    if not isinstance(number, Integral):
        yield f"{place}: {number} is not a whole number"
