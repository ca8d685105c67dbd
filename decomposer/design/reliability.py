"""The probability that a design comes out right, and the attempts and votes that this takes."""

from __future__ import annotations

from collections.abc import Iterator

from decomposer.design.context import TOP, Context, exposure, trials
from decomposer.design.counts import finder_rounds, group_counts, item_rate, parts_in_scope
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
from decomposer.design.remembering import condensings, served
from decomposer.design.sizes import success, unit_success
from decomposer.design.votes import divided, majority_right, race_right, race_runs, raised
from decomposer.expr import ONE, ZERO, Expr, rounds
from decomposer.problem.model import Problem, Task

Chances = list[tuple[Expr, Context]]
"""Cases with their probabilities: whether the unit at hand is hard for a task."""


def reliability(problem: Problem, node: Design, context: Context = TOP, tasks: tuple[str, ...] | None = None) -> Expr:
    """Probability that `tasks` (default: all) come out right.

    A conditional counts with the share of cases in which it fires, which is exact over all parts together.
    """
    names = tuple(problem.tasks) if tasks is None else tasks
    if isinstance(node, Call):
        return success(problem, node.tasks, names, context, node.model)
    if isinstance(node, Hole):
        return hole_success(problem, node, names, context)
    if isinstance(node, Seq):
        result = ONE
        for step in node.steps:
            result = result * reliability(problem, step, context, names)
        return result
    if isinstance(node, Case):
        return reliability(problem, node.body, context.sharing(node.task, node.share), names)
    if isinstance(node, Retry | Escalate | Vote):
        total = ZERO
        for weight, case in cases(problem, node, context):
            total = total + weight * _mended(problem, node, case, names)
        return total
    result = ONE
    for inner, inside, number in repeated(problem, node, context):
        result = result * reliability(problem, inner, inside, names) ** number
    return result


def repeated(problem: Problem, node: Design, context: Context) -> Iterator[tuple[Design, Context, Expr]]:
    """The bodies of a loop or a conditional, where each stands, and how often it runs."""
    if isinstance(node, Repeat):
        yield node.body, context.repeated(node.count, node.index), node.count
    elif isinstance(node, Until):
        number = finder_rounds(problem, node.finder, context)
        yield node.body, context.repeated(number), number
    elif isinstance(node, Each):
        for number, size in group_counts(parts_in_scope(problem, node.part, context), node.size):
            yield node.body, context.narrowed(node.part, size), number
    elif isinstance(node, Merge):
        for number, size in group_counts(parts_in_scope(problem, node.part, context), node.size):
            yield node.body, context.grouped(node.task, node.part, size), number
        for stage in stages(problem, node, context):
            for number, inside in stage:
                for level in inside.levels[len(context.levels) :]:
                    number = summed(number, level)
                # What combines results succeeds per call, so that it is as good on every level.
                yield node.merge, inside, number
    elif isinstance(node, Recurse):
        for number, size in bases(problem, node, context):
            yield node.body, context.grouped(node.task, node.part, size), number
        for number, inside in splits(problem, node, context):
            for level in inside.levels[len(context.levels) :]:
                number = summed(number, level)
            for helper in (node.split, node.combine):
                if helper is not None:  # it succeeds per call, so that it is as good on every level
                    yield helper, inside, number
    elif isinstance(node, Serve):
        bodies = [(node.body, inside, number) for number, inside in served(problem, node, context)]
        helper = node.condense or node.body
        bodies += [(helper, inside, number) for number, inside in condensings(problem, node, context)]
        for inner, inside, number in bodies:
            for level in inside.levels[len(context.levels) :]:
                number = summed(number, level)
            yield inner, inside, number
    elif isinstance(node, Stride):
        for number, size in strides(problem, node, context):
            yield node.body, context.striding(node.task, size), number
    else:
        assert isinstance(node, ForEach | If)
        rate = item_rate(problem, node.finder, context)
        yield node.body, context, rate
        if isinstance(node, If) and node.orelse is not None:
            yield node.orelse, context, ONE - rate


