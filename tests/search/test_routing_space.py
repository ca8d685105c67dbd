"""Ways of routing that hand designs may take are in the space: a label that is read as well, digests of the text."""

from __future__ import annotations

import json

import pytest

from decomposer.design.evaluate import work
from decomposer.design.lift import hand_design
from decomposer.design.nodes import Call, Case, Seq
from decomposer.expr import num
from decomposer.problem.load import loads
from decomposer.problem.model import Problem
from decomposer.search.enumerate import designs
from decomposer.search.unfold import unfold
from decomposer.verbs.certify import certify
from decomposer.verbs.check import check
from decomposer.verbs.optimize import optimize

LABEL_READ = """\
problem: routed
parameters: [n, r, m, c]
texts: {query: n, label: 1, answer: 1}
capabilities: {tell: c, solve: {family: r, each: m}}
assume: [c <= m]
tasks:
  tell: {reads: query, writes: label, requires: tell}
  solve: {reads: [query, label], writes: answer, requires: solve, one_of: {family: solve, told_by: tell}}
designs:
  once:
    - call: tell
    - {case: solve, do: [{call: solve}]}
"""

BY_PARTS = """\
problem: routed parts
parameters: [k, l, r, m, c]
texts:
  code: {parts: {file: k}, each: l}
  label: {parts: {file: k}, each: 1}
  out: {parts: {file: k}, each: 1}
capabilities: {tell: c, solve: {family: r, each: m}}
assume: [c <= m]
tasks:
  tell: {reads: code, writes: label, requires: tell, local: file}
  solve: {reads: [code, label], writes: out, requires: solve, local: file, one_of: {family: solve, told_by: tell}}
designs:
  once:
    - each: file
      do:
        - call: tell
        - {case: solve, do: [{call: solve}]}
"""

DIGESTED = """\
problem: digested
parameters: [n, s, r, m, c, d]
texts: {query: n, label: 1, answer: 1}
capabilities: {tell: c, solve: {family: r, each: m}, abridge: d}
assume: [d << c, c <= m, s << n]
cost: linear
tasks:
  digest: {reads: query, requires: abridge, compresses: {text: query, to: s}}
  tell: {reads: query, writes: label, requires: tell}
  solve: {reads: query, writes: answer, requires: solve, one_of: {family: solve, told_by: tell}}
designs:
  once:
    - call: digest
    - {call: tell, digest: digest}
    - {case: solve, do: [{call: solve, digest: digest}]}
"""


@pytest.mark.parametrize("text", [LABEL_READ, BY_PARTS, DIGESTED])
def test_the_hand_design_is_the_optimum(text: str) -> None:
    problem = loads(text)
    hand = hand_design(problem, "once")
    assert hand in {design for design, _ in designs(unfold(problem))}
    result = optimize(problem)
    assert result.design == hand
    numbers = dict.fromkeys(problem.parameters, 4) | {"c": 3, "d": 1, "n": 50, "s": 2}
    at = {name: value for name, value in numbers.items() if name in problem.parameters}
    values = {name: num(value) for name, value in at.items()}
    assert optimize(problem, at=at).cost.value == work(problem, hand).subs(values)


@pytest.mark.parametrize("text", [LABEL_READ, BY_PARTS, DIGESTED])
def test_the_second_statement_says_so_too(text: str) -> None:
    problem = loads(text)
    found = check(problem, json.dumps(certify(problem)))
    assert found.proved, found.reason


def failing(succeeds: str) -> Problem:
    """The task that routes may fail."""
    return loads(LABEL_READ.replace("requires: tell}", f"requires: tell, {succeeds}}}"))


def test_a_label_that_may_be_wrong_is_checked_first() -> None:
    problem = failing("succeeds: 1/2, check: free")
    for design, _ in designs(unfold(problem)):
        if isinstance(design, Seq) and isinstance(design.steps[-1], Case):
            assert not isinstance(design.steps[0], Call)
