"""The cost of one call under each cost model: what is billed for reading and writing.

Every function takes the size of the model, its own `prices` if it states any, the tokens read `read`, how many of them
are a prefix that the same agent has `seen`, and the tokens generated `written`.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache

from decomposer.errors import ProblemError
from decomposer.expr import ONE, ZERO, Expr, num, sym
from decomposer.growth.closed_forms import closed_form
from decomposer.problem.model import CostModel
from decomposer.problem.prices import Prices

Bill = Callable[[CostModel, Expr, Prices | None, Expr, Expr, Expr], Expr]


def paper(model: CostModel, size: Expr, prices: Prices | None, read: Expr, seen: Expr, written: Expr) -> Expr:
    """Each generated token is a forward pass over all that precedes it: ``m (P t + t(t-1)/2)``.

    Source: Meyerson & Qiu 2025, Def. 2.2.
    """
    return size * (read * written + written * (written - 1) * num(Fraction(1, 2)))


def linear(model: CostModel, size: Expr, prices: Prices | None, read: Expr, seen: Expr, written: Expr) -> Expr:
    """What an API bills: ``m (alpha P + beta t)``, or the model's own prices of P and of t tokens."""
    if prices is not None:
        return prices.input * read + prices.output * written
    return size * (model.alpha * read + model.beta * written)


def cached(model: CostModel, size: Expr, prices: Prices | None, read: Expr, seen: Expr, written: Expr) -> Expr:
    """As `linear`, but a prefix seen before is billed at ``gamma alpha`` a token, or at the model's own price of it."""
    if prices is not None:
        return prices.input * (read - seen) + prices.again * seen + prices.output * written
    return size * (model.alpha * (read - seen + model.gamma * seen) + model.beta * written)


def power(model: CostModel, size: Expr, prices: Prices | None, read: Expr, seen: Expr, written: Expr) -> Expr:
    """Superlinear attention: ``m sum_{j<t} (P + j)^e``.

    Raises
    ------
    ProblemError
        When the exponent is not a natural number and the tokens written are not a small number: the sum
        then has no closed form.
    """
    exponent = model.exponent.as_fraction()
    length = written.as_fraction()
    if length is not None and length.denominator == 1 and length <= 64:
        total = ZERO
        for j in range(int(length)):
            total = total + (read + j) ** model.exponent
        return size * total
    if exponent is None or exponent.denominator != 1:
        raise ProblemError("the power cost model needs a whole exponent where a call writes a text of varying length")
    index = sym("_j")
    total_form = closed_form((read + index) ** model.exponent, "_j", ZERO, written - ONE)
    assert total_form is not None, "sums of polynomials have closed forms"
    return size * total_form


BILLS: dict[str, Bill] = {"paper": paper, "linear": linear, "cached": cached, "power": power}


@lru_cache(maxsize=4096)
def call_cost(model: CostModel, size: Expr, prices: Prices | None, read: Expr, seen: Expr, written: Expr) -> Expr:
    """Bill one call under `model`; remembered, as many calls are alike."""
    return BILLS[model.kind](model, size, prices, read, seen, written)
