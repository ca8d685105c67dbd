"""The AND/OR graph laid out in places, each goal wherever it may stand: then what a choice costs is a plain sum.

In the graph, what a goal costs is scaled by whatever stands above it. In a place the scale is known, so that every
alternative adds a fixed amount to the whole, and a selection problem can be made of them: with numbers where all is
known, with formulas while sizes are open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, Protocol, Self, TypeVar

from decomposer.design.context import Context
from decomposer.design.evaluate import models_used
from decomposer.design.nodes import Design
from decomposer.errors import ProblemError
from decomposer.expr import ONE, ZERO, Expr, num, sym
from decomposer.rules.base import Goal, Site
from decomposer.search.price import Fold, complexity, fold, surroundings
from decomposer.search.run import Run
from decomposer.search.unfold import Space

MAX_PLACES = 200_000
"""Most places."""

MEASURES: tuple[Fold, Fold] = ("cost", "span")
"""What is summed up in places, in this order."""


class Sum(Protocol):
    """Numbers or formulas: what amounts are."""

    def __add__(self, other: Self, /) -> Self: ...

    def __sub__(self, other: Self, /) -> Self: ...

    def __mul__(self, other: Self, /) -> Self: ...


Amount = TypeVar("Amount", bound=Sum)

Counted = Callable[[Expr], Amount]
"""From what something costs where it stands, to what it adds to the whole."""


def in_conversation(goal: Goal) -> bool:
    """Whether what a goal costs depends on the round of a conversation."""
    return goal.mode == "item" and goal.history is not None


@dataclass(frozen=True, slots=True)
class Scope(Generic[Amount]):
    """A goal in one of its surroundings (a last group may be smaller than the others), and how each measure counts."""

    around: Context
    counted: tuple[Counted[Amount], Counted[Amount]]


@dataclass(frozen=True, slots=True)
class Place(Generic[Amount]):
    """A goal where it stands: everything that is done for it there is done by one alternative."""

    goal: Goal
    scopes: tuple[Scope[Amount], ...]

    def key(self, index: str) -> tuple[object, ...]:
        """Places of equal key are one: how often they count is tried out on rounds of a conversation."""
        trials = (ONE, sym(index), sym(index) ** 2) if in_conversation(self.goal) else (ONE,)
        counts = ((scope.around, *(count(one) for count in scope.counted for one in trials)) for scope in self.scopes)
        return (self.goal, tuple(counts))


@dataclass(frozen=True, slots=True)
class Way(Generic[Amount]):
    """An alternative in a place: what it adds to each measure itself, the places it needs, the models it calls."""

    rule: str
    own: tuple[Amount, Amount]
    needs: tuple[int, ...]
    models: tuple[str, ...]
    complexity: int


@dataclass(slots=True)
class Places(Generic[Amount]):
    """All places of a space, and the alternatives of each in the order of the graph; the first is the root's.

    Parameters
    ----------
    space : Space
    settle : function of a formula
        The amount that a formula stands for.
    """

    space: Space
    settle: Callable[[Expr], Amount]
    places: list[Place[Amount]] = field(default_factory=list)
    ways: list[tuple[Way[Amount], ...]] = field(default_factory=list)
    index: dict[tuple[object, ...], int] = field(default_factory=dict)
    plain: bool = True
    """Whether all amounts add up; not so where the dearer of two branches counts."""
    whole: bool = True
    """Whether there was time for all of them."""

    def build(self, run: Run | None = None) -> Places[Amount]:
        """Lay everything out, as far as there is time.

        Raises
        ------
        ProblemError
            When there are more than `MAX_PLACES`.
        """
        run, root = run or Run(), self.space.graph.root
        self.place(Place(root, (Scope(self.space.site.inside(root), (self.settle, self.settle)),)))
        while len(self.ways) < len(self.places):
            if len(self.places) > MAX_PLACES:
                raise ProblemError(f"under limits the problem unfolds to more than {MAX_PLACES} places")
            if run.over():
                self.whole = False
                run.cut(f"{len(self.ways)} places of sub-problems were laid out, and others were not")
                break
            self.ways.append(self.alternatives(self.places[len(self.ways)]))
        return self

    def place(self, place: Place[Amount]) -> int:
        """The number of a place."""
        key = place.key(self.space.site.index)
        if key not in self.index:
            self.index[key] = len(self.places)
            self.places.append(place)
        return self.index[key]

    def alternatives(self, place: Place[Amount]) -> tuple[Way[Amount], ...]:
        """The alternatives of the goal of a place, with what they add there themselves."""
        found: list[Way[Amount]] = []
        for arc in self.space.graph.arcs[place.goal]:
            template = arc.item.alternative.template
            own = [self.settle(ZERO), self.settle(ZERO)]
            inner: dict[Goal, list[Scope[Amount]]] = {need: [] for need in arc.needs}
            for scope in place.scopes:
                weigher = _Weigher(self, template, place.goal, scope)
                for which in (0, 1):
                    own[which] = own[which] + weigher.own[which]
                for need, around in weigher.needs:
                    inner[need].append(Scope(around, weigher.counted(need, around)))
            needs = tuple(dict.fromkeys(self.place(Place(need, tuple(inner[need]))) for need in arc.needs))
            loops, nodes = complexity(template)
            way = Way(arc.item.rule, (own[0], own[1]), needs, models_used(template), 1000 * loops + nodes)
            found.append(way)
        return tuple(found)


class _Weigher(Generic[Amount]):
    """What a template adds in a scope, with given values for its holes."""

    def __init__(self, places: Places[Amount], template: Design, goal: Goal, scope: Scope[Amount]) -> None:
        self.places, self.template, self.goal, self.scope = places, template, goal, scope
        self.needs: dict[tuple[Goal, Context], None] = {}
        count = scope.counted
        self.own = (count[0](self.value(0, None, ZERO)), count[1](self.value(1, None, ZERO)))
        """What the template adds to the whole itself."""

    def value(self, which: int, target: tuple[Goal, Context] | None, value: Expr) -> Expr:
        """The measure of the template where one hole, in one of its surroundings, has a value, and others none."""
        site: Site = self.places.space.site

        def hole(sub: object, context: Context) -> Expr:
            assert isinstance(sub, Goal)
            at = (sub, surroundings(site, sub, context) or site.inside(sub))
            self.needs[at] = None
            return value if at == target else ZERO

        return fold(site, MEASURES[which], self.template, self.goal, self.scope.around, hole)

    def counted(self, need: Goal, around: Context) -> tuple[Counted[Amount], Counted[Amount]]:
        """How the measures of a need add to the whole."""
        return self.adds(need, around, 0), self.adds(need, around, 1)

    def adds(self, need: Goal, around: Context, which: int) -> Counted[Amount]:
        """How one measure of a need adds to the whole: so many times, as a rule."""
        count, bare, settle = self.scope.counted[which], self.own[which], self.places.settle

        def added(value: Expr) -> Amount:
            return count(self.value(which, (need, around), value)) - bare

        if in_conversation(need):
            return added
        times = added(ONE)
        if added(num(2)) != times + times:  # not so where the dearer of two branches counts
            self.places.plain = False
            return added
        return lambda value: times * settle(value)
