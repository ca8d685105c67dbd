"""Conversations: what has been said in earlier rounds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from decomposer.process.lanes import Lanes, Path
from decomposer.process.reals import Ints, Reals

if TYPE_CHECKING:
    from decomposer.process.process import Process


@dataclass(slots=True)
class Talk:
    """One conversation per lane: tokens said at each place in earlier rounds, and in the last one."""

    lanes: int
    before: dict[Path, Reals] = field(default_factory=dict)
    latest: dict[Path, Reals] = field(default_factory=dict)
    turn: dict[Path, Ints] = field(default_factory=dict)


def said(process: Process, index: str, path: Path, lanes: Lanes, fresh: Reals | float) -> Reals:
    """Tokens that a call at a place has been told in earlier rounds; what it is told now is noted."""
    number, turn, origin = lanes.talks[index]
    talk = process.talks[number]
    if path not in talk.turn:
        talk.before[path], talk.latest[path] = np.zeros(talk.lanes), np.zeros(talk.lanes)
        talk.turn[path] = np.zeros(talk.lanes, dtype=np.int64)
    new = talk.turn[path][origin] != turn
    into = origin[new]
    # Several lanes of one round say the same: what they note is the same, too.
    talk.before[path][into] = talk.before[path][into] + talk.latest[path][into]
    talk.latest[path][into] = np.broadcast_to(np.asarray(fresh, dtype=float), len(lanes))[new]
    talk.turn[path][into] = turn
    return talk.before[path][origin]
