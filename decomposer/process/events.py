"""Events and what each waits for, recorded lane by lane: the graph that workers go through."""

from __future__ import annotations

import numpy as np

from decomposer.errors import ProblemError
from decomposer.process.reals import Ints, Reals

MOST_EVENTS = 3_000_000
"""Events that are recorded at most, in all runs: some hundred bytes and some microseconds each."""


def too_many() -> ProblemError:
    """The error for schedules that would take too long."""
    return ProblemError(
        f"schedules of more than {MOST_EVENTS:,} events take too long; take fewer --runs or smaller numbers"
    )


class Events:
    """A growing graph of events: calls, and marks of no duration where branches begin and meet."""

    def __init__(self, room: int = MOST_EVENTS) -> None:
        self.room = room
        self.number = 0
        self.runs: list[Ints] = []
        self.lengths: list[Reals] = []
        self.sources: list[Ints] = []
        self.targets: list[Ints] = []

    def new(self, run: Ints, length: Reals | None = None, after: Ints | None = None) -> Ints:
        """Add an event per lane; `after` names the one that each waits for, -1 for none.

        Raises
        ------
        ProblemError
            When there are too many.
        """
        names = np.arange(self.number, self.number + run.size)
        self.number += run.size
        if self.number > self.room:
            raise too_many()
        self.runs.append(run)
        self.lengths.append(np.zeros(run.size) if length is None else length)
        if after is not None:
            self.wait(names, after)
        return names

    def wait(self, events: Ints, others: Ints) -> None:
        """Let events wait for others."""
        known = others >= 0
        self.sources.append(others[known])
        self.targets.append(events[known])

    def arrays(self) -> tuple[Ints, Reals, Ints, Ints]:
        """Run and length of every event, and pairs (source, target) of who waits for whom."""
        none = np.zeros(0, dtype=np.int64)
        return (
            np.concatenate([none, *self.runs]),
            np.concatenate([np.zeros(0), *self.lengths]),
            np.concatenate([none, *self.sources]),
            np.concatenate([none, *self.targets]),
        )
