"""Small random projects, and projects as selection problems again."""

from __future__ import annotations

import random
from fractions import Fraction

from decomposer.solvers.project import Project
from decomposer.solvers.selection import Alternative, Level, Number, Selection


def random_project(seed: int, most: int = 5) -> Selection:
    """A random project, feasible more often than not, at times with fractions, a deadline or tasks without time."""
    rng = random.Random(seed)
    count, budgets, capacities = rng.randint(1, most), rng.randint(0, 2), rng.randint(0, 2)
    unit = rng.choice((1, 1, 1, Fraction(1, 3)))
    limits = tuple(rng.randint(2, 5) for _ in range(capacities))

    def mode(needs: tuple[int, ...]) -> Alternative:
        return Alternative(
            (),
            needs,
            spends=tuple(rng.randint(0, 6) for _ in range(budgets)) if rng.random() < 0.9 else (),
            duration=rng.randint(0, 6) * unit,
            occupies=tuple(rng.randint(0, limit) for limit in limits) if rng.random() < 0.9 else (),
        )

    choices = []
    for task in range(count):
        needs = tuple(need for need in range(task) if rng.random() < 0.3)
        choices.append(tuple(mode(needs) for _ in range(rng.randint(1, 3))))
    return Selection(
        tuple(choices),
        tuple(range(count)),
        components=0,
        levels=(Level((), 1),),
        budgets=tuple(rng.randint(count, 4 * count) for _ in range(budgets)),
        capacities=limits,
        deadline=rng.randint(4, 20) * unit if rng.random() < 0.3 else None,
    )


def rebuilt(project: Project) -> Selection:
    """A project as a selection problem, in the time of the problem that it came from."""
    return Selection(
        tuple(
            tuple(
                Alternative((), needs, (), mode.spends, _time(mode.duration, project.unit), mode.occupies)
                for mode in modes
            )
            for modes, needs in zip(project.modes, project.needs, strict=True)
        ),
        tuple(range(len(project.nodes))),
        components=0,
        levels=(Level((), 1),),
        budgets=project.budgets,
        capacities=project.capacities,
    )


def _time(duration: int, unit: Fraction) -> Number:
    return duration * unit
