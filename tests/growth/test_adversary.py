"""Questions that were once answered wrongly, or not at all, with their neighbours."""

from __future__ import annotations

import pytest

from decomposer.errors import GrowthError
from decomposer.growth import Regime, relation


def test_a_contradiction_leaves_no_trace() -> None:
    """Finding the assumption to blame must not be remembered as the regime without assumptions."""
    with pytest.raises(GrowthError, match="contradict"):
        Regime.of(["q7 << p7", "p7 <= q7"], ["p7", "q7"])
    assert relation("q7", "p7", unbounded=["p7", "q7"]).kind == "incomparable"


@pytest.mark.parametrize(
    ("f", "g", "right"),
    [
        # A power whose exponent is outside the class is not a constant.
        ("2**factorial(n)", "2**n", "omega"),
        ("exp(exp(2*log(n**5 + n)*log(log(n))))", "n", "omega"),
        # Exponents that differ by a factor that tends to 1.
        ("exp(exp(n))/exp(exp(n - exp(-exp(n))))", "1", "Theta"),
        ("exp(exp(exp(n)))/exp(exp(exp(n - exp(-exp(n)))))", "1", "Theta"),
        ("exp(exp(n + exp(-n)))", "exp(exp(n))", "Theta"),
        ("exp(n*exp(1/n))", "exp(n)", "Theta"),
        ("exp(n**2*exp(1/n))", "exp(n**2)", "omega"),
    ],
)
def test_towers_are_right_or_refused(f: str, g: str, right: str) -> None:
    mirror = {"omega": "o", "Theta": "Theta"}
    assert relation(f, g, unbounded=["n"]).kind in (right, "unknown")
    assert relation(g, f, unbounded=["n"]).kind in (mirror[right], "unknown")
