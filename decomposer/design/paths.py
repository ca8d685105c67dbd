"""The critical path of a design: the expected time from its start to its end, with as many workers as can be used.

What follows each other adds up, in expectation too: it is a sum over calls, as the work is. Side by side, all wait for
the slowest: parts in parallel, items handled at once, votes. Where chance decides how long one of them takes, the
expectation of the slowest is not that of an average one (`decomposer.design.chancy`): it is exact where it has a closed
form, and lies between two bounds elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction

from decomposer.design import chancy
from decomposer.design.between import Between, exactly, greatest
from decomposer.design.context import Context, Level, divide_up
from decomposer.design.counts import group_counts, parts_in_scope
from decomposer.design.divided import stages_of
from decomposer.design.finds import uncertain_items
from decomposer.design.lanes import Lanes
from decomposer.design.leaves import call_time, leaves, over_rounds
from decomposer.design.merging import merges, one_by_one
from decomposer.design.nodes import (
    Call,
    Design,
    Each,
    Escalate,
    ForEach,
    Hole,
    If,
    Merge,
    Recurse,
    Retry,
    Until,
    Vote,
    walk,
)
from decomposer.expr import ONE, ZERO, Expr, num
from decomposer.problem.model import Problem

Wave = tuple[list[Lanes], tuple[Level, ...]]
"""What is done side by side, and the levels on each of which it is."""


class Paths:
    """Works out critical paths of designs of one problem.

    Parameters
    ----------
    holes : function of (goal, context), optional
        Path of the sub-goals of a template, each in the context in which it stands: the slowest of as many as the
        context says are beside each other.
    """

    def __init__(self, problem: Problem, holes: Callable[[object, Context], Expr] | None = None) -> None:
        self.problem = problem
        self.holes = holes

    def path(self, node: Design, context: Context) -> Between:
        """Expected time; of the slowest, where several are beside each other."""
        if context.beside == ONE:
            return self.expected(node, context)
        return self.lanes(node, replace(context, beside=ONE), context.beside).slow

    # -- one after the other ------------------------------------------------------------------------------

    def expected(self, node: Design, context: Context) -> Between:
        """Expected time of one execution in each round of the context."""
        total = exactly(ZERO)
        for leaf in leaves(self.problem, node, context, cut=self.side_by_side):
            here = leaf.context
            if isinstance(leaf.node, Call):
                once = exactly(call_time(self.problem, leaf.node, here))
            elif isinstance(leaf.node, Hole):
                once = exactly(self.hole(leaf.node, here, ONE))
            elif isinstance(leaf.node, ForEach):
                total = total + self.items(leaf.node, here).times(leaf.count)
                continue
            else:
                once = self.together(leaf.node, here)
            total = total + over(once.times(leaf.count), here, leaf.node)
        return total

    def hole(self, node: Hole, context: Context, lanes: Expr) -> Expr:
        """Path of a sub-goal."""
        assert self.holes is not None
        return self.holes(node.goal, replace(context, beside=lanes))

    def side_by_side(self, node: Design, context: Context) -> bool:
        """Whether a node holds what is done side by side."""
        if isinstance(node, Vote):
            return node.lead is None
        return isinstance(node, Merge | Recurse) or (
            isinstance(node, Each | ForEach) and independent(self.problem, node.body)
        )

    # -- side by side -------------------------------------------------------------------------------------

    def together(self, node: Design, context: Context) -> Between:
        """Expected time of what is done side by side, once."""
        own, parts = chancy.together(self, node, context.once(), ONE)
        return Lanes(ONE, own, parts).slow

    def waves(self, node: Design, context: Context, beside: Expr) -> Iterator[Wave]:
        """What is done side by side, wave after wave, while so many others do the same."""
        inner = context.once()
        if isinstance(node, Vote):
            yield [self.lanes(node.body, inner, node.votes * beside)], ()
            return
        if isinstance(node, Recurse):
            yield from stages_of(self, node, inner, beside)
            return
        assert isinstance(node, Each | Merge)
        groups = group_counts(parts_in_scope(self.problem, node.part, context), node.size)
        if self.holes is not None:
            groups = groups[:1]  # what stands for a sub-goal of the last, smaller group is not told apart from chance
        if isinstance(node, Each):
            places = [(number, inner.narrowed(node.part, size)) for number, size in groups]
            yield [self.lanes(node.body, there, number * beside) for number, there in places], ()
            return
        placed = [(number, inner.grouped(node.task, node.part, size)) for number, size in groups]
        if independent(self.problem, node.body):
            yield [self.lanes(node.body, there, number * beside) for number, there in placed], ()
        else:
            for number, there in placed:
                yield [self.lanes(node.body, there, beside).repeated(number)], ()
        for stage in merges(self.problem, node, inner):
            found: list[Lanes] = []
            levels: tuple[Level, ...] = ()
            for number, inside in stage:
                levels = inside.levels
                found.append(self.merging(node, number * beside, replace(inside, levels=()), levels))
            yield found, levels

    def merging(self, node: Merge, number: Expr, context: Context, levels: tuple[Level, ...]) -> Lanes:
        """Calls that combine results, on one level of a tree.

        While sizes are symbols, the slowest of the calls on any level is at most that of the lowest, and on the lower
        half of the levels at least that of the root of as many: so both bounds have the same growth.
        """
        times = context.extents[node.part] if one_by_one(self.problem, node) else ONE
        lanes = self.lanes(node.merge, context, number)
        if not lanes.parts or not any(level.index in number.symbols for level in levels):
            return lanes.repeated(times)
        (level,) = levels
        assert level.fan_in is not None
        most = self.lanes(node.merge, context, number.subs({level.index: level.fan_in})).slow.high
        half = self.lanes(node.merge, context, number.subs({level.index: level.top ** num(Fraction(1, 2))})).slow.low
        mean = self.expected(node.merge, context).low
        low = mean if level.index in half.symbols else greatest(mean, half / 2)
        return Lanes(number, ZERO, (chancy.unknown(Between(low, most)),)).repeated(times)

    def lanes(self, node: Design, context: Context, number: Expr) -> Lanes:
        """So many executions side by side: what each takes for sure, and what chance adds."""
        sure, parts = ZERO, []
        for leaf in leaves(self.problem, node, context, cut=self.by_chance):
            here = leaf.context
            if isinstance(leaf.node, Call):
                sure = sure + over_rounds(call_time(self.problem, leaf.node, here) * leaf.count, here)
            elif isinstance(leaf.node, Hole):
                value = self.hole(leaf.node, here, number) * leaf.count
                sure = sure + (value if leaf.node.whole_scope else over_rounds(value, here))
            else:
                own, found = chancy.parts_of(self, leaf.node, here, number)
                sure = sure + over_rounds(own * leaf.count, here)
                parts += [chancy.in_rounds(part, leaf.count, here, number) for part in found]
        return Lanes(number, sure, tuple(parts))

    def by_chance(self, node: Design, context: Context) -> bool:
        """Whether chance decides how long a node takes, or its parts are side by side."""
        if isinstance(node, If | ForEach | Until) and uncertain_items(self.problem, node.finder, context) is not None:
            return True
        return isinstance(node, Retry | Escalate | Vote) or self.side_by_side(node, context)

    def items(self, node: ForEach, context: Context, beside: Expr = ONE) -> Between:
        """Expected time of handling items side by side, in all rounds of the context, while so many others do so."""
        finds = self.problem.tasks[node.finder].finds
        assert finds is not None
        if uncertain_items(self.problem, node.finder, context) is not None:
            own, parts = chancy.parts_of(self, node, context, ONE)
            return Lanes(ONE, own, parts).slow
        if finds.per_call is None or context.rounds == ONE:
            return self.lanes(node.body, context.once(), finds.count * beside).slow
        # In every round those that it finds; in the last one, those that are left.
        talks = bool(context.indices) and context.rounds == context.indices[-1][1]
        finding = divide_up(finds.count, finds.per_call)
        total = exactly(ZERO)
        for place, (number, size) in enumerate(group_counts(finds.count, finds.per_call)):
            slow = self.lanes(node.body, context.once(), size * beside).slow
            if talks:
                there = context.found_in_rounds(finding).in_last_round() if place else context.found_in_rounds(number)
                total = total + over(slow, there, node)
            else:
                total = total + slow.times(number)
        return total


def over(value: Between, context: Context, node: Design) -> Between:
    """Sum over the rounds of a conversation, unless a sub-goal counts them itself."""
    if isinstance(node, Hole) and node.whole_scope:
        return value
    return value.map(lambda one: over_rounds(one, context))


def independent(problem: Problem, node: Design) -> bool:
    """Whether no call in the body reads a whole text that others may be changing."""
    parts = walk(node)
    names = [name for part in parts if isinstance(part, Call | Hole) for name in _tasks(part)]
    return all(problem.tasks[name].local is not None or problem.tasks[name].edits is None for name in names)


def _tasks(node: Call | Hole) -> tuple[str, ...]:
    return node.tasks if isinstance(node, Call) else node.goal.tasks
