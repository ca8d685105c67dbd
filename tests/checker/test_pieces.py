"""Tasks that are done in pieces: restated as the program states them, and nothing too low is proved of them."""

from __future__ import annotations

import copy
import math
import re
from fractions import Fraction
from itertools import product
from typing import Any

import pytest

from decomposer.checker.check import check as replay
from decomposer.formulas.algebra import Poly, Refused, show
from decomposer.problem.load import load
from decomposer.problem.long_form import long_form
from decomposer.restated.rules import Rules
from decomposer.restated.space import Way
from decomposer.restated.spans import Spans
from decomposer.verbs.certify import CertificateError, certify
from tests.checker import pieces
from tests.checker.test_restated import same, same_spans, ways

KINDS = ("memory",)
SEEDS = (1, 2, 3, 6, 7, 8, 9, 10, 15, 16)
"""Those of small problems; 60 of each kind agree."""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", SEEDS)
def test_random(seed: int, kind: str) -> None:
    """The same goals, ways, and costs of every design, and the same critical paths."""
    try:
        same(pieces.problem_of(seed, kind))
    except Refused as error:
        assert re.search("cached|both a window", str(error))
    same_spans(pieces.problem_of(seed, kind))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", SEEDS)
def test_random_is_certified(seed: int, kind: str) -> None:
    problem = pieces.problem_of(seed, kind)
    try:
        certificate = certify(problem)
    except CertificateError as error:
        assert re.search("cover|proved|feasible|proof", str(error))
    else:
        assert replay(long_form(problem), certificate)


def value(poly: Poly, at: dict[str, Fraction]) -> float:
    """A formula at numbers."""
    functions = {"max": max, "ceil": math.ceil, "log": math.log}
    return float(eval(show(poly), {**functions, **{name: float(x) for name, x in at.items()}}))


def stated(kind: str, seeds: tuple[int, ...], spans: bool) -> list[tuple[dict[str, Any], Way]]:
    """Ways of random problems that have bounds beside what they take exactly."""
    found = []
    for seed in seeds:
        spelled = {**long_form(pieces.problem_of(seed, kind)), "law": {"kind": "linear", "exponent": "1"}}
        try:
            rules = (Spans if spans else Rules)(spelled)
            every = [way for one in ways(rules).values() for way in one if way.bounds]
        except Refused:
            continue
        found += [(spelled, way) for way in every if way.rule in ("serve", "recurse")]
    return found


@pytest.mark.parametrize("spans", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_bounds_of_sums(kind: str, spans: bool) -> None:
    """What is said up to a constant factor is so: of two groups or more, and two rounds of them or more."""
    tried = 0
    for spelled, way in stated(kind, SEEDS, spans):
        assert way.bounds is not None
        names = spelled["parameters"]
        for size, many, rest in product((2, 8, 64), (2, 4, 64), (1, 7, 50)):
            at = {name: Fraction(rest) for name in names} | {"q": Fraction(1, 2)}
            at |= {"k": Fraction(size * many), "l": Fraction(rest), "b": Fraction(2), "n": Fraction(many)}
            if way.free:
                top = 4 if re.match("4|min.4", way.free[2]) else size * many
                at[way.free[0]] = Fraction(top, many if top % many == 0 else 2)
            if any(value(length, at) > value(most, at) for length, most in way.fits):
                continue
            exact, low, high = (value(poly, at) for poly in (way.own, *way.bounds))
            assert low / 200 <= exact <= 200 * high, (way.label, at)
            tried += 1
    assert tried > 100


# -- false claims ------------------------------------------------------------------------------------------

SHIPPED = {"desk-memory": [("m*N*a**2", "m*N*a*c"), ("m*N*a*t", "m*N*a*c"), ("m*a*c", "m*N*a*c")]}
"""Growths that no design has, and those that stand in their place."""


@pytest.mark.parametrize("name", SHIPPED)
def test_no_smaller_growth_is_proved(name: str) -> None:
    """Neither with the proofs of the true growth, nor with those of a problem in which it is true."""
    problem = load(name)
    certificate, spelled = certify(problem), long_form(problem)
    assert replay(spelled, certificate)
    for less, _ in SHIPPED[name]:
        wrong = copy.deepcopy(certificate)
        leaf = wrong["answer"]
        leaf["theta"] = less
        leaf["below"] = [{less: next(iter(one.values()))} for one in leaf["below"]]
        with pytest.raises(Refused):
            replay(spelled, wrong)
