"""Which search finds the best designs of a problem: at numbers, and by growth."""

from __future__ import annotations

from decomposer.design.remembering import some_may_do
from decomposer.design.vote_bounds import too_long
from decomposer.growth import Regime
from decomposer.problem.model import Problem
from decomposer.rules.base import site_of
from decomposer.rules.separate import leaves_blocks_out, leaves_growth_out
from decomposer.search import asymptotic, concrete, coupled, reliable, scoped, timed
from decomposer.search.coupled import is_coupled
from decomposer.search.price import Candidate
from decomposer.search.run import Run
from decomposer.search.unfold import Space

Designs = tuple[list[Candidate], bool]
"""The best designs, and whether no other can be better."""


def designs_at(problem: Problem, run: Run) -> Designs:
    """The best designs of a problem whose formulas are all numbers."""
    site = site_of(problem)
    if problem.target is not None:
        found, complete = reliable.best(site, run)
    elif problem.minimise == "time":
        found, complete = timed.at_numbers(site, run)
    elif problem.minimise == "scope":
        found, complete = scoped.at_numbers(site, run)
    elif is_coupled(problem):
        found, complete = coupled.at_numbers(site, run)
    else:
        found, complete = concrete.best(site, run=run)
    return found, complete and not leaves_blocks_out(problem)


def designs_in_growth(space: Space, regime: Regime, run: Run) -> Designs:
    """The best designs of a space while sizes are open."""
    problem = space.site.problem
    found, complete = asymptotic.best(space, regime, run=run)
    return found, complete and not (some_may_do(problem) or too_long(problem) or leaves_growth_out(problem))
