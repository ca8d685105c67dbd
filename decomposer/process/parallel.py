"""What may run in parallel."""

from __future__ import annotations

from decomposer.design.nodes import Call, Design, walk
from decomposer.problem.model import Problem


def independent(problem: Problem, node: Design) -> bool:
    """Whether executions may run in parallel: none changes a text that another one reads."""
    names = {name for part in walk(node) if isinstance(part, Call) for name in part.tasks}
    return all(problem.tasks[name].local is not None or problem.tasks[name].edits is None for name in names)
