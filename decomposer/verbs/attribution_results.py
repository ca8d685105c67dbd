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

ByTasks = tuple[tuple[tuple[str, ...], Ratio], ...]


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
        Exact costs; their quotient is the contribution, and quotients multiply to that of the whole path.
    ratio : Ratio
        The growth of the quotient.
    by_tasks : tuple of (tasks, Ratio)
        The same for the calls of each group of tasks.
    alone : Ratio, optional
        What the change contributes when made alone, in the design that the path starts from; `None` where that is
        not legal.
    undone : Ratio, optional
        How many times dearer the design at the end of the path is when this change alone is undone.
    dearer : bool
        Whether the step makes the design dearer somewhere in the regime.
    """

    does: tuple[str, ...]
    kinds: tuple[str, ...]
    design: Design
    before: Expr
    after: Expr
    ratio: Ratio
    by_tasks: ByTasks
    alone: Ratio | None
    undone: Ratio | None
    dearer: bool

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
    ratio : Ratio
        The growth of the whole quotient.
    by_tasks : tuple of (tasks, Ratio)
    exhaustive : bool
        Whether no path of fewer changes exists among the kinds known; else the search stopped at its bound.
    """

    problem: Problem
    start: Design
    end: Design
    contributions: tuple[Contribution, ...]
    ratio: Ratio
    by_tasks: ByTasks
    exhaustive: bool

    def to_dict(self) -> dict[str, Any]:
        """Write as plain data, fit for JSON."""
        return {
            "exhaustive": self.exhaustive,
            "ratio": str(self.ratio.expr),
            "ratio_holds_when": ratio_cases(self.ratio),
            "by_task": _by_task(self.by_tasks),
            "changes": [
                {
                    "change": list(each.does),
                    "kinds": list(each.kinds),
                    "only_together": each.compound,
                    "design": steps(self.problem, each.design),
                    "cost_before": str(each.before),
                    "cost_after": str(each.after),
                    "ratio": str(each.ratio.expr),
                    "ratio_holds_when": ratio_cases(each.ratio),
                    "by_task": _by_task(each.by_tasks),
                    "alone": None if each.alone is None else str(each.alone.expr),
                    "undone": None if each.undone is None else str(each.undone.expr),
                    "dearer": each.dearer,
                }
                for each in self.contributions
            ],
        }


def _by_task(ratios: ByTasks) -> list[dict[str, Any]]:
    return [
        {"tasks": list(tasks), "ratio": str(ratio.expr), "ratio_holds_when": ratio_cases(ratio)}
        for tasks, ratio in ratios
    ]
