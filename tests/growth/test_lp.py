"""The simplex: every answer carries its own proof, and both kinds are checked."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from decomposer.growth.lp import Proof, Ray, feasible, integral, solve

Rows = list[list[int]]


@st.composite
def systems(draw: st.DrawFn) -> tuple[Rows, int]:
    width = draw(st.integers(1, 6))
    entry = st.integers(-4, 4)
    first = draw(st.lists(st.lists(entry, min_size=width, max_size=width), min_size=1, max_size=6))
    others = draw(st.lists(st.lists(entry, min_size=width, max_size=width), max_size=6))
    return [[1, *row] for row in first] + [[0, *row] for row in others], width


def check(rows: Rows, width: int) -> bool:
    """Verify the answer by hand; return whether it is a ray."""
    answer = solve([list(row) for row in rows], width)
    if isinstance(answer, Ray):
        assert answer.t > 0
        assert all(x >= 0 for x in answer.direction)
        for row in rows:
            assert row[0] * answer.t + sum(a * b for a, b in zip(row[1:], answer.direction, strict=True)) <= 0
        return True
    assert isinstance(answer, Proof)
    assert all(y >= 0 for y in answer.multipliers)
    assert sum((y * row[0] for y, row in zip(answer.multipliers, rows, strict=True)), Fraction(0)) == 1
    for j in range(width):
        total = sum((y * row[j + 1] for y, row in zip(answer.multipliers, rows, strict=True)), Fraction(0))
        assert total == answer.slack[j] >= 0
    return False


@settings(max_examples=400, deadline=None)
@given(systems())
def test_answers_are_proved(system: tuple[Rows, int]) -> None:
    rows, width = system
    assert check(rows, width) == feasible(rows, width)


def test_both_answers_occur() -> None:
    # u1 > u2 and u2 > u1 cannot both be.
    assert not check([[1, -1, 1], [1, 1, -1]], 2)
    assert check([[1, -1, 1]], 2)
    # Without a row that bounds t, t is free.
    assert check([[0, 1, -1]], 2)
    assert isinstance(solve([[0, 1]], 1), Ray)


def test_large_entries_stay_exact() -> None:
    big = 1 << 200
    assert not check([[1, -big, big + 1], [1, big + 1, -big - 2]], 2)
    assert check([[1, -big - 1, big], [1, big, -big - 1]], 2)


def test_degenerate_systems_end() -> None:
    """The classical cycling example of Beale, made homogeneous."""
    rows = [[1, -3, 80, -2, 24], [0, 1, -32, -4, 36], [0, 1, -24, -1, 6], [0, 0, 0, 1, 0]]
    assert not check(rows, 4)


def test_integral() -> None:
    assert integral([Fraction(1, 2), Fraction(-1, 3), 0]) == [3, -2, 0]
    assert integral([2, 4]) == [2, 4]
