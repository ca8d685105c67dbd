"""A document: the blocks that every renderer can write."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from decomposer.design.evaluate import Agent
from decomposer.errors import GrowthError, OutsideClassError
from decomposer.expr import ONE, Expr, parse, pretty
from decomposer.growth import Ratio, RatioCase, relation
from decomposer.growth.factor import Factor
from decomposer.problem.model import Problem
from decomposer.report.factors import factor_text
from decomposer.report.numerals import finite, number
from decomposer.report.words import OPPOSITE, WORDS
from decomposer.search.price import Policy
from decomposer.verbs.effort import as_assumption
from decomposer.verbs.growths import growth_of
from decomposer.verbs.illegal import IllegalDesign
from decomposer.verbs.measure import regime_of
from decomposer.verbs.scopes import Extent


@dataclass(frozen=True, slots=True)
class Title:
    """What the document is about, and a sentence on it."""

    text: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A section begins."""

    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Named values, one a line."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Code:
    """Lines to be shown as they are."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table; in plain text, cells go on in further lines where the page is too narrow, unless `broken` is false."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    broken: bool = True


@dataclass(frozen=True, slots=True)
class Points:
    """A list of sentences."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hint:
    """What to run next."""

    command: str


def illegal_designs(found: Iterable[IllegalDesign]) -> list[Block]:
    """Tell of hand designs that break the contract, with the places and the reasons."""
    lines = tuple(line for design in found for line in (f"{design.name}:", *_indented(str(design))))
    return [Heading("hand designs that break the contract of a task, not compared"), Code(lines)] if lines else []


def _indented(text: str) -> list[str]:
    return [f"  {line}" for line in text.splitlines()]


def largest(found: Extent, writer: Writer) -> str:
    """Write one measure of a scope: exactly, or its growth where that is long; and at numbers."""
    exact = writer.formula(found.exact)
    shown = exact if len(exact) <= MOST_SHOWN else writer.theta(found.theta)
    if found.value is None:
        return shown
    plain = number(found.value)
    return plain if shown == plain else f"{plain} = {shown}"


def whose(found: Extent) -> str:
    """Name the agents that have the largest; `or` where it depends on the growth of the parameters."""
    return (", " if found.everywhere else " or ").join(found.agents)


Block: TypeAlias = Title | Heading | Facts | Code | Table | Points | Hint


MOST_SHOWN = 60
"""Characters of a formula that stands beside its value."""


MOST_IN_TABLE = 30
"""Characters of a formula in a table, instead of which its growth may stand."""


