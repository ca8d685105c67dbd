"""Divide and conquer: which problems stand on which level, and what the calls that divide and combine read and write.

A problem over N parts is cut into base cases of g parts, the last of which may be smaller, and never through one. At
numbers everything is exact: a split deals the base cases out as evenly as it can. While sizes are symbols the tree of
subproblems is full: with L levels, ``N = g b**L``, there are ``a**(L-l)`` problems of ``g b**l`` parts on level l.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from decomposer.design.bounds import at_least
from decomposer.design.context import Context, Level, extent, partition
from decomposer.design.counts import parts_in_scope
from decomposer.design.merging import index_of, part_of, tokens_of
from decomposer.design.nodes import Call, Design, Recurse
from decomposer.errors import NotExactError
from decomposer.expr import ONE, ZERO, Expr, ceil, evaluate, log, maximum, num, sym
from decomposer.problem.frozen import Frozen
from decomposer.problem.model import Problem, Task

Kind = tuple[int, bool]
"""Problems at numbers: so many base cases, and whether the last, smaller one is among them."""


@dataclass(frozen=True, slots=True)
class Division:
    """How a problem of `total` parts is divided at numbers: into base cases of `size`, by splits into `into`."""

    total: int
    size: int
    into: int
    shrink: int

    @property
    def root(self) -> Kind:
        """The whole problem."""
        return -(-self.total // self.size), self.rest != 0

    @property
    def rest(self) -> int:
        """Parts in a last base case that is smaller than the others."""
        return self.total % self.size

    def parts(self, kind: Kind) -> int:
        """How many parts problems of a kind have."""
        return kind[0] * self.size - (self.size - self.rest if kind[1] else 0)

    def subproblems(self, kind: Kind) -> dict[Kind, int]:
        """What a split makes of a problem: so many of each kind, of which there are three at most.

        Shares are as even as can be, the larger first; where there are more subproblems than shares, they start again.
        """
        count, short = kind
        blocks = min(self.shrink, count)
        each, more = divmod(count, blocks)
        times, rest = divmod(blocks if self.into == self.shrink else self.into, blocks)
        found: dict[Kind, int] = {}
        for one, number in (
            ((each + 1, False), more * times + min(more, rest)),
            ((each, False), (blocks - 1 - more) * times + max(0, rest - more)),
            ((each, short), times),
        ):
            if number:
                found[one] = found.get(one, 0) + number
        return found


def division(problem: Problem, node: Recurse, context: Context) -> Division | None:
    """How a problem is divided, where all of it are numbers."""
    count = parts_in_scope(problem, node.part, context)
    known = [value.as_fraction() for value in (count, node.size, node.into, node.shrink)]
    if any(value is None for value in known):
        return None
    return Division(*(-(-value.numerator // value.denominator) for value in known if value is not None))


def bases(problem: Problem, node: Recurse, context: Context) -> list[tuple[Expr, Expr]]:
    """Base cases, as (how many, parts in each), the larger first."""
    found = division(problem, node, context)
    if found is None:
        return [(_leaves(problem, node, context), node.size)]
    kinds: dict[Kind, int] = {}
    for level in levels_of(found):
        for kind, number in level.items():
            if kind[0] == 1:
                kinds[kind] = kinds.get(kind, 0) + number
    return [(num(number), num(found.parts(kind))) for kind, number in sorted(kinds.items())]


def splits(problem: Problem, node: Recurse, context: Context) -> Iterator[tuple[Expr, Context]]:
    """Problems that are divided, as (how many, where each stands); one stands for all levels of a full tree."""
    found = division(problem, node, context)
    if found is not None:
        for level in levels_of(found):
            yield from ((num(number), at(node, found, kind, context)) for kind, number in level.items() if kind[0] > 1)
        return
    count, index = parts_in_scope(problem, node.part, context), index_of(problem)
    groups = count / node.size
    if node.into == node.shrink and node.into in (groups, ceil(groups)):
        yield ONE, context.merged(node.task, node.part, count, groups)
        return
    covered = node.size * sym(index)
    inside = context.merged(node.task, node.part, covered, node.into, Level(index, groups, node.shrink))
    yield (
        _leaves(problem, node, context) / sym(index) ** _exponent(node),
        _overlapping(node, inside, covered * node.into / node.shrink),
    )


def base_cases(problem: Problem, task: Task, part: str, size: Expr) -> Expr:
    """How many base cases of a full size a task has in all."""
    fact = task.recursive
    assert fact is not None
    into = fact.into or ONE + ONE
    node = Recurse(task.name, part, Call((task.name,)), into, fact.shrink or into, size)
    total = ZERO
    for number, parts in bases(problem, node, Context()):
        total = total + (number if parts == size else ZERO)
    return total


def levels_of(found: Division) -> Iterator[dict[Kind, int]]:
    """Problems of each level, the whole one first, with how many there are of each kind."""
    level = {found.root: 1}
    while level:
        yield level
        below: dict[Kind, int] = {}
        for kind, number in level.items():
            for sub, times in (found.subproblems(kind) if kind[0] > 1 else {}).items():
                below[sub] = below.get(sub, 0) + number * times
        level = below


def at(node: Recurse, found: Division, kind: Kind, context: Context) -> Context:
    """Where a problem stands that is divided, at numbers."""
    subs = found.subproblems(kind)
    inside = context.merged(node.task, node.part, num(found.parts(kind)), num(sum(subs.values())))
    return _overlapping(node, inside, num(sum(number * found.parts(sub) for sub, number in subs.items())))


def at_root(problem: Problem, node: Recurse, context: Context) -> Context:
    """Where the whole problem stands, which is divided first: nothing below it is larger."""
    found = division(problem, node, context)
    if found is not None and found.root[0] > 1:
        return at(node, found, found.root, context)
    count = parts_in_scope(problem, node.part, context)
    inside = context.merged(node.task, node.part, count, node.into)
    return _overlapping(node, inside, count * node.into / node.shrink)


def _overlapping(node: Recurse, inside: Context, covered: Expr) -> Context:
    """Note how many parts the subproblems have together, where that are not the parts of the problem."""
    if node.into == node.shrink:
        return inside
    return replace(inside, overlaps=Frozen({**inside.overlaps, node.task: covered}))


def _exponent(node: Recurse) -> Expr:
    """``log(a) / log(b)``: a rational number where it is one."""
    if node.into == node.shrink:
        return ONE
    exponent = log(node.into) / log(node.shrink)
    try:
        return num(evaluate(exponent, {}))
    except NotExactError:
        return exponent


def _leaves(problem: Problem, node: Recurse, context: Context) -> Expr:
    groups = parts_in_scope(problem, node.part, context) / node.size
    return groups ** _exponent(node)


# -- time -----------------------------------------------------------------------------------------------


def longest_way(
    problem: Problem,
    node: Recurse,
    context: Context,
    once: Callable[[Design, Context], Expr],
    over: Callable[[Expr, Context], Expr],
) -> Expr:
    """Span of a recursion, whose subproblems are done in parallel.

    Parameters
    ----------
    once : function of (design, context)
        Span of what is done in one place.
    over : function of (value, context)
        Sum over the levels of a context.
    """

    def around(inside: Context) -> Expr:
        total = ZERO
        for helper in (node.split, node.combine):
            if helper is not None:
                total = total + once(helper, inside)
        return total

    found = division(problem, node, context)
    if found is None:
        total = once(node.body, context.grouped(node.task, node.part, node.size))
        for _, inside in splits(problem, node, context):
            total = total + over(around(inside), Context(levels=inside.levels[len(context.levels) :]))
        return total
    known: dict[Kind, Expr] = {}
    for level in reversed(list(levels_of(found))):
        for kind in level:
            if kind[0] == 1:
                known[kind] = once(node.body, context.grouped(node.task, node.part, num(found.parts(kind))))
            else:
                below = maximum(*(known[sub] for sub in found.subproblems(kind)))
                known[kind] = around(at(node, found, kind, context)) + below
    return known[found.root]


# -- calls ----------------------------------------------------------------------------------------------


def divided_by(problem: Problem, name: str, context: Context) -> Task | None:
    """The task whose problem is being divided by the task `name` here."""
    for whole in context.merging:
        fact = problem.tasks[whole].recursive
        if fact is not None and fact.split == name:
            return problem.tasks[whole]
    return None


def joined_by(problem: Problem, name: str, context: Context) -> Task | None:
    """The task of which the results of subproblems are being combined by the task `name` here."""
    for whole in context.merging:
        fact = problem.tasks[whole].recursive
        if fact is not None and fact.combine == name:
            return problem.tasks[whole]
    return None


def done_in_pieces(problem: Problem, task: Task, part: str | None, context: Context) -> bool:
    """Whether a task may read some of the parts alone: as a base case, or because it divides or combines such."""
    if part is None:
        return False
    whole = divided_by(problem, task.name, context)
    if whole is None and (task.recursive is None or task.name not in context.partial):
        return False
    text = partition(problem, whole or task)
    return text is not None and text.part == part


def own_problem(task: Task, context: Context) -> bool:
    """Whether what a task is done for here is a problem of its own: its check tells of a base case as of the whole."""
    return task.recursive is not None and task.combines is None and task.name in context.partial


def beyond_base(problem: Problem, task: Task, context: Context) -> Expr | None:
    """The parts in scope, where they are not plainly as few as can be done without dividing."""
    text = partition(problem, task)
    if task.recursive is None or task.recursive.base is None or text is None:
        return None
    parts = extent(text, context)
    return None if at_least(task.recursive.base, parts) else parts


def briefs(problem: Problem, whole: Task, context: Context) -> Expr:
    """Tokens that a split writes to tell its subproblems what each is to do."""
    assert whole.recursive is not None
    brief = whole.recursive.brief
    return ZERO if brief is None else problem.texts[brief].tokens * context.merging[whole.name]


def joined_prompt(problem: Problem, whole: Task, call: Call, context: Context) -> list[tuple[str, Expr]]:
    """Results of subproblems, and what else the combining task declares to read of the parts that it covers.

    Results with the parts worked through have as many tokens as the subproblems have parts; others their stated size.
    """
    part, by = part_of(problem, whole), problem.tasks[call.tasks[0]]
    prompt: list[tuple[str, Expr]] = []
    for name in whole.writes:
        text = problem.texts[name]
        if text.part is not None and text.part == part and text.each is not None:
            prompt.append((name, text.each * context.overlaps.get(whole.name, context.extents[text.part])))
        else:
            prompt.append((name, tokens_of(text, context) * context.merging[whole.name]))
    for read in by.reads:
        text = problem.texts[read.text]
        head = text.head if read.head and call.narrow else None
        if read.text not in whole.writes:
            prompt.append((text.name, tokens_of(text, context) if head is None else head))
    return prompt


def joined_output(problem: Problem, whole: Task, by: Task, context: Context) -> Expr:
    """Tokens that a call which combines writes: the result of the problem, and what else it declares to write."""
    total = ZERO
    for name in dict.fromkeys((*whole.writes, *by.writes)):
        total = total + tokens_of(problem.texts[name], context)
    return total
