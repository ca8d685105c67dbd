"""Problems as practitioners meet them: what comes out, and what it saves."""

from __future__ import annotations

from fractions import Fraction

import pytest

from decomposer.expr import parse
from decomposer.growth import relation
from decomposer.problem.load import load
from decomposer.problem.regime import regime
from decomposer.verbs.optimize import optimize

ANSWERS = {
    "code-review": "m_r*f*l + m_w*b*l",
    "document-extraction": "m_e*D*L",
    "price-list": "D*L + r",
    "visual-inspection": "m_v*N*p + m_l*d*p*w + m_l*d*w**2",
    "fine-tuning": "min(m_l*N*l, m_s*N*l + t)",
}


@pytest.mark.parametrize(("name", "theta"), ANSWERS.items())
def test_growth(name: str, theta: str) -> None:
    problem = load(name)
    found = optimize(problem).theta
    assert relation(found, parse(theta), regime=regime(problem)).kind == "Theta"


@pytest.mark.parametrize("name", ["code-review", "document-extraction", "visual-inspection"])
def test_hand_designs_lose_by_a_growth(name: str) -> None:
    """Somewhere in the regime every hand design is dearer without bound."""
    for hand in optimize(load(name)).hand_designs:
        assert any(case.growth != 1 for case in hand.ratio.cases), hand.name


def test_a_compact_vision_only_model_does_the_looking() -> None:
    result = optimize(load("visual-inspection"))
    assert {agent.agent.tasks: agent.agent.model for agent in result.agents} == {
        ("inspect",): "eye",
        ("describe",): "all-round",
    }


def test_who_reads_much_and_who_writes_much_are_asked_by_their_prices() -> None:
    """0.3 D L + 2.5 * 20 D, 0.59 * 20 D + 0.79 r and 3 r + 15 * 5: in millionths of a dollar."""
    result = optimize(load("price-list"), at={"D": 1000, "L": 8000, "r": 40000})
    assert [agent.agent.model for agent in result.agents] == ["swift", "open", "large"]
    assert result.cost.exact == parse("3/10*D*L + 50*D + 59/100*20*D + 79/100*r + 3*r + 75")
    assert result.cost.value == 2_400_000 + 50_000 + 11_800 + 31_600 + 120_000 + 75
    costs = {hand.name: hand.cost.value for hand in result.hand_designs}
    assert costs == {
        "the-best-for-all": 3 * 8_000_000 + 15 * 60_005,
        "the-cheapest-to-read": 2_400_000 + Fraction("2.5") * 60_000 + 120_075,
        "the-cheapest-to-write": Fraction("0.59") * 8_020_000 + Fraction("0.79") * 60_000 + 120_075,
    }


def test_tuning_pays_once_it_costs_no_more_than_what_it_saves() -> None:
    result = optimize(load("fine-tuning"))
    assert result.regimes is not None
    winners = [result.regimes.named(leaf.winner) for leaf in result.regimes.leaves]
    assert [tuple(leaf.conditions) for leaf in result.regimes.leaves] == [("N*l*m_l = O(t)",), ("t = O(N*l*m_l)",)]
    assert [str(winner.theta) for winner in winners] == ["N*l*m_l", "N*l*m_s + t"]
