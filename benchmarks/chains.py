"""How problems of many tasks grow: ``python -m benchmarks.chains``.

Generated problem files of N tasks: a chain; a fan (one text that many tasks read, and one that joins what they write);
layers whose tasks read results of the layer before, each of them shared; and a chain in which two models, of sizes
that are not related, can do every task. Each has a hand design, one task after the other. Seconds of CPU of each phase,
and the greatest memory, of every size in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from random import Random
from tempfile import NamedTemporaryFile
from typing import Any

SIZES = (10, 30, 100, 300, 1000)
LAYER = 5
"""Tasks in a layer."""

_HEAD = """\
problem: {name}
parameters: {{n: tokens in a text, s: size of a small model, m: size of a middling model, l: size of a large model}}
assume: [s <= m, m <= l]
capabilities: {{sort: s, draft: m, judge: l}}
"""
_TWO_MODELS = """\
problem: {name}
parameters: {{n: tokens in a text, s: size of one model, l: size of another}}
capabilities: [sort, draft, judge]
models:
  one: {{size: s, can: [sort, draft, judge]}}
  other: {{size: l, can: [sort, draft, judge]}}
"""
_KINDS = ("sort", "draft", "judge")
_TOKENS = ("n", "1", "20", "n")


def problem(shape: str, tasks: int, seed: int = 0) -> str:
    """A problem file of so many tasks.

    Parameters
    ----------
    shape : {"chain", "fan", "layers", "models"}
    tasks : int
    seed : int
    """
    random = Random(seed)
    reads = _READS["chain" if shape == "models" else shape](tasks, random)
    names = [f"task{number}" for number in range(tasks)]
    lines = [(_TWO_MODELS if shape == "models" else _HEAD).format(name=f"{shape}-{tasks}"), "texts:", "  given: n"]
    lines += [f"  text{number}: {random.choice(_TOKENS)}" for number in range(tasks)]
    lines.append("tasks:")
    for number, read in enumerate(reads):
        texts = ", ".join("given" if one < 0 else f"text{one}" for one in read)
        kind = random.choice(_KINDS)
        lines.append(f"  {names[number]}: {{reads: [{texts}], writes: text{number}, requires: {kind}}}")
    model = ", model: one" if shape == "models" else ""
    lines += ["designs:", "  one-by-one:", *(f"    - {{call: {name}{model}}}" for name in names)]
    return "\n".join(lines) + "\n"


def _chain(tasks: int, random: Random) -> list[list[int]]:
    return [[number - 1] for number in range(tasks)]


def _fan(tasks: int, random: Random) -> list[list[int]]:
    return [*([-1] for _ in range(tasks - 1)), list(range(tasks - 1))]


def _layers(tasks: int, random: Random) -> list[list[int]]:
    found: list[list[int]] = []
    for number in range(tasks):
        first = number // LAYER * LAYER - LAYER
        found.append([-1] if first < 0 else sorted(first + one for one in random.sample(range(LAYER), 2)))
    return found


_READS: dict[str, Callable[[int, Random], list[list[int]]]] = {"chain": _chain, "fan": _fan, "layers": _layers}
SHAPES = ("chain", "fan", "layers", "models")


def measure(shape: str, tasks: int, numbers: bool) -> dict[str, Any]:
    """One size, in this process."""
    from decomposer import compare, load
    from decomposer.report.optimum import document
    from decomposer.report.text import render
    from decomposer.rules import site_of
    from decomposer.search import asymptotic, concrete
    from decomposer.search.unfold import unfold
    from decomposer.verbs.measure import numbered, regime_of
    from decomposer.verbs.optimize import optimize

    clock = Clock()
    with NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(problem(shape, tasks))
        file.flush()
        given = clock("read", load, file.name)
    at = {name: 1000 * (place + 1) for place, name in enumerate(given.parameters)} if numbers else None
    space = clock("unfold", unfold, given)
    if at:
        found, _ = clock("search", concrete.best, site_of(numbered(given, at)))
    else:
        found, _ = clock("search", asymptotic.best, space, regime_of(given))
    result = clock("optimize", lambda: optimize(given, at=at))
    clock("report", lambda: render(document(result)))
    clock("compare", lambda: compare(given, at=at))
    return {
        "shape": shape,
        "tasks": tasks,
        **clock.seconds,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
        "status": result.status,
        "goals": space.graph.or_nodes,
        "designs": len(found),
    }


class Clock:
    """Calls functions, and keeps how long each took."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def __call__(self, name: str, function: Callable[..., Any], *arguments: object) -> Any:
        """Call a function, under this name."""
        start = time.process_time()
        result = function(*arguments)
        self.seconds[name] = round(time.process_time() - start, 3)
        return result


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chains", description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES, metavar="TASKS")
    parser.add_argument("--shape", choices=SHAPES, action="append", help="all by default; may be repeated")
    parser.add_argument("--numbers", action="store_true", help="at numbers for all parameters, not in growth")
    parser.add_argument("--time-limit", type=float, default=600.0, metavar="S", help="seconds for each size")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--here", action="store_true", help="one size, in this process")
    parser.add_argument("--show", action="store_true", help="only print the problem file")
    given = parser.parse_args()
    shapes = given.shape or SHAPES
    if given.show:
        print(problem(shapes[0], given.sizes[0]), end="")
        return
    if given.here:
        print(json.dumps(measure(shapes[0], given.sizes[0], given.numbers)))
        return
    rows = []
    for shape in shapes:
        for size in given.sizes:
            command = [sys.executable, "-m", "benchmarks.chains", str(size), "--here", "--shape", shape]
            command += ["--numbers"] if given.numbers else []
            try:
                done = subprocess.run(command, capture_output=True, text=True, timeout=given.time_limit, check=False)
            except subprocess.TimeoutExpired:
                row = {"shape": shape, "tasks": size, "failed": f"more than {given.time_limit:g} s"}
            else:
                failed = {"shape": shape, "tasks": size, "failed": done.stderr.strip().rpartition("\n")[2]}
                row = json.loads(done.stdout.strip().rpartition("\n")[2]) if not done.returncode else failed
            rows.append(row)
            if given.format == "text":
                print("  ".join(f"{name} {value}" for name, value in row.items()), flush=True)
            if "failed" in row:
                break
    if given.format == "json":
        print(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
