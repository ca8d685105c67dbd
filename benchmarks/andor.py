"""Selections with sharing on serialized e-graphs, beside plain peers: ``python -m benchmarks.andor FILE...``.

Files are JSON of the public extraction-gym collection, where a term of least cost is sought whose shared parts are
paid once. Every engine gets the same time limit; peers run in processes of their own. Costs are recomputed exactly.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from benchmarks.comparison import Row, command_line, known, matches, peer, run
from decomposer.solvers import evaluate, sharing
from decomposer.solvers.answer import Limits
from decomposer.solvers.components import scale
from decomposer.solvers.engine import load
from decomposer.solvers.greedy import Board, construct
from decomposer.solvers.hubs import leave_out
from decomposer.solvers.reductions import reduce
from decomposer.solvers.refine import refine
from decomposer.solvers.selection import Alternative, Number, Selection

PEERS = ("bottom-up", "greedy-dag", "cpsat", "highs")
PROVERS = ("cpsat", "highs")


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
        told = error if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
        raise Unreadable(f"{path}: no serialized e-graph: {told}") from error
    return Selection(tuple(map(tuple, choices)), roots, names=tuple(classes))


def _class(name: str, nodes: dict[str, dict[str, Any]], classes: dict[str, int]) -> int:
    if name in nodes:
        return classes[nodes[name]["eclass"]]
    if name not in classes:
        raise ValueError(f"there is neither a node nor a class {name}")
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
    return _row(problem, answer.chosen, answer.bound, answer.status == "optimal", spent)


def refined(problem: Selection, seconds: float, seed: int) -> Row:
    """Reductions, greedy construction and greedy refinement, without any proof."""
    start = time.perf_counter()

    def stop() -> bool:
        return time.perf_counter() - start > seconds

    reduced = reduce(scale(problem).graph, stop=stop)
    board = Board(reduced.graph)
    construct(board, stop)
    reached = [time.perf_counter()]
    less = leave_out(board, reduced.graph, stop, seed)
    if less is not board:
        reached.append(time.perf_counter())
    refine(less, stop, seed, found=lambda _: reached.append(time.perf_counter()))
    chosen = reduced.restore(less.chosen())
    row = _row(problem, chosen, None, False, time.perf_counter() - start)
    return {**row, "reached": round(reached[-1] - start, 3)}


def _row(problem: Selection, chosen: Any, bound: Number | None, proved: bool, seconds: float) -> Row:
    wrong = evaluate.check(problem, chosen) if chosen else ["no answer"]
    return {
        "cost": None if wrong else float(evaluate.value(problem, chosen)[0]),
        "bound": None if bound is None else float(bound),
        "proved": proved and not wrong,
        "seconds": round(seconds, 3),
    }


def measure(path: Path, seconds: float, seed: int, peers: Sequence[str]) -> Row:
    """All engines on one file."""
    problem, best = read(path), known(path, "best")
    mine = ours(problem, seconds, seed)
    return {
        "instance": str(path),
        "nodes": len(problem.choices),
        "alternatives": sum(map(len, problem.choices)),
        "known": best,
        "matches": matches(mine["cost"], best),
        "ours": mine,
        "refined": refined(problem, seconds, seed),
        "peers": {name: peer("peers_andor", [name, str(path)], seconds) for name in peers},
    }


def main() -> None:
    """The command line."""
    parser = command_line(__doc__, "FILE", "a serialized e-graph (.json)")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    load("sat.python.cp_model")  # imported before any clock runs, as with the peers
    peers = () if options.no_peers else PEERS
    run(parser, options, lambda path: measure(path, options.time_limit, options.seed, peers), PROVERS)


if __name__ == "__main__":
    main()
