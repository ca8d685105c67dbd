"""Why an answer is not called optimal: what is not decided, and what can be done about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from decomposer.design.remembering import reaches_back, some_may_do
from decomposer.expr import pretty
from decomposer.problem.model import Problem
from decomposer.search.asymptotic import TOO_MANY
from decomposer.search.price import Candidate
from decomposer.search.reasons import COMPARED, NUMBERS
from decomposer.verbs.notes import not_looked_at
from decomposer.verbs.results import Status

REGIMES = (
    f"which design is the best depends on how the parameters grow, as shown; {COMPARED}; `decomposer map` shows more"
)

VOTES = f"while sizes are open, votes are as many as are enough for certain; {NUMBERS} for the fewest"

SCOPES = f"while sizes are open, scopes are compared by growth; {NUMBERS} for the least"

LIMITED = f"under limits or with hosting, designs of this growth were not compared to the last constant; {COMPARED}"


def by_facts(problem: Problem, at: Mapping[str, int | Fraction], numeric: bool) -> tuple[str, ...]:
    """What the facts of a problem leave undecided, whatever the search."""
    found = list(not_looked_at(problem, at))
    if not numeric and some_may_do(problem):
        found += _some_may_do(problem)
    return tuple(found)


def _some_may_do(problem: Problem) -> Iterator[str]:
    for task in problem.tasks.values():
        last = None if task.memory is None else task.memory.last
        count = None if task.memory is None else problem.texts[task.memory.text].count
        if last is not None and count is not None and not reaches_back(problem, last, count):
            few, all_of = pretty(last), pretty(count)
            yield (
                f"{task.name}: where {few} is less than {all_of}, remembering the last {few} alone may cost less, and "
                f"that was left out; assume `{few} <= {all_of}`, or {NUMBERS}"
            )


def by_status(problem: Problem, status: Status, ranked: Sequence[Candidate], numeric: bool) -> tuple[str, ...]:
    """Why the status of designs that were searched whole is not ``optimal``."""
    if status == "regimes":
        return (REGIMES,)
    if status != "optimal_growth":
        return ()
    return tuple(dict.fromkeys(_constants(problem, ranked, numeric)))


def _constants(problem: Problem, ranked: Sequence[Candidate], numeric: bool) -> Iterator[str]:
    best = ranked[0]
    for policy in best.policies:
        if policy.value.symbols:
            told = f"{policy.name} ({policy.about}) grows, and which is best is known up to a constant factor"
            yield f"{told}; {NUMBERS} for the best one"
    alike = sum(one.work != best.work for one in ranked)
    if alike:
        one = "1 other design has" if alike == 1 else f"{alike} other designs have"
        yield f"{one} the same growth, or may have, and which costs least in the end is not decided; {COMPARED}"
    if not all(one.exact for one in ranked):
        yield TOO_MANY if any(TOO_MANY in one.proof for one in ranked) else LIMITED
    if not numeric and problem.target is not None:
        yield VOTES
    if not numeric and problem.minimise == "scope":
        yield SCOPES