def rounded_down(chance: Fraction, digits: int = 6) -> str:
    """Write a chance to so many digits behind the point, or behind its zeros or nines, rounded down."""
    shown = digits
    while 0 < chance < 1 and shown < MOST_SHOWN and min(chance, 1 - chance) * 10 ** (shown - digits + 1) < 1:
        shown += 1
    text = str(chance.numerator * 10**shown // chance.denominator).zfill(shown + 1)
    return f"{text[:-shown]}.{text[-shown:]}".rstrip("0").rstrip(".")


def rounded(chance: Fraction) -> str:
    """Write a chance, behind ``≈`` where digits were left out."""
    shown = rounded_down(chance)
    return shown if Fraction(shown) == chance else f"≈ {shown}"


class Writer:
    """Writes formulas for people: sizes and prices of models first, then the other parameters as declared."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.words = WORDS[problem.minimise]
        sizes = [capability.size for capability in problem.capabilities.values()]
        sizes += [model.size for model in problem.models.values()]
        stated = [model.prices for model in problem.models.values() if model.prices is not None]
        sizes += [price for prices in stated for price in (prices.input, prices.output, prices.again)]
        first = [name for name in problem.parameters if any(name in size.symbols for size in sizes)]
        self.first = len(first)
        self.order = (*first, *(name for name in problem.parameters if name not in first))

    def formula(self, value: Expr) -> str:
        """Write a formula."""
        return pretty(value, self.order, self.first)

    def model(self, agent: Agent) -> str:
        """Write the model of an agent, with what its calls are billed by: prices of its own, or its size."""
        if agent.model is None:
            return self.formula(agent.size)
        prices = self.problem.models[agent.model].prices
        if prices is None:
            return f"{agent.model}, {self.formula(agent.size)}"
        told = f"{agent.model}, {self.price(prices.input)} in, {self.price(prices.output)} out"
        discounted = prices.cached is not None and self.problem.cost.kind == "cached"
        return f"{told}, {self.price(prices.again)} cached" if discounted else told

    def price(self, value: Expr) -> str:
        """Write a price as price lists do, in decimals where these are finite."""
        return finite(value) or self.formula(value)

    def short(self, value: Expr) -> str:
        """Write a formula, or its growth where it is long."""
        exact = self.formula(value)
        return exact if len(exact) <= MOST_IN_TABLE else self.theta(growth_of(value, regime_of(self.problem)))

    def policy(self, policy: Policy, beside: Iterable[Policy] = ()) -> str:
        """Write the value of a free parameter, with what it counts, and for which tasks where the name is shared."""
        value = self.formula(policy.value)
        shared = len({one.tasks for one in beside if one.name == policy.name}) > 1
        told = [policy.about] if policy.about else []
        told += [f"for {' + '.join(policy.tasks)}"] if shared and policy.tasks else []
        return f"{value} ({', '.join(told)})" if told else value

    def theta(self, value: Expr) -> str:
        """Write a growth."""
        return f"Θ({self.formula(value)})"

    def chance(self, formula: Expr, value: Fraction | None, uneven: bool = False) -> str:
        """Write a reliability: as a number where it is one, beside the formula where that says more and holds."""
        if value is None:
            return self.formula(formula)
        shown, exact = rounded(value), formula.as_fraction()
        if exact is None or shown != str(exact):
            short = self.formula(formula) if len(self.formula(formula)) <= MOST_SHOWN and not uneven else ""
            return f"{shown} (= {short})" if short else shown
        return shown

    def ratio(self, ratio: Ratio, word: str = "", factor: Factor | None = None) -> list[str]:
        """Write a ratio, a line for each growth: so many times worse, or what the word says; else better.

        Where both have one growth, the `factor` between them is told.
        """
        worse = word or self.words.worse
        constant = "" if factor is None else factor_text(factor, self.words)
        alike: dict[Expr, list[RatioCase]] = {}
        for case in ratio.cases:
            alike.setdefault(case.growth, []).append(case)
        lines = []
        for growth, cases in alike.items():
            same = f"the same growth, {constant}" if constant else "the same growth"
            times = same if growth == 1 else f"{self.formula(growth)} times {worse}"
            if worse in OPPOSITE and all(map(self.vanishes, cases)):
                times = f"{self.formula(ONE / growth)} times {OPPOSITE[worse]}"
            where = (f" where {self.conditions(case.conditions)}" for case in cases if case.conditions)
            lines.append(times + ", or".join(where))
        return lines

    def vanishes(self, case: RatioCase) -> bool:
        """Whether a case of a ratio is a product of powers that is below 1 in the end."""
        if len(case.growth.terms) != 1 or all(exponent > 0 for _, exponent in case.growth.terms[0][0]):
            return False
        try:
            regime = regime_of(self.problem).extended([as_assumption(condition) for condition in case.conditions])
            return relation(case.growth, ONE, regime=regime).kind in ("o", "O")
        except (GrowthError, OutsideClassError):
            return False

    def conditions(self, conditions: Iterable[str]) -> str:
        """Write conditions of a regime."""
        return " and ".join(map(self.condition, conditions))

    def condition(self, condition: str) -> str:
        """Write a condition such as ``k*m_q = O(b*l*m_d)``."""
        parts = re.fullmatch(r"(.+?) *(= [oO]\(|<=|<<|==) *(.+?)(\)?)", condition)
        if parts is None:
            return condition
        left, relation, right, close = parts.groups()
        if relation.endswith("("):
            return f"{self.formula(parse(left))} {relation}{self.formula(parse(right))}{close}"
        return f"{self.formula(parse(left))} {relation} {self.formula(parse(right + close))}"
