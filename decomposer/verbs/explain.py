"""Explain an answer: the design with its costs, why not otherwise, and what each fact is worth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import partial
from pathlib import Path
from typing import Any

from decomposer.design.nodes import Design
from decomposer.design.write import tree
from decomposer.expr import Expr, minimum
from decomposer.growth import Ratio, Regime, relation
from decomposer.growth.factor import Factor
from decomposer.problem.load import problem_of
from decomposer.problem.model import Problem
from decomposer.rules import RULES
from decomposer.rules.base import Fact, Goal
from decomposer.search import asymptotic, grown
from decomposer.search.coupled import is_coupled
from decomposer.search.price import Candidate
from decomposer.search.run import Run
from decomposer.search.unfold import Space, Step, unfold
from decomposer.solvers.graph import Graph
from decomposer.verbs.growths import growth_of, ratio_of
from decomposer.verbs.measure import constant_of, regime_of
from decomposer.verbs.optimize import optimize_in
from decomposer.verbs.results import FORMAT_VERSION, Result, ratio_cases

_DOES = {rule.name: rule.does for rule in RULES}


@dataclass(frozen=True, slots=True)
class Refused:
    """An alternative to a choice of the design, with the least cost that it can reach there.

    `relation` compares that cost with the one chosen; `ratio` is their quotient. Where several ways are the same in
    words, `more` are lines of its design that the one chosen has not, there at least, and `less` the other way round.
    `equal` says that it costs exactly the same: then the least demanding, and the plainest, was taken; `cheaper` that
    it costs less here in the end, but was not found to do so within the whole. `factor` says between which constants
    the quotient stays in the end, where both have one growth.
    """

    rule: str
    does: str
    facts: tuple[Fact, ...]
    theta: Expr
    exact: Expr
    relation: str
    ratio: Ratio
    more: tuple[str, ...] = ()
    less: tuple[str, ...] = ()
    equal: bool = False
    cheaper: bool = False
    factor: Factor | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A goal of the design, what was chosen for it, and what was not."""

    goal: Goal
    rule: str
    does: str
    facts: tuple[Fact, ...]
    theta: Expr
    refused: tuple[Refused, ...]

    @property
    def where(self) -> str:
        """The goal in words."""
        goal = self.goal
        what = {"cover": "", "round": "scan rounds of ", "item": "one item of ", "route": "routing by "}[goal.mode]
        scope = "" if goal.part is None else f" on {'one' if goal.single else goal.size} {goal.part}"
        return f"{what}{' and '.join(goal.tasks)}{scope}"


