"""The benchmark of facility location: what it reads, prints and compares."""

from __future__ import annotations

import json
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from benchmarks import comparison, peers_hosting
from benchmarks import hosting as benchmark
from benchmarks.hosting_reader import Unreadable, generate, instance
from decomposer.solvers import hosting

PROVERS = ("cpsat", "highs")

TEXT = " 2 3\n 10 4.5\n 10 6.\n 1\n 1 9\n 1\n 1.25 9\n 1\n 9 1\n"


def test_peers_agree_with_ours() -> None:
    problem = generate(3, facilities=6, customers=15)
    best = hosting.run(problem).value[0]
    for peer in (peers_hosting.cpsat, peers_hosting.highs_inside):
        answer = peer(problem, 20.0)
        assert answer["proved"] and Fraction(answer["cost"]) == best
    assert Fraction(peers_hosting.greedy(problem, 20.0)["cost"]) >= best


def test_one_run_without_peers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cap1.txt").write_text(TEXT)
    (tmp_path / "known.csv").write_text("file,optimum\ncap1.txt,13.7\n")
    command = ["hosting", str(tmp_path / "cap1.txt"), "--no-peers", "--format", "json"]
    monkeypatch.setattr(sys, "argv", command)
    benchmark.main()
    printed = json.loads(capsys.readouterr().out)
    row = printed["rows"][0]
    # Both open: 4.5 + 6 + 1 + 1.25 + 1.
    assert row["ours"]["cost"] == row["ours"]["bound"] == "13.75"
    assert row["ours"]["proved"] and row["matches"]
    assert printed["summary"]["proved"] == 1
    monkeypatch.setattr(sys, "argv", command[:-2])
    benchmark.main()
    assert "13.75=" in capsys.readouterr().out


def test_what_cannot_be_read_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["hosting", "/nonexistent/cap.txt", "--no-peers"])
    with pytest.raises(SystemExit) as ended:
        benchmark.main()
    assert ended.value.code == 2
    assert "cap.txt" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["generate:", "generate:x", "generate:1:y"])
def test_what_cannot_be_generated_is_told(name: str) -> None:
    with pytest.raises(Unreadable, match="is meant"):
        instance(name)


def test_known_values_are_compared_to_their_last_digit() -> None:
    assert comparison.matches("796648.4375", "796648.437")
    assert not comparison.matches("796648.439", "796648.437")
    assert comparison.matches(None, "1") is None
    assert comparison.matches(43, "43")
    assert not comparison.matches(43.5, "43")


def compared(ours: bool, peer: bool, seconds: float | None) -> comparison.Row:
    greedy = {"proved": False, "seconds": 0.0, "cost": "1", "bound": None}
    return {
        "instance": "x",
        "known": None,
        "matches": None,
        "ours": {"proved": ours, "seconds": 10.0, "cost": "1", "bound": "1"},
        "refined": greedy,
        "peers": {"highs": {"proved": peer, "seconds": seconds, "cost": None, "bound": None}, "greedy": greedy},
    }


def test_ratios_count_against_us_where_a_peer_proves_and_we_do_not() -> None:
    rows = [compared(True, True, 20.0), compared(False, True, 5.0)]
    rows += [compared(False, False, 60.0), compared(True, False, 60.0)]
    assert comparison.ratios(rows, 1.0, PROVERS) == [2.0, 0.5, 6.0]
    assert comparison.ratios(rows, 30.0, PROVERS) == [6.0]
    assert comparison.mean([2.0, 8.0]) == pytest.approx(4.0)


def test_a_peer_that_fails_is_told_and_does_not_count() -> None:
    failed = compared(True, False, None)
    assert comparison.ratios([failed], 0.0, PROVERS) == []
    assert "highs failed" in comparison.shown(failed)
