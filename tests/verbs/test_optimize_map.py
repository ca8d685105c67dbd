"""`optimize` where no single design wins: the regime map, the growth as a minimum, and nothing of it otherwise."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from decomposer.cli.main import main
from decomposer.errors import OutsideClassError
from decomposer.expr import ONE
from decomposer.growth import is_big_o, relation
from decomposer.problem.dump import dumps
from decomposer.problem.load import load
from decomposer.problems import names
from decomposer.verbs import optimize as module
from decomposer.verbs.optimize import optimize
from decomposer.verbs.regimes import regime_map
from decomposer.verbs.results import Result

FREE = ["k-task-power-law", "k-task", "k-task-no-head", "k-task-power", "k-task-tree", "k-task-unrelated"]


def free(name: str) -> Result:
    """The optimum of a shipped problem with nothing assumed."""
    return optimize(replace(load(name), assume=()))


def test_k_task_with_nothing_assumed() -> None:
    result = free("k-task")
    assert result.status == "regimes" and result.regimes is not None
    assert str(result.theta) == "min(k*m_s*n, m_s*n + m_d)"
    assert {leaf.winner: set(leaf.conditions) for leaf in result.regimes.leaves} == {
        "generalist": {"k*m_s*n = O(m_d)"},
        "delegator": {"m_d = O(k*m_s*n)"},
    }


@pytest.mark.parametrize("name", ["debugging", "debugging-patches"])
def test_no_map_of_more_items_than_there_can_be(name: str) -> None:
    """Repairing every function would be as good where there are more bugs than functions hold: there never are."""
    assert free(name).regimes is None
    assert free(name).status == optimize(load(name)).status == "optimal"


@pytest.mark.parametrize("name", FREE)
def test_the_map_is_that_of_map(name: str) -> None:
    result = free(name)
    assert result.regimes is not None and result.regimes.verified
    assert result.regimes.to_dict() == regime_map(load(name), keep=False).to_dict()


@pytest.mark.parametrize("name", FREE)
def test_at_each_leaf_the_growth_is_the_least(name: str) -> None:
    result = free(name)
    assert result.regimes is not None
    for leaf in result.regimes.leaves:
        assert relation(result.theta, leaf.theta, regime=leaf.regime).kind == "Theta"
        for option in result.options:
            if not option.policies:
                assert is_big_o(leaf.theta, option.cost.theta, leaf.regime)


@pytest.mark.parametrize("name", FREE)
def test_hand_designs_are_set_against_the_least_of_all(name: str) -> None:
    result = free(name)
    assert result.regimes is not None
    for hand in result.hand_designs:
        assert hand.by_tasks == ()
        for leaf in result.regimes.leaves:
            assert is_big_o(ONE, hand.ratio.expr, leaf.regime), "nothing costs less than the least"
            assert relation(hand.ratio.expr * leaf.theta, hand.cost.theta, regime=leaf.regime).kind == "Theta"


@pytest.mark.parametrize("name", names())
def test_a_map_exactly_where_several_designs_win(name: str) -> None:
    """Shipped problems may have several best designs: the map then has a leaf for each that wins somewhere."""
    result = optimize(load(name))
    if len(result.options) == 1:
        assert result.status != "regimes" and result.regimes is None
        assert result.to_dict()["regimes"] is None
        return
    assert result.status == "regimes" and result.regimes is not None and result.regimes.verified
    assert len({leaf.winner for leaf in result.regimes.leaves}) > 1
    for leaf in result.regimes.leaves:
        assert relation(result.theta, leaf.theta, regime=leaf.regime).kind == "Theta"


def test_no_map_where_something_is_assumed_that_decides() -> None:
    """As k-task with all that the paper assumes: a map without assumptions, none with them."""
    assert free("k-task").regimes is not None
    assert optimize(load("k-task")).regimes is None


def test_policies_stand_at_the_leaves() -> None:
    result = free("k-task-tree")
    assert result.regimes is not None
    for leaf in result.regimes.leaves:
        assert result.regimes.policies(leaf)


@pytest.mark.parametrize("trouble", ["many", "outside"])
def test_without_a_map_the_options_are_shown(
    trouble: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> None:
        raise OutsideClassError("cannot be told apart")

    if trouble == "many":
        monkeypatch.setattr(module, "MOST_MAPPED", 1)
    else:
        monkeypatch.setattr("decomposer.verbs.regimes.partition", refuse)
    assert free("k-task").regimes is None
    assert main(["optimize", str(nothing_assumed(tmp_path))]) == 0
    assert "design 2: Θ(m_s·n + m_d), best where" in capsys.readouterr().out


def nothing_assumed(folder: Path) -> Path:
    path = folder / "free.yaml"
    path.write_text(dumps(replace(load("k-task"), assume=())), encoding="utf-8")
    return path


def test_as_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(nothing_assumed(tmp_path))
    assert main(["optimize", path]) == 0
    text = capsys.readouterr().out
    assert "Θ(min(m_s·k·n, m_s·n + m_d)), the least of 2 designs" in text
    assert "  if m_s·k·n = O(m_d):\n    generalist, Θ(m_s·k·n)\n  else:\n    delegator, Θ(m_s·n + m_d)\n" in text
    assert main(["optimize", path, "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["status"] == "regimes" and data["regimes"]["verified"]
    assert data["regimes"]["tree"]["if"] == "k*m_s*n = O(m_d)"
    for kind in ("markdown", "html"):
        assert main(["optimize", path, "--format", kind]) == 0
        assert "delegator" in capsys.readouterr().out


def test_maps_are_not_imported_where_a_single_design_wins() -> None:
    code = (
        "import sys; from decomposer.cli.main import main; code = main(['optimize', 'debugging']);"
        "assert code == 0 and not {'decomposer.verbs.regimes', 'decomposer.growth.partition'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
