"""Cases: the linear rows that hold between the logarithms of formal variables.

With u the logarithm of each formal variable, a case is a cone ``W u >= 0`` with strict rows ``S u > 0``.
To the rows of the assumptions come those that hold by nature, see `decomposer.growth.rows`. Where the
order of two variables matters and is open, `split` distinguishes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import lcm

from decomposer.growth.constants import Constants
from decomposer.growth.formal import Formal, Monomial, Variable, parts
from decomposer.growth.lp import IntVector, Ray, feasible, solve

TIER = 1 << 160
"""How much a variable outgrows its logarithm; above every determinant that can arise."""
RATIO = 1 << 64
"""Stands for a bounded ratio that is not known; beyond every exponent, far below `TIER`."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a regime: monomials that are at least about 1, that tend to infinity, and that are at least 1."""

    weak: tuple[Monomial, ...] = ()
    strict: tuple[Monomial, ...] = ()
    exact: tuple[Monomial, ...] = ()

    def joined(self, other: Piece) -> Piece:
        """Both pieces at once."""
        return Piece(
            tuple(dict.fromkeys(self.weak + other.weak)),
            tuple(dict.fromkeys(self.strict + other.strict)),
            tuple(dict.fromkeys(self.exact + other.exact)),
        )


@dataclass(frozen=True, slots=True)
class Split:
    """What a branch assumes of two formal variables.

    The first is far larger (`far`), or the ratio of their logarithms is bounded. With a `power`: the first is
    at least (`far`), or at most, that power of the second.
    """

    first: Formal
    second: Formal
    far: bool
    power: Fraction | None = None


