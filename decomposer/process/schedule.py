"""Workers that go through a graph of events: list scheduling, first ready, first served.

Whenever a worker is free it takes the event that has been ready for longest. Any such schedule takes at most
``busy/P + (1 - 1/P) span`` (Graham 1966; Brent 1974), and no schedule less than ``max(busy/P, span)``.
"""

from __future__ import annotations

from heapq import heappop, heappush

import numpy as np

from decomposer.process.events import Events
from decomposer.process.reals import Reals


def makespans(events: Events, runs: int, workers: int | None) -> Reals:
    """Time that each run takes on its own `workers`; without a number, on as many as can be used.

    Complexity: ``O(E log E)`` for E events and their dependencies together.
    """
    run, length, source, target = events.arrays()
    order = np.argsort(source, kind="stable")
    following, bounds = target[order], np.searchsorted(source[order], np.arange(run.size + 1))
    waiting = np.bincount(target, minlength=run.size).tolist()
    ends = np.zeros(runs)
    by_run = np.argsort(run, kind="stable")
    limits = np.searchsorted(run[by_run], np.arange(runs + 1))
    lengths, starts = length.tolist(), bounds.tolist()
    later = following.tolist()
    for number in range(runs):
        own = by_run[limits[number] : limits[number + 1]].tolist()
        ends[number] = _one_run(own, lengths, waiting, later, starts, workers)
    return ends


def _one_run(
    own: list[int], lengths: list[float], waiting: list[int], later: list[int], starts: list[int], workers: int | None
) -> float:
    """Go through the events of one run: events end in the order of time, and free workers take what is ready."""
    free = len(own) if workers is None else workers
    ready: list[tuple[float, int]] = []
    running: list[tuple[float, int]] = []

    def begin(events: list[int], now: float) -> None:
        # Marks take no time and no worker: whatever waits for them is ready at once.
        while events:
            event = events.pop()
            if lengths[event]:
                heappush(ready, (now, event))
            else:
                events += end(event)

    def end(event: int) -> list[int]:
        freed = []
        for other in later[starts[event] : starts[event + 1]]:
            waiting[other] -= 1
            if not waiting[other]:
                freed.append(other)
        return freed

    begin([event for event in own if not waiting[event]], 0.0)
    now = 0.0
    while ready or running:
        while ready and free:
            _, event = heappop(ready)
            free -= 1
            heappush(running, (now + lengths[event], event))
        now, event = heappop(running)
        done = [event]
        while running and running[0][0] == now:
            done.append(heappop(running)[1])
        free += len(done)
        begin([other for event in done for other in end(event)], now)
    return now
