"""Regime maps: which design is best, as a decision tree over how the parameters grow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from decomposer.design.lift import hand_design
from decomposer.design.nodes import Design
from decomposer.design.write import steps
from decomposer.errors import DesignError, Diagnostic, GrowthError
from decomposer.expr import Expr, parse
from decomposer.growth import Regime, is_big_o, theta
from decomposer.growth.partition import Branch, Leaf, Tree, leaves, partition
from decomposer.problem.load import problem_of
from decomposer.problem.model import Problem
from decomposer.rules.separate import leaves_growth_out
from decomposer.search import asymptotic
from decomposer.search.price import Candidate, Policy
from decomposer.search.run import Run
from decomposer.search.unfold import unfold
from decomposer.verbs.combinations import check_optimum
from decomposer.verbs.effort import as_assumption
from decomposer.verbs.failings import failings
from decomposer.verbs.illegal import without_illegal
from decomposer.verbs.infeasible import infeasible
from decomposer.verbs.late import nothing
from decomposer.verbs.measure import minimised, regime_of
from decomposer.verbs.results import FORMAT_VERSION
from decomposer.verbs.statement import OPTIMUM, assuming


@dataclass(frozen=True, slots=True)
class Contestant:
    """A design of a map: its name, its growth, and the values of its free parameters."""

    name: str
    design: Design
    growth: Expr
    theta: Expr
    policies: tuple[Policy, ...] = ()


@dataclass(frozen=True, slots=True)
class RegimeMap:
    """Which design is best where.

    Attributes
    ----------
    designs : tuple of Contestant
        All that took part; some may be best nowhere.
    tree : Tree
        Branches ask how two monomials compare, leaves name a design.
    complete : bool
        Whether no design of the space was left out for want of room.
    notes : tuple of str
        Which hand designs were left out, since they miss the target or exceed a limit.
    """

    problem: Problem
    designs: tuple[Contestant, ...]
    tree: Tree
    complete: bool
    notes: tuple[str, ...] = ()

    @property
    def leaves(self) -> tuple[Leaf, ...]:
        """The leaves of the tree, from left to right; their conditions cover the regime."""
        return tuple(leaves(self.tree))

    @property
    def verified(self) -> bool:
        """Whether at each leaf the winner was proved to grow no faster than each rival."""
        return all(leaf.verified for leaf in self.leaves)

    def named(self, name: str) -> Contestant:
        """The design of a leaf."""
        return next(design for design in self.designs if design.name == name)

    def policies(self, leaf: Leaf) -> tuple[Policy, ...]:
        """Values of the winner's free parameters at a leaf, with only the conditions that the leaf leaves open."""
        return tuple(
            found for policy in self.named(leaf.winner).policies if (found := _inside(policy, leaf.regime)) is not None
        )

    def to_dict(self) -> dict[str, Any]:
        """Write as plain data, fit for JSON."""
        return {
            "format_version": FORMAT_VERSION,
            "problem": self.problem.name,
            "assume": list(self.problem.assume),
            "complete": self.complete,
            "verified": self.verified,
            "designs": [
                {
                    "name": each.name,
                    "theta": str(each.theta),
                    "design": steps(self.problem, each.design),
                    "best_somewhere": any(leaf.winner == each.name for leaf in self.leaves),
                }
                for each in self.designs
            ],
            "tree": self._tree(self.tree),
            "notes": list(self.notes),
        }

    def _tree(self, tree: Tree) -> dict[str, Any]:
        if isinstance(tree, Branch):
            return {"if": tree.condition, "yes": self._tree(tree.yes), "no": self._tree(tree.no)}
        return {
            "design": tree.winner,
            "theta": str(tree.theta),
            "when": list(tree.conditions),
            "parameters": [
                {
                    "name": policy.name,
                    "about": policy.about,
                    "value": str(policy.value),
                    "when": list(policy.when),
                }
                for policy in self.policies(tree)
            ],
            "verified": tree.verified,
        }

    def _repr_html_(self) -> str:
        from decomposer.report.html import fragment
        from decomposer.report.regimes import document

        return fragment(document(self))


