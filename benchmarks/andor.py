"""Selections with sharing on serialized e-graphs, beside plain peers: ``python -m benchmarks.andor FILE...``.

Files are JSON of the public extraction-gym collection, where a term of least cost is sought whose shared parts are
paid once. Every engine gets the same time limit; peers run in processes of their own. Costs are recomputed exactly.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import subprocess
import sys
import time
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from decomposer.solvers import evaluate, sharing
from decomposer.solvers.answer import Limits
from decomposer.solvers.components import scale
from decomposer.solvers.engine import load
from decomposer.solvers.greedy import Board, construct
from decomposer.solvers.reductions import reduce
from decomposer.solvers.refine import refine
from decomposer.solvers.selection import Alternative, Number, Selection

PEERS = ("bottom-up", "greedy-dag", "cpsat", "highs")
PROVERS = ("cpsat", "highs")

Row = dict[str, Any]


class Unreadable(ValueError):
    """The file is no serialized e-graph."""


def read(path: Path) -> Selection:
    """Read an e-graph: classes are OR nodes, nodes their alternatives, each cost counts once.

    A child may name a node, any of whose class will do, or a class. Costs are exact decimals.

    Raises
    ------
    Unreadable
        With what is wrong.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        nodes: dict[str, dict[str, Any]] = data["nodes"]
        classes = {name: place for place, name in enumerate(dict.fromkeys(node["eclass"] for node in nodes.values()))}
        roots = tuple(dict.fromkeys(_class(str(name), nodes, classes) for name in data["root_eclasses"]))
        choices: list[list[Alternative]] = [[] for _ in classes]
        for name, node in nodes.items():
            needs = dict.fromkeys(_class(child, nodes, classes) for child in node["children"])
            choices[classes[node["eclass"]]].append(Alternative((_cost(node["cost"]),), tuple(needs), name=name))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unreadable(f"{path}: no serialized e-graph: {type(error).__name__}: {error}") from error
    return Selection(tuple(map(tuple, choices)), roots, names=tuple(classes))


def _class(name: str, nodes: dict[str, dict[str, Any]], classes: dict[str, int]) -> int:
    if name in nodes:
        return classes[nodes[name]["eclass"]]
    return classes[name]


def _cost(cost: int | Decimal) -> Number:
    exact = Fraction(cost)
    if exact < 0:
        raise ValueError(f"cost {cost} is negative")
    return exact.numerator if exact.denominator == 1 else exact


def ours(problem: Selection, seconds: float, seed: int) -> Row:
    """The backend for sharing, to its proof or the limit."""
    start = time.perf_counter()
    answer = sharing.run(problem, Limits(seconds=seconds, seed=seed))
    spent = time.perf_counter() - start
    return _row("decomposer", problem, answer.chosen, answer.bound, answer.status == "optimal", spent)


def refined(problem: Selection, seconds: float, seed: int) -> Row:
    """Reductions, greedy construction and greedy refinement, without any proof."""
    start = time.perf_counter()

    def stop() -> bool:
        return time.perf_counter() - start > seconds

    reduced = reduce(scale(problem).graph, stop=stop)
    board = Board(reduced.graph)
    construct(board, stop)
    refine(board, stop, seed)
    chosen = reduced.restore(board.chosen())
    return _row("refinement", problem, chosen, None, False, time.perf_counter() - start)


def _row(engine: str, problem: Selection, chosen: Any, bound: Number | None, proved: bool, seconds: float) -> Row:
    wrong = evaluate.check(problem, chosen) if chosen else ["no answer"]
    return {
        "engine": engine,
        "cost": None if wrong else float(evaluate.value(problem, chosen)[0]),
        "bound": None if bound is None else float(bound),
        "proved": proved and not wrong,
        "seconds": round(seconds, 3),
    }


