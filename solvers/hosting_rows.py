"""Hosting under budgets and reliability: prices of customers and of the limits, then what they leave undecided.

The limits are priced like everything else (Lagrangian relaxation): that bounds the cost, leads to answers that keep
them, and proves of most sites and alternatives that no better answer takes them. An integer programme decides among
the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from decomposer.solvers import evaluate, milp
from decomposer.solvers.answer import Answer, Limits, Progress
from decomposer.solvers.selection import Number, Selection
from decomposer.solvers.sites import Sites
from decomposer.solvers.sites_bound import Group, ascend, disjoint, price
from decomposer.solvers.sites_fill import Filling
from decomposer.solvers.sites_moves import improve
from decomposer.solvers.sites_search import Search
from decomposer.solvers.watch import Watch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[Any]

ROUNDS = 500
"""Evaluations of the bound while limits and customers are priced together."""

TRIALS = 12
"""Prices of the limits at which answers are built first."""

SEARCHED = 5.0
"""Units of work for listing sets of sites."""

SETS = 40
"""Most sets of sites within which an answer is looked for one after the other."""

GRAINS = 20
"""Prices are rounded to this many binary places, or as many as fit."""


@dataclass(slots=True, eq=False)
class Priced:
    """The search under limits.

    Parameters
    ----------
    problem : Selection
    sites : Sites
    watch : Watch
    name : str
        Of the backend, for the answer.
    """

    problem: Selection
    sites: Sites
    watch: Watch
    name: str
    best: dict[int, int] | None = None
    value: tuple[Number, ...] = ()
    cost: int | None = None
    bound: Number | None = None
    _opened: Array | None = None
    _rows: Array | None = None

    def run(self, hint: Mapping[int, int] | None = None) -> Answer:
        """Search until proved or stopped."""
        if hint is not None:
            self._hint(hint)
        start = self._first()
        kept = None
        if self.cost is not None and not self.watch.stop():
            prices, self._rows = self._ascend(start)
            kept = self._bound(prices, self._rows)
        if self.cost is not None and kept is not None and not kept.any():
            return self._answer(True)
        if self.watch.stop():
            return self._answer(False)
        if self.cost is not None and self._sets():
            return self._answer(True)
        return self._answer(False) if self.watch.stop() else self._rest(kept)

    def _hint(self, hint: Mapping[int, int]) -> None:
        try:
            chosen = evaluate.trim(self.problem, hint)
        except (KeyError, IndexError):
            return
        position = {int(customer): place for place, customer in enumerate(self.sites.customers)}
        rows = {(int(c), int(i)): k for k, (c, i) in enumerate(zip(self.sites.customer, self.sites.index, strict=True))}
        picked = [rows[position[node], index] for node, index in chosen.items() if node in position]
        self._take(picked)

    def _take(self, picked: Any) -> None:
        """Take an answer, one of the k alternatives for each customer, if it holds and is better."""
        import numpy as np

        sites = self.sites
        rows = np.asarray(picked, dtype=np.int64)
        used = np.unique(np.concatenate((sites.site[rows], np.flatnonzero(sites.forced))))
        cost = int(sites.cost[rows].sum()) + int(sites.opening[used].sum())
        if self.cost is not None and cost >= self.cost:
            return
        chosen = evaluate.trim(self.problem, sites.chosen(int(k) for k in rows))
        if evaluate.check(self.problem, chosen):
            return
        self.best, self.cost, self.value = chosen, cost, evaluate.value(self.problem, chosen)
        self._opened = np.zeros(len(sites.opening), dtype=bool)
        self._opened[used] = True
        self.watch.found(self.value)

    def _build(self, prices: Array) -> bool:
        """Build an answer at these prices of the limits; whether one was found that keeps them."""
        sites = self.sites
        factor, whole = self._whole(prices)
        opening, serving, _, far = sites.dense(factor, whole)
        start = sites.forced if self._opened is None else self._opened
        _, opened = improve(opening, serving, far, start, sites.forced, sites.pools, self._stop)
        self.watch.done += 10 * serving.size / 5e8
        picked = Filling(sites, opened).fill(prices)
        if picked is None:
            return False
        self._take(picked)
        return True

    def _stop(self) -> bool:
        return self.watch.stop() is not None

    def _whole(self, prices: Array) -> tuple[int, list[int]]:
        """Prices as integers, and by what they were multiplied: as finely as sums in 64 bits allow."""
        for grain in range(GRAINS, -1, -1):
            whole = [round(float(p) * 2**grain) for p in prices]
            if self.sites.fits(2**grain, whole):
                return 2**grain, whole
        return 1, [0] * len(prices)

    def _first(self) -> Array:
        """Answers at doubling prices of the limits, then between what breaks them and what keeps them."""
        import numpy as np

        sites = self.sites
        money = max(1, sites.most())
        scale = np.array([money / max(1, limit) for limit in sites.limits]) / 64
        low, high = 0.0, None
        if self._build(scale * 0):
            return scale * 0
        at = 2.0**-6
        for _ in range(TRIALS):
            if self._stop():
                break
            if self._build(scale * at):
                high = at
            else:
                low = at
            at = at * 4 if high is None else (low + high) / 2
        found: Array = scale * (at if high is None else high)
        return found

    def _ascend(self, start: Array) -> tuple[Array, Array]:
        """Raise the bound over the prices of customers and limits together."""
        import numpy as np

        sites = self.sites
        order = np.lexsort((sites.customer, sites.site))
        pairs = sites.site[order] * len(sites.customers) + sites.customer[order]
        starts = np.flatnonzero(np.diff(pairs, prepend=-1))
        where = (sites.site[order][starts], sites.customer[order][starts])
        cost, spends = sites.cost[order].astype(float), sites.spends[:, order].astype(float)
        ends = np.append(starts[1:], len(order))
        opening, rents = sites.opening.astype(float), sites.rents.astype(float)
        limits = np.array(sites.limits, dtype=float)
        n = len(sites.customers)
        groups = self._groups()
        typical = np.maximum(1.0, spends.mean(axis=1) * n) * 0.3 / np.sqrt(n)
        row_price = start * typical
        assert self.cost is not None and self._opened is not None
        target = float(self.cost)
        serving = np.full((len(opening), n), np.inf)
        prices = self._served(start)
        best, kept = -np.inf, (prices, row_price)
        step, failures = 1.0, 0
        direction, row_direction = np.zeros(n), np.zeros(len(limits))
        for _ in range(ROUNDS):
            if self._stop():
                break
            multipliers = row_price / typical
            charged = cost + multipliers @ spends
            serving[where] = np.minimum.reduceat(charged, starts)
            gains = prices - serving
            np.maximum(gains, 0, out=gains)
            net = opening + multipliers @ rents - gains.sum(axis=1)
            opened = (net < 0) | sites.forced
            for members, limit in groups:
                inside = np.argsort(net[members], kind="stable")
                opened[members[inside[limit:]]] = False
            bound = float(prices.sum() + net[opened].sum() - multipliers @ limits)
            self.watch.done += 2 * serving.size / 5e8
            if bound > best:
                if bound > best + 1e-4 * (target - best):
                    failures = 0
                best, kept = bound, (prices, row_price)
            else:
                failures += 1
            if target - best < 1:
                break
            if failures >= 15:
                step, failures, (prices, row_price) = step / 2, 0, kept
                direction, row_direction = np.zeros(n), np.zeros(len(limits))
                self._build(row_price / typical)
                target = float(self.cost)
                if step < 2e-3:
                    break
                continue
            taken = gains > 0
            taken[~opened] = False
            # What the relaxation spends: the cheapest alternative at every pair that it takes.
            cheapest = self._cheapest(charged, starts, ends)
            some = cheapest[taken[where]]
            spent = spends[:, some].sum(axis=1) + rents[:, opened].sum(axis=1)
            direction = 1.0 - taken.sum(axis=0) + 0.5 * direction
            row_direction = (spent - limits) / typical + 0.5 * row_direction
            row_direction = np.where((row_price <= 0) & (row_direction < 0), 0, row_direction)
            length = float(direction @ direction + row_direction @ row_direction)
            if length == 0:
                break
            move = step * (target - bound) / length
            prices = prices + move * direction
            row_price = np.maximum(row_price + move * row_direction, 0)
        self._build(kept[1] / typical)
        return kept[0], kept[1] / typical

    @staticmethod
    def _cheapest(charged: Array, starts: Array, ends: Array) -> Array:
        """Position of the least of each slice."""
        import numpy as np

        if len(starts) == len(charged):
            return starts
        least = np.repeat(np.minimum.reduceat(charged, starts), ends - starts)
        places = np.where(charged == least, np.arange(len(charged)), len(charged))
        found: Array = np.minimum.reduceat(places, starts)
        return found

    def _groups(self) -> list[Group]:
        """Pools as disjoint groups; what is forced is open already, and counts."""
        return [(members, rest) for _, members, rest in disjoint(self.sites.pools, self.sites.forced)]

    def _served(self, prices: Array) -> Array:
        """Where customers' prices begin: their cost in the best answer and a share of what opens its site."""
        import numpy as np

        opening, serving, _, _ = self.sites.dense()
        assert self._opened is not None
        now = np.flatnonzero(self._opened)
        nearest = serving[now].argmin(axis=0)
        served = np.bincount(nearest, minlength=len(now))
        own = serving[now][nearest, np.arange(serving.shape[1])]
        found: Array = own + opening[now][nearest] / served[nearest]
        return found

    def _bound(self, prices: Array, rows: Array) -> Array:
        """The exact bound, after some more rounds at fixed prices of the limits; what may still be better, of the k."""
        import numpy as np

        sites = self.sites
        factor, whole = self._whole(rows)
        opening, serving, _, far = sites.dense(factor, whole)
        assert self.cost is not None
        given = sum(p * limit for p, limit in zip(whole, sites.limits, strict=True))
        target = self.cost * factor + given
        forced = sites.forced
        free = np.flatnonzero(~forced)
        place = np.cumsum(~forced) - 1
        high = serving[forced].min(axis=0, initial=far)
        low = np.minimum(serving[free].min(axis=0, initial=far), high)
        paid = int(opening[forced].sum())
        groups: list[Group] = [(place[members], rest) for members, rest in self._groups()]
        args = opening[free].astype(float), serving[free].astype(float)
        rise = ascend(
            *args, prices * factor, low.astype(float), high.astype(float), groups, float(target - paid), 150, self._stop
        )
        exact = np.clip(np.rint(rise.prices).astype(np.int64), low, high)
        proof = price(opening[free], serving[free], exact, groups)
        bound = paid + proof.bound
        lower = -((given - bound) // factor)
        self._raise(min(lower, self.cost))
        # What each site adds when it is put into what the relaxation opens, and each alternative when it is taken.
        change = np.zeros(len(opening), dtype=np.int64)
        change[free] = np.where(proof.open, 0, proof.change)
        charged = sites.cost * factor
        for row, p in enumerate(whole):
            charged = charged + sites.spends[row] * p
        adds = np.maximum(charged - exact[sites.customer], 0) + change[sites.site]
        # Costs are integers: only what may be less than the best by one is of interest.
        kept: Array = bound + adds <= target - factor
        return kept

    def _sets(self) -> bool:
        """List the sets of sites that may hold a better answer, and decide within each; whether that proved the best.

        At fixed prices of the limits every answer costs at least what its sites do, with each customer served from
        the cheapest of them.
        """
        sites, watch = self.sites, self.watch
        assert self.cost is not None and self._rows is not None
        factor, whole = self._whole(self._rows)
        opening, serving, _, far = sites.dense(factor, whole)
        given = sum(p * limit for p, limit in zip(whole, sites.limits, strict=True))
        ceiling = (self.cost - 1) * factor + given + 1
        inner = Watch(Limits(work=SEARCHED, seconds=watch.left, cancelled=watch.limits.cancelled), self.name)
        search = Search(
            opening, serving, far, sites.forced, sites.pools, inner, lambda *_: None, lambda _: None, False, ceiling
        )
        search.run(self._opened)
        watch.done += inner.done
        if inner.reason or len(search.listed) > SETS:
            return False
        for _, opened in search.listed:
            picked = Filling(sites, opened).fill(self._rows)
            if picked is not None:
                self._take(picked)
        for least, opened in sorted(search.listed, key=lambda entry: entry[0]):
            room = (self.cost - 1) * factor + given - least
            if room < 0:
                break
            now = opened.nonzero()[0]
            cheapest = serving[now].min(axis=0)
            charged = sites.cost * factor
            for row, p in enumerate(whole):
                charged = charged + sites.spends[row] * p
            kept = opened[sites.site] & (charged - cheapest[sites.customer] <= room)
            if watch.stop() or self._integer(kept, alone=True).status not in ("optimal", "infeasible"):
                return False
        return True

    def _raise(self, total: int) -> None:
        self.bound = self.sites.level(max(0, total))
        self.watch.proved(self.bound)

    def _answer(self, proved: bool) -> Answer:
        stopped = self.watch.reason or "proved"
        if self.best is None:
            return Answer("unknown", bound=self.bound, stopped=stopped, backend=self.name)
        return Answer(
            status="optimal" if proved else "feasible",
            chosen=self.best,
            value=self.value,
            bound=self.value[0] if proved else self.bound,
            stopped="proved" if proved else stopped,
            backend=self.name,
        )

    def _rest(self, kept: Array | None) -> Answer:
        """Decide among what is left."""
        answer = self._integer(kept)
        self.watch.stop()
        if answer.status == "infeasible" and self.best is None:
            return replace(answer, backend=self.name)
        if answer.bound is not None and (self.bound is None or answer.bound > self.bound):
            # What was left out is no better than the best answer.
            self.bound = min(answer.bound, self.value[0]) if self.value else answer.bound
        result = self._answer(answer.status == "optimal")
        return result if result.status == "optimal" else replace(result, stopped=answer.stopped)

    def _integer(self, kept: Array | None, alone: bool = False) -> Answer:
        """An integer programme over these of the k alternatives, and those of the best answer unless `alone`."""
        problem, best = self.problem, self.best
        names: dict[int, list[int]] = {}
        if kept is not None and best is not None:
            sites = self.sites
            left: dict[int, set[int]] = {node: set() if alone else {best[node]} for node in sites.customers}
            for k in map(int, kept.nonzero()[0]):
                left[sites.customers[int(sites.customer[k])]].add(int(sites.index[k]))
            names = {node: sorted(indices) for node, indices in left.items()}
            choices = list(problem.choices)
            for node, indices in names.items():
                choices[node] = tuple(choices[node][index] for index in indices)
            problem = replace(problem, choices=tuple(choices))
        hint = None
        if best is not None and not alone:
            hint = {n: names[n].index(i) if n in names else i for n, i in best.items()}
        answer = milp.run(problem, self._limits(), hint)
        chosen = {n: names[n][i] if n in names else i for n, i in answer.chosen.items()}
        if chosen and (self.best is None or answer.value < self.value):
            self.best, self.value = chosen, answer.value
            self.cost = self._cost(chosen)
        return answer

    def _cost(self, chosen: Mapping[int, int]) -> int:
        """The cost of an answer in whole numbers."""
        import numpy as np

        sites = self.sites
        customers = np.array([chosen[node] for node in sites.customers])
        rows = np.flatnonzero(customers[sites.customer] == sites.index)
        used = np.unique(np.concatenate((sites.site[rows], np.flatnonzero(sites.forced))))
        return int(sites.cost[rows].sum()) + int(sites.opening[used].sum())

    def _limits(self) -> Limits:
        """What is left of the limits."""
        limits = self.watch.limits

        def told(step: Progress) -> None:
            if step.value is not None:
                self.watch.found(step.value)

        progress = told if limits.on_progress is not None else None
        return replace(limits, seconds=self.watch.left, work=self.watch.work_left, on_progress=progress)
