"""What the free parameters of a design stand for."""

from __future__ import annotations

from decomposer.search.price import Candidate

Meanings = tuple[tuple[str, str], ...]
"""Names of free parameters, each with what it counts."""


def meanings(candidate: Candidate) -> Meanings:
    """Say what each free parameter counts, by the alternatives that were taken; one name may count several things."""
    found: dict[str, list[str]] = {}
    for _, step in candidate.choices:
        for decision in step.alternative.decisions:
            if decision.about and decision.about not in found.setdefault(decision.name, []):
                found[decision.name].append(decision.about)
    return tuple((name, "; ".join(about)) for name, about in found.items() if about)
