"""Dynamic programming over small bags: tree decompositions, and answers against enumeration and another engine."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.pipelines import pipeline
from decomposer.solvers import cpsat, narrow, sharing, tables
from decomposer.solvers.amounts import Limited
from decomposer.solvers.answer import Limits
from decomposer.solvers.bags import decompose, slots
from decomposer.solvers.prune import free_graph
from decomposer.solvers.solve import faults, solve
from decomposer.solvers.watch import Watch
from tests.solvers import brute
from tests.solvers.random_problems import KINDS, coupled

UNTIMED = tuple(kind for kind in KINDS if kind not in ("deadline", "makespan", "capacity"))

edge_lists = st.lists(st.frozensets(st.integers(0, 11), min_size=1, max_size=4), max_size=14)


@given(edge_lists)
def test_every_edge_lies_in_its_bag_and_every_vertex_in_connected_bags(edges: list[frozenset[int]]) -> None:
    bags = decompose(range(12), edges, 12)
    assert bags is not None
    assert sorted(number for bag in bags for number in bag.edges) == list(range(len(edges)))
    assert sorted(bag.vertex for bag in bags) == list(range(12))
    for place, bag in enumerate(bags):
        held = {bag.vertex, *bag.others}
        assert all(edges[number] <= held for number in bag.edges)
        # Each of the others is in the bag above, too, and so up to the bag that it ends in.
        assert (bag.above is None) == (not bag.others)
        if bag.above is not None:
            assert bag.above > place
            assert set(bag.others) <= {bags[bag.above].vertex, *bags[bag.above].others}


@given(edge_lists)
def test_vertices_of_a_bag_have_slots_of_their_own(edges: list[frozenset[int]]) -> None:
    bags = decompose(range(12), edges, 12) or []
    slot = slots(bags)
    assert all(len({slot[v] for v in (bag.vertex, *bag.others)}) == 1 + len(bag.others) for bag in bags)
    assert max(slot.values()) < max(1 + len(bag.others) for bag in bags)


def test_a_cycle_has_bags_of_three_and_a_clique_is_refused() -> None:
    cycle = [frozenset({i, (i + 1) % 50}) for i in range(50)]
    assert max(1 + len(bag.others) for bag in decompose(range(50), cycle, 3) or []) == 3
    assert decompose(range(50), cycle, 2) is None
    assert decompose(range(5), [frozenset(range(5))], 4) is None


@pytest.mark.parametrize("start", range(0, 1200, 100))
def test_agrees_with_trying_everything(start: int) -> None:
    seen = set()
    for seed in range(start, start + 100):
        problem = coupled(seed, UNTIMED, nodes=7)
        answer, best = narrow.run(problem, Limits()), brute.best(problem)
        assert not faults(problem, answer)
        assert (answer.status, answer.value) == (("optimal", best[0]) if best else ("infeasible", ())), seed
        seen.add(answer.status)
    assert seen == {"optimal", "infeasible"}


@pytest.mark.parametrize("hosted", (1, 2, None))
@pytest.mark.parametrize("seed", range(4))
def test_agrees_with_another_engine_on_longer_ones(seed: int, hosted: int | None) -> None:
    problem = pipeline(60, seed, hosted=hosted)
    ours = solve(problem)
    assert ours.backend == ("sharing" if hosted is None else narrow.NAME)
    assert ours.status == cpsat.run(problem, Limits()).status
    assert ours.value == cpsat.run(problem, Limits()).value


def test_the_work_for_each_step_does_not_grow_with_the_length() -> None:
    work = []
    for steps in (200, 400, 800):
        graph, watch = free_graph(pipeline(steps, 1)), Watch(Limits(), "")
        assert tables.least(graph, Limited(), watch) is not None
        work.append(watch.done / steps)
    assert max(work) < 3 * min(work)


def test_what_is_wide_is_left_to_others() -> None:
    wide = pipeline(200, 0, models=6, window=100)
    assert not narrow.suits(wide)
    assert not narrow.suits(replace(pipeline(60), deadline=10))
    # A budget without small numbers has too many values to keep.
    many = pipeline(120, 3, window=2)
    random = Random(5)
    rows = tuple(tuple(replace(a, spends=(random.randint(0, 9_999),)) for a in row) for row in many.choices)
    many = replace(many, choices=rows, budgets=(550_000,))
    assert narrow.suits(many)
    gave_up = narrow.run(many, Limits())
    assert (gave_up.status, gave_up.stopped) == ("unknown", "work")
    answer = solve(many)
    assert answer.status == "optimal" and answer.backend != narrow.NAME


def test_it_stops_when_told() -> None:
    problem = pipeline(300)
    for limits, reason in (
        (Limits(seconds=0), "time"),
        (Limits(work=0), "work"),
        (Limits(cancelled=lambda: True), "cancelled"),
    ):
        answer = narrow.run(problem, limits)
        assert (answer.status, answer.stopped) == ("unknown", reason)


def test_no_engine_is_imported() -> None:
    text = (
        "import sys\n"
        "from benchmarks.pipelines import pipeline\n"
        "from decomposer.solvers.solve import solve\n"
        "for hosted in (2, None):\n"
        "    assert solve(pipeline(200, hosted=hosted)).status == 'optimal'\n"
        "assert not [name for name in sys.modules if name.startswith('ortools')]\n"
    )
    subprocess.run([sys.executable, "-c", text], check=True)


def test_parts_of_larger_problems_are_proved_by_it() -> None:
    problem = pipeline(400, 2, hosted=None)
    answer = sharing.run(problem, Limits(seconds=60))
    graph = free_graph(problem)
    least = tables.least(graph, Limited(), Watch(Limits(), ""))
    assert least is not None and answer.status == "optimal"
    assert answer.value == (graph.cost(least),)
