"""What happens by chance, enumerated outcome by outcome; no formula of the evaluator is used."""

from __future__ import annotations

from fractions import Fraction
from math import comb


def until_all(parts: int, right: Fraction) -> Fraction:
    """Expected attempts until all parts have succeeded once, by how many still fail after one more attempt."""
    wrong = 1 - right
    expected = [Fraction(0)]
    for left in range(1, parts + 1):
        total = Fraction(1)
        for failing in range(left):
            total += comb(left, failing) * wrong**failing * right ** (left - failing) * expected[failing]
        expected.append(total / (1 - wrong**left))
    return max(expected[parts], Fraction(1))


def _race(right: Fraction, wrong: Fraction, lead: int, at_end: tuple[int, int], step: int) -> Fraction:
    """Solve ``x[d] = step + right x[d+1] + wrong x[d-1] + rest x[d]`` between -lead and lead, for ``x[0]``."""
    counted = right + wrong
    # x[d] = slope[d] * x[d+1] + offset[d], eliminated from the lower end upwards
    slope, offset = Fraction(0), Fraction(at_end[0])
    pairs: list[tuple[Fraction, Fraction]] = []
    for _ in range(-lead + 1, lead):
        scale = counted - wrong * slope
        slope, offset = right / scale, (step + wrong * offset) / scale
        pairs.append((slope, offset))
    value = Fraction(at_end[1])
    for slope, offset in reversed(pairs[lead - 1 :]):
        value = slope * value + offset
    return value


def until_lead(right: Fraction, lead: int, rival: Fraction | None = None) -> Fraction:
    """Expected runs until right answers lead their rival by `lead`, or it leads them; by default all else is one."""
    if lead == 1:
        return Fraction(1)
    return _race(right, 1 - right if rival is None else rival, lead, (0, 0), 1)


def leads(right: Fraction, lead: int, rival: Fraction | None = None) -> Fraction:
    """Probability that right answers are the first to lead."""
    if lead == 1:
        return right
    return _race(right, 1 - right if rival is None else rival, lead, (0, 1), 0)


def majority(right: Fraction, votes: int) -> Fraction:
    """Probability that most of `votes` are right, over all outcomes."""
    outcomes = {0: Fraction(1)}
    for _ in range(votes):
        following: dict[int, Fraction] = {}
        for good, chance in outcomes.items():
            following[good + 1] = following.get(good + 1, Fraction(0)) + chance * right
            following[good] = following.get(good, Fraction(0)) + chance * (1 - right)
        outcomes = following
    return sum((chance for good, chance in outcomes.items() if 2 * good > votes), Fraction(0))
