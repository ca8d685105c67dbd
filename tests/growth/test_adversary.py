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
