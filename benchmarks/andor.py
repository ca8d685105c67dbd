"""Serialized e-graphs (JSON of the public extraction-gym collection) as selection problems."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from decomposer.solvers.selection import Alternative, Number, Selection


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
