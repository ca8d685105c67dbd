"""Attribute what a design saves to the single changes that lead to it from another design."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field

from decomposer.design.contract import check_design
from decomposer.design.edit_base import Target, tally
from decomposer.design.edits import Edit, edits
from decomposer.design.evaluate import agents
from decomposer.design.nodes import Design, symbols
from decomposer.design.scopes import Scopes
from decomposer.errors import DesignError, ExpressionError, OutsideClassError
from decomposer.expr import ZERO, Expr
from decomposer.growth import Ratio, RatioCase, Regime, is_big_o
from decomposer.problem.model import Problem
from decomposer.verbs.attribution_results import Attribution, Contribution, Worth, Worths
from decomposer.verbs.growths import ratio_of
from decomposer.verbs.measure import Numbers, common_groups, minimised, regime_of, value_at

MAX_NODES = 40_000
"""Nodes of designs that are looked at before the search stops at the best path that it knows."""

ILLEGAL = 2
"""What it costs a path to pass a design that breaks the contract: changes that only work together."""


def attribute(
    problem: Problem,
    start: Design,
    end: Design,
    at: Numbers = {},  # noqa: B006 - never changed
    max_nodes: int = MAX_NODES,
) -> Attribution | None:
    """Find the single changes that lead from one design to another, and what each contributes.

    Parameters
    ----------
    problem : Problem
    start, end : Design
        Complete designs that satisfy the contract.
    at : mapping of parameter to int or Fraction
        Numbers for all parameters, for quotients at numbers.
    max_nodes : int
        How much the search may look at: the nodes of all designs in sum.

    Returns
    -------
    Attribution or None
        `None` when a design has free parameters whose value depends on the regime.

    Notes
    -----
    The path has the fewest changes of the kinds in `decomposer.design.edits` (a step through designs that break the
    contract counts more); among those paths the fewest steps make the design dearer, and each next step makes it as
    cheap as any can. Contributions depend on that order; their product does not. Time grows with the number of
    designs on shortest paths, at most 2^n for n changes that can be made in any order.
    """
    if not symbols(start) | symbols(end) <= frozenset(problem.parameters):
        return None
    regime = regime_of(problem)
    paths = _search(problem, Scopes(problem).settled(start), Scopes(problem).settled(end), max_nodes)
    steps = _Chooser(problem, regime, paths).path()
    designs = [start, *(design for _, design in steps)]
    if steps:
        designs[-1] = end
    alone = [_repeated(problem, start, end, edits_of) for edits_of, _ in steps]
    undone = [_repeated(problem, end, start, tuple(reversed(edits_of)), back=True) for edits_of, _ in steps]
    spent = _Spent(problem, regime, designs, [each for each in (*alone, *undone) if each is not None])
    contributions = tuple(
        Contribution(
            does=tuple(edit.does for edit in edits_of),
            kinds=tuple(edit.kind for edit in edits_of),
            design=after,
            before=spent.cost(before),
            after=spent.cost(after),
            worth=spent.worths(before, after),
            alone=None if made is None else spent.worths(start, made),
            undone=None if unmade is None else spent.worths(unmade, end),
            dearer=_dearer(spent.cost(before), spent.cost(after), regime),
            times=_times(problem, before, after, at),
        )
        for (edits_of, _), before, after, made, unmade in zip(
            steps, designs[:-1], designs[1:], alone, undone, strict=True
        )
    )
    return Attribution(
        problem, start, end, contributions, spent.worths(start, end), paths.exhaustive, _times(problem, start, end, at)
    )


def _times(problem: Problem, one: Design, other: Design, at: Numbers) -> Expr | None:
    """How many times dearer one design is at numbers; `None` without numbers, or with more digits than can be had."""
    try:
        return value_at(problem, one, at) / value_at(problem, other, at) if at else None
    except ExpressionError:
        return None


# -- the search -----------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Paths:
    """All shortest paths: for each design the changes that lead on."""

    start: Design
    end: Design
    legal: dict[Design, bool]
    onward: dict[Design, list[tuple[Edit, Design]]] = field(default_factory=dict)
    exhaustive: bool = True


def _search(problem: Problem, start: Design, end: Design, max_nodes: int) -> _Paths:
    """Dijkstra's algorithm over designs, keeping all predecessors of equal distance."""
    target = Target(problem, end, start)
    distance = {start: 0}
    legal = {start: True, end: True}
    before: dict[Design, list[tuple[Edit, Design]]] = {}
    queue, entries, expanded = [(0, 0, start)], 0, set[Design]()
    exhaustive, looked_at = True, 0
    while queue:
        so_far, _, design = heapq.heappop(queue)
        if design == end:
            break
        if design in expanded:
            continue
        expanded.add(design)
        if looked_at > max_nodes:
            exhaustive = False
            break
        for edit in edits(target, design):
            new = edit.design
            looked_at += sum(tally(new).values())
            if new not in legal:
                legal[new] = _is_legal(problem, new)
            length = so_far + edit.weight + (0 if legal[new] else ILLEGAL)
            if new not in distance or length < distance[new]:
                distance[new], before[new] = length, []
                entries += 1
                heapq.heappush(queue, (length, entries, new))
            if length == distance[new] and new not in expanded:
                before[new].append((edit, design))
    paths = _Paths(start, end, legal, exhaustive=exhaustive)
    todo, seen = [end], {end}
    while todo:
        design = todo.pop()
        for edit, previous in before.get(design, ()):
            paths.onward.setdefault(previous, []).append((edit, design))
            if previous not in seen:
                seen.add(previous)
                todo.append(previous)
    return paths


