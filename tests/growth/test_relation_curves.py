"""An independent refuter: growths are evaluated along curves, with nothing shared with the decision procedure.

For products of powers the curves are all small integer directions, in exact integers. With logarithms and
exponentials, parameters follow scales from the logarithm to the exponential and values are computed numerically.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise, product

import mpmath
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from decomposer.errors import GrowthError
from decomposer.expr import App, Exp, Expr, Group, Root, Sym, parse
from decomposer.growth import Regime, is_big_o, relation

NAMES = ("x", "y", "z")
Exponents = tuple[int, ...]


# -- products of powers ---------------------------------------------------------------------------------

monomials = st.tuples(*(st.integers(-1, 3) for _ in NAMES))
sums = st.lists(monomials, min_size=1, max_size=4)
rows = st.lists(st.tuples(monomials, st.booleans()), max_size=2)
DIRECTIONS = [direction for direction in product(range(6), repeat=3) if any(direction)]


def text(exponents: Exponents) -> str:
    return "*".join(f"{name}**({x})" for name, x in zip(NAMES, exponents, strict=True))


def written(terms: list[Exponents]) -> str:
    return " + ".join(text(term) for term in terms)


def height(terms: list[Exponents], direction: Exponents) -> int:
    return max(sum(a * b for a, b in zip(term, direction, strict=True)) for term in terms)


def make(given_rows: list[tuple[Exponents, bool]], unbounded: list[str]) -> Regime | None:
    try:
        return Regime.of([f"1 {'<<' if strict else '<='} {text(row)}" for row, strict in given_rows], unbounded)
    except GrowthError:
        return None


def inside(direction: Exponents, given_rows: list[tuple[Exponents, bool]], unbounded: list[str]) -> bool:
    """Whether the curve lies in the interior of what is assumed."""
    if any(not x for name, x in zip(NAMES, direction, strict=True) if name in unbounded):
        return False
    values = [(sum(a * b for a, b in zip(row, direction, strict=True)), strict) for row, strict in given_rows]
    return all(value > 0 if strict else value >= 0 for value, strict in values)


@settings(max_examples=250, deadline=None)
@given(sums, sums, rows, st.lists(st.sampled_from(NAMES), unique=True))
def test_no_curve_contradicts(
    f: list[Exponents], g: list[Exponents], given_rows: list[tuple[Exponents, bool]], unbounded: list[str]
) -> None:
    regime = make(given_rows, unbounded)
    allowed = [direction for direction in DIRECTIONS if inside(direction, given_rows, unbounded)]
    if regime is None:
        assert not allowed
        return
    answer = relation(written(f), written(g), regime=regime)
    gaps = [height(f, direction) - height(g, direction) for direction in allowed]
    if answer.kind in ("o", "O", "Theta"):
        assert all(gap <= 0 for gap in gaps)
    if answer.kind in ("omega", "Omega", "Theta"):
        assert all(gap >= 0 for gap in gaps)
    if answer.kind == "o" or answer.kind == "omega":
        assert all(gap for gap in gaps)
    assert answer.proved
    for claim in answer.witness:
        if not claim.holds:
            follow(claim.curve, claim.statement, f, g, given_rows, unbounded)


def follow(
    curve: object,
    statement: str,
    f: list[Exponents],
    g: list[Exponents],
    given_rows: list[tuple[Exponents, bool]],
    unbounded: list[str],
) -> None:
    """A curve that refutes must lie in the regime and show what it is said to show."""
    assert curve is not None
    values: dict[str, Expr] = dict(curve.values)  # type: ignore[attr-defined]
    powers = [power_of(values[name], curve.scale) if name in values else Fraction(0) for name in NAMES]  # type: ignore[attr-defined]
    scale = 1
    for power in powers:
        scale *= power.denominator
    direction = tuple(int(power * scale) for power in powers)
    assert inside(direction, given_rows, unbounded)
    small, large = (f, g) if statement.startswith(f"{parse(written(f))} = ") else (g, f)
    gap = height(small, direction) - height(large, direction)
    assert gap > 0 if " = O(" in statement else gap >= 0


def power_of(value: Expr, scale: str) -> Fraction:
    """The exponent e of a value scale**e."""
    ((mono, coefficient),) = value.terms
    assert coefficient == 1
    if not mono:
        return Fraction(0)
    ((atom, exponent),) = mono
    assert isinstance(atom, Sym) and atom.name == scale
    return Fraction(exponent)


# -- logarithms and exponentials -------------------------------------------------------------------------

# Enough to tell n from n + log(n) above an exponent.
mpmath.mp.prec = 700


def value(expr: Expr, env: dict[str, mpmath.mpf]) -> mpmath.mpf:
    """Numeric value; an own evaluator."""
    total = mpmath.mpf(0)
    for mono, coefficient in expr.terms:
        term = mpmath.mpf(coefficient.numerator) / coefficient.denominator
        for atom, x in mono:
            power = mpmath.mpf(x.numerator) / x.denominator
            if isinstance(atom, Sym):
                term *= env[atom.name] ** power
            elif isinstance(atom, Root):
                term *= mpmath.mpf(atom.value) ** power
            elif isinstance(atom, Group):
                term *= value(atom.expr, env) ** power
            elif isinstance(atom, Exp):
                base = mpmath.e if atom.base is None else value(atom.base, env)
                term *= base ** (value(Expr(((atom.mono, 1),)), env) * power)
            else:
                assert isinstance(atom, App)
                args = [value(arg, env) for arg in atom.args]
                functions = {"log": mpmath.log, "max": max, "min": min, "ceil": mpmath.ceil}
                term *= functions[atom.fn](*args) ** power
        total += term
    return total


SCALES: dict[str, Callable[[mpmath.mpf], mpmath.mpf]] = {
    "2": lambda t: mpmath.mpf(2),
    "log log t": lambda t: mpmath.log(mpmath.log(t)),
    "log t": lambda t: mpmath.log(t),
    "log(t)**2": lambda t: mpmath.log(t) ** 2,
    "2**sqrt(log t)": lambda t: mpmath.mpf(2) ** mpmath.sqrt(mpmath.log(t)),
    "sqrt t": lambda t: mpmath.sqrt(t),
    "t": lambda t: t,
    "t log t": lambda t: t * mpmath.log(t),
    "t**2": lambda t: t**2,
    "2**sqrt(t)": lambda t: mpmath.mpf(2) ** mpmath.sqrt(t),
}
FAR = [mpmath.mpf(2) ** (2**s) for s in (5, 7, 9, 11, 13)]
NEAR = [mpmath.mpf(2) ** s for s in (8, 16, 32, 64, 128)]
TALLEST = mpmath.mpf(2) ** 256

factors = st.sampled_from(
    [
        "1",
        "n",
        "m",
        "n**2",
        "sqrt(m)",
        "log(n)",
        "log(m)",
        "log(n)**2",
        "sqrt(log(m))",
        "log(log(n))",
        "1/log(n)",
        "1/m",
        "2**log(n)",
        "log(m*n)",
        "log(m + n)",
    ]
)
towers = st.sampled_from(
    ["2**n", "3**n", "2**m", "2**(n/2)", "n**log(n)", "2**sqrt(log(m))", "m**m", "n**m", "2**(m*log(n))"]
)
polylogs = st.lists(st.lists(factors, min_size=1, max_size=3).map("*".join), min_size=1, max_size=2).map(" + ".join)
exponentials = st.tuples(st.lists(st.one_of(factors, towers), min_size=1, max_size=3).map("*".join), polylogs).map(
    " + ".join
)
contexts = st.sampled_from(
    [(), ("m <= n",), ("n << m",), ("m == n**2",), ("m <= log(n)",), ("n <= m**3", "m <= n**2"), ("2**m <= n",)]
)


def holds(context: tuple[str, ...], n: list[mpmath.mpf], m: list[mpmath.mpf]) -> bool:
    """Whether a curve stays clearly within the assumptions."""
    tests = {
        "m <= n": lambda a, b: b <= a,
        "n << m": lambda a, b: a < b / mpmath.log(b),
        "m == n**2": lambda a, b: b == a**2,
        "m <= log(n)": lambda a, b: b <= mpmath.log(a),
        "n <= m**3": lambda a, b: a <= b**3,
        "m <= n**2": lambda a, b: b <= a**2,
        "2**m <= n": lambda a, b: b * mpmath.log(2) <= mpmath.log(a),
    }
    return all(tests[item](a, b) for item in context for a, b in zip(n, m, strict=True))


def along(f: Expr, g: Expr, context: tuple[str, ...]) -> list[list[mpmath.mpf]]:
    """The logarithm of f/g at growing times, along every curve of the family that lies in the regime."""
    found = []
    towers = any(isinstance(atom, Exp) for mono, _ in (*f.terms, *g.terms) for atom, _ in mono)
    times = NEAR if towers else FAR
    # Above an exponent, what grows like log log t shows nothing at numbers that can be written.
    scales = [scale for name, scale in SCALES.items() if not (towers and name == "log log t")]
    for first, second in product(scales, repeat=2):
        n, m = [first(t) for t in times], [second(t) for t in times]
        if n[0] == n[-1] or m[0] == m[-1] or not holds(context, n, m):
            continue
        ratios = []
        for a, b in zip(n, m, strict=True):
            # Parameters below 2, and towers too tall to be written, show nothing.
            if min(a, b) < 3 or (towers and max(a, b) > TALLEST):
                continue
            env = {"n": a, "m": b}
            ratios.append(mpmath.log(value(f, env) / value(g, env)))
        if len(ratios) >= 3:
            found.append(ratios)
    return found


def diverges(ratios: list[mpmath.mpf]) -> bool:
    """Whether f/g grows without bound, to the eye: by ever larger steps."""
    steps = [b - a for a, b in pairwise(ratios)]
    return bool(all(step > 0.1 for step in steps[-2:]) and ratios[-1] > 40 and steps[-1] >= steps[-2])


def rises(ratios: list[mpmath.mpf]) -> bool:
    """Whether f/g clearly grows at the end of what can be computed."""
    return bool(ratios[-1] > 5 and ratios[-1] > ratios[-2] + 2 > ratios[-3] + 4)


@settings(max_examples=60, deadline=None)
@given(polylogs, polylogs, contexts)
def test_polylogarithms_against_curves(f: str, g: str, context: tuple[str, ...]) -> None:
    against_curves(f, g, context)


@settings(max_examples=40, deadline=None)
@given(exponentials, exponentials, contexts)
def test_exponentials_against_curves(f: str, g: str, context: tuple[str, ...]) -> None:
    against_curves(f, g, context)


def against_curves(f: str, g: str, context: tuple[str, ...]) -> None:
    answer = relation(f, g, assume=context, unbounded=["n", "m"])
    assume(answer.kind != "unknown")
    curves = along(answer.f, answer.g, context)
    for ratios in curves:
        opposite = [-x for x in ratios]
        if answer.kind in ("o", "O", "Theta"):
            assert not diverges(ratios), (str(answer), ratios)
        if answer.kind in ("omega", "Omega", "Theta"):
            assert not diverges(opposite), (str(answer), ratios)
        if answer.kind == "o":
            assert not rises(ratios), (str(answer), ratios)
        if answer.kind == "omega":
            assert not rises(opposite), (str(answer), ratios)


# -- laws --------------------------------------------------------------------------------------------------

terms = st.one_of(polylogs, exponentials)


@settings(max_examples=60, deadline=None)
@given(terms, terms, contexts)
def test_mirror(f: str, g: str, context: tuple[str, ...]) -> None:
    mirror = {"o": "omega", "O": "Omega", "omega": "o", "Omega": "O"}
    there = relation(f, g, assume=context, unbounded=["n", "m"]).kind
    back = relation(g, f, assume=context, unbounded=["n", "m"]).kind
    assert back == mirror.get(there, there)


@settings(max_examples=60, deadline=None)
@given(terms, terms, terms, contexts)
def test_transitive(f: str, g: str, h: str, context: tuple[str, ...]) -> None:
    regime = Regime.of(context, ["n", "m"])
    a, b, c = parse(f), parse(g), parse(h)
    if is_big_o(a, b, regime) and is_big_o(b, c, regime):
        assert is_big_o(a, c, regime) is not False


@settings(max_examples=40, deadline=None)
@given(terms, terms, factors, contexts)
def test_scaling(f: str, g: str, factor: str, context: tuple[str, ...]) -> None:
    plain = relation(f, g, assume=context, unbounded=["n", "m"]).kind
    assert relation(f"7*({f})", f"({g})/3", assume=context, unbounded=["n", "m"]).kind == plain
    scaled = relation(f"({f})*({factor})", f"({g})*({factor})", assume=context, unbounded=["n", "m"]).kind
    assert scaled == plain or "unknown" in (scaled, plain)


@settings(max_examples=40, deadline=None)
@given(polylogs, polylogs, contexts)
def test_sum_is_maximum(f: str, g: str, context: tuple[str, ...]) -> None:
    assert relation(f"({f}) + ({g})", f"max({f}, {g})", assume=context, unbounded=["n", "m"]).kind == "Theta"
    assert relation(f"min({f}, {g})", f, assume=context, unbounded=["n", "m"]).kind in ("o", "O", "Theta")
