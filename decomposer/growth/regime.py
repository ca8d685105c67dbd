"""Regimes: how the size parameters may grow relative to each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from decomposer.expr import Expr
from decomposer.growth.case import Piece
from decomposer.growth.constants import Constants
from decomposer.growth.formal import Formal

Assumption = tuple[Expr, str, Expr, bool]
"""Left side, one of ``<= << ==``, right side, and whether it is exact or up to a constant factor."""

AssumptionLike = str | tuple[Any, ...]
"""``"b <= k"``, or ``(left, relation, right)``, or the latter with a flag that says that it holds exactly."""

ConstantsLike = Mapping[str, tuple[Fraction | int | None, Fraction | int | None]] | Iterable[str]


class Regime:
    """A set of ways in which the size parameters grow; immutable and hashable.

    Parameters are at least 1. Those that are `unbounded` tend to infinity, others may stay bounded, and
    `constants` are fixed positive numbers. Use `of` to make one.

    Attributes
    ----------
    assumptions : tuple of Assumption
    unbounded : frozenset of str
    constants : tuple of (str, low, high)
        Strict bounds of the constants; `None` is infinite.
    formals : tuple of Formal
        Formal variables that the assumptions speak of.
    pieces : tuple of Piece
        The regime is the union of these.
    """

    __slots__ = ("_hash", "_key", "assumptions", "constants", "formals", "names", "pieces", "unbounded")

    def __init__(
        self,
        assumptions: tuple[Assumption, ...],
        unbounded: frozenset[str],
        constants: Constants,
        formals: tuple[Formal, ...],
        pieces: tuple[Piece, ...],
    ) -> None:
        self.assumptions = assumptions
        self.unbounded = unbounded
        self.constants = constants
        self.formals = formals
        self.pieces = pieces
        self.names = frozenset(name for name, _, _ in constants)
        self._key = (assumptions, unbounded, constants)
        self._hash = hash(self._key)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Regime) and self._hash == other._hash and self._key == other._key)

    def __repr__(self) -> str:
        return f"Regime.of({[describe(item) for item in self.assumptions]}, unbounded={sorted(self.unbounded)})"

    @classmethod
    def of(
        cls,
        assume: Sequence[AssumptionLike] = (),
        unbounded: Iterable[str] = (),
        constants: ConstantsLike = (),
    ) -> Regime:
        """Make a regime.

        Parameters
        ----------
        assume : sequence of str or tuple
            ``"a <= b"`` says a = O(b), ``"a << b"`` a = o(b), ``"a == b"`` a = Theta(b); also ``>=`` and
            ``>>``. Between two bare names, ``<=`` and ``==`` are exact. A sum, maximum or minimum may
            stand on either side.
        unbounded : iterable of str
            Parameters that tend to infinity.
        constants : mapping of str to (low, high), or iterable of str
            Positive constants, with strict bounds where known.

        Raises
        ------
        GrowthError
            When an assumption cannot be read, or when the assumptions contradict each other.
        """
        from decomposer.growth.assume import build

        return build(assume, unbounded, constants)

    def extended(
        self,
        assume: Sequence[AssumptionLike] = (),
        unbounded: Iterable[str] = (),
        constants: ConstantsLike = (),
    ) -> Regime:
        """The same regime with more assumptions, unbounded parameters or constants.

        Raises
        ------
        GrowthError
            As `of`.
        """
        from decomposer.growth.assume import build

        return build((*self.assumptions, *assume), (*self.unbounded, *unbounded), constants, self.constants)

    def to_dict(self) -> dict[str, object]:
        """The regime as plain data."""
        return {
            "assume": [describe(item) for item in self.assumptions],
            "unbounded": sorted(self.unbounded),
            "constants": {
                name: [None if end is None else str(end) for end in (low, high)] for name, low, high in self.constants
            },
        }


def describe(assumption: Assumption) -> str:
    """Write an assumption as text."""
    left, operator, right, _ = assumption
    return f"{left} {operator} {right}"