def strides(problem: Problem, node: Stride, context: Context) -> list[tuple[Expr, Expr]]:
    """How often a chain is taken how many steps further, as (number, steps)."""
    chain = problem.tasks[node.task].steps
    assert chain is not None
    return group_counts(context.steps.get(node.task, chain.count), node.size)


def hole_success(problem: Problem, node: Hole, names: tuple[str, ...], context: Context) -> Expr:
    """Probability that a sub-goal comes out right at the first attempt, whatever its design.

    Success per part or step does not depend on how these are grouped; success per call is asked only of
    sub-goals that are single calls; the model is settled where rates depend on it.
    """
    return success(problem, node.goal.tasks, names, context, node.goal.model)


def cases(problem: Problem, node: Design, context: Context) -> Chances:
    """What the units at hand may be like, for the tasks in `node` that some units are hard for.

    Attempts at one unit are not independent: what is hard for the first is hard for the second.
    """
    found: Chances = [(ONE, context)]
    names = dict.fromkeys(name for part in walk(node) for name in tasks_at(part))
    for task in (problem.tasks[name] for name in names):
        hard = None if task.succeeds is None else task.succeeds.hard
        if hard is not None and task.name not in context.given:
            found = [
                (weight * share, case.in_case(task.name, is_hard))
                for weight, case in found
                for share, is_hard in ((ONE - hard.share, False), (hard.share, True))
            ]
    return found


def tasks_at(node: Design) -> tuple[str, ...]:
    """Tasks that a call does, or that a sub-goal stands for."""
    if isinstance(node, Call):
        return node.tasks
    return node.goal.tasks if isinstance(node, Hole) else ()


def _mended(problem: Problem, node: Retry | Escalate | Vote, context: Context, names: tuple[str, ...]) -> Expr:
    """Probability that `names` come out right, once it is known what is hard."""
    if isinstance(node, Vote):
        right, rival = votes_for(problem, node.body, context, names)
        if right == ONE:
            return ONE
        if node.lead is None:
            return majority_right(right, node.votes)
        return race_right(right, rival, node.lead)
    left = tuple(name for name in names if name not in node.tasks)
    others = reliability(problem, node.body, context, left)
    if isinstance(node, Retry) and all(never_fooled(problem, name) for name in node.tasks):
        return others
    right, accepted = verdict(problem, node, context)
    if isinstance(node, Retry):
        for name in node.tasks:
            if name not in names:  # its success is accounted for elsewhere
                return others
        return others * divided(right, accepted) if right != accepted else others
    then = reliability(problem, node.then, context, names)
    return others * right + (ONE - accepted) * then


def votes_for(problem: Problem, body: Design, context: Context, names: tuple[str, ...]) -> tuple[Expr, Expr]:
    """Probabilities of a vote for the right answer, and for its strongest rival.

    The worst case is that all wrong answers agree. Where those agree only that are wrong in one and the same unit,
    the rival of n units has ``(1 - p) p**(n - 1)``: known of a body that is one call of one task that may fail.
    """
    right = reliability(problem, body, context, names)
    inner = body.body if isinstance(body, Retry) and not body.keep else body
    failing = [problem.tasks[name] for name in tasks_at(inner) if problem.tasks[name].succeeds is not None]
    if len(failing) != 1 or failing[0].name not in names:
        return right, ONE - right
    (task,) = failing
    assert task.succeeds is not None
    if task.succeeds.wrong != "scatter" or (inner is not body and not _unitwise(task)):
        return right, ONE - right
    one = unit_success(problem, task, context, _model(inner))
    if inner is not body:  # what is suspicious is discarded, unit by unit
        good, either = _unit_verdict(problem, task, _model(inner), context)
        one = divided(good, either)
    return right, (ONE - one) * raised(one, exposure(problem, task, context) - ONE)


