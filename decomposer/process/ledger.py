"""What is counted: per run, and per agent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from decomposer.errors import ProblemError
from decomposer.process.lanes import Lanes
from decomposer.process.reals import Reals

AgentKey = tuple[tuple[str, ...], str | None, float]
"""Tasks that an agent does, the name of its model, its size."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of runs, one entry per run.

    `time` is the time with as many workers as can be used, `busy` the time of all calls one after the other.
    """

    work: Reals
    calls: Reals
    read: Reals
    passes: Reals
    longest: Reals
    busy: Reals
    time: Reals
    right: Reals
    agents: dict[AgentKey, Reals]
    specialists: dict[str, int]
    scheduled: Reals | None = None


class Ledger:
    """Adds up calls of runs, and keeps within what may be done."""

    def __init__(self, runs: int, budget: list[int]) -> None:
        self.runs = runs
        self.budget = budget
        self.work, self.calls, self.read, self.passes, self.busy, self.longest = (np.zeros(runs) for _ in range(6))
        self.agents: dict[AgentKey, Reals] = {}

    def spend(self, lanes: int) -> None:
        """Account for a step of the simulation.

        Raises
        ------
        ProblemError
            When it takes too many.
        """
        self.budget[0] -= lanes + 64
        if self.budget[0] < 0:
            raise ProblemError("these runs take too long to simulate; take fewer --runs or smaller numbers")

    def enter(
        self,
        lanes: Lanes,
        agent: AgentKey,
        cost: Reals | float,
        read: Reals | float,
        written: Reals | float,
        time: Reals | float,
    ) -> None:
        """Enter a call of every lane, as often as each is executed."""
        calls = self.total(lanes, 1.0)
        self.work += self.total(lanes, cost, calls)
        self.calls += calls
        self.read += self.total(lanes, read, calls)
        self.passes += self.total(lanes, written, calls)
        self.busy += self.total(lanes, time, calls)
        context = np.asarray(read, dtype=float) + np.asarray(written, dtype=float)
        if context.size == 1:
            self.longest = np.where(calls > 0, np.maximum(self.longest, context.reshape(-1)[0]), self.longest)
        else:
            np.maximum.at(self.longest, lanes.run, context)
        earlier = self.agents.get(agent)
        self.agents[agent] = calls if earlier is None else earlier + calls

    def total(self, lanes: Lanes, value: Reals | float, calls: Reals | None = None) -> Reals:
        """Sums over the lanes of each run; `calls` is the sum of ones, where that is known."""
        array = np.asarray(value, dtype=np.float64)
        if array.size == 1 and calls is not None:
            return np.asarray(calls * array.reshape(-1)[0])
        weights: Reals | None = None if array.size == 1 else array
        if lanes.times is not None:
            weights = lanes.times if weights is None else np.asarray(weights * lanes.times)
        return np.bincount(lanes.run, weights=weights, minlength=self.runs).astype(np.float64)
