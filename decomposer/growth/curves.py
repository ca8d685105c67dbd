"""Explicit curves: values of all parameters in terms of one, along which a claim fails."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, combinations_with_replacement

from decomposer.errors import DecomposerError
from decomposer.expr import ONE, Expr, exp, log, num, sym
from decomposer.growth.case import RATIO, Case, Piece
from decomposer.growth.formal import Variable, variable
from decomposer.growth.regime import Regime

MAX_TRIALS = 80
"""Most curves that are tried."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Values of the parameters as formulas in one of them, or in a parameter of the curve.

    Attributes
    ----------
    values : tuple of (str, Expr)
    scale : str
        What tends to infinity along the curve.
    outcome : str
        What happens to f/g there.
    """

    values: tuple[tuple[str, Expr], ...]
    scale: str
    outcome: str

    def __str__(self) -> str:
        listed = ", ".join(f"{name} = {formula}" for name, formula in self.values if str(formula) != name)
        return f"{listed + ', ' if listed else ''}{self.scale} -> infinity: {self.outcome}"

    def to_dict(self) -> dict[str, object]:
        """The curve as plain data."""
        return {
            "values": {name: str(formula) for name, formula in self.values},
            "scale": self.scale,
            "outcome": self.outcome,
        }


def find_curve(f: Expr, g: Expr, regime: Regime, direction: Sequence[int], case: Case, symbol: str) -> Curve | None:
    """Turn a direction into a curve on which ``f = symbol(g)`` fails.

    For products of powers the direction is the curve. Otherwise scales between the logarithm and the
    exponential are tried in the order that the direction gives, and each curve is followed: the assumptions
    must hold on it, and the claim must fail.
    """
    names = sorted(f.symbols | g.symbols | {item.name for item in regime.formals if isinstance(item, Variable)})
    names = [name for name in names if name not in regime.names]
    sizes = {name: direction[case.index[variable(name)]] if variable(name) in case.index else 0 for name in names}
    outcome = "f/g -> infinity" if symbol == "O" else "f/g does not vanish"
    if all(isinstance(formal, Variable) for formal in case.order):
        return _powers(sizes, regime, outcome)
    for count, (values, scale) in enumerate(_candidates(sizes, regime)):
        if count >= MAX_TRIALS:
            return None
        if _followed(f, g, regime, values, scale, symbol):
            shown = tuple((name, values[name]) for name in names)
            return Curve(shown, scale, outcome)
    return None


def _powers(sizes: dict[str, int], regime: Regime, outcome: str) -> Curve | None:
    growing = {name: size for name, size in sizes.items() if size}
    if not growing:
        scale = min(sizes, default="")
        return Curve(tuple((name, ONE) for name in sizes), scale, outcome)
    scale = min(growing, key=lambda name: (growing[name], name))
    base = sym(scale)
    values = tuple((name, base ** Fraction(size, growing[scale])) for name, size in sizes.items())
    return Curve(values, scale, outcome)


def scale_beside(taken: Container[str]) -> str:
    """A name for what all else is a power of: ``t``, or a word where that is a parameter."""
    name, number = "t", 1
    while name in taken:
        name, number = f"scale{number if number > 1 else ''}", number + 1
    return name


def _candidates(sizes: dict[str, int], regime: Regime) -> Iterator[tuple[dict[str, Expr], str]]:
    """Curves in the order of the direction: first groups of alike sizes on increasing scales, then each alone."""
    scale = scale_beside({*sizes, *regime.names})
    ordered = sorted(sizes, key=lambda name: (sizes[name], name))
    still = {name: num(2) for name in ordered if not sizes[name] and name not in regime.unbounded}
    moving = [name for name in ordered if name not in still]
    for values in _grouped(sizes, moving, sym(scale)):
        yield {**still, **values}, scale
    for values in _single(moving, sym(scale)):
        yield {**still, **values}, scale


def _grouped(sizes: dict[str, int], moving: list[str], t: Expr) -> Iterator[dict[str, Expr]]:
    levels: list[Expr] = [
        log(log(t)),
        log(t),
        exp(log(t) ** Fraction(1, 2)),
        t,
        num(2) ** (log(t) ** Fraction(3, 2)),
        num(2) ** t,
        num(2) ** (num(2) ** t),
    ]
    groups: list[list[str]] = []
    for name in moving:
        last = groups[-1][0] if groups else None
        if last is not None and (not sizes[name] or sizes[name] < RATIO * sizes[last]):
            groups[-1].append(name)
        else:
            groups.append([name])
    spreads = combinations(range(len(levels)), len(groups))
    best = sorted(spreads, key=lambda chosen: (3 not in chosen, max(chosen, default=0)))
    for spread in (ONE, num(3), num(Fraction(1, 3))):
        for chosen in best:
            values = {}
            for level, group in zip(chosen, groups, strict=True):
                for name in group:
                    power = Fraction(sizes[name], sizes[group[0]]) if sizes[group[0]] else Fraction(1)
                    factor = spread if level < 3 else ONE
                    values[name] = factor * levels[level] ** power.limit_denominator(64)
            yield values


def _single(moving: list[str], t: Expr) -> Iterator[dict[str, Expr]]:
    """Each parameter on a scale of its own, not falling in the order of the direction; the middle scales first."""
    levels: list[Expr] = [
        log(log(t)),
        log(t),
        log(t) ** 2,
        exp(log(t) ** Fraction(1, 2)),
        t ** Fraction(1, 2),
        t / log(t),
        t,
        t * log(t),
        t ** Fraction(3, 2),
        t**2,
        t**3,
        num(2) ** t,
    ]
    middle = levels.index(t)
    spreads = combinations_with_replacement(range(len(levels)), len(moving))
    for chosen in sorted(spreads, key=lambda chosen: (middle not in chosen, sum(abs(i - middle) for i in chosen))):
        yield dict(zip(moving, (levels[i] for i in chosen), strict=True))


def _followed(f: Expr, g: Expr, regime: Regime, values: dict[str, Expr], scale: str, symbol: str) -> bool:
    """Whether a curve lies in the regime and the claim fails on it; one variable is compared completely."""
    from decomposer.growth.relation import is_big_o, relation

    line = Piece(strict=(((variable(scale), 1),),))
    alone = Regime((), frozenset((scale,)), regime.constants, (variable(scale),), (line,))
    try:
        for name in regime.unbounded:
            if relation(ONE, values[name], regime=alone).kind != "o":
                return False
        for left, operator, right, exact in regime.assumptions:
            below, above = left.subs(values), right.subs(values)
            kind = relation(below, above, regime=alone).kind
            if kind not in {"<=": ("o", "O", "Theta"), "<<": ("o",), "==": ("Theta",)}[operator]:
                return False
            if exact and kind == "Theta" and below != above:
                return False
        small, large = f.subs(values), g.subs(values)
        if symbol == "O":
            return relation(small, large, regime=alone).kind == "omega"
        return is_big_o(large, small, alone) is True
    except DecomposerError:
        return False
