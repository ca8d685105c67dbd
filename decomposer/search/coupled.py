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
from decomposer.errors import Diagnostic, InfeasibleError, NotExactError, ProblemError
from decomposer.expr import ZERO, Expr, num
from decomposer.problem.diagnose import diagnostic
from decomposer.problem.model import Problem
from decomposer.rules.base import Site
from decomposer.search import concrete, reasons
from decomposer.search.costs import within
from decomposer.search.hurried import priced
from decomposer.search.places import Amount, Places
from decomposer.search.price import Candidate, Policy, compose
from decomposer.search.run import Run
from decomposer.search.sets import only, over_sets, sets_of, with_hosting
from decomposer.search.spread import Spread, exact, lowest, settle
from decomposer.search.unfold import unfold

FEW_SETS = 16
"""Up to so many sets of models are searched one by one."""

SETS = 0.8
"""Share of the time that they get: where nothing is found, a solver is asked."""

if TYPE_CHECKING:
    from decomposer.solvers.answer import Answer, Limits
    from decomposer.solvers.selection import Number, Selection


def is_coupled(problem: Problem) -> bool:
    """Whether limits or hosting couple the choices of a design."""
    return bool(problem.limits) or any(model.hosting != ZERO for model in problem.models.values())


def at_numbers(site: Site, run: Run | None = None) -> tuple[list[Candidate], bool]:
    """Find the best designs of a problem whose formulas are all numbers, under its limits.

    Where only the models are limited or paid for, and there are few sets of them, each set is searched by itself: that
    takes few values of free parameters, and a selection problem takes all. It is made also where nothing is found, for
    it tells which limits conflict.

    Parameters
    ----------
    run : Run, optional
        When to stop; gets what is not decided.

    Returns
    -------
    candidates, complete
        Designs of least cost; the flag says that it is proved. None where time ran out before any was found.

    Raises
    ------
    InfeasibleError, ProblemError
        As `best`.
    """
    problem, run = site.problem, run or Run()
    least: Expr | None = None
    sets = sets_of(problem, FEW_SETS)
    if problem.minimise == "cost" and problem.limits.span is None and sets is not None:
        own = run.part(SETS)
        found, complete = over_sets(problem, sets, lambda names, part: concrete.best(site, names, part), own)
        limit = problem.limits.cost
        kept = [one for one in found if limit is None or within(with_hosting(problem, one), limit)]
        if kept:
            run.take(own)
            return kept, complete
        if found and limit is not None:
            least = with_hosting(problem, found[0])
            if complete and problem.limits.models is None:
                raise InfeasibleError(
                    _located(problem, "cost", _told(["cost"], [("cost", settle(least))])), file=problem.file
                )
    first = [] if run.seconds is None else quick(site, run)
    solved = best(site, run=run, least=least)
    if solved is None:
        return first or alone(site, run), False
    candidate, answer, complete = solved
    return [candidate], complete and answer.status == "optimal"


def quick(site: Site, run: Run) -> list[Candidate]:
    """The cheapest of a few designs within the limits, to have one where time is short."""
    from decomposer.search.pareto import few_within

    found = few_within(site, run)
    if site.problem.minimise == "span":
        return [replace(one, work=one.other or one.work, other=one.work) for one in found[-1:]]
    return [replace(one, work=one.work - hosting(site.problem, one.design)) for one in found[:1]]


def alone(site: Site, run: Run) -> list[Candidate]:
    """Where time ran out with no design: the first one within the limits that uses a single model, if there is any."""
    problem, limits = site.problem, site.problem.limits
    if limits.models is not None and exact(limits.models) < 1:
        return []
    for name in problem.models:
        if run.past_grace():
            break
        spread, pricing = only(lowest, {name}), concrete.Pricing(site)
        space = unfold(problem, spread, run.part(0))
        for one in priced(space, pricing, run)[space.graph.root]:
            path = one.work if problem.minimise == "span" else one.other
            cost = one.other if problem.minimise == "span" else with_hosting(problem, one)
            pairs = ((cost, limits.cost), (path, limits.span))
            if all(a is None or b is None or within(a, b) for a, b in pairs):
                return [one]
    return []


