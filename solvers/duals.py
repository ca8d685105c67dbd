"""Lower bounds that anybody can check: multipliers of the rows of a relaxation, and trees of them.

An answer takes alternatives, OR nodes and resources (variables, 0 or 1) and keeps these rows:

- ``choose``: a node is taken as often as one of its alternatives is;
- ``share``: a node that alternatives of another need is taken at least as often as these;
- ``use``: a resource is taken at least as often as the alternatives of a node that use it;
- ``pool``, ``budget``: limits; ``reliability``: the same as a sum of logarithms, loosened by rounding.

Any multipliers of these rows, none negative but those of ``choose``, give a bound: each variable then costs what is
left of its cost, and is taken where that is negative. Nothing has to be feasible, so nothing can be wrong: poor
multipliers only give a poor bound. The best give the bound of linear programming; splitting on a variable and
bounding both parts closes what is left. The checker knows the rows and nothing of how multipliers were found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain
from typing import TypeAlias

from decomposer.solvers import logarithms
from decomposer.solvers.selection import Number, Selection

Variable: TypeAlias = tuple[str, int] | tuple[str, int, int]
"""``("resource", r)``, ``("node", n)`` or ``("alternative", n, i)``."""


@dataclass(frozen=True, slots=True)
class Duals:
    """Multipliers; those left out are 0.

    Parameters
    ----------
    choose : mapping of node
    share : mapping of (node, node needed)
    use : mapping of (node, resource)
    pool, budget : mapping of number
    reliability : number
    fill : bool
        Where an alternative is left with a negative cost, that is charged to the first of its resources, else of its
        needs, for which no multiplier is given with its node: a short way to write the multipliers of hosting.
    """

    choose: Mapping[int, Number] = field(default_factory=dict)
    share: Mapping[tuple[int, int], Number] = field(default_factory=dict)
    use: Mapping[tuple[int, int], Number] = field(default_factory=dict)
    pool: Mapping[int, Number] = field(default_factory=dict)
    budget: Mapping[int, Number] = field(default_factory=dict)
    reliability: Number = 0
    fill: bool = False


@dataclass(frozen=True, slots=True)
class Leaf:
    """The bound of multipliers; or, without costs, that a positive bound shows that no answer is left."""

    duals: Duals
    empty: bool = False


@dataclass(frozen=True, slots=True)
class Split:
    """Every answer takes a variable or does not."""

    variable: Variable
    without: Proof
    taken: Proof


@dataclass(frozen=True, slots=True)
class Fixed:
    """Variables whose other value, by these multipliers, costs at least what is to be proved; and the rest.

    The same as a `Split` for each of them, with these multipliers as a leaf on the other side.
    """

    duals: Duals
    without: tuple[Variable, ...]
    taken: tuple[Variable, ...]
    rest: Proof


Proof: TypeAlias = Leaf | Split | Fixed


def verify(problem: Selection, proof: Proof | Duals, level: int = 0) -> Fraction | None:
    """The lower bound that a proof gives; `None` when it shows that there is no answer.

    Parameters
    ----------
    problem : Selection
    proof : Proof or Duals
    level : int
        Which objective; the makespan counts nothing.

    Raises
    ------
    ValueError
        When a multiplier is negative that must not be, a variable does not exist or is fixed twice, or what is said
        to be empty is not shown to be.

    Notes
    -----
    Each part of the proof takes time linear in the size of the problem.
    """
    rows = Rows(problem, level)
    fixed: dict[Variable, int] = {}
    best: Fraction | None = None
    # Parts to be checked; without a part, what to take back after those. No recursion: proofs may be deep.
    first = Leaf(proof) if isinstance(proof, Duals) else proof
    work: list[tuple[Proof | None, list[tuple[Variable, int]]]] = [(first, [])]
    while work:
        part, changes = work.pop()
        if part is None:
            for variable, _ in changes:
                del fixed[variable]
            continue
        for variable, value in changes:
            if variable in fixed or not rows.has(variable):
                raise ValueError(f"{variable} does not exist, or is fixed already")
            fixed[variable] = value
        work.append((None, changes))
        found: Fraction | None = None
        if isinstance(part, Split):
            work += [(part.taken, [(part.variable, 1)]), (part.without, [(part.variable, 0)])]
        elif isinstance(part, Fixed):
            sure = [(variable, 0) for variable in part.without] + [(variable, 1) for variable in part.taken]
            found = rows.other(part.duals, fixed, sure)
            work.append((part.rest, sure))
        elif part.empty:
            if rows.bound(part.duals, fixed, costs=False) <= 0:
                raise ValueError("a part said to be empty is not shown to be")
        else:
            found = rows.bound(part.duals, fixed)
        if found is not None and (best is None or found < best):
            best = found
    return best


class Rows:
    """The rows of a problem, as far as its roots can reach."""

    def __init__(self, problem: Selection, level: int) -> None:
        self.problem = problem
        self.weights = problem.levels[level].weights
        self.roots = set(problem.roots)
        self.nodes = sorted(_reachable(problem))
        self.costs = {
            (node, index): self._cost(alternative.costs)
            for node in self.nodes
            for index, alternative in enumerate(problem.choices[node])
        }
        self.logs: dict[Fraction, int] = {}
        if problem.reliability is not None:
            self.logs = {a.success: logarithms.below(a.success) for n in self.nodes for a in problem.choices[n]}

    def _cost(self, costs: tuple[Number, ...]) -> Number:
        return sum((weight * cost for weight, cost in zip(self.weights, costs, strict=True)), 0)

    def has(self, variable: Variable) -> bool:
        """Whether there is such a variable."""
        kind, number, *rest = variable
        if kind == "resource":
            return not rest and 0 <= number < len(self.problem.resources)
        if not 0 <= number < len(self.problem.choices):
            return False
        return (
            not rest if kind == "node" else kind == "alternative" and 0 <= rest[0] < len(self.problem.choices[number])
        )

    def bound(self, duals: Duals, fixed: Mapping[Variable, int], costs: bool = True) -> Fraction:
        """The least that is left: a constant, and each variable at the cheaper of the values that it may have."""
        return Fraction(
            self._constant(duals)
            + sum(min(self._values(left, variable, fixed)) for variable, left in self._left(duals, costs))
        )

    def other(self, duals: Duals, fixed: Mapping[Variable, int], changes: list[tuple[Variable, int]]) -> Fraction:
        """The least bound with one of the variables at the other value than it is changed to."""
        left = dict(self._left(duals, True))
        whole = self._constant(duals) + sum(min(self._values(cost, v, fixed)) for v, cost in left.items())
        rises = [
            left.get(variable, 0) * (1 - value) - min(self._values(left.get(variable, 0), variable, fixed))
            for variable, value in changes
        ]
        return Fraction(whole + min(rises, default=0))

    def _values(self, left: Number, variable: Variable, fixed: Mapping[Variable, int]) -> tuple[Number, ...]:
        """What a variable adds at each value that it may have."""
        if variable in fixed:
            return (left * fixed[variable],)
        return (left,) if variable[0] == "node" and variable[1] in self.roots else (0, left)

    def _constant(self, duals: Duals) -> Number:
        """What limits give back; refuses multipliers below 0."""
        rows = (duals.share.values(), duals.use.values(), duals.pool.values(), duals.budget.values())
        if any(number < 0 for number in chain(*rows, (duals.reliability,))):
            raise ValueError("a multiplier is negative")
        problem = self.problem
        constant: Number = -sum(number * problem.pools[i].limit for i, number in duals.pool.items())
        constant -= sum(number * problem.budgets[i] for i, number in duals.budget.items())
        if duals.reliability and problem.reliability is not None and problem.reliability > 0:
            if problem.reliability > 1:
                raise ValueError("no answer succeeds more often than always")
            constant -= duals.reliability * logarithms.above(problem.reliability)
        return constant

    def _left(self, duals: Duals, costs: bool) -> Iterator[tuple[Variable, Number]]:
        """What is left of the cost of each variable after the multipliers of its rows."""
        problem = self.problem
        nodes: dict[int, Number] = {node: duals.choose.get(node, 0) for node in self.nodes}
        resources: list[Number] = [self._cost(r.costs) if costs else 0 for r in problem.resources]
        for (_, need), number in duals.share.items():
            if need in nodes:
                nodes[need] -= number
        for (node, resource), number in duals.use.items():
            if node in nodes:
                resources[resource] -= number
        for i, number in duals.pool.items():
            for resource in problem.pools[i].resources:
                resources[resource] += number
        for i, number in duals.budget.items():
            for resource, item in enumerate(problem.resources):
                resources[resource] += number * item.spends[i] if item.spends else 0
        for node in self.nodes:
            rests = self._alternatives(node, duals, costs)
            if duals.fill:
                charged: dict[tuple[bool, int], Number] = {}
                for index, rest in enumerate(rests):
                    key = self._charge(node, index, duals) if rest < 0 else None
                    if key is not None:
                        charged[key] = max(charged.get(key, 0), -rest)
                for (uses, number), amount in charged.items():
                    if uses:
                        resources[number] -= amount
                    else:
                        nodes[number] -= amount
                for index in range(len(rests)):
                    key = self._charge(node, index, duals)
                    rests[index] += charged.get(key, 0) if key is not None else 0
            for index, rest in enumerate(rests):
                yield ("alternative", node, index), rest
        for node, left in nodes.items():
            yield ("node", node), left
        for resource, left in enumerate(resources):
            yield ("resource", resource), left

    def _alternatives(self, node: int, duals: Duals, costs: bool) -> list[Number]:
        """What is left of the costs of a node's alternatives after the multipliers given."""
        problem = self.problem
        reliable = duals.reliability if problem.reliability is not None and problem.reliability > 0 else 0
        price = duals.choose.get(node, 0)
        rests = []
        for index, alternative in enumerate(problem.choices[node]):
            rest = (self.costs[node, index] if costs else 0) - price
            for need in alternative.needs:
                rest += duals.share.get((node, need), 0)
            for resource in alternative.uses:
                rest += duals.use.get((node, resource), 0)
            if alternative.spends:
                for i, number in duals.budget.items():
                    rest += number * alternative.spends[i]
            if reliable:
                rest += reliable * self.logs[alternative.success]
            rests.append(rest)
        return rests

    def _charge(self, node: int, index: int, duals: Duals) -> tuple[bool, int] | None:
        """What is charged for an alternative of negative cost: whether a resource, and its number."""
        alternative = self.problem.choices[node][index]
        for resource in alternative.uses:
            if (node, resource) not in duals.use:
                return True, resource
        for need in alternative.needs:
            if (node, need) not in duals.share:
                return False, need
        return None


def _reachable(problem: Selection) -> set[int]:
    seen = set(problem.roots)
    stack = list(seen)
    while stack:
        for alternative in problem.choices[stack.pop()]:
            for need in alternative.needs:
                if need not in seen:
                    seen.add(need)
                    stack.append(need)
    return seen
