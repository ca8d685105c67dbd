"""What chance decides in lanes: which nodes it concerns, and what each adds.

For every kind of node: what it adds to one lane in expectation, and to the slowest of some lanes, with bounds on its
tail. See `decomposer.design.attempting` for what is repeated, and `decomposer.design.finding` for items.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from decomposer.design.attempting import attempted_parts, escalated_parts, mixed, raced_parts, worst
from decomposer.design.between import Between, greatest
from decomposer.design.context import Context
from decomposer.design.divided import divided, shallow
from decomposer.design.finding import at_once, in_turn, until_none
from decomposer.design.finds import uncertain_items
from decomposer.design.lanes import Found, Lanes, Part, Tail, closer, over_levels
from decomposer.design.leaves import nested, over_rounds
from decomposer.design.nodes import Design, Escalate, ForEach, If, Recurse, Retry, Until, Vote
from decomposer.design.reliability import Chances, cases
from decomposer.expr import ONE, ZERO, Expr

if TYPE_CHECKING:
    from decomposer.design.paths import Paths


def parts_of(paths: Paths, node: Design, context: Context, lanes: Expr) -> Found:
    """What one execution of a node takes in each of some lanes; what handles items, in all rounds of its context."""
    if isinstance(node, If | ForEach):
        items = uncertain_items(paths.problem, node.finder, context)
        if items is None:
            assert isinstance(node, ForEach)
            return ZERO, (unknown(paths.items(node, context, lanes)),)
        if isinstance(node, ForEach) and paths.side_by_side(node, context):
            return ZERO, (at_once(paths, node, context, lanes, items),)
        return ZERO, (in_turn(paths, node, context, lanes, items),)
    context = context.once()
    if isinstance(node, Until):
        return until_none(paths, node, context, lanes)
    if isinstance(node, Retry | Vote) and nested(node) and len(known := cases(paths.problem, node, context)) > 1:
        return ZERO, (_by_case(paths, node, context, known, lanes),)
    if isinstance(node, Retry):
        return ZERO, (attempted_parts(paths, node, context, lanes),)
    if isinstance(node, Escalate):
        return escalated_parts(paths, node, context, lanes)
    if isinstance(node, Vote) and node.lead is not None:
        return raced_parts(paths, node, context, lanes)
    return together(paths, node, context, lanes)


def unknown(slow: Between) -> Part:
    """What is known of the slowest alone."""
    return Part(Between(ZERO, slow.high), slow)


def in_rounds(part: Part, count: Expr, context: Context, lanes: Expr) -> Part:
    """So many executions of a part, which may depend on the round of a conversation."""
    if not context.indices and not context.levels:
        return part.repeated(count, lanes)

    def summed(value: Expr) -> Expr:
        return over_rounds(value * count, context)

    tail = None
    if part.tail is not None:
        top = {**dict(context.indices), **{level.index: level.top for level in context.levels}}
        tail = Tail(summed(part.tail.level), part.tail.width.subs(top))
    return Part(part.mean.map(summed), part.slow.map(summed), tail)


def together(paths: Paths, node: Design, context: Context, lanes: Expr) -> Found:
    """What is done side by side within each lane."""
    if isinstance(node, Recurse) and not shallow(paths.problem, node, context):
        return divided(paths, node, context, lanes)
    sure, parts = ZERO, []
    alone = list(paths.waves(node, context, ONE))
    beside = alone if lanes == ONE else paths.waves(node, context, lanes)
    for (own, levels), (all_, _) in zip(alone, beside, strict=True):
        mean, slow = over_levels(own, levels), over_levels(all_, levels)
        if not any(group.parts for group in own):
            sure = sure + mean.high
            continue
        tail, found = None, [group.tail for group in own]
        known = [one for one in found if one is not None]
        if not levels and len(known) == len(found):
            number = ZERO
            for group in own:
                number = number + group.number
            widest = greatest(*(one.width for one in known))
            tail = Tail(greatest(*(one.level for one in known)), widest).among(number)
        parts.append(Part(mean, slow, tail))
    return sure, tuple(parts)


def _by_case(paths: Paths, node: Retry | Vote, context: Context, known: Chances, lanes: Expr) -> Part:
    """What depends on whether the unit at hand is hard."""
    mean = paths.expected(node, context)
    low, high, tails_ = [mean.low], ZERO, []
    groups = [(weight, Lanes(lanes, *parts_of(paths, node, case, lanes))) for weight, case in known]
    for weight, group in groups:
        # The slowest of a share of the lanes takes at least that share of what the slowest of all would take.
        low.append(weight * group.slow.low)
        high = high + group.slow.high
        tails_.append(group.tail)
    slow = mean if lanes == ONE else Between(greatest(*low), high)
    return closer(Part(mean, slow, worst(tails_), mixed(groups, False)), lanes)
