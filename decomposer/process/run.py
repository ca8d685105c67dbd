"""Many runs of a design, batch by batch."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from decomposer.design.nodes import Case, Design, Each, ForEach, Merge, Recurse, Repeat, Serve, Stride, children
from decomposer.errors import DesignError, ProblemError
from decomposer.problem.graph import auxiliary
from decomposer.problem.model import Problem
from decomposer.process.draws import Dice
from decomposer.process.events import MOST_EVENTS, Events, too_many
from decomposer.process.items import hide
from decomposer.process.lanes import Here, Lanes, all_right
from decomposer.process.ledger import Ledger, Tally
from decomposer.process.prices import Prices
from decomposer.process.process import Process
from decomposer.process.reals import whole
from decomposer.process.recursion import problems_in_all
from decomposer.process.schedule import makespans
from decomposer.process.texts import Sheet, lay_out
from decomposer.process.walk import visit

BATCH = 1 << 19
"""Lanes side by side at most, unless one run alone has more: some hundred bytes each."""

WIDEST = 1 << 22
"""Lanes side by side in one run at most."""

STEPS = 600_000_000
"""Lanes times nodes visited, in all runs: around a minute."""

Progress = Callable[[int, int], None]


def run(
    problem: Problem,
    design: Design,
    runs: int,
    seed: tuple[int, ...],
    workers: int | None = None,
    progress: Progress | None = None,
) -> Tally:
    """Run a complete design of a problem, both at numbers, and count.

    Parameters
    ----------
    problem : Problem
    design : Design
    runs : int
    seed : tuple of int
        The same seed gives the same counts.
    workers : int, optional
        Also schedule the calls of every run on so many workers.
    progress : function, optional
        Called with the runs done and all runs, after every batch.

    Raises
    ------
    ProblemError
        When numbers do not fit or would take too long or too much memory.
    DesignError
        When a run ends with items not dealt with, or the design holds what cannot be simulated.
    """
    sheets, prices, dice = lay_out(problem), Prices(problem), Dice(*seed)
    width = max(_width(problem, sheets, design, 1), *_slots(problem, sheets), 1)
    if width > WIDEST:
        raise ProblemError(f"one run does {width:,} things side by side, more than {WIDEST:,}; take smaller numbers")
    if width * runs > STEPS:
        raise ProblemError(f"{runs:,} runs of {width:,} parts take too long to simulate; take fewer --runs")
    if workers is not None and width * runs > MOST_EVENTS:
        raise too_many()
    batch = max(1, min(runs, BATCH // width))
    budget, room = [STEPS], MOST_EVENTS
    tallies: list[Tally] = []
    for first in range(0, runs, batch):
        number = min(batch, runs - first)
        events = None if workers is None else Events(room)
        ledger = Ledger(number, budget)
        process = Process(problem, sheets, prices, dice, hide(problem, sheets, number, dice), ledger, events)
        lanes = Lanes(np.arange(number), after=None if events is None else np.full(number, -1, dtype=np.int64))
        outcome = visit(process, design, lanes, Here())
        _finish(process)
        room -= 0 if events is None else events.number
        tallies.append(
            Tally(
                ledger.work,
                ledger.calls,
                ledger.read,
                ledger.passes,
                ledger.longest,
                ledger.busy,
                outcome.time,
                all_right(outcome.faults, number).astype(float),
                ledger.agents,
                {name: len(seen) for name, seen in process.specialists.items()},
                None if events is None else makespans(events, number, workers),
            )
        )
        if progress is not None:
            progress(first + number, runs)
    return _together(tallies)


def _together(tallies: list[Tally]) -> Tally:
    """One tally of all runs."""
    sizes = [tally.work.size for tally in tallies]
    agents = {
        key: np.concatenate([t.agents.get(key, np.zeros(size)) for t, size in zip(tallies, sizes, strict=True)])
        for key in dict.fromkeys(key for tally in tallies for key in tally.agents)
    }
    names = ("work", "calls", "read", "passes", "longest", "busy", "time", "right")
    arrays = {name: np.concatenate([getattr(tally, name) for tally in tallies]) for name in names}
    scheduled = [tally.scheduled for tally in tallies if tally.scheduled is not None]
    specialists: dict[str, int] = {}
    for tally in tallies:
        for name, number in tally.specialists.items():
            specialists[name] = max(number, specialists.get(name, 0))
    return Tally(
        **arrays,
        agents=agents,
        specialists=specialists,
        scheduled=np.concatenate(scheduled) if scheduled else None,
    )


def _finish(process: Process) -> None:
    """Every item must have been found and dealt with in every run."""
    apart = auxiliary(process.problem)
    for name, task in process.problem.tasks.items():
        if name in apart or not task.requires:
            continue
        if task.finds is not None and not process.hidden[name].found.all():
            raise DesignError(f"runs end before {name} has found all items")
        if task.for_each is not None and not process.hidden[task.for_each].deals(name).all():
            raise DesignError(f"runs end before {name} has been done for all items")


def _slots(problem: Problem, sheets: dict[str, Sheet]) -> list[int]:
    """Places for items, per finder."""
    found = [1]
    for name, task in problem.tasks.items():
        if task.finds is not None:
            room = whole(task.finds.per_part, f"items in a part for {name}")
            parts = max((sheet.parts for sheet in sheets.values() if sheet.part is not None), default=1)
            found.append(max(min(room * parts, 4096), whole(task.finds.count, f"the number of items of {name}")))
    return found


def _width(problem: Problem, sheets: dict[str, Sheet], node: Design, outer: int) -> int:
    """Lanes side by side in one run, at most."""
    inner = outer
    if isinstance(node, Each | Serve):
        number = next((sheet.parts for sheet in sheets.values() if sheet.part == node.part), 1)
        inner = outer * -(-number // max(1, whole(node.size, "the size of a group")))
    elif isinstance(node, Merge):
        inner = outer * next((sheet.parts for sheet in sheets.values() if sheet.part == node.part), 1)
    elif isinstance(node, Recurse):
        number = next((sheet.parts for sheet in sheets.values() if sheet.part == node.part), 1)
        inner = outer * problems_in_all(node, number)
    elif isinstance(node, Stride):
        chain = problem.tasks[node.task].steps
        assert chain is not None
        inner = outer * -(-whole(chain.count, "the steps") // max(1, whole(node.size, "the size of a stride")))
    elif isinstance(node, Repeat) and node.index is None:
        inner = outer * max(1, whole(node.count, "the number of rounds"))
    elif isinstance(node, ForEach):
        finds = problem.tasks[node.finder].finds
        assert finds is not None
        inner = max(outer, whole(finds.count, "the number of items"))
    elif isinstance(node, Case):
        inner = outer
    return max([inner, *(_width(problem, sheets, child, inner) for child in children(node))])
