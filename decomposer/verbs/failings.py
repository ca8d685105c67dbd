"""What a hand design fails in, in words: the target, and limits of the problem."""

from __future__ import annotations

from decomposer.design.nodes import Design
from decomposer.growth import Regime
from decomposer.problem.model import Problem
from decomposer.verbs.measure import beyond_limits, measure, misses_target


def failings(problem: Problem, design: Design, regime: Regime) -> tuple[str, ...]:
    """Which of the target and the limits a design is shown not to keep, in the end, however the parameters grow.

    It is not set against designs that keep them as if it were one of them.
    """
    if problem.target is None and not problem.limits:
        return ()
    found = []
    if misses_target(problem, design, regime, {}):
        found.append(f"misses the target of {problem.target}")
    beyond = beyond_limits(problem, design, measure(problem, design, regime), regime, {})
    if beyond:
        found.append(f"is beyond the limit on {' and '.join(beyond)}")
    return tuple(found)
