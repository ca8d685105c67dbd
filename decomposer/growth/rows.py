"""Rows that hold by nature between the logarithms of formal variables.

A variable outgrows every power of its logarithm, exponentials compare as their exponents do, and logarithms
as what they are of. Only linear consequences are drawn, each from rows drawn before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from math import lcm

from decomposer.expr import ONE, Expr
from decomposer.growth.case import RATIO, TIER, Case, Split
from decomposer.growth.constants import bounds
from decomposer.growth.formal import (
    Alike,
    Exponential,
    Formal,
    Log,
    Monomial,
    Power,
    Quotient,
    Variable,
    log_monomial,
    multiply,
    raise_to,
    separated,
)
from decomposer.growth.lp import IntVector, Ray, feasible, solve

POWERS = tuple(Fraction(*pair) for pair in ((4, 1), (3, 1), (2, 1), (3, 2), (1, 1), (2, 3), (1, 2), (1, 3), (1, 4)))
"""Powers of one variable by which another is bounded from below that are looked for."""


class Builder:
    """Adds to a case the rows that hold by nature."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.width = len(case.order)
        self.units = [tuple(int(i == j) for j in range(self.width)) for i in range(self.width)]
        # What has a logarithm among the formal variables: these can be compared through it.
        self.logs: dict[Formal, IntVector] = {}
        self.scales: dict[Formal, int] = {}
        self.heights: dict[IntVector, int] = {}
        self.components: dict[IntVector, tuple[list[int], list[int]]] = {}
        for formal in case.order:
            monomial = log_monomial(formal)
            if all(part in case.index for part, _ in monomial):
                self.scales[formal] = lcm(*(x.denominator for _, x in monomial))
                self.logs[formal] = case.dense(monomial)

    def build(self) -> None:
        for formal in self.case.order:
            self.definition(formal)
        formals = list(self.logs)
        for i, x in enumerate(formals):
            for y in formals[:i]:
                bases = same_power(x, y)
                if bases is not None:
                    self.case.ratios.append((bases[0], bases[1], x, y))
        for branch in self.case.splits:
            self.branch(branch)
        # Logarithms from the outermost in, exponentials from the lowest up.
        logs = [formal for formal in self.case.order if isinstance(formal, Log)]
        for formal in (*reversed(logs), *(other for other in self.case.order if not isinstance(other, Log))):
            self.growth(formal)
        for formal in self.case.order:
            self.constant_ratios(formal)
        comparable = [
            (x, y)
            for i, x in enumerate(formals)
            for y in formals[:i]
            if any(self.gap(x, y)) and not (self.towers(x, y) or self.towers(y, x))
        ]
        comparable.sort(key=lambda pair: (max(pair[0].rank, pair[1].rank), pair[0].key, pair[1].key))
        for x, y in reversed(comparable):
            self.down(x, y)
            self.down(y, x)
        for x, y in comparable:
            self.up(x, y)
        for formal in self.case.order:
            if isinstance(formal, Exponential):
                self.mean(formal)

    def towers(self, x: Formal, y: Formal) -> bool:
        """Whether x outgrows y because y stands in its exponent."""
        logarithm = self.logs[x]
        return min(logarithm) >= 0 and logarithm[self.case.index[y]] > 0

    # -- rows of one formal variable ------------------------------------------------------------------

    def unit(self, formal: Formal) -> IntVector:
        return self.units[self.case.index[formal]]

    def definition(self, formal: Formal) -> None:
        """Rows that follow from what a formal variable is."""
        case = self.case
        if formal in self.logs:
            # u_X >= TIER * u_logX
            case.add_weak(self.combined(formal, self.scales[formal], self.logs[formal], -TIER))
            if not isinstance(formal, Exponential | Power):
                case.exact.append(self.combined(formal, 1, self.logs[formal], -1))
        whole = formal.value if isinstance(formal, Quotient | Alike) else separated(formal)
        if whole:
            value = multiply(((formal, 1),), raise_to(whole, -1))
            row = case.dense(value)
            opposite = tuple(-x for x in row)
            for own in (row, opposite):
                case.add_weak(own)
                if isinstance(formal, Quotient):
                    case.exact.append(own)

    def constant_ratios(self, formal: Formal) -> None:
        """Rows between formal variables whose logarithms differ by a constant factor."""
        if isinstance(formal, Power):
            self.proportional(formal, formal.of, formal.factor)
        for other in self.case.order:
            if other.key < formal.key and _alike(formal, other):
                self.proportional(formal, other, _factor(formal) / _factor(other))

    def combined(self, formal: Formal, scale: int, row: IntVector, factor: int) -> IntVector:
        position = self.case.index[formal]
        return tuple(factor * x + (scale if i == position else 0) for i, x in enumerate(row))

    def proportional(self, first: Formal, second: Formal, ratio: Expr) -> None:
        """Enclose ``u_first / u_second``, which is the given constant."""
        low, high = bounds(ratio, self.case.constants)
        known = not ratio.symbols
        i, j = self.case.index[first], self.case.index[second]

        def add(value: Fraction, sign: int, strict: bool) -> None:
            row = [0] * self.width
            row[i], row[j] = sign * value.denominator, -sign * value.numerator
            self.case.add_weak(tuple(row))
            if strict and self.strict(self.unit(second)):
                self.case.add_strict(tuple(row))

        # A constant that is positive but unknown is a bounded ratio; its own bounds are not attained.
        least = low is None or low <= 0
        add(Fraction(1, RATIO) if low is None or low <= 0 else low, 1, not known and not least)
        add(Fraction(RATIO) if high is None else high, -1, not known and high is not None)

    def branch(self, branch: Split) -> None:
        first, second = branch.first, branch.second
        if branch.power is not None:
            self.power_branch(first, second, branch.power, 1 if branch.far else -1)
            return
        gap = self.gap(first, second)
        i, j = self.case.index[first], self.case.index[second]
        if branch.far:
            self.case.add_strict(gap)
            self.case.add_weak(self.ratio_row(i, j, TIER))
        else:
            self.case.add_weak(gap)
            self.case.add_weak(tuple(-x for x in gap))
            self.case.add_weak(self.ratio_row(j, i, 1, RATIO))
            self.case.add_weak(self.ratio_row(i, j, 1, RATIO))

    def power_branch(self, first: Formal, second: Formal, power: Fraction, sign: int) -> None:
        """The first is at least, or at most, a power of the second; so are their powers with equal exponents."""
        self.case.add_weak(tuple(sign * v for v in self.scaled_difference(first, second, power)))
        # A constant factor is lost in the logarithms.
        loose = power * (1 - sign * Fraction(1, 1 << 20))
        for a, b, x, y in self.case.ratios:
            if (a, b) == (first, second):
                self.case.add_weak(tuple(sign * v for v in self.scaled_difference(x, y, loose)))

    def scaled_difference(self, x: Formal, y: Formal, power: Fraction) -> IntVector:
        """Exponents of ``x / y**power``, scaled to integers."""
        pairs = zip(self.unit(x), self.unit(y), strict=True)
        return tuple(power.denominator * v - power.numerator * w for v, w in pairs)

    def ratio_row(self, larger: int, smaller: int, factor: int, scale: int = 1) -> IntVector:
        """Row ``scale * u_larger >= factor * u_smaller``."""
        row = [0] * self.width
        row[larger] += scale
        row[smaller] -= factor
        return tuple(row)

    def gap(self, first: Formal, second: Formal) -> IntVector:
        """Exponents of ``log(first) / log(second)``, scaled to integers."""
        a, b = self.scales[first], self.scales[second]
        return tuple(x * b - y * a for x, y in zip(self.logs[first], self.logs[second], strict=True))

    def growth(self, formal: Formal) -> None:
        """A logarithm tends to infinity with what it is of; an exponential with its exponent."""
        if isinstance(formal, Log):
            grows = self.strict(self.unit(formal.of))
        elif isinstance(formal, Exponential):
            grows = self.strict(self.logs[formal])
        else:
            grows = isinstance(formal, Power) and self.strict(self.unit(formal.of))
        if grows:
            self.case.add_strict(self.unit(formal))

    # -- implied rows -----------------------------------------------------------------------------------

    def strict(self, row: IntVector) -> bool:
        """Whether the monomial must tend to infinity."""
        case = self.case
        if row in case.strict:
            return True
        if not case.strict or max(row) <= 0:
            return False
        if min(row) >= 0 and any(x and self.units[i] in case.strict for i, x in enumerate(row)):
            return True
        # Taller variables say nothing about lower ones that has not been drawn from them before.
        strict = set(case.strict)
        given = self.useful(row, (*case.strict, *(own for own in case.weak if own not in strict)))
        if given is None or strict.isdisjoint(given):
            return False
        rows = [(int(own in strict), *(-x for x in own)) for own in given]
        return not feasible([*rows, (0, *row)], self.width)

    def useful(self, row: IntVector, given: Iterable[IntVector]) -> list[IntVector] | None:
        """The rows that can take part in a proof of `row`; `None` when there can be no proof.

        A sum of rows must stay below `row` in every component: a row that is positive where no other is
        negative cannot be used. Neither can what speaks of taller variables: what follows from it for
        lower ones has been drawn before.
        """
        height = self.height(row)
        rows = [own for own in given if self.height(own) <= height]
        while True:
            negative = {i for own in rows for i in self.signs(own)[1]}
            if any(x < 0 and i not in negative for i, x in enumerate(row)):
                return None
            kept = [own for own in rows if all(i in negative or row[i] > 0 for i in self.signs(own)[0])]
            if len(kept) == len(rows):
                return rows
            rows = kept

    def signs(self, row: IntVector) -> tuple[list[int], list[int]]:
        """Where a row is positive, and where it is negative."""
        found = self.components.get(row)
        if found is None:
            found = [i for i, x in enumerate(row) if x > 0], [i for i, x in enumerate(row) if x < 0]
            self.components[row] = found
        return found

    def height(self, row: IntVector) -> int:
        """The highest rank among the formal variables of a row."""
        found = self.heights.get(row)
        if found is None:
            found = max((formal.rank for x, formal in zip(row, self.case.order, strict=True) if x), default=-99)
            self.heights[row] = found
        return found

    def weak(self, row: IntVector) -> bool:
        """Whether the monomial must be at least about 1."""
        if min(row) >= 0:
            return True
        rows = self.useful(row, self.case.weak)
        if rows is None:
            return False
        return not feasible([(1, *row), *((0, *(-x for x in own)) for own in rows)], self.width)

    def exactly(self, row: IntVector) -> bool:
        """Whether the monomial must, in the end, be at least 1."""
        units = [
            unit
            for unit, formal in zip(self.units, self.case.order, strict=True)
            if not isinstance(formal, Log) or unit in self.case.strict
        ]
        if min(row) >= 0 and all(not x or self.units[i] in units for i, x in enumerate(row)):
            return True
        if self.strict(row):
            return True
        given = self.useful(row, (*self.case.exact, *self.case.strict))
        if given is None:
            return False
        # A logarithm that may stay below 1 has no sign: it is written as a difference.
        loose = [i for i, unit in enumerate(self.units) if unit not in units]

        def wide(own: IntVector, sign: int) -> tuple[int, ...]:
            return (*(sign * x for x in own), *(-sign * own[i] for i in loose))

        rows = [(1, *wide(row, 1))]
        rows += [(0, *wide(own, -1)) for own in given]
        return not feasible(rows, self.width + len(loose))

    # -- rows of two -----------------------------------------------------------------------------------

    def down(self, x: Formal, y: Formal) -> None:
        """If log x is at most a multiple of log y, then log log x is at most log log y."""
        case = self.case
        bound = self.difference(y, x)
        given = self.useful(bound, case.weak)
        if given is None:
            return
        rows = [(1, *(-v for v in self.unit(x))), (0, *self.unit(y))]
        if feasible([*rows, *((0, *(-v for v in own)) for own in given)], self.width):
            return
        gap = self.gap(y, x)
        case.add_weak(gap)
        if isinstance(x, Variable | Log) and isinstance(y, Variable | Log) and self.exactly(bound):
            case.exact.append(gap)

    def up(self, x: Formal, y: Formal) -> None:
        """Compare two by their logarithms."""
        case = self.case
        self.powers(x, y)
        gap = self.gap(x, y)
        opposite = tuple(-value for value in gap)
        i, j = case.index[x], case.index[y]
        if self.strict(gap):
            case.add_weak(self.ratio_row(i, j, TIER))
            return
        if self.strict(opposite):
            case.add_weak(self.ratio_row(j, i, TIER))
            return
        for larger, smaller, row in ((x, y, gap), (y, x, opposite)):
            if not self.weak(row):
                continue
            k, m = case.index[larger], case.index[smaller]
            least = self.least(row)
            high = None if least is None else bounds(_factor(smaller) / _factor(larger), case.constants)[1]
            if high is not None and least is not None:
                high /= least
            if high is None:
                case.add_weak(self.ratio_row(k, m, 1, RATIO))
            else:
                case.add_weak(self.ratio_row(k, m, high.denominator, high.numerator))
        if not any({branch.first, branch.second} == {x, y} for branch in case.splits):
            case.pairs.append((x, y, gap))

    def powers(self, x: Formal, y: Formal) -> None:
        """Compare equal powers of two variables, ``a**m`` and ``b**m``, through a/b and m."""
        bases = same_power(x, y)
        if bases is None:
            return
        assert isinstance(x, Exponential)
        a, b, rest = bases
        for large, small, above, below in ((x, y, a, b), (y, x, b, a)):
            self.quotient_power(large, small, above, below, rest, x.factor)
            self.entropy(large, small, above, below, rest, x.factor)

    def quotient_power(
        self, large: Formal, small: Formal, above: Formal, below: Formal, rest: Monomial, factor: Expr
    ) -> None:
        """Where a/b is at least 1, so is its power; where a/b tends to infinity, the power outgrows ``c**m``."""
        gap, whole = self.difference(above, below), self.difference(large, small)
        exponent = self.case.dense(rest)
        if not (self.exactly(gap) and self.exactly(exponent)):
            return
        low = bounds(factor, self.case.constants)[0]
        scale = Fraction(1, RATIO) if low is None or low <= 0 else low
        self.case.add_weak(tuple(scale.denominator * v - scale.numerator * w for v, w in zip(whole, gap, strict=True)))
        if self.strict(gap):
            scaled = lcm(*(x.denominator for _, x in rest))
            self.case.add_weak(tuple(scaled * v - TIER * w for v, w in zip(whole, exponent, strict=True)))
            for other in self.case.order:
                if isinstance(other, Exponential) and other.exponent == rest:
                    self.case.add_weak(tuple(v - RATIO * w for v, w in zip(whole, self.unit(other), strict=True)))

    def entropy(self, large: Formal, small: Formal, above: Formal, below: Formal, rest: Monomial, factor: Expr) -> None:
        """``b * log(a/b)`` is never above a/e, so that ``(a/b)**(b*m)`` is at most ``exp(a*m/e)``."""
        if dict(rest).get(below) != 1:
            return
        bound = multiply(rest, ((above, 1), (below, -1)))
        for other in self.case.order:
            if other in self.logs and log_monomial(other) == bound:
                high = bounds(factor / _factor(other), self.case.constants)[1]
                if high is not None:
                    high *= Fraction(100, 271)
                    whole, unit = self.difference(large, small), self.unit(other)
                    self.case.add_weak(
                        tuple(high.numerator * w - high.denominator * v for v, w in zip(whole, unit, strict=True))
                    )

    def difference(self, x: Formal, y: Formal) -> IntVector:
        """Exponents of the quotient of two formal variables."""
        return tuple(a - b for a, b in zip(self.unit(x), self.unit(y), strict=True))

    def least(self, row: IntVector) -> Fraction | None:
        """A number that a monomial is not below in the end; `None` when none is known.

        What is at least 1 by other rows gains from logarithms: x/log(x) is never below e, and log(y)/log(x)
        is at least about c where y is at least about x**c.
        """
        best = Fraction(1) if self.exactly(row) else None
        logs = [i for i, x in enumerate(row) if x and isinstance(self.case.order[i], Log)]
        for i in logs:
            power = -row[i]
            if power <= 0:
                continue
            below = self.case.order[i]
            assert isinstance(below, Log)
            for value, rest in self.gains(row, i, below, power, logs):
                if (best is None or value > best) and self.exactly(rest):
                    best = value
        return best

    def gains(
        self, row: IntVector, i: int, below: Log, power: int, logs: Sequence[int]
    ) -> Iterator[tuple[Fraction, IntVector]]:
        """Bounds by one logarithm below, with what else must then be at least 1."""
        inner = self.case.index[below.of]
        yield Fraction(271, 100) ** power, _moved(row, {i: power, inner: -power})
        if self.units[i] not in self.case.strict:
            return
        for j in logs:
            above = self.case.order[j]
            if row[j] >= power and isinstance(above, Log):
                outer = self.case.index[above.of]
                for c in POWERS:
                    if self.weak(_moved((0,) * self.width, {outer: c.denominator, inner: -c.numerator})):
                        yield (c - Fraction(1, 1 << 20)) ** power, _moved(row, {i: power, j: -power})
                        break

    def mean(self, formal: Exponential) -> None:
        """Weighted means: an exponent below a geometric mean of others is below their arithmetic mean."""
        case = self.case
        others = [
            other
            for other in case.order
            if isinstance(other, Exponential) and other.exponent != formal.exponent and self.scales[other] == 1
        ]
        if len(others) < 2 or self.scales[formal] != 1:
            return
        own = self.logs[formal]
        given = [*case.exact, *case.strict]
        differences = [tuple(a - b for a, b in zip(self.logs[other], own, strict=True)) for other in others]
        if any(min(row) >= 0 for row in differences):
            return
        answer = solve([*((1, *row) for row in differences), *((0, *(-x for x in row)) for row in given)], self.width)
        if isinstance(answer, Ray) or any(
            slack and isinstance(other, Log) for slack, other in zip(answer.slack, case.order, strict=True)
        ):
            return
        row = [Fraction(0)] * self.width
        row[case.index[formal]] = Fraction(-1)
        for other, weight in zip(others, answer.multipliers, strict=False):
            high = bounds(formal.factor / other.factor, case.constants)[1]
            if weight and high is None:
                return
            row[case.index[other]] += weight * (high or 0)
        scale = lcm(*(value.denominator for value in row))
        case.add_weak(tuple(int(value * scale) for value in row))


