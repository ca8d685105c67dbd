"""Greedy construction over an AND/OR graph with sharing, on a board that local changes can be tried on and undone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from heapq import heappop, heappush

from decomposer.solvers.components import Weighted
from decomposer.solvers.reductions import circles

NEVER = 1 << 200
"""Price of what cannot be had; above every sum of costs that occurs."""

REGION = 100
"""So many nodes not yet taken are priced afresh around a change; those farther down at what they cost alone."""

SMALL_REGION = 40
"""The same where there are more than `WIDE` alternatives: a change is ten times faster, and hardly worse."""

WIDE = 2_500


class Board:
    """An answer under construction: which alternative every node taken has, and who needs whom.

    Nodes are renumbered from 0 in the order of the graph; alternatives are numbered through.

    Parameters
    ----------
    graph : Weighted
        Every root must be possible, and no alternative impossible (`drop_impossible`).

    Attributes
    ----------
    cost, owner, needs : lists
        Of every alternative.
    ways, users : lists
        The alternatives of every node; the alternatives that need it.
    pick : list of int
        The alternative of every node, or -1.
    refs : list of int
        How many nodes taken need a node; one more for roots.
    region : int
        How many nodes are priced afresh for a change.
    total : int
        Cost of what is taken, with the constant of the graph.
    """

    __slots__ = (
        "alone",
        "best",
        "cost",
        "journal",
        "label",
        "names",
        "needs",
        "owner",
        "pick",
        "refs",
        "region",
        "roots",
        "start",
        "total",
        "users",
        "ways",
    )

    def __init__(self, graph: Weighted) -> None:
        self.names = list(graph.ways)
        place = {name: index for index, name in enumerate(self.names)}
        self.cost: list[int] = []
        self.owner: list[int] = []
        self.needs: list[tuple[int, ...]] = []
        self.ways: list[range] = []
        self.start: list[int] = []
        self.users: list[list[int]] = [[] for _ in self.names]
        for node, ways in enumerate(graph.ways.values()):
            first = len(self.cost)
            self.start.append(first)
            for way in ways:
                needs = tuple(sorted(place[need] for need in way.needs))
                for need in needs:
                    self.users[need].append(len(self.cost))
                self.cost.append(way.cost)
                self.owner.append(node)
                self.needs.append(needs)
            self.ways.append(range(first, len(self.cost)))
        self.roots = sorted(place[root] for root in graph.roots)
        self.label = {place[node]: label for node, label in circles(graph).items()}
        self.pick = [-1] * len(self.names)
        self.refs = [0] * len(self.names)
        self.total = graph.constant
        self.journal: list[tuple[int, int]] = []
        self.region = REGION if len(self.cost) <= WIDE else SMALL_REGION
        self.alone, self.best = self._alone()

    def _alone(self) -> tuple[list[int], list[int]]:
        """What every node costs when nothing is shared, and by which alternative (Knuth 1977)."""
        alone = [NEVER] * len(self.names)
        best = [-1] * len(self.names)
        missing = [len(needs) for needs in self.needs]
        sums = list(self.cost)
        queue: list[tuple[int, int]] = []
        for way, count in enumerate(missing):
            if not count:
                heappush(queue, (sums[way], way))
        while queue:
            price, way = heappop(queue)
            node = self.owner[way]
            if best[node] >= 0:
                continue
            alone[node], best[node] = price, way
            for user in self.users[node]:
                missing[user] -= 1
                sums[user] += price
                if not missing[user] and best[self.owner[user]] < 0:
                    heappush(queue, (sums[user], user))
        return alone, best

    def chosen(self) -> dict[int, int]:
        """The answer in terms of the graph."""
        return {self.names[node]: way - self.start[node] for node, way in enumerate(self.pick) if way >= 0}

    def take(self, node: int, way: int) -> list[int]:
        """Take an alternative of a node that has none; which of its needs are still without one is given."""
        self.pick[node] = way
        self.total += self.cost[way]
        self.journal.append((node, -1))
        refs, pick = self.refs, self.pick
        missing = []
        for need in self.needs[way]:
            refs[need] += 1
            if pick[need] < 0:
                missing.append(need)
        return missing

    def release(self, node: int) -> None:
        """Take a node's alternative away, and those of all nodes that then nobody needs."""
        stack = [node]
        refs, pick = self.refs, self.pick
        while stack:
            node = stack.pop()
            way = pick[node]
            pick[node] = -1
            self.total -= self.cost[way]
            self.journal.append((node, way))
            for need in self.needs[way]:
                refs[need] -= 1
                if not refs[need] and pick[need] >= 0:
                    stack.append(need)

    def undo(self, mark: int) -> None:
        """Go back to when the journal had that length."""
        while len(self.journal) > mark:
            node, way = self.journal.pop()
            now = self.pick[node]
            if now >= 0:
                self.total -= self.cost[now]
                for need in self.needs[now]:
                    self.refs[need] -= 1
            self.pick[node] = way
            if way >= 0:
                self.total += self.cost[way]
                for need in self.needs[way]:
                    self.refs[need] += 1

    def above(self, node: int) -> set[int]:
        """Nodes taken that need this one, however indirectly, and lie on a circle with it; itself included."""
        found = {node}
        own = self.label.get(node)
        if own is None:
            return found
        stack = [node]
        while stack:
            for user in self.users[stack.pop()]:
                owner = self.owner[user]
                if self.pick[owner] == user and owner not in found and self.label.get(owner) == own:
                    found.add(owner)
                    stack.append(owner)
        return found

    def plan(
        self, node: int, banned: Iterable[int] = (), only: int | None = None, region: int | None = None
    ) -> dict[int, int] | None:
        """The cheapest way to do a node given what is taken, as the alternatives of all nodes that it adds.

        Sharing among the nodes added is not seen. Never closes a circle.

        Parameters
        ----------
        node : int
            Not taken.
        banned : iterable of int
            Nodes not to be used.
        only : int, optional
            The alternative that the node is to have.
        region : int, optional
            How many nodes are priced afresh.
        """
        pick, needs, owner, alone = self.pick, self.needs, self.owner, self.alone
        region = region or self.region
        forbidden = self.above(node)
        forbidden.update(banned)
        # Downwards: nodes not taken, breadth first; what lies beyond the region is priced alone.
        seen = {node: 0}
        order = [node]
        waiting: dict[int, list[int]] = {}
        missing: dict[int, int] = {}
        sums: dict[int, int] = {}
        queue: list[tuple[int, int]] = []
        beyond: list[int] = []
        # What costs are beyond the region may lead to what is forbidden: then look farther, but nowhere else.
        restricted = len(forbidden) > 1
        most = 4 * region if restricted else region
        for place in order:
            for way in (only,) if place == node and only is not None else self.ways[place]:
                count = 0
                for need in needs[way]:
                    if need in forbidden:
                        count = -1
                        break
                    if pick[need] < 0:
                        count += 1
                if count < 0:
                    continue
                sums[way] = self.cost[way]
                missing[way] = count
                if not count:
                    heappush(queue, (sums[way], way))
                    continue
                for need in needs[way]:
                    if pick[need] < 0:
                        waiting.setdefault(need, []).append(way)
                        if need not in seen:
                            seen[need] = len(seen)
                            if len(order) < most:
                                order.append(need)
                            elif not restricted:
                                beyond.append(need)
        inside = {}
        for need in beyond:
            heappush(queue, (alone[need], -1 - need))
        while queue:
            price, way = heappop(queue)
            place = owner[way] if way >= 0 else -1 - way
            if place in inside:
                continue
            inside[place] = way
            if place == node:
                return self._gather(node, inside)
            for user in waiting.get(place, ()):
                missing[user] -= 1
                sums[user] += price
                if not missing[user] and owner[user] not in inside:
                    heappush(queue, (sums[user], user))
        return None

    def _gather(self, node: int, inside: dict[int, int]) -> dict[int, int]:
        found: dict[int, int] = {}
        stack = [node]
        while stack:
            place = stack.pop()
            if place in found:
                continue
            way = inside.get(place, -1)
            found[place] = way if way >= 0 else self.best[place]
            stack.extend(need for need in self.needs[found[place]] if self.pick[need] < 0)
        return found

    def do(self, node: int, plan: Mapping[int, int]) -> None:
        """Take a node by a plan."""
        stack = [node]
        while stack:
            place = stack.pop()
            if self.pick[place] < 0:
                stack.extend(self.take(place, plan[place]))

    def put(self, chosen: Mapping[int, int]) -> None:
        """Put an answer to the graph on an empty board."""
        place = {name: index for index, name in enumerate(self.names)}
        plan = {place[node]: self.start[place[node]] + index for node, index in chosen.items()}
        for root in self.roots:
            self.refs[root] += 1
        for root in self.roots:
            if self.pick[root] < 0:
                self.do(root, plan)
        self.journal.clear()


