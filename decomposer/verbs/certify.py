"""Writing certificates: the design, the values of all goals, and the multipliers that prove them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

from decomposer.checker.algebra import Malformed, Poly, Refused, add, constant, mul, number, parse, show, show_mono
from decomposer.checker.check import VERSION, Check, Scope
from decomposer.checker.growth import Growth
from decomposer.errors import DecomposerError, GrowthError
from decomposer.expr import Expr
from decomposer.growth import Regime, is_big_o
from decomposer.growth.partition import Branch, Tree, partition
from decomposer.problem.load import problem_of
from decomposer.problem.long_form import long_form
from decomposer.problem.model import Problem
from decomposer.restated.space import Goal as Restated
from decomposer.restated.space import Way
from decomposer.rules.base import Goal
from decomposer.search import asymptotic
from decomposer.search.price import Candidate, Policy
from decomposer.search.unfold import Space, Step, unfold
from decomposer.verbs.effort import as_assumption
from decomposer.verbs.growths import growth_of
from decomposer.verbs.measure import regime_of
from decomposer.verbs.multipliers import NoMultipliers, bounded, covers

WEIGHT = 16
"""Coefficient of all terms of a value. Values count up to a constant; with a large one, what is subtracted elsewhere
(a finder that looks only where nothing is found) is covered with ease."""


class CertificateError(DecomposerError):
    """An answer that could not be certified; that does not make it wrong."""

    exit_code = 4


def certify(problem: Problem | str | Path) -> dict[str, Any]:
    """Prove the answer of `optimize`: no design of the space grows more slowly.

    Parameters
    ----------
    problem : Problem, or the path or name of one

    Returns
    -------
    dict
        The certificate, fit for JSON; see docs/certificate-format.md.

    Raises
    ------
    CertificateError
        When a step of the proof is beyond the reasons that certificates know.
    """
    problem = problem_of(problem)
    try:
        space, regime = unfold(problem), regime_of(problem)
        certificate = _Writer(problem, space, regime).write()
        Check(long_form(problem), certificate).run()
    except (Refused, Malformed, GrowthError) as error:
        raise CertificateError(f"the answer could not be certified: {error}") from error
    return certificate


class _Writer:
    def __init__(self, problem: Problem, space: Space, regime: Regime) -> None:
        self.problem, self.space, self.regime = problem, space, regime
        self.check = Check(long_form(problem), {})
        self.priced, complete = asymptotic.price(space, regime)
        if not self.priced[space.graph.root]:
            raise CertificateError("no design is feasible, so there is nothing to certify")
        if not complete:
            raise CertificateError("the answer is not proved, so there is nothing to certify")
        self.values = {restated(goal): self.stated(goal) for goal in space.graph.bottom_up()}
        if self.values.keys() != self.check.ways.keys():
            raise CertificateError("the rules and their restatement differ: please report this")

    def stated(self, goal: Goal) -> list[Poly]:
        """Values of a goal: growths of its designs of least growth, of which each of its designs reaches one."""
        regime = asymptotic.regime_inside(self.space, self.regime, goal)
        found: list[Poly] = []
        for candidate in asymptotic.least_growth(self.priced[goal], regime):
            # What is rounded up is no less, so a value without ceilings is a lower bound.
            growth = self.check.growth(self.check.scope(restated(goal)))
            value = cleaned(growth, parse(str(candidate.growth).replace("ceil(", "(")))
            found.append(mul(number(WEIGHT), value))
        return found

    def write(self) -> dict[str, Any]:
        """The whole certificate."""
        goals = {
            goal.key(): {
                "values": [show(value) for value in self.values[goal]],
                "ways": [self.way(goal, way) for way in ways],
            }
            for goal, ways in self.check.ways.items()
        }
        root = self.space.graph.root
        best = asymptotic.least_growth(self.priced[root], self.regime)
        names = {str(place): candidate for place, candidate in enumerate(best)}
        tree = partition({name: candidate.growth for name, candidate in names.items()}, self.regime)
        return {
            "format": "decomposer certificate",
            "version": VERSION,
            "problem": self.problem.name,
            "goals": goals,
            "answer": self.tree(tree, names, (), self.regime),
        }

    def way(self, goal: Restated, way: Way) -> dict[str, Any]:
        """The proof that a way costs no less than a value of its goal."""
        proofs = [self.proof(goal, way, chosen) for chosen in product(*(self.values[need.goal] for need in way.needs))]
        return {"rule": way.rule, "label": way.label, "proofs": proofs}

    def proof(self, goal: Restated, way: Way, chosen: Sequence[Poly]) -> dict[str, Any]:
        cost = way.own
        for need, value in zip(way.needs, chosen, strict=True):
            cost = add(cost, need.cost(value))
        growth = self.check.growth(self.check.scope(goal, way))
        try:
            covered = covers(growth, cost)
        except NoMultipliers as error:
            raise CertificateError(f"{goal.key()}, {way.rule}: {error}") from error
        terms = growth.positive_part(cost, covered)
        for place, value in enumerate(self.values[goal]):
            try:
                proved = bounded(growth, value, terms)
            except NoMultipliers:
                continue
            return {"value": place, "covers": covered, "terms": proved}
        values = " or ".join(map(show, self.values[goal]))
        raise CertificateError(f"{goal.key()}, {way.rule} {way.label}: no proof that it costs {values} at least")

    # -- the answer ------------------------------------------------------------------------------------

    def tree(
        self, tree: Tree, names: dict[str, Candidate], conditions: tuple[str, ...], regime: Regime
    ) -> dict[str, Any]:
        """A question and both answers, or a design."""
        if isinstance(tree, Branch):
            low, high = str(tree.below), str(tree.above)
            return {
                "if": f"{low} <= {high}",
                "yes": self.tree(tree.yes, names, (*conditions, f"{low} <= {high}"), _within(regime, low, high)),
                "no": self.tree(tree.no, names, (*conditions, f"{high} <= {low}"), _within(regime, high, low)),
            }
        return self.leaf(names[tree.winner], conditions, regime)

    def leaf(self, candidate: Candidate, conditions: tuple[str, ...], regime: Regime) -> dict[str, Any]:
        growth = self.check.growth((), conditions)
        choices = iter(candidate.choices)
        policies = iter(_chosen(candidate.policies, regime))
        design = self.design(conditions, choices, policies)
        facts: set[str] = set()
        cost, bound = self.check.cost(self.check.root, design, facts, conditions)
        theta = cleaned(growth, parse(str(growth_of(candidate.growth, regime))))
        try:
            above = bounded(growth, growth.above(bound), list(theta))
            below = [bounded(growth, theta, list(value)) for value in self.values[self.check.root]]
        except NoMultipliers as error:
            raise CertificateError(f"no proof that {show(cost)} is Theta({show(theta)})") from error
        return {
            "theta": show(theta),
            "cost": show(cost),
            "design": design,
            "facts": sorted(facts),
            "above": above,
            "below": below,
        }

    def design(
        self,
        conditions: tuple[str, ...],
        choices: Iterator[tuple[Goal, Step]],
        policies: Iterator[Policy],
        scope: Scope = (),
    ) -> dict[str, Any]:
        """The ways taken, parents first; values of free parameters come children first, as they were settled."""
        goal, step = next(choices)
        arcs = self.space.graph.arcs[goal]
        arc = next(arc for arc in arcs if arc.item is step)
        way = self.check.ways[restated(goal)][arcs.index(arc)]
        if way.rule != step.rule:
            raise CertificateError("the rules and their restatement differ: please report this")
        inside = (*scope, (way.free[0], way.free[1:])) if way.free else scope
        needs = [self.design(conditions, choices, policies, inside) for _ in arc.needs]
        growth = self.check.growth(scope, conditions)
        value = None if way.free is None else self.value(growth, next(policies).value, way)
        return {"rule": way.rule, "label": way.label, "value": value, "needs": needs}

    def value(self, growth: Growth, value: Expr, way: Way) -> Any:
        """The value of a free parameter: an integer, or a formula between its bounds."""
        assert way.free is not None
        formula, top = parse(str(value)), parse(way.free[2])
        known = constant(formula)
        if known is not None and known.denominator == 1:
            return int(known)
        try:
            above, below = bounded(growth, number(1), list(formula)), bounded(growth, formula, list(top))
        except NoMultipliers as error:
            raise CertificateError(f"no proof that {way.free[0]} = {show(formula)} is a value it may take") from error
        return {"is": show(formula), "above": above, "below": below}


def cleaned(growth: Growth, value: Poly) -> Poly:
    """The positive terms of a growth that no others bound, without coefficients and constant factors."""
    kept = {mono for mono, c in value.items() if c > 0}
    kept = {frozenset((name, x) for name, x in mono if not growth.constant(name)) for mono in kept}
    for mono in sorted(kept, key=show_mono):
        with suppress(NoMultipliers):
            bounded(growth, [mono], sorted(kept - {mono}, key=show_mono))
            kept.discard(mono)
    return {mono: Fraction(1) for mono in kept}


def restated(goal: Goal) -> Restated:
    """A goal of the search as the checker names it."""

    def text(formula: Expr | None) -> str | None:
        return None if formula is None else show(parse(str(formula)))

    return Restated(
        goal.tasks, goal.mode, goal.part, text(goal.size), goal.pending, goal.narrow, goal.scope, goal.write,
        goal.history is not None, goal.unit, goal.fused, goal.direct, text(goal.share), text(goal.among),
    )  # fmt: skip


def _within(regime: Regime, low: str, high: str) -> Regime:
    return regime.extended([f"{low} <= {high}"])


def _chosen(policies: Sequence[Policy], regime: Regime) -> list[Policy]:
    """Where a free parameter has several formulas, the first whose conditions hold in the regime."""
    found: list[Policy] = []
    for policy in policies:
        if policy.when:
            sides = [as_assumption(condition).partition(" <= ") for condition in policy.when]
            try:
                holds = all(is_big_o(low, high, regime) is True for low, _, high in sides)
            except GrowthError:
                holds = False
            if not holds:
                continue
        found.append(policy)
    return found
