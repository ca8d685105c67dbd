"""Speed beside the peers, in one run, as ratios: ``python -m benchmarks.speed``.

Three figures: CPU of the whole command against bare imports, a warm library call, and growth relations
against sympy's Order and limit on the same questions. Run it on an otherwise idle machine; medians of several
runs are printed, and only ratios should be quoted.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

CASES = Path(__file__).parent.parent / "tests" / "growth" / "growth_cases.json"
ROUNDS = 9


def cpu_of(command: list[str]) -> float:
    """CPU seconds of a finished process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "NO_COLOR": "1"})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def command_line() -> None:
    """CPU of `optimize debugging` against `import click, yaml, pydantic`, in turns."""
    ours, bare = [], []
    for _ in range(ROUNDS):
        bare.append(cpu_of([sys.executable, "-c", "import click, yaml, pydantic"]))
        ours.append(cpu_of([sys.executable, "-m", "decomposer", "optimize", "debugging"]))
    ratio = statistics.median(a / b for a, b in zip(ours, bare, strict=True))
    print(f"optimize debugging, CPU     {statistics.median(ours) * 1e3:8.0f} ms")
    print(f"import click, yaml, pydantic{statistics.median(bare) * 1e3:8.0f} ms   ratio {ratio:.2f} (aim: under 2.5)")


def library() -> None:
    """A warm call of `optimize`."""
    from decomposer import load, optimize

    problem = load("debugging")
    optimize(problem)
    times = [timed(optimize, problem) for _ in range(30)]
    print(f"warm optimize(debugging)    {statistics.median(times) * 1e3:8.1f} ms   (aim: under 20)")


def timed(call: Callable[..., Any], *args: Any) -> float:
    """Seconds that a call takes."""
    start = time.perf_counter()
    call(*args)
    return time.perf_counter() - start


def growth() -> None:
    """Median relation on several variables against sympy's Order and, for one variable, limit."""
    import sympy

    from decomposer.growth import relation

    ratios: dict[str, list[float]] = {"single": [], "multi": []}
    for case in json.loads(CASES.read_text())["comparisons"]:
        ours = timed(_ours, relation, case)
        symbols = {name: sympy.Symbol(name, positive=True) for name in case["vars"]}
        f, g = (sympy.sympify(case[key], locals=symbols) for key in ("f", "g"))
        try:
            theirs = timed(_theirs, sympy, f, g, list(symbols.values()))
        except (NotImplementedError, ValueError, TypeError, RecursionError):
            continue  # sympy gives no answer; that it needs less time for none is no comparison
        ratios[case["cls"]].append(theirs / ours)
    for name, found in ratios.items():
        print(
            f"sympy / decomposer, {name:6s}  {statistics.median(found):8.1f} times   "
            f"({len(found)} questions{'; aim: 20' if name == 'multi' else ''})"
        )


def _ours(relation: Callable[..., Any], case: dict[str, Any]) -> None:
    relation(case["f"], case["g"], assume=case["assumptions"], unbounded=case["unbounded"])


def _theirs(sympy: Any, f: Any, g: Any, variables: list[Any]) -> None:
    if len(variables) == 1:
        sympy.limit(f / g, variables[0], sympy.oo)
    else:
        points = [(variable, sympy.oo) for variable in variables]
        sympy.Order(f, *points).contains(g)
        sympy.Order(g, *points).contains(f)


if __name__ == "__main__":
    command_line()
    library()
    growth()
