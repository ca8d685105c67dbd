"""Normal forms of growths, and regimes."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decomposer.errors import GrowthError, OutsideClassError
from decomposer.expr import parse
from decomposer.growth import Regime, eventually, is_big_o, relation, theta

CASES = [
    ("3*n**2 + 100*n*log(n) + 7", [], "n", "n**2"),
    ("n*(n-1)/2", [], "n", "n**2"),
    ("m*n + m**2 + n**2", [], "m n", "m**2 + n**2"),
    ("m*n + m**2 + n", ["n <= m"], "m n", "m**2"),
    ("E*log(V) + V*log(V)", ["V <= E", "E <= V**2"], "V E", "E*log(V)"),
    ("m_g*n", ["m_g == k*m_s"], "k m_s n", "k*m_s*n"),
    ("m_d + m_g", ["m_d == m_g"], "m_d", "m_g"),
    ("n*k", ["k <= 1"], "n", "n"),
    ("5", [], "", "1"),
    ("2**(n+3)", [], "n", "2**n"),
    ("4**n + 3**n", [], "n", "4**n"),
    ("log(n*m)", [], "n m", "log(n) + log(m)"),
    ("factorial(n)/factorial(n-2)", [], "n", "n**2"),
    ("max(n, m)", [], "n m", "n + m"),
    ("min(n, m) + n", [], "n m", "n"),
    ("min(n, m, n*m)", [], "n m", "min(n, m)"),
    ("m*n/(m + n)", [], "n m", "min(n, m)"),
    ("ceil(n/k)*k", ["k <= n"], "n k", "n"),
    (
        "m_q*b**2*k*l/2 + m_d*b**2*k**2*l**2/3 - m_d*b*k",
        ["b <= k"],
        "b k l m_d m_q",
        "m_q*b**2*k*l + m_d*b**2*k**2*l**2",
    ),
]


@pytest.mark.parametrize(("f", "assume", "unbounded", "expected"), CASES)
def test_normal_form(f: str, assume: list[str], unbounded: str, expected: str) -> None:
    found = theta(f, assume=assume, unbounded=unbounded.split())
    assert found.expr == parse(expected)
    assert found == theta(expected, assume=assume, unbounded=unbounded.split())
    assert hash(found) == hash(theta(expected, assume=assume, unbounded=unbounded.split()))
    assert str(found) == f"Theta({found.expr})"


def test_constants_are_dropped_and_kept_where_they_matter() -> None:
    regime = Regime.of([], ["k", "m"], {"q": (0, 1), "e": (0, 1), "c": (None, None)})
    assert theta("3*c*q*k", regime=regime).expr == parse("k")
    assert theta("q**(-k)*k*(1-q) + k**9", regime=regime).expr == parse("k*q**(-k)")
    assert theta("m*k**e + m", regime=regime).expr == parse("m*k**e")
    assert theta("(q - q**2)*k", regime=regime).expr == parse("k")
    assert relation("k**e", "k", regime=regime).kind == "o"
    assert relation("k**e", "1", regime=regime).kind == "omega"
    assert relation("k**(2*e)", "k**2", regime=regime).kind == "o"
    assert relation("k**e*k**(1-e)", "k", regime=regime).kind == "Theta"
    assert relation("q**(-k)", "k**100", regime=regime).kind == "omega"
    assert relation("q**k", "1", regime=regime).kind == "o"
    assert relation("q**(-k)", "2**k", regime=regime).kind == "incomparable"
    assert relation("q**(-2*k)", "q**(-k)", regime=regime).kind == "omega"
    assert relation("(1 - q)**k", "1", regime=regime).kind == "o"
    assert relation("rounds(k, q)", "log(k)", regime=regime).kind == "Theta"
    assert relation("(2*q - 1)*k", "k", regime=regime).kind == "unknown"
    sure = Regime.of([], ["k"], {"q": (Fraction(1, 2), 1)})
    assert relation("(2*q - 1)*k", "k", regime=sure).kind == "Theta"


def test_unknown_is_said() -> None:
    assert relation("n - k", "n", assume=["k <= n"], unbounded=["n", "k"]).kind == "unknown"
    assert relation("n - k", "n**2", assume=["k <= n"], unbounded=["n", "k"]).kind == "o"
    assert relation("n - 2*n", "n", unbounded=["n"]).reason == "-n is not positive"
    with pytest.raises(OutsideClassError):
        theta("n - k", assume=["k <= n"], unbounded=["n"])
    with pytest.raises(OutsideClassError):
        theta("0", unbounded=["n"])


def test_bad_regimes() -> None:
    for assume in (["n <= k", "k << n"], ["n <= log(k)", "k <= n"], ["n << 1"], ["k <= 1"], ["2**n <= k", "k <= n**5"]):
        with pytest.raises(GrowthError, match="contradict"):
            Regime.of(assume, ["n", "k"])
    for text in ("n", "n < k", "n <= k <= m", "n <= ", "n + <= k"):
        with pytest.raises(GrowthError):
            Regime.of([text], ["n"])
    with pytest.raises(GrowthError, match="both"):
        Regime.of([], ["n"], ["n"])
    with pytest.raises(GrowthError):
        Regime.of(["n <= k - k"], ["n"])


def test_regimes_are_values() -> None:
    one = Regime.of(["b <= k"], ["k"], {"q": (0, 1)})
    two = Regime.of(["k >= b"], ["k"], {"q": (0, 1)})
    assert one == two and hash(one) == hash(two)
    assert one != Regime.of(["b <= k"], ["k"])
    wide = one.extended([("g", "<=", "k", True)], ["l"])
    assert is_big_o(parse("2**g"), parse("2**k"), wide) is True
    assert wide.constants == one.constants and wide.unbounded == {"k", "l"}
    assert one.to_dict() == {"assume": ["b <= k"], "unbounded": ["k"], "constants": {"q": ["0", "1"]}}


def test_exact_between_names_only() -> None:
    assert relation("2**a", "2**b", assume=["a <= b"], unbounded=["a", "b"]).kind == "O"
    assert relation("2**a", "2**b", assume=["a <= 1*b + 1"], unbounded=["a", "b"]).kind == "incomparable"
    assert relation("2**a", "4**b", assume=["a <= 2*b"], unbounded=["a", "b"]).kind == "incomparable"


sums = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=5)


@settings(max_examples=150, deadline=None)
@given(sums, sums, st.sampled_from([(), ("x <= y",), ("x == y*z",), ("z == x**2", "y << z"), ("x <= y + z",)]))
def test_equal_growths_have_equal_forms(
    f: list[tuple[int, int, int]], g: list[tuple[int, int, int]], assume: tuple[str, ...]
) -> None:
    left, right = (" + ".join(f"x**{a}*y**{b}*z**{c}" for a, b, c in terms) for terms in (f, g))
    regime = Regime.of(assume, ["y", "z"])
    one, two = theta(left, regime=regime), theta(right, regime=regime)
    assert relation(left, one.expr, regime=regime).kind == "Theta"
    if len(regime.pieces) == 1:
        assert (one == two) == (relation(left, right, regime=regime).kind == "Theta")
        assert theta(one.expr, regime=regime) == one


def test_imports_nothing_heavy() -> None:
    code = (
        "import sys; from decomposer.growth import relation;"
        "relation('m*n', 'm**2+n*log(n)', unbounded=['m', 'n']).witness;"
        "heavy = {'sympy', 'numpy', 'networkx', 'ortools', 'pydantic', 'yaml', 'rich'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_order_agrees_with_growth() -> None:
    regime = Regime.of([], ["n"])
    assert eventually("n*log(n)", "n**2", regime) == "less"
