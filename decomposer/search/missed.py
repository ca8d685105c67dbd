"""What a search for designs that reach a target has found, and why there is none, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from decomposer.design.products import Product
from decomposer.design.votes import MAX_BITS
from decomposer.errors import Diagnostic
from decomposer.expr import ONE
from decomposer.problem.diagnose import diagnostic
from decomposer.problem.model import Problem
from decomposer.search.price import Candidate
from decomposer.search.sets import MOST_SETS, able

LEFT_OUT = (
    f"left out are designs in which so many units must be right at once that their chance has more than {MAX_BITS} bits"
)
"""What is said where these may be better."""


@dataclass(frozen=True, slots=True)
class Reached:
    """What a search for designs that reach a target has found.

    Parameters
    ----------
    cheapest : tuple of Candidate
        Designs that reach it, of which none is known to cost more than another.
    complete : bool
        Whether no vote and no stride that was left out can cost less, or reach it where nothing else does.
    most : Product, optional
        Where none reaches it, the chance of the most reliable design of those that were looked at.
    partly : bool
        Whether votes were left out.
    """

    cheapest: tuple[Candidate, ...]
    complete: bool
    most: Product | None
    partly: bool


def missed(problem: Problem, sets: Sequence[Set[str]], tried: Mapping[frozenset[str], Reached]) -> Diagnostic:
    """Why nothing reaches the target, after searches for sets of models."""
    limit, whole = problem.limits.models, tried.get(frozenset(problem.models))
    if limit is None or (whole is not None and not whole.cheapest):
        who, counted = "no design", list(tried.values())
    else:
        who = f"no design of at most {limit} model{'' if limit == ONE else 's'}"
        counted = [one for names, one in tried.items() if not one.cheapest]
    if not any(able(problem, names) for names in sets):
        return Diagnostic(f"{who} has all that the tasks require", "infeasible")
    told, hint = f"{who} reaches the target", ""
    if any(one.partly for one in counted):
        told, hint = f"{who} was found that reaches the target", LEFT_OUT
    chance: Product | None = None
    for one in counted:
        if one.most is not None and (chance is None or one.most.compare(chance) > 0):
            chance = one.most
    if chance is None:
        return Diagnostic(f"{told}: what fails too often can be neither checked nor voted on", "infeasible", hint=hint)
    low, _ = chance.bounds()
    told = f"{told}: the most reliable one comes out right with probability {_decimal(low)}"
    return Diagnostic(told, "infeasible", hint=hint)


def too_dear(least: Fraction | None, complete: bool) -> Diagnostic:
    """Why what reaches the target is beyond the limit on cost, with the least cost that is known to reach it."""
    who = "no design that reaches the target keeps" if complete else "no design was found that reaches the target and"
    told = f"{who} the limit on cost" if complete else f"{who} keeps the limit on cost"
    return Diagnostic(told if least is None else f"{told}; it would take cost: {ceil(least)}", "infeasible")


def too_many_sets(problem: Problem) -> Diagnostic:
    """More sets of models than are tried one by one."""
    limited = problem.limits.models is not None
    path = "limits.models" if limited else "models"
    what = "a limit on models" if limited else "hosting costs"
    message = (
        f"at numbers a target for the reliability of the whole is combined with {what} by trying sets of models one "
        f"by one, and here there are more than {MOST_SETS}"
    )
    hint = "offer fewer models; or leave out --set: the growth is found with both; or leave out `target`"
    return diagnostic(problem, path, message, "not-together", hint)


def _decimal(value: Fraction) -> str:
    digits = 6
    scaled = value.numerator * 10**digits // value.denominator
    return f"0.{scaled:0{digits}d}" if scaled < 10**digits else "1"
