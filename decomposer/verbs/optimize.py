"""Find the design of least asymptotic cost, or of least cost at numbers."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import cmp_to_key
from pathlib import Path
from typing import TYPE_CHECKING

from decomposer.design.evaluate import agents, footprint
from decomposer.errors import OutsideClassError
from decomposer.expr import Expr, maximum, minimum
from decomposer.growth import Regime, eventually
from decomposer.problem.load import problem_of
from decomposer.problem.model import Problem
from decomposer.rules.base import site_of
from decomposer.rules.separate import leaves_blocks_out
from decomposer.search import asymptotic
from decomposer.search.price import Candidate, complexity
from decomposer.search.run import Run
from decomposer.search.unfold import Space, unfold
from decomposer.verbs import undercut
from decomposer.verbs.combinations import check_optimum
from decomposer.verbs.finding import designs_at, designs_in_growth
from decomposer.verbs.growths import growth_of
from decomposer.verbs.illegal import without_illegal
from decomposer.verbs.infeasible import infeasible
from decomposer.verbs.late import best_known
from decomposer.verbs.measure import (
    Numbers,
    chance_at,
    hand_designs,
    is_uneven,
    limits_at,
    measure,
    numbered,
    objective,
    regime_of,
    reliability_of,
    report_agents,
)
from decomposer.verbs.notes import notes, repeated_beside
from decomposer.verbs.results import HandDesign, Option, Result, SearchReport, Status
from decomposer.verbs.scopes import scope_of
from decomposer.verbs.undecided import by_facts, by_status

if TYPE_CHECKING:
    from decomposer.verbs.regimes import RegimeMap


def optimize(problem: Problem | str | Path, *, at: Numbers | None = None, seconds: float | None = None) -> Result:
    """Find the best design of a problem.

    Parameters
    ----------
    problem : Problem, or the path or name of one
    at : mapping of parameter to int or Fraction, optional
        Numbers for all parameters: then the design of least exact cost at these numbers is found. Without
        them, the design of least growth over the regime; among those, of least cost in the end; among those,
        of the least demanding capabilities, then the fewest agents (Meyerson & Qiu 2025, after Def. 2.3).
    seconds : float, optional
        How long to search: then the best design known is the answer, with the status ``bounded`` and with how far the
        search got in its notes. Without it the search goes on to its end, and equal problems have equal answers.

    Returns
    -------
    Result

    Raises
    ------
    ProblemError
        When `at` does not fit the parameters, or the space of designs is too large.
    InfeasibleError
        When no design satisfies the problem: no model can do a task, or no fact says how.
    OutOfTimeError
        When there is no design yet, not even one drawn by hand, when the time is up.

    Notes
    -----
    A hand design that breaks the contract of a task is told about in `illegal` of the result, and not compared.

    Time grows linearly with the number of tasks in a chain; every comparison of growths is a small exact
    linear programme.
    """
    return optimize_in(Run(seconds), problem, at)


def optimize_in(
    run: Run, problem: Problem | str | Path, at: Numbers | None = None, hands: tuple[str, ...] | None = None
) -> Result:
    """As `optimize`, within a run that may have begun before; `hands` are the hand designs that are compared."""
    problem = problem_of(problem)
    regime = regime_of(problem)
    numbers = dict(at or {})
    site = site_of(problem)
    numeric = bool(numbers) or site.numbered
    check_optimum(problem, numeric)
    # At numbers, where all is unfolded again, it is for the record alone.
    space = unfold(problem, run=run.part(RECORD) if numeric else run)
    target = numbered(problem, numbers) if numbers else problem
    legal, illegal = without_illegal(problem, numbers)
    found, complete = designs_at(target, run) if numeric else designs_in_growth(space, regime, run)
    complete = complete and not run.late
    if run.late:
        found = best_known(legal, found, regime, numbers, run)
    if not found:
        raise infeasible(target, space, complete, run)

    def prefer(a: Candidate, b: Candidate) -> int:
        return _prefer(target, a, b, regime)

    ranked = sorted(found, key=cmp_to_key(prefer))
    options = ranked[:1] if numeric else asymptotic.least_growth(ranked, regime)
    best = options[0]
    growth = minimum(*(growth_of(option.growth, regime) for option in options)) if not numbers else best.growth
    symbolic = measure(problem, best.design, regime, numbers)
    exact, plain = objective(problem, symbolic)
    least = plain if numbers or best.growth is best.work else growth_of(best.growth, regime)
    several = len(options) > 1
    uneven = is_uneven(problem, symbolic, numbers)
    compared = hand_designs(
        legal,
        best.design,
        growth if several else least if best.growth is not best.work else exact,
        None if several else exact,
        regime,
        numbers,
        hands,
    )
    better = undercut.undercut(problem, compared, symbolic, growth if several else least, regime)
    complete = complete and repeated_beside(problem) is None and not better
    status = _in_growth_only(_status(ranked, options, complete, regime, numeric), problem, numeric)
    why = (*run.told, *by_facts(problem, numbers, numeric), *undercut.told(better))
    reasons = tuple(dict.fromkeys((*why, *by_status(problem, status, ranked, numeric))))
    told = (
        *notes(problem, numbers),
        *([UNEVEN] if uneven else []),
        *(missing_target(problem, compared) if numbers else ()),
        *best.proof,
        *reasons,
    )
    return Result(
        problem=problem,
        status=status,
        theta=growth if several else least,
        design=best.design,
        cost=symbolic,
        agents=report_agents(problem, best.design, symbolic.exact, regime),
        footprint=footprint(problem, best.design),
        scope=scope_of(problem, best.design, regime, numbers),
        reliability=reliability_of(problem, best.design),
        chance=chance_at(problem, best.design, numbers),
        policies=best.policies,
        facts=tuple(sorted(best.facts)),
        rules=best.rules,
        options=tuple(_option(problem, option, options, regime, numbers) for option in options),
        # Where several designs are best somewhere, no one of them is the measure, task by task.
        hand_designs=tuple(replace(hand, by_tasks=()) for hand in compared) if several else compared,
        search=_searched(space, target),
        at=tuple((name, Fraction(value)) for name, value in numbers.items()),
        uneven=uneven,
        notes=tuple(dict.fromkeys(told)),
        reasons=reasons,
        regimes=_map(legal, options, regime, complete) if several and not run.over() else None,
        illegal=illegal,
        limits=limits_at(problem, numbers),
        candidate=best,
    )


UNEVEN = (
    "at these numbers the last of the groups is smaller than the others: the number at numbers counts that, formulas "
    "hold where groups divide evenly"
)


RECORD = 0.1
"""Share of the time in which the space is unfolded once more, to count its designs."""


def _searched(space: Space, target: Problem) -> SearchReport:
    """How large the space is, or that of the problem at numbers where it has no designs but there."""
    count = space.graph.count() if space.whole else None
    graph = unfold(target).graph if count == 0 else space.graph
    return SearchReport(graph.or_nodes, graph.and_nodes, graph.count() if count == 0 else count)


MOST_MAPPED = 12
"""Designs of which a regime map is made unasked."""


def _map(problem: Problem, options: list[Candidate], regime: Regime, complete: bool) -> RegimeMap | None:
    """Which of several options is best where; `None` where that takes too long, or growths cannot be compared."""
    if len(options) > MOST_MAPPED:
        return None
    from decomposer.verbs.regimes import map_of

    try:
        return map_of(problem, options, regime, complete)
    except OutsideClassError:
        return None


def _prefer(problem: Problem, a: Candidate, b: Candidate, regime: Regime) -> int:
    """Order of designs of equal cost: smaller largest model, then fewer agents, then fewer loops and steps.

    Where the scope is minimised, designs that are alike in growth come in the order of exact scopes, and then costs.
    """
    least = zip((*a.reach, a.work), (*b.reach, b.work), strict=True) if problem.minimise == "scope" else ()
    accessible = ((_largest(problem, a), _largest(problem, b)), (_number(problem, a), _number(problem, b)))
    for first, second in (*least, *accessible):
        if first != second:
            verdict = eventually(first, second, regime)
            if verdict == "less":
                return -1
            if verdict == "greater":
                return 1
    left, right = (complexity(a.design), str(a.design)), (complexity(b.design), str(b.design))
    return (left > right) - (left < right)


def _largest(problem: Problem, candidate: Candidate) -> Expr:
    return maximum(*(agent.size for agent in agents(problem, candidate.design)))


def _number(problem: Problem, candidate: Candidate) -> Expr:
    return footprint(problem, candidate.design).agents


def _status(ranked: list[Candidate], options: list[Candidate], complete: bool, regime: Regime, at: bool) -> Status:
    if not complete:
        return "bounded"
    if len(options) > 1:
        return "regimes"
    # A free parameter that grows has its best value up to a constant factor.
    rough = any(policy.value.symbols for policy in options[0].policies)
    if at or (not rough and all(candidate.exact and candidate.work == options[0].work for candidate in ranked)):
        return "optimal"
    return "optimal_growth"


def _in_growth_only(status: Status, problem: Problem, at: bool) -> Status:
    """While sizes are open, votes are as many as are enough for certain, and scopes are compared by growth.

    Blocks of tasks that are not looked at may cost less by a constant factor.
    """
    rough = problem.target is not None or problem.minimise == "scope" or leaves_blocks_out(problem)
    return "optimal_growth" if status == "optimal" and rough and not at else status


def missing_target(problem: Problem, hands: tuple[HandDesign, ...]) -> tuple[str, ...]:
    """Hand designs that do not reach the target at these numbers, in words."""
    told = f"does not reach the target of {problem.target}"
    return tuple(f"the hand design {hand.name} {told}" for hand in hands if hand.misses_target)


def _option(problem: Problem, option: Candidate, options: list[Candidate], regime: Regime, at: Numbers) -> Option:
    """A best design, and where it is best: where its growth is bounded by that of each rival."""
    own = growth_of(option.growth, regime)
    rivals = [growth_of(other.growth, regime) for other in options if other is not option]
    return Option(
        design=option.design,
        cost=measure(problem, option.design, regime, at),
        policies=option.policies,
        when=tuple(f"{own} = O({rival})" for rival in rivals),
        scope=scope_of(problem, option.design, regime, at),
    )
