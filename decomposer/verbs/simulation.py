"""Run a design with dice, and put what was predicted beside what was counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from decomposer.design.nodes import Design
from decomposer.errors import ProblemError
from decomposer.expr import num
from decomposer.problem.load import problem_of
from decomposer.problem.model import Problem
from decomposer.verbs.illegal import hand_design_at
from decomposer.verbs.measure import Numbers, numbered
from decomposer.verbs.simulation_fits import fits_of
from decomposer.verbs.simulation_plans import OPTIMUM, at_numbers, by_growth
from decomposer.verbs.simulation_points import point_at
from decomposer.verbs.simulation_results import Fit, Point, Simulation

MOST_RUNS = 1_000_000

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
        chosen = by_growth(problem, name, sizes[-1])
        for numbers in sizes if name != OPTIMUM else ():
            hand_design_at(problem, name, numbers)  # it must fit into windows at each size
    points: list[Point] = []
    for position, numbers in enumerate(sizes):
        what = "runs" if sweep is None else f"{sweep[0]} = {sweep[1][position]}"
        own = at_numbers(problem, name, numbers) if chosen is None else chosen
        report = None if progress is None else _reporter(progress, what)
        points.append(point_at(problem, own, numbers, runs, (seed, position), workers, level, report))
    fits: tuple[Fit, ...] = ()
    if sweep is not None and chosen is not None:
        fits = fits_of(problem, chosen, dict(at), sweep[0], points, runs, level)
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
