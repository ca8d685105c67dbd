"""Hand designs that miss the target or exceed a limit win no map, and claims about them say so."""

from __future__ import annotations

from pathlib import Path

import pytest

from decomposer import compare, loads
from decomposer.cli.main import main
from decomposer.errors import DesignError
from decomposer.verbs.claim import claim
from decomposer.verbs.regimes import regime_map

TARGET = """
problem: sorting
parameters: {N: letters, t: tokens in a letter}
texts:
  letters: {parts: {letter: N}, each: t}
  kinds: {parts: {letter: N}, each: 1}
capabilities: {sort: 1}
target: 9/10
tasks:
  sort:
    reads: letters
    writes: kinds
    requires: sort
    local: letter
    succeeds: {probability: 9/10, per: part}
designs:
  thrice: [{each: letter, do: [{vote: 3, do: [sort]}]}]
  growing: [{each: letter, do: [{vote: 1, lead: 2*ceil(log(N)) + 3, do: [sort]}]}]
"""

LIMIT = """
problem: two-models
parameters: {N: letters, t: tokens in a letter}
texts: {letters: N*t, kinds: N, answers: N*t}
capabilities: [sort, answer]
models:
  sorter: {size: 1, can: [sort]}
  writer: {size: t, can: [answer]}
  both: {size: t*N, can: [sort, answer]}
limits: {models: 1}
tasks:
  sort: {reads: letters, writes: kinds, requires: sort}
  answer: {reads: [letters, kinds], writes: answers, requires: answer}
designs:
  specialists: [{call: sort, model: sorter}, {call: answer, model: writer}]
"""


@pytest.mark.parametrize(
    ("text", "name", "why"),
    [
        (TARGET, "thrice", "misses the target of 9/10"),
        (LIMIT, "specialists", "is beyond the limit on models"),
    ],
)
def test_what_fails_wins_nothing(
    text: str, name: str, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    problem = loads(text)
    found = regime_map(problem, ["optimum", name])
    # Were it no worse than the others, it would be cheaper than the optimum.
    (row,) = compare(problem, name).rows
    assert row.relation == "o" and (row.misses_target or row.beyond)
    assert [leaf.winner for leaf in found.leaves] == ["optimum"]
    assert found.notes == (f"{name} {why}, so it is left out",)
    assert found.to_dict()["notes"] == list(found.notes)
    with pytest.raises(DesignError, match=f"no design is left to be mapped: {name} {why}"):
        regime_map(problem, [name])
    said = claim(problem, f"{name} / optimum = o(1)")
    assert said.verdict == "proved" and said.notes == (f"{name} {why}",)
    path = tmp_path / "problem.yaml"
    path.write_text(text)
    assert main(["map", str(path), "optimum", name]) == 0
    assert f"{name} {why}, so it is left out" in capsys.readouterr().out
    assert main(["claim", str(path), f"{name} / optimum = o(1)"]) == 0
    assert f"{name} {why}" in capsys.readouterr().out


def test_what_keeps_the_target_takes_part() -> None:
    problem = loads(TARGET)
    found = regime_map(problem, ["growing"])
    assert [each.name for each in found.designs] == ["growing"] and found.notes == ()
    assert claim(problem, "growing / thrice = Theta(log(N))").notes == ("thrice misses the target of 9/10",)
    assert claim(problem, "growing / optimum = O(1)").notes == ()
