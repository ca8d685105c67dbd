"""Best design parameters: known formulas, and agreement with trying all exponents."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decomposer.errors import GrowthError
from decomposer.expr import Expr, parse
from decomposer.growth import Regime, minimise, relation

KNOWN = [
    # cost, parameters, assumptions, unbounded, least growth, policy (None: depends on the regime)
    ("m_s*n*c + m_g*n/c", {"c": ("1", "n")}, [], "n m_s m_g", "n*sqrt(m_s*m_g) + m_s*n + m_g", None),
    (
        "m_s*n*c + m_g*n/c",
        {"c": ("1", "n")},
        ["m_s <= m_g", "m_g <= m_s*n"],
        "n m_s m_g",
        "n*sqrt(m_s*m_g)",
        {"c": "sqrt(m_g/m_s)"},
    ),
    ("n/c + c", {"c": ("1", "n")}, [], "n", "sqrt(n)", {"c": "sqrt(n)"}),
    ("n*c", {"c": ("1", "n")}, [], "n", "n", {"c": "1"}),
    ("n/c", {"c": ("1", "n")}, [], "n", "1", {"c": "n"}),
    ("n", {"c": ("1", "n")}, [], "n", "n", {"c": "1"}),
    ("n*k/c + h*c", {"c": ("1", "k")}, ["h << n"], "n k h", "n + sqrt(n*k*h)", None),
    ("f*log(k)/log(f)", {"f": ("2", "k")}, [], "k", "log(k)", {"f": "2"}),
    ("f*ceil(log(k)/log(f))", {"f": ("2", "k")}, [], "k", "log(k)", {"f": "2"}),
    ("(f + h)*log(k)/log(f)", {"f": ("2", "k")}, ["h == 1"], "k", "log(k)", {"f": "2"}),
    ("log(k)/log(f)", {"f": ("2", "k")}, [], "k", "1", {"f": "k"}),
    ("m*(k/g)*2**g*(g*l)**2", {"g": ("1", "k")}, [], "k l m", "m*k*l**2", {"g": "1"}),
    ("m*(k/g)*q**(-g)*(g*l)**2", {"g": ("1", "k")}, [], "k l m", "m*k*l**2", {"g": "1"}),
    ("n/g + 2**g", {"g": ("1", "n")}, [], "n", "n/log(n)", None),
    ("a*b + n/a + n/b", {"a": ("1", "n"), "b": ("1", "n")}, [], "n", "n**(2/3)", {"a": "n**(1/3)", "b": "n**(1/3)"}),
    ("k*m_s/g + n*g*m_s", {"g": ("1", "k")}, ["k <= n"], "k n m_s", "n*m_s", {"g": "1"}),
]


@pytest.mark.parametrize(("cost", "parameters", "assume", "unbounded", "growth", "policy"), KNOWN)
def test_known(
    cost: str,
    parameters: dict[str, tuple[str, str]],
    assume: list[str],
    unbounded: str,
    growth: str,
    policy: dict[str, str] | None,
) -> None:
    regime = Regime.of(assume, unbounded.split(), {"q": (0, 1)})
    found = minimise(cost, parameters, regime)
    assert found.status == "proved"
    assert relation(found.growth, growth, regime=regime).kind == "Theta", found.growth
    assert not found.growth.symbols & set(parameters)
    if policy is not None:
        expected = {name: parse(value) for name, value in policy.items()}
        assert [dict(item.values) for item in found.policies] == [expected]
    for values, conditions in found.policies:
        inside = regime.extended([str(condition).replace("= O(", "<= (") for condition in conditions])
        assert isinstance(values, dict)
        reached = parse(cost).subs(values)
        assert relation(reached, found.growth, regime=inside).kind == "Theta"


def test_three_parts() -> None:
    regime = Regime.of([], ["n", "m_s", "m_g", "m_d"])
    found = minimise("m_s*n*c + m_g*n*a/c + m_d*n/a", {"a": ("1", "n"), "c": ("1", "n")}, regime)
    assert found.status == "proved"
    assert parse("n*(m_s*m_g*m_d)**(1/3)").terms[0] in found.growth.terms


def test_parameters_are_not_of_the_regime() -> None:
    with pytest.raises(GrowthError, match="parameter of the regime"):
        minimise("n*k", {"k": (1, "n")}, Regime.of([], ["n", "k"]))


terms = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(-2, 2)), min_size=1, max_size=4)


@settings(max_examples=80, deadline=None)
@given(terms, st.sampled_from([(), ("x <= y",), ("y << x",)]))
def test_agrees_with_all_exponents(costs: list[tuple[int, int, int]], assume: tuple[str, ...]) -> None:
    """On every curve x = t**a, y = t**b, the least exponent over c = t**e, tried on a fine grid, is the one found."""
    regime = Regime.of(assume, ["x", "y"])
    cost = " + ".join(f"x**{a}*y**{b}*c**({e})" for a, b, e in costs)
    found = minimise(cost, {"c": (1, "y")}, regime)
    assert found.status == "proved"
    for point in product(range(1, 5), range(1, 5)):
        if (assume == ("x <= y",) and point[0] > point[1]) or (assume == ("y << x",) and point[1] >= point[0]):
            continue
        # Crossings of lines of slopes -2..2 have denominators 1..4.
        grid = [Fraction(i, 12) for i in range(12 * point[1] + 1)]
        least = min(max(a * point[0] + b * point[1] + e * c for a, b, e in costs) for c in grid)
        assert height(found.growth, point) == least


def height(growth: Expr, point: tuple[int, int]) -> Fraction:
    values = dict(zip(("x", "y"), point, strict=True))
    return max(
        sum((values[atom.name] * Fraction(x) for atom, x in mono), Fraction(0))  # type: ignore[attr-defined]
        for mono, _ in growth.terms
    )
