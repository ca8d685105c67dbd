"""Better answers to hosting problems: open a site, close one, or swap two, whichever saves most.

References
----------
Resende and Werneck (2007), A fast swap-based local search procedure for location problems.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[Any]


def total(opening: Array, serving: Array, opened: Array) -> int:
    """Cost of an answer with these sites open, each customer served from the cheapest."""
    return int(opening[opened].sum()) + int(serving[opened].min(axis=0).sum())


def improve(
    opening: Array,
    serving: Array,
    far: int,
    opened: Array,
    forced: Array,
    pools: Sequence[tuple[Array, int]],
    stop: Callable[[], bool],
) -> tuple[int, Array]:
    """Make the best move as long as one saves.

    Parameters
    ----------
    opening, serving : integer arrays of m and m x n
    far : int
        What serving a customer costs that no open site can serve.
    opened : bool array of m
        Where to start; keeps the pools, and holds all sites of `forced`.
    forced : bool array of m
    pools : sequence of (array of sites, limit)
    stop : function without arguments
        Asked before every move.

    Returns
    -------
    tuple of (cost, bool array of m)

    Notes
    -----
    Time is m n + m s for each move with s sites open, memory m n.
    """
    import numpy as np

    m, n = serving.shape
    inside = np.zeros((len(pools), m), dtype=bool)
    for row, (members, _) in enumerate(pools):
        inside[row, members] = True
    limits = np.array([limit for _, limit in pools], dtype=np.int64)
    opened = opened.copy()
    everyone = np.arange(n)
    while not stop():
        now = np.flatnonzero(opened)
        table = np.vstack((serving[now], np.full((1, n), far, dtype=np.int64)))
        nearest = table.argmin(axis=0)
        first = table[nearest, everyone]
        table[nearest, everyone] = np.iinfo(np.int64).max
        second = np.minimum(table.min(axis=0), far)
        add = np.maximum(first - serving, 0).sum(axis=1) - opening
        extra = np.maximum(second - np.maximum(first, serving), 0)
        # Customers ordered by who serves them: sums over each site's customers are sums of slices.
        order = np.argsort(nearest, kind="stable")
        present, starts = np.unique(nearest[order], return_index=True)
        loss = np.zeros(len(now) + 1, dtype=np.int64)
        saved = np.zeros((m, len(now) + 1), dtype=np.int64)
        loss[present] = np.add.reduceat((second - first)[order], starts)
        saved[:, present] = np.add.reduceat(extra[:, order], starts, axis=1)
        drop = opening[now] - loss[:-1]
        drop = np.where(forced[now], -far, drop)
        swap = add[:, None] + drop[None, :] + saved[:, :-1]
        full = (inside & opened).sum(axis=1) >= limits
        add = np.where(opened | inside[full].any(axis=0), -far, add)
        # A site may come in for another when that leaves every full pool that it is in.
        blocked = (inside[full][:, :, None] & ~inside[full][:, now][:, None, :]).any(axis=0)
        swap = np.where(blocked | opened[:, None] | forced[now][None, :], -far, swap)
        moves = [int(add.max(initial=-far)), int(drop.max(initial=-far)), int(swap.max(initial=-far))]
        best = max(moves)
        if best <= 0:
            break
        if moves[0] == best:
            opened[int(add.argmax())] = True
        elif moves[1] == best:
            opened[now[int(drop.argmax())]] = False
        else:
            come, go = divmod(int(swap.argmax()), len(now))
            opened[come], opened[now[go]] = True, False
    return (total(opening, serving, opened) if opened.any() else far * n), opened
