"""Listing every design of a space, with its free parameters left open."""

from __future__ import annotations

from collections.abc import Iterator

from decomposer.design.nodes import Design
from decomposer.rules.base import Decision, Goal
from decomposer.search.price import fill
from decomposer.search.unfold import Space


def designs(space: Space, goal: Goal | None = None) -> Iterator[tuple[Design, tuple[Decision, ...]]]:
    """Every design of the space, in the order of the rules; lazily, so that large spaces can be sampled.

    Parameters
    ----------
    goal : Goal, optional
        List the designs of this sub-goal instead of those of the whole problem.
    """
    for arc in space.graph.arcs[space.graph.root if goal is None else goal]:
        alternative = arc.item.alternative
        for chosen in _choices(space, arc.needs):
            filled = {sub: design for sub, (design, _) in chosen.items()}
            decisions = alternative.decisions
            for _, more in chosen.values():
                decisions += more
            yield fill(alternative.template, filled), decisions


def _choices(space: Space, needs: tuple[Goal, ...]) -> Iterator[dict[Goal, tuple[Design, tuple[Decision, ...]]]]:
    if not needs:
        yield {}
        return
    for first in designs(space, needs[0]):
        for rest in _choices(space, needs[1:]):
            yield {needs[0]: first, **rest}
