"""What would pay about errors, and about what every design has to bear: targets, limits, windows, instructions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from decomposer.expr import ZERO
from decomposer.problem.frozen import Frozen
from decomposer.problem.model import Limits, Problem, Task


def surer(problem: Problem, task: Task) -> Iterator[tuple[str, str, Problem]]:
    """Yield facts about errors that are not stated: each with its kind, in words, and the problem that has it."""
    fact, check = task.succeeds, task.check
    if fact is not None and fact.hard is not None:
        models = {name: replace(model, hard=Frozen()) for name, model in problem.models.items()}
        easy = _with_task(replace(problem, models=Frozen(models)), replace(task, succeeds=replace(fact, hard=None)))
        yield "no hard units", f"if no unit were harder for {task.name} than others", easy
    if fact is not None and fact.wrong == "agree" and fact.unit != "call" and problem.target is not None:
        scattered = replace(task, succeeds=replace(fact, wrong="scatter"))
        yield "scatter", f"if wrong answers of {task.name} rarely agreed", _with_task(problem, scattered)
    if check is not None and (check.accepts, check.rejects) != (ZERO, ZERO):
        sure = replace(task, check=replace(check, accepts=ZERO, rejects=ZERO))
        yield "check without errors", f"if the check of {task.name} never erred", _with_task(problem, sure)


def lighter(problem: Problem) -> Iterator[tuple[str, str, Problem]]:
    """Yield what all designs have to bear: each by its name, what it would be without it, and that problem."""
    models, tasks = problem.models.values(), problem.tasks.values()
    if problem.target is not None:
        yield "target", "if it did not matter how often all comes out right", replace(problem, target=None)
    if any(model.hosting != ZERO for model in models):
        free = Frozen({model.name: replace(model, hosting=ZERO) for model in models})
        yield "hosting", "if hosting a model cost nothing", replace(problem, models=free)
    if any(model.window is not None for model in models):
        wide = Frozen({model.name: replace(model, window=None) for model in models})
        yield "windows", "if models could read texts of any length", replace(problem, models=wide)
    if problem.overhead != ZERO or any(task.overhead != ZERO for task in tasks):
        brief = Frozen({task.name: replace(task, overhead=ZERO) for task in tasks})
        yield "instructions", "if calls needed no instructions", replace(problem, overhead=ZERO, tasks=brief)
    for name in ("models", "cost", "span"):
        if getattr(problem.limits, name) is not None:
            limits = Limits(**{**{key: getattr(problem.limits, key) for key in ("models", "cost", "span")}, name: None})
            yield f"limit on {name}", f"without the limit on {name}", replace(problem, limits=limits)


def _with_task(problem: Problem, task: Task) -> Problem:
    return replace(problem, tasks=Frozen({**problem.tasks, task.name: task}))
