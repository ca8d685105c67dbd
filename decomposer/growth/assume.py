"""Reading assumptions: from relations between formulas to the pieces of a regime."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import product

from decomposer.errors import Diagnostic, ExpressionError, GrowthError
from decomposer.expr import App, Exp, Expr, Group, Sym, as_expr
from decomposer.growth.case import Piece, case_of, closure
from decomposer.growth.constants import Constants
from decomposer.growth.decide import cases
from decomposer.growth.formal import Formal, Monomial, multiply, raise_to, variable
from decomposer.growth.forms import Form, formals
from decomposer.growth.lift import exact_form
from decomposer.growth.regime import Assumption, AssumptionLike, ConstantsLike, Regime, describe

MAX_PIECES = 64
"""Most pieces that sums on the right of assumptions may cut a regime into."""

_MIRRORED = {">=": "<=", ">>": "<<"}


def build(
    assume: Sequence[AssumptionLike],
    unbounded: Iterable[str],
    constants: ConstantsLike,
    more: Constants = (),
) -> Regime:
    """Make a regime; see `Regime.of`."""
    given = {name: (low, high) for name, low, high in more}
    given.update(_constants(constants))
    fixed: Constants = tuple((name, *given[name]) for name in sorted(given))
    growing = frozenset(unbounded)
    both = growing.intersection(given)
    if both:
        raise GrowthError(f"{sorted(both)[0]!r} is declared both constant and unbounded")
    assumptions = tuple(dict.fromkeys(read(item) for item in assume))
    start = Piece(strict=tuple(((variable(name), 1),) for name in sorted(growing)))
    variables = [variable(name) for name in sorted(growing)]
    regime = Regime((), growing, fixed, tuple(variables), (start,))
    # Plain monomials first: what they say helps to understand logarithms and exponentials.
    for simple in (True, False):
        chosen = [item for item in assumptions if (_plain(item[0]) and _plain(item[2])) is simple]
        if chosen:
            regime = _restricted(regime, chosen, assumptions if not simple else tuple(chosen))
    return Regime(assumptions, growing, fixed, regime.formals, regime.pieces)


def read(item: AssumptionLike) -> Assumption:
    """Read one assumption.

    Raises
    ------
    GrowthError
        When it is not a relation between two formulas.
    """
    if isinstance(item, str):
        from decomposer.expr import parse_relation

        try:
            left, relation, right = parse_relation(item)
        except ExpressionError as error:
            raise GrowthError(*error.diagnostics) from error
        operator, exact = str(relation), False
    elif len(item) in (3, 4):
        left, operator, right = as_expr(item[0]), item[1], as_expr(item[2])
        exact = len(item) == 4 and bool(item[3])
    else:
        raise GrowthError(f"{item!r} is not an assumption; write (left, relation, right)")
    if operator in _MIRRORED:
        left, operator, right = right, _MIRRORED[operator], left
    if operator not in ("<=", "<<", "=="):
        hint = "write <= for O, << for o, == for Theta"
        raise GrowthError(Diagnostic(f"{operator!r} is not a relation between growths", "relation", hint=hint))
    return left, operator, right, exact or (_bare(left) and _bare(right))


def _constants(given: ConstantsLike) -> dict[str, tuple[Fraction | None, Fraction | None]]:
    if not isinstance(given, Mapping):
        return {name: (None, None) for name in given}
    result: dict[str, tuple[Fraction | None, Fraction | None]] = {}
    for name, (low, high) in given.items():
        result[name] = (None if low is None else Fraction(low), None if high is None else Fraction(high))
    return result


def _bare(value: Expr) -> bool:
    """Whether an expression is the name of a variable."""
    return (
        len(value.symbols) == 1
        and value.is_monomial
        and len(value.terms[0][0]) == 1
        and (isinstance(value.terms[0][0][0][0], Sym) and value.terms[0][0][0][1] == 1 and value.terms[0][1] == 1)
    )


def _plain(value: Expr) -> bool:
    return not any(isinstance(atom, App | Exp | Group) for mono, _ in value.terms for atom, _ in mono)


def _restricted(regime: Regime, items: Sequence[Assumption], so_far: tuple[Assumption, ...]) -> Regime:
    """The regime with assumptions added.

    Raises
    ------
    GrowthError
        When nothing is left.
    """
    pieces = list(regime.pieces)
    found: set[Formal] = set(regime.formals)
    for item in items:
        left, operator, right, exact = item
        try:
            forms = exact_form(left, regime), exact_form(right, regime)
        except GrowthError as error:
            message = f"the assumption {describe(item)!r} cannot be used: {error.diagnostics[0].message}"
            raise GrowthError(message) from error
        for form in forms:
            found |= formals(form)
        choices = _alternatives(*forms, operator, exact and _ordered(left, operator, right))
        pieces = list(dict.fromkeys(piece.joined(choice) for piece in pieces for choice in choices))
        if len(pieces) > MAX_PIECES:
            raise GrowthError(f"the assumptions cut the regime into more than {MAX_PIECES} pieces")
    order = closure(found)
    kept = tuple(piece for piece in pieces if not case_of(piece, order, (), regime.constants).empty)
    if not kept:
        hint = _blame(regime, items)
        raise GrowthError(Diagnostic("the assumptions contradict each other", "contradiction", hint=hint))
    result = Regime(so_far, regime.unbounded, regime.constants, order, kept)
    cases(result, frozenset())
    return result


def _blame(regime: Regime, items: Sequence[Assumption]) -> str:
    """The first assumption that does not fit those before it."""
    for count in range(1, len(items)):
        try:
            # Under its own name: comparisons are remembered by what a regime assumes.
            _restricted(regime, items[:count], (*regime.assumptions, *items[:count]))
        except GrowthError:
            return f"{describe(items[count - 1])} does not fit what is assumed before it"
    return f"{describe(items[-1])} does not fit what else is assumed"


def _ordered(left: Expr, operator: str, right: Expr) -> bool:
    """Whether an exact relation also orders what the two sides are without their coefficients."""
    if not (left.is_monomial and right.is_monomial):
        return False
    ratio = Fraction(right.terms[0][1]) / Fraction(left.terms[0][1])
    return ratio == 1 or (operator == "<=" and ratio < 1)


def _alternatives(left: Form, right: Form, operator: str, exact: bool) -> list[Piece]:
    if operator == "<<":
        return _below(left, right, strict=True, exact=False)
    below = _below(left, right, strict=False, exact=exact)
    if operator == "<=":
        return below
    above = _below(right, left, strict=False, exact=exact)
    return [one.joined(other) for one in below for other in above]


def _below(left: Form, right: Form, strict: bool, exact: bool) -> list[Piece]:
    """All ways in which one form is at most another, as pieces."""
    ways: list[list[tuple[Monomial, ...]]] = []
    for part in left:
        ways.append(
            [tuple(multiply(above, raise_to(below, -1)) for above in clause) for below in part for clause in right]
        )
    pieces = []
    for choice in product(*ways):
        rows = tuple(dict.fromkeys(row for rows in choice for row in rows))
        kept = tuple(row for row in rows if row)
        if strict and len(kept) < len(rows):
            continue
        pieces.append(Piece(strict=kept) if strict else Piece(weak=kept, exact=kept if exact else ()))
    return list(dict.fromkeys(pieces))
