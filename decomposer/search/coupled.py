"""The best design at given numbers under limits that couple its choices: hosted models, a budget, a critical path.

The AND/OR graph becomes a selection problem: an OR node for every goal in every place where it may stand, with how
often it counts there. What the solvers answer is composed to a design and recomputed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from decomposer.design.evaluate import hosting
from decomposer.errors import InfeasibleError, NotExactError, ProblemError
from decomposer.expr import ZERO
from decomposer.problem.model import Problem
from decomposer.rules.base import Site
from decomposer.search import concrete
from decomposer.search.costs import within
from decomposer.search.places import Amount, Places
from decomposer.search.price import Candidate, Policy, compose
from decomposer.search.sets import over_sets, sets_of, with_hosting
from decomposer.search.spread import Spread, exact
from decomposer.search.unfold import unfold

FEW_SETS = 16
"""Up to so many sets of models are searched one by one."""

if TYPE_CHECKING:
    from decomposer.solvers.answer import Answer, Limits
    from decomposer.solvers.selection import Number, Selection


def is_coupled(problem: Problem) -> bool:
    """Whether limits or hosting couple the choices of a design."""
    return bool(problem.limits) or any(model.hosting != ZERO for model in problem.models.values())


def at_numbers(site: Site) -> tuple[list[Candidate], bool]:
    """Find the best designs of a problem whose formulas are all numbers, under its limits.

    Where only the models are limited or paid for, and there are few sets of them, each set is searched by itself: that
    takes few values of free parameters, and a selection problem takes all. It is made also where nothing is found, for
    it tells which limits conflict.

    Returns
    -------
    candidates, complete
        Designs of least cost; the flag says that it is proved.

    Raises
    ------
    InfeasibleError, ProblemError
        As `best`.
    """
    problem = site.problem
    sets = sets_of(problem, FEW_SETS)
    if problem.minimise == "cost" and problem.limits.span is None and sets is not None:
        found, complete = over_sets(problem, sets, lambda names: concrete.best(site, names))
        limit = problem.limits.cost
        kept = [one for one in found if limit is None or within(with_hosting(problem, one), limit)]
        if kept:
            return kept, complete
    candidate, answer, complete = best(site)
    return [candidate], complete and answer.status == "optimal"


def best(site: Site, limits: Limits | None = None) -> tuple[Candidate, Answer, bool]:
    """Find the best design of a problem whose formulas are all numbers, under its limits.

    Parameters
    ----------
    limits : Limits, optional
        When to stop.

    Returns
    -------
    candidate, answer, complete
        The design, what the solver says of it, and whether every value of free parameters was tried and the design
        costs what the solver says.

    Raises
    ------
    InfeasibleError
        When no design keeps the limits: with those that conflict, and how far each would have to give.
    ProblemError
        When the selection problem is too large, or a cost is irrational.
    """
    from decomposer.solvers.solve import solve

    spread = Spread()
    problem = site.problem
    numbered = unfold(problem, spread)
    try:
        places = Places(numbered, exact).build()
    except NotExactError as error:
        raise ProblemError(f"under limits, costs must be rational: {error}") from error
    answer = solve(_selection(problem, places), limits)
    if not answer.chosen:
        raise InfeasibleError(_conflict(problem, answer), file=problem.file)
    candidate = composed(places, answer.chosen)
    # What the solver added up is held against the design: where they differ, nothing is proved of it.
    whole = candidate.work if problem.minimise == "span" else candidate.work + hosting(problem, candidate.design)
    return candidate, answer, spread.complete and exact(whole) == answer.value[0]


def _selection(problem: Problem, places: Places[Fraction]) -> Selection:
    """The selection problem; its OR nodes are the places in their order, its alternatives those of the graph."""
    from decomposer.solvers.selection import Alternative, Level, Pool, Resource, Selection

    span = problem.minimise == "span"
    given = [(0, problem.limits.cost), (1, problem.limits.span)]
    budgets = [(which, exact(limit)) for which, limit in given if limit is not None]

    def spends(costs: Sequence[Number]) -> tuple[Number, ...]:
        return tuple(costs[which] for which, _ in budgets)

    models = {name: number for number, name in enumerate(problem.models)}
    hosted = [(exact(model.hosting), 0, 0) for model in problem.models.values()]
    most = problem.limits.models
    return Selection(
        choices=tuple(
            tuple(
                Alternative(
                    (*way.own, way.complexity),
                    way.needs,
                    tuple(models[name] for name in way.models),
                    spends(way.own),
                    name=way.rule,
                )
                for way in ways
            )
            for ways in places.ways
        ),
        roots=(0,),
        components=3,
        levels=(*((Level((0, 1, 0)),) if span else ()), Level((1, 0, 0)), Level((0, 0, 1))),
        resources=tuple(
            Resource(costs, spends(costs), name) for name, costs in zip(problem.models, hosted, strict=True)
        ),
        pools=() if most is None else (Pool(frozenset(range(len(problem.models))), int(exact(most)), "models"),),
        budgets=tuple(limit for _, limit in budgets),
    )


def composed(places: Places[Amount], chosen: Mapping[int, int], number: int = 0) -> Candidate:
    """The design that the alternatives chosen in places make, from the sub-goals up."""
    space, place, taken = places.space, places.places[number], chosen[number]
    arc = space.graph.arcs[place.goal][taken]
    by_goal = {places.places[need].goal: need for need in places.ways[number][taken].needs}
    parts = tuple(composed(places, chosen, by_goal[need]) for need in arc.needs)
    settled = tuple(
        Policy(decision.name, decision.low, about=decision.about) for decision in arc.item.alternative.decisions
    )
    candidate = compose(space.site, place.goal, arc, parts)
    return replace(candidate, policies=(*settled, *candidate.policies))


def _conflict(problem: Problem, answer: Answer) -> str:
    """Which limits nothing keeps together, and how far each would have to give, in words."""
    conflict = answer.conflict
    names = {"pool 0": "models"}
    limited = [name for name, limit in (("cost", problem.limits.cost), ("span", problem.limits.span)) if limit]
    names |= {f"budget {number}": name for number, name in enumerate(limited)}
    if conflict is None or not conflict.limits:
        return "no design satisfies the problem: some task cannot be done at any scope that the facts allow"
    told = [names.get(limit, limit) for limit in conflict.limits]
    text = f"no design keeps the limit{'s' if len(told) > 1 else ''} on {' and '.join(told)}"
    ways = [f"{names.get(limit, limit)}: {value}" for limit, value in conflict.relaxations]
    return f"{text}; it would take {' or '.join(ways)}" if ways else text
