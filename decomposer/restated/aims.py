"""What is minimised, and what is limited."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from decomposer.formulas.algebra import Poly, Refused, add, constant, div, parse

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
