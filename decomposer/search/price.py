"""Candidates: complete designs of a goal with their exact cost, composed bottom-up from those of sub-goals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from decomposer.design.context import Context
from decomposer.design.evaluate import agents, models_used, span, work
from decomposer.design.nodes import (
    Design,
    Each,
    ForEach,
    Hole,
    Merge,
    Recurse,
    Repeat,
    Until,
    children,
    walk,
    with_children,
)
from decomposer.design.timing import busy
from decomposer.expr import ZERO, Expr
from decomposer.growth import Regime, at_most
from decomposer.problem.graph import unsettled
from decomposer.problem.model import Problem
from decomposer.rules.base import Decision, Fact, Goal, Site
from decomposer.search.unfold import Step
from decomposer.solvers.graph import Arc


@dataclass(frozen=True, slots=True)
class Policy:
    """The value of a free parameter: a formula, where `when` (conditions on the parameters) holds.

    `about` says what the parameter counts; `tasks` are those of the goal that it is free in, which tells apart what has
    one name. They are a label, which no comparison looks at.
    """

    name: str
    value: Expr
    when: tuple[str, ...] = ()
    about: str = ""
    tasks: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A complete design for a goal, with its exact cost and what it rests on.

    `growth` differs from `work` only where a free parameter has no single best formula: then `work` still contains it,
    and `growth` is its minimum up to a constant factor. `choice` is the alternative taken, `parts` are the candidates
    for its sub-goals. `rest` is the cost in a last group smaller than the others, at numbers; `again` are the costs (of
    a full scope, and of that one) in further attempts, where prompts seen before are billed at less. Where the problem
    minimises the span, all three are spans. `other` is the measure that is limited, or weighed against the work, if one
    is; `open` are free parameters that await this weighing. Under limits, `exact` is false where only growths were
    compared, and `proof` says who proved what. Where the scope is minimised, `reach` is its largest model, capability
    set and context.
    """

    design: Design
    work: Expr
    growth: Expr
    facts: frozenset[Fact]
    rules: tuple[str, ...]
    choice: tuple[Goal, Step] | None = None
    parts: tuple[Candidate, ...] = field(default=(), compare=False, repr=False)
    policies: tuple[Policy, ...] = ()
    rest: Expr | None = None
    again: tuple[Expr, ...] = ()
    other: Expr | None = None
    open: tuple[Decision, ...] = ()
    exact: bool = True
    proof: tuple[str, ...] = ()
    reach: tuple[Expr, ...] = ()

    @property
    def tasks(self) -> tuple[str, ...]:
        """The tasks of its goal, once it is composed."""
        return () if self.choice is None else self.choice[0].tasks

    @property
    def choices(self) -> tuple[tuple[Goal, Step], ...]:
        """All alternatives taken, parents first."""
        found: list[tuple[Goal, Step]] = []
        waiting: list[Candidate] = [self]
        while waiting:
            candidate = waiting.pop()
            if candidate.choice is not None:
                found.append(candidate.choice)
            waiting.extend(reversed(candidate.parts))
        return tuple(found)


Fold: TypeAlias = Literal["cost", "span", "busy"]
Value: TypeAlias = Callable[[object, Context], Expr]


def fold(site: Site, which: Fold, node: Design, goal: Goal, context: Context, value: Value | None = None) -> Expr:
    """Cost or span of a design, or of a template with values for its holes, for a goal."""
    if which == "cost":
        return work(site.problem, node, context, value)
    if which == "busy":
        return busy(site.problem, node, context, value)
    return span(site.problem, node, context, value)


def measures(site: Site) -> tuple[Fold, Fold | None]:
    """What the search keeps of a design: what is minimised, and what else is limited or weighed against it."""
    problem = site.problem
    if problem.minimise == "time":
        return "busy", "span"
    if problem.minimise in ("cost", "scope"):
        return "cost", "span" if problem.limits.span is not None or site.both else None
    return "span", "cost" if problem.limits.cost is not None else None


def fill(template: Design, designs: dict[Goal, Design]) -> Design:
    """Put designs into the holes of a template."""
    if isinstance(template, Hole):
        return designs[template.goal]  # type: ignore[index]
    parts = children(template)
    return with_children(template, tuple(fill(part, designs) for part in parts)) if parts else template


