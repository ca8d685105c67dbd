"""Ratios of growths and the maps of where they are which monomial."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decomposer.expr import atom_expr, parse
from decomposer.growth import Regime, Relation, ratio, relation

MAPS = [
    (
        "k*m_s*n",
        "m_d + m_s*n",
        ["m_d <= k*m_s"],
        "k m_s m_d n",
        "min(k, k*m_s*n/m_d)",
        {"k": {("m_d = O(m_s*n)",)}, "k*m_s*n/m_d": {("m_s*n = O(m_d)",)}},
    ),
    ("k*m_s*n", "m_d + m_s*n", ["m_d <= k*m_s", "k <= n"], "k m_s m_d n", "k", {"k": {()}}),
    ("m_g*n", "m_d + m_s*n", ["m_g == k*m_s", "m_d <= m_g", "k <= n"], "k m_s m_d n", "k", {"k": {()}}),
    (
        "m_q*b**2*k*l + m_d*b**2*k**2*l**2",
        "m_q*k*l + m_d*l**2*b",
        ["b <= k"],
        "b k l m_d m_q",
        None,
        {
            "b*k**2": {("k*m_q = O(b*l*m_d)",)},
            "b**2": {("k*l*m_d = O(m_q)",)},
            "b**2*k*l*m_d/m_q": {("b*l*m_d = O(k*m_q)", "m_q = O(k*l*m_d)")},
        },
    ),
    ("m_u*2**k*k**2*l**2", "m_u*k*l**2", [], "k l m_u", "2**k*k", {"2**k*k": {()}}),
    ("n*log(n)", "n", [], "n", "log(n)", {"log(n)": {()}}),
    ("n", "n", [], "n", "1", {"1": {()}}),
    ("m + n", "1", [], "m n", "m + n", {"m": {("n = O(m)",)}, "n": {("m = O(n)",)}}),
    ("1", "m + n", [], "m n", "min(1/m, 1/n)", {"1/m": {("n = O(m)",)}, "1/n": {("m = O(n)",)}}),
    ("n", "m", ["n == m"], "m n", "1", {"1": {()}}),
]


@pytest.mark.parametrize(("f", "g", "assume", "unbounded", "expr", "cases"), MAPS)
def test_map(
    f: str, g: str, assume: list[str], unbounded: str, expr: str | None, cases: dict[str, set[tuple[str, ...]]]
) -> None:
    found = ratio(f, g, Regime.of(assume, unbounded.split()))
    if expr is not None:
        assert found.expr == parse(expr)
    got: dict[object, set[tuple[str, ...]]] = {}
    for case in found.cases:
        got.setdefault(case.growth, set()).add(tuple(sorted(case.conditions)))
    assert got == {parse(growth): conditions for growth, conditions in cases.items()}


sums = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=3)


def text(terms: list[tuple[int, int, int]]) -> str:
    return " + ".join(f"x**{a}*y**{b}*z**{c}" for a, b, c in terms)


@settings(max_examples=60, deadline=None)
@given(sums, sums, st.sampled_from([(), ("x <= y",), ("z << x",), ("x == y**2",)]))
def test_cells_cover_and_are_right(
    f: list[tuple[int, int, int]], g: list[tuple[int, int, int]], assume: tuple[str, ...]
) -> None:
    """Within each cell the ratio is what is said; together the cells cover the regime."""
    regime = Regime.of(assume, ["x", "y", "z"])
    found = ratio(text(f), text(g), regime)
    # A product of a map and a sum may have too many parts to be compared.
    assert relation(f"({found.expr})*({text(g)})", text(f), regime=regime).kind in ("Theta", "unknown")
    for case in found.cases:
        inside = regime.extended([condition.replace("= O(", "<= (") for condition in case.conditions])
        assert relation(parse(text(g)) * case.growth, text(f), regime=inside).kind == "Theta"
    points = [(a, b, c) for a in range(1, 5) for b in range(1, 5) for c in range(1, 5)]
    for point in points:
        if not ASSUMED[assume](point):
            continue
        assert any(all(condition_holds(c, point) for c in case.conditions) for case in found.cases)


Point = tuple[int, int, int]
ASSUMED: dict[tuple[str, ...], Callable[[Point], bool]] = {
    (): lambda point: True,
    ("x <= y",): lambda point: point[0] <= point[1],
    ("z << x",): lambda point: point[2] < point[0],
    ("x == y**2",): lambda point: point[0] == 2 * point[1],
}


def condition_holds(condition: str, point: Point) -> bool:
    smaller, larger = condition.removesuffix(")").split(" = O(")
    return size(smaller, point) <= size(larger, point)


def size(monomial: str, point: Point) -> Fraction:
    """The logarithm of a monomial in x, y, z."""
    values = dict(zip("xyz", point, strict=True))
    ((mono, _),) = parse(monomial).terms
    return sum((values[str(atom_expr(atom))] * Fraction(x) for atom, x in mono), Fraction(0))


def test_plain_data() -> None:
    found = ratio("k*n", "k + n", Regime.of([], ["k", "n"]))
    assert found.to_dict()["ratio"] == "min(k, n)"
    assert str(found) == "Theta(min(k, n))"
    answer: Relation = relation("k", "n", unbounded=["k", "n"])
    assert answer.to_dict()["relation"] == "incomparable"
