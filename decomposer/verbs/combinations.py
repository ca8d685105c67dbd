"""What a problem asks for that cannot be had together, with what to do instead."""

from __future__ import annotations

from decomposer.errors import ProblemError
from decomposer.problem.diagnose import diagnostic
from decomposer.problem.model import Problem


def check_optimum(problem: Problem, numbers: bool) -> None:
    """Refuse a target beside limits or another objective than the cost, at numbers; and a budget beside the time.

    Parameters
    ----------
    numbers : bool
        Whether numbers are given for all parameters, or it has none.

    Raises
    ------
    ProblemError
        With the place, and what to leave out.
    """
    if problem.target is not None and numbers:
        growth = "leave out --set: the growth is found with both; or leave out `target`"
        if problem.minimise != "cost":
            message = f"at numbers a target for the reliability of the whole takes the cost, not the {problem.minimise}"
            raise _refused(problem, "minimise", f"{message}, as what is minimised", growth)
        if problem.limits:
            message = "at numbers a target for the reliability of the whole cannot be combined with limits"
            raise _refused(problem, "limits", message, growth)
    if problem.minimise == "time" and problem.limits.cost is not None:
        hint = "minimise the cost; or leave out the limit, and choose from what `decomposer front` lists"
        raise _refused(problem, "limits.cost", "a limit on the cost cannot be combined with `minimise: time`", hint)


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
