"""The leaves of a design: its calls, where each stands, and how often it runs.

All costs but the span are linear in how often a call runs, so they are sums over leaves. Holes (sub-goals not
designed yet) are leaves too; whoever folds a template gives their values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from decomposer.design.context import TOP, Context, divide_up, is_whole, items, partition
from decomposer.design.cost_models import call_cost
from decomposer.design.counts import finder_rounds, group_counts, parts_in_scope
from decomposer.design.merging import stages, summed
from decomposer.design.nodes import (
    Call,
    Case,
    Design,
    Each,
    Escalate,
    ForEach,
    Hole,
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
from decomposer.design.recursing import bases, splits
from decomposer.design.reliability import attempts, cases, rejected, runs, strides
from decomposer.design.remembering import condensings, served
from decomposer.design.sizes import model_size, output_tokens, prompt_tokens, repeated_tokens, rewritten
from decomposer.errors import OutsideClassError
from decomposer.expr import ONE, ZERO, Expr, num, sym
from decomposer.growth.closed_forms import closed_form
from decomposer.problem.model import Problem
from decomposer.problem.prices import Prices


@dataclass(frozen=True, slots=True)
class Leaf:
    """A call (or hole) of a design, where it stands, and the expected number of times that it runs.

    A call that keeps a history runs `count` times *per round* of the loop whose index it uses.
    """

    node: Design
    context: Context
    count: Expr


Cut = Callable[[Design, Context], bool]


def leaves(
    problem: Problem, node: Design, context: Context = TOP, count: Expr = ONE, cut: Cut | None = None
) -> Iterator[Leaf]:
    """All calls and holes of a design with their context and expected count.

    `count` leaves out the rounds of scanning, which stand in the context: what is done per item found runs
    once per item, so that rounds cancel without ever being divided by. Nodes that are `cut` are leaves, too.
    """
    if cut is not None and cut(node, context):
        # What is done for items counts its rounds itself.
        yield Leaf(node, context, count if isinstance(node, ForEach | If) else _effective(count, context))
    elif isinstance(node, Call):
        yield Leaf(node, context, _effective(count, context))
    elif isinstance(node, Hole):
        yield Leaf(node, context, count if node.whole_scope else _effective(count, context))
    elif isinstance(node, Seq):
        for step in node.steps:
            yield from leaves(problem, step, context, count, cut)
            if context.again:  # else it does not matter what is written anew
                context = context.rewritten(_written(problem, step))
    elif isinstance(node, Repeat):
        yield from leaves(problem, node.body, context.repeated(node.count, node.index), count, cut)
    elif isinstance(node, Until):
        number = finder_rounds(problem, node.finder, context)
        yield from leaves(problem, node.body, context.repeated(number), count, cut)
    elif isinstance(node, Each):
        outer = count * context.rounds
        for number, size in group_counts(parts_in_scope(problem, node.part, context), node.size):
            yield from leaves(problem, node.body, context.narrowed(node.part, size), outer * number, cut)
    elif isinstance(node, Merge):
        outer = count * context.rounds
        for number, size in group_counts(parts_in_scope(problem, node.part, context), node.size):
            yield from leaves(problem, node.body, context.grouped(node.task, node.part, size), outer * number, cut)
        for stage in stages(problem, node, context):
            for number, inside in stage:
                yield from leaves(problem, node.merge, inside, outer * number, cut)
    elif isinstance(node, Recurse):
        outer = count * context.rounds
        for number, size in bases(problem, node, context):
            yield from leaves(problem, node.body, context.grouped(node.task, node.part, size), outer * number, cut)
        for number, inside in splits(problem, node, context):
            for helper in (node.split, node.combine):
                if helper is not None:
                    yield from leaves(problem, helper, inside, outer * number, cut)
    elif isinstance(node, Serve):
        outer = count * context.rounds
        for number, inside in served(problem, node, context):
            yield from leaves(problem, node.body, inside, outer * number, cut)
        for number, inside in condensings(problem, node, context):
            assert node.condense is not None
            yield from leaves(problem, node.condense, inside, outer * number, cut)
    elif isinstance(node, Stride):
        outer = count * context.rounds
        for number, size in strides(problem, node, context):
            yield from leaves(problem, node.body, context.striding(node.task, size), outer * number, cut)
    elif isinstance(node, ForEach | If):
        number = items(problem, problem.tasks[node.finder], context)
        yield from _per_item(problem, node, context, count, number, cut)
        if isinstance(node, If) and node.orelse is not None:
            yield from leaves(problem, node.orelse, context.for_item(), count * (context.rounds - number), cut)
    elif isinstance(node, Case):
        yield from leaves(problem, node.body, context.sharing(node.task, node.share), count, cut)
    elif isinstance(node, Escalate):
        yield from leaves(problem, node.body, context, count, cut)
        for share, case in rejected(problem, node, context):
            yield from leaves(problem, node.then, case, count * share, cut)
    elif nested(node) and len(known := cases(problem, node, context)) > 1:
        for share, case in known:
            yield from leaves(problem, node, case, count * share, cut)
    else:
        assert isinstance(node, Retry | Vote)
        number = runs(problem, node, context) if isinstance(node, Vote) else attempts(problem, node, context)
        if problem.cost.kind == "cached":
            yield from leaves(problem, node.body, context, count, cut)
            yield from leaves(problem, node.body, replace(context, again=True), count * (number - ONE), cut)
        else:
            yield from leaves(problem, node.body, context, count * number, cut)


def nested(node: Design) -> bool:
    """Whether how often something inside is done depends on what is hard, as how often `node` runs does."""
    return any(isinstance(part, Retry | Vote | Escalate) for part in walk(node) if part is not node)


def _per_item(
    problem: Problem, node: ForEach | If, context: Context, count: Expr, number: Expr, cut: Cut | None
) -> Iterator[Leaf]:
    """Leaves of what is done for each item.

    Where a conversation finds `per_call` items in each round, its last rounds find fewer, or none; what is
    done for an item then reads what has been said up to its round.
    """
    finder = problem.tasks[node.finder]
    assert finder.finds is not None
    per_call = finder.finds.per_call
    text = partition(problem, finder)
    whole = text is None or is_whole(text, context)
    if per_call is None or not context.indices or context.rounds != context.indices[-1][1] or not whole:
        yield from leaves(problem, node.body, context.for_item(), count * number, cut)
        return
    finding = divide_up(number, per_call)
    inside = context.found_in_rounds(finding)
    yield from leaves(problem, node.body, inside, count * per_call * finding, cut)
    if per_call * finding != number:
        missing = number - per_call * finding
        yield from leaves(problem, node.body, inside.in_last_round(), count * missing, cut)


def _written(problem: Problem, node: Design) -> frozenset[str]:
    """Texts that the calls of a design write, and the sub-goals of a template."""
    parts = (part for part in walk(node) if isinstance(part, Call | Hole))
    return rewritten(problem, (name for part in parts for name in _tasks(part)))


def _tasks(node: Call | Hole) -> tuple[str, ...]:
    tasks: tuple[str, ...] = node.tasks if isinstance(node, Call) else node.goal.tasks
    return tasks


def _effective(count: Expr, context: Context) -> Expr:
    """How often a leaf runs; per round, within a conversation."""
    rounds = context.rounds
    for index, number in context.indices:
        if index not in context.last:
            rounds = rounds / number
    return rounds * count


@dataclass(frozen=True, slots=True)
class Usage:
    """What one call takes: the size of its model, tokens read (and seen before) and written, the model's own prices."""

    size: Expr
    read: Expr
    seen: Expr
    written: Expr
    prices: Prices | None = None

    def cost(self, problem: Problem) -> Expr:
        """What it is billed."""
        return call_cost(problem.cost, self.size, self.prices, self.read, self.seen, self.written)


