"""A finder that finds all in one scan shares its call with neighbours that read the same."""

from __future__ import annotations

import pytest

from decomposer import optimize
from decomposer.checker.check import check
from decomposer.design.nodes import Call, walk
from decomposer.expr import num
from decomposer.problem.long_form import long_form
from decomposer.problem.model import Problem
from decomposer.problem.read import from_text
from decomposer.verbs.certify import certify
from tests.checker.test_restated import same

STATED = """\
problem: minutes
parameters: {{k: speeches, l: tokens, b: motions}}
assume: [b <= k]
texts:
  session: {{parts: {{speech: k}}, each: l}}
  motion: 1
  abstract: 2
  verdict: 1
capabilities: {{read: 1}}
cost: {{model: linear}}
tasks:
  spot: {{reads: session, writes: motion, requires: read, finds: {{count: b, per_call: {per_call}}}}}
  sum: {{reads: session, writes: abstract, requires: read}}
  judge: {{for_each: spot, reads: motion, writes: verdict, requires: read}}
designs:
  together:
    - call: [spot, sum]
    - {{for_each: spot, do: [{{call: judge}}]}}
"""

AT = {"k": 5, "l": 10, "b": 3}


def minutes(per_call: str) -> Problem:
    return from_text(STATED.format(per_call=per_call), "stated")


def shared(problem: Problem, at: dict[str, int]) -> bool:
    design = optimize(problem, at=at).design
    return any(isinstance(node, Call) and set(node.tasks) == {"spot", "sum"} for node in walk(design))


def test_one_reading_serves_both() -> None:
    result = optimize(minutes("all"), at=AT)
    assert result.status == "optimal"
    # The session once, a token for what is found and two for the abstract; then a verdict on each of three motions.
    assert result.cost.value == num(50 + 1 + 2 + 3 * (1 + 1))
    (hand,) = result.hand_designs
    assert hand.cost.value == result.cost.value


def test_a_finder_of_several_scans_keeps_its_own_calls() -> None:
    assert shared(minutes("all"), AT)
    assert not shared(minutes("1"), AT)
    assert shared(minutes("3"), AT)


@pytest.mark.parametrize("per_call", ["all", "1", "b"])
def test_the_rules_are_restated_and_the_answer_is_proved(per_call: str) -> None:
    problem = minutes(per_call)
    same(problem)
    assert check(long_form(problem), certify(problem))
