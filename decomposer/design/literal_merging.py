"""Results on paper: which are taken together when, and what a call that combines them reads and writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from decomposer.design.literal import Chunk, Paper, natural, worked_text
from decomposer.design.nodes import Call, Merge
from decomposer.problem.model import Problem, Task

Result = tuple[int, ...]
"""The parts that a result covers."""


def mergers(node: Merge, results: Sequence[Result]) -> Iterator[list[Result]]:
    """The results that are combined with each other, one merger after the other."""
    left = list(results)
    if node.fan_in is None:
        while len(left) > 1:
            yield left[:2]
            left = [left[0] + left[1], *left[2:]]
        return
    fan_in = natural(node.fan_in, "the fan-in")
    while len(left) > 1:
        following: list[Result] = []
        while left:
            taken, left = left[:fan_in], left[fan_in:]
            if len(taken) > 1:
                yield taken
            following.append(tuple(part for result in taken for part in result))
        left = following


def told(problem: Problem, tasks: Sequence[str]) -> list[Chunk]:
    """Instructions, in every prompt."""
    found: list[Chunk] = [("instructions", None, natural(problem.overhead, "the instructions"))]
    for name in tasks:
        found.append((f"instructions of {name}", None, natural(problem.tasks[name].overhead, "the instructions")))
    return [chunk for chunk in found if chunk[2]]


def combining(
    problem: Problem, papers: Mapping[str, Paper], whole: Task, node: Call, results: Sequence[Result]
) -> tuple[list[Chunk], int]:
    """What a call reads that combines `results` of the task `whole`, and how much it writes."""
    by, worked = problem.tasks[node.tasks[0]], worked_text(problem, whole)
    makers = {fact.text: problem.tasks[d] for d in node.digests if (fact := problem.tasks[d].compresses) is not None}
    part = None if worked is None else papers[worked].part
    single = whole.combines is not None and whole.combines.per == "part"
    more = [read.text for read in by.reads if read.text not in whole.writes]
    heads = [result[:1] if single else result for result in results]
    prompt: list[Chunk] = []
    for number, parts in enumerate(heads):
        if whole.compresses is not None:
            prompt.append((f"digest by {whole.name}", number, natural(whole.compresses.to, "a digest")))
        for name in whole.writes:
            if single and more and name not in {read.text for read in by.reads}:
                continue
            if papers[name].part == part:
                prompt += [(name, at, papers[name].tokens[at]) for at in parts]
            else:
                prompt.append((name, number, sum(papers[name].tokens)))
    covered = [at for parts in heads for at in parts]
    for name in more:
        if name in makers:
            fact = makers[name].compresses
            assert fact is not None
            parted = papers[name].part is not None and makers[name].local == papers[name].part
            own = covered if papers[name].part == part else range(len(papers[name].tokens))
            size = natural(fact.to, "a digest")
            prompt += [(f"digest by {makers[name].name}", at, size) for at in own] if parted else [(name, None, size)]
        elif papers[name].part == part:
            prompt += [(name, at, papers[name].tokens[at]) for at in covered]
        else:
            prompt.append((name, None, sum(papers[name].tokens)))
    made = list(dict.fromkeys((*(() if single and by.writes else whole.writes), *by.writes)))
    written = 0
    for name in made:
        if papers[name].part == part:
            written += sum(papers[name].tokens[at] for at in (covered[:1] if single else covered))
        else:
            written += sum(papers[name].tokens)
    if whole.compresses is not None and not (single and by.writes):
        written += natural(whole.compresses.to, "a digest")
    return prompt, written
