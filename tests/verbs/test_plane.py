"""The picture of a regime map: regions that do not overlap, what is written where, and what has no place in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from decomposer.problem.load import load
from decomposer.report.plane import svg
from decomposer.verbs.regimes import RegimeMap, regime_map

SVG = "{http://www.w3.org/2000/svg}"


def picture(found: RegimeMap, plane: tuple[str, str], fix: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """The designs of the regions, and all texts."""
    root = ElementTree.fromstring(svg(found, plane, fix))
    titles = [title.text or "" for each in root.iter(f"{SVG}polygon") for title in each.iter(f"{SVG}title")]
    return [title.split(":")[0] for title in titles], [text.text or "" for text in root.iter(f"{SVG}text")]


def drawn_area(found: RegimeMap, plane: tuple[str, str], fix: Mapping[str, str]) -> float:
    """The area of all regions as a share of the plane."""
    total = 0.0
    for each in ElementTree.fromstring(svg(found, plane, fix)).iter(f"{SVG}polygon"):
        points = [tuple(map(float, corner.split(","))) for corner in each.attrib["points"].split()]
        pairs = zip(points, [*points[1:], points[0]], strict=True)
        total += abs(sum(x * v - u * y for (x, y), (u, v) in pairs)) / 2
    return total / 480**2


@pytest.mark.parametrize(
    ("name", "plane", "fix", "area"),
    [
        ("k-task", ("m_d", "n"), {}, 1),
        ("k-task", ("m_d", "k"), {"n": "k", "m_s": "m_d"}, 1),
        ("debugging", ("m_q", "m_d"), {}, 1),
        ("debugging", ("k", "b"), {"l": "k"}, 1),
        ("k-task-tree", ("kappa", "n"), {}, 1),
    ],
)
def test_regions_cover_the_plane_once(name: str, plane: tuple[str, str], fix: dict[str, str], area: float) -> None:
    assert drawn_area(regime_map(load(name), keep=False), plane, fix) == pytest.approx(area, abs=0.001)


def test_what_is_assumed_away_stays_blank() -> None:
    found = regime_map(load("debugging"))
    assert drawn_area(found, ("k", "b"), {}) == pytest.approx(0.5, abs=0.001)
    assert "ruled out by what is assumed" in picture(found, ("k", "b"), {})[1]
    assert "ruled out by what is assumed" not in picture(regime_map(load("debugging"), keep=False), ("k", "b"), {})[1]


def test_on_a_border_one_of_those_alike_is_drawn() -> None:
    """Where the delegator is as large as a generalist on the whole query, neither is better."""
    designs, texts = picture(regime_map(load("k-task"), keep=False), ("n", "k"), {"m_s": "t", "m_d": "k*n*t"})
    assert designs == ["generalist"]
    assert "delegator: Θ(m_s·n + m_d) (as good here, logarithms aside)" in texts


def test_a_design_without_a_region_says_so() -> None:
    designs, texts = picture(regime_map(replace(load("k-task-tree"), designs={}), keep=False), ("kappa", "n"), {})
    assert "design 1" not in designs
    assert any(text.startswith("design 1") and text.endswith("(no region of its own on this plane)") for text in texts)


def test_growths_stand_where_there_is_room() -> None:
    found = regime_map(load("k-task"), keep=False)
    assert "Θ(m_s·k·n)" in picture(found, ("m_d", "n"), {})[1]
    # A triangle in the corner that is too narrow: the legend has the growth.
    designs, texts = picture(found, ("m_d", "n"), {"k": "t^2", "m_s": "t^(3/2)"})
    assert "generalist" in designs and "Θ(m_s·k·n)" not in texts
    assert "generalist: Θ(m_s·k·n)" in texts


def test_axes_and_what_is_fixed() -> None:
    _, texts = picture(regime_map(load("k-task"), keep=False), ("m_d", "n"), {"k": "n"})
    assert {"1", "t", "t²", "t³", "t⁴", "m_d", "n", "where k = n, m_s = t"} <= set(texts)
