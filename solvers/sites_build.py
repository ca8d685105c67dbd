"""Selection problems that are hosting-like, as arrays of numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from graphlib import CycleError, TopologicalSorter

from decomposer.solvers import logarithms
from decomposer.solvers.selection import Alternative, Number, Selection
from decomposer.solvers.sites import CELLS, ROOM, Sites

RESOURCE, LEAF, NOTHING = range(3)
Key = tuple[int, int]
"""What is paid once: a resource, a leaf of the graph, or the place of alternatives that use nothing."""


def required(problem: Selection) -> list[int] | None:
    """OR nodes that every answer takes, when all others that can be reached are leaves without a choice.

    `None` when the problem is not of that shape, or when a circle of needs is possible.
    """
    seen = dict.fromkeys(problem.roots)
    stack = list(seen)
    while stack:
        alternatives = problem.choices[stack.pop()]
        common = set(alternatives[0].needs) if alternatives else set()
        for alternative in alternatives:
            if not common:
                break
            common &= set(alternative.needs)
        for need in sorted(common):
            if need not in seen:
                seen[need] = None
                stack.append(need)
    after: dict[int, set[int]] = {}
    for node in seen:
        for alternative in problem.choices[node]:
            for need in alternative.needs:
                if need in seen:
                    after.setdefault(node, set()).add(need)
                elif not _leaf(problem.choices[need]):
                    return None
    try:
        TopologicalSorter(after).prepare()
    except CycleError:
        return None
    return sorted(seen)


def _leaf(alternatives: tuple[Alternative, ...]) -> bool:
    return len(alternatives) == 1 and not alternatives[0].needs and not alternatives[0].uses


@dataclass(slots=True)
class _Table:
    """The alternatives of all customers, row by row."""

    keys: dict[Key, int]
    site: list[int]
    customer: list[int]
    index: list[int]
    alternatives: list[Alternative]


def build(problem: Selection) -> Sites | None:
    """The same problem in numbers; `None` where it is not hosting-like or does not fit into 64 bits.

    Notes
    -----
    Linear in the size of the problem.
    """
    import numpy as np

    if problem.timed or not problem.levels:
        return None
    customers = required(problem)
    if not customers:
        return None
    always = _always(problem, customers)
    table = _table(problem, customers, always)
    if table is None or len(table.keys) * len(customers) > CELLS:
        return None
    keys, alternatives = table.keys, table.alternatives
    things = [_thing(problem, key) for key in keys]
    weights, denominator, scale, span = _objective(problem, table, [costs for costs, _ in things])
    cost = _sums([a.costs for a in alternatives], weights, denominator)
    opening = _sums([costs for costs, _ in things], weights, denominator)
    spends, rents, limits, strict = _rows(problem, alternatives, [spends for _, spends in things], len(customers))
    if max((sum(row) for row in (cost, opening, limits, *spends, *rents)), default=0) >= ROOM:
        return None
    return Sites(
        customers=tuple(customers),
        nodes=tuple(number if kind == LEAF else None for kind, number in keys),
        resources=tuple(number if kind == RESOURCE else None for kind, number in keys),
        opening=np.array(opening, dtype=np.int64),
        site=np.array(table.site, dtype=np.int64),
        customer=np.array(table.customer, dtype=np.int64),
        index=np.array(table.index, dtype=np.int64),
        cost=np.array(cost, dtype=np.int64),
        forced=np.array([key in always or key[0] == NOTHING for key in keys], dtype=bool),
        pools=tuple(
            (
                np.array([keys[RESOURCE, r] for r in sorted(p.resources) if (RESOURCE, r) in keys], dtype=np.int64),
                p.limit,
            )
            for p in problem.pools
        ),
        spends=np.array(spends, dtype=np.int64).reshape(len(limits), len(cost)),
        rents=np.array(rents, dtype=np.int64).reshape(len(limits), len(opening)),
        limits=tuple(limits),
        strict=tuple(strict),
        scale=scale,
        span=span,
    )


def _wants(alternative: Alternative, customers: set[int]) -> list[Key]:
    """What an alternative uses that is paid once."""
    found = [(RESOURCE, resource) for resource in alternative.uses]
    if alternative.needs:
        found += [(LEAF, need) for need in alternative.needs if need not in customers]
    return found


def _always(problem: Selection, customers: list[int]) -> set[Key]:
    """What every answer pays for: used by all alternatives of some customer."""
    found: set[Key] = set()
    inside = set(customers)
    for node in customers:
        common: set[Key] | None = None
        for alternative in problem.choices[node]:
            wants = set(_wants(alternative, inside))
            common = wants if common is None else common & wants
            if not common:
                break
        found |= common or set()
    return found


def _table(problem: Selection, customers: list[int], always: set[Key]) -> _Table | None:
    """All alternatives with the one thing that each uses, beside what is paid for anyway; `None` if one uses two."""
    keys = {key: position for position, key in enumerate(sorted(always))}
    inside = set(customers)
    # Many alternatives use the same: the place is looked up by what they name.
    places: dict[tuple[tuple[int, ...], tuple[int, ...]], int] = {}
    site: list[int] = []
    whom: list[int] = []
    index: list[int] = []
    rows: list[Alternative] = []
    for position, node in enumerate(customers):
        alternatives = problem.choices[node]
        for alternative in alternatives:
            named = (alternative.uses, alternative.needs)
            place = places.get(named)
            if place is None:
                wants = [key for key in _wants(alternative, inside) if key not in always]
                if len(wants) > 1:
                    return None
                place = places[named] = keys.setdefault(wants[0] if wants else (NOTHING, 0), len(keys))
            site.append(place)
        count = len(alternatives)
        whom += [position] * count
        index += range(count)
        rows += alternatives
    return _Table(keys, site, whom, index, rows)


def _thing(problem: Selection, key: Key) -> tuple[tuple[Number, ...], Alternative | Sequence[Number]]:
    """Costs of what is paid once, and what it spends (of a leaf: the leaf, whose success counts too)."""
    kind, number = key
    if kind == RESOURCE:
        return problem.resources[number].costs, problem.resources[number].spends
    if kind == LEAF:
        return problem.choices[number][0].costs, problem.choices[number][0]
    return (0,) * problem.components, ()


def _objective(problem: Selection, table: _Table, opening: list[tuple[Number, ...]]) -> tuple[list[int], int, int, int]:
    """One integer weight for each component, such that the least sum is the first in order of the levels.

    Returns
    -------
    weights : list of int
    denominator : int
        Costs are multiplied by it first.
    scale, span : int
        As those of `Sites`.
    """
    costs = [a.costs for a in table.alternatives]
    denominator = _common(c.denominator for row in (*costs, *opening) for c in row)
    weights = [0] * problem.components
    scale = span = 1
    for level in reversed(problem.levels):
        scale = _common(w.denominator for w in level.weights)
        whole = [int(w * scale) for w in level.weights]
        weights = [below + span * w for below, w in zip(weights, whole, strict=True)]
        if level is not problem.levels[0]:
            peaks: dict[int, int] = {}
            for customer, total in zip(table.customer, _sums(costs, whole, denominator), strict=True):
                peaks[customer] = max(peaks.get(customer, 0), total)
            span *= 1 + sum(peaks.values()) + sum(_sums(opening, whole, denominator))
    return weights, denominator, scale * denominator, span


def _common(denominators: Iterable[int]) -> int:
    return reduce(math.lcm, set(denominators), 1)


def _sums(rows: Sequence[Sequence[Number]], weights: Sequence[int], denominator: int) -> list[int]:
    """Weighted sum of each row, as integers."""
    if len(weights) == 1 and denominator == 1:
        weight = weights[0]
        return [int(row[0]) * weight for row in rows]
    return [sum(int(c * denominator) * w for c, w in zip(row, weights, strict=True)) for row in rows]


def _rows(
    problem: Selection,
    alternatives: Sequence[Alternative],
    things: Sequence[Alternative | Sequence[Number]],
    customers: int,
) -> tuple[list[list[int]], list[list[int]], list[int], list[int]]:
    """Budgets, and reliability as a sum of logarithms: what alternatives and sites spend, limits, strict limits."""
    spends: list[list[int]] = []
    rents: list[list[int]] = []
    limits: list[int] = []
    strict: list[int] = []
    once = [thing.spends if isinstance(thing, Alternative) else thing for thing in things]
    for row, limit in enumerate(problem.budgets):
        theirs = [a.spends[row] if a.spends else 0 for a in alternatives]
        sites = [spent[row] if spent else 0 for spent in once]
        scale = _common(number.denominator for number in (limit, *theirs, *sites))
        spends.append([int(number * scale) for number in theirs])
        rents.append([int(number * scale) for number in sites])
        limits.append(int(limit * scale))
        strict.append(limits[-1])
    if problem.reliability is not None and problem.reliability > 0:
        least = problem.reliability
        known = {success: logarithms.below(success) for success in {a.success for a in alternatives}}
        leaves = [thing.success if isinstance(thing, Alternative) else None for thing in things]
        spends.append([known[a.success] for a in alternatives])
        rents.append([0 if success is None else logarithms.below(success) for success in leaves])
        limits.append(logarithms.above(least) if least <= 1 else -1)
        # Each factor was rounded by less than one unit, and there are at most as many as customers and leaves.
        strict.append(logarithms.below(least) - customers - len(leaves) if least < 1 else min(0, limits[-1]))
    return spends, rents, limits, strict
