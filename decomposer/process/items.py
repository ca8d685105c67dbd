"""Items hidden in parts: where they lie, and which have been found and dealt with."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from decomposer.errors import ProblemError
from decomposer.problem.model import Problem
from decomposer.process.draws import Dice
from decomposer.process.lanes import Lanes, Path
from decomposer.process.reals import Flags, Ints, whole
from decomposer.process.texts import Sheet, worked


@dataclass(slots=True)
class Hidden:
    """The items of one finder in all runs, sorted by run and part.

    `key` is ``run * parts + part``. `passed` marks, per place of the design, the items handled there; `dealt`, per
    task, those it has been done for.
    """

    key: Ints
    parts: int
    part: str | None
    found: Flags
    passed: dict[Path, Flags] = field(default_factory=dict)
    dealt: dict[str, Flags] = field(default_factory=dict)

    def copy(self) -> Hidden:
        """A copy of what changes."""
        passed = {path: flags.copy() for path, flags in self.passed.items()}
        dealt = {task: flags.copy() for task, flags in self.dealt.items()}
        return Hidden(self.key, self.parts, self.part, self.found.copy(), passed, dealt)

    def slices(self, lanes: Lanes) -> tuple[Ints, Ints]:
        """First and end of the items in the scope of each lane."""
        start = lanes.run * self.parts
        if self.part is None or self.part not in lanes.scope:
            low, high = start, start + self.parts
        else:
            first, end = lanes.scope[self.part]
            low, high = start + first, start + end
        return np.searchsorted(self.key, low), np.searchsorted(self.key, high)

    def known(self, lanes: Lanes) -> Ints:
        """How many items in the scope of each lane have been found."""
        total = np.concatenate(([0], np.cumsum(self.found)))
        low, high = self.slices(lanes)
        return np.asarray(total[high] - total[low])

    def candidates(self, lanes: Lanes, flags: Flags) -> tuple[Ints, Ints, Ints]:
        """Items with a flag: all of them, and the first and end of those in the scope of each lane."""
        chosen = np.flatnonzero(flags)
        low, high = self.slices(lanes)
        return chosen, np.searchsorted(chosen, low), np.searchsorted(chosen, high)

    def scan(self, lanes: Lanes, per_call: int | None) -> Ints:
        """Find what one call per lane can find; the last item that each found, -1 for none."""
        chosen, low, high = self.candidates(lanes, ~self.found)
        taken = high - low if per_call is None else np.minimum(high - low, per_call)
        last = np.full(len(lanes), -1, dtype=np.int64)
        some = taken > 0
        if some.any():
            last[some] = chosen[(low + taken - 1)[some]]
            parent = np.repeat(np.arange(len(lanes)), taken)
            offset = np.arange(parent.size) - (np.cumsum(taken) - taken)[parent]
            self.found[chosen[low[parent] + offset]] = True
        return last

    def waiting(self, lanes: Lanes, task: str) -> Ints:
        """The first item in scope that was found and not dealt with; else -1."""
        chosen, low, high = self.candidates(lanes, self.found & ~self.deals(task))
        first = np.full(len(lanes), -1, dtype=np.int64)
        some = high > low
        first[some] = chosen[low[some]]
        return first

    def deals(self, task: str) -> Flags:
        """Which items a task has been done for."""
        return self.dealt.setdefault(task, np.zeros(self.key.size, dtype=bool))

    def passes(self, path: Path) -> Flags:
        """Which items have been handled at a place."""
        return self.passed.setdefault(path, np.zeros(self.key.size, dtype=bool))


def hide(problem: Problem, sheets: dict[str, Sheet], runs: int, dice: Dice) -> dict[str, Hidden]:
    """Hide the items of every finder at random, as many in a part as it may hold.

    Raises
    ------
    ProblemError
        When they do not fit.
    """
    hidden: dict[str, Hidden] = {}
    for name, task in problem.tasks.items():
        if task.finds is None:
            continue
        number = whole(task.finds.count, f"the number of items of {name}")
        text = worked(problem, task)
        parts, room, part = 1, max(number, 1), None
        if text is not None:
            parts, part = sheets[text].parts, sheets[text].part
            room = whole(task.finds.per_part, f"items in a part for {name}")
        if number > parts * room:
            raise ProblemError(f"{number} items of {name} do not fit into {parts} parts with {room} in each at most")
        slots = dice.places(runs, parts * room, number)
        key = (slots // room + np.arange(runs)[:, None] * parts).ravel()
        hidden[name] = Hidden(key, parts, part, np.zeros(key.size, dtype=bool))
    return hidden
