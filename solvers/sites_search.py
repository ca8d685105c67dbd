"""Branch and bound over which sites to open, with bounds in exact integers.

Every node of the search fixes some sites open and some shut, raises the prices of its parent a little, fixes what
the prices prove, and branches on the site about which the relaxation was most undecided. Best bound first.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from decomposer.solvers.sites_bound import Group, Priced, ascend, price
from decomposer.solvers.sites_moves import improve, total
from decomposer.solvers.watch import Watch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[Any]

CELLS_PER_WORK = 500_000_000
"""Pairs of site and customer looked at in one unit of work."""

ROUNDS_FIRST, ROUNDS = 400, 40
"""Evaluations of the bound at the root, and at every other node."""


Pools: TypeAlias = "list[tuple[int, Array, int]]"
"""Pools by number, with the free sites that count in them, and how many more of these may be opened."""


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """Sites fixed at a node, or a bound of it, and on what grounds.

    Parameters
    ----------
    prices : array of n, optional
        In integers; without them a pool is full, or has too many open.
    pools : Pools
    opened, shut : arrays of sites
        Fixed open because shutting would cost too much, and the other way round.
    full : int, optional
        The pool that is full.
    shuts : bool
        Whether a bound counts on a site that is not shut after all, rather than on one that is not opened.
    """

    prices: Array | None
    pools: Pools = field(default_factory=list)
    opened: tuple[int, ...] = ()
    shut: tuple[int, ...] = ()
    full: int | None = None
    shuts: bool = False


@dataclass(slots=True, eq=False)
class Node:
    """A part of the search.

    Parameters
    ----------
    fixed : array of m
        Sites fixed open (1), shut (-1), or free (0).
    prices : float array of n
        Where to begin.
    last : Step, optional
        What the best bound of it rests on.
    steps : list of Step
        What was fixed here, in this order; for the proof.
    branch, parts
        The site that it was split on, and the parts with it open and shut.
    """

    fixed: Array
    prices: Array
    last: Step | None = None
    steps: list[Step] = field(default_factory=list)
    branch: int | None = None
    parts: tuple[Node, Node] | None = None


@dataclass(slots=True, eq=False)
class Search:
    """The search for the least cost of a hosting problem.

    Parameters
    ----------
    opening, serving : integer arrays of m and m x n
    far : int
        More than any answer costs; the cost of serving where it cannot be done.
    forced : bool array of m
    pools : sequence of (array of sites, limit)
    watch : Watch
    found : function of (cost, bool array of m)
        Called with every better answer.
    raised : function of int
        Called with every better bound.
    keep : bool
        Whether to keep the whole tree, as a proof.
    ceiling : int, optional
        With it, all sets of sites that cost less are listed in `listed`, instead of the best one looked for.
    """

    opening: Array
    serving: Array
    far: int
    forced: Array
    pools: Sequence[tuple[Array, int]]
    watch: Watch
    found: Callable[[int, Array], None]
    raised: Callable[[int], None]
    keep: bool = False
    ceiling: int | None = None
    listed: list[tuple[int, Array]] = field(default_factory=list)
    cost: int = 0
    best: Array | None = None
    bound: int = 0
    root: Node | None = None
    nodes: int = 0
    _queue: list[tuple[int, int, Node]] = field(default_factory=list)

    def run(self, start: Array | None = None) -> None:
        """Search until proved or stopped; `cost`, `best` and `bound` then hold what is known.

        `far` as cost, with the same bound, means that there is no answer.
        """
        import numpy as np

        self.cost = self.far
        if start is not None and self.ceiling is None and self._keeps(start):
            self._try(start)
        if self.ceiling is None:
            self._refine(self.forced.copy())
        else:
            self.cost, self.best = self.ceiling, start
        self.root = Node(np.where(self.forced, 1, 0).astype(np.int8), self._first_prices())
        self._visit(self.root, 0)
        while self._queue and not self.watch.stop():
            lower = self._queue[0][0]
            if lower >= self.cost:
                break
            self._raise(lower)
            self._visit(heapq.heappop(self._queue)[2], lower)
        if not self.watch.reason:
            self._queue.clear()
        self._raise(min([entry[0] for entry in self._queue] + [self.cost]))

    def _stop(self) -> bool:
        return self.watch.stop() is not None

    def _raise(self, bound: int) -> None:
        if bound > self.bound:
            self.bound = bound
            self.raised(bound)

    def _keeps(self, opened: Array) -> bool:
        return all(int(opened[members].sum()) <= limit for members, limit in self.pools)

    def _try(self, opened: Array) -> None:
        """Take an answer if it is better."""
        if opened.any():
            cost = total(self.opening, self.serving, opened)
            if cost < self.cost:
                self.cost, self.best = cost, opened.copy()
                self.found(cost, opened)

    def _refine(self, opened: Array) -> None:
        """Improve an answer by moves, and take it if it is better."""
        if self._keeps(opened):
            _, opened = improve(self.opening, self.serving, self.far, opened, self.forced, self.pools, self._stop)
            self.watch.done += 8 * self.serving.size / CELLS_PER_WORK
            self._try(opened)

    def _first_prices(self) -> Array:
        """Each customer's own cost in the first answer and a share of what opens its site; else the least to be had."""
        import numpy as np

        least: Array = (self.serving + self.opening[:, None]).min(axis=0, initial=self.far)
        if self.best is None:
            return least.astype(float)
        now = np.flatnonzero(self.best)
        nearest = self.serving[now].argmin(axis=0)
        served = np.bincount(nearest, minlength=len(now))
        own = self.serving[now][nearest, np.arange(self.serving.shape[1])]
        prices: Array = np.minimum(own + self.opening[now][nearest] / served[nearest], least)
        return prices

    def _pools(self, node: Node) -> Pools | None:
        """Pools over free sites, made disjoint, with what is left of their limits; shuts sites of full pools.

        `None` when more sites are open than a pool allows. A site of several pools counts in the tightest.
        """
        import numpy as np

        fixed, left = node.fixed, []
        for number, (members, limit) in enumerate(self.pools):
            left.append(limit - int((fixed[members] == 1).sum()))
            if left[-1] < 0:
                node.last = Step(None, full=number)
                return None
            free = members[fixed[members] == 0]
            if left[-1] == 0 and len(free):
                fixed[free] = -1
                self._note(node, Step(None, shut=tuple(map(int, free)), full=number))
        pools: Pools = []
        taken: set[int] = set()
        for rest, number in sorted(zip(left, range(len(left)), strict=True)):
            some = [int(j) for j in self.pools[number][0] if fixed[j] == 0 and int(j) not in taken]
            taken.update(some)
            if rest < len(some):
                pools.append((number, np.array(some, dtype=np.int64), rest))
        return pools

    def _note(self, node: Node, step: Step) -> None:
        if self.keep:
            node.steps.append(step)

    def _visit(self, node: Node, lower: int) -> None:
        """Bound a node, fix sites, and put its parts into the queue."""
        import numpy as np

        self.nodes += 1
        rounds = ROUNDS_FIRST if node is self.root else ROUNDS
        while True:
            pools = self._pools(node)
            if pools is None:
                return
            free = np.flatnonzero(node.fixed == 0)
            opened = node.fixed == 1
            high = self.serving[opened].min(axis=0, initial=self.far)
            if not len(free):
                if self.ceiling is None:
                    self._try(opened)
                elif opened.any() and (cost := total(self.opening, self.serving, opened)) < self.ceiling:
                    self.listed.append((cost, opened))
                node.last = Step(high)
                return
            low = np.minimum(self.serving[free].min(axis=0), high)
            live = np.flatnonzero(low < high)
            paid = int(self.opening[opened].sum()) + int(high.sum()) - int(high[live].sum())
            opening, serving = self.opening[free], self.serving[np.ix_(free, live)]
            place = np.full(len(node.fixed), -1)
            place[free] = np.arange(len(free))
            groups: list[Group] = [(place[members], rest) for _, members, rest in pools]
            rise = ascend(
                opening.astype(float),
                serving.astype(float),
                node.prices[live],
                low[live].astype(float),
                high[live].astype(float),
                groups,
                float(self.cost - paid),
                rounds,
                self._stop,
            )
            self.watch.done += rise.rounds * serving.size / CELLS_PER_WORK
            whole = np.clip(np.rint(rise.prices).astype(np.int64), low[live], high[live])
            proof = price(opening, serving, whole, groups)
            node.prices = high.astype(float)
            node.prices[live] = rise.prices
            prices = high.copy()
            prices[live] = whole
            bound = paid + proof.bound
            if bound >= lower or node.last is None:
                lower, node.last = max(lower, bound), Step(prices, pools)
            if self.ceiling is None:
                self._answers(node, free, proof, opened)
            if node is self.root:
                self._raise(min(lower, self.cost))
            if lower >= self.cost:
                return
            fixed = self._fix(node, free, bound, proof, Step(prices, pools))
            if not fixed or self._stop():
                break
            rounds = ROUNDS
        free_now = node.fixed[free] == 0
        if not free_now.any():
            heapq.heappush(self._queue, (lower, -2 * self.nodes, node))  # stopped before it could be tried
            return
        self._branch(node, free, bound, lower, rise.often, proof, Step(prices, pools))

    def _answers(self, node: Node, free: Array, proof: Priced, opened: Array) -> None:
        """Try what the relaxation opens, and improve it where that may pay."""
        trial = opened.copy()
        trial[free[proof.open]] = True
        before = self.cost
        if self._keeps(trial):
            self._try(trial)
            if self.cost < before or node is self.root or self.nodes % 16 == 0:
                self._refine(trial)

    def _fix(self, node: Node, free: Array, bound: int, proof: Priced, grounds: Step) -> int:
        """Fix sites whose other state would cost as much as the best answer; how many."""
        sure = proof.change >= self.cost - bound
        opened, shut = free[sure & proof.open], free[sure & ~proof.open]
        node.fixed[opened], node.fixed[shut] = 1, -1
        if len(opened) + len(shut):
            self._note(node, replace(grounds, opened=tuple(map(int, opened)), shut=tuple(map(int, shut))))
        return len(opened) + len(shut)

    def _branch(
        self, node: Node, free: Array, bound: int, lower: int, often: Array, proof: Priced, grounds: Step
    ) -> None:
        """Split on the site that was open about half of the time; among equals the one whose change costs most."""
        import numpy as np

        doubt = np.where(node.fixed[free] == 0, np.minimum(often, 1 - often), -1.0)
        at = int(np.lexsort((-proof.change, -np.round(doubt, 6)))[0])
        node.branch = int(free[at])
        parts = []
        for state in (1, -1):
            fixed = node.fixed.copy()
            fixed[node.branch] = state
            part = Node(fixed, node.prices, node.last)
            least = lower
            if (state == 1) != bool(proof.open[at]) and bound + int(proof.change[at]) > lower:
                least = bound + int(proof.change[at])
                part.last = replace(grounds, shuts=state == 1)
            parts.append(part)
            # The later of two equal ones has the smaller number: depth first among equals.
            heapq.heappush(self._queue, (least, -2 * self.nodes - (state == 1), part))
        node.parts = (parts[0], parts[1])
