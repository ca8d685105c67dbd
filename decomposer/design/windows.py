"""Whether a call fits into the context window of its model."""

from __future__ import annotations

from dataclasses import replace

from decomposer.design.bounds import at_least
from decomposer.design.context import Context, scans
from decomposer.design.nodes import Call
from decomposer.design.sizes import output_tokens, prompt_tokens
from decomposer.errors import OutsideClassError
from decomposer.expr import ONE, ZERO, Expr, floor, minimum
from decomposer.problem.frozen import Frozen
from decomposer.problem.model import Problem


def longest(problem: Problem, call: Call, context: Context) -> Expr:
    """Tokens read and written by the longest of the calls that a call stands for."""
    read = prompt_tokens(problem, call, context)
    if call.history is not None:
        read = read * _rounds(problem, call, context)
    total = read + output_tokens(problem, call, context)
    for level in context.levels:
        total = total.subs({level.index: level.top})
    return total


def _rounds(problem: Problem, call: Call, context: Context) -> Expr:
    """Rounds of the conversation that a call keeps; what is done for an item stands in that of its finder."""
    counts = dict(context.indices)
    if call.history in counts:
        return counts[call.history]
    task = problem.tasks[call.tasks[0]]
    finder = problem.tasks[task.for_each or task.name]
    return (scans(problem, finder, context) if finder.finds is not None else None) or ONE


def fits(problem: Problem, model: str, call: Call, context: Context) -> bool:
    """Whether the longest context of a call is within the window of a model.

    At numbers exactly; while sizes are symbols, in the end and up to a constant factor. A free parameter of the
    design is bounded where it is introduced, and taken to fit.
    """
    window = problem.models[model].window
    if window is None:
        return True
    length = longest(problem, call, context)
    if at_least(window, length):
        return True
    if not length.symbols and not window.symbols:
        return False
    if not length.symbols <= problem.parameters.keys():
        return True
    from decomposer.growth import is_big_o
    from decomposer.problem.regime import regime

    try:
        return is_big_o(length, window, regime(problem)) is True
    except OutsideClassError:
        return False


def without_windows(problem: Problem) -> Problem:
    """The same problem with models that take contexts of any length."""
    return replace(problem, models=Frozen({one.name: replace(one, window=None) for one in problem.models.values()}))


def least(problem: Problem, *bounds: Expr) -> Expr:
    """The least of some bounds: the one that is so in all of the regime, if there is one."""
    from decomposer.growth import is_big_o
    from decomposer.problem.regime import regime

    for bound in bounds if any(bound.symbols for bound in bounds) else ():
        try:
            if all(is_big_o(bound, other, regime(problem)) is True for other in bounds):
                return bound
        except OutsideClassError:
            break
    return minimum(*bounds)


def room(window: Expr, length: Expr, name: str) -> Expr | None:
    """How large a free parameter may become in a length that grows linearly with it.

    `None` where the length does not grow with it. While sizes are symbols, up to a constant factor.
    """
    at_one = length.subs({name: 1})
    slope = length.subs({name: 2}) - at_one
    if slope == ZERO:
        return None
    if window.symbols or slope.symbols or at_one.symbols:
        return window / slope
    return floor((window - at_one) / slope) + 1
