"""Do a task several times over and let the answers vote."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from decomposer.design.bounds import at_least, without_ceilings
from decomposer.design.context import items
from decomposer.design.nodes import Design, Retry, Vote
from decomposer.design.recursing import base_cases
from decomposer.design.reliability import cases, reliability, votes_for
from decomposer.design.vote_bounds import odds_between
from decomposer.design.votes import MAX_BITS, ROUGH, least_lead, majority, plain
from decomposer.errors import ExpressionError
from decomposer.expr import ONE, ZERO, Expr, ceil, evaluate, log, num, sym
from decomposer.expr.enclosures import round_down, round_up
from decomposer.growth.constants import sign
from decomposer.problem.graph import helpers, topological
from decomposer.rules.base import Alternative, Decision, Fact, Goal, Rule, Site, hole
from decomposer.rules.retry import can_tell, checked, doers, single_unit

MORE = 8
"""Leads above the least that alone suffices, for votes that must make up for what fails elsewhere."""

LEADS = 64
"""Largest lead that is tried where some units are hard, which more votes do not make up for."""

MAJORITY = 31
"""Largest number of votes of a majority that is tried; a race costs less beyond."""


def expand(site: Site, goal: Goal) -> Iterator[Alternative]:
    """First to lead by v, and the majority of a number of votes."""
    if site.problem.target is None or goal.mode not in ("cover", "item") or goal.pending != frozenset(goal.tasks[:1]):
        return
    name = goal.tasks[0]
    task = site.task(name)
    if len(goal.tasks) > 1 or goal.fused or task.finds is not None or not single_unit(site, goal, name):
        return
    if goal.mode == "cover" and task.for_each is not None:  # each item has a vote of its own
        return
    facts = (Fact(name, "succeeds"),)
    for model in doers(site, goal, (name,)):
        settled = replace(goal, pending=frozenset(), direct=True, unit=False, model=model, tried=frozenset())
        yield from _on(site, goal, hole(settled), facts)
        if task.check is not None and can_tell(site, goal, (name,)):
            # A check that errs still tells what is suspicious: such answers are discarded before they vote.
            for body in checked(site, goal, (name,), hole(settled)):
                yield from _on(site, goal, Retry((name,), body), (*facts, Fact(name, "check")))


def _on(site: Site, goal: Goal, body: Design, facts: tuple[Fact, ...]) -> Iterator[Alternative]:
    """Votes among the answers of a body."""
    target = site.problem.target
    assert target is not None
    try:
        right, rival = votes_for(site.problem, body, site.inside(goal), goal.tasks)
    except ExpressionError:  # of too many digits
        yield from _between(site, goal, body, facts)
        return
    if right == ONE or rival == ZERO or target == ONE:
        return
    if not any(value.symbols for value in (right, rival, occurrences(site, goal), target)):
        yield from _counted(site, goal, body, facts)
    elif (lead := growing_lead(site, goal, *_hardest(site, goal, body))) is not None:
        yield Alternative(Vote(body, lead=lead), facts)


def _between(site: Site, goal: Goal, body: Design, facts: tuple[Fact, ...]) -> Iterator[Alternative]:
    """A vote on so many units at once that its chance is known by bounds only, unless it cannot reach the target.

    The lead is the least that may do. Whether it is left out for want of digits, or is too dear, is for the search.
    """
    target = site.problem.target
    if not site.numbered or target is None or target == ONE:  # while sizes are open, the search tells what is left out
        return
    odds, bound = odds_between(site.problem, body, site.inside(goal), goal.tasks[0]), evaluate(target, {})
    if odds is None or not odds.hopeless(bound):
        lead = 2 if odds is None else odds.least_lead(whole(occurrences(site, goal)), bound)
        yield Alternative(Vote(body, lead=num(lead)), facts)


def _hardest(site: Site, goal: Goal, body: Design) -> tuple[Expr, Expr]:
    """Chances of a vote for the right answer and for its rival, on the units where the right one leads by least."""
    known = cases(site.problem, body, site.inside(goal))
    found = [votes_for(site.problem, body, case, goal.tasks) for _, case in known]
    plain = [(right, rival) for right, rival in found if not (right.symbols or rival.symbols)]
    if len(found) == 1 or len(plain) < len(found):
        return found[0] if len(found) == 1 else (ZERO, ONE)
    return min(found, key=lambda one: evaluate(one[0] - one[1], {}) / evaluate(one[0] + one[1], {}))


def _counted(site: Site, goal: Goal, body: Design, facts: tuple[Fact, ...]) -> Iterator[Alternative]:
    """The least lead and majority that reach the target if all else goes well; at numbers, also some more.

    While others are not known, every task that may fail has an equal share of the failures that are allowed.
    """
    target = site.problem.target
    assert target is not None
    bound, scopes = evaluate(target, {}), occurrences(site, goal)
    number = whole(scopes) if site.numbered else evaluate(scopes, {}) * fallible(site)
    mixed = hard(site, goal)
    more = MORE if site.numbered and (mixed or fallible(site) > 1) else 0
    right, rival = (evaluate(value, {}) for value in votes_for(site.problem, body, site.inside(goal), goal.tasks))
    least: int | None = None
    first: int | None = None
    if mixed:
        tried = (Vote(body, lead=num(lead)) for lead in range(2, LEADS + 1))
        least = next((_votes(one) for one in tried if _good(site, goal, one, number, bound)), None)
        majorities = (Vote(body, num(votes)) for votes in range(3, MAJORITY + 1, 2))
        first = next((_votes(one) for one in majorities if _good(site, goal, one, number, bound)), None)
    elif right > rival:
        least, first = max(2, least_lead(rival / right, number, bound)), least_majority(right, number, bound)
    elif _good(site, goal, Vote(body, lead=num(2)), number, bound):
        # A lead makes the likelier answer likelier, which is not the right one; but it outvotes what is scattered.
        least = 2
    if least is not None and more:
        decision = Decision(site.lead, num(least), num(least + more), "votes by which an answer must lead")
        yield Alternative(Vote(body, lead=sym(site.lead)), facts, (decision,))
    elif least is not None:
        yield Alternative(Vote(body, lead=num(least)), facts)
    if first is not None:
        last = min(MAJORITY, first + 2 * more)
        yield from (Alternative(Vote(body, num(votes)), facts) for votes in range(first, last + 1, 2))


def _votes(vote: Vote) -> int:
    return int(evaluate(vote.votes if vote.lead is None else vote.lead, {}))


def _good(site: Site, goal: Goal, vote: Vote, scopes: Fraction, target: Fraction) -> bool:
    """Whether a vote on units some of which are hard reaches the target."""
    chance = reliability(site.problem, vote, site.inside(goal), goal.tasks).as_fraction()
    return chance is not None and reaches(Fraction(chance), scopes, target)


def least_majority(right: Fraction, scopes: Fraction, target: Fraction) -> int | None:
    """Least odd number of votes, from three on, whose majorities reach the target; `None` where none tried does."""
    if 2 * right <= 1:
        return None
    # A majority is right more often the more often each vote is: bounds of few digits mostly tell.
    rough = {_least_majority(end(right, ROUGH), scopes, target) for end in (round_down, round_up)}
    return rough.pop() if len(rough) == 1 else _least_majority(right, scopes, target)


def _least_majority(right: Fraction, scopes: Fraction, target: Fraction) -> int | None:
    def enough(votes: int) -> bool:
        return reaches(majority(right, votes), scopes, target)

    if right.denominator.bit_length() * MAJORITY > MAX_BITS or 2 * right <= 1 or not enough(MAJORITY):
        return None
    return next(votes for votes in range(3, MAJORITY + 1, 2) if enough(votes))


def reaches(chance: Fraction, scopes: Fraction, target: Fraction) -> bool:
    """Whether `scopes` things that each come out right with probability `chance` reach the target."""
    from decomposer.design.products import Product

    return chance > 0 and Product.of(chance, scopes).at_least(target)


def rare_enough(site: Site, goal: Goal, right: Expr) -> bool:
    """Whether a share of the failures that a target allows is enough for all that come out right so often each."""
    target = site.problem.target
    if target is None or site.numbered or right == ONE:  # at numbers, that is seen in the end
        return True
    number = occurrences(site, goal)
    if right.symbols or number.symbols or target.symbols:
        return False
    return reaches(evaluate(right, {}), evaluate(number, {}) * fallible(site), evaluate(target, {}))


def whole(count: Expr) -> Fraction:
    """As many full scopes as there are for certain."""
    number = count.as_fraction()
    assert number is not None
    return Fraction(number.numerator // number.denominator) if number >= 1 else Fraction(number)


def occurrences(site: Site, goal: Goal) -> Expr:
    """How often the goal stands in a design: one for every scope of its size."""
    number = ONE
    task = site.task(goal.tasks[0])
    if goal.mode != "route" and task.for_each is not None:  # also where it is still open how items are dealt with
        number = items(site.problem, site.task(task.for_each), site.context(Goal(goal.tasks)))
    elif task.recursive is not None and goal.part is not None and goal.size is not None:
        number = base_cases(site.problem, task, goal.part, goal.size)
    elif goal.part is not None and goal.size is not None:
        count = site.text_of(goal.part).count
        assert count is not None
        number = count / goal.size
    if goal.steps is not None and task.steps is not None:
        number = number * task.steps.count / goal.steps
    return number


def fallible(site: Site) -> int:
    """Number of tasks that may fail, among which the failures that the target allows are shared."""
    methods = (method for task in site.problem.tasks.values() for method in task.methods)
    names = {*topological(site.problem), *helpers(site.problem), *(name for one in methods for name in one.tasks)}
    return max(1, sum(site.task(name).succeeds is not None for name in names))


def growing_lead(site: Site, goal: Goal, right: Expr, rival: Expr) -> Expr | None:
    """A lead that grows as needed: N votes of failure ``x**v`` at most fail with ``(1 - t)/K`` together.

    That is ``v = ceil(log(K N/(1 - t)) / log(1/x))``, x the odds of the rival; it is the least lead up to a
    constant. `None` where the right answer is not known to be likelier than its rival.
    """
    target = site.problem.target
    if target is None or target == ONE or right == ZERO:
        return None
    return lead_that_grows(site, right, rival, rarity(site, goal))


def lead_that_grows(site: Site, right: Expr, rival: Expr, rare: Expr) -> Expr | None:
    """A lead with which one vote in so many fails; `None` where the right answer is not known to be likelier."""
    odds = rival / right
    if not odds.symbols <= constants(site):
        return None
    parameters = site.problem.parameters
    bounds = tuple((name, parameters[name].low, parameters[name].high) for name in sorted(odds.symbols))
    if sign(ONE - odds, bounds) != 1:
        return None
    lead = plain(ceil(log(rare) / log(ONE / odds)))
    if lead.as_fraction() is not None:
        return lead if at_least(lead, num(2)) else num(2)
    # A lead of one takes the first answer: there the odds of the rival are not all that may go wrong.
    return lead if rival + right == ONE else lead + ONE


def rarity(site: Site, goal: Goal) -> Expr:
    """One failure in so many votes is rare enough: ``K N/(1 - t)``, for N votes on each of K tasks that may fail."""
    # While the size of a scope is open, take as many scopes as there are at most: of the same growth where it counts.
    closed = replace(goal, size=_closed(site, goal.size), steps=_closed(site, goal.steps))
    return most_failures(site, without_ceilings(occurrences(site, closed)))


def most_failures(site: Site, number: Expr) -> Expr:
    """The same for so many votes."""
    target = site.problem.target
    assert target is not None
    return number * fallible(site) / (ONE - target)


def _closed(site: Site, size: Expr | None) -> Expr | None:
    return ONE if size is not None and not size.symbols <= site.problem.parameters.keys() else size


def constants(site: Site) -> frozenset[str]:
    """Parameters that are fixed numbers."""
    return frozenset(name for name, one in site.problem.parameters.items() if one.kind == "constant")


def hard(site: Site, goal: Goal) -> bool:
    """Whether some units are hard: votes do not make up for that."""
    fact = site.task(goal.tasks[0]).succeeds
    return fact is not None and fact.hard is not None


RULE = Rule(
    name="vote",
    does="several independent runs, and a vote among their answers",
    facts=("succeeds",),
    source="Meyerson et al. 2025 (MAKER), section 3; Feller 1968, XIV",
    expand=expand,
)
