"""What a problem asks for that cannot be had together, with what to do instead."""

from __future__ import annotations

from decomposer.errors import ProblemError
from decomposer.expr import ZERO
from decomposer.problem.diagnose import diagnostic
from decomposer.problem.model import Problem


def check_optimum(problem: Problem, numbers: bool) -> None:
    """Refuse a target beside a limited span or another objective than the cost, at numbers; and a budget beside time.

    The least scope is found without limits, target and hosting costs: these ask for larger models, or for fewer.

    Parameters
    ----------
    numbers : bool
        Whether numbers are given for all parameters, or it has none.

    Raises
    ------
    ProblemError
        With the place, and what to leave out.
    """
    if problem.minimise == "scope":
        _check_scope(problem)
    if problem.target is not None and numbers:
        growth = "leave out --set: the growth is found with both; or leave out `target`"
        if problem.minimise != "cost":
            message = f"at numbers a target for the reliability of the whole takes the cost, not the {problem.minimise}"
            raise _refused(problem, "minimise", f"{message}, as what is minimised", growth)
        if problem.limits.span is not None:
            message = "at numbers a target for the reliability of the whole cannot be combined with a limit on the span"
            raise _refused(problem, "limits.span", message, growth)
    if problem.minimise == "time" and problem.limits.cost is not None:
        hint = "minimise the cost; or leave out the limit, and choose from what `decomposer front` lists"
        raise _refused(problem, "limits.cost", "a limit on the cost cannot be combined with `minimise: time`", hint)


def _check_scope(problem: Problem) -> None:
    instead = "; or minimise the cost: of designs of equal cost, the one of the smallest largest model is taken anyway"
    if problem.target is not None:
        message = "`minimise: scope` cannot be combined with a target for the reliability of the whole"
        raise _refused(problem, "target", message, f"leave out `target`{instead}")
    if problem.limits:
        message = "`minimise: scope` cannot be combined with limits"
        raise _refused(problem, "limits", message, f"leave out `limits`{instead}")
    for model in problem.models.values():
        if model.hosting != ZERO:
            message = "`minimise: scope` cannot be combined with hosting costs, which favour few and large models"
            raise _refused(problem, f"models.{model.name}.hosting", message, f"leave out `hosting`{instead}")


def check_costs(problem: Problem, what: str) -> None:
    """Refuse to put a price on anything where not the cost but the scope is minimised.

    Raises
    ------
    ProblemError
        With what to do instead.
    """
    if problem.minimise == "scope":
        message = f"{what} by what is minimised, and a scope is no price"
        raise _refused(problem, "minimise", message, "minimise the cost, the span or the time here")


def check_front(problem: Problem, numbers: bool) -> None:
    """Refuse a front under a target; and in growth, under limits on what it lists.

    Raises
    ------
    ProblemError
        With the place, and what to leave out.
    """
    if problem.target is not None:
        hint = "leave out `target`; or use `decomposer optimize`, which finds the cheapest design that reaches it"
        message = "a front lists cost and span, and cannot be combined with a target for the reliability of the whole"
        raise _refused(problem, "target", message, hint)
    for name in ("cost", "span"):
        if not numbers and getattr(problem.limits, name) is not None:
            hint = "give numbers with --set; or leave it out, and choose from the front"
            raise _refused(problem, f"limits.{name}", f"in growth a front takes no limit on the {name}", hint)


def _refused(problem: Problem, path: str, message: str, hint: str) -> ProblemError:
    return ProblemError(diagnostic(problem, path, message, "not-together", hint), file=problem.file)
