"""Numbers for any problem that keep its assumptions."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from random import Random

from decomposer.expr import Expr, compare, evaluate, parse_relation, sym
from decomposer.problem.model import Parameter, Problem

Numbers = dict[str, int | Fraction]


def numbers(problem: Problem, largest: int, seed: int = 0, fixed: Mapping[str, int] | None = None) -> Numbers:
    """Numbers up to `largest` (or thereabouts) that keep every assumption, at random but always the same."""
    dice = Random(seed)
    relations = [parse_relation(text) for text in problem.assume]
    for attempt in range(20_000):
        room = max(1, largest) << attempt // 2000
        spread = attempt >= 2000
        found = {name: value(parameter, room, dice, spread) for name, parameter in problem.parameters.items()}
        found.update(fixed or {})
        for left, relation, right in relations:
            if relation == "==":
                equal(left, right, found, fixed or {})
        if all(keeps(left, relation, right, found) for left, relation, right in relations):
            return found
    raise AssertionError(f"no numbers for {problem.name} keep {problem.assume}")


def value(parameter: Parameter, largest: int, dice: Random, spread: bool) -> int | Fraction:
    """A number for a parameter; `spread`: evenly on a logarithmic scale."""
    if parameter.kind != "constant":
        return int((largest + 1) ** dice.random()) if spread else dice.randint(1, largest)
    if parameter.high is None:
        return (parameter.low or 0) + Fraction(1)
    return ((parameter.low or Fraction(0)) + parameter.high) / 2


def equal(left: Expr, right: Expr, found: Numbers, fixed: Mapping[str, int]) -> None:
    """Set a parameter to what it is said to equal."""
    for one, other in ((left, right), (right, left)):
        names = one.symbols
        if len(names) == 1 and one == sym(next(iter(names))) and not names & set(fixed):
            found[next(iter(names))] = evaluate(other, {name: Fraction(v) for name, v in found.items()})
            return


def keeps(left: Expr, relation: str, right: Expr, found: Numbers) -> bool:
    """Whether a relation holds at numbers; "much smaller" is a quarter."""
    values = {name: Fraction(number) for name, number in found.items()}
    if relation in ("<<", ">>"):
        left, right = (4 * left, right) if relation == "<<" else (4 * right, left)
        return compare(left, right, values) <= 0
    order = compare(left, right, values)
    return {"<=": order <= 0, "<": order < 0, ">=": order >= 0, ">": order > 0}.get(relation, order == 0)
