"""Between which constants a quotient stays: by hand, and far out along random ways in which the variables may grow."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from decomposer.expr import Expr, evaluate, num, parse, sym
from decomposer.growth import Regime
from decomposer.growth.factor import Factor, factor

NAMES = ("k", "l", "m")
OPEN = Regime.of([], unbounded=NAMES)
BELOW = Regime.of(["k <= l"], unbounded=NAMES)
FAR = 10**12


def bounds(low: Fraction | int, high: Fraction | int | None) -> Factor:
    return Factor(Fraction(low), None if high is None else Fraction(high))


@pytest.mark.parametrize(
    ("f", "g", "regime", "found"),
    [
        ("6*k*l + 5*k", "2*k*l + k + 7", OPEN, bounds(3, 3)),
        ("6*k + l", "2*k + 2*l", OPEN, bounds(Fraction(1, 2), 3)),
        # What the regime does not let vanish counts, though it never grows faster.
        ("6*l + k", "2*l + k", BELOW, bounds(1, 3)),
        ("6*l + k", "2*l", BELOW, bounds(3, None)),
        ("6*l", "2*l + k", BELOW, bounds(0, 3)),
        # Subtracted terms vanish, or nothing is said.
        ("6*k*l - 5*k", "2*k*l", OPEN, bounds(3, 3)),
        ("6*k - l", "2*k + l", OPEN, None),
        ("k*log(l)", "3*k*log(l) + k", OPEN, bounds(Fraction(1, 3), Fraction(1, 3))),
        ("k", "0", OPEN, None),
    ],
)
def test_by_hand(f: str, g: str, regime: Regime, found: Factor | None) -> None:
    assert factor(parse(f), parse(g), regime) == found


def polynomial(dice: Random) -> Expr:
    total = num(0)
    for _ in range(dice.randint(1, 5)):
        term = num(Fraction(dice.randint(1, 9), dice.randint(1, 4)))
        for name in NAMES:
            term = term * sym(name) ** dice.randint(0, 2)
        total = total + term
    return total


@pytest.mark.parametrize("seed", range(60))
def test_far_out_quotients_keep_within_the_bounds(seed: int) -> None:
    dice = Random(seed)
    f, g = polynomial(dice), polynomial(dice)
    regime = dice.choice((OPEN, BELOW))
    found = factor(f, g, regime)
    if found is None:
        return
    for _ in range(20):
        powers = {name: dice.randint(1, 3) for name in NAMES}
        scale = {name: dice.randint(1, 50) for name in NAMES}
        if regime is BELOW and (powers["k"], scale["k"]) > (powers["l"], scale["l"]):
            powers["k"], scale["k"] = powers["l"], scale["l"]
        values = {name: Fraction(scale[name] * FAR ** powers[name]) for name in NAMES}
        quotient = Fraction(evaluate(f, values)) / Fraction(evaluate(g, values))
        slack = Fraction(1, 10**6)
        assert quotient >= found.low - slack
        assert found.high is None or quotient <= found.high + slack
