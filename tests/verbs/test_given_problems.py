"""What the verbs take for a problem: one that was built or loaded, a path, or the name of a shipped one."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import decomposer
from decomposer.problems import read

NUMBERS = {"k": 10, "l": 5, "b": 2, "m_q": 1, "m_d": 3}

VERBS: dict[str, Callable[[Any], Any]] = {
    "optimize": lambda problem: decomposer.optimize(problem).to_dict(),
    "compare": lambda problem: decomposer.compare(problem, "focused").to_dict(),
    "explain": lambda problem: decomposer.explain(problem).to_dict(),
    "effort": lambda problem: decomposer.effort(problem).to_dict(),
    "audit": lambda problem: decomposer.audit(problem).to_dict(),
    "front": lambda problem: decomposer.front(problem, at=NUMBERS).to_dict(),
    "claim": lambda problem: decomposer.claim(problem, "naive = O(k^2)").to_dict(),
    "regime_map": lambda problem: decomposer.regime_map(problem).to_dict(),
    "simulate": lambda problem: decomposer.simulate(problem, "focused", at=NUMBERS, runs=3).to_dict(),
    "certify": decomposer.certify,
    "check": lambda problem: decomposer.check(problem, '{"format": 1}'),
}


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb != "check"])
def test_names_and_paths_do(verb: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(read("debugging"), encoding="utf-8")
    answer = VERBS[verb](decomposer.load("debugging"))
    assert VERBS[verb]("debugging") == answer
    assert VERBS[verb](file) == answer


@pytest.mark.parametrize("verb", VERBS)
def test_what_is_no_problem_is_said(verb: str) -> None:
    with pytest.raises(TypeError, match=r"expected a Problem, or the path or name of one, found int"):
        VERBS[verb](7)
    with pytest.raises(decomposer.ProblemError, match="did you mean `debugging`"):
        VERBS[verb]("debuging")


@pytest.mark.parametrize("verb", [decomposer.optimize, decomposer.compare, decomposer.front])
def test_numbers_are_exact(verb: Callable[..., Any]) -> None:
    for value in (1.5, "3", None, True):
        with pytest.raises(decomposer.ProblemError, match=r"m_q = .*: numbers are exact"):
            verb("debugging", at={**NUMBERS, "m_q": value})
    assert verb("debugging", at={**NUMBERS, "m_q": Fraction("1.5")}).at
