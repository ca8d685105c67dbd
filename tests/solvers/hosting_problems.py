"""Small random hosting problems, by seed."""

from __future__ import annotations

import random
from fractions import Fraction

from decomposer.solvers.selection import Alternative, Level, Number, Pool, Resource, Selection


def hosted(seed: int, budgets: int = 0, levels: int = 1, reliable: bool = False, both: bool = False) -> Selection:
    """Up to six customers and five sites: resources, or leaves of the graph; with pools, and needs among customers.

    Parameters
    ----------
    budgets, levels : int
        How many.
    reliable : bool
        Whether alternatives may fail, and a limit says how often.
    both : bool
        Whether some alternatives use two things.
    """
    rng = random.Random(seed)
    customers, sites = rng.randint(1, 6), rng.randint(1, 5)
    parts = levels if levels > 1 else rng.choice((1, 2))
    leaves = rng.random() < 0.3
    fractions = rng.random() < 0.4

    def number(most: int) -> Number:
        return Fraction(rng.randint(0, 3 * most), rng.randint(1, 4)) if fractions else rng.randint(0, most)

    def numbers(most: int, count: int) -> tuple[Number, ...]:
        return tuple(number(most) for _ in range(count))

    def success() -> Fraction:
        return Fraction(rng.randint(6, 10), 10) if reliable else Fraction(1)

    def alternative(node: int) -> Alternative:
        used = rng.sample(range(sites), min(sites, 2 if both and rng.random() < 0.3 else 1))
        if rng.random() < 0.1:
            used = []
        following = tuple(range(node + 1, min(node + 2, customers))) if chained else ()
        return Alternative(
            costs=numbers(9, parts),
            needs=following + tuple(customers + site for site in used if leaves),
            uses=tuple(site for site in used if not leaves),
            spends=numbers(5, budgets),
            success=success(),
        )

    chained = rng.random() < 0.4
    choices = [tuple(alternative(node) for _ in range(rng.randint(1, 4))) for node in range(customers)]
    resources: tuple[Resource, ...] = ()
    if leaves:
        choices += [(Alternative(numbers(9, parts), spends=numbers(4, budgets), success=success()),)] * sites
    else:
        resources = tuple(Resource(numbers(9, parts), numbers(4, budgets)) for _ in range(sites))
    pools = tuple(
        Pool(frozenset(rng.sample(range(sites), rng.randint(1, sites))), rng.choice((0, 1, 1, 2)))
        for _ in range(0 if leaves else rng.choice((0, 1, 2)))
    )
    return Selection(
        choices=tuple(choices),
        roots=(0,) if chained else tuple(range(customers)),
        components=parts,
        levels=tuple(Level(tuple(rng.choice((0, 1, 2, Fraction(1, 2))) for _ in range(parts))) for _ in range(levels)),
        resources=resources,
        pools=pools,
        budgets=tuple(number(3 * customers) + rng.randint(1, 4 * customers) for _ in range(budgets)),
        reliability=Fraction(rng.randint(1, 60), 100) if reliable else None,
    )
