"""Bounds on chances of a vote that have too many digits to be written out: many units that must be right at once."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from decomposer.design.context import Context, exposure
from decomposer.design.nodes import Call, Design, Hole, Retry, walk
from decomposer.design.reliability import tasks_at
from decomposer.design.sizes import model_rate, unit_success
from decomposer.design.votes import MAX_BITS, least_lead, power_between
from decomposer.expr import evaluate
from decomposer.problem.model import Problem

Ends = tuple[Fraction, Fraction]


@dataclass(frozen=True, slots=True)
class Odds:
    """Bounds on the chances of a vote for the right answer, and for its strongest rival."""

    right: Ends
    rival: Ends

    def hopeless(self, target: Fraction) -> bool:
        """Whether no number of votes reaches a target: the right answer wins half the time at most."""
        return 2 * target > 1 and self.right[1] <= self.rival[0]

    def fewest_runs(self, scopes: Fraction, target: Fraction) -> Fraction:
        """Runs that a vote takes at least, which is right often enough in so many scopes.

        First to lead by v takes v votes for either of the two at least; a majority, three runs, and it is more often
        wrong than right where each vote is.
        """
        runs = self.least_lead(scopes, target) / min(Fraction(1), self.right[1] + self.rival[1])
        return min(runs, Fraction(3)) if 2 * self.right[1] > 1 or 2 * target <= 1 else runs

    def least_lead(self, scopes: Fraction, target: Fraction) -> int:
        """A lead below which the target is not reached."""
        if self.rival[0] >= self.right[1]:
            return 2
        return max(2, least_lead(self.rival[0] / self.right[1], scopes, target))


def odds_between(problem: Problem, body: Design, context: Context, name: str) -> Odds | None:
    """Bounds on the chances of votes among the answers to a task; `None` of those that no bounds are known of.

    The numbers are those of `design.reliability.votes_for`.
    """
    task = problem.tasks[name]
    calls = [part for part in walk(body) if name in tasks_at(part)]
    units = exposure(problem, task, context).as_fraction()
    if len(calls) != 1 or task.succeeds is None or units is None or units.denominator != 1:
        return None
    (inner,) = calls
    model = inner.model if isinstance(inner, Call) else inner.goal.model if isinstance(inner, Hole) else None
    one, scatters = evaluate(unit_success(problem, task, context, model), {}), task.succeeds.wrong == "scatter"
    ends = power_between(one, int(units))
    if isinstance(body, Retry):
        check = task.check
        assert check is not None
        rejects, accepts = evaluate(check.rejects, {}), evaluate(check.accepts, {})

        def kept(chance: Fraction) -> Fraction:
            """Share of what is accepted that is right."""
            good = chance * (1 - rejects)
            wrong = (1 - chance) * accepts
            return good / (good + wrong) if good + wrong else Fraction(0)

        if check.scope == "whole" or task.succeeds.unit == "call":
            ends, scatters = (kept(ends[0]), kept(ends[1])), False
        else:
            one = kept(one)
            ends = power_between(one, int(units))
    if not scatters:
        return Odds(ends, (1 - ends[1], 1 - ends[0]))
    others = power_between(one, int(units) - 1)
    return Odds(ends, ((1 - one) * others[0], (1 - one) * others[1]))


def too_long(problem: Problem) -> tuple[str, ...]:
    """Tasks whose chance to be right in all units at once has more digits than are worked with."""
    found = []
    for name, task in problem.tasks.items():
        units = None if problem.target is None else exposure(problem, task, Context()).as_fraction()
        if task.succeeds is None or units is None:
            continue
        rates = [model_rate(problem, task, model).as_fraction() for model in (None, *problem.models)]
        if any(rate is not None and Fraction(rate).denominator.bit_length() * units > MAX_BITS for rate in rates):
            found.append(name)
    return tuple(found)
