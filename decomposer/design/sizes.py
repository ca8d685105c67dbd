"""What a call reads, writes and needs: the one place where facts become tokens and model sizes."""

from __future__ import annotations

from collections.abc import Iterable

from decomposer.design.context import Context, chain_steps, exposure, extent, is_whole, trials
from decomposer.design.digests import digest_tokens, digested
from decomposer.design.merging import combined_by, merge_output, merge_prompt
from decomposer.design.nodes import Call, Design, ForEach, If, Scope, Until, walk
from decomposer.design.recursing import briefs, divided_by, joined_by, joined_output, joined_prompt
from decomposer.design.remembering import condensed_by, remembered
from decomposer.design.votes import raised
from decomposer.expr import ONE, ZERO, Expr, maximum, num
from decomposer.problem.model import Problem, Task, Text


def text_tokens(text: Text, context: Context, scope: Scope) -> Expr:
    """Tokens of `text` at a scope."""
    if text.part is None or scope == "whole":
        return text.tokens
    assert text.each is not None
    return text.each if scope == "part" else text.each * extent(text, context)


def prompt_texts(problem: Problem, call: Call, context: Context) -> list[tuple[str, Expr]]:
    """Texts that one call reads, in order, each with its tokens, in the first round of a conversation.

    Texts that several of its tasks read count once; what one of its tasks hands to another is not read.
    """
    made: set[str] = set()
    needed: dict[str, bool] = {}
    prompt = instructions(problem, call)
    for name in call.tasks:
        task = problem.tasks[name]
        whole = combined_by(problem, name, context)
        if whole is not None:
            prompt += merge_prompt(problem, whole, call, context)
            continue
        divided = joined_by(problem, name, context)
        if divided is not None:
            prompt += joined_prompt(problem, divided, call, context)
            continue
        for read in task.reads:
            if read.text not in made:
                only_head = read.head and call.narrow
                needed[read.text] = needed.get(read.text, True) and only_head
        made |= set(task.writes)
    digests = digested(problem, call)
    for name, only_head in needed.items():
        text = problem.texts[name]
        head = text.head if only_head else None
        if head is None and name in digests:
            maker = problem.tasks[digests[name]]
            prompt.append((f"digest by {maker.name}", digest_tokens(problem, maker, context, call.scope)))
        else:
            prompt.append((name, text_tokens(text, context, call.scope) if head is None else head))
    # A call in the middle of a chain is told where the chain stands.
    for task in (problem.tasks[name] for name in call.tasks):
        if task.steps is not None and task.name in context.steps:
            prompt.append((f"state of {task.name}", task.steps.state))
    for name in call.tasks:
        prompt += remembered(problem, name, context)
    return prompt


def instructions(problem: Problem, call: Call) -> list[tuple[str, Expr]]:
    """What every call reads besides texts."""
    own = [(f"instructions of {name}", problem.tasks[name].overhead) for name in call.tasks]
    return [(name, tokens) for name, tokens in (("instructions", problem.overhead), *own) if tokens != ZERO]


def prompt_tokens(problem: Problem, call: Call, context: Context) -> Expr:
    """Tokens that one call reads, in the first round of a conversation."""
    total = ZERO
    for _, tokens in prompt_texts(problem, call, context):
        total = total + tokens
    return total


def repeated_tokens(problem: Problem, call: Call, context: Context) -> Expr:
    """Tokens at the start of a prompt that are the same as in an earlier attempt."""
    total = ZERO
    if not context.again:
        return total
    for name, tokens in prompt_texts(problem, call, context):
        if name in context.stale:
            break
        total = total + tokens
    return total


def rewritten(problem: Problem, tasks: Iterable[str]) -> frozenset[str]:
    """Texts that `tasks` write or edit."""
    texts: set[str] = set()
    for name in tasks:
        task = problem.tasks[name]
        texts |= {*task.writes, *((task.edits.text,) if task.edits else ())}
    return frozenset(texts)


def task_output(problem: Problem, task: Task, call: Call, context: Context) -> Expr:
    """Tokens that `task` generates within one call; a chain writes its share for the steps that it takes."""
    whole = combined_by(problem, task.name, context)
    if whole is not None:
        return merge_output(problem, whole, task, context)
    divided = joined_by(problem, task.name, context)
    if divided is not None:
        return joined_output(problem, divided, task, context)
    total = _written(problem, task, call, context)
    if task.steps is None or task.name not in context.steps:
        return total
    return total * chain_steps(task, context) / task.steps.count


def _written(problem: Problem, task: Task, call: Call, context: Context) -> Expr:
    divided = divided_by(problem, task.name, context)
    total = ZERO if divided is None else briefs(problem, divided, context)
    forgetful = condensed_by(problem, task.name, context)
    if forgetful is not None and forgetful.memory is not None and forgetful.memory.to is not None:
        total = total + forgetful.memory.to
    for name in task.writes:
        text = problem.texts[name]
        total = total + text_tokens(text, context, call.scope)
    if task.compresses is not None:
        total = total + digest_tokens(problem, task, context, call.scope)
    if task.edits is None:
        return total
    text = problem.texts[task.edits.text]
    if task.edits.patch is not None and call.write == "patch":
        return total + task.edits.patch * trials(problem, task, context)
    if task.edits.unit == "whole":
        return total + text.tokens
    if task.for_each is not None and call.write == "part":
        return total + text_tokens(text, context, "part")
    return total + text_tokens(text, context, call.scope)


