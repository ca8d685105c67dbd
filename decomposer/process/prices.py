"""What one call takes: the size of its model, its bill and its time, token counts given as numbers or arrays."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from decomposer.design.nodes import Call
from decomposer.errors import ProblemError
from decomposer.problem.model import Problem
from decomposer.process.reals import Reals, real, whole

LONGEST_SUM = 10_000_000
"""Most passes of one call that are added up one by one."""


class Prices:
    """Bills calls of a problem at numbers."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        cost = problem.cost
        self.kind = cost.kind
        self.exponent = real(cost.exponent) if cost.kind == "power" else 1.0
        self.input, self.output, self.again = real(cost.alpha), real(cost.beta), real(cost.gamma)

    def size(self, call: Call, shares: Mapping[str, int]) -> float:
        """Size of the model: its own in a closed catalogue, else of the least one with all capabilities needed."""
        problem = self.problem
        if call.model is not None:
            return real(problem.models[call.model].size)
        among = 1.0 if call.among is None else real(call.among)
        members: dict[str, tuple[int, float]] = {}
        for name in (*call.tasks, *call.able):
            task = problem.tasks[name]
            for required in task.requires:
                capability = problem.capabilities[required]
                formula = capability.size
                if capability.options is not None:
                    formula = formula.subs({capability.options: whole_or(among)})
                number = 1 if capability.family is None else whole(capability.family, f"the family {required}")
                if task.one_of is not None and task.one_of.family == required:
                    number = shares.get(name, number)
                members[required] = (max(number, members.get(required, (0, 0.0))[0]), real(formula))
        return self._law(list(members.values()))

    def _law(self, sizes: list[tuple[int, float]]) -> float:
        law = self.problem.law
        if not sizes:
            return 0.0
        if law.kind == "max":
            return max(size for _, size in sizes)
        exponent = 1.0 if law.kind == "linear" else real(law.exponent)
        total: float = sum(number * size ** (1 / exponent) for number, size in sizes) ** exponent
        return total

    def bill(self, call: Call, size: float, read: Reals | float, seen: Reals | float, written: Reals | float) -> Reals:
        """Cost of calls, by the prices that their model states, or by its size.

        Under `paper` and `power` every token generated is a forward pass over all that precedes it; the passes
        are added up.
        """
        own = None if call.model is None else self.problem.models[call.model].prices
        if own is not None and self.kind in ("linear", "cached"):
            discount = real(own.input) - real(own.cached) if self.kind == "cached" and own.cached is not None else 0.0
            bill = real(own.input) * np.asarray(read, dtype=float) + real(own.output) * np.asarray(written, dtype=float)
            return np.asarray(bill - discount * np.asarray(seen, dtype=float))
        if self.kind in ("paper", "power"):
            return size * self._passes(read, written)
        known = np.asarray(seen, dtype=float) if self.kind == "cached" else np.zeros(1)
        bill = self.input * (np.asarray(read) - known + self.again * known) + self.output * np.asarray(written)
        return np.asarray(size * np.asarray(bill, dtype=float))

    def _passes(self, read: Reals | float, written: Reals | float) -> Reals:
        """Tokens that pass through the model, or their powers, over all passes."""
        first, number = np.broadcast_arrays(np.asarray(read, dtype=float), np.asarray(written, dtype=float))
        if self.exponent == 1.0:
            # the tokens before the first pass and before the last, on average, in every pass
            return np.asarray(number * (first + (first + number - 1)) / 2)
        pairs, back = np.unique(np.stack([first.ravel(), number.ravel()], axis=1), axis=0, return_inverse=True)
        totals = np.array([self._power_sum(start, passes) for start, passes in pairs])
        return np.asarray(totals[back.reshape(-1)].reshape(first.shape))

    def _power_sum(self, start: float, passes: float) -> float:
        if passes > LONGEST_SUM:
            raise ProblemError(f"a call of {passes:.3g} passes is too long to be simulated under the power cost model")
        if passes != int(passes):
            raise ProblemError("a call that writes no natural number of tokens has no sum of powers")
        return float(np.sum((start + np.arange(int(passes))) ** self.exponent))

    def time(self, call: Call, cost: Reals, written: Reals | float) -> Reals:
        """How long calls take: the delay of the model for every pass; their cost, where no delays are stated."""
        delay = self.problem.models[call.model].delay if call.model is not None else None
        return cost if delay is None else np.asarray(real(delay) * np.asarray(written, dtype=float))


def whole_or(value: float) -> int:
    """A count of alternatives; a level of a tree that is cut unevenly tells one more apart."""
    return int(np.ceil(value - 1e-9))
