"""The library as planners use it: plain data, immutable results, threads, determinism."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, replace

import pytest

from decomposer.problem.load import load
from decomposer.problems import names
from decomposer.verbs.compare import compare
from decomposer.verbs.explain import explain
from decomposer.verbs.optimize import optimize


def plain(name: str) -> str:
    return json.dumps(optimize(load(name)).to_dict())


def test_json_holds_what_is_promised() -> None:
    data = json.loads(plain("debugging"))
    assert data["format_version"] == 1
    assert data["problem"] == "debugging"
    assert data["status"] == "optimal"
    assert {"theta", "exact", "span"} <= data["cost"].keys()
    for agent in data["agents"]:
        assert {"name", "requires", "size", "work", "dominant"} <= agent.keys()
    for hand in data["hand_designs"]:
        assert {"name", "cost", "ratio", "ratio_holds_when"} <= hand.keys()
    assert {"or_nodes", "and_nodes", "designs"} == data["search"].keys()
    assert {"task": "fix", "fact": "local"} in data["facts_used"]
    assert data["design"][0]["each"] == "function"


@pytest.mark.parametrize("name", names())
def test_every_verb_gives_plain_data(name: str) -> None:
    problem = load(name)
    for result in (optimize(problem), compare(problem), explain(problem)):
        assert json.loads(json.dumps(result.to_dict()))["problem"] == problem.name


def test_threads_give_the_answers_of_one_thread() -> None:
    wanted = {name: plain(name) for name in names()}
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda name: (name, plain(name)), names() * 2))
    assert all(wanted[name] == answer for name, answer in found)


def test_results_cannot_be_changed() -> None:
    result = optimize(load("k-task"))
    with pytest.raises(FrozenInstanceError):
        result.status = "bounded"  # type: ignore[misc]


def test_notebooks_show_results_with_names_escaped() -> None:
    problem = replace(load("k-task"), about="<script>alert(1)</script>")
    for result in (optimize(problem), compare(problem)):
        shown = result._repr_html_()
        assert "<table>" in shown
        assert "<script>" not in shown
