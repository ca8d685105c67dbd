"""Free parameters of what may be tried again: the best value at first may not be the best where prompts were seen."""

from __future__ import annotations

from decomposer import loads
from decomposer.rules import Goal
from decomposer.rules.base import Decision
from decomposer.search.asymptotic import Pricing, put
from decomposer.search.price import Candidate
from decomposer.search.unfold import unfold
from decomposer.solvers.dynamic import solve
from decomposer.verbs.measure import regime_of

RETRIED = """
problem: retried
parameters: {k: parts, l: tokens}
texts: {code: {parts: {part: k}, each: l}, fixes: {parts: {part: k}, each: 1}}
capabilities: [fix]
models:
  one: {size: 1, prices: {input: 2, output: 3, cached: 1}, can: fix}
overhead: 20
cost: cached
tasks:
  fix:
    reads: code
    writes: fixes
    requires: fix
    local: part
    succeeds: {probability: 1/2, per: part}
    check: {scope: whole}
"""


class Clumsy(Pricing):
    """Takes groups as small as can be at a first attempt, and the best ones at further attempts."""

    def settle(self, goal: Goal, candidate: Candidate, decision: Decision) -> Candidate:
        return put(candidate, decision, decision.low) if candidate.again else super().settle(goal, candidate, decision)


def test_what_is_best_at_first_alone_is_owned_up_to() -> None:
    problem = loads(RETRIED)
    space, regime = unfold(problem), regime_of(problem)
    best, clumsy = Pricing(space, regime), Clumsy(space, regime)
    for pricing in (best, clumsy):
        solve(space.graph, pricing.combine, pricing.prune)
    assert best.complete and clumsy.complete  # all parts in one group is a design of its own, and no dearer
    (goal,) = clumsy.ideals
    (groups,) = (arc for arc in space.graph.arcs[goal] if arc.item.alternative.decisions)
    found = solve(space.graph, clumsy.combine, clumsy.prune)
    clumsy.prune(goal, clumsy.combine(goal, groups, (found[groups.needs[0]][0],)))  # without that design
    assert ["seen before" in reason for reason in clumsy.reasons] == [True]
