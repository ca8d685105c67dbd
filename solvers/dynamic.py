"""Exact dynamic programming over acyclic AND/OR graphs with sets of non-dominated values.

Values are any objects: the caller says how an alternative combines the values of what it needs, and which
of a node's values are dominated. Exact whenever combining is monotone in that order.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import product
from typing import TypeVar

from decomposer.solvers.graph import Arc, Graph

Node = TypeVar("Node", bound=Hashable)
Item = TypeVar("Item")
Value = TypeVar("Value")


def solve(
    graph: Graph[Node, Item],
    combine: Callable[[Node, Arc[Node, Item], tuple[Value, ...]], Iterable[Value]],
    prune: Callable[[Node, Sequence[Value]], list[Value]],
) -> dict[Node, list[Value]]:
    """Compute the non-dominated values of every OR node reachable from the root.

    Parameters
    ----------
    graph : Graph
    combine : function of (node, arc, values of its needs in order)
        Values of the alternative; none when it is infeasible.
    prune : function of (node, values)
        The non-dominated ones among the values, in a deterministic order.

    Returns
    -------
    dict
        Values per OR node; an empty list where nothing is feasible.

    Raises
    ------
    ValueError
        When the graph has a cycle.

    Notes
    -----
    Time is the number of AND nodes times the product of the set sizes of their needs.
    """
    values: dict[Node, list[Value]] = {}
    for node in graph.bottom_up():
        found: list[Value] = []
        for arc in graph.arcs[node]:
            for chosen in product(*(values[need] for need in arc.needs)):
                found.extend(combine(node, arc, chosen))
        values[node] = prune(node, found)
    return values
