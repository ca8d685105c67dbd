"""What a model of a catalogue bills for a token, where it states prices of its own; and what contradicts that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from decomposer.expr import ONE, Expr
from decomposer.problem.diagnose import Issue

if TYPE_CHECKING:
    from decomposer.problem.model import Problem
    from decomposer.problem.yaml import Loc

BILLED = ("linear", "cached")
"""The cost models that bill tokens; the others count passes through a model."""


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices of tokens, whatever the size of the model.

    Parameters
    ----------
    input, output : Expr
        Of a token read, and of a token written.
    cached : Expr, optional
        Of a token of a prefix seen before, under the cost model `cached`; as any token read, where nothing is said.
    """

    input: Expr
    output: Expr
    cached: Expr | None = None

    @property
    def again(self) -> Expr:
        """Price of a token seen before."""
        return self.input if self.cached is None else self.cached


def mispriced(problem: Problem) -> Iterator[Issue]:
    """Yield an issue for prices that nothing bills, and for those that cannot be compared with anything."""
    priced = {name: model.prices for name, model in problem.models.items() if model.prices is not None}
    if not priced:
        return
    cost, first = problem.cost, next(iter(priced))
    if cost.kind not in BILLED:
        message = f"the cost model `{cost.kind}` bills passes through a model of its size, not tokens at `prices`"
        hint = "write `cost: linear` (or `cost: cached`), or leave out `prices`"
        yield Issue(("models", first, "prices"), message, "bad-value", hint, at_key=True)
    missing = next((name for name in problem.models if name not in priced), None)
    if missing is not None:
        message = f"`{first}` states its prices, but `{missing}` does not: a bill by its size has another unit"
        hint = "state the prices of every model, or of none"
        yield Issue(("models", first, "prices"), message, "missing", hint, at_key=True)
    elif cost.kind in BILLED:
        for key, value in (("input", cost.alpha), ("output", cost.beta), ("cached", cost.gamma)):
            if value != ONE:
                message = f"`{key}` bills nothing, as every model states its own prices"
                yield Issue(("cost", key), message, "bad-value", "leave it out, or the `prices` of the models")
    for name, prices in priced.items():
        yield from _discounts(prices, ("models", name, "prices", "cached"))


def _discounts(prices: Prices, loc: Loc) -> Iterator[Issue]:
    """A cached token that is plainly dearer than any other is a share that was taken for a price."""
    more = prices.again - prices.input
    if more.terms and all(coefficient > 0 for _, coefficient in more.terms):
        message = f"a token seen before costs {prices.again}, more than one read anew, {prices.input}"
        hint = "write the price of such a token, not its share of `input`; leave it out where there is no discount"
        yield Issue(loc, message, "bad-value", hint)
