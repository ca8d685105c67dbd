"""Free parameters become integers, and formulas without variables numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from decomposer.design.nodes import substitute
from decomposer.errors import NotExactError
from decomposer.expr import Expr, compare, evaluate, num
from decomposer.rules.base import Alternative, Decision, Goal
from decomposer.search.reasons import left_out

EVERY_INTEGER = 512
"""Up to so many values a free parameter is tried at every integer; beyond, at a spread of them."""

EVERY_PAIR = 128
"""The same where an alternative has several free parameters."""

DENSE = 32
"""A spread begins with so many values in a row."""


def exact(value: Expr) -> Fraction:
    """The rational number that a formula without variables stands for.

    Raises
    ------
    NotExactError
        When the number is irrational.
    """
    number = value.as_fraction()
    return Fraction(number) if number is not None else evaluate(value, {})


def settle(value: Expr) -> Expr:
    """Work a formula without variables out as far as it is rational."""
    try:
        return num(exact(value))
    except NotExactError:
        return value


def order(a: Expr, b: Expr) -> int:
    """Compare two numbers exactly: -1, 0 or 1."""
    left, right = a.as_fraction(), b.as_fraction()
    if left is None or right is None:
        return compare(a, b, {})
    return (left > right) - (left < right)


def lowest(goal: Goal, alternative: Alternative) -> Iterator[Alternative]:
    """Yield an alternative at the least values of its free parameters."""
    fixed: dict[str, Expr] = {}
    settled: list[Decision] = []
    for decision in alternative.decisions:
        low, high = (exact(end.subs(fixed)) for end in (decision.low, decision.high))
        if low > high:
            return
        fixed[decision.name] = num(int(low))
        settled.append(replace(decision, low=fixed[decision.name], high=fixed[decision.name]))
    yield replace(alternative, template=substitute(alternative.template, fixed), decisions=tuple(settled))


class Spread:
    """Replaces the free parameters of alternatives by integers."""

    def __init__(self) -> None:
        self.reasons: dict[str, None] = {}

    @property
    def complete(self) -> bool:
        """Whether no value was left out that might be better."""
        return not self.reasons

    def __call__(self, goal: Goal, alternative: Alternative) -> Iterator[Alternative]:
        """Yield the alternative at each value of its free parameters."""
        every = EVERY_PAIR if len(alternative.decisions) > 1 else EVERY_INTEGER
        yield from self.spread(alternative, every)

    def spread(self, alternative: Alternative, every: int) -> Iterator[Alternative]:
        """Yield it at each value of its free parameters, of which up to so many are tried one by one."""
        if not alternative.decisions:
            yield alternative
            return
        first, *others = alternative.decisions
        for value in self.values(first, every):
            fixed = {first.name: num(value)}
            rest = tuple(replace(other, low=other.low.subs(fixed), high=other.high.subs(fixed)) for other in others)
            template = substitute(alternative.template, fixed)
            for one in self.spread(replace(alternative, template=template, decisions=rest), every):
                settled = replace(first, low=num(value), high=num(value))
                yield replace(one, decisions=(settled, *one.decisions))

    def values(self, decision: Decision, every: int) -> list[int]:
        """Integers to try."""
        low, high = int(exact(decision.low)), int(exact(decision.high))
        if high - low < every:
            return list(range(low, high + 1))
        chosen = {*range(low, low + DENSE), high}
        value = low + DENSE
        while value < high:
            chosen.add(value)
            value += max(1, value // 8)
        self.reasons[left_out(decision, len(chosen), high - low + 1)] = None
        return sorted(chosen)
