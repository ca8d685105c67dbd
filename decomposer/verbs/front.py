"""The Pareto front of cost and span: all designs of which none is better in both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from decomposer.design.evaluate import span, total_cost
from decomposer.design.lift import hand_design
from decomposer.design.names import fresh
from decomposer.design.nodes import Design, substitute, walk
from decomposer.design.write import steps
from decomposer.errors import GrowthError, OutsideClassError
from decomposer.expr import ONE, Expr, num, pretty, sym
from decomposer.growth import Regime, is_big_o
from decomposer.growth.partition import leaves, partition
from decomposer.problem.load import problem_of
from decomposer.problem.model import Problem
from decomposer.rules.base import site_of
from decomposer.rules.separate import leaves_blocks_out, leaves_growth_out
from decomposer.search import pareto
from decomposer.search.price import Candidate, Policy
from decomposer.search.run import Run
from decomposer.search.spread import order, settle
from decomposer.search.unfold import unfold
from decomposer.verbs.combinations import check_front
from decomposer.verbs.effort import as_assumption
from decomposer.verbs.growths import growth_of
from decomposer.verbs.illegal import IllegalDesign, hand_design_at, without_illegal
from decomposer.verbs.infeasible import infeasible
from decomposer.verbs.late import nothing
from decomposer.verbs.measure import Numbers, numbered, regime_of
from decomposer.verbs.notes import notes
from decomposer.verbs.results import FORMAT_VERSION


@dataclass(frozen=True, slots=True)
class Point:
    """A design of the front.

    Attributes
    ----------
    design : Design
    cost, span : Expr
        Growths, or exact numbers where numbers were given.
    policies : tuple of Policy
        Values of its free parameters.
    when : tuple of tuple of str
        Where it is the one to choose: sets of conditions, which may speak of the number of workers.
    proved : bool
        Whether no other values of its free parameters are better.
    """

    design: Design
    cost: Expr
    span: Expr
    policies: tuple[Policy, ...] = ()
    when: tuple[tuple[str, ...], ...] = ()
    proved: bool = True


@dataclass(frozen=True, slots=True)
class HandPoint:
    """A hand design: its cost and span, and the first design of the front that betters it, if one is known to."""

    name: str
    cost: Expr
    span: Expr
    beaten_by: int | None = None


@dataclass(frozen=True, slots=True)
class Front:
    """All designs of which none is better in both cost and span.

    Attributes
    ----------
    points : tuple of Point
        The cheapest first, where that can be told; in growth in the order of the number of workers that they are for.
    workers : str, optional
        In growth: the name of the number of calls that run at once, of which `when` and free parameters may speak. The
        front is what is best for some number of workers.
    complete : bool
        Whether nothing was left out.
    illegal : tuple of IllegalDesign
        Hand designs that break the contract of a task; they are not compared.
    doubts : tuple of str
        Why it is not known to be complete, in words; none where it is.
    """

    problem: Problem
    points: tuple[Point, ...]
    hand_designs: tuple[HandPoint, ...]
    workers: str | None
    complete: bool
    at: tuple[tuple[str, Fraction], ...] = ()
    notes: tuple[str, ...] = ()
    illegal: tuple[IllegalDesign, ...] = ()
    doubts: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Write as plain data, fit for JSON."""
        return {
            "format_version": FORMAT_VERSION,
            "problem": self.problem.name,
            "at": {name: str(value) for name, value in self.at},
            "complete": self.complete,
            "doubts": list(self.doubts),
            "workers": self.workers,
            "points": [
                {
                    "cost": str(point.cost),
                    "span": str(point.span),
                    "design": steps(self.problem, point.design),
                    "parameters": [
                        {"name": one.name, "about": one.about, "value": str(one.value)} for one in point.policies
                    ],
                    "when": [list(conditions) for conditions in point.when],
                }
                for point in self.points
            ],
            "hand_designs": [
                {"name": hand.name, "cost": str(hand.cost), "span": str(hand.span), "beaten_by": hand.beaten_by}
                for hand in self.hand_designs
            ],
            "illegal_designs": [design.to_dict() for design in self.illegal],
            "notes": list(self.notes),
        }

    def _repr_html_(self) -> str:
        from decomposer.report.front import document
        from decomposer.report.html import fragment

        return fragment(document(self))


