"""Reductions of selection problems that only sharing couples: a smaller problem, and the way back.

Every rule takes a `Weighted` graph to one whose least cost is the same, and of which every answer gives one of the
first at the same cost (`Weighted.restore`). Rules are pure; `RULES` lists them in the order in which `reduce` applies
them until nothing changes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from decomposer.solvers.components import Way, Weighted, bits, components, labels, necessary

MOST_MUSTS = 12_000
"""Beyond so many nodes, sets of all that a node cannot do without take too much memory."""

MOST_COMPARED = 400
"""An alternative is compared with so many cheaper ones of its node at most."""

MOST_ROUNDS = 50
"""Rounds of all rules."""


@dataclass(frozen=True, slots=True)
class Reduced:
    """A graph and what it was before.

    Parameters
    ----------
    graph : Weighted
    before : Weighted
        As given at first: the origin of every alternative is its own node and its own place.
    """

    graph: Weighted
    before: Weighted

    def decided(self, chosen: Mapping[int, int]) -> dict[int, int]:
        """The decisions that an answer to the graph stands for; some may be of nodes that are not taken."""
        found = dict(self.graph.forced)
        for node, index in chosen.items():
            found.update(self.graph.ways[node][index].origin)
        return found

    def restore(self, chosen: Mapping[int, int]) -> dict[int, int]:
        """The answer to the graph as it was, from one to the graph as it is; of the same cost or less."""
        decided = self.decided(chosen)
        taken: dict[int, int] = {}
        stack = sorted(self.before.roots)
        while stack:
            node = stack.pop()
            if node not in taken:
                taken[node] = decided[node]
                stack.extend(self.before.ways[node][decided[node]].needs)
        return taken


def parents(graph: Weighted) -> dict[int, set[int]]:
    """The OR nodes with an alternative that needs the key."""
    found: dict[int, set[int]] = {node: set() for node in graph.ways}
    for node, ways in graph.ways.items():
        for way in ways:
            for need in way.needs:
                found[need].add(node)
    return found


def circles(graph: Weighted) -> dict[int, int]:
    """The strongly connected component of every node that is in one with others."""
    below = {node: sorted(set().union(*(way.needs for way in ways))) for node, ways in graph.ways.items()}
    return labels(part for part in components(graph.ways, below.__getitem__) if len(part) > 1)


def feasible(graph: Weighted) -> bool:
    """Whether there is an answer, in a graph after `drop_impossible`."""
    return all(graph.ways[root] for root in graph.roots)


def drop_impossible(graph: Weighted) -> Weighted:
    """Leave out alternatives that cannot be taken without a circle, whatever else is taken.

    >>> way = lambda cost, *needs: Way(cost, frozenset(needs), ())
    >>> graph = Weighted({0: (way(1, 1), way(5)), 1: (way(1, 0),)}, frozenset({0}))
    >>> [way.cost for way in drop_impossible(drop_self_needs(graph)).ways[1]]
    [1]
    """
    waiting: dict[int, list[tuple[int, int]]] = defaultdict(list)
    missing = {}
    done = set()
    ready = []
    for node, ways in graph.ways.items():
        for index, way in enumerate(ways):
            missing[node, index] = len(way.needs)
            for need in way.needs:
                waiting[need].append((node, index))
            if not way.needs and node not in done:
                done.add(node)
                ready.append(node)
    while ready:
        for key in waiting.pop(ready.pop(), ()):
            missing[key] -= 1
            if not missing[key] and key[0] not in done:
                done.add(key[0])
                ready.append(key[0])
    if len(done) == len(graph.ways):
        return graph
    kept = {node: tuple(way for way in ways if way.needs <= done) for node, ways in graph.ways.items() if node in done}
    for root in graph.roots - done:
        kept[root] = ()
    return replace(graph, ways=kept)


def drop_self_needs(graph: Weighted) -> Weighted:
    """Leave out alternatives that need their own node."""
    return _filtered(graph, lambda node, way: node not in way.needs)


def drop_unreachable(graph: Weighted) -> Weighted:
    """Leave out nodes that nothing from the roots down can need."""
    seen = set(graph.roots)
    stack = sorted(seen)
    while stack:
        for way in graph.ways[stack.pop()]:
            new = way.needs - seen
            seen |= new
            stack.extend(new)
    if len(seen) == len(graph.ways):
        return graph
    return replace(graph, ways={node: ways for node, ways in graph.ways.items() if node in seen})


def drop_dominated(graph: Weighted) -> Weighted:
    """Leave out alternatives for which another of the same node costs no more and needs nothing else."""
    kept: dict[int, tuple[Way, ...]] = {}
    same = True
    for node, ways in graph.ways.items():
        left = _undominated(ways) if len(ways) > 1 else ways
        same = same and len(left) == len(ways)
        kept[node] = left
    return graph if same else replace(graph, ways=kept)


def _undominated(ways: tuple[Way, ...]) -> tuple[Way, ...]:
    cheapest: dict[frozenset[int], Way] = {}
    for way in ways:
        best = cheapest.get(way.needs)
        if best is None or way.cost < best.cost:
            cheapest[way.needs] = way
    if len(cheapest) == 1:
        return tuple(cheapest.values())
    often = Counter(need for needs in cheapest for need in needs)
    # A subset is found by its rarest need: few alternatives are filed under each.
    filed: dict[int | None, list[Way]] = defaultdict(list)
    for way in sorted(cheapest.values(), key=lambda way: len(way.needs)):
        for need in (None, *way.needs):
            if any(other.cost <= way.cost and other.needs <= way.needs for other in filed.get(need, ())):
                del cheapest[way.needs]
                break
        else:
            rarest = min(way.needs, key=lambda need: (often[need], need), default=None)
            filed[rarest].append(way)
    return tuple(cheapest.values())


def draw_in_single(graph: Weighted) -> Weighted:
    """Draw a node with one alternative into all that need it, where those are of one node or it is free.

    A free node may need at most one other, lest needs multiply.
    """
    by = parents(graph)
    gone = {
        node: ways[0]
        for node, ways in graph.ways.items()
        if len(ways) == 1
        and node not in graph.roots
        and (len(by[node]) == 1 or (not ways[0].cost and len(ways[0].needs) <= 1))
    }
    inner = {node: sorted(way.needs & gone.keys()) for node, way in gone.items()}
    merged: dict[int, Way] = {}
    for part in components(gone, inner.__getitem__):
        if len(part) > 1 or part[0] in inner[part[0]]:
            for node in part:  # can never be taken, which is for another rule to say
                del gone[node]
            continue
        drawn = _with(gone[part[0]], merged)
        if drawn.cost and len(by[part[0]]) > 1:  # free by itself, but not with what is drawn into it: that is paid once
            del gone[part[0]]
        else:
            merged[part[0]] = drawn
    if not gone:
        return graph
    forced = dict(graph.forced)
    for way in gone.values():
        forced.update(way.origin)
    ways = {node: tuple(_with(way, merged) for way in ways) for node, ways in graph.ways.items() if node not in gone}
    return replace(graph, ways=ways, forced=forced)


def _with(way: Way, merged: Mapping[int, Way]) -> Way:
    """The alternative with the nodes that are drawn into it."""
    inside = way.needs & merged.keys()
    if not inside:
        return way
    needs = (way.needs - inside).union(*(merged[node].needs for node in inside))
    return Way(way.cost + sum(merged[node].cost for node in inside), needs, way.origin)


def draw_in_private(graph: Weighted) -> Weighted:
    """Draw a node that a single alternative needs into it: one alternative for each of the node's own."""
    needed: dict[int, list[tuple[int, int]]] = {node: [] for node in graph.ways}
    for node, ways in graph.ways.items():
        for index, way in enumerate(ways):
            for need in way.needs:
                needed[need].append((node, index))
    guests: dict[tuple[int, int], int] = {}
    gone: set[int] = set()
    hosts: set[int] = set()
    for node, by in needed.items():
        if len(by) == 1 and node not in graph.roots and node not in hosts and graph.ways[node]:
            host = by[0]
            # One at a time: a host that is drawn in itself, or has had a guest, waits for the next round.
            if host[0] != node and host[0] not in gone and host not in guests:
                guests[host] = node
                gone.add(node)
                hosts.add(host[0])
    if not gone:
        return graph
    kept: dict[int, tuple[Way, ...]] = {}
    for node, ways in graph.ways.items():
        if node in hosts:
            kept[node] = tuple(
                more
                for index, way in enumerate(ways)
                for more in (_products(way, guests[node, index], graph) if (node, index) in guests else (way,))
            )
        elif node not in gone:
            kept[node] = ways
    return replace(graph, ways=kept)


