"""The order of eventually-smaller functions."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decomposer.expr import compare, num, parse, sym
from decomposer.growth import Regime, best_constant, eventually

MIRROR = {"less": "greater", "greater": "less", "equal": "equal", "unknown": "unknown"}

CASES = [
    ("n", "n", [], "n", "equal"),
    ("n", "2*n", [], "n", "less"),
    ("n", "n + 1", [], "n", "less"),
    ("n**2 + n", "n**2 + 100", [], "n", "greater"),
    ("n**2", "n**2 - n", [], "n", "greater"),
    ("100*n", "n*log(n)", [], "n", "less"),
    ("3*n/log(3)", "2*n/log(2)", [], "n", "less"),
    ("4*n/log(4)", "2*n/log(2)", [], "n", "equal"),
    ("n*log(3)", "n*11/10", [], "n", "less"),
    ("n*sqrt(2)", "n*141421356/100000000", [], "n", "greater"),
    ("m + n", "m*n", [], "m n", "less"),
    ("2*m*n", "m*n + m", [], "m n", "greater"),
    ("2*m*n", "m*n + m", [], "m", "unknown"),
    ("m*n", "m**2 + n**2", [], "m n", "unknown"),
    ("k*m", "2*n*m", ["k <= n"], "m n k", "less"),
    ("k*m", "n*m", ["k <= n"], "m n k", "unknown"),
    ("k*m", "n*m + 1", ["k <= n"], "m n k", "less"),
    ("k*m", "n*m + m", ["k <= n"], "m n k", "less"),
    ("m", "n", [], "m n", "unknown"),
    ("m", "n", ["m << n"], "m n", "less"),
    ("2**n", "2**n + n", [], "n", "less"),
    ("2**(n+1)", "3*2**n", [], "n", "less"),
    ("3*ceil(n/2)", "n", [], "n", "greater"),
    ("2*ceil(n/2)", "n + 3", [], "n", "less"),
    ("2*ceil(n/2)", "n", [], "n", "unknown"),
    ("ceil(n/2)", "ceil(n/2)", [], "n", "equal"),
    ("floor(n/2)*3", "n", [], "n", "greater"),
    ("rounds(n, q)", "n", [], "n", "less"),
    ("n*q", "n", [], "n", "less"),
    ("n*q**2", "n*q", [], "n", "less"),
    ("n*q", "n*(1 - q)", [], "n", "unknown"),
]


@pytest.mark.parametrize(("f", "g", "assume", "unbounded", "expected"), CASES)
def test_order(f: str, g: str, assume: list[str], unbounded: str, expected: str) -> None:
    regime = Regime.of(assume, unbounded.split(), {"q": (0, 1)})
    assert eventually(f, g, regime) == expected
    assert eventually(g, f, regime) == MIRROR[expected]


polynomials = st.lists(st.tuples(st.integers(-5, 5), st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=4)


@settings(max_examples=200, deadline=None)
@given(polynomials, polynomials)
def test_order_agrees_with_numbers(f: list[tuple[int, int, int]], g: list[tuple[int, int, int]]) -> None:
    """In one variable the order is complete, and agrees with the values far out."""
    n = sym("n")
    left, right = (sum((num(c) * n**a * parse("log(n)") ** b for c, a, b in terms), start=n**4) for terms in (f, g))
    found = eventually(left, right, Regime.of([], ["n"]))
    assert found != "unknown"
    sign = compare(left, right, {"n": 2**600})
    assert found == {-1: "less", 0: "equal", 1: "greater"}[sign]


BEST = [
    ("f*log(k)/log(f)", 2, 3),
    ("f*ceil(log(k)/log(f))", 2, 3),
    ("f**2*log(k)/log(f)", 2, 2),
    ("m*f**2*log(k)/log(f)**3", 2, 5),
    ("k*2**f/f**6", 2, 9),
    ("k*2**f/f", 1, 1),
    ("k*f + 20*k/f", 1, 4),
    ("k*f + 400*k/f", 1, 20),
    ("k", 1, 1),
    ("k*q**(-f)*f", 1, 1),
]


@pytest.mark.parametrize(("cost", "low", "best"), BEST)
def test_best_constant(cost: str, low: int, best: int) -> None:
    regime = Regime.of([], ["k", "m"], {"q": (0, 1)})
    assert best_constant(cost, "f", low, regime) == best


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 30), st.integers(1, 30), st.integers(1, 3))
def test_best_constant_is_the_best(a: int, b: int, power: int) -> None:
    cost = parse(f"k*({a}*f**{power} + {b}/f)")
    found = best_constant(cost, "f", 1, Regime.of([], ["k"]), limit=32)

    def value(f: int) -> Fraction:
        return a * Fraction(f) ** power + Fraction(b, f)

    assert value(found) == min(map(value, range(1, 33)))
