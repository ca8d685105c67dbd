"""Sub-lanes of lanes: cutting into groups, and putting together again."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from decomposer.process.lanes import Fault
from decomposer.process.reals import Ints, Reals


def spread(counts: Ints) -> tuple[Ints, Ints]:
    """For `counts` sub-lanes of each lane: the lane that each belongs to, and its number within that."""
    parent = np.repeat(np.arange(counts.size), counts)
    first = np.cumsum(counts) - counts
    return parent, np.arange(parent.size) - first[parent]


def added(parent: Ints, values: Reals, lanes: int) -> Reals:
    """Sums over sub-lanes."""
    return np.bincount(parent, weights=values, minlength=lanes).astype(np.float64)


def counted(parent: Ints, values: Ints, lanes: int) -> Ints:
    """Sums of counts over sub-lanes."""
    return np.rint(np.bincount(parent, weights=values, minlength=lanes)).astype(np.int64)


def longest(parent: Ints, values: Reals, lanes: int) -> Reals:
    """Maxima over sub-lanes, which stand in the order of their lanes; zero where there are none."""
    found = np.zeros(lanes)
    if parent.size:
        starts = np.flatnonzero(np.r_[True, parent[1:] != parent[:-1]])
        found[parent[starts]] = np.maximum.reduceat(values, starts)
    return found


def faults_of(parent: Ints, faults: Mapping[str, Fault], lanes: int) -> dict[str, Fault]:
    """Faults of sub-lanes, added up."""
    return {
        name: Fault(counted(parent, fault.units, lanes), counted(parent, fault.wrong, lanes))
        for name, fault in faults.items()
    }
