"""Small random selection problems of every kind of limit, by seed; and the same for hypothesis."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from hypothesis import strategies as st

from decomposer.solvers.selection import Alternative, Level, Number, Pool, Resource, Selection

LIMITS = ("budget", "pool", "deadline", "reliability", "capacity")
KINDS = ("cycles", "resources", "levels", "fractions", "makespan", *LIMITS)
"""Features that a problem may have; the sharing of nodes is in all of them."""


def coupled(seed: int, kinds: Sequence[str] = KINDS, nodes: int = 6, width: int = 3, always: bool = False) -> Selection:
    """A random problem.

    Parameters
    ----------
    seed : int
    kinds : sequence of str
        Features among `KINDS` that it may have; each is had by half of the problems.
    nodes, width : int
        Most OR nodes, and most alternatives for each.
    always : bool
        Whether it has all the features of `kinds`.

    Notes
    -----
    Limits are drawn around what answers use, so that a good part of the problems has none, and most have one.
    """
    rng = random.Random(seed)
    has = {kind: kind in kinds and (always or rng.random() < 0.5) for kind in KINDS}
    count = rng.randint(2, nodes)
    components = rng.choice((1, 2, 3)) if has["levels"] else 1
    budgets = rng.choice((1, 2)) if has["budget"] else 0
    capacities = rng.choice((1, 1, 2)) if has["capacity"] else 0
    timed = has["deadline"] or has["makespan"] or has["capacity"]

    def number(most: int) -> Number:
        if has["fractions"] and rng.random() < 0.5:
            return Fraction(rng.randint(0, 4 * most), rng.randint(1, 6))
        return rng.randint(0, most)

    resources: tuple[Resource, ...] = ()
    if has["resources"] or has["pool"]:
        resources = tuple(
            Resource(
                tuple(number(8) for _ in range(components)),
                tuple(number(3) for _ in range(budgets)) if rng.random() < 0.7 else (),
            )
            for _ in range(rng.randint(1, 4))
        )

    def alternative(node: int) -> Alternative:
        others = [n for n in range(count) if n != node] if has["cycles"] else list(range(node + 1, count))
        needs = rng.sample(others, min(len(others), rng.choice((0, 1, 1, 2, 2, 3))))
        return Alternative(
            costs=tuple(number(9) for _ in range(components)),
            needs=tuple(needs),
            uses=tuple(rng.sample(range(len(resources)), rng.randint(0, min(2, len(resources))))),
            spends=tuple(number(5) for _ in range(budgets)) if rng.random() < 0.8 else (),
            duration=number(4) if timed else 0,
            occupies=tuple(rng.randint(0, 2) for _ in range(capacities)) if rng.random() < 0.8 else (),
            success=Fraction(rng.randint(5, 10), 10) if has["reliability"] else Fraction(1),
        )

    choices = tuple(
        tuple(alternative(node) for _ in range(rng.randint(0 if rng.random() < 0.1 else 1, width)))
        for node in range(count)
    )
    roots = tuple(rng.sample(range(count), rng.choice((1, 1, 1, 2)))) if has["cycles"] else (0,)
    levels = tuple(
        Level(
            tuple(rng.choice((0, 1, 1, 2)) for _ in range(components)),
            rng.choice((0, 1, Fraction(1, 2), 3)) if has["makespan"] else 0,
        )
        for _ in range(components)
    )
    return Selection(
        choices=choices,
        roots=roots,
        components=components,
        levels=levels,
        resources=resources,
        pools=_pools(rng, len(resources)) if has["pool"] else (),
        budgets=tuple(number(2 * count) + rng.randint(0, 2 * count) for _ in range(budgets)),
        capacities=tuple(rng.choice((1, 2, 2, 3, 4)) for _ in range(capacities)),
        deadline=number(2 * count) + rng.randint(0, count) if has["deadline"] else None,
        reliability=Fraction(rng.randint(1, 60), 100) if has["reliability"] else None,
    )


def _pools(rng: random.Random, resources: int) -> tuple[Pool, ...]:
    return tuple(
        Pool(frozenset(rng.sample(range(resources), rng.randint(1, resources))), rng.choice((0, 1, 2, 2, 3)))
        for _ in range(rng.choice((1, 1, 2)))
    )


def tree(seed: int, nodes: int = 8, width: int = 3) -> Selection:
    """A random problem in which no answer shares a node, without limits."""
    rng = random.Random(seed)
    children: dict[tuple[int, int], list[int]] = {}
    sizes = [rng.randint(1, width) for _ in range(rng.randint(2, nodes))]
    for node in range(1, len(sizes)):
        parent = rng.randrange(node)
        children.setdefault((parent, rng.randrange(sizes[parent])), []).append(node)
    return Selection(
        choices=tuple(
            tuple(
                Alternative((rng.randint(0, 9), rng.randint(0, 3)), tuple(children.get((node, index), ())))
                for index in range(size)
            )
            for node, size in enumerate(sizes)
        ),
        roots=(0,),
        components=2,
        levels=(Level((1, 0)), Level((0, 1))),
    )


def layered(seed: int, layers: int, breadth: int, width: int = 4, needs: int = 2, highest: int = 100) -> Selection:
    """A layered problem with shared nodes of any size: `breadth` nodes in each layer, all of the first are roots."""
    rng = random.Random(seed)
    choices = []
    for layer in range(layers):
        below = range((layer + 1) * breadth, (layer + 2) * breadth) if layer + 1 < layers else range(0)
        for _ in range(breadth):
            choices.append(
                tuple(
                    Alternative((rng.randint(1, highest),), tuple(rng.sample(below, min(needs, len(below)))))
                    for _ in range(width)
                )
            )
    return Selection(tuple(choices), tuple(range(breadth)))


def medium(seed: int, limit: str) -> Selection:
    """A layered problem beyond trying everything, with one kind of limit."""
    rng = random.Random(seed)
    base = layered(seed, layers=4, breadth=5, width=3, highest=30)

    def spread(a: Alternative) -> Alternative:
        if limit == "budget":
            return replace(a, spends=(rng.randint(0, 9),))
        if limit == "pool":
            return replace(a, uses=(rng.randrange(6),))
        if limit == "deadline":
            return replace(a, duration=rng.randint(1, 9))
        return replace(a, success=Fraction(rng.randint(90, 100), 100))

    choices = tuple(tuple(spread(a) for a in alternatives) for alternatives in base.choices)
    problem = replace(base, choices=choices)
    if limit == "budget":
        return replace(problem, budgets=(rng.randint(25, 60),))
    if limit == "pool":
        resources = tuple(Resource((rng.randint(0, 20),)) for _ in range(6))
        return replace(problem, resources=resources, pools=(Pool(frozenset(range(6)), rng.randint(2, 5)),))
    if limit == "deadline":
        return replace(problem, deadline=rng.randint(10, 24))
    return replace(problem, reliability=Fraction(rng.randint(30, 70), 100))


def problems(kinds: Sequence[str] = KINDS, nodes: int = 6, width: int = 3) -> st.SearchStrategy[Selection]:
    """The same for hypothesis."""
    return st.integers(0, 10**6).map(lambda seed: coupled(seed, kinds, nodes, width))