def compose(site: Site, goal: Goal, arc: Arc[Goal, Step], chosen: tuple[Candidate, ...]) -> Candidate:
    """The candidate that an alternative makes of candidates for its sub-goals."""
    step = arc.item
    template = step.alternative.template
    by_goal = dict(zip(arc.needs, chosen, strict=True))
    policies = tuple(policy for candidate in chosen for policy in candidate.policies)
    design = fill(template, {sub: candidate.design for sub, candidate in by_goal.items()})

    def total(which: str, measure: Fold) -> Expr:
        if measure == "span" and which != "growth":
            # The slowest of some lanes is not known from what each step of them takes on average.
            return fold(site, measure, design, goal, site.inside(goal))

        def value(sub: object, context: Context) -> Expr:
            assert isinstance(sub, Goal)
            candidate = by_goal[sub]
            other = surroundings(site, sub, context, beside=measure == "span")
            if other is not None:
                return fold(site, measure, candidate.design, sub, other)
            result: Expr = getattr(candidate, which)
            return result

        return fold(site, measure, template, goal, site.inside(goal), value)

    least, other = measures(site)
    exact = total("work", least)
    open_policies = any(candidate.growth is not candidate.work for candidate in chosen)
    return Candidate(
        design=design,
        work=exact,
        growth=total("growth", least) if open_policies else exact,
        again=costs_again(site, design, goal, goal),
        other=None if other is None else total("other", other),
        facts=frozenset(step.alternative.facts).union(*(candidate.facts for candidate in chosen)),
        rules=tuple(dict.fromkeys((step.rule, *(rule for candidate in chosen for rule in candidate.rules)))),
        choice=(goal, step),
        parts=chosen,
        policies=policies,
        open=tuple(dict.fromkeys(decision for candidate in chosen for decision in candidate.open)),
    )


def costs_again(site: Site, design: Design, goal: Goal, there: Goal) -> tuple[Expr, ...]:
    """What a design of a goal costs in a further attempt at a scope, where that may be made and costs less.

    What is to be retried, or voted on, has a goal of its own, at which nothing is pending that would be elsewhere. The
    order of two designs may be another there: of two models, one may be the cheaper where it reads anew, and the other
    where it has read before. To retry what never fails is not worth it.
    """
    if site.problem.cost.kind != "cached" or goal.pending or not unsettled(site.problem, goal.tasks):
        return ()
    return (fold(site, measures(site)[0], design, goal, replace(site.inside(there), again=True)),)


def no_dearer_again(a: Candidate, b: Candidate, regime: Regime) -> bool:
    """Whether `a` costs no more than `b` in further attempts, too; where its parameters are open, that is not asked."""
    if a.growth is not a.work or b.growth is not b.work:
        return True
    return all(x == y or at_most(x, y, regime) for x, y in zip(a.again, b.again, strict=True))


def hosts(problem: Problem) -> bool:
    """Whether it matters which models a design uses, beside what their calls cost."""
    return problem.limits.models is not None or any(model.hosting != ZERO for model in problem.models.values())


def simplest(site: Site, goal: Goal, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Of designs of equal cost that need models of the same sizes, keep the one of fewest loops and steps.

    Where it matters which models these are, they must be the same.
    """
    groups: dict[tuple[Expr | None, ...], list[Candidate]] = {}
    for candidate in candidates:
        costs = (candidate.work, candidate.rest, candidate.other, *candidate.again)
        groups.setdefault(costs, []).append(candidate)
    kept: list[Candidate] = []
    for group in groups.values():
        if len(group) == 1:
            kept += group
            continue
        alike: dict[tuple[object, ...], Candidate] = {}
        for candidate in group:
            sizes = frozenset(agent.size for agent in agents(site.problem, candidate.design, site.inside(goal)))
            key = (sizes, models_used(candidate.design) if hosts(site.problem) else ())
            old = alike.get(key)
            if old is None or complexity(candidate.design) < complexity(old.design):
                alike[key] = candidate
        kept += alike.values()
    return kept


def complexity(design: Design) -> tuple[int, int]:
    """Loops of a design, and its nodes: how many passes there are to run, and things to say."""
    nodes = list(walk(design))
    return sum(isinstance(node, Each | Merge | Recurse | ForEach | Repeat | Until) for node in nodes), len(nodes)


def surroundings(site: Site, goal: Goal, context: Context, beside: bool = False) -> Context | None:
    """Where a hole stands, if not in the usual surroundings of its goal; `None` if it does.

    A last group may be smaller than the others, a last stretch of a chain shorter; a unit may be known to be hard or
    not; in a further attempt, prompts have been seen; and (if asked) more may be side by side.
    """
    there = goal
    if goal.part is not None and context.extents.get(goal.part) != goal.size:
        there = replace(there, size=context.extents[goal.part])
    if goal.steps is not None and context.steps.get(goal.tasks[0]) != goal.steps:
        there = replace(there, steps=context.steps[goal.tasks[0]])
    usual = site.inside(there)
    lanes = context.beside if beside else usual.beside
    if there is goal and not context.given and not context.again and lanes == usual.beside:
        return None
    return replace(usual, given=context.given, again=context.again, stale=context.stale, beside=lanes)
