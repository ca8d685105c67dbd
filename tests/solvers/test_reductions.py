"""Every reduction on its own against enumeration: same least cost, and a way back to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

import pytest

from decomposer.solvers.components import Way, Weighted, bits, components, cycle, necessary
from decomposer.solvers.greedy import Board, construct, lower
from decomposer.solvers.reductions import (
    RULES,
    Reduced,
    drop_dear,
    drop_impossible,
    drop_self_needs,
    drop_unreachable,
    feasible,
    reduce,
    use_musts,
)


def random_graph(seed: int) -> Weighted:
    """A small graph with circles, empty nodes, free alternatives and several roots."""
    random = Random(seed)
    nodes = random.randint(2, 8)
    ways = {}
    for node in range(nodes):
        ways[node] = tuple(
            Way(
                random.choice((0, 0, 1, 2, 3, 5, 9)),
                frozenset(random.sample(range(nodes), min(nodes, random.choice((0, 0, 1, 1, 2, 3))))),
                ((node, index),),
            )
            for index in range(random.choice((1, 1, 2, 2, 3)) if random.random() < 0.95 else 0)
        )
    return Weighted(ways, frozenset(random.sample(range(nodes), random.choice((1, 1, 2)))))


def answers(graph: Weighted) -> Iterator[dict[int, int]]:
    """Every answer: one alternative of each node that the roots need, without circles."""

    def extend(chosen: dict[int, int]) -> Iterator[dict[int, int]]:
        needed = set(graph.roots).union(*(graph.ways[node][index].needs for node, index in chosen.items()))
        missing = sorted(needed - chosen.keys())
        if not missing:
            if not cycle({node: graph.ways[node][index].needs for node, index in chosen.items()}):
                yield chosen
            return
        for index in range(len(graph.ways[missing[0]])):
            yield from extend({**chosen, missing[0]: index})

    return extend({})


def least(graph: Weighted) -> int | None:
    """The least cost of an answer; `None` when there is none."""
    return min(map(graph.cost, answers(graph)), default=None)


@pytest.mark.parametrize("rule", [*dict.fromkeys(RULES), use_musts, lambda graph: reduce(graph).graph])
def test_a_rule_keeps_the_least_cost_and_every_answer_leads_back(rule: Callable[[Weighted], Weighted]) -> None:
    changed = 0
    for seed in range(600):
        before = random_graph(seed)
        best = least(before)
        # Rules after the first few are made for graphs without what those leave out.
        for graph in (before, drop_unreachable(drop_impossible(drop_self_needs(before)))):
            if not feasible(graph):
                assert best is None
                continue
            after = rule(graph)
            changed += after is not graph
            assert (least(after) if feasible(after) else None) == best
            for chosen in answers(after):
                back = Reduced(after, before).restore(chosen)
                assert before.cost(back) <= after.cost(chosen)
                assert not cycle({node: before.ways[node][index].needs for node, index in back.items()})
    assert changed > 20


def test_only_what_is_too_dear_is_left_out() -> None:
    shrunk = 0
    for seed in range(400):
        graph = drop_unreachable(drop_impossible(drop_self_needs(random_graph(seed))))
        best = least(graph) if feasible(graph) else None
        if best is None:
            continue
        for below in (best, best + 1, best + 3):
            for after in (drop_dear(graph, below), reduce(graph, below).graph):
                shrunk += after.size < graph.size
                found = least(after) if feasible(after) else None
                if best < below:
                    assert found == best
                else:
                    assert found is None or found >= best
    assert shrunk > 100


def test_all_rules_together_leave_little_of_small_graphs() -> None:
    for seed in range(300):
        graph = random_graph(seed)
        if least(graph) is not None:
            reduced = reduce(graph).graph
            assert reduced.size <= graph.size
            assert all(reduced.ways[root] for root in reduced.roots)


def test_rules_change_nothing_in_what_they_are_given() -> None:
    graph = random_graph(3)
    copy = Weighted(dict(graph.ways), graph.roots)
    reduce(graph)
    assert graph == copy


def test_necessary_nodes_are_in_every_answer_of_a_node() -> None:
    for seed in range(300):
        graph = drop_impossible(drop_self_needs(random_graph(seed)))
        nodes, _, musts = necessary(graph.ways)
        for node in graph.ways:
            alone = Weighted(graph.ways, frozenset((node,)))
            found = [set(chosen) for chosen in answers(alone)]
            if found:
                assert {nodes[place] for place in bits(musts[node])} == set.intersection(*found)


def test_packed_cuts_bound_from_below_and_construction_from_above() -> None:
    tight = total = 0
    for seed in range(600):
        graph = drop_unreachable(drop_impossible(drop_self_needs(random_graph(seed))))
        if not feasible(graph):
            continue
        best = least(graph)
        assert best is not None
        board = Board(graph)
        bound, rest = lower(board)
        for chosen in answers(graph):
            place = {name: node for node, name in enumerate(board.names)}
            more = [rest[board.start[place[node]] + index] for node, index in chosen.items()]
            assert graph.cost(chosen) >= bound + sum(more)
        construct(board)
        assert graph.cost(board.chosen()) == board.total
        assert bound <= best <= board.total
        tight += bound == best
        total += 1
    assert tight > total * 0.8


def test_components_come_after_what_they_reach() -> None:
    random = Random(5)
    for _ in range(100):
        nodes = range(12)
        below = {node: random.sample(nodes, random.choice((0, 1, 2))) for node in nodes}
        parts = components(nodes, below.__getitem__)
        place = {node: index for index, part in enumerate(parts) for node in part}
        assert sorted(place) == list(nodes)
        assert all(place[need] <= place[node] for node in nodes for need in below[node])
        reach = {node: {node} for node in nodes}
        for _ in nodes:
            for node in nodes:
                reach[node] = reach[node].union(*(reach[need] for need in below[node]))
        assert all((place[a] == place[b]) == (a in reach[b] and b in reach[a]) for a in nodes for b in nodes)
        round_trip = cycle(below)
        assert bool(round_trip) == (len(parts) < 12 or any(node in below[node] for node in nodes))
        for node, after in zip(round_trip, [*round_trip[1:], *round_trip[:1]], strict=True):
            assert after in below[node]


def test_what_is_drawn_into_a_free_node_is_paid_once() -> None:
    """Both roots need 2, which is free by itself, but needs 3, which costs 2 and is needed by nothing else."""
    ways: dict[int, tuple[Way, ...]] = {
        root: (Way(0, frozenset({2}), ((root, 0),)), Way(9, frozenset(), ((root, 1),))) for root in (0, 1)
    }
    ways |= {2: (Way(0, frozenset({3}), ((2, 0),)),), 3: (Way(2, frozenset(), ((3, 0),)),)}
    graph = Weighted(ways, frozenset((0, 1)))
    reduced = reduce(graph)
    board = Board(reduced.graph)
    construct(board)
    assert board.total == 2
    assert reduced.restore(board.chosen()) == {0: 0, 1: 0, 2: 0, 3: 0}


def test_what_is_on_a_circle_is_too_dear() -> None:
    """As when there was no time to leave it out before."""
    ways = {0: (Way(1, frozenset({1}), ()), Way(5, frozenset(), ())), 1: (Way(1, frozenset({1}), ()),)}
    assert [way.cost for way in drop_dear(Weighted(ways, frozenset((0,))), 10).ways[0]] == [5]