def _products(way: Way, guest: int, graph: Weighted) -> list[Way]:
    rest = way.needs - {guest}
    return [Way(way.cost + inner.cost, rest | inner.needs, way.origin + inner.origin) for inner in graph.ways[guest]]


def settle_roots(graph: Weighted) -> Weighted:
    """Take what every answer takes: roots with one alternative; what all alternatives of a root need is a root too.

    What is taken anyway need not be needed, except where the need may close a circle.
    """
    label = circles(graph)
    forced = dict(graph.forced)
    roots = set(graph.roots)
    settled: set[int] = set()
    constant = graph.constant
    stack = sorted(roots)
    while stack:
        root = stack.pop()
        ways = graph.ways[root]
        if not ways:
            return graph
        common = frozenset.intersection(*(way.needs for way in ways))
        stack.extend(sorted(common - roots))
        roots |= common
        if len(ways) == 1 and root not in label and root not in common:
            settled.add(root)
            constant += ways[0].cost
            forced.update(ways[0].origin)
    kept: dict[int, tuple[Way, ...]] = {}
    same = not settled and roots == graph.roots
    for node, ways in graph.ways.items():
        if node not in settled:
            own = label.get(node)
            found = []
            for way in ways:
                idle = (way.needs & roots) - {node}
                if own is not None and idle:
                    idle = frozenset(need for need in idle if label.get(need) != own)
                found.append(way._replace(needs=way.needs - idle) if idle else way)
                same = same and not idle
            kept[node] = tuple(found)
    if same:
        return graph
    return replace(graph, ways=kept, roots=frozenset(roots - settled), constant=constant, forced=forced)


