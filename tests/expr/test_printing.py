"""Formulas for people say the same as the formulas themselves."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decomposer.expr import enclose, num, parse, pretty

SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
VALUES = {"k": 3, "n": 5, "m_q": 7}

PIECES = ["2**k", "3**(-k)", "5**(2*k)", "2**(k*n)", "log(2)", "log(k)", "log(9)/2", "k", "n**(1/2)", "k**(1/2)", "7/3"]
PIECES += ["max(2*k + 1, k + 1)", "max(k, n)", "1/log(99)", "ceil(log(10*k)/log(99))", "(k + n)**(-1)", "m_q**(-1/2)"]


def back(text: str) -> str:
    """The notation for people, in that of formulas."""
    text = re.sub(r"([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)", lambda found: f"**({found[1].translate(SUPERSCRIPTS)})", text)
    text = re.sub(r"√(\w+)", r"(\1)**(1/2)", text)
    while "√(" in text:  # the sign stands before a bracket
        start = text.index("√(")
        depth = 0
        for end in range(start + 1, len(text)):
            depth += (text[end] == "(") - (text[end] == ")")
            if depth == 0:
                break
        text = f"{text[:start]}({text[start + 1 : end + 1]})**(1/2){text[end + 1 :]}"
    return text.replace("·", "*").replace("^", "**")


@pytest.mark.parametrize(
    ("formula", "written"),
    [
        ("11**(-k)*2**(2*k)*3**(-2*k)*5**(2*k)", "(100/99)^k"),
        ("2**(-k)*3**(-k)", "6^(-k)"),
        ("2**k*3**n", "2^k·3^n"),
        ("log(2)/log(99) + log(5)/log(99) + log(k)/log(99)", "log(10·k)/log(99)"),
        ("log(k) + log(n)", "log(k) + log(n)"),
        ("3*log(2)/2", "3·log(2)/2"),
        ("2*log(3)", "2·log(3)"),
        ("log(6) - log(35)", "log(6) - log(35)"),
        ("k**(1/2)*n**(1/2)*m_q", "√(k·n)·m_q"),
        ("max(2*k + 1, k + 1)", "2·k + 1"),
        ("n*max(2*k + 1, k + 1)", "n·(2·k + 1)"),
        ("min(2*k + 1, k + 1)", "k + 1"),
        ("max(k, n)", "max(k, n)"),
        ("max(2*k - n, k)", "max(2·k - n, k)"),
    ],
)
def test_written_as_people_do(formula: str, written: str) -> None:
    assert pretty(parse(formula)) == written


@given(st.lists(st.lists(st.sampled_from(PIECES), min_size=1, max_size=4), min_size=1, max_size=3))
def test_no_value_changes(terms: list[list[str]]) -> None:
    expr = parse(" + ".join("*".join(f"({piece})" for piece in term) for term in terms))
    low, high = enclose(expr - parse(back(pretty(expr))), VALUES)
    assert low <= 0 <= high
    assert high - low < 1


def test_numbers_of_any_length_are_written() -> None:
    """Seven to the 6000th power, as sums of many fractions may be: `str` of an integer gives up at 4300 digits."""
    written = str(num(Fraction(-(7**6000), 3**9100)))
    above, below = written.split("/")
    assert (len(above), len(below)) == (5072, 4342)
    assert Decimal(above[1:]) == Decimal(7**6000) and above.startswith("-") and Decimal(below) == Decimal(3**9100)
