"""Dynamic programming over the bags of a tree decomposition: the least cost of an AND/OR graph of low treewidth.

A node and what one of its alternatives needs lie together in some bag. A state of a bag says which of its vertices are
taken, and for which of those the alternative is chosen below; states from different bags go together where they agree
on what is taken. Where limits are stated, a state has all values none of which another beats; on circles it also says
what depends on what. Needs no library.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple, TypeAlias

from decomposer.solvers.amounts import Limited
from decomposer.solvers.bags import Bag, decompose, slots
from decomposer.solvers.components import Weighted
from decomposer.solvers.reductions import circles
from decomposer.solvers.selection import Number
from decomposer.solvers.watch import Watch

MOST_VERTICES = 16
"""Bags of more vertices have too many states."""

STEPS, EACH, LARGE = 100_000, 20, 250
"""Where to give up: after so many pairs and values looked at, and `EACH` more for each pair of vertices.

Of a large graph for each vertex and so many others: to look at more of them takes a solver longer, but not this.
"""

CIRCULAR = 8
"""What counts as a step elsewhere counts as so many where there are circles."""

UNIT, LOOK = 2e-6, 1000
"""Work of a step; after so many the clock is looked at."""


class Value(NamedTuple):
    """One way to reach a state: its cost, what it takes of every limit, and the decisions, as a tree of pairs."""

    cost: int
    rest: tuple[Number, ...]
    picks: _Picks


_Picks: TypeAlias = "tuple[()] | tuple[_Picks, _Picks] | tuple[_Picks, int, int]"

State: TypeAlias = tuple[int, tuple[int, ...]]
"""For the vertices taken, which slots have their alternative, and for each slot the slots that it depends on."""

NOWHERE: State = (0, ())

Table: TypeAlias = dict[int, dict[State, list[Value]]]
"""The values of every state, by the slots of the vertices taken."""


class TooManyError(Exception):
    """More steps than are worth it, or the run was stopped."""


def small(graph: Weighted) -> bool:
    """Whether the graph falls into small bags."""
    return _plan(graph) is not None


def least(graph: Weighted, limited: Limited, watch: Watch) -> dict[int, int] | None:
    """An answer of least cost to a graph in which no alternative needs its own node; `None` when there is none.

    Parameters
    ----------
    graph : Weighted
    limited : Limited
    watch : Watch

    Returns
    -------
    mapping of OR node to the place of its alternative, optional

    Raises
    ------
    TooManyError
        When bags or sets of values are too large, or when the watch says stop.

    Notes
    -----
    Linear in the graph for bags and sets of values of bounded size: a bag of ``w`` vertices has at most ``3**w`` states
    and two bags at most ``4**w`` pairs of them that agree; most of them do not come up.
    """
    plan = _plan(graph)
    if plan is None:
        raise TooManyError
    size = len(graph.ways)
    most = STEPS + EACH * size * min(size, LARGE)
    found = _Run(graph, limited, watch, plan, slots(plan.bags), circles(graph), most).answer()
    if found is None:
        return None
    # Nodes that cost nothing may have been taken for no need.
    needed: dict[int, int] = {}
    stack = list(graph.roots)
    while stack:
        node = stack.pop()
        if node not in needed:
            needed[node] = found[node]
            stack.extend(graph.ways[node][found[node]].needs)
    return needed


@dataclass(frozen=True, slots=True)
class _Plan:
    """Bags, and the alternatives as edges: (node, place among its ways)."""

    bags: list[Bag]
    edges: list[tuple[int, int]]


def _plan(graph: Weighted) -> _Plan | None:
    edges = [(node, place) for node, ways in graph.ways.items() for place in range(len(ways))]
    bags = decompose(
        graph.ways.keys(), [graph.ways[node][place].needs | {node} for node, place in edges], MOST_VERTICES
    )
    return None if bags is None else _Plan(bags, edges)


@dataclass(slots=True)
class _Run:
    """One pass from the leaves to the roots."""

    graph: Weighted
    limited: Limited
    watch: Watch
    plan: _Plan
    slot: Mapping[int, int]
    label: Mapping[int, int]
    most: int
    steps: int = 0
    look: int = 0

    def answer(self) -> dict[int, int] | None:
        """Work off all bags; what the roots have in common is nothing, so their values only add up."""
        # What is below each bag, with the slots that it speaks of.
        below: list[list[tuple[int, Table]]] = [[] for _ in self.plan.bags]
        whole = self._empty()
        for place, bag in enumerate(self.plan.bags):
            table = self._bag(bag, below[place])
            below[place] = []
            shared = self._mask(bag.others)
            if bag.above is None:
                whole = self._join(whole, shared, table)
            else:
                below[bag.above].append((shared, table))
        values = whole[0].get(NOWHERE, []) if whole else []
        return dict(_picked(min(values, key=lambda value: value[:2]).picks)) if values else None

    def _empty(self) -> Table:
        """Of no vertices, with nothing chosen."""
        return {0: {NOWHERE: [Value(0, self.limited.nothing, ())]}}

    def _bag(self, bag: Bag, below: list[tuple[int, Table]]) -> Table:
        """The table of a bag, its vertex left out."""
        below.sort(key=lambda item: -sum(map(len, item[1].values())))
        known, table = below[0] if below else (0, self._empty())
        inside = (bag.vertex, *bag.others)
        for vertex in inside:
            if not known >> self.slot[vertex] & 1:
                table = self._open(table, vertex, inside)
        for shared, other in below[1:]:
            table = self._join(table, shared, other)
        for edge in bag.edges:
            self._choose(table, *self.plan.edges[edge])
        return self._close(table, bag.vertex)

    def _open(self, table: Table, vertex: int, inside: Iterable[int]) -> Table:
        """Take a new vertex or do not; a root is taken. What the vertices taken take at least must be within limits."""
        bit = 1 << self.slot[vertex]
        limited, ways = self.limited, self.graph.ways
        least = {1 << self.slot[other]: limited.least(ways[other]) for other in inside if limited.tops}
        opened: Table = {} if vertex in self.graph.roots else dict(table)
        for taken, states in table.items():
            self._count(len(states))
            amounts = [least[own] for own in least if (taken | bit) & own]
            if limited.tops and not limited.keeps(reduce(limited.join, amounts)):
                continue
            opened[taken | bit] = {state: list(values) for state, values in states.items()}
        return opened

    def _join(self, table: Table, shared: int, other: Table) -> Table:
        """Put states together that agree on what is taken and choose no alternative twice."""
        joined: Table = {}
        join = self.limited.join
        for taken, states in table.items():
            partners = other.get(taken & shared)
            if not partners:
                continue
            self._count(len(states) * len(partners))
            found: dict[State, list[Value]] = {}
            for (chosen, after), values in states.items():
                for (theirs, their_after), their_values in partners.items():
                    if chosen & theirs:
                        continue
                    merged = _merged(after, their_after)
                    if merged is not None:
                        held = found.setdefault((chosen | theirs, merged), [])
                        for one in values:
                            for two in their_values:
                                rest = join(one.rest, two.rest)
                                self._keep(held, Value(one.cost + two.cost, rest, (one.picks, two.picks)))
            joined[taken] = {state: values for state, values in found.items() if values}
        return joined

    def _choose(self, table: Table, node: int, place: int) -> None:
        """Choose an alternative wherever its node is taken, has none yet, and all that it needs is taken."""
        way = self.graph.ways[node][place]
        own, needed = 1 << self.slot[node], self._mask(way.needs)
        circle = self.label.get(node)
        inside = [need for need in way.needs if circle is not None and self.label.get(need) == circle]
        arcs = self._mask(inside)
        amounts = self.limited.amounts[way.origin[0]] if self.limited.tops else ()
        join = self.limited.join
        for taken, states in table.items():
            if not taken & own or taken & needed != needed:
                continue
            for (chosen, after), values in list(states.items()):
                if chosen & own:
                    continue
                closed = _with_arcs(after, self.slot[node], arcs) if arcs else after
                if closed is not None:
                    held = states.setdefault((chosen | own, closed), [])
                    for value in values:
                        rest = join(value.rest, amounts)
                        self._keep(held, Value(value.cost + way.cost, rest, (value.picks, node, place)))

    def _close(self, table: Table, vertex: int) -> Table:
        """Leave a vertex behind: it is not taken, or its alternative is chosen."""
        slot = self.slot[vertex]
        bit = 1 << slot
        closed: Table = {}
        for taken, states in table.items():
            kept = closed.setdefault(taken & ~bit, {})
            for (chosen, after), values in states.items():
                if taken & bit and not chosen & bit:
                    continue
                rest = tuple(0 if at == slot else bits & ~bit for at, bits in enumerate(after))
                held = kept.setdefault((chosen & ~bit, rest if any(rest) else ()), [])
                for value in values:
                    self._keep(held, value)
        return closed

    def _keep(self, held: list[Value], value: Value) -> None:
        """Add a value if it keeps all limits and no other beats it."""
        self._count(1 + len(held))
        cost, rest = value.cost, value.rest
        if not self.limited.tops:
            if not held or cost < held[0].cost:
                held[:] = (value,)
            return
        if not self.limited.keeps(rest):
            return
        for other in held:
            if other.cost <= cost and _within(other.rest, rest):
                return
        held[:] = [other for other in held if not (cost <= other.cost and _within(rest, other.rest))]
        held.append(value)

    def _count(self, steps: int) -> None:
        self.steps += steps * CIRCULAR if self.label else steps
        if self.steps >= self.look:
            self.watch.done += (self.steps - self.look + LOOK) * UNIT
            self.look = self.steps + LOOK
            if self.steps > self.most or self.watch.stop() is not None:
                raise TooManyError

    def _mask(self, vertices: Iterable[int]) -> int:
        return sum(1 << self.slot[vertex] for vertex in vertices)


def _within(one: tuple[Number, ...], other: tuple[Number, ...]) -> bool:
    return all(a <= b for a, b in zip(one, other, strict=True))


def _with_arcs(after: tuple[int, ...], slot: int, arcs: int) -> tuple[int, ...] | None:
    """What depends on what once a slot depends on others too; `None` for a circle."""
    size = max(len(after), slot + 1, arcs.bit_length())
    rows = list(after) + [0] * (size - len(after))
    rows[slot] |= arcs
    return _transitive(rows)


def _merged(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...] | None:
    """Both together; `None` for a circle."""
    if not one or not other:
        return one or other
    if len(one) < len(other):
        one, other = other, one
    return _transitive([a | b for a, b in zip(one, other + (0,) * (len(one) - len(other)), strict=True)])


def _transitive(rows: list[int]) -> tuple[int, ...] | None:
    for middle, row in enumerate(rows):
        for at in range(len(rows)):
            if rows[at] >> middle & 1:
                rows[at] |= row
        row = rows[middle]
    return None if any(row >> at & 1 for at, row in enumerate(rows)) else tuple(rows)


def _picked(picks: _Picks) -> Iterator[tuple[int, int]]:
    """The decisions of a tree of pairs."""
    stack = [picks]
    while stack:
        top = stack.pop()
        if len(top) == 3:
            yield top[1], top[2]
            stack.append(top[0])
        elif top:
            stack.extend(top)
