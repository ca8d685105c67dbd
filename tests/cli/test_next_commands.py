"""The command named last works, and is about the answer that was given."""

from __future__ import annotations

import json
import shlex

import pytest

from decomposer import load, optimize
from decomposer.cli.main import main
from decomposer.report.optimum import document
from decomposer.report.text import render

Capture = pytest.CaptureFixture[str]

NUMBERS = ["--set", "w=40", "--set", "P=8", "--set", "h=3e1"]


def told(capsys: Capture, *args: str) -> list[str]:
    assert main(list(args)) == 0
    line = capsys.readouterr().out.splitlines()[-1]
    return shlex.split(line.removeprefix("next: decomposer ")) if line.startswith("next: ") else []


@pytest.mark.parametrize("verb", ["optimize", "compare"])
def test_numbers_are_kept(verb: str, capsys: Capture) -> None:
    following = told(capsys, verb, "chunk-latency", *NUMBERS)
    assert following[1:] == ["chunk-latency", *NUMBERS]
    values = []
    for command in ([verb, "chunk-latency", *NUMBERS], following):
        assert main([*command, "--format", "json"]) == 0
        found = json.loads(capsys.readouterr().out)
        cost = found["cost"] if "cost" in found else found["designs"][0]["cost"]
        values.append(cost["value"])
    assert values[0] == values[1] and values[0] is not None
    assert told(capsys, verb, "chunk-latency") == ["explain", "chunk-latency"]


def test_another_objective_is_not_explained(capsys: Capture) -> None:
    assert told(capsys, "optimize", "debugging", "--minimise", "span") == []
    assert told(capsys, "optimize", "debugging", "--minimise", "cost") == ["explain", "debugging"]


def test_numbers_are_kept_in_python() -> None:
    shown = render(document(optimize(load("chunk-latency"), at={"w": 40, "P": 8, "h": 30})))
    assert shlex.split(shown.splitlines()[-1])[-6:] == ["--set", "w=40", "--set", "P=8", "--set", "h=30"]
