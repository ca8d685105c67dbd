"""Why nothing solves a problem, in words, and what could be changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from decomposer.design.context import TOP, Context, partition
from decomposer.design.nodes import Call
from decomposer.design.sizes import covers
from decomposer.design.vote_bounds import too_long
from decomposer.design.windows import fits, longest
from decomposer.errors import Diagnostic, InfeasibleError
from decomposer.expr import ONE, Expr, num, pretty
from decomposer.problem.diagnose import diagnostic
from decomposer.problem.graph import topological
from decomposer.problem.model import Limits, Problem, Task
from decomposer.search import asymptotic
from decomposer.search.run import Run
from decomposer.search.unfold import Space
from decomposer.verbs.measure import regime_of


def infeasible(problem: Problem, space: Space, complete: bool = True, run: Run | None = None) -> InfeasibleError:
    """Make the error for a problem that no design of its space satisfies: what is missing, and for which task.

    Parameters
    ----------
    complete : bool
        Whether all designs were looked at.
    run : Run, optional
        When to stop looking for a design without limits.
    """
    return InfeasibleError(_reason(problem, space, complete, run or Run()), file=problem.file)


def _reason(problem: Problem, space: Space, complete: bool, run: Run) -> Diagnostic:
    if problem.limits and asymptotic.best(_without_limits(space), regime_of(problem), run=run)[0]:
        limits = problem.limits
        given = (("models", limits.models), ("cost", limits.cost), ("span", limits.span))
        told = ", ".join(f"{name} {limit}" for name, limit in given if limit is not None)
        who = "no design keeps" if complete else "no design was found that keeps"
        return Diagnostic(f"{who} the limits throughout the regime: {told}", "infeasible")
    if problem.models:
        for task in problem.tasks.values():
            if not any(all(name in model.can for name in task.requires) for model in problem.models.values()):
                message = f"no model of the catalogue has all that {task.name} requires: {', '.join(task.requires)}"
                return diagnostic(problem, ("tasks", task.name, "requires"), message, "infeasible")
        for task, context, what in _least_calls(problem):
            found = _beyond_windows(problem, task, context, what)
            if found is not None:
                return found
    for name in too_long(problem):
        message = f"no design was found: {name} has so many units that the chance to be right in all is not worked out"
        hint = "make the number of units a parameter"
        return diagnostic(problem, ("tasks", name, "succeeds"), message, "infeasible", hint)
    message = "no design satisfies the problem: some task cannot be done at any scope that the facts allow"
    return Diagnostic(message, "infeasible")


def _without_limits(space: Space) -> Space:
    """The same space for the problem without its limits."""
    return replace(space, site=replace(space.site, problem=replace(space.site.problem, limits=Limits())))


# -- windows --------------------------------------------------------------------------------------------


def _least_calls(problem: Problem) -> Iterator[tuple[Task, Context, str]]:
    """The least that a call of each task may work on, with words for it; what combines results comes last."""
    digested = {task.compresses.text for task in problem.tasks.values() if task.compresses is not None}
    tasks = [problem.tasks[name] for name in topological(problem)]
    for task in tasks:
        if not task.requires or any(read.text in digested for read in task.reads):
            continue  # done by others, or on a digest, which may be small
        text = partition(problem, task)
        context, what = TOP, "all that it reads and writes at once"
        if task.local is not None:
            context, what = TOP.narrowed(task.local, ONE), f"one {task.local}, with what it writes,"
        elif task.combines is not None and text is not None and text.part is not None:
            context, what = TOP.grouped(task.name, text.part, ONE), f"one {text.part}, with what it writes,"
        context = context.sharing(task.name, ONE) if task.one_of is not None else context
        context = context.striding(task.name, ONE) if task.steps is not None else context
        yield task, context, what
    for task in tasks:
        text = partition(problem, task)
        if task.combines is None or task.combines.by is None or text is None or text.part is None:
            continue
        assert text.count is not None
        both = TOP.merged(task.name, text.part, text.count, num(2))
        yield problem.tasks[task.combines.by], both, f"two results of {task.name}, with what it writes,"


def _beyond_windows(problem: Problem, task: Task, context: Context, what: str) -> Diagnostic | None:
    """Say so where no model takes even the least that a call of a task may work on."""
    call = Call((task.name,))
    able = [model for model in problem.models.values() if covers(problem, model.name, call, context)]
    windows = [(model.name, model.window) for model in able if model.window is not None]
    if not able or len(windows) < len(able) or any(fits(problem, name, call, context) for name, _ in windows):
        return None
    length = longest(problem, call, context)
    told = " and ".join(f"the window of {name} is {pretty(window)}" for name, window in windows)
    message = f"no window takes a call of {task.name}: {what} is {pretty(length)} tokens, and {told}"
    hint = _way_out(problem, length, windows[0][1], context == TOP)
    return diagnostic(problem, ("models", windows[0][0], "window"), message, "infeasible", hint)


def _way_out(problem: Problem, length: Expr, window: Expr, whole: bool) -> str:
    """What can be done about a call that is too long for a window."""
    growing = [name for name in problem.parameters if name in length.symbols]
    if not growing:
        return f"it takes a larger window, or {'a fact such as `local` or `combines`' if whole else 'smaller parts'}"
    names = " and ".join(growing)
    if window.symbols:
        return f"nothing that is assumed keeps {names} below it: add `{pretty(length)} <= {pretty(window)}` to `assume`"
    return (
        f"{names} may grow beyond any number: make the window a parameter W and assume `{pretty(length)} <= W`, "
        "or give numbers with --set"
    )
