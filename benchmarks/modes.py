"""Multi-mode project scheduling beside plain peers: ``python -m benchmarks.modes FILE... [--time-limit S]``.

Reads PSPLIB and MMLIB ``.mm`` files: tasks with modes, renewable and non-renewable resources, least makespan. The
best values known are read from ``known.csv`` beside a file. Seconds are those of building and solving a model; every
engine gets the same time limit, one after the other, each peer in a process of its own. ``refined`` is the
refinement alone: a population of schedules, then parts of the best made anew; it proves nothing but by its bound.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.modes_reader import Unreadable, read
from benchmarks.peers_modes import PEERS
from decomposer.solvers.answer import Limits
from decomposer.solvers.engine import load
from decomposer.solvers.project import project
from decomposer.solvers.regions import EACH, Regions
from decomposer.solvers.scheduling import SCHEDULES
from decomposer.solvers.selection import Selection
from decomposer.solvers.serial import Effort, Search
from decomposer.solvers.solve import solve
from decomposer.solvers.windows import lower_bound, reduce_project

Row = dict[str, Any]


def known(path: Path) -> int | None:
    """The best makespan known, from the table beside the file."""
    table = path.with_name("known.csv")
    if not table.exists():
        return None
    with table.open(encoding="utf-8") as lines:
        values = {row["file"]: row["best_makespan"] for row in csv.DictReader(lines)}
    return int(values[path.name]) if values.get(path.name) else None


def ours(problem: Selection, seconds: float) -> Row:
    """What this project finds."""
    begun = time.perf_counter()
    answer = solve(problem, Limits(seconds=seconds))
    taken = time.perf_counter() - begun
    return {
        "cost": int(answer.value[0]) if answer.value else None,
        "bound": None if answer.bound is None else int(answer.bound),
        "proved": answer.status in ("optimal", "infeasible"),
        "seconds": taken,
        "backend": answer.backend,
    }


def refined(problem: Selection, seconds: float) -> Row:
    """What refinement alone finds."""
    begun = time.perf_counter()
    best, bound = None, None
    given = project(problem)
    reduced = None if given is None else reduce_project(given)
    if reduced is not None and all(reduced.modes):
        bound = lower_bound(reduced)
        effort = Effort(bound, SCHEDULES, lambda: time.perf_counter() - begun > seconds)
        best = Search(reduced).run(effort)
        if best is not None:
            work = EACH * len(reduced.nodes)
            best = Regions(reduced, Random(0)).run(best, bound, work, effort.stop, lambda _: None)
    return {
        "cost": None if best is None else best.makespan,
        "bound": bound,
        "proved": best is not None and best.makespan == bound,
        "seconds": time.perf_counter() - begun,
    }


def peer(kind: str, path: Path, seconds: float, horizon: int) -> Row:
    """What a peer finds; without cost where it fails."""
    command = [sys.executable, "-m", "benchmarks.peers_modes", kind, str(path), "--time-limit", str(seconds)]
    command += ["--horizon", str(horizon)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=3 * seconds + 60, check=False)
        row: Row = json.loads(done.stdout.strip().splitlines()[-1])
    except (subprocess.TimeoutExpired, ValueError, IndexError):
        return {"cost": None, "bound": None, "proved": False, "seconds": math.inf}
    return row


def ratios(rows: list[Row], least: float) -> list[float]:
    """Time of the best peer over ours, where that peer takes at least so many seconds.

    The best is the quickest to prove; where none proves, the ratio is to the time they had, and so at least that.
    """
    found = []
    for row in rows:
        peers = row["peers"].values()
        times = [one["seconds"] for one in peers if one["proved"]] or [one["seconds"] for one in peers]
        if times and row["ours"]["proved"] and math.isfinite(min(times)) and min(times) >= least:
            found.append(min(times) / row["ours"]["seconds"])
    return found


def mean(values: list[float]) -> float | None:
    """Geometric."""
    return math.exp(sum(map(math.log, values)) / len(values)) if values else None


def shown(row: Row) -> str:
    """One line for one instance."""
    cells = [f"{Path(row['instance']).name:<24}", f"known {row['known'] or '?':>4}"]
    for kind, one in (("ours", row["ours"]), ("refined", row["refined"]), *row["peers"].items()):
        bound = "?" if one["bound"] is None else f"{one['bound']:.4g}"
        cost = "?" if one["cost"] is None else one["cost"]
        cells.append(f"{kind} {cost}{'=' if one['proved'] else '+'} (bound {bound}) {one['seconds']:.2f} s")
    return "  ".join(cells)


def main() -> None:
    """Run ours and the peers on each instance, print a line for each, and the means of the ratios of time."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("instances", nargs="+", type=Path, metavar="FILE", help="a project (.mm)")
    parser.add_argument("--time-limit", type=float, default=60.0, metavar="S", help="seconds for each engine")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--no-peers", action="store_true")
    options = parser.parse_args()
    load("sat.python.cp_model")  # imports are not held against the first instance
    rows: list[Row] = []
    for path in options.instances:
        try:
            problem = read(path)
        except (OSError, Unreadable) as error:
            parser.exit(2, f"{error}\n")
        row: Row = {
            "instance": str(path),
            "known": known(path),
            "ours": ours(problem, options.time_limit),
            "refined": refined(problem, options.time_limit),
        }
        best = row["ours"]["cost"]
        row["matches"] = None if row["known"] is None or best is None else best <= row["known"]
        horizon = best or int(sum(max(mode.duration for mode in modes) for modes in problem.choices))
        kinds = () if options.no_peers else tuple(PEERS)
        row["peers"] = {kind: peer(kind, path, options.time_limit, horizon) for kind in kinds}
        rows.append(row)
        if options.format == "text":
            print(shown(row), flush=True)
    summary = {
        "instances": len(rows),
        "proved": sum(row["ours"]["proved"] for row in rows),
        "worse_than_known": sum(row["matches"] is False for row in rows),
        "ratio": mean(ratios(rows, 0.0)),
        "ratio_over_a_second": mean(ratios(rows, 1.0)),
    }
    if options.format == "json":
        json.dump({"rows": rows, "summary": summary}, sys.stdout, indent=1)
        print()
        return
    print(f"proved {summary['proved']} of {summary['instances']}, worse than known {summary['worse_than_known']}")
    if not options.no_peers:
        for words, key in (("all", "ratio"), ("those over a second", "ratio_over_a_second")):
            value = summary[key]
            print(
                f"best peer's time over ours, geometric mean over {words}: {'-' if value is None else f'{value:.1f}'}"
            )


if __name__ == "__main__":
    main()
