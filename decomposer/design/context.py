"""Where in a design a call stands: what the enclosing loops leave of the texts, and how often it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from decomposer.expr import ONE, Expr, ceil
from decomposer.problem.frozen import Frozen
from decomposer.problem.items import partition as partition
from decomposer.problem.model import Problem, Task, Text

_NOTHING: Mapping[str, Expr] = Frozen()
_NO_CASE: Mapping[str, bool] = Frozen()


@dataclass(frozen=True, slots=True)
class Level:
    """The levels of a tree, or the steps of a chain, in which results are combined.

    In level l of a tree `index` stands for ``fan_in**l``, up to `top`; in step i of a chain, without `fan_in`, for i,
    from 1 to `top`.
    """

    index: str
    top: Expr
    fan_in: Expr | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """The surroundings of a node.

    Parameters
    ----------
    extents : mapping of part name to Expr
        Parts in scope, for each partition that an enclosing loop has narrowed.
    rounds : Expr
        Rounds of scanning since the innermost narrowing.
    shares : mapping of task name to Expr
        Members of its family that the acting specialist has.
    indices : tuple of (name, count)
        Enclosing loops whose index a call may use.
    last : frozenset of str
        Those of the loops of which only the last round is meant.
    again : bool
        Whether the same prompt has been sent before (a further attempt, a further vote).
    stale : frozenset of str
        Texts that were written anew since then.
    steps : mapping of task name to Expr
        Steps of its chain in scope, where an enclosing loop goes through them.
    given : mapping of task name to bool
        Whether the unit at hand is hard for the task, where that is being told apart.
    partial : frozenset of str
        Tasks that are done here for the parts in scope alone, because their results are combined.
    merging : mapping of task name to Expr
        How many of its results are being combined, or into how many subproblems it is being divided.
    levels : tuple of Level
        Levels of which this context is any one.
    overlaps : mapping of task name to Expr
        Parts that the subproblems of a problem have together, where that are not its own.
    memory : mapping of task name to Expr
        Tokens in its memory, where there is one.
    beside : Expr
        How many such places there are side by side; time is that of the slowest.
    """

    extents: Mapping[str, Expr] = field(default_factory=lambda: _NOTHING)
    rounds: Expr = ONE
    shares: Mapping[str, Expr] = field(default_factory=lambda: _NOTHING)
    indices: tuple[tuple[str, Expr], ...] = ()
    last: frozenset[str] = frozenset()
    again: bool = False
    stale: frozenset[str] = frozenset()
    steps: Mapping[str, Expr] = field(default_factory=lambda: _NOTHING)
    given: Mapping[str, bool] = field(default_factory=lambda: _NO_CASE)
    partial: frozenset[str] = frozenset()
    merging: Mapping[str, Expr] = field(default_factory=lambda: _NOTHING)
    levels: tuple[Level, ...] = ()
    overlaps: Mapping[str, Expr] = field(default_factory=lambda: _NOTHING)
    memory: Mapping[str, Expr] = field(default_factory=lambda: _NOTHING)
    beside: Expr = ONE

    def narrowed(self, part: str, size: Expr) -> Context:
        """Enter a loop over groups of `size` parts."""
        return replace(self, extents=Frozen({**self.extents, part: size}), rounds=ONE)

    def grouped(self, task: str, part: str, size: Expr) -> Context:
        """Enter a loop over groups of `size` parts whose results of `task` are combined."""
        return replace(self.narrowed(part, size), partial=self.partial | {task})

    def merged(self, task: str, part: str, covered: Expr, number: Expr, level: Level | None = None) -> Context:
        """Combine `number` results of `task`, which cover so many parts together; or divide what covers them so."""
        levels = self.levels if level is None else (*self.levels, level)
        return replace(self.narrowed(part, covered), merging=Frozen({**self.merging, task: number}), levels=levels)

    def repeated(self, count: Expr, index: str | None = None) -> Context:
        """Enter a loop of `count` rounds."""
        indices = self.indices if index is None else (*self.indices, (index, count))
        return replace(self, rounds=self.rounds * count, indices=indices)

    def for_item(self) -> Context:
        """Enter what is done for one item, however many rounds it took to find."""
        return replace(self, rounds=ONE)

    def once(self) -> Context:
        """Mean the same place in one execution, whatever loops enclose it."""
        return replace(self, rounds=ONE, indices=(), last=frozenset(), levels=())

    def found_in_rounds(self, number: Expr) -> Context:
        """Enter what is done for each item that a round of the innermost conversation finds, the first `number`."""
        *outer, (index, _) = self.indices
        return replace(self.for_item(), indices=(*outer, (index, number)))

    def in_last_round(self) -> Context:
        """Mean the last round of the innermost conversation only."""
        return replace(self, last=self.last | {self.indices[-1][0]})

    def rewritten(self, texts: frozenset[str]) -> Context:
        """Go on, in a further attempt, after `texts` have been written."""
        return replace(self, stale=self.stale | texts)

    def striding(self, task: str, size: Expr) -> Context:
        """Enter a loop over `size` steps of the chain of `task`."""
        return replace(self, steps=Frozen({**self.steps, task: size}), rounds=ONE)

    def in_case(self, task: str, hard: bool) -> Context:
        """Suppose that the unit at hand is hard for `task`, or that it is not."""
        return replace(self, given=Frozen({**self.given, task: hard}))

    def sharing(self, task: str, share: Expr) -> Context:
        """Enter the specialist that has `share` members of the family of `task`."""
        return replace(self, shares=Frozen({**self.shares, task: share}))


TOP = Context()


def extent(text: Text, context: Context) -> Expr:
    """Number of parts of `text` in scope."""
    assert text.part is not None and text.count is not None
    return context.extents.get(text.part, text.count)


def is_whole(text: Text, context: Context) -> bool:
    """Whether no loop has narrowed `text`."""
    return text.part is None or extent(text, context) == text.count


def units(problem: Problem, task: Task, context: Context) -> Expr:
    """Parts in scope that a task works through; one where its texts have no parts."""
    text = partition(problem, task)
    return ONE if text is None else extent(text, context)


def trials(problem: Problem, task: Task, context: Context) -> Expr:
    """Parts in scope that a task must get right; what is done for an item is done to the one part that holds it."""
    return ONE if task.for_each is not None else units(problem, task, context)


def chain_steps(task: Task, context: Context) -> Expr:
    """Steps of the chain of a task in scope; one where it is no chain."""
    return ONE if task.steps is None else context.steps.get(task.name, task.steps.count)


def exposure(problem: Problem, task: Task, context: Context) -> Expr:
    """Units that a call must get right, of those by which success is stated."""
    if task.succeeds is None or task.succeeds.unit == "call":
        return ONE
    return chain_steps(task, context) if task.succeeds.unit == "step" else trials(problem, task, context)


def items(problem: Problem, finder: Task, context: Context) -> Expr:
    """Expected number of items that `finder` can locate in the scope."""
    assert finder.finds is not None
    text = partition(problem, finder)
    if text is None or is_whole(text, context):
        return finder.finds.count
    assert text.count is not None
    return finder.finds.count * extent(text, context) / text.count


def at_most_one(problem: Problem, finder: Task, context: Context) -> bool:
    """Whether one scan of the scope can locate one item at most."""
    assert finder.finds is not None
    text = partition(problem, finder)
    single_part = text is not None and extent(text, context) == ONE
    return finder.finds.per_call == ONE or (single_part and finder.finds.per_part == ONE)


def scans(problem: Problem, finder: Task, context: Context) -> Expr | None:
    """Calls of `finder` that locate everything in the scope; `None` when it must scan until nothing is found.

    The whole text holds a known number of items, and a part at most `per_part`; a group holds an unknown
    number, unless one call locates them all.
    """
    finds = finder.finds
    assert finds is not None
    if finds.per_call is None:
        return ONE
    text = partition(problem, finder)
    if text is None or is_whole(text, context):
        return divide_up(finds.count, finds.per_call)
    if extent(text, context) == ONE:
        return divide_up(finds.per_part, finds.per_call)
    return None


def divide_up(count: Expr, size: Expr) -> Expr:
    """``ceil(count / size)``, without the ceiling where it plainly divides."""
    if size == ONE:
        return count
    if size == count:
        return ONE
    return ceil(count / size)
