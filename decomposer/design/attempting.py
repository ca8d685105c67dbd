"""Parts of lanes that are repeated until chance lets them stop: attempts, races of votes, escalations.

With fixed attempts of chance p the slowest of k lanes takes ``rounds(k, p)`` of them, exactly; attempts that vary in
length themselves are bounded by Wald's identity (the slowest attempt of all, as often as the slowest lane makes one)
and by their tail. See docs/theory/asynchrony.md.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from decomposer.design import tails
from decomposer.design.between import Between, exactly, greatest
from decomposer.design.context import Context
from decomposer.design.lanes import Found, Lanes, Part, Tail, Trials, closer
from decomposer.design.nodes import Design, Escalate, Retry, Vote
from decomposer.design.reliability import races, rejected, runs, tries
from decomposer.design.votes import plain, raised
from decomposer.errors import ExpressionError
from decomposer.expr import ONE, ZERO, Expr, log, minimum, num, rounds

if TYPE_CHECKING:
    from decomposer.design.paths import Paths

TWO, THREE_HALVES = num(2), num(Fraction(3, 2))

MOST_LEAD = 64
"""Largest lead of which the tail is added up."""


def attempted_parts(paths: Paths, node: Retry, context: Context, lanes: Expr) -> Part:
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


def mixed(groups: list[tuple[Expr, Lanes]], further: bool) -> Trials | None:
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


def worst(known: list[Tail | None]) -> Tail | None:
    """A tail that is none lighter than any of some."""
    found = [one for one in known if one is not None]
    if len(found) < len(known):
        return None
    return Tail(greatest(*(one.level for one in found)), greatest(*(one.width for one in found)))


# -- races ------------------------------------------------------------------------------------------------


def raced_parts(paths: Paths, node: Vote, context: Context, lanes: Expr) -> Found:
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
    tail = None if body is None else worst([_raced(body, right, rival, lead) for _, right, rival in known])
    law = _as_race(known, lead)
    trials = None if law is None else _trials(first, again, law)
    if lanes == ONE:
        return ZERO, (Part(mean, mean, tail, trials),)
    number = _most_runs(known, lead, runs(paths.problem, node, context), lanes, law)
    if not first.parts and not again.parts:
        slow = number.map(lambda times: first.sure + again.sure * (times - ONE))
        return ZERO, (Part(mean, slow, tail, trials),)
    high = minimum(mean.high * lanes, first.slow.high + again.slow.high * (number.high - ONE))
    if tail is not None:
        high = minimum(high, tail.of_slowest(lanes))
    return ZERO, (Part(mean, Between(greatest(mean.low, first.slow.low, again.sure * number.low), high), tail),)


def _most_runs(
    known: list[tuple[Expr, Expr, Expr]], lead: Expr, mean: Expr, lanes: Expr, law: tails.Trials | None
) -> Between:
    """Expected runs in the lane that takes most."""
    low = [mean]
    for weight, right, rival in known:
        if rival != ZERO:
            # Two votes that cancel each other come with chance 2pr, and leave everything as it was.
            low.append(weight * TWO * rounds(lanes, ONE - TWO * right * rival))
    high = mean * lanes
    tail = worst([_raced(Tail(ONE, ZERO), right, rival, lead) for _, right, rival in known])
    if tail is not None:
        high = minimum(high, tail.of_slowest(lanes))
    found = Part(exactly(mean), Between(greatest(*low), high), None, None if law is None else Trials(ONE, ONE, law))
    return closer(found, lanes).slow


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


def escalated_parts(paths: Paths, node: Escalate, context: Context, lanes: Expr) -> Found:
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
    tail = worst([one.tail for one in others])
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
    return first.sure, (*first.parts, closer(Part(mean, slow, tail, mixed(weighed, True)), lanes))


def _any(share: Expr, lanes: Expr) -> Between:
    """Probability that something of a given chance happens in one of some lanes."""
    if lanes.as_fraction() is not None and share.as_fraction() is not None:
        try:
            return exactly(ONE - raised(ONE - share, lanes))
        except ExpressionError:  # of too many digits
            pass
    return Between(share, ONE)