class Case:
    """A cone of directions, ready for linear programs.

    Attributes
    ----------
    order : tuple of Formal
    index : dict of Formal to int
    weak, strict, exact : list of IntVector
        ``row . u >= 0``; ``> 0``; and rows whose monomial is at least 1, not only up to a constant.
        Strict rows are among the weak ones. That u is nonnegative goes without saying.
    """

    __slots__ = (
        "closed_rows",
        "constants",
        "exact",
        "index",
        "open_rows",
        "order",
        "origin",
        "pairs",
        "ratios",
        "splits",
        "strict",
        "weak",
    )

    def __init__(
        self, piece: Piece, order: tuple[Formal, ...], splits: tuple[Split, ...], constants: Constants
    ) -> None:
        self.order = order
        self.index = {formal: i for i, formal in enumerate(order)}
        self.origin = piece
        self.splits = splits
        self.constants = constants
        self.weak: list[IntVector] = []
        self.strict: list[IntVector] = []
        self.exact: list[IntVector] = []
        self.pairs: list[tuple[Formal, Formal, IntVector]] = []
        self.ratios: list[tuple[Formal, Formal, Formal, Formal]] = []
        for row in piece.strict:
            self.add_strict(self.dense(row))
        for row in piece.weak:
            self.add_weak(self.dense(row))
        self.exact.extend(self.dense(row) for row in piece.exact)
        if any(not isinstance(formal, Variable) for formal in order):
            from decomposer.growth.rows import Builder

            Builder(self).build()
        self.closed_rows = [(0, *(-x for x in row)) for row in self.weak]
        self.open_rows = [(1, *(-x for x in row)) for row in self.strict] + [
            row for row, own in zip(self.closed_rows, self.weak, strict=True) if own not in self.strict
        ]

    # -- vectors ----------------------------------------------------------------------------------

    def vector(self, monomial: Monomial) -> list[int | Fraction]:
        """Exponents as a dense vector."""
        result: list[int | Fraction] = [0] * len(self.order)
        for formal, exponent in monomial:
            result[self.index[formal]] = exponent
        return result

    def dense(self, monomial: Monomial) -> IntVector:
        """Exponents as a dense vector, scaled by a positive number to integers."""
        result = [0] * len(self.order)
        scale = lcm(*(exponent.denominator for _, exponent in monomial)) if monomial else 1
        for formal, exponent in monomial:
            result[self.index[formal]] = int(exponent * scale)
        return tuple(result)

    def add_weak(self, row: IntVector) -> None:
        """Add a row, unless it goes without saying."""
        if min(row, default=0) < 0 and row not in self.weak:
            self.weak.append(row)

    def add_strict(self, row: IntVector) -> None:
        """Add a strict row."""
        if row not in self.strict:
            self.strict.append(row)
            self.add_weak(row)

    # -- questions --------------------------------------------------------------------------------

    @property
    def empty(self) -> bool:
        """Whether no direction satisfies the strict rows: the assumptions contradict each other."""
        return bool(self.strict) and not feasible(self.open_rows, len(self.order))

    def escape(self, differences: Iterable[Sequence[int]]) -> Ray | None:
        """A direction of the closed cone along which every difference is negative."""
        answer = solve([(1, *row) for row in differences] + self.closed_rows, len(self.order))
        return answer if isinstance(answer, Ray) else None

    def interior_escape(self, differences: Iterable[Sequence[int]]) -> Ray | None:
        """A direction with all strict rows positive along which no difference is positive."""
        answer = solve(self.open_rows + [(0, *row) for row in differences], len(self.order))
        return answer if isinstance(answer, Ray) else None

    def inconsistent(self, direction: IntVector) -> tuple[Split, ...] | None:
        """The cases to distinguish, where values along a direction disagree with those of their logarithms."""
        vague: list[tuple[Formal, Formal]] = []
        lifted: list[tuple[int, ...]] = []
        for first, second, difference in self.pairs:
            x, y = direction[self.index[first]], direction[self.index[second]]
            gap = sum(a * b for a, b in zip(difference, direction, strict=True))
            if gap > 0:
                wrong = x < RATIO * y
            elif gap < 0:
                wrong = y < RATIO * x
            elif x and y:
                wrong = x > RATIO * y or y > RATIO * x
            else:
                wrong = False
                if x or y:
                    vague.append((first, second))
                    lifted.append((1, *((-v for v in difference) if x else difference)))
            if wrong:
                return _orders(first, second)
        # One of the two is nothing on the scale of the direction: its logarithm must be able to be less as well.
        if vague and not feasible([*lifted, *self.closed_rows], len(self.order)):
            return _orders(*vague[0])
        return self._uneven(direction)

    def _uneven(self, direction: IntVector) -> tuple[Split, ...] | None:
        """``a**m`` to ``b**m`` is on the scale of logarithms as a to b: where it is not, split in between."""
        for a, b, x, y in self.ratios:
            below, above = direction[self.index[b]], direction[self.index[y]]
            if below and above:
                bases = Fraction(direction[self.index[a]], below)
                powers = Fraction(direction[self.index[x]], above)
                low, high = min(bases, powers), max(bases, powers)
                if high < RATIO and (high - low) * 1024 > high:
                    between = _simplest(low, high)
                    return Split(a, b, True, between), Split(a, b, False, between)
        return None

    def split(self, branches: Iterable[Split]) -> list[Case]:
        """The cases with one more thing assumed each; empty ones are left out."""
        cases = (case_of(self.origin, self.order, (*self.splits, branch), self.constants) for branch in branches)
        return [case for case in cases if not case.empty]


def _orders(first: Formal, second: Formal) -> tuple[Split, ...]:
    """The first far larger, far smaller, or alike on the scale of logarithms."""
    return Split(first, second, True), Split(second, first, True), Split(first, second, False)


def _simplest(low: Fraction, high: Fraction) -> Fraction:
    """The fraction of least denominator strictly between two nonnegative numbers."""
    whole = low.numerator // low.denominator
    if whole + 1 < high:
        return Fraction(whole + 1)
    if low == whole:
        # Between whole and high <= whole + 1: whole + 1/q with the least q.
        room = high - whole
        return whole + Fraction(1, room.denominator // room.numerator + 1)
    return whole + 1 / _simplest(1 / (high - whole), 1 / (low - whole))


@lru_cache(maxsize=1024)
def case_of(piece: Piece, order: tuple[Formal, ...], splits: tuple[Split, ...], constants: Constants) -> Case:
    """Build a case, once."""
    return Case(piece, order, splits, constants)


def closure(formals: Iterable[Formal]) -> tuple[Formal, ...]:
    """Formal variables with all that they are made of, in a fixed order."""
    found: set[Formal] = set()
    waiting = list(formals)
    while waiting:
        formal = waiting.pop()
        if formal not in found:
            found.add(formal)
            waiting.extend(parts(formal))
    return tuple(sorted(found, key=lambda formal: (formal.rank, formal.key)))
