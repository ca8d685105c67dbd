"""Combining the results of groups: in which stages, over how many calls, and what each call reads and writes.

Stages are exact at numbers, where the last group may be smaller and a result that is left over passes to the next
level as it is. While sizes are symbols, groups are equal and a tree is full: level l of N = fan_in**L results takes
N / fan_in**l calls, and sums over its levels are geometric.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from decomposer.design.context import Context, Level, partition
from decomposer.design.counts import parts_in_scope
from decomposer.design.digests import digest_tokens, digested
from decomposer.design.nodes import Call, Merge
from decomposer.errors import OutsideClassError
from decomposer.expr import ONE, ZERO, Atom, Exp, Expr, Mono, Sym, ceil, compare, log, mono_expr, num, sym
from decomposer.growth.closed_forms import closed_form
from decomposer.problem.frozen import Frozen
from decomposer.problem.model import Problem, Task, Text

Stage = list[tuple[Expr, Context]]
"""Merges side by side, as (how many, where each stands), the largest first."""

MAX_STEPS = 100_000
"""Most steps of a chain that are added up one by one, where their sum has no closed form."""


def combines_here(problem: Problem, task: Task, part: str | None, context: Context) -> bool:
    """Whether a task may be done for some of the parts alone, because its results are combined."""
    if task.combines is None or part is None:
        return False
    text = partition(problem, task)
    return text is not None and text.part == part and (task.combines.by is None or task.name in context.partial)


def combined_by(problem: Problem, name: str, context: Context) -> Task | None:
    """The task whose results are being combined by the task `name` here."""
    for whole in context.merging:
        combines = problem.tasks[whole].combines
        if combines is not None and combines.by == name:
            return problem.tasks[whole]
    return None


# -- stages -------------------------------------------------------------------------------------------


def index_of(problem: Problem) -> str:
    """A name for the index of levels that no parameter has."""
    name = "level_"
    while name in problem.parameters:
        name += "_"
    return name


def stages(problem: Problem, node: Merge, context: Context) -> Iterator[Stage]:
    """The stages in which results are combined, one after the other; one stands for all levels of a full tree."""
    for stage in merges(problem, node, context):
        if one_by_one(problem, node):
            yield [(number * inside.extents[node.part], inside) for number, inside in stage]
        else:
            yield stage


def merges(problem: Problem, node: Merge, context: Context) -> Iterator[Stage]:
    """The same, where all calls for the parts of one combined result count as one."""
    yield from _stages(problem, node, parts_in_scope(problem, node.part, context), context)


def one_by_one(problem: Problem, node: Merge) -> bool:
    """Whether one call is made for every part of a combined result, one after the other."""
    combines = problem.tasks[node.task].combines
    return combines is not None and combines.per == "part"


def _stages(problem: Problem, node: Merge, count: Expr, context: Context) -> Iterator[Stage]:
    total, size = count.as_fraction(), node.size.as_fraction()
    fan_in = None if node.fan_in is None else node.fan_in.as_fraction()
    if total is not None and size is not None and (node.fan_in is None or fan_in is not None):
        if node.fan_in is None:
            yield from _chain(problem, node, int(total), int(size), context)
        else:
            assert fan_in is not None
            yield from _tree(node, int(total), int(size), int(fan_in), context)
        return
    groups, index = count / node.size, sym(index_of(problem))
    if node.fan_in is None:
        level = Level(str(index), groups - 1)
        yield [(ONE, context.merged(node.task, node.part, node.size * (index + 1), num(2), level))]
    elif node.fan_in in (groups, ceil(groups)):
        yield [(ONE, context.merged(node.task, node.part, count, groups))]
    else:
        level = Level(str(index), groups, node.fan_in)
        yield [(groups / index, context.merged(node.task, node.part, node.size * index, node.fan_in, level))]


def _chain(problem: Problem, node: Merge, count: int, size: int, context: Context) -> Iterator[Stage]:
    """Each result with all before it; the last one may be smaller."""
    results = -(-count // size)
    full = results - 1 if count % size == 0 else results - 2
    index = index_of(problem)
    if full > 0:
        covered = num(size) * (sym(index) + 1)
        yield [(ONE, context.merged(node.task, node.part, covered, num(2), Level(index, num(full))))]
    if count % size and results > 1:
        yield [(ONE, context.merged(node.task, node.part, num(count), num(2)))]


def _tree(node: Merge, count: int, size: int, fan_in: int, context: Context) -> Iterator[Stage]:
    """Level by level: `full` results of `size` parts, and one of `rest` parts where something is left over."""
    full, rest = divmod(count, size)
    while full + bool(rest) > 1:
        groups, left = divmod(full, fan_in)
        number, covered = left + bool(rest), left * size + rest
        stage: Stage = []
        if groups:
            merged = num(size * fan_in)
            stage.append((num(groups), context.merged(node.task, node.part, merged, num(fan_in))))
        if number > 1:
            stage.append((ONE, context.merged(node.task, node.part, num(covered), num(number))))
        yield stage
        full, size, rest = groups, size * fan_in, covered


def summed(value: Expr, level: Level) -> Expr:
    """Sum over the levels of a tree, or the steps of a chain.

    Notes
    -----
    With ``y = f**l`` and ``f**L = N``, a term in which y stands as powers alone is ``c r**l``, r its value at y = f
    without c. It sums over l = 1..L to ``c r (r**L - 1) / (r - 1)``, with ``r**L`` its value at N, and to L for r = 1;
    a tree that is not full has ``ceil(log N / log f)`` levels.

    Raises
    ------
    OutsideClassError
        When the sum has no closed form.
    """
    if level.fan_in is None:
        found = closed_form(value, level.index, ONE, level.top)
        if found is not None:
            return found
        steps = level.top.as_fraction()
        if steps is None or steps > MAX_STEPS:
            raise OutsideClassError(f"the sum of {value} over the results that are combined one after the other")
        total = ZERO
        for step in range(1, int(steps) + 1):
            total = total + value.subs({level.index: num(step)})
        return total
    total = ZERO
    for mono, coefficient in value.terms:
        own = tuple((atom, exponent) for atom, exponent in mono if level.index in atom.symbols)
        rest = mono_expr(tuple(pair for pair in mono if pair not in own), coefficient)
        if not all(_is_power(atom, level.index) for atom, _ in own):
            raise OutsideClassError(f"the sum of {value} over the levels of a tree")
        power = mono_expr(own)
        ratio, last = power.subs({level.index: level.fan_in}), power.subs({level.index: level.top})
        if ratio == ONE:
            total = total + rest * ceil(log(level.top) / log(level.fan_in))
        elif _rises(own, ratio):
            total = total + rest * ratio * (last - 1) / (ratio - 1)
        else:  # the same, with what is plainly positive below the line
            total = total + rest * (ONE - last) / (ONE / ratio - 1)
    return total


def _is_power(atom: Atom, index: str) -> bool:
    """Whether an atom is a power of the index: itself, or with an irrational exponent."""
    return atom == Sym(index) or (isinstance(atom, Exp) and atom.base == sym(index) and not _in(atom.mono, index))


def _in(mono: Mono, index: str) -> bool:
    return any(index in atom.symbols for atom, _ in mono)


def _rises(own: Mono, ratio: Expr) -> bool:
    """Whether a power of the index rises with it."""
    if not ratio.symbols:
        return compare(ratio, ONE, {}) > 0
    return all(exponent > 0 for _, exponent in own)


# -- what a call that combines reads and writes ---------------------------------------------------------


def merge_prompt(problem: Problem, whole: Task, call: Call, context: Context) -> list[tuple[str, Expr]]:
    """Partial results, and what else the combining task reads, each with its tokens.

    A result of a text without parts has its stated size, so that as many are read as are combined; results of a text
    with the parts worked through add up to the parts covered. Where one call is made per part of the result, it reads
    the next part of each.
    """
    assert whole.combines is not None
    part, by = part_of(problem, whole), problem.tasks[call.tasks[0]]
    number = context.merging[whole.name]
    digests = digested(problem, call)
    near = replace(context, extents=Frozen({**context.extents, part: number})) if part is not None else context
    single = whole.combines.per == "part"
    declared = [read.text for read in by.reads if read.text not in whole.writes]
    own = list(whole.writes) if not (single and declared) else [r.text for r in by.reads if r.text in whole.writes]
    prompt: list[tuple[str, Expr]] = []
    if whole.compresses is not None:
        prompt.append((f"digest by {whole.name}", whole.compresses.to * number))
    for name in own:
        text = problem.texts[name]
        if text.part == part and text.each is not None and part is not None:
            prompt.append((name, text.each * (number if single else context.extents[part])))
        else:
            prompt.append((name, tokens_of(text, context) * number))
    for name in declared:
        text = problem.texts[name]
        if name in digests:
            maker = problem.tasks[digests[name]]
            there = near if single else context
            prompt.append((f"digest by {maker.name}", digest_tokens(problem, maker, there, "here")))
        elif single and text.part == part and text.each is not None:
            prompt.append((name, text.each * number))
        else:
            prompt.append((name, tokens_of(text, context)))
    return prompt


def merge_output(problem: Problem, whole: Task, by: Task, context: Context) -> Expr:
    """Tokens that a call which combines writes: the combined result, and what else it declares to write.

    A call that is made for a part of the result writes what it declares to write alone, if anything.
    """
    assert whole.combines is not None
    part, single = part_of(problem, whole), whole.combines.per == "part"
    own = () if single and by.writes else whole.writes
    total = ZERO if own != whole.writes or whole.compresses is None else whole.compresses.to
    for name in dict.fromkeys((*own, *by.writes)):
        text = problem.texts[name]
        if single and text.part == part and text.each is not None:
            total = total + text.each
        else:
            total = total + tokens_of(text, context)
    return total


def part_of(problem: Problem, whole: Task) -> str | None:
    """The parts that a task works through."""
    text = partition(problem, whole)
    return None if text is None else text.part


def tokens_of(text: Text, context: Context) -> Expr:
    """Tokens of what is in scope of a text."""
    if text.part is None or text.each is None or text.part not in context.extents:
        return text.tokens
    return text.each * context.extents[text.part]
