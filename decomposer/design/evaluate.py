"""The meaning of a design: work, span, reliability and footprint, as folds over one tree.

All costs but the span are linear in how often a call runs, so they are sums over `leaves`: the calls of a
tree with their context and expected count. Holes (sub-goals not designed yet) are leaves too; whoever folds
a template gives their values.

Loops over groups are evaluated as equal groups while the sizes are symbols; at numbers, the last group is
as small as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from decomposer.design.context import TOP, Context, divide_up, is_whole, items, partition, trials
from decomposer.design.cost_models import call_cost
from decomposer.design.nodes import (
    Call,
    Case,
    Design,
    Each,
    ForEach,
    Hole,
    If,
    Repeat,
    Retry,
    Seq,
    Until,
    Vote,
    walk,
)
from decomposer.design.sizes import (
    model_size,
    output_tokens,
    prompt_tokens,
    repeated_tokens,
    requirements,
    rewritten,
    success,
)
from decomposer.expr import ONE, ZERO, Expr, maximum, num, rounds, sym
from decomposer.growth.sums import closed_form
from decomposer.problem.model import Problem


@dataclass(frozen=True, slots=True)
class Leaf:
    """A call (or hole) of a design, where it stands, and the expected number of times that it runs.

    A call that keeps a history runs `count` times *per round* of the loop whose index it uses.
    """

    node: Call | Hole
    context: Context
    count: Expr


# -- how often the body of a node runs ------------------------------------------------------------


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


def attempts(problem: Problem, node: Retry, context: Context) -> Expr:
    """Expected number of attempts until all is accepted."""
    if node.keep:
        task = problem.tasks[node.tasks[0]]
        assert task.succeeds is not None
        return rounds(trials(problem, task, context), task.succeeds.probability)
    return ONE / reliability(problem, node.body, context, node.tasks)


def runs(problem: Problem, node: Vote, context: Context) -> Expr:
    """Expected number of runs of a vote: gambler's ruin for first-to-lead (Meyerson et al. 2025, MAKER)."""
    if node.lead is None:
        return node.votes
    right = reliability(problem, node.body, context)
    if right == ONE:
        return node.lead
    if 2 * right == ONE:
        return node.lead * node.lead
    ratio = (ONE - right) / right
    reached = ratio**node.lead
    return node.lead * (ONE - reached) / ((ONE + reached) * (2 * right - 1))


def finder_rounds(problem: Problem, finder: str, context: Context) -> Expr:
    """Rounds of `until`: one per item, and one that finds nothing."""
    return items(problem, problem.tasks[finder], context) + ONE


# -- leaves ---------------------------------------------------------------------------------------


def leaves(problem: Problem, node: Design, context: Context = TOP, count: Expr = ONE) -> Iterator[Leaf]:
    """All calls and holes of a design with their context and expected count.

    `count` leaves out the rounds of scanning, which stand in the context: what is done per item found runs
    once per item, so that rounds cancel without ever being divided by.
    """
    if isinstance(node, Call):
        yield Leaf(node, context, _effective(count, context))
    elif isinstance(node, Hole):
        yield Leaf(node, context, count if node.whole_scope else _effective(count, context))
    elif isinstance(node, Seq):
        for step in node.steps:
            yield from leaves(problem, step, context, count)
            context = context.rewritten(_written(problem, step))
    elif isinstance(node, Repeat):
        yield from leaves(problem, node.body, context.repeated(node.count, node.index), count)
    elif isinstance(node, Until):
        number = finder_rounds(problem, node.finder, context)
        yield from leaves(problem, node.body, context.repeated(number), count)
    elif isinstance(node, Each):
        outer = count * context.rounds
        for number, size in group_counts(_parts(problem, node.part, context), node.size):
            yield from leaves(problem, node.body, context.narrowed(node.part, size), outer * number)
    elif isinstance(node, ForEach | If):
        number = items(problem, problem.tasks[node.finder], context)
        yield from _per_item(problem, node, context, count, number)
        if isinstance(node, If) and node.orelse is not None:
            yield from leaves(problem, node.orelse, context.for_item(), count * (context.rounds - number))
    elif isinstance(node, Case):
        yield from leaves(problem, node.body, context.sharing(node.task, node.share), count)
    else:
        assert isinstance(node, Retry | Vote)
        number = runs(problem, node, context) if isinstance(node, Vote) else attempts(problem, node, context)
        if problem.cost.kind == "cached":
            yield from leaves(problem, node.body, context, count)
            yield from leaves(problem, node.body, replace(context, again=True), count * (number - ONE))
        else:
            yield from leaves(problem, node.body, context, count * number)


