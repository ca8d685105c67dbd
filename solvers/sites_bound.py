"""Lower bounds for hosting: a price for each customer, exactly evaluated, and raised by subgradients.

With price v for serving a customer, a site is worth opening when what it can earn, sum (v - cost)+, exceeds its
opening cost; each pool lets only the best few be opened. Prices of any kind give a bound (Lagrangian relaxation of
"every customer is served"); the best equal the linear relaxation with one row per pair of site and customer. They
are found in floating point, rounded to integers, and the bound is evaluated in integers.

References
----------
Erlenkotter (1978), A dual-based procedure for uncapacitated facility location. Polyak (1969), Minimization of
unsmooth functionals. Beasley (1993), Lagrangean heuristics for location problems.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[Any]

Group: TypeAlias = "tuple[Array, int]"
"""Sites of which at most so many may be opened; groups are disjoint."""


@dataclass(frozen=True, slots=True, eq=False)
class Priced:
    """What prices prove.

    Parameters
    ----------
    bound : int
    change : array of m
        At least how much the bound rises when the site is taken out of what the relaxation opens, or put into it.
    open : array of m
        Sites that the relaxation opens.
    """

    bound: int
    change: Array
    open: Array


def price(opening: Array, serving: Array, prices: Array, groups: Sequence[Group]) -> Priced:
    """The exact bound of integer prices, none above what keeps sums within 64 bits."""
    import numpy as np

    gains = prices - serving
    np.maximum(gains, 0, out=gains)
    net = opening - gains.sum(axis=1)
    opened = net < 0
    change = np.abs(net)
    for members, limit in groups:
        if limit >= len(members):
            continue
        order = members[np.argsort(net[members], kind="stable")]
        inside, outside = order[:limit], order[limit:]
        opened[outside] = False
        # Taking one out lets the next in; putting one in puts the last out.
        following = min(0, int(net[outside[0]]))
        change[inside] = np.where(net[inside] < 0, following - net[inside], net[inside])
        last = min(0, int(net[inside[-1]])) if limit else 0
        change[outside] = net[outside] - last
    return Priced(int(prices.sum()) + int(net[opened].sum()), change, opened)


@dataclass(slots=True)
class Ascent:
    """The prices found, how often each site was open on the way, and how many rounds it took."""

    prices: Array
    bound: float
    often: Array
    rounds: int


def ascend(
    opening: Array,
    serving: Array,
    prices: Array,
    low: Array,
    high: Array,
    groups: Sequence[Group],
    target: float,
    rounds: int,
    stop: Callable[[], bool],
) -> Ascent:
    """Raise the bound by a subgradient method with Polyak's step and a memory of the direction.

    Parameters
    ----------
    opening, serving : float arrays of m and m x n
    prices, low, high : float arrays of n
        Where to start, and the range of each price.
    groups : sequence of Group
    target : float
        Cost of the best answer known; the ascent ends when it is reached.
    rounds : int
        At most so many evaluations, each linear in m n.
    stop : function without arguments
        Asked in every round.
    """
    import numpy as np

    prices = np.clip(prices, low, high)
    best, kept = -np.inf, prices
    step, failures = 1.0, 0
    direction = np.zeros(len(prices))
    often = np.zeros(len(opening))
    gains = np.empty_like(serving)
    done = 0
    for done in range(1, rounds + 1):  # noqa: B007 - how many there were is told
        np.subtract(prices, serving, out=gains)
        np.maximum(gains, 0, out=gains)
        net = opening - gains.sum(axis=1)
        opened = net < 0
        for members, limit in groups:
            if int(opened[members].sum()) > limit:
                order = np.argsort(net[members], kind="stable")
                opened[members[order[limit:]]] = False
        bound = float(prices.sum() + net[opened].sum())
        often += 0.1 * (opened - often)
        if bound > best:
            if bound > best + 1e-4 * (target - best):
                failures = 0
            best, kept = bound, prices
        else:
            failures += 1
        if target - best < 1 or stop():
            break
        if failures >= 12:
            step, failures, prices = step / 2, 0, kept
            direction = np.zeros(len(prices))
            if step < 1e-3:
                break
        direction = 1.0 - (gains[opened] > 0).sum(axis=0) + 0.5 * direction
        # What would leave the range does not count as length.
        direction = np.where(((prices <= low) & (direction < 0)) | ((prices >= high) & (direction > 0)), 0, direction)
        length = float(direction @ direction)
        if length == 0:
            break
        prices = np.clip(prices + step * (target - bound) / length * direction, low, high)
    return Ascent(kept, best, often, done)


def disjoint(pools: Sequence[tuple[Array, int]], opened: Array) -> list[tuple[int, Array, int]]:
    """Pools by number over sites not open yet, each site in the tightest of its pools, with what is left of them."""
    import numpy as np

    left = [limit - int(opened[members].sum()) for members, limit in pools]
    groups: list[tuple[int, Array, int]] = []
    taken: set[int] = set()
    for rest, number in sorted(zip(left, range(len(left)), strict=True)):
        some = [int(j) for j in pools[number][0] if not opened[j] and int(j) not in taken]
        taken.update(some)
        if rest < len(some):
            groups.append((number, np.array(some, dtype=np.int64), max(0, rest)))
    return groups
