"""Growth of sums: which term, or how many terms alike, rule a sum.

A term is read as a sum of pieces ``C * i**s * log(i)**t * loglog(i)**u * r**i``, and each piece is summed by a
table. Where signs differ, the exact closed form is taken instead, and what it dominates dropped.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from decomposer.errors import Diagnostic, ExpressionError, GrowthError, OutsideClassError
from decomposer.expr import (
    ONE,
    ZERO,
    App,
    Atom,
    Exp,
    Expr,
    Group,
    Mono,
    Number,
    Sym,
    atom_expr,
    log,
    mono_expr,
    num,
)
from decomposer.expr.evaluate import compare
from decomposer.growth.closed_forms import closed_form, exponential_ratio
from decomposer.growth.constants import sign
from decomposer.growth.judge import Judge

if TYPE_CHECKING:
    from decomposer.growth import Regime

MAX_WRITTEN_OUT = 1000
"""Most terms of a sum between numbers that are added one by one."""

__all__ = ["Piece", "closed_form", "power_log_sum", "read_pieces", "sum_theta"]


def sum_theta(term: Expr, index: str, low: Expr, high: Expr, regime: Regime | None = None) -> Expr:
    """Growth of the sum of `term` over `index` from `low` to `high`.

    Parameters
    ----------
    term : Expr
        A sum of products of powers of the index, of its logarithm and iterated logarithm, and of powers with
        the index in the exponent.
    index : str
    low, high : Expr
        Limits, taken to be integers with ``low <= high``. Undefined first terms, such as ``1/log(1)``, are
        skipped.
    regime : Regime, optional
        What is known of the other variables; by default each grows on its own.

    Returns
    -------
    Expr
        An expression of the same growth, in normal form.

    Raises
    ------
    OutsideClassError
        When the growth is not known, with the name of what is in the way.
    GrowthError
        When the sum makes no sense: the index in a limit, an empty or undefined sum.

    Notes
    -----
    ``sum i**s log(i)**t``: ``b**(s+1) log(b)**t`` for s > -1; ``log(b)**(t+1)``, ``loglog b`` or 1 for s = -1; 1
    below. With ``r**i``: the last term where r > 1, the first where r < 1. Source: Cormen, Leiserson, Rivest,
    Stein, *Introduction to Algorithms*, appendix A.

    Examples
    --------
    >>> from decomposer.expr import parse, sym
    >>> str(sum_theta(parse("log(i)/i"), "i", parse("1"), sym("n")))
    'log(n)**2'
    """
    return _Sum(index, low, high, regime).growth(term)


def power_log_sum(bound: Expr, power: Expr, logs: Number, loglogs: Number) -> Expr:
    """Growth of ``sum i**power * log(i)**logs * loglog(i)**loglogs`` up to `bound`, from a constant.

    `power` is a constant, rational or not; it is compared with -1 exactly.
    """
    sign = compare(power, num(-1), {})
    lg = log(bound)
    if sign > 0:
        return bound ** (power + 1) * _logs(bound, logs, loglogs)
    if sign < 0 or logs < -1:
        return ONE
    if logs > -1:
        return _logs(bound, logs + 1, loglogs)
    if loglogs > -1:
        return log(lg) ** num(loglogs + 1)
    return log(log(lg)) if loglogs == -1 else ONE


def read_pieces(term: Expr, index: str) -> list[Piece] | None:
    """Read a term as a sum of positive pieces in `index`; `None` when it is not one."""
    reader = _Sum(index, ONE, atom_expr(Sym(f"{index}_")), None)
    try:
        pieces = [reader.piece(mono, coefficient) for mono, coefficient in term.terms]
    except OutsideClassError:
        return None
    return pieces if all(coefficient > 0 for _, coefficient in term.terms) else None


def _under_factorial(value: Expr) -> Expr | None:
    """The argument of a plain factorial."""
    if value.is_monomial and len(value.terms[0][0]) == 1 and value.terms[0][1] == 1:
        atom, x = value.terms[0][0][0]
        if isinstance(atom, App) and atom.fn == "factorial" and x == 1:
            return atom.args[0]
    return None


def _logs(at: Expr, logs: Number, loglogs: Number) -> Expr:
    return log(at) ** num(logs) * (log(log(at)) ** num(loglogs) if loglogs else ONE)


@dataclass(frozen=True, slots=True)
class Piece:
    """``factor * i**power * log(i)**logs * loglog(i)**loglogs * ratio**i``."""

    factor: Expr = ONE
    power: Expr = ZERO
    logs: Number = 0
    loglogs: Number = 0
    ratio: Expr = ONE
    rough: bool = False
    """Whether only the growth of the piece is that of the term, not its value."""


class _Sum:
    """One sum: its limits, and what is known of the variables."""

    def __init__(self, index: str, low: Expr, high: Expr, regime: Regime | None) -> None:
        if index in low.symbols or index in high.symbols:
            raise GrowthError(Diagnostic(f"the index {index!r} stands in a limit of its own sum", "sum"))
        first, last = low.as_fraction(), high.as_fraction()
        if first is not None and last is not None and first > last:
            raise GrowthError(Diagnostic(f"a sum from {low} to {high} is empty", "sum"))
        self.index, self.low, self.high = index, low, high
        self.judge = Judge(regime)

    # -- the sum --------------------------------------------------------------------------------------

    def growth(self, term: Expr) -> Expr:
        if not term.terms:
            raise GrowthError(Diagnostic("the sum is zero", "sum"))
        if self.index not in term.symbols:
            return self.judge.normal(term * self.count())
        first, last = self.low.as_fraction(), self.high.as_fraction()
        if first is not None and last is not None:
            return self.term_by_term(term, first, last)
        try:
            return self.by_pieces(term)
        except OutsideClassError as error:
            # Summed from the other end, 1/(n - i) is 1/i.
            mirrored = term.subs({self.index: self.low + self.high - atom_expr(Sym(self.index))})
            try:
                return self.by_pieces(mirrored)
            except (OutsideClassError, ExpressionError):
                last_term = self.by_last_term(term)
                if last_term is None:
                    raise error from None
                return last_term

    def by_pieces(self, term: Expr) -> Expr:
        if all(coefficient < 0 for _, coefficient in term.terms):
            raise self.outside(f"every term of {term} is negative")
        if all(coefficient > 0 for _, coefficient in term.terms):
            term = self.without_maxima(term)
        pieces = [self.piece(mono, coefficient) for mono, coefficient in term.terms]
        if all(coefficient > 0 for _, coefficient in term.terms):
            total = ZERO
            for piece in pieces:
                total = total + self.sum_piece(piece)
            return self.judge.normal(total)
        for attempt in (self.by_closed_form, self.by_log_ratio):
            found = attempt(term, pieces)
            if found is not None:
                return self.judge.normal(found)
        raise self.outside(f"the signs of the terms of {term} differ")

    def without_maxima(self, term: Expr) -> Expr:
        """Write sums for maxima, which grow alike."""
        total = ZERO
        for mono, coefficient in term.terms:
            part = num(coefficient)
            for atom, x in mono:
                if isinstance(atom, App) and atom.fn == "max" and self.index in atom.symbols:
                    part = part * sum(atom.args, ZERO) ** num(x)
                else:
                    part = part * atom_expr(atom, x)
            total = total + part
        return total

    def by_last_term(self, term: Expr) -> Expr | None:
        """Terms that outgrow the one before, ``t(i - 1) = o(t(i))``, add up to a constant times the last one."""
        if term.symbols != {self.index} or not self.high.symbols:
            return None
        own = atom_expr(Sym(self.index))
        try:
            steep = Judge().relation(term.subs({self.index: own - 1}), term) == "o"
            return self.judge.normal(term.subs({self.index: self.high})) if steep else None
        except (OutsideClassError, ExpressionError):
            return None

    def term_by_term(self, term: Expr, first: Number, last: Number) -> Expr:
        """Add up a constant number of terms."""
        if last - first > MAX_WRITTEN_OUT:
            raise self.outside(f"more than {MAX_WRITTEN_OUT} terms between numbers")
        total = ZERO
        place = first
        while place <= last:
            try:
                total = total + term.subs({self.index: num(place)})
            except ExpressionError as error:
                message = f"the term is not defined where {self.index} = {place}: {error.diagnostics[0].message}"
                raise GrowthError(Diagnostic(message, "sum")) from None
            place += 1
        positive = self.judge.positive_part(total)
        if positive is None:
            raise self.outside(f"{total} is a difference")
        return self.judge.normal(positive)

    def outside(self, why: str, hint: str = "") -> OutsideClassError:
        return OutsideClassError(Diagnostic(f"the growth of this sum is not known: {why}", "sum-outside", hint=hint))

    def count(self) -> Expr:
        """Growth of the number of terms."""
        length = self.high - self.low + 1
        positive = self.judge.positive_part(length)
        if positive is None:
            hint = f"state what is left, such as {self.high} == {self.low} + d"
            raise self.outside(f"the number of terms, {length}, is a difference", hint)
        return positive

    def by_closed_form(self, term: Expr, pieces: list[Piece]) -> Expr | None:
        """Exactly, where all ratios are numbers (a symbolic one may be 1)."""
        if any(piece.ratio.symbols for piece in pieces):
            return None
        exact = closed_form(term, self.index, self.low, self.high)
        return None if exact is None else self.judge.positive_part(exact)

    def by_log_ratio(self, term: Expr, pieces: list[Piece]) -> Expr | None:
        """Sums of ``i**s * (L - log(i))**t`` with L at least log(high): ``high**(s+1) * (L - log(high) + 1)**t``."""
        first = pieces[0]
        same = all(replace(p, factor=first.factor, logs=first.logs) == first for p in pieces)
        if not same or first.rough or first.loglogs or first.ratio != ONE or self.low.symbols:
            return None
        degree = max(piece.logs for piece in pieces)
        if degree.denominator != 1 or not 0 < degree <= 8 or compare(first.power, num(-1), {}) <= 0:
            return None
        by_power: dict[Number, Expr] = {}
        for piece in pieces:
            by_power[piece.logs] = by_power.get(piece.logs, ZERO) + piece.factor
        lead = by_power[degree] if degree % 2 == 0 else -by_power[degree]
        below = by_power.get(degree - 1, ZERO)
        whole = (-below if degree % 2 == 0 else below) / (lead * num(degree))
        own = log(atom_expr(Sym(self.index)))
        rebuilt = lead * (whole - own) ** num(degree) * atom_expr(Sym(self.index)) ** first.power
        left = self.judge.positive_part(whole - log(self.high) + 1)
        if rebuilt != term or left is None or any(coefficient < 0 for _, coefficient in lead.terms):
            return None
        return lead * self.high ** (first.power + 1) * left ** num(degree)

    # -- reading a term -------------------------------------------------------------------------------

    def piece(self, mono: Mono, coefficient: Number) -> Piece:
        piece = Piece(factor=num(coefficient))
        for atom, x in mono:
            if self.index not in atom.symbols:
                piece = replace(piece, factor=piece.factor * atom_expr(atom, x))
            else:
                piece = self.read(piece, atom, x)
        return piece

    def read(self, piece: Piece, atom: Atom, x: Number) -> Piece:
        """Multiply a piece by a power of an atom that holds the index."""
        if isinstance(atom, Sym):
            return replace(piece, power=piece.power + num(x))
        if isinstance(atom, Exp):
            return self.read_exponential(piece, atom, x)
        own = atom_expr(Sym(self.index))
        if isinstance(atom, App) and atom.fn == "log":
            if atom.args[0] == own:
                return replace(piece, logs=piece.logs + x)
            if atom.args[0] == log(own):
                return replace(piece, loglogs=piece.loglogs + x)
        shape = self.shape(atom)
        if shape is None:
            raise self.outside(f"{atom_expr(atom)} is not a power of the index or of its logarithm")
        return replace(
            piece,
            factor=piece.factor * shape.factor ** num(x),
            power=piece.power + shape.power * x,
            logs=piece.logs + shape.logs * x,
            rough=True,
        )

    def read_exponential(self, piece: Piece, atom: Exp, x: Number) -> Piece:
        ratio = exponential_ratio(atom, self.index)
        if ratio is not None:
            return replace(piece, ratio=piece.ratio * ratio ** num(x))
        own = atom_expr(Sym(self.index))
        exponent = mono_expr(atom.mono, x)
        if atom.base == own and not exponent.symbols:
            return replace(piece, power=piece.power + exponent)
        if atom.base is not None and self.index not in atom.base.symbols:
            slope = exponent / log(own)
            if not slope.symbols and not atom.base.symbols:
                return replace(piece, power=piece.power + slope * log(atom.base))
        raise self.outside(
            f"{atom_expr(atom, x)} grows from term to term by no fixed ratio", "bound it by its last term"
        )

    def shape(self, atom: Atom) -> Piece | None:
        """Growth in the index of a sum, of its logarithm, or of what is rounded; `None` when it is none."""
        if isinstance(atom, Group):
            return self.shape_of_sum(atom.expr)
        if not isinstance(atom, App) or len(atom.args) != 1:
            return None
        argument = atom.args[0]
        under = argument if atom.fn == "loggamma" else _under_factorial(argument) if atom.fn == "log" else None
        if under is not None:
            # Stirling: log(x!) = Theta(x*log(x)).
            inner = self.shape_of_sum(under)
            return replace(inner, logs=inner.logs + 1) if inner and compare(inner.power, ZERO, {}) > 0 else None
        inner = self.shape_of_sum(argument)
        if inner is None:
            return None
        alone = not inner.factor.symbols and compare(inner.power, ZERO, {}) >= 0 and inner.logs >= 0
        if atom.fn in ("ceil", "floor"):
            return inner if alone else None
        if atom.fn == "log" and alone and compare(inner.power, ZERO, {}) > 0:
            return Piece(logs=1)
        if atom.fn == "log" and inner.power == ZERO and not inner.logs:
            return self.shape_of_log(argument)
        return None

    def shape_of_log(self, value: Expr) -> Piece | None:
        """Growth of the logarithm of what stays about constant; close to 1, log(1 + x) is about x."""
        if value.symbols == {self.index}:
            limit = sum((mono_expr(mono, x) for mono, x in value.terms if not mono_expr(mono).symbols), ZERO)
            order = compare(limit, ONE, {})
            return Piece() if order > 0 else self.shape_of_sum(value - ONE) if order == 0 else None
        ends = [log(value.subs({self.index: end})) for end in (self.low, self.high)]
        return Piece(factor=ends[1]) if self.judge.relation(ends[0], ends[1]) == "Theta" else None

    def shape_of_sum(self, value: Expr) -> Piece | None:
        """Growth of a sum with positive terms in the index, or that does not change its growth over the range."""
        if any(coefficient < 0 for _, coefficient in value.terms[1:]) and len(value.symbols) > 1:
            return None
        if value.symbols == {self.index}:
            pieces = [self.piece(mono, coefficient) for mono, coefficient in value.terms]
            if any(p.ratio != ONE or p.loglogs or p.factor.symbols for p in pieces):
                return None
            best = pieces[0]
            for piece in pieces[1:]:
                order = compare(piece.power, best.power, {})
                if order > 0 or (order == 0 and piece.logs > best.logs):
                    best = piece
            return replace(best, factor=ONE) if compare(best.factor, ZERO, {}) > 0 else None
        if any(coefficient < 0 for _, coefficient in value.terms):
            return None
        ends = [value.subs({self.index: end}) for end in (self.low, self.high)]
        return Piece(factor=ends[1]) if self.judge.relation(ends[0], ends[1]) == "Theta" else None

    # -- summing a piece ------------------------------------------------------------------------------

    def sum_piece(self, piece: Piece) -> Expr:
        if self.low == ZERO and piece.ratio == ONE and compare(piece.power, ZERO, {}) < 0 and not piece.rough:
            raise GrowthError(Diagnostic(f"the term is not defined where {self.index} = 0", "sum", hint="start at 1"))
        if piece.ratio == ONE:
            return piece.factor * self.sum_powers(piece)
        side = self.side(piece.ratio)
        if side == 0:
            return piece.factor * self.sum_powers(replace(piece, ratio=ONE))
        return piece.factor * self.at(self.high if side > 0 else self.low, piece)

    def side(self, ratio: Expr) -> int:
        """Whether the ratio of a geometric sum is above (1), at (0) or below (-1) one, by a constant factor."""
        if not ratio.symbols:
            return compare(ratio, ONE, {})
        kind = self.judge.relation(ratio, ONE)
        if kind == "omega":
            return 1
        if kind == "o":
            return -1
        known = self.constant_side(ratio)
        if known is not None:
            return known
        raise self.outside(
            f"the ratio {ratio} may be above, at, or below 1", f"assume for example {ratio} >> 1, or 1 >> {ratio}"
        )

    def constant_side(self, ratio: Expr) -> int | None:
        """Compare a ratio of constants with one, when their ranges tell."""
        constants = () if self.judge.regime is None else self.judge.regime.constants
        if not ratio.symbols <= {name for name, _, _ in constants}:
            return None
        return sign(ratio - ONE, constants)

    def at(self, place: Expr, piece: Piece) -> Expr:
        """Growth of a piece, without its factor, at a limit."""
        value = piece.ratio**place
        if not place.symbols:
            return value
        own = self.lead(place)
        return value * own**piece.power * _logs(own, piece.logs, piece.loglogs)

    def lead(self, value: Expr) -> Expr:
        """Growth of a limit, without constant factors, which would clutter its logarithm."""
        positive = self.judge.positive_part(value)
        if positive is None:
            raise self.outside(f"the limit {value} is a difference")
        return self.judge.normal(positive)

    def sum_powers(self, piece: Piece) -> Expr:
        if not self.high.symbols:
            raise GrowthError(Diagnostic(f"a sum from {self.low} to {self.high} may be empty", "sum"))
        high = self.lead(self.high)
        if not self.low.symbols or self.judge.relation(self.low, ONE) == "Theta":
            return power_log_sum(high, piece.power, piece.logs, piece.loglogs)
        low = self.lead(self.low)
        sign = compare(piece.power, num(-1), {})
        if sign > 0:
            return self.count() * high**piece.power * _logs(high, piece.logs, piece.loglogs)
        if sign < 0:
            # Close limits: as many terms alike; distant ones: the first terms rule.
            return self.count() * low ** (piece.power + 1) / high * _logs(low, piece.logs, piece.loglogs)
        return self.sum_harmonic(low, high, piece)

    def sum_harmonic(self, low: Expr, high: Expr, piece: Piece) -> Expr:
        """``sum log(i)**t / i`` from a symbolic limit: by the difference of the logarithms of the limits."""
        if self.judge.relation(log(low), log(high)) == "o" and piece.logs > -1:
            return _logs(high, piece.logs + 1, piece.loglogs)
        ratio = self.judge.positive_part(log(self.high) - log(self.low))
        if ratio is None:
            raise self.outside(
                f"log({self.high}) - log({self.low}) is a difference", "state how the limits are related"
            )
        if self.judge.relation(log(low), log(high)) != "Theta":
            raise self.outside(f"the limits {self.low} and {self.high} are neither close nor far apart")
        return ratio * _logs(high, piece.logs, piece.loglogs)
