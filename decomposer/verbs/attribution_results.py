"""Results of attributions: the path from one design to another, change by change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from decomposer.design.nodes import Design
from decomposer.design.write import steps
from decomposer.expr import Expr
from decomposer.growth import Ratio
from decomposer.problem.model import Problem
from decomposer.verbs.results import ratio_cases


@dataclass(frozen=True, slots=True)
class Worth:
    """How many times dearer one design is than another.

    Attributes
    ----------
    ratio : Ratio
    between : tuple of two Expr, optional
        Monomials that bound the ratio from below and above in the whole regime, and are it in some part of it; the
        same twice where it is one monomial.
    """

    ratio: Ratio
    between: tuple[Expr, Expr] | None

    def to_dict(self) -> dict[str, Any]:
        """Write as plain data."""
        return {
            "ratio": str(self.ratio.expr),
            "ratio_holds_when": ratio_cases(self.ratio),
            "between": None if self.between is None else list(map(str, self.between)),
        }


ByTasks = tuple[tuple[tuple[str, ...], Worth], ...]


@dataclass(frozen=True, slots=True)
class Worths:
    """How many times dearer one design is than another: all that is minimised, and the calls of each group of tasks."""

    total: Worth
    by_tasks: ByTasks

    def to_dict(self) -> dict[str, Any]:
        """Write as plain data."""
        parts = [{"tasks": list(tasks), **worth.to_dict()} for tasks, worth in self.by_tasks]
        return {**self.total.to_dict(), "by_task": parts}


@dataclass(frozen=True, slots=True)
class Contribution:
    """One step of a path: what changed, and how many times dearer the design was before.

    Attributes
    ----------
    does : tuple of str
        The change in words; several where none is legal without the others.
    kinds : tuple of str
        Their kinds, of the list in `decomposer.design.edits`.
    design : Design
        After the change.
    before, after : Expr
        What the problem minimises, exactly: work and hosting, the critical path, or time. Their quotient is the
        contribution, and quotients multiply to that of the whole path.
    worth : Worths
        The growth of the quotient; for each group of tasks that all designs of the path do separately, too.
    alone : Worths, optional
        What the change contributes when made alone, in the design that the path starts from; `None` where that is
        not legal.
    undone : Worths, optional
        How many times dearer the design at the end of the path is when this change alone is undone.
    dearer : bool
        Whether the step makes the design dearer somewhere in the regime.
    times : Expr, optional
        The quotient at numbers, where there are numbers.
    """

    does: tuple[str, ...]
    kinds: tuple[str, ...]
    design: Design
    before: Expr
    after: Expr
    worth: Worths
    alone: Worths | None
    undone: Worths | None
    dearer: bool
    times: Expr | None = None

    @property
    def words(self) -> str:
        """All changes of the step, in one sentence."""
        return "; ".join(self.does)

    @property
    def compound(self) -> bool:
        """Whether the step is made of changes that only work together."""
        return len(self.does) > 1 or "instead" in self.kinds


@dataclass(frozen=True, slots=True)
class Attribution:
    """What each change on the way from one design to another contributes.

    Attributes
    ----------
    start, end : Design
    contributions : tuple of Contribution
        In the order of the path; empty where the designs are the same.
    worth : Worths
        The growth of the whole quotient.
    exhaustive : bool
        Whether no path of fewer changes exists among the kinds known; else the search stopped at its bound.
    times : Expr, optional
        The whole quotient at numbers.
    """

    problem: Problem
    start: Design
    end: Design
    contributions: tuple[Contribution, ...]
    worth: Worths
    exhaustive: bool
    times: Expr | None = None

    def to_dict(self) -> dict[str, Any]:
        """Write as plain data, fit for JSON."""
        return {
            "exhaustive": self.exhaustive,
            **self.worth.to_dict(),
            **_at_numbers(self.times),
            "changes": [
                {
                    "change": list(each.does),
                    "kinds": list(each.kinds),
                    "only_together": each.compound,
                    "design": steps(self.problem, each.design),
                    "cost_before": str(each.before),
                    "cost_after": str(each.after),
                    **each.worth.to_dict(),
                    "alone": None if each.alone is None else each.alone.to_dict(),
                    "undone": None if each.undone is None else each.undone.to_dict(),
                    "dearer": each.dearer,
                    **_at_numbers(each.times),
                }
                for each in self.contributions
            ],
        }


def _at_numbers(times: Expr | None) -> dict[str, str]:
    return {} if times is None else {"times": str(times)}
