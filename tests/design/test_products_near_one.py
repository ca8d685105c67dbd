"""Logarithms of chances near one are enclosed as closely as they are small."""

from __future__ import annotations

from fractions import Fraction

import pytest

from decomposer.design.products import Product, _logarithm
from decomposer.expr.enclosures import log_bounds


@pytest.mark.parametrize("bits", [64, 128, 192])
@pytest.mark.parametrize("gap", [Fraction(1, 3 << 16), Fraction(7, 11 << 40), Fraction(5, 9 << 200)])
def test_the_series_and_the_logarithm_agree(gap: Fraction, bits: int) -> None:
    low, high = _logarithm(1 - gap, bits)
    least, most = log_bounds(1 - gap, 700)
    assert low <= least
    assert most <= high < 0
    assert high - low <= gap / (1 << (bits - 6))


def test_chances_are_told_apart_however_near_one() -> None:
    once, half = 1 - Fraction(1, 1 << 5000), 1 - Fraction(1, 1 << 5001)
    assert Product.of(once, 10**6).compare(Product.of(half, 10**6)) < 0
    # (1 - x/2)**2 = 1 - x + x**2/4
    assert Product.of(once).compare(Product.of(half, 2)) < 0


def test_powers_of_one_number_are_equal() -> None:
    base = Fraction(647, 648)
    assert Product.of(base**2, 10**6).compare(Product.of(base, 2 * 10**6)) == 0
    assert Product.of(base**2, 10**6).compare(Product.of(base, 2 * 10**6 + 1)) > 0
