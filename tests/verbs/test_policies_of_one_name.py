"""Free parameters of one design that share a name are told apart by their tasks."""

from __future__ import annotations

import re

import pytest

from decomposer import loads, optimize
from decomposer.report.optimum import document
from decomposer.report.text import render

MAIL = """
problem: mail
parameters: {N: letters, q: tokens in a letter, h: tokens of instructions}
texts:
  letters: {parts: {letter: N}, each: q}
  topics: {parts: {letter: N}, each: 5}
  answers: {parts: {letter: N}, each: 50}
capabilities: [sort, write]
models:
  mini: {size: 8, window: 2000, prices: {input: 1, output: 2}, can: [sort]}
  mid: {size: 70, window: 3000, prices: {input: 30, output: 40}, can: [write]}
cost: linear
tasks:
  classify: {reads: letters, writes: topics, requires: sort, local: letter, overhead: h}
  answer: {reads: [letters, topics], writes: answers, requires: write, local: letter, overhead: h}
"""
NUMBERS = {"N": 60, "q": 40, "h": 200}


@pytest.mark.parametrize("limits", ["", "limits: {cost: 10^9}\n", "limits: {cost: 10^9, span: 10^9}\n"])
def test_each_is_of_the_tasks_of_its_loop(limits: str) -> None:
    result = optimize(loads(MAIL + limits), at=NUMBERS)
    sizes = {one.tasks: int(one.value.as_fraction() or 0) for one in result.policies}
    assert len(result.policies) == 2 and set(sizes) == {("classify",), ("answer",)}
    design = result.tree
    for (task,), size in sizes.items():
        assert re.search(rf"group of {size} letters, in parallel:\n\s+call {task}\b", design)
    shown = [" ".join(line.split()) for line in render(document(result)).splitlines()]
    assert len({one.name for one in result.policies}) == 1
    for (task,), size in sizes.items():
        assert f"g {size} (letters in a group, for {task})" in shown
    assert [one["tasks"] for one in result.to_dict()["parameters"]] == [list(one.tasks) for one in result.policies]


GROWN = """
problem: grown
parameters: {N: letters, R: replies, q: tokens, h: tokens of instructions, W: tokens of a window}
assume: [h + q + 5 <= W, q << h]
texts:
  letters: {parts: {letter: N}, each: q}
  topics: {parts: {letter: N}, each: 1}
  replies: {parts: {reply: R}, each: q}
  grades: {parts: {reply: R}, each: 1}
capabilities: [sort, grade]
models:
  one: {size: 1, window: 2*W, can: [sort, grade]}
cost: linear
tasks:
  classify: {reads: letters, writes: topics, requires: sort, local: letter, overhead: h}
  grade: {reads: replies, writes: grades, requires: grade, local: reply, overhead: h}
"""


def test_in_growth() -> None:
    result = optimize(loads(GROWN))
    shown = [" ".join(line.split()) for line in render(document(result)).splitlines()]
    assert {one.tasks for one in result.policies} == {("classify",), ("grade",)}
    assert len({one.name for one in result.policies}) == 1
    for one in result.policies:
        assert any(line.startswith(f"{one.name} ") and f", for {one.tasks[0]})" in line for line in shown)
