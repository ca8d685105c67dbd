"""Pricing that ends in time: designs of every goal, at first all that may be the best, and then one of each.

What was priced before the time ran out is used as it stands. Every design is composed of what rules make, so that it
keeps the contract of the tasks however little time there was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, product
from typing import Protocol, Self, TypeVar

from decomposer.rules.base import Goal
from decomposer.search.run import Run
from decomposer.search.unfold import Space, Step
from decomposer.solvers.dynamic import solve
from decomposer.solvers.graph import Arc

WHOLE = 0.6
"""Share of the time in which all designs of a goal are kept that may be the best, before one of each is found."""

FIRST_OF = 16
"""Combinations of designs of sub-goals that are tried where the first ones do not go together."""

Value = TypeVar("Value")


class Pricing(Protocol[Value]):
    """Prices the designs of one goal after the other; `run` says when to be quick about it."""

    run: Run

    def combine(self, goal: Goal, arc: Arc[Goal, Step], chosen: tuple[Value, ...], /) -> Iterable[Value]:
        """Values of an alternative, from values of its sub-goals."""
        ...

    def prune(self, goal: Goal, found: Sequence[Value], /) -> list[Value]:
        """The values that are to be kept."""
        ...

    def one(self, goal: Goal, found: Sequence[Value], /) -> list[Value]:
        """The one of them that is to be kept where there is time for no more."""
        ...

    def again(self) -> Self:
        """The same, with nothing noted."""
        ...


def priced(space: Space, pricing: Pricing[Value], run: Run) -> dict[Goal, list[Value]]:
    """Values of every goal, as `decomposer.solvers.dynamic.solve` finds them, as far as there is time.

    Where time runs out, `run` is told so, and the root has one value, if a design was found at all; some other goals
    have none.
    """
    if run.seconds is None:
        return solve(space.graph, pricing.combine, pricing.prune)
    known: dict[Goal, list[Value]] = {}
    root = space.graph.root
    if not space.whole:
        pricing.run = run
        _first(space, pricing, known)
        return known
    goals = space.graph.bottom_up()
    if _whole(space, pricing, goals, known, run.part(WHOLE)):
        return known
    quick, other = dict(known), pricing.again()
    other.run = run
    _one_each(space, other, goals, quick)
    if _whole(space, pricing, goals, known, run):
        return known
    run.cut(f"{len(known)} of {len(goals)} sub-problems were searched whole")
    if not quick.get(root):
        quick = {goal: values for goal, values in quick.items() if values or not known.get(goal, True)}
        _first(space, other, quick)
    return quick


def _whole(
    space: Space, pricing: Pricing[Value], goals: Sequence[Goal], known: dict[Goal, list[Value]], run: Run
) -> bool:
    """Find all values that are to be kept of goals that are not known; whether there was time for all."""
    pricing.run = run
    for goal in goals:
        if goal in known:
            continue
        kept = pricing.prune(goal, list(_combined(space, pricing, goal, known, most=None)))
        if run.over():
            return False
        known[goal] = kept
    return True


def _one_each(space: Space, pricing: Pricing[Value], goals: Sequence[Goal], known: dict[Goal, list[Value]]) -> None:
    """Find one value of each goal that is not known, as long as there is time."""
    for goal in goals:
        if goal in known:
            continue
        values = list(_combined(space, pricing, goal, known, most=1))
        if pricing.run.over():
            return
        known[goal] = pricing.one(goal, pricing.prune(goal, values))


def _combined(
    space: Space, pricing: Pricing[Value], goal: Goal, known: dict[Goal, list[Value]], most: int | None
) -> Iterator[Value]:
    """Values of all alternatives of a goal, of so many values of each sub-goal; fewer where time runs out."""
    for arc in space.graph.arcs[goal]:
        for chosen in product(*(known[need][:most] for need in arc.needs)):
            if pricing.run.over():
                return
            yield from pricing.combine(goal, arc, chosen)


class _Frame:
    """A goal whose first design is being looked for, and the alternatives that have not been tried."""

    def __init__(self, space: Space, goal: Goal) -> None:
        self.goal, self.left = goal, space.ways(goal)
        self.arc = next(self.left, None)


def _first(space: Space, pricing: Pricing[Value], known: dict[Goal, list[Value]]) -> None:
    """Find the first design of the root, from what is known of its sub-goals and the first designs of others.

    Of each goal the alternatives are tried in the order of the rules until one can be done; after some grace, none is.
    """
    known.pop(space.graph.root, None)
    stack = [_Frame(space, space.graph.root)]
    while stack:
        frame = stack[-1]
        if frame.arc is None or pricing.run.past_grace():
            known[frame.goal] = []
            stack.pop()
            continue
        missing = [need for need in frame.arc.needs if need not in known]
        hopeless = any(need in known and not known[need] for need in frame.arc.needs)
        if missing and not hopeless:
            stack.append(_Frame(space, missing[0]))
            continue
        every = () if hopeless else product(*(known[need] for need in frame.arc.needs))
        found = next((made for chosen in islice(every, FIRST_OF) if (made := _made(pricing, frame, chosen))), [])
        if found:
            known[frame.goal] = found[:1]
            stack.pop()
        else:
            frame.arc = next(frame.left, None)


def _made(pricing: Pricing[Value], frame: _Frame, chosen: tuple[Value, ...]) -> list[Value]:
    assert frame.arc is not None
    return list(pricing.combine(frame.goal, frame.arc, chosen))