def peer(name: str, path: Path, seconds: float) -> Row:
    """A peer in a process of its own; its seconds are without start and reading."""
    command = [sys.executable, "-m", "benchmarks.peers_andor", name, str(path), "--time-limit", str(seconds)]
    nothing = {"engine": name, "cost": None, "bound": None, "proved": False, "seconds": seconds}
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=3 * seconds + 60, check=False)
    except subprocess.TimeoutExpired:
        return {**nothing, "failed": "did not stop"}
    if done.returncode:
        return {**nothing, "failed": done.stderr.strip().rpartition("\n")[2]}
    row: Row = json.loads(done.stdout.strip().rpartition("\n")[2])  # solvers print banners
    return row


def known(path: Path) -> dict[str, Any]:
    """What ``known.csv`` beside the file says of it, if anything."""
    table = path.with_name("known.csv")
    if not table.is_file():
        return {}
    with table.open(encoding="utf-8") as file:
        return next((row for row in csv.DictReader(file) if row.get("file") == path.name), {})


def measure(path: Path, seconds: float, seed: int, peers: Sequence[str]) -> Row:
    """All engines on one file."""
    problem = read(path)
    best = known(path).get("best")
    rows = [refined(problem, seconds, seed), ours(problem, seconds, seed)]
    rows += [peer(name, path, seconds) for name in peers]
    return {
        "file": path.name,
        "nodes": len(problem.choices),
        "alternatives": sum(map(len, problem.choices)),
        "known": float(best) if best else None,
        "engines": rows,
    }


def summary(results: Sequence[Row]) -> Row:
    """Geometric means of times: the better of the provers over ours; a prover without proof counts the time it took."""
    ratios: list[float] = []
    slow: list[float] = []
    quick: list[float] = []
    for result in results:
        rows = {row["engine"]: row for row in result["engines"]}
        mine = rows["decomposer"]
        quick.append(max(mine["seconds"], 1e-3) / max(rows["refinement"]["seconds"], 1e-3))
        provers = [rows[name] for name in PROVERS if name in rows]
        if provers:
            best = min((row["seconds"] for row in provers if row["proved"]), default=None)
            best = max(row["seconds"] for row in provers) if best is None else best
            ratios.append(max(best, 1e-3) / max(mine["seconds"], 1e-3))
            if best > 1:
                slow.append(ratios[-1])
    return {
        "better prover / decomposer": _mean(ratios),
        "the same where that takes over a second": _mean(slow),
        "instances over a second": len(slow),
        "decomposer / refinement": _mean(quick),
    }


def _mean(values: Sequence[float]) -> float | None:
    return round(math.exp(sum(map(math.log, values)) / len(values)), 2) if values else None


def show(result: Row) -> str:
    """One instance as text."""
    head = f"{result['file']}: {result['nodes']} nodes, {result['alternatives']} alternatives"
    lines = [head + (f", best known {result['known']:g}" if result["known"] is not None else "")]
    for row in result["engines"]:
        cost = "-" if row["cost"] is None else f"{row['cost']:.10g}"
        bound = "-" if row["bound"] is None else f"{row['bound']:.10g}"
        proved = "proved" if row["proved"] else row.get("failed", "")
        lines.append(f"  {row['engine']:11s} {cost:>14s}  bound {bound:>14s}  {row['seconds']:9.3f} s  {proved}")
    return "\n".join(lines)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.andor", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--time-limit", type=float, default=60.0, metavar="S")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--no-peers", action="store_true")
    given = parser.parse_args()
    load("sat.python.cp_model")  # imported before any clock runs, as with the peers
    results = []
    for path in given.files:
        try:
            result = measure(path, given.time_limit, given.seed, () if given.no_peers else PEERS)
        except (Unreadable, OSError) as error:
            parser.exit(2, f"{error}\n")
        results.append(result)
        if given.format == "text":
            print(show(result), flush=True)
    means = summary(results)
    if given.format == "json":
        print(json.dumps({"instances": results, "summary": means}, indent=1))
    else:
        for name, value in means.items():
            print(f"{name}: {value}")


if __name__ == "__main__":
    main()
