"""Tree decompositions: a tree of small sets of vertices, its bags, that together hold every edge of a hypergraph.

What lies below a bag and what lies above it have only the vertices of the bag in common, so dynamic programming over
the tree needs to remember nothing but those.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush


@dataclass(frozen=True, slots=True)
class Bag:
    """One bag.

    Parameters
    ----------
    vertex : int
        It is in this bag and in bags below, and in none above.
    others : tuple of int
        The rest of the bag: all of them are in the bag above too.
    above : int, optional
        Place of the next bag towards the root; `None` for a root, which has no others.
    edges : tuple of int
        Places of the edges that lie in this bag and were not given to a bag below.
    """

    vertex: int
    others: tuple[int, ...]
    above: int | None
    edges: tuple[int, ...]


def decompose(vertices: Collection[int], edges: Sequence[frozenset[int]], most: int) -> list[Bag] | None:
    """A tree decomposition, bags below first; `None` when a bag would hold more than `most` vertices.

    Parameters
    ----------
    vertices : collection of int
    edges : sequence of sets of vertices, none empty
    most : int

    Notes
    -----
    Vertices leave one after the other, one of least degree first, and their neighbours become neighbours of each
    other: bags of at most `most` vertices are found in ``O(vertices * most**2 * log vertices)`` after the edges are
    read. The width is that of this heuristic; to find the least is NP-hard (Bodlaender and Koster 2010, "Treewidth
    computations I", compare the heuristics).
    """
    if any(len(edge) > most for edge in edges):
        return None
    near: dict[int, set[int]] = {vertex: set() for vertex in vertices}
    for edge in edges:
        for vertex in edge:
            near[vertex] |= edge
    for vertex in near:
        near[vertex].discard(vertex)
    heap = [(len(others), vertex) for vertex, others in near.items()]
    heapify(heap)
    place: dict[int, int] = {}
    left: list[tuple[int, set[int]]] = []
    while heap:
        degree, vertex = heappop(heap)
        if vertex in place or len(near[vertex]) != degree:
            continue
        if degree + 1 > most:
            return None
        others = near.pop(vertex)
        place[vertex] = len(left)
        left.append((vertex, others))
        for other in others:
            mine = near[other]
            mine |= others
            mine -= {vertex, other}
            heappush(heap, (len(mine), other))
    held: list[list[int]] = [[] for _ in left]
    for number, edge in enumerate(edges):
        held[min(place[vertex] for vertex in edge)].append(number)
    return [
        Bag(vertex, tuple(sorted(others)), min((place[o] for o in others), default=None), tuple(held[number]))
        for number, (vertex, others) in enumerate(left)
    ]


def slots(bags: Sequence[Bag]) -> dict[int, int]:
    """A small number for each vertex, such that no two in one bag have the same.

    Notes
    -----
    From the roots down every vertex takes the least number free: as many are needed as the largest bag has vertices.
    """
    found: dict[int, int] = {}
    for bag in reversed(bags):
        taken = {found[other] for other in bag.others}
        found[bag.vertex] = next(number for number in range(len(taken) + 1) if number not in taken)
    return found
