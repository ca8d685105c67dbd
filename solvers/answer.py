"""What a solver is given to work with, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, TypeAlias

from decomposer.solvers.selection import Number

Status: TypeAlias = Literal["optimal", "feasible", "infeasible", "unknown"]
"""`optimal`: proved. `feasible`: an answer, and perhaps a bound. `infeasible`: proved. `unknown`: nothing found."""

Stopped: TypeAlias = Literal["proved", "time", "work", "memory", "cancelled"]


@dataclass(frozen=True, slots=True)
class Progress:
    """An answer found on the way, or a better bound.

    Parameters
    ----------
    seconds : float
        Since the start.
    value : tuple of numbers, optional
        The levels of the best answer so far.
    bound : number, optional
        Proved lower bound on the first level.
    backend : str
    """

    seconds: float
    value: tuple[Number, ...] | None
    bound: Number | None
    backend: str


@dataclass(frozen=True, slots=True)
class Limits:
    """When to stop.

    Parameters
    ----------
    seconds : float, optional
        Wall clock.
    work : float, optional
        Deterministic units of effort: equal runs stop at the same point.
    memory : int, optional
        Bytes that the process may hold in all.
    seed : int
    on_progress : function of Progress, optional
        Called with every better answer and every better bound.
    cancelled : function without arguments, optional
        Asked now and then; the run stops soon after it says yes.
    """

    seconds: float | None = None
    work: float | None = None
    memory: int | None = None
    seed: int = 0
    on_progress: Callable[[Progress], None] | None = field(default=None, compare=False)
    cancelled: Callable[[], bool] | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Limits that no answer keeps together; without any one of them there is an answer.

    Parameters
    ----------
    limits : tuple of str
        Such as ``budget 0``, ``deadline``, ``pool 1``, ``reliability``, ``capacity 0``; empty when no alternative
        of some node that is needed can be done at all.
    relaxations : tuple of (limit, number)
        For each of the limits, the least value (the greatest, of reliability) that it would have to take, alone, for
        an answer to exist; left out where it could not be proved.
    """

    limits: tuple[str, ...]
    relaxations: tuple[tuple[str, Number], ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a selection problem.

    Parameters
    ----------
    status : {"optimal", "feasible", "infeasible", "unknown"}
    chosen : mapping of OR node to the index of its alternative
        For every OR node taken, and no other.
    value : tuple of numbers
        The levels, recomputed exactly from `chosen`; empty without an answer.
    bound : number, optional
        Proved lower bound on the first level.
    starts : mapping of OR node to number
        When each starts, where time matters.
    stopped : {"proved", "time", "work", "memory", "cancelled"}
    backend : str
        Who found the answer.
    conflict : Conflict, optional
        Why there is none.
    """

    status: Status
    chosen: Mapping[int, int] = field(default_factory=dict)
    value: tuple[Number, ...] = ()
    bound: Number | None = None
    starts: Mapping[int, Number] = field(default_factory=dict)
    stopped: Stopped = "proved"
    backend: str = ""
    conflict: Conflict | None = None

    @property
    def gap(self) -> Number | None:
        """How far the first level may be above the least, relative to itself; `None` where nothing is known."""
        if self.bound is None or not self.value:
            return None
        if self.value[0] == 0:
            return 0
        return Fraction(self.value[0] - self.bound) / self.value[0]