def front(problem: Problem | str | Path, *, at: Numbers | None = None, seconds: float | None = None) -> Front:
    """Find all designs of which none is better in both total cost and span.

    Parameters
    ----------
    problem : Problem, or the path or name of one
        What it minimises, and the number of its workers, play no part; its limits do.
    at : mapping of parameter to int or Fraction, optional
        Numbers for all parameters: then the front is exact, with every integer tried for free parameters.
    seconds : float, optional
        How long to search; then designs may be missing, and `doubts` of the front say so.

    Raises
    ------
    ProblemError
        When `at` does not fit the parameters, or the problem has a target for the whole, or limits in growth.
    InfeasibleError
        When no design satisfies the problem.
    OutOfTimeError
        When there is no design yet when the time is up.
    OutsideClassError
        When growths cannot be compared.

    Notes
    -----
    In growth the front is what is best for some number of workers P: the time on P workers grows like the maximum of
    work/P and span, and for a pair (w, s) that no other betters, every design that is best for P = w/s has work O(w)
    and span O(s). So the front comes out as a map of regimes with one more parameter.
    """
    run = Run(seconds)
    problem = problem_of(problem)
    check_front(problem, bool(at))
    if at:
        numbered(problem, at)  # says what does not fit, before hand designs are held to windows at these numbers
    legal, illegal = without_illegal(problem, at or {})
    plain = replace(legal, minimise="cost", workers=None)
    found = _at_numbers(legal, plain, at, run) if at else _in_growth(legal, plain, run)
    return replace(found, problem=problem, illegal=illegal)


def _at_numbers(problem: Problem, plain: Problem, at: Numbers, run: Run) -> Front:
    target = numbered(plain, at)
    found, complete = pareto.at_numbers(site_of(target), run)
    complete = complete and not leaves_blocks_out(problem)
    if not found:
        raise nothing(run, problem) if run.late else infeasible(target, unfold(target))
    points = [Point(one.design, settle(one.work), settle(one.other or one.work), one.policies) for one in found]
    fixed = {name: num(value) for name, value in at.items()}
    hands: list[HandPoint] = []
    for name in problem.designs:
        design = substitute(hand_design_at(problem, name, at), fixed)
        cost, path = settle(total_cost(target, design)), settle(span(target, design))
        better = (
            place
            for place, point in enumerate(points)
            if order(point.cost, cost) <= 0 and order(point.span, path) <= 0
            if point.cost != cost or point.span != path
        )
        hands.append(HandPoint(name, cost, path, next(better, None)))
    numbers = tuple((name, Fraction(value)) for name, value in at.items())
    told = tuple(notes(problem, dict(numbers)))
    return Front(problem, tuple(points), tuple(hands), None, complete, numbers, told, doubts=run.told)


# -- in growth ------------------------------------------------------------------------------------------


def _in_growth(problem: Problem, plain: Problem, run: Run) -> Front:
    regime, space = regime_of(problem), unfold(plain, run=run)
    taken = {*problem.parameters, *space.site.names}
    workers, price = fresh(taken, "P", "workers"), fresh(taken, "Q", "weight")
    # A span in units of time may be any multiple of a cost; else there is no use for less than one worker.
    timed = any(model.delay is not None for model in problem.models.values())
    weight = (sym(price) if timed else ONE) / sym(workers)
    found, complete = pareto.in_growth(space, regime, run)
    doubts = list(run.told)
    complete = complete and not leaves_growth_out(problem)
    if not found:
        raise nothing(run, problem) if run.late else infeasible(plain, space)
    weighed: dict[str, Candidate] = {}
    originals: dict[str, Candidate] = {}
    open_ones: set[str] = set()
    for place, one in enumerate(pareto.by_growth(found, regime)):
        assert one.other is not None
        best, proved = pareto.settled(one, one.work * weight + one.other, regime)
        weighed[str(place)], originals[str(place)] = best, one
        if not proved:
            open_ones.add(str(place))
    tree = partition({name: one.growth for name, one in weighed.items()}, regime)
    points: list[Point] = []
    for leaf in leaves(tree):
        if not leaf.verified:
            doubts.append(f"which of the designs is the best is not proved where {_told(leaf.conditions)}")
        best, one = weighed[leaf.winner], originals[leaf.winner]
        for values, conditions in _choices(best, one, leaf.regime):
            inside = leaf.regime.extended([as_assumption(each) for each in conditions])
            when = _without_implied((*leaf.conditions, *conditions), regime)
            # A design without workers in it is what it is, whatever their number: growing so in all the regime.
            open_ended = any(workers in value.symbols or price in value.symbols for value in values.values())
            where = inside if open_ended else regime
            cost = growth_of(one.work.subs(values), where)
            path = growth_of((one.other or one.work).subs(values), where)
            about = {decision.name: decision.about for decision in one.open}
            policies = tuple(Policy(name, value, about=about[name]) for name, value in values.items())
            kept = tuple(policy for policy in best.policies if not policy.when and policy.name not in values)
            sure = leaf.winner not in open_ones
            design = substitute(one.design, values)
            points.append(Point(design, cost, path, (*kept, *policies), (when,), sure))
    merged = _merged(points)
    shown = [point for point in merged if not any(_betters(other, point, regime, workers) for other in merged)]
    hands = tuple(
        HandPoint(name, growth_of(total_cost(plain, design), regime), growth_of(span(plain, design), regime))
        for name in problem.designs
        for design in (hand_design(problem, name),)
    )
    doubts += _open_values(shown, [originals[name] for name in sorted(open_ones)])
    told = tuple(notes(problem, {}))
    return Front(problem, tuple(shown), hands, workers, complete and not doubts, (), told, doubts=tuple(doubts))


