"""Small words: headings, articles, factors near 1, and claims that name a design where a formula belongs."""

from __future__ import annotations

from fractions import Fraction

import pytest

from decomposer import loads, optimize
from decomposer.design.lift import hand_design
from decomposer.errors import DesignError, ProblemError
from decomposer.expr import num
from decomposer.growth.factor import Factor
from decomposer.report.audit import document as audit_document
from decomposer.report.factors import factor_text
from decomposer.report.numerals import multiple
from decomposer.report.optimum import document
from decomposer.report.text import render
from decomposer.report.words import COST
from decomposer.verbs.audit import audit
from decomposer.verbs.claim import claim

BARE = """
problem: bare
parameters: {n: size, m: size of a model, s: size of a smaller one}
assume: [s <= m]
texts: {page: n, sum: n}
capabilities: {write: m, read: s}
tasks:
  write: {reads: page, writes: sum, requires: write}
"""

NEAR = """
problem: near
parameters: {n: size}
texts: {page: n, sum: 1, more: 1}
capabilities: {write: 1}
cost: linear
tasks:
  write: {reads: page, writes: sum, requires: write}
  again: {reads: sum, writes: more, requires: write}
designs:
  split-in-two: [{call: write}, {call: again}]
  all-big: [{call: [write, again]}]
"""

ISSUES = """
problem: issues
parameters: {N: issues, t: tokens in an issue}
texts: {list: {parts: {issue: N}, each: t}, verdict: 1}
capabilities: {judge: 1}
tasks:
  judge: {reads: list, writes: verdict, requires: judge}
designs:
  one-by-one: [{each: issue, do: [{call: judge}]}]
"""


def test_assumptions_begin_a_sentence_where_there_are_no_facts() -> None:
    found = audit(loads(BARE))
    assert not found.facts and found.assumptions
    shown = render(audit_document(found))
    assert "what the answer owes to each assumption" in shown and "\nand to each" not in shown


def test_an_issue() -> None:
    with pytest.raises(DesignError) as caught:
        hand_design(loads(ISSUES), "one-by-one")
    assert "local to an issue" in str(caught.value)


def test_factors_near_one_show_that_they_differ() -> None:
    result = optimize(loads(NEAR), at={"n": 1_000_000})
    lines = [line.strip() for line in render(document(result)).splitlines() if "at numbers:" in line]
    assert any("≈ 1.000002 times dearer" in line or "≈ 1.000001 times dearer" in line for line in lines)
    far = optimize(loads(NEAR), at={"n": 10**40})
    lines = [line.strip() for line in render(document(far)).splitlines() if "at numbers:" in line]
    assert any("the same but for" in line and "10^-4" in line for line in lines)


@pytest.mark.parametrize("power", [4, 7, 11])
def test_multiples_are_near_the_number(power: int) -> None:
    value = 1 + Fraction(1, 3 * 10**power)
    shown = multiple(num(value), 4).removeprefix("≈ ")
    assert shown != "1" and abs(Fraction(shown) - value) < value - 1
    assert factor_text(Factor(value, value), COST) == f"≈ {shown} times dearer in the end"


@pytest.mark.parametrize(
    ("statement", "hint"),
    [
        ("split-in-two = O(all-big)", '"split-in-two / all-big = O(1)"'),
        ("split-in-two = Theta(n*all-big)", '"split-in-two / all-big = Theta(...)"'),
        ("all-big = O(optimum)", '"all-big / optimum = O(1)"'),
        ("split-in-two / all-big = O(optimum)", "naive / focused"),
    ],
)
def test_a_design_in_the_bound(statement: str, hint: str) -> None:
    with pytest.raises(ProblemError) as caught:
        claim(loads(NEAR), statement)
    message = str(caught.value)
    assert "is a design" in message and hint in message
