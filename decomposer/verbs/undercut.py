"""Hand designs that do better than the answer: the contract allows them, and no rule makes them."""

from __future__ import annotations

from decomposer.errors import OutsideClassError
from decomposer.expr import Expr
from decomposer.growth import Regime, eventually, relation
from decomposer.problem.model import Problem
from decomposer.search.spread import order
from decomposer.verbs.measure import objective
from decomposer.verbs.results import Cost, HandDesign


def undercut(
    problem: Problem, hands: tuple[HandDesign, ...], best: Cost, growth: Expr, regime: Regime
) -> tuple[str, ...]:
    """Names of the hand designs within limits and target that are better than the best design found.

    Parameters
    ----------
    best : Cost
        Of the design found, with its value where numbers are given.
    growth : Expr
        Least growth found; of several designs, each best somewhere, the minimum.

    Notes
    -----
    At numbers by value; else by growth, and at equal growth by the exact cost in the end. What cannot be compared does
    not count; nor do costs where the scope is minimised.
    """
    if problem.minimise == "scope":
        return ()
    return tuple(
        hand.name
        for hand in hands
        if not hand.beyond and not hand.misses_target and better(problem, hand.cost, best, growth, regime)
    )


def better(problem: Problem, hand: Cost, best: Cost, growth: Expr, regime: Regime) -> bool:
    """Whether a hand design costs less than the best found, whose least growth is `growth`."""
    if best.value is not None:
        return hand.value is not None and order(hand.value, best.value) < 0
    exact, theta = objective(problem, hand)
    try:
        if relation(theta, growth, regime=regime).kind == "o":
            return True
        mine, least = objective(problem, best)
        return least == growth and eventually(exact, mine, regime) == "less"
    except OutsideClassError:
        return False


def told(names: tuple[str, ...]) -> tuple[str, ...]:
    """What the answer says of them."""
    text = "no rule makes it, so what is found is the best of what the rules make, and not of all designs"
    what = "take it as it is, or state the facts that allow it"
    return tuple(f"the hand design {name} does better: {text}; {what}" for name in names)
