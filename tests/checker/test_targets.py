"""Certificates of problems with a target: written, checked, and what a careless checker would accept."""

from __future__ import annotations

import copy
import json
import re
from dataclasses import replace
from fractions import Fraction
from math import log
from pathlib import Path
from typing import Any

import pytest

from decomposer.checker.check import check as replay
from decomposer.cli.main import main
from decomposer.errors import InfeasibleError
from decomposer.expr import evaluate, num
from decomposer.formulas.algebra import Malformed, Refused, parse
from decomposer.problem.build import build
from decomposer.problem.load import load
from decomposer.problem.long_form import long_form
from decomposer.problem.model import Problem
from decomposer.verbs.certify import CertificateError, certify
from decomposer.verbs.check import check
from decomposer.verbs.optimize import optimize
from tests.checker.targets import by_dice, chain, labels, two
from tests.search.test_targets import diagnosed

EXPONENTIAL = "(2**(n))**2*(5**(n))**2*(3**(n))**(-2)*(11**(n))**(-1)"
"""``(100/99)**n``, in powers of prime numbers."""

PROBLEMS: dict[str, tuple[Problem, str]] = {
    "steps, few per call": (chain(), "n*log(n)*price"),
    "steps, three at most": (chain({"per_call": 3}), "n*log(n)*price"),
    "steps, wrong answers agree": (chain(succeeds={"wrong": "agree"}), "n*log(n)*price"),
    "steps that fail often": (chain(succeeds={"probability": "3/5"}), "n*log(n)*price"),
    # Where the chain cannot be cut, calls of n steps are right so rarely that votes take exponentially many.
    "all steps in one call": (chain(remembers=True), f"n*price*{EXPONENTIAL}"),
    "all parts in one call": (labels(local=False, wrong="scatter"), f"l*n**2*{EXPONENTIAL}"),
    "parts": (labels(), "l*n*log(n)"),
    "calls": (labels(per="call"), "l*n*log(n)"),
    "parts that can be checked": (labels(check={"scope": "part"}), "l*n"),
    "a check that errs": (labels(check={"scope": "part", "accepts": "1/10", "rejects": "1/20"}), "l*n*log(n)"),
    "hard parts": (labels(hard={"share": "1/10", "probability": "3/4"}), "l*n*log(n)"),
    "items": (diagnosed(), "e*log(e)*t + f*t"),
    "two tasks": (two({"probability": "99/100", "per": "part"}), "l**2*n*log(n) + l*m*log(m)"),
    "two tasks, one of which fails": (two(None), "l**2*n*log(n) + l*m"),
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_growths(name: str) -> None:
    problem, theta = PROBLEMS[name]
    found = check(problem, json.dumps(certify(problem)))
    assert found.proved, found.reason
    assert [(when, parse(one)) for when, one in found.claims] == [((), parse(theta))]


def test_maker() -> None:
    """The growth of MAKER: s log s for every number of steps per call, every lead, and majorities."""
    problem = load("maker")
    certificate = certify(problem)
    assert certificate["price"] == "k*m_s"
    (claim,) = check(problem, json.dumps(certificate)).claims
    assert parse(claim[1]) == parse("k*log(k)*m_s")
    ways = {(way["rule"], way["label"]) for goal in certificate["goals"].values() for way in goal["ways"]}
    assert {("steps", "several"), ("trust", ""), ("vote", "lead"), ("vote", "majority")} <= ways


def test_a_question_about_a_logarithm() -> None:
    """A dear model that is always right, or votes of a cheap one: that depends on the price and on log n."""
    problem = chain(
        parameters={"n": "links", "c": "price"},
        capabilities={"go": 1},
        models={
            "cheap": {"size": 1, "can": "go", "succeeds": {"walk": "3/5"}},
            "dear": {"size": "c", "can": "go", "succeeds": {"walk": 1}},
        },
    )
    claims = check(problem, json.dumps(certify(problem))).claims
    assert dict(claims) == {("c <= log(n)",): "c*n", ("log(n) <= c",): "log(n)*n"}


@pytest.mark.parametrize("name", ["steps, few per call", "two tasks, one of which fails"])
def test_the_exact_optimum_grows_as_claimed(name: str) -> None:
    """Between ever larger numbers, what is claimed and the least exact cost part by no more than a small factor."""
    problem, theta = PROBLEMS[name]
    ratios = []
    for n in (2**5, 2**8, 2**11):
        at = {one: n if one == "n" else 1 for one in problem.parameters}
        cost = float(evaluate(optimize(problem, at=at).cost.exact, {key: Fraction(value) for key, value in at.items()}))
        ratios.append(cost / eval(theta, {"log": log, **{key: float(value) for key, value in at.items()}}))
    assert max(ratios) < 3 * min(ratios), ratios


def test_only_designs_that_reach_the_target_count() -> None:
    """The second statement knows ways that the search leaves out."""
    certificate = certify(PROBLEMS["parts"][0])
    trusted = [way for goal in certificate["goals"].values() for way in goal["ways"] if way["rule"] == "trust"]
    assert trusted
    low = replace(load("votes-correlated"), target=num(Fraction(1, 2)))
    assert check(low, json.dumps(certify(low))).claims == (((), "l"),)


def test_what_the_search_leaves_open() -> None:
    """Groups on which votes take exponentially many: the search does not settle their size, the certificate does."""
    problem = by_dice(39)
    assert optimize(problem).status == "bounded"
    assert check(problem, json.dumps(certify(problem))).claims == (((), "log(n)*n"),)


def test_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(tmp_path / "proof.json")
    assert main(["optimize", "maker", "--certificate", file]) == 0
    capsys.readouterr()
    assert main(["check", "maker", file]) == 0
    told = capsys.readouterr().out
    assert "proved" in told and "of designs that come out right with probability 9/10" in told


def test_cascades_without_a_target() -> None:
    """A check that never errs sees to it that all comes out right in the end; the design is the same."""
    problem = replace(load("answers-cascade"), target=None)
    certificate = certify(problem)
    assert "price" not in certificate
    assert check(problem, json.dumps(certificate)).claims == (((), "k*l"),)
    assert "cascade" in json.dumps(certificate["answer"])
    assert optimize(problem).design == optimize(load("answers-cascade")).design


def test_methods_that_may_fail() -> None:
    """Two tasks of a method share the failures that are allowed; certificates do not cover them with a target."""
    succeeds = {"probability": "9/10"}
    problem = build(
        "method",
        parameters={"l": "tokens"},
        texts={"a": "l", "b": 1, "c": 1},
        capabilities={"y": 1},
        target="998/1000",
        tasks={
            "whole": {"reads": "a", "writes": "c", "methods": {"two": ["first", "second"]}},
            "first": {"reads": "a", "writes": "b", "requires": "y", "succeeds": succeeds},
            "second": {"reads": "b", "writes": "c", "requires": "y", "succeeds": succeeds},
        },
    )
    found = optimize(problem)
    assert found.reliability is not None and evaluate(found.reliability, {"l": Fraction(5)}) >= Fraction(998, 1000)
    with pytest.raises(CertificateError, match="cover `target`"):
        certify(problem)


# -- what must be refused ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def maker() -> tuple[dict[str, Any], dict[str, Any]]:
    problem = load("maker")
    return long_form(problem), certify(problem)


def changed(certificate: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with something else at a place, as in ``answer.design.needs.0.value``."""
    found = copy.deepcopy(certificate)
    *way, last = (int(step) if step.isdigit() else step for step in path.split("."))
    place: Any = found
    for step in way:
        place = place[step]
    place[last] = value
    return found


def adapted(problem: dict[str, Any], certificate: dict[str, Any]) -> dict[str, Any]:
    """A certificate that states what its design does cost."""
    try:
        replay(problem, certificate)
    except (Refused, Malformed) as error:
        found = re.search("the design costs (.*), and rests on", str(error))
        return certificate if found is None else changed(certificate, "answer.cost", found[1])
    return certificate


VOTE = "answer.design.needs.0"


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        (f"{VOTE}.value", {"log": "k", "more": 0}, "only, as far as is known"),
        (f"{VOTE}.value", {"log": "9*k", "more": 0}, "only, as far as is known"),
        (f"{VOTE}.value", {"log": "10*k**(1/2)", "more": 0}, "no more than .* is lost"),
        (f"{VOTE}.value", {"log": "10*m_s", "more": 0}, "no more than .* is lost"),
        (f"{VOTE}.value", {"log": "1/2", "more": 0}, "more than 1"),
        (f"{VOTE}.value", {"log": "k**(-1)", "more": 0}, "more than 1"),
        (f"{VOTE}.value", {"log": "10*v", "more": 0}, "negative"),
        (f"{VOTE}.value", {"log": "10*k", "more": -1}, "cannot have -1 more"),
        (f"{VOTE}.value", {"log": "10*k", "more": 2}, "cannot have 2 more"),
        (f"{VOTE}.value", 3, "nobody knows how often all of k"),
        (f"{VOTE}.value", 0, "no sum of positive terms"),
        (f"{VOTE}.value", 1, "no whole number"),
        (f"{VOTE}.value", -3, "no sum of positive terms"),
        (f"{VOTE}.value", True, "not shown to be within"),
        (f"{VOTE}.value", {"is": "log(k)", "above": {}, "below": []}, "expected the fields"),
        (f"{VOTE}.label", "majority", "cannot grow"),
        (f"{VOTE}.rule", "trust", "no way trust lead"),
        ("price", "0", "."),
        ("price", "k*log(k)*m_s", "."),
        ("price", "k**2*m_s", "."),
        ("price", "-k*m_s", "positive"),
        ("price", "k*m_s*v", "negative"),
        ("answer.price", {}, "other terms"),
        ("answer.theta", "k*m_s", "."),
        ("answer.theta", "k*log(k)**2*m_s", "."),
    ],
)
def test_refused(maker: tuple[dict[str, Any], dict[str, Any]], path: str, value: Any, reason: str) -> None:
    problem, certificate = maker
    assert replay(problem, certificate)
    wrong = adapted(problem, changed(certificate, path, value))
    with pytest.raises((Refused, Malformed), match=reason):
        replay(problem, wrong)


@pytest.mark.parametrize(
    "change",
    [{"target": "99/100"}, {"target": "1"}, {"probability": "98/100"}, {"wrong": "agree"}, {"target": None}],
)
def test_of_another_problem(maker: tuple[dict[str, Any], dict[str, Any]], change: dict[str, Any]) -> None:
    """A higher target, steps that fail more often: the same certificate proves nothing of these."""
    problem, certificate = maker
    other = copy.deepcopy(problem)
    for key, value in change.items():
        (other if key == "target" else other["tasks"]["solve"]["succeeds"])[key] = value
    if change == {"wrong": "agree"}:  # of single steps, they agree anyway
        other["tasks"]["solve"]["steps"]["per_call"] = "1"
    with pytest.raises(Refused):
        replay(other, certificate)


def test_a_price_belongs_to_a_target() -> None:
    problem = load("k-task")
    certificate = {**certify(problem), "price": "0"}
    with pytest.raises(Refused, match="target"):
        replay(long_form(problem), certificate)
    found = certify(load("votes-correlated"))
    del found["price"]
    with pytest.raises(Refused, match="target"):
        replay(long_form(load("votes-correlated")), found)


def test_a_wrong_optimum_is_refused(maker: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """The design of whole answers reaches the target, but is no optimum."""
    problem, certificate = maker
    goal = certificate["goals"]["solve pending=solve"]
    lead = next(way for way in goal["ways"] if (way["rule"], way["label"]) == ("vote", "lead"))
    assert lead
    needs: list[Any] = [{"rule": "call", "label": "", "fits": [], "value": None, "needs": []}]
    design = {"rule": "vote", "label": "lead", "fits": [], "value": 3, "needs": needs}
    wrong = changed(changed(certificate, "answer.design", design), "answer.facts", ["solve succeeds"])
    with pytest.raises(Refused, match=r"terms|shares|add up"):
        replay(problem, adapted(problem, wrong))


# -- by dice ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(14))
def test_random(seed: int) -> None:
    """Certified with the growth of the answer, or refused for a reason that is said."""
    problem = by_dice(seed)
    try:
        certificate = certify(problem)
    except CertificateError as error:
        assert re.search("cover|proved|feasible|proof|small|known", str(error))
        return
    except InfeasibleError:
        return
    found, answer = check(problem, json.dumps(certificate)), optimize(problem)
    assert found.proved, found.reason
    if answer.status != "regimes":
        assert [parse(theta) for _, theta in found.claims] == [parse(str(answer.cost.theta))]
