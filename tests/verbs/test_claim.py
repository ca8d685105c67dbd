"""Claims: the paper's Table 1 and its repairs, numbers that agree with the verdicts, and claims that are no claims."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest

from decomposer.cli.main import main
from decomposer.design.lift import hand_design
from decomposer.errors import DecomposerError, DesignError, ExpressionError, ProblemError
from decomposer.expr import num, parse
from decomposer.problem.load import load, loads
from decomposer.problems import names
from decomposer.report.document import Writer
from decomposer.verbs.claim import Verification, claim
from decomposer.verbs.compare import compare
from decomposer.verbs.measure import value_at
from decomposer.verbs.optimize import optimize


def check(problem: str, text: str, *assume: str) -> Verification:
    return claim(load(problem), text, assume)


def repairs(found: Verification) -> set[tuple[str, ...]]:
    return {repair.assume for repair in found.repairs}


PROVED = [
    ("k-task", "generalist / delegator = Theta(k)"),
    ("k-task", "generalist / optimum = O(k)"),
    ("k-task-unrelated", "generalist / delegator = O(k)"),
    ("debugging", "naive[find] / focused[find] = Theta(b^2)"),
    ("debugging", "naive[fix] / focused[fix] = Theta(b*k^2)"),
    ("debugging", "naive / focused = O(b*k^2)"),
    ("debugging", "naive / focused = Ω(b)"),
    ("debugging-related", "naive / focused = Theta(b*k^2)"),
    ("evolution", "mutate-all / block-by-block = Theta(2^k*k)"),
    ("evolution", "mutate-all / block-by-block = o(3^k)"),
    ("evolution", "optimum = Theta(k*l^2*m_u)"),
    ("evolution", "keep-good-blocks / optimum = omega(k)"),
]


@pytest.mark.parametrize(("problem", "text"), PROVED, ids=[f"{name}: {text}" for name, text in PROVED])
def test_proved(problem: str, text: str) -> None:
    found = check(problem, text)
    assert found.verdict == "proved"
    assert found.evidence and all(item.holds and item.certified for item in found.evidence)
    assert found.repairs == () and found.trials == ()


REFUTED = [
    ("k-task-unrelated", "generalist / delegator = Theta(k)", {("m_d <= m_s*n",)}),
    ("debugging", "naive / focused = Theta(b*k^2)", {("k*m_q <= b*l*m_d",)}),
    ("debugging", "naive / focused = Omega(b*k^2)", {("k*m_q <= b*l*m_d",)}),
    ("k-task", "delegator = o(m_s*n)", set()),
    ("k-task", "delegator = Theta(m_d)", {("m_s*n <= m_d",)}),
    ("debugging", "focused = o(m_q*k*l)", set()),
    ("debugging", "focused = o(m_q*k*l^2)", {("b*m_d << k*m_q",)}),
    ("evolution", "mutate-all / block-by-block = O(2^k)", set()),
]


@pytest.mark.parametrize(("problem", "text", "expected"), REFUTED, ids=[f"{name}: {text}" for name, text, _ in REFUTED])
def test_refuted_and_repaired(problem: str, text: str, expected: set[tuple[str, ...]]) -> None:
    found = check(problem, text)
    assert found.verdict == "refuted"
    assert found.fails and all(item.curve is not None and not item.holds for item in found.evidence)
    assert repairs(found) == expected
    for repair in found.repairs:
        assert check(problem, text, *repair.assume).verdict == "proved"


def test_an_equality_is_a_repair() -> None:
    found = check("k-task-unrelated", "generalist = Theta(k*m_d*n)")
    assert repairs(found) == {("m_s == m_d",)}


@pytest.mark.parametrize(
    ("problem", "text"),
    [("k-task-unrelated", "generalist / delegator = Theta(k)"), ("debugging", "naive / focused = Theta(b*k^2)")],
)
def test_numbers_drift_away_from_the_claim(problem: str, text: str) -> None:
    """On the curve of a refuted Theta the left side falls behind: each step out by at least a factor of five."""
    given, found = load(problem), check(problem, text)
    near, far = found.trials
    above, below = (hand_design(given, name.strip()) for name in text.split("=")[0].split("/"))
    for trial in found.trials:
        at = dict(trial.at)
        assert value_at(given, above, at) / value_at(given, below, at) == trial.left
    drift = (near.left / near.bound) / (far.left / far.bound)
    assert (drift.as_fraction() or Fraction(0)) >= 5


@pytest.mark.parametrize(("problem", "text"), [(name, text) for name, text, _ in REFUTED])
def test_numbers_to_try_satisfy_what_is_assumed(problem: str, text: str) -> None:
    given, found = load(problem), check(problem, text)
    assert found.trials
    for trial in found.trials:
        at = {name: num(value) for name, value in trial.at}
        for assumption in given.assume:
            below, above = (parse(side).subs(at).as_fraction() for side in assumption.split(" <= "))
            assert below is not None and above is not None and below <= above


def test_assumptions_decide() -> None:
    text = "generalist / delegator = Theta(k)"
    assert check("k-task-unrelated", text).verdict == "refuted"
    assert check("k-task-unrelated", text, "m_d <= m_s*n").verdict == "proved"
    assert check("k-task-unrelated", text, "k <= n").verdict == "proved"


@pytest.mark.parametrize("name", names())
def test_hand_designs_are_never_cheaper_than_the_optimum(name: str) -> None:
    given = load(name)
    if len(optimize(given).options) > 1:
        return
    for design in given.designs:
        assert claim(given, f"{design} / optimum = Omega(1)").verdict == "proved"
        assert claim(given, f"optimum / {design} = O(1)").verdict == "proved"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("naive / focused", ProblemError),
        ("naive / focused / naive = O(k)", ProblemError),
        ("naive = O(-k)", ProblemError),
        ("naive = O()", ExpressionError),
        ("naive = O(z)", ExpressionError),
        ("naiv = O(k)", DesignError),
        ("naive[fnd] = O(k)", ProblemError),
        ("naive[] = O(k)", ProblemError),
        (" = O(k)", ProblemError),
        ("naive / = O(k)", ProblemError),
    ],
)
def test_what_is_no_claim_is_refused(text: str, error: type[DecomposerError]) -> None:
    with pytest.raises(error):
        check("debugging", text)


@pytest.mark.parametrize("assume", ["z <= k", "b >>", "k << b"])
def test_assumptions_that_cannot_be_used_are_refused(assume: str) -> None:
    with pytest.raises(ProblemError):
        check("debugging", "naive = O(k)", assume)


def test_tasks_done_in_the_same_calls_have_no_cost_of_their_own() -> None:
    given = load("debugging")
    fused = {"fused": [{"each": "function", "do": [{"call": ["find", "fix"]}]}]}
    data = {**given.to_data(), "designs": fused}
    with pytest.raises(DesignError, match="same calls"):
        claim(loads(json.dumps(data)), "fused[find] = O(k)")


@pytest.mark.parametrize(
    ("text", "code"),
    [("naive[find] / focused[find] = Theta(b^2)", 0), ("naive / focused = Theta(b*k^2)", 1)],
)
def test_command(text: str, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["claim", "debugging", text]) == code
    written = capsys.readouterr().out
    assert written.startswith("debugging\n") and ("refuted" in written) == (code == 1)
    assert main(["claim", "debugging", text, "--format", "json"]) == code
    data = json.loads(capsys.readouterr().out)
    assert data["verdict"] == ("refuted" if code else "proved") and data["format_version"] == 1
    for kind in ("markdown", "html"):
        assert main(["claim", "debugging", text, "--format", kind]) == code
        assert "b·k²" in capsys.readouterr().out or code == 0


def test_command_on_what_cannot_be_decided(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["claim", "evolution-q", "mutate-all / optimum = Theta(2^k*k)"]) == 4
    assert "unknown" in capsys.readouterr().out


PIPELINE = """
problem: pipeline
parameters: {k: parts, l: tokens, m: model}
texts: {source: {parts: {part: k}, each: l}, result: {parts: {part: k}, each: l}}
capabilities: {work: m}
minimise: span
tasks: {work: {reads: source, writes: result, requires: work, local: part}}
designs: {at-once: [work], apart: [{each: part, do: [work]}]}
"""


def test_a_claim_is_about_what_is_minimised_and_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """All at once costs k times as much as part by part, and has a critical path k^2 times as long."""
    given = loads(PIPELINE)
    assert claim(given, "at-once / apart = Theta(k^2)").verdict == "proved"
    assert claim(given, "at-once / optimum = Theta(k^2)").verdict == "proved"
    assert claim(given, "at-once[work] / apart[work] = Theta(k)").verdict == "proved"
    assert claim(given, "at-once[work] / apart = Theta(k)").verdict == "proved"
    assert claim(given, "at-once / apart = Theta(k)").to_dict()["of"] == "span"
    path = tmp_path / "pipeline.yaml"
    path.write_text(PIPELINE, encoding="utf-8")
    assert main(["claim", str(path), "at-once / apart = Theta(k^2)"]) == 0
    assert "the critical path" in capsys.readouterr().out
    assert main(["claim", str(path), "at-once[work] / apart[work] = Theta(k)"]) == 0
    assert "the cost, not what is minimised" in capsys.readouterr().out
    assert str(compare(given, "at-once").rows[0].ratio.expr) == "k**2"


def test_what_hosting_costs_is_part_of_a_claim() -> None:
    given = load("fine-tuning")
    assert claim(given, "tune-first = Omega(t)").verdict == "proved"
    assert claim(given, "tune-first[answer] = Omega(t)").verdict == "refuted"


@pytest.mark.parametrize("written", ["m_d == k*m_s", "m_d ==k*m_s", "m_d==k*m_s"])
def test_an_equality_is_written_with_room_on_both_sides(written: str) -> None:
    assert Writer(load("k-task")).condition(written) == "m_d == m_s·k"