def construct(board: Board, stop: Callable[[], bool] = lambda: False) -> None:
    """Fill an empty board: root by root, each as cheaply as what is there already allows.

    Parameters
    ----------
    board : Board
    stop : function
        Asked between roots; then the rest is done by what is cheapest without sharing.

    Notes
    -----
    Linear, up to logarithms, for each root in what is below it and not yet taken.
    """
    for root in board.roots:
        board.refs[root] += 1
    whole = dict(enumerate(board.best))
    for root in sorted(board.roots, key=lambda root: -board.alone[root]):
        if board.pick[root] >= 0:
            continue
        plan = None if stop() else board.plan(root, region=len(board.names))
        board.do(root, plan or whole)
    board.journal.clear()


def lower(board: Board, stop: Callable[[], bool] = lambda: False) -> tuple[int, list[int]]:
    """A lower bound on the cost of every answer, by packing cuts; without the constant of the graph.

    With it comes what is left of the cost of every alternative: an answer that takes it costs so much more.

    A cut is a set of alternatives one of which every answer takes: from a root down through alternatives that cost
    nothing any more, some need that is not free is followed at each; those that still cost, and need nothing that was
    followed, are the cut. What its cheapest costs counts for the bound, and is taken off all of it.

    Parameters
    ----------
    board : Board
        What is on it does not matter.
    stop : function
        Asked between cuts; what is packed by then is a bound.

    Notes
    -----
    Landmark cuts (Helmert and Domshlak 2009). All in whole numbers; circles need no special care. Every cut makes an
    alternative free, and takes time in what was followed.
    """
    rest = list(board.cost)
    owner, needs, users, ways, alone = board.owner, board.needs, board.users, board.ways, board.alone
    free = [False] * len(ways)
    missing = [len(needs[way]) for way in range(len(rest))]
    ready = [way for way, cost in enumerate(rest) if not cost and not missing[way]]
    bound = 0
    roots = sorted(board.roots, key=lambda root: alone[root])
    for root in roots:
        while True:
            while ready:
                node = owner[ready.pop()]
                if not free[node]:
                    free[node] = True
                    for user in users[node]:
                        missing[user] -= 1
                        if not missing[user] and not rest[user]:
                            ready.append(user)
            if free[root]:
                break
            if stop():
                return bound, rest
            followed = {root}
            order = [root]
            costly: list[int] = []
            for node in order:
                for way in ways[node]:
                    if rest[way]:
                        costly.append(way)
                        continue
                    least, best = -1, -1
                    for need in needs[way]:
                        if need in followed:
                            break
                        if not free[need] and alone[need] > least:
                            least, best = alone[need], need
                    else:
                        followed.add(best)
                        order.append(best)
            cut = [way for way in costly if followed.isdisjoint(needs[way])]
            least = min(rest[way] for way in cut)
            bound += least
            for way in cut:
                rest[way] -= least
                if not rest[way] and not missing[way]:
                    ready.append(way)
    return bound, rest
