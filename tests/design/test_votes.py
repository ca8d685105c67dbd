"""Votes, cascades and chains: formulas against simulation, enumeration and each other."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decomposer.design.certainty import certainty
from decomposer.design.chances import leads, majority, until_lead
from decomposer.design.contract import check_design
from decomposer.design.evaluate import footprint, span, work
from decomposer.design.nodes import Call, Design, Escalate, Retry, Stride, Vote, seq
from decomposer.design.products import Product
from decomposer.design.reliability import reliability
from decomposer.design.simulate import simulate
from decomposer.design.votes import best_majority, least_lead, majority_right, race_right, race_runs
from decomposer.errors import DesignError
from decomposer.expr import evaluate, num
from decomposer.problem.build import build
from decomposer.problem.model import Problem

odds = st.fractions(Fraction(51, 100), Fraction(99, 100), max_denominator=100)


def job(
    check: dict[str, Any] | None = None, target: str = "1/2", steps: dict[str, Any] | int = 6, **facts: Any
) -> Problem:
    """A chain of six steps, and a text of four parts, each done by one of two models."""
    succeeds = {"probability": "4/5", "per": "step", **facts}
    checked = {} if check is None else {"check": check}
    return build(
        "job",
        texts={"order": 3, "log": 12, "pages": {"parts": {"page": 4}, "each": 5}, "verdict": 1},
        capabilities={"act": 1, "look": 1},
        models={
            "small": {"size": 2, "can": ["act", "look"], "succeeds": {"act": "3/5"}},
            "large": {"size": 7, "can": ["act", "look"]},
        },
        target=target,
        tasks={
            "go": {
                "reads": "order",
                "writes": "log",
                "requires": "act",
                "steps": steps,
                "succeeds": succeeds,
                **checked,
            },
            "scan": {
                "reads": "pages",
                "writes": "verdict",
                "requires": "look",
                "local": "page",
                "succeeds": {"probability": "9/10", "per": "part"},
            },
            "judge": {"reads": "log", "writes": "verdict", "requires": "look"},
        },
    )


def small(task: str = "go", **more: Any) -> Call:
    return Call((task,), model="small", **more)


def large(task: str = "go", **more: Any) -> Call:
    return Call((task,), model="large", **more)


REST: Design = seq(large("scan"), large("judge"))

DESIGNS: dict[str, tuple[dict[str, Any], Design]] = {
    "stride": ({}, Stride("go", small(), num(4))),
    "vote": ({}, Stride("go", Vote(small(), lead=num(3)))),
    "vote-in-steps": ({"wrong": "scatter"}, Stride("go", Vote(large(), lead=num(2)), num(4))),
    "first-answer": ({"wrong": "scatter"}, Stride("go", Vote(large(), lead=num(1)), num(4))),
    "majority": ({}, Stride("go", Vote(large(), num(5)), num(2))),
    "nested": ({}, Vote(Stride("go", Vote(large(), num(3)), num(2)), lead=num(2))),
    "hard": (
        {"hard": {"share": "1/5", "probability": "2/5"}},
        Stride("go", Vote(small(), lead=num(2))),
    ),
    "hard-majority": ({"hard": {"share": "1/5", "probability": "2/5"}}, Stride("go", Vote(small(), num(3)))),
    "retry": ({"check": {"scope": "step"}}, Stride("go", Retry(("go",), small()), num(3))),
    "retry-errs": (
        {"check": {"scope": "step", "accepts": "1/10", "rejects": "1/20"}},
        Stride("go", Retry(("go",), small()), num(3)),
    ),
    "retry-hard": (
        {"check": {"scope": "step", "accepts": "1/10"}, "hard": {"share": "1/3", "probability": "1/4"}},
        Stride("go", Retry(("go",), small())),
    ),
    "flags": (
        {"check": {"scope": "step", "accepts": "4/5", "rejects": "1/10"}, "wrong": "scatter"},
        Stride("go", Vote(Retry(("go",), large()), lead=num(2)), num(3)),
    ),
    "flags-agree": (
        {"check": {"scope": "whole", "accepts": "4/5"}},
        Vote(Retry(("go",), large()), lead=num(2)),
    ),
    "cascade": ({"check": {"scope": "step"}}, Stride("go", Escalate(("go",), small(), large()), num(2))),
    "cascade-errs": (
        {"check": {"scope": "step", "accepts": "1/10", "rejects": "1/20"}},
        Stride("go", Escalate(("go",), small(), Retry(("go",), large())), num(2)),
    ),
    "cascade-hard": (
        {"check": {"scope": "step"}, "hard": {"share": "1/3", "probability": "1/4"}},
        Stride("go", Escalate(("go",), small(), Escalate(("go",), large(), Vote(large(), lead=num(2))))),
    ),
    "cascade-whole": ({"check": {"scope": "whole"}}, Escalate(("go",), small(), large())),
}


@pytest.mark.parametrize("name", DESIGNS)
def test_formulas_agree_with_the_simulation(name: str) -> None:
    facts, part = DESIGNS[name]
    problem, design = job(**facts), seq(part, REST)
    check_design(problem, design)
    count = simulate(problem, design, {})
    foot = footprint(problem, design)
    formulas = (evaluate(work(problem, design), {}), evaluate(foot.calls, {}), evaluate(foot.longest, {}))
    assert (count.work, count.calls, Fraction(count.longest)) == formulas
    assert evaluate(span(problem, design), {}) <= formulas[0]


@pytest.mark.parametrize("name", DESIGNS)
def test_products_are_the_reliability(name: str) -> None:
    facts, part = DESIGNS[name]
    problem, design = job(**facts), seq(part, REST)
    chance = certainty(problem, design)
    exact = evaluate(reliability(problem, design), {})
    low, high = chance.bounds(80)
    assert low <= exact <= high
    assert chance.at_least(exact)
    assert not chance.at_least(exact + Fraction(1, 10**30))


@pytest.mark.parametrize("name", ["vote-in-steps", "cascade-hard"])
def test_dice_fall_as_expected(name: str) -> None:
    """Many runs cost on average what one run is expected to cost."""
    facts, part = DESIGNS[name]
    problem, design = job(**facts), seq(part, REST)
    runs = 60
    costs = [simulate(problem, design, {}, seed=seed).work for seed in range(runs)]
    mean = sum(costs, Fraction(0)) / runs
    spread = sum(((cost - mean) ** 2 for cost in costs), Fraction(0)) / (runs - 1)
    expected = evaluate(work(problem, design), {})
    # Five standard errors, by squares.
    assert (mean - expected) ** 2 * runs <= 25 * spread


def test_the_contract_refuses_what_the_facts_do_not_say() -> None:
    hard = job(hard={"share": "1/5", "probability": "2/5"})
    for facts, design, words in (
        ({}, Stride("scan", large("scan")), "no.* chain"),
        ({}, Stride("go", Stride("go", small())), "cut into steps already"),
        ({}, Stride("go", large("scan")), "not done here"),
        ({}, Escalate(("go",), small(), large()), "nobody can tell"),
        ({"check": {"scope": "step"}}, Escalate(("go",), small(), large("scan")), "done again"),
        ({"check": {"scope": "whole"}}, Stride("go", Retry(("go",), small())), "whole chain"),
        ({"steps": {"count": 6, "per_call": 2}}, Stride("go", small(), num(3)), "in a call at most"),
        ({"steps": {"count": 6, "per_call": 2}}, small(), "in a call at most"),
    ):
        with pytest.raises(DesignError, match=words):
            check_design(job(**facts), seq(design, REST))
    with pytest.raises(DesignError, match="some units are hard"):
        check_design(hard, seq(Stride("go", Vote(small(), num(3)), num(2)), REST))
    with pytest.raises(DesignError, match="some units are hard"):
        check_design(hard, seq(Vote(Stride("go", small()), num(3)), REST))


# -- the formulas of votes ----------------------------------------------------------------------------


@given(odds, st.integers(1, 6), st.fractions(Fraction(1, 10), 1, max_denominator=10))
def test_races(right: Fraction, lead: int, counted: Fraction) -> None:
    """Gambler's ruin solved as linear equations, with runs that do not count."""
    first, rival = right * counted, (1 - right) * counted
    runs = race_runs(num(first), num(rival), num(lead)).as_fraction()
    chance = race_right(num(first), num(rival), num(lead)).as_fraction()
    assert runs == until_lead(first, lead, rival)
    assert chance == leads(first, lead, rival)


