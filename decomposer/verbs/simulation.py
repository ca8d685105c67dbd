"""Run a design with dice, and put what was predicted beside what was counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import islice, product
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from decomposer.design.evaluate import agents, footprint, hosting, span, total_cost
from decomposer.design.lift import hand_design
from decomposer.design.nodes import Design, children
from decomposer.design.nodes import substitute as put_in_design
from decomposer.design.reliability import reliability
from decomposer.errors import ExpressionError, ProblemError
from decomposer.expr import ONE, Expr, ceil, evaluate, num
from decomposer.growth import Regime
from decomposer.problem.load import problem_of
from decomposer.problem.model import Problem
from decomposer.problem.substitute import substitute
from decomposer.process import parallel as bounds
from decomposer.verbs.growths import growth_of
from decomposer.verbs.measure import Numbers, numbered
from decomposer.verbs.simulation_results import Agreement, Fit, Line, Point, Schedule, Simulation, Verdict

if TYPE_CHECKING:
    from decomposer.process.intervals import Interval
    from decomposer.process.ledger import AgentKey, Tally
    from decomposer.process.reals import Reals
    from decomposer.verbs.results import Option, Result

OPTIMUM = "optimum"
MOST_RUNS = 1_000_000
TOLERANCE = 0.05
"""How far a fitted exponent may be off for lower-order terms, beyond its interval."""
MOST_PLANS = 64
"""Combinations of values of free parameters that are looked at."""
WIDE = 0.5
"""Intervals of exponents that are wider tell nothing."""

Progress = Callable[[str, int, int], None]


def simulate(
    problem: Problem | str | Path,
    design: str | Design = OPTIMUM,
    *,
    at: Numbers,
    runs: int = 1000,
    seed: int = 0,
    workers: int | None = None,
    sweep: tuple[str, Sequence[int]] | None = None,
    level: float = 0.999,
    progress: Progress | None = None,
) -> Simulation:
    """Run a design as a process with dice, and compare what it takes with what was predicted.

    Parameters
    ----------
    problem : Problem, or the path or name of one
    design : str or Design
        A hand design by name; ``"optimum"``, the best design at these numbers, for a sweep the best by growth; or a
        tree, such as the design of a result, whose free parameters are formulas of the parameters.
    at : mapping of parameter to int or Fraction
        Numbers for all parameters but the one that is swept.
    runs : int
        Independent runs, at each size.
    seed : int
        The same seed gives the same answer.
    workers : int, optional
        Also schedule the calls of every run on so many workers.
    sweep : tuple of (parameter, sizes), optional
        At least three sizes: then growths are fitted, too.
    level : float
        Confidence of every interval, between 0 and 1.
    progress : function of (what, done, all), optional

    Returns
    -------
    Simulation

    Raises
    ------
    ProblemError
        When numbers are missing or do not fit, or the simulation would take too long or too much memory.
    DesignError
        For an unknown design, or one that breaks the contract.
    """
    problem = problem_of(problem)
    _check(problem, at, runs, workers, sweep, level)
    sizes = [dict(at)] if sweep is None else [{**at, sweep[0]: size} for size in sweep[1]]
    for numbers in sizes:
        numbered(problem, numbers)
    name, chosen = ("given", design) if not isinstance(design, str) else (design, None)
    if chosen is None and sweep is not None:
        chosen = _by_growth(problem, name, sizes[-1])
    points: list[Point] = []
    for position, numbers in enumerate(sizes):
        what = "runs" if sweep is None else f"{sweep[0]} = {sweep[1][position]}"
        own = _at(problem, name, numbers) if chosen is None else chosen
        report = None if progress is None else _reporter(progress, what)
        points.append(_point(problem, own, numbers, runs, (seed, position), workers, level, report))
    fits: tuple[Fit, ...] = ()
    if sweep is not None and chosen is not None:
        fits = _fits(problem, chosen, dict(at), sweep[0], points, runs, level)
    return Simulation(
        problem,
        name,
        runs,
        seed,
        level,
        tuple(points),
        None if sweep is None else sweep[0],
        fits,
        _notes(problem, sizes),
    )


def _reporter(progress: Progress, what: str) -> Callable[[int, int], None]:
    return lambda done, total: progress(what, done, total)


def _check(
    problem: Problem,
    at: Numbers,
    runs: int,
    workers: int | None,
    sweep: tuple[str, Sequence[int]] | None,
    level: float,
) -> None:
    if not 1 <= runs <= MOST_RUNS:
        raise ProblemError(f"{runs} runs: it takes between 1 and {MOST_RUNS:,}")
    if workers is not None and workers < 1:
        raise ProblemError(f"{workers} workers: it takes at least one")
    if not 0 < level < 1:
        raise ProblemError(f"a level of confidence of {level}: it must lie between 0 and 1")
    if sweep is None:
        return
    name, sizes = sweep
    if name not in problem.parameters:
        numbered(problem, {name: 1})  # says what there is
    if name in at:
        raise ProblemError(f"{name} is both set and swept")
    if len(set(sizes)) < 3 or list(sizes) != sorted(set(sizes)):
        raise ProblemError("a sweep takes at least three sizes, the smallest first")


# -- designs at numbers ------------------------------------------------------------------------


def _at(problem: Problem, name: str, at: Numbers) -> Design:
    """The design of a name at numbers; the optimum is the best at just these."""
    if name != OPTIMUM:
        return hand_design(problem, name, (OPTIMUM,))
    from decomposer.verbs.optimize import optimize

    try:
        return optimize(problem, at=at).design
    except ExpressionError:  # costs of more digits than can be worked with
        return _by_growth(problem, name, at)


def _by_growth(problem: Problem, name: str, largest: Numbers) -> Design:
    """The design of a name; the optimum is the best by growth."""
    if name != OPTIMUM:
        return hand_design(problem, name, (OPTIMUM,))
    from decomposer.verbs.optimize import optimize

    return plan_of(optimize(problem), largest)


def plan_of(result: Result, at: Numbers) -> Design:
    """The best design of a result without numbers: of several, and of several values, what costs least at numbers.

    Its free parameters are formulas of the parameters.
    """
    plans = [plan for option in result.options for plan in _with_policies(option)]
    if len(plans) == 1:
        return plans[0]
    from decomposer.process.reals import real

    target = numbered(result.problem, at)
    fold = span if result.problem.minimise == "span" else total_cost
    costs = [real(fold(target, settled(plan, at))) for plan in plans]
    return plans[costs.index(min(costs))]


def _with_policies(option: Option) -> list[Design]:
    """The design of an option with each of the values that its free parameters may take."""
    values: dict[str, list[Expr]] = {}
    for policy in option.policies:
        values.setdefault(policy.name, []).append(policy.value)
    chosen = [dict(zip(values, each, strict=True)) for each in islice(product(*values.values()), MOST_PLANS)]
    return [put_in_design(option.design, each) for each in chosen]


def settled(design: Design, at: Numbers) -> Design:
    """A design at numbers; sizes of groups and numbers of rounds that are not whole are rounded up."""
    fixed = {name: num(value) for name, value in at.items()}
    return _rounded(put_in_design(design, fixed))


def _rounded(node: Design) -> Design:
    from dataclasses import fields, replace

    from decomposer.design.nodes import with_children

    changed: dict[str, Any] = {}
    for item in fields(node):
        value = getattr(node, item.name)
        if isinstance(value, Expr):
            exact = value.as_fraction()
            if exact is None or exact.denominator != 1:
                changed[item.name] = num(evaluate(ceil(value), {}))
    parts = tuple(_rounded(child) for child in children(node))
    rebuilt = with_children(node, parts) if parts != children(node) else node
    return replace(rebuilt, **changed) if changed else rebuilt


# -- one size ----------------------------------------------------------------------------------


def _point(
    problem: Problem,
    design: Design,
    at: Numbers,
    runs: int,
    seed: tuple[int, ...],
    workers: int | None,
    level: float,
    progress: Callable[[int, int], None] | None,
) -> Point:
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
        _span_line(target, plan, predicted["critical path"], of_mean(tally.time, level)),
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
        "critical path": span,
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


def _span_line(problem: Problem, design: Design, predicted: float, counted: Interval) -> Line:
    """The critical path: where the prediction is known to be a bound, it is taken as one, and the reason given."""
    line = _line("critical path", predicted, counted)
    if line.verdict == "within":
        return line
    side = bounds.below(problem, design) if predicted < counted.value else bounds.above(problem, design)
    if not side:
        return line
    return Line(line.name, predicted, counted, line.method, "bound", "; ".join(side))


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


def _notes(problem: Problem, sizes: Sequence[Numbers]) -> tuple[str, ...]:
    """Assumptions that do not hold at the numbers."""
    from decomposer.expr import parse_relation
    from decomposer.process.reals import real

    found = []
    for text in problem.assume:
        left, relation, right = parse_relation(text)
        for numbers in sizes:
            fixed = {name: num(value) for name, value in numbers.items()}
            one, other = real(left.subs(fixed)), real(right.subs(fixed))
            slack = 1e-12 * max(abs(one), abs(other))
            broken = {"<=": one > other + slack, ">=": one < other - slack, "==": abs(one - other) > slack}
            if broken.get(relation, False):
                found.append(f"{text} is assumed, and does not hold at these numbers")
    return tuple(dict.fromkeys(found))


# -- growths -----------------------------------------------------------------------------------


def _fits(
    problem: Problem,
    design: Design,
    at: Mapping[str, int | Fraction],
    name: str,
    points: Sequence[Point],
    runs: int,
    level: float,
) -> tuple[Fit, ...]:
    """The growth of cost, calls and critical path in one parameter, the others at their numbers."""
    others = {other: num(value) for other, value in at.items()}
    target, fixed = substitute(problem, others), put_in_design(design, others)
    exact = {
        "cost": total_cost(target, fixed),
        "calls": footprint(target, fixed).calls,
        "critical path": span(target, fixed),
    }
    sizes = [float(dict(point.at)[name]) for point in points]
    found = [_fit(quantity, formula, name, sizes, points, runs, level) for quantity, formula in exact.items()]
    return tuple(fit for fit in found if fit is not None)


def _fit(
    quantity: str,
    formula: Expr,
    name: str,
    sizes: Sequence[float],
    points: Sequence[Point],
    runs: int,
    level: float,
) -> Fit | None:
    from decomposer.process.intervals import student
    from decomposer.process.reals import real
    from decomposer.process.slopes import slope

    theta = growth_of(formula, Regime.of(unbounded=[name]))
    parts = factors(theta, name)
    lines = [point.line(quantity) for point in points]
    if parts is None or any(line.counted.value <= 0 or line.predicted <= 0 for line in lines):
        return None
    exponent, rest = parts
    apart = [real(rest.subs({name: num(int(size))})) for size in sizes]
    if any(value <= 0 for value in apart):
        return None
    values = [line.counted.value / value for line, value in zip(lines, apart, strict=True)]
    predicted = [line.predicted / value for line, value in zip(lines, apart, strict=True)]
    # back from the interval to the relative standard error
    scale = 2 * student((1 + level) / 2, max(1, runs - 1))
    errors = [(line.counted.high - line.counted.low) / scale / line.counted.value for line in lines]
    if not all(map(isfinite, errors)):
        return None
    fitted = slope(sizes, values, errors, level)
    by_formula = slope(sizes, predicted, errors, level)
    agreement = _agreement(exponent, fitted, by_formula)
    if any(line.verdict == "bound" for line in lines):
        agreement = "bound"
    return Fit(quantity, theta, exponent, rest, fitted, by_formula.value, agreement)


def _agreement(exponent: Fraction, fitted: Interval, formula: Interval) -> Agreement:
    if fitted.high - fitted.low > WIDE:
        return "not yet"
    if fitted.low - TOLERANCE <= exponent <= fitted.high + TOLERANCE:
        return "agrees"
    return "not yet" if fitted.low - TOLERANCE <= formula.value <= fitted.high + TOLERANCE else "differs"


def factors(theta: Expr, name: str) -> tuple[Fraction, Expr] | None:
    """A growth as a power of a parameter times the rest; `None` where it is a sum."""
    from decomposer.expr import Sym, atom_expr

    if len(theta.terms) != 1:
        return None
    exponent, rest = Fraction(0), ONE
    ((mono, _),) = theta.terms
    for atom, power in mono:
        if isinstance(atom, Sym) and atom.name == name:
            exponent = Fraction(power)
        else:
            rest = rest * atom_expr(atom) ** num(power)
    return exponent, rest
