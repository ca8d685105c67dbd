"""Writing certificates: the design, the values of all goals, and the multipliers that prove them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import product
from pathlib import Path
from typing import Any

from decomposer.checker.check import VERSION, Check, Value
from decomposer.checker.growth import Growth
from decomposer.design.nodes import substitute
from decomposer.errors import GrowthError
from decomposer.expr import Expr
from decomposer.expr import parse as formula
from decomposer.formulas.algebra import Malformed, Mono, Poly, Refused, constant, number, parse, show
from decomposer.formulas.factors import tops
from decomposer.growth import Regime, is_big_o
from decomposer.growth.partition import Branch, Tree, partition
from decomposer.problem.load import problem_of
from decomposer.problem.long_form import long_form
from decomposer.problem.model import Problem
from decomposer.restated.goals import Scope
from decomposer.restated.space import Goal as Restated
from decomposer.restated.space import Way
from decomposer.rules.base import Goal
from decomposer.search import asymptotic
from decomposer.search.price import Candidate, Policy, complexity
from decomposer.search.unfold import Step, unfold
from decomposer.solvers.graph import Arc
from decomposer.verbs.combinations import check_costs
from decomposer.verbs.effort import as_assumption
from decomposer.verbs.growths import growth_of
from decomposer.verbs.measure import regime_of
from decomposer.verbs.multipliers import NoMultipliers, bounded, contradiction, covers
from decomposer.verbs.values import CertificateError as CertificateError
from decomposer.verbs.values import Valued, cleaned

MOST_QUESTIONS = 12
"""Questions on the way to a leaf, up to which values of free parameters are told apart."""


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
    from decomposer.verbs.targets import Targeted

    problem = problem_of(problem)
    check_costs(problem, "a certificate proves a least growth")
    writer = Writer if problem.target is None else Targeted
    try:
        space, regime = unfold(problem), regime_of(problem)
        certificate = writer(problem, space, regime).write()
        Check(long_form(problem), certificate).run()
    except (Refused, Malformed, GrowthError) as error:
        raise CertificateError(f"the answer could not be certified: {error}") from error
    return certificate


class Writer(Valued):
    """Writes the certificate of a problem."""

    def write(self) -> dict[str, Any]:
        """The whole certificate."""
        goals = {
            goal.key(): {
                "values": [written(value) for value in self.values[goal]],
                "ways": [self.way(goal, ways) for ways in stated],
            }
            for goal, stated in self.check.ways.items()
        }
        simple = sorted(self.best, key=lambda one: complexity(one.design))
        best = asymptotic.least_growth(simple, self.regime)
        names = {str(place): candidate for place, candidate in enumerate(best)}
        tree = partition({name: candidate.growth for name, candidate in names.items()}, self.regime)
        return {
            "format": "decomposer certificate",
            "version": VERSION,
            "problem": self.problem.name,
            "goals": goals,
            "answer": self.tree(tree, names, (), self.regime),
        }

    def way(self, goal: Restated, ways: tuple[Way, ...]) -> dict[str, Any]:
        """The proof that a way takes no less than a value of its goal."""
        way = {"rule": ways[0].rule, "label": ways[0].label}
        try:
            return way | {"proofs": [self.proof(goal, ways, *one) for one in self.check.choices(ways[0])]}
        except CertificateError:
            with suppress(NoMultipliers):  # then its calls do not fit
                return way | {"beyond": contradiction(self.check.inside(goal, ways[0]))}
            raise

    def proof(
        self, goal: Restated, ways: tuple[Way, ...], chosen: tuple[Value, ...], models: frozenset[str]
    ) -> dict[str, Any]:
        growth = self.check.inside(goal, ways[0], chosen)
        covered: dict[str, list[dict[str, Any]]] = {}
        terms: dict[str, list[Mono]] = {}
        for measure, way in zip(self.check.spaces, ways, strict=True):
            cost = self.check.taken(way, chosen, measure)
            try:
                covered[measure] = covers(growth, cost)
            except NoMultipliers as error:
                raise CertificateError(f"{goal.key()}, {way.rule}: {error}") from error
            terms[measure] = growth.positive_part(cost, covered[measure])
        for place, value in enumerate(self.values[goal]):
            for names in self.renamed(value, growth) if value.models <= models else ():
                with suppress(NoMultipliers):
                    proved = {
                        measure: {"covers": covered[measure], "terms": bounded(growth, least, terms[measure])}
                        for measure, least in self.check.put(value, names, growth)
                    }
                    return {"value": place, "with": names, **proved}
        values = " or ".join(" and ".join(map(show, value.takes.values())) for value in self.values[goal])
        way = ways[0]
        raise CertificateError(f"{goal.key()}, {way.rule} {way.label}: no proof that it costs {values} at least")

    def renamed(self, value: Value, growth: Growth) -> Iterator[dict[str, str]]:
        """Parameters in scope for those that a value leaves open: the same if it is there, or of the same bounds."""
        free = growth.free
        fits = [
            [name] if name in free else [one for one, limits in free.items() if limits == bounds]
            for name, bounds in value.open
        ]
        for chosen in product(*fits):
            yield dict(zip((name for name, _ in value.open), chosen, strict=True))

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
        question = _open(candidate.policies, regime) if len(conditions) < MOST_QUESTIONS else None
        if question is not None:  # the best value of a free parameter depends on it
            low, high = question
            return {
                "if": f"{low} <= {high}",
                "yes": self.leaf(candidate, (*conditions, f"{low} <= {high}"), _within(regime, low, high)),
                "no": self.leaf(candidate, (*conditions, f"{high} <= {low}"), _within(regime, high, low)),
            }
        growth = self.check.growth((), conditions)
        choices = iter(candidate.choices)
        policies = _chosen(candidate.policies, regime)
        written_ = self.design(conditions, choices, policies, self.space.graph.root)
        design = self.check.design(self.check.root, written_, conditions)
        cost = self.check.aims.minimise(design.takes, design.models)
        theta = cleaned(growth, parse(str(growth_of(candidate.growth, regime))))
        try:
            above = bounded(growth, growth.above(self.check.aims.minimise(design.most, design.models)), list(theta))
            within = {
                name: bounded(growth, growth.above(takes), growth.positive_part(most, []))
                for name, takes, most in self.check.aims.limited(design.most, design.models)
            }
            below = [self.below(theta, value, conditions) for value in self.values[self.check.root]]
        except NoMultipliers as error:
            raise CertificateError(f"no proof that {show(cost)} is Theta({show(theta)})") from error
        return {
            "theta": show(theta),
            "cost": show(cost),
            "design": written_,
            "facts": sorted(design.facts),
            "above": above,
            "below": below,
            "within": within,
        }

    def below(self, theta: Poly, value: Value, conditions: tuple[str, ...]) -> dict[str, Any]:
        """The proof that a value of the root is no less, or none of a design that keeps the limits."""
        known = self.check.least(value, conditions)
        try:
            return bounded(known, theta, known.positive_part(self.check.aims.minimise(value.takes, value.models), []))
        except NoMultipliers:
            return {"beyond": contradiction(known)}

    def design(
        self,
        conditions: tuple[str, ...],
        choices: Iterator[tuple[Goal, Step]],
        policies: list[Policy],
        goal: Goal,
        scope: Scope = (),
        fixed: Mapping[str, Expr] = {},
    ) -> dict[str, Any]:
        """The ways taken, parents first; values of free parameters come children first, as they were settled.

        Under limits, a search may have `fixed` them before it began.
        """
        _, step = next(choices)
        arcs = self.space.graph.arcs[goal]
        arc, fixed = next(found for arc in arcs if (found := _fixed(arc, step, fixed)) is not None)
        way = self.ways[goal][arcs.index(arc)]
        inside = (*scope, (way.free[0], way.free[1:])) if way.free else scope
        needs = [self.design(conditions, choices, policies, need, inside, fixed) for need in arc.needs]
        growth, known = self.check.growth(scope, conditions), self.check.growth(inside, conditions)
        value = None
        if way.free is not None and arc.item is not step:
            value = self.settled(growth, step.alternative.decisions[0].low, way)
        elif way.free is not None:
            value = self.chosen(goal, step, policies, growth, way)
        try:
            fits = [bounded(known, known.above(length), known.positive_part(most, [])) for length, most in way.fits]
        except NoMultipliers as error:
            raise CertificateError(f"{way.rule}: no proof that its calls fit into the window") from error
        return {"rule": way.rule, "label": way.label, "fits": fits, "value": value, "needs": needs}

    def chosen(self, goal: Goal, step: Step, policies: list[Policy], growth: Growth, way: Way) -> Any:
        """The value of the free parameter of a step."""
        return self.settled(growth, self.policy(goal, step, policies), way)

    def policy(self, goal: Goal, step: Step, policies: list[Policy]) -> Expr:
        """The value of the free parameter of a step: those that were open to the end have names of their own."""
        if self.problem.minimise != "time":
            if not policies:
                raise CertificateError("which value of a free parameter is best stays open")
            return policies.pop(0).value
        (decision,) = step.alternative.decisions
        name = self.named.get((goal, decision.name))
        return next((one.value for one in policies if one.name == name), decision.low)

    def settled(self, growth: Growth, value: Expr, way: Way) -> Any:
        """The value of a free parameter: an integer, or a formula between its bounds."""
        assert way.free is not None
        formula, bounds = parse(str(value)), tops(way.free[2])
        known = constant(formula)
        if known is not None and known.denominator == 1 and len(bounds) == 1:
            return int(known)
        try:
            above = bounded(growth, number(1), list(formula))
            below = [bounded(growth, formula, list(top)) for top in bounds]
        except NoMultipliers as error:
            raise CertificateError(f"no proof that {way.free[0]} = {show(formula)} is a value it may take") from error
        return {"is": show(formula), "above": above, "below": below}


def written(value: Value) -> dict[str, Any]:
    """A value as it stands in a certificate."""
    takes = {measure: show(one) for measure, one in value.takes.items()}
    return {**takes, "models": sorted(value.models), "open": {name: list(bounds) for name, bounds in value.open}}


def _fixed(
    arc: Arc[Goal, Step], step: Step, fixed: Mapping[str, Expr]
) -> tuple[Arc[Goal, Step], Mapping[str, Expr]] | None:
    """The values of free parameters that make a step of an arc; `None` where none do."""
    mine, theirs = arc.item.alternative, step.alternative
    if arc.item is step:
        return arc, fixed
    if arc.item.rule != step.rule or len(mine.decisions) != len(theirs.decisions):
        return None
    values = {**fixed, **{one.name: other.low for one, other in zip(mine.decisions, theirs.decisions, strict=True)}}
    return (arc, values) if substitute(mine.template, values) == theirs.template else None


def _within(regime: Regime, low: str, high: str) -> Regime:
    return regime.extended([f"{low} <= {high}"])


def _chosen(policies: Sequence[Policy], regime: Regime) -> list[Policy]:
    """Where a free parameter has several formulas, those whose conditions hold in the regime."""
    return [policy for policy in policies if all(_holds(*sides, regime) for sides in _conditions(policy))]


def _open(policies: Sequence[Policy], regime: Regime) -> tuple[str, str] | None:
    """Two sides of which the regime does not say which is less, where it depends on that which formula is best."""
    settled = {policy.name for policy in _chosen(policies, regime)}
    for low, high in (sides for policy in policies if policy.name not in settled for sides in _conditions(policy)):
        if not _holds(low, high, regime) and not _holds(high, low, regime):
            return low, high
    return None


def _conditions(policy: Policy) -> list[tuple[str, str]]:
    sides = (as_assumption(condition).partition(" <= ") for condition in policy.when)
    return [(low, high) for low, _, high in sides]


def _holds(low: str, high: str, regime: Regime) -> bool:
    try:
        return is_big_o(formula(low), formula(high), regime) is True
    except GrowthError:
        return False
