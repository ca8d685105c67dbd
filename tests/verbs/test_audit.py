"""Audits: prices agree with the variants of the shipped problems in which one thing is changed by hand."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from decomposer.cli.main import main
from decomposer.errors import OutsideClassError
from decomposer.expr import ZERO, num, parse
from decomposer.growth import is_big_o, relation, theta
from decomposer.problem.load import load, loads
from decomposer.problem.model import Check, Limits
from decomposer.problems import names
from decomposer.search import asymptotic
from decomposer.search.unfold import unfold
from decomposer.verbs import audit as module
from decomposer.verbs.audit import Worth, audit, opportunities
from decomposer.verbs.effort import as_assumption
from decomposer.verbs.measure import regime_of
from decomposer.verbs.optimize import optimize
from tests.checker.targets import labels

GROUPS = ("facts", "assumptions", "opportunities")


def worth(problem: str, group: str, subject: str) -> Worth:
    found: tuple[Worth, ...] = getattr(audit(load(problem)), group)
    return next(each for each in found if each.subject == subject)


@pytest.mark.parametrize(
    ("problem", "group", "subject", "variant", "ratios"),
    [
        ("debugging", "facts", "fix: local", "debugging-global-fix", {"k", "b*l*m_d/m_q", "1"}),
        ("debugging", "opportunities", "fix: patch", "debugging-patches", {"l", "b*l*m_d/(k*m_q)", "1"}),
        ("debugging-global-fix", "opportunities", "fix: local", "debugging", {"k", "b*l*m_d/m_q", "1"}),
        ("k-task", "facts", "identify: reads head", "k-task-no-head", {"m_d/m_s", "1"}),
        ("k-task", "assumptions", "k <= n", "k-task-unrelated", {"m_d/(m_s*n)", "1"}),
        ("evolution", "facts", "mutate: check per part", "evolution-all-or-nothing", {"2**k"}),
        ("evolution-all-or-nothing", "opportunities", "mutate: check per part", "evolution", {"2**k"}),
    ],
)
def test_agrees_with_the_variant(problem: str, group: str, subject: str, variant: str, ratios: set[str]) -> None:
    found, other = worth(problem, group, subject), load(variant)
    assert found.theta is not None and found.ratio is not None
    assert relation(found.theta, optimize(other).theta, regime=regime_of(other)).kind == "Theta"
    assert {str(case.growth) for case in found.ratio.cases} == ratios
    assert not found.free and found.proved


@pytest.mark.parametrize("name", names())
def test_laws(name: str) -> None:
    given = load(name)
    found, regime = audit(given), regime_of(given)
    assert relation(found.theta, optimize(given).theta, regime=regime).kind == "Theta"
    for fact in found.facts:
        # Fewer designs are never cheaper.
        assert fact.theta is None or is_big_o(found.theta, fact.theta, regime)
    for chance in found.opportunities:
        assert not chance.free
        if not chance.outside:  # growths that cannot be compared have no price
            assert chance.theta is not None and is_big_o(chance.theta, found.theta, regime)
    assert len(found.opportunities) <= found.tried == len(list(opportunities(given)))
    for group in (found.facts, found.opportunities):
        prices = [each.ratio.expr for each in group if each.ratio is not None]
        for place, price in enumerate(prices):
            assert not any(relation(price, later, regime=regime).kind == "o" for later in prices[place + 1 :])


def test_what_cannot_be_spared_comes_first() -> None:
    found = audit(load("evolution"))
    assert [each.theta is None for each in found.facts] == [True, True, False, False]
    assert found.facts[2].subject == "mutate: check per part"


def test_an_assumption_that_costs_nothing() -> None:
    found = worth("debugging", "assumptions", "b <= k")
    assert found.free


def test_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "debugging"]) == 0
    text = capsys.readouterr().out
    assert "if fix is not local to one function" in text and "k times dearer where m_q·k = O(m_d·l·b)" in text
    assert "if what fix changes were a patch of constant size" in text
    assert main(["audit", "debugging", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert all(data[group] for group in GROUPS) and data["opportunities_tried"] == 1
    for kind in ("markdown", "html"):
        assert main(["audit", "evolution", "--format", kind]) == 0
        assert "2^k times dearer" in capsys.readouterr().out


CATALOGUE = """
problem: catalogue
parameters: {k: tasks, n: tokens, m_g: generalist, m_s: specialist, m_d: delegator}
texts: {query: {tokens: n, head: 1}, label: 1, answer: 1}
capabilities: {identify: m_d, solve: {family: k, each: m_s}}
models:
  generalist: {size: m_g, can: {solve: all}}
  specialist: {size: m_s, can: {solve: 1}}
  delegator: {size: m_d, can: [identify]}
