"""The best design at given numbers under limits that couple its choices: hosted models, a budget, a critical path.

The AND/OR graph becomes a selection problem: an OR node for every goal in every place where it may stand, with how
often it counts there. What the solvers answer is composed to a design and recomputed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from decomposer.design.context import Context
from decomposer.design.evaluate import models_used
from decomposer.design.nodes import Design
from decomposer.errors import InfeasibleError, NotExactError, ProblemError
from decomposer.expr import ONE, ZERO, Expr, num, sym
from decomposer.problem.model import Problem
from decomposer.rules.base import Goal, Site
from decomposer.search.concrete import Spread, exact
from decomposer.search.price import Candidate, Fold, Policy, complexity, compose, fold
from decomposer.search.unfold import Space, unfold

if TYPE_CHECKING:
    from decomposer.solvers.answer import Answer, Limits
    from decomposer.solvers.selection import Alternative, Number, Selection

MAX_PLACES = 200_000
"""Most OR nodes of a selection problem."""

_MEASURES: tuple[Fold, Fold] = ("cost", "span")

Counted = Callable[[Expr], Fraction]
"""From what something costs where it stands, to what it adds to the whole."""


def is_coupled(problem: Problem) -> bool:
    """Whether limits or hosting couple the choices of a design."""
    return bool(problem.limits) or any(model.hosting != ZERO for model in problem.models.values())


def in_conversation(goal: Goal) -> bool:
    """Whether what a goal costs depends on the round of a conversation."""
    return goal.mode == "item" and goal.history is not None


@dataclass(frozen=True, slots=True)
class Scope:
    """A goal in one of its scopes (a last group may be smaller than the others), and how each measure counts there."""

    goal: Goal
    counted: tuple[Counted, Counted]


@dataclass(frozen=True, slots=True)
class Place:
    """A goal where it stands: everything that is done for it there is done by one alternative."""

    goal: Goal
    scopes: tuple[Scope, ...]

    def key(self, index: str) -> tuple[object, ...]:
        """Places of equal key are one: how often they count is tried out on rounds of a conversation."""
        trials = (ONE, sym(index), sym(index) ** 2) if in_conversation(self.goal) else (ONE,)
        counts = ((scope.goal, *(count(one) for count in scope.counted for one in trials)) for scope in self.scopes)
        return (self.goal, tuple(counts))


def best(space: Space, limits: Limits | None = None) -> tuple[Candidate, Answer, bool]:
    """Find the best design of a problem whose formulas are all numbers, under its limits.

    Parameters
    ----------
    limits : Limits, optional
        When to stop.

    Returns
    -------
    candidate, answer, complete
        The design, what the solver says of it, and whether every value of free parameters was tried.

    Raises
    ------
    InfeasibleError
        When no design keeps the limits: with those that conflict, and how far each would have to give.
    ProblemError
        When the selection problem is too large, or a cost is irrational.
    """
    from decomposer.solvers.solve import solve

    spread = Spread()
    numbered = unfold(space.site.problem, spread)
    try:
        builder = _Builder(numbered)
        selection = builder.build()
    except NotExactError as error:
        raise ProblemError(f"under limits, costs must be rational: {error}") from error
    answer = solve(selection, limits)
    if not answer.chosen:
        raise InfeasibleError(_conflict(space.site.problem, answer), file=space.site.problem.file)
    candidate = _composed(numbered, builder, answer, 0)
    return candidate, answer, spread.complete


@dataclass(slots=True)
class _Builder:
    space: Space
    places: list[Place] = field(default_factory=list)
    index: dict[tuple[object, ...], int] = field(default_factory=dict)
    needs: list[list[tuple[int, ...]]] = field(default_factory=list)

    def build(self) -> Selection:
        """The selection problem; its OR nodes are the places in their order, its alternatives those of the graph."""
        from decomposer.solvers.selection import Level, Pool, Resource, Selection

        problem = self.space.site.problem
        root = self.space.graph.root
        self.place(Place(root, (Scope(root, (exact, exact)),)))
        choices: list[tuple[Alternative, ...]] = []
        while len(choices) < len(self.places):
            if len(self.places) > MAX_PLACES:
                raise ProblemError(f"under limits the problem unfolds to more than {MAX_PLACES} places")
            choices.append(self.alternatives(self.places[len(choices)]))
        self.needs = [[one.needs for one in found] for found in choices]
        span = problem.minimise == "span"
        given = [(0, problem.limits.cost), (1, problem.limits.span)]
        budgets = [(which, exact(limit)) for which, limit in given if limit is not None]

        def spends(costs: Sequence[Number]) -> tuple[Number, ...]:
            return tuple(costs[which] for which, _ in budgets)

        hosted = [(exact(model.hosting), 0, 0) for model in problem.models.values()]
        most = problem.limits.models
        return Selection(
            choices=tuple(tuple(replace(one, spends=spends(one.costs)) for one in found) for found in choices),
            roots=(0,),
            components=3,
            levels=(*((Level((0, 1, 0)),) if span else ()), Level((1, 0, 0)), Level((0, 0, 1))),
            resources=tuple(
                Resource(costs, spends(costs), name) for name, costs in zip(problem.models, hosted, strict=True)
            ),
            pools=() if most is None else (Pool(frozenset(range(len(problem.models))), int(exact(most)), "models"),),
            budgets=tuple(limit for _, limit in budgets),
        )

    def place(self, place: Place) -> int:
        """The number of a place."""
        key = place.key(self.space.site.index)
        if key not in self.index:
            self.index[key] = len(self.places)
            self.places.append(place)
        return self.index[key]

    def alternatives(self, place: Place) -> tuple[Alternative, ...]:
        """The alternatives of the goal of a place, with what they cost there themselves."""
        from decomposer.solvers.selection import Alternative

        models = {name: number for number, name in enumerate(self.space.site.problem.models)}
        found: list[Alternative] = []
        for arc in self.space.graph.arcs[place.goal]:
            template = arc.item.alternative.template
            own = [Fraction(0), Fraction(0)]
            inner: dict[Goal, list[Scope]] = {need: [] for need in arc.needs}
            for scope in place.scopes:
                weigher = _Weigher(self.space.site, template, scope)
                for which in (0, 1):
                    own[which] += weigher.own[which]
                for need, at in weigher.needs:
                    inner[need].append(Scope(at, weigher.counted(need, at)))
            needs = tuple(dict.fromkeys(self.place(Place(need, tuple(inner[need]))) for need in arc.needs))
            uses = tuple(models[name] for name in models_used(template))
            loops, nodes = complexity(template)
            found.append(Alternative((*own, 1000 * loops + nodes), needs, uses, name=arc.item.rule))
        return tuple(found)


class _Weigher:
    """What a template costs in a scope, with given values for its holes."""

    def __init__(self, site: Site, template: Design, scope: Scope) -> None:
        self.site, self.template, self.scope = site, template, scope
        self.needs: dict[tuple[Goal, Goal], None] = {}
        self.own = tuple(scope.counted[which](self.value(which, None, ZERO)) for which in (0, 1))
        """What the template adds to the whole itself."""

    def value(self, which: int, target: tuple[Goal, Goal] | None, value: Expr) -> Expr:
        """The measure of the template where one hole, in one of its scopes, has a value, and the others none."""

        def hole(sub: object, context: Context) -> Expr:
            assert isinstance(sub, Goal)
            size = context.extents.get(sub.part) if sub.part is not None else None
            at = (sub, sub if size is None or size == sub.size else replace(sub, size=size))
            self.needs[at] = None
            return value if at == target else ZERO

        goal = self.scope.goal
        return fold(self.site, _MEASURES[which], self.template, goal, self.site.inside(goal), hole)

    def counted(self, need: Goal, at: Goal) -> tuple[Counted, Counted]:
        """How the measures of a need add to the whole."""

        return self.adds(need, at, 0), self.adds(need, at, 1)

    def adds(self, need: Goal, at: Goal, which: int) -> Counted:
        """How one measure of a need adds to the whole: so many times, as a rule."""
        count, bare = self.scope.counted[which], self.own[which]

        def added(value: Expr) -> Fraction:
            return count(self.value(which, (need, at), value)) - bare

        if not in_conversation(need):
            times = added(ONE)
            if added(num(2)) == 2 * times:  # not so where the dearer of two branches counts
                return lambda value: times * exact(value)
        return added


def _composed(space: Space, builder: _Builder, answer: Answer, number: int) -> Candidate:
    """The design that an answer stands for, from the sub-goals up."""
    place, taken = builder.places[number], answer.chosen[number]
    arc = space.graph.arcs[place.goal][taken]
    by_goal = {builder.places[need].goal: need for need in builder.needs[number][taken]}
    chosen = tuple(_composed(space, builder, answer, by_goal[need]) for need in arc.needs)
    settled = tuple(Policy(decision.name, decision.low) for decision in arc.item.alternative.decisions)
    candidate = compose(space.site, place.goal, arc, chosen)
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
