"""The door: one problem in, the best answer out, by the method that its features call for.

Whatever a backend answers is recomputed; an answer that breaks a limit, or is worth something else than it says, is
not passed on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib import import_module
from typing import Protocol, cast

from decomposer.solvers import cpsat, evaluate
from decomposer.solvers.answer import Answer, Limits
from decomposer.solvers.encode import one_by_one
from decomposer.solvers.infeasible import explain
from decomposer.solvers.pooled import pooled
from decomposer.solvers.selection import Number, Selection, loosen
from decomposer.solvers.validate import validate
from decomposer.solvers.watch import Watch

BACKENDS = ("trees", "hosting", "narrow", "sharing", "scheduling", "cpsat", "milp")
"""Modules of this package, the most special first. Each is imported when a problem comes to it.

The integer programme stands last: it takes over where numbers are too large for CP-SAT.
"""

GIVING_UP = ("trees", "narrow")
"""Those that stop by themselves where there is too much to keep, long before the limits."""

LARGE = 400
"""From so many alternatives on, a problem with limits is first solved without them, for a bound and a start."""

SHARE, WORK = 0.15, 5.0
"""What that may take: a part of the limits, and so much work where that is not limited."""

HUGE, MOST = 20_000, 0.6
"""From so many alternatives on that part is larger: a model of all limits then comes to little."""


class Backend(Protocol):
    """What every backend offers."""

    def suits(self, problem: Selection) -> bool:
        """Whether it is made for such a problem."""
        ...

    def run(self, problem: Selection, limits: Limits, hint: Mapping[int, int] | None = None) -> Answer:
        """Solve it."""
        ...


class DisagreementError(ArithmeticError):
    """Every backend that was asked gave an answer that is none."""


def backend(name: str) -> Backend:
    """A backend by its name.

    Raises
    ------
    ImportError
        When what it needs is missing or refused.
    """
    return cast(Backend, import_module(f"decomposer.solvers.{name}"))


def suiting(problem: Selection) -> Iterator[str]:
    """The backends for a problem, the most special first."""
    return (name for name in BACKENDS if backend(name).suits(problem))


def solve(problem: Selection, limits: Limits | None = None, hint: Mapping[int, int] | None = None) -> Answer:
    """The best answer to a selection problem.

    Parameters
    ----------
    problem : Selection
    limits : Limits, optional
        When to stop; without them it goes on to the proof.
    hint : mapping of OR node to the index of its alternative, optional
        An answer to start from, or part of one. The answer is never worse than a hint that keeps all limits.

    Returns
    -------
    Answer
        Recomputed exactly. With `infeasible` comes the conflict: which limits, and how far each would have to give.

    Raises
    ------
    SelectionError
        When the problem makes no sense.
    ValueError
        When its numbers are too large or too fine to be worked with exactly.
    """
    limits = limits or Limits()
    watch = Watch(limits, "solve")
    validate(problem)
    answer = find(problem, rest(limits, watch), hint)
    return explained(problem, answer, rest(limits, watch))


def explained(problem: Selection, answer: Answer, limits: Limits) -> Answer:
    """The answer, and where there is none, why."""
    return replace(answer, conflict=explain(problem, limits)) if answer.status == "infeasible" else answer


def find(
    problem: Selection, limits: Limits, hint: Mapping[int, int] | None = None, bound: Number | None = None
) -> Answer:
    """As `solve`, for problems known to make sense and without the reason when there is no answer.

    Parameters
    ----------
    bound : number, optional
        A bound on the first level proved before; other parameters are those of `solve`.
    """
    watch = Watch(limits, "solve")
    best = replace(_given(problem, hint), bound=bound)
    failure: Exception | None = None
    for name in suiting(problem):
        if name == cpsat.NAME:
            best = better(best, _loosened(problem, rest(limits, watch)))
            if best.status in ("optimal", "infeasible"):
                return best
        left, start = rest(limits, watch), best.chosen or hint
        try:
            if name == cpsat.NAME:
                answer = cpsat.run(problem, left, start, best.bound)
            else:
                answer = backend(name).run(problem, left, start)
        except (ValueError, ArithmeticError) as error:
            failure = error
            continue
        wrong = faults(problem, answer)
        if wrong or (answer.status == "infeasible" and best.chosen):
            failure = DisagreementError(f"{name}: {'; '.join(wrong) or 'infeasible, but there is an answer'}")
            continue
        best = better(best, answer)
        if best.status == "feasible" and len(best.value) == 1 and best.bound == best.value[0]:
            best = replace(best, status="optimal", stopped="proved")
        stopped = watch.stop() is not None or answer.stopped == "cancelled"
        stopped = stopped or (answer.stopped == "work" and limits.work is not None and name not in GIVING_UP)
        if best.status in ("optimal", "infeasible") or stopped:
            return best
    if best.status == "unknown" and failure is not None:
        raise failure
    return best


def _loosened(problem: Selection, limits: Limits) -> Answer:
    """What the problem without its limits tells: a bound; an answer, when that keeps the limits, or all but pools."""
    free = loosen(problem)
    nothing = Answer("unknown", stopped="time", backend="solve")
    size = sum(map(len, problem.choices))
    if size < LARGE or free == problem or not any(any(level.weights) for level in problem.levels):
        return nothing
    share = SHARE if size < HUGE else MOST
    seconds = None if limits.seconds is None else limits.seconds * share
    work = WORK if limits.work is None else limits.work * share
    found = find(free, replace(limits, seconds=seconds, work=work, on_progress=None))
    if found.status == "infeasible":
        return found
    start = _given(problem, found.chosen)
    if problem.pools and not start.chosen:
        watch = Watch(replace(limits, seconds=seconds), "pooled")
        start = _given(problem, pooled(problem, lambda: watch.stop() is not None, limits.seed))
        return replace(start, bound=found.bound)
    same = found.status == "optimal" and all(not level.makespan for level in problem.levels)
    if start.chosen and same:
        return replace(start, status="optimal", bound=found.bound, stopped="proved", backend=found.backend)
    return replace(start, bound=found.bound)


def faults(problem: Selection, answer: Answer) -> list[str]:
    """What is wrong with an answer: limits broken, or values and bounds that do not agree with what is chosen."""
    if answer.status in ("infeasible", "unknown"):
        return []
    found = evaluate.check(problem, answer.chosen, answer.starts)
    if not found:
        worth = evaluate.value(problem, answer.chosen, answer.starts)
        if tuple(answer.value) != worth:
            found.append(f"says {answer.value}, is worth {worth}")
        elif worth and answer.bound is not None and answer.bound > worth[0]:
            found.append(f"says that nothing is below {answer.bound}, is worth {worth[0]}")
    return found


def better(one: Answer, other: Answer) -> Answer:
    """The better of two answers to the same problem, with the better bound of both."""
    improved = bool(one.chosen) and bool(other.chosen) and other.value < one.value
    first, second = one, other
    if improved or one.status == "unknown" or other.status in ("optimal", "infeasible"):
        first, second = other, one
    if first.status in ("optimal", "infeasible"):
        return first
    bounds = [answer.bound for answer in (first, second) if answer.bound is not None]
    return replace(first, bound=max(bounds, default=None), stopped=other.stopped)


def _given(problem: Selection, hint: Mapping[int, int] | None) -> Answer:
    """The hint as an answer, if it is one."""
    nothing = Answer("unknown", stopped="time", backend="solve")
    if not hint:
        return nothing
    try:
        chosen = evaluate.trim(problem, hint)
        starts = evaluate.earliest(problem, chosen) if problem.timed else {}
        if problem.capacities and evaluate.check(problem, chosen, starts):
            starts = one_by_one(problem, chosen)
    except (KeyError, IndexError, ValueError):
        return nothing
    if evaluate.check(problem, chosen, starts):
        return nothing
    return Answer("feasible", chosen, evaluate.value(problem, chosen, starts), None, starts, "time", "hint")


def rest(limits: Limits, watch: Watch) -> Limits:
    """The limits with the time that is left."""
    return limits if limits.seconds is None else replace(limits, seconds=watch.left)