tasks:
  identify: {reads: query.head, writes: label, requires: identify}
  solve: {reads: query, writes: answer, requires: solve, one_of: {family: solve, told_by: identify}}
"""


def test_where_the_best_design_depends_on_the_regime() -> None:
    """The ratio of two minima: in each case it is the quotient of the two growths there."""
    given = loads(CATALOGUE)
    found, regime = audit(given), regime_of(given)
    assert {each.subject for each in found.facts} == {"identify: reads head", "solve: one_of"}
    for each in found.facts:
        assert each.theta is not None and each.ratio is not None
        for case in each.ratio.cases:
            inside = regime.extended([as_assumption(condition) for condition in case.conditions])
            assert relation(each.theta, found.theta * case.growth, regime=inside).kind == "Theta"


def test_a_change_after_which_growths_cannot_be_compared_has_no_price(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> None:
        raise OutsideClassError("a growth of no class")

    before = audit(load("debugging"))
    monkeypatch.setattr(module, "without", refuse)
    found = audit(load("debugging"))
    assert found.theta == before.theta and found.opportunities == before.opportunities
    lost = [each for each in found.facts if each.outside]
    assert lost and all(each.theta is None and each.ratio is None and not each.free for each in lost)
    assert found.facts[-len(lost) :] == tuple(lost), "what has no price comes last"
    assert all(each.to_dict()["not_comparable"] == "a growth of no class" for each in lost)
    assert main(["audit", "debugging"]) == 0
    assert "not comparable, a growth of no class" in capsys.readouterr().out


# -- constants that nobody asks for -------------------------------------------------------------------


def test_constants_are_not_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prices are growths: the best integer of a parameter that stays constant does not matter."""
    problem = load("trip")
    eager = asymptotic.best
    before = audit(problem).to_dict()

    def never(*args: object) -> int:
        raise AssertionError("a constant was settled")

    with monkeypatch.context() as patch:
        patch.setattr(asymptotic, "best_constant", never)
        assert audit(problem).to_dict() == before
    monkeypatch.setattr(asymptotic, "best", lambda space, regime, constants=True, run=None: eager(space, regime))
    assert audit(problem).to_dict() == before


@pytest.mark.parametrize("name", ["evolution", "evolution-q", "answers-cascade", "maker", "policy", "sorting-lists"])
def test_growths_are_the_same_without_best_integers(name: str) -> None:
    """Also where a constant stands in an exponent."""
    problem = load(name)
    space, regime = unfold(problem), regime_of(problem)
    settled, unsettled = (asymptotic.best(space, regime, constants=constants) for constants in (True, False))
    assert settled[1] == unsettled[1]
    thetas = [[theta(one.growth, regime=regime).expr for one in found] for found, _ in (settled, unsettled)]
    assert set(thetas[0]) == set(thetas[1])


@pytest.mark.parametrize(
    ("name", "subjects"),
    [
        ("maker", {"target"}),
        ("answers-cascade", {"target", "answer: no hard units"}),
        ("votes-correlated", {"target", "reply: no hard units"}),
        ("fine-tuning", {"hosting"}),
        ("summary-window", {"windows"}),
    ],
)
def test_what_all_designs_bear_is_tried(name: str, subjects: set[str]) -> None:
    assert subjects <= {subject for subject, _, _ in opportunities(load(name))}


def test_errors_and_instructions_are_tried() -> None:
    problem = replace(labels(check={"scope": "part", "accepts": "1/10"}), overhead=num(7), limits=Limits(cost=num(9)))
    found = {subject: changed for subject, _, changed in opportunities(problem)}
    assert found["sort: check without errors"].tasks["sort"].check == Check("part")
    assert found["instructions"].overhead == ZERO
    assert not found["limit on cost"].limits
    assert found["sort: scatter"].tasks["sort"].succeeds != problem.tasks["sort"].succeeds


def test_what_a_chain_owes_to_its_steps_and_a_target_costs() -> None:
    found = audit(load("maker"))
    (steps,) = (worth for worth in found.facts if worth.subject == "solve: steps")
    assert steps.ratio is not None and "could not be cut" in steps.when
    assert relation(steps.ratio.expr, parse("(100/99)**k/log(k)"), regime=regime_of(load("maker"))).kind == "Theta"
    assert any(worth.subject == "solve: scatter" and worth.free for worth in found.facts)
    (target,) = (worth for worth in found.opportunities if worth.subject == "target")
    assert target.ratio is not None and str(target.ratio.expr) == "log(k)"
    (checks,) = (worth for worth in audit(load("answers-cascade")).facts if worth.subject == "answer: check")
    assert checks.ratio is not None and str(checks.ratio.expr) == "log(k)"
