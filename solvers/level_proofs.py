"""Proofs, for every level of an answer, that no other has less there: exact multipliers that anybody can check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from decomposer.solvers import evaluate
from decomposer.solvers.certify import certify
from decomposer.solvers.duals import Proof, verify
from decomposer.solvers.levels import lift
from decomposer.solvers.prune import level_costs
from decomposer.solvers.rows import integers
from decomposer.solvers.selection import Alternative, Number, Resource, Selection
from decomposer.solvers.watch import Watch


def stages(problem: Selection, chosen: Mapping[int, int]) -> list[tuple[Selection, Number]]:
    """For each level that does not follow, a problem of its own, and the least that is to be proved of it.

    The problem asks for as little as possible on that level, and no more than the answer has on those before it. That
    none of these can be done for less is that no answer has a smaller vector.
    """
    lifted, _ = lift(problem)
    value = evaluate.components(lifted, chosen)
    found = []
    for place, number in enumerate(value):

        def spending(one: Alternative, count: int = place) -> Alternative:
            return replace(one, spends=(*(one.spends or (0,) * len(problem.budgets)), *one.costs[:count]))

        def taking(one: Resource, count: int = place) -> Resource:
            return replace(one, spends=(*(one.spends or (0,) * len(problem.budgets)), *one.costs[:count]))

        stage = replace(
            lifted,
            choices=tuple(tuple(map(spending, alternatives)) for alternatives in lifted.choices),
            resources=tuple(map(taking, lifted.resources)),
            budgets=(*problem.budgets, *value[:place]),
            levels=(lifted.levels[place],),
        )
        found.append((stage, number))
    return found


def proofs(problem: Selection, chosen: Mapping[int, int], watch: Watch) -> list[Proof | None]:
    """For each of the `stages` of an answer, exact multipliers, for `shown` to check; `None` where none were found."""
    return [certify(stage, number, watch) for stage, number in stages(problem, chosen)]


def step(stage: Selection) -> Number:
    """What answers to a stage differ by at least, where they differ."""
    rows = [one.costs for alternatives in stage.choices for one in alternatives]
    rows += [one.costs for one in stage.resources]
    return integers([level_costs(stage, row)[0] for row in rows])[1]


def shown(stage: Selection, number: Number, proof: Proof) -> bool:
    """Whether a proof shows that no answer to a stage has less than a number, which is one that answers can have."""
    bound = verify(stage, proof)
    return bound is None or bound > number - step(stage)
