"""The search against enumeration: every design of the space, every free parameter at every integer."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cmp_to_key
from itertools import islice

import pytest

from decomposer.design.contract import check_design
from decomposer.design.lift import hand_design
from decomposer.design.nodes import Design, Each, Merge, Recurse, Serve, children, substitute, with_children
from decomposer.errors import DesignError
from decomposer.expr import Expr, evaluate, num, sym
from decomposer.expr.parse import parse_relation
from decomposer.problem.items import room_for_items
from decomposer.problem.load import load
from decomposer.problem.model import Problem
from decomposer.problem.substitute import substitute as at_numbers
from decomposer.problems import names
from decomposer.rules import Decision
from decomposer.search.enumerate import designs
from decomposer.search.spread import exact, order, settle
from decomposer.search.unfold import unfold
from decomposer.verbs.measure import minimised
from decomposer.verbs.optimize import optimize

MOST = 500
"""Designs of a space that are listed."""


def settled(design: Design, decisions: tuple[Decision, ...]) -> Iterator[Design]:
    """The design at every value of its free parameters; bounds may depend on other parameters."""
    if not decisions:
        yield design
        return
    first = next(one for one in decisions if not one.high.symbols)
    others = tuple(one for one in decisions if one is not first)
    for value in range(int(exact(first.low)), int(exact(first.high)) + 1):
        fixed = {first.name: num(value)}
        rest = tuple(replace(one, low=one.low.subs(fixed), high=one.high.subs(fixed)) for one in others)
        yield from settled(substitute(design, fixed), rest)


def fitting(problem: Problem, design: Design) -> bool:
    """Whether all calls fit into the windows of their models."""
    if all(model.window is None for model in problem.models.values()):
        return True
    try:
        check_design(problem, design)
    except DesignError:
        return False
    return True


def cheapest(problem: Problem) -> Expr:
    costs = [
        settle(minimised(problem, one))
        for design, decisions in designs(unfold(problem))
        for one in settled(design, decisions)
        if fitting(problem, one)
    ]
    return min(costs, key=cmp_to_key(order))


def some_numbers(problem: Problem, source: random.Random) -> dict[str, int | Fraction]:
    """Small numbers that respect `k <= n`, as shipped problems assume; no more items than there can be."""
    values: dict[str, int | Fraction] = {name: source.randint(1, 7) for name in problem.parameters}
    if "k" in values:
        values["k"] = source.randint(2, 7)
    if "n" in values:
        values["n"] = source.randint(int(values.get("k", 7)), 12)
    if "b" in values:
        values["b"] = source.randint(1, int(min((values[name] for name in ("k", "D") if name in values), default=7)))
    for _, count, most in room_for_items(problem):
        for name in count.symbols:
            values[name] = min(values[name], exact(most.subs({other: num(value) for other, value in values.items()})))
    if "W" in values:  # wide enough for instructions, and for a token more
        values["W"], values["r"] = source.randint(10, 12), source.randint(1, 3)
    if "e" in values:
        values["e"] = Fraction(1, 2)
    if "q" in values:
        values["q"] = Fraction(source.randint(1, 9), 10)
    return values


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("seed", range(4))
def test_optimum_at_numbers_is_the_cheapest_design(name: str, seed: int) -> None:
    problem = load(name)
    if problem.target is not None:
        pytest.skip("tests of reliable designs enumerate spaces with a target")
    if unfold(problem).graph.count() > MOST:
        pytest.skip("too many designs to list each at every size")
    numbers = some_numbers(problem, random.Random(f"{name} {seed}"))
    result = optimize(problem, at=numbers)
    assert result.status == "optimal"
    assert result.cost.value == cheapest(at_numbers(problem, numbers))


def test_costs_beyond_working_with_are_left_out_and_owned_up_to() -> None:
    """Retrying 5 000 blocks at once takes 2**5000 attempts: too many digits for a number."""
    retried = optimize(load("evolution-all-or-nothing"), at={"k": 5000, "l": 1, "m_u": 1})
    assert (retried.status, retried.cost.value) == ("optimal", None)  # nothing else does the job
    local = optimize(load("evolution"), at={"k": 10**6, "l": 1, "m_u": 1})
    assert local.status == "bounded"
    assert local.cost.value == 2 * 10**6


def far_out(problem: Problem, numbers: dict[str, int | Fraction]) -> dict[str, int | Fraction]:
    """Numbers at which what is assumed to be much smaller is: what stands on the right is raised until it is so."""
    relations = [parse_relation(text) for text in problem.assume]
    if not any(sign == "<<" for _, sign, _ in relations):
        return numbers
    for _ in range(40):
        for left, sign, right in relations:
            factor = {"<<": 30, "<=": 1}.get(sign, 0)
            symbolic = {name: num(value) for name, value in numbers.items()}
            if evaluate(left.subs(symbolic), {}) * factor > evaluate(right.subs(symbolic), {}):
                numbers |= {name: 2 * numbers[name] for name in sorted(right.symbols - left.symbols)}
    return numbers


@pytest.mark.parametrize("name", names())
def test_asymptotic_optimum_wins_at_large_numbers(name: str) -> None:
    """Far out on a curve through the regime, no design of the space is cheaper by more than a constant."""
    problem = load(name)
    if problem.target is not None:
        pytest.skip("most designs of the space do not reach the target")
    if unfold(problem).graph.count() > MOST:
        pytest.skip("too many designs to price each")
    result = optimize(problem)
    numbers: dict[str, int | Fraction] = dict.fromkeys(problem.parameters, 40)
    numbers |= {name: size for name, size in (("k", 24), ("n", 200)) if name in problem.parameters}
    numbers |= {name: Fraction(1, 2) for name in ("q", "e") if name in problem.parameters}
    numbers = far_out(problem, numbers)
    if "m_d == k*m_s" in problem.assume:
        numbers["m_d"] = numbers["k"] * numbers["m_s"]
    here = at_numbers(problem, {key: value for key, value in numbers.items() if key in problem.parameters})
    fixed = {key: num(value) for key, value in numbers.items()}
    own = minimised(here, substitute(result.design, fixed))
    for design, decisions in designs(unfold(here)):
        for one in islice(settled(design, decisions), 1):
            assert order(own, 3 * minimised(here, one)) <= 0


@pytest.mark.parametrize("name", names())
def test_designs_are_distinct_and_counted(name: str) -> None:
    problem = load(name)
    space = unfold(problem)
    found = [design for design, _ in designs(space)]
    assert len(found) == len(set(found)) == space.graph.count()


@pytest.mark.parametrize("name", names())
def test_legal_hand_designs_are_in_the_space(name: str) -> None:
    """Fixed values of free parameters are instances of a design with the parameter open."""
    problem = load(name)
    if problem.target is not None:
        pytest.skip("the rules choose the leads that the target asks for")
    found = {
        opened(one)
        for design, decisions in designs(unfold(problem))
        for one in (design, *(substitute(design, {d.name: num(value) for d in decisions}) for value in (2, 3)))
    }
    for hand in problem.designs:
        assert opened(hand_design(problem, hand)) in found, hand


def opened(design: Design) -> Design:
    """The design with groups of any size, where they are not of a single part."""
    parts = children(design)
    rebuilt = with_children(design, tuple(opened(part) for part in parts)) if parts else design
    if isinstance(rebuilt, Serve) and rebuilt.every is not None:
        rebuilt = replace(rebuilt, every=sym("r"))
    if isinstance(rebuilt, Each | Merge | Recurse | Serve) and rebuilt.size != num(1):
        return replace(rebuilt, size=sym("g"))
    return rebuilt


def test_debugging_has_structurally_different_designs() -> None:
    """Beside the hand designs, the rules propose dozens of others; free parameters do not add to the count."""
    space = unfold(load("debugging"))
    assert space.graph.count() > 40
    assert space.graph.or_nodes > 20
    assert space.graph.and_nodes > space.graph.or_nodes
