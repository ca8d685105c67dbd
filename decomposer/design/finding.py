"""Parts of lanes that items decide, where it is not known how many lie in each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from decomposer.design.between import Between, exactly, greatest
from decomposer.design.bounds import at_least
from decomposer.design.context import Context
from decomposer.design.finds import Items, uncertain_items
from decomposer.design.lanes import Found, Part, Tail
from decomposer.design.leaves import call_time, leaves
from decomposer.design.nodes import Call, ForEach, If, Until
from decomposer.expr import ONE, ZERO, Expr, maximum, minimum, num

if TYPE_CHECKING:
    from decomposer.design.paths import Paths

TWO = num(2)


def in_turn(paths: Paths, node: If | ForEach, context: Context, lanes: Expr, items: Items) -> Part:
    """What is done for items, one after the other, where it is not known how many there are."""
    one = context.once()
    alone = items.single and items.covered(lanes)
    reached = items.count if alone else minimum(items.count, items.most * lanes)
    body = paths.lanes(node.body, one, reached)
    mean = paths.expected(node, context)
    orelse = node.orelse if isinstance(node, If) else None
    if orelse is not None:
        other = paths.lanes(orelse, one, lanes)
        if not body.parts and not other.parts and at_least(body.sure, other.sure):
            more = items.largest(lanes).times(body.sure - other.sure)
            slow = mean if lanes == ONE else more + exactly(other.sure * context.rounds)
            return Part(mean, slow, None, None, items)
        either = maximum(body.slow.high, other.slow.high)
        certain = alone and context.rounds == ONE and not body.parts and not other.parts
        low = either if certain else mean.low
        slow = mean if lanes == ONE else Between(low, either * context.rounds)
        return Part(mean, slow)
    tail = body.tail
    if tail is not None:
        tail = Tail(TWO * items.mean * tail.level, greatest(tail.level, tail.width))
    of = None if body.parts else items
    extra = body.sure if items.single and not body.parts else None
    if lanes == ONE:
        return Part(mean, mean, tail, None, of, extra)
    if alone:
        return Part(mean, body.slow, tail, None, of, extra)
    number = items.largest(lanes)
    if not body.parts:
        return Part(mean, number.times(body.sure), tail, None, of, extra)
    low = greatest(mean.low, items.some(lanes).low * paths.expected(node.body, one).low)
    return Part(mean, Between(low, number.high * body.slow.high), tail)


def at_once(paths: Paths, node: ForEach, context: Context, lanes: Expr, items: Items) -> Part:
    """What is done for the items of a lane side by side."""
    one = context.once()
    own = paths.lanes(node.body, one, items.most)
    single, some = paths.expected(node.body, one), items.some(ONE)
    at_once = context.rounds == ONE
    often = ONE if at_once else context.rounds
    if not own.parts and at_once:
        mean = some.times(own.sure)
    else:
        mean = Between(some.low * single.low, minimum(some.high * often * own.slow.high, items.mean * single.high))
    of = None if own.parts else items
    extra = own.sure if at_once and not own.parts else None
    if lanes == ONE:
        return Part(mean, mean, None, None, of, extra)
    all_covered = items.covered(lanes)
    every = paths.lanes(node.body, one, items.count if all_covered else minimum(items.count, items.most * lanes))
    if all_covered and at_once:
        return Part(mean, every.slow, None, None, of, extra)
    if extra is not None:
        return Part(mean, items.some(lanes).times(own.sure), None, None, of, extra)
    low = greatest(mean.low, items.some(lanes).low * single.low)
    return Part(mean, Between(low, often * every.slow.high), None, None, of)


def until_none(paths: Paths, node: Until, context: Context, lanes: Expr) -> Found:
    """Rounds until nothing more is found: one for every item, and one that finds nothing."""
    items = uncertain_items(paths.problem, node.finder, context)
    assert items is not None
    looks = acts = ZERO
    plainly = True
    for leaf in leaves(paths.problem, node.body, context, cut=paths.by_chance):
        if isinstance(leaf.node, Call):
            looks = looks + call_time(paths.problem, leaf.node, leaf.context) * leaf.count
        elif isinstance(leaf.node, If | ForEach) and leaf.node.finder == node.finder:
            body = paths.lanes(leaf.node.body, leaf.context.once(), ONE)
            acts, plainly = acts + body.sure * leaf.count, plainly and not body.parts
            if isinstance(leaf.node, If) and leaf.node.orelse is not None:  # in rounds that find nothing
                other = paths.lanes(leaf.node.orelse, leaf.context.once(), ONE)
                looks, acts = looks + other.sure * leaf.count, acts - other.sure * leaf.count
                plainly = plainly and not other.parts
        else:
            plainly = False
    mean = paths.expected(node, context)
    if plainly:
        number = items.largest(lanes)
        tail = Tail(TWO * items.mean * (looks + acts), looks + acts)
        return looks, (Part(exactly(items.mean * (looks + acts)), number.times(looks + acts), tail, None, items),)
    if lanes == ONE:
        return ZERO, (Part(mean, mean),)
    high = (items.largest(lanes).high + ONE) * paths.lanes(node.body, context, lanes).slow.high
    return ZERO, (Part(mean, Between(mean.low, high)),)
