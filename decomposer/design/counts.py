"""How often the body of a loop runs.

Loops over groups count as equal groups while the sizes are symbols; at numbers, the last group is as small
as it is.
"""

from __future__ import annotations

from decomposer.design.context import Context, items
from decomposer.expr import ONE, Expr, num
from decomposer.problem.model import Problem


def group_counts(count: Expr, size: Expr) -> list[tuple[Expr, Expr]]:
    """Groups of `size` out of `count` parts, as (number of groups, parts in each)."""
    if size == ONE:
        return [(count, ONE)]
    total, each = count.as_fraction(), size.as_fraction()
    if total is None or each is None:
        return [(ONE if size == count else count / size, size)]
    full, rest = divmod(total, each)
    groups = [(num(full), size)] if full else []
    return [*groups, (ONE, num(rest))] if rest else groups


def item_rate(problem: Problem, finder: str, context: Context) -> Expr:
    """Expected number of items that one round of scanning by `finder` yields."""
    return items(problem, problem.tasks[finder], context) / context.rounds


def finder_rounds(problem: Problem, finder: str, context: Context) -> Expr:
    """Rounds of `until`: one per item, and one that finds nothing."""
    return items(problem, problem.tasks[finder], context) + ONE


def parts_in_scope(problem: Problem, part: str, context: Context) -> Expr:
    """Number of parts called `part` that enclosing loops leave."""
    if part in context.extents:
        return context.extents[part]
    return part_count(problem, part)


def part_count(problem: Problem, part: str) -> Expr:
    """Number of parts called `part`."""
    for text in problem.texts.values():
        if text.part == part:
            assert text.count is not None
            return text.count
    raise KeyError(part)
