"""Greedy refinement: local changes to an answer on a board, kept while they do not make it dearer.

Swaps, drops, additions, random kicks with mending, and neighbourhoods whose best is found by a solver.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

from decomposer.solvers.components import Way, Weighted
from decomposer.solvers.greedy import Board

TRIED = 12
"""Of a node with so many alternatives each is tried; of one with more only what looks cheapest."""


def swap(board: Board, node: int) -> bool:
    """Do a node anew, by each of its alternatives in turn; whether the answer got cheaper."""
    ways = board.ways[node]
    before = board.total
    old = board.pick[node]
    if len(ways) > TRIED:
        return _anew(board, node)
    for way in ways:
        if way == old:
            continue
        mark, now = len(board.journal), board.total
        board.release(node)
        plan = board.plan(node, only=way)
        if plan is not None:
            board.do(node, plan)
        if plan is None or board.total >= now:
            board.undo(mark)
    return board.total < before or _anew(board, node)


def _anew(board: Board, node: int) -> bool:
    mark, before = len(board.journal), board.total
    board.release(node)
    plan = board.plan(node)
    if plan is None:
        board.undo(mark)
        return False
    board.do(node, plan)
    if board.total > before:
        board.undo(mark)
    return board.total < before


def drop(board: Board, node: int) -> bool:
    """Do without a node: all that need it are done otherwise, together; whether the answer got cheaper."""
    if board.refs[node] == 0 or board.pick[node] < 0:
        return False
    above = [board.owner[user] for user in board.users[node] if board.pick[board.owner[user]] == user]
    if not above or len(above) < board.refs[node]:
        return False
    mark, before = len(board.journal), board.total
    for parent in above:
        if board.pick[parent] >= 0:
            board.release(parent)
    for parent in above:
        if board.refs[parent] and board.pick[parent] < 0:
            # What is taken may need the others that wait: a plan for one of them here could close a circle there.
            waiting = [each for each in above if board.refs[each] and board.pick[each] < 0 and each in board.label]
            plan = board.plan(parent, {node, *waiting} - {parent})
            if plan is None:
                board.undo(mark)
                return False
            board.do(parent, plan)
    if board.total >= before:
        board.undo(mark)
        return False
    return True


def add(board: Board, node: int) -> bool:
    """Take a node that nobody needs, for all that then do better with it; whether the answer got cheaper."""
    if board.pick[node] >= 0:
        return False
    mark, before = len(board.journal), board.total
    plan = board.plan(node)
    if plan is None:
        return False
    board.refs[node] += 1
    board.do(node, plan)
    for parent in dict.fromkeys(board.owner[user] for user in board.users[node]):
        if board.pick[parent] >= 0 and node not in board.needs[board.pick[parent]]:
            inner, now = len(board.journal), board.total
            board.release(parent)
            anew = board.plan(parent)
            if anew is not None:
                board.do(parent, anew)
            if anew is None or board.total > now:
                board.undo(inner)
    board.refs[node] -= 1
    if not board.refs[node] and board.pick[node] >= 0:
        board.release(node)
    if board.total >= before:
        board.undo(mark)
        return False
    return True


def descend(board: Board, stop: Callable[[], bool], random: Random) -> None:
    """Swap, drop and add until nothing helps."""
    better = True
    while better and not stop():
        better = False
        nodes = list(range(len(board.names)))
        random.shuffle(nodes)
        for node in nodes:
            if stop():
                return
            if board.pick[node] < 0:
                continue
            if len(board.ways[node]) > 1 and swap(board, node):
                better = True
            board.journal.clear()
        for node in nodes:
            if stop():
                return
            if (drop if board.pick[node] >= 0 else add)(board, node):
                better = True
            board.journal.clear()


def kick(board: Board, node: int, random: Random) -> bool:
    """Give a node another alternative at random and mend around it; undone when the answer gets dearer."""
    old = board.pick[node]
    ways = [way for way in board.ways[node] if way != old]
    if not ways:
        return False
    mark, before = len(board.journal), board.total
    board.release(node)
    plan = board.plan(node, only=random.choice(ways))
    if plan is None:
        board.undo(mark)
        return False
    board.do(node, plan)
    # What has changed, and those that could use it, are done anew once.
    changed = {place for place, _ in board.journal[mark:]}
    around = set(changed)
    for place in changed:
        around.update(board.owner[user] for user in board.users[place])
    around.discard(node)
    near = sorted(place for place in around if board.pick[place] >= 0 and len(board.ways[place]) > 1)
    random.shuffle(near)
    for place in near[:NEAR]:
        if board.pick[place] >= 0:
            inner, now = len(board.journal), board.total
            board.release(place)
            anew = board.plan(place)
            if anew is not None:
                board.do(place, anew)
            if anew is None or board.total > now:
                board.undo(inner)
    if board.total > before:
        board.undo(mark)
    return board.total < before


NEAR = 30
"""So many nodes are done anew after a kick."""


def refine(
    board: Board,
    stop: Callable[[], bool],
    seed: int = 0,
    kicks: int = 0,
    found: Callable[[Board], None] = lambda board: None,
) -> None:
    """Descend, then kick at random as often as allowed; the board never gets dearer.

    Parameters
    ----------
    board : Board
        With an answer on it.
    stop : function
        Asked often.
    seed : int
    kicks : int
    found : function of the board
        Called with every cheaper answer.
    """
    random = Random(seed)
    best = board.total
    descend(board, stop, random)
    if board.total < best:
        best = board.total
        found(board)
    open_nodes = [node for node, ways in enumerate(board.ways) if len(ways) > 1]
    for _ in range(kicks if open_nodes else 0):
        if stop():
            return
        node = random.choice(open_nodes)
        if board.pick[node] >= 0:
            kick(board, node, random)
        else:
            add(board, node)
        board.journal.clear()
        if board.total < best:
            descend(board, stop, random)
            best = board.total
            found(board)


def neighbourhood(board: Board, graph: Weighted, size: int, random: Random) -> Weighted:
    """The graph with all its alternatives around a random place, and elsewhere only what is taken.

    The origin of an alternative is its place in the graph given.

    Parameters
    ----------
    board : Board
        With an answer on it.
    graph : Weighted
        Of the board.
    size : int
        How many nodes keep all their alternatives.
    random : Random
    """
    taken = [node for node, way in enumerate(board.pick) if way >= 0]
    start = random.choice(taken)
    inside = {start}
    order = [start]
    for node in order:
        if len(order) >= size:
            break
        near = {board.owner[user] for user in board.users[node]}
        near.update(need for way in board.ways[node] for need in board.needs[way])
        new = sorted(near - inside)
        random.shuffle(new)
        inside.update(new)
        order.extend(new)
    free = set(order[:size])
    ways: dict[int, tuple[Way, ...]] = {}
    for node, name in enumerate(board.names):
        if node in free:
            ways[name] = tuple(way._replace(origin=((name, index),)) for index, way in enumerate(graph.ways[name]))
        else:
            index = (board.pick[node] if board.pick[node] >= 0 else board.best[node]) - board.start[node]
            ways[name] = (graph.ways[name][index]._replace(origin=((name, index),)),)
    return Weighted(ways, graph.roots, graph.constant)


def explore(
    board: Board,
    graph: Weighted,
    solve: Callable[[Weighted, int], Mapping[int, int] | None],
    stop: Callable[[], bool],
    found: Callable[[Board], None],
    seed: int = 0,
    rounds: int = 0,
) -> Board:
    """Make the best of neighbourhoods, larger ones as small ones give nothing, with kicks between them.

    Parameters
    ----------
    board : Board
        With an answer on it.
    graph : Weighted
        Of the board.
    solve : function of (graph, total)
        The decisions of an answer of less than that cost, or nothing.
    stop : function
    found : function of a board
        Called with every cheaper answer.
    seed, rounds : int

    Returns
    -------
    Board
        With the best answer; it may be another one.
    """
    random = Random(seed)
    size = NEIGHBOURS
    fails = 0
    for turn in range(rounds):
        if stop() or len(board.names) == 0:
            break
        before = board.total
        chosen = solve(neighbourhood(board, graph, size, random), board.total)
        if chosen is not None:
            fresh = Board(graph)
            fresh.put(chosen)
            if fresh.total < board.total:
                board = fresh
        if turn % 4 == 3:
            refine(board, stop, seed + turn, KICKS)
        if board.total < before:
            found(board)
            fails = 0
        else:
            fails += 1
            if fails % 8 == 0:
                size = min(2 * size, max(NEIGHBOURS, len(board.names) // 2))
    return board


NEIGHBOURS = 60
"""Nodes of the first neighbourhoods."""

KICKS = 20
"""Kicks after every fourth neighbourhood."""
