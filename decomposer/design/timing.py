"""Time on few workers: all calls one after the other, the critical path, and what lies between.

With P workers, a schedule that leaves none idle while a call is ready takes at most ``busy/P + span``, and none takes
less than either of the two [1]_ [2]_: the sum is the time of the best schedule within a factor of 2, so that it has
its growth.

References
----------
.. [1] R. L. Graham, Bounds for certain multiprocessing anomalies, Bell System Technical Journal 45, 1966.
.. [2] R. P. Brent, The parallel evaluation of general arithmetic expressions, Journal of the ACM 21, 1974.
"""

from __future__ import annotations

from collections.abc import Callable

from decomposer.design.context import TOP, Context
from decomposer.design.evaluate import span
from decomposer.design.leaves import call_time, leaves, over_rounds
from decomposer.design.nodes import Call, Design, Hole
from decomposer.expr import ZERO, Expr
from decomposer.problem.model import Problem


def busy(
    problem: Problem,
    node: Design,
    context: Context = TOP,
    holes: Callable[[object, Context], Expr] | None = None,
) -> Expr:
    """Time of all calls of a design one after the other; its work, where models have no delays.

    Parameters
    ----------
    holes : function of (goal, context), optional
        The same of the sub-goals of a template, each in the context in which it stands.
    """
    total = ZERO
    for leaf in leaves(problem, node, context):
        if isinstance(leaf.node, Call):
            once = call_time(problem, leaf.node, leaf.context)
            total = total + over_rounds(once * leaf.count, leaf.context)
        else:
            assert holes is not None and isinstance(leaf.node, Hole)
            value = holes(leaf.node.goal, leaf.context) * leaf.count
            total = total + (value if leaf.node.whole_scope else over_rounds(value, leaf.context))
    return total


def on_workers(problem: Problem, alone: Expr, path: Expr) -> Expr:
    """Time on the workers of a problem, within a factor of 2, from the time of one worker and of any number."""
    return path if problem.workers is None else alone / problem.workers + path


def time(problem: Problem, node: Design) -> Expr:
    """Time of a design on the workers of its problem, within a factor of 2."""
    return on_workers(problem, busy(problem, node), span(problem, node))
