"""The answer to a small selection problem by trying everything: what solvers are held against in tests."""

from __future__ import annotations

from collections.abc import Iterator

from decomposer.solvers import evaluate
from decomposer.solvers.selection import Number, Selection

Found = tuple[tuple[Number, ...], dict[int, int]]


def selections(problem: Selection) -> Iterator[dict[int, int]]:
    """Every way to take one alternative at every node needed, circles included."""

    def extend(chosen: dict[int, int], open_: tuple[int, ...]) -> Iterator[dict[int, int]]:
        if not open_:
            yield dict(chosen)
            return
        node, rest = open_[0], open_[1:]
        for index, alternative in enumerate(problem.choices[node]):
            chosen[node] = index
            more = tuple(need for need in alternative.needs if need not in chosen and need not in rest)
            yield from extend(chosen, rest + more)
            del chosen[node]

    yield from extend({}, tuple(dict.fromkeys(problem.roots)))


def schedule(problem: Selection, chosen: dict[int, int]) -> tuple[Number, dict[int, Number]] | None:
    """The least makespan under capacities, over all orders of placing each node as early as it fits."""
    best: list[tuple[Number, dict[int, Number]]] = []
    tasks = {node: problem.choices[node][index] for node, index in chosen.items()}

    def fits(node: int, start: Number, starts: dict[int, Number]) -> bool:
        task = tasks[node]
        if not task.duration or not task.occupies:
            return True
        ticks = [start] + [at for at in starts.values() if start < at < start + task.duration]
        for tick in ticks:
            for i, capacity in enumerate(problem.capacities):
                held = task.occupies[i]
                for other, at in starts.items():
                    if tasks[other].occupies and at <= tick < at + tasks[other].duration:
                        held += tasks[other].occupies[i]
                if held > capacity:
                    return False
        return True

    def place(starts: dict[int, Number]) -> None:
        if len(starts) == len(tasks):
            span = max((starts[node] + tasks[node].duration for node in starts), default=0)
            if not best or span < best[0][0]:
                best[:] = [(span, dict(starts))]
            return
        for node, task in tasks.items():
            if node in starts or any(need not in starts for need in task.needs):
                continue
            ready: Number = max((starts[need] + tasks[need].duration for need in task.needs), default=0)
            times = sorted({ready} | {at + tasks[o].duration for o, at in starts.items()})
            start = next((time for time in times if time >= ready and fits(node, time, starts)), None)
            if start is None:
                return  # it does not fit even alone
            place({**starts, node: start})

    place({})
    return best[0] if best else None


def answers(problem: Selection) -> Iterator[tuple[tuple[Number, ...], dict[int, int], dict[int, Number]]]:
    """Every answer that keeps all limits, with its value and, under capacities, its best starts."""
    for chosen in selections(problem):
        if evaluate.order(problem, chosen) is None:
            continue
        starts: dict[int, Number] = {}
        if problem.capacities:
            timed = schedule(problem, chosen)
            if timed is None:
                continue
            starts = timed[1]
        if not evaluate.check(problem, chosen, starts):
            yield evaluate.value(problem, chosen, starts), chosen, starts


def best(problem: Selection) -> Found | None:
    """A best answer and its value; `None` when there is no answer."""
    found: Found | None = None
    for value, chosen, _ in answers(problem):
        if found is None or value < found[0]:
            found = (value, chosen)
    return found
