"""One run of a search: when it has to end, and what it leaves undecided, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from math import inf
from time import monotonic

from decomposer.errors import Diagnostic, ProblemError
from decomposer.solvers.answer import Limits

GRACE = 0.5
"""Seconds after the end in which a design is still looked for where none has been found; or a tenth of the limit."""


@dataclass(slots=True)
class Run:
    """A clock that is handed down to everything that searches, and the reasons why more may be found.

    Parameters
    ----------
    seconds : float, optional
        How long the run may take; without it, nothing is ever cut short.
    now : function
        The clock.

    Attributes
    ----------
    reasons : dict of str
        What was not decided, and what can be done about it, each once and in order.
    how_far : str
        How far what was cut short for want of time had got; empty where nothing was.

    Raises
    ------
    ProblemError
        When the limit is no number of seconds.
    """

    seconds: float | None = None
    now: Callable[[], float] = monotonic
    reasons: dict[str, None] = field(default_factory=dict)
    how_far: str = ""
    begun: float = field(init=False)
    given: float | None = field(init=False)
    grace: float = field(init=False, default=0.0)
    last: float = field(init=False, default=inf)

    def __post_init__(self) -> None:
        self.seconds = None if self.seconds == inf else self.seconds
        self.begun, self.given = self.now(), self.seconds
        if self.seconds is not None and not self.seconds >= 0:
            told = f"a time limit of {self.seconds} s cannot be kept"
            raise ProblemError(Diagnostic(told, "bad-limit", hint="give a number of seconds, 0 or more"))
        if self.seconds is not None:
            self.grace = max(GRACE, self.seconds / 10)
            self.last = self.begun + self.seconds + self.grace

    @property
    def late(self) -> bool:
        """Whether something was cut short for want of time."""
        return bool(self.how_far)

    @property
    def told(self) -> tuple[str, ...]:
        """All that was not decided, time that ran out first."""
        if not self.late:
            return tuple(self.reasons)
        late = f"time ran out after {self.given:g} s: {self.how_far}; more time may find a better design"
        return late, *self.reasons

    @property
    def left(self) -> float | None:
        """Seconds left, if they are limited."""
        return None if self.seconds is None else max(0.0, self.begun + self.seconds - self.now())

    def over(self) -> bool:
        """Whether the time is up."""
        return self.seconds is not None and self.now() - self.begun >= self.seconds

    def past_grace(self) -> bool:
        """Whether even the time is up in which any design at all is still looked for."""
        return self.seconds is not None and self.now() >= self.last

    def part(self, share: float) -> Run:
        """A run with a share of the time that is left, and reasons of its own."""
        left = self.left
        found = Run(None if left is None else left * share, self.now)
        found.given, found.grace = self.given, self.grace * share
        found.last = min(self.last, found.begun + (found.seconds or 0) + found.grace)
        return found

    def limits(self, work: float | None = None) -> Limits:
        """The same for a solver, with so many units of work."""
        return Limits(seconds=self.left, work=work)

    def leave(self, reasons: str | Iterable[str]) -> None:
        """Note what is not decided."""
        self.reasons |= dict.fromkeys((reasons,) if isinstance(reasons, str) else reasons)

    def cut(self, how_far: str) -> None:
        """Note that something was cut short, and how far it had got; of several, the first is told."""
        self.how_far = self.how_far or how_far

    def take(self, other: Run) -> None:
        """Note what another run left undecided."""
        self.cut(other.how_far)
        self.leave(other.reasons)
