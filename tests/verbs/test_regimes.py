"""Regime maps: known trees, leaves that hold at numbers, conditions without redundancy, and the picture."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decomposer.cli.main import main
from decomposer.errors import DesignError, OutsideClassError, ProblemError
from decomposer.expr import Expr, num, parse
from decomposer.growth import Regime, is_big_o
from decomposer.growth.partition import Branch, Leaf, Tree, leaves, partition
from decomposer.problem.load import load
from decomposer.problems import names
from decomposer.report.plane import svg
from decomposer.verbs.effort import as_assumption
from decomposer.verbs.regimes import regime_map

DELEGATION = {"generalist": parse("m_g*n"), "delegator": parse("m_d + m_s*n")}
FREE = Regime.of(unbounded=["m_g", "m_s", "m_d", "n", "k"])


def conditions(tree: Tree, winner: str) -> list[set[str]]:
    return [set(leaf.conditions) for leaf in leaves(tree) if leaf.winner == winner]


def test_delegation_with_nothing_assumed() -> None:
    tree = partition(DELEGATION, FREE)
    assert len(list(leaves(tree))) == 3
    assert conditions(tree, "delegator") == [{"m_d = O(m_g*n)", "m_s = O(m_g)"}]
    assert all(leaf.verified for leaf in leaves(tree))


def test_a_third_design_has_one_region() -> None:
    tree = partition({**DELEGATION, "all specialists": parse("k*m_s*n")}, FREE)
    assert conditions(tree, "all specialists") == [{"k*m_s = O(m_g)", "k*m_s*n = O(m_d)"}]


def test_what_is_assumed_needs_no_branch() -> None:
    tree = partition(DELEGATION, FREE.extended(["m_s <= m_g", "m_d <= n"]))
    assert isinstance(tree, Leaf) and tree.winner == "delegator" and tree.conditions == ()


def test_of_growths_alike_the_first_wins() -> None:
    tree = partition({"one": parse("2*n"), "other": parse("n + 1")}, FREE)
    assert isinstance(tree, Leaf) and tree.winner == "one"


def test_nothing_to_compare() -> None:
    with pytest.raises(OutsideClassError):
        partition({}, FREE)


monomials = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 3), min_size=1).map(
    lambda powers: parse("*".join(f"{name}^{power}" for name, power in powers.items()))
)
growths = st.lists(monomials, min_size=1, max_size=3).map(lambda terms: sum(terms[1:], terms[0]))
points = st.fixed_dictionaries({name: st.integers(1, 60) for name in "abcd"})


def value(cost: Expr, point: dict[str, int]) -> Fraction:
    found = cost.subs({name: num(2**power) for name, power in point.items()}).as_fraction()
    assert found is not None
    return Fraction(found)


def leaf_at(tree: Tree, point: dict[str, int]) -> Leaf:
    while isinstance(tree, Branch):
        tree = tree.yes if value(tree.below, point) <= value(tree.above, point) else tree.no
    return tree


@settings(max_examples=40)
@given(st.lists(growths, min_size=2, max_size=4, unique=True), st.lists(points, min_size=5, max_size=5))
def test_winners_are_cheapest_at_numbers(costs: list[Expr], where: list[dict[str, int]]) -> None:
    """Up to the number of terms: the proof of O uses no other constant."""
    rivals = {f"d{place}": cost for place, cost in enumerate(costs)}
    tree = partition(rivals, Regime.of(unbounded=list("abcd")))
    for leaf in leaves(tree):
        assert leaf.verified
    for point in where:
        won = value(rivals[leaf_at(tree, point).winner], point)
        assert won <= 9 * min(value(cost, point) for cost in costs)


@settings(max_examples=20)
@given(st.lists(growths, min_size=2, max_size=4, unique=True))
def test_no_condition_follows_from_the_others_and_no_leaf_is_empty(costs: list[Expr]) -> None:
    regime = Regime.of(unbounded=list("abcd"))
    for leaf in leaves(partition({f"d{place}": cost for place, cost in enumerate(costs)}, regime)):
        for condition in leaf.conditions:
            others = [as_assumption(other) for other in leaf.conditions if other != condition]
            below, above = map(parse, as_assumption(condition).split(" <= "))
            assert not is_big_o(below, above, regime.extended(others))
            # There is room behind every wall.
            assert not is_big_o(above, below, leaf.regime)


def test_k_task_with_nothing_assumed() -> None:
    found = regime_map(load("k-task"), keep=False)
    assert {leaf.winner: set(leaf.conditions) for leaf in found.leaves} == {
        "generalist": {"k*m_s*n = O(m_d)"},
        "delegator": {"m_d = O(k*m_s*n)"},
    }
    assert found.verified and found.complete


def test_models_of_any_size_take_three_leaves() -> None:
    """Growth of the generalist against delegator and specialists: delegate where both are cheaper than it."""
    found = regime_map(load("k-task-models"))
    assert found.verified and found.complete
    assert [(leaf.winner, leaf.conditions) for leaf in found.leaves] == [
        ("generalist", ("m_g*n = O(m_d)",)),
        ("generalist", ("m_d = O(m_g*n)", "m_g = O(m_s)")),
        ("delegator", ("m_d = O(m_g*n)", "m_s = O(m_g)")),
    ]


def test_policies_belong_to_their_leaves() -> None:
    wide = replace(load("k-task-tree"), designs={})
    found = regime_map(wide, keep=False)
    assert len(found.leaves) > 2
    for leaf in found.leaves:
        assert all(policy.when == () for policy in found.policies(leaf))
        assert len({policy.name for policy in found.policies(leaf)}) == len(found.policies(leaf)) > 0


@pytest.mark.parametrize("name", names())
def test_shipped_problems(name: str) -> None:
    problem = load(name)
    found = regime_map(problem, ("optimum", *problem.designs))
    assert found.verified
    # No hand design is better than all of the space anywhere.
    space = regime_map(problem)
    for leaf in found.leaves:
        assert any(is_big_o(each.growth, found.named(leaf.winner).growth, leaf.regime) for each in space.designs)


def test_hand_designs_among_themselves() -> None:
    found = regime_map(load("debugging"), ("naive", "fresh-context"))
    assert [leaf.winner for leaf in found.leaves] == ["fresh-context"]
    with pytest.raises(DesignError):
        regime_map(load("debugging"), ("naiv",))


# -- the picture --------------------------------------------------------------------------------------


def polygons(picture: str) -> dict[str, list[list[tuple[float, float]]]]:
    found: dict[str, list[list[tuple[float, float]]]] = {}
    for each in ElementTree.fromstring(picture).iter("{http://www.w3.org/2000/svg}polygon"):
        title = each.find("{http://www.w3.org/2000/svg}title")
        assert title is not None and title.text is not None
        corners = [tuple(map(float, corner.split(","))) for corner in each.attrib["points"].split()]
        found.setdefault(title.text.split(":")[0], []).append([(x, y) for x, y in corners])
    return found


def test_picture() -> None:
    """With k = n and m_s bounded: the generalist where n^2 = O(m_d), a triangle of a quarter of the plane."""
    found = regime_map(load("k-task"), keep=False)
    drawn = polygons(svg(found, ("m_d", "n"), {"k": "n", "m_s": "1"}))
    assert drawn["generalist"] == [[(70, 530), (550, 530), (550, 290)]]
    assert drawn["delegator"] == [[(70, 530), (550, 290), (550, 50), (70, 50)]]


def test_assumptions_leave_a_part_of_the_plane() -> None:
    drawn = polygons(svg(regime_map(load("k-task")), ("k", "n"), {"m_d": "1", "m_s": "1"}))
    assert drawn == {"delegator": [[(70, 530), (550, 50), (70, 50)]]}


@pytest.mark.parametrize(
    ("plane", "fix"),
    [
        (("m_d",), {}),
        (("m_d", "m_d"), {}),
        (("m_d", "z"), {}),
        (("m_d", "n"), {"z": "n"}),
        (("m_d", "n"), {"n": "1"}),
        (("m_d", "n"), {"k": "n + m_d"}),
        (("m_d", "n"), {"k": "2^n"}),
        (("m_d", "n"), {"k": "m_s"}),
        (("m_d", "n"), {"k": "n*t"}),
    ],
)
def test_what_cannot_be_drawn_is_refused(plane: tuple[str, ...], fix: dict[str, str]) -> None:
    with pytest.raises(ProblemError):
        svg(regime_map(load("k-task")), plane, fix)


# -- the command --------------------------------------------------------------------------------------


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / "map.svg"
    args = ["map", "k-task", "--nothing-assumed"]
    assert main([*args, "--svg", str(picture), "--plane", "m_d,n", "--fix", "k=n"]) == 0
    assert "if m_s·k·n = O(m_d):\n    generalist, Θ(m_s·k·n)\n  else:\n    delegator" in capsys.readouterr().out
    assert set(polygons(picture.read_text(encoding="utf-8"))) == {"generalist", "delegator"}
    assert main([*args, "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["tree"]["if"] == "k*m_s*n = O(m_d)" and data["tree"]["yes"]["design"] == "generalist"
    for kind in ("markdown", "html"):
        assert main([*args, "--format", kind]) == 0
        assert "m_s·k·n" in capsys.readouterr().out


def test_command_with_assumptions(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["map", "k-task", "--nothing-assumed", "--assume", "k*m_s*n << m_d", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["tree"]["design"] == "generalist"


@pytest.mark.parametrize(
    "args", [["--plane", "m_d,n"], ["--fix", "k"], ["--svg", "x.svg", "--plane", "m_d,z"], ["--assume", "n << k"]]
)
def test_command_refuses(args: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["map", "k-task", *args]) == 2
    assert capsys.readouterr().err
