"""Hand designs: steps that refer to tasks of the right kind. Whether a design is legal is decided elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from decomposer.problem.assemble import second
from decomposer.problem.diagnose import Issue
from decomposer.problem.model import Problem, Step

if TYPE_CHECKING:
    from decomposer.problem.yaml import Loc


def misused_steps(problem: Problem) -> Iterator[Issue]:
    """Yield an issue for every step that cannot be meant so; names are taken to be known."""
    for name, steps in problem.designs.items():
        if not steps:
            yield Issue(("designs", name), f"the design `{name}` has no steps", "bad-step", at_key=True)
        yield from _steps(problem, steps, ("designs", name), ())


def _steps(problem: Problem, steps: tuple[Step, ...], loc: Loc, loops: tuple[str, ...]) -> Iterator[Issue]:
    for index, step in enumerate(steps):
        here = (*loc, index)
        name = step.options.get("as")
        if isinstance(name, str):
            if name in problem.parameters or name in loops:
                what = "a parameter" if name in problem.parameters else "the index of a loop around this one"
                yield Issue((*here, "as"), f"`{name}` is {what} already", "bad-name", "choose another name", name)
            inside = (*loops, name)
        else:
            inside = loops
        yield from _step(problem, step, here)
        yield from _steps(problem, step.before, (*here, "split"), inside)
        yield from _steps(problem, step.do, (*here, "do"), inside)
        yield from _steps(problem, step.otherwise, (*here, second(step.kind)), inside)


def _step(problem: Problem, step: Step, here: Loc) -> Iterator[Issue]:
    if not isinstance(step.value, str):
        return
    if step.kind in ("until", "for_each", "if") and problem.tasks[step.value].finds is None:
        message = f"`{step.value}` finds nothing"
        yield Issue((*here, step.kind), message, "bad-step", f"add `finds` to `{step.value}`", step.value)
    if step.kind == "case" and problem.tasks[step.value].one_of is None:
        message = f"`{step.value}` is not one of a family"
        yield Issue((*here, "case"), message, "bad-step", f"add `one_of` to `{step.value}`", step.value)
    combines = problem.tasks[step.value].combines if step.kind == "merge" else None
    if step.kind == "merge" and combines is None:
        message = f"nothing says that results of `{step.value}` combine"
        yield Issue((*here, "merge"), message, "bad-step", f"add `combines` to `{step.value}`", step.value)
    elif combines is not None and combines.by is None:
        message = f"results of `{step.value}` are combined by an oracle"
        yield Issue((*here, "merge"), message, "bad-step", "write `each:`", step.value)
    if step.kind == "recurse" and problem.tasks[step.value].recursive is None:
        message = f"nothing says that `{step.value}` is done by divide and conquer"
        yield Issue((*here, "recurse"), message, "bad-step", f"add `recursive` to `{step.value}`", step.value)
    if step.kind == "serve" and problem.tasks[step.value].memory is None:
        message = f"`{step.value}` has no memory"
        yield Issue((*here, "serve"), message, "bad-step", f"add `memory` to `{step.value}`", step.value)
    if step.kind == "steps" and problem.tasks[step.value].steps is None:
        message = f"`{step.value}` is no chain of steps"
        yield Issue((*here, "steps"), message, "bad-step", f"add `steps` to `{step.value}`", step.value)
    if step.kind == "escalate" and problem.tasks[step.value].check is None:
        message = f"nobody can tell whether `{step.value}` succeeded"
        yield Issue((*here, "escalate"), message, "bad-step", f"add `check` to `{step.value}`", step.value)
    if step.kind == "retry" and problem.tasks[step.value].succeeds is None:
        message = f"`{step.value}` never fails"
        yield Issue((*here, "retry"), message, "bad-step", f"add `succeeds` to `{step.value}`", step.value)
