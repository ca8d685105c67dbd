"""Models with prices of their own: how they are written, read back, and refused."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from decomposer import loads
from decomposer.errors import ProblemError
from decomposer.expr import num, sym
from decomposer.problem.emit import emit
from decomposer.problem.load import load
from decomposer.problem.model import CostModel, Problem
from decomposer.problem.prices import Prices
from decomposer.problem.schema import json_schema
from decomposer.problem.validate import validate, warnings
from decomposer.verbs.optimize import optimize

LIST = """\
problem: list
parameters: {n: tokens, p: price}
texts: {question: n, answer: 10}
capabilities: [think]
models:
  small: {size: 8, prices: {input: 15/100, output: 60/100, cached: 75/1000}, can: think}
  large: {size: 70, prices: {input: p, output: 5*p}, can: think}
cost: cached
tasks:
  ask: {reads: question, writes: answer, requires: think}
"""


def changed(old: str, new: str) -> str:
    assert old in LIST
    return LIST.replace(old, new)


def test_read_and_written_back() -> None:
    problem = loads(LIST)
    small, large = problem.models["small"].prices, problem.models["large"].prices
    assert small == Prices(num(Fraction(3, 20)), num(Fraction(3, 5)), num(Fraction(3, 40)))
    assert large == Prices(sym("p"), 5 * sym("p")) and large.again == sym("p")
    assert problem.to_data()["models"]["large"]["prices"] == {"input": "p", "output": "5*p"}
    assert load(problem.to_data()) == loads(emit(problem.to_data())) == problem
    assert validate(problem) is problem and warnings(problem) == ()


def test_the_schema_knows_them() -> None:
    model = json_schema()["properties"]["models"]["additionalProperties"]
    assert set(model["properties"]["prices"]["properties"]) == {"input", "output", "cached"}
    assert model["properties"]["prices"]["required"] == ["input", "output"]
    assert model["required"] == ["size"]


@pytest.mark.parametrize(
    ("old", "new", "place", "message", "hint"),
    [
        ("cost: cached\n", "", (6, 20), "the cost model `paper` bills passes", "write `cost: linear`"),
        ("cost: cached", "cost: {model: power, exponent: 2}", (6, 20), "the cost model `power`", "or leave out"),
        ("{size: 70, prices: {input: p, output: 5*p}", "{size: 70", (6, 20), "but `large` does not", "every model"),
        ("cost: cached", "cost: {model: cached, output: 4}", (8, 31), "`output` bills nothing", "leave it out"),
        ("cost: cached", "cost: {model: cached, cached: 1/2}", (8, 31), "`cached` bills nothing", "leave it out"),
        ("cached: 75/1000", "cached: 1/2", (6, 68), "costs 1/2, more than one read anew, 3/20", "not its share"),
        ("output: 5*p}", "output: 5*p, cached: 2*p}", (7, 61), "costs 2*p, more than one read anew, p", "not its"),
        ("input: 15/100", "input: -1", (6, 36), "a price is at least 0, not -1", ""),
        ("output: 60/100", "output: -2*p", (6, 52), "`-2*p` is negative", ""),
        ("output: 5*p", "outputs: 5*p", (7, 40), "unknown key `outputs`", "`output`"),
        (", output: 5*p", "", (7, 21), "`output` is missing", ""),
        ("size: 70, ", "", (7, 3), "`size` is missing", "which of two models is the larger"),
        ("prices: {input: p, output: 5*p}", "prices: 3", (7, 29), "expected a mapping, found text", "`input`"),
    ],
)
def test_refused_with_the_place_and_what_to_do(
    old: str, new: str, place: tuple[int, int], message: str, hint: str
) -> None:
    with pytest.raises(ProblemError) as caught:
        loads(changed(old, new))
    found = [one for one in caught.value.diagnostics if message in one.message]
    assert len(found) == 1, [(one.line, one.column, one.message) for one in caught.value.diagnostics]
    assert (found[0].line, found[0].column) == place and hint in found[0].hint


def test_a_price_of_what_is_never_billed_is_noted() -> None:
    (found,) = warnings(loads(changed("cost: cached", "cost: linear")))
    assert "`cached` bills nothing" in found.message and (found.line, found.column) == (6, 68)


def test_what_is_built_in_code_is_held_to_the_same() -> None:
    problem: Problem = replace(loads(LIST), cost=CostModel())
    with pytest.raises(ProblemError, match=r"models\.small\.prices: the cost model `paper`"):
        validate(problem)


def test_negative_at_numbers() -> None:
    problem = loads(changed("output: 5*p", "output: p - 5"))
    with pytest.raises(ProblemError, match="`p - 5`, a price, is -2"):
        optimize(problem, at={"n": 3, "p": 3})
    assert optimize(problem, at={"n": 3, "p": 5}).cost.value == Fraction(9, 20) + 6


def test_a_discount_that_is_none_at_numbers() -> None:
    problem = loads(changed("output: 5*p}", "output: 5*p, cached: q}").replace("p: price", "p: price, q: price"))
    assert optimize(problem, at={"n": 3, "p": 2, "q": 2}).status == "optimal"
    with pytest.raises(ProblemError, match="q = 3: a token seen before costs 3, more than one read anew, 2"):
        optimize(problem, at={"n": 3, "p": 2, "q": 3})
