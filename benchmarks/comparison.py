"""What the benchmarks beside peers have in common: peers in processes of their own, ratios of time, what is printed.

A row holds what every engine found on one instance: its `cost`, the `bound` that it proved, whether that is `proved`
to be the least, and `seconds`; `ours`, `refined` (without a proof) and `peers` by name. Of what is refined, `reached`
is when its answer was found.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import subprocess
import sys
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

Row = dict[str, Any]

Number = str | float | None

LEAST = 1e-3
"""Seconds that count at least, so that no ratio is one of noise."""


def known(path: Path, column: str) -> str | None:
    """The best value known, from ``known.csv`` beside a file."""
    table = path.with_name("known.csv")
    if not table.is_file():
        return None
    with table.open(encoding="utf-8") as lines:
        return next((row[column] for row in csv.DictReader(lines) if row.get("file") == path.name), None) or None


def matches(cost: Number, best: str | None) -> bool | None:
    """Whether a cost is no worse than the best known, to the digits in which that is given; whole numbers are exact."""
    if cost is None or best is None:
        return None
    digits, mine = Decimal(best), Decimal(str(cost))
    last = int(digits.as_tuple().exponent)
    return mine <= digits or (last < 0 and mine < digits + Decimal(1).scaleb(last))


def peer(module: str, arguments: Sequence[str], seconds: float, python: str = sys.executable) -> Row:
    """What a peer finds, in a process of its own; only that it failed, where it did."""
    nothing: Row = {"cost": None, "bound": None, "proved": False}
    command = [python, "-m", f"benchmarks.{module}", *arguments, "--time-limit", str(seconds)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=3 * seconds + 60, check=False)
    except subprocess.TimeoutExpired:
        return {**nothing, "seconds": seconds}
    try:
        row: Row = json.loads(done.stdout.strip().rpartition("\n")[2])  # solvers print banners
    except ValueError:
        print(f"{' '.join(command[2:])} failed: {done.stderr[-300:]}", file=sys.stderr)
        return {**nothing, "seconds": None}
    return row


def best_peer(row: Row, provers: Sequence[str] = ()) -> float | None:
    """Time of the best peer that proves.

    Where no peer proves but we do, the time that the peers had counts as it is. Only `provers` count, where they are
    named.
    """
    named = row["peers"].items()
    peers = [one for name, one in named if (not provers or name in provers) and one["seconds"] is not None]
    times = [one["seconds"] for one in peers if one["proved"]]
    if not times and row["ours"]["proved"]:
        times = [one["seconds"] for one in peers]
    return min(times, default=None)


def ratios(
    rows: Sequence[Row],
    least: float,
    provers: Sequence[str] = (),
    ours: Callable[[Row], float] = lambda row: row["ours"]["seconds"],
) -> list[float]:
    """Time of the best peer that proves over ours, where that peer takes at least so many seconds."""
    times = [(best_peer(row, provers), ours(row)) for row in rows]
    return [max(best, LEAST) / max(own, LEAST) for best, own in times if best is not None and best >= least]


def close(row: Row) -> bool:
    """Whether refinement alone comes within 1 % of the best cost known or seen."""
    engines = [row["ours"], *row["peers"].values(), {"cost": row["known"]}]
    costs = [Fraction(one["cost"]) for one in engines if one["cost"] is not None]
    found = row["refined"]["cost"]
    return found is not None and 100 * Fraction(found) <= 101 * min(costs)


def mean(values: Sequence[float]) -> float | None:
    """Geometric."""
    return math.exp(sum(map(math.log, values)) / len(values)) if values else None


def summary(rows: Sequence[Row], provers: Sequence[str] = ()) -> Row:
    """How much is proved, and the means of the ratios of time."""
    near = [row for row in rows if close(row)]
    return {
        "instances": len(rows),
        "proved": sum(row["ours"]["proved"] for row in rows),
        "worse_than_known": sum(row["matches"] is False for row in rows),
        "ratio": mean(ratios(rows, 0.0, provers)),
        "ratio_over_a_second": mean(ratios(rows, 1.0, provers)),
        "instances_over_a_second": len(ratios(rows, 1.0, provers)),
        "refined_within_a_hundredth": len(near),
        "ratio_of_refined": mean(ratios(near, 0.0, provers, lambda row: row["refined"]["reached"])),
        "ratio_of_refined_over_a_second": mean(ratios(near, 1.0, provers, lambda row: row["refined"]["reached"])),
    }


def shown(row: Row) -> str:
    """One line for one instance."""
    cells = [f"{Path(row['instance']).name:<24}", f"known {row['known'] or '?':>10}"]
    for kind, one in (("ours", row["ours"]), ("refined", row["refined"]), *row["peers"].items()):
        if one["seconds"] is None:
            cells.append(f"{kind} failed")
            continue
        bound = "?" if one["bound"] is None else f"{float(Fraction(one['bound'])):.10g}"
        cost = "?" if one["cost"] is None else one["cost"]
        reached = f", reached at {one['reached']:.2f} s" if "reached" in one else ""
        cells.append(f"{kind} {cost}{'=' if one['proved'] else '+'} (bound {bound}) {one['seconds']:.2f} s{reached}")
    return "  ".join(cells)


def command_line(about: str | None, metavar: str, words: str, kind: Callable[[str], Any] = Path) -> Any:
    """The options that all comparisons have."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("instances", nargs="+", type=kind, metavar=metavar, help=words)
    parser.add_argument("--time-limit", type=float, default=60.0, metavar="S", help="seconds for each engine")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--no-peers", action="store_true")
    return parser


def run(parser: Any, options: Any, measure: Callable[[Any], Row], provers: Sequence[str] = ()) -> None:
    """Measure every instance, print a line for each, and the means of the ratios of time.

    Instances that cannot be read end the run with a message: `measure` raises a `ValueError` or an `OSError` for them.
    """
    rows: list[Row] = []
    for instance in options.instances:
        try:
            rows.append(measure(instance))
        except (OSError, ValueError) as error:
            parser.exit(2, f"{error}\n")
        if options.format == "text":
            print(shown(rows[-1]), flush=True)
    means = summary(rows, provers)
    if options.format == "json":
        json.dump({"rows": rows, "summary": means}, sys.stdout, indent=1)
        print()
        return
    print(f"proved {means['proved']} of {means['instances']}, worse than known {means['worse_than_known']}")
    if not options.no_peers:
        slow = f"the {means['instances_over_a_second']} over a second"
        near = f"refinement's, where within 1 % ({means['refined_within_a_hundredth']} of {means['instances']})"
        for whose, words, key in (
            ("ours", "all", "ratio"),
            ("ours", slow, "ratio_over_a_second"),
            (near, "all", "ratio_of_refined"),
            (near, "those over a second", "ratio_of_refined_over_a_second"),
        ):
            value = "-" if means[key] is None else f"{means[key]:.1f}"
            print(f"best peer's time over {whose}, geometric mean over {words}: {value}")