def _is_legal(problem: Problem, design: Design) -> bool:
    try:
        check_design(problem, design)
    except DesignError:
        return False
    return True


# -- the choice among shortest paths ----------------------------------------------------------------------

_Step = tuple[tuple[Edit, ...], Design]


class _Chooser:
    """Chooses a path: the fewest steps that make the design dearer, then the largest savings first."""

    def __init__(self, problem: Problem, regime: Regime, paths: _Paths) -> None:
        self.problem, self.regime, self.paths = problem, regime, paths
        self.costs: dict[Design, Expr] = {}
        self.fewest: dict[Design, int] = {paths.end: 0}

    def path(self) -> list[_Step]:
        design, steps = self.paths.start, list[_Step]()
        while design != self.paths.end:
            best: _Step | None = None
            for step in self.steps(design):
                if self.rises(design, step[1]) != self.least(design):
                    continue
                if best is None or self.cheaper(step[1], best[1]):
                    best = step
            assert best is not None
            steps.append(best)
            design = best[1]
        return steps

    def steps(self, design: Design, edits_of: tuple[Edit, ...] = ()) -> list[_Step]:
        """From one legal design to the next, through designs that are not."""
        found: list[_Step] = []
        for edit, new in self.paths.onward.get(design, ()):
            if self.paths.legal[new]:
                found.append(((*edits_of, edit), new))
            else:
                found += self.steps(new, (*edits_of, edit))
        return sorted(found, key=lambda step: len(step[0]))

    def least(self, design: Design) -> int:
        """The fewest steps that make the design dearer, from here to the end."""
        if design not in self.fewest:
            self.fewest[design] = min(self.rises(design, new) for _, new in self.steps(design))
        return self.fewest[design]

    def rises(self, design: Design, new: Design) -> int:
        return self.least(new) + _dearer(self.cost(design), self.cost(new), self.regime)

    def cheaper(self, one: Design, other: Design) -> bool:
        """Whether one design grows no faster than the other, and the other faster somewhere."""
        first, second = self.cost(one), self.cost(other)
        return _dearer(first, second, self.regime) and not _dearer(second, first, self.regime)

    def cost(self, design: Design) -> Expr:
        if design not in self.costs:
            self.costs[design] = minimised(self.problem, design)
        return self.costs[design]


