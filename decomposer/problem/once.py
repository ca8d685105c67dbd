"""What follows from a problem as a whole, worked out once: each of its tasks and sub-goals asks for it again."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar
from weakref import finalize

from decomposer.problem.model import Problem

Answer = TypeVar("Answer")


def once(function: Callable[[Problem], Answer]) -> Callable[[Problem], Answer]:
    """Remember what a function answers, for as long as the problem lives: a problem never changes.

    Problems are told apart by identity, as telling them apart by content takes as long as most of the answers.
    """
    answers: dict[int, Answer] = {}

    @wraps(function)
    def asked(problem: Problem) -> Answer:
        key = id(problem)
        if key not in answers:
            answers[key] = function(problem)
            finalize(problem, answers.pop, key, None)
        return answers[key]

    return asked