@given(odds, st.integers(0, 4))
def test_majorities(right: Fraction, half: int) -> None:
    votes = 2 * half + 1
    assert majority_right(num(right), num(votes)).as_fraction() == majority(right, votes)


@settings(max_examples=60)
@given(odds, st.integers(1, 10**9), st.fractions(Fraction(1, 2), Fraction(99, 100), max_denominator=100))
def test_least_leads(right: Fraction, scopes: int, target: Fraction) -> None:
    ratio = (1 - right) / right
    lead = least_lead(ratio, Fraction(scopes), target)
    assert Product.of(1 / (1 + ratio**lead), scopes).at_least(target)
    assert lead == 1 or not Product.of(1 / (1 + ratio ** (lead - 1)), scopes).at_least(target)


def mixed(easy: Fraction, hard: Fraction, share: Fraction, votes: int) -> Fraction:
    return (1 - share) * majority(easy, votes) + share * majority(hard, votes)


@pytest.mark.parametrize(
    ("easy", "hard", "share", "best"),
    [("9/10", "2/5", "1/5", 5), ("4/5", "2/5", "1/5", None), ("9/10", "1/10", "1/5", None), ("7/10", "2/5", "1/2", 11)],
)
def test_more_votes_first_help_and_later_hurt(easy: str, hard: str, share: str, best: int | None) -> None:
    values = Fraction(easy), Fraction(hard), Fraction(share)
    chances = [mixed(*values, votes) for votes in range(1, 40, 2)]
    most = 2 * max(range(len(chances)), key=lambda place: chances[place]) + 1
    found = best_majority(*values)
    assert found == (most if most < 39 else None)
    if best is not None:
        assert found == best


