"""Workers and events: the schedule against recursion, Brent's bounds, and brute force."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decomposer.design.lift import hand_design
from decomposer.problem.load import load
from decomposer.process.events import Events
from decomposer.process.reals import Ints
from decomposer.process.run import run
from decomposer.process.schedule import makespans
from decomposer.verbs.measure import numbered
from decomposer.verbs.simulation import simulate
from decomposer.verbs.simulation_plans import settled

CASES = [
    ("debugging", "naive", {"k": 5, "l": 3, "b": 4, "m_q": 2, "m_d": 3}),
    ("debugging", "focused", {"k": 9, "l": 3, "b": 4, "m_q": 2, "m_d": 3}),
    ("debugging-global-fix", "focused", {"k": 6, "l": 3, "b": 4, "m_q": 2, "m_d": 3}),
    ("evolution", "mutate-all", {"k": 3, "l": 3, "m_u": 2}),
    ("evolution", "keep-good-blocks", {"k": 6, "l": 3, "m_u": 2}),
    ("evolution", "block-by-block", {"k": 9, "l": 3, "m_u": 2}),
    ("sorting-documents", "pairwise", {"D": 11, "L": 8, "key": 2, "m_s": 1, "m_c": 2}),
    ("sorting-lists", "incremental", {"r": 4, "W": 6, "p": 1}),
    ("k-task-tree", "delegator-tree", {"k": 9, "n": 12, "m_s": 3, "kappa": 1}),
]


@pytest.mark.parametrize(("name", "design", "at"), CASES, ids=lambda value: value if isinstance(value, str) else "")
def test_events_take_as_long_as_the_recursion_says(name: str, design: str, at: dict[str, int]) -> None:
    """Two ways to the critical path: maxima and sums over the tree, and events that wait for each other."""
    problem = load(name)
    target, plan = numbered(problem, at), settled(hand_design(problem, design), at)
    plenty = run(target, plan, 40, (1,), workers=10_000)
    assert plenty.scheduled == pytest.approx(plenty.time, rel=1e-12)
    alone = run(target, plan, 40, (1,), workers=1)
    assert alone.scheduled == pytest.approx(alone.busy, rel=1e-12)
    assert (alone.time == plenty.time).all()


@pytest.mark.parametrize(("name", "design", "at"), CASES, ids=lambda value: value if isinstance(value, str) else "")
@pytest.mark.parametrize("workers", [2, 3])
def test_bounds_hold(name: str, design: str, at: dict[str, int], workers: int) -> None:
    schedule = simulate(load(name), design, at=at, runs=60, workers=workers).points[0].schedule
    assert schedule is not None and schedule.kept and schedule.workers == workers
    assert schedule.least * (1 - 1e-9) <= schedule.time.value <= schedule.most * (1 + 1e-9)


def test_broken_bounds_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from decomposer.process import run as runs

    monkeypatch.setattr(runs, "makespans", lambda events, number, workers: makespans(events, number, workers) * 2)
    found = simulate(load("evolution"), "block-by-block", at={"k": 9, "l": 3, "m_u": 2}, runs=20, workers=2)
    assert found.points[0].schedule is not None and not found.points[0].schedule.kept and not found.agrees


def graph(lengths: list[int], waits: list[tuple[int, int]]) -> Events:
    events = Events()
    events.new(np.zeros(len(lengths), dtype=np.int64), np.array(lengths, dtype=float))
    for source, target in waits:
        events.wait(np.array([target]), np.array([source]))
    return events


@settings(max_examples=60, deadline=None)
@given(
    lengths=st.lists(st.integers(0, 5), min_size=1, max_size=5),
    chosen=st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=8),
    workers=st.integers(1, 3),
)
def test_lists_are_no_worse_than_they_may_be(lengths: list[int], chosen: set[tuple[int, int]], workers: int) -> None:
    waits = [(one, other) for one, other in chosen if one < other < len(lengths)]
    time = float(makespans(graph(lengths, waits), 1, workers)[0])
    span = float(makespans(graph(lengths, waits), 1, None)[0])
    best = least(lengths, waits, workers)
    assert span == least(lengths, waits, len(lengths))
    assert max(sum(lengths) / workers, span) <= best <= time <= sum(lengths) / workers + (1 - 1 / workers) * span + 1e-9


def least(lengths: list[int], waits: list[tuple[int, int]], workers: int) -> float:
    """The shortest schedule, over all lists: each event in its turn as early as it can be."""
    best = float("inf")
    for order in permutations(range(len(lengths))):
        place = {event: rank for rank, event in enumerate(order)}
        if any(place[one] > place[other] for one, other in waits):
            continue
        free = [0.0] * workers
        ends: dict[int, float] = {}
        for event in order:
            ready = max((ends[one] for one, other in waits if other == event), default=0.0)
            worker = min(range(workers), key=lambda w: (max(free[w], ready), -free[w]))
            start = max(free[worker], ready)
            ends[event] = start + lengths[event]
            if lengths[event]:
                free[worker] = ends[event]
        best = min(best, max(ends.values()))
    return best


def test_three_parts_on_two_workers() -> None:
    run_of: Ints = np.zeros(3, dtype=np.int64)
    events = Events()
    events.new(run_of, np.array([3.0, 2.0, 2.0]))
    assert makespans(events, 1, 2)[0] == 4.0
