"""Goals and ways of the search as the checker of certificates names them."""

from __future__ import annotations

from collections.abc import Sequence

from decomposer.design.evaluate import models_used
from decomposer.design.nodes import Call, Recurse, Serve, Vote, walk
from decomposer.expr import Expr
from decomposer.formulas.algebra import parse, show
from decomposer.restated.space import Goal as Restated
from decomposer.restated.space import Way
from decomposer.rules.base import Goal
from decomposer.search.unfold import Step
from decomposer.solvers.graph import Arc


def restated(goal: Goal) -> Restated:
    """A goal of the search as the checker names it."""

    def text(formula: Expr | None) -> str | None:
        return None if formula is None else show(parse(str(formula)))

    return Restated(
        goal.tasks, goal.mode, goal.part, text(goal.size), goal.pending, goal.narrow, goal.scope, goal.write,
        goal.history is not None, goal.unit, goal.fused, goal.direct, text(goal.share), text(goal.among),
        text(goal.steps), goal.model, goal.tried, goal.digests, goal.cuts,
    )  # fmt: skip


def matched(arcs: Sequence[Arc[Goal, Step]], ways: Sequence[Way]) -> list[Way] | None:
    """The way of each arc: the same, in the same order, but for ways with calls that do not fit their windows.

    Of what may fail, the search leaves out what cannot reach the target, or not for certain.

    Returns
    -------
    list of Way, or None
        `None` where the two differ otherwise.
    """
    found: list[Way] = []
    for way in ways:
        if len(found) < len(arcs) and _same(arcs[len(found)], way):
            found.append(way)
        elif not way.fits and way.rule not in ("retry", "trust", "vote", "cascade"):
            return None
    return found if len(found) == len(arcs) else None


def _same(arc: Arc[Goal, Step], way: Way) -> bool:
    needs = tuple(restated(need) for need in arc.needs)
    template = arc.item.alternative.template
    if isinstance(template, Vote) and way.label.split()[-1:] != ["majority" if template.lead is None else "lead"]:
        return False
    if isinstance(template, Recurse | Serve) and not _called_so(template, way.label):
        return False
    free = [way.free[0]] if way.free and way.free[2] else []  # as many votes as one likes
    if [one.name for one in arc.item.alternative.decisions] != free:
        return False
    own = models_used(template)
    return (arc.item.rule, needs, own) == (way.rule, tuple(n.goal for n in way.needs), tuple(sorted(way.models)))


def _called_so(node: Recurse | Serve, label: str) -> bool:
    """Whether what is done in pieces has this label: the shape, and the models of its calls in order."""
    if isinstance(node, Recurse):
        shape, made = f"into {show(parse(str(node.into)))}", (node.split, node.combine)
    else:
        shape = "condensed" if node.every is not None else "all" if node.last is None else "last"
        made = (node.body, node.condense)
    calls = (part for one in made if one is not None for part in walk(one))
    models = [call.model for call in calls if isinstance(call, Call) and call.model is not None]
    return shape in label and label.endswith(" ".join(("", *models)))
