"""The structure of an AND/OR graph: its circles, and what a node cannot be done without."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol


class Needing(Protocol):
    """An alternative, as far as structure goes."""

    @property
    def needs(self) -> frozenset[int]:
        """The OR nodes that it needs."""


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


def necessary(choices: Mapping[int, Sequence[Needing]]) -> tuple[list[int], dict[int, int], dict[int, int]]:
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
