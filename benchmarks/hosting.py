"""Facility location (hosting costs) beside plain peers: ``python -m benchmarks.hosting FILE... [--time-limit S]``.

Reads OR-Library ``cap`` files, capacities left aside; ``generate:SEED`` stands for a generated instance of 100
facilities and 1000 customers. The best values known are read from ``known.csv`` beside a file. Seconds are those of
building and solving a model; every engine gets the same time limit, one after the other, each peer in a process of
its own. ``refined`` is refinement alone: sites added, dropped and swapped, without any bound.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import subprocess
import sys
import time
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from benchmarks.hosting_reader import Unreadable, generate, instance
from benchmarks.peers_hosting import PEERS
from decomposer.solvers.answer import Limits
from decomposer.solvers.sites_build import build
from decomposer.solvers.sites_moves import improve
from decomposer.solvers.solve import solve

Row = dict[str, Any]


def known(name: str) -> Decimal | None:
    """The best value known, from the table beside the file."""
    table = Path(name).with_name("known.csv")
    if name.startswith("generate:") or not table.exists():
        return None
    with table.open(encoding="utf-8") as lines:
        values = {row["file"]: row["optimum"] for row in csv.DictReader(lines)}
    return Decimal(values[Path(name).name]) if values.get(Path(name).name) else None


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
    return {"cost": cost, "bound": None, "proved": False, "seconds": time.perf_counter() - begun}


def decimal(number: int | Fraction) -> str:
    """A number as decimals, exactly: costs are decimals."""
    exact = Fraction(number)
    return str(Decimal(exact.numerator) / Decimal(exact.denominator))


def peer(kind: str, name: str, seconds: float, python: str) -> Row:
    """What a peer finds; only that it failed, where it did."""
    command = [python, "-m", "benchmarks.peers_hosting", kind, name, "--time-limit", str(seconds)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=3 * seconds + 60, check=False)
        row: Row = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        return {"cost": None, "bound": None, "proved": False, "seconds": seconds}
    except ValueError:
        print(f"{kind} failed on {name}: {done.stderr[-300:]}", file=sys.stderr)
        return {"cost": None, "bound": None, "proved": False, "seconds": None}
    if row["cost"] is not None:
        row["cost"] = decimal(Fraction(row["cost"]))
    return row


def matches(cost: str | None, best: Decimal | None) -> bool | None:
    """Whether a cost is no worse than the best known, to the digits in which that is given."""
    if cost is None or best is None:
        return None
    step = Decimal(1).scaleb(int(best.as_tuple().exponent))
    return Decimal(cost) < best + step


def ratios(rows: list[Row], least: float) -> list[float]:
    """Time of the better peer that proves over ours, where that peer takes at least so many seconds.

    Where no peer proves but we do, the time of the peers counts as it is: the ratio is then at least so much.
    """
    found = []
    for row in rows:
        peers = [p for kind, p in row["peers"].items() if kind != "greedy" and p["seconds"] is not None]
        times = [p["seconds"] for p in peers if p["proved"]]
        if not times and row["ours"]["proved"]:
            times = [p["seconds"] for p in peers]
        if times and min(times) >= least:
            found.append(min(times) / row["ours"]["seconds"])
    return found


def mean(values: list[float]) -> float | None:
    """Geometric."""
    return math.exp(sum(map(math.log, values)) / len(values)) if values else None


def shown(row: Row) -> str:
    """One line for one instance."""
    cells = [f"{Path(row['instance']).name:<14}", f"known {row['known'] or '?':>12}"]
    for kind, one in (("ours", row["ours"]), ("refined", row["refined"]), *row["peers"].items()):
        if one["seconds"] is None:
            cells.append(f"{kind} failed")
            continue
        bound = "?" if one["bound"] is None else f"{float(one['bound']):.3f}"
        sign = "=" if one["proved"] else "+"
        cells.append(f"{kind} {one['cost'] or '?'}{sign} (bound {bound}) {one['seconds']:.2f} s")
    return "  ".join(cells)


def main() -> None:
    """Run ours and the peers on each instance, print a line for each, and the means of the ratios of time."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("instances", nargs="+", metavar="FILE", help="an OR-Library cap file, or generate:SEED[:DEAR]")
    parser.add_argument("--time-limit", type=float, default=60.0, metavar="S", help="seconds for each engine")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument(
        "--highs-python", default=sys.executable, help="interpreter for HiGHS, such as one with highspy"
    )
    options = parser.parse_args()
    solve(generate(0, 2, 3))  # so that imports are not held against the first instance
    rows: list[Row] = []
    for name in options.instances:
        try:
            row: Row = {"instance": name, "ours": ours(name, options.time_limit), "refined": refined(name)}
        except (OSError, Unreadable) as error:
            parser.exit(2, f"{error}\n")
        best = known(name)
        row["known"] = None if best is None else str(best)
        row["matches"] = matches(row["ours"]["cost"], best)
        kinds = () if options.no_peers else tuple(PEERS)
        python = {"highs": options.highs_python}
        row["peers"] = {k: peer(k, name, options.time_limit, python.get(k, sys.executable)) for k in kinds}
        rows.append(row)
        if options.format == "text":
            print(shown(row), flush=True)
    summary = {
        "proved": sum(row["ours"]["proved"] for row in rows),
        "instances": len(rows),
        "ratio": mean(ratios(rows, 0.0)),
        "ratio_over_a_second": mean(ratios(rows, 1.0)),
    }
    if options.format == "json":
        json.dump({"rows": rows, "summary": summary}, sys.stdout, indent=1)
        print()
        return
    print(f"proved {summary['proved']} of {summary['instances']}")
    if not options.no_peers:
        for words, key in (("all", "ratio"), ("those over a second", "ratio_over_a_second")):
            value = summary[key]
            print(
                f"better peer's time over ours, geometric mean over {words}: {'-' if value is None else f'{value:.1f}'}"
            )


if __name__ == "__main__":
    main()
