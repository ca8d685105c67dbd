"""Questions that were once answered wrongly, or not at all, with their neighbours."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import pytest

from decomposer.errors import GrowthError
from decomposer.expr import parse
from decomposer.growth import Regime, relation
from decomposer.growth.sums import sum_theta

DATA = json.loads(Path(__file__).with_name("adversary_cases.json").read_text(encoding="utf-8"))
"""Chains from the largest growth down, alike ones together; and ``[f, g, assumptions, unbounded, answer]``."""
MIRROR = {"o": "omega", "O": "Omega", "Omega": "O", "omega": "o"}


@pytest.mark.parametrize("chain", DATA["chains"], ids=lambda chain: str(chain[0][0]))
def test_chains(chain: list[list[str]]) -> None:
    for larger, smaller in combinations(chain, 2):
        for f in larger:
            for g in smaller:
                assert relation(f, g, unbounded=["n"]).kind == "omega", (f, g)
                assert relation(g, f, unbounded=["n"]).kind == "o", (g, f)
    for group in chain:
        for f, g in combinations(group, 2):
            assert relation(f, g, unbounded=["n"]).kind == "Theta", (f, g)


def test_comparisons() -> None:
    wrong = []
    for f, g, assume, unbounded, answer in DATA["comparisons"]:
        there = relation(f, g, assume=assume, unbounded=unbounded.split()).kind
        back = relation(g, f, assume=assume, unbounded=unbounded.split()).kind
        if (there, back) != (answer, MIRROR.get(answer, answer)):
            wrong.append((f, g, assume, answer, there, back))
    assert not wrong


def test_a_contradiction_leaves_no_trace() -> None:
    """Finding the assumption to blame must not be remembered as the regime without assumptions."""
    with pytest.raises(GrowthError, match="contradict"):
        Regime.of(["q7 << p7", "p7 <= q7"], ["p7", "q7"])
    assert relation("q7", "p7", unbounded=["p7", "q7"]).kind == "incomparable"


@pytest.mark.parametrize(
    ("f", "g", "right"),
    [
        # A power whose exponent is outside the class is not a constant.
        ("2**factorial(n)", "2**n", "omega"),
        ("2**factorial(n)", "2**(3**n)", "omega"),
        ("2**(n**n)", "2**factorial(n)", "omega"),
        ("2**factorial(n + 1)", "2**factorial(n)", "omega"),
        ("3**factorial(n)", "2**factorial(n)", "omega"),
        ("log(factorial(factorial(n)))", "factorial(n)*n*log(n)", "Theta"),
        ("factorial(ceil(log(n)))", "n**3", "omega"),
        ("2**n", "(1 + 1/log(n))**n", "omega"),
        ("(1 + 1/log(n))**n", "n**100", "omega"),
        ("n", "(1 + 1/log(log(n)))**log(n)", "omega"),
        ("exp(exp(2*log(n**5 + n)*log(log(n))))", "n", "omega"),
        # Exponents that differ by a factor that tends to 1.
        ("exp(exp(n))/exp(exp(n - exp(-exp(n))))", "1", "Theta"),
        ("exp(exp(n + exp(-n)))", "exp(exp(n))", "Theta"),
        ("exp(n*exp(1/n))", "exp(n)", "Theta"),
        ("exp(n**2*exp(1/n))", "exp(n**2)", "omega"),
    ],
)
def test_towers(f: str, g: str, right: str) -> None:
    mirror = {"omega": "o", "Theta": "Theta"}
    assert relation(f, g, unbounded=["n"]).kind == right
    assert relation(g, f, unbounded=["n"]).kind == mirror[right]


@pytest.mark.parametrize(
    ("f", "g"),
    [
        # In truth the first outgrows the second: their exponents are alike, their difference is not bounded.
        ("exp(exp(2*log(n**5 + n)*log(log(n))))", "exp(exp(10*log(n)*log(log(n))))"),
        ("2**(2*factorial(n)/(n - 1))", "2**factorial(n - 1)"),
        ("exp(exp(exp(n)))/exp(exp(exp(n - exp(-exp(n)))))", "1"),
    ],
)
def test_what_is_known_up_to_a_constant_only_refutes_nothing(f: str, g: str) -> None:
    assert relation(f, g, unbounded=["n"]).kind in ("omega", "unknown")


@pytest.mark.parametrize(
    ("term", "growth"),
    [
        ("log(1 + 1/i)", "log(n)"),
        ("log(1 + 1/i**2)", "1"),
        ("log(1 + 1/sqrt(i))", "sqrt(n)"),
        ("log(2 + 1/i)", "n"),
        ("i*log(1 + 1/i)", "n"),
        ("log(3*i + 1)", "n*log(n)"),
    ],
)
def test_sums_of_logarithms_close_to_a_constant(term: str, growth: str) -> None:
    found = sum_theta(parse(term), "i", parse("1"), parse("n"))
    assert relation(found, growth, unbounded=["n"]).kind == "Theta"


DIFFERENCES = [
    # Real_Asymp and Gruntz: the leading terms cancel, and the next decides.
    ("sqrt(x**2 + x) - x", "1"),
    ("sqrt(x + 1) - sqrt(x)", "1/sqrt(x)"),
    ("(x + 1)**(1/3) - x**(1/3)", "x**(-2/3)"),
    ("log(x + 1) - log(x)", "1/x"),
    ("x*(log(x + 1) - log(x))", "1"),
    ("log(x + sqrt(x)) - log(x)", "1/sqrt(x)"),
    ("exp(1/x) - 1", "1/x"),
    ("1 - exp(-1/x)", "1/x"),
    ("x*(exp(1/x) - 1)", "1"),
    ("-log(1 - 1/x)", "1/x"),
    ("exp(x)*(exp(1/x) - exp(1/x - exp(-x)))", "1"),
    ("exp(x)*(exp(1/x + exp(-x) + exp(-x**2)) - exp(1/x - exp(-exp(x))))", "1"),
    ("1/x - 1/(x + 1)", "x**(-2)"),
    ("sqrt(x + 1) + sqrt(x - 1) - 2*sqrt(x) + 1/x", "1/x"),
    ("exp(x + 1/x) - exp(x)", "exp(x)/x"),
    ("x - log(exp(x) - 1) + 1/x", "1/x"),
]


@pytest.mark.parametrize(("f", "g"), DIFFERENCES)
def test_differences(f: str, g: str) -> None:
    assert relation(f, g, unbounded=["x"]).kind == "Theta"
    assert relation(f"({f})*log(x)", g, unbounded=["x"]).kind == "omega"


@pytest.mark.parametrize("f", ["sqrt(x) - sqrt(x + 1)", "log(x) - log(x + 1)", "sqrt(x + 1) + sqrt(x - 1) - 2*sqrt(x)"])
def test_negative_differences_are_refused(f: str) -> None:
    assert relation(f, "1", unbounded=["x"]).kind == "unknown"


def test_differences_of_several_parameters() -> None:
    assert relation("sqrt(n + k) - sqrt(n)", "k/sqrt(n)", assume=["k << n"], unbounded=["n", "k"]).kind == "Theta"
    assert relation("log(n + k) - log(n)", "k/n", assume=["k << n"], unbounded=["n", "k"]).kind == "Theta"
    assert relation("sqrt(n + k) - sqrt(n)", "k/sqrt(n)", assume=["k <= n"], unbounded=["n", "k"]).kind == "unknown"
