"""What one unit costs at least, in groups of any size up to some: a bound on designs that work in groups.

While the size of a group is a symbol, the designs of a group are formulas in it, mostly few. A formula divided by the
size is what a unit costs; its terms rise or fall with the size, so each has its least value at an end of a range.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from decomposer.design.bounds import at_least
from decomposer.design.counts import part_count
from decomposer.design.nodes import Each, Hole, Stride
from decomposer.errors import ExpressionError, NotExactError
from decomposer.expr import App, Atom, Exp, Expr, Sym, atom_expr, num, sym
from decomposer.rules.base import Alternative, Goal, Site
from decomposer.search.price import Candidate, compose
from decomposer.search.spread import exact
from decomposer.search.unfold import needs, unfold_from
from decomposer.solvers.dynamic import solve

MOST_DESIGNS = 64
"""Designs of a group that are looked at; of more there is no bound."""

RISING = frozenset({"ceil", "floor", "log", "rounds"})
"""Functions that do not fall in their first argument."""


class Rates:
    """What a unit costs in groups that an alternative forms, whose size is free.

    Parameters
    ----------
    site : Site
        Of a problem whose formulas are all numbers.
    alternative : Alternative
        Its only free parameter is the size of its groups.
    again : bool
        Whether the attempt is a further one, in which prompts have been seen.
    """

    def __init__(self, site: Site, alternative: Alternative, again: bool = False) -> None:
        self.name = alternative.decisions[0].name
        self.units, self.costs = _costs(site, alternative, self.name, again)

    def least(self, low: int, high: int) -> Fraction | None:
        """A lower bound of the cost of a unit in groups of `low` to `high`; `None` where there is none."""
        if not self.costs:
            return None
        found: list[Fraction] = []
        for cost in self.costs:
            bound = self.bound(cost, low, high)
            if bound is None:
                return None
            found.append(bound)
        return min(found)

    def bound(self, cost: Expr, low: int, high: int) -> Fraction | None:
        """A lower bound of a formula in the size: every factor of every term at the end where it is least."""
        total = Fraction(0)
        for mono, coefficient in cost.terms:
            term = num(coefficient)
            for atom, exponent in mono:
                rises = self.rises(atom)
                if rises is None:
                    return None
                at = low if rises == ((exponent > 0) == (coefficient > 0)) else high
                term = term * atom_expr(atom, exponent).subs({self.name: num(at)})
            try:
                total += exact(term)
            except NotExactError:
                return None
        return total

    def rises(self, atom: Atom) -> bool | None:
        """Whether a factor rises with the size, or at least does not fall; `None` where that is not plain."""
        if isinstance(atom, Sym) or self.name not in atom.symbols:
            return True
        if isinstance(atom, Exp) and atom.base is not None and not atom.base.symbols:
            plain = all(isinstance(one, Sym) and x > 0 for one, x in atom.mono)
            return exact(atom.base) >= 1 if plain else None
        if isinstance(atom, App) and atom.fn in RISING and not any(self.name in arg.symbols for arg in atom.args[1:]):
            terms = atom.args[0].terms
            plain = all(c > 0 and all(isinstance(one, Sym) and x > 0 for one, x in mono) for mono, c in terms)
            return True if plain else None
        return None


def _costs(site: Site, alternative: Alternative, name: str, again: bool) -> tuple[int, Sequence[Expr]]:
    """How many units there are, and what one costs by every design that may be the best for a group of some size."""
    template = alternative.template
    if not (isinstance(template, Each | Stride) and isinstance(template.body, Hole) and template.size == sym(name)):
        return 0, ()
    if isinstance(template, Each):
        count = part_count(site.problem, template.part)
    else:
        chain = site.task(template.task).steps
        assert chain is not None
        count = chain.count
    (goal,) = needs(alternative)
    graph = unfold_from(site, goal).graph
    if any(arc.item.alternative.decisions for arcs in graph.arcs.values() for arc in arcs):
        return 0, ()

    def prune(goal: Goal, found: Sequence[Candidate]) -> list[Candidate]:
        kept: list[Candidate] = []
        for new in found:
            if not any(_no_dearer(old, new) for old in kept):
                kept = [old for old in kept if not _no_dearer(new, old)]
                kept.append(new)
        if len(kept) > MOST_DESIGNS:
            raise ExpressionError("too many designs")
        return kept

    try:
        found = solve(graph, lambda goal, arc, chosen: [compose(site, goal, arc, chosen)], prune)[goal]
        if again and not all(one.again for one in found):
            return 0, ()
        return int(exact(count)), [(one.again[0] if again else one.work) / sym(name) for one in found]
    except ExpressionError:
        return 0, ()


def _no_dearer(a: Candidate, b: Candidate) -> bool:
    """Whether `a` plainly costs no more than `b`, in the first attempt and in others."""
    return all(at_least(y, x) for x, y in zip((a.work, *a.again), (b.work, *b.again), strict=True))
