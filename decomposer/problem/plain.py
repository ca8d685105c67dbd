"""Data given in code made plain: dictionaries with text for keys, lists, and the objects of a problem spelt out."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import TYPE_CHECKING

from decomposer.errors import ProblemError
from decomposer.problem.model import Capability, CostModel, Law, Limits, Model, Parameter, Step, Task, Text

if TYPE_CHECKING:
    from decomposer.problem.yaml import Loc

MAX_DEPTH = 40
MAX_NODES = 1_000_000

_OBJECTS = (Parameter, Text, Capability, Law, Limits, Model, Task, CostModel, Step)


def plain(data: object) -> object:
    """Copy data so that nothing but `dict`, `list` and leaves remains; keys whose value is `None` are dropped.

    Raises
    ------
    ProblemError
        When it is nested deeper than 40 levels (or contains itself), or has over a million values.
    """
    return _Copier().copy(data, ())


class _Copier:
    def __init__(self) -> None:
        self.count = 0

    def copy(self, value: object, loc: Loc) -> object:
        from decomposer.problem.diagnose import dotted

        self.count += 1
        if len(loc) > MAX_DEPTH:
            raise ProblemError(f"{dotted(loc[:4])} ...: nested deeper than {MAX_DEPTH} levels")
        if self.count > MAX_NODES:
            raise ProblemError(f"more than {MAX_NODES} values")
        if isinstance(value, _OBJECTS):
            from decomposer.problem.dump import object_data

            value = object_data(value)
        if isinstance(value, Mapping):
            return {str(key): self.copy(item, (*loc, str(key))) for key, item in value.items() if item is not None}
        if isinstance(value, list | tuple):
            return [self.copy(item, (*loc, index)) for index, item in enumerate(value)]
        if isinstance(value, Set):
            return [self.copy(item, loc) for item in sorted(value, key=str)]
        return value
