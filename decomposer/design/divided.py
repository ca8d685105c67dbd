"""The critical path of divide and conquer: subproblems side by side, each with subproblems of its own.

On the way to every base case lie one call, or a few, for each level; the longest of these ways is the path. Where
chance decides what calls take, it is at most the sum of the slowest on every level, and, as so many ways are sums over
as many levels, at most what the tails of these sums say. It is at least what it is without chance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from decomposer.design.between import Between, greatest
from decomposer.design.context import Context, Level
from decomposer.design.lanes import Lanes, Part, Tail, over_levels
from decomposer.design.leaves import over_rounds
from decomposer.design.nodes import Design, Recurse
from decomposer.design.recursing import at, bases, division, levels_of, longest_way, splits
from decomposer.expr import ONE, ZERO, Expr, maximum, minimum, num
from decomposer.problem.model import Problem

if TYPE_CHECKING:
    from decomposer.design.paths import Paths

Stage = tuple[list[Lanes], tuple[Level, ...]]


def shallow(problem: Problem, node: Recurse, context: Context) -> bool:
    """Whether all subproblems are base cases: then everything is done wave after wave."""
    found = division(problem, node, context)
    if found is None:
        levels = [level for _, inside in splits(problem, node, context) for level in inside.levels]
        return all(level.top == level.fan_in for level in levels)
    return sum(any(kind[0] > 1 for kind in level) for level in levels_of(found)) <= 1


def divided(paths: Paths, node: Recurse, context: Context, lanes: Expr) -> tuple[Expr, tuple[Part, ...]]:
    """What a recursion of several levels takes for sure, or with which chances, in each of some lanes."""
    place = context.once()
    stages = list(stages_of(paths, node, place, lanes))

    def once(design: Design, there: Context) -> Expr:
        return paths.expected(design, replace(there, levels=())).low

    low = longest_way(paths.problem, node, place, once, over_rounds)
    if not any(group.parts for groups, _ in stages for group in groups):
        return low, ()
    # On the way to the slowest base case lie the calls of the first level at least, of average length.
    first = ZERO
    for _, inside in islice(splits(paths.problem, node, place), 1):
        for helper in (node.split, node.combine):
            if helper is not None:
                first = first + over_rounds(once(helper, inside), Context(levels=inside.levels))
    low = greatest(low, first + over_levels(*stages[0]).low)
    high = _high(stages)
    alone = high if lanes == ONE else _high(list(stages_of(paths, node, place, ONE)))
    return ZERO, (Part(Between(low, alone), Between(low, high)),)


def stages_of(paths: Paths, node: Recurse, context: Context, lanes: Expr) -> Iterator[Stage]:
    """Base cases, then the problems of each level: all of a level side by side."""
    problem = paths.problem
    yield (
        [
            paths.lanes(node.body, context.grouped(node.task, node.part, size), number * lanes)
            for number, size in bases(problem, node, context)
        ],
        (),
    )
    helpers = [helper for helper in (node.split, node.combine) if helper is not None]
    found = division(problem, node, context)
    if found is None:
        for number, inside in splits(problem, node, context):
            for one in inside.levels:  # as many as on the lowest level
                assert one.fan_in is not None
                number = number.subs({one.index: one.fan_in})
            there = replace(inside, levels=())
            yield from (([paths.lanes(helper, there, number * lanes)], inside.levels) for helper in helpers)
        return
    for level in levels_of(found):
        kinds = [(num(number), at(node, found, kind, context)) for kind, number in level.items() if kind[0] > 1]
        if kinds:
            yield from (
                ([paths.lanes(helper, there, number * lanes) for number, there in kinds], ()) for helper in helpers
            )


def _high(stages: list[Stage]) -> Expr:
    """At most the slowest of every level, and at most what the tails of all ways say."""
    total, ways = ZERO, ZERO
    level: Expr = ZERO
    width: Expr | None = ZERO
    for place, (groups, levels) in enumerate(stages):
        total = total + over_levels(groups, levels).high
        for group in groups if place == 0 else ():
            ways = ways + group.number
        known = [group.tail for group in groups]
        found = [tail for tail in known if tail is not None]
        if len(found) < len(known):
            width = None
        if width is not None:
            tops = {one.index: one.top for one in levels}
            level = level + over_rounds(maximum(*(tail.level for tail in found)), Context(levels=levels))
            width = maximum(width, *(tail.width.subs(tops) for tail in found))
    return total if width is None else minimum(total, Tail(level, width).of_slowest(ways))
