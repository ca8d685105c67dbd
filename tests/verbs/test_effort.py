"""Effort: the free sizes that the paper speaks of, their verification, and shares that make up the whole."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from decomposer.cli.main import main
from decomposer.design.evaluate import work
from decomposer.expr import ZERO, parse, sym
from decomposer.growth import is_big_o, relation
from decomposer.problem.load import load
from decomposer.problem.substitute import substitute
from decomposer.problems import names
from decomposer.verbs.effort import AgentEffort, as_assumption, effort
from decomposer.verbs.measure import regime_of


def agents(problem: str, design: str = "optimum") -> dict[str, AgentEffort]:
    (part,) = effort(load(problem), design).designs
    return {agent.name: agent for agent in part.agents}


def free(agent: AgentEffort) -> dict[str, set[str]]:
    assert agent.free is not None
    return {str(case.growth): set(case.conditions) for case in agent.free.cases}


def test_a_giant_delegator_is_free() -> None:
    """Meyerson & Qiu 2025, section 3.1.3."""
    found = agents("k-task")
    assert free(found["identify"]) == {"m_s*n": set()}
    assert free(found["solve"]) == {"m_s": set()}
    assert found["solve"].dominates == ((),)
    # Only where k = n and the delegator is as large as all specialists together does it cost as much.
    assert found["identify"].dominates == (("m_s*n = O(m_d)",),)


def test_the_finder_is_free_up_to_what_repairs_cost() -> None:
    found = agents("debugging")
    assert free(found["find"]) == {"b*l*m_d/k": {"k*m_q = O(b*l*m_d)"}, "m_q": {"b*l*m_d = O(k*m_q)"}}
    assert found["find"].dominates == (("b*l*m_d = O(k*m_q)",),)
    assert found["fix"].dominates == (("k*m_q = O(b*l*m_d)",),)
    assert agents("debugging-related")["fix"].dominates == ((),)


@pytest.mark.parametrize("name", names())
def test_free_sizes_are_verified_and_shares_make_up_the_whole(name: str) -> None:
    given = load(name)
    for design in ("optimum", *given.designs):
        for part in effort(given, design).designs:
            assert all(agent.verified for agent in part.agents)
            regime = regime_of(given).extended([as_assumption(condition) for condition in part.when])
            total = sum((agent.agent.work for agent in part.agents), ZERO)
            assert relation(total, part.theta, regime=regime).kind == "Theta"
            largest = sum((agent.theta for agent in part.agents), ZERO)
            assert relation(largest, part.theta, regime=regime).kind == "Theta"


@pytest.mark.parametrize(("name", "size", "agent"), [("k-task", "m_d", "identify"), ("debugging", "m_q", "find")])
def test_by_hand(name: str, size: str, agent: str) -> None:
    """Put the free size into the problem itself: the same growth; a little more of it: a larger one."""
    given = load(name)
    (part,) = effort(given).designs
    regime, before = regime_of(given), work(given, part.design)
    found = next(each for each in part.agents if each.name == agent)
    assert found.free is not None
    for case in found.free.cases:
        inside = regime.extended([as_assumption(condition) for condition in case.conditions], unbounded=["more"])
        grown = work(substitute(given, {size: case.growth}), part.design)
        assert is_big_o(grown, before, inside)
        beyond = work(substitute(given, {size: case.growth * sym("more")}), part.design)
        assert relation(beyond, before, regime=inside).kind == "omega"


def test_where_the_best_design_depends_on_the_regime() -> None:
    given = load("k-task-no-head")
    wide = replace(given, assume=())
    found = effort(wide)
    assert len(found.designs) > 1
    assert all(part.when for part in found.designs)
    assert all(agent.verified for part in found.designs for agent in part.agents)


def test_conditions_as_assumptions() -> None:
    assert as_assumption("k*m_q = O(b*l*(m_d + 1))") == "k*m_q <= b*l*(m_d + 1)"
    assert as_assumption("b <= k") == "b <= k"


def test_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["effort", "debugging"]) == 0
    text = capsys.readouterr().out
    assert "find: up to m_d·l·b/k" in text and "where m_q·k = O(m_d·l·b)" in text
    assert main(["effort", "debugging", "naive", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["name"] == "naive"
    assert parse(data["designs"][0]["theta"]).symbols == {"b", "k", "l", "m_d", "m_q"}
    for kind in ("markdown", "html"):
        assert main(["effort", "k-task", "--format", kind]) == 0
        assert "m_s·n" in capsys.readouterr().out
    assert main(["effort", "debugging", "naiv"]) == 2
