"""Sums: exact closed forms against addition, growths against partial sums and by the growth relation."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cache
from types import CodeType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decomposer.errors import GrowthError, OutsideClassError
from decomposer.expr import Expr, compare, evaluate, num, parse, sym
from decomposer.growth import Regime, relation
from decomposer.growth.sums import closed_form, power_log_sum, sum_theta

GROWTHS = [
    # Cormen et al., appendix A; Sahni; recursion trees.
    ("log(i)", "1", "n", "n*log(n)"),
    ("2*i-1", "1", "n", "n**2"),
    ("log(i)/i", "1", "n", "log(n)**2"),
    ("2**i", "1", "n", "2**n"),
    ("i*2**i", "1", "n", "n*2**n"),
    ("2**i*i**2", "1", "n", "n**2*2**n"),
    ("n/2**i", "0", "lg(n)", "n"),
    ("2**i*(n/2**i)", "0", "lg(n)", "n*log(n)"),
    # The table of i**s * log(i)**t * loglog(i)**u.
    ("1", "1", "n", "n"),
    ("i", "0", "n", "n**2"),
    ("i**3", "1", "n", "n**4"),
    ("sqrt(i)", "1", "n", "n**(3/2)"),
    ("1/sqrt(i)", "1", "n", "sqrt(n)"),
    ("1/i", "1", "n", "log(n)"),
    ("1/i**2", "1", "n", "1"),
    ("1/(i*log(i))", "2", "n", "log(log(n))"),
    ("1/(i*log(i)**2)", "2", "n", "1"),
    ("log(i)**2", "1", "n", "n*log(n)**2"),
    ("i*log(i)", "1", "n", "n**2*log(n)"),
    ("i/log(i)", "2", "n", "n**2/log(n)"),
    ("log(log(i))", "2", "n", "n*log(log(n))"),
    ("log(i)**3/i", "1", "n", "log(n)**4"),
    ("i**(log(3)/log(2))", "1", "n", "n**(1 + log(3)/log(2))"),
    # Geometric.
    ("3**i*(n/4**i)", "0", "log(n)/log(4)", "n"),
    ("7**i*(n/2**i)**2", "0", "lg(n)", "n**(log(7)/log(2))"),
    ("i/2**i", "0", "n", "1"),
    ("i**2/3**i", "1", "n", "1"),
    ("sqrt(2)**i", "0", "n", "2**(n/2)"),
    ("exp(i)", "0", "n", "exp(n)"),
    ("2**i/i", "1", "n", "2**n/n"),
    ("2**i*log(i)", "1", "n", "2**n*log(n)"),
    ("3**i + 5**i", "0", "n", "5**n"),
    # Symbolic lower limits.
    ("i", "n", "2*n", "n**2"),
    ("1/i", "n", "2*n", "1"),
    ("1/i", "sqrt(n)", "n", "log(n)"),
    ("log(i)/i", "sqrt(n)", "n", "log(n)**2"),
    ("2**i", "n", "2*n", "4**n"),
    ("(1/2)**i", "n", "2*n", "2**(-n)"),
    ("1/i**2", "n", "n**2", "1/n"),
    ("1/i**2", "n", "2*n", "1/n"),
    ("i*log(i)", "n/2", "n", "n**2*log(n)"),
    # Differences.
    ("n-i", "0", "n", "n**2"),
    ("(n-i)*i", "1", "n", "n**3"),
    ("log(n/i)", "1", "n", "n"),
    ("i*log(n/i)**2", "1", "n", "n**2"),
    ("(n/2**i)**2*log(n/2**i)", "0", "lg(n)", "n**2*log(n)"),
    ("2**i*(lg(n)-i)", "0", "lg(n)", "n"),
    ("1/(lg(n)-i)", "0", "lg(n)-1", "log(log(n))"),
    ("1/(n-i)", "0", "n-1", "log(n)"),
    # Alike up to a constant.
    ("1/(i*(i+1))", "1", "n", "1"),
    ("1/(2*i-1)", "1", "n", "log(n)"),
    ("log(i+1)", "1", "n", "n*log(n)"),
    ("1/(n+i)", "1", "n", "1"),
    ("ceil(i/2)", "1", "n", "n**2"),
    ("log(factorial(i))", "1", "n", "n**2*log(n)"),
    # Steep terms: the last one rules.
    ("factorial(i)", "1", "n", "factorial(n)"),
    ("i**i", "1", "n", "n**n"),
    ("2**(i**2)", "1", "n", "2**(n**2)"),
    ("2**(2**i)", "0", "n", "2**(2**n)"),
    # Several variables; numbers as limits.
    ("k", "1", "n", "n*k"),
    ("i*k + m", "1", "n", "n**2*k + n*m"),
    ("k**i", "0", "n", "k**n"),
    ("n/k**i", "0", "log(n)/log(k)", "n"),
    ("max(i, k)", "1", "n", "n**2 + n*k"),
    ("(n-i)**40", "1", "n", "n**41"),
    ("n*i", "0", "k", "n*k**2"),
    ("n**i", "0", "3", "n**3"),
    ("n", "1", "5", "n"),
    ("i", "1", "10", "1"),
]


def alike(f: Expr, g: Expr, regime: Regime | None = None) -> bool:
    growing = Regime.of(unbounded=sorted(f.symbols | g.symbols))
    return str(relation(f, g, regime=regime or growing).kind) == "Theta"


@pytest.mark.parametrize(("term", "low", "high", "growth"), GROWTHS)
def test_growth(term: str, low: str, high: str, growth: str) -> None:
    found = sum_theta(parse(term), "i", parse(low), parse(high))
    assert alike(found, parse(growth))


def value(expr: Expr, **env: float) -> float:
    """Floating-point value: this is a sample, not a decision."""
    return float(eval(code(expr), {**FUNCTIONS, **env}))


STEEP = ("factorial", "i**i", "**(i**2)", "**(2**i)", "**40")
"""Terms that floating point cannot add up."""
FUNCTIONS = {name: getattr(math, name) for name in ("log", "exp", "ceil", "floor")} | {"__builtins__": {}}


@cache
def code(expr: Expr) -> CodeType:
    return compile(str(expr), "<formula>", "eval")


@pytest.mark.parametrize(
    ("term", "low", "high", "growth"),
    [
        case
        for case in GROWTHS
        if parse("+".join(case[1:])).symbols == {"n"} and not any(mark in case[0] for mark in STEEP)
    ],
)
def test_growth_against_partial_sums(term: str, low: str, high: str, growth: str) -> None:
    """From one size to another the sum grows as the answer does; a logarithm too many would show."""
    exponential = any(mark in growth for mark in ("**n", "exp", "**(n", "**(-n"))
    limits, summand, ratios = (parse(low), parse(high)), parse(term), []
    for size in (64, 128) if exponential else (2**8, 2**13):
        first, last = (round(value(limit, n=size)) for limit in limits)
        terms = (value(summand, n=size, i=i) for i in range(first, min(last, 2**16) + 1))
        ratios.append(math.fsum(terms) / value(parse(growth), n=size))
    assert 0.68 < ratios[1] / ratios[0] < 1.45


@pytest.mark.parametrize(
    ("term", "low", "high", "says"),
    [
        ("k*factorial(i)", "1", "n", r"factorial\(i\) is not a power"),
        ("k*i**i", "1", "n", r"i\*\*i grows from term to term"),
        ("min(i, k)", "1", "n", r"min\(i, k\) is not a power"),
        ("-i", "1", "n", "negative"),
        ("m**i*k**(-i)", "0", "n", "ratio .* may be above"),
        ("i", "k", "n", "number of terms"),
        ("i - k", "1", "n", "signs"),
        ("log(i/n)", "1", "n", "signs"),
        ("i", "1", "10**6", "more than 1000 terms"),
    ],
)
def test_refused_by_name(term: str, low: str, high: str, says: str) -> None:
    with pytest.raises(OutsideClassError, match=says):
        sum_theta(parse(term), "i", parse(low), parse(high))


@pytest.mark.parametrize(
    ("term", "low", "high", "says"),
    [
        ("i", "1", "i", "limit of its own sum"),
        ("i", "5", "1", "empty"),
        ("i", "n", "1", "may be empty"),
        ("1/i", "0", "n", "not defined where i = 0"),
        ("1/i", "0", "5", "not defined where i = 0"),
        ("0", "1", "n", "zero"),
    ],
)
def test_senseless(term: str, low: str, high: str, says: str) -> None:
    with pytest.raises(GrowthError, match=says):
        sum_theta(parse(term), "i", parse(low), parse(high))


def test_the_regime_decides_about_a_symbolic_ratio_and_count() -> None:
    def growth(term: str, low: str, assume: list[str], **constants: tuple[int, int]) -> Expr:
        regime = Regime.of(assume, unbounded=["n", "k", "m"], constants=constants)
        return sum_theta(parse(term), "i", parse(low), sym("n"), regime)

    assert alike(
        growth("(m/k)**i", "0", ["k << m"]), parse("(m/k)**n"), Regime.of(["k << m"], unbounded=["n", "k", "m"])
    )
    assert growth("(m/k)**i", "0", ["m << k"]) == 1
    assert alike(growth("i", "k", ["k << n"]), parse("n**2"))
    assert growth("q**i", "0", [], q=(0, 1)) == 1


@given(
    st.integers(0, 6), st.sampled_from([1, 2, 3, Fraction(1, 2), Fraction(2, 3)]), st.integers(0, 5), st.integers(0, 12)
)
@settings(max_examples=80, deadline=None)
def test_closed_forms_add_up(degree: int, ratio: Fraction | int, low: int, length: int) -> None:
    i, r = sym("i"), num(ratio)
    term = i ** num(degree) * r**i * 3 + i * 2 - 1
    found = closed_form(term, "i", sym("a"), sym("b"))
    assert found is not None
    high = low + length - 1
    expected = sum((evaluate(term, {"i": j}) for j in range(low, high + 1)), Fraction(0))
    if high >= 0:
        assert evaluate(found, {"a": low, "b": high}) == expected


@pytest.mark.parametrize(
    ("term", "low", "high", "closed"),
    [
        ("i", "1", "n", "n*(n+1)/2"),
        ("m*(P+i)", "0", "t-1", "m*(P*t + t*(t-1)/2)"),
        ("q**i", "0", "n-1", "(1 - q**n)/(1 - q)"),
        ("n/2**i", "0", "lg(n)", "2*n - 1"),
        ("log(i)", "1", "n", "loggamma(n+1)"),
        ("1/(i*(i+1))", "1", "n", "n/(n+1)"),
        ("1", "a", "b", "b - a + 1"),
    ],
)
def test_closed_forms(term: str, low: str, high: str, closed: str) -> None:
    found = closed_form(parse(term), "i", parse(low), parse(high))
    assert found is not None
    env: dict[str, int | Fraction] = {"n": 8, "m": 3, "P": 5, "t": 4, "a": 2, "b": 7, "q": Fraction(1, 3)}
    assert compare(found, parse(closed), env) == 0


@pytest.mark.parametrize("term", ["1/i", "i**i", "i**(1/2)", "log(i)**2", "1/log(i)", "i**70"])
def test_no_closed_form(term: str) -> None:
    assert closed_form(parse(term), "i", parse("2"), sym("n")) is None


def test_the_table_of_power_log_sums() -> None:
    n = sym("n")
    assert power_log_sum(n, num(-1), -1, -1) == parse("log(log(log(n)))")
    assert power_log_sum(n, num(-1), -1, 2) == parse("log(log(n))**3")
    assert power_log_sum(n, num(-1), -2, 5) == 1
    assert power_log_sum(n, num(-1), 1, 1) == parse("log(n)**2*log(log(n))")
    assert power_log_sum(n, parse("log(2)/log(3) - 1"), 0, 0) == parse("n**(log(2)/log(3))")
