"""The design tree: what hand designs parse to, what the search proposes, what is printed and simulated.

A node says *what is done*, never what it costs: tokens, sizes and prices follow from the problem's facts
(`decomposer.design.sizes`). Trees are in canonical form, so equal designs are equal objects: a sequence
holds no sequence, a loop without history has no index, and a call says `here` wherever its scope is that of
the enclosing loop.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, Protocol, TypeAlias

from decomposer.expr import ONE, Expr

Scope: TypeAlias = Literal["here", "whole", "part"]
Writing: TypeAlias = Literal["all", "part", "patch"]


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a model that does `tasks` (several: fused, one reading, one model for all).

    Parameters
    ----------
    tasks : tuple of str
    scope : {"here", "whole", "part"}
        How much of partitioned texts it works on: what the enclosing loops leave, the whole text, or the
        one part that holds the item at hand.
    narrow : bool
        Read only the head of a text where the tasks need no more; else the whole text.
    history : str, optional
        Index of the enclosing `Repeat`: in round i the call reads what it read in rounds 1 to i.
    write : {"all", "part", "patch"}, optional
        What a task that edits for an item writes; `None` for every other task.
    among : Expr, optional
        Number of alternatives to tell apart, for a task that routes.
    able : tuple of str
        Further tasks whose capabilities the model must have (an agent that may go on to do them).
    model : str, optional
        Model of a closed catalogue; `None` under a scaling law.
    digests : tuple of str
        Tasks whose digests it reads instead of the texts that these compress.
    """

    tasks: tuple[str, ...]
    scope: Scope = "here"
    narrow: bool = True
    history: str | None = None
    write: Writing | None = None
    among: Expr | None = None
    able: tuple[str, ...] = ()
    model: str | None = None
    digests: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seq:
    """Steps one after the other."""

    steps: tuple[Design, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """`count` rounds, one after the other; `index` names the round where a call keeps its history."""

    count: Expr
    body: Design
    index: str | None = None


@dataclass(frozen=True, slots=True)
class Until:
    """Rounds until `finder` finds nothing more in the scope."""

    finder: str
    body: Design


@dataclass(frozen=True, slots=True)
class Each:
    """In parallel, for every group of `size` parts."""

    part: str
    body: Design
    size: Expr = ONE


@dataclass(frozen=True, slots=True)
class Merge:
    """`body` in parallel for every group of `size` parts, then `merge` for the results of `task`.

    It combines `fan_in` results at a time, level by level; without `fan_in`, one after the other: each with all
    that has been combined before.
    """

    task: str
    part: str
    body: Design
    merge: Design
    size: Expr = ONE
    fan_in: Expr | None = None


@dataclass(frozen=True, slots=True)
class Recurse:
    """Divide and conquer: `body` where `size` parts are left at most; else split, do the subproblems, combine.

    A split makes `into` subproblems, each with one `shrink`-th of the parts, and these are done in parallel. Where an
    oracle divides, or combines, there is nothing to be called.
    """

    task: str
    part: str
    body: Design
    into: Expr
    shrink: Expr
    size: Expr = ONE
    split: Design | None = None
    combine: Design | None = None


@dataclass(frozen=True, slots=True)
class Serve:
    """One after the other, for every group of `size` parts, with the memory of `task`.

    It holds what was written for all parts before, or for the `last` of them; or `condense` makes it short again after
    `every` so many calls.
    """

    task: str
    part: str
    body: Design
    size: Expr = ONE
    last: Expr | None = None
    every: Expr | None = None
    condense: Design | None = None


@dataclass(frozen=True, slots=True)
class ForEach:
    """For every item that `finder` found in the scope."""

    finder: str
    body: Design


@dataclass(frozen=True, slots=True)
class If:
    """`body` where `finder` has just found an item, `orelse` (if any) where it has not."""

    finder: str
    body: Design
    orelse: Design | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """The one specialist, of those who have `share` members of the family each, that the instance needs."""

    task: str
    body: Design
    share: Expr = ONE


@dataclass(frozen=True, slots=True)
class Stride:
    """One after the other, for every `size` steps of the chain of `task`."""

    task: str
    body: Design
    size: Expr = ONE


@dataclass(frozen=True, slots=True)
class Escalate:
    """`body` once; where `tasks` are rejected, `then` instead."""

    tasks: tuple[str, ...]
    body: Design
    then: Design


@dataclass(frozen=True, slots=True)
class Retry:
    """`body` until `tasks` are accepted; with `keep`, parts accepted once are kept between attempts."""

    tasks: tuple[str, ...]
    body: Design
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Vote:
    """Independent runs of `body`: the majority of `votes`, or, with `lead`, the first to lead by that many.

    With `lead`, `votes` is not used and the number of runs is its expectation.
    """

    body: Design
    votes: Expr = ONE
    lead: Expr | None = None


class SubGoal(Protocol):
    """What a hole stands for: tasks to be done at a scope. The rules have their own type for it."""

    @property
    def tasks(self) -> tuple[str, ...]:
        """Tasks to be done, in order."""
        ...

    @property
    def mode(self) -> Literal["cover", "round", "item", "route"]:
        """Whether to do them for all in the scope, in rounds of a scan, for one item, or to route."""
        ...

    @property
    def part(self) -> str | None:
        """Name of the parts that the scope consists of; the whole when absent."""
        ...

    @property
    def size(self) -> Expr | None:
        """How many parts the scope consists of."""
        ...

    @property
    def steps(self) -> Expr | None:
        """How many steps of the chain of its task; all of them when absent."""
        ...

    @property
    def model(self) -> str | None:
        """Model by which its calls are made, where that is settled."""
        ...

    @property
    def pending(self) -> frozenset[str]:
        """Tasks whose success is ensured here."""
        ...

    @property
    def among(self) -> Expr | None:
        """Alternatives to tell apart."""
        ...

    @property
    def cuts(self) -> frozenset[str]:
        """Tasks that have cut texts into their parts."""
        ...

    def subs(self, values: dict[str, Expr]) -> SubGoal:
        """Put values for design parameters."""
        ...


@dataclass(frozen=True, slots=True)
class Hole:
    """A place for the design of a sub-goal; complete designs have none.

    With `whole_scope`, the work of the sub-goal counts all rounds of scanning in its scope, else one run.
    """

    goal: SubGoal
    whole_scope: bool = False


Design: TypeAlias = (
    Call
    | Seq
    | Repeat
    | Until
    | Each
    | Merge
    | Recurse
    | Serve
    | ForEach
    | If
    | Case
    | Stride
    | Retry
    | Escalate
    | Vote
    | Hole
)


def seq(*steps: Design) -> Design:
    """Put steps in sequence, without nesting sequences."""
    flat: list[Design] = []
    for step in steps:
        flat.extend(step.steps if isinstance(step, Seq) else (step,))
    return flat[0] if len(flat) == 1 else Seq(tuple(flat))


def children(node: Design) -> tuple[Design, ...]:
    """Direct sub-designs, in order."""
    if isinstance(node, Seq):
        return node.steps
    if isinstance(node, If):
        return (node.body,) if node.orelse is None else (node.body, node.orelse)
    if isinstance(node, Escalate):
        return (node.body, node.then)
    if isinstance(node, Merge):
        return (node.body, node.merge)
    if isinstance(node, Recurse):
        return (node.body, *(helper for helper in (node.split, node.combine) if helper is not None))
    if isinstance(node, Serve):
        return (node.body,) if node.condense is None else (node.body, node.condense)
    if isinstance(node, Call | Hole):
        return ()
    return (node.body,)


def with_children(node: Design, parts: tuple[Design, ...]) -> Design:
    """Rebuild `node` with other sub-designs."""
    if isinstance(node, Seq):
        return seq(*parts)
    if isinstance(node, If):
        return replace(node, body=parts[0], orelse=parts[1] if len(parts) > 1 else None)
    if isinstance(node, Escalate):
        return replace(node, body=parts[0], then=parts[1])
    if isinstance(node, Merge):
        return replace(node, body=parts[0], merge=parts[1])
    if isinstance(node, Recurse):
        split = None if node.split is None else parts[1]
        return replace(node, body=parts[0], split=split, combine=None if node.combine is None else parts[-1])
    if isinstance(node, Serve):
        return replace(node, body=parts[0], condense=parts[1] if len(parts) > 1 else None)
    if isinstance(node, Call | Hole):
        return node
    return replace(node, body=parts[0])


def walk(node: Design) -> Iterator[Design]:
    """All nodes, parents first."""
    yield node
    for child in children(node):
        yield from walk(child)


def first_call_does(node: Design, task: str) -> bool:
    """Whether the first call (or sub-goal) of a design does `task`."""
    for part in walk(node):
        if isinstance(part, Call):
            return task in part.tasks
        if isinstance(part, Hole):
            return task in part.goal.tasks
    return False


def substitute(node: Design, values: dict[str, Expr]) -> Design:
    """Replace design parameters (symbols) in every formula of the tree."""
    if isinstance(node, Hole):
        return replace(node, goal=node.goal.subs(values))
    changed: dict[str, Any] = {}
    for item in fields(node):
        value = getattr(node, item.name)
        if isinstance(value, Expr) and not value.symbols.isdisjoint(values):
            changed[item.name] = value.subs(values)
    parts = tuple(substitute(child, values) for child in children(node))
    rebuilt = with_children(node, parts) if parts != children(node) else node
    return replace(rebuilt, **changed) if changed else rebuilt


def symbols(node: Design) -> frozenset[str]:
    """Names in the formulas of the tree: parameters of the problem and of the design."""
    found: set[str] = set()
    for part in walk(node):
        if not isinstance(part, Hole):
            for item in fields(part):
                value = getattr(part, item.name)
                if isinstance(value, Expr):
                    found |= value.symbols
    return frozenset(found)
