"""The walk: every node of a design, done in many lanes at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from decomposer.design.nodes import (
    Call,
    Case,
    Design,
    Each,
    Escalate,
    ForEach,
    If,
    Merge,
    Recurse,
    Repeat,
    Retry,
    Seq,
    Serve,
    Stride,
    Until,
    Vote,
    walk,
)
from decomposer.errors import DesignError
from decomposer.problem.model import Problem
from decomposer.process.calls import call
from decomposer.process.chance import escalate, retry, vote
from decomposer.process.handling import branch, case, for_each, until
from decomposer.process.lanes import Here, Lanes, Outcome, nothing, then
from decomposer.process.loops import each, merge, repeat, stride
from decomposer.process.memory import serve
from decomposer.process.process import Process
from decomposer.process.recursion import recurse
from decomposer.process.sublanes import Visit


def sequence(process: Process, node: Seq, lanes: Lanes, here: Here, visit: Visit) -> Outcome:
    """Do steps one after the other."""
    outcome = nothing(lanes, here.dry)
    inside = here
    for number, step in enumerate(node.steps):
        outcome = then(outcome, visit(process, step, replace(lanes, after=outcome.after), inside.child(number)))
        if inside.again:
            inside = replace(inside, stale=inside.stale | written(process.problem, step))
    return outcome


def written(problem: Problem, node: Design) -> frozenset[str]:
    """Texts that a design writes."""
    texts: set[str] = set()
    for part in walk(node):
        for task in (problem.tasks[name] for name in getattr(part, "tasks", ()) if isinstance(part, Call)):
            texts |= {*task.writes, *((task.edits.text,) if task.edits else ())}
    return frozenset(texts)


DONE: Mapping[type, Callable[[Process, Any, Lanes, Here, Visit], Outcome]] = {
    Seq: sequence,
    Each: each,
    Merge: merge,
    Recurse: recurse,
    Serve: serve,
    Repeat: repeat,
    Stride: stride,
    Until: until,
    ForEach: for_each,
    If: branch,
    Case: case,
    Retry: retry,
    Vote: vote,
    Escalate: escalate,
}
"""How nodes that hold others are done."""


def visit(process: Process, node: Design, lanes: Lanes, here: Here) -> Outcome:
    """Do what a node says, in every lane.

    Raises
    ------
    DesignError
        For a node that cannot be run: a hole, or a kind that the simulation does not know.
    """
    process.ledger.spend(len(lanes))
    if isinstance(node, Call):
        return call(process, node, lanes, here)
    done = DONE.get(type(node))
    if done is None:
        raise DesignError(f"{type(node).__name__}: only complete designs of known steps can be simulated")
    return done(process, node, lanes, here, visit)
