"""Problems on paper: how they are divided, and what a call that divides or combines reads and writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from decomposer.design.literal import Chunk, Paper, natural, worked_text
from decomposer.design.nodes import Call, Design, Recurse
from decomposer.problem.model import Problem, Task

Parts = tuple[int, ...]
"""The parts of a problem."""


def problems(node: Recurse, parts: Parts) -> Iterator[tuple[Parts, tuple[Parts, ...]]]:
    """Every problem of a recursion with the subproblems that a split makes of it; base cases have none."""
    size, into = natural(node.size, "the size of a base case"), natural(node.into, "the number of subproblems")
    shrink = natural(node.shrink, "the share of a subproblem")
    waiting = [[parts[start : start + size] for start in range(0, len(parts), size)]]
    while waiting:
        cases = waiting.pop()
        if len(cases) == 1:
            yield cases[0], ()
            continue
        shares = dealt(cases, min(shrink, len(cases)))
        subs = shares if into == shrink else [shares[number % len(shares)] for number in range(into)]
        yield together(cases), tuple(map(together, subs))
        waiting += subs


def dealt(cases: Sequence[Parts], shares: int) -> list[list[Parts]]:
    """Base cases dealt out in order to so many shares, as evenly as can be."""
    left, found = list(cases), []
    for share in range(shares, 0, -1):
        number = -(-len(left) // share)
        found.append(left[:number])
        left = left[number:]
    return found


def together(cases: Sequence[Parts]) -> Parts:
    """The parts of several base cases."""
    return tuple(part for case in cases for part in case)


def helpers(node: Recurse) -> Iterator[tuple[int, Design]]:
    """What divides and what combines, each with its place among the children of the node."""
    number = 1
    for helper in (node.split, node.combine):
        if helper is not None:
            yield number, helper
            number += 1


def told_to_subproblems(problem: Problem, papers: Mapping[str, Paper], node: Call, taken: Mapping[str, object]) -> int:
    """Tokens by which a call that divides tells the subproblems what to do."""
    total = 0
    for whole, subs in taken.items():
        fact = problem.tasks[whole].recursive
        if fact is not None and fact.brief is not None and fact.split in node.tasks:
            assert isinstance(subs, tuple)
            for _ in subs:
                total += sum(papers[fact.brief].tokens)
    return total


def joining(
    problem: Problem, papers: Mapping[str, Paper], whole: Task, node: Call, parts: Parts, subs: Sequence[Parts]
) -> tuple[list[Chunk], int]:
    """What a call reads that combines the results of subproblems, and how much it writes."""
    by, worked = problem.tasks[node.tasks[0]], worked_text(problem, whole)
    part = None if worked is None else papers[worked].part

    def sheets(name: str, covered: Parts) -> list[Chunk]:
        if papers[name].part is not None and papers[name].part == part:
            return [(name, at, papers[name].tokens[at]) for at in covered]
        return [(name, None, sum(papers[name].tokens))]

    prompt = [chunk for name in whole.writes for sub in subs for chunk in sheets(name, sub)]
    for read in by.reads:
        head = papers[read.text].head if read.head and node.narrow else None
        if read.text not in whole.writes:
            prompt += sheets(read.text, parts) if head is None else [(read.text, -1, head)]
    made = dict.fromkeys((*whole.writes, *by.writes))
    return prompt, sum(tokens for name in made for _, _, tokens in sheets(name, parts))
