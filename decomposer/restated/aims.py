"""What is minimised, and what is limited; and every goal that the facts lead to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from decomposer.formulas.algebra import LIMIT, Poly, Refused, add, constant, div, parse
from decomposer.restated.rules import Rules
from decomposer.restated.space import Goal, Way

Takes = Mapping[str, Poly]
"""What a design takes of each measure."""


class Aims:
    """What is minimised, and what is limited."""

    def __init__(self, problem: Mapping[str, Any]) -> None:
        self.minimised, workers = problem["minimise"], problem["workers"]
        self.workers = None if workers is None else parse(workers)
        self.hosting = {name: parse(model["hosting"]) for name, model in problem["models"].items()}
        self.limits = {name: parse(text) for name, text in problem["limits"].items() if text is not None}
        self.most = constant(self.limits["models"]) if "models" in self.limits else None
        if "models" in self.limits and self.most is None:
            raise Refused("certificates do not cover a limit on models that is no number")

    def cost(self, takes: Takes, models: frozenset[str]) -> Poly:
        """Work, and what the models that are used cost once."""
        total = takes["work"]
        for name in sorted(models):
            total = add(total, self.hosting[name])
        return total

    def minimise(self, takes: Takes, models: frozenset[str]) -> Poly:
        """What is minimised: of the time, the best schedule within a factor of 2."""
        if self.minimised == "cost":
            return self.cost(takes, models)
        if self.minimised == "span" or self.workers is None:
            return takes["span"]
        return add(div(takes["work"], self.workers), takes["span"])

    def limited(self, takes: Takes, models: frozenset[str]) -> Iterator[tuple[str, Poly, Poly]]:
        """What is limited in growth, and its limit."""
        if "cost" in self.limits:
            yield "cost", self.cost(takes, models), self.limits["cost"]
        if "span" in self.limits:
            yield "span", takes["span"], self.limits["span"]

    def allowed(self, models: frozenset[str]) -> bool:
        """Whether no more models are used than may be."""
        return self.most is None or len(models) <= self.most


def unfold(spaces: Sequence[Rules]) -> dict[Goal, list[tuple[Way, ...]]]:
    """Find every goal that the first leads to, with its ways, each as every measure states it.

    A goal below itself would make what is said of goals meaningless.
    """
    ways: dict[Goal, list[tuple[Way, ...]]] = {}
    above: dict[Goal, None] = {}
    waiting: list[tuple[Goal, bool]] = [(spaces[0].root(), False)]
    while waiting:
        goal, done = waiting.pop()
        if done:
            del above[goal]
        elif goal in above:
            raise Refused("a goal needs itself")
        elif goal not in ways:
            ways[goal] = list(zip(*(space.ways(goal) for space in spaces), strict=True))
            above[goal] = None
            waiting.append((goal, True))
            waiting += [(need.goal, False) for way, *_ in ways[goal] for need in way.needs]
        if len(ways) > LIMIT:
            raise Refused(f"more than {LIMIT} goals")
    return ways
