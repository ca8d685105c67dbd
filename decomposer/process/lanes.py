"""Lanes: many executions of one place of a design, side by side in arrays.

A lane belongs to a run; it knows which parts lie before it, which item is at hand, in which round it is, and after
which event it goes on. What holds for all lanes of a place alike (`Here`) is kept apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from decomposer.process.reals import Flags, Ints, Reals

Path = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Here:
    """What all lanes of a place have in common.

    Parameters
    ----------
    path : tuple of int
        The place in the tree.
    shares : mapping of task to members
        Members of its family that the acting specialist has.
    again : bool
        Whether the same prompts have been sent before.
    stale : frozenset of str
        Texts written anew since then.
    dry : bool
        Whether to add up the chance that all succeeds, rather than throw dice for it.
    """

    path: Path = ()
    shares: Mapping[str, int] = field(default_factory=dict)
    again: bool = False
    stale: frozenset[str] = frozenset()
    dry: bool = False

    def child(self, number: int) -> Here:
        """Step down the tree."""
        return replace(self, path=(*self.path, number))


@dataclass(frozen=True, slots=True)
class Lanes:
    """Executions side by side; every array has one entry per lane.

    Parameters
    ----------
    run : array
        The run that each belongs to.
    scope : mapping of part name to (first, end)
        The parts that enclosing loops leave, where they leave not all.
    steps : mapping of task to array
        Steps of its chain in scope.
    hand : mapping of finder to array
        The item at hand.
    talks : mapping of index name to (talk, round, array)
        Enclosing conversations, the round, and which lane of the conversation this one belongs to.
    given : mapping of task to array
        Whether the unit at hand is hard, where that has been drawn.
    taken : mapping of task to array
        How many of its results are being combined, or subproblems made.
    covered : mapping of task to array
        How many parts these subproblems have together.
    memory : mapping of task to array
        Tokens in its memory.
    times : array, optional
        How often in a row each is executed, where not once.
    after : array, optional
        The event that each goes on after, where events are recorded.
    """

    run: Ints
    scope: Mapping[str, tuple[Ints, Ints]] = field(default_factory=dict)
    steps: Mapping[str, Ints] = field(default_factory=dict)
    hand: Mapping[str, Ints] = field(default_factory=dict)
    talks: Mapping[str, tuple[int, int, Ints]] = field(default_factory=dict)
    given: Mapping[str, Flags] = field(default_factory=dict)
    taken: Mapping[str, Ints] = field(default_factory=dict)
    covered: Mapping[str, Ints] = field(default_factory=dict)
    memory: Mapping[str, Reals] = field(default_factory=dict)
    times: Reals | None = None
    after: Ints | None = None

    def __len__(self) -> int:
        return int(self.run.size)

    def take(self, which: Ints | Flags) -> Lanes:
        """Some of the lanes, or some of them several times."""
        return Lanes(
            self.run[which],
            {name: (low[which], high[which]) for name, (low, high) in self.scope.items()},
            {name: value[which] for name, value in self.steps.items()},
            {name: value[which] for name, value in self.hand.items()},
            {name: (talk, turn, origin[which]) for name, (talk, turn, origin) in self.talks.items()},
            {name: value[which] for name, value in self.given.items()},
            {name: value[which] for name, value in self.taken.items()},
            {name: value[which] for name, value in self.covered.items()},
            {name: value[which] for name, value in self.memory.items()},
            None if self.times is None else self.times[which],
            None if self.after is None else self.after[which],
        )

    def repeated(self, times: Reals) -> Lanes:
        """Each executed so many times in a row."""
        return replace(self, times=times if self.times is None else self.times * times)


@dataclass(frozen=True, slots=True)
class Fault:
    """Of the units that a task was done for in each lane, how many are wrong.

    `rival` marks lanes whose wrong answer is the one that others would give too.
    """

    units: Ints
    wrong: Ints
    rival: Flags | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of the lanes.

    Parameters
    ----------
    time : array
        From the start of each lane to its end, with as many workers as can be used.
    faults : mapping of task to Fault
        Of the tasks that may fail.
    chance : array, optional
        Logarithm of the probability that all comes right, where that was asked for.
    after : array, optional
        The event that ends each lane.
    """

    time: Reals
    faults: Mapping[str, Fault] = field(default_factory=dict)
    chance: Reals | None = None
    after: Ints | None = None


def ending(after: Ints | None, which: Ints, ends: Ints | None) -> Ints | None:
    """The event that each lane goes on after, once some of the lanes have ended anew."""
    if after is None or ends is None:
        return None
    changed = after.copy()
    changed[which] = ends
    return changed


def nothing(lanes: Lanes, dry: bool = False) -> Outcome:
    """Doing nothing takes no time."""
    return Outcome(np.zeros(len(lanes)), {}, np.zeros(len(lanes)) if dry else None, lanes.after)


def then(first: Outcome, second: Outcome) -> Outcome:
    """One after the other, lane by lane."""
    chance = second.chance if first.chance is None else first.chance
    if first.chance is not None and second.chance is not None:
        chance = first.chance + second.chance
    return Outcome(first.time + second.time, both(first.faults, second.faults), chance, second.after)


def both(one: Mapping[str, Fault], other: Mapping[str, Fault]) -> dict[str, Fault]:
    """Add up faults, task by task."""
    found = dict(one)
    for name, fault in other.items():
        old = found.get(name)
        found[name] = fault if old is None else Fault(old.units + fault.units, old.wrong + fault.wrong)
    return found


def all_right(faults: Mapping[str, Fault], lanes: int) -> Flags:
    """Lanes without a fault."""
    right = np.ones(lanes, dtype=bool)
    for fault in faults.values():
        right &= fault.wrong == 0
    return right


def select(mask: Flags, where_true: Mapping[str, Fault], rest: Mapping[str, Fault], lanes: int) -> dict[str, Fault]:
    """Faults of one kind for the lanes of a mask (given for these alone), of another for all the rest."""
    found: dict[str, Fault] = {}
    for name in {**where_true, **rest}:
        units, wrong = np.zeros(lanes, dtype=np.int64), np.zeros(lanes, dtype=np.int64)
        if name in rest:
            units[~mask], wrong[~mask] = rest[name].units[~mask], rest[name].wrong[~mask]
        if name in where_true:
            units[mask], wrong[mask] = where_true[name].units, where_true[name].wrong
        found[name] = Fault(units, wrong)
    return found
