"""Hand designs keep to windows at the numbers, where numbers are given, instead of in growth."""

from __future__ import annotations

import pytest

from decomposer import compare, front, loads, optimize, simulate
from decomposer.errors import DesignError
from decomposer.verbs.illegal import hand_design_at

READ = """
problem: read
parameters: {N: documents, t: tokens in a document}
texts:
  documents: {parts: {document: N}, each: t}
  marks: {parts: {document: N}, each: 1}
capabilities: [mark]
cost: {model: linear, input: 1, output: 4}
models:
  mini: {size: 1, can: [mark], window: WINDOW}
tasks:
  mark: {reads: documents, writes: marks, requires: mark, local: document, overhead: 10}
designs:
  one-by-one: [{each: document, do: [mark]}]
  batches: [{each: document, group: 10, do: [mark]}]
"""
NUMBER, FORMULA = READ.replace("WINDOW", "100"), READ.replace("WINDOW", "10*t")


def legal(text: str, at: dict[str, int]) -> set[str]:
    """Names of the hand designs that are compared, the same in both commands."""
    problem = loads(text)
    found = optimize(problem, at=at)
    names = {hand.name for hand in found.hand_designs}
    assert names | {one.name for one in found.illegal} == set(problem.designs)
    compared = compare(problem, at=at)
    assert {row.name for row in compared.rows} == names
    assert compared.illegal == found.illegal
    return names


# A batch reads 10 documents and 10 tokens of overhead, and writes 10 marks; one document takes t + 11 tokens.
@pytest.mark.parametrize(("t", "names"), [(8, {"one-by-one", "batches"}), (9, {"one-by-one"}), (89, {"one-by-one"})])
def test_a_window_that_documents_outgrow(t: int, names: set[str]) -> None:
    assert legal(NUMBER, {"N": 20, "t": t}) == names


def test_a_window_that_fits_in_growth_only() -> None:
    assert {hand.name for hand in optimize(loads(FORMULA)).hand_designs} == {"one-by-one", "batches"}
    assert legal(FORMULA, {"N": 20, "t": 50}) == {"one-by-one"}
    problem = loads(FORMULA)
    with pytest.raises(DesignError, match="mark"):
        compare(problem, "batches", at={"N": 20, "t": 50})


def test_the_place_is_told() -> None:
    (illegal,) = optimize(loads(FORMULA), at={"N": 20, "t": 50}).illegal
    line = next(place for place, text in enumerate(FORMULA.splitlines(), 1) if "batches" in text)
    assert [diagnostic.line for diagnostic in illegal.diagnostics] == [line]


# Without numbers a batch of documents of any length outgrows a window of 100; with short documents it does not.
def test_a_simulation_holds_designs_to_windows_at_its_numbers() -> None:
    problem = loads(NUMBER)
    with pytest.raises(DesignError, match="mark"):
        simulate(problem, "batches", at={"N": 20, "t": 9}, runs=10)
    found = simulate(problem, "batches", at={"N": 20, "t": 8}, runs=10)
    assert found.agrees
    assert found.points[0].lines[1].predicted == 2
    with pytest.raises(DesignError, match="mark"):
        simulate(problem, "batches", at={"N": 20}, runs=10, sweep=("t", (4, 8, 9)))
    assert simulate(problem, "batches", at={"N": 20}, runs=10, sweep=("t", (4, 6, 8))).agrees
    with pytest.raises(DesignError, match="mark"):  # in growth it fits
        simulate(loads(FORMULA), "batches", at={"N": 20, "t": 50}, runs=10)


@pytest.mark.parametrize(("t", "names"), [(8, {"one-by-one", "batches"}), (9, {"one-by-one"})])
def test_a_front_holds_designs_to_windows_at_its_numbers(t: int, names: set[str]) -> None:
    found = front(loads(NUMBER), at={"N": 20, "t": t})
    assert {hand.name for hand in found.hand_designs} == names
    assert {one.name for one in found.illegal} == {"one-by-one", "batches"} - names


ISSUES = """
problem: issues
parameters: {P: pages, w: tokens in a page, i: issues}
texts:
  contract: {parts: {page: P}, each: w}
  issues: i
capabilities: [spot, write]
models:
  mini: {size: 8, window: 1000, can: [spot]}
  mid: {size: 70, window: WINDOW, can: [spot, write]}
tasks:
  extract: {reads: contract, writes: issues, requires: spot, local: page, finds: {count: i, per_call: all, per_part: 2}}
  redline: {for_each: extract, reads: [contract, issues], edits: contract, requires: write, local: page}
designs:
  page-by-page:
    - each: page
      do:
        - {call: extract, model: mini}
        - GUARD
          do: [redline]
"""
SMALL = {"P": 4, "w": 50, "i": 5}


# A call of redline reads and writes a page of 50 tokens, and reads 5 more.
@pytest.mark.parametrize("at", [{}, SMALL])
@pytest.mark.parametrize("window", [104, 2000])
def test_what_is_wrong_besides_the_window_is_said_first(window: int, at: dict[str, int]) -> None:
    text = ISSUES.replace("WINDOW", str(window)).replace("GUARD", "if: found")
    with pytest.raises(DesignError, match="it may have found several items"):
        hand_design_at(loads(text), "page-by-page", at)


@pytest.mark.parametrize(("window", "at"), [(104, {}), (2000, {}), (104, SMALL)])
def test_then_the_window_is_named(window: int, at: dict[str, int]) -> None:
    text = (
        ISSUES.replace("WINDOW", str(window)).replace("GUARD", "for_each: extract").replace("model: mini", "model: mid")
    )
    with pytest.raises(DesignError, match="no model of the catalogue can do redline here"):
        hand_design_at(loads(text), "page-by-page", at)


def test_and_where_it_fits_the_design_is_legal() -> None:
    text = ISSUES.replace("WINDOW", "105").replace("GUARD", "for_each: extract")
    assert hand_design_at(loads(text), "page-by-page", SMALL) is not None
