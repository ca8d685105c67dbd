"""Local changes: the board stays an answer, never gets dearer, and finds the least cost of small graphs."""

from __future__ import annotations

from random import Random

from decomposer.solvers.components import Way, Weighted, cycle
from decomposer.solvers.greedy import Board, construct
from decomposer.solvers.reductions import drop_impossible, drop_self_needs, drop_unreachable, feasible
from decomposer.solvers.refine import add, drop, kick, refine, swap


def random_graph(seed: int, nodes: int) -> Weighted:
    """A graph with circles in which something can always be done."""
    random = Random(seed)
    ways = {
        node: tuple(
            Way(
                random.randint(0, 9),
                frozenset(random.sample(range(nodes), random.choice((0, 1, 2, 2, 3))))
                if index or node < nodes // 2
                else frozenset(),
                ((node, index),),
            )
            for index in range(random.randint(1, 4))
        )
        for node in range(nodes)
    }
    return drop_unreachable(drop_impossible(drop_self_needs(Weighted(ways, frozenset((0, 1))))))


def check(board: Board, graph: Weighted) -> None:
    """The board holds an answer to the graph and its counts are right."""
    chosen = board.chosen()
    assert graph.cost(chosen) == board.total
    needs = {node: graph.ways[node][index].needs for node, index in chosen.items()}
    assert set(graph.roots).union(*needs.values()) == set(chosen)
    assert not cycle(needs)
    names = board.names
    for node, name in enumerate(names):
        assert board.refs[node] == (name in graph.roots) + sum(name in below for below in needs.values())


def test_moves_keep_an_answer_and_undo_leaves_no_trace() -> None:
    moved = 0
    for seed in range(60):
        graph = random_graph(seed, 14)
        if not feasible(graph):
            continue
        board = Board(graph)
        construct(board)
        check(board, graph)
        random = Random(seed)
        for node in range(len(board.names)):
            before = board.total
            for move in (swap, drop, add):
                if move is not swap or board.pick[node] >= 0:
                    better = move(board, node)
                    moved += better
                    assert better == (board.total < before)
                    assert board.total <= before
                    before = board.total
                    check(board, graph)
            if board.pick[node] >= 0:
                kick(board, node, random)
                check(board, graph)
                assert board.total <= before
    assert moved > 5


def test_refinement_never_gets_dearer_and_is_the_same_for_the_same_seed() -> None:
    for seed in range(20):
        graph = random_graph(seed, 30)
        if not feasible(graph):
            continue
        totals = []
        for _ in range(2):
            board = Board(graph)
            construct(board)
            before = board.total
            seen: list[int] = []

            def note(board: Board, seen: list[int] = seen) -> None:
                seen.append(board.total)

            refine(board, lambda: False, seed=7, kicks=30, found=note)
            check(board, graph)
            assert board.total <= before
            assert seen == sorted(set(seen), reverse=True)
            totals.append((board.total, board.chosen()))
        assert totals[0] == totals[1]


def test_a_shared_node_that_pays_only_when_all_use_it_is_found() -> None:
    # Each of three can be done alone for 4, or for 1 with a node of cost 5 that serves all.
    ways = {node: (Way(4, frozenset(), ()), Way(1, frozenset((3,)), ())) for node in range(3)}
    graph = Weighted({**ways, 3: (Way(5, frozenset(), ()),)}, frozenset(range(3)))
    board = Board(graph)
    construct(board)
    assert board.total == 12
    refine(board, lambda: False)
    assert board.total == 8


def test_a_shared_node_that_no_longer_pays_is_dropped() -> None:
    ways = {node: (Way(0, frozenset((3,)), ()), Way(2, frozenset(), ())) for node in range(3)}
    graph = Weighted({**ways, 3: (Way(9, frozenset(), ()),)}, frozenset(range(3)))
    board = Board(graph)
    board.put({0: 0, 1: 0, 2: 0, 3: 0})
    refine(board, lambda: False)
    assert board.total == 6


def test_it_stops_when_told_to() -> None:
    graph = random_graph(1, 30)
    board = Board(graph)
    construct(board, lambda: True)
    check(board, graph)
    before = board.total
    refine(board, lambda: True, kicks=10**9)
    assert board.total == before


def test_what_is_done_without_a_node_closes_no_circle() -> None:
    """Without node 4, both 1 and 2 wait to be done anew; 3 is there and needs 2, so that 1 must not do 2 by 3."""
    needs = {0: {1, 3}, 1: {4}, 2: {4}, 3: {2}, 4: set[int]()}
    first = {node: Way(1000 if node == 4 else 0, frozenset(each), ((node, 0),)) for node, each in needs.items()}
    others = {
        1: (Way(1, frozenset({2}), ((1, 1),)), Way(60, frozenset(), ((1, 2),))),
        2: (Way(1, frozenset({3}), ((2, 1),)), Way(50, frozenset(), ((2, 2),))),
    }
    graph = Weighted({node: (way, *others.get(node, ())) for node, way in first.items()}, frozenset((0,)))
    board = Board(graph)
    board.put(dict.fromkeys(needs, 0))
    check(board, graph)
    assert drop(board, 4)
    check(board, graph)
    assert board.total == 110
