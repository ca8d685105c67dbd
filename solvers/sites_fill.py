"""Serving every customer from open sites within the limits: multiple-choice knapsack, by prices and then greedily."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from decomposer.solvers.sites import Sites

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[Any]

HALVINGS = 30
"""Steps of the search for the least price of the limits that keeps them."""

SWITCHES = 300
"""Customers that are served otherwise at most, to use up what is left of the limits."""


class Filling:
    """The customers of a hosting problem with these sites open."""

    def __init__(self, sites: Sites, opened: Array) -> None:
        import numpy as np

        self.sites, self.opened = sites, opened
        self.rows = np.flatnonzero(opened[sites.site])
        self.rows = self.rows[np.argsort(sites.customer[self.rows], kind="stable")]
        self.customer = sites.customer[self.rows]
        self.cost = sites.cost[self.rows]
        self.spends = sites.spends[:, self.rows]
        self.starts = np.flatnonzero(np.diff(self.customer, prepend=-1))
        self.limits = np.array(sites.strict, dtype=np.int64)

    def fill(self, prices: Array) -> Array | None:
        """One of the k alternatives for each customer, near the cheapest that keeps the limits; `None` without any.

        Parameters
        ----------
        prices : float array of r
            Of the limits, to one another; their common factor is searched for.
        """
        import numpy as np

        if len(self.starts) < len(self.sites.customers):
            return None
        if not prices.any():
            prices = np.array([1 / max(1, limit) for limit in self.sites.limits]) * max(1, int(self.cost.sum()))
        low, high = 0.0, 1.0
        picked = self._cheapest(prices * 0)
        if not self._holds(picked):
            for _ in range(HALVINGS):
                picked = self._cheapest(prices * high)
                if self._holds(picked):
                    break
                low, high = high, 4 * high
            else:
                return None
            for _ in range(HALVINGS):
                middle = (low + high) / 2
                trial = self._cheapest(prices * middle)
                if self._holds(trial):
                    high, picked = middle, trial
                else:
                    low = middle
        result: Array = self.rows[self._improve(picked, prices * high)]
        return result

    def _cheapest(self, prices: Array) -> Array:
        """Positions of the cheapest alternatives at these prices."""
        import numpy as np

        charged = self.cost + prices @ self.spends
        least = np.repeat(np.minimum.reduceat(charged, self.starts), np.diff(np.append(self.starts, len(charged))))
        places = np.where(charged == least, np.arange(len(charged)), len(charged))
        found: Array = np.minimum.reduceat(places, self.starts)
        return found

    def _rents(self, picked: Array) -> Array:
        """What the sites used spend."""
        import numpy as np

        used = np.unique(np.concatenate((self.sites.site[self.rows[picked]], np.flatnonzero(self.sites.forced))))
        found: Array = self.sites.rents[:, used].sum(axis=1)
        return found

    def _holds(self, picked: Array) -> bool:
        spent = self.spends[:, picked].sum(axis=1) + self._rents(picked)
        return bool((spent <= self.limits).all())

    def _improve(self, picked: Array, prices: Array) -> Array:
        """Switch customers to cheaper alternatives as long as the limits allow, what saves most for its spending."""
        import numpy as np

        picked = picked.copy()
        left = self.limits - self.spends[:, picked].sum(axis=1) - self.sites.rents[:, self.opened].sum(axis=1)
        position = self.customer
        for _ in range(SWITCHES):
            saves = self.cost[picked][position] - self.cost
            more = self.spends - self.spends[:, picked][:, position]
            fits = (saves > 0) & (more <= left[:, None]).all(axis=0)
            if not fits.any():
                break
            weight = np.maximum(prices @ more, 1e-9)
            best = int(np.where(fits, saves / weight, -1.0).argmax())
            left = left - more[:, best]
            picked[position[best]] = best
        return picked
