"""A selection problem as one CP-SAT model, whatever limits it has.

Limits whose numbers do not fit into small integers are loosened (`rows.at_most`); `Model.cut` then takes out what
they wrongly let through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain
from math import lcm, prod
from typing import Any

from decomposer.solvers import evaluate
from decomposer.solvers.components import components
from decomposer.solvers.engine import load
from decomposer.solvers.prune import Pruned, level_costs
from decomposer.solvers.rows import LARGEST, Row, Stage, at_most, digits, integers, logs_at_most
from decomposer.solvers.selection import Alternative, Number, Resource, Selection


@dataclass(slots=True)
class Model:
    """The variables of a model, and the objectives to be made least one after the other.

    Parameters
    ----------
    problem : Selection
    cp : CpModel
    stop : function without arguments
        Whether to give up building.
    nodes : dict
        Whether each OR node is taken.
    alternatives : dict
        Whether each alternative is taken, by node and index.
    resources : dict
        Whether each resource is used.
    stages : list of (level, expression)
    units : dict
        What one unit of the single stage of a level is worth; levels of several digits are not in it.
    tops : dict
        What one unit of the first stage of a level is worth at least.
    starts, ends : dict
        In units of `tick`; only where time matters.
    """

    problem: Selection
    cp: Any
    stop: Callable[[], bool]
    nodes: dict[int, Any] = field(default_factory=dict)
    alternatives: dict[tuple[int, int], Any] = field(default_factory=dict)
    resources: dict[int, Any] = field(default_factory=dict)
    stages: list[tuple[int, Any]] = field(default_factory=list)
    units: dict[int, Fraction] = field(default_factory=dict)
    tops: dict[int, Fraction] = field(default_factory=dict)
    orders: dict[int, Any] = field(default_factory=dict)
    starts: dict[int, Any] = field(default_factory=dict)
    ends: dict[int, Any] = field(default_factory=dict)
    span: Any = None
    horizon: int = 0
    tick: Fraction = Fraction(1)
    size: int = 0

    def read(self, at: Any) -> tuple[dict[int, int], dict[int, Number]]:
        """The alternatives chosen, of the nodes needed, and the starts; `at` tells the value of a variable."""
        chosen = {node: index for (node, index), literal in self.alternatives.items() if at(literal)}
        chosen = evaluate.trim(self.problem, chosen)
        if not self.problem.capacities:
            return chosen, {}
        if self.starts:
            return chosen, {node: _plain(at(self.starts[node]) * self.tick) for node in chosen}
        return chosen, one_by_one(self.problem, chosen)

    def hint(self, chosen: Mapping[int, int], starts: Mapping[int, Number]) -> None:
        """Start the search from an answer, complete or not."""
        self.cp.clear_hints()
        used = {r for n, i in chosen.items() for r in self.problem.choices[n][i].uses}
        for node, literal in self.nodes.items():
            self.cp.add_hint(literal, node in chosen)
        for (node, index), literal in self.alternatives.items():
            if literal is not self.nodes[node]:
                self.cp.add_hint(literal, chosen.get(node) == index)
        for resource, literal in self.resources.items():
            self.cp.add_hint(literal, resource in used)
        whole = {node: index for node, index in chosen.items() if (node, index) in self.alternatives}
        places = {node: place for place, node in enumerate(evaluate.order(self.problem, whole) or ())}
        ranks: dict[int, int] = {}
        for node in sorted(self.orders, key=lambda n: places.get(n, -1)):
            if node in places:
                needs = self.problem.choices[node][chosen[node]].needs
                ranks[node] = 1 + max((ranks.get(need, -1) for need in needs if need in self.orders), default=-1)
                self.cp.add_hint(self.orders[node], ranks[node])
        if self.starts and starts:
            for node, start in starts.items():
                if node in self.starts:
                    self.cp.add_hint(self.starts[node], int(start / self.tick))

    def cut(self, chosen: Mapping[int, int]) -> bool:
        """Take out an answer that breaks a loosened limit, and all others that do so for the same reason.

        Whether there was such a limit.
        """
        problem = self.problem
        broken = False
        for i, budget in enumerate(problem.budgets):
            if evaluate.spent(problem, chosen)[i] > budget:
                self._cover(chosen, i, budget)
                broken = True
        if problem.reliability is not None and evaluate.reliability(problem, chosen) < problem.reliability:
            product, cover = Fraction(1), []
            for success, node in sorted((problem.choices[n][k].success, n) for n, k in chosen.items()):
                if product < problem.reliability:
                    break
                product *= success
                cover.append(self._any(node, [k for k, a in enumerate(problem.choices[node]) if a.success <= success]))
            self.cp.add(sum(cover) <= len(cover) - 1)
            broken = True
        return broken

    def _cover(self, chosen: Mapping[int, int], i: int, budget: Number) -> None:
        """Not all of these together: their spending goes beyond the budget."""
        problem = self.problem
        cover: list[Any] = []
        left = budget
        for resource in evaluate.used(problem, chosen):
            left -= spending(problem.resources[resource], i)
            cover.append(self.resources[resource])
        amounts = sorted(((spending(problem.choices[n][k], i), n) for n, k in chosen.items()), reverse=True)
        for amount, node in amounts:
            if left < 0:
                break
            left -= amount
            cover.append(self._any(node, [k for k, a in enumerate(problem.choices[node]) if spending(a, i) >= amount]))
        self.cp.add(sum(cover) <= len(cover) - 1)

    def _any(self, node: int, indices: Sequence[int]) -> Any:
        """One of these alternatives of a node, of which only one is ever taken."""
        return sum(self.alternatives[node, index] for index in indices if (node, index) in self.alternatives)


def spending(item: Alternative | Resource, budget: int) -> Number:
    """What is taken of a budget."""
    return item.spends[budget] if item.spends else 0


def one_by_one(problem: Selection, chosen: Mapping[int, int]) -> dict[int, Number]:
    """Starts without any overlap: they keep every capacity that each alternative keeps alone."""
    now: Number = 0
    starts: dict[int, Number] = {}
    for node in evaluate.order(problem, chosen) or ():
        starts[node] = now
        now += problem.choices[node][chosen[node]].duration
    return starts


def spans(problem: Selection) -> bool:
    """Whether how long it takes matters; capacities alone are kept by doing one thing after the other."""
    return problem.deadline is not None or any(level.makespan for level in problem.levels)


class _Stopped(Exception):
    """There is no time left to build the model."""


def encode(problem: Selection, pruned: Pruned, stop: Callable[[], bool] = lambda: False) -> Model | None:
    """Build the model; `None` when told to stop before it was done.

    Raises
    ------
    ValueError
        When times, or the objectives, are too large or too fine to be worked with exactly.

    Notes
    -----
    Linear in the size of what is left of the problem. Rows are kept strong: of the alternatives of a node that need
    the same node, the sum is at most whether that is taken.
    """
    model = Model(problem, load("sat.python.cp_model").CpModel(), stop=stop)
    try:
        _choices(model, pruned)
        _circles(model, pruned)
        _limits(model, pruned)
        if spans(problem):
            _times(model, pruned)
        _objectives(model)
    except _Stopped:
        return None
    model.size = len(model.alternatives) + len(model.nodes) + len(model.resources)
    return model


def _each(model: Model, nodes: Iterable[int]) -> Iterator[int]:
    """The nodes, with a look at the clock now and then."""
    for place, node in enumerate(nodes):
        if place % 256 == 0 and model.stop():
            raise _Stopped
        yield node


def _choices(model: Model, pruned: Pruned) -> None:
    cp, problem = model.cp, model.problem
    for node in _each(model, pruned.kept):
        model.nodes[node] = cp.new_bool_var("")
    for root in problem.roots:
        cp.add(model.nodes[root] == 1)
    for node in _each(model, pruned.kept):
        indices = pruned.kept[node]
        needing: dict[int, list[Any]] = {}
        using: dict[int, list[Any]] = {}
        literals = []
        for index in indices:
            alternative = problem.choices[node][index]
            # A node with one alternative is that alternative.
            literal = model.nodes[node] if len(indices) == 1 else cp.new_bool_var("")
            model.alternatives[node, index] = literal
            literals.append(literal)
            for need in alternative.needs:
                needing.setdefault(need, []).append(literal)
            for resource in alternative.uses:
                using.setdefault(resource, []).append(literal)
        if len(indices) > 1:
            # As clauses and as a sum: exactly one where the node is taken.
            cp.add_exactly_one([*literals, model.nodes[node].negated()])
        for need, users in needing.items():
            _imply(model, users, len(users) == len(indices), node, model.nodes[need])
        for resource, users in sorted(using.items()):
            if resource not in model.resources:
                model.resources[resource] = cp.new_bool_var(f"resource {resource}")
            _imply(model, users, len(users) == len(indices), node, model.resources[resource])


def _imply(model: Model, users: list[Any], all_of_them: bool, node: int, needed: Any) -> None:
    """At most one of the users is taken, and only with what they need."""
    if all_of_them:
        model.cp.add_implication(model.nodes[node], needed)
    elif len(users) == 1:
        model.cp.add_implication(users[0], needed)
    else:
        model.cp.add_at_most_one([*users, needed.negated()])


def _circles(model: Model, pruned: Pruned) -> None:
    """Order variables, inside strongly connected components alone: a node is done after its needs."""
    choices = model.problem.choices
    needs = {
        node: list(dict.fromkeys(chain.from_iterable(choices[node][index].needs for index in indices)))
        for node, indices in pruned.kept.items()
    }
    for component in components(sorted(needs), lambda node: needs[node]):
        if len(component) == 1:
            continue
        members = set(component)
        for node in sorted(component):
            model.orders[node] = model.cp.new_int_var(0, len(component) - 1, f"order {node}")
        for node in _each(model, sorted(component)):
            for need in needs[node]:
                if need not in members:
                    continue
                users = [
                    model.alternatives[node, index] for index in pruned.kept[node] if need in choices[node][index].needs
                ]
                for literal in users:
                    model.cp.add(model.orders[need] + 1 <= model.orders[node]).only_enforce_if(literal)
                if node < need and node in needs[need]:
                    back = [
                        model.alternatives[need, index]
                        for index in pruned.kept[need]
                        if node in choices[need][index].needs
                    ]
                    model.cp.add_at_most_one([*users, *back])


def _limits(model: Model, pruned: Pruned) -> None:
    problem = model.problem
    for pool in problem.pools:
        literals = [model.resources[r] for r in sorted(pool.resources) if r in model.resources]
        if pool.limit < len(literals):
            model.cp.add(sum(literals) <= pool.limit)
    items = list(model.alternatives.items())
    groups = [node for (node, _), _ in items] + [-1 - r for r in model.resources]
    literals = [literal for _, literal in items] + list(model.resources.values())
    for i, budget in enumerate(problem.budgets):
        amounts = [spending(problem.choices[n][k], i) for (n, k), _ in items]
        amounts += [spending(problem.resources[r], i) for r in model.resources]
        _add(model, at_most(amounts, budget, groups), literals)
    if problem.reliability is not None and problem.reliability > 0:
        factors = [problem.choices[n][k].success for (n, k), _ in items]
        _add(model, logs_at_most(factors, problem.reliability, groups[: len(items)]), literals[: len(items)])


def _add(model: Model, row: Row, literals: Sequence[Any]) -> None:
    pairs = [(literal, number) for literal, number in zip(literals, row.coefficients, strict=True) if number]
    if not pairs:
        if row.limit < 0:
            model.cp.add_bool_or([])
        return
    model.cp.add(_sum([p[0] for p in pairs], [p[1] for p in pairs]) <= row.limit)


def _sum(variables: Sequence[Any], coefficients: Sequence[int]) -> Any:
    return load("sat.python.cp_model").LinearExpr.weighted_sum(list(variables), list(coefficients))


def _times(model: Model, pruned: Pruned) -> None:
    """Starts and ends: a node starts after its needs have ended; what runs at once shares the capacities."""
    cp, problem = model.cp, model.problem
    taken = [problem.choices[node][index] for node, index in model.alternatives]
    model.tick = Fraction(1, lcm(1, *(a.duration.denominator for a in taken)))
    lasts = {key: int(problem.choices[key[0]][key[1]].duration / model.tick) for key in model.alternatives}
    horizon = sum(max((lasts[node, index] for index in indices), default=0) for node, indices in pruned.kept.items())
    if problem.deadline is not None:
        horizon = min(horizon, int(problem.deadline / model.tick // 1))
    if horizon > LARGEST:
        raise ValueError("durations are too large, or too fine, to be worked with exactly: more than 2**29 ticks")
    for node in _each(model, pruned.kept):
        indices = pruned.kept[node]
        # What is not taken may end at any time; what is taken, no sooner than its needs allow.
        soonest = min(int(pruned.earliest.get(node, 0) / model.tick), horizon)
        model.ends[node] = cp.new_int_var(soonest, horizon, f"end {node}")
        model.starts[node] = cp.new_int_var(0, horizon, f"start {node}")
        shortest = min((lasts[node, index] for index in indices), default=0)
        extra = [(model.alternatives[node, index], lasts[node, index] - shortest) for index in indices]
        extra = [pair for pair in extra if pair[1]]
        last = shortest + (_sum([p[0] for p in extra], [p[1] for p in extra]) if extra else 0)
        cp.add(model.ends[node] == model.starts[node] + last)
    for node in _each(model, pruned.kept):
        indices = pruned.kept[node]
        needing: dict[int, list[Any]] = {}
        for index in indices:
            for need in problem.choices[node][index].needs:
                needing.setdefault(need, []).append(model.alternatives[node, index])
        for need, users in needing.items():
            literals = [model.nodes[node]] if len(users) == len(indices) else users
            for literal in literals:
                cp.add(model.ends[need] <= model.starts[node]).only_enforce_if(literal)
    for i, capacity in enumerate(problem.capacities):
        running = []
        for node, index in model.alternatives:
            alternative = problem.choices[node][index]
            if alternative.occupies and alternative.occupies[i] and lasts[node, index]:
                interval = cp.new_optional_fixed_size_interval_var(
                    model.starts[node], lasts[node, index], model.alternatives[node, index], ""
                )
                running.append((interval, alternative.occupies[i]))
        if running:
            cp.add_cumulative([r[0] for r in running], [r[1] for r in running], capacity)
    soonest = max((int(pruned.earliest[root] / model.tick) for root in problem.roots), default=0)
    model.span, model.horizon = cp.new_int_var(soonest, horizon, "makespan"), horizon
    for root in problem.roots:
        cp.add(model.ends[root] <= model.span)


def _objectives(model: Model) -> None:
    problem = model.problem
    sums = [level_costs(problem, problem.choices[node][index].costs) for node, index in model.alternatives]
    sums += [level_costs(problem, problem.resources[r].costs) for r in model.resources]
    variables: list[Any] = [*model.alternatives.values(), *model.resources.values()]
    highs = [1] * len(variables)
    if model.span is not None:
        sums.append(tuple(level.makespan * model.tick for level in problem.levels))
        variables.append(model.span)
        highs.append(max(1, model.horizon))
    for level in range(len(problem.levels)):
        coefficients, unit = integers([row[level] for row in sums])
        stages = digits(coefficients, highs)
        carries: dict[int, Any] = {
            stage.carry_out: model.cp.new_int_var(0, sum(highs) + 1, f"carry {level}.{stage.carry_out}")
            for stage in stages
            if stage.carry_out is not None
        }
        for stage in stages:
            model.stages.append((level, _stage(model, stage, variables, carries)))
        model.tops[level] = unit * prod(stage.base for stage in stages)
        if len(stages) == 1:
            model.units[level] = unit


def _stage(model: Model, stage: Stage, variables: Sequence[Any], carries: Mapping[int, Any]) -> Any:
    pairs = [(v, c) for v, c in zip(variables, stage.coefficients, strict=True) if c]
    total: Any = _sum([p[0] for p in pairs], [p[1] for p in pairs]) if pairs else 0
    if stage.carry_in is not None:
        total = total + carries[stage.carry_in]
    if stage.carry_out is not None:
        total = total - stage.base * carries[stage.carry_out]
        model.cp.add(total >= 0)
        model.cp.add(total <= stage.base - 1)
    return total


def _plain(number: Fraction) -> Number:
    return number.numerator if number.denominator == 1 else number
