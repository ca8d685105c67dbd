"""AND/OR graphs with one integer cost per alternative: their circles, and what a node cannot be done without."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from typing import NamedTuple

from decomposer.solvers.selection import Level, Number, Selection


def components(nodes: Iterable[int], successors: Callable[[int], Iterable[int]]) -> list[list[int]]:
    """Strongly connected components, each after all that it can reach.

    Parameters
    ----------
    nodes : iterable of int
        Where to begin; whatever they reach is included.
    successors : function of a node

    Returns
    -------
    list of list of int
        Deterministic for a given order of nodes and successors.

    Notes
    -----
    Linear time, without recursion (Tarjan 1972).
    """
    found: list[list[int]] = []
    number: dict[int, int] = {}
    low: dict[int, int] = {}
    open_nodes: list[int] = []
    placed: set[int] = set()
    for start in nodes:
        if start in number:
            continue
        number[start] = low[start] = len(number)
        open_nodes.append(start)
        stack: list[tuple[int, Iterator[int]]] = [(start, iter(successors(start)))]
        while stack:
            node, rest = stack[-1]
            for child in rest:
                if child not in number:
                    number[child] = low[child] = len(number)
                    open_nodes.append(child)
                    stack.append((child, iter(successors(child))))
                    break
                if child not in placed:
                    low[node] = min(low[node], number[child])
            else:
                stack.pop()
                if stack:
                    low[stack[-1][0]] = min(low[stack[-1][0]], low[node])
                if low[node] == number[node]:
                    at = len(open_nodes) - 1
                    while open_nodes[at] != node:
                        at -= 1
                    found.append(open_nodes[at:])
                    placed.update(open_nodes[at:])
                    del open_nodes[at:]
    return found


def labels(parts: Iterable[list[int]]) -> dict[int, int]:
    """The number of its component for every node; 0 and up, in the order given."""
    return {node: label for label, part in enumerate(parts) for node in part}


def cycle(needs: Mapping[int, Iterable[int]]) -> list[int]:
    """Some cycle of a graph, as its nodes in order; empty when there is none."""
    for part in components(needs, lambda node: needs.get(node, ())):
        inside = set(part)
        if len(part) == 1 and part[0] not in needs.get(part[0], ()):
            continue
        path: list[int] = []
        seen: dict[int, int] = {}
        node = part[0]
        while node not in seen:
            seen[node] = len(path)
            path.append(node)
            node = next(child for child in needs[node] if child in inside)
        return path[seen[node] :]
    return []


def necessary(choices: Mapping[int, Sequence[Way]]) -> tuple[list[int], dict[int, int], dict[int, int]]:
    """All nodes that a node cannot be done without, itself included.

    Returns
    -------
    nodes, their places in it, and for each node a set of places as the bits of an integer

    Notes
    -----
    The greatest sets with: itself, and for some alternative all that its needs cannot be done without. Time and
    memory are the square of the number of nodes over the length of a machine word, by the rounds until nothing
    changes, of which there are few when nodes come after what they need.
    """
    below = {node: sorted(set().union(*(way.needs for way in ways))) for node, ways in choices.items()}
    parts = components(choices, below.__getitem__)
    nodes = [node for part in parts for node in part]
    place = {node: index for index, node in enumerate(nodes)}
    musts: dict[int, int] = {}
    for part in parts:
        # Within a circle: from "everything" downwards, in whatever order, to the greatest fixed point.
        changed = True
        while changed:
            changed = False
            for node in part:
                found: int | None = None
                for way in choices[node]:
                    if all(need in musts for need in way.needs):
                        inside = 0
                        for need in way.needs:
                            inside |= musts[need]
                        found = inside if found is None else found & inside
                        if not found:
                            break
                if found is not None:
                    found |= 1 << place[node]
                    if musts.get(node) != found:
                        musts[node] = found
                        changed = len(part) > 1
    return nodes, place, musts


def bits(number: int) -> list[int]:
    """The places of the ones of a number in base 2, lowest first."""
    text = bin(number)[:1:-1]
    found, at = [], text.find("1")
    while at >= 0:
        found.append(at)
        at = text.find("1", at + 1)
    return found


class Way(NamedTuple):
    """An alternative of the reduced graph.

    Parameters
    ----------
    cost : int
    needs : frozenset of int
    origin : tuple of (node, index of its alternative)
        The decisions that it stands for in the problem given; several where nodes were drawn into one.
    """

    cost: int
    needs: frozenset[int]
    origin: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Weighted:
    """An AND/OR graph with one exact integer cost for each alternative.

    Parameters
    ----------
    ways : mapping of OR node to its alternatives
    roots : frozenset of int
    constant : int
        Cost of what every answer takes and is no longer in the graph.
    forced : mapping of OR node to the index of its alternative
        Decided by reductions, for nodes that may or may not be taken.
    """

    ways: Mapping[int, tuple[Way, ...]]
    roots: frozenset[int]
    constant: int = 0
    forced: Mapping[int, int] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Number of alternatives."""
        return sum(map(len, self.ways.values()))

    def cost(self, chosen: Mapping[int, int]) -> int:
        """Cost of an answer to this graph."""
        return self.constant + sum(self.ways[node][index].cost for node, index in chosen.items())


