"""Hand designs that break the contract of a task: they are told about, and do not stand in the way of an answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from decomposer.design.lift import hand_design
from decomposer.errors import DesignError, Diagnostic
from decomposer.problem.frozen import Frozen
from decomposer.problem.model import Problem


@dataclass(frozen=True, slots=True)
class IllegalDesign:
    """A hand design that breaks the contract, with the place and the reason."""

    name: str
    diagnostics: tuple[Diagnostic, ...]
    file: str | None = None

    def __str__(self) -> str:
        return "\n".join(diagnostic.render(self.file) for diagnostic in self.diagnostics)

    def to_dict(self) -> dict[str, Any]:
        """Write as plain data."""
        return {"name": self.name, "errors": [diagnostic.to_dict() for diagnostic in self.diagnostics]}


def without_illegal(problem: Problem) -> tuple[Problem, tuple[IllegalDesign, ...]]:
    """The problem with those of its hand designs that keep the contract, and the others with what is wrong."""
    illegal = []
    for name in problem.designs:
        try:
            hand_design(problem, name)
        except DesignError as error:
            illegal.append(IllegalDesign(name, error.diagnostics, error.file))
    if not illegal:
        return problem, ()
    names = {one.name for one in illegal}
    kept = Frozen({name: steps for name, steps in problem.designs.items() if name not in names})
    return replace(problem, designs=kept), tuple(illegal)
