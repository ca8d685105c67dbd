"""What docs/problem-files.md says of prices, workers and `on` where nothing, or little, is said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from decomposer import loads
from decomposer.design.evaluate import agents, total_cost
from decomposer.design.lift import hand_design
from decomposer.errors import DesignError
from decomposer.problem.model import Problem
from decomposer.verbs.measure import measure, regime_of

REVIEW = """
problem: review
parameters: {k: pages, l: tokens in a page, n: tokens of a specification, m: size}
texts:
  report: {parts: {page: k}, each: l}
  spec: {tokens: n, head: 1}
  other: 1
  verdict: 9
capabilities: {judge: m}
tasks:
  review: {reads: [report, spec.head], writes: verdict, requires: judge, local: page}
  file: {reads: verdict, writes: other, requires: judge}
designs:
  plain: [{each: page, do: [review]}, file]
  one-text: [{each: page, do: [{call: review, on: spec.head}]}, file]
  part: [{each: page, do: [{call: review, on: page}]}, file]
  whole: [{each: page, do: [{call: review, on: report}]}, file]
  all-of-spec: [{each: page, do: [{call: review, on: spec}]}, file]
  both: [{each: page, do: [{call: review, on: [report, spec]}]}, file]
  foreign: [{each: page, do: [{call: review, on: other}]}, file]
"""


def read(problem: Problem, name: str) -> str:
    """Tokens that a call of `review` reads."""
    review, _ = agents(problem, hand_design(problem, name))
    assert review.tasks == ("review",)
    return str(review.longest - 9)


def test_on_says_how_much_of_a_text_is_read() -> None:
    problem = loads(REVIEW)
    found = {name: read(problem, name) for name in problem.designs if name != "foreign"}
    assert found == {
        "plain": "l + 1",
        "one-text": "l + 1",  # the page is read, too
        "part": "l + 1",
        "whole": "k*l + 1",  # and the head of the specification
        "all-of-spec": "l + n",
        "both": "k*l + n",
    }
    with pytest.raises(DesignError, match="review does not read other") as caught:
        hand_design(problem, "foreign")
    assert caught.value.diagnostics[0].line is not None


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("linear", "{model: linear, input: 1, output: 1}"),
        ("cached", "{model: cached, input: 1, output: 1, cached: 1}"),
        ("cached", "linear"),
        ("{model: linear, output: 5}", "{model: linear, input: 1, output: 5}"),
        ("power", "paper"),
    ],
)
def test_prices_are_one_where_they_are_left_out(short: str, long: str) -> None:
    costs = []
    for cost in (short, long):
        problem = loads(f"{REVIEW}cost: {cost}\n")
        costs.append({name: total_cost(problem, hand_design(problem, name)) for name in ("plain", "whole")})
    assert costs[0] == costs[1]


def test_there_are_as_many_workers_as_calls_where_nothing_is_said() -> None:
    problem = replace(loads(REVIEW), minimise="time")
    for name in ("plain", "whole"):
        cost = measure(problem, hand_design(problem, name), regime_of(problem))
        assert cost.time == cost.span
