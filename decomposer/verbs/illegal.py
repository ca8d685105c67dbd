"""Hand designs that break the contract of a task: they are told about, and do not stand in the way of an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from decomposer.design.contract import check_design
from decomposer.design.lift import hand_design, lift
from decomposer.design.nodes import Design
from decomposer.design.nodes import substitute as substitute_design
from decomposer.design.windows import without_windows
from decomposer.errors import DesignError, Diagnostic
from decomposer.expr import num
from decomposer.problem.frozen import Frozen
from decomposer.problem.model import Problem
from decomposer.problem.substitute import replaced, substitute


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


def without_illegal(
    problem: Problem,
    at: Mapping[str, int | Fraction] = {},
) -> tuple[Problem, tuple[IllegalDesign, ...]]:
    """The problem with those of its hand designs that keep the contract, and the others with what is wrong."""
    illegal = []
    for name in problem.designs:
        try:
            hand_design_at(problem, name, at)
        except DesignError as error:
            illegal.append(IllegalDesign(name, error.diagnostics, error.file))
    if not illegal:
        return problem, ()
    names = {one.name for one in illegal}
    kept = Frozen({name: steps for name, steps in problem.designs.items() if name not in names})
    return replace(problem, designs=kept), tuple(illegal)


def hand_design_at(
    problem: Problem,
    name: str,
    at: Mapping[str, int | Fraction],
    others: tuple[str, ...] = (),
) -> Design:
    """Read a hand design; where numbers are given for all parameters, its calls must fit into windows at these.

    Without numbers a context must be within a constant factor of the window, in the end: at numbers that is neither
    needed nor enough.

    Raises
    ------
    DesignError
        As `hand_design` does.
    """
    if not at or all(model.window is None for model in problem.models.values()):
        return hand_design(problem, name, others)
    there = substitute(problem, dict(at))
    try:
        design = hand_design(problem, name, others)
    except DesignError as error:
        if name not in problem.designs:
            raise
        try:
            design = hand_design(without_windows(problem), name)
        except DesignError:  # not for a window, or not only
            lift(there, replaced(problem.designs[name], dict(at)))  # what is wrong at the numbers
            raise error from None
    try:
        check_design(there, substitute_design(design, {name: num(value) for name, value in at.items()}))
    except DesignError:
        lift(there, replaced(problem.designs[name], dict(at)))  # the same error, with the place
        raise
    return design
