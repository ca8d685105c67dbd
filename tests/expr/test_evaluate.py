"""Values: exact where rational, enclosed where not, and refused clearly where undefined or too large."""

from __future__ import annotations

import time
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decomposer.errors import ExpressionError, NotExactError
from decomposer.expr.enclosures import exp_bounds, log_bounds, loggamma_bounds
from decomposer.expr.evaluate import compare, enclose, evaluate
from decomposer.expr.parse import parse

HALF = Fraction(1, 2)


@pytest.mark.parametrize(
    ("text", "env", "value"),
    [
        ("n**2/2 - n + 1/3", {"n": 5}, Fraction(47, 6)),
        ("2**n*n!", {"n": 10}, 1024 * 3628800),
        ("n**k", {"n": Fraction(2, 3), "k": 5}, Fraction(32, 243)),
        ("q**(-k)", {"q": HALF, "k": 7}, 128),
        ("n**(3/2)", {"n": 16}, 64),
        ("sqrt(n)*sqrt(k)", {"n": 2, "k": 8}, 4),
        ("2**(log(n)/log(2))", {"n": 12}, 12),
        ("2**(log(n)/log(10))", {"n": 1000}, 8),
        ("log(n)/log(k)", {"n": 8, "k": 4}, Fraction(3, 2)),
        ("log(n)/log(10)", {"n": 100}, 2),
        ("log(n)", {"n": 1}, 0),
        ("ceil(log(9)/log(3))", {}, 2),
        ("ceil(log(n)/log(3))", {"n": 9}, 2),
        ("ceil(log(n)/log(3))", {"n": 10}, 3),
        ("floor(log(n)/log(10))", {"n": 999}, 2),
        ("floor(log(n)/log(10))", {"n": 1000}, 3),
        ("ceil(sqrt(n)*sqrt(n+1) - n)", {"n": 10**30}, 1),
        ("floor(n/k)*k", {"n": 17, "k": 5}, 15),
        ("ceil(n/k)", {"n": 17, "k": 5}, 4),
        ("max(n, k, 3) - min(n, k)", {"n": 2, "k": 7}, 5),
        ("max(log(2), 1)", {}, 1),
        ("min(log(n), 3)", {"n": 1000}, 3),
        (
            "ceil(log(t**(-m/s) - 1)/log((1-p)/p))",
            {"t": Fraction(9, 10), "m": 1, "s": 10**6, "p": Fraction(99, 100)},
            4,
        ),
        ("rounds(g, p)", {"g": 0, "p": HALF}, 0),
        ("rounds(g, p)", {"g": 5, "p": 1}, 1),
        ("rounds(g, 1/2)", {"g": 3}, Fraction(22, 7)),
        ("loggamma(n)", {"n": 2}, 0),
        ("(n-3)**3", {"n": 1}, -8),
        ("1/(n-3)", {"n": 1}, -HALF),
        ("0*log(n)+n", {"n": 0}, 0),
    ],
)
def test_exact_values(text: str, env: dict[str, int | Fraction], value: int | Fraction) -> None:
    found = evaluate(parse(text), env)
    assert type(found) is Fraction
    assert found == value
    assert enclose(parse(text), env) == (value, value)


@pytest.mark.parametrize(
    ("text", "env", "says"),
    [
        ("q", {}, "'q' has no value"),
        ("n", {"n": -1}, "negative"),
        ("1/(n-k)", {"n": 3, "k": 3}, "division by zero"),
        ("1/log(n)", {"n": 1}, "division by zero"),
        ("log(n)", {"n": 0}, "logarithm"),
        ("log(log(n))", {"n": 1}, "logarithm"),
        ("log(n - 5)", {"n": 2}, "logarithm"),
        ("sqrt(n - 5)", {"n": 2}, "negative"),
        ("n!", {"n": HALF}, "natural"),
        ("rounds(n, 1/2)", {"n": HALF}, "natural"),
        ("rounds(2, p)", {"p": 2}, "probability"),
        ("n!", {"n": 10**7}, "bits"),
        ("2**(2**n)", {"n": 100}, "bits"),
        ("n**n**n", {"n": 1000}, "bits"),
        ("exp(n)", {"n": 10**9}, "bits"),
    ],
)
def test_undefined_and_too_large(text: str, env: dict[str, int | Fraction], says: str) -> None:
    for function in (evaluate, enclose):
        with pytest.raises(ExpressionError, match=says):
            function(parse(text), env)


def test_irrational_values_are_not_exact() -> None:
    for text in ("sqrt(2)", "log(2)", "exp(1)", "2**(1/3) + 1", "log(3)/log(2)", "loggamma(1/2)"):
        with pytest.raises(NotExactError, match="exact"):
            evaluate(parse(text), {})
        low, high = enclose(parse(text), {})
        assert low < high


def test_floats_are_refused() -> None:
    with pytest.raises(TypeError, match="float"):
        evaluate(parse("n"), {"n": 0.5})  # type: ignore[dict-item]


def test_too_close_to_decide_ends() -> None:
    hidden_zero = parse("sqrt(n + 2*sqrt(k)) - sqrt(2) - sqrt(3)")
    start = time.process_time()
    for text in (hidden_zero, parse("ceil(x)").subs({"x": hidden_zero})):
        with pytest.raises(NotExactError, match="too close"):
            enclose(text, {"n": 5, "k": 6})
    assert time.process_time() - start < 10