def best(
    site: Site, limits: Limits | None = None, run: Run | None = None, least: Expr | None = None
) -> tuple[Candidate, Answer, bool] | None:
    """Find the best design of a problem whose formulas are all numbers, under its limits.

    Parameters
    ----------
    limits : Limits, optional
        When to stop; by default, when `run` does.
    run : Run, optional
        Gets what is not decided.
    least : Expr, optional
        What a design costs that keeps all limits but that on the cost.

    Returns
    -------
    candidate, answer, complete
        The design, what the solver says of it, and whether every value of free parameters was tried and the design
        costs what the solver says. `None` where time ran out before a design was found.

    Raises
    ------
    InfeasibleError
        When no design keeps the limits: with those that conflict, and how far each would have to give.
    ProblemError
        When the selection problem is too large, or a cost is irrational.
    """
    from decomposer.solvers.solve import solve

    run = run or Run()
    spread = Spread()
    problem = site.problem
    numbered = unfold(problem, spread, run)
    if not numbered.whole:
        return None
    try:
        places = Places(numbered, exact).build(run)
    except NotExactError as error:
        raise ProblemError(f"under limits, costs must be rational: {error}") from error
    if not places.whole:
        return None
    answer = solve(_selection(problem, places), limits or run.limits())
    if answer.stopped == "time" and answer.status != "optimal":
        proved = "it proved nothing of other designs" if answer.bound is None else f"no design is below {answer.bound}"
        run.cut(f"a solver was at work, and {proved}")
        if not answer.chosen and answer.status != "infeasible":
            return None
    elif answer.status == "feasible":
        run.leave(reasons.solver(answer.stopped, answer.bound))
    if not answer.chosen:
        raise InfeasibleError(_conflict(problem, answer, least, spread.complete), file=problem.file)
    candidate = composed(places, answer.chosen)
    # What the solver added up is held against the design: where they differ, nothing is proved of it.
    whole = candidate.work if problem.minimise == "span" else candidate.work + hosting(problem, candidate.design)
    as_told = exact(whole) == answer.value[0]
    run.leave((*spread.reasons, *(() if as_told else (reasons.ADDED_UP,))))
    return candidate, answer, spread.complete and as_told


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
        Policy(decision.name, decision.low, about=decision.about, tasks=place.goal.tasks)
        for decision in arc.item.alternative.decisions
    )
    candidate = compose(space.site, place.goal, arc, parts)
    return replace(candidate, policies=(*settled, *candidate.policies))


def _conflict(problem: Problem, answer: Answer, least: Expr | None, complete: bool) -> Diagnostic:
    """Which limits nothing keeps together, and how far each would have to give, in words."""
    conflict = answer.conflict
    names = {"pool 0": "models"}
    limited = [name for name, limit in (("cost", problem.limits.cost), ("span", problem.limits.span)) if limit]
    names |= {f"budget {number}": name for number, name in enumerate(limited)}
    if conflict is None or not conflict.limits:
        text = "no design satisfies the problem: some task cannot be done at any scope that the facts allow"
        return Diagnostic(text, "infeasible")
    told = [names.get(limit, limit) for limit in conflict.limits]
    ways = [(names.get(limit, limit), num(value)) for limit, value in conflict.relaxations]
    known = least if "cost" in told and "cost" not in dict(ways) else None
    return _located(problem, told[0], _told(told, ways, known, complete))


def _told(
    limits: Sequence[str], ways: Sequence[tuple[str, Expr]], known: Expr | None = None, complete: bool = True
) -> str:
    """Say which limits conflict, how far each would have to give alone, and what is known to be enough."""
    who = "no design keeps" if complete else "no design was found that keeps"
    text = f"{who} the limit{'s' if len(limits) > 1 else ''} on {' and '.join(limits)}"
    if ways:
        text += f"; it would take {' or '.join(f'{name}: {value}' for name, value in ways)}"
    return text if known is None else f"{text}; a design is known that keeps the others, of cost: {settle(known)}"


def _located(problem: Problem, limit: str, message: str) -> Diagnostic:
    """The same, with the line of the first limit."""
    return diagnostic(problem, ("limits", limit), message, "infeasible")
