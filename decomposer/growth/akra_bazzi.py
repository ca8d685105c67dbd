"""Divide and conquer: ``T(n) = sum a_i T(b_i n) + f(n)``.

For numbers b_i in (0, 1) by Akra and Bazzi [1]_: with p such that ``sum a_i b_i**p = 1``,
``T(n) = Theta(n**p (1 + integral_1^n f(u)/u**(p+1) du))``. For symbolic ratios, by levels of the recursion tree.

References
----------
.. [1] M. Akra, L. Bazzi, *On the solution of linear recurrence equations*, Comput. Optim. Appl. 10 (1998).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from decomposer.errors import NotExactError
from decomposer.expr import ONE, ZERO, Expr, log, num, sym
from decomposer.expr.evaluate import compare, evaluate
from decomposer.growth.judge import Judge
from decomposer.growth.solution import Call, Recurrence, outside
from decomposer.growth.sums import Piece, power_log_sum, read_pieces

EXPONENT_BITS = 40
"""Bits to which an exponent without closed form is enclosed."""
MAX_CALLS = 64
"""Most calls with different shares."""


def divide(driving: Expr, calls: tuple[Call, ...], variable: str, judge: Judge) -> Recurrence:
    """Growth of a divide-and-conquer recurrence with coefficients free of the variable."""
    pieces = read_pieces(judge.normal(driving), variable) if driving.terms else []
    if pieces is None:
        pieces = read_pieces(driving, variable)
    if pieces is None or any(piece.ratio != ONE and not _fades(piece) for piece in pieces):
        raise outside(f"the driving term {driving} is not a sum of powers of {variable} and of its logarithms")
    pieces = [piece for piece in pieces if piece.ratio == ONE]
    if any(call.coefficient.symbols or call.shrink.symbols for call in calls):
        if len(calls) == 1:
            return _tree(pieces, calls[0], variable, judge)
        return _symbolic_exponent(pieces, calls, variable)
    return _akra_bazzi(pieces, calls, variable)


def _fades(piece: Piece) -> bool:
    """Whether a piece falls exponentially: then it adds no more than a constant does to a recurrence without it."""
    return not (piece.ratio.symbols or piece.factor.symbols) and compare(piece.ratio, ONE, {}) < 0


# -- numbers ----------------------------------------------------------------------------------------


def _akra_bazzi(pieces: list[Piece], calls: tuple[Call, ...], variable: str) -> Recurrence:
    if len(calls) > MAX_CALLS:
        raise outside(f"{len(calls)} different calls; at most {MAX_CALLS} are tried")
    rising, falling = _weight(calls, sym("x")), _weight(calls, -sym("x"))

    def excess(power: Expr) -> int:
        """Sign of ``sum a_i b_i**power - 1``: positive below p, negative above."""
        number = power.as_fraction()
        if number is None:
            return compare(_weight(calls, power), ONE, {})
        # Values, unlike formulas, may have a million bits; they are never negative.
        side, value = (rising, number) if number >= 0 else (falling, -number)
        return compare(side, ONE, {"x": value})

    p = _closed_exponent(calls)
    for piece in pieces:
        # A driving term that meets p exactly reveals it.
        if p is None and excess(piece.power) == 0:
            p = piece.power
    sides = [-excess(piece.power) if p is None else compare(piece.power, p, {}) for piece in pieces]
    if p is not None:
        return Recurrence(_total(pieces, sides, p, variable), "Akra-Bazzi", p)
    bounds = _enclose_exponent(excess)
    p = _simple_exponent(bounds, excess)
    if p is not None:
        return Recurrence(_total(pieces, sides, p, variable), "Akra-Bazzi", p)
    name = "p" if variable != "p" else "p_"
    if any(side > 0 for side in sides):
        above = _total(
            [x for x, side in zip(pieces, sides, strict=True) if side > 0], [1] * len(pieces), None, variable
        )
        return Recurrence(above, "Akra-Bazzi", None, name, _equation(calls, name), bounds)
    theta = _total(pieces, sides, sym(name), variable)
    return Recurrence(theta, "Akra-Bazzi", None, name, _equation(calls, name), bounds)


def _weight(calls: tuple[Call, ...], power: Expr) -> Expr:
    total = ZERO
    for call in calls:
        total = total + call.coefficient * call.shrink**power
    return total


def _equation(calls: tuple[Call, ...], name: str) -> str:
    parts = []
    for call in calls:
        factor = "" if call.coefficient == ONE else f"{call.coefficient}*"
        parts.append(f"{factor}({call.shrink})**{name}")
    return " + ".join(parts) + " = 1"


def _total(pieces: list[Piece], sides: list[int], p: Expr | None, variable: str) -> Expr:
    """Add what each piece of the driving term contributes: itself, its integral, or the leaves."""
    own = sym(variable)
    total = ZERO if p is None else own**p
    for piece, side in zip(pieces, sides, strict=False):
        if side > 0:
            logs = log(own) ** num(piece.logs) if piece.logs else ONE
            loglogs = log(log(own)) ** num(piece.loglogs) if piece.loglogs else ONE
            total = total + piece.factor * own**piece.power * logs * loglogs
        elif p is not None:
            inner = power_log_sum(own, num(-1), piece.logs, piece.loglogs) if side == 0 else ONE
            total = total + piece.factor * own**p * inner
    return total


def _closed_exponent(calls: tuple[Call, ...]) -> Expr | None:
    """``log(a)/log(1/b)`` for one call; for several, the logarithm of a rational root, where there is one."""
    if len(calls) != 1:
        return None
    call = calls[0]
    if call.coefficient == ONE:
        return ZERO
    exponent = log(call.coefficient) / -log(call.shrink)
    try:
        return num(evaluate(exponent, {}))
    except NotExactError:
        return exponent


def _enclose_exponent(excess: Callable[[Expr], int]) -> tuple[Fraction, Fraction]:
    low, high = Fraction(-1), Fraction(1)
    while excess(num(low)) < 0:
        low *= 2
    while excess(num(high)) > 0:
        high *= 2
        if high > 1 << 20:
            raise outside("its exponent is too large")
    while high - low > Fraction(1, 1 << EXPONENT_BITS):
        middle = (low + high) / 2
        sign = excess(num(middle))
        if sign == 0:
            return middle, middle
        low, high = (middle, high) if sign > 0 else (low, middle)
    return low, high


def _simple_exponent(bounds: tuple[Fraction, Fraction], excess: Callable[[Expr], int]) -> Expr | None:
    """A fraction with a small denominator that solves the equation exactly."""
    middle = (bounds[0] + bounds[1]) / 2
    guess = num(middle.limit_denominator(60))
    number = guess.as_fraction()
    assert number is not None
    if bounds[0] <= number <= bounds[1] and excess(guess) == 0:
        return guess
    return None


# -- symbols ----------------------------------------------------------------------------------------


def _symbolic_exponent(pieces: list[Piece], calls: tuple[Call, ...], variable: str) -> Recurrence:
    """Several calls whose symbolic shares, taken as constants, add up to one: T(a*n) + T((1-a)*n)."""
    for p in (ONE, ZERO):
        if _weight(calls, p) == ONE and not any(piece.power.symbols for piece in pieces):
            names = sorted({name for call in calls for name in call.shrink.symbols | call.coefficient.symbols})
            sides = [compare(piece.power, p, {}) for piece in pieces]
            note = f"{', '.join(names)} taken as constant, every share between 0 and 1"
            return Recurrence(_total(pieces, sides, p, variable), "Akra-Bazzi", p, notes=(note,))
    raise outside("several calls with symbolic shares or coefficients")


def _tree(pieces: list[Piece], call: Call, variable: str, judge: Judge) -> Recurrence:
    """Sum the levels of ``T(n) = a T(n/k) + f(n)``: f(n) times powers of ``a/k**q``, log(n)/log(k) levels."""
    own, fan = sym(variable), ONE / call.shrink
    if variable in fan.symbols:
        raise outside(f"the share {call.shrink} depends on {variable}")
    if fan.symbols and judge.relation(fan, ONE) in ("o", "O"):
        raise outside(f"{call.shrink} is not a share: {fan} must not vanish")
    exponent = ZERO if call.coefficient == ONE else log(call.coefficient) / log(fan)
    leaves = own**exponent
    # Every piece adds at least its factor at the leaves, whose own constant then does not show.
    covered = any(judge.relation(ONE, piece.factor) in ("o", "O", "Theta") for piece in pieces)
    total = ZERO if covered else leaves
    for piece in pieces:
        ratio = call.coefficient / fan**piece.power
        root = piece.factor * own**piece.power
        if piece.loglogs or piece.logs <= -1:
            raise outside(f"a driving term with log({variable})**{piece.logs} and a symbolic share")
        side = _side(ratio, judge)
        if side > 0:
            total = total + piece.factor * leaves
        elif side < 0:
            total = total + root * (log(own) ** num(piece.logs))
        else:
            total = total + root * log(own) ** num(piece.logs + 1) / log(fan)
    notes = (f"{', '.join(sorted(fan.symbols))} at most {variable}",) if fan.symbols else ()
    return Recurrence(total, "levels of the recursion tree", exponent, notes=notes)


def _side(ratio: Expr, judge: Judge) -> int:
    if not ratio.symbols:
        return compare(ratio, ONE, {})
    kind = judge.relation(ratio, ONE)
    if kind in ("omega", "o"):
        return 1 if kind == "omega" else -1
    hint = f"assume {ratio} >> 1, or 1 >> {ratio}"
    raise outside(f"the ratio {ratio} of its levels may be above, at, or below 1", hint)