@dataclass(frozen=True, slots=True)
class Scaled:
    """A selection problem with its levels as one sum of integers.

    Parameters
    ----------
    graph : Weighted
        Resources are OR nodes with one alternative, after those of the problem.
    unit : Fraction
        Worth of 1 in the first level, where there is one level.
    high : int
        Worth of a unit of the first level, in units of all levels in one.
    """

    graph: Weighted
    unit: Fraction
    high: int

    def first(self, total: int) -> Number:
        """The first level of an answer, or a bound on it, from the cost (or its bound) in the graph."""
        exact = self.unit * (total // self.high)
        return exact.numerator if exact.denominator == 1 else exact


def scale(problem: Selection) -> Scaled:
    """One integer cost per alternative, exactly: lower levels fill the room between steps of those above.

    Raises
    ------
    ValueError
        When the problem has limits or times.
    """
    if problem.limited or problem.timed:
        raise ValueError("limits and times are more than sharing: leave them to another solver")
    nodes = len(problem.choices)
    rows = [[alternative.costs for alternative in node] for node in problem.choices]
    rows += [[resource.costs] for resource in problem.resources]
    totals: list[list[int]] = [[0] * len(row) for row in rows]
    unit, high = Fraction(1), 1
    for level in reversed(problem.levels):
        worth, unit = _integers(level, rows)
        room = 1 + sum(max(row, default=0) for row in totals)
        high = room
        totals = [
            [room * above + below for above, below in zip(new, old, strict=True)]
            for new, old in zip(worth, totals, strict=True)
        ]
    ways = {
        node: tuple(
            Way(
                totals[node][index],
                frozenset(alternative.needs).union(nodes + resource for resource in alternative.uses)
                if alternative.uses
                else frozenset(alternative.needs),
                ((node, index),),
            )
            for index, alternative in enumerate(alternatives)
        )
        for node, alternatives in enumerate(problem.choices)
    }
    for resource in range(nodes, len(rows)):
        ways[resource] = (Way(totals[resource][0], frozenset(), ((resource, 0),)),)
    return Scaled(Weighted(ways, frozenset(problem.roots)), unit, high)


def _integers(level: Level, rows: list[list[tuple[Number, ...]]]) -> tuple[list[list[int]], Fraction]:
    """The worth of every alternative in the level, as a whole number of the unit also given."""
    costs: list[list[Number]]
    if level.weights == (1,):
        costs = [[cost[0] for cost in row] for row in rows]
    else:
        pairs = [(place, weight) for place, weight in enumerate(level.weights) if weight]
        costs = [[sum((weight * cost[place] for place, weight in pairs), 0) for cost in row] for row in rows]
    below = lcm(*{cost.denominator for row in costs for cost in row})
    if below == 1:
        return [[int(cost) for cost in row] for row in costs], Fraction(1)
    return [[int(cost * below) for cost in row] for row in costs], Fraction(1, below)
