"""The probability that a design comes out right, and the attempts and votes that this takes."""

from __future__ import annotations

from decomposer.design.context import TOP, Context, trials
from decomposer.design.counts import finder_rounds, group_counts, item_rate, parts_in_scope
from decomposer.design.nodes import Call, Case, Design, Each, ForEach, Hole, If, Repeat, Retry, Seq, Until, Vote
from decomposer.design.sizes import success
from decomposer.expr import ONE, ZERO, Expr, rounds
from decomposer.problem.model import Problem


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
        for number, size in group_counts(parts_in_scope(problem, node.part, context), node.size):
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