@settings(max_examples=30, deadline=None)
@given(
    st.fractions(Fraction(1, 20), Fraction(19, 20), max_denominator=20),
    st.fractions(Fraction(1, 20), Fraction(19, 20), max_denominator=20),
    st.fractions(Fraction(1, 20), Fraction(19, 20), max_denominator=20),
)
def test_best_majority_is_the_best(easy: Fraction, hard: Fraction, share: Fraction) -> None:
    found = best_majority(easy, hard, share)
    chances = [mixed(easy, hard, share, votes) for votes in range(1, 22, 2)]
    if found is None:
        half = Fraction(1, 2)
        limit = (1 - share) * Fraction((easy > half) + (easy >= half), 2)
        limit += share * Fraction((hard > half) + (hard >= half), 2)
        assert limit >= max(chances)
    elif found <= 21:
        assert chances[(found - 1) // 2] == max(chances)


def test_products() -> None:
    half = Product.of(Fraction(1, 2))
    assert (half * half).expr() == num(Fraction(1, 4))
    assert (half ** Fraction(2)).compare(Product.of(Fraction(1, 4))) == 0
    assert Product.of(Fraction(1, 2), Fraction(1, 2)).compare(Product.of(Fraction(1, 4), Fraction(1, 4))) == 0
    huge = Product.of(1 - Fraction(1, 10**12), 10**12)
    assert huge.at_least(Fraction(367879441, 10**9)) and not huge.at_least(Fraction(367879442, 10**9))
    assert huge.expr() is None
    assert Product.of(Fraction(0)).compare(half) == -1 and half.compare(Product.of(Fraction(0))) == 1
    for one, other in product((half, huge, Product()), repeat=2):
        assert one.compare(other) == -other.compare(one)
