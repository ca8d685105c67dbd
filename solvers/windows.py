"""Reductions and bounds of projects, in exact integers: modes that no best schedule needs, critical paths, energy.

Sprecher, Hartmann and Drexl (1997), "An exact algorithm for project scheduling with multiple modes", name the
reductions: modes that cannot be executed, modes that are inefficient, and budgets that are redundant.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from decomposer.solvers.project import Mode, Project

HEADS = 100
"""At most so many heads are looked at for the energy after them."""


def reduce_project(project: Project) -> Project:
    """Drop modes that cannot be taken or that another mode of the task beats, and limits that cannot bind.

    Among the schedules of least makespan one remains; a task is left without modes when there is none.

    Notes
    -----
    Each round is linear in tasks times squared modes; a round follows only when one before dropped a mode.
    """
    while True:
        modes = tuple(map(_efficient, _executable(project)))
        if not all(modes):
            return replace(project, modes=modes)
        smaller = _drop_limits(replace(project, modes=modes))
        if smaller == project:
            return _direct(smaller)
        project = smaller


def heads(project: Project) -> list[int]:
    """Earliest start of each task by the shortest modes of those before it."""
    shortest = [min(mode.duration for mode in modes) for modes in project.modes]
    found: list[int] = []
    for before in project.needs:
        found.append(max((found[need] + shortest[need] for need in before), default=0))
    return found


def tails(project: Project) -> list[int]:
    """Least time from the end of each task to the end of the project."""
    shortest = [min(mode.duration for mode in modes) for modes in project.modes]
    found = [0] * len(project.modes)
    for task in reversed(range(len(found))):
        found[task] = max((found[after] + shortest[after] for after in project.followers[task]), default=0)
    return found


def fit(project: Project, horizon: int) -> Project | None:
    """Drop the modes with which no schedule ends by `horizon`; `None` when a task is left without any.

    Notes
    -----
    Quick: paths and the reductions again, until nothing changes.
    """
    while True:
        before, after = heads(project), tails(project)
        modes = tuple(
            tuple(mode for mode in modes if before[task] + mode.duration + after[task] <= horizon)
            for task, modes in enumerate(project.modes)
        )
        if not all(modes):
            return None
        if modes == project.modes:
            return project
        project = reduce_project(replace(project, modes=modes))
        if not all(project.modes):
            return None


def lower_bound(project: Project) -> int:
    """Lower bound on the makespan: the greater of the critical path and `energy_bound`."""
    before, after = heads(project), tails(project)
    path = max(
        (before[i] + min(mode.duration for mode in modes) + after[i] for i, modes in enumerate(project.modes)),
        default=0,
    )
    return max(path, energy_bound(project, before, after))


def energy_bound(project: Project, before: list[int], after: list[int]) -> int:
    """Least makespan by energy alone, from the tasks of every `stretches`."""
    return max((stretch.bound for stretch in stretches(project, before, after)), default=0)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Tasks that hold a capacity only between `head` and the makespan less `tail`.

    In that time the capacity gives so much energy, amount times time, and no more: whatever modes are taken, the
    makespan is at least `head + tail` and the energy of these tasks over the capacity. With the modes of least
    energy that is `bound`.
    """

    resource: int
    head: int
    tail: int
    tasks: tuple[int, ...]
    bound: int