def regime_map(
    problem: Problem | str | Path,
    names: Sequence[str] = (OPTIMUM,),
    assume: Sequence[str] = (),
    keep: bool = True,
    seconds: float | None = None,
) -> RegimeMap:
    """Find out which design is best under which growth of the parameters.

    Parameters
    ----------
    problem : Problem, or the path or name of one
    names : sequence of str
        Which designs take part: ``"optimum"`` for those of the whole space that none beats everywhere, and
        hand designs.
    assume : sequence of str
        Assumptions beyond those of the problem.
    keep : bool
        Whether the assumptions of the problem itself hold.
    seconds : float, optional
        How long to search the space; then designs may be missing, and a note says so.

    Raises
    ------
    ProblemError, DesignError, InfeasibleError
        When an assumption cannot be used, a hand design is unknown or illegal, or nothing solves the problem; and when
        every design that is to take part misses the target or exceeds a limit.
    OutsideClassError
        When costs cannot be compared.

    Notes
    -----
    A leaf is verified by proving that its winner is O of every rival under the leaf's conditions; the leaves cover
    the regime because each branch asks a question and has both answers.
    """
    run = Run(seconds)
    problem = problem_of(problem)
    target = assuming(problem if keep else replace(problem, assume=()), tuple(assume))
    regime = regime_of(target)
    found: list[Contestant] = []
    notes: list[str] = []
    complete = True
    for name in dict.fromkeys(names or (OPTIMUM,)):
        if name == OPTIMUM:
            best, complete = _space(target, regime, run)
            found += [each for each in best if each.design not in [other.design for other in found]]
        else:
            design = hand_design(target, name, (OPTIMUM,))
            fails = failings(target, design, regime)
            if fails:
                notes.append(f"{name} {' and '.join(fails)}")
                continue
            found = [each for each in found if each.design != design]
            found.append(_contestant(name, design, minimised(target, design), (), regime))
    if not found:
        hint = "name a design that keeps the target and the limits, or `optimum`"
        raise DesignError(Diagnostic(f"no design is left to be mapped: {'; '.join(notes)}", "design", hint=hint))
    tree = partition({each.name: each.growth for each in found}, regime)
    told = (*(f"{note}, so it is left out" for note in notes), *(run.told if run.late else ()))
    return RegimeMap(target, tuple(found), tree, complete, told)


def map_of(problem: Problem, best: Sequence[Candidate], regime: Regime, complete: bool) -> RegimeMap:
    """The regime map of designs that a search has found, each of which is best somewhere.

    Raises
    ------
    OutsideClassError
        When costs cannot be compared, or the map is too large.
    """
    found = _contestants(problem, best, regime)
    return RegimeMap(problem, found, partition({each.name: each.growth for each in found}, regime), complete)


def _space(problem: Problem, regime: Regime, run: Run) -> tuple[tuple[Contestant, ...], bool]:
    """The designs of the space of which each is best somewhere."""
    space = unfold(problem, run=run)
    check_optimum(problem, False)
    candidates, complete = asymptotic.best(space, regime, run=run)
    complete = complete and not run.late and not leaves_growth_out(problem)
    if not candidates and run.late:
        raise nothing(run, problem)
    if not candidates:
        raise infeasible(problem, space)
    return _contestants(problem, asymptotic.least_growth(candidates, regime), regime), complete


def _contestants(problem: Problem, best: Sequence[Candidate], regime: Regime) -> tuple[Contestant, ...]:
    """Designs named as by hand where the hand drew them."""
    legal, _ = without_illegal(problem)
    known = {hand_design(legal, name): name for name in reversed(list(legal.designs))}
    found = []
    for place, candidate in enumerate(best, 1):
        plain = OPTIMUM if len(best) == 1 else f"design {place}"
        name = known.get(candidate.design, plain)
        found.append(_contestant(name, candidate.design, candidate.growth, candidate.policies, regime))
    return tuple(found)


def _contestant(name: str, design: Design, growth: Expr, policies: tuple[Policy, ...], regime: Regime) -> Contestant:
    return Contestant(name, design, growth, theta(growth, regime=regime).expr, policies)


def _inside(policy: Policy, regime: Regime) -> Policy | None:
    """A policy within a regime: without the conditions that hold there, `None` where they have no room."""
    kept = []
    for condition in policy.when:
        below, _, above = as_assumption(condition).partition(" <= ")
        low, high = parse(below), parse(above)
        if is_big_o(low, high, regime) is True:
            continue
        if is_big_o(high, low, regime) is True:
            return None  # only on the wall, which another policy covers
        kept.append(condition)
    try:
        regime.extended([as_assumption(condition) for condition in kept])
    except GrowthError:
        return None
    return replace(policy, when=tuple(kept))
