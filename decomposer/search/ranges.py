"""Free parameters at numbers: few values tried, and whole ranges between them excluded by bounds.

What a goal costs at least never falls, or never rises, with the size of its scope, share or choice: what is done for
more can be done for less. So within a range it is no less than at one of its ends. And there are no fewer groups,
calls or levels than at the upper end. Where even that costs no less than the best found, nothing in the range is
better; otherwise values inside are tried, down to every integer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from functools import cmp_to_key
from itertools import pairwise

from decomposer.design.context import Context
from decomposer.design.nodes import Case, Design, Each, Hole, Repeat, Stride, substitute, walk
from decomposer.errors import ExpressionError
from decomposer.expr import ZERO, Expr, num
from decomposer.rules.base import Alternative, Goal, Site
from decomposer.search.price import Candidate, fold, measures, surroundings
from decomposer.search.rates import Rates
from decomposer.search.reasons import ranges_left
from decomposer.search.spread import Spread, exact, order
from decomposer.search.unfold import needs

FEW = 8
"""So many values from the least on are tried to begin with, then every double; ranges of so many are tried whole."""

PIECES = 5
"""Into so many pieces a range is cut that the bound leaves."""

MOST = 4096
"""Values tried in all; what is left then is owned up to."""

Values = Mapping[Goal, Sequence[Candidate]]


class Ranges(Spread):
    """Values of free parameters that one search after the other makes denser where it may pay.

    Parameters
    ----------
    site : Site
    few, most : int
        Values tried to begin with, and in all.
    """

    def __init__(self, site: Site, few: int = FEW, most: int = MOST) -> None:
        super().__init__()
        self.site = site
        self.few, self.most = few, most
        self.tried: dict[tuple[Goal, Alternative], list[int]] = {}
        self.rates: dict[tuple[Alternative, bool], Rates] = {}
        self.excluded: set[tuple[Goal, Alternative, int, int]] = set()

    def __call__(self, goal: Goal, alternative: Alternative) -> Iterator[Alternative]:
        """Yield the alternative at each value of its free parameters."""
        if len(alternative.decisions) != 1 or not _falls(alternative):
            yield from super().__call__(goal, alternative)
            return
        values = self.tried.get((goal, alternative))
        if values is None:
            values = self.tried[goal, alternative] = self.first(alternative)
        decision = alternative.decisions[0]
        for value in values:
            fixed = num(value)
            template = substitute(alternative.template, {decision.name: fixed})
            yield replace(alternative, template=template, decisions=(replace(decision, low=fixed, high=fixed),))

    def first(self, alternative: Alternative) -> list[int]:
        """Values to begin with."""
        decision = alternative.decisions[0]
        low, high = int(exact(decision.low)), int(exact(decision.high))
        chosen = set(range(low, min(low + self.few, high + 1)))
        value = max(1, low)
        while value < high:
            chosen.add(max(low, value))
            value *= 2
        return sorted({*chosen, high} if high >= low else chosen)

    def refine(self, values: Values) -> bool:
        """Put values between those tried where something better may lie; whether there are any new ones.

        Parameters
        ----------
        values : mapping of Goal to candidates
            What the search with the values tried so far has found.
        """
        more: dict[tuple[Goal, Alternative], set[int]] = {}
        for (goal, alternative), tried in self.tried.items():
            for low, high in pairwise(tried):
                gap = (goal, alternative, low, high)
                if high - low < 2 or goal not in values or gap in self.excluded:
                    continue
                if self.no_better(goal, alternative, low, high, values):
                    self.excluded.add(gap)
                    continue
                inside = range(low + 1, high)
                step = 1 if len(inside) <= self.few else -(-len(inside) // PIECES)
                more.setdefault((goal, alternative), set()).update(inside[step - 1 :: step])
        total = sum(map(len, self.tried.values()))
        if total + sum(map(len, more.values())) > self.most:
            self.reasons[ranges_left(total)] = None
            return False
        for key, found in more.items():
            self.tried[key] = sorted({*self.tried[key], *found})
        return bool(more)

    def no_better(self, goal: Goal, alternative: Alternative, low: int, high: int, values: Values) -> bool:
        """Whether a known design of the goal costs no more than anything between two values, in every attempt."""
        best = values[goal]
        if any(one.rest is not None or one.work.symbols for one in best):
            return False  # a design may be the best for the group that is left over, or in some round
        try:
            bounds = self.ends(alternative, low, high, values)
            if bounds is None:
                return False
            if any(bound is None for bound in bounds.values()):
                return True  # what nothing fits into at both ends, nothing fits into in between
            attempts = (False, True) if any(one.again for one in best) else (False,)
            least = [self.bound(goal, alternative, high, bounds, again) for again in attempts]
            if self.reached(best, [[] if bound.symbols else [bound] for bound in least]):
                return True
            units = [self.by_unit(alternative, low + 1, high - 1, again) for again in attempts]
            pairs = zip(least, units, strict=True)
            return self.reached(best, [[one for one in pair if one is not None and not one.symbols] for pair in pairs])
        except ExpressionError:
            return False

    def reached(self, best: Sequence[Candidate], bounds: Sequence[Sequence[Expr]]) -> bool:
        """Whether a design costs no more than one of the lower bounds of each attempt."""
        return any(
            all(
                any(order(cost, low) <= 0 for low in lows)
                for cost, lows in zip((one.work, *one.again), bounds, strict=True)
            )
            for one in best
        )

    def ends(
        self, alternative: Alternative, low: int, high: int, values: Values
    ) -> dict[Goal, tuple[Expr, Expr] | None] | None:
        """Bounds of what the sub-goals cost in a first attempt and in others, by their goal at the upper end.

        `None` of one that cannot be reached.
        """
        name = alternative.decisions[0].name
        found: dict[Goal, tuple[Expr, Expr] | None] = {}
        for sub in needs(alternative):
            goals = [sub.subs({name: num(value)}) for value in (low, high)]
            if any(goal not in values for goal in goals):
                return None
            known = [one for goal in goals for one in values[goal]]
            if any(cost.symbols for one in known for cost in (one.work, *one.again)):
                return None
            pairs = [(one.work, one.again[0] if one.again else ZERO) for one in known]
            found[goals[-1]] = (
                (_least(first for first, _ in pairs), _least(more for _, more in pairs)) if pairs else None
            )
        return found

    def bound(
        self,
        goal: Goal,
        alternative: Alternative,
        high: int,
        bounds: Mapping[Goal, tuple[Expr, Expr] | None],
        again: bool,
    ) -> Expr:
        """What the alternative costs with the fewest groups, calls and levels; what is left over costs nothing."""

        def value(sub: object, context: Context) -> Expr:
            assert isinstance(sub, Goal)
            least = bounds[sub]
            assert least is not None
            there = replace(context, again=False, stale=frozenset()) if context.again else context
            return least[context.again] if surroundings(self.site, sub, there) is None else ZERO

        template = substitute(alternative.template, {alternative.decisions[0].name: num(high)})
        around = replace(self.site.inside(goal), again=again)
        return fold(self.site, measures(self.site)[0], template, goal, around, value)

    def by_unit(self, alternative: Alternative, low: int, high: int, again: bool) -> Expr | None:
        """What all units cost at least in groups of `low` to `high`: fewer than a group are left over."""
        if measures(self.site)[0] != "cost":
            return None
        if (alternative, again) not in self.rates:
            self.rates[alternative, again] = Rates(self.site, alternative, again)
        rates = self.rates[alternative, again]
        inside, any_size = rates.least(low, high), rates.least(1, high)
        if inside is None or any_size is None:
            return None
        count = rates.units
        left = min(high - 1, count - low * (count // high))
        return num((count - left) * inside + left * min(inside, any_size))


def _least(costs: Iterable[Expr]) -> Expr:
    """The least of some costs."""
    return min(costs, key=cmp_to_key(order))


def _falls(alternative: Alternative) -> bool:
    """Whether a free parameter stands only where more of it means fewer groups, calls or levels, and in sub-goals."""
    name = alternative.decisions[0].name
    return all(
        isinstance(part, Hole) or not _mentions(part, name) or _divides(part) for part in walk(alternative.template)
    )


def _mentions(node: Design, name: str) -> bool:
    values = (getattr(node, item.name) for item in fields(node))
    return any(isinstance(value, Expr) and name in value.symbols for value in values)


def _divides(node: Design) -> bool:
    return isinstance(node, Each | Stride | Case) or (isinstance(node, Repeat) and node.index is None)
