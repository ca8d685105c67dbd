"""Names of free parameters: letters, words where the letters are taken, and always with what they stand for."""

from __future__ import annotations

import json
import re

import pytest

from decomposer import Problem, front, load, loads, optimize
from decomposer.cli.main import main
from decomposer.growth.curves import scale_beside
from decomposer.problem.long_form import long_form
from decomposer.report.plane import svg
from decomposer.restated.space import Space
from decomposer.rules.base import site_of
from decomposer.verbs.certify import certify
from decomposer.verbs.check import check
from decomposer.verbs.regimes import regime_map

Capture = pytest.CaptureFixture[str]

WINDOW = """
problem: pages
parameters: {PARAMETERS}
assume: [{instructions} << W]
texts:
  pages: {{parts: {{page: R*W}}, each: 1}}
  note: 1
capabilities: {{scan: p}}
models: {{small-one: {{size: p, can: scan, window: W}}}}
cost: linear
tasks:
  scan: {{reads: pages, writes: note, requires: scan, combines: oracle, overhead: {instructions}}}
"""


def windowed(*taken: str) -> Problem:
    """Pages in windows, with parameters of these names (the first one is the length of the instructions)."""
    names = (*dict.fromkeys((*taken, "h")), "R", "W", "p")
    text = WINDOW.format(PARAMETERS="PARAMETERS", instructions=taken[0] if taken else "h")
    return loads(text.replace("PARAMETERS", f"[{', '.join(names)}]"))


@pytest.mark.parametrize(
    ("taken", "name"),
    [
        ((), "g_small_one"),
        (("g",), "g_small_one"),
        (("g_small_one",), "group_small_one"),
        (("g_small_one", "group_small_one"), "group_small_one2"),
    ],
)
def test_groups_within_a_window(taken: tuple[str, ...], name: str) -> None:
    problem = windowed(*taken)
    found = optimize(problem)
    (policy,) = found.policies
    about = "pages in a group, within the window of small-one"
    assert policy.name == name and policy.about == about
    (written,) = found.to_dict()["parameters"]
    assert (written["name"], written["about"], written["value"]) == (name, about, "W")


def test_no_name_is_taken_twice() -> None:
    letters = ("g", "s", "f", "m", "v", "r", "i", "group", "lead", "stride")
    site = site_of(windowed(*letters))
    assert len(set(site.names)) == len(site.names) and not set(site.names) & set(letters)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*\d*", name) for name in site.names)


def test_certificates_know_the_names() -> None:
    """The rules that are stated a second time take the same names, and what was proved with them is checked."""
    problem = windowed("g", "group", "g_small_one")
    space, site = Space(long_form(problem)), site_of(problem)
    own = (space.i, space.g, space.s, space.f, space.m, space.v, space.r)
    assert (*own, *space.rooms.values()) == site.names
    assert check(problem, json.dumps(certify(problem))).proved


def test_what_is_told(capsys: Capture) -> None:
    assert main(["optimize", "chunking-window"]) == 0
    shown = capsys.readouterr().out
    assert "  g_scanner  W (tokens in a group, within the window of scanner)\n" in shown
    assert main(["explain", "debugging"]) == 0
    assert "not part by part, or in groups of parts, in parallel (g: functions in a group): " in _flat(capsys)
    assert main(["map", "chunk-latency"]) == 0
    assert "    g = √(w·h) (pages in a group)\n" in capsys.readouterr().out


def test_workers_of_a_front_that_has_a_parameter_p(capsys: Capture) -> None:
    assert "P" in load("chunk-latency").parameters
    assert front(load("chunk-latency")).workers == "workers"
    assert main(["front", "chunk-latency"]) == 0
    shown = capsys.readouterr().out
    assert "  workers  calls that run at once" in shown and "  g        pages in a group\n" in shown
    assert "P_" not in shown


@pytest.mark.parametrize("name", ["chunking-window", "k-task-tree", "report-outline", "desk-memory", "maker"])
def test_no_name_ends_in_an_underscore(name: str, capsys: Capture) -> None:
    assert main(["explain", name]) == 0
    assert not re.search(r"\w_(?!\w)", capsys.readouterr().out)
    assert all(policy.about for policy in optimize(load(name)).policies)


def _flat(capsys: Capture) -> str:
    return " ".join(capsys.readouterr().out.split())


def test_the_scale_of_a_curve_and_of_a_plane() -> None:
    assert [scale_beside(taken) for taken in ((), ("t",), ("t", "scale"))] == ["t", "scale", "scale2"]
    problem = load("plan-once")
    assert "t" in problem.parameters
    drawn = svg(regime_map(problem), ("N", "h"))
    assert "where t = scale, p = scale" in drawn and "t_" not in drawn


def test_one_name_for_two_things(capsys: Capture) -> None:
    """Where two tasks have groups of their own, each size is told with what it counts."""
    assert main(["map", "policy"]) == 0
    shown = capsys.readouterr().out
    assert "g_affordable = W (pages in a group, within the window of affordable, for study)\n" in shown
    assert "g_affordable = W/l (clauses in a group, within the window of affordable, for draft + assess)\n" in shown
