"""Unfolding: rules turn goals into alternatives until every goal is a call. The driver checks each step."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from decomposer.design.nodes import Hole, walk
from decomposer.errors import DesignError, ProblemError
from decomposer.problem.graph import topological, unsettled
from decomposer.problem.model import Problem
from decomposer.rules import RULES, Alternative, Goal, Site, site_of
from decomposer.search.soundness import Soundness
from decomposer.solvers.graph import Arc, Graph

MAX_GOALS = 20_000
"""Largest number of OR nodes that a problem may unfold to."""


@dataclass(frozen=True, slots=True)
class Step:
    """An alternative and the rule that made it."""

    rule: str
    alternative: Alternative


@dataclass(frozen=True, slots=True)
class Space:
    """The space of designs of a problem."""

    site: Site
    graph: Graph[Goal, Step]


class UnsoundRuleError(AssertionError):
    """A rule built a design that does not reach its goal: a bug of the named rule."""


def root_goal(problem: Problem) -> Goal:
    """Everything that a design must do."""
    tasks = topological(problem)
    return Goal(tasks, pending=unsettled(problem, tasks))


def needs(alternative: Alternative) -> tuple[Goal, ...]:
    """Sub-goals of an alternative, in the order of its template."""
    return tuple(node.goal for node in walk(alternative.template) if isinstance(node, Hole))  # type: ignore[misc]


def unfold(problem: Problem, spread: Callable[[Goal, Alternative], Iterable[Alternative]] | None = None) -> Space:
    """Apply every rule to every goal reachable from the root.

    Parameters
    ----------
    spread : function of a goal and an alternative, optional
        Replaces each alternative by others, such as itself at every value of its free parameters.

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
    return unfold_from(site_of(problem), root_goal(problem), spread)


def unfold_from(
    site: Site, root: Goal, spread: Callable[[Goal, Alternative], Iterable[Alternative]] | None = None
) -> Space:
    """Apply every rule to every goal reachable from one."""
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
        for rule in RULES:
            made = rule.expand(site, goal)
            for alternative in made if spread is None else (one for each in made for one in spread(goal, each)):
                try:
                    sound.check(goal, alternative)
                except DesignError as error:
                    raise UnsoundRuleError(f"rule {rule.name} on {goal}: {error}") from error
                sub = needs(alternative)
                found.append(Arc(Step(rule.name, alternative), sub))
                waiting.extend(sub)
        arcs[goal] = tuple(found)
    return Space(site, Graph(root, arcs))