def use_musts(graph: Weighted, stop: Callable[[], bool] = lambda: False) -> Weighted:
    """Use what nodes cannot be done without; when to stop, what was not looked at stays.

    An alternative is left out when what it needs cannot be done without its own node, or when another costs no more
    and needs nothing that this one does not take in any case; a need is left out when another need takes it.
    What the roots cannot do without are roots.
    """
    if len(graph.ways) > MOST_MUSTS:
        return graph
    nodes, place, musts = necessary(graph.ways)
    kept: dict[int, tuple[Way, ...]] = {}
    for node, ways in graph.ways.items():
        if stop():
            kept[node] = ways
            continue
        found: list[Way] = []
        needed: list[int] = []  # by the first of them, those that others are compared with
        for way in sorted(ways, key=lambda way: (way.cost, len(way.needs))):
            if not all(need in musts for need in way.needs):
                continue
            takes = direct = 0
            for need in way.needs:
                takes |= musts[need]
                direct |= 1 << place[need]
            if takes >> place[node] & 1 or _within(needed, takes):
                continue
            found.append(_lean(way, place, musts))
            if len(needed) < MOST_COMPARED:
                needed.append(direct)
        kept[node] = tuple(found)
    everywhere = 0
    for root in graph.roots:
        everywhere |= musts.get(root, 0)
    roots = graph.roots.union(nodes[index] for index in bits(everywhere))
    if roots == graph.roots and all(sorted(kept[node]) == sorted(ways) for node, ways in graph.ways.items()):
        return graph
    return replace(graph, ways=kept, roots=roots)


def _within(sets: Sequence[int], whole: int) -> bool:
    """Whether one of the sets lies within another; a loop, as this is where the time of reductions goes."""
    outside = ~whole
    for each in sets:  # noqa: SIM110
        if not each & outside:
            return True
    return False


