"""The best design by growth under limits, found by a solver: growths become levels of cost, the fastest first.

Where many models may be hosted, designs of every set of them would have to be kept beside each other. Here the graph
becomes a selection problem instead, in which the monomials of what alternatives cost are levels: the least growth
first, then its exact coefficient, and so on. Where the regime leaves open which of two growths is the faster, both
cases are solved, and what one teaches of the limits serves the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction

from decomposer.design.evaluate import hosting
from decomposer.design.nodes import substitute
from decomposer.errors import GrowthError, OutsideClassError
from decomposer.expr import ONE, ZERO, Expr, Mono, mono_expr, sym
from decomposer.growth import Regime, is_big_o, relation
from decomposer.growth.constants import sign
from decomposer.growth.lift import collect
from decomposer.problem import model
from decomposer.problem.frozen import Frozen
from decomposer.rules.base import Alternative, Goal
from decomposer.search import asymptotic, reasons
from decomposer.search.coupled import composed
from decomposer.search.hurried import priced
from decomposer.search.places import Places, Way
from decomposer.search.price import Candidate
from decomposer.search.run import Run
from decomposer.search.unfold import Space, unfold
from decomposer.solvers import levels, selection
from decomposer.solvers.answer import Limits
from decomposer.solvers.certify import certify
from decomposer.solvers.level_proofs import shown, stages, step
from decomposer.solvers.levels import Memory, Ranked
from decomposer.solvers.selection import Selection
from decomposer.solvers.watch import Watch

MAX_CASES = 64
"""Most cases of which of two growths is the faster."""

WORK = 60.0
"""Units of work for each case."""

PROOF = 2.0
"""Units of work for its proof by multipliers."""

PRICED = 0.3
"""Share of the time that is spent on values of free parameters without limits."""


class BeyondError(Exception):
    """A problem that cannot be put into levels."""


Row = Mapping[Mono, Fraction]
"""The coefficients of what something adds to the cost of the whole."""


@dataclass(frozen=True, slots=True)
class Found:
    """Designs that no other beats, one for each case at least.

    Parameters
    ----------
    candidates : list of Candidate
    complete : bool
        Whether the least growth is proved in every case.
    exact : bool
        Whether the exact cost is, too: there is one case, and its growths have an order.
    proof : tuple of str
        What was proved by whom, in words.
    """

    candidates: list[Candidate]
    complete: bool
    exact: bool
    proof: tuple[str, ...]


def best(space: Space, regime: Regime, run: Run | None = None) -> Found | None:
    """Find designs of least growth under limits or with hosting; `None` where their costs cannot be put into levels.

    Free parameters that no cost falls in take their least value. Of others, the values are tried that are best without
    limits, and nothing is proved.

    Parameters
    ----------
    run : Run, optional
        When to stop, with what has been found by then; gets what is not decided.
    """
    run = run or Run()
    own = run.part(1)
    try:
        tried, lowest = settled(space, regime, own)
        places = Places(tried, _itself)
        if not tried.whole or not places.build(own).whole:
            run.take(own)
            return Found([], False, False, ())
        search = _Search(places, regime, own)
        search.solve()
        found = search.found()
    except (BeyondError, OutsideClassError):
        return None
    if not lowest:
        own.leave(reasons.FEW_TRIED)
    run.take(own)
    return found if lowest else replace(found, complete=False, exact=False)


def settled(space: Space, regime: Regime, run: Run | None = None) -> tuple[Space, bool]:
    """The space that is searched, with values for free parameters; and whether no other values can be better."""
    spread, lowest = _spread(space, regime, run or Run())
    return unfold(space.site.problem, spread, run), lowest


@dataclass(frozen=True, slots=True)
class _Case:
    """A part of the regime, and its answer; `top` levels hold the least growth and all that are faster."""

    problem: Selection
    ranked: Ranked
    top: int
    exact: bool


class _Search:
    def __init__(self, places: Places[Expr], regime: Regime, run: Run) -> None:
        if not places.plain:
            raise BeyondError
        self.places, self.regime, self.run = places, regime, run
        self.model = places.space.site.problem
        self.which = int(self.model.minimise == "span")
        self.rough = False  # whether some coefficient is known by its sign only
        self.hosted = [
            self.row(ZERO if self.which else model.hosting, (model.hosting, ZERO))
            for model in self.model.models.values()
        ]
        names = list(self.model.models)
        beyond = {names[number] for number, row in enumerate(self.hosted) if row is None}
        self.kept: list[list[tuple[int, Way[Expr], Row]]] = []
        for ways in places.ways:
            rows = [self.row(way.own[self.which], way.own) for way in ways]
            triples = zip(range(len(ways)), ways, rows, strict=True)
            self.kept.append([(i, way, r) for i, way, r in triples if r is not None and beyond.isdisjoint(way.models)])
        self.memory = Memory()
        self.cases: list[_Case] = []
        self.cut = False

    def row(self, cost: Expr, measures: tuple[Expr, Expr]) -> Row | None:
        """The coefficients of what something adds; `None` where that alone is beyond a limit.

        No cost is below zero, so a sum grows no faster than a limit where none of what it sums up does.
        """
        limits = self.model.limits
        for limit, added in zip((limits.cost, limits.span), measures, strict=True):
            if limit is not None and added != ZERO and is_big_o(added, limit, self.regime) is not True:
                return None
        found: dict[Mono, Fraction] = {}
        for mono, factor in collect(cost, self.regime):
            number = factor.as_fraction()
            if number is None:
                self.rough = True
                number = sign(factor, self.regime.constants)
                if number is None:
                    raise BeyondError
            found[mono] = Fraction(number)
        return {mono: number for mono, number in found.items() if number}

    @property
    def complete(self) -> bool:
        """Whether the least growth is proved in every case."""
        return not self.run.told

    def solve(self) -> None:
        """Solve every case."""
        waiting = [self.regime]
        while waiting:
            if len(self.cases) + len(waiting) > MAX_CASES:
                self.run.leave(reasons.CASES)
                return
            if self.run.over():
                self.run.cut(f"{len(self.cases)} cases of how sizes compare were solved, others were not")
                return
            waiting += self.case(waiting.pop())

    def case(self, regime: Regime) -> list[Regime]:
        """Solve a part of the regime; or give the parts that it has to be cut into."""
        above: list[list[Mono]] = []
        while True:
            if self.run.over():
                self.stopped("time")
                return []
            left = self.left({mono for group in above for mono in group})
            top = _largest(left, regime)
            if isinstance(top, tuple):
                self.cut = True
                return _halves(regime, *top)
            if not top:
                break
            above.append(top)
            if len(top) > 1 and any(row.get(mono, 0) < 0 for row in self.rows() for mono in top):
                raise BeyondError  # alike up to constants that are not known, one may be subtracted from the other
            without = levels.possible(self.problem(above, True), len(above), self.run.limits(WORK), self.memory)
            if without is None:
                self.stopped("work")
            if not without:
                break
        if self.run.over():
            self.stopped("time")
            return []
        rest, ordered = _ordered([mono for mono in left if mono not in top], regime)
        exact = ordered and not self.rough and all(len(group) == 1 for group in above)
        problem = self.problem([*above, *([mono] for mono in rest)], not exact)
        try:
            ranked = levels.rank(problem, self.run.limits(WORK), self.memory)
        except ValueError:
            raise BeyondError from None
        if ranked.answer.status not in ("optimal", "infeasible"):
            self.stopped(ranked.answer.stopped)
        if ranked.answer.chosen:
            self.cases.append(_Case(problem, ranked, len(above), exact))
        return []

    def stopped(self, why: str) -> None:
        """Note that a solver stopped before its proof."""
        if why == "time" or self.run.over():
            self.run.cut("a solver had found no proof of the least growth")
        else:
            self.run.leave(reasons.solver(why))

    def rows(self) -> Iterator[Row]:
        """What alternatives and models add."""
        yield from (row for ways in self.kept for _, _, row in ways)
        yield from (row for row in self.hosted if row is not None)

    def left(self, banned: set[Mono]) -> list[Mono]:
        """Monomials of what can still be taken when nothing may cost any of those banned."""
        names = list(self.model.models)
        free = {names[i]: row for i, row in enumerate(self.hosted) if row is not None and banned.isdisjoint(row)}
        rows = [
            row
            for ways in self.kept
            for _, way, row in ways
            if banned.isdisjoint(row) and all(name in free for name in way.models)
        ]
        return list(dict.fromkeys(mono for row in (*rows, *free.values()) for mono in row))

    def problem(self, groups: Sequence[Sequence[Mono]], rough: bool) -> Selection:
        """The selection problem whose levels are sums of monomials of one growth, and last how simple a design is.

        When `rough`, nothing is claimed of lower growths, and what is subtracted there is left out.
        """

        def vector(row: Row, simple: int) -> tuple[Fraction | int, ...]:
            numbers = [sum((row.get(mono, Fraction(0)) for mono in group), Fraction(0)) for group in groups]
            return (*((max(number, Fraction(0)) for number in numbers) if rough else numbers), simple)

        models = {name: number for number, name in enumerate(self.model.models)}
        limit = self.model.limits.models
        most = None if limit is None else limit.as_fraction()
        return Selection(
            choices=tuple(
                tuple(
                    selection.Alternative(
                        vector(row, way.complexity),
                        way.needs,
                        tuple(models[name] for name in way.models),
                        name=way.rule,
                    )
                    for _, way, row in ways
                )
                for ways in self.kept
            ),
            roots=(0,),
            components=len(groups) + 1,
            levels=(),
            resources=tuple(
                selection.Resource(vector(row or {}, 0), name=name)
                for row, name in zip(self.hosted, models, strict=True)
            ),
            pools=() if most is None else (selection.Pool(frozenset(range(len(models))), int(most), "models"),),
        )

    # -- what was found --------------------------------------------------------------------------------------

    def found(self) -> Found:
        """The designs of all cases, each once."""
        candidates: list[Candidate] = []
        for case in self.cases:
            chosen = {node: self.kept[node][index][0] for node, index in case.ranked.answer.chosen.items()}
            candidate = composed(self.places, chosen)
            paid = ZERO if self.which else hosting(self.model, candidate.design)
            total = candidate.work + paid
            added = sum((self.places.ways[node][index].own[self.which] for node, index in chosen.items()), ZERO)
            if added + paid != total:
                self.run.leave(reasons.ADDED_UP)
            candidate = replace(candidate, work=total, growth=total)
            if all(candidate.design != old.design for old in candidates):
                candidates.append(candidate)
        exact = not self.cut and all(case.exact for case in self.cases)
        return Found(candidates, self.complete, exact and self.complete, tuple(self.proof()))

    def proof(self) -> Iterator[str]:
        """Who proved what, in words."""
        told: dict[str, None] = {}
        for case in self.cases:
            exact = case.exact and not self.cut
            what = f"the least {'cost' if exact else 'growth'} under limits is proved by"
            answer = case.ranked.answer
            if not self.run.over() and _by_multipliers(case.problem, answer.chosen, case.top, exact):
                told[f"{what} exact multipliers, which were checked"] = None
            elif answer.status == "optimal":
                told[f"{what} a solver ({answer.backend}), which is taken at its word"] = None
        yield from told


def _by_multipliers(problem: Selection, chosen: Mapping[int, int], top: int, exact: bool) -> bool:
    """Whether multipliers show that no answer has less on any level; or just that none does without the top level."""
    watch = Watch(Limits(work=PROOF), "proof")
    _, kept = levels.lift(problem)
    for level, (stage, number) in zip(kept, stages(problem, chosen), strict=True):
        if level == problem.components - 1 or (level >= top and not exact):
            break
        if number == 0:
            continue
        least = number if exact else step(stage)
        proof = certify(stage, least, watch)
        if proof is None or not shown(stage, least, proof):
            return False
    return True


def _itself(cost: Expr) -> Expr:
    return cost


# -- growths -------------------------------------------------------------------------------------------------


def _largest(monos: Sequence[Mono], regime: Regime) -> list[Mono] | tuple[Mono, Mono]:
    """The monomials of fastest growth, all alike; or two of which neither is known to be the faster."""
    front: list[Mono] = []
    for mono in monos:
        kinds = [_kind(mono, other, regime) for other in front]
        if "o" not in kinds:
            front = [other for other, kind in zip(front, kinds, strict=True) if kind != "omega"] + [mono]
    for other in front[1:]:
        if _kind(front[0], other, regime) != "Theta":
            return front[0], other
    return front


def _ordered(monos: Sequence[Mono], regime: Regime) -> tuple[list[Mono], bool]:
    """Monomials, the fastest first as far as that is known; and whether each is faster than the next."""
    left, found, strict = list(monos), [], True
    while left:
        first = next(
            (mono for mono in left if all(_kind(mono, other, regime) not in ("o", "O") for other in left)), left[0]
        )
        left.remove(first)
        strict = strict and all(_kind(first, other, regime) == "omega" for other in left)
        found.append(first)
    return found, strict


def _kind(mono: Mono, other: Mono, regime: Regime) -> str:
    if mono == other:
        return "Theta"
    kind = relation(mono_expr(mono), mono_expr(other), regime=regime).kind
    if kind == "unknown":
        raise BeyondError
    return kind


def _halves(regime: Regime, mono: Mono, other: Mono) -> list[Regime]:
    """The regime cut where one monomial becomes faster than another.

    Where both are alike, nothing else grows least: a slight push to either side would not change which is least.
    """
    known = _kind(mono, other, regime)
    pairs = [(mono, other)] if known == "O" else [(other, mono)] if known == "Omega" else [(mono, other), (other, mono)]
    try:
        found = [regime.extended(assume=[(mono_expr(low), "<<", mono_expr(high))]) for low, high in pairs]
    except GrowthError:
        raise BeyondError from None
    if len(regime.pieces) > 1:  # in one of them, they may be alike with no room to push
        with suppress(GrowthError):
            found.append(regime.extended(assume=[(mono_expr(mono), "==", mono_expr(other))]))
    return found


# -- free parameters -----------------------------------------------------------------------------------------


Spread = Callable[[Goal, Alternative], Iterator[Alternative]]


def _spread(space: Space, regime: Regime, run: Run) -> tuple[Spread, bool]:
    """Which values of free parameters to try, and whether no others can be better."""
    if _lowest_is_best(space, regime, run):
        return _Values({}), True
    problem = space.site.problem
    free = Frozen({name: replace(one, hosting=ZERO) for name, one in problem.models.items()})
    site = replace(space.site, problem=replace(problem, limits=model.Limits(), models=free))
    free_space = replace(space, site=site)
    values = priced(free_space, asymptotic.Pricing(free_space, regime), run.part(PRICED))
    tried: dict[str, dict[Expr, None]] = {}
    for policy in (policy for found in values.values() for one in found for policy in one.policies):
        if policy.value.symbols <= problem.parameters.keys():
            tried.setdefault(policy.name, {})[policy.value] = None
    return _Values(tried), False


class _Values:
    """Replaces the free parameters of alternatives: each by its least value, and by others given."""

    def __init__(self, others: Mapping[str, Iterable[Expr]]) -> None:
        self.others = others

    def __call__(self, goal: Goal, alternative: Alternative) -> Iterator[Alternative]:
        if not alternative.decisions:
            yield alternative
            return
        first, *rest = alternative.decisions
        for value in dict.fromkeys((first.low, *self.others.get(first.name, ()))):
            fixed = {first.name: value}
            later = tuple(replace(one, low=one.low.subs(fixed), high=one.high.subs(fixed)) for one in rest)
            template = substitute(alternative.template, fixed)
            for one in self(goal, replace(alternative, template=template, decisions=later)):
                yield replace(one, decisions=(replace(first, low=value, high=value), *one.decisions))


def _lowest_is_best(space: Space, regime: Regime, run: Run) -> bool:
    """Whether no cost that counts ever falls in a free parameter, wherever in the whole it stands."""
    limits = space.site.problem.limits
    counts = {int(space.site.problem.minimise == "span")}
    counts |= {which for which, limit in enumerate((limits.cost, limits.span)) if limit is not None}
    lows: dict[str, Expr] = {}
    for arcs in space.graph.arcs.values():
        for decision in (one for arc in arcs for one in arc.item.alternative.decisions):
            if lows.setdefault(decision.name, decision.low) != decision.low or decision.low.as_fraction() is None:
                return False
    if not lows:
        return True
    places = Places(space, _itself).build(run)
    if not places.whole:
        return False
    for place, ways in zip(places.places, places.ways, strict=True):
        goal = place.goal
        formulas = [formula for formula in (goal.size, goal.share, goal.among, goal.steps) if formula is not None]
        formulas += [count(ONE) for scope in place.scopes for count in scope.counted]
        opened = {name for formula in formulas for name in formula.symbols}
        for arc, way in zip(space.graph.arcs[goal], ways, strict=True):
            if any(one.name in opened for one in arc.item.alternative.decisions):
                return False  # two parameters of one name
            if not all(_never_falls(cost, lows, regime) for which, cost in enumerate(way.own) if which in counts):
                return False
    return True


def _never_falls(cost: Expr, lows: Mapping[str, Expr], regime: Regime) -> bool:
    """Whether a cost plainly never falls in free parameters, as it stands or counted from their least values."""
    names = cost.symbols & lows.keys()
    if all(asymptotic.never_falls(cost, name) for name in names):
        return True
    # Parameters are 1 at least.
    above = {name: ONE + sym(name) for name in cost.symbols - lows.keys() - regime.names}
    above |= {name: lows[name] + sym(name) for name in names}
    moved = cost.subs(above)
    return all(asymptotic.never_falls(moved, name) for name in names)
