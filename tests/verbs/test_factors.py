"""How many times dearer a hand design of the same growth is in the end: by hand, and against costs at numbers."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

import pytest

from decomposer import compare, explain, optimize
from decomposer.expr import evaluate, parse
from decomposer.growth.factor import Factor

SHIPPED = ("price-list", "support", "answers-cascade", "chunking-window", "k-task-max")

FAR = 10**8

SLACK = Fraction(1, 1000)


def test_by_hand() -> None:
    """Of a token read 3 instead of 0.30, of one of the report 15 instead of 0.79 for writing and 3 for reading it."""
    hands = {hand.name: hand for hand in optimize("price-list").hand_designs}
    assert hands["the-best-for-all"].factor == Factor(Fraction(15 * 100, 379), Fraction(10))
    assert hands["the-cheapest-to-read"].factor == Factor(Fraction(1), Fraction(550, 379))
    assert hands["the-cheapest-to-write"].factor == Factor(Fraction(1), Fraction(59, 30))


@pytest.mark.parametrize("name", SHIPPED)
def test_far_out_costs_keep_within_the_bounds(name: str) -> None:
    result = optimize(name)
    known = [hand for hand in result.hand_designs if hand.factor is not None]
    assert known
    tried = 0
    for order in permutations(result.problem.parameters):
        values = {name: FAR ** (place + 1) for place, name in enumerate(order)}
        if not all(_holds(assumption, values) for assumption in result.problem.assume):
            continue
        tried += 1
        least = evaluate(result.cost.exact, values)
        for hand in known:
            assert hand.factor is not None
            quotient = evaluate(hand.cost.exact, values) / least
            assert quotient >= hand.factor.low - SLACK
            assert hand.factor.high is None or quotient <= hand.factor.high + SLACK
    assert tried


def _holds(assumption: str, values: dict[str, int]) -> bool:
    """Whether numbers far apart are as assumed; of what is assumed to be equal, none is."""
    left, operator, right = assumption.partition("<<" if "<<" in assumption else "<=")
    return bool(operator) and evaluate(parse(left), values) <= evaluate(parse(right), values)


def test_reports_and_data_tell_it() -> None:
    told = optimize("price-list").to_dict()["hand_designs"][0]
    assert told["factor"] == {"low": "1500/379", "high": "10"}
    rows = compare("price-list").rows
    assert [row.factor for row in rows] == [hand.factor for hand in optimize("price-list").hand_designs]


def test_other_growths_and_other_objectives_have_none() -> None:
    assert all(hand.factor is None for hand in optimize("debugging").hand_designs if hand.ratio.expr != 1)
    assert all(hand.factor is None for hand in optimize("chunk-latency").hand_designs)


def test_choices_tell_it_too() -> None:
    """Screening with the large model costs 3 instead of 0.30 for a token read; other growths have no factor."""
    refused = [
        one for choice in explain("price-list").choices if choice.goal.tasks == ("screen",) for one in choice.refused
    ]
    large = [one for one in refused if any("large" in line for line in one.more)]
    assert [one.factor for one in large] == [Factor(Fraction(10), Fraction(10))]
    assert all(one.factor is None for one in refused if one.relation != "Theta")
