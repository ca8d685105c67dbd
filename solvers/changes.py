"""What a change to a problem can have done to its least value, without solving anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from decomposer.solvers.prune import level_costs
from decomposer.solvers.selection import Alternative, Number, Selection

Levels: TypeAlias = tuple[Number, ...]
Key: TypeAlias = tuple[int, int]
"""An alternative: its node and its index."""


@dataclass(frozen=True, slots=True)
class Changes:
    """How a problem differs from an earlier one, all of whose limits it keeps or tightens.

    Parameters
    ----------
    added : tuple of alternatives
        New, or able to do what they could not do before.
    cheaper, dearer : mapping of alternative to levels
        What each adds to the levels now, less what it added before: below zero, and above.
    resources : tuple of numbers
        What resources can have taken away from the levels.
    """

    added: tuple[Key, ...]
    cheaper: Mapping[Key, Levels]
    dearer: Mapping[Key, Levels]
    resources: Levels

    def floor(self, least: Levels) -> Levels:
        """Below this no answer is that takes nothing added, when `least` was the optimum: at best it takes of each
        node what became cheaper most.
        """
        nodes: dict[int, Levels] = {}
        for (node, _), change in self.cheaper.items():
            nodes[node] = min(nodes.get(node, change), change)
        return add(least, self.resources, *nodes.values())


def add(*rows: Levels) -> Levels:
    """Levels added up."""
    return tuple(map(sum, zip(*rows, strict=True)))


def compare(old: Selection, new: Selection) -> Changes | None:
    """What changed; `None` when a limit was widened, or more than limits, alternatives and resources changed.

    Notes
    -----
    Linear, and little is done for nodes that are the same. Why the bound holds: an answer to the new problem that
    takes nothing added is, but for nodes no longer needed, an answer to the old one. Levels that weigh the makespan
    count a shorter duration in full: no schedule can gain more by it.
    """
    if not _narrower(old, new):
        return None
    nothing: Levels = (0,) * len(new.levels)
    added: list[Key] = []
    cheaper: dict[Key, Levels] = {}
    dearer: dict[Key, Levels] = {}
    for node, (before, now) in enumerate(zip(old.choices, new.choices, strict=False)):
        if before is now or before == now:
            continue
        for index, alternative in enumerate(now):
            if index >= len(before) or not _covers(old, before[index], alternative):
                added.append((node, index))
                continue
            change = _change(new, before[index], alternative)
            if change < nothing:
                cheaper[node, index] = change
            elif change > nothing:
                dearer[node, index] = change
    resources = nothing
    for resource, earlier in zip(new.resources, old.resources, strict=False):
        costs = tuple(a - b for a, b in zip(resource.costs, earlier.costs, strict=True))
        resources = add(resources, min(nothing, level_costs(new, costs)))
    return Changes(tuple(added), cheaper, dearer, resources)


def _narrower(old: Selection, new: Selection) -> bool:
    """Whether limits and resources are no wider, and the objectives the same."""
    pools = {pool.resources: pool.limit for pool in new.pools}
    return (
        (old.levels, old.components) == (new.levels, new.components)
        and set(old.roots) <= set(new.roots)
        and len(old.choices) <= len(new.choices)
        and len(old.resources) <= len(new.resources)
        and len(old.budgets) <= len(new.budgets)
        and len(old.capacities) == len(new.capacities)
        and all(a >= b for a, b in zip(old.budgets, new.budgets, strict=False))
        and all(a >= b for a, b in zip(old.capacities, new.capacities, strict=True))
        and all(pools.get(pool.resources, pool.limit + 1) <= pool.limit for pool in old.pools)
        and (old.deadline is None or (new.deadline is not None and new.deadline <= old.deadline))
        and (old.reliability is None or (new.reliability is not None and new.reliability >= old.reliability))
        and all(
            _no_less(earlier.spends, resource.spends, len(old.budgets))
            for earlier, resource in zip(old.resources, new.resources, strict=False)
        )
    )


def _covers(old: Selection, before: Alternative, now: Alternative) -> bool:
    """Whether wherever the new alternative may stand, the old one might have stood."""
    return (
        set(before.needs) <= set(now.needs)
        and set(before.uses) <= set(now.uses)
        and _no_less(before.spends, now.spends, len(old.budgets))
        and _no_less(before.occupies, now.occupies, len(old.capacities))
        and (old.deadline is None or before.duration <= now.duration)
        and (old.reliability is None or before.success >= now.success)
    )


def _no_less(before: tuple[Number, ...], now: tuple[Number, ...], length: int) -> bool:
    zeros = (0,) * length
    return all(a <= b for a, b in zip(before or zeros, now or (0,) * max(length, len(before)), strict=False))


def _change(problem: Selection, before: Alternative, now: Alternative) -> Levels:
    costs = tuple(a - b for a, b in zip(now.costs, before.costs, strict=True))
    shorter = min(0, now.duration - before.duration)
    return tuple(
        change + level.makespan * shorter
        for change, level in zip(level_costs(problem, costs), problem.levels, strict=True)
    )