@dataclass(frozen=True, slots=True)
class Price:
    """What a fact is worth: the least cost without it, and how many times dearer that is.

    `theta` and `ratio` are `None` when nothing can be done without the fact.
    """

    fact: Fact
    theta: Expr | None
    ratio: Ratio | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a design is the best, choice by choice."""

    result: Result
    choices: tuple[Choice, ...]
    prices: tuple[Price, ...]

    def to_dict(self) -> dict[str, Any]:
        """Write as plain data, fit for JSON."""
        return {
            "format_version": FORMAT_VERSION,
            "problem": self.result.problem.name,
            "status": self.result.status,
            "cost": self.result.cost.to_dict(),
            "design": self.result.steps,
            "choices": [
                {
                    "goal": choice.where,
                    "rule": choice.rule,
                    "facts": [{"task": fact.task, "fact": fact.kind} for fact in choice.facts],
                    "theta": str(choice.theta),
                    "refused": [
                        {
                            "rule": other.rule,
                            "theta": str(other.theta),
                            "exact": str(other.exact),
                            "relation": other.relation,
                            "ratio": str(other.ratio.expr),
                            "ratio_holds_when": ratio_cases(other.ratio),
                            "factor": None if other.factor is None else other.factor.to_dict(),
                            "more": list(other.more),
                            "less": list(other.less),
                            "equal": other.equal,
                            "cheaper": other.cheaper,
                        }
                        for other in choice.refused
                    ],
                }
                for choice in self.choices
            ],
            "facts": [
                {
                    "task": price.fact.task,
                    "fact": price.fact.kind,
                    "theta_without": None if price.theta is None else str(price.theta),
                    "ratio": None if price.ratio is None else str(price.ratio.expr),
                    "ratio_holds_when": None if price.ratio is None else ratio_cases(price.ratio),
                }
                for price in self.prices
            ],
        }


def explain(problem: Problem | str | Path, *, seconds: float | None = None) -> Explanation:
    """Optimise, and keep for every choice of the design what was refused and by which comparison.

    Parameters
    ----------
    problem : Problem, or the path or name of one
    seconds : float, optional
        How long to search; choices and facts for which there is no time are left out, and a note of the result says so.

    Raises
    ------
    DesignError, InfeasibleError, OutOfTimeError, ProblemError
        As `optimize` does.
    """
    run = Run(seconds)
    problem = problem_of(problem)
    first = run.part(1)
    result = optimize_in(first, problem)
    if first.late:
        return _left_out(Explanation(result, (), ()), "what was refused, and what each fact is worth,")
    regime = regime_of(problem)
    space = unfold(problem)
    if problem.minimise == "scope":
        # What is chosen for one sub-problem depends on the largest of all others.
        return Explanation(result, (), ())
    priced = [_price(space, regime, fact, result, run) for fact in result.facts]
    prices = tuple(price for price in priced if price is not None)
    if len(prices) < len(priced):
        return _left_out(Explanation(result, (), prices), "what was refused, and what some facts are worth,")
    if problem.minimise == "time":
        # Work and span are weighed on the whole alone: a choice is not the best by itself.
        return Explanation(result, (), prices)
    assert result.candidate is not None
    found = _found_in(space, regime, result.candidate)
    values, _ = asymptotic.price(found, regime, run)
    if run.late:
        return _left_out(Explanation(result, (), prices), "what was refused")
    choices: dict[Goal, Choice] = {}
    for goal, own in _parts(result.candidate):
        if goal not in choices:
            choices[goal] = _choice(found, regime, goal, own, values)
    return Explanation(result, tuple(choice for choice in choices.values() if choice.refused), prices)


def _left_out(explanation: Explanation, what: str) -> Explanation:
    """The same, with a note of what there was no time for."""
    result = explanation.result
    told = f"time ran out: {what} is left out; give it more time"
    return replace(explanation, result=replace(result, notes=(*result.notes, told)))


def _found_in(space: Space, regime: Regime, best: Candidate) -> Space:
    """The space in which a design was found: where limits asked for a solver, that of settled free parameters."""
    items = {goal: [arc.item for arc in arcs] for goal, arcs in space.graph.arcs.items()}
    if all(step in items.get(goal, ()) for goal, step in best.choices):
        return space
    return grown.settled(space, regime)[0]


def _parts(best: Candidate) -> Iterator[tuple[Goal, Candidate]]:
    """A design and the designs of its sub-goals, parents first."""
    waiting = [best]
    while waiting:
        candidate = waiting.pop()
        if candidate.choice is not None:
            yield candidate.choice[0], candidate
        waiting.extend(reversed(candidate.parts))


def _choice(space: Space, regime: Regime, goal: Goal, own: Candidate, values: dict[Goal, list[Candidate]]) -> Choice:
    """What was chosen for a goal, against the best that every other alternative can reach."""
    assert own.choice is not None
    taken = own.choice[1]
    inside = asymptotic.regime_inside(space, regime, goal)
    ways = asymptotic.price_alternatives(space, regime, goal, values)
    if goal == space.graph.root:
        ways = [(step, asymptotic.hosted(space.site.problem, rival)) for step, rival in ways]
    alike = Counter((_DOES[taken.rule], *(_does(step) for step, _ in ways if step != taken)))
    # Where models are shared, the designs chosen for the sub-goals need not be those that cost least there.
    same = (rival for step, rival in ways if step == taken)
    chosen = own if is_coupled(space.site.problem) else next(same, own)
    problem = space.site.problem
    words = partial(_lines, problem)
    exact = own.growth is own.work
    ratios = [ratio_of(rival.growth, own.growth, inside) for _, rival in ways]
    refused = tuple(
        Refused(
            rule=step.rule,
            does=_does(step),
            facts=step.alternative.facts,
            theta=growth_of(rival.growth, inside),
            exact=rival.work,
            relation=relation(rival.growth, own.growth, regime=inside).kind,
            ratio=ratio,
            more=_beyond(words(rival.design), words(chosen.design)) if alike[_does(step)] > 1 else (),
            less=_beyond(words(chosen.design), words(rival.design)) if alike[_does(step)] > 1 else (),
            equal=rival.work == chosen.work and rival.growth == chosen.growth,
            cheaper=asymptotic.beats(rival, own, inside),
            factor=constant_of(problem, ratio, rival.work, own.work, inside)
            if exact and rival.growth is rival.work
            else None,
        )
        for (step, rival), ratio in zip(ways, ratios, strict=True)
        if step != taken
    )
    growth = growth_of(own.growth, inside)
    return Choice(goal, taken.rule, _DOES[taken.rule], taken.alternative.facts, growth, refused)


def _lines(problem: Problem, design: Design) -> list[str]:
    """A design in words."""
    return [line.strip().removesuffix(":") for line in tree(problem, design)]


def _beyond(lines: list[str], others: list[str]) -> tuple[str, ...]:
    """Lines that must be written into others, in order, to make them these."""
    matches = SequenceMatcher(None, others, lines, autojunk=False)
    added = (lines[low:high] for kind, _, _, low, high in matches.get_opcodes() if kind in ("insert", "replace"))
    return tuple(line for block in added for line in block)


def _does(step: Step) -> str:
    """What an alternative does, with its free parameters."""
    decisions = step.alternative.decisions
    free = ", ".join(f"{decision.name}: {decision.about}" for decision in decisions)
    return f"{_DOES[step.rule]} ({free})" if free else _DOES[step.rule]


def _price(space: Space, regime: Regime, fact: Fact, result: Result, run: Run) -> Price | None:
    """The optimum over the designs that do not rest on `fact`; `None` where there is no time to find it."""
    part = run.part(1)
    found, _ = ([], False) if run.over() else asymptotic.best(without(space, fact), regime, constants=False, run=part)
    if run.over() or part.late:
        return None
    if not found:
        return Price(fact, None, None)
    growth = minimum(*(growth_of(option.growth, regime) for option in asymptotic.least_growth(found, regime)))
    return Price(fact, growth, ratio_of(growth, result.theta, regime))


def without(space: Space, fact: Fact) -> Space:
    """The designs of a space that do not rest on `fact`."""
    arcs = {
        goal: tuple(arc for arc in found if fact not in arc.item.alternative.facts)
        for goal, found in space.graph.arcs.items()
    }
    return replace(space, graph=Graph(space.graph.root, arcs))
