"""Backend for hosting: alternatives that share things paid once, such as hosted models or open facilities.

Uncapacitated facility location and its kin (p-median, a catalogue of models of which some are hosted): moves over
what is open, prices of customers as bound, branch and bound over sites. All numbers that prove anything are exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from decomposer.solvers import evaluate
from decomposer.solvers.answer import Answer, Limits
from decomposer.solvers.duals import Proof
from decomposer.solvers.hosting_proof import proof
from decomposer.solvers.hosting_rows import Priced
from decomposer.solvers.selection import Selection
from decomposer.solvers.sites import Sites
from decomposer.solvers.sites_build import build
from decomposer.solvers.sites_search import Search
from decomposer.solvers.watch import Watch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[Any]

NAME = "hosting"

LARGE = 1000
"""Alternatives from which on limits are priced."""


def suits(problem: Selection) -> bool:
    """Whether the problem is hosting-like, in numbers that fit; with budgets or reliability, only if it is large.

    Small ones under such limits are left to general backends.
    """
    sites = build(problem)
    return sites is not None and sites.fits() and (not sites.limits or len(sites.cost) >= LARGE)


def run(problem: Selection, limits: Limits = Limits(), hint: Mapping[int, int] | None = None) -> Answer:  # noqa: B008
    """Solve a problem that `suits`.

    Raises
    ------
    ValueError
        When the problem is not of this kind.
    """
    watch = Watch(limits, NAME)
    sites = build(problem)
    if sites is None or not sites.fits():
        raise ValueError("the problem is not hosting-like")
    if sites.limits:
        return Priced(problem, sites, watch, NAME).run(hint)
    search = _search(problem, sites, watch)
    search.run(_opened(problem, sites, hint))
    return _answer(problem, sites, search)


def _search(problem: Selection, sites: Sites, watch: Watch, keep: bool = False) -> Search:
    """The search, telling the watch of answers and bounds."""
    opening, serving, which, far = sites.dense()

    def found(cost: int, opened: Array) -> None:
        if cost < far and watch.limits.on_progress is not None:
            watch.found(evaluate.value(problem, _chosen(sites, serving, which, opened)))

    def raised(bound: int) -> None:
        if bound < far:
            watch.proved(sites.level(bound))

    return Search(opening, serving, far, sites.forced, sites.pools, watch, found, raised, keep)


def _opened(problem: Selection, sites: Sites, hint: Mapping[int, int] | None) -> Array | None:
    """Sites that an earlier answer uses, as far as it still fits."""
    if hint is None:
        return None
    resources = {
        resource
        for node, index in hint.items()
        if node < len(problem.choices) and index < len(problem.choices[node])
        for resource in problem.choices[node][index].uses
    }
    opened = sites.forced.copy()
    for place, (resource, node) in enumerate(zip(sites.resources, sites.nodes, strict=True)):
        if resource in resources or node in hint:
            opened[place] = True
    return opened


def _chosen(sites: Sites, serving: Array, which: Array, opened: Array) -> dict[int, int]:
    """Every customer served from the cheapest open site."""
    import numpy as np

    now = np.flatnonzero(opened)
    nearest = now[serving[now].argmin(axis=0)]
    return sites.chosen(int(k) for k in which[nearest, np.arange(len(sites.customers))])


def _answer(problem: Selection, sites: Sites, search: Search) -> Answer:
    """What the search found, recomputed from the problem."""
    stopped = search.watch.reason or "proved"
    if search.best is None or search.cost >= search.far:
        proved = search.bound >= search.far
        return Answer("infeasible" if proved else "unknown", stopped="proved" if proved else stopped, backend=NAME)
    _, serving, which, _ = sites.dense()
    chosen = evaluate.trim(problem, _chosen(sites, serving, which, search.best))
    errors = evaluate.check(problem, chosen)
    if errors:
        raise AssertionError(f"an answer that does not hold: {'; '.join(errors)}")
    value = evaluate.value(problem, chosen)
    proved = search.bound >= search.cost
    return Answer(
        status="optimal" if proved else "feasible",
        chosen=chosen,
        value=value,
        bound=value[0] if proved else sites.level(search.bound),
        stopped="proved" if proved else stopped,
        backend=NAME,
    )


def prove(problem: Selection, limits: Limits = Limits()) -> tuple[Answer, Proof | None]:  # noqa: B008
    """Solve a problem that `suits`, and give the whole proof, for `duals.verify`; none where it was not finished.

    Raises
    ------
    ValueError
        When the problem is not of this kind, or has more than one level.
    """
    watch = Watch(limits, NAME)
    sites = build(problem)
    if sites is None or not sites.fits():
        raise ValueError("the problem is not hosting-like")
    if sites.limits:
        raise ValueError("what is proved under budgets or reliability rests on an integer programme, too")
    search = _search(problem, sites, watch, keep=True)
    search.run()
    answer = _answer(problem, sites, search)
    return answer, proof(problem, sites, search) if answer.status == "optimal" else None
