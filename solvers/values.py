"""A value per node, where nothing couples a node to the rest: who sums them up knows the least, and can check it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeAlias

from decomposer.solvers.selection import Alternative, Number, Selection

Vector: TypeAlias = tuple[Number, ...]


Values: TypeAlias = Mapping[int, Vector | None]
"""The value of nodes; `None` where there is no way to do one."""


def least_values(problem: Selection) -> dict[int, Vector | None]:
    """The least costs, the first component first, of every node that nothing couples to the rest.

    Neither limits nor resources nor time speak of such a node or of what it needs, and what it needs serves nobody
    else.

    Notes
    -----
    Linear.
    """
    if problem.timed:
        return {}
    apart = _apart(problem)
    owners = _owners(problem)
    waiting = {
        node: len({need for alternative in alternatives for need in alternative.needs})
        for node, alternatives in enumerate(problem.choices)
        if node in apart
    }
    ready = [node for node, count in waiting.items() if not count]
    values: dict[int, Vector | None] = {}
    while ready:
        node = ready.pop()
        values[node] = _least(problem.choices[node], values)
        owner = owners.get(node)
        # What serves several nodes, or is a root, couples those; it has a value all the same.
        if owner is not None and owner in waiting and node not in problem.roots:
            waiting[owner] -= 1
            if not waiting[owner]:
                ready.append(owner)
    return values


def holds(problem: Selection, values: Values) -> bool:
    """Whether values are the least that these nodes cost, whatever the rest of an answer is: every way is looked at."""
    apart, owners = _apart(problem), _owners(problem)
    for node, value in values.items():
        needs = {need for alternative in problem.choices[node] for need in alternative.needs}
        if problem.timed or node not in apart or not needs <= values.keys():
            return False
        if any(need in problem.roots or owners[need] != node for need in needs):
            return False
        if _least(problem.choices[node], values) != value:
            return False
    return True


def contracted(problem: Selection, values: Values) -> Selection:
    """The problem in which every node with a value has one alternative, of that value."""
    return replace(
        problem,
        choices=tuple(
            alternatives if node not in values else () if (value := values[node]) is None else (Alternative(value),)
            for node, alternatives in enumerate(problem.choices)
        ),
    )


def expanded(problem: Selection, values: Values, chosen: Mapping[int, int]) -> dict[int, int]:
    """An answer to the problem from one to the contracted problem."""
    found = dict(chosen)
    stack = [node for node in chosen if node in values]
    while stack:
        node = stack.pop()
        rows = problem.choices[node]
        found[node] = next(index for index, one in enumerate(rows) if _sum(one, values) == values[node])
        stack += rows[found[node]].needs
    return dict(sorted(found.items()))


def _sum(alternative: Alternative, values: Values) -> Vector | None:
    """The costs of an alternative with those of its needs; `None` where one of these cannot be done."""
    rows = [alternative.costs]
    for need in alternative.needs:
        value = values[need]
        if value is None:
            return None
        rows.append(value)
    return tuple(sum(column, start=0) for column in zip(*rows, strict=True))


def _least(alternatives: tuple[Alternative, ...], values: Values) -> Vector | None:
    sums = (_sum(alternative, values) for alternative in alternatives)
    return min((total for total in sums if total is not None), default=None)


def _apart(problem: Selection) -> set[int]:
    """Nodes of whose own alternatives no limit and no resource that counts speaks."""
    scarce = {resource for pool in problem.pools for resource in pool.resources}
    scarce |= {number for number, one in enumerate(problem.resources) if any(one.costs) or any(one.spends)}
    return {
        node
        for node, alternatives in enumerate(problem.choices)
        if all(
            scarce.isdisjoint(one.uses) and not any(one.spends) and (problem.reliability is None or one.success == 1)
            for one in alternatives
        )
    }


def _owners(problem: Selection) -> dict[int, int | None]:
    """The node that alone needs a node; `None` for those that several need."""
    owners: dict[int, int | None] = {}
    for node, alternatives in enumerate(problem.choices):
        for need in {need for alternative in alternatives for need in alternative.needs}:
            owners[need] = node if owners.get(need, node) == node else None
    return owners
