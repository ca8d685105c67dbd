"""What edits of designs have in common: the design that is headed for, and words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from decomposer.design.nodes import (
    Call,
    Case,
    Design,
    Each,
    ForEach,
    If,
    Repeat,
    Retry,
    Seq,
    Stride,
    Until,
    Vote,
    children,
    walk,
)
from decomposer.design.scopes import Extents, Reach, Scopes, within
from decomposer.problem.model import Problem

Wrapper: TypeAlias = Repeat | Until | Each | ForEach | If | Case | Stride | Retry | Vote
Shell: TypeAlias = tuple[object, ...]
"""What a node with one body says apart from the body."""


Change: TypeAlias = tuple[tuple[str, ...], frozenset[str], str, Design]
"""Tasks, values, words, and what takes the place of a node."""


def done(node: Design) -> tuple[str, ...]:
    """The tasks that the calls of a design do, in the order of their appearance."""
    return tuple(dict.fromkeys(name for part in walk(node) if isinstance(part, Call) for name in part.tasks))


def _parts(node: Design, extents: Extents) -> Iterator[tuple[Design, Extents]]:
    """Every node of a design, and what is in scope there."""
    yield node, extents
    for child in children(node):
        yield from _parts(child, within(node, extents))


class Target:
    """What edits want to know of the design that they head for."""

    def __init__(self, problem: Problem, design: Design, start: Design) -> None:
        self.problem = problem
        self.scopes = Scopes(problem)
        self.design = design
        common = frozenset(done(start)) & frozenset(done(design))
        self.common = common
        self.parts: dict[frozenset[str], list[tuple[Design, Extents]]] = {}
        for part, scope in _parts(design, {}):
            self.parts.setdefault(self.key(part), []).append((part, scope))
        self.calls = tuple(self.scopes.reaches(design))
        self.wrappers = tuple((part, self.key(part)) for part in walk(design) if is_wrapper(part))
        self.shells = frozenset((shell(part), key) for part, key in self.wrappers)
        own, other = tally(start), tally(design)
        self.most = {kind: max(own[kind], other[kind]) for kind in own.keys() | other.keys() if kind is not Seq}

    def key(self, node: Design) -> frozenset[str]:
        """The tasks of a sub-design that both designs do."""
        return self.common & frozenset(done(node))

    def alike(self, node: Design) -> Sequence[tuple[Design, Extents]]:
        """The parts that do the same tasks of both designs, with their scope; the whole, where both do none."""
        key = self.key(node)
        if key:
            return self.parts.get(key, ())
        return () if self.common else ((self.design, {}),)

    def twins(self, call: Call) -> list[tuple[Call, Reach]]:
        """The calls that do some task of `call`."""
        return [(other, much) for other, much in self.calls if not frozenset(call.tasks).isdisjoint(other.tasks)]

    def roomy(self, design: Design) -> bool:
        """Whether a design has no more nodes of any kind than the ends of the path."""
        return all(number <= self.most.get(kind, 0) for kind, number in tally(design).items() if kind is not Seq)


_WRAPPERS = (Repeat, Until, Each, ForEach, If, Case, Stride, Retry, Vote)


def tally(design: Design) -> Counter[type]:
    """How many nodes of each kind a design has."""
    found: Counter[type] = Counter()
    open_nodes = [design]
    while open_nodes:
        node = open_nodes.pop()
        found[type(node)] += 1
        open_nodes.extend(children(node))
    return found


def is_wrapper(node: Design) -> bool:
    """Whether a node has one body."""
    return isinstance(node, _WRAPPERS) and not (isinstance(node, If) and node.orelse is not None)


def shell(node: Design) -> Shell:
    """What a wrapper says apart from its body; the name of an index is no difference."""
    if isinstance(node, Repeat):
        return (Repeat, node.count)
    if isinstance(node, Until | ForEach | If):
        return (type(node), node.finder)
    if isinstance(node, Each):
        return (Each, node.part, node.size)
    if isinstance(node, Case):
        return (Case, node.task, node.share)
    if isinstance(node, Stride):
        return (Stride, node.task, node.size)
    if isinstance(node, Retry):
        return (Retry, node.tasks, node.keep)
    assert isinstance(node, Vote)
    return (Vote, node.votes, node.lead)


def listed(names: tuple[str, ...]) -> str:
    """Names as a sentence lists them: `find, fix and test`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def verb(names: tuple[str, ...], one: str) -> str:
    """`find works`, `find and fix work`."""
    head, _, tail = one.partition(" ")
    plural = head[:-2] if head.endswith("shes") else head[:-1]
    return f"{listed(names)} {head if len(names) == 1 else plural} {tail}".rstrip()


def pair_at(node: Seq, place: int) -> tuple[tuple[Design, ...], Design, Design, tuple[Design, ...]]:
    """Two neighbouring steps of a sequence, with what comes before and after them."""
    return node.steps[:place], node.steps[place], node.steps[place + 1], node.steps[place + 2 :]
