"""Parts done one after the other with a memory of those before: in how many calls, each with how much in memory.

A call that does g parts reads what was written for those before: i g of them in call i + 1, or the last w at most; or,
where the memory is condensed to c tokens after every r calls, these and what has been written since. All sums over
calls are polynomials, and exact: at numbers the last call may do fewer parts, while sizes are symbols all are full.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from decomposer.design.context import Context, Level
from decomposer.design.counts import parts_in_scope
from decomposer.design.merging import index_of
from decomposer.design.nodes import Serve
from decomposer.expr import ONE, ZERO, Expr, maximum, minimum, num, sym
from decomposer.problem.frozen import Frozen
from decomposer.problem.model import Problem, Task

Stretch = tuple[Expr, Context]
"""How many times what stands in a context is called."""


def note_tokens(problem: Problem, task: str) -> Expr:
    """Tokens that are added to the memory of a task with each part."""
    fact = problem.tasks[task].memory
    assert fact is not None
    each = problem.texts[fact.text].each
    assert each is not None
    return each


def served(problem: Problem, node: Serve, context: Context) -> list[Stretch]:
    """The calls for parts, in stretches over which the memory grows evenly."""
    found = _served(problem, _whole_node(node), context)
    return [(number, inside) for number, inside in found if ZERO not in (number, *(x.top for x in inside.levels))]


def condensings(problem: Problem, node: Serve, context: Context) -> list[Stretch]:
    """The calls that condense, one after every so many: the first finds less in memory."""
    node = _whole_node(node)
    if node.every is None:
        return []
    return [one for one in _condensings(problem, node, context, node.every) if one[0] != ZERO]


def _served(problem: Problem, node: Serve, context: Context) -> Iterator[Stretch]:
    index = sym(index_of(problem))
    note, step = note_tokens(problem, node.task), note_tokens(problem, node.task) * node.size
    count = parts_in_scope(problem, node.part, context)
    full, rest = _calls(count, node.size)
    inside = context.narrowed(node.part, node.size)

    def stretch(length: Expr, start: Expr) -> Stretch:
        """Calls in a row, with `start` in memory at the first one."""
        return ONE, _remembering(inside, node.task, start + step * (index - 1), Level(str(index), length))

    if node.every is not None:
        start = _condensed(problem, node)
        cycles, more = _calls(full, node.every)
        if more is None or cycles != ZERO:
            yield stretch(node.every, ZERO)
            number, inside_cycle = stretch(node.every, start)
            yield number * (cycles - 1), inside_cycle
        if more is not None and more != ZERO:
            yield stretch(more, ZERO if cycles == ZERO else start)
        before = ZERO if cycles == ZERO else start
        last = before + step * (ZERO if more is None else more)
    elif node.last is None:
        yield stretch(full, ZERO)
        last = step * full
    else:
        growing, _ = _calls(node.last, node.size, up=True)
        growing = least(growing, full)
        yield stretch(growing, ZERO)
        most = note * node.last
        yield full - growing, _remembering(inside, node.task, most)
        last = least(step * full, most)
    if rest is not None and rest != ZERO:
        yield ONE, _remembering(context.narrowed(node.part, rest), node.task, last)


def _condensings(problem: Problem, node: Serve, context: Context, every: Expr) -> Iterator[Stretch]:
    note, start = note_tokens(problem, node.task), _condensed(problem, node)
    count = parts_in_scope(problem, node.part, context)
    full, rest = _calls(count, node.size)
    calls = full if rest is None or rest == ZERO else full + 1
    cycles, _ = _calls(calls, every)
    noted, total = note * node.size * every, cycles * every
    short = ZERO  # what the last, smaller call does not write
    if rest is not None and rest != ZERO and total == calls:
        short = note * (node.size - rest)
    if cycles == ZERO:
        return
    if short == ZERO:
        yield ONE, _remembering(context, node.task, noted)
        yield cycles - 1, _remembering(context, node.task, start + noted)
        return
    yield ONE, _remembering(context, node.task, noted if cycles != ONE else noted - short)
    if cycles != ONE:
        yield cycles - 2, _remembering(context, node.task, start + noted)
        yield ONE, _remembering(context, node.task, start + noted - short)


def _whole_node(node: Serve) -> Serve:
    """Numbers of parts and of calls that come out as fractions are rounded up."""
    last = None if node.last is None else _whole(node.last)
    every = None if node.every is None else _whole(node.every)
    return replace(node, size=_whole(node.size), last=last, every=every)


def _whole(value: Expr) -> Expr:
    number = value.as_fraction()
    return value if number is None else num(-(-number.numerator // number.denominator))


def _calls(count: Expr, size: Expr, up: bool = False) -> tuple[Expr, Expr | None]:
    """How often `size` goes into `count`, and what is left over; `None` while they are symbols, and it goes evenly."""
    total, each = count.as_fraction(), size.as_fraction()
    if total is None or each is None:
        return count / size, None
    full, left = divmod(total, each)
    return (num(full + 1), num(0)) if up and left else (num(full), num(left))


def least(one: Expr, other: Expr) -> Expr:
    """The smaller number; while they are symbols, the first, which is what the facts say of the two."""
    return one if (other - one).symbols else minimum(one, other)


def _condensed(problem: Problem, node: Serve) -> Expr:
    fact = problem.tasks[node.task].memory
    assert fact is not None and fact.to is not None
    return fact.to


def _remembering(context: Context, task: str, tokens: Expr, level: Level | None = None) -> Context:
    levels = context.levels if level is None else (*context.levels, level)
    return replace(context, memory=Frozen({**context.memory, task: tokens}), levels=levels)


# -- calls ----------------------------------------------------------------------------------------------


def remembered(problem: Problem, name: str, context: Context) -> list[tuple[str, Expr]]:
    """What a call of the task `name` reads of a memory: its own, or the one that it condenses."""
    found = []
    for task, tokens in context.memory.items():
        fact = problem.tasks[task].memory
        if name == task or (fact is not None and fact.condense == name):
            found.append((f"memory of {task}", tokens))
    return [pair for pair in found if pair[1] != ZERO]


def condensed_by(problem: Problem, name: str, context: Context) -> Task | None:
    """The task whose memory is being condensed by the task `name` here."""
    for task in context.memory:
        fact = problem.tasks[task].memory
        if fact is not None and fact.condense == name:
            return problem.tasks[task]
    return None


def full_memory(problem: Problem, node: Serve, context: Context) -> Context:
    """Where the call of a full group stands that finds the most in memory."""
    return _fullest(served(problem, node, context), node, context.narrowed(node.part, node.size))


def most_condensed(problem: Problem, node: Serve, context: Context) -> Context:
    """Where the call stands that condenses the most."""
    return _fullest(condensings(problem, node, context), node, context)


def _fullest(stretches: list[Stretch], node: Serve, context: Context) -> Context:
    """A context with the most that is in memory; while sizes are symbols that is in the last stretch."""
    most = ZERO
    for _, inside in stretches:
        tokens = inside.memory[node.task]
        for level in inside.levels:
            tokens = tokens.subs({level.index: level.top})
        most = tokens if (tokens - most).symbols else maximum(tokens, most)
    return _remembering(context, node.task, most)


def reaches_back(problem: Problem, last: Expr, count: Expr) -> bool:
    """Whether there are at least so many parts; at numbers it does not matter, and what there is is remembered."""
    from decomposer.growth import is_big_o
    from decomposer.problem.regime import regime

    if not (last.symbols | count.symbols):
        return True
    return last.symbols <= problem.parameters.keys() and is_big_o(last, count, regime(problem)) is True


def some_may_do(problem: Problem) -> bool:
    """Whether the last parts may be fewer than all in a part of the regime: no design remembers these alone there."""
    from decomposer.growth import is_big_o
    from decomposer.problem.regime import regime

    for task in problem.tasks.values():
        last = None if task.memory is None else task.memory.last
        count = None if task.memory is None else problem.texts[task.memory.text].count
        if last is None or count is None or reaches_back(problem, last, count):
            continue
        if is_big_o(count, last, regime(problem)) is not True:
            return True
    return False
