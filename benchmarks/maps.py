"""How the time of a regime map grows with parameters and designs: ``python -m benchmarks.maps``.

Costs are sums of two or three random monomials, as designs have them; each row is the median and the worst of several
draws. The wholly random costs here overlap more than those of real designs do, so real maps are smaller.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Sequence
from random import Random

from decomposer.expr import ONE, Expr, num, sym
from decomposer.growth import Regime
from decomposer.growth.partition import leaves, partition

DRAWS = 5
SIZES = ((2, 3), (3, 3), (4, 4), (5, 5), (5, 8))


def random_cost(dice: Random, names: Sequence[str]) -> Expr:
    """A sum of monomials with exponents 0, 1 and 2."""
    total = num(0)
    for _ in range(dice.choice((2, 3))):
        term = ONE
        for name in names:
            term = term * sym(name) ** dice.choice((0, 0, 1, 1, 2))
        total = total + term
    return total


def main(argv: Sequence[str] | None = None) -> None:
    """Print a row for each size."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.maps", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--draws", type=int, default=DRAWS)
    given = parser.parse_args(argv)
    print(f"{'parameters':>10} {'designs':>8} {'leaves':>7} {'median s':>9} {'worst s':>8}")
    for parameters, designs in SIZES:
        dice = Random(given.seed)
        names = [f"x{place}" for place in range(parameters)]
        regime = Regime.of((), names)
        seconds, sizes = [], []
        for _ in range(given.draws):
            costs = {f"d{place}": random_cost(dice, names) for place in range(designs)}
            start = time.perf_counter()
            tree = partition(costs, regime)
            seconds.append(time.perf_counter() - start)
            found = tuple(leaves(tree))
            assert all(leaf.verified for leaf in found)
            sizes.append(len(found))
        row = (parameters, designs, int(statistics.median(sizes)), statistics.median(seconds), max(seconds))
        print("{:>10} {:>8} {:>7} {:>9.2f} {:>8.2f}".format(*row), flush=True)


if __name__ == "__main__":
    main()
