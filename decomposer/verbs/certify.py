"""Writing certificates: the design, the values of all goals, and the multipliers that prove them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

from decomposer.checker.check import VERSION, Check, Value
from decomposer.checker.growth import Growth
from decomposer.design.evaluate import models_used
from decomposer.design.nodes import substitute
from decomposer.errors import DecomposerError, GrowthError
from decomposer.expr import Expr
from decomposer.expr import parse as formula
from decomposer.formulas.algebra import Malformed, Mono, Poly, Refused, constant, mul, number, parse, show, show_mono
from decomposer.formulas.factors import tops
from decomposer.growth import Regime, is_big_o
from decomposer.growth.minimise import with_parameters
from decomposer.growth.partition import Branch, Tree, partition
from decomposer.problem.load import problem_of
from decomposer.problem.long_form import long_form
from decomposer.problem.model import Problem
from decomposer.restated.goals import Scope
from decomposer.restated.space import Goal as Restated
from decomposer.restated.space import Way
from decomposer.rules.base import Goal
from decomposer.search import asymptotic, pareto, timed
from decomposer.search.coupled import is_coupled
from decomposer.search.price import Candidate, Policy, complexity
from decomposer.search.unfold import Space, Step, unfold
from decomposer.solvers.graph import Arc
from decomposer.verbs.combinations import check_costs
from decomposer.verbs.effort import as_assumption
from decomposer.verbs.growths import growth_of
from decomposer.verbs.measure import regime_of
from decomposer.verbs.multipliers import NoMultipliers, bounded, contradiction, covers
from decomposer.verbs.restating import matched, restated

WEIGHT = 16
"""Coefficient of all terms of a value. Values count up to a constant; with a large one, what is subtracted elsewhere
(a finder that looks only where nothing is found) is covered with ease."""


MOST_QUESTIONS = 12
"""Questions on the way to a leaf, up to which values of free parameters are told apart."""


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


class Writer:
    """Writes the certificate of a problem."""

    def __init__(self, problem: Problem, space: Space, regime: Regime) -> None:
        self.problem, self.space, self.regime = problem, space, regime
        self.check = Check(long_form(problem), {})
        self.hosts = self.check.aims.most is not None or any(self.check.aims.hosting.values())
        self.named: dict[tuple[Goal, str], str] = {}
        self.priced, self.best, complete = self.found()
        if not self.best:
            raise CertificateError("no design is feasible, so there is nothing to certify")
        # Under limits the search does not know whether its answer is best; a certificate may show that it is.
        if not complete and not self.check.aims.limits.keys() - {"models"}:
            raise CertificateError("the answer is not proved, so there is nothing to certify")
        self.ways = {goal: self.matched(goal) for goal in space.graph.arcs}
        # Only ways whose calls do not fit their windows need what the search does not know: any value will do.
        self.values = {goal: [self.least()] if ways else [] for goal, ways in self.check.ways.items()}
        self.values |= {restated(goal): self.stated(goal) for goal in space.graph.bottom_up()}
        self.check.values = self.values

    def found(self) -> tuple[dict[Goal, list[Candidate]], list[Candidate], bool]:
        """Designs of every goal, of which each of its designs reaches one; the best of the whole."""
        root, timed_ = self.space.graph.root, self.problem.minimise == "time"
        if not timed_ and len(self.check.spaces) == 1:
            priced, complete = asymptotic.price(self.space, self.regime)
            best = priced[root]
            if is_coupled(self.problem):
                best = asymptotic.Pricing(self.space, self.regime).within_limits(best)
            return priced, best, complete
        pricing, priced = pareto.price(self.space, self.regime)
        self.named = pricing.names
        if not timed_:
            best, complete = asymptotic.best(self.space, self.regime)
            return priced, best, complete
        best, complete = timed.least(self.problem, pricing.within(priced[root]), self.regime)
        return priced, best, complete and pricing.complete

    def matched(self, goal: Goal) -> list[Way]:
        """The way of each arc of a goal, as the checker states it."""
        ways = self.check.ways.get(restated(goal))
        found = None if ways is None else matched(self.space.graph.arcs[goal], [way for way, *_ in ways])
        if found is None:
            raise CertificateError("the rules and their restatement differ: please report this")
        return found

    def least(self) -> Value:
        """What every design takes."""
        return Value({measure: number(1) for measure in self.check.spaces}, frozenset())

    def stated(self, goal: Goal) -> list[Value]:
        """Values of a goal: growths of its designs of least growth, of which each of its designs reaches one."""
        regime = asymptotic.regime_inside(self.space, self.regime, goal)
        kept: list[Candidate] = []
        for new in self.priced[goal]:
            if not any(self.replaces(old, new, regime) for old in kept):
                kept = [*(old for old in kept if not self.replaces(new, old, regime)), new]
        return [self.value(restated(goal), candidate) for candidate in kept]

    def takes(self, candidate: Candidate) -> dict[str, Expr]:
        """What a design takes of each measure."""
        first, other = ("span", "work") if self.problem.minimise == "span" else ("work", "span")
        found = {first: candidate.growth, other: candidate.other}
        return {measure: takes for measure in self.check.spaces if (takes := found[measure]) is not None}

    def models(self, candidate: Candidate) -> frozenset[str]:
        """The models that a design uses, where it matters."""
        return frozenset(models_used(candidate.design) if self.hosts else ())

    def replaces(self, a: Candidate, b: Candidate, regime: Regime) -> bool:
        """Whether what one design takes is no more than what another does, at all values of what this leaves open."""
        if not (self.models(a) <= self.models(b) and set(a.open) <= set(b.open)):
            return False
        wide = with_parameters(regime, pareto.bounds_of(b.open))
        less, more = self.takes(a), self.takes(b)
        return all(is_big_o(less[measure], more[measure], wide) is True for measure in less)

    def value(self, goal: Restated, candidate: Candidate) -> Value:
        """A value that a design reaches: what is rounded up is no less, so that one without ceilings is a bound."""
        opened = tuple(sorted((one.name, (str(one.low), show(parse(str(one.high))))) for one in candidate.open))
        growth = self.check.growth((*self.check.scope(goal), *opened))
        takes = {
            measure: mul(number(WEIGHT), cleaned(growth, parse(str(value).replace("ceil(", "("))))
            for measure, value in self.takes(candidate).items()
        }
        return Value(takes, self.models(candidate), opened)

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


def cleaned(growth: Growth, value: Poly) -> Poly:
    """The positive terms of a growth that no others bound, without coefficients and constant factors."""
    kept = {mono for mono, c in value.items() if c > 0}
    kept = {frozenset((name, x) for name, x in mono if not growth.constant(name)) for mono in kept}
    for mono in sorted(kept, key=show_mono):
        with suppress(NoMultipliers):
            bounded(growth, [mono], sorted(kept - {mono}, key=show_mono))
            kept.discard(mono)
    return {mono: Fraction(1) for mono in kept}


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
