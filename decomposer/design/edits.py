"""Single changes of a design towards another one: the closed list of what an engineer would call one change.

An edit knows nothing of the problem at hand but its names, and nothing of legality: the contract judges what comes
out. Edits are directed: values and loops come from the design that is headed for, so that there are few of them.
Every edit has its inverse in the list (of the designs in opposite roles).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from decomposer.design.edit_base import Change, Target, done, listed, tally
from decomposer.design.edit_calls import head, history, model, reading, write
from decomposer.design.edit_loops import around, nesting, order
from decomposer.design.edit_roles import OTHER_MODEL, delegate, fuse, less, method, more
from decomposer.design.nodes import Call, Design, children, walk, with_children
from decomposer.design.scopes import Extents, within

COARSE = 8
"""How much a change that takes over a sub-design as it is counts beside single ones, and once more per node."""

SEVERAL = 3
"""How much a change counts that one may make in two: first the model, then what is done in one call."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of a design.

    Attributes
    ----------
    kind : str
        Which kind of change, of the closed list; the same for the change and for its inverse.
    tasks : tuple of str
        The tasks whose calls change.
    between : frozenset of str
        The two values, or nodes, one of which takes the other's place; what tells changes of one kind apart.
    does : str
        The change in words.
    design : Design
        The whole design after it.
    weight : int
        How much it counts in a path.
    """

    kind: str
    tasks: tuple[str, ...]
    between: frozenset[str]
    does: str
    design: Design
    weight: int = 1

    @property
    def key(self) -> tuple[str, tuple[str, ...], frozenset[str]]:
        """What an edit has in common with its inverse, and with the same edit of another design."""
        return self.kind, self.tasks, self.between


def edits(target: Target, design: Design) -> Iterator[Edit]:
    """Every single change of a design towards the target, in a fixed order; not all of them are legal."""
    seen = {design}
    spare = tally(design)[Call] - tally(target.design)[Call]
    places = tuple(_positions(design, {}, _itself))
    for kind, change in _KINDS:
        if (change is less and spare <= 0) or (change is more and spare >= 0):
            continue  # the other design has no fewer calls, or no more
        for node, extents, put in places:
            for tasks, between, does, changed in change(target, node, extents):
                whole = target.scopes.settled(put(changed))
                if whole not in seen and target.roomy(whole):
                    seen.add(whole)
                    weight = SEVERAL if OTHER_MODEL in between else 1
                    if kind == "instead":
                        weight = COARSE + sum(1 for _ in walk(changed))
                    yield Edit(kind, tasks, between, does, whole, weight)


def _itself(node: Design) -> Design:
    return node


def _positions(
    node: Design, extents: Extents, put: Callable[[Design], Design]
) -> Iterator[tuple[Design, Extents, Callable[[Design], Design]]]:
    """Every node of a design, what is in scope there, and how to put another one in its place."""
    yield node, extents, put
    parts = children(node)
    for place, child in enumerate(parts):

        def inner(new: Design, place: int = place) -> Design:
            return put(with_children(node, (*parts[:place], new, *parts[place + 1 :])))

        yield from _positions(child, within(node, extents), inner)


def _instead(target: Target, node: Design, extents: Extents) -> Iterator[Change]:
    """All of a sub-design as in the target: changes that only work together."""
    for part, scope in target.alike(node):
        if part != node and scope == extents:
            tasks = tuple(dict.fromkeys((*done(node), *done(part))))
            does = f"{listed(tasks)} as in the other design: changes that only work together"
            yield tasks, frozenset({str(node), str(part)}), does, part


_KINDS: tuple[tuple[str, Callable[[Target, Design, Extents], Iterator[Change]]], ...] = (
    ("history", history),
    ("write", write),
    ("reading", reading),
    ("head", head),
    ("model", model),
    ("around", around),
    ("nesting", nesting),
    ("order", order),
    ("fuse", fuse),
    ("delegate", delegate),
    ("method", method),
    ("step", less),
    ("step", more),
    ("instead", _instead),
)
"""All kinds of single changes, in the order in which they are tried."""
