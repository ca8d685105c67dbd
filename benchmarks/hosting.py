"""Facility location (hosting costs) beside plain peers: ``python -m benchmarks.hosting FILE... [--time-limit S]``.

Reads OR-Library ``cap`` files, capacities left aside; ``generate:SEED`` stands for a generated instance of 100
facilities and 1000 customers. The best values known are read from ``known.csv`` beside a file. Seconds are those of
building and solving a model; every engine gets the same time limit, one after the other, each peer in a process of
its own. ``refined`` is refinement alone: sites added, dropped and swapped, without any bound.
"""

from __future__ import annotations

import sys
import time
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from benchmarks.comparison import Row, command_line, known, matches, peer, run
from benchmarks.hosting_reader import generate, instance
from benchmarks.peers_hosting import PEERS
from decomposer.solvers.answer import Limits
from decomposer.solvers.sites_build import build
from decomposer.solvers.sites_moves import improve
from decomposer.solvers.solve import solve


def ours(name: str, seconds: float) -> Row:
    """What this project finds."""
    problem = instance(name)
    begun = time.perf_counter()
    answer = solve(problem, Limits(seconds=seconds))
    taken = time.perf_counter() - begun
    return {
        "cost": decimal(answer.value[0]) if answer.value else None,
        "bound": None if answer.bound is None else decimal(answer.bound),
        "proved": answer.status == "optimal",
        "seconds": taken,
        "backend": answer.backend,
    }


def refined(name: str) -> Row:
    """What refinement alone finds."""
    problem = instance(name)
    begun = time.perf_counter()
    sites = build(problem)
    cost = None
    if sites is not None:
        opening, serving, _, far = sites.dense()
        least, _ = improve(opening, serving, far, sites.forced.copy(), sites.forced, sites.pools, lambda: False)
        cost = decimal(sites.level(least)) if least < far else None
    seconds = time.perf_counter() - begun
    return {"cost": cost, "bound": None, "proved": False, "seconds": seconds, "reached": seconds}


def decimal(number: int | Fraction) -> str:
    """A number as decimals, exactly: costs are decimals."""
    exact = Fraction(number)
    return str(Decimal(exact.numerator) / Decimal(exact.denominator))


def measure(name: str, seconds: float, python: str | None) -> Row:
    """All engines on one instance; peers where there is an interpreter for them."""
    given = None if name.startswith("generate:") else known(Path(name), "optimum")
    row: Row = {"instance": name, "known": given, "ours": ours(name, seconds), "refined": refined(name)}
    row["matches"] = matches(row["ours"]["cost"], given)
    row["peers"] = {}
    for kind in PEERS if python is not None else ():
        with_python = python if kind == "highs" and python else sys.executable
        one = peer("peers_hosting", [kind, name], seconds, with_python)
        row["peers"][kind] = {**one, "cost": None if one["cost"] is None else decimal(Fraction(one["cost"]))}
    return row


def main() -> None:
    """The command line."""
    parser = command_line(__doc__, "FILE", "an OR-Library cap file, or generate:SEED[:DEAR]", str)
    parser.add_argument(
        "--highs-python", default=sys.executable, help="interpreter for HiGHS, such as one with highspy"
    )
    options = parser.parse_args()
    solve(generate(0, 2, 3))  # so that imports are not held against the first instance
    python = None if options.no_peers else options.highs_python
    provers = [kind for kind in PEERS if kind != "greedy"]
    run(parser, options, lambda name: measure(name, options.time_limit, python), provers)


if __name__ == "__main__":
    main()