def _per_item(problem: Problem, node: ForEach | If, context: Context, count: Expr, number: Expr) -> Iterator[Leaf]:
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
        yield from leaves(problem, node.body, context.for_item(), count * number)
        return
    finding = divide_up(number, per_call)
    inside = context.found_in_rounds(finding)
    yield from leaves(problem, node.body, inside, count * per_call * finding)
    if per_call * finding != number:
        missing = number - per_call * finding
        yield from leaves(problem, node.body, inside.in_last_round(), count * missing)


def _written(problem: Problem, node: Design) -> frozenset[str]:
    """Texts that the calls of a design write."""
    return rewritten(problem, (name for part in walk(node) if isinstance(part, Call) for name in part.tasks))


def _effective(count: Expr, context: Context) -> Expr:
    """How often a leaf runs; per round, within a conversation."""
    rounds = context.rounds
    for index, number in context.indices:
        if index not in context.last:
            rounds = rounds / number
    return rounds * count


def _parts(problem: Problem, part: str, context: Context) -> Expr:
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


# -- one call -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Usage:
    """What one call takes: the size of its model, tokens read (and seen before), tokens written."""

    size: Expr
    read: Expr
    seen: Expr
    written: Expr


def usage(problem: Problem, call: Call, context: Context) -> Usage:
    """Work out what one call takes; in a conversation, in the round that its index names."""
    base = prompt_tokens(problem, call, context)
    written = output_tokens(problem, call, context)
    size = model_size(problem, call, context)
    seen = repeated_tokens(problem, call, context)
    if call.history is None:
        return Usage(size, base, seen, written)
    index = sym(call.history)
    return Usage(size, base * index, base * (index - 1) + seen, written)


def leaf_cost(problem: Problem, leaf: Leaf) -> Expr:
    """Work of one call as often as it runs."""
    assert isinstance(leaf.node, Call)
    used = usage(problem, leaf.node, leaf.context)
    cost = call_cost(problem.cost, used.size, used.read, used.seen, used.written)
    return over_rounds(cost * leaf.count, leaf.context)


def over_rounds(value: Expr, context: Context) -> Expr:
    """Sum `value` over the rounds of the enclosing conversations."""
    for index, count in reversed(context.indices):
        if index in context.last:
            value = value.subs({index: count})
        elif index in value.symbols:
            total = closed_form(value, index, ONE, count)
            assert total is not None, "costs are polynomials in the index of a conversation"
            value = total
        else:
            value = value * count
    return value


# -- folds ----------------------------------------------------------------------------------------


def work(
    problem: Problem,
    node: Design,
    context: Context = TOP,
    holes: Callable[[object, Context], Expr] | None = None,
) -> Expr:
    """Total expected cost of a design.

    Parameters
    ----------
    holes : function of (goal, context), optional
        Work of the sub-goals of a template, each in the context in which it stands.
    """
    total = ZERO
    for leaf in leaves(problem, node, context):
        if isinstance(leaf.node, Hole):
            assert holes is not None
            value = holes(leaf.node.goal, leaf.context) * leaf.count
            total = total + (value if leaf.node.whole_scope else over_rounds(value, leaf.context))
        else:
            total = total + leaf_cost(problem, leaf)
    return total


