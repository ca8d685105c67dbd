"""A limit on the cost that nothing keeps: the answer says where it stands, and how far it would have to give."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest

from decomposer import loads, optimize
from decomposer.errors import InfeasibleError
from decomposer.expr import num
from decomposer.problem.model import Problem
from decomposer.search import coupled
from decomposer.solvers.answer import Answer, Conflict

PAGES = """
problem: pages
parameters: {N: pages, w: tokens}
texts:
  pages: {parts: {page: N}, each: w}
  notes: {parts: {page: N}, each: 5}
  sums: {parts: {page: N}, each: 10}
capabilities: [sort, write]
models:
  mini: {size: 8, prices: {input: 0.15, output: 0.60, cached: 0.075}, can: [sort]}
  mid: {size: 70, hosting: HOSTING, prices: {input: 3, output: 15, cached: 0.3}, can: [sort, write]}
cost: cached
tasks:
  classify: {reads: pages, writes: notes, requires: sort, local: page}
  write: {reads: [pages, notes], writes: sums, requires: write, local: page}
"""
NUMBERS = {"N": 20, "w": 7}


def pages(limits: str = "", hosting: int = 0) -> Problem:
    return loads(PAGES.replace("HOSTING", str(hosting)) + (f"limits: {limits}\n" if limits else ""))


def refused(problem: Problem) -> InfeasibleError:
    with pytest.raises(InfeasibleError) as caught:
        optimize(problem, at=NUMBERS)
    return caught.value


@pytest.mark.parametrize("hosting", [0, 900])
@pytest.mark.parametrize("limits", ["{cost: 100}", "{cost: 100, models: 2}", "{cost: 100, models: 1}"])
def test_the_least_cost_is_told_and_is_enough(limits: str, hosting: int) -> None:
    first = refused(pages(limits, hosting)).diagnostics[0]
    assert first.line == 16
    told = re.search(r"the limit on cost; it would take cost: (\S+)$", first.message)
    assert told is not None
    least = Fraction(told[1])
    free = optimize(pages(limits.replace("cost: 100, ", "").replace("{cost: 100}", ""), hosting), at=NUMBERS)
    assert free.cost.value is not None and Fraction(free.cost.value.as_fraction() or 0) == least
    enough = optimize(pages(limits.replace("100", str(least)), hosting), at=NUMBERS)
    assert enough.cost.value == free.cost.value
    refused(pages(limits.replace("100", str(least - Fraction(1, 1000))), hosting))


def test_no_solver_is_asked_for_a_limit_on_the_cost_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("a solver was asked")

    monkeypatch.setattr(coupled, "best", never)
    assert "it would take cost: " in str(refused(pages("{cost: 100}")))


def test_what_is_known_is_told_where_nothing_is_proved() -> None:
    answer = Answer("infeasible", conflict=Conflict(("budget 0", "pool 0")))
    found = coupled._conflict(pages("{cost: 100, models: 1}"), answer, num(3801), complete=False)
    assert found.message == (
        "no design was found that keeps the limits on cost and models; "
        "a design is known that keeps the others, of cost: 3801"
    )
