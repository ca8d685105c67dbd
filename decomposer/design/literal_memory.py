"""A memory on paper: what is in it when a part is done, and what a call reads and writes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from decomposer.design.literal import Chunk, Paper, natural
from decomposer.design.nodes import Call, Serve
from decomposer.problem.model import Problem

Notes = tuple[Chunk, ...]
"""What is in a memory."""


def turns(
    problem: Problem, papers: Mapping[str, Paper], node: Serve, parts: Sequence[int]
) -> Iterator[tuple[tuple[int, ...] | None, Notes]]:
    """Groups of parts, one after the other, with what is in memory then; `None` where the memory is condensed."""
    fact = problem.tasks[node.task].memory
    assert fact is not None
    size, notes, calls = natural(node.size, "the size of a group"), list[Chunk](), 0
    last = None if node.last is None else natural(node.last, "the parts remembered")
    left = list(parts)
    while left:
        group, left = tuple(left[:size]), left[size:]
        yield group, tuple(notes if last is None else notes[max(0, len(notes) - last) :])
        notes += [(fact.text, part, papers[fact.text].tokens[part]) for part in group]
        calls += 1
        if node.every is not None and calls % natural(node.every, "the calls between") == 0:
            yield None, tuple(notes)
            assert fact.to is not None
            notes = [("what is condensed", calls, natural(fact.to, "a memory"))]


def recalled(problem: Problem, node: Call, memory: Mapping[str, Notes]) -> list[Chunk]:
    """What a call reads of memories: of its own, or of one that it condenses."""
    found: list[Chunk] = []
    for task, notes in memory.items():
        fact = problem.tasks[task].memory
        if task in node.tasks or (fact is not None and fact.condense in node.tasks):
            found += notes
    return found


def shortened(problem: Problem, node: Call, memory: Mapping[str, Notes]) -> int:
    """Tokens that a call writes which condenses a memory."""
    facts = (problem.tasks[task].memory for task in memory)
    made = (fact for fact in facts if fact is not None and fact.condense in node.tasks)
    return sum(natural(fact.to, "a memory") for fact in made if fact.to is not None)