def maximum_of_geometric(count: int, success: Fraction, horizon: int) -> Fraction:
    """Expected maximum, by summing over all outcomes up to a horizon."""
    weight = [success * (1 - success) ** t for t in range(horizon)]
    total = Fraction(0)
    for outcome in product(range(horizon), repeat=count):
        chance = Fraction(1)
        for t in outcome:
            chance *= weight[t]
        total += chance * (max(outcome) + 1)
    return total


@pytest.mark.parametrize(("count", "success"), [(1, Fraction(2, 3)), (2, HALF), (3, Fraction(3, 4))])
def test_rounds_is_the_expected_maximum(count: int, success: Fraction) -> None:
    exact = evaluate(parse("rounds(g, p)"), {"g": count, "p": success})
    sampled = maximum_of_geometric(count, success, 14)
    assert sampled < exact < sampled + Fraction(1, 20)


def test_rounds_is_enclosed_where_it_is_too_large_to_write() -> None:
    low, high = enclose(parse("rounds(g, 1/2)"), {"g": 10**6})
    assert Fraction(2126, 100) < low < high < Fraction(2127, 100)
    for g in (1, 7, 40):
        exact = evaluate(parse("rounds(g, 1/3)"), {"g": g})
        low, high = enclose(parse("rounds(g, 1/3) + log(2) - log(2)*n"), {"g": g, "n": 1})
        assert low <= exact <= high


@given(
    st.sampled_from(
        [
            "log(n)",
            "sqrt(n + 1/k)",
            "exp(n/k) - 1",
            "n**(2/3)*log(k + 1)",
            "(1 + 1/n)**(k/3)",
            "log(log(n + 3))/log(k + 1)",
            "max(log(n + 1), sqrt(k))",
            "loggamma(n + 1/k)",
            "2**sqrt(n)/3**sqrt(k)",
            "k**(n/1000) - n*log(k + 2)",
        ]
    ),
    st.fractions(min_value=2, max_value=50, max_denominator=40),
    st.integers(2, 60),
    st.sampled_from([8, 53, 64, 200]),
)
@settings(max_examples=150, deadline=None)
def test_bounds_hold_and_are_narrow(text: str, n: Fraction, k: int, bits: int) -> None:
    mpmath = pytest.importorskip("mpmath")
    low, high = enclose(parse(text), {"n": n, "k": k}, bits)
    assert (high - low) * 2**bits <= min(abs(low), abs(high))
    with mpmath.workprec(4 * bits + 200):
        names = {name: getattr(mpmath, name) for name in ("log", "sqrt", "exp", "loggamma")}
        values = {"n": mpmath.mpf(n.numerator) / n.denominator, "k": mpmath.mpf(k), "max": max}
        value = eval(text.replace("2/3", "mpf(2)/3"), {"mpf": mpmath.mpf, **names, **values})
        slack = abs(value) * mpmath.mpf(2) ** (-2 * bits - 80)
        assert mpmath.mpf(low.numerator) / low.denominator - slack <= value
        assert value <= mpmath.mpf(high.numerator) / high.denominator + slack


@given(st.fractions(min_value=Fraction(1, 10**6), max_value=10**6), st.integers(4, 400))
@settings(max_examples=100, deadline=None)
def test_elementary_bounds_are_nested(value: Fraction, bits: int) -> None:
    for function in (log_bounds, loggamma_bounds):
        low, high = function(value, bits)
        inner = function(value, bits + 100)
        assert low <= inner[1] and inner[0] <= high
        assert high - low <= Fraction(1, 2 ** (bits - 2)) * max(Fraction(1), abs(high))
    assert exp_bounds(log_bounds(value, 60)[0], 60)[0] <= value <= exp_bounds(log_bounds(value, 60)[1], 60)[1]


def test_gamma_obeys_its_recurrence() -> None:
    for x in (Fraction(1, 3), Fraction(17, 5), Fraction(1000, 7)):
        left = enclose(parse("loggamma(x + 1)"), {"x": x})
        right = enclose(parse("loggamma(x) + log(x)"), {"x": x})
        assert left[0] <= right[1] and right[0] <= left[1]
    low, high = enclose(parse("2*loggamma(1/2)"), {})
    assert low >= log_bounds(Fraction(314159265358979, 10**14), 64)[0]
    assert high <= log_bounds(Fraction(314159265358980, 10**14), 64)[1]


@pytest.mark.parametrize(
    ("left", "right", "sign"),
    [
        ("n**2", "2**n", 0),
        ("log(8)", "3*log(2)", 0),
        ("log(n)/log(10)", "2*log(n)/log(100)", 0),
        ("sqrt(2)+sqrt(3)", "sqrt(10)", -1),
        ("2**(1/2)", "3**(1/3)", -1),
        ("exp(log(n))", "n", 0),
        ("10**100 + 1", "10**100", 1),
        ("exp(n)", "log(n) + 50", 1),
        ("sqrt(10**40 + 1)", "10**20", 1),
        ("max(10*sqrt(2), 2)", "sqrt(200)", 0),
        ("max(16, sqrt(281))", "max(sqrt(281), 5)", 0),
        ("min(sqrt(2), n)", "max(1, sqrt(2))", 0),
    ],
)
def test_compare(left: str, right: str, sign: int) -> None:
    env = {"n": 4}
    assert compare(parse(left), parse(right), env) == sign
    assert compare(parse(right), parse(left), env) == -sign
