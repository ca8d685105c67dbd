"""How time and memory of selection with sharing grow: ``python -m benchmarks.scaling``.

Generated layered graphs with shared sub-results, of 10^3, 10^4 and 10^5 alternatives; each size in a process of its
own, whose greatest memory is reported. Reductions and refinement are timed apart from the whole run.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from random import Random
from typing import Any

from decomposer.solvers import evaluate, sharing
from decomposer.solvers.answer import Limits
from decomposer.solvers.components import scale
from decomposer.solvers.engine import load
from decomposer.solvers.reductions import reduce
from decomposer.solvers.selection import Alternative, Selection

SIZES = (1_000, 10_000, 100_000)


def layered(alternatives: int, seed: int = 0, each: int = 3, layers: int = 12, circles: float = 0.01) -> Selection:
    """A graph whose nodes need nodes of the next two layers, near their own place; few need one above instead.

    Parameters
    ----------
    alternatives : int
        About how many there are in all.
    seed : int
    each : int
        Alternatives of every node.
    layers : int
    circles : float
        Share of needs that point to the layer above, so that circles are possible.
    """
    random = Random(seed)
    width = max(2, alternatives // (each * layers))
    choices = []
    for layer in range(layers):
        for place in range(width):
            ways = []
            for _ in range(each):
                needs: set[int] = set()
                if layer + 1 < layers:
                    for _ in range(random.choice((1, 2, 2, 3))):
                        below = layer + (1 if layer + 2 >= layers or random.random() < 0.8 else 2)
                        if layer and random.random() < circles:
                            below = layer - 1
                        near = (place + random.randint(-8, 8)) % width
                        needs.add(below * width + near)
                ways.append(Alternative((random.randint(1, 100),), tuple(sorted(needs))))
            choices.append(tuple(ways))
    return Selection(tuple(choices), tuple(range(max(1, width // 10))))


def measure(size: int, seconds: float, seed: int) -> dict[str, Any]:
    """One size, in this process."""
    load("sat.python.cp_model")
    problem = layered(size, seed)
    start = time.perf_counter()
    reduced = reduce(scale(problem).graph)
    reducing = time.perf_counter() - start
    first: list[float] = []
    start = time.perf_counter()
    answer = sharing.run(
        problem,
        Limits(
            seconds=seconds,
            seed=seed,
            on_progress=lambda progress: first.append(progress.seconds) if progress.value and not first else None,
        ),
    )
    spent = time.perf_counter() - start
    wrong = evaluate.check(problem, answer.chosen)
    return {
        "alternatives": sum(map(len, problem.choices)),
        "left": reduced.graph.size,
        "reduce_s": round(reducing, 3),
        "first_answer_s": round(first[0], 3) if first else None,
        "seconds": round(spent, 3),
        "cost": None if wrong else float(answer.value[0]),
        "bound": None if answer.bound is None else float(answer.bound),
        "gap": None if answer.gap is None else round(float(answer.gap), 4),
        "status": answer.status,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
    }


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES, metavar="ALTERNATIVES")
    parser.add_argument("--time-limit", type=float, default=10.0, metavar="S")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--here", action="store_true", help="one size, in this process")
    given = parser.parse_args()
    if given.here:
        print(json.dumps(measure(given.sizes[0], given.time_limit, given.seed)))
        return
    rows = []
    for size in given.sizes:
        command = [sys.executable, "-m", "benchmarks.scaling", str(size), "--here"]
        command += ["--time-limit", str(given.time_limit), "--seed", str(given.seed)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        rows.append(json.loads(done.stdout.strip().rpartition("\n")[2]))
        if given.format == "text":
            print("  ".join(f"{name} {value}" for name, value in rows[-1].items()), flush=True)
    if given.format == "json":
        print(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
