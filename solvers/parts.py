"""A selection problem falls into parts that have nothing to do with each other; each is solved alone.

Nodes with one alternative that must be taken are taken; what is left falls apart where no need, no shared resource
and no limit connects it. Levels add up over the parts, so best answers of all parts make a best answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace

from decomposer.solvers.components import components
from decomposer.solvers.selection import Pool, Selection


@dataclass(frozen=True, slots=True)
class Part:
    """One part, with its own numbers for nodes and resources.

    Parameters
    ----------
    problem : Selection
    nodes : tuple of int
        The node of the whole for each node of the part.
    """

    problem: Selection
    nodes: tuple[int, ...]

    def over(self, nodes: tuple[int, ...]) -> Part:
        """The same part in the numbers of another, whose nodes come first; the nodes it lacks cannot be done."""
        order = (*nodes, *(node for node in self.nodes if node not in set(nodes)))
        number = {node: place for place, node in enumerate(order)}
        rows = dict(zip(self.nodes, self.problem.choices, strict=True))
        names = dict(zip(self.nodes, self.problem.names, strict=False))
        choices = tuple(
            tuple(replace(a, needs=tuple(number[self.nodes[need]] for need in a.needs)) for a in rows.get(node, ()))
            for node in order
        )
        roots = tuple(number[self.nodes[root]] for root in self.problem.roots)
        texts = tuple(names.get(node, "") for node in order) if names else ()
        return Part(replace(self.problem, choices=choices, roots=roots, names=texts), order)


@dataclass(frozen=True, slots=True)
class Split:
    """What every answer takes, and the parts."""

    forced: tuple[int, ...]
    parts: tuple[Part, ...]

    def join(self, answers: Iterable[Mapping[int, int]]) -> dict[int, int]:
        """The answer to the whole, from one for each part."""
        chosen = dict.fromkeys(self.forced, 0)
        for part, answer in zip(self.parts, answers, strict=True):
            chosen.update((part.nodes[node], index) for node, index in answer.items())
        return dict(sorted(chosen.items()))


def split(problem: Selection) -> Split | None:
    """Take a problem apart; `None` where a budget, a reliability or time connects everything.

    Notes
    -----
    Near-linear. Equal parts of different problems are equal, whatever else is in those problems.
    """
    if problem.budgets or problem.reliability is not None or problem.timed:
        return None
    forced, tops = _forced(problem)
    paid = {resource for node in forced for resource in problem.choices[node][0].uses}
    if any(len(pool.resources & paid) > pool.limit for pool in problem.pools):
        return None
    groups = _Groups()
    for pool in problem.pools:
        free = sorted(pool.resources - paid)
        for resource in free:
            groups.join(_mark(free[0]), _mark(resource))
    seen = set(tops)
    stack = list(tops)
    while stack:
        node = stack.pop()
        groups.find(node)
        for alternative in problem.choices[node]:
            for need in alternative.needs:
                if need in forced:
                    continue
                groups.join(node, need)
                if need not in seen:
                    seen.add(need)
                    stack.append(need)
            for resource in alternative.uses:
                if resource not in paid:
                    groups.join(node, _mark(resource))
    members: dict[int, list[int]] = {}
    for node in sorted(seen):
        members.setdefault(groups.find(node), []).append(node)
    parts = (_part(problem, tuple(nodes), tops, forced, paid) for nodes in members.values())
    return Split(tuple(sorted(forced)), tuple(parts))


def _forced(problem: Selection) -> tuple[set[int], set[int]]:
    """Nodes that every answer takes: those with one alternative and on no circle, and the first of the others."""
    needs = [tuple({need: None for a in row for need in a.needs}) for row in problem.choices]
    circular = {
        node
        for component in components(problem.roots, needs.__getitem__)
        if len(component) > 1 or component[0] in needs[component[0]]
        for node in component
    }
    forced: set[int] = set()
    tops: set[int] = set()
    stack = list(problem.roots)
    while stack:
        node = stack.pop()
        if len(problem.choices[node]) != 1 or node in circular:
            tops.add(node)
        elif node not in forced:
            forced.add(node)
            stack.extend(problem.choices[node][0].needs)
    return forced, tops


def _part(problem: Selection, nodes: tuple[int, ...], tops: Set[int], forced: Set[int], paid: Set[int]) -> Part:
    """One part by itself."""
    number = {node: place for place, node in enumerate(nodes)}
    used = sorted({r for node in nodes for a in problem.choices[node] for r in a.uses if r not in paid})
    place_of = {resource: place for place, resource in enumerate(used)}
    choices = tuple(
        tuple(
            replace(
                alternative,
                needs=tuple(number[need] for need in alternative.needs if need not in forced),
                uses=tuple(place_of[resource] for resource in alternative.uses if resource not in paid),
            )
            for alternative in problem.choices[node]
        )
        for node in nodes
    )
    pools = tuple(
        Pool(frozenset(place_of[r] for r in pool.resources & place_of.keys()), pool.limit - len(pool.resources & paid))
        for pool in problem.pools
        if pool.resources & place_of.keys()
    )
    inside = replace(
        problem,
        choices=choices,
        roots=tuple(number[node] for node in nodes if node in tops),
        resources=tuple(problem.resources[resource] for resource in used),
        pools=pools,
        names=tuple(problem.names[node] for node in nodes) if problem.names else (),
    )
    return Part(inside, nodes)


def _mark(resource: int) -> int:
    """Resources among the nodes."""
    return -1 - resource


class _Groups:
    """Disjoint sets, with path halving."""

    def __init__(self) -> None:
        self._up: dict[int, int] = {}

    def find(self, item: int) -> int:
        up = self._up
        up.setdefault(item, item)
        while up[item] != item:
            up[item] = up[up[item]]
            item = up[item]
        return item

    def join(self, one: int, other: int) -> None:
        one, other = self.find(one), self.find(other)
        if one != other:
            self._up[max(one, other)] = min(one, other)
