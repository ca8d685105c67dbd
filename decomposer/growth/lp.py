"""Homogeneous linear programs in exact integers: the engine of every comparison.

All questions about growth come down to one form: is there a ``u >= 0`` with ``t > 0`` such that
``r_t * t + r . u <= 0`` for every row? Zero is always feasible, so there is no first phase; the answer is a
ray, or multipliers that prove that there is none (Farkas).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

IntVector = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ray:
    """A direction with ``t > 0`` that satisfies every row."""

    t: int
    direction: IntVector


@dataclass(frozen=True, slots=True)
class Proof:
    """Multipliers that refute ``t > 0``.

    With y the multipliers and r the rows: ``sum y_i * r_i`` has coefficient 1 on t and the nonnegative
    coefficients `slack` on u, so that ``t + slack . u <= 0``.
    """

    multipliers: tuple[Fraction, ...]
    slack: tuple[Fraction, ...]


def solve(rows: Sequence[Sequence[int]], width: int) -> Ray | Proof:
    """Find a ray with ``t > 0``, or prove that there is none.

    Parameters
    ----------
    rows : sequence of sequence of int
        Coefficients of t, then of the `width` components of u. Some row must bound t.
    width : int

    Notes
    -----
    Simplex on a condensed tableau with integer pivots (Edmonds, Bareiss): after each pivot all entries are
    minors of the input, divided exactly by the previous pivot. Bland's rule, since every vertex is
    degenerate.
    """
    count = len(rows)
    # Variables: 0 is t, 1..width are u, then one slack per row.
    table = [list(row) for row in rows]
    basis = list(range(width + 1, width + 1 + count))
    columns = list(range(width + 1))
    pivot_row = -1
    for i in range(count):
        if table[i][0] > 0:
            pivot_row = i
            break
    if pivot_row < 0:
        return Ray(1, (0,) * width)
    previous = _pivot(table, basis, columns, pivot_row, 0, 1)
    goal = pivot_row
    while True:
        objective = table[goal]
        column, entering = -1, 0
        for j, value in enumerate(objective):
            if value < 0 and (column < 0 or columns[j] < entering):
                column, entering = j, columns[j]
        if column < 0:
            return _proof(objective, columns, previous, count, width)
        row, leaving = -1, 0
        for i in range(count):
            if table[i][column] > 0 and (row < 0 or basis[i] < leaving):
                row, leaving = i, basis[i]
        if row < 0:
            return _ray(table, basis, columns[column], column, previous, width)
        previous = _pivot(table, basis, columns, row, column, previous)


def feasible(rows: Sequence[Sequence[int]], width: int) -> bool:
    """Whether there is a ray with ``t > 0``."""
    return isinstance(solve(rows, width), Ray)


def _pivot(table: list[list[int]], basis: list[int], columns: list[int], row: int, column: int, previous: int) -> int:
    pivots = table[row]
    pivot = pivots[column]
    for i, line in enumerate(table):
        if i == row:
            continue
        factor = line[column]
        if factor:
            if previous == 1:
                line = [x * pivot - factor * y for x, y in zip(line, pivots, strict=True)]
            else:
                line = [(x * pivot - factor * y) // previous for x, y in zip(line, pivots, strict=True)]
            line[column] = -factor
            table[i] = line
        elif pivot != previous:
            table[i] = [x * pivot // previous for x in line]
    pivots[column] = previous
    basis[row], columns[column] = columns[column], basis[row]
    return pivot


def _ray(table: list[list[int]], basis: list[int], entering: int, column: int, previous: int, width: int) -> Ray:
    values = [0] * (width + 1)
    if entering <= width:
        values[entering] = previous
    for i, variable in enumerate(basis):
        if variable <= width:
            values[variable] = -table[i][column]
    common = gcd(*values)
    if common > 1:
        values = [value // common for value in values]
    return Ray(values[0], tuple(values[1:]))


def _proof(objective: list[int], columns: list[int], previous: int, count: int, width: int) -> Proof:
    multipliers = [Fraction(0)] * count
    slack = [Fraction(0)] * width
    for j, variable in enumerate(columns):
        value = Fraction(objective[j], previous)
        if variable > width:
            multipliers[variable - width - 1] = value
        elif variable:
            slack[variable - 1] = value
    return Proof(tuple(multipliers), tuple(slack))


def integral(vector: Sequence[int | Fraction]) -> list[int]:
    """Scale a rational vector by a positive number so that it is integral."""
    for value in vector:
        if type(value) is not int:
            scale = lcm(*(value.denominator for value in vector))
            return [int(value * scale) for value in vector]
    return list(vector)  # type: ignore[arg-type]
