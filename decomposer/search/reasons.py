"""Why an answer is not proved to be the best: what was not decided, and what can be done about it, in words."""

from __future__ import annotations

from decomposer.rules.base import Decision, Goal

NUMBERS = "give numbers with --set"
COMPARED = f"assume how sizes compare, or {NUMBERS}"

ELSEWHERE = f"a design that keeps the limits in a part of the regime alone may be better there: {COMPARED}"
"""Where limits hold of some designs in places."""

FEW_TRIED = f"under limits, few values of free parameters are tried while sizes are open; {NUMBERS}"

CASES = f"which sizes are the larger leaves more cases open than are solved; {COMPARED}"

SCOPES = f"scopes of some designs cannot be compared by growth; {NUMBERS}"

DIGITS = "designs of costs with more digits than can be worked with are left out; take smaller numbers"

CLOSE = "whether some design reaches the target takes more digits than can be worked with; it is left out"

LONGER = "longer votes than were tried may cost less; take another target, or draw such a design by hand to compare it"

TIED = "which of several designs costs less takes more digits than can be worked with; take smaller numbers"

ADDED_UP = (
    "what was added up for the design is not what it costs as a whole, so that another may cost less; compare it with "
    "designs drawn by hand"
)
"""Where what a solver was given does not add up to the cost of what it answers."""


def left_out(decision: Decision, tried: int, values: int) -> str:
    """Values of a free parameter that were not tried."""
    return (
        f"of {values:,} values of {decision.name} ({decision.about}), only {tried} were tried; take numbers that leave "
        "fewer"
    )


def ranges_left(tried: int) -> str:
    """Ranges of free parameters that no bound excludes."""
    return (
        f"{tried:,} values of free parameters were tried, and ranges are left in which others may be better; take "
        "numbers that leave fewer"
    )


def steps_left(task: str, first: int, last: int) -> str:
    """Steps per call that were neither tried nor excluded."""
    return f"{task}: calls of {first:,} to {last:,} steps were not all tried; take numbers that leave fewer"


def too_many(goal: Goal, found: int, most: int) -> str:
    """Designs of a goal that were dropped for want of room."""
    who = " and ".join(goal.tasks)
    return f"{who}: of {found} designs, only {most} were followed up; {COMPARED}"


def beyond(decision: Decision) -> str:
    """A free parameter whose best value growths cannot tell."""
    told = f"which {decision.name} ({decision.about}) is best is beyond what growths can tell"
    return f"{told}, so its least value was taken; {NUMBERS}"


def unproved(decision: Decision) -> str:
    """A free parameter of which another value may be better."""
    return f"that no other {decision.name} ({decision.about}) is better is not proved; {COMPARED}"


def same_values(goal: Goal) -> str:
    """Free parameters of a design that stands in two places."""
    who = " and ".join(goal.tasks)
    return f"{who}: free parameters of what stands in two places got the same values in both; {NUMBERS}"


def least_scope(which: str) -> str:
    """A measure of scope that is least of several designs, each in some part of the regime."""
    return f"which design has the least scope ({which}) depends on how the parameters grow; {COMPARED}"


def unlimited(decision: Decision) -> str:
    """A free parameter whose value is the best of all only where nothing is limited."""
    told = f"{decision.name} ({decision.about}) has the value that is best without limits"
    return f"{told}, and with another some design may keep them at less; {NUMBERS}"


def attempts(decision: Decision) -> str:
    """A free parameter whose value is the best at a first attempt, but not at further ones."""
    told = f"{decision.name} ({decision.about}) has the value that is best where prompts are read anew"
    return f"{told}, and another is where they were seen before; {NUMBERS}"


def solver(stopped: str, bound: object = None) -> str:
    """A solver that gave up before its proof."""
    told = f"the solver stopped before it had a proof (limit: {stopped})"
    told = told if bound is None else f"{told}; that no design is below {bound} is proved"
    return f"{told}; fewer models, or tighter limits, leave it less to look at"
