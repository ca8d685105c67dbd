"""Parts of lanes that chance decides: attempts, races of votes, escalations, items that lie somewhere.

For every kind: what it adds to one lane in expectation, and to the slowest of some lanes, with bounds on its tail. With
fixed attempts of chance p the slowest of k lanes takes ``rounds(k, p)`` of them, exactly; attempts that vary in length
themselves are bounded by Wald's identity (the slowest attempt of all, as often as the slowest lane makes one) and by
their tail. See docs/theory/asynchrony.md.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from decomposer.design import tails
from decomposer.design.between import Between, exactly, greatest
from decomposer.design.bounds import at_least
from decomposer.design.context import Context
from decomposer.design.divided import divided
from decomposer.design.finds import Items, uncertain_items
from decomposer.design.lanes import Lanes, Part, Tail, Trials, closer, over_levels
from decomposer.design.leaves import call_time, leaves, nested, over_rounds
from decomposer.design.nodes import Call, Design, Escalate, ForEach, If, Recurse, Retry, Until, Vote
from decomposer.design.reliability import Chances, cases, races, rejected, tries
from decomposer.design.votes import plain, raised
from decomposer.errors import ExpressionError
from decomposer.expr import ONE, ZERO, Expr, log, maximum, minimum, num, rounds

if TYPE_CHECKING:
    from decomposer.design.paths import Paths

Found = tuple[Expr, tuple[Part, ...]]
"""What a node takes for sure, and what chance adds."""

TWO, THREE_HALVES = num(2), num(Fraction(3, 2))

MOST_LEAD = 64
"""Largest lead of which the tail is added up."""


def parts_of(paths: Paths, node: Design, context: Context, lanes: Expr) -> Found:
    """What one execution of a node takes in each of some lanes; what handles items, in all rounds of its context."""
    if isinstance(node, If | ForEach):
        items = uncertain_items(paths.problem, node.finder, context)
        if items is None:
            assert isinstance(node, ForEach)
            return ZERO, (unknown(paths.items(node, context, lanes)),)
        if isinstance(node, ForEach) and paths.side_by_side(node, context):
            return ZERO, (_items_beside(paths, node, context, lanes, items),)
        return ZERO, (_items(paths, node, context, lanes, items),)
    context = context.once()
    if isinstance(node, Until):
        return _until(paths, node, context, lanes)
    if isinstance(node, Retry | Vote) and nested(node) and len(known := cases(paths.problem, node, context)) > 1:
        return ZERO, (_by_case(paths, node, context, known, lanes),)
    if isinstance(node, Retry):
        return ZERO, (_attempts(paths, node, context, lanes),)
    if isinstance(node, Escalate):
        return _escalated(paths, node, context, lanes)
    if isinstance(node, Vote) and node.lead is not None:
        return _race(paths, node, context, lanes)
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
    if isinstance(node, Recurse):
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
    return closer(Part(mean, slow, _worst(tails_), _mixed(groups, False)), lanes)


def _mixed(groups: list[tuple[Expr, Lanes]], further: bool) -> Trials | None:
    """Attempts of which only the chance depends on the case; `further`: after something else has been done."""
    found: list[tuple[Fraction, Fraction]] = []
    alike: set[tuple[Expr, Expr, int]] = set()
    for weight, group in groups:
        share, trials = weight.as_fraction(), group.parts[0].trials if len(group.parts) == 1 else None
        if trials is None and not group.parts:
            trials = Trials(group.sure, group.sure, tails.Attempts(((Fraction(1), Fraction(1)),)))
        elif group.sure != ZERO:
            return None
        if share is None or trials is None or not isinstance(trials.law, tails.Attempts):
            return None
        if further and (trials.first != trials.again or sum(one for one, _ in trials.law.cases) != 1):
            return None
        alike.add((trials.first, trials.again, trials.law.units))
        found += [(Fraction(share) * one, chance) for one, chance in trials.law.cases]
    if len(alike) != 1:
        return None
    first, again, units = next(iter(alike))
    return Trials(ZERO if further else first, again, tails.Attempts(tuple(found), units))


def _worst(known: list[Tail | None]) -> Tail | None:
    """A tail that is none lighter than any of some."""
    found = [one for one in known if one is not None]
    if len(found) < len(known):
        return None
    return Tail(greatest(*(one.level for one in found)), greatest(*(one.width for one in found)))


# -- attempts ---------------------------------------------------------------------------------------------


def _attempts(paths: Paths, node: Retry, context: Context, lanes: Expr) -> Part:
    """Attempts until all is accepted."""
    known = tries(paths.problem, node, context)
    units, chances = known[0][1], [chance for _, _, chance in known]
    least = chances[0] if len(known) == 1 else minimum(*chances)
    first, again = _once_and_again(paths, node.body, context, lanes)
    mean = paths.expected(node, context)
    most = Between(
        greatest(*(weight * rounds(lanes * units, chance) for weight, _, chance in known)), rounds(lanes * units, least)
    )
    body = first.tail
    tail = None if body is None else _attempted(body, least, sure=not first.parts).among(units)
    if lanes == ONE:
        return Part(mean, mean, tail, _trials(first, again, _as_attempts(known)))
    if not first.parts and not again.parts:
        slow = most.map(lambda number: first.sure + again.sure * (number - ONE))
        slow = Between(greatest(slow.low, mean.low), slow.high) if len(known) > 1 else slow
        return closer(Part(mean, slow, tail, _trials(first, again, _as_attempts(known))), lanes)
    high = first.slow.high + again.slow.high * (most.high - ONE)
    if tail is not None:
        high = minimum(high, tail.of_slowest(lanes))
    return Part(mean, Between(greatest(mean.low, first.slow.low, again.sure * most.low), high), tail)


def _once_and_again(paths: Paths, body: Design, context: Context, lanes: Expr) -> tuple[Lanes, Lanes]:
    """A body when it is done first, and when its prompts have been seen."""
    first = paths.lanes(body, context, lanes)
    if paths.problem.cost.kind != "cached":
        return first, first
    return first, paths.lanes(body, replace(context, again=True), lanes)


def _attempted(body: Tail, chance: Expr, sure: bool) -> Tail:
    """The tail of a body that is repeated until it is accepted.

    A geometric number is at most ``1 + E / -log(1-p)``, E exponential, so that ``log E exp(sN) <= s (1 + 3/(2p))`` for
    ``s <= p/2``. Where the body varies, and what it takes may depend on whether it is accepted, the same holds up to a
    factor of 2 in width, by Cauchy's inequality with the martingale of all attempts.
    """
    width = TWO * body.level / chance
    return Tail(body.level * (ONE + THREE_HALVES / chance), width if sure else TWO * greatest(body.width, width))


def _as_attempts(known: list[tuple[Expr, Expr, Expr]]) -> tails.Trials | None:
    numbers = [[value.as_fraction() for value in one] for one in known]
    exact = [[Fraction(value) for value in one if value is not None] for one in numbers]
    if any(len(one) < 3 or not 0 < one[2] <= 1 for one in exact) or exact[0][1].denominator != 1:
        return None
    return tails.Attempts(tuple((weight, chance) for weight, _, chance in exact), int(exact[0][1]))


def _trials(first: Lanes, again: Lanes, law: tails.Trials | None) -> Trials | None:
    return None if law is None or first.parts or again.parts else Trials(first.sure, again.sure, law)


# -- races ------------------------------------------------------------------------------------------------


def _race(paths: Paths, node: Vote, context: Context, lanes: Expr) -> Found:
    """Runs until one answer leads."""
    assert node.lead is not None
    first, again = _once_and_again(paths, node.body, context, lanes)
    lead = plain(node.lead)
    if lead == ONE:
        return first.sure, first.parts
    known = races(paths.problem, node, context)
    if all(right == ONE for _, right, _ in known) and not first.parts and not again.parts:
        return first.sure + again.sure * (lead - ONE), ()
    mean = paths.expected(node, context)
    body = first.tail
    tail = None if body is None else _worst([_raced(body, right, rival, lead) for _, right, rival in known])
    trials = _trials(first, again, _as_race(known, lead))
    if lanes == ONE:
        return ZERO, (Part(mean, mean, tail, trials),)
    low = [mean.low, first.slow.low]
    for weight, right, rival in known:
        if rival != ZERO:
            # Two votes that cancel each other come with chance 2pr, and leave everything as it was.
            low.append(weight * TWO * again.sure * rounds(lanes, ONE - TWO * right * rival))
    high = mean.high * lanes if tail is None else minimum(mean.high * lanes, tail.of_slowest(lanes))
    return ZERO, (closer(Part(mean, Between(greatest(*low), high), tail, trials), lanes),)


def _raced(body: Tail, right: Expr, rival: Expr, lead: Expr) -> Tail:
    """The tail of a body that is repeated until one answer leads.

    With p > r, ``P(T > n) <= (p/r)**(v/2) exp(-d n)``, ``d = (p - r)**2 / (2(p + r))`` at most ``(sqrt p - sqrt r)**2``
    (a walk tilted until it is fair). A fair one ends within twice its expected time ``v**2/(p + r)`` half of the time.
    """
    gain = right - rival
    if gain == ZERO:
        times = num(8) * lead * lead / (right + rival)
        level = width = times
    elif rival == ZERO:
        level, width = lead * (ONE + THREE_HALVES / right), TWO / right
    else:
        number = gain.as_fraction()
        odds = rival / right if number is not None and number < 0 else right / rival
        rate = gain * gain / (TWO * (right + rival))
        level, width = ONE + (log(odds) * lead / 2 + THREE_HALVES) / rate, TWO / rate
    return Tail(body.level * level, TWO * greatest(body.width, body.level * width))


def _as_race(known: list[tuple[Expr, Expr, Expr]], lead: Expr) -> tails.Trials | None:
    number = lead.as_fraction()
    chances = [tuple(value.as_fraction() for value in one) for one in known]
    if number is None or number > MOST_LEAD or any(value is None for one in chances for value in one):
        return None
    exact = tuple((Fraction(w or 0), Fraction(right or 0), Fraction(rival or 0)) for w, right, rival in chances)
    return tails.Race(exact, int(number))


# -- escalations ------------------------------------------------------------------------------------------


def _escalated(paths: Paths, node: Escalate, context: Context, lanes: Expr) -> Found:
    """Once; and where that is rejected, otherwise."""
    first = paths.lanes(node.body, context, lanes)
    shares = [(share, case) for share, case in rejected(paths.problem, node, context) if share != ZERO]
    if not shares:
        return first.sure, first.parts
    total, mean = ZERO, exactly(ZERO)
    others = [paths.lanes(node.then, case, lanes) for _, case in shares]
    for share, case in shares:
        total = total + share
        mean = mean + paths.expected(node.then, case).times(share)
    tail = _worst([one.tail for one in others])
    if tail is not None:
        tail = Tail(TWO * total * tail.level, greatest(tail.level, tail.width))
    if lanes == ONE:
        slow = mean
    elif all(one.sure == others[0].sure and not one.parts for one in others):
        slow = _any(total, lanes).times(others[0].sure)
    else:
        low = [share * one.slow.low for (share, _), one in zip(shares, others, strict=True)]
        high = ZERO
        for one in others:
            high = high + one.slow.high
        slow = Between(greatest(mean.low, *low), high)
    weighed = [(share, one) for (share, _), one in zip(shares, others, strict=True)]
    return first.sure, (*first.parts, closer(Part(mean, slow, tail, _mixed(weighed, True)), lanes))


def _any(share: Expr, lanes: Expr) -> Between:
    """Probability that something of a given chance happens in one of some lanes."""
    if lanes.as_fraction() is not None and share.as_fraction() is not None:
        try:
            return exactly(ONE - raised(ONE - share, lanes))
        except ExpressionError:  # of too many digits
            pass
    return Between(share, ONE)


# -- items ------------------------------------------------------------------------------------------------


def _items(paths: Paths, node: If | ForEach, context: Context, lanes: Expr, items: Items) -> Part:
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


def _items_beside(paths: Paths, node: ForEach, context: Context, lanes: Expr, items: Items) -> Part:
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


def _until(paths: Paths, node: Until, context: Context, lanes: Expr) -> Found:
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
