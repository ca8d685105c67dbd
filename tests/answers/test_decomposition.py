"""Answers about decompositions that a model makes: texts that it cuts, plans that are made once."""

from __future__ import annotations

from typing import Any

import pytest

import decomposer
from decomposer.design.reliability import reliability
from decomposer.expr import num, parse
from decomposer.growth import is_big_o
from decomposer.verbs.measure import regime_of


def cut(**more: Any) -> decomposer.Problem:
    """A text whose sections only a model can tell."""
    texts = {
        "doc": {"parts": {"section": "n"}, "each": "l", "split_by": "outline"},
        "cut": "n",
        "out": {"parts": {"section": "n"}, "each": "l"},
    }
    tasks = {
        "work": {"reads": "doc", "writes": "out", "requires": "c", "local": "section"},
        "outline": {"reads": "doc", "writes": "cut", "requires": "d"},
    }
    for name, facts in more.pop("facts", {}).items():
        tasks[name] |= facts
    given = {"parameters": ["n", "l", "m", "s"], "texts": texts, "capabilities": {"c": "m", "d": "s"}, "tasks": tasks}
    return decomposer.build("cut", **{**given, **more})


CALL, BY_PART = {"call": "outline"}, {"each": "section", "do": [{"call": "work"}]}


def test_a_cut_is_made_once_and_paid_for() -> None:
    problem = decomposer.load("split-by-model")
    found = decomposer.optimize(problem)
    assert found.status == "optimal"
    assert "split" in found.rules
    least, regime = parse("m_c*l*k^2 + m_t*k*l^2"), regime_of(problem)
    assert is_big_o(found.theta, least, regime) is True
    assert is_big_o(least, found.theta, regime) is True
    assert all(any(case.growth != 1 for case in hand.ratio.cases) for hand in found.hand_designs)


def test_a_free_cut_costs_nothing() -> None:
    pages = {"parts": {"section": "n"}, "each": "l"}
    work = {"reads": "doc", "writes": "out", "requires": "c", "local": "section"}
    problem = cut(texts={"doc": pages, "out": pages}, tasks={"work": work})
    assert str(decomposer.optimize(problem).theta) == "l**2*m*n"


def test_the_border_of_a_cut_worth_its_price() -> None:
    problem = cut()
    found = decomposer.optimize(problem)
    assert found.status == "regimes"
    cheap = cut(assume=["s <= l*m"])
    assert "split" in decomposer.optimize(cheap).rules
    dear = cut(assume=["l*m*n << s"])
    assert "split" not in decomposer.optimize(dear).rules


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([BY_PART], "has not cut"),
        ([BY_PART, CALL], "has not cut"),
        ([{"each": "section", "do": [CALL, {"call": "work"}]}], "has not cut"),
    ],
)
def test_hand_designs_must_cut_first(steps: list[Any], message: str) -> None:
    (illegal,) = decomposer.optimize(cut(designs={"hand": steps})).illegal
    assert message in str(illegal)


def test_hand_designs_that_cut_first() -> None:
    found = decomposer.optimize(cut(designs={"hand": [CALL, BY_PART]}))
    assert str(found.hand_designs[0].cost.theta) == "l**2*m*n + l*n**2*s"


def test_who_changes_a_whole_text_outdates_the_cut() -> None:
    facts = {"facts": {"work": {"local": "section"}}}
    problem = cut(**facts)
    tasks = {
        "revise": {"reads": "doc", "edits": {"text": "doc", "unit": "whole"}, "requires": "c"},
        "work": {"reads": "doc", "writes": "out", "requires": "c", "local": "section"},
        "outline": {"reads": "doc", "writes": "cut", "requires": "d"},
    }
    for steps, legal in (([CALL, {"call": "revise"}, BY_PART], False), ([{"call": "revise"}, CALL, BY_PART], True)):
        one = decomposer.build(
            "stale", parameters=["n", "l", "m", "s"], texts=problem.texts, capabilities=problem.capabilities,
            tasks=tasks, designs={"hand": steps},
        )  # fmt: skip
        if legal:
            assert decomposer.optimize(one).hand_designs
        else:
            assert "has not cut" in str(decomposer.optimize(one).illegal[0])


def test_its_error_counts() -> None:
    problem = cut(facts={"outline": {"succeeds": "3/4"}}, assume=["s <= m"])
    found = decomposer.optimize(problem)
    assert "split" in found.rules
    assert reliability(problem, found.design) == num(3) / 4


def test_its_error_is_repaired_where_it_can_be_told() -> None:
    checked = {"outline": {"succeeds": "3/4", "check": {"scope": "whole"}}}
    problem = cut(facts=checked, assume=["s <= m"])
    found, plain = decomposer.optimize(problem), decomposer.optimize(cut(assume=["s <= m"]))
    assert reliability(problem, found.design) == num(1)
    outline = next(report for report in found.agents if report.agent.tasks == ("outline",))
    once = next(report for report in plain.agents if report.agent.tasks == ("outline",))
    assert outline.agent.work == once.agent.work * 4 / 3
    assert "may fail" in str(decomposer.optimize(cut(facts=checked, designs={"hand": [CALL, BY_PART]})).illegal[0])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"facts": {"outline": {"reads": "out"}}}, "does not read all"),
        ({"facts": {"outline": {"local": "section"}}}, "cannot be local"),
        ({"facts": {"work": {"reads": ["doc", "cut"]}}}, "more than to cut"),
        (
            {
                "texts": {
                    "doc": {"parts": {"section": "n"}, "each": 1},
                    "cut": {"tokens": 1, "split_by": "outline"},
                    "out": 1,
                }
            },
            "no parts",
        ),
        ({"texts": {"doc": {"parts": {"section": "n"}, "each": 1, "split_by": "outlines"}, "out": 1}}, "outlines"),
    ],
)
def test_what_cannot_be_meant(change: dict[str, Any], message: str) -> None:
    with pytest.raises(decomposer.ProblemError, match=message):
        cut(**change)


def test_reading_back() -> None:
    problem = decomposer.load("split-by-model")
    assert decomposer.loads(decomposer.dumps(problem)) == problem


def test_audit_knows_what_an_oracle_would_save() -> None:
    found = decomposer.audit(decomposer.load("split-by-model"))
    assert "contract: split free" in [chance.subject for chance in found.opportunities]
    assert "outline: splits" in [worth.subject for worth in found.facts]


def test_a_plan_pays_from_some_number_of_tickets_on() -> None:
    problem = decomposer.load("plan-once")
    found = decomposer.optimize(problem)
    assert found.status == "regimes"
    assert found.regimes is not None
    assert found.regimes.verified
    regime = regime_of(problem).extended(assume=["t <= h", "m_p*p << m_g*N"])
    costs = {hand.name: hand.cost.exact for hand in found.hand_designs}
    planned, direct = costs["plan-and-follow"], costs["handbook-every-time"]
    assert is_big_o(planned, direct, regime) is True
    few = regime_of(problem).extended(assume=["t <= h", "m_g*N << m_p*p"])
    assert is_big_o(direct, planned, few) is True


@pytest.mark.parametrize(("tickets", "planned"), [(3, False), (200, True)])
def test_the_break_even_at_numbers(tickets: int, planned: bool) -> None:
    at = {"N": tickets, "t": 50, "h": 1000, "p": 100, "m_p": 100, "m_g": 100, "m_f": 10}
    found = decomposer.optimize(decomposer.load("plan-once"), at=at)
    assert ("decompose" in found.rules) is planned
