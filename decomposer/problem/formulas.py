"""Every formula of a problem, with its place and what may be said of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from decomposer.expr import Expr
from decomposer.problem.assemble import second
from decomposer.problem.model import Problem, Step, Task, Text

if TYPE_CHECKING:
    from decomposer.problem.yaml import Loc

Role = Literal["size", "count", "times", "price", "share", "probability", "exponent", "power"]
"""What a formula measures.

`size` tokens or a model, above 0; `count` a whole number of things, at least 1; `times` an expected count,
above 0; `price` at least 0; `share` and `probability` between 0 and 1; `exponent` of a law, in (0, 1]; `power`
of attention, at least 1.
"""


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula at a place; `bound` are names that it may use besides the parameters."""

    loc: Loc
    expr: Expr
    role: Role
    bound: frozenset[str] = frozenset()


def formulas(problem: Problem) -> Iterator[Formula]:
    """Yield every formula of the problem but the assumptions, in order of declaration."""
    for text in problem.texts.values():
        yield from _text(text)
    for capability in problem.capabilities.values():
        loc: Loc = ("capabilities", capability.name)
        bound = frozenset({capability.options} if capability.options is not None else ())
        yield Formula((*loc, "size" if capability.family is None else "each"), capability.size, "size", bound)
        if capability.family is not None:
            yield Formula((*loc, "family"), capability.family, "count")
    yield Formula(("scaling", "exponent"), problem.law.exponent, "exponent")
    for model in problem.models.values():
        yield Formula(("models", model.name, "size"), model.size, "size")
        if model.prices is not None:
            for key in ("input", "output", "cached"):
                value = getattr(model.prices, key)
                if value is not None:
                    yield Formula(("models", model.name, "prices", key), value, "price")
        yield Formula(("models", model.name, "hosting"), model.hosting, "price")
        for name, rate in model.succeeds.items():
            yield Formula(("models", model.name, "succeeds", name), rate, "probability")
        for name, rate in model.hard.items():
            yield Formula(("models", model.name, "hard", name), rate, "probability")
        if model.delay is not None:
            yield Formula(("models", model.name, "delay"), model.delay, "price")
        if model.window is not None:
            yield Formula(("models", model.name, "window"), model.window, "size")
        for name, members in model.can.items():
            if members is not None:
                yield Formula(("models", model.name, "can", name), members, "count")
    cost = problem.cost
    for key, expr in (("input", cost.alpha), ("output", cost.beta)):
        yield Formula(("cost", key), expr, "price")
    yield Formula(("cost", "cached"), cost.gamma, "share")
    yield Formula(("cost", "exponent"), cost.exponent, "power")
    limits = problem.limits
    if limits.models is not None:
        yield Formula(("limits", "models"), limits.models, "count")
    for key, limit in (("cost", limits.cost), ("span", limits.span)):
        if limit is not None:
            yield Formula(("limits", key), limit, "price")
    if problem.target is not None:
        yield Formula(("target",), problem.target, "probability")
    yield Formula(("overhead",), problem.overhead, "price")
    if problem.workers is not None:
        yield Formula(("workers",), problem.workers, "count")
    for task in problem.tasks.values():
        yield from _task(task)
    for design, steps in problem.designs.items():
        yield from _steps(steps, ("designs", design), frozenset())


def _text(text: Text) -> Iterator[Formula]:
    loc: Loc = ("texts", text.name)
    if text.part is None:
        yield Formula((*loc, "tokens"), text.tokens, "size")
    else:
        if text.count is not None:
            yield Formula((*loc, "parts", text.part), text.count, "count")
        if text.each is not None:
            yield Formula((*loc, "each"), text.each, "size")
    if text.head is not None:
        yield Formula((*loc, "head"), text.head, "size")


def _task(task: Task) -> Iterator[Formula]:
    loc: Loc = ("tasks", task.name)
    if task.edits is not None and task.edits.patch is not None:
        yield Formula((*loc, "edits", "patch"), task.edits.patch, "size")
    if task.finds is not None:
        yield Formula((*loc, "finds", "count"), task.finds.count, "count")
        if task.finds.per_call is not None:
            yield Formula((*loc, "finds", "per_call"), task.finds.per_call, "count")
        yield Formula((*loc, "finds", "per_part"), task.finds.per_part, "count")
    if task.succeeds is not None:
        yield Formula((*loc, "succeeds", "probability"), task.succeeds.probability, "probability")
        if task.succeeds.hard is not None:
            yield Formula((*loc, "succeeds", "hard", "share"), task.succeeds.hard.share, "probability")
            yield Formula((*loc, "succeeds", "hard", "probability"), task.succeeds.hard.probability, "probability")
    if task.check is not None:
        yield Formula((*loc, "check", "accepts"), task.check.accepts, "share")
        yield Formula((*loc, "check", "rejects"), task.check.rejects, "share")
    if task.steps is not None:
        yield Formula((*loc, "steps", "count"), task.steps.count, "count")
        yield Formula((*loc, "steps", "state"), task.steps.state, "size")
        if task.steps.per_call is not None:
            yield Formula((*loc, "steps", "per_call"), task.steps.per_call, "count")
    if task.compresses is not None:
        yield Formula((*loc, "compresses", "to"), task.compresses.to, "size")
    if task.combines is not None and task.combines.at_once is not None:
        yield Formula((*loc, "combines", "at_once"), task.combines.at_once, "count")
    if task.recursive is not None:
        for key in ("into", "shrink", "base"):
            value = getattr(task.recursive, key)
            if value is not None:
                yield Formula((*loc, "recursive", key), value, "count")
    if task.memory is not None and task.memory.last is not None:
        yield Formula((*loc, "memory", "last"), task.memory.last, "count")
    if task.memory is not None and task.memory.to is not None:
        yield Formula((*loc, "memory", "to"), task.memory.to, "size")
    yield Formula((*loc, "overhead"), task.overhead, "price")


def _steps(steps: tuple[Step, ...], loc: Loc, loops: frozenset[str]) -> Iterator[Formula]:
    for index, step in enumerate(steps):
        here = (*loc, index)
        if isinstance(step.value, Expr):
            yield Formula((*here, step.kind), step.value, "times" if step.kind == "repeat" else "count", loops)
        for key, value in step.options.items():
            if isinstance(value, Expr):
                yield Formula((*here, key), value, "count", loops)
        name = step.options.get("as")
        inside = loops | {name} if isinstance(name, str) else loops
        yield from _steps(step.before, (*here, "split"), inside)
        yield from _steps(step.do, (*here, "do"), inside)
        yield from _steps(step.otherwise, (*here, second(step.kind)), inside)
