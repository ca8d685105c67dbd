"""What a literal run goes by: where the walk stands, what has come about, which parts and items lie before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from random import Random

from decomposer.design.literal import Chunk, Meter, natural, papers, place_items, worked_text
from decomposer.design.nodes import Call
from decomposer.errors import DesignError
from decomposer.problem.model import Problem, Task

Path = tuple[int, ...]
Turn = tuple[tuple[Path, int], ...]
Piece = tuple[object, Chunk]
"""A piece of a prompt with a stamp: when its text was written, and for which items it is read."""


@dataclass(frozen=True, slots=True)
class Here:
    """Where the walk stands.

    `turn` are the rounds and groups that enclose it, each by the place of its loop; `rounds` the loops that
    number their rounds; `hand` the item at hand of a finder; `weight` how often this happens in expectation;
    `steps` those of a chain that are being taken; `hard` what is known of the unit at hand;
    `taken` the results that are being combined, each by the parts that it covers; `memory` what is in memory.
    """

    path: Path = ()
    scope: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    turn: Turn = ()
    rounds: Mapping[str, Path] = field(default_factory=dict)
    shares: Mapping[str, int] = field(default_factory=dict)
    hand: Mapping[str, int] = field(default_factory=dict)
    weight: Fraction = Fraction(1)
    steps: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    hard: Mapping[str, bool] = field(default_factory=dict)
    taken: Mapping[str, tuple[tuple[int, ...], ...]] = field(default_factory=dict)
    memory: Mapping[str, tuple[Chunk, ...]] = field(default_factory=dict)

    def child(self, number: int) -> Here:
        """Step down the tree."""
        return replace(self, path=(*self.path, number))

    def at(self, round_: int) -> Here:
        """Enter a round, or a group, of the loop that stands here."""
        return replace(self, turn=(*self.turn, (self.path, round_)))


@dataclass(slots=True)
class State:
    """What has come about so far. Items are numbers, by finder."""

    found: dict[str, list[int]] = field(default_factory=dict)
    passed: dict[Path, set[tuple[str, int]]] = field(default_factory=dict)
    dealt: dict[str, set[int]] = field(default_factory=dict)
    covered: dict[str, set[int]] = field(default_factory=dict)
    levels: dict[str, list[int]] = field(default_factory=dict)
    taken: dict[str, set[int]] = field(default_factory=dict)
    stamps: dict[tuple[str, int | None], int] = field(default_factory=dict)


class Table:
    """Texts laid out on paper with items hidden in their parts, and all that is counted."""

    def __init__(self, problem: Problem, dice: Random | None, items: Mapping[str, Sequence[int]] | None) -> None:
        self.problem = problem
        self.dice = dice
        self.papers = papers(problem)
        self.meter = Meter(problem)
        self.hidden = place_items(problem, self.papers, dice) | {f: list(parts) for f, parts in (items or {}).items()}
        self.state = State(found={finder: [] for finder in self.hidden})
        self.said: dict[tuple[Path, Turn], dict[int, list[Piece]]] = {}
        self.sent: dict[tuple[Path, Turn], list[list[Piece]]] = {}
        self.work = self.calls = self.read = self.written = Fraction(0)
        self.longest = 0
        self.stamp = 0

    def scope(self, part: str, here: Here) -> tuple[int, ...]:
        """The parts that the enclosing loops leave."""
        if part in here.scope:
            return here.scope[part]
        paper = next(paper for paper in self.papers.values() if paper.part == part)
        return tuple(range(len(paper.tokens)))

    def lies_in(self, finder: str, item: int, here: Here) -> bool:
        """Whether an item lies in the scope."""
        text = worked_text(self.problem, self.problem.tasks[finder])
        part = None if text is None else self.papers[text].part
        return part is None or self.hidden[finder][item] in self.scope(part, here)

    def unfound(self, finder: str, here: Here) -> list[int]:
        """Items in the scope that nobody has found."""
        known = set(self.state.found[finder])
        everything = range(len(self.hidden[finder]))
        return [item for item in everything if item not in known and self.lies_in(finder, item, here)]

    def found_in(self, finder: str, here: Here) -> list[int]:
        """Items in the scope that have been found."""
        return [item for item in self.state.found[finder] if self.lies_in(finder, item, here)]

    def chain(self, task: str, here: Here) -> tuple[int, ...]:
        """The steps of a chain in scope."""
        fact = self.problem.tasks[task].steps
        assert fact is not None
        return here.steps[task] if task in here.steps else tuple(range(natural(fact.count, "the number of steps")))

    def trials(self, task: Task, here: Here) -> int:
        """Parts that a task works through; what is done for an item is done to the one part that holds it."""
        text = worked_text(self.problem, task)
        part = None if text is None else self.papers[text].part
        return 1 if part is None or task.for_each is not None else len(self.scope(part, here))

    def before(self, part: str, node: Call, here: Here, item: tuple[str, int] | None) -> tuple[int, ...]:
        """The parts that lie before a call."""
        if node.scope == "whole":
            return self.scope(part, replace(here, scope={}))
        if node.scope == "here":
            return self.scope(part, here)
        return (self.home(item, here.scope.get(part)),)

    def home(self, item: tuple[str, int] | None, parts: tuple[int, ...] | None) -> int:
        """The part that holds an item; where a task acts found or not, the single part before it."""
        if item is not None and self.hidden[item[0]][item[1]] >= 0:
            return self.hidden[item[0]][item[1]]
        if parts is None or len(parts) != 1:
            raise DesignError("a call works on the part that holds the item, but no item is at hand")
        return parts[0]
