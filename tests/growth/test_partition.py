"""Maps of growths that are minima and share a monomial."""

from __future__ import annotations

import pytest

from decomposer.expr import evaluate, parse
from decomposer.growth.partition import leaves, partition
from decomposer.growth.regime import Regime


@pytest.mark.parametrize(
    "shared",
    [
        {"one": "a*n", "other": "max(b, min(a*n, b*n))"},
        {"one": "a**2 + b", "other": "n + min(a**2, b)"},
        {"one": "min(a*n, b)", "other": "min(a*n, b**2/n)"},
    ],
)
def test_a_monomial_that_both_have_is_no_border(shared: dict[str, str]) -> None:
    growths = {name: parse(text) for name, text in shared.items()}
    found = list(leaves(partition(growths, Regime.of(unbounded=["a", "b", "n"]))))
    assert {leaf.winner for leaf in found} == {"one", "other"}
    assert all(leaf.conditions and leaf.verified for leaf in found)
    # At numbers, where the conditions hold with nothing hidden in the O, the winner is least up to its terms.
    for point in ({"a": 10**x, "b": 10**y, "n": 10**z} for x in (1, 4) for y in (2, 7) for z in (3, 5)):
        values = {name: evaluate(growth, point) for name, growth in growths.items()}
        for leaf in found:
            pairs = [text.removesuffix(")").split(" = O(") for text in leaf.conditions]
            if all(evaluate(parse(below), point) <= evaluate(parse(above), point) for below, above in pairs):
                assert values[leaf.winner] <= 2 * min(values.values())