def output_tokens(problem: Problem, call: Call, context: Context) -> Expr:
    """Tokens that one call generates."""
    total = ZERO
    for name in call.tasks:
        total = total + task_output(problem, problem.tasks[name], call, context)
    return total


def requirements(
    problem: Problem, tasks: Iterable[str], shares: Context, among: Expr | None = None
) -> dict[str, tuple[Expr | None, Expr]]:
    """Capabilities that a model needs for `tasks`.

    Returns
    -------
    dict
        From a capability to (members needed, size of the model for one member); the members are `None` for
        a capability that is no family.
    """
    needed: dict[str, tuple[Expr | None, Expr]] = {}
    for name in tasks:
        task = problem.tasks[name]
        for required in task.requires:
            capability = problem.capabilities[required]
            size = capability.size
            if capability.options is not None:
                size = size.subs({capability.options: ONE if among is None else among})
            members = capability.family
            if members is not None and task.one_of is not None and task.one_of.family == required:
                members = shares.shares.get(name, members)
            earlier = needed.get(required, (members, size))[0]
            if members is not None and earlier is not None and earlier != members:
                # one task needs a share of the family, another needs more of it
                full = capability.family in (earlier, members)
                members = capability.family if full else maximum(earlier, members)
            needed[required] = (members, size)
    return needed


def model_size(problem: Problem, call: Call, context: Context) -> Expr:
    """Size of the least model that covers a call; the size of the named model in a closed catalogue."""
    if call.model is not None:
        return problem.models[call.model].size
    needed = requirements(problem, (*call.tasks, *call.able), context, call.among)
    sizes = [(ONE if members is None else members, size) for members, size in needed.values()]
    if problem.law.kind == "max":
        return maximum(*(size for _, size in sizes)) if sizes else ZERO
    if problem.law.kind == "linear" or problem.law.exponent == ONE:
        total = ZERO
        for members, size in sizes:
            total = total + members * size
        return total
    if len(sizes) == 1 and sizes[0][0] == ONE:
        return sizes[0][1]
    exponent = problem.law.exponent
    total = ZERO
    for members, size in sizes:
        total = total + members * size ** (ONE / exponent)
    return total**exponent


def covers(problem: Problem, model: str, call: Call, context: Context) -> bool:
    """Whether a model of the closed catalogue has every capability that a call needs."""
    can = problem.models[model].can
    for name, (members, _) in requirements(problem, (*call.tasks, *call.able), context, call.among).items():
        if name not in can:
            return False
        has = can[name]
        if members is not None and has is not None and not _at_least(has, members):
            return False
    return True


def _at_least(has: Expr, needs: Expr) -> bool:
    """Whether `has >= needs` is plain: equal, or a difference with no negative term (symbols are >= 1)."""
    difference = dict((has - needs).terms)
    constant = difference.pop((), 0)
    return all(c > 0 for c in difference.values()) and sum(difference.values(), constant) >= 0


def success(
    problem: Problem, tasks: Iterable[str], names: Iterable[str], context: Context, model: str | None = None
) -> Expr:
    """Probability that one call, by `model`, does right those of its `tasks` that are among `names`."""
    wanted = set(names)
    result = num(1)
    for name in tasks:
        task = problem.tasks[name]
        if name in wanted and task.succeeds is not None:
            unit = unit_success(problem, task, context, model)
            result = result * raised(unit, exposure(problem, task, context))
    return result


def unit_success(problem: Problem, task: Task, context: Context, model: str | None = None) -> Expr:
    """Probability that a unit comes out right: of easy and hard ones on average, where it is not known which."""
    assert task.succeeds is not None
    easy, hard = model_rate(problem, task, model), task.succeeds.hard
    if hard is None:
        return easy
    worse = model_rate(problem, task, model, hard=True)
    if task.name in context.given:
        return worse if context.given[task.name] else easy
    return easy * (ONE - hard.share) + worse * hard.share


def model_rate(problem: Problem, task: Task, model: str | None, hard: bool = False) -> Expr:
    """Success rate of a model: its own for the task, else that of the capabilities it takes, else the task's."""
    assert task.succeeds is not None
    known = problem.models.get(model) if model is not None else None
    own = {} if known is None else known.hard if hard else known.succeeds
    if task.name in own:
        return own[task.name]
    rates = [own[name] for name in task.requires if name in own]
    usual = task.succeeds.hard.probability if hard and task.succeeds.hard is not None else task.succeeds.probability
    result = ONE if rates else usual
    for rate in rates:
        result = result * rate
    return result


def reads_whole(problem: Problem, task: Task, context: Context) -> bool:
    """Whether all texts that a task reads are whole in this context."""
    return all(is_whole(problem.texts[read.text], context) for read in task.reads)


def uncertain(problem: Problem, node: Design) -> bool:
    """Whether a design holds a task that may fail, and a step that may not run."""
    parts = tuple(walk(node))
    names = (name for part in parts if isinstance(part, Call) for name in part.tasks)
    fails = any(problem.tasks[name].succeeds is not None for name in names)
    return fails and any(isinstance(part, If | ForEach | Until) for part in parts)
