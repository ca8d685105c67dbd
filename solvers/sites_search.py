"""Branch and bound over which sites to open, with bounds in exact integers.

Every node of the search fixes some sites open and some shut, raises the prices of its parent a little, fixes what
the prices prove, and branches on the site about which the relaxation was most undecided. Best bound first.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """Sites fixed at a node by its prices, for the proof: prices are in integers, for all customers."""

    prices: Array
    opened: tuple[int, ...] = ()
    shut: tuple[int, ...] = ()


@dataclass(slots=True, eq=False)
class Node:
    """A part of the search: sites fixed open (1), shut (-1) or free (0); steps of the proof; its two parts."""

    fixed: Array
    prices: Array
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
        if start is not None and self._keeps(start):
            self._try(start)
        self._refine(self.forced.copy())
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

        least = (self.serving + self.opening[:, None]).min(axis=0)
        if self.best is None:
            return least.astype(float)
        now = np.flatnonzero(self.best)
        nearest = self.serving[now].argmin(axis=0)
        served = np.bincount(nearest, minlength=len(now))
        own = self.serving[now][nearest, np.arange(self.serving.shape[1])]
        prices: Array = np.minimum(own + self.opening[now][nearest] / served[nearest], least)
        return prices

    def _groups(self, fixed: Array) -> list[Group] | None:
        """Pools over free sites, made disjoint, with what is left of their limits; shuts sites of full pools.

        `None` when more sites are open than a pool allows. A site of several pools counts in the tightest.
        """
        left = []
        for members, limit in self.pools:
            left.append(limit - int((fixed[members] == 1).sum()))
            if left[-1] < 0:
                return None
        for (members, _), rest in zip(self.pools, left, strict=True):
            if rest == 0:
                fixed[members[fixed[members] == 0]] = -1
        groups: list[Group] = []
        taken: set[int] = set()
        for rest, (members, _) in sorted(zip(left, self.pools, strict=True), key=lambda pair: pair[0]):
            free = [int(j) for j in members if fixed[j] == 0 and int(j) not in taken]
            taken.update(free)
            if rest < len(free):
                import numpy as np

                groups.append((np.array(free, dtype=np.int64), rest))
        return groups

    def _visit(self, node: Node, lower: int) -> None:
        """Bound a node, fix sites, and put its parts into the queue."""
        import numpy as np

        self.nodes += 1
        rounds = ROUNDS_FIRST if node is self.root else ROUNDS
        while True:
            groups = self._groups(node.fixed)
            if groups is None:
                return
            free = np.flatnonzero(node.fixed == 0)
            opened = node.fixed == 1
            high = self.serving[opened].min(axis=0, initial=self.far)
            if not len(free):
                self._try(opened)
                self._note(node, high)
                return
            low = np.minimum(self.serving[free].min(axis=0), high)
            live = np.flatnonzero(low < high)
            fixed_cost = int(self.opening[opened].sum()) + int(high.sum()) - int(high[live].sum())
            opening, serving = self.opening[free], self.serving[np.ix_(free, live)]
            place = np.full(len(node.fixed), -1)
            place[free] = np.arange(len(free))
            local = [(place[members], limit) for members, limit in groups]
            rise = ascend(
                opening.astype(float),
                serving.astype(float),
                node.prices[live],
                low[live].astype(float),
                high[live].astype(float),
                local,
                float(self.cost - fixed_cost),
                rounds,
                self._stop,
            )
            self.watch.done += rise.rounds * serving.size / CELLS_PER_WORK
            whole = np.clip(np.rint(rise.prices).astype(np.int64), low[live], high[live])
            proof = price(opening, serving, whole, local)
            node.prices = high.astype(float)
            node.prices[live] = rise.prices
            prices = high.copy()
            prices[live] = whole
            bound = max(lower, fixed_cost + proof.bound)
            self._answers(node, free, proof, opened)
            if node is self.root:
                self._raise(min(bound, self.cost))
            fixings = self._fix(node, prices, free, fixed_cost + proof.bound, proof)
            if bound >= self.cost:
                return
            if not fixings or self._stop():
                break
            rounds = ROUNDS
        self._branch(node, free, fixed_cost + proof.bound, bound, rise.often, proof)

    def _answers(self, node: Node, free: Array, proof: Priced, opened: Array) -> None:
        """Try what the relaxation opens, and improve it where that may pay."""
        trial = opened.copy()
        trial[free[proof.open]] = True
        before = self.cost
        if self._keeps(trial):
            self._try(trial)
            if self.cost < before or node is self.root or self.nodes % 16 == 0:
                self._refine(trial)

    def _note(self, node: Node, prices: Array, opened: tuple[int, ...] = (), shut: tuple[int, ...] = ()) -> None:
        if self.keep:
            node.steps.append(Step(prices, opened, shut))

    def _fix(self, node: Node, prices: Array, free: Array, bound: int, proof: Priced) -> int:
        """Fix sites whose other state would cost as much as the best answer; how many."""
        sure = proof.change >= self.cost - bound
        if bound >= self.cost:
            self._note(node, prices)
            return 0
        opened, shut = free[sure & proof.open], free[sure & ~proof.open]
        node.fixed[opened], node.fixed[shut] = 1, -1
        if len(opened) + len(shut):
            self._note(node, prices, tuple(map(int, opened)), tuple(map(int, shut)))
        return len(opened) + len(shut)

    def _branch(self, node: Node, free: Array, bound: int, lower: int, often: Array, proof: Priced) -> None:
        """Split on the site that was open about half of the time; among equals the one whose change costs most."""
        import numpy as np

        doubt = np.minimum(often, 1 - often)
        at = int(np.lexsort((-proof.change, -np.round(doubt, 6)))[0])
        branch = int(free[at])
        parts = []
        for state in (1, -1):
            fixed = node.fixed.copy()
            fixed[branch] = state
            part = Node(fixed, node.prices)
            other = (state == 1) != bool(proof.open[at])
            bound_here = max(lower, bound + int(proof.change[at])) if other else lower
            parts.append(part)
            # The later of two equal ones has the smaller number: depth first among equals.
            heapq.heappush(self._queue, (bound_here, -2 * self.nodes - (state == 1), part))
        node.branch, node.parts = branch, (parts[0], parts[1])
