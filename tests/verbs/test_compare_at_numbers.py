"""Comparisons at numbers: the optimum is the best design at these numbers, as `optimize` finds it."""

from __future__ import annotations

from pathlib import Path

import pytest

from decomposer import compare, load, loads, optimize
from decomposer.cli.main import main

RERANK = """
problem: rerank
parameters: {N: documents, t: tokens in a document, q: tokens in the question}
texts:
  question: q
  documents: {parts: {document: N}, each: t}
  scores: {parts: {document: N}, each: 1}
  answer: 1
capabilities: [rank, write]
cost: {model: linear, input: 1, output: 4}
models:
  mini: {size: 1, can: [rank]}
  big: {size: 30, can: [rank, write]}
tasks:
  rerank: {reads: [question, documents], writes: scores, requires: rank, local: document, overhead: 300}
  write: {reads: [question, scores], writes: answer, requires: write}
designs:
  pointwise:
    - each: document
      do: [{call: rerank, model: mini}]
    - {call: write, model: big}
  fused: [{call: [rerank, write], model: big}]
"""
AT = {"N": 20, "t": 800, "q": 50}


def test_the_optimum_is_the_best_design_at_the_numbers() -> None:
    problem = loads(RERANK)
    found, best = compare(problem, at=AT), optimize(problem, at=AT)
    assert found.reference.cost.value == best.cost.value
    values = [row.cost.value.as_fraction() for row in (found.reference, *found.rows) if row.cost.value is not None]
    assert len(values) == 3 and all(values[0] < value for value in values[1:])  # type: ignore[operator]


def test_a_design_of_the_best_growth_may_be_worse_at_numbers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "rerank.yaml").write_text(RERANK, encoding="utf-8")
    command = ["compare", str(tmp_path / "rerank.yaml"), "fused", "--fail-if-worse"]
    assert main([*command, *(word for name, value in AT.items() for word in ("--set", f"{name}={value}"))]) == 1
    capsys.readouterr()


def test_among_equals_the_design_for_all_numbers_is_taken() -> None:
    problem = load("k-task")
    at = {name: 6 + 5 * place for place, name in enumerate(problem.parameters)}
    assert optimize(problem, at=at).design != optimize(problem).design
    assert compare(problem, at=at).reference.design == compare(problem).reference.design
