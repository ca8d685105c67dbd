"""Building problems in code, from the same short forms as problem files, or from a task graph."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from decomposer.errors import ProblemError
from decomposer.problem.model import (
    Capability,
    CostModel,
    Law,
    Limits,
    Model,
    Objective,
    Parameter,
    Problem,
    Task,
    Text,
)

if TYPE_CHECKING:
    import networkx

    from decomposer.expr import ExprLike

Section = Mapping[str, Any] | Iterable[Any]
"""Entries by name, or objects that know their names."""


def build(
    name: str,
    *,
    tasks: Section,
    about: str = "",
    parameters: Section = (),
    assume: str | Iterable[str] = (),
    texts: Section = (),
    capabilities: Section = (),
    models: Section = (),
    scaling: str | Law | Mapping[str, Any] = "linear",
    cost: str | CostModel | Mapping[str, Any] = "paper",
    minimise: Objective = "cost",
    limits: Limits | Mapping[str, Any] | None = None,
    target: ExprLike | None = None,
    overhead: ExprLike | None = None,
    workers: ExprLike | None = None,
    designs: Mapping[str, Any] | None = None,
) -> Problem:
    """Build and check a problem.

    Every section takes what a problem file takes there: short forms, formulas as text, numbers or `Expr`. Entries
    may also be the objects of `decomposer.problem.model`, in a mapping or simply listed.

    Raises
    ------
    ProblemError
        With everything that is wrong, each with its path.

    Examples
    --------
    >>> problem = build(
    ...     "triage",
    ...     parameters={"n": "tokens in a ticket", "m": "size of the model"},
    ...     texts={"ticket": "n", "verdict": 1},
    ...     capabilities={"judge": "m"},
    ...     tasks={"triage": {"reads": "ticket", "writes": "verdict", "requires": "judge"}},
    ... )
    >>> problem.tasks["triage"].writes
    ('verdict',)
    """
    from decomposer.problem.read import from_data

    sections: dict[str, Any] = {
        "parameters": _named(parameters, Parameter),
        "texts": _named(texts, Text),
        "capabilities": _named(capabilities, Capability),
        "models": _named(models, Model),
        "tasks": _named(tasks, Task),
    }
    assumed = [assume] if isinstance(assume, str) else list(assume)
    rest: dict[str, Any] = {
        "problem": name,
        "about": about,
        "assume": assumed,
        "scaling": scaling,
        "cost": cost,
        "minimise": minimise,
    }
    if limits is not None:
        rest["limits"] = limits
    if target is not None:
        rest["target"] = target
    if overhead is not None:
        rest["overhead"] = overhead
    if workers is not None:
        rest["workers"] = workers
    return from_data({**rest, **sections, "designs": designs or {}})


def from_networkx(graph: networkx.DiGraph[Any], name: str | None = None, **sections: Any) -> Problem:
    """Build a problem from a task graph.

    Parameters
    ----------
    graph : networkx.DiGraph
        Nodes are tasks, their attributes the fields of a task as in a problem file (or one attribute `task`, a
        `Task`). An edge carries what its head reads of its tail: `text="report"`, or `texts=[...]`; with
        `tokens=` it declares the size of that text too.
    name : str, optional
        Name of the problem, by default that of the graph.
    **sections
        The other sections, as for `build`.

    Raises
    ------
    ProblemError
        As `build`, and when an edge carries no text.
    """
    tasks: dict[str, dict[str, Any]] = {}
    texts = dict(_as_mapping(_named(sections.pop("texts", {}), Text)))
    for node, attributes in graph.nodes(data=True):
        fields = dict(attributes)
        given = fields.pop("task", None)
        tasks[str(node)] = {**(_fields(given) if isinstance(given, Task) else {}), **fields}
    for tail, head, attributes in graph.edges(data=True):
        carried = attributes.get("texts", attributes.get("text"))
        if carried is None:
            message = f"the edge {tail} -> {head} carries no text; give it text='...', or texts=[...]"
            raise ProblemError(message)
        for text in [carried] if isinstance(carried, str) else carried:
            _add(tasks[str(tail)], "writes", text)
            _add(tasks[str(head)], "reads", text)
            if "tokens" in attributes:
                texts.setdefault(text, attributes["tokens"])
    return build(name or graph.name or "graph", tasks=tasks, texts=texts, **sections)


def _fields(task: Task) -> dict[str, Any]:
    from decomposer.problem.dump import task_data

    return task_data(task)


def _add(task: dict[str, Any], key: str, text: str) -> None:
    there = task.get(key) or []
    names = [there] if isinstance(there, str) else list(there)
    if text not in names and f"{text}.head" not in names:
        task[key] = [*names, text]


def _named(section: Section, kind: type[Any]) -> Any:
    if isinstance(section, Mapping | str):
        return section
    entries = list(section)
    return {entry.name: entry for entry in entries} if all(isinstance(entry, kind) for entry in entries) else entries


def _as_mapping(section: Any) -> Mapping[str, Any]:
    if not isinstance(section, Mapping):
        raise ProblemError("texts: expected a mapping from names to texts")
    return section
