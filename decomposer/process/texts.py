"""Texts laid out: how many parts, how many tokens."""

from __future__ import annotations

from dataclasses import dataclass

from decomposer.problem.model import Problem, Task
from decomposer.process.lanes import Lanes
from decomposer.process.reals import Ints, real, whole


@dataclass(frozen=True, slots=True)
class Sheet:
    """A text: `parts` parts of `each` tokens (one part where it has none), and its head."""

    name: str
    part: str | None
    parts: int
    each: float
    head: float | None

    @property
    def tokens(self) -> float:
        """Tokens of the whole."""
        return self.parts * self.each


def lay_out(problem: Problem) -> dict[str, Sheet]:
    """Lay out every text of a problem at numbers.

    Raises
    ------
    ProblemError
        When a text has no natural number of parts.
    """
    laid: dict[str, Sheet] = {}
    for name, text in problem.texts.items():
        head = None if text.head is None else real(text.head)
        if text.part is None or text.count is None or text.each is None:
            laid[name] = Sheet(name, None, 1, real(text.tokens), head)
        else:
            number = whole(text.count, f"the number of {text.part}s")
            laid[name] = Sheet(name, text.part, number, real(text.each), head)
    return laid


def worked(problem: Problem, task: Task) -> str | None:
    """The text with parts that a task works through: what it is local to first, edited before read before written."""
    names = [*((task.edits.text,) if task.edits else ()), *(read.text for read in task.reads), *task.writes]
    parted = [name for name in names if problem.texts[name].part is not None]
    own = [name for name in parted if problem.texts[name].part == task.local]
    return next(iter([*own, *parted]), None)


def parts_of(sheet: Sheet, lanes: Lanes) -> Ints | int:
    """How many parts of a text lie before each lane."""
    if sheet.part is None or sheet.part not in lanes.scope:
        return sheet.parts
    first, end = lanes.scope[sheet.part]
    return end - first
