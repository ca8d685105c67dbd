"""When to stop: one clock, one watcher, for a run of any backend."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from threading import Event, Thread
from time import monotonic

from decomposer.solvers.answer import Limits, Progress, Stopped
from decomposer.solvers.selection import Number

TICK = 0.02
"""Seconds between two looks at the clock, the memory and the caller's wish."""


def memory() -> int:
    """Bytes that the process holds; 0 where the system does not tell."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


@dataclass(slots=True)
class Watch:
    """A running clock against limits.

    Parameters
    ----------
    limits : Limits
    backend : str
        Named in progress.
    """

    limits: Limits
    backend: str
    begun: float = field(default_factory=monotonic)
    done: float = 0.0
    reason: Stopped | None = None
    _value: tuple[Number, ...] | None = None
    _bound: Number | None = None

    @property
    def seconds(self) -> float:
        """Since the start."""
        return monotonic() - self.begun

    @property
    def left(self) -> float | None:
        """Seconds left, if they are limited."""
        return None if self.limits.seconds is None else max(0.0, self.limits.seconds - self.seconds)

    @property
    def work_left(self) -> float | None:
        """Units of work left, if they are limited."""
        return None if self.limits.work is None else max(0.0, self.limits.work - self.done)

    def part(self, share: float) -> Watch:
        """A watch over that share of the time and work left, for what may well come to nothing; it tells nobody."""
        seconds, work = (None if left is None else left * share for left in (self.left, self.work_left))
        return Watch(replace(self.limits, seconds=seconds, work=work, on_progress=None), self.backend)

    def stop(self) -> Stopped | None:
        """Why to stop now; once it has said so, it keeps saying so."""
        if self.reason is None:
            if self.limits.cancelled is not None and self.limits.cancelled():
                self.reason = "cancelled"
            elif self.left == 0.0:
                self.reason = "time"
            elif self.work_left == 0.0:
                self.reason = "work"
            elif self.limits.memory is not None and memory() > self.limits.memory:
                self.reason = "memory"
        return self.reason

    def found(self, value: tuple[Number, ...]) -> None:
        """Tell of an answer, when it is better than all before."""
        if self._value is None or value < self._value:
            self._value = value
            self._tell()

    def proved(self, bound: Number) -> None:
        """Tell of a bound, when it is better than all before."""
        if self._bound is None or bound > self._bound:
            self._bound = bound
            self._tell()

    def _tell(self) -> None:
        if self.limits.on_progress is not None:
            self.limits.on_progress(Progress(self.seconds, self._value, self._bound, self.backend))

    @contextmanager
    def watching(self, stop: Callable[[], object]) -> Iterator[None]:
        """Call `stop` as soon as there is a reason to, again and again until the block is left."""
        if self.limits.cancelled is None and self.limits.memory is None and self.limits.seconds is None:
            yield
            return
        over = Event()

        def look() -> None:
            # A solver not yet running would miss a single call.
            while not over.wait(TICK):
                if self.stop() is not None:
                    stop()

        thread = Thread(target=look, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
