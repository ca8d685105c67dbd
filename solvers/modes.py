"""Choices of modes of a project, repaired until the budgets are kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from decomposer.solvers.project import Project

LOOK = 64
"""Steps between two looks at whether to stop."""

SOME = 12
"""Tasks that a repair looks at before each change."""


def never() -> bool:
    """Do not stop."""
    return False


@dataclass(slots=True)
class Modes:
    """Choices of modes for one project; a choice is a place among the modes of every task."""

    project: Project
    draw: Random

    @property
    def loose(self) -> list[int]:
        """Tasks with more than one mode."""
        return [task for task, modes in enumerate(self.project.modes) if len(modes) > 1]

    def spent(self, modes: Sequence[int]) -> list[int]:
        """What a choice takes of every budget."""
        rows = [tasks[mode].spends for tasks, mode in zip(self.project.modes, modes, strict=True)]
        return [sum(row[i] for row in rows) for i in range(len(self.project.budgets))]

    def repair(self, modes: list[int], stop: Callable[[], bool] = never) -> bool:
        """Change modes until the budgets are kept; false when that did not work out."""
        project, loose = self.project, self.loose
        spent = self.spent(modes)
        for step in range(4 * len(loose)):
            if step % LOOK == LOOK - 1 and stop():
                return False
            over = [amount - limit for amount, limit in zip(spent, project.budgets, strict=True)]
            if all(amount <= 0 for amount in over):
                return True
            found = self._change(modes, over, loose)
            if found is None:
                return False
            task, other = found
            old, new = project.modes[task][modes[task]].spends, project.modes[task][other].spends
            spent = [amount + b - a for amount, a, b in zip(spent, old, new, strict=True)]
            modes[task] = other
        return all(amount <= limit for amount, limit in zip(spent, project.budgets, strict=True))

    def _change(self, modes: Sequence[int], over: Sequence[int], loose: Sequence[int]) -> tuple[int, int] | None:
        """The change, among those of some tasks, that saves most for each unit of time that it takes."""
        project = self.project
        excess = sum(max(0, amount) / (limit + 1) for amount, limit in zip(over, project.budgets, strict=True))
        best: tuple[float, int, int] | None = None
        for task in self.draw.sample(loose, min(SOME, len(loose))):
            now = project.modes[task][modes[task]]
            for other, mode in enumerate(project.modes[task]):
                if other == modes[task]:
                    continue
                gain = excess - sum(
                    max(0, amount + new - old) / (limit + 1)
                    for amount, new, old, limit in zip(over, mode.spends, now.spends, project.budgets, strict=True)
                )
                worth = gain / (1 + max(0, mode.duration - now.duration)) if gain > 0 else gain
                if best is None or worth > best[0]:
                    best = (worth, task, other)
        return None if best is None else best[1:]