def usage(problem: Problem, call: Call, context: Context) -> Usage:
    """Work out what one call takes; in a conversation, in the round that its index names."""
    base = prompt_tokens(problem, call, context)
    written = output_tokens(problem, call, context)
    size = model_size(problem, call, context)
    seen = repeated_tokens(problem, call, context)
    prices = None if call.model is None else problem.models[call.model].prices
    if call.history is None:
        return Usage(size, base, seen, written, prices)
    index = sym(call.history)
    return Usage(size, base * index, base * (index - 1) + seen, written, prices)


def call_time(problem: Problem, call: Call, context: Context) -> Expr:
    """How long one call takes: the delay of its model for every token written; its cost, where no delays are known."""
    used = usage(problem, call, context)
    delay = problem.models[call.model].delay if call.model is not None else None
    if delay is not None:
        return delay * used.written
    return used.cost(problem)


def leaf_cost(problem: Problem, leaf: Leaf) -> Expr:
    """Work of one call as often as it runs."""
    assert isinstance(leaf.node, Call)
    cost = usage(problem, leaf.node, leaf.context).cost(problem)
    return over_rounds(cost * leaf.count, leaf.context)


def over_rounds(value: Expr, context: Context) -> Expr:
    """Sum `value` over the rounds of the enclosing conversations, and the levels in which results are combined."""
    for level in reversed(context.levels):
        value = summed(value, level)
    for index, count in reversed(context.indices):
        if index in context.last:
            value = value.subs({index: count})
        elif index in value.symbols:
            value = _added_up(value, index, count)
        else:
            value = value * count
    return value


MAX_ROUNDS = 10_000
"""Most rounds of a conversation that are added up one by one, where their sum has no closed form."""


def _added_up(value: Expr, index: str, count: Expr) -> Expr:
    """Sum over the rounds of a conversation; what calls cost is a polynomial in the round, a maximum is not.

    Raises
    ------
    OutsideClassError
        When the sum has no closed form.
    """
    found = closed_form(value, index, ONE, count)
    if found is not None:
        return found
    rounds = count.as_fraction()
    if rounds is None or rounds > MAX_ROUNDS:
        raise OutsideClassError(f"the sum of {value} over the rounds of a conversation")
    total = ZERO
    for round_ in range(1, int(rounds) + 1):
        total = total + value.subs({index: num(round_)})
    return total
