"""Results of `simulate`: predicted against counted, and fitted growths."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from decomposer.design.nodes import Design
from decomposer.design.write import steps
from decomposer.expr import Expr
from decomposer.problem.model import Problem
from decomposer.verbs.results import FORMAT_VERSION

if TYPE_CHECKING:
    from decomposer.process.intervals import Interval

Verdict = Literal["within", "bound", "outside"]
"""``within`` the interval; a ``bound`` that holds, of what the prediction only bounds; or ``outside``."""

Agreement = Literal["agrees", "not yet", "bound", "differs"]
"""The fitted exponent ``agrees`` with that of the growth; or ``not yet``: the interval is too wide, or the exact
formula is as far from its growth at these sizes; or the prediction is only a ``bound``; or it ``differs``."""


@dataclass(frozen=True, slots=True)
class Line:
    """One quantity: what was predicted, what was counted, and whether they agree.

    Attributes
    ----------
    name : str
    predicted : float
    counted : Interval
    method : str
        How the interval is made: ``"t"``, ``"Wilson"``, ``"exact"`` (nothing varied), ``"largest"`` (over all runs).
    verdict : Verdict
    note : str
        Why a prediction is only a bound.
    """

    name: str
    predicted: float
    counted: Interval
    method: str
    verdict: Verdict
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Write as plain data."""
        return {
            "name": self.name,
            "predicted": self.predicted,
            **_interval(self.counted),
            "method": self.method,
            "verdict": self.verdict,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class Schedule:
    """Time on `workers` workers, and the bounds that every run must keep (Brent 1974, Graham 1966).

    `busy` is the time of all calls one after the other, `span` with as many workers as can be used; `least` and
    `most` are the means of ``max(busy/P, span)`` and ``busy/P + (1 - 1/P) span`` over runs. `kept` says that every
    single run lies between its own.
    """

    workers: int
    time: Interval
    busy: float
    span: float
    least: float
    most: float
    kept: bool

    def to_dict(self) -> dict[str, Any]:
        """Write as plain data."""
        return {
            "workers": self.workers,
            "time": _interval(self.time),
            "busy": self.busy,
            "span": self.span,
            "least": self.least,
            "most": self.most,
            "bounds_kept": self.kept,
        }


@dataclass(frozen=True, slots=True)
class Point:
    """Runs at one choice of numbers.

    Attributes
    ----------
    at : tuple of (parameter, number)
    design : Design
        As it was run: its free parameters are numbers.
    lines : tuple of Line
        What was predicted: cost, calls, critical path, reliability, longest context.
    agents : tuple of Line
        Calls of every agent.
    counts : tuple of (name, Interval)
        What was counted only: tokens read, forward passes.
    specialists : tuple of (task, number)
        Different specialists that were needed, of those there are.
    schedule : Schedule, optional
    """

    at: tuple[tuple[str, Fraction], ...]
    design: Design
    lines: tuple[Line, ...]
    agents: tuple[Line, ...]
    counts: tuple[tuple[str, Interval], ...]
    specialists: tuple[tuple[str, int], ...] = ()
    schedule: Schedule | None = None

    def line(self, name: str) -> Line:
        """The line of a name."""
        return next(line for line in self.lines if line.name == name)

    @property
    def agrees(self) -> bool:
        """Whether nothing lies outside."""
        kept = self.schedule is None or self.schedule.kept
        return kept and all(line.verdict != "outside" for line in (*self.lines, *self.agents))

    def to_dict(self, problem: Problem) -> dict[str, Any]:
        """Write as plain data."""
        return {
            "at": {name: str(value) for name, value in self.at},
            "design": steps(problem, self.design),
            "lines": [line.to_dict() for line in self.lines],
            "agents": [line.to_dict() for line in self.agents],
            "counts": {name: _interval(value) for name, value in self.counts},
            "specialists_needed": dict(self.specialists),
            "schedule": None if self.schedule is None else self.schedule.to_dict(),
        }


@dataclass(frozen=True, slots=True)
class Fit:
    """The growth of one quantity in the parameter that is swept.

    Attributes
    ----------
    name : str
    theta : Expr
        Its growth, the other parameters being at their numbers.
    exponent : Fraction
        Of the parameter in that growth.
    divided : Expr
        The other factors of the growth (logarithms, exponentials), by which counts were divided first.
    fitted : Interval
    formula : float
        The same fit to what was predicted at these sizes.
    verdict : Agreement
    """

    name: str
    theta: Expr
    exponent: Fraction
    divided: Expr
    fitted: Interval
    formula: float
    verdict: Agreement

    def to_dict(self) -> dict[str, Any]:
        """Write as plain data."""
        return {
            "name": self.name,
            "theta": str(self.theta),
            "exponent": str(self.exponent),
            "divided_by": str(self.divided),
            "fitted": _interval(self.fitted),
            "fitted_to_predictions": self.formula,
            "verdict": self.verdict,
        }


@dataclass(frozen=True, slots=True)
class Simulation:
    """Runs of a design at one or several sizes.

    Attributes
    ----------
    problem : Problem
    name : str
        Of the design.
    runs, seed, level
        Runs at each size, seed, and the level of confidence of every interval.
    points : tuple of Point
        One, or one for each size of a sweep.
    parameter : str, optional
        The one that is swept.
    fits : tuple of Fit
    notes : tuple of str
    """

    problem: Problem
    name: str
    runs: int
    seed: int
    level: float
    points: tuple[Point, ...]
    parameter: str | None = None
    fits: tuple[Fit, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether nothing that was counted lies outside what was predicted."""
        return all(point.agrees for point in self.points) and all(fit.verdict != "differs" for fit in self.fits)

    def to_dict(self) -> dict[str, Any]:
        """Write as plain data, fit for JSON."""
        return {
            "format_version": FORMAT_VERSION,
            "problem": self.problem.name,
            "design_name": self.name,
            "runs": self.runs,
            "seed": self.seed,
            "level": self.level,
            "agrees": self.agrees,
            "points": [point.to_dict(self.problem) for point in self.points],
            "parameter": self.parameter,
            "fits": [fit.to_dict() for fit in self.fits],
            "notes": list(self.notes),
        }

    def _repr_html_(self) -> str:
        from decomposer.report.html import fragment
        from decomposer.report.simulation import document

        return fragment(document(self))


def _interval(value: Interval) -> dict[str, float | None]:
    from math import isfinite

    return {
        "counted": value.value,
        "low": value.low if isfinite(value.low) else None,
        "high": value.high if isfinite(value.high) else None,
    }