def reliability(problem: Problem, node: Design, context: Context = TOP, tasks: tuple[str, ...] | None = None) -> Expr:
    """Probability that `tasks` (default: all) come out right.

    A conditional counts with the share of cases in which it fires, which is exact over all parts together.
    Votes assume that a wrong answer is one and the same, the worst case.
    """
    names = tuple(problem.tasks) if tasks is None else tasks
    if isinstance(node, Call):
        return success(problem, node.tasks, names, context)
    if isinstance(node, Hole):
        return hole_success(problem, node, names, context)
    if isinstance(node, Seq):
        result = ONE
        for step in node.steps:
            result = result * reliability(problem, step, context, names)
        return result
    if isinstance(node, Repeat):
        return reliability(problem, node.body, context.repeated(node.count, node.index), names) ** node.count
    if isinstance(node, Until):
        number = finder_rounds(problem, node.finder, context)
        return reliability(problem, node.body, context.repeated(number), names) ** number
    if isinstance(node, Each):
        result = ONE
        for number, size in group_counts(_parts(problem, node.part, context), node.size):
            result = result * reliability(problem, node.body, context.narrowed(node.part, size), names) ** number
        return result
    if isinstance(node, ForEach | If):
        rate = item_rate(problem, node.finder, context)
        result = reliability(problem, node.body, context, names) ** rate
        if isinstance(node, If) and node.orelse is not None:
            result = result * reliability(problem, node.orelse, context, names) ** (ONE - rate)
        return result
    if isinstance(node, Case):
        return reliability(problem, node.body, context.sharing(node.task, node.share), names)
    if isinstance(node, Retry):
        left = tuple(name for name in names if name not in node.tasks)
        return reliability(problem, node.body, context, left)
    return vote_reliability(node, reliability(problem, node.body, context, names))


def hole_success(problem: Problem, node: Hole, names: tuple[str, ...], context: Context) -> Expr:
    """Probability that a sub-goal comes out right at the first attempt, whatever its design.

    Success per part does not depend on how the parts are grouped; success per call is asked only of
    sub-goals that are single calls.
    """
    return success(problem, node.goal.tasks, names, context)


