"""Certificates of the shipped problems: written, read back, and checked."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from decomposer.problem.load import load
from decomposer.problem.long_form import long_form
from decomposer.problem.model import Problem
from decomposer.problems import names
from decomposer.restated.space import unknown
from decomposer.verbs.certify import CertificateError, certify
from decomposer.verbs.check import check
from decomposer.verbs.optimize import optimize


def covered(name: str) -> bool:
    """Whether a problem states only what certificates cover."""
    return not any(unknown(long_form(load(name))))


@pytest.fixture(scope="module")
def certificates() -> dict[str, tuple[Problem, dict[str, Any]]]:
    """Every shipped problem with its certificate."""
    problems = {name: load(name) for name in names() if covered(name)}
    return {name: (problem, certify(problem)) for name, problem in problems.items()}


def test_shipped_problems_are_certified(certificates: dict[str, tuple[Problem, dict[str, Any]]]) -> None:
    assert len(certificates) >= 15
    for problem, certificate in certificates.values():
        found = check(problem, json.dumps(certificate))
        assert found.proved, found.reason
        assert [theta for when, theta in found.claims if not when] or len(found.claims) > 1


def test_claims_are_the_answers(certificates: dict[str, tuple[Problem, dict[str, Any]]]) -> None:
    """One claim where one design wins, and the growth that is reported."""
    from decomposer.checker.algebra import parse

    for problem, certificate in certificates.values():
        answer = optimize(problem)
        claims = check(problem, json.dumps(certificate)).claims
        if answer.status != "regimes":
            ((when, theta),) = claims
            assert when == ()
            assert parse(theta) == parse(str(answer.cost.theta))


@pytest.mark.parametrize("name", ["debugging", "k-task", "k-task-unrelated", "evolution"])
def test_nothing_assumed(name: str) -> None:
    problem = replace(load(name), assume=())
    assert check(problem, json.dumps(certify(problem))).proved


def test_a_certificate_is_of_one_problem(certificates: dict[str, tuple[Problem, dict[str, Any]]]) -> None:
    for name, (_, certificate) in certificates.items():
        for other, (problem, _) in certificates.items():
            if other != name:
                assert not check(problem, json.dumps(certificate)).proved


@pytest.mark.parametrize("name", [name for name in names() if not covered(name)])
def test_beyond_is_refused(name: str) -> None:
    with pytest.raises(CertificateError, match="cover"):
        certify(load(name))
