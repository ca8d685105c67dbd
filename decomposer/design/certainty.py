"""The reliability of a design at numbers, as a product of powers: the same fold, without multiplying out."""

from __future__ import annotations

from fractions import Fraction

from decomposer.design.context import TOP, Context, exposure
from decomposer.design.nodes import Call, Case, Design, Escalate, Hole, Retry, Seq, Vote
from decomposer.design.products import Product
from decomposer.design.reliability import reliability, repeated
from decomposer.design.sizes import unit_success
from decomposer.expr import Expr, evaluate
from decomposer.problem.model import Problem


def certainty(problem: Problem, node: Design, context: Context = TOP, tasks: frozenset[str] | None = None) -> Product:
    """Probability that `tasks` (default: all) come out right, of a complete design at numbers.

    Raises
    ------
    ExpressionError
        When a vote or a retry is about so many units at once that its chance has too many digits.
    """
    names = frozenset(problem.tasks) if tasks is None else tasks
    if isinstance(node, Call):
        result = Product()
        for task in (problem.tasks[name] for name in node.tasks if name in names):
            if task.succeeds is not None:
                unit = number(unit_success(problem, task, context, node.model))
                result = result * Product.of(unit, number(exposure(problem, task, context)))
        return result
    if isinstance(node, Seq):
        result = Product()
        for step in node.steps:
            result = result * certainty(problem, step, context, names)
        return result
    if isinstance(node, Case):
        return certainty(problem, node.body, context.sharing(node.task, node.share), names)
    if isinstance(node, Retry | Escalate | Vote):
        chance = reliability(problem, node, context, tuple(sorted(names)))
        return Product.of(number(chance))
    assert not isinstance(node, Hole), "only complete designs have a reliability of their own"
    result = Product()
    for body, inside, count in repeated(problem, node, context):
        result = result * certainty(problem, body, inside, names) ** number(count)
    return result


def number(value: Expr) -> Fraction:
    """A formula without variables as a rational number."""
    plain = value.as_fraction()
    return Fraction(plain) if plain is not None else evaluate(value, {})
