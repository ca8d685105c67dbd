"""The one way to OR-Tools: imported when first needed, and refused in versions known to err."""

from __future__ import annotations

from importlib import import_module
from typing import Any

REFUSED = ("9.15.",)
"""Beginnings of versions that declare wrong optima on small models (google/or-tools issue 5293)."""

OLDEST = (9, 11)


class EngineError(ImportError):
    """OR-Tools is missing, too old, or a version known to declare wrong optima."""


def accept(version: str) -> None:
    """Pass a version of OR-Tools, or say why not.

    Raises
    ------
    EngineError
        When it is known to err, or older than what this package was tested with.

    Examples
    --------
    >>> accept("9.14.6206")
    >>> accept("9.15.6755")
    Traceback (most recent call last):
    decomposer.solvers.engine.EngineError: OR-Tools 9.15.6755 declares wrong optima on small models (google/or-tools \
issue 5293): install ortools>=9.11,!=9.15.*
    """
    remedy = "install ortools>=9.11,!=9.15.*"
    if f"{version}.".startswith(REFUSED):
        raise EngineError(
            f"OR-Tools {version} declares wrong optima on small models (google/or-tools issue 5293): {remedy}"
        )
    if tuple(int(part) for part in version.split(".")[:2] if part.isdigit()) < OLDEST:
        raise EngineError(f"OR-Tools {version} is too old: {remedy}")


def load(module: str) -> Any:
    """A module of OR-Tools, such as ``sat.python.cp_model`` or ``linear_solver.pywraplp``.

    Raises
    ------
    EngineError
        When OR-Tools is missing or its version is refused.
    """
    try:
        package = import_module("ortools")
    except ImportError as missing:
        raise EngineError("OR-Tools is not installed: install ortools>=9.11,!=9.15.*") from missing
    accept(package.__version__)
    return import_module(f"ortools.{module}")
