"""Why a comparison holds or fails: multipliers that can be checked, or a curve that can be followed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from decomposer.errors import DecomposerError
from decomposer.expr import Expr
from decomposer.growth.case import RATIO, Case, Split
from decomposer.growth.curves import Curve, find_curve
from decomposer.growth.decide import Refutation, UndecidedError, cases_for, dense, refute_big_o, refute_little_o
from decomposer.growth.formal import Monomial, monomial_expr, raise_to
from decomposer.growth.forms import Form, transposed
from decomposer.growth.lift import exact_form, lift
from decomposer.growth.lp import Proof, integral, solve
from decomposer.growth.regime import Regime


@dataclass(frozen=True, slots=True)
class Step:
    """One inequality between monomials: a weighted mean, times monomials that are at least about 1.

    ``monomial <= product(bound ** weight) / product(row ** multiplier)``, the weights adding up to 1.

    Attributes
    ----------
    monomial : tuple of Expr
        A monomial of the smaller side; several when it is their minimum.
    means : tuple of (Expr, Fraction)
        Monomials of the larger side with their weights.
    using : tuple of (str, Fraction)
        Relations that hold in the regime, such as ``"k = O(n)"``, with their multipliers.
    """

    monomial: tuple[Expr, ...]
    means: tuple[tuple[Expr, Fraction], ...]
    using: tuple[tuple[str, Fraction], ...]

    def __str__(self) -> str:
        left = str(self.monomial[0]) if len(self.monomial) == 1 else f"min({', '.join(map(str, self.monomial))})"
        right = " * ".join(str(bound) if weight == 1 else f"({bound})**({weight})" for bound, weight in self.means)
        return f"{left} = O({right})" + (f" by {', '.join(row for row, _ in self.using)}" if self.using else "")

    def to_dict(self) -> dict[str, object]:
        """The step as plain data."""
        return {
            "monomial": [str(item) for item in self.monomial],
            "means": [[str(bound), str(weight)] for bound, weight in self.means],
            "using": [[row, str(multiplier)] for row, multiplier in self.using],
        }


@dataclass(frozen=True, slots=True)
class Claim:
    """One half of a comparison, with its reason.

    Attributes
    ----------
    statement : str
        Such as ``"m*n = O(m**2 + n**2)"``.
    holds : bool
    certified : bool
        Proved, or refuted by a curve that was followed to the end.
    steps : tuple of Step
        The proof, when it holds.
    curve : Curve, optional
        The refutation, when it does not.
    """

    statement: str
    holds: bool
    certified: bool
    steps: tuple[Step, ...] = ()
    curve: Curve | None = None

    def __str__(self) -> str:
        if self.holds:
            return f"{self.statement}: " + "; ".join(map(str, self.steps))
        reason = "no curve was found that shows it" if self.curve is None else str(self.curve)
        return f"not {self.statement}: {reason}"

    def to_dict(self) -> dict[str, object]:
        """The claim as plain data."""
        result: dict[str, object] = {"statement": self.statement, "holds": self.holds, "certified": self.certified}
        if self.holds:
            result["proof"] = [step.to_dict() for step in self.steps]
        elif self.curve is not None:
            result["curve"] = self.curve.to_dict()
        return result


def proof(f: Expr, g: Expr, regime: Regime, symbol: str) -> Claim:
    """Multipliers for ``f = O(g)``, or with `symbol` ``"o"`` for ``f = o(g)``, which holds."""
    above, below = lift(f, regime).form, transposed(exact_form(g, regime))
    steps: dict[Step, None] = {}
    waiting = list(cases_for(regime, above, below))
    while waiting:
        case = waiting.pop()
        found: list[Step] = []
        for part, numbers in zip(above, dense(above, case), strict=True):
            for clause, bounds in zip(below, dense(below, case), strict=True):
                answer = _step(part, numbers, clause, bounds, case, symbol)
                if not isinstance(answer, Step):
                    waiting.extend(case.split(answer))
                    break
                found.append(answer)
            else:
                continue
            break
        else:
            steps.update(dict.fromkeys(found))
    return Claim(f"{f} = {symbol}({g})", True, True, tuple(steps))


def _step(
    part: tuple[Monomial, ...],
    numbers: Sequence[Sequence[int | Fraction]],
    clause: tuple[Monomial, ...],
    bounds: Sequence[Sequence[int | Fraction]],
    case: Case,
    symbol: str,
) -> Step | tuple[Split, ...]:
    """The multipliers of one linear program, or the cases to distinguish."""
    rows, scales, means = [], [], []
    for a in numbers:
        for b, monomial in zip(bounds, clause, strict=True):
            difference = [y - x for x, y in zip(a, b, strict=True)]
            scales.append(lcm(*(value.denominator for value in difference)) if difference else 1)
            rows.append(integral(difference))
            means.append(monomial)
    strict = symbol == "o"
    given = case.open_rows if strict else case.closed_rows
    answer = solve([*((0 if strict else 1, *row) for row in rows), *given], len(case.order))
    if not isinstance(answer, Proof):
        branches = case.inconsistent(answer.direction)
        assert branches is not None, "a claim that holds has no consistent counterexample"
        return branches
    weights = [multiplier * scale for multiplier, scale in zip(answer.multipliers, scales, strict=False)]
    total = sum(weights, Fraction(0)) or Fraction(1)
    collected: dict[Expr, Fraction] = {}
    for monomial, weight in zip(means, weights, strict=True):
        if weight:
            bound = monomial_expr(monomial)
            collected[bound] = collected.get(bound, Fraction(0)) + weight / total
    using = [
        (_row_text([-x for x in row[1:]], case, bool(row[0])), multiplier / total)
        for row, multiplier in zip(given, answer.multipliers[len(rows) :], strict=True)
        if multiplier
    ]
    return Step(tuple(map(monomial_expr, part)), tuple(collected.items()), tuple(using))


def _row_text(row: Sequence[int], case: Case, strict: bool) -> str:
    """Write a row as a relation between monomials; huge exponents stand for any power."""

    def side(sign: int) -> str:
        plain: Monomial = tuple(
            (formal, abs(x)) for formal, x in zip(case.order, row, strict=True) if 0 < sign * x < RATIO
        )
        powers = [f"({formal.expr})**N" for formal, x in zip(case.order, row, strict=True) if sign * x >= RATIO]
        if powers:
            return " * ".join([*(str(monomial_expr(raise_to(((formal, x),), 1))) for formal, x in plain), *powers])
        return str(monomial_expr(plain))

    return f"{side(-1)} = {'o' if strict else 'O'}({side(1)})"


def refutation(f: Expr, g: Expr, regime: Regime, symbol: str) -> Claim:
    """A curve on which ``f = O(g)``, or ``f = o(g)``, fails."""
    statement = f"{f} = {symbol}({g})"
    above, below = lift(f, regime).form, lift(g, regime).form
    try:
        found = (refute_big_o if symbol == "O" else refute_little_o)(above, below, regime)
    except (UndecidedError, DecomposerError):
        found = None
    if found is None:
        return Claim(statement, False, False)
    curve = find_curve(f, g, regime, _inside(found, above, below, symbol), found.case, symbol)
    return Claim(statement, False, curve is not None, curve=curve)


def _inside(found: Refutation, above: Form, below: Form, symbol: str) -> tuple[int, ...]:
    """Move a direction off the boundary, so that what must tend to infinity does."""
    case, direction = found.case, found.direction
    if symbol == "o" or not case.strict:
        return direction
    interior = case.interior_escape(())
    assert interior is not None, "no case is empty"
    for exponent in range(64):
        scale = 1 << exponent
        moved = tuple(scale * x + y for x, y in zip(direction, interior.direction, strict=True))
        if value(above, case, moved) > value(below, case, moved):
            return moved
    return direction


def value(form: Form, case: Case, direction: Sequence[int]) -> Fraction:
    """The logarithm of a form along a direction."""
    return Fraction(
        max(
            min(sum((a * b for a, b in zip(vector, direction, strict=True)), Fraction(0)) for vector in part)
            for part in dense(form, case)
        )
    )
