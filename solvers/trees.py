"""Exact dynamic programming where no answer shares anything: trees, and acyclic graphs that come to the same.

Budgets, a deadline, a reliability and a weighted makespan are kept by sets of values none of which another beats;
without them there is one value for each node. Needs no library.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from operator import itemgetter
from typing import NamedTuple

from decomposer.solvers import evaluate
from decomposer.solvers.answer import Answer, Limits
from decomposer.solvers.prune import level_costs
from decomposer.solvers.selection import Alternative, Number, Selection
from decomposer.solvers.watch import Watch

NAME = "trees"

MOST_MASKED = 4_096
"""Up to so many nodes, acyclic graphs are searched for sharing by sets of what each node reaches."""

MOST_VALUES = 500
"""More values of one node than these, none of which another beats, are left to other methods."""


class _Value(NamedTuple):
    """One way to do a node and all below it.

    `levels` are compared one after the other; the smaller each of `rest` (the time, what is spent, the inverse of
    the success), the better.
    """

    levels: tuple[Number, ...]
    rest: tuple[Number, ...]
    pick: int
    below: tuple[tuple[int, _Value], ...]


class _TooManyError(Exception):
    """The values of a node grow beyond what is worth keeping."""


def suits(problem: Selection) -> bool:
    """Whether no answer can take a node, or use a resource, for two reasons; and nothing but sums is limited.

    Notes
    -----
    Linear for trees; for other acyclic graphs of `n` nodes ``O(size * n)`` bit operations.
    """
    if problem.pools or problem.capacities or not _own_resources(problem):
        return False
    nodes = _bottom_up(problem)
    if nodes is None:
        return False
    parents: dict[int, set[int]] = {root: {-1} for root in problem.roots}
    for node in nodes:
        for alternative in problem.choices[node]:
            for need in alternative.needs:
                parents.setdefault(need, set()).add(node)
    if all(len(known) == 1 for known in parents.values()):
        return True
    return len(nodes) <= MOST_MASKED and _apart(problem, nodes)


def run(problem: Selection, limits: Limits, hint: Mapping[int, int] | None = None) -> Answer:
    """Solve a problem that `suits`; the hint is not needed.

    Notes
    -----
    Linear without budgets, times and reliability. With them, each node takes the product of the numbers of values of
    what an alternative needs; `unknown` when they grow beyond `MOST_VALUES`.
    """
    watch = Watch(limits, NAME)
    values: dict[int, list[_Value]] = {}
    try:
        for node in _bottom_up(problem) or ():
            if watch.stop() is not None:
                return Answer("unknown", stopped=watch.reason or "time", backend=NAME)
            found: list[_Value] = []
            for index, alternative in enumerate(problem.choices[node]):
                found += _ways(problem, index, alternative, alternative.needs, values)
            values[node] = _best(problem, found)
        everything = Alternative((0,) * problem.components)
        found = _ways(problem, 0, everything, tuple(dict.fromkeys(problem.roots)), values)
    except _TooManyError:
        return Answer("unknown", stopped="work", backend=NAME)
    if not found:
        return Answer("infeasible", backend=NAME)
    timed = int(_timed(problem))
    best = min(found, key=lambda value: _final(problem, value, timed))
    chosen: dict[int, int] = {}
    stack = list(best.below)
    while stack:
        node, value = stack.pop()
        chosen[node] = value.pick
        stack.extend(value.below)
    chosen = dict(sorted(chosen.items()))
    worth = evaluate.value(problem, chosen)
    if worth:
        watch.proved(worth[0])
        watch.found(worth)
    starts = evaluate.earliest(problem, chosen) if problem.timed else {}
    return Answer("optimal", chosen, worth, worth[0] if worth else None, starts, "proved", NAME)


def _timed(problem: Selection) -> bool:
    return problem.deadline is not None or any(level.makespan for level in problem.levels)


def _final(problem: Selection, value: _Value, timed: int) -> tuple[Number, ...]:
    """The levels with the makespan, which is the first of the rest."""
    if not timed:
        return value.levels
    return tuple(
        sum_ + level.makespan * value.rest[0] for sum_, level in zip(value.levels, problem.levels, strict=True)
    )


def _ways(
    problem: Selection, index: int, alternative: Alternative, needs: Sequence[int], values: Mapping[int, list[_Value]]
) -> list[_Value]:
    """The values of an alternative: those of its needs together, and its own on top."""
    costs = [alternative.costs, *(problem.resources[r].costs for r in alternative.uses)]
    levels = level_costs(problem, tuple(map(sum, zip(*costs, strict=True))))
    timed = _timed(problem)
    rest: list[Number] = [0] if timed else []
    spends = [alternative.spends, *(problem.resources[r].spends for r in alternative.uses)]
    rest += [sum((row[i] for row in spends if row), 0) for i in range(len(problem.budgets))]
    if problem.reliability is not None:
        rest.append(1 / alternative.success)
    ways = _kept(problem, [_Value(levels, tuple(rest), index, ())])
    for need in needs:
        joined = [_join(problem, way, need, value, timed) for way in ways for value in values[need]]
        if len(joined) > MOST_VALUES * 40:
            raise _TooManyError
        ways = _best(problem, _kept(problem, joined))
        if not ways:
            return []
    if timed and alternative.duration:
        ways = [way._replace(rest=(way.rest[0] + alternative.duration, *way.rest[1:])) for way in ways]
        ways = _kept(problem, ways)
    return ways


def _join(problem: Selection, way: _Value, need: int, value: _Value, timed: bool) -> _Value:
    rest: list[Number] = [a + b for a, b in zip(way.rest, value.rest, strict=True)]
    if timed:
        rest[0] = max(way.rest[0], value.rest[0])
    if problem.reliability is not None:
        rest[-1] = Fraction(way.rest[-1]) * value.rest[-1]
    levels = tuple(a + b for a, b in zip(way.levels, value.levels, strict=True))
    return _Value(levels, tuple(rest), way.pick, (*way.below, (need, value)))


def _kept(problem: Selection, values: Iterable[_Value]) -> list[_Value]:
    """The values within all limits: what is above them stays so."""
    tops: list[Number | None] = [problem.deadline] if _timed(problem) else []
    tops += problem.budgets
    if problem.reliability is not None:
        tops.append(1 / problem.reliability if problem.reliability > 0 else None)
    return [
        value
        for value in values
        if all(top is None or amount <= top for amount, top in zip(value.rest, tops, strict=True))
    ]


def _best(problem: Selection, values: list[_Value]) -> list[_Value]:
    """The values that no other beats, the first of equals."""
    values.sort(key=itemgetter(0, 1, 2))
    best: list[_Value] = []
    for value in values:
        if not any(all(x <= y for x, y in zip(other.rest, value.rest, strict=True)) for other in best):
            best.append(value)
            if len(best) > MOST_VALUES:
                raise _TooManyError
    return best


def _own_resources(problem: Selection) -> bool:
    """Whether the alternatives of one node alone use each resource."""
    users: dict[int, int] = {}
    return all(
        users.setdefault(resource, node) == node
        for node, alternatives in enumerate(problem.choices)
        for alternative in alternatives
        for resource in alternative.uses
    )


def _bottom_up(problem: Selection) -> list[int] | None:
    """The nodes that the roots reach, needs first; `None` when there is a circle."""
    done: list[int] = []
    state: dict[int, bool] = {}
    for root in problem.roots:
        if root in state:
            continue
        state[root] = False
        stack = [(root, iter([need for a in problem.choices[root] for need in a.needs]))]
        while stack:
            node, rest = stack[-1]
            for need in rest:
                if state.get(need) is False:
                    return None
                if need not in state:
                    state[need] = False
                    stack.append((need, iter([n for a in problem.choices[need] for n in a.needs])))
                    break
            else:
                stack.pop()
                state[node] = True
                done.append(node)
    return done


def _apart(problem: Selection, nodes: Sequence[int]) -> bool:
    """Whether what the needs of any one alternative reach, and what the roots reach, has nothing in common."""
    reach: dict[int, int] = {}

    def union(needs: Iterable[int]) -> int | None:
        together = 0
        for need in needs:
            if together & reach[need]:
                return None
            together |= reach[need]
        return together

    for place, node in enumerate(nodes):
        below = 1 << place
        for alternative in problem.choices[node]:
            mask = union(alternative.needs)
            if mask is None:
                return False
            below |= mask
        reach[node] = below
    return union(dict.fromkeys(problem.roots)) is not None
