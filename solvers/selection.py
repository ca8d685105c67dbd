"""The selection problem: which alternatives of an AND/OR graph to take, under limits, at least cost.

OR nodes are choices, AND nodes are alternatives; an alternative needs other OR nodes. An answer takes one
alternative at every root and at every OR node that a taken alternative needs, without cycles. A node taken once
serves all that need it: its cost counts once. All numbers are exact.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TypeAlias

Number: TypeAlias = int | Fraction


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to do what an OR node stands for.

    Parameters
    ----------
    costs : tuple of numbers
        One for each component of cost, none negative; paid once, however many nodes need this one.
    needs : tuple of int
        OR nodes that must be done first, in any order; a node may be named only once.
    uses : tuple of int
        Resources (a hosted model, an open facility) that it takes, each named once; each is paid once for the whole
        answer.
    spends : tuple of numbers
        What it takes of each budget; none negative. Empty stands for nothing.
    duration : number
        Time from its start to its end; it starts when all its needs have ended.
    occupies : tuple of int
        What it holds of each capacity while it runs. Empty stands for nothing.
    success : Fraction
        Probability that it succeeds, in (0, 1]; those of an answer multiply.
    name : str
        For messages only.
    """

    costs: tuple[Number, ...]
    needs: tuple[int, ...] = ()
    uses: tuple[int, ...] = ()
    spends: tuple[Number, ...] = ()
    duration: Number = 0
    occupies: tuple[int, ...] = ()
    success: Fraction = Fraction(1)
    name: str = ""


@dataclass(frozen=True, slots=True)
class Resource:
    """What alternatives share: paid once when first used.

    Parameters
    ----------
    costs, spends : tuple of numbers
        As those of an alternative.
    name : str
    """

    costs: tuple[Number, ...]
    spends: tuple[Number, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Pool:
    """At most `limit` of these resources may be used."""

    resources: frozenset[int]
    limit: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Level:
    """One objective: a weighted sum of the components of cost, and of the makespan; none negative.

    Parameters
    ----------
    weights : tuple of numbers
        One for each component of cost.
    makespan : number
        Weight of the time at which the last alternative taken ends.
    """

    weights: tuple[Number, ...]
    makespan: Number = 0


@dataclass(frozen=True, slots=True)
class Selection:
    """A selection problem.

    Parameters
    ----------
    choices : tuple of tuple of Alternative
        The alternatives of each OR node. A node without any cannot be done.
    roots : tuple of int
        OR nodes that must be done.
    components : int
        Length of every `costs`.
    levels : tuple of Level
        Objectives, the first first; each is made least among the answers that are best for those before it.
    resources : tuple of Resource
    pools : tuple of Pool
    budgets : tuple of numbers
        Limits on the sums of `spends` over alternatives and resources taken.
    capacities : tuple of int
        Renewable capacities (workers, slots); what runs at the same time shares them.
    deadline : number, optional
        Limit on the makespan.
    reliability : Fraction, optional
        Least product of the `success` of all alternatives taken.
    names : tuple of str
        Of the OR nodes, for messages; may be empty.
    """

    choices: tuple[tuple[Alternative, ...], ...]
    roots: tuple[int, ...]
    components: int = 1
    levels: tuple[Level, ...] = (Level((1,)),)
    resources: tuple[Resource, ...] = ()
    pools: tuple[Pool, ...] = ()
    budgets: tuple[Number, ...] = ()
    capacities: tuple[int, ...] = ()
    deadline: Number | None = None
    reliability: Fraction | None = None
    names: tuple[str, ...] = field(default=(), compare=False)

    @property
    def timed(self) -> bool:
        """Whether the order in time matters: a deadline, a makespan in an objective, or a capacity."""
        return self.deadline is not None or bool(self.capacities) or any(level.makespan for level in self.levels)

    @property
    def limited(self) -> bool:
        """Whether any limit couples the choices, beyond sharing."""
        return bool(self.pools or self.budgets or self.capacities) or not (self.deadline is self.reliability is None)


def loosen(problem: Selection) -> Selection:
    """The problem without limits and times: its answers cost no more."""
    levels = tuple(replace(level, makespan=0) for level in problem.levels)
    return replace(problem, levels=levels, pools=(), budgets=(), capacities=(), deadline=None, reliability=None)
