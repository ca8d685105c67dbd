"""Projects: the timed selection problems in which every task is done, and only its mode and its start are open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import gcd, lcm

from decomposer.solvers.selection import Number, Selection


@dataclass(frozen=True, slots=True)
class Mode:
    """One way to do a task: `alternative` of the OR node, and what it takes, as integers."""

    alternative: int
    duration: int
    occupies: tuple[int, ...]
    spends: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Project:
    """Tasks in topological order, in integers.

    Parameters
    ----------
    nodes : tuple of int
        OR node of each task.
    modes : tuple of tuple of Mode
    needs, followers : tuple of tuple of int
        Tasks before and after each task; those before have smaller numbers.
    capacities, budgets : tuple of int
    unit : Fraction
        Time of the selection problem that one unit of time here stands for.
    """

    nodes: tuple[int, ...]
    modes: tuple[tuple[Mode, ...], ...]
    needs: tuple[tuple[int, ...], ...]
    followers: tuple[tuple[int, ...], ...]
    capacities: tuple[int, ...]
    budgets: tuple[int, ...]
    unit: Fraction


@dataclass(frozen=True, slots=True)
class Schedule:
    """A mode (its place among the modes of the task) and a start for every task."""

    modes: tuple[int, ...]
    starts: tuple[int, ...]
    makespan: int


def project(problem: Selection) -> Project | None:
    """Describe a selection problem as a project, or `None` where it is none.

    It is one when all alternatives of a node need the same nodes, nothing is shared or uncertain, and no level of
    cost depends on the alternatives taken but through the makespan.

    Notes
    -----
    Linear in the size of the problem. Durations and spends are scaled to integers exactly.
    """
    if problem.pools or problem.reliability is not None or not any(level.makespan for level in problem.levels):
        return None
    nodes = _reached(problem)
    if nodes is None:
        return None
    choices = [problem.choices[node] for node in nodes]
    if any(alternative.uses for choice in choices for alternative in choice):
        return None
    for level in problem.levels:
        weighed = [i for i, weight in enumerate(level.weights) if weight]
        if any(alt.costs[i] != choice[0].costs[i] for i in weighed for choice in choices for alt in choice):
            return None
    place = {node: i for i, node in enumerate(nodes)}
    needs = tuple(tuple(sorted(place[need] for need in choice[0].needs)) for choice in choices)
    followers: list[list[int]] = [[] for _ in nodes]
    for task, before in enumerate(needs):
        for need in before:
            followers[need].append(task)
    unit = _unit(alternative.duration for choice in choices for alternative in choice)
    budgets = range(len(problem.budgets))
    units = [_unit(alt.spends[i] for choice in choices for alt in choice if alt.spends) for i in budgets]
    free = (0,) * len(problem.capacities)
    return Project(
        nodes=nodes,
        modes=tuple(
            tuple(
                Mode(
                    alternative=index,
                    duration=_times(alt.duration, unit),
                    # What takes no time holds nothing.
                    occupies=alt.occupies if alt.duration and alt.occupies else free,
                    spends=tuple(_times(alt.spends[i], units[i]) if alt.spends else 0 for i in budgets),
                )
                for index, alt in enumerate(choice)
            )
            for choice in choices
        ),
        needs=needs,
        followers=tuple(map(tuple, followers)),
        capacities=problem.capacities,
        budgets=tuple(limit // size for limit, size in zip(problem.budgets, units, strict=True)),
        unit=unit,
    )


def backwards(given: Project) -> Project:
    """The same project with time running the other way: the last task first."""
    last = len(given.nodes) - 1
    return Project(
        nodes=given.nodes[::-1],
        modes=given.modes[::-1],
        needs=tuple(tuple(sorted(last - task for task in after)) for after in given.followers[::-1]),
        followers=tuple(tuple(sorted(last - task for task in before)) for before in given.needs[::-1]),
        capacities=given.capacities,
        budgets=given.budgets,
        unit=given.unit,
    )


def _unit(numbers: Iterable[Number]) -> Fraction:
    """The greatest number of which all are multiples; one when all are zero."""
    exact = list(numbers)
    below = reduce(lcm, {number.denominator for number in exact}, 1)
    above = reduce(gcd, (int(number * below) for number in exact), 0)
    return Fraction(above or 1, below)


def _times(number: Number, unit: Fraction) -> int:
    """How many units a multiple of it is."""
    return number.numerator * unit.denominator // (number.denominator * unit.numerator)


def _reached(problem: Selection) -> tuple[int, ...] | None:
    """All nodes that the roots need, needs first; `None` when they depend on the choice, or form a circle."""
    needs: dict[int, tuple[int, ...]] = {}
    stack = list(problem.roots)
    while stack:
        node = stack.pop()
        if node in needs:
            continue
        choice = problem.choices[node]
        if not choice or any(set(alt.needs) != set(choice[0].needs) for alt in choice):
            return None
        needs[node] = choice[0].needs
        stack += choice[0].needs
    return _topological(needs)


def _topological(needs: Mapping[int, tuple[int, ...]]) -> tuple[int, ...] | None:
    waiting = {node: len(before) for node, before in needs.items()}
    after: dict[int, list[int]] = {node: [] for node in needs}
    for node, before in needs.items():
        for need in before:
            after[need].append(node)
    done = sorted(node for node, count in waiting.items() if not count)
    for node in done:
        for follower in after[node]:
            waiting[follower] -= 1
            if not waiting[follower]:
                done.append(follower)
    return tuple(done) if len(done) == len(needs) else None
