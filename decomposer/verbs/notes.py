"""What the reader of an answer should know: facts that do nothing, and numbers that break what is assumed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from decomposer.design.combining import combinable
from decomposer.design.remembering import reaches_back
from decomposer.design.vote_bounds import too_long
from decomposer.design.votes import MAX_BITS
from decomposer.errors import DecomposerError
from decomposer.expr import compare, num, parse_relation
from decomposer.problem.model import Problem, Task
from decomposer.problem.validate import warnings
from decomposer.rules import site_of
from decomposer.rules.separate import largest_block, leaves_blocks_out, leaves_growth_out

_HOLDS = {"<=": (-1, 0), "<": (-1,), ">=": (0, 1), ">": (1,), "==": (0,)}
"""Which signs of a comparison a relation allows; `<<` and `>>` say nothing at numbers."""


def notes(problem: Problem, at: Mapping[str, int | Fraction]) -> Iterator[str]:
    """Yield what the reader should know, in words."""
    for task in problem.tasks.values():
        if task.combines is not None and not combinable(task):
            yield (
                f"{task.name}: results of what finds, edits, remembers or takes steps are not combined, so `combines` "
                "changes nothing"
            )
    for task in problem.tasks.values():
        last = None if task.memory is None else task.memory.last
        count = None if task.memory is None else problem.texts[task.memory.text].count
        if last is not None and count is not None and not reaches_back(problem, last, count):
            yield f"{task.name}: it is not assumed that `{last} <= {count}`, so `last` changes nothing"
    for model in problem.models.values():
        for name in model.succeeds:
            done = [task for task in problem.tasks.values() if name == task.name or name in task.requires]
            if all(task.succeeds is None for task in done):
                yield f"{model.name}: its success rate for {name} counts only where a task states `succeeds`"
    yield from not_looked_at(problem, at)
    for text in problem.assume:
        if broken(text, at):
            yield f"at these numbers `{text}` does not hold, which the answer rests on"
    for warning in warnings(problem):
        yield warning.message


def not_looked_at(problem: Problem, at: Mapping[str, int | Fraction]) -> Iterator[str]:
    """Yield why facts of a problem leave something undecided, whatever the search, and what can be done about it."""
    for name in too_long(problem) if not at and not site_of(problem).numbered else ():
        yield (
            f"{name}: its chance to be right in all units at once has more than {MAX_BITS} bits, so votes on all and "
            "attempts at all of them are left out; make the number of units a parameter, or give numbers with --set"
        )
    if leaves_blocks_out(problem):
        most = largest_block(problem)
        yield (
            f"this is the best of the designs in which at most {most} neighbouring tasks share a call: with so many "
            "tasks, longer blocks are not looked at, and may cost less"
            + (", by a constant factor" if not leaves_growth_out(problem) else "")
            + "; one that is drawn by hand is compared"
        )
    repeated = repeated_beside(problem)
    if repeated is not None:
        yield (
            f"where {repeated} is repeated for parts in parallel, the slowest of them is waited for: of several such "
            "steps in a row only bounds are known, so what is called the best in time is not proved to be; "
            "`decomposer simulate` counts what happens"
        )


def repeated_beside(problem: Problem) -> str | None:
    """A task that parts in parallel may repeat, where time decides: of some designs only bounds are known then."""
    if problem.minimise in ("cost", "scope") and problem.limits.span is None:
        return None
    beside: set[str] = set()
    for task in problem.tasks.values():
        if task.local is not None or task.combines is not None or task.recursive is not None:
            beside.add(task.name)
        beside |= {name for name in _helpers(task) if name is not None}
    return next((name for name, task in problem.tasks.items() if name in beside and task.succeeds is not None), None)


def _helpers(task: Task) -> tuple[str | None, ...]:
    """Tasks that divide, or combine, what is done side by side."""
    by = () if task.combines is None else (task.combines.by,)
    return by if task.recursive is None else (*by, task.recursive.split, task.recursive.combine)


def broken(text: str, at: Mapping[str, int | Fraction]) -> bool:
    """Whether numbers contradict a relation between two names; others hold up to a constant factor only."""
    left, sign, right = parse_relation(text)
    if not at or sign not in _HOLDS or not (str(left).isidentifier() and str(right).isidentifier()):
        return False
    values = {name: num(value) for name, value in at.items()}
    try:
        return compare(left.subs(values), right.subs(values), {}) not in _HOLDS[sign]
    except DecomposerError:
        return False
