"""Runs at one choice of numbers: every line of what was predicted, with what was counted."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING

from decomposer.design.evaluate import agents, footprint, hosting, span, span_bounds, total_cost
from decomposer.design.nodes import Design
from decomposer.design.reliability import reliability
from decomposer.errors import ExpressionError
from decomposer.expr import Expr
from decomposer.problem.model import Problem
from decomposer.verbs.measure import Numbers, numbered
from decomposer.verbs.simulation_plans import settled
from decomposer.verbs.simulation_results import Line, Point, Schedule, Verdict

if TYPE_CHECKING:
    from decomposer.process.intervals import Interval
    from decomposer.process.ledger import AgentKey, Tally
    from decomposer.process.reals import Reals

CRITICAL, MOST = "critical path", "critical path, at most"
CLOSE = 1e-9
"""Bounds that are closer, relatively, are as good as exact."""


def point_at(
    problem: Problem,
    design: Design,
    at: Numbers,
    runs: int,
    seed: tuple[int, ...],
    workers: int | None,
    level: float,
    progress: Callable[[int, int], None] | None,
) -> Point:
    """Run a design so often at one size, and set what was counted beside what was predicted."""
    from decomposer.process.intervals import of_mean, of_proportion
    from decomposer.process.reals import real
    from decomposer.process.run import run

    target, plan = numbered(problem, at), settled(design, at)
    predicted = predictions(problem, design, at)
    tally = run(target, plan, runs, seed, workers, progress)
    hosted = real(hosting(target, plan))
    right = of_proportion(int(tally.right.sum()), runs, level)
    lines = [
        _line("cost", predicted["cost"], of_mean(tally.work + hosted, level)),
        _line("calls", predicted["calls"], of_mean(tally.calls, level)),
        _span_line(predicted[CRITICAL], predicted[MOST], of_mean(tally.time, level)),
        _reliability_line(predicted["reliability"], right),
        _context_line(predicted["longest context"], float(tally.longest.max())),
    ]
    counts = (("tokens read", of_mean(tally.read, level)), ("forward passes", of_mean(tally.passes, level)))
    scheduled = None if workers is None or tally.scheduled is None else (tally.scheduled, workers)
    return Point(
        at=tuple((name, Fraction(value)) for name, value in at.items()),
        design=plan,
        lines=tuple(lines),
        agents=_agent_lines(problem, design, at, tally, level),
        counts=counts,
        specialists=tuple(tally.specialists.items()),
        schedule=None if scheduled is None else _schedule(tally, *scheduled, level),
    )


def predictions(problem: Problem, design: Design, at: Numbers) -> dict[str, float]:
    """What the evaluator says of a design at numbers.

    Where the exact numbers are too long to be worked with, formulas are made first and enclosed at the numbers; these
    take the last group for as large as the others.

    Raises
    ------
    ProblemError
        When that is not possible either.
    """
    target = numbered(problem, at)
    folds: dict[str, Callable[[Problem, Design], Expr]] = {
        "cost": total_cost,
        "calls": lambda one, tree: footprint(one, tree).calls,
        CRITICAL: span,
        MOST: lambda one, tree: span_bounds(one, tree).high,
        "reliability": reliability,
        "longest context": lambda one, tree: footprint(one, tree).longest,
    }
    return {name: _predicted(fold, problem, target, design, at) for name, fold in folds.items()}


def _predicted(
    fold: Callable[[Problem, Design], Expr], problem: Problem, target: Problem, design: Design, at: Numbers
) -> float:
    from decomposer.process.reals import real

    try:
        return real(fold(target, settled(design, at)))
    except ExpressionError:
        return real(fold(problem, design), {name: Fraction(value) for name, value in at.items()})


def _line(name: str, predicted: float, counted: Interval) -> Line:
    verdict: Verdict = "within" if counted.holds(predicted) else "outside"
    return Line(name, predicted, counted, "exact" if counted.low == counted.high else "t", verdict)


def _reliability_line(predicted: float, counted: Interval) -> Line:
    verdict: Verdict = "within" if counted.holds(predicted) else "outside"
    return Line("reliability", predicted, counted, "Wilson", verdict)


def _context_line(predicted: float, longest: float) -> Line:
    from decomposer.process.intervals import Interval

    counted = Interval(longest, longest, longest)
    if counted.holds(predicted):
        return Line("longest context", predicted, counted, "largest", "within")
    if longest < predicted:
        return Line("longest context", predicted, counted, "largest", "bound", "no call came as long")
    return Line("longest context", predicted, counted, "largest", "outside")


def _span_line(predicted: float, most: float, counted: Interval) -> Line:
    """The critical path: where only bounds are known, what is predicted is the lower one."""
    line = _line(CRITICAL, predicted, counted)
    slack = CLOSE * most
    if line.verdict == "within" or most - predicted <= slack:
        return line
    if counted.high < predicted - slack or counted.low > most + slack:
        return line
    note = f"the slowest of what is side by side takes from {predicted:,.6g} to {most:,.6g} in expectation"
    return Line(CRITICAL, predicted, counted, line.method, "bound", note)


def _agent_lines(problem: Problem, design: Design, at: Numbers, tally: Tally, level: float) -> tuple[Line, ...]:
    """Calls of every agent, predicted and counted."""
    import numpy as np

    from decomposer.process.intervals import of_mean
    from decomposer.process.reals import real

    values = {name: Fraction(value) for name, value in at.items()}
    try:
        found = agents(numbered(problem, at), settled(design, at))
    except ExpressionError:
        found = agents(problem, design)
    predicted: dict[AgentKey, float] = {}
    for agent in found:
        key = (agent.tasks, agent.model, real(agent.size, values))
        predicted[key] = predicted.get(key, 0.0) + real(agent.calls, values)
    counted: dict[AgentKey, Reals] = {}
    for key, calls in tally.agents.items():
        # sizes come about in two ways, so they differ by rounding
        same = next((k for k in predicted if k[:2] == key[:2] and abs(k[2] - key[2]) <= 1e-9 * abs(k[2])), key)
        counted[same] = counted.get(same, np.zeros(calls.size)) + calls
    lines = []
    for key in {**predicted, **counted}:
        name = " + ".join(key[0]) + (f" ({key[1]})" if key[1] else "")
        calls = counted.get(key, np.zeros(tally.work.size))
        lines.append(_line(name, predicted.get(key, 0.0), of_mean(calls, level)))
    return tuple(lines)


def _schedule(tally: Tally, time: Reals, workers: int, level: float) -> Schedule:
    import numpy as np

    from decomposer.process.intervals import of_mean

    least = np.maximum(tally.busy / workers, tally.time)
    most = tally.busy / workers + (1 - 1 / workers) * tally.time
    slack = 1e-9 * most
    kept = bool(((time >= least - slack) & (time <= most + slack)).all())
    busy, alone, low, high = (float(np.mean(values)) for values in (tally.busy, tally.time, least, most))
    return Schedule(workers, of_mean(time, level), busy, alone, low, high, kept)
