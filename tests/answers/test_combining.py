"""Chunking, sorting, retrieval (Chen et al. 2024, arXiv 2407.14788); exercises of Meyerson & Qiu 2025, section 3.4."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from decomposer.design.evaluate import work
from decomposer.design.lift import hand_design
from decomposer.design.nodes import Call, Each, Merge, Retry, walk
from decomposer.expr import num, parse
from decomposer.growth import relation
from decomposer.problem.load import load
from decomposer.problem.model import CostModel
from decomposer.verbs.measure import regime_of
from decomposer.verbs.optimize import optimize
from decomposer.verbs.results import Result

PROVED = ("optimal", "optimal_growth")


def theta(result: Result, formula: str) -> bool:
    return relation(result.theta, parse(formula), regime=regime_of(result.problem)).kind == "Theta"


def grows(result: Result, name: str, formula: str) -> bool:
    """Whether the cost of a hand design grows so."""
    (hand,) = [hand for hand in result.hand_designs if hand.name == name]
    return relation(hand.cost.theta, parse(formula), regime=regime_of(result.problem)).kind == "Theta"


def loses(result: Result, name: str, factor: str) -> bool:
    """Whether a hand design costs that factor more, at least, and the factor is no constant."""
    (hand,) = [hand for hand in result.hand_designs if hand.name == name]
    regime = regime_of(result.problem)
    return relation(hand.cost.theta, result.theta * parse(factor), regime=regime).kind in ("Theta", "Omega", "omega")


# -- chunking -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("a", "h", "c"), [("2", 12, 12), ("3/2", 6, 12), ("3", 24, 12), ("2", 20, 20)])
def test_the_best_chunk_of_superlinear_calls(a: str, h: int, c: int) -> None:
    """Calls that cost (h + c)^a: c = h/(a-1), exactly, also where costs are irrational."""
    problem = replace(load("chunking"), cost=CostModel("power", exponent=num(Fraction(a))))
    result = optimize(problem, at={"n": 360, "h": h, "m": 1})
    assert result.status == "optimal"
    assert [policy.value for policy in result.policies] == [num(c)]


@pytest.mark.parametrize("a", ["2", "3"])
def test_the_best_chunk_grows_with_the_instructions(a: str) -> None:
    result = optimize(replace(load("chunking"), cost=CostModel("power", exponent=parse(a))))
    assert result.status in PROVED
    assert [str(policy.value) for policy in result.policies] == ["h"]
    assert theta(result, f"m*n*h**({a}-1)")
    assert grows(result, "token-by-token", f"m*n*h**{a}")
    assert grows(result, "at-once", f"m*n**{a}")


def test_linear_cost_fills_the_window() -> None:
    result = optimize(load("chunking-window"))
    assert result.status in PROVED
    assert [str(policy.value) for policy in result.policies] == ["W"]
    assert theta(result, "p*r*W")
    assert grows(result, "token-by-token", "p*r*W*h")


def test_the_window_holds_exactly_at_numbers() -> None:
    """W = 61, instructions 10, one token out: 50 tokens at most, so that 366 take eight calls."""
    result = optimize(load("chunking-window"), at={"r": 6, "W": 61, "h": 10, "p": 1})
    (each,) = [node for node in walk(result.design) if isinstance(node, Each)]
    assert 46 <= int(str(each.size)) <= 50
    assert result.cost.value == num(366 + 8 * 10 + 8)


# -- sorting ------------------------------------------------------------------------------------------------


def test_lists_are_merged_level_by_level() -> None:
    """With n = r W: incremental Theta(n^2/W), hierarchical Theta(n log(n/W))."""
    result = optimize(load("sorting-lists"))
    assert result.status in PROVED
    assert theta(result, "p*r*W*log(r)")
    assert grows(result, "incremental", "p*(r*W)**2/W")
    assert grows(result, "insertion", "p*(r*W)**2")
    assert grows(result, "pairs", "p*r*W*log(r*W)")


def test_documents_are_sorted_by_keys() -> None:
    result = optimize(load("sorting-documents"))
    assert result.status in PROVED
    assert theta(result, "m_s*D*L*key + m_c*D*log(D)*key")
    assert result.rules[:2] == ("compress", "localize")
    assert grows(result, "listwise", "m_c*D**2*L")
    assert grows(result, "pairwise", "m_c*D*log(D)*L")
    assert grows(result, "listwise-on-keys", "m_s*D*L*key + m_c*D**2*key")


def test_three_lists_at_a_time_take_the_fewest_tokens() -> None:
    """A level reads f keys per place, and there are log D / log f levels: f / log f is least at 3."""
    at = {"D": 81, "L": 400, "key": 4, "m_s": 1, "m_c": 8}
    result = optimize(load("sorting-documents"), at=at)
    (merge,) = [node for node in walk(result.design) if isinstance(node, Merge)]
    assert (result.status, merge.fan_in) == ("optimal", num(3))
    assert all(call.digests == ("describe",) for call in walk(merge) if isinstance(call, Call))


# -- retrieval and long texts ---------------------------------------------------------------------------------


def test_notes_made_once_serve_all_questions() -> None:
    result = optimize(load("retrieval"))
    assert result.status in PROVED
    assert theta(result, "m_i*D*L*s + m_f*u*D*s*b + m_a*u*b*L")
    assert grows(result, "full-corpus", "m_f*u*D*L*b")


def test_long_documents_are_summarised_by_windows() -> None:
    result = optimize(load("summary-window"))
    assert result.status in PROVED
    assert theta(result, "p*r*W")
    assert grows(result, "stuff", "P*r*W")
    assert grows(result, "page-by-page", "p*r*W*s")
    refine = work(result.problem, hand_design(result.problem, "refine"))
    assert relation(refine, result.theta, regime=regime_of(result.problem)).kind == "Theta"


def test_a_tree_of_summaries_is_shorter_than_a_chain() -> None:
    """One after the other takes r calls in a row; a tree as many levels as log r."""
    problem = replace(load("summary-window"), minimise="span")
    result = optimize(problem)
    assert relation(result.theta, parse("p*r*s"), regime=regime_of(problem)).kind in ("o", "O", "incomparable")
    (refine,) = [hand for hand in result.hand_designs if hand.name == "refine"]
    assert relation(refine.cost.span_theta, parse("p*(W + r*s)"), regime=regime_of(problem)).kind == "Theta"


# -- the exercises --------------------------------------------------------------------------------------------


def test_the_shuffled_novel() -> None:
    result = optimize(load("novel"))
    assert result.status in PROVED
    assert theta(result, "m_n*D*L*a + m_o*D*log(D)*a")
    for name in ("all-at-once", "insertion"):
        assert grows(result, name, "m_o*D**2*L")
    assert grows(result, "merge-sort-of-chapters", "m_o*D*log(D)*L")


def test_writing_and_refining_a_paper() -> None:
    result = optimize(load("paper-writing"))
    assert result.status in PROVED
    assert theta(result, "m_w*k*l**2")
    assert loses(result, "one-conversation", "b**2*k")
    assert loses(result, "fresh-rounds", "b*k")
    assert loses(result, "sections-then-rounds", "b")


def test_a_policy_proposal() -> None:
    result = optimize(load("policy"))
    assert result.status in PROVED
    assert theta(result, "p*r*W")
    assert loses(result, "giant-context", "P/p")
    assert loses(result, "page-by-page", "v")
    assert grows(result, "rewriting", "p*(r + b)*W")


def test_a_trip_of_k_nights() -> None:
    result = optimize(load("trip"))
    assert result.status in PROVED
    assert theta(result, "m_n*k*L*o + m_p*k*t*(o + t)")
    assert any(isinstance(node, Retry) for node in walk(result.design))
    assert loses(result, "whole-trip", "q**(-k)")
    assert grows(result, "keep-what-fits", "m_p*k**2*t*(L + t)*log(k)")
    assert grows(result, "night-by-night", "m_p*k*t*(L + t)")
