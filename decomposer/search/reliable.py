"""The cheapest design at given numbers that comes out right often enough.

Every goal keeps the designs of which no other costs less and is right more often. What a vote or a call of several
steps may be is not listed to the end: values that are left out are excluded by bounds, or tried after all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from contextlib import suppress
from copy import copy
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Self

from decomposer.design.certainty import certainty, number
from decomposer.design.context import Context, exposure
from decomposer.design.counts import part_count
from decomposer.design.evaluate import work
from decomposer.design.leaves import usage
from decomposer.design.nodes import Call, Design, Vote, substitute
from decomposer.design.products import Product
from decomposer.design.reliability import cases
from decomposer.design.sizes import covers, model_rate
from decomposer.design.vote_bounds import odds_between
from decomposer.design.votes import MAX_BITS, least_lead, race_runs
from decomposer.errors import ExpressionError, InfeasibleError, NotExactError, ProblemError
from decomposer.expr import ONE, Expr, evaluate, num
from decomposer.problem.graph import topological
from decomposer.problem.model import Task
from decomposer.rules.base import Alternative, Decision, Goal, Site
from decomposer.rules.vote import least_majority, occurrences, whole
from decomposer.search import reasons
from decomposer.search.concrete import QUICK
from decomposer.search.costs import at_most, bounds, compared, within, worked_out
from decomposer.search.hurried import priced
from decomposer.search.missed import LEFT_OUT, Reached, missed, too_dear, too_many_sets
from decomposer.search.price import Candidate, Policy, complexity, fill
from decomposer.search.run import Run
from decomposer.search.sets import able, only, over_sets, sets_of, with_hosting
from decomposer.search.spread import Spread, exact
from decomposer.search.unfold import Step, unfold
from decomposer.solvers.graph import Arc

FIRST_STRIDES = 4
"""Up to so many steps per call are tried one by one to begin with."""

SMALL_STRIDES = 16
"""Ranges of so many strides are tried one by one where the bound leaves them."""

REFINED = 8
"""How often strides that are not excluded are looked at more closely."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A design of a goal: its cost and its chance in each of the surroundings in which it may stand.

    `ideal` says that a vote in it was taken for certain, in place of all votes that are longer still.
    """

    candidate: Candidate
    costs: tuple[Expr, ...]
    chances: tuple[Product, ...]
    ideal: bool


def best(site: Site, run: Run | None = None) -> tuple[list[Candidate], bool]:
    """Find the cheapest designs that reach the target of a problem whose formulas are all numbers.

    A limit on models and what hosting costs are kept by a search for each set of models that a design may use.

    Parameters
    ----------
    run : Run, optional
        When to stop; gets what is not decided.

    Returns
    -------
    candidates, complete
        Designs of least cost, hosting included; the flag says that no vote and no stride that was left out can cost
        less. None where some task cannot be done at all, or time ran out before any was found.

    Raises
    ------
    InfeasibleError
        When no design reaches the target within the limits, with the greatest reliability of those tried.
    ProblemError
        When another objective, or a limit on the span, stands beside the target; or there are too many sets of models.
    """
    problem, run = site.problem, run or Run()
    if problem.limits.span is not None or problem.minimise != "cost":
        raise ProblemError(
            "a target for the whole cannot be combined with a limit on the span, or with another objective",
            file=problem.file,
        )
    sets = sets_of(problem)
    if sets is None:
        raise ProblemError(too_many_sets(problem), file=problem.file)
    tried: dict[frozenset[str], Reached] = {}

    def search(names: Set[str], part: Run) -> tuple[Sequence[Candidate], bool]:
        one = tried[frozenset(names)] = reached(site, names, part)
        return one.cheapest, one.complete

    found, complete = over_sets(problem, sets, search, run)
    if not found and (run.late or not able(problem, problem.models)):
        return [], complete
    if not found:
        raise InfeasibleError(missed(problem, sets, tried), file=problem.file)
    limit = problem.limits.cost
    kept = [one for one in found if limit is None or within(with_hosting(problem, one), limit)]
    if not kept and run.late:
        return [], False
    if not kept:
        raise InfeasibleError(too_dear(at_most(with_hosting(problem, found[0])), complete), file=problem.file)
    return kept, complete


def reached(site: Site, names: Set[str], run: Run | None = None) -> Reached:
    """Find the cheapest designs that reach the target and use only some models of the catalogue, if there is one."""
    problem, run = site.problem, run or Run()
    assert problem.target is not None
    target = evaluate(problem.target, {})
    strides = _Strides(site)
    spread = only(strides, names) if problem.models else strides
    pricing, found, right, least = _Pricing(site), list[Tried](), [], []
    if run.seconds is not None:
        found = _quick(site, names, run)
    for _ in range(REFINED):
        pricing, last = _Pricing(site), run.part(1)
        numbered = unfold(problem, spread, last)
        values = priced(numbered, pricing, last)[numbered.graph.root]
        found = [*values, *found] if last.late else values
        run.take(last)
        right = [one for one in found if pricing.reaches(one, target)]
        real = [one for one in right if not one.ideal]
        least = _cheapest(real)
        if run.late:
            break
        if least and not strides.refine(at_most(least[0].costs[0])):
            break
        if not least and not strides.refine(None):
            break
    known = not strides.open and strides.complete and pricing.complete and not run.late
    partly = bool(pricing.left_out)
    run.leave((*strides.reasons, *strides.open_ranges(), *(() if pricing.complete else (reasons.CLOSE,))))
    if not least:
        run.leave((*((LEFT_OUT,) if partly else ()), *((reasons.LONGER,) if right else ())))
        most = _most([one for one in found if not one.ideal])
        return Reached((), known and not partly and not right, most, partly)
    over = [one for one in pricing.left_out if one is None or one <= (at_most(least[0].costs[0]) or one)]
    cheaper = [one for one in right if one.ideal and compared(one.costs[0], least[0].costs[0]) not in (0, 1)]
    tied = all(compared(one.costs[0], least[0].costs[0]) == 0 for one in least)
    told = (LEFT_OUT,) if over else ()
    run.leave((*told, *(() if tied else (reasons.TIED,)), *((reasons.LONGER,) if cheaper else ())))
    cheapest = tuple(replace(one.candidate, proof=told) for one in least)
    return Reached(cheapest, known and tied and not cheaper and not over, None, partly)


def _quick(site: Site, names: Set[str], run: Run) -> list[Tried]:
    """Designs with few values of their free parameters, to have some where time is short."""
    few, part = _Few(site), run.part(QUICK)
    space = unfold(site.problem, only(few, names) if site.problem.models else few, part)
    return priced(space, _Pricing(site), part)[space.graph.root]


def _cheapest(found: Sequence[Tried]) -> list[Tried]:
    kept: list[Tried] = []
    for one in found:
        signs = [compared(one.costs[0], other.costs[0]) for other in kept]
        if 1 not in signs:
            kept = [*(other for other, sign in zip(kept, signs, strict=True) if sign != -1), one]
    return kept


def _most(found: Sequence[Tried]) -> Product | None:
    most: Product | None = None
    for one in found:
        if most is None or one.chances[0].compare(most) > 0:
            most = one.chances[0]
    return most


class _Pricing:
    def __init__(self, site: Site) -> None:
        self.site, self.run = site, Run()
        self.complete = True
        self.left_out: list[Fraction | None] = []
        # What helps with tasks, as who cuts, divides or condenses, has no goal that settles its failures.
        self.aside = frozenset(site.problem.tasks) - frozenset(topological(site.problem))

    def combine(self, goal: Goal, arc: Arc[Goal, Step], chosen: tuple[Tried, ...]) -> Iterator[Tried]:
        """The candidate of an alternative, unless it is beyond working with."""
        step, problem = arc.item, self.site.problem
        alternative = step.alternative
        parts = [one.candidate for one in chosen]
        design = fill(alternative.template, {need: one.design for need, one in zip(arc.needs, parts, strict=True)})
        settled = tuple(
            Policy(decision.name, decision.low, about=decision.about, tasks=goal.tasks)
            for decision in alternative.decisions
        )
        ideal = any(decision.name == self.site.lead and decision.about == "" for decision in alternative.decisions)
        try:
            around = [*self.around(goal), *self.cases(goal, design)]
            costs = tuple(worked_out(work(problem, design, context)) for context in around)
            chances = tuple(
                Product() if ideal else certainty(problem, design, context, goal.pending | self.aside)
                for context in around
            )
        except (ExpressionError, NotExactError):  # of too many digits, or a root that no fraction is
            self.left_out.append(self.least_cost(goal, alternative.template, chosen))
            return
        candidate = Candidate(
            design=design,
            work=costs[0],
            growth=costs[0],
            facts=frozenset(alternative.facts).union(*(one.facts for one in parts)),
            rules=tuple(dict.fromkeys((step.rule, *(rule for one in parts for rule in one.rules)))),
            choice=(goal, step),
            parts=tuple(parts),
            policies=(*settled, *(policy for one in parts for policy in one.policies)),
        )
        candidate = replace(candidate, growth=candidate.work)
        yield Tried(candidate, costs, chances, ideal or any(one.ideal for one in chosen))

    def least_cost(self, goal: Goal, template: Design, chosen: tuple[Tried, ...]) -> Fraction | None:
        """What a design costs at least that has a vote whose chance is known by bounds; `None` of any other."""
        target, problem = self.site.problem.target, self.site.problem
        assert target is not None
        if not isinstance(template, Vote) or goal.tried:  # after another model has failed, it may hardly ever run
            return None
        odds = odds_between(problem, template.body, self.site.inside(goal), goal.tasks[0])
        seen = replace(self.site.inside(goal), again=True)
        once = bounds(worked_out(work(problem, chosen[0].candidate.design, seen)), 64)
        if odds is None or once is None:
            return None
        often = whole(occurrences(self.site, goal))
        return often * odds.fewest_runs(often, evaluate(target, {})) * once[0]

    def reaches(self, one: Tried, target: Fraction) -> bool:
        """Whether a design comes out right often enough; what cannot be told is left out."""
        try:
            return one.chances[0].at_least(target)
        except NotExactError:
            self.complete = False
            return False

    def cases(self, goal: Goal, design: Design) -> list[Context]:
        """The same with a unit known to be hard or not: what is tried next is tried on the same one."""
        context = self.site.inside(goal)
        if any(exposure(self.site.problem, self.site.task(name), context) != ONE for name in goal.tasks):
            return []
        known = cases(self.site.problem, design, context)
        return [case for _, case in known] if len(known) > 1 else []

    def around(self, goal: Goal) -> list[Context]:
        """The surroundings of a goal: of a full scope, and of a smaller one left over; and in further attempts."""
        found = [self.site.inside(goal)]
        if goal.part is not None and goal.size is not None:
            left = number(part_count(self.site.problem, goal.part)) % number(goal.size)
            if left:
                found.append(self.site.inside(replace(goal, size=num(left))))
        chain = self.site.task(goal.tasks[0]).steps
        if goal.steps is not None and chain is not None:
            left = number(chain.count) % number(goal.steps)
            if left:
                found.append(self.site.inside(replace(goal, steps=num(left))))
        if self.site.problem.cost.kind == "cached" and not goal.pending:
            found += [replace(one, again=True) for one in found]
        return found

    def prune(self, goal: Goal, found: Sequence[Tried]) -> list[Tried]:
        """Keep the designs that none matches at no more cost; of equal ones, the simplest."""
        kept: list[Tried] = []
        for new in sorted(found, key=lambda one: complexity(one.candidate.design)):
            if kept and self.run.over():
                break
            if any(_matches(old, new) for old in kept):
                continue
            kept = [old for old in kept if not _matches(new, old)]
            kept.append(new)
        return kept

    def one(self, goal: Goal, found: Sequence[Tried]) -> list[Tried]:
        """The most reliable one: where few designs are kept, the whole has to reach the target all the same."""
        most: list[Tried] = []
        for new in found:
            with suppress(NotExactError):
                if not new.ideal and (not most or new.chances[0].compare(most[0].chances[0]) > 0):
                    most = [new]
        return most

    def again(self) -> Self:
        """The same, with nothing noted."""
        other = copy(self)
        other.complete, other.left_out = True, []
        return other


def _matches(a: Tried, b: Tried) -> bool:
    """Whether `a` is nowhere dearer than `b`, and nowhere right less often."""
    if a.ideal and not b.ideal:
        return False
    for x, y in zip(a.costs, b.costs, strict=True):
        if x.symbols or y.symbols:
            from decomposer.design.bounds import at_least

            if not at_least(y, x):
                return False
        elif compared(x, y) not in (-1, 0):
            return False
    try:
        return all(x.compare(y) >= 0 for x, y in zip(a.chances, b.chances, strict=True))
    except NotExactError:  # too close to be told apart: both are kept
        return False


def _longest(task: Task) -> int:
    """Most steps that a call of a chain can take."""
    assert task.steps is not None
    count = number(task.steps.count)
    return int(count if task.steps.per_call is None else min(count, number(task.steps.per_call)))


class _Strides(Spread):
    """Values of free parameters; of the steps per call, few at first."""

    def __init__(self, site: Site) -> None:
        super().__init__()
        self.site = site
        self.tried: dict[str, list[int]] = {}
        self.open: list[tuple[str, int, int]] = []
        for task in site.problem.tasks.values():
            if task.steps is not None:
                last = _longest(task)
                values = set(range(1, min(FIRST_STRIDES, last) + 1))
                # A few long strides, as far as they may be right at all, so that the first bound is a fair one.
                value = 2 * FIRST_STRIDES
                while value <= last and self.fits(task, value) and not self.excluded(task, value, value, None):
                    values.add(value)
                    value *= 2
                self.tried[task.name] = sorted(values)

    def __call__(self, goal: Goal, alternative: Alternative) -> Iterator[Alternative]:
        """Yield the alternative at each value of its free parameters; the last lead stands for all that are longer."""
        for one in super().__call__(goal, alternative):
            yield one
            if one.decisions and one.decisions[0].name == self.site.lead:
                first = alternative.decisions[0]
                if number(one.decisions[0].low) == number(first.high):
                    longer = {self.site.lead: first.high + 1}
                    mark = Decision(self.site.lead, first.high + 1, first.high + 1, "")
                    yield replace(one, template=substitute(alternative.template, longer), decisions=(mark,))

    def values(self, decision: Decision, every: int) -> list[int]:
        """Integers to try."""
        if decision.name != self.site.stride:
            return super().values(decision, every)
        for name, values in self.tried.items():
            if decision.about == f"steps of {name} in a call":
                return [value for value in values if value > 1]
        return super().values(decision, every)

    def open_ranges(self) -> list[str]:
        """Strides that were neither tried nor excluded, in words."""
        return [reasons.steps_left(name, first, last) for name, first, last in self.open]

    def fits(self, task: Task, value: int) -> bool:
        """Whether the chance of so many steps can be written out."""
        if task.succeeds is None or task.succeeds.unit != "step":
            return True
        rates = [model_rate(self.site.problem, task, model) for model in self.models(task)]
        return all(number(rate).denominator.bit_length() * value <= MAX_BITS for rate in rates)

    def models(self, task: Task) -> list[str | None]:
        """Models that can do a task; none in particular in an open catalogue."""
        able: list[str | None] = []
        for name in self.site.problem.models:
            if covers(self.site.problem, name, Call((task.name,)), Context()):
                able.append(name)
        return able or [None]

    def refine(self, least: Fraction | None) -> bool:
        """Look at strides between those tried that the bound does not exclude; whether there are any new ones."""
        self.open = []
        new = False
        for name, values in self.tried.items():
            task = self.site.task(name)
            count = _longest(task)
            more: set[int] = set()
            for low, high in zip(values, [*values[1:], count + 1], strict=True):
                for first, last in self.left(task, low + 1, high - 1, least):
                    inside = {first, last, *range(first, last + 1, max(1, (last - first) // SMALL_STRIDES))}
                    more |= {value for value in inside if self.fits(task, value)}
                    if len(inside) <= last - first or not self.fits(task, last):
                        self.open.append((name, first, last))
            if more:
                new = True
                self.tried[name] = sorted({*values, *more})
        return new

    def left(self, task: Task, first: int, last: int, least: Fraction | None) -> Iterator[tuple[int, int]]:
        """What the bound leaves of a range of strides, in pieces whose ends are not far apart."""
        if first > last or self.excluded(task, first, last, least):
            return
        if last <= first + SMALL_STRIDES or last <= first + first // SMALL_STRIDES:
            yield first, last
            return
        middle = min(2 * first, (first + last) // 2)
        yield from self.left(task, first, middle, least)
        yield from self.left(task, middle + 1, last, least)

    def excluded(self, task: Task, first: int, last: int, least: Fraction | None) -> bool:
        """Whether calls of `first` to `last` steps cost more than `least`, or cannot be made right.

        There are at least as many calls as with the longest, each costs at least what the shortest does, and its vote
        takes at least as long as that of the shortest does with as few calls.
        """
        problem, fact = self.site.problem, task.succeeds
        assert task.steps is not None
        calls = number(task.steps.count) // last
        context = Context().striding(task.name, num(first))
        least_costs: list[Fraction] = []
        for model in self.models(task):
            call = Call((task.name,), model=model)
            # The whole chain in one call reads no state.
            used = usage(problem, call, context)
            anew = replace(used, read=used.read - task.steps.state)
            cost, again = (number(one.cost(problem)) for one in (anew, replace(anew, seen=anew.read)))
            runs: Fraction | None = Fraction(1)
            if fact is not None and fact.unit == "step" and fact.hard is None and task.check is None:
                runs = self.fewest_runs(task, model, min(first, 4096), calls)
            if runs is not None:
                least_costs.append(calls * (cost + min(cost, again) * (runs - 1)))
        return not least_costs or (least is not None and min(least_costs) > least)

    def fewest_runs(self, task: Task, model: str | None, steps: int, calls: int) -> Fraction | None:
        """Runs that a call of so many steps takes at least; `None` where so many calls cannot be made right."""
        fact, target = task.succeeds, self.site.problem.target
        assert fact is not None and target is not None and task.steps is not None
        rate, bound = number(model_rate(self.site.problem, task, model)), evaluate(target, {})
        if Product.of(rate, number(task.steps.count)).at_least(bound):
            return Fraction(1)
        right = rate**steps
        rival = 1 - right if fact.wrong == "agree" else (1 - rate) * rate ** (steps - 1)
        if right <= rival or bound == 1:
            return None
        scopes = Fraction(max(calls, 1))
        lead = max(2, least_lead(rival / right, scopes, bound))
        raced = number(race_runs(num(right), num(rival), num(lead)))
        majority = least_majority(right, scopes, bound)
        return raced if majority is None else min(raced, Fraction(majority))


class _Few(_Strides):
    """Votes and strides as they are; of other free parameters, the least values."""

    def values(self, decision: Decision, every: int) -> list[int]:
        """Integers to try."""
        if decision.name in (self.site.lead, self.site.stride):
            return super().values(decision, every)
        low, high = int(exact(decision.low)), int(exact(decision.high))
        return [low] if low <= high else []
