"""Comparing two growths."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from decomposer.errors import OutsideClassError
from decomposer.expr import Expr, ExprLike, as_expr
from decomposer.growth.case import Case, closure
from decomposer.growth.decide import (
    Dense,
    Refutation,
    UndecidedError,
    cases,
    refute_big_o,
    refute_case,
    refute_little_o,
    refute_strictly,
)
from decomposer.growth.formal import Alike
from decomposer.growth.lift import Lifted, lift
from decomposer.growth.regime import AssumptionLike, ConstantsLike, Regime
from decomposer.growth.witness import Claim, proof, refutation

FrozenConstants = tuple[tuple[str, tuple[Fraction | int | None, Fraction | int | None]], ...]

Kind = Literal["o", "O", "Theta", "Omega", "omega", "incomparable", "unknown"]


@dataclass(frozen=True, slots=True)
class Relation:
    """How f compares with g, uniformly over a regime.

    Attributes
    ----------
    kind : str
        ``o``; ``O``: O, but neither o nor Theta; ``Theta``; ``Omega`` and ``omega``, the mirrors;
        ``incomparable``: neither O nor Omega; ``unknown``: outside the class that growth decides.
    reason : str
        Why it is unknown.
    """

    kind: Kind
    f: Expr
    g: Expr
    regime: Regime = field(repr=False)
    reason: str = ""

    @property
    def witness(self) -> tuple[Claim, ...]:
        """What proves each half: multipliers for what holds, an explicit curve for what does not."""
        return _witness(self)

    @property
    def proved(self) -> bool:
        """Whether every half is proved or refuted by an explicit curve; false for ``unknown``."""
        return self.kind != "unknown" and all(claim.certified for claim in self.witness)

    def __str__(self) -> str:
        names = {"o": "o", "O": "O", "Theta": "Theta", "Omega": "Omega", "omega": "omega"}
        if self.kind in names:
            return f"{self.f} = {names[self.kind]}({self.g})"
        if self.kind == "incomparable":
            return f"{self.f} and {self.g} are incomparable"
        return f"how {self.f} compares with {self.g} is unknown: {self.reason}"

    def to_dict(self) -> dict[str, object]:
        """The relation as plain data."""
        result: dict[str, object] = {"relation": self.kind, "f": str(self.f), "g": str(self.g)}
        if self.kind == "unknown":
            result["reason"] = self.reason
        else:
            result["proved"] = self.proved
            result["witness"] = [claim.to_dict() for claim in self.witness]
        return result


def relation(
    f: ExprLike,
    g: ExprLike,
    assume: Sequence[AssumptionLike] = (),
    unbounded: Iterable[str] = (),
    constants: ConstantsLike = (),
    regime: Regime | None = None,
) -> Relation:
    """Compare two growths over a whole regime.

    Parameters
    ----------
    f, g : Expr or str or number
    assume, unbounded, constants
        The regime, as for `Regime.of`; parameters that are in none of them may grow or stay bounded.
    regime : Regime, optional
        The regime itself, instead.

    Raises
    ------
    GrowthError
        When the assumptions contradict each other.

    Examples
    --------
    >>> relation("m*n", "m**2 + n**2", unbounded=["m", "n"]).kind
    'O'
    """
    left, right = as_expr(f), as_expr(g)
    return _relation(left, right, regime or _regime(tuple(assume), tuple(unbounded), _frozen(constants)))


def _frozen(constants: ConstantsLike) -> FrozenConstants:
    if isinstance(constants, Mapping):
        return tuple((name, (low, high)) for name, (low, high) in constants.items())
    return tuple((name, (None, None)) for name in constants)


@lru_cache(maxsize=512)
def _regime(assume: tuple[AssumptionLike, ...], unbounded: tuple[str, ...], constants: FrozenConstants) -> Regime:
    return Regime.of(assume, unbounded, dict(constants))


@lru_cache(maxsize=16384)
def _relation(f: Expr, g: Expr, regime: Regime) -> Relation:
    try:
        left, right = lift(f, regime), lift(g, regime)
        kind = _kind(left, right, regime)
    except OutsideClassError as error:
        return Relation("unknown", f, g, regime, error.diagnostics[0].message)
    except UndecidedError:
        return Relation("unknown", f, g, regime, "too many cases to distinguish")
    reason = "what is subtracted may matter" if kind == "unknown" else ""
    if kind in ("O", "Omega", "incomparable") and _on_a_line(f, g, regime):
        kind, reason = "unknown", "growths of one parameter have an order, which was not found"
    elif kind in ("O", "Omega", "incomparable") and _rough(left, right, regime):
        kind, reason = "unknown", "what stands above an exponent is known up to a constant factor only"
    return Relation(kind, f, g, regime, reason)


def _on_a_line(f: Expr, g: Expr, regime: Regime) -> bool:
    """Whether all depends on one parameter that tends to infinity: one growth is then the larger, or they are alike.

    Where the order is left open all the same, a distinction was not drawn (Hardy's theorem on such functions).
    """
    names = f.symbols.union(g.symbols, *(side.symbols for item in regime.assumptions for side in (item[0], item[2])))
    return len(names) <= 1 and names <= regime.unbounded


def _rough(left: Lifted, right: Lifted, regime: Regime) -> bool:
    """Whether something above an exponent is not exact, so that what is proved holds and nothing is refuted."""
    return any(isinstance(item, Alike) for item in closure((*regime.formals, *left.extra, *right.extra)))


def _kind(left: Lifted, right: Lifted, regime: Regime) -> Kind:
    if left.exact and right.exact:
        if _big_o(left, right, regime) is None:
            if _big_o(right, left, regime) is None:
                return "Theta"
            return "o" if _little_o(left, right, regime) is None else "O"
        if _big_o(right, left, regime) is None:
            return "omega" if _little_o(right, left, regime) is None else "Omega"
        return "incomparable"
    # Upper bounds only: the growth of one side is known to be at most its form.
    if right.exact and _little_o(left, right, regime) is None:
        return "o"
    if left.exact and _little_o(right, left, regime) is None:
        return "omega"
    return "unknown"


def _big_o(left: Lifted, right: Lifted, regime: Regime) -> Refutation | None:
    if not (left.extra or right.extra):
        for case, above, below in zip(cases(regime, left.extra), left.above, right.below, strict=True):
            found = _plain(case, above, below, strict=False)
            if found is not None:
                return refute_big_o(left.form, right.form, regime) if case.pairs or case.ratios else found
        return None
    return refute_big_o(left.form, right.form, regime)


def _little_o(left: Lifted, right: Lifted, regime: Regime) -> Refutation | None:
    if not (left.extra or right.extra):
        for case, above, below in zip(cases(regime, left.extra), left.above, right.below, strict=True):
            found = _plain(case, above, below, strict=True)
            if found is not None:
                return refute_little_o(left.form, right.form, regime) if case.pairs or case.ratios else found
        return None
    return refute_little_o(left.form, right.form, regime)


def _plain(case: Case, above: Dense, below: Dense, strict: bool) -> Refutation | None:
    ray = (refute_strictly if strict else refute_case)(above, below, case)
    return None if ray is None else Refutation(case, ray.direction)


@lru_cache(maxsize=65536)
def is_big_o(f: Expr, g: Expr, regime: Regime) -> bool | None:
    """Whether f = O(g) in all of the regime; `None` when that cannot be decided.

    Notes
    -----
    One linear program per monomial of f, for posynomials; none where products of exponents decide.
    """
    if f == g:
        return True
    try:
        left, right = lift(f, regime), lift(g, regime)
        if not right.exact:
            return None
        if _big_o(left, right, regime) is None:
            return True
    except (OutsideClassError, UndecidedError):
        return None
    return False if left.exact and not _rough(left, right, regime) else None


@lru_cache(maxsize=1024)
def _witness(answer: Relation) -> tuple[Claim, ...]:
    f, g, regime = answer.f, answer.g, answer.regime
    if answer.kind == "unknown":
        return ()
    claims = []
    if answer.kind in ("o", "omega"):
        small, large = (f, g) if answer.kind == "o" else (g, f)
        return (proof(small, large, regime, "o"),)
    for small, large in ((f, g), (g, f)):
        if is_big_o(small, large, regime):
            claims.append(proof(small, large, regime, "O"))
            if answer.kind != "Theta":
                claims.append(refutation(small, large, regime, "o"))
        else:
            claims.append(refutation(small, large, regime, "O"))
    return tuple(claims)