def _unitwise(task: Task) -> bool:
    """Whether verdicts speak about the units by which success is stated."""
    check, fact = task.check, task.succeeds
    return check is not None and fact is not None and check.scope != "whole" and fact.unit != "call"


def _model(body: Design) -> str | None:
    return body.model if isinstance(body, Call) else body.goal.model if isinstance(body, Hole) else None


def never_fooled(problem: Problem, name: str) -> bool:
    """Whether what the check of a task accepts is right."""
    check = problem.tasks[name].check
    return check is not None and check.accepts == ZERO


def verdict(problem: Problem, node: Retry | Escalate, context: Context) -> tuple[Expr, Expr]:
    """Probabilities that one attempt is right and accepted, and that it is accepted."""
    right = accepted = ONE
    for name in node.tasks:
        task = problem.tasks[name]
        check = task.check
        assert check is not None
        once = reliability(problem, node.body, context, (name,))
        if check.accepts == ZERO and check.rejects == ZERO:
            right, accepted = right * once, accepted * once
        elif check.scope == "whole" or task.succeeds is None or task.succeeds.unit == "call":
            good = once * (ONE - check.rejects)
            right, accepted = right * good, accepted * (good + (ONE - once) * check.accepts)
        else:
            good, either = _unit_verdict(problem, task, _doer(node.body, name), context)
            number = exposure(problem, task, context)
            right, accepted = right * raised(good, number), accepted * raised(either, number)
    return right, accepted


def _unit_verdict(problem: Problem, task: Task, model: str | None, context: Context) -> tuple[Expr, Expr]:
    """The same for one unit."""
    assert task.check is not None
    one = unit_success(problem, task, context, model)
    good = one * (ONE - task.check.rejects)
    return good, good + (ONE - one) * task.check.accepts


def _doer(body: Design, name: str) -> str | None:
    """Model by which a task is done."""
    return next((_model(part) for part in walk(body) if name in tasks_at(part)), None)


def attempts(problem: Problem, node: Retry, context: Context) -> Expr:
    """Expected number of attempts until all is accepted."""
    total = ZERO
    for weight, units, accepted in tries(problem, node, context):
        total = total + weight * (divided(ONE, accepted) if units == ONE else rounds(units, accepted))
    return total


def tries(problem: Problem, node: Retry, context: Context) -> list[tuple[Expr, Expr, Expr]]:
    """Case by case, its weight, how many units must be accepted each, and the chance of that in one attempt."""
    found = []
    for weight, case in cases(problem, node, context):
        if node.keep:
            task = problem.tasks[node.tasks[0]]
            _, accepted = _unit_verdict(problem, task, _doer(node.body, task.name), case)
            found.append((weight, trials(problem, task, case), accepted))
        else:
            found.append((weight, ONE, verdict(problem, node, case)[1]))
    return found


def runs(problem: Problem, node: Vote, context: Context) -> Expr:
    """Expected number of runs of a vote: gambler's ruin for first-to-lead (Meyerson et al. 2025, MAKER)."""
    if node.lead is None:
        return node.votes
    total = ZERO
    for weight, right, rival in races(problem, node, context):
        total = total + weight * (node.lead if right == ONE else race_runs(right, rival, node.lead))
    return total


def races(problem: Problem, node: Vote, context: Context) -> list[tuple[Expr, Expr, Expr]]:
    """Case by case, its weight, and the chances of a vote for the right answer and for its rival."""
    names = tuple(problem.tasks)
    known = cases(problem, node, context)
    return [(weight, *votes_for(problem, node.body, case, names)) for weight, case in known]


def rejected(problem: Problem, node: Escalate, context: Context) -> list[tuple[Expr, Context]]:
    """How often an attempt is rejected, case by case."""
    return [(weight * (ONE - verdict(problem, node, case)[1]), case) for weight, case in cases(problem, node, context)]
