"""Where a solver found the optimum, `explain` takes that very design apart, at the values of its free parameters."""

from __future__ import annotations

import pytest

from decomposer import explain, loads
from decomposer.design.evaluate import total_cost
from decomposer.expr import enclose, num
from decomposer.report.explanation import document
from decomposer.report.text import render
from decomposer.search import limited

SORTING = """
problem: sorting
parameters: {N: letters, t: tokens in a letter, h: tokens in the rules}
assume: [t <= h]
texts:
  letters: {parts: {letter: N}, each: t}
  rules: h
  kinds: {parts: {letter: N}, each: 1}
cost: {model: linear, input: 1, output: 4}
capabilities: [sort]
models:
  small: {size: 1, can: [sort], succeeds: {sort: 95/100}}
  large: {size: 15, can: [sort], hosting: 100000, succeeds: {sort: 99/100}}
target: 9/10
tasks:
  sort:
    reads: [letters, rules]
    writes: kinds
    requires: sort
    local: letter
    succeeds: {probability: 95/100, per: part}
"""


def test_the_design_of_a_solver_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    # As in a problem of many more combinations: sets of designs are given up, and a solver is asked.
    monkeypatch.setattr(limited, "MOST_COMBINED", 1)
    problem = loads(SORTING)
    found = explain(problem)
    assert found.result.candidate is not None and found.result.candidate.design == found.result.design
    whole = found.choices[0]
    assert whole.where == "sort" and whole.theta == found.result.theta and whole.rule in found.result.rules
    at = {"N": 10**9, "t": 10**3, "h": 10**6}
    low, high = enclose(total_cost(problem, found.result.design).subs({k: num(v) for k, v in at.items()}), {})
    alike = [other for other in whole.refused if other.relation == "Theta" and other.exact.symbols <= at.keys()]
    assert alike
    for other in alike:
        least, most = enclose(other.exact.subs({k: num(v) for k, v in at.items()}), {})
        assert most < low if other.cheaper else least > high
    assert "not part by part, or in groups of parts, in parallel" in " ".join(render(document(found)).split())


SHARED = """
problem: shared-model
parameters: {N: letters, t: tokens in a letter}
texts:
  letters: {parts: {letter: N}, each: t}
  kinds: {parts: {letter: N}, each: t}
  answers: {parts: {letter: N}, each: t}
capabilities: [sort, answer]
models:
  small: {size: 1, hosting: N*N*t, can: [sort]}
  large: {size: 15, can: [sort, answer]}
tasks:
  sort: {reads: letters, writes: kinds, requires: sort, local: letter}
  answer: {reads: [letters, kinds], writes: answers, requires: answer, local: letter}
"""


def test_what_costs_less_where_it_stands() -> None:
    found = explain(loads(SHARED))
    (choice,) = [each for each in found.choices if each.where == "sort and answer on one letter"]
    (other,) = choice.refused
    assert other.cheaper and other.relation == "Theta" and not other.equal
    # A small model for what it can do, that nobody hosts for so little.
    whole = next(each for each in found.choices if each.where == "sort and answer")
    assert not any(each.cheaper for each in whole.refused)
    assert any(str(each.theta) == "N*t**2 + N**2*t" for each in whole.refused)
    told = "the same growth, cheaper here by a constant or by lower terms, but not found to be within the whole design"
    assert told in " ".join(render(document(found)).split())
