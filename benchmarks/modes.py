"""Multi-mode project scheduling beside plain peers: ``python -m benchmarks.modes FILE... [--time-limit S]``.

Reads PSPLIB and MMLIB ``.mm`` files: tasks with modes, renewable and non-renewable resources, least makespan. The
best values known are read from ``known.csv`` beside a file. Seconds are those of building and solving a model; every
engine gets the same time limit, one after the other, each peer in a process of its own. ``refined`` is the
refinement alone: a population of schedules, then parts of the best made anew; it proves nothing but by its bound.
"""

from __future__ import annotations

import time
from pathlib import Path
from random import Random

from benchmarks.comparison import Row, command_line, known, matches, peer, run
from benchmarks.modes_reader import read
from benchmarks.peers_modes import PEERS
from decomposer.solvers.answer import Limits
from decomposer.solvers.engine import load
from decomposer.solvers.project import Schedule, project
from decomposer.solvers.regions import EACH, Regions
from decomposer.solvers.relaxation import relax
from decomposer.solvers.scheduling import QUICK, RELAXED, SCHEDULES
from decomposer.solvers.selection import Selection
from decomposer.solvers.serial import Effort, Search
from decomposer.solvers.solve import solve
from decomposer.solvers.watch import Watch
from decomposer.solvers.windows import lower_bound, reduce_project


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
    begun, watch = time.perf_counter(), Watch(Limits(seconds=seconds), "refined")
    best: Schedule | None = None
    bound, reached = None, 0.0
    given = project(problem)
    reduced = None if given is None else reduce_project(given)
    if reduced is not None and all(reduced.modes):
        bound = lower_bound(reduced)

        def stop() -> bool:
            return watch.stop() is not None

        def found(schedule: Schedule) -> None:
            nonlocal best, reached
            if best is None or schedule.makespan < best.makespan:
                best, reached = schedule, time.perf_counter() - begun

        search = Search(reduced)
        search.run(Effort(bound, QUICK, stop), found=found)
        if best is not None and best.makespan > bound:
            relaxed = relax(reduced, best.makespan, bound, best, RELAXED, watch)
            bound = min(relaxed.bound, best.makespan)
            search.run(Effort(bound, SCHEDULES, stop), relaxed.schedules, found)
        if best is not None:
            Regions(reduced, Random(0)).run(best, bound, EACH * len(reduced.nodes), stop, found)
    return {
        "cost": None if best is None else best.makespan,
        "bound": bound,
        "proved": best is not None and best.makespan == bound,
        "seconds": time.perf_counter() - begun,
        "reached": reached,
    }


def measure(path: Path, seconds: float, peers: bool) -> Row:
    """All engines on one project."""
    problem, best = read(path), known(path, "best_makespan")
    row: Row = {
        "instance": str(path),
        "known": None if best is None else int(best),
        "ours": ours(problem, seconds),
        "refined": refined(problem, seconds),
    }
    cost = row["ours"]["cost"]
    row["matches"] = matches(cost, best)
    horizon = cost or int(sum(max(mode.duration for mode in modes) for modes in problem.choices))
    arguments = [str(path), "--horizon", str(horizon)]
    kinds = tuple(PEERS) if peers else ()
    row["peers"] = {kind: peer("peers_modes", [kind, *arguments], seconds) for kind in kinds}
    return row


def main() -> None:
    """The command line."""
    parser = command_line(__doc__, "FILE", "a project (.mm)")
    options = parser.parse_args()
    load("sat.python.cp_model")  # imports are not held against the first instance
    run(parser, options, lambda path: measure(path, options.time_limit, not options.no_peers))


if __name__ == "__main__":
    main()
