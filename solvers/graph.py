"""AND/OR graphs: choices, alternatives, and what each alternative needs. Knows nothing of what they mean."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

Node = TypeVar("Node", bound=Hashable)
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Arc(Generic[Node, Item]):
    """An AND node: an alternative (`item`) and the OR nodes that it needs, each once."""

    item: Item
    needs: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Graph(Generic[Node, Item]):
    """An AND/OR graph.

    Parameters
    ----------
    root : Node
    arcs : mapping
        From each OR node to its alternatives; an OR node without any cannot be reached.
    """

    root: Node
    arcs: Mapping[Node, tuple[Arc[Node, Item], ...]]

    @property
    def or_nodes(self) -> int:
        """Number of OR nodes."""
        return len(self.arcs)

    @property
    def and_nodes(self) -> int:
        """Number of AND nodes."""
        return sum(map(len, self.arcs.values()))

    def bottom_up(self) -> tuple[Node, ...]:
        """OR nodes reachable from the root, children first.

        Raises
        ------
        ValueError
            When the graph has a cycle.
        """
        order: list[Node] = []
        state: dict[Node, bool] = {}
        stack: list[tuple[Node, Iterator[Node]]] = [(self.root, self._needs(self.root))]
        state[self.root] = False
        while stack:
            node, rest = stack[-1]
            child = next((need for need in rest if state.get(need) is not True), None)
            if child is None:
                stack.pop()
                state[node] = True
                order.append(node)
            elif child in state:
                raise ValueError("the AND/OR graph has a cycle")
            else:
                state[child] = False
                stack.append((child, self._needs(child)))
        return tuple(order)

    def _needs(self, node: Node) -> Iterator[Node]:
        return (need for arc in self.arcs[node] for need in arc.needs)

    def count(self) -> int:
        """Number of solution trees: ways to choose one alternative at every OR node reached. Exact."""
        ways: dict[Node, int] = {}
        for node in self.bottom_up():
            total = 0
            for arc in self.arcs[node]:
                product = 1
                for need in arc.needs:
                    product *= ways[need]
                total += product
            ways[node] = total
        return ways[self.root]