def stretches(project: Project, before: list[int], after: list[int], most: int = 1) -> list[Stretch]:
    """For each capacity the `most` stretches of greatest bound, no set of tasks twice.

    Notes
    -----
    For each capacity, at most `HEADS` times the number of tasks, and sorting the pairs of heads and tails.
    """
    found: list[Stretch] = []
    for resource, capacity in enumerate(project.capacities):
        if not capacity:
            continue
        energy = [min(mode.occupies[resource] * mode.duration for mode in modes) for modes in project.modes]
        active = [
            i
            for i, modes in enumerate(project.modes)
            if any(mode.occupies[resource] and mode.duration for mode in modes)
        ]
        active.sort(key=lambda i: (-after[i], i))
        sums: list[tuple[int, int, int]] = []
        begins = sorted({before[i] for i in active})
        # Any of them gives a bound; on long projects every so many will do.
        for head in begins[:: 1 + len(begins) // HEADS]:
            inside = [i for i in active if before[i] >= head]
            total = 0
            for place, task in enumerate(inside):
                total += energy[task]
                if place + 1 == len(inside) or after[inside[place + 1]] < after[task]:
                    sums.append((head + after[task] - (-total // capacity), head, after[task]))
        kept: dict[tuple[int, ...], Stretch] = {}
        for bound, head, tail in sorted(sums, reverse=True):
            if len(kept) == most:
                break
            tasks = tuple(sorted(i for i in active if before[i] >= head and after[i] >= tail))
            kept.setdefault(tasks, Stretch(resource, head, tail, tasks, bound))
        found += kept.values()
    return found


def reachable(project: Project) -> list[int]:
    """For each task the set, as bits, of the tasks that must end before it starts."""
    found: list[int] = []
    for before in project.needs:
        bits = 0
        for need in before:
            bits |= found[need] | 1 << need
        found.append(bits)
    return found


def _executable(project: Project) -> list[tuple[Mode, ...]]:
    """Modes within every capacity, and within what the cheapest modes of all others leave of every budget."""
    least = [
        [min((mode.spends[i] for mode in modes), default=0) for modes in project.modes]
        for i in range(len(project.budgets))
    ]
    left = [limit - sum(row) for limit, row in zip(project.budgets, least, strict=True)]
    return [
        tuple(
            mode
            for mode in modes
            if all(amount <= capacity for amount, capacity in zip(mode.occupies, project.capacities, strict=True))
            and all(amount - row[task] <= rest for amount, row, rest in zip(mode.spends, least, left, strict=True))
        )
        for task, modes in enumerate(project.modes)
    ]


def _efficient(modes: tuple[Mode, ...]) -> tuple[Mode, ...]:
    """Modes that no other mode beats; of equal ones the first."""
    kept: list[Mode] = []
    for mode in sorted(modes, key=lambda mode: (mode.duration, sum(mode.occupies), sum(mode.spends), mode.alternative)):
        if not any(_beats(other, mode) for other in kept):
            kept.append(mode)
    return tuple(sorted(kept, key=lambda mode: mode.alternative))


def _beats(mode: Mode, other: Mode) -> bool:
    return (
        mode.duration <= other.duration
        and all(a <= b for a, b in zip(mode.occupies, other.occupies, strict=True))
        and all(a <= b for a, b in zip(mode.spends, other.spends, strict=True))
    )


def _drop_limits(project: Project) -> Project:
    """Take what every mode of a task spends out of the budgets; drop limits that no choice can exceed."""
    least = [[min(mode.spends[i] for mode in modes) for i in range(len(project.budgets))] for modes in project.modes]
    budgets = [limit - sum(row[i] for row in least) for i, limit in enumerate(project.budgets)]
    most = [
        sum(max(mode.spends[i] for mode in modes) - row[i] for modes, row in zip(project.modes, least, strict=True))
        for i in range(len(budgets))
    ]
    keep = [i for i, limit in enumerate(budgets) if most[i] > limit]
    together = [sum(max(mode.occupies[r] for mode in modes) for modes in project.modes) for r in _range(project)]
    shared = [r for r, capacity in enumerate(project.capacities) if together[r] > capacity]
    return replace(
        project,
        modes=tuple(
            tuple(
                replace(
                    mode,
                    occupies=tuple(mode.occupies[r] for r in shared),
                    spends=tuple(mode.spends[i] - row[i] for i in keep),
                )
                for mode in modes
            )
            for modes, row in zip(project.modes, least, strict=True)
        ),
        capacities=tuple(project.capacities[r] for r in shared),
        budgets=tuple(budgets[i] for i in keep),
    )


def _range(project: Project) -> range:
    return range(len(project.capacities))


def _direct(project: Project) -> Project:
    """Drop needs that follow from others."""
    before = reachable(project)
    needs = tuple(
        tuple(need for need in direct if not any(before[other] >> need & 1 for other in direct))
        for direct in project.needs
    )
    followers: list[list[int]] = [[] for _ in needs]
    for task, direct in enumerate(needs):
        for need in direct:
            followers[need].append(task)
    return replace(project, needs=needs, followers=tuple(map(tuple, followers)))
