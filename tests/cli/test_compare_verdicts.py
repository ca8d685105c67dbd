"""What `compare` says beside the costs: targets missed, limits exceeded, assumptions that numbers break."""

from __future__ import annotations

from pathlib import Path

import pytest

from decomposer import compare, load, loads, optimize
from decomposer.cli.main import main
from tests.labels import LABEL

Capture = pytest.CaptureFixture[str]

PROBLEM = (
    LABEL
    + """\
designs:
  once: [{each: item, do: [label]}]
  twice: [{each: item, do: [{vote: 1, lead: 1, do: [label]}]}]
  enough:
    - each: item
      do: [{vote: 1, lead: 2*ceil(log(N)) + 1, do: [label]}]
"""
)

HOSTED = """
problem: hosted
parameters: {n: tokens, a: price of one model, b: price of the other}
texts: {note: n, sum: 1, check: 1}
capabilities: [add, verify]
models:
  adder: {size: a, can: add}
  judge: {size: b, can: verify}
  both: {size: a + b, can: [add, verify]}
limits: {models: 1}
tasks:
  sum: {reads: note, writes: sum, requires: add}
  verify: {reads: [note, sum], writes: check, requires: verify}
designs:
  one-model: [{call: sum, model: both}, {call: verify, model: both}]
  two-models: [{call: sum, model: adder}, {call: verify, model: judge}]
"""


def verdict(tmp_path: Path, capsys: Capture, problem: str, *args: str) -> tuple[int, str]:
    file = tmp_path / "given.yaml"
    file.write_text(problem, encoding="utf-8")
    code = main(["compare", str(file), "--fail-if-worse", *args])
    return code, capsys.readouterr().out


def test_a_design_that_misses_the_target_is_worse_though_it_is_cheaper(tmp_path: Path, capsys: Capture) -> None:
    (row,) = compare(loads(PROBLEM), "once").rows
    assert row.relation == "o" and row.misses_target
    code, shown = verdict(tmp_path, capsys, PROBLEM, "once")
    assert code == 1 and "once misses the target of 9/10" in shown
    assert verdict(tmp_path, capsys, PROBLEM, "enough")[0] == 0


@pytest.mark.parametrize(("items", "code"), [(1, 0), (50, 1)])
def test_so_it_is_at_numbers(items: int, code: int, tmp_path: Path, capsys: Capture) -> None:
    numbers = [f"--set=N={items}", "--set=t=5", "--set=m=3"]
    assert verdict(tmp_path, capsys, PROBLEM, "once", *numbers)[0] == code


def test_where_the_reference_misses_it_too_the_cost_decides(tmp_path: Path, capsys: Capture) -> None:
    assert verdict(tmp_path, capsys, PROBLEM, "twice", "--against", "once")[0] == 0
    assert verdict(tmp_path, capsys, PROBLEM, "once", "--against", "enough")[0] == 1
    assert verdict(tmp_path, capsys, PROBLEM, "enough", "--against", "once")[0] == 1  # dearer


def test_limits_that_are_exceeded(tmp_path: Path, capsys: Capture) -> None:
    rows = {row.name: row.beyond for row in compare(loads(HOSTED)).rows}
    assert rows == {hand.name: hand.beyond for hand in optimize(loads(HOSTED)).hand_designs}
    assert rows == {"one-model": (), "two-models": ("models",)}
    code, shown = verdict(tmp_path, capsys, HOSTED)
    assert code == 1 and "two-models is beyond the limit on models" in shown and "one-model is beyond" not in shown
    assert verdict(tmp_path, capsys, HOSTED, "one-model")[0] == 0
    assert compare(loads(HOSTED), "two-models").to_dict()["designs"][1]["beyond_limits"] == ["models"]


def test_assumptions_that_numbers_break(capsys: Capture) -> None:
    at = {"k": 10, "n": 5, "m_s": 2, "m_d": 3}
    note = "at these numbers `k <= n` does not hold, which the answer rests on"
    assert compare(load("k-task"), at=at).notes == optimize(load("k-task"), at=at).notes == (note,)
    assert compare(load("k-task"), at={**at, "n": 10}).notes == ()
    assert main(["compare", "k-task", *(f"--set={name}={value}" for name, value in at.items())]) == 0
    assert f"\nnote\n  {note}\n" in capsys.readouterr().out


def test_costs_of_too_many_digits(capsys: Capture) -> None:
    """A design whose cost cannot be worked out at the numbers does not stop the comparison."""
    at = ["--set=k=1343", "--set=l=10", "--set=m_u=3"]
    assert main(["compare", "evolution", "keep-good-blocks", *at, "--format", "markdown"]) == 0
    assert "| too many digits |" in capsys.readouterr().out