def same_power(x: Formal, y: Formal) -> tuple[Formal, Formal, Monomial] | None:
    """Bases and exponent of two powers ``a**m`` and ``b**m`` with the same exponent."""
    if not (isinstance(x, Exponential) and isinstance(y, Exponential) and x.factor == y.factor):
        return None
    above, below = dict(x.exponent), dict(y.exponent)
    own = [formal for formal in above if isinstance(formal, Log) and formal not in below]
    other = [formal for formal in below if isinstance(formal, Log) and formal not in above]
    if len(own) != 1 or len(other) != 1 or above[own[0]] != 1 or below[other[0]] != 1:
        return None
    first, second = own[0], other[0]
    rest = tuple(pair for pair in x.exponent if pair[0] != first)
    if not rest or rest != tuple(pair for pair in y.exponent if pair[0] != second):
        return None
    return first.of, second.of, rest


def _moved(row: IntVector, changes: dict[int, int]) -> IntVector:
    """A row with some components changed."""
    return tuple(x + changes.get(i, 0) for i, x in enumerate(row))


def _alike(left: Formal, right: Formal) -> bool:
    """Whether the logarithms of two formal variables differ by a constant factor only."""
    if isinstance(left, Exponential) and isinstance(right, Exponential):
        return left.exponent == right.exponent
    return isinstance(left, Power) and isinstance(right, Power) and left.of == right.of


def _factor(formal: Formal) -> Expr:
    """Constant factor in the logarithm of a formal variable."""
    return formal.factor if isinstance(formal, Exponential | Power) else ONE
