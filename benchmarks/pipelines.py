"""Long pipelines with a few hosted models: ``python -m benchmarks.pipelines [STEPS ...]``.

Generated: every step needs one or two of the next few and runs on the first of the models, or on one of some others;
only so many may be hosted.
What is shared is shared nearby, so that dynamic programming over small bags takes time that is linear in the length;
the general CP-SAT model is given the same limit.
"""

from __future__ import annotations

import argparse
import json
import time
from random import Random
from typing import Any

from decomposer.solvers import cpsat
from decomposer.solvers.answer import Answer, Limits
from decomposer.solvers.engine import load
from decomposer.solvers.selection import Alternative, Pool, Resource, Selection
from decomposer.solvers.solve import solve

STEPS = (100, 300, 1000, 3000)


def pipeline(steps: int, seed: int = 0, models: int = 4, hosted: int | None = 2, window: int = 3) -> Selection:
    """A pipeline.

    Parameters
    ----------
    steps : int
    seed : int
    models : int
    hosted : int, optional
        How many of them may be used; all of them without it.
    window : int
        A step needs steps among so many that follow it.
    """
    random = Random(seed)
    choices = []
    for step in range(steps):
        near = range(step + 1, min(steps, step + 1 + window))
        choices.append(
            tuple(
                Alternative(
                    (random.randint(5, 40),),
                    tuple(random.sample(near, min(len(near), random.choice((1, 2))))),
                    (model,),
                )
                for model in (0, *sorted(random.sample(range(1, models), random.randint(0, models - 1))))
            )
        )
    resources = tuple(Resource((random.randint(10, 60) * steps // 20,)) for _ in range(models))
    pools = () if hosted is None else (Pool(frozenset(range(models)), hosted),)
    return Selection(tuple(choices), (0,), resources=resources, pools=pools)


def measure(steps: int, hosted: int | None, seconds: float) -> dict[str, Any]:
    """One length, with both engines."""
    problem = pipeline(steps, hosted=hosted)
    row: dict[str, Any] = {"steps": steps, "alternatives": sum(map(len, problem.choices)), "hosted": hosted}

    def timed(name: str, begun: float, answer: Answer) -> None:
        spent = round(time.perf_counter() - begun, 3)
        cost = int(answer.value[0]) if answer.value else None
        row[name] = {"backend": answer.backend, "cost": cost, "status": answer.status, "seconds": spent}
        row[name]["bound"] = None if answer.bound is None else int(answer.bound)

    begun = time.perf_counter()
    timed("ours", begun, solve(problem, Limits(seconds=seconds)))
    begun = time.perf_counter()
    timed("cpsat", begun, cpsat.run(problem, Limits(seconds=seconds)))
    return row


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pipelines", description=__doc__)
    parser.add_argument("steps", nargs="*", type=int, default=STEPS, metavar="STEPS")
    parser.add_argument("--time-limit", type=float, default=20.0, metavar="S")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    given = parser.parse_args()
    load("sat.python.cp_model")  # imports are not held against the first instance
    rows = []
    for steps in given.steps:
        for hosted in (2, None):
            rows.append(measure(steps, hosted, given.time_limit))
            if given.format == "text":
                print("  ".join(f"{name} {value}" for name, value in rows[-1].items()), flush=True)
    if given.format == "json":
        print(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