def _lean(way: Way, place: Mapping[int, int], musts: Mapping[int, int]) -> Way:
    """Without the needs that another need takes in any case; of needs that take each other none is left out."""
    if len(way.needs) < 2:
        return way
    idle = frozenset(
        need
        for need in way.needs
        if any(
            other != need and musts[other] >> place[need] & 1 and not musts[need] >> place[other] & 1
            for other in way.needs
        )
    )
    return way._replace(needs=way.needs - idle) if idle else way


def drop_dear(graph: Weighted, below: int) -> Weighted:
    """Leave out alternatives that no answer of cost less than `below` can take, by what it must take beside them.

    Answers of cost `below` or more may be lost: keep one.
    """
    if len(graph.ways) > MOST_MUSTS or not feasible(graph):
        return graph
    nodes, _, musts = necessary(graph.ways)
    least = [min((way.cost for way in graph.ways[node]), default=0) for node in nodes]
    everywhere = 0
    for root in graph.roots:
        everywhere |= musts.get(root, 0)
    base = graph.constant + sum(least[index] for index in bits(everywhere))
    kept = {}
    for node, ways in graph.ways.items():
        found = []
        cheapest = min((way.cost for way in ways), default=0)
        for way in ways:
            if node not in musts or not all(need in musts for need in way.needs):
                continue  # on a circle, whatever else is taken
            takes = musts[node]
            for need in way.needs:
                takes |= musts[need]
            beside = sum(least[index] for index in bits(takes & ~everywhere))
            if base + beside + way.cost - cheapest < below:
                found.append(way)
        kept[node] = tuple(found)
    if all(len(kept[node]) == len(ways) for node, ways in graph.ways.items()):
        return graph
    return replace(graph, ways=kept)


def _filtered(graph: Weighted, keep: Callable[[int, Way], bool]) -> Weighted:
    kept = {node: tuple(way for way in ways if keep(node, way)) for node, ways in graph.ways.items()}
    if all(len(kept[node]) == len(ways) for node, ways in graph.ways.items()):
        return graph
    return replace(graph, ways=kept)


RULES: tuple[Callable[[Weighted], Weighted], ...] = (
    drop_unreachable,
    drop_self_needs,
    drop_impossible,
    drop_unreachable,
    settle_roots,
    draw_in_single,
    drop_self_needs,
    drop_dominated,
    draw_in_private,
    drop_unreachable,
)
"""All that take linear time, or nearly, in the order in which they are applied, again and again."""


def reduce(graph: Weighted, below: int | None = None, stop: Callable[[], bool] = lambda: False) -> Reduced:
    """Apply all rules until nothing changes.

    Parameters
    ----------
    graph : Weighted
    below : int, optional
        Only answers of less cost are of interest; there may be none in the result, and then a root may have no
        alternative left.
    stop : function
        Asked between rules, and within the slow one; the graph as it is then is as good as any.

    Notes
    -----
    Every rule but `use_musts` and `drop_dear`, which are left out for large graphs, is linear in alternatives and
    needs, up to logarithms and the comparison of alternatives that share their rarest need.
    """
    now = graph
    for _ in range(MOST_ROUNDS):
        before = now
        for rule in RULES:
            now = rule(now)
            if stop() or not feasible(now):
                break
        else:
            now = use_musts(now, stop)
        if below is not None:
            now = drop_dear(now, below)
        if now is before or stop() or not feasible(now):
            break
    return Reduced(drop_unreachable(drop_impossible(drop_self_needs(now))), graph)


def parts(graph: Weighted) -> list[Weighted]:
    """Parts that share nothing, smallest node first, without the constant."""
    below: dict[int, set[int]] = {node: set() for node in graph.ways}
    for node, ways in graph.ways.items():
        for way in ways:
            for need in way.needs:
                below[node].add(need)
                below[need].add(node)
    found = []
    seen: set[int] = set()
    for start in graph.ways:
        if start in seen:
            continue
        seen.add(start)
        inside = [start]
        for node in inside:
            new = sorted(below[node] - seen)
            seen.update(new)
            inside.extend(new)
        found.append(Weighted({node: graph.ways[node] for node in inside}, graph.roots.intersection(inside)))
    return found
