"""Answers that a legal hand design beats are the best found and not optimal; formulas are only said where they hold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from decomposer import load, optimize
from decomposer.expr import num
from decomposer.problem.read import from_text
from decomposer.report.optimum import document
from decomposer.report.text import render
from decomposer.search import asymptotic, concrete
from decomposer.search.price import Candidate
from decomposer.verbs import optimize as verb
from decomposer.verbs.measure import measure, regime_of
from decomposer.verbs.undercut import undercut

GROUPS = """
problem: groups
parameters: {n: tickets, h: tokens of a policy}
cost: {model: linear, input: 1, output: 4}
target: 9/10
texts: {tickets: {parts: {ticket: n}, each: 10}, policy: h, labels: {parts: {ticket: n}, each: 1}}
capabilities: {route: 1}
tasks:
  route: {reads: [tickets, policy], writes: labels, requires: route, local: ticket,
          succeeds: {probability: 19/20, per: part}}
"""


AT = {"k": 20, "l": 30, "b": 5, "m_q": 2, "m_d": 7}


def naive() -> Candidate:
    """The hand design `naive` of the problem debugging, as if it had been found."""
    problem = load("debugging")
    design = next(hand.design for hand in optimize(problem).hand_designs if hand.name == "naive")
    cost = measure(problem, design, regime_of(problem))
    return Candidate(design, cost.exact, cost.exact, frozenset(), ())


def test_at_numbers_by_value() -> None:
    problem = load("debugging")
    result, regime = optimize(problem, at=AT), regime_of(problem)
    assert undercut(problem, result.hand_designs, result.cost, result.theta, regime) == ()
    poor = measure(problem, naive().design, regime, AT)
    names = undercut(problem, result.hand_designs, poor, result.theta, regime)
    assert "focused" in names and "naive" not in names
    # One that misses the target, or exceeds a limit, does not count.
    hands = tuple(replace(hand, misses_target=True) for hand in result.hand_designs)
    assert undercut(problem, hands, poor, result.theta, regime) == ()


@pytest.mark.parametrize("at", (None, AT))
def test_the_status_is_honest(monkeypatch: pytest.MonkeyPatch, at: dict[str, int] | None) -> None:
    one = naive()
    monkeypatch.setattr(asymptotic, "best", lambda *_, **__: ([one], True))
    monkeypatch.setattr(concrete, "best", lambda *_, **__: ([one], True))
    result = optimize(load("debugging"), at=at)
    assert result.status == "bounded"
    assert any("the hand design focused does better" in note for note in result.notes)


def test_uneven_groups_are_told() -> None:
    problem = from_text(GROUPS, "groups")
    result = optimize(problem, at={"n": 7, "h": 50})
    assert result.uneven and verb.UNEVEN in result.notes
    assert result.cost.value is not None
    formula = result.cost.exact.subs({"n": num(7), "h": num(50)})
    assert formula.as_fraction() != result.cost.value.as_fraction()
    shown = render(document(result))
    assert "  if even " in shown and "  exactly " not in shown


def test_even_groups_give_the_number_of_the_formula() -> None:
    result = optimize(load("debugging"), at=AT)
    assert not result.uneven and verb.UNEVEN not in result.notes
    assert result.cost.value == result.cost.exact.subs({name: num(value) for name, value in AT.items()})
