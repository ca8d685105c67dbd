"""What branch and bound over sites has proved, in the form that `duals.verify` checks."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias

from decomposer.solvers.duals import Duals, Fixed, Leaf, Proof, Split, Variable
from decomposer.solvers.selection import Number, Selection
from decomposer.solvers.sites import Sites
from decomposer.solvers.sites_search import Node, Search, Step

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[Any]


def proof(problem: Selection, sites: Sites, search: Search) -> Proof:
    """The tree of a finished search that kept its nodes.

    Raises
    ------
    ValueError
        When there is more than one level: the bound is then one of their combination.
    """
    if len(problem.levels) != 1:
        raise ValueError("a proof is of one level")
    assert search.root is not None
    writer = _Writer(problem, sites, search)
    # Parts come after the node that they are of, so from the end everything below is written first.
    nodes = [search.root]
    for node in nodes:
        nodes += node.parts or ()
    done: dict[int, Proof] = {}
    for node in reversed(nodes):
        done[id(node)] = writer.node(node, done)
    return writer.opened(done[id(search.root)])


class _Writer:
    def __init__(self, problem: Selection, sites: Sites, search: Search) -> None:
        self.sites, self.search = sites, search
        self.names: list[Variable | None] = [
            ("resource", resource) if resource is not None else ("node", leaf) if leaf is not None else None
            for resource, leaf in zip(sites.resources, sites.nodes, strict=True)
        ]
        # What every answer uses is not charged to its users; one who always uses it shows that it must be open.
        self.use: dict[tuple[int, int], Number] = {}
        self.share: dict[tuple[int, int], Number] = {}
        self.above: list[tuple[int, int]] = []
        self.owners: list[tuple[Variable, int]] = []
        self._always(problem)
        self._chains(problem)

    def _always(self, problem: Selection) -> None:
        """Who always uses the sites that every answer uses."""
        for site, name in enumerate(self.names):
            if name is None or not self.sites.forced[site]:
                continue
            owner: int | None = None
            for node in self.sites.customers:
                uses = [name[1] in (a.uses if name[0] == "resource" else a.needs) for a in problem.choices[node]]
                if any(uses):
                    (self.use if name[0] == "resource" else self.share)[node, name[1]] = 0
                    owner = node if all(uses) else owner
            assert owner is not None
            self.owners.append((name, owner))

    def _chains(self, problem: Selection) -> None:
        """Which customer passes on what another that it always needs costs; those that are needed first."""
        roots, inside = set(problem.roots), set(self.sites.customers)
        placed, order = set(roots), list(problem.roots)
        for node in order:
            for index, alternative in enumerate(problem.choices[node]):
                for need in alternative.needs:
                    if need in inside:
                        self.share.setdefault((node, need), 0)
                        always = index == 0 and all(need in a.needs for a in problem.choices[node])
                        if always and need not in placed:
                            placed.add(need)
                            order.append(need)
                            self.above.append((node, need))
        self.above.reverse()

    def opened(self, inner: Proof) -> Proof:
        """The proof that what every answer uses is open, and with it the rest."""
        much = Fraction(self.search.cost, self.sites.scale)
        for name, owner in self.owners:
            choose: dict[int, Number] = {owner: much}
            share: dict[tuple[int, int], Number] = {}
            for above, need in self.above:
                if need in choose:
                    share[above, need] = much
                    choose[above] = much
            use: dict[tuple[int, int], Number] = {}
            (use if name[0] == "resource" else share)[owner, name[1]] = much
            inner = Fixed(Duals(choose, share, use), (), (name,), inner)
        return inner

    def node(self, node: Node, done: dict[int, Proof]) -> Proof:
        """The proof of a node; those of its parts are done."""
        if node.parts is not None and node.branch is not None:
            name = self.names[node.branch]
            assert name is not None
            inner: Proof = Split(name, done[id(node.parts[1])], done[id(node.parts[0])])
        else:
            assert node.last is not None
            inner = Leaf(self._duals(node.last, node.last.shuts))
        for step in reversed(node.steps):
            # What to open and what to shut are proved by the same prices, but by different ones of full pools.
            if step.shut:
                inner = Fixed(self._duals(step, True), self._named(step.shut), (), inner)
            if step.opened:
                inner = Fixed(self._duals(step, False), (), self._named(step.opened), inner)
        return inner

    def _named(self, sites: tuple[int, ...]) -> tuple[Variable, ...]:
        return tuple(name for site in sites if (name := self.names[site]) is not None)

    def _duals(self, step: Step, shuts: bool) -> Duals:
        """Multipliers of a step; `shuts` is whether it is about sites that the relaxation leaves shut."""
        scale = self.sites.scale
        if step.prices is None:
            assert step.full is not None
            return Duals(pool={step.full: Fraction(self.search.cost, scale)})
        customers = self.sites.customers
        total: dict[int, Number] = {n: Fraction(int(p), scale) for n, p in zip(customers, step.prices, strict=True)}
        share = dict(self.share)
        for above, need in self.above:
            share[above, need] = total[need]
            total[above] += total[need]
        for leaf, opening in zip(self.sites.nodes, self.sites.opening, strict=True):
            if leaf is not None:
                total[leaf] = Fraction(int(opening), scale)
        pool = {
            number: Fraction(self._limit(step.prices, sites, rest, shuts), scale) for number, sites, rest in step.pools
        }
        return Duals(total, share, self.use, pool, fill=True)

    def _limit(self, prices: Array, sites: Array, rest: int, shuts: bool) -> int:
        """The multiplier of a pool: what the last site that it lets in saves, or the first that it does not."""
        import numpy as np

        gains = np.maximum(prices - self.search.serving[sites], 0).sum(axis=1)
        net = np.sort(self.search.opening[sites] - gains)
        return max(0, -int(net[rest - 1 if shuts else rest]))
