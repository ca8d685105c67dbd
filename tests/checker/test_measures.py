"""Certificates of more than work: hosting, limits on models, cost and span, the critical path, time on few workers."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from decomposer.checker.check import Check
from decomposer.checker.check import check as replay
from decomposer.cli.main import main
from decomposer.expr import as_expr, num, sym
from decomposer.formulas.algebra import Malformed, Refused, parse
from decomposer.problem.load import load
from decomposer.problem.long_form import long_form
from decomposer.problem.model import Limits, Problem
from decomposer.restated.space import Goal, Need, Way
from decomposer.verbs.certify import CertificateError, certify
from decomposer.verbs.check import check
from decomposer.verbs.optimize import optimize
from tests.checker.test_attacks import growth

NAMES = ("debugging", "k-task", "fine-tuning", "support")


def changed(name: str, **changes: Any) -> Problem:
    return replace(load(name), **{"limits": Limits(), **changes})


@pytest.mark.parametrize("name", [*NAMES, "chunk-latency", "k-task-unrelated", "debugging-global-fix"])
@pytest.mark.parametrize("kind", ["span", "time", "workers", "constant"])
def test_critical_paths_and_times(name: str, kind: str) -> None:
    """What is proved is what is reported."""
    workers = {"workers": sym("P"), "constant": num(8)}.get(kind)
    problem = changed(name, minimise="span" if kind == "span" else "time", workers=workers)
    if kind == "workers" and "P" not in problem.parameters:
        problem = replace(problem, parameters={**problem.parameters, "P": load("chunk-latency").parameters["P"]})
    found, answer = check(problem, json.dumps(certify(problem))), optimize(problem)
    assert found.proved, found.reason
    if answer.status != "regimes":
        ((when, theta),) = found.claims
        least = answer.cost.span_theta if kind == "span" else answer.cost.time_theta
        assert when == ()
        assert parse(theta) == parse(str(least))


@pytest.mark.parametrize("name", ["debugging", "k-task", "support", "chunk-latency"])
def test_a_limit_on_the_span_that_the_cheapest_keeps(name: str) -> None:
    problem = changed(name)
    answer = optimize(problem)
    limited = replace(problem, limits=Limits(span=answer.cost.span_theta))
    mine, theirs = (check(one, json.dumps(certify(one))) for one in (limited, problem))
    assert mine.proved, mine.reason
    assert mine.claims == theirs.claims


def test_under_limits_only_the_best_is_certified() -> None:
    """Groups of h pages take no longer than one page, and no more than all at once: page by page is not best."""
    problem = replace(load("chunk-latency"), minimise="cost", workers=None)
    keeps = replace(problem, limits=Limits(span=as_expr("w*P + h")))
    assert [parse(one) for _, one in check(keeps, json.dumps(certify(keeps))).claims] == [parse("w*P")]
    short = replace(problem, limits=Limits(span=as_expr("h")))
    if optimize(short).status != "optimal":
        with pytest.raises(CertificateError, match="no proof"):
            certify(short)


def test_a_limit_on_the_cost() -> None:
    problem = changed("debugging", minimise="span")
    dear, cheap = ("m_q*k*l + m_d*b*l**2", "m_q*k*l*b + m_d*b*k*l**2")
    claims = set()
    for limit in (dear, cheap):
        limited = replace(problem, limits=Limits(cost=as_expr(limit)))
        found = check(limited, json.dumps(certify(limited)))
        assert found.proved, found.reason
        claims.add(found.claims)
    assert len(claims) == 1  # what is fastest is cheap enough


def test_models_are_counted() -> None:
    """With one model a dear one does everything; which may be hosted is part of the proof."""
    problem = load("support")
    certificate = certify(problem)
    assert check(problem, json.dumps(certificate)).proved
    for limits in (Limits(models=num(1)), Limits(models=num(3)), Limits()):
        other = replace(problem, limits=limits)
        assert not check(other, json.dumps(certificate)).proved
        assert check(other, json.dumps(certify(other))).proved


def test_no_design_with_more_models_than_may_be() -> None:
    """As good in growth, and beyond the limit."""
    problem = load("support")
    one = replace(problem, limits=Limits(models=num(1)))
    wrong = {**certify(one), "answer": certify(problem)["answer"]}
    with pytest.raises(Refused, match="more models than may be"):
        replay(long_form(one), wrong)


def test_hosting_is_part_of_the_growth() -> None:
    """A model that must be tuned first is not free: neither in the design nor below it."""
    problem = load("fine-tuning")
    certificate = certify(problem)
    spelled = long_form(problem)
    branch = certificate["answer"]
    for side in ("yes", "no"):  # one of the designs, wherever
        with pytest.raises(Refused):
            replay(spelled, {**certificate, "answer": branch[side]})
    for theta in ("N*l*m_s", "N*l*m_s + N*l*m_l", "t"):
        wrong = copy.deepcopy(certificate)
        wrong["answer"]["no"]["theta"] = theta
        with pytest.raises(Refused):
            replay(spelled, wrong)
    exchanged = {**certificate, "answer": {**branch, "yes": branch["no"], "no": branch["yes"]}}
    with pytest.raises(Refused):
        replay(spelled, exchanged)


@pytest.mark.parametrize(
    ("name", "path", "value", "reason"),
    [
        ("fine-tuning", "models", ["large", "tuned"], "need not be used"),
        ("fine-tuning", "models", ["huge"], "not in the catalogue"),
        ("chunk-latency", "open", {"w": ["2", "P*w"]}, "meaning already"),
        ("chunk-latency", "open", {"g": ["2", "P*w"]}, "meaning already"),
        ("chunk-latency", "open", {"x": ["2", "w"]}, "the bounds of x"),
        ("chunk-latency", "open", {"x": ["1", "P*w"]}, "the bounds of x"),
        ("chunk-latency", "open", {"x": ["2", "P*w"]}, "other parameters are put|g_1_ may be negative"),
        ("chunk-latency", "span", "w*P*h", "other terms"),
        ("chunk-latency", "work", "w*P*h*h", "other terms"),
    ],
)
def test_values_that_claim_too_much(name: str, path: str, value: object, reason: str) -> None:
    problem = load(name)
    root = Check(long_form(problem), {}).root.key()
    for place, _ in enumerate(certify(problem)["goals"][root]["values"]):
        wrong = certify(problem)
        if wrong["goals"][root]["values"][place][path] == value:
            continue
        wrong["goals"][root]["values"][place][path] = value
        with pytest.raises((Refused, Malformed), match=reason):
            replay(long_form(problem), wrong)


def test_limits_give_rows_up_to_a_constant() -> None:
    """They prove growth, but cover nothing that is subtracted; and nothing holds without them."""
    by = {"b >= k**2": "1"}
    proof = {"k**2": {"of": {"b": "1"}, "by": by}}
    known = growth()
    known.assume(parse("7*k**2 + n"), parse("3*b"), exact=False)
    known.bounded(parse("k**2"), parse("b"), proof)
    cover = {"of": "k**2", "under": "b", "amount": "1/2", "by": by}
    for text in ("b - k**2", "100*b - k**2"):
        with pytest.raises(Refused, match="not covered"):
            known.positive_part(parse(text), [cover])
    with pytest.raises(Refused, match="not known"):
        growth().bounded(parse("k**2"), parse("b"), proof)


def test_contradictions_must_be_some() -> None:
    known = growth()
    known.assume(parse("k"), parse("1"), exact=False)
    known.contradicted({"1 >= k": "1", "k >= 1": "1"})
    false: list[dict[str, str]] = [
        {}, {"k >= 1": "1"}, {"1 >= k": "1"}, {"1 >= k": "2", "k >= 1": "1"}, {"1 >= n": "1", "n >= 1": "1"},
        {"1 >= k": "-1", "k >= 1": "-1"},
    ]  # fmt: skip
    for by in false:
        with pytest.raises(Refused):
            known.contradicted(by)
    bounded = growth()
    bounded.assume(parse("c"), parse("1"), exact=False)  # c may well be bounded
    with pytest.raises(Refused):
        bounded.contradicted({"1 >= c": "1", "c >= 1": "1"})


class Timed(Check):
    """A check of work and span over goals and ways that a test makes up."""

    def __init__(self, ways: dict[Goal, list[tuple[Way, Way]]], given: dict[str, Any]) -> None:
        self.script = ways
        super().__init__({**long_form(load("chunk-latency")), "assume": []}, given)

    def unfold(self) -> dict[Goal, list[tuple[Way, ...]]]:
        self.root = next(iter(self.script))
        return {goal: [*ways] for goal, ways in self.script.items()}


def test_open_parameters_of_two_goals_are_not_one() -> None:
    """Each of two blocks weighs its own work against its own span."""
    root, one, two = Goal(("root",)), Goal(("one",)), Goal(("two",))
    loops = [Goal((name,), size="g") for name in ("one", "two")]

    def once(goal: Goal) -> Need:
        return Need(goal, lambda cost: cost)

    def both(rule: str, needs: tuple[Need, ...], free: tuple[str, str, str] | None = None) -> list[tuple[Way, Way]]:
        return [(Way(rule, {}, needs, (), free), Way(rule, {}, needs, (), free))]

    ways = {
        root: both("both", (once(one), once(two))),
        one: both("groups", (once(loops[0]),), ("g", "2", "w")),
        two: both("groups", (once(loops[1]),), ("g", "2", "w")),
        loops[0]: [(Way("call", parse("w/g")), Way("call", parse("g")))],
        loops[1]: [(Way("call", parse("g")), Way("call", parse("w/g")))],
    }

    def same(term: str) -> dict[str, Any]:
        return {"covers": [], "terms": {term: {"of": {term: "1"}, "by": {}}}}

    def goal(rule: str, work: str, span: str, opened: dict[str, Any], put: dict[str, str]) -> dict[str, Any]:
        value = {"work": work, "span": span, "models": [], "open": opened}
        here = [text.replace("x", "g") for text in (work, span)]
        proof = {"value": 0, "with": put, "work": same(here[0]), "span": same(here[1])}
        return {"values": [value], "ways": [{"rule": rule, "label": "", "proofs": [proof]}]}

    x = {"x": ["2", "w"]}
    goals = {
        loops[0].key(): goal("call", "g**(-1)*w", "g", {}, {}),
        loops[1].key(): goal("call", "g", "g**(-1)*w", {}, {}),
        one.key(): goal("groups", "w*x**(-1)", "x", x, {"x": "g"}),
        two.key(): goal("groups", "x", "w*x**(-1)", x, {"x": "g"}),
    }
    goals[one.key()]["values"][0]["work"] = "x**(-1)*w"
    share = {"of": {"x": "1/2", "w*x**(-1)": "1/2"}, "by": {}}
    square = {"covers": [], "terms": {"w**(1/2)": share}}
    goals[root.key()] = {
        "values": [{"work": "w**(1/2)", "span": "w**(1/2)", "models": [], "open": {}}],
        "ways": [{"rule": "both", "label": "", "proofs": [{"value": 0, "with": {}, "work": square, "span": square}]}],
    }
    given = {"problem": "chunk-latency", "goals": goals, "answer": {}}
    with pytest.raises(Refused, match="two values leave the same parameter open"):
        Timed(ways, given).run()


def test_bounds_of_what_is_open_speak_of_what_is_there() -> None:
    """An s that has a value below is none above."""
    check_ = Timed({Goal(("root",)): [(Way("call", parse("w")), Way("call", parse("w")))]}, {})
    check_.free["f"] = {("2", "ceil(w*s**(-1))")}
    check_.free["s"] = {("2", "w")}
    value = {"work": "f_1", "span": "w", "models": [], "open": {"f_1": ["2", "ceil(w*s**(-1))"]}}
    with pytest.raises(Refused, match="negative"):
        check_.value(Goal(("root",)), value)
    assert check_.value(Goal(("root",), share="s"), value).open


def test_what_is_proved_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, said in (("support", "2 at most"), ("chunk-latency", "within a factor of 2")):
        file = str(tmp_path / name)
        assert main(["optimize", name, "--certificate", file]) == 0
        assert main(["check", name, file]) == 0
        assert said in capsys.readouterr().out


def test_other_aims_are_refused() -> None:
    spelled = long_form(load("k-task"))
    for change in ({"minimise": "beauty"}, {"limits": {**spelled["limits"], "beauty": "3"}}):
        with pytest.raises(Refused, match="beauty"):
            Check({**spelled, **change}, {})
    with pytest.raises(Refused, match="cost"):  # what is added up is time
        Check({**spelled, "minimise": "time", "workers": "2", "limits": {**spelled["limits"], "cost": "k*n"}}, {})


def test_the_time_is_least_among_what_keeps_the_span() -> None:
    """Groups as long as their instructions take longer than a limit that one page keeps."""
    problem = replace(load("chunk-latency"), limits=Limits(span=as_expr("h")))
    answer = optimize(problem)
    assert str(answer.cost.span_theta) == "h"
    assert answer.status == "bounded"
    wide = replace(problem, limits=Limits(span=as_expr("w")))
    found = check(wide, json.dumps(certify(wide)))
    assert [parse(theta) for _, theta in found.claims] == [parse("w")]