def _told(conditions: tuple[str, ...]) -> str:
    return " and ".join(conditions) or "anything may hold"


def _open_values(shown: list[Point], unproved: list[Candidate]) -> list[str]:
    """Say of which free parameters the best value is not proved: of designs that are shown, or of others."""
    found = []
    about = {decision.name: decision.about for one in unproved for decision in one.open}
    for place, point in enumerate(shown, 1):
        for policy in () if point.proved else point.policies:
            if policy.name in about:
                what = f"{policy.name} = {pretty(policy.value)} is the best number of {about[policy.name]}"
                found.append(f"design {place}: that {what}, is not proved; another may do better")
    designs = [point.design for point in shown]
    for one in unproved:
        values = ", ".join(f"{decision.name} ({decision.about})" for decision in one.open)
        if not any(_same_shape(one.design, design) for design in designs):
            way = " and ".join(dict.fromkeys(one.rules))
            found.append(f"a design that is not listed ({way}): the best {values} is not known; it may belong here")
    return list(dict.fromkeys(found))


def _same_shape(open_design: Design, design: Design) -> bool:
    """Whether two designs differ in the values of free parameters at most."""
    return [type(node) for node in walk(open_design)] == [type(node) for node in walk(design)]


def _choices(best: Candidate, one: Candidate, regime: Regime) -> Iterator[tuple[dict[str, Expr], tuple[str, ...]]]:
    """Values of the open parameters of a design, with the conditions that a regime leaves open."""
    names = [decision.name for decision in one.open]
    fixed = {policy.name: policy.value for policy in best.policies if policy.name in names and not policy.when}
    groups: dict[tuple[str, ...], dict[str, Expr]] = {}
    for policy in best.policies:
        if policy.name in names and policy.when:
            groups.setdefault(policy.when, {})[policy.name] = policy.value
    if not groups:
        yield fixed, ()
        return
    for conditions, values in groups.items():
        held = [each for each in conditions if not _holds(each, regime)]
        if any(_only_wall(each, regime) for each in held):
            continue
        try:
            regime.extended([as_assumption(each) for each in held])
        except GrowthError:
            continue
        yield {**fixed, **values}, tuple(held)


def _holds(condition: str, regime: Regime) -> bool:
    low, high = _sides(condition)
    return is_big_o(low, high, regime) is True


def _only_wall(condition: str, regime: Regime) -> bool:
    """Whether a condition leaves nothing of a regime but a wall, which others cover."""
    low, high = _sides(condition)
    return is_big_o(high, low, regime) is True


def _sides(condition: str) -> tuple[Expr, Expr]:
    from decomposer.expr import parse

    low, _, high = as_assumption(condition).partition(" <= ")
    return parse(low), parse(high)


def _without_implied(conditions: tuple[str, ...], regime: Regime) -> tuple[str, ...]:
    """Conditions without those that follow from the others."""
    kept = list(dict.fromkeys(conditions))
    for condition in reversed(tuple(kept)):
        others = [each for each in kept if each != condition]
        if _holds(condition, regime.extended([as_assumption(each) for each in others])):
            kept = others
    return tuple(kept)


def _merged(points: list[Point]) -> list[Point]:
    """Points of equal designs and growths as one, with all the places where it is best."""
    found: dict[tuple[object, ...], Point] = {}
    for point in points:
        key = (point.design, point.cost, point.span)
        old = found.get(key)
        found[key] = point if old is None else replace(old, when=tuple(dict.fromkeys((*old.when, *point.when))))
    return list(found.values())


def _betters(one: Point, other: Point, regime: Regime, workers: str) -> bool:
    """Whether `one`, whatever the number of workers, is better in one measure, and not worse in the other."""
    if one is other or workers in (one.cost * one.span).symbols:
        return False
    for conditions in other.when:
        inside = regime.extended([as_assumption(each) for each in conditions])
        pairs = ((one.cost, other.cost), (one.span, other.span))
        try:
            if not all(is_big_o(mine, theirs, inside) is True for mine, theirs in pairs):
                return False
            if all(is_big_o(theirs, mine, inside) is True for mine, theirs in pairs):
                return False
        except OutsideClassError:
            return False
    return True
