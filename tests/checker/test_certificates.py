"""Certificates of the shipped problems: written, read back, and checked."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from decomposer.cli.main import main
from decomposer.expr import as_expr
from decomposer.formulas.algebra import parse
from decomposer.problem.load import load, loads
from decomposer.problem.model import Problem
from decomposer.problems import names
from decomposer.verbs.certify import CertificateError, certify
from decomposer.verbs.check import check
from decomposer.verbs.optimize import optimize
from tests.search import test_random_facts as random_facts


@pytest.fixture(scope="module")
def certificates() -> dict[str, tuple[Problem, dict[str, Any]]]:
    """Every shipped problem with its certificate."""
    problems = {name: load(name) for name in names()}
    return {name: (problem, certify(problem)) for name, problem in problems.items()}


def test_shipped_problems_are_certified(certificates: dict[str, tuple[Problem, dict[str, Any]]]) -> None:
    assert certificates.keys() == set(names())
    for problem, certificate in certificates.values():
        found = check(problem, json.dumps(certificate))
        assert found.proved, found.reason
        assert [theta for when, theta in found.claims if not when] or len(found.claims) > 1


def test_claims_are_the_answers(certificates: dict[str, tuple[Problem, dict[str, Any]]]) -> None:
    """One claim where one design wins, and the growth that is reported."""
    for problem, certificate in certificates.values():
        answer = optimize(problem)
        claims = check(problem, json.dumps(certificate)).claims
        if answer.status != "regimes":
            ((when, theta),) = claims
            assert when == ()
            least = answer.cost.theta if problem.minimise == "cost" else answer.cost.time_theta
            assert parse(theta) == parse(str(least))


@pytest.mark.parametrize("name", ["debugging", "k-task", "k-task-unrelated", "evolution"])
def test_nothing_assumed(name: str) -> None:
    problem = replace(load(name), assume=())
    assert check(problem, json.dumps(certify(problem))).proved


def test_a_certificate_is_of_one_problem(certificates: dict[str, tuple[Problem, dict[str, Any]]]) -> None:
    order = list(certificates)
    for place, (_, certificate) in enumerate(certificates.values()):
        for other in (order[place - 1], order[place - 7]):
            problem, _ = certificates[other]
            assert not check(problem, json.dumps(certificate)).proved


def test_beyond_is_refused() -> None:
    """What certificates do not cover is said by name."""
    for name, target in (("desk-memory", "answer"), ("proof-search", "prove")):
        with pytest.raises(CertificateError, match=f"cover `target` where {target} is done in pieces"):
            certify(replace(load(name), target=as_expr("9/10")))


def test_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(tmp_path / "proof.json")
    assert main(["optimize", "k-task", "--certificate", file]) == 0
    assert f"next: decomposer check k-task {file}" in capsys.readouterr().out
    assert main(["check", "k-task", file, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["claims"] == [{"when": [], "theta": "m_s*n"}]
    assert main(["check", "evolution", file, "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["proved"] is False
    assert found["claims"] == []
    assert found["reason"]
    assert main(["check", "k-task", str(tmp_path / "none.json")]) == 2
    assert main(["optimize", "k-task", "--certificate", file, "--set", "k=2"]) == 2


@pytest.mark.parametrize("seed", range(12))
def test_random_problems(seed: int) -> None:
    """Certified, or refused for a reason that is said."""
    problem = random_facts.problem_of(seed)
    try:
        certificate = certify(problem)
    except CertificateError as error:
        assert re.search("cover|proved|feasible|proof", str(error))
    else:
        assert check(problem, json.dumps(certificate)).proved


def test_names_do_not_matter() -> None:
    """Also names that mean something to Python or to the notation."""
    text = (
        files("decomposer.problems").joinpath("debugging.yaml").read_text(encoding="utf-8").partition("\ndesigns:")[0]
    )
    for old, new in (("k", "lambda"), ("l", "is"), ("b", "i"), ("m_q", "g"), ("m_d", "\u03bb")):
        text = re.sub(rf"\b{old}\b", new, text)
    found = check(loads(text), json.dumps(certify(loads(text))))
    assert found.proved, found.reason
    assert [parse(theta) for _, theta in found.claims] == [parse("g*is*lambda + i*is**2*\u03bb")]


def test_the_same_proof_every_time() -> None:
    """Whatever order sets are gone through in."""
    code = "import json; from decomposer.verbs.certify import certify; print(json.dumps([certify(n) for n in {}]))"
    problems = ["evolution", "chunk-latency", "k-task-tree"]
    command = [sys.executable, "-c", code.format(problems)]
    found = {
        subprocess.run(
            command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1
