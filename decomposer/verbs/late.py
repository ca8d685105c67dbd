"""The best known design where time ran out: of what was found by then, and of the hand designs that do the job."""

from __future__ import annotations

from decomposer.errors import Diagnostic, OutOfTimeError
from decomposer.growth import Regime
from decomposer.problem.model import Problem
from decomposer.search.price import Candidate
from decomposer.search.run import Run
from decomposer.verbs import undercut
from decomposer.verbs.growths import growth_of
from decomposer.verbs.illegal import hand_design_at
from decomposer.verbs.measure import Numbers, beyond_limits, measure, minimised, misses_target, objective


def best_known(problem: Problem, found: list[Candidate], regime: Regime, at: Numbers, run: Run) -> list[Candidate]:
    """The designs found in the time, or a legal hand design that is better than all of them.

    Parameters
    ----------
    problem : Problem
        With those of its hand designs alone that keep the contract.

    Raises
    ------
    OutOfTimeError
        When there is neither.
    """
    best = found[0] if found else None
    chosen = ""
    for name in problem.designs:
        design = hand_design_at(problem, name, at)
        cost = measure(problem, design, regime, at)
        if beyond_limits(problem, design, cost, regime, at) or misses_target(problem, design, regime, at):
            continue
        if best is not None:
            known = measure(problem, best.design, regime, at)
            growth = objective(problem, known)[1] if best.growth is best.work else growth_of(best.growth, regime)
            if problem.minimise == "scope" or not undercut.better(problem, cost, known, growth, regime):
                continue
        whole = minimised(problem, design)
        best, chosen = Candidate(design, whole, whole, frozenset(), ()), name
    if best is None:
        raise nothing(run, problem)
    if chosen:
        why = "which is better than what was found in the time" if found else "as no other was found in the time"
        run.leave(f"the design shown is {chosen}, drawn by hand, {why}; more time may find a better one")
        return [best]
    return found


def nothing(run: Run, problem: Problem) -> OutOfTimeError:
    """Make the error for a problem of which no design is known when the time is up."""
    hint = "give it more time, or draw a design by hand"
    return OutOfTimeError(
        Diagnostic(f"no design was found in {run.given:g} s", "out-of-time", hint=hint), file=problem.file
    )
