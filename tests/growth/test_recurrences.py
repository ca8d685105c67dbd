"""Recurrences: answers of text books, answers against iteration, and refusals by name."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from fractions import Fraction

import pytest

from decomposer.errors import ExpressionError, GrowthError, OutsideClassError
from decomposer.expr import Expr, num, parse, sym
from decomposer.growth import Regime, relation
from decomposer.growth.recurrences import Call, recurrence, solve_recurrence

TEXT_BOOK = [
    # Cormen et al., 3rd edition, problems 4-1 and 4-3; Akra-Bazzi examples; lists of exercises on the master theorem.
    ("T(n)=7T(n/3)+n^2", "n**2"),
    ("T(n)=7T(n/2)+n^2", "n**(log(7)/log(2))"),
    ("T(n)=T(n-2)+n^2", "n**3"),
    ("T(n)=2T(n/2)+n/lg(n)", "n*log(log(n))"),
    ("T(n)=T(n/2)+T(n/4)+T(n/8)+n", "n"),
    ("T(n)=(1/3)T(n/3)+(2/3)T(2n/3)+1", "log(n)"),
    ("T(n)=3T(n/4)+n*log(n)", "n*log(n)"),
    ("T(n)=3T(n/3)+n/2", "n*log(n)"),
    ("T(n)=6T(n/3)+n^2*log(n)", "n**2*log(n)"),
    ("T(n)=5T(n/3)+n*log(n)", "n**(log(5)/log(3))"),
    ("T(n)=T(n-1)+n", "n**2"),
    ("T(n)=2T(sqrt(n))+log(n)", "log(n)*log(log(n))"),
    ("T(n)=2T(n/2)+n^4", "n**4"),
    ("T(n)=T(7n/10)+n", "n"),
    ("T(n)=16T(n/4)+n^2", "n**2*log(n)"),
    ("T(n)=2T(n/4)+sqrt(n)", "sqrt(n)*log(n)"),
    ("T(n)=4T(n/3)+n*lg(n)", "n**(log(4)/log(3))"),
    ("T(n)=3T(n/3)+n/lg(n)", "n*log(log(n))"),
    ("T(n)=4T(n/2)+n^2*sqrt(n)", "n**(5/2)"),
    ("T(n)=3T(n/3-2)+n/2", "n*log(n)"),
    ("T(n)=T(n-1)+1/n", "log(n)"),
    ("T(n)=T(n-1)+lg(n)", "n*log(n)"),
    ("T(n)=T(n-2)+1/lg(n)", "n/log(n)"),
    ("T(n)=sqrt(n)*T(sqrt(n))+n", "n*log(log(n))"),
    ("T(n)=2T(n/2)+n*log(n)", "n*log(n)**2"),
    ("T(n)=2T(n/2)+n/log(n)^2", "n"),
    ("T(n)=4T(n/2)+n^2/log(n)", "n**2*log(log(n))"),
    ("T(n)=T(n/2)+log(n)", "log(n)**2"),
    ("T(n)=3T(n/3)+sqrt(n)", "n"),
    ("T(n)=2T(n/4)+n^0.51", "n**(51/100)"),
    ("T(n)=sqrt(2)*T(n/2)+log(n)", "sqrt(n)"),
    ("T(n)=0.5T(n/2)+1/n", "log(n)/n"),
    ("T(n)=8T(n/2)+n^3*log(log(n))/log(n)", "n**3*log(log(n))**2"),
    ("T(n)=2T(n/2)+lg(n!)", "n*log(n)**2"),
    ("T(n)=T(floor(n/2))+T(ceil(n/2))+n", "n*log(n)"),
    ("T(n)=2T(floor(n/2)+17)+n", "n*log(n)"),
    ("T(n)=T(n/2)+T(n/3)+n", "n"),
    ("T(n)=T(n/5)+T(7n/10)+n", "n"),
    ("T(n)=T(n/2)+2T(n/4)+n", "n*log(n)"),
    ("T(n)=T(n/3)+T(2n/3)+n", "n*log(n)"),
    ("T(n)=T(a*n)+T((1-a)*n)+n", "n*log(n)"),
    ("f(m)=f(m/2)+m", "m"),
    ("T(n)=2T(n/2)+n*log(log(n))", "n*log(n)*log(log(n))"),
    ("T(n)=T(n/2)+1/log(n)", "log(log(n))"),
    ("T(n)=2T(n/2)+n/log(n)/log(log(n))", "n*log(log(log(n)))"),
    ("T(n)=T(n/2)+T(n/3)+T(n/6)+Theta(n)", "n*log(n)"),
    ("T(n)=2T(3n/4)+n^2", "n**(log(2)/log(4/3))"),
    ("T(n)=10T(n/3)+17n^1.2", "n**(log(10)/log(3))"),
    ("T(n)=T(n/2)+2^(-n)", "1"),
    ("C(n)=2C(n/2)+n-1", "n*log(n)"),
    # Changes of variable.
    ("T(n)=T(sqrt(n))+1", "log(log(n))"),
    ("T(n)=2T(sqrt(n))+1", "log(n)"),
    ("T(n)=T(n^(1/3))+log(n)", "log(n)"),
    ("T(n)=T(sqrt(n))+n", "n"),
    ("T(n)=sqrt(n)*T(sqrt(n))+sqrt(n)", "n"),
    ("T(n)=4T(sqrt(n))+log(n)^2", "log(n)**2*log(log(n))"),
    # The driving term rules.
    ("T(n)=16T(n/4)+n!", "factorial(n)"),
    ("T(n)=2T(n/2)+2^n", "2**n"),
    ("T(n)=2^n*T(n/2)+n^n", "n**n"),
    # Subtraction.
    ("T(n)=2T(n-1)+1", "2**n"),
    ("T(n)=T(n-1)+T(n-2)+1", "((1+sqrt(5))/2)**n"),
    ("T(n+2)=T(n+1)+T(n)", "((1+sqrt(5))/2)**n"),
    ("T(n)=T(n-1)+2T(n-2)", "2**n"),
    ("T(n)=2T(n-1)+3T(n-2)+3^n", "n*3**n"),
    ("T(n)=T(n-1)+T(n-2)+5^n", "5**n"),
    ("T(n)=3T(n-2)+2^n", "2**n"),
    ("T(n)=4T(n-2)+2^n", "n*2**n"),
    ("T(n)=T(n-1)+n*2^n", "n*2**n"),
    ("T(n)=(1/2)T(n-1)+n", "n"),
    ("T(n)=T(n-1)+n^2-n", "n**3"),
    ("T(n)=T(n-1)+T(1)+n", "n**2"),
    # Symbolic branching.
    ("T(n)=k*T(n/k)+m*n", "m*n*log(n)/log(k)"),
    ("T(n)=k*T(n/k)+n^2", "n**2"),
    ("T(n)=k^2*T(n/k)+n", "n**2"),
    ("T(n)=k*T(n/2)+n", "n**(log(k)/log(2))"),
    ("T(n)=k*T(n-1)+1", "k**n"),
    ("T(n)=k*T(n/k)+n*log(n)", "n*log(n)**2/log(k)"),
    ("T(n)=T(n/k)+1", "log(n)/log(k)"),
    ("T(n)=2T(n/2)+k", "n*k"),
]


def alike(f: Expr, g: Expr) -> bool:
    return str(relation(f, g, regime=Regime.of(unbounded=sorted(f.symbols | g.symbols))).kind) == "Theta"


@pytest.mark.parametrize(("text", "growth"), TEXT_BOOK)
def test_text_book(text: str, growth: str) -> None:
    assert alike(recurrence(text).theta, parse(growth))


def test_symbolic_decrement() -> None:
    found = recurrence("T(n)=T(n-k)+n", Regime.of(["k << n"], unbounded=["n", "k"]))
    regime = Regime.of(["k << n"], unbounded=["n", "k"])
    assert str(relation(found.theta, parse("n**2/k"), regime=regime).kind) == "Theta"


def iterate(step: Callable[[int, Callable[[int], float]], float], size: int) -> float:
    """Work a recurrence out, bottom up; a sample in floating point."""
    values: dict[int, float] = {}

    def known(n: int) -> float:
        return values[n] if n >= 2 else 1.0

    for n in range(2, size + 1):
        values[n] = step(n, known)
    return values[size]


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("T(n)=T(n/2)+T(n/3)+1", lambda n, T: T(n // 2) + T(n // 3) + 1),
        ("T(n)=T(n/2)+T(n/4)+sqrt(n)", lambda n, T: T(n // 2) + T(n // 4) + math.sqrt(n)),
        ("T(n)=2T(n/3)+T(n/5)", lambda n, T: 2 * T(n // 3) + T(n // 5)),
    ],
)
def test_enclosed_exponents_against_iteration(text: str, step: Callable[[int, Callable[[int], float]], float]) -> None:
    found = recurrence(text)
    assert found.unknown == "p" and found.bounds is not None
    assert found.theta == parse("n**p")
    assert found.bounds[1] - found.bounds[0] <= Fraction(1, 2**40)
    small, large = 20_000, 160_000
    seen = math.log(iterate(step, large) / iterate(step, small)) / math.log(large / small)
    assert abs(seen - float(found.bounds[0])) < 0.05


def test_enclosed_roots_against_iteration() -> None:
    found = recurrence("T(n)=T(n-1)+T(n-3)+n")
    assert (found.unknown, found.equation, found.theta) == ("r", "r**3 = r**2 + 1", parse("r**n"))
    assert found.bounds is not None
    low, high = found.bounds
    assert low**3 < low**2 + 1 and high**3 > high**2 + 1
    terms = [1.0, 1.0, 1.0]
    for n in range(3, 200):
        terms.append(terms[-1] + terms[-3] + n)
    assert abs(terms[-1] / terms[-2] - float(low)) < 1e-6


def test_exponents_are_exact_where_they_can_be() -> None:
    assert recurrence("T(n)=7T(n/2)+n").exponent == parse("log(7)/log(2)")
    assert recurrence("T(n)=8T(n/4)+1").exponent == num(Fraction(3, 2))
    assert recurrence("T(n)=T(n/2)+2T(n/4)+1").exponent == 1
    found = recurrence("T(n)=T(n/2)+T(n/3)+n")
    assert (found.exponent, found.equation) == (None, "(1/2)**p + (1/3)**p = 1")


@pytest.mark.parametrize(
    ("power", "growth"),
    # p = 0.69424... for T(n/2) + T(n/4): the comparison on either side of it is exact.
    [("69424191", "n**p"), ("69424192", "n**(69424192/100000000)")],
)
def test_the_exponent_is_compared_exactly(power: str, growth: str) -> None:
    assert recurrence(f"T(n)=T(n/2)+T(n/4)+n^({power}/100000000)").theta == parse(growth)


def test_structured() -> None:
    calls = [Call(num(2), "ratio", num(Fraction(1, 2)))]
    assert alike(solve_recurrence(parse("n"), calls).theta, parse("n*log(n)"))
    twice = [Call(num(1), "ratio", num(Fraction(1, 2)))] * 2
    assert solve_recurrence(parse("n"), twice) == solve_recurrence(parse("n"), calls)
    assert alike(solve_recurrence(parse("x**2"), [Call(num(1), "decrement", num(3))], "x").theta, sym("x") ** 3)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("T(n)=64T(n/8)-n^2*log(n)", "negative"),
        ("T(n)=T(n-1)-T(n-2)", "coefficient -1 is negative"),
        ("T(n)=T(n-1)+T(n/2)+n", "different ways"),
        ("T(n)=n*T(n-1)+1", "coefficient n depends on n"),
        ("T(n)=T(n-1)^2", "product, a power or a function"),
        ("T(n)=T(n-1)*T(n-2)", "product, a power or a function"),
        ("T(n)=log(T(n-1))", "product, a power or a function"),
        ("T(n)=T(n-sqrt(n))+1", "neither a part"),
        ("T(n)=T(n/k)+T(n/2)+n", "symbolic"),
        ("T(n)=T(n-1)+T(n-3)+min(n, k)", "driving term"),
        ("T(n)=m*T(n/k)+n", "ratio m/k"),
        ("T(n)=k*T(n/k)+n/log(n)", "symbolic share"),
    ],
)
def test_refused_by_name(text: str, says: str) -> None:
    with pytest.raises(OutsideClassError, match=says):
        recurrence(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("T(n)=T(n+1)+1", "does not shrink"),
        ("T(n)=T(2n)+1", "does not shrink"),
        ("T(n)=T(n)+1", "does not shrink"),
        ("T(n)=T(n^2)+1", "does not shrink"),
        ("T(n)=n", "calls nothing"),
        ("T(n)=T(5)+n", "calls nothing"),
        ("T(2n)=T(n)+1", "not a function of one variable"),
    ],
)
def test_senseless(text: str, says: str) -> None:
    with pytest.raises(GrowthError, match=says):
        recurrence(text)


@pytest.mark.parametrize(
    "text",
    [
        "T(n)=" + "+".join(f"T(n*{i}/{i + 1})" for i in range(1, 60)) + "+n",
        "T(n)=" + "+".join(f"T(n*{i}/{i + 1})" for i in range(1, 300)) + "+n",
        "T(n)=" + "+".join(f"T(n-{i})" for i in range(1, 65)) + "+n",
        "T(n)=1e300T(n/1e300)+T(n/3)+n",
        "T(n)=1e-300T(n-1)+1e-200T(n-2)+n",
        "T(n)=T(n/2)+T(n/3)+n^(1/10^300)",
        "T(n)=T(n/2)+n^1000",
        "T(n)=T(n-1)+(n+k)^60",
    ],
)
def test_large_input_is_answered_in_bounded_time(text: str) -> None:
    start = time.process_time()
    try:
        recurrence(text)
    except OutsideClassError as error:
        assert "at most" in str(error)
    assert time.process_time() - start < 5


def test_unreadable() -> None:
    with pytest.raises(ExpressionError, match="unknown function 'cos'"):
        recurrence("T(n)=T(n/2)+n*(2-cos(n))")
