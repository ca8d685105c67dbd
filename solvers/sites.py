"""Hosting in numbers: which sites to open, when every choice is served by one of them. Exact 64-bit integers.

A selection problem is *hosting-like* when every OR node that can be reached must be done anyway, and what the
alternatives share is at most one thing each that is paid once: a resource, or a leaf of the graph. Then it is
facility location: opening a site costs once, serving a customer (an OR node) from it costs each time; with pools it
holds the p-median problem, and with budgets a hosted catalogue of models.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[Any]

ROOM = 1 << 61
"""Sums stay below this, so that no 64-bit addition or subtraction of two of them can overflow."""

CELLS = 12_000_000
"""Most pairs of a site and a customer that are worked on."""


@dataclass(frozen=True, slots=True, eq=False)
class Sites:
    """A hosting problem; m sites, n customers, k alternatives, r rows that bound a sum.

    Parameters
    ----------
    customers : tuple of int
        OR nodes.
    nodes : tuple of int or None
        For each site the leaf of the graph that it stands for; `None` for a resource, and for the place of the
        alternatives that use nothing.
    resources : tuple of int or None
        For each site its resource.
    opening : array of m
        Costs, scaled to integers.
    site, customer, index, cost : arrays of k
        The alternatives: where, whom, which of the customer's, at what cost.
    forced : array of m
        Sites that every answer uses.
    pools : tuple of (array of sites, limit)
    spends : array of r x k
    rents : array of r x m
        What alternatives and sites spend of each row.
    limits : tuple of int
        Of the rows: relaxed, where a row stands for a product.
    strict : tuple of int
        As `limits`, but so that what keeps them keeps the true limit.
    scale : int
        By which the first level was multiplied.
    span : int
        Several levels are one sum; the first is its integer quotient by this.
    """

    customers: tuple[int, ...]
    nodes: tuple[int | None, ...]
    resources: tuple[int | None, ...]
    opening: Array
    site: Array
    customer: Array
    index: Array
    cost: Array
    forced: Array
    pools: tuple[tuple[Array, int], ...]
    spends: Array
    rents: Array
    limits: tuple[int, ...]
    strict: tuple[int, ...]
    scale: int
    span: int

    def level(self, total: int) -> Fraction:
        """The first level of an answer of this cost; a lower bound on it for a lower bound on the cost."""
        return Fraction(total // self.span, self.scale)

    def dense(self, factor: int = 1, prices: Sequence[int] = ()) -> tuple[Array, Array, Array, int]:
        """Costs of opening and serving, each times `factor` plus its spending at `prices`.

        Returns
        -------
        opening : array of m
        serving : array of m x n
            By the cheapest alternative; `far` where there is none.
        which : array of m x n
            Position of that alternative among the k, -1 where there is none; the first among equals.
        far : int
            More than any answer costs.

        Raises
        ------
        OverflowError
            When sums would not fit into 64 bits.
        """
        import numpy as np

        m, n = len(self.opening), len(self.customers)
        far = self.most(factor, prices) + 1
        if not self.fits(factor, prices):
            raise OverflowError("costs are too far apart for 64-bit integers")
        opening = self.opening * factor
        cost = self.cost * factor
        for row, price in enumerate(prices):
            opening = opening + self.rents[row] * price
            cost = cost + self.spends[row] * price
        serving = np.full((m, n), far, dtype=np.int64)
        which = np.full((m, n), -1, dtype=np.int64)
        # Of several alternatives at one place the last written stays: the cheapest, then the first.
        order = np.lexsort((-np.arange(len(cost)), -cost))
        serving[self.site[order], self.customer[order]] = cost[order]
        which[self.site[order], self.customer[order]] = order
        return opening, serving, which, far

    def fits(self, factor: int = 1, prices: Sequence[int] = ()) -> bool:
        """Whether `dense` is possible."""
        return (self.most(factor, prices) + 1) * (len(self.customers) + 2) < ROOM

    def most(self, factor: int = 1, prices: Sequence[int] = ()) -> int:
        """What an answer costs at most, in integers of any size."""
        total = factor * (_peak(self.cost, self.customer) + sum(map(int, self.opening)))
        for row, price in enumerate(prices):
            total += price * (_peak(self.spends[row], self.customer) + sum(map(int, self.rents[row])))
        return total

    def chosen(self, picked: Iterable[int]) -> dict[int, int]:
        """The answer that takes these of the k alternatives, one for each customer."""
        found: dict[int, int] = {}
        for k in picked:
            found[self.customers[int(self.customer[k])]] = int(self.index[k])
            leaf = self.nodes[int(self.site[k])]
            if leaf is not None:
                found[leaf] = 0
        for place, leaf in enumerate(self.nodes):
            if leaf is not None and self.forced[place]:
                found[leaf] = 0
        return found


def _peak(values: Array, customer: Array) -> int:
    """Sum over customers of the greatest of their values."""
    import numpy as np

    if not len(values):
        return 0
    best = np.zeros(int(customer.max()) + 1, dtype=np.int64)
    np.maximum.at(best, customer, values)
    return sum(map(int, best))
