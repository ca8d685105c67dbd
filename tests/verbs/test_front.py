"""The front of cost and span: against every design listed, and as a map over the number of workers."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

import decomposer
from decomposer.cli.main import main
from decomposer.design.evaluate import span, total_cost
from decomposer.expr import evaluate
from decomposer.search.enumerate import designs
from decomposer.search.spread import Spread
from decomposer.search.unfold import unfold
from decomposer.verbs.measure import numbered


def mapping(**more: Any) -> decomposer.Problem:
    """Pages to be worked through under instructions."""
    tasks = {"work": {"reads": ["doc", "rules"], "writes": "out", "requires": "c", "local": "page"}}
    texts = {"doc": {"parts": {"page": "n"}, "each": 1}, "rules": "h", "out": {"parts": {"page": "n"}, "each": 1}}
    given = {"parameters": ["n", "h"], "texts": texts, "capabilities": {"c": 1}, "tasks": tasks, "cost": "linear"}
    return decomposer.build("mapping", **{**given, **more})


def listed(problem: decomposer.Problem, at: dict[str, int]) -> set[tuple[Fraction, Fraction]]:
    """The pairs of every design, with every integer for its free parameters, that no other betters."""
    target = numbered(problem, at)
    pairs: set[tuple[Fraction, Fraction]] = set()
    for design, _ in designs(unfold(target, Spread())):
        pairs.add((evaluate(total_cost(target, design), {}), evaluate(span(target, design), {})))
    return {
        (cost, path)
        for cost, path in pairs
        if not any(c <= cost and s <= path and (c, s) != (cost, path) for c, s in pairs)
    }


def pairs_of(problem: decomposer.Problem, at: dict[str, int]) -> list[tuple[Fraction, Fraction]]:
    found = decomposer.front(problem, at=at)
    assert found.complete
    return [(evaluate(point.cost, {}), evaluate(point.span, {})) for point in found.points]


TWO = {
    "tasks": {
        "work": {"reads": ["doc", "rules"], "writes": "out", "requires": "c", "local": "page"},
        "proof": {"reads": ["out", "rules"], "writes": "done", "requires": "d", "local": "page"},
    },
    "texts": {
        "doc": {"parts": {"page": "n"}, "each": 2},
        "rules": "h",
        "out": {"parts": {"page": "n"}, "each": 1},
        "done": {"parts": {"page": "n"}, "each": 1},
    },
    "capabilities": {"c": 1, "d": 3},
}


@pytest.mark.parametrize("at", [{"n": 12, "h": 7}, {"n": 7, "h": 1}, {"n": 5, "h": 40}])
@pytest.mark.parametrize("more", [{}, {"cost": "paper"}, TWO])
def test_exact_front_is_that_of_all_designs(more: dict[str, Any], at: dict[str, int]) -> None:
    problem = mapping(**more)
    found = pairs_of(problem, at)
    assert found == sorted(found)
    assert set(found) == listed(problem, at)


@pytest.mark.parametrize("name", ["debugging", "code-review"])
def test_shipped_problems(name: str) -> None:
    problem = decomposer.load(name)
    at = dict.fromkeys(problem.parameters, 3)
    assert set(pairs_of(problem, at)) == listed(problem, at)


def test_points_have_designs_of_their_measures() -> None:
    problem, at = mapping(), {"n": 12, "h": 7}
    target = numbered(problem, at)
    for point in decomposer.front(problem, at=at).points:
        assert (total_cost(target, point.design), span(target, point.design)) == (point.cost, point.span)


def test_hand_designs_that_are_beaten() -> None:
    own = {"wasteful": [{"each": "page", "do": [{"call": "work"}]}], "short": [{"call": "work"}]}
    found = decomposer.front(mapping(designs=own, cost="paper"), at={"n": 12, "h": 1})
    assert [hand.beaten_by for hand in found.hand_designs] == [None, 0]


def test_limits_cut_the_front() -> None:
    at = {"n": 12, "h": 7}
    free = pairs_of(mapping(), at)
    limited = pairs_of(mapping(limits={"span": 15}), at)
    assert limited == [(cost, path) for cost, path in free if path <= 15]


def test_growth_is_a_map_over_workers() -> None:
    found = decomposer.front(mapping())
    pairs = [(str(point.cost), str(point.span)) for point in found.points]
    assert pairs[0] == ("h*n", "h")
    assert pairs[-1] == ("h + n", "h + n")
    assert len(pairs) == 3
    assert found.complete
    middle = found.points[1]
    assert found.workers is not None
    assert found.workers in middle.span.symbols
    # what the middle takes on its workers is the least time there
    timed = mapping(minimise="time", workers="P", parameters=["n", "h", "P"])
    least = decomposer.optimize(timed, at={"n": 10_000, "h": 100, "P": 100})
    assert least.cost.value is not None
    values = {"n": 10_000, "h": 100, found.workers: 100}
    time = evaluate(middle.cost / 100 + middle.span, values)
    value = evaluate(least.cost.value, {})
    assert value / 4 <= time <= 4 * value


def test_one_design_may_be_the_best_in_both() -> None:
    found = decomposer.front(decomposer.load("debugging"))
    assert [str(point.span) for point in found.points] == ["l**2*m_d + l*m_q"]
    assert found.points[0].when == ((),)


def test_a_target_is_refused() -> None:
    with pytest.raises(decomposer.ProblemError, match="target"):
        decomposer.front(mapping(target="9/10"))


def test_limits_are_refused_in_growth() -> None:
    with pytest.raises(decomposer.ProblemError, match="limits"):
        decomposer.front(mapping(limits={"span": "h"}))


@pytest.mark.parametrize("kind", ["text", "json", "markdown", "html"])
@pytest.mark.parametrize("numbers", [(), ("--set", "w=4", "--set", "h=7", "--set", "P=3")])
def test_command(capsys: pytest.CaptureFixture[str], kind: str, numbers: tuple[str, ...]) -> None:
    assert main(["front", "chunk-latency", "--format", kind, *numbers]) == 0
    assert "chunk-latency" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("novel", "a design that is not listed (reduce and compress and call): the best g (chapters in a group)"),
        ("sorting-documents", "a design that is not listed (reduce and compress and call): the best g (documents in"),
        ("summary-window", "design 2: that g_affordable = 2·W is the best number of pages in a group"),
    ],
)
def test_what_is_not_proved_is_said(name: str, reason: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 4 comes with the reason, in every format."""
    assert main(["front", name]) == 4
    text = capsys.readouterr().out
    assert "not proved to be all, see below" in text
    assert f"  {reason}" in text.partition("\nnot proved\n")[2]
    found = decomposer.front(name)
    assert not found.complete
    assert any(doubt.startswith(reason) for doubt in found.doubts)
    assert found.to_dict()["doubts"] == list(found.doubts)


@pytest.mark.parametrize("name", ["debugging", "chunk-latency", "code-review", "sorting-lists"])
def test_no_doubts_where_it_is_complete(name: str) -> None:
    found = decomposer.front(name)
    assert found.complete
    assert found.doubts == ()


def test_many_values_are_a_reason() -> None:
    found = decomposer.front("sorting-lists", at={"r": 40, "W": 40, "p": 3})
    assert not found.complete
    assert any(doubt.startswith("of 201 values") or " values of " in doubt for doubt in found.doubts)
