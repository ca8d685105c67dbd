"""The command named last works, and is about the answer that was given."""

from __future__ import annotations

import json
import shlex

import pytest

from decomposer import load, optimize
from decomposer.cli.main import main
from decomposer.report.front import document as front_document
from decomposer.report.optimum import document
from decomposer.report.text import render
from decomposer.verbs.front import front

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


def test_numbers_are_kept_after_front() -> None:
    shown = render(front_document(front(load("chunk-latency"), at={"w": 40, "P": 8, "h": 30})))
    assert shlex.split(shown.splitlines()[-1])[-6:] == ["--set", "w=40", "--set", "P=8", "--set", "h=30"]


def test_front_names_an_optimum_at_the_same_numbers(capsys: Capture) -> None:
    following = told(capsys, "front", "chunk-latency", *NUMBERS)
    assert following == ["optimize", "chunk-latency", *NUMBERS]
    assert main(following) == 0


@pytest.mark.parametrize("sweep", [[], ["--sweep", "k=10..40:3"]])
def test_what_follows_a_simulation_has_its_numbers(sweep: list[str], capsys: Capture) -> None:
    sizes = ["--set", "k=40"]
    others = ["--set", "l=10", "--set", "b=2", "--set", "m_q=1", "--set", "m_d=1"]
    given = [*others, *(sweep or sizes)]
    following = told(capsys, "simulate", "debugging", *given, "--runs", "2")
    assert following == ["compare", "debugging", *others, *sizes]
    assert main(following) == 0
