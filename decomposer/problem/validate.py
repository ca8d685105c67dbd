"""Whether a problem makes sense: names, facts, the flow of texts, and the regime. Independent of order."""

from __future__ import annotations

from collections.abc import Iterator

from decomposer.errors import Diagnostic
from decomposer.expr.parse import parse_relation
from decomposer.problem.designs import misused_steps
from decomposer.problem.diagnose import Issue, diagnostic, refusal, render
from decomposer.problem.facts import contradictions
from decomposer.problem.formulas import formulas
from decomposer.problem.graph import circles
from decomposer.problem.model import Problem, Task
from decomposer.problem.references import unknown_names


def issues_of(problem: Problem, *, regime: bool = True) -> list[Issue]:
    """Return all that is wrong; facts are looked at when all names are known, the regime when all else is well."""
    found = list(unknown_names(problem))
    if not found:
        found = [*contradictions(problem), *circles(problem)]
        # A step that refers to a task of the wrong kind can be judged whatever else is wrong with the tasks.
        found += misused_steps(problem)
    if not found and regime:
        from decomposer.problem.regime import contradictory

        found = list(contradictory(problem))
    return found


def validate(problem: Problem) -> Problem:
    """Return the problem if it makes sense.

    Raises
    ------
    ProblemError
        With everything that is wrong.
    """
    found = issues_of(problem)
    if found:
        raise refusal(render(found, None), problem.file)
    return problem


def _makers(task: Task) -> Iterator[str | None]:
    """Helpers of a task that make results of it, or what its subproblems are told."""
    if task.combines is not None:
        yield task.combines.by
    if task.memory is not None:
        yield task.memory.condense
    if task.recursive is not None:
        yield task.recursive.combine
        yield task.recursive.split if task.recursive.brief is not None else None


def warnings(problem: Problem) -> tuple[Diagnostic, ...]:
    """Return what is probably not meant, though nothing forbids it."""
    used: set[str] = set()
    for formula in formulas(problem):
        used |= formula.expr.symbols
    for text in problem.assume:
        left, _, right = parse_relation(text)
        used |= left.symbols | right.symbols
    found = [
        diagnostic(problem, ("parameters", name), f"the parameter `{name}` is never used", "unused", "remove it")
        for name in problem.parameters
        if name not in used
    ]
    required = {name for task in problem.tasks.values() for name in task.requires}
    for name in problem.capabilities:
        if name not in required:
            message = f"no task requires the capability `{name}`"
            found.append(diagnostic(problem, ("capabilities", name), message, "unused", "remove it"))
    discounted = [name for name, one in problem.models.items() if one.prices is not None and one.prices.cached]
    if discounted and problem.cost.kind == "linear":
        message = "the cost model `linear` bills no token as seen before, so `cached` bills nothing"
        where = ("models", discounted[0], "prices", "cached")
        found.append(diagnostic(problem, where, message, "unused", "write `cost: cached`, or leave it out"))
    texts: set[str] = set()
    makers = {name for task in problem.tasks.values() for name in _makers(task)}
    for task in problem.tasks.values():
        texts |= {read.text for read in task.reads} | set(task.writes)
        if task.edits is not None:
            texts.add(task.edits.text)
        makes = task.writes or task.edits or task.finds or task.methods or task.compresses
        if not makes and task.name not in makers:
            message = f"`{task.name}` writes nothing, so its calls cost nothing"
            found.append(diagnostic(problem, ("tasks", task.name), message, "no-output", "name a text under `writes`"))
        if task.succeeds is not None and task.check is None and problem.target is None:
            message = f"nobody can tell whether `{task.name}` succeeded, so that it cannot be retried"
            found.append(
                diagnostic(problem, ("tasks", task.name, "succeeds"), message, "no-check", "add `check: free`")
            )
    for name in problem.texts:
        if name not in texts:
            message = f"no task reads or writes the text `{name}`"
            found.append(diagnostic(problem, ("texts", name), message, "unused", "remove it"))
    return tuple(found)
