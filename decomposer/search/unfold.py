"""Unfolding: rules turn goals into alternatives until every goal is a call. The driver checks each step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from decomposer.design.nodes import Hole, walk
from decomposer.errors import DesignError, ProblemError
from decomposer.problem.graph import topological, unsettled
from decomposer.problem.model import Problem
from decomposer.rules import RULES, Alternative, Goal, Site, site_of
from decomposer.search.run import Run
from decomposer.search.soundness import Soundness
from decomposer.solvers.graph import Arc, Graph

MAX_GOALS = 20_000
"""Largest number of OR nodes that a problem may unfold to."""


@dataclass(frozen=True, slots=True)
class Step:
    """An alternative and the rule that made it."""

    rule: str
    alternative: Alternative


Spreading: TypeAlias = Callable[[Goal, Alternative], Iterable[Alternative]]
"""Replaces each alternative of a goal by others, such as itself at every value of its free parameters."""


@dataclass(frozen=True, slots=True)
class Space:
    """The space of designs of a problem; `spread` replaces alternatives by others.

    `whole` is false where time ran out: then `graph` has some goals alone, and `ways` makes the alternatives of others.
    """

    site: Site
    graph: Graph[Goal, Step]
    spread: Spreading | None = field(default=None, compare=False, repr=False)
    whole: bool = True

    def ways(self, goal: Goal) -> Iterator[Arc[Goal, Step]]:
        """The alternatives of a goal."""
        known = self.graph.arcs.get(goal)
        return _expanded(Soundness(self.site), goal, self.spread) if known is None else iter(known)


class UnsoundRuleError(AssertionError):
    """A rule built a design that does not reach its goal: a bug of the named rule."""


def root_goal(problem: Problem) -> Goal:
    """Everything that a design must do."""
    tasks = topological(problem)
    return Goal(tasks, pending=unsettled(problem, tasks))


def needs(alternative: Alternative) -> tuple[Goal, ...]:
    """Sub-goals of an alternative, in the order of its template."""
    return tuple(node.goal for node in walk(alternative.template) if isinstance(node, Hole))  # type: ignore[misc]


def unfold(problem: Problem, spread: Spreading | None = None, run: Run | None = None) -> Space:
    """Apply every rule to every goal reachable from the root.

    Parameters
    ----------
    spread : function of a goal and an alternative, optional
        Replaces each alternative by others, such as itself at every value of its free parameters.
    run : Run, optional
        Where its time is up, the goals that are left are not unfolded.

    Raises
    ------
    ProblemError
        When the space is larger than `MAX_GOALS`.
    UnsoundRuleError
        When a rule breaks the contract of a goal.

    Notes
    -----
    The number of goals is linear in the number of tasks: only blocks of a few neighbouring tasks are
    treated as one.
    """
    return unfold_from(site_of(problem), root_goal(problem), spread, run)


def unfold_from(site: Site, root: Goal, spread: Spreading | None = None, run: Run | None = None) -> Space:
    """Apply every rule to every goal reachable from one."""
    run = run or Run()
    arcs: dict[Goal, tuple[Arc[Goal, Step], ...]] = {}
    sound = Soundness(site)
    waiting = [root]
    while waiting:
        goal = waiting.pop()
        if goal in arcs:
            continue
        if len(arcs) >= MAX_GOALS:
            raise ProblemError(f"the problem unfolds to more than {MAX_GOALS} sub-goals")
        found: list[Arc[Goal, Step]] = []
        for arc in _expanded(sound, goal, spread):
            if run.over():
                run.cut(f"{len(arcs)} sub-problems were taken apart, and others were not")
                return Space(site, Graph(root, arcs), spread, whole=False)
            found.append(arc)
            waiting.extend(arc.needs)
        arcs[goal] = tuple(found)
    return Space(site, Graph(root, arcs), spread)


def _expanded(sound: Soundness, goal: Goal, spread: Spreading | None) -> Iterator[Arc[Goal, Step]]:
    """What the rules make of a goal, one after the other, each held to the contract."""
    for rule in RULES:
        made = rule.expand(sound.site, goal)
        for alternative in made if spread is None else (one for each in made for one in spread(goal, each)):
            try:
                sound.check(goal, alternative)
            except DesignError as error:
                raise UnsoundRuleError(f"rule {rule.name} on {goal}: {error}") from error
            yield Arc(Step(rule.name, alternative), needs(alternative))