def vote_reliability(node: Vote, right: Expr) -> Expr:
    """Probability that the vote comes out right.

    Raises
    ------
    ValueError
        For a majority of a number of votes that is not a plain odd number.
    """
    if right == ONE:
        return ONE
    if node.lead is not None:
        return ONE / (ONE + ((ONE - right) / right) ** node.lead)
    votes = node.votes.as_fraction()
    if votes is None or votes.denominator != 1 or votes % 2 == 0:
        raise ValueError("a majority needs an odd number of votes")
    total, binomial = ZERO, 1
    n = int(votes)
    for wrong in range(n // 2 + 1):
        total = total + binomial * right ** (n - wrong) * (ONE - right) ** wrong
        binomial = binomial * (n - wrong) // (wrong + 1)
    return total


def span(problem: Problem, node: Design, context: Context = TOP) -> Expr:
    """Cost along the critical path: parts in parallel, everything else one after the other.

    Parts and items are handled in parallel where the tasks done for them are local, else in sequence.
    """
    if isinstance(node, Call):
        used = usage(problem, node, context)
        return call_cost(problem.cost, used.size, used.read, used.seen, used.written)
    if isinstance(node, Seq):
        total = ZERO
        for step in node.steps:
            total = total + span(problem, step, context)
        return total
    if isinstance(node, Repeat):
        body = span(problem, node.body, context.repeated(node.count, node.index))
        return over_rounds(body, Context(indices=((node.index or "_", node.count),)))
    if isinstance(node, Until):
        number = finder_rounds(problem, node.finder, context)
        return span(problem, node.body, context.repeated(number)) * number
    if isinstance(node, Each):
        groups = group_counts(_parts(problem, node.part, context), node.size)
        body = span(problem, node.body, context.narrowed(node.part, groups[0][1]))
        return (
            body if _parallel(problem, node.body) else body * divide_up(_parts(problem, node.part, context), node.size)
        )
    if isinstance(node, ForEach):
        body = span(problem, node.body, context)
        return body if _parallel(problem, node.body) else body * item_rate(problem, node.finder, context)
    if isinstance(node, If):
        other = ZERO if node.orelse is None else span(problem, node.orelse, context)
        fires = item_rate(problem, node.finder, context) == ONE
        own = span(problem, node.body, context)
        return own if fires or other == ZERO else maximum(own, other)
    if isinstance(node, Case):
        return span(problem, node.body, context.sharing(node.task, node.share))
    if isinstance(node, Retry):
        return span(problem, node.body, context) * attempts(problem, node, context)
    assert isinstance(node, Vote)
    body = span(problem, node.body, context)
    return body if node.lead is None else body * runs(problem, node, context)


def _parallel(problem: Problem, node: Design) -> bool:
    """Whether no call in the body reads a whole text that others may be changing."""
    calls = [part for part in walk(node) if isinstance(part, Call)]
    return all(
        problem.tasks[name].local is not None or problem.tasks[name].edits is None for c in calls for name in c.tasks
    )


@dataclass(frozen=True, slots=True)
class Agent:
    """A model in a role: all calls that need the same capabilities.

    Parameters
    ----------
    tasks : tuple of str
    requires : mapping of capability to members (`None`: no family)
    model : str, optional
    size : Expr
    copies : Expr
        How many such models are hosted (specialists of a family).
    work, calls : Expr
    longest : Expr
        Longest context of a call, tokens read and written.
    """

    tasks: tuple[str, ...]
    requires: tuple[tuple[str, Expr | None], ...]
    model: str | None
    size: Expr
    copies: Expr
    work: Expr
    calls: Expr
    longest: Expr


def agents(problem: Problem, node: Design, context: Context = TOP) -> tuple[Agent, ...]:
    """Who does what at which cost, in the order of first appearance; their work adds up to the total."""
    found: dict[tuple[object, ...], Agent] = {}
    for leaf in leaves(problem, node, context):
        call = leaf.node
        assert isinstance(call, Call)
        tasks = tuple(dict.fromkeys((*call.tasks, *call.able)))
        needs = requirements(problem, tasks, leaf.context, call.among)
        requires = tuple((name, members) for name, (members, _) in needs.items())
        used = usage(problem, call, leaf.context)
        longest = used.read + used.written
        for index, count in leaf.context.indices:
            longest = longest.subs({index: count})
        key = (tasks, requires, call.model, used.size)
        old = found.get(key)
        new = Agent(
            tasks=tasks,
            requires=requires,
            model=call.model,
            size=used.size,
            copies=_copies(problem, call, leaf.context),
            work=leaf_cost(problem, leaf) + (old.work if old else ZERO),
            calls=over_rounds(leaf.count, leaf.context) + (old.calls if old else ZERO),
            longest=maximum(longest, old.longest) if old else longest,
        )
        found[key] = new
    return tuple(found.values())


def _copies(problem: Problem, call: Call, context: Context) -> Expr:
    copies = ONE
    for name in call.tasks:
        task = problem.tasks[name]
        if task.one_of is not None and name in context.shares:
            family = problem.capabilities[task.one_of.family].family
            assert family is not None
            copies = copies * divide_up(family, context.shares[name])
    return copies


@dataclass(frozen=True, slots=True)
class Footprint:
    """Calls (expected), distinct agents, hosted model sizes in sum, and the longest context in tokens."""

    calls: Expr
    agents: Expr
    hosted: Expr
    longest: Expr


def footprint(problem: Problem, node: Design) -> Footprint:
    """Fold a design into its footprint."""
    calls = number = hosted = ZERO
    longest: list[Expr] = []
    for agent in agents(problem, node):
        calls = calls + agent.calls
        number = number + agent.copies
        hosted = hosted + agent.copies * agent.size
        longest.append(agent.longest)
    return Footprint(calls, number, hosted, maximum(*longest))
