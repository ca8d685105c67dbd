"""What no answer can take, and what some best answer does without, under every kind of limit.

Exact and cheap: one pass over what can be done at all, one over what the roots can reach, and comparisons within
each node. Numbering stays: what is left is told, nothing is renamed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from decomposer.solvers.components import Weighted, scale
from decomposer.solvers.selection import Alternative, Number, Selection, loosen


@dataclass(frozen=True, slots=True)
class Pruned:
    """What is left of a problem.

    Parameters
    ----------
    kept : mapping of OR node to the indices of its alternatives
        Of the nodes that the roots can reach.
    earliest : mapping of OR node to number
        When each can end at the earliest, whatever else is chosen; only in timed problems.
    possible : bool
        Whether every root can be done, limits that couple choices left aside.
    """

    kept: Mapping[int, tuple[int, ...]]
    earliest: Mapping[int, Number]
    possible: bool


def prune(problem: Selection) -> Pruned:
    """Leave out alternatives that no answer takes, nodes that nothing reaches, and alternatives that others dominate.

    An alternative is dominated by another of its node that costs, uses, spends, lasts and holds no more, is no less
    sure, and needs no other nodes.

    Notes
    -----
    ``O(size log size)``, and for dominance the square of the number of alternatives of each node.
    """
    allowed = {
        node: [index for index, alternative in enumerate(alternatives) if _allowed(problem, node, alternative)]
        for node, alternatives in enumerate(problem.choices)
    }
    if problem.timed:
        ends, _ = cheapest(problem, allowed, [[a.duration for a in row] for row in problem.choices], most=True)
    else:
        ends = dict.fromkeys(_doable(problem, allowed), 0)
    late = problem.deadline
    for node in allowed:
        rest = []
        for index in allowed[node]:
            alternative = problem.choices[node][index]
            if all(need in ends for need in alternative.needs):
                start: Number = max((ends[need] for need in alternative.needs), default=0)
                if late is None or start + alternative.duration <= late:
                    rest.append(index)
        allowed[node] = rest
    if not all(allowed[root] for root in problem.roots):
        return Pruned({}, {}, False)
    kept: dict[int, tuple[int, ...]] = {}
    stack = list(dict.fromkeys(problem.roots))
    seen = set(stack)
    while stack:
        node = stack.pop()
        kept[node] = _undominated(problem, node, allowed[node])
        for index in kept[node]:
            for need in problem.choices[node][index].needs:
                if need not in seen:
                    seen.add(need)
                    stack.append(need)
    return Pruned(dict(sorted(kept.items())), ends if problem.timed else {}, True)


def free_graph(problem: Selection) -> Weighted:
    """The problem without its limits, after `prune`: resources are OR nodes after those of the problem.

    The origin of an alternative is its node and index in the problem. Where a root cannot be done, it has none.
    """
    pruned = prune(problem)
    if not pruned.possible:
        return Weighted({root: () for root in problem.roots}, frozenset(problem.roots))
    ways = scale(loosen(problem)).graph.ways
    kept = {node: tuple(ways[node][index] for index in indices) for node, indices in pruned.kept.items()}
    used = {need for row in kept.values() for way in row for need in way.needs} - kept.keys()
    return Weighted(kept | {need: ways[need] for need in sorted(used)}, frozenset(problem.roots))


def _doable(problem: Selection, allowed: Mapping[int, list[int]]) -> set[int]:
    """The nodes that can be done without circles."""
    waiting: dict[tuple[int, int], int] = {}
    parents: dict[int, list[tuple[int, int]]] = {}
    done: set[int] = set()
    ready: list[int] = []
    for node, indices in allowed.items():
        for index in indices:
            needs = problem.choices[node][index].needs
            waiting[node, index] = len(needs)
            for need in needs:
                parents.setdefault(need, []).append((node, index))
            if not needs and node not in done:
                done.add(node)
                ready.append(node)
    while ready:
        for parent in parents.get(ready.pop(), ()):
            waiting[parent] -= 1
            if not waiting[parent] and parent[0] not in done:
                done.add(parent[0])
                ready.append(parent[0])
    return done


def cheapest(
    problem: Selection, allowed: Mapping[int, list[int]], prices: list[list[Number]], most: bool = False
) -> tuple[dict[int, Number], dict[int, int]]:
    """The least price of each node as if nothing were shared, and the alternative that gives it. No circles.

    Parameters
    ----------
    problem : Selection
    allowed : mapping of OR node to indices
    prices : list of list of number
        Of each alternative, none negative.
    most : bool
        Whether the prices of needs count by their maximum (a critical path) and not by their sum.

    Notes
    -----
    ``O(size log size)``: nodes are settled in the order of their price (Knuth 1977, a generalization of Dijkstra's
    algorithm).
    """
    waiting: dict[tuple[int, int], int] = {}
    sums: dict[tuple[int, int], Number] = {}
    parents: dict[int, list[tuple[int, int]]] = {}
    heap: list[tuple[Number, int, int]] = []
    for node, indices in allowed.items():
        for index in indices:
            needs = problem.choices[node][index].needs
            waiting[node, index] = len(needs)
            sums[node, index] = 0
            for need in needs:
                parents.setdefault(need, []).append((node, index))
            if not needs:
                heap.append((prices[node][index], node, index))
    heapify(heap)
    settled: dict[int, Number] = {}
    by: dict[int, int] = {}
    while heap:
        price, node, index = heappop(heap)
        if node in settled:
            continue
        settled[node], by[node] = price, index
        for parent in parents.get(node, ()):
            waiting[parent] -= 1
            sums[parent] = max(sums[parent], price) if most else sums[parent] + price
            if not waiting[parent] and parent[0] not in settled:
                heappush(heap, (sums[parent] + prices[parent[0]][parent[1]], *parent))
    return settled, by


def _allowed(problem: Selection, node: int, alternative: Alternative) -> bool:
    """Whether the alternative keeps every limit taken alone."""
    if node in alternative.needs:
        return False
    if any(amount > budget for amount, budget in zip(alternative.spends, problem.budgets, strict=False)):
        return False
    if alternative.duration and any(
        amount > capacity for amount, capacity in zip(alternative.occupies, problem.capacities, strict=False)
    ):
        return False
    if problem.deadline is not None and alternative.duration > problem.deadline:
        return False
    return problem.reliability is None or alternative.success >= problem.reliability


def _undominated(problem: Selection, node: int, indices: list[int]) -> tuple[int, ...]:
    """Of each group of alternatives that are no worse than each other, the first; of others, those not dominated."""
    if len(indices) == 1:
        return tuple(indices)
    reliable, timed = problem.reliability is not None, problem.timed
    rows = []
    for index in indices:
        a = problem.choices[node][index]
        numbers: list[Number] = list(level_costs(problem, a.costs))
        numbers += a.spends or (0,) * len(problem.budgets)
        if timed:
            numbers.append(a.duration)
            numbers += a.occupies if a.occupies and a.duration else (0,) * len(problem.capacities)
        if reliable:
            numbers.append(-a.success)
        rows.append((index, numbers, frozenset(a.needs), frozenset(a.uses)))
    rows.sort(key=lambda row: (len(row[2]), len(row[3]), row[1], row[0]))
    best: list[tuple[int, list[Number], frozenset[int], frozenset[int]]] = []
    for row in rows:
        if not any(
            other[2] <= row[2] and other[3] <= row[3] and all(x <= y for x, y in zip(other[1], row[1], strict=True))
            for other in best
        ):
            best.append(row)
    return tuple(sorted(row[0] for row in best))


def level_costs(problem: Selection, costs: tuple[Number, ...]) -> tuple[Number, ...]:
    """What costs add to each level."""
    return tuple(
        sum((weight * cost for weight, cost in zip(level.weights, costs, strict=True)), 0) for level in problem.levels
    )
