"""Re-optimising after a change, from the last answer.

A `Session` holds a problem, its answer and the answers to its parts. Resolving a changed problem reuses the answers to
parts that did not change; for a part that did, it bounds how much better an answer can have become. That alone often
proves the last answer best, or leaves only the answers that take what became cheaper.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from decomposer.solvers import cpsat, evaluate
from decomposer.solvers.answer import Answer, Limits
from decomposer.solvers.changes import Changes, add, compare
from decomposer.solvers.parts import Part, split
from decomposer.solvers.selection import Alternative, Number, Selection
from decomposer.solvers.solve import explained, find, rest, suiting
from decomposer.solvers.validate import validate
from decomposer.solvers.watch import Watch

MOST_BRANCHES = 6
"""Answers that take what became cheaper are searched one by one up to so many alternatives."""

LARGEST = 1_500
"""In problems of so many alternatives at most."""

BRANCH = 0.5
"""Units of work for each of them; then the whole is searched."""


@dataclass(frozen=True, slots=True)
class Session:
    """A problem solved, and what is kept for the next one. Immutable: `resolve` gives a new one.

    Parameters
    ----------
    problem : Selection
    answer : Answer
    parts : tuple of (part, answer)
        Empty when the problem does not fall apart.
    reused : int
        Parts whose answers were taken over as they were.
    searched : int
        Parts, or branches of parts, that a solver had to search.
    """

    problem: Selection
    answer: Answer
    parts: tuple[tuple[Part, Answer], ...] = field(default=(), repr=False)
    reused: int = 0
    searched: int = 0

    def resolve(self, problem: Selection, limits: Limits | None = None) -> Session:
        """Solve a changed problem from the last answer.

        Parameters
        ----------
        problem : Selection
            Nodes and alternatives that it shares with the last one keep their numbers.
        limits : Limits, optional

        Raises
        ------
        SelectionError, ValueError
            As `solve` does.
        """
        return _resolve(problem, limits or Limits(), self)

    def change(self, limits: Limits | None = None, **fields: Any) -> Session:
        """Solve the problem with some of its fields replaced, such as `budgets` or `deadline`."""
        return self.resolve(replace(self.problem, **fields), limits)


def start(problem: Selection, limits: Limits | None = None) -> Session:
    """Solve a problem for the first time.

    Raises
    ------
    SelectionError, ValueError
        As `solve` does.
    """
    return _resolve(problem, limits or Limits(), None)


def with_alternatives(problem: Selection, node: int, alternatives: Sequence[Alternative]) -> Selection:
    """The problem with other alternatives for a node; a number one beyond the last makes a new node."""
    choices = list(problem.choices)
    choices[node : node + 1] = [tuple(alternatives)]
    return replace(problem, choices=tuple(choices))


def with_costs(problem: Selection, node: int, index: int, costs: tuple[Number, ...]) -> Selection:
    """The problem with other costs of one alternative."""
    row = list(problem.choices[node])
    row[index] = replace(row[index], costs=costs)
    return with_alternatives(problem, node, row)


def _resolve(problem: Selection, limits: Limits, last: Session | None) -> Session:
    validate(problem, last.problem if last is not None else None)
    watch = Watch(limits, "warm")
    if last is not None:
        answer = _unchanged(problem, last)
        if answer is not None:
            return replace(last, problem=problem, answer=answer, reused=1, searched=0)
    pieces = split(problem)
    if pieces is None or not pieces.parts:
        whole = tuple(range(len(problem.choices)))
        before = (Part(last.problem, whole), last.answer) if last is not None else None
        answer, searched = _again(Part(problem, whole), before, limits)
        return Session(problem, explained(problem, answer, rest(limits, watch)), (), int(not searched), searched)
    known = {part.problem: answer for part, answer in last.parts} if last is not None else {}
    owners = {node: entry for entry in last.parts for node in entry[0].nodes} if last is not None else {}
    solved: list[tuple[Part, Answer]] = []
    reused = searched = 0
    for place, part in enumerate(pieces.parts):
        answer = known.get(part.problem, Answer("unknown"))
        if answer.status in ("optimal", "infeasible"):
            reused += 1
        else:
            before = owners.get(part.nodes[0])
            if before is not None and part.nodes != before[0].nodes:
                part = part.over(before[0].nodes)
            answer, count = _again(part, before, _share(limits, watch, len(pieces.parts) - place))
            searched += count
            reused += not count
        solved.append((part, answer))
        if answer.status == "infeasible":
            # One part without an answer is enough; which limits conflict is asked of the whole.
            answer = explained(problem, Answer("infeasible", backend="warm"), rest(limits, watch))
            return Session(problem, answer, tuple(solved), reused, searched)
    pieces = replace(pieces, parts=tuple(part for part, _ in solved))
    joined = _join(problem, pieces.join(answer.chosen for _, answer in solved), [answer for _, answer in solved])
    return Session(problem, joined, tuple(solved), reused, searched)


def _unchanged(problem: Selection, last: Session) -> Answer | None:
    """The last answer, when what changed cannot have made another one better; nothing is taken apart for that."""
    changes = compare(last.problem, problem) if last.answer.status == "optimal" else None
    if changes is None or changes.added:
        return last.answer if last.problem == problem and last.answer.status == "infeasible" else None
    best = _as_answer(problem, last.answer.chosen, last.answer.starts)
    return _proved(best) if best.value and best.value <= changes.floor(last.answer.value) else None


def _join(problem: Selection, chosen: dict[int, int], answers: Sequence[Answer]) -> Answer:
    """The answer to the whole: its value recomputed, its bound the gap of the parts below."""
    open_ = [answer for answer in answers if answer.status != "optimal"]
    stopped = open_[0].stopped if open_ else "proved"
    if any(answer.status == "unknown" for answer in answers):
        return Answer("unknown", stopped=stopped, backend="warm")
    value = evaluate.value(problem, chosen)
    bound: Number | None = None
    if value and all(answer.bound is not None for answer in answers):
        bound = value[0] - sum((answer.value[0] - (answer.bound or 0) for answer in answers), 0)
    return Answer("feasible" if open_ else "optimal", chosen, value, bound, {}, stopped, "warm")


def _share(limits: Limits, watch: Watch, parts: int) -> Limits:
    """An even share of what is left of the limits; parts do not tell of their progress."""
    left, work = watch.left, limits.work
    return replace(
        limits,
        seconds=None if left is None else left / parts,
        work=None if work is None else work / parts,
        on_progress=limits.on_progress if parts == 1 else None,
    )


def _again(part: Part, before: tuple[Part, Answer] | None, limits: Limits) -> tuple[Answer, int]:
    """Solve a part, given an earlier state of it; and how many searches that took."""
    problem = part.problem
    if before is None:
        return find(problem, limits), 1
    old, last = before
    hint = last.chosen
    changes = compare(old.problem, problem)
    if changes is None:
        return find(problem, limits, hint), 1
    if last.status == "infeasible" and not changes.added:
        return last, 0
    if last.status != "optimal" or not last.value:
        return find(problem, limits, hint), 1
    return _from_optimum(problem, last, changes, _as_answer(problem, hint, last.starts), limits)


def _from_optimum(
    problem: Selection, last: Answer, changes: Changes, best: Answer, limits: Limits
) -> tuple[Answer, int]:
    """Find the best answer when the last one was best, and nothing is new but what changed."""
    floor = changes.floor(last.value)
    if best.value and best.value <= floor and not changes.added:
        return _proved(best), 0
    bound = None if changes.added else max(0, floor[0])
    # In large problems, and where a special method is at hand, searching the whole is faster.
    fit = sum(map(len, problem.choices)) <= LARGEST and next(suiting(problem)) in ("sharing", cpsat.NAME)
    branches = _branches(problem, last, changes, best) if fit else None
    if branches is None or len(branches) > MOST_BRANCHES:
        return find(problem, limits, best.chosen or last.chosen, bound), 1
    watch = Watch(limits, "warm")
    for branch in branches:
        left = rest(limits, watch)
        left = replace(left, work=BRANCH if left.work is None else min(left.work, BRANCH), on_progress=None)
        found = cpsat.run(branch.problem, left, bound=bound, below=best.value)
        if found.status not in ("optimal", "infeasible"):
            return find(problem, rest(limits, watch), best.chosen, bound), len(branches)
        if found.chosen:
            candidate = _as_answer(problem, branch.restore(found.chosen), found.starts)
            if candidate.value and candidate.value < best.value:
                best = candidate
    return _proved(best), len(branches)


@dataclass(frozen=True, slots=True)
class _Branch:
    """The answers that take one alternative, or that do not."""

    problem: Selection
    node: int
    indices: tuple[int, ...]

    def restore(self, chosen: Mapping[int, int]) -> dict[int, int]:
        """The same answer in the numbers of the whole."""
        return {node: self.indices[index] if node == self.node else index for node, index in chosen.items()}


def _branches(problem: Selection, last: Answer, changes: Changes, best: Answer) -> list[_Branch] | None:
    """Where answers better than the one in hand can be: they take what became cheaper, or leave what became dearer.

    `None` when they can be anywhere.
    """
    if not best.value:
        return None
    dearer = [key for key in changes.dearer if best.chosen.get(key[0]) == key[1]]
    elsewhere = add(last.value, changes.resources, *(changes.dearer[key] for key in dearer))
    if best.value > elsewhere:
        return None
    branches = []
    for node, index in (*changes.added, *changes.cheaper):
        branches.append(_branch(problem, node, (index,), (*problem.roots, node)))
    for node, index in dearer:
        others = tuple(other for other in range(len(problem.choices[node])) if other != index)
        branches.append(_branch(problem, node, others, problem.roots))
    return branches


def _branch(problem: Selection, node: int, indices: tuple[int, ...], roots: tuple[int, ...]) -> _Branch:
    row = tuple(problem.choices[node][index] for index in indices)
    return _Branch(replace(with_alternatives(problem, node, row), roots=tuple(dict.fromkeys(roots))), node, indices)


def _proved(answer: Answer) -> Answer:
    return replace(answer, status="optimal", bound=answer.value[0], stopped="proved")


def _as_answer(problem: Selection, chosen: Mapping[int, int], starts: Mapping[int, Number] | None = None) -> Answer:
    """What is chosen as an answer to this problem, if it is one."""
    kept: dict[int, int] = {}
    try:
        kept = evaluate.trim(problem, chosen)
        tries = [{node: starts[node] for node in kept}] if starts and starts.keys() >= kept.keys() else []
        tries.append(evaluate.earliest(problem, kept) if problem.timed else {})
    except (KeyError, IndexError, ValueError):
        tries = []
    for times in tries:
        if not evaluate.check(problem, kept, times):
            return Answer("feasible", kept, evaluate.value(problem, kept, times), None, times, "time", "warm")
    return Answer("unknown", stopped="time", backend="warm")
