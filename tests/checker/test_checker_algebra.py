"""The checker's formulas: laws, text that reads back, and agreement with the formulas of the program."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from decomposer.expr import evaluate
from decomposer.expr import parse as theirs
from decomposer.formulas.algebra import (
    ONE,
    Poly,
    Refused,
    add,
    constant,
    div,
    mul,
    number,
    parse,
    power,
    put,
    show,
    sum_over,
)

K = 5
AT: dict[str, int | Fraction] = {"k": K, "n": 3, "q": Fraction(1, 3)}


def atoms(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.tuples(inner, inner)
    return st.one_of(
        st.builds(lambda ab: f"({ab[0]} + {ab[1]})", pairs),
        st.builds(lambda ab: f"({ab[0]} - {ab[1]})", pairs),
        st.builds(lambda ab: f"{ab[0]}*{ab[1]}", pairs),
        st.builds(lambda a, x: f"({a})**{x}", inner, st.integers(0, 3)),
        st.builds(lambda a: f"ceil({a})", inner),
        st.builds(lambda ab: f"max({ab[0]}, {ab[1]})", pairs),
    )


texts = st.recursive(st.sampled_from(["k", "n", "q", "1", "2", "7/3", "k/2"]), atoms, max_leaves=6)


def value(text: str) -> Fraction:
    """Worked out by the program, at numbers."""
    return evaluate(theirs(text), AT)


def value_of(poly: Poly) -> Fraction:
    return value(show(poly))


@given(texts)
def test_text_reads_back(text: str) -> None:
    try:
        poly = parse(text)
    except Refused:
        return
    assert parse(show(poly)) == poly
    assert show(parse(show(poly))) == show(poly)


@given(texts)
def test_it_means_what_the_program_means(text: str) -> None:
    try:
        parse(text)
    except Refused:
        return
    assert value_of(parse(text)) == value(text)
    assert parse(str(theirs(text))) == parse(text) or value(str(theirs(text))) == value(text)


@given(texts, texts, texts)
def test_laws(a: str, b: str, c: str) -> None:
    try:
        x, y, z = parse(a), parse(b), parse(c)
        assert add(x, y) == add(y, x)
        assert add(add(x, y), z) == add(x, add(y, z))
        assert add(x, x, -1) == {}
        assert mul(x, y) == mul(y, x)
        assert mul(x, add(y, z)) == add(mul(x, y), mul(x, z))
        assert mul(x, ONE) == x
        assert power(x, number(2)) == mul(x, x)
    except Refused:
        pass


@given(st.sampled_from(["k", "2*k", "k*n", "k**2/3", "2**(1/2)*k"]), st.fractions(-3, 3, max_denominator=4))
def test_powers_of_monomials(text: str, x: Fraction) -> None:
    base = parse(text)
    assert mul(power(base, number(x)), power(base, number(-x))) == ONE
    assert power(power(base, number(x)), number(2)) == mul(power(base, number(x)), power(base, number(x)))
    assert div(base, base) == ONE


@given(texts, st.integers(1, 6))
def test_sums(text: str, last: int) -> None:
    """Closed sums are sums."""
    try:
        closed = sum_over(parse(f"({text})*i + i**2"), "i", parse("k"))
    except Refused:
        return
    long: Poly = {}
    for i in range(1, K + 1):
        long = add(long, parse(f"({text})*{i} + {i}**2"))
    assert value_of(closed) == value_of(long)


@given(texts, texts)
def test_replacing(text: str, other: str) -> None:
    try:
        done = put(parse(text), "q", show(parse(other)))
    except Refused:
        return
    assume(value(other) > 0)  # symbols are
    assert value_of(done) == evaluate(theirs(text), {**AT, "q": value(other)})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2**(k + 1)", "2*2**k"),
        ("4**k", "2**(2*k)"),
        ("(2**k)**n", "2**(k*n)"),
        ("6**k", "2**k*3**k"),
        ("8**(1/2)", "2*2**(1/2)"),
        ("(k + n)**2", "k**2 + 2*k*n + n**2"),
        ("(2*k + 2*n)**(1/2)", "2**(1/2)*(k + n)**(1/2)"),
        ("max(n, k, k)", "max(k, n)"),
        ("ceil(5/2)", "3"),
        ("rounds(1, q)", "1/q"),
        ("rounds(2, 1/2)", "8/3"),
        ("rounds(k, 1)", "1"),
        ("log(1)", "0"),
        ("max(1, 2)", "2"),
    ],
)
def test_the_same(one: str, other: str) -> None:
    assert parse(one) == parse(other)


@pytest.mark.parametrize("name", ["lambda", "is", "None", "log", "max", "e", "i", "\u03bb", "naïve", "_x", "x_"])
def test_any_name_is_a_name(name: str) -> None:
    """Words of Python and of the notation too."""
    poly = parse(f"{name}**2 + 3*{name}")
    assert parse(show(poly)) == poly
    assert show(put(poly, name, "2")) == "10"
    assert constant(put(parse(f"log({name})*log(k)"), name, "1")) == 0
