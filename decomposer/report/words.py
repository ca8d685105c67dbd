"""What more and less are called, of what a problem minimises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """How designs compare: one `less` than another is `better`, and the other `worse`."""

    less: str
    worse: str
    better: str


COST = Words("costs less", "dearer", "cheaper")

WORDS: Mapping[str, Words] = {
    "cost": COST,
    "span": Words("has a shorter critical path", "slower", "faster"),
    "time": Words("takes less time", "slower", "faster"),
    "scope": COST,
}
"""By objective; designs of one scope are compared by cost."""

OPPOSITE: Mapping[str, str] = {
    one: other for words in WORDS.values() for one, other in ((words.worse, words.better), (words.better, words.worse))
}
"""What so many times less is called, by what so many times more is."""
