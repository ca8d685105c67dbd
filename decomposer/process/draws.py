"""Dice for many lanes at once."""

from __future__ import annotations

import numpy as np

from decomposer.process.reals import Flags, Ints, Reals


class Dice:
    """Seeded draws; the same seed throws the same dice."""

    def __init__(self, *seed: int) -> None:
        self.generator = np.random.default_rng(list(seed))

    def hits(self, chance: Reals | float, lanes: int) -> Flags:
        """One throw per lane, each a hit with its chance."""
        return np.asarray(self.generator.random(lanes) < chance)

    def failures(self, units: Ints, chance: Reals | float) -> Ints:
        """How many of the units of each lane fail, where each succeeds with its chance."""
        if units.size and int(units.max()) == 1 and int(units.min()) == 1:
            return (self.generator.random(units.size) >= chance).astype(np.int64)
        return self.generator.binomial(units, 1.0 - np.asarray(chance)).astype(np.int64)

    def attempts(self, log_chance: Reals) -> Reals:
        """Attempts up to the first success, all at once: geometric, by inversion.

        The chance is given by its logarithm, so that it may be far below the smallest float.
        """
        uniform = 1.0 - self.generator.random(log_chance.size)
        with np.errstate(divide="ignore", invalid="ignore"):
            # log(1 - chance); where the chance is tiny, that is -chance
            log_miss = np.log1p(-np.exp(log_chance))
            # a chance of one misses never: anything over minus infinity is zero
            tries = np.ceil(np.log(uniform) / log_miss)
        return np.asarray(np.maximum(np.nan_to_num(tries, nan=1.0, posinf=np.inf), 1.0))

    def among(self, options: int, lanes: int) -> Ints:
        """One of so many options per lane."""
        return self.generator.integers(options, size=lanes)

    def places(self, rows: int, slots: int, number: int) -> Ints:
        """In every row, `number` different ones of `slots` slots: sorted, each choice equally likely.

        Floyd's method, for all rows at once; where most slots are taken, those left empty are drawn.
        """
        if number == slots:
            return np.tile(np.arange(slots), (rows, 1))
        if number * number <= slots or slots > 4096:
            return self._floyd(rows, slots, number)
        chosen = np.argpartition(self.generator.random((rows, slots)), number - 1, axis=1)[:, :number]
        return np.sort(chosen, axis=1)

    def _floyd(self, rows: int, slots: int, number: int) -> Ints:
        chosen = np.empty((rows, number), dtype=np.int64)
        if number > 64:
            for row in range(rows):
                chosen[row] = self.generator.choice(slots, size=number, replace=False, shuffle=False)
            return np.sort(chosen, axis=1)
        for taken, top in enumerate(range(slots - number, slots)):
            new = self.generator.integers(top + 1, size=rows)
            clash = (chosen[:, :taken] == new[:, None]).any(axis=1)
            chosen[:, taken] = np.where(clash, top, new)
        return np.sort(chosen, axis=1)