def _dearer(before: Expr, after: Expr, regime: Regime) -> bool:
    """Whether a cost grows faster than before somewhere in the regime; not where that cannot be decided."""
    if before == after:
        return False
    try:
        return is_big_o(after, before, regime) is False
    except OutsideClassError:
        return False


# -- what a change is worth by itself ---------------------------------------------------------------------


def _repeated(
    problem: Problem, start: Design, end: Design, edits_of: Sequence[Edit], back: bool = False
) -> Design | None:
    """Make the same changes, or their inverses, in another design; `None` where they are not there or not legal."""
    target = Target(problem, Scopes(problem).settled(end), Scopes(problem).settled(start))
    design = Scopes(problem).settled(start)
    for wanted in edits_of:
        found = [edit for edit in edits(target, design) if edit.key == wanted.key]
        if not back:
            found = [edit for edit in found if edit.does == wanted.does] or found
        legal = [edit.design for edit in found if len(edits_of) > 1 or _is_legal(problem, edit.design)]
        if not legal:
            return None
        design = legal[0]
    return design if _is_legal(problem, design) else None


# -- growths ------------------------------------------------------------------------------------------------


class _Spent:
    """What designs spend, in total and on the smallest groups of tasks that all designs of the path do separately."""

    def __init__(self, problem: Problem, regime: Regime, path: Sequence[Design], others: Sequence[Design]) -> None:
        self.problem, self.regime = problem, regime
        self.spent: dict[Design, dict[tuple[str, ...], Expr]] = {}
        self.blocks: dict[Design, dict[str, list[tuple[str, ...]]]] = {}
        for design in (*path, *others):
            costs: dict[tuple[str, ...], Expr] = {}
            for agent in agents(problem, design):
                costs[agent.tasks] = costs.get(agent.tasks, ZERO) + agent.work
            self.spent[design] = costs
            self.blocks[design] = {}
            for tasks in costs:
                for name in tasks:
                    self.blocks[design].setdefault(name, []).append(tasks)
        place = {name: number for number, name in enumerate(problem.tasks)}
        blocks = common_groups([tasks for design in path for tasks in self.spent[design]])
        self.groups = [
            tuple(sorted(group, key=place.__getitem__))
            for group in blocks
            if all(self.part(design, frozenset(group)) for design in path)
        ]

    def cost(self, design: Design) -> Expr:
        return minimised(self.problem, design)

    def part(self, design: Design, group: frozenset[str]) -> Expr | None:
        """What a design spends on a group of tasks; `None` if nothing, or only together with others."""
        blocks = {tasks for name in group for tasks in self.blocks[design].get(name, ())}
        if not blocks or any(not group.issuperset(tasks) for tasks in blocks):
            return None
        return sum((self.spent[design][tasks] for tasks in blocks), ZERO)

    def worths(self, one: Design, other: Design) -> Worths:
        """How many times dearer one design is than the other."""
        parts = []
        for tasks in self.groups:
            first, second = self.part(one, frozenset(tasks)), self.part(other, frozenset(tasks))
            if first is not None and second is not None:
                parts.append((tasks, self.worth(first, second)))
        return Worths(self.worth(self.cost(one), self.cost(other)), tuple(parts))

    def worth(self, one: Expr, other: Expr) -> Worth:
        ratio = ratio_of(one, other, self.regime)
        growths = list(dict.fromkeys(case.growth for case in ratio.cases))
        if len(growths) == 1:
            (only,) = growths
            return Worth(Ratio(only, (RatioCase(only, ()),)), (only, only))
        try:
            low = next((each for each in growths if is_big_o(each * other, one, self.regime) is True), None)
            high = next((each for each in growths if is_big_o(one, each * other, self.regime) is True), None)
        except OutsideClassError:
            return Worth(ratio, None)
        return Worth(ratio, None if low is None or high is None else (low, high))
