"""Costs as vectors compared from their first number on, such as coefficients of growths, the fastest first.

A selection problem whose components of cost are such levels is brought into the shape that backends take: numbers
below zero are lifted by what stands before them, levels that cannot matter are dropped, and alternatives that some
answer does without at a level higher than all others are left out before anything is added up. What is answered is
recomputed on the vectors as they were given, and of every level it is said how it was settled, and by whom.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal, TypeAlias

from decomposer.solvers import evaluate
from decomposer.solvers.answer import Answer, Limits
from decomposer.solvers.prune import prune
from decomposer.solvers.selection import Alternative, Level, Number, Selection
from decomposer.solvers.solve import rest, solve
from decomposer.solvers.values import Values, Vector, contracted, expanded, least_values
from decomposer.solvers.watch import Watch

How: TypeAlias = Literal["avoided", "follows", "values", "least", "open"]
"""How a level was settled.

``avoided``: the answer takes nothing there, and nothing on the levels before, so no answer takes less. ``follows``: it
is a combination of the levels before it. ``values``: nodes that nothing couples, each with its least value, are all
there is. ``least``: proved least by a backend. ``open``: not proved.
"""


@dataclass(frozen=True, slots=True)
class Settled:
    """How one level was settled, and the backend that did, where one was asked."""

    how: How
    by: str = ""


@dataclass(frozen=True, slots=True)
class Ranked:
    """The answer to a problem of levels.

    Parameters
    ----------
    answer : Answer
        Its `value` are all levels as they were given.
    settled : tuple of Settled
        One for each level.
    values : mapping of OR node to vector
        The least value of every node that nothing couples to the rest; `holds` checks them.
    """

    answer: Answer
    settled: tuple[Settled, ...] = ()
    values: Values = field(default_factory=dict)


@dataclass(slots=True)
class Memory:
    """What was found out about one set of alternatives, whatever the order of its levels.

    Parameters
    ----------
    answers : list
        Answers that keep all limits.
    impossible : list of sets
        Alternatives that make no answer, and so no part of them does.
    solved : dict
        Answers to problems with their levels.
    """

    answers: list[dict[int, int]] = field(default_factory=list)
    impossible: list[frozenset[tuple[int, int]]] = field(default_factory=list)
    solved: dict[object, Answer] = field(default_factory=dict)


def rank(problem: Selection, limits: Limits | None = None, memory: Memory | None = None) -> Ranked:
    """Find an answer whose vector of components is least, the first component first.

    Parameters
    ----------
    problem : Selection
        The components of cost are the levels; its own `levels` play no part. Numbers may be negative where another
        number of the same alternative or resource before them is positive.
    limits : Limits, optional
    memory : Memory, optional
        Of runs on the same alternatives in other orders of the levels; what is found out is added.

    Raises
    ------
    ValueError
        When a vector is below zero, or as `solve`.

    Notes
    -----
    Beside the search itself, at most logarithmically many questions whether there is an answer without the first
    levels.
    """
    limits, memory = limits or Limits(), memory or Memory()
    watch = Watch(limits, "levels")
    _refuse(problem)
    values = least_values(problem)
    small = contracted(replace(problem, levels=()), values)
    first = _avoided(small, watch, memory)
    if first is None:
        return Ranked(Answer("unknown", stopped=watch.stop() or "work"))
    if first < 0:
        return Ranked(Answer("infeasible"))
    whole, places = _without(small, first)
    whole, places = _undominated(whole, places)
    lifted, kept = lift(whole, first)
    key = (tuple(places), tuple(tuple(row) for row in _rows(lifted)))
    answer = memory.solved.get(key)
    if answer is None:
        hint = next((found for found in memory.answers if _within(found, places)), None)
        answer = solve(lifted, rest(limits, watch), None if hint is None else _to(hint, places))
        if answer.status == "optimal":
            memory.solved[key] = answer
    if not answer.chosen:
        return Ranked(answer)
    chosen = expanded(problem, values, _back(answer.chosen, places))
    memory.answers.append(_back(answer.chosen, places))
    worth = evaluate.components(problem, chosen)
    settled = _settled(problem, answer, first, kept, values)
    bound = worth[0] if worth and settled[0].how != "open" else None
    return Ranked(replace(answer, chosen=chosen, value=worth, bound=bound), settled, values)


def possible(problem: Selection, first: int, limits: Limits | None = None, memory: Memory | None = None) -> bool | None:
    """Whether there is an answer that costs nothing on the first levels; `None` when stopped before that was known."""
    small = contracted(replace(problem, levels=()), least_values(problem))
    if not prune(_without(small, first)[0]).possible:
        return False
    return _possible(small, first, Watch(limits or Limits(), "levels"), memory or Memory())


def _settled(
    problem: Selection, answer: Answer, first: int, kept: Sequence[int], values: Values
) -> tuple[Settled, ...]:
    proved = len(kept) if answer.status == "optimal" else int(bool(kept) and answer.bound == answer.value[0])
    found: list[Settled] = []
    for level in range(problem.components):
        if level < first:
            found.append(Settled("avoided"))
        elif level in kept:
            by_values = all(root in values for root in problem.roots)
            done = kept.index(level) < proved
            found.append(Settled("values") if by_values else Settled("least" if done else "open", answer.backend))
        else:
            done = sum(one < level for one in kept) <= proved
            found.append(Settled("follows" if done else "open"))
    return tuple(found)


# -- numbers below zero, and levels that follow from others -------------------------------------------------


def lift(problem: Selection, first: int = 0) -> tuple[Selection, tuple[int, ...]]:
    """The same problem with levels whose numbers are none negative, and without those that follow from others.

    To a level with numbers below zero a multiple of all before it is added: whoever is least on those adds the same.

    Returns
    -------
    problem, kept
        The levels that are left, by their number.
    """
    rows = _rows(problem)
    lifted: list[list[Number]] = [[] for _ in rows]
    basis: list[tuple[int, list[Fraction]]] = []
    kept: list[int] = []
    for level in range(first, problem.components):
        column = [row[level] for row in rows]
        if not _independent(column, basis):
            continue
        pairs = zip(column, lifted, strict=True)
        factor = max((-(number // sum(own)) for number, own in pairs if number < 0), default=0)
        for own, number in zip(lifted, column, strict=True):
            own.append(number + factor * sum(own))
        kept.append(level)
    return _with_rows(problem, lifted, len(kept)), tuple(kept)


def _independent(column: Sequence[Number], basis: list[tuple[int, list[Fraction]]]) -> bool:
    """Whether a column is no combination of those of the basis; then it joins them."""
    left = [Fraction(number) for number in column]
    for place, row in basis:
        share = left[place]
        if share:
            left = [a - share * b for a, b in zip(left, row, strict=True)]
    first = next((i for i, number in enumerate(left) if number), None)
    if first is None:
        return False
    basis.append((first, [number / left[first] for number in left]))
    return True


def _refuse(problem: Selection) -> None:
    for row in _rows(problem):
        leading = next((number for number in row if number), 0)
        if leading < 0:
            raise ValueError(f"the costs {row} are below zero: their first number that is not 0 is negative")


def _rows(problem: Selection) -> list[Vector]:
    """The costs of all alternatives and resources."""
    rows = [alternative.costs for alternatives in problem.choices for alternative in alternatives]
    return rows + [resource.costs for resource in problem.resources]


def _with_rows(problem: Selection, rows: Sequence[Sequence[Number]], count: int) -> Selection:
    """The problem with other costs, all of which are levels."""
    left = iter(rows)
    choices = tuple(
        tuple(replace(alternative, costs=tuple(next(left))) for alternative in alternatives)
        for alternatives in problem.choices
    )
    resources = tuple(replace(resource, costs=tuple(next(left))) for resource in problem.resources)
    levels = tuple(Level(tuple(int(i == place) for i in range(count))) for place in range(count))
    return replace(problem, choices=choices, resources=resources, components=count, levels=levels)


# -- what some answer does without --------------------------------------------------------------------------


def _avoided(problem: Selection, watch: Watch, memory: Memory) -> int | None:
    """How many of the first levels some answer does without, all together; -1 when there is no answer at all.

    `None` when stopped before that was known.
    """
    low, high = -1, problem.components
    # Limits left aside the question costs next to nothing, and what is denied then is denied.
    while high >= 0 and not prune(_without(problem, high)[0]).possible:
        high -= 1
    middle = high  # the likely answer
    while low < high:
        known = _possible(problem, middle, watch, memory)
        if known is None:
            return None
        if known:
            low = middle
        else:
            high = middle - 1
        middle = (low + high + 1) // 2
    return low


def _possible(problem: Selection, first: int, watch: Watch, memory: Memory) -> bool | None:
    """Whether there is an answer without the first levels; `None` when stopped before that was known."""
    small, places = _without(problem, first)
    allowed = frozenset(places)
    if any(_within(found, places) for found in memory.answers):
        return True
    if any(allowed <= known for known in memory.impossible):
        return False
    free = _with_rows(small, [()] * len(_rows(small)), 0)
    answer = solve(free, rest(watch.limits, watch))
    if answer.chosen:
        memory.answers.append(_back(answer.chosen, places))
        return True
    if answer.status == "infeasible":
        memory.impossible.append(allowed)
        return False
    return None


Places: TypeAlias = dict[tuple[int, int], tuple[int, int]]
"""From alternatives of a whole problem to those of one with fewer."""


def _without(problem: Selection, first: int) -> tuple[Selection, Places]:
    """The problem with only the alternatives that cost nothing on the first levels, with their resources."""
    dear = {number for number, resource in enumerate(problem.resources) if any(resource.costs[:first])}
    places: Places = {}
    choices: list[tuple[Alternative, ...]] = []
    for node, alternatives in enumerate(problem.choices):
        kept: list[Alternative] = []
        for index, alternative in enumerate(alternatives):
            if not any(alternative.costs[:first]) and dear.isdisjoint(alternative.uses):
                places[node, index] = (node, len(kept))
                kept.append(alternative)
        choices.append(tuple(kept))
    # No alternative is left that uses them, so they cost nothing.
    resources = tuple(
        replace(resource, costs=(0,) * problem.components) if number in dear else resource
        for number, resource in enumerate(problem.resources)
    )
    return replace(problem, choices=tuple(choices), resources=resources), places


def _undominated(problem: Selection, places: Places) -> tuple[Selection, Places]:
    """The problem without alternatives that cost more than another one, the first level first, and give nothing for it.

    The other needs, uses and spends no more. Where time matters, all are kept.
    """
    if problem.timed:
        return problem, places
    given = {place: whole for whole, place in places.items()}
    found: Places = {}
    choices: list[tuple[Alternative, ...]] = []
    for node, alternatives in enumerate(problem.choices):
        kept: list[tuple[Alternative, int]] = []
        for index, one in sorted(
            enumerate(alternatives), key=lambda pair: (pair[1].costs, len(pair[1].needs), pair[0])
        ):
            if not any(_gives_no_less(other, one) for other, _ in kept):
                kept.append((one, index))
        kept.sort(key=lambda pair: pair[1])
        for place, (_, index) in enumerate(kept):
            found[given[node, index]] = (node, place)
        choices.append(tuple(one for one, _ in kept))
    return replace(problem, choices=tuple(choices)), found


def _gives_no_less(one: Alternative, other: Alternative) -> bool:
    return (
        set(one.needs) <= set(other.needs)
        and set(one.uses) <= set(other.uses)
        and (not other.spends or all(a <= b for a, b in zip(one.spends, other.spends, strict=False)))
        and (bool(other.spends) or not any(one.spends))
        and one.success >= other.success
    )


def _within(chosen: Mapping[int, int], places: Places) -> bool:
    return all(pair in places for pair in chosen.items())


def _to(chosen: Mapping[int, int], places: Places) -> dict[int, int]:
    return dict(places[pair] for pair in chosen.items())


def _back(chosen: Mapping[int, int], places: Places) -> dict[int, int]:
    given = {place: whole for whole, place in places.items()}
    return dict(given[pair] for pair in chosen.items())
