"""Voting: the chance that a vote comes out right, and the runs that it takes, exactly.

Votes are independent runs. A vote for the right answer comes with probability `right`, one for its strongest rival
with probability `rival`; all other responses count for nobody. Where all wrong answers agree, which is the worst
case, the rival has ``1 - right``. See docs/theory/errors.md.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import comb

from decomposer.design.bounds import has_functions
from decomposer.errors import ExpressionError
from decomposer.expr import ONE, ZERO, Expr, evaluate, num
from decomposer.expr.enclosures import round_down, round_up

MAX_BITS = 1 << 17
"""Bits of a number to which a power of a probability is worked out."""

ROUGH = 192
"""Bits of the bounds by which most votes are judged."""


FAINT = 1 << 16
"""Bits behind the point from which on a chance is bounded by nothing, and by the least one that has so many."""

LEAST = Fraction(1, 1 << FAINT)


def raised(base: Expr, exponent: Expr) -> Expr:
    """``base ** exponent``; of numbers, to more digits than formulas otherwise have.

    Raises
    ------
    ExpressionError
        When it has too many.
    """
    value, times = base.as_fraction(), exponent.as_fraction()
    if value is None or times is None or times.denominator != 1:
        return base**exponent
    size = max(value.numerator.bit_length(), value.denominator.bit_length()) * abs(times.numerator)
    if size > MAX_BITS and value not in (0, 1):
        raise ExpressionError(f"a probability of more than {MAX_BITS} bits")
    return num(Fraction(value) ** times.numerator)


def divided(above: Expr, below: Expr) -> Expr:
    """A quotient; of numbers, of as many digits as there are."""
    first, second = above.as_fraction(), below.as_fraction()
    return above / below if first is None or not second else num(Fraction(first) / second)


def plain(lead: Expr) -> Expr:
    """A formula without variables as the number that it stands for."""
    return lead if lead.symbols or lead.as_fraction() is not None else num(evaluate(lead, {}))


def race_right(right: Expr, rival: Expr, lead: Expr) -> Expr:
    """Probability that the right answer is the first to lead by `lead` votes (gambler's ruin).

    A lead of one takes the first response, whatever it is.
    """
    lead = plain(lead)
    if lead == ONE:
        return right
    if rival == ZERO:
        return ONE
    return divided(ONE, ONE + raised(divided(rival, right), lead))


def race_runs(right: Expr, rival: Expr, lead: Expr) -> Expr:
    """Expected runs until one answer leads by `lead` votes.

    A lead that grows (a formula with logarithms) counts without the factor ``(1 - x**lead)/(1 + x**lead)``, x the odds
    of the rival: that is an upper bound, and the factor tends to one.

    Source: Feller 1968, XIV.3; Meyerson et al. 2025 (MAKER), eq. 17.
    """
    lead = plain(lead)
    if lead == ONE:
        return ONE
    if right == rival:
        return divided(lead * lead, right + rival)
    if rival == ZERO or has_functions(lead):
        return divided(lead, right - rival)
    reached = raised(divided(rival, right), lead)
    return divided(lead * (ONE - reached), (ONE + reached) * (right - rival))


def majority_right(right: Expr, votes: Expr) -> Expr:
    """Probability that more than half of an odd number of votes are right, whatever the others are.

    Raises
    ------
    ValueError
        For a number of votes that is not a plain odd number.
    """
    number = votes.as_fraction()
    if number is None or number.denominator != 1 or number % 2 == 0:
        raise ValueError("a majority needs an odd number of votes")
    total, binomial = ZERO, 1
    n = int(number)
    chance = right.as_fraction()
    if chance is not None:
        return num(majority(Fraction(chance), n))
    for wrong in range(n // 2 + 1):
        total = total + binomial * right ** (n - wrong) * (ONE - right) ** wrong
        binomial = binomial * (n - wrong) // (wrong + 1)
    return total


def majority(right: Fraction, votes: int) -> Fraction:
    """The same at numbers.

    Raises
    ------
    ExpressionError
        When it has too many digits.
    """
    good, every = right.numerator, right.denominator
    if every.bit_length() * votes > MAX_BITS:
        raise ExpressionError(f"a probability of more than {MAX_BITS} bits")
    ways = sum(comb(votes, bad) * good ** (votes - bad) * (every - good) ** bad for bad in range(votes // 2 + 1))
    return Fraction(ways, every**votes)


def least_lead(odds: Fraction, scopes: Fraction, target: Fraction) -> int:
    """Least lead with which `scopes` votes all come out right with probability `target`.

    ``(1 + x**v)**-N >= t``, x the odds of the rival, that is ``x**v <= t**(-1/N) - 1``: the least integer
    ``v >= log(t**(-1/N) - 1) / log(x)``, decided by rational enclosures.

    Raises
    ------
    ValueError
        When the rival is as likely as the right answer, or the target is certainty.
    """
    if not 0 <= odds < 1 or not 0 < target < 1:
        raise ValueError("a vote needs a right answer that is likelier than its rival, and a target below 1")
    # The lead grows with the odds: bounds of few digits mostly tell.
    ends = (round_down(odds, ROUGH), round_up(odds, ROUGH))
    if ends[1] < 1:
        rough = {_least_lead(end, scopes, target) for end in dict.fromkeys(ends)}
        if len(rough) == 1:
            return rough.pop()
    return _least_lead(odds, scopes, target)


def _least_lead(odds: Fraction, scopes: Fraction, target: Fraction) -> int:
    lead = 1
    while lead < 1 << 40 and not holds(odds, lead, scopes, target):
        lead *= 2
    low = lead // 2
    while lead - low > 1:
        middle = (low + lead) // 2
        low, lead = (low, middle) if holds(odds, middle, scopes, target) else (middle, lead)
    return lead


def holds(odds: Fraction, lead: int, scopes: Fraction, target: Fraction) -> bool:
    """Whether ``(1 + odds**lead)**-scopes >= target``, exactly."""
    from decomposer.design.products import Product

    if lead * odds.denominator.bit_length() > ROUGH:
        low, high = _power(odds, lead, round_down), _power(odds, lead, round_up)
        if Product.of(1 / (1 + high), scopes).at_least(target):
            return True
        if not Product.of(1 / (1 + low), scopes).at_least(target):
            return False
    return Product.of(1 / (1 + odds**lead), scopes).at_least(target)


def _power(base: Fraction, exponent: int, end: Callable[[Fraction, int], Fraction]) -> Fraction:
    """A bound on a power of a number from zero to one, by squaring."""
    result, square = Fraction(1), base
    while exponent:
        if exponent & 1:
            result = _near(result * square, end)
        exponent >>= 1
        square = _near(square * square, end)
    return result


def _near(value: Fraction, end: Callable[[Fraction, int], Fraction]) -> Fraction:
    """A bound of few digits; what is next to nothing becomes nothing, or as little as is told apart from it."""
    if value.denominator.bit_length() - value.numerator.bit_length() > FAINT:
        return LEAST if end is round_up else Fraction(0)
    return end(value, 2 * ROUGH)


def power_between(base: Fraction, exponent: int) -> tuple[Fraction, Fraction]:
    """Bounds of few digits on a power of a number from zero to one."""
    return _power(base, exponent, round_down), _power(base, exponent, round_up)


def best_majority(easy: Fraction, hard: Fraction, share: Fraction) -> int | None:
    """Odd number of votes with which a majority is right most often, where a `share` of the items is hard.

    Two more votes than ``2j - 1`` change the chance by ``C(2j-1, j)`` times ``A a**j - B b**j`` with
    ``A = (1 - share)(2p - 1)``, ``a = p(1 - p)``, ``B = share(1 - 2r)``, ``b = r(1 - r)``. With r nearer to one half
    than p, b is the larger: votes help as long as ``(b/a)**j < A/B``, and hurt from then on.

    Returns
    -------
    int or None
        The least such number; `None` when ever more votes help in the end.
    """
    if easy < Fraction(1, 2) < hard:
        easy, hard, share = hard, easy, 1 - share
    gain, loss = (1 - share) * (2 * easy - 1), share * (1 - 2 * hard)
    if gain <= 0:
        return 1 if loss >= 0 else None
    if loss <= 0:
        return None
    grows = Fraction(hard * (1 - hard)) / (easy * (1 - easy)) if easy < 1 else None
    if grows is None or grows > 1:
        votes, power = 1, grows
        while grows is not None and power is not None and power < gain / loss:
            votes, power = votes + 2, power * grows
        return votes
    # What is lost shrinks at least as fast as what is won: all easy items in the end, or the first answer.
    return None if 1 - share > (1 - share) * easy + share * hard else 1
