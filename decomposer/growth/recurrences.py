"""Growth of recurrences: read, told apart by how the calls shrink, and handed to the method for that.

============================ ==========================================================
calls                        method
============================ ==========================================================
``T(b*n)``, numbers b < 1    Akra and Bazzi (`decomposer.growth.akra_bazzi`)
``T(n/k)``, k symbolic       levels of the recursion tree
``T(n - c)``                 characteristic root (`decomposer.growth.linear_recurrences`)
``T(n**e)``                  change of variable, m = log(n)
any, driving term far above  the driving term itself
============================ ==========================================================
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from decomposer.errors import Diagnostic, ExpressionError, GrowthError, OutsideClassError
from decomposer.expr import ONE, ZERO, App, Expr, Number, Sym, atom_expr, exp, log, mono_expr, num, sym
from decomposer.expr.parse import Equation, parse_equation
from decomposer.growth.akra_bazzi import divide
from decomposer.growth.judge import Judge
from decomposer.growth.linear_recurrences import subtract
from decomposer.growth.solution import Call, Recurrence, outside
from decomposer.growth.sums import read_pieces

if TYPE_CHECKING:
    from decomposer.growth import Regime

__all__ = ["Call", "Recurrence", "recurrence", "solve_recurrence"]


def recurrence(text: str, regime: Regime | None = None) -> Recurrence:
    """Growth of the solution of a recurrence such as ``T(n) = 2T(n/2) + n/lg(n)``.

    Floors, ceilings and constants added to what is divided are ignored; the start values are positive constants.

    Parameters
    ----------
    text : str
        One equation; the sign of multiplication may be left out. The name of the function is what stands on
        the left, its variable what is in the brackets there.
    regime : Regime, optional
        What is known of other variables.

    Raises
    ------
    ExpressionError
        When the text cannot be read.
    GrowthError
        When it is no recurrence: nothing is called, or a call does not shrink.
    OutsideClassError
        When no method applies, with what is in the way.

    Examples
    --------
    >>> str(recurrence("T(n) = 2T(n/2) + n").theta)
    'n*log(n)'
    """
    equation = parse_equation(text)
    variable, shift = _variable(equation)
    moved = {variable: sym(variable) - num(shift)} if shift else {}
    driving, calls = ZERO, []
    names = {name: argument.subs(moved) for name, argument in equation.calls}
    for mono, coefficient in equation.right.subs(moved).terms:
        own = [pair for pair in mono if not names.keys().isdisjoint(pair[0].symbols)]
        if not own:
            driving = driving + mono_expr(mono, coefficient)
            continue
        ((atom, power), *more) = own
        if more or power != 1 or not isinstance(atom, Sym):
            raise outside(f"{equation.function} stands inside a product, a power or a function")
        rest = mono_expr(tuple(pair for pair in mono if pair[0] is not atom), coefficient)
        call = _read_call(rest, names[atom.name], variable)
        if call is None:
            # A call with a constant argument is a constant.
            driving = driving + rest
        else:
            calls.append(call)
    return solve_recurrence(driving, calls, variable, regime)


def solve_recurrence(
    driving: Expr, calls: Iterable[Call], variable: str = "n", regime: Regime | None = None
) -> Recurrence:
    """Growth of ``T(n) = sum coefficient * T(shrunk n) + driving``.

    Raises
    ------
    GrowthError, OutsideClassError
        As `recurrence`.
    """
    merged: dict[Call, Expr] = {}
    for call in calls:
        key = replace(call, coefficient=ONE)
        merged[key] = merged.get(key, ZERO) + call.coefficient
    listed = tuple(replace(key, coefficient=total) for key, total in merged.items() if total != ZERO)
    if not listed:
        raise GrowthError(Diagnostic("the recurrence calls nothing", "recurrence"))
    judge = Judge(regime).with_growing(variable)
    for call in listed:
        if any(coefficient < 0 for _, coefficient in call.coefficient.terms):
            raise outside(f"the coefficient {call.coefficient} is negative or a difference")
    positive = judge.positive_part(driving) if driving.terms else ZERO
    if positive is None:
        raise outside(f"the driving term {driving} is negative or a difference")
    found = _dominant_driving(positive, listed, variable, judge) or _by_kind(positive, listed, variable, judge)
    return replace(found, theta=judge.normal(found.theta))


def _by_kind(driving: Expr, calls: tuple[Call, ...], variable: str, judge: Judge) -> Recurrence:
    kinds = {call.kind for call in calls}
    if len(kinds) > 1:
        raise outside("its calls shrink in different ways")
    kind = kinds.pop()
    if kind == "root":
        return _change_variable(driving, calls, variable, judge)
    for call in calls:
        if variable in call.coefficient.symbols:
            raise outside(f"the coefficient {call.coefficient} depends on {variable}")
    if kind == "decrement":
        return subtract(driving, calls, variable, judge)
    return divide(driving, calls, variable, judge)


def _dominant_driving(driving: Expr, calls: tuple[Call, ...], variable: str, judge: Judge) -> Recurrence | None:
    """When ``coefficient * f(shrunk n) = o(f(n))`` for every call, T grows as f: T <= (1 + small) f by induction."""
    if variable not in driving.symbols:
        return None
    steep = read_pieces(driving, variable)
    if steep is not None and all(piece.ratio == ONE for piece in steep) and calls[0].kind != "root":
        return None
    for call in calls:
        try:
            smaller = call.coefficient * driving.subs({variable: call.argument(variable)})
            if judge.relation(smaller, driving) != "o":
                return None
        except (OutsideClassError, ExpressionError):
            return None
    return Recurrence(driving, "the driving term dominates")


def _change_variable(driving: Expr, calls: tuple[Call, ...], variable: str, judge: Judge) -> Recurrence:
    """With ``m = log(n)`` and S(m) = T(n), ``T(n**e)`` is ``S(e*m)``; a factor ``n**h`` is taken out first."""
    scale = ZERO
    if any(variable in call.coefficient.symbols for call in calls):
        if len(calls) != 1:
            raise outside(f"several coefficients depend on {variable}")
        call = calls[0]
        pieces = read_pieces(call.coefficient, variable)
        if pieces is None or len(pieces) != 1 or pieces[0].logs or pieces[0].loglogs or pieces[0].ratio != ONE:
            raise outside(f"the coefficient {call.coefficient} is no power of {variable}")
        scale = pieces[0].power / (1 - call.shrink)
        calls = (replace(call, coefficient=pieces[0].factor),)
    inner = f"log_{variable}"
    raised = exp(sym(inner))
    below = (driving / sym(variable) ** scale).subs({variable: raised})
    solved = solve_recurrence(below, [replace(call, kind="ratio") for call in calls], inner, judge.regime)
    theta = solved.theta.subs({inner: log(sym(variable))}) * sym(variable) ** scale
    return replace(solved, theta=theta, method=f"change of variable, m = log({variable}); {solved.method}")


# -- reading ----------------------------------------------------------------------------------------


def _variable(equation: Equation) -> tuple[str, Number]:
    """Find the variable on the left, and the constant that is added to it."""
    terms = dict(equation.argument.terms)
    shift = terms.pop((), 0)
    names = equation.argument.symbols
    if len(names) == 1 and len(terms) == 1:
        (name,) = names
        if equation.argument - num(shift) == sym(name):
            return name, shift
    left = f"{equation.function}({equation.argument})"
    hint = f"write {equation.function}(n) on the left"
    raise GrowthError(Diagnostic(f"the left side {left} is not a function of one variable", "recurrence", hint=hint))


def _read_call(coefficient: Expr, argument: Expr, variable: str) -> Call | None:
    """Tell how a call shrinks its argument; `None` for a call with a constant."""
    value = _without_rounding(argument)
    if variable not in value.symbols:
        return None
    own = sym(variable)
    slope, constant = ZERO, ZERO
    for mono, number in value.terms:
        part = mono_expr(mono, number)
        if variable not in part.symbols:
            constant = constant + part
            continue
        quotient = part / own
        if variable not in quotient.symbols:
            slope = slope + quotient
        elif len(mono) == 1 and mono[0][0] == Sym(variable) and number == 1 and len(value.terms) == 1:
            if not 0 < mono[0][1] < 1:
                raise _growing(argument)
            return Call(coefficient, "root", num(mono[0][1]))
        else:
            raise outside(f"the argument {argument} is neither a part of {variable}, nor {variable} less a constant")
    if slope == ONE:
        if all(number < 0 for _, number in constant.terms) and constant.terms:
            return Call(coefficient, "decrement", -constant)
        raise _growing(argument)
    plain = slope.as_fraction()
    if plain is not None and not 0 < plain < 1:
        raise _growing(argument)
    if constant.symbols:
        raise outside(f"the argument {argument} holds {constant}")
    return Call(coefficient, "ratio", slope)


def _growing(argument: Expr) -> GrowthError:
    return GrowthError(Diagnostic(f"the argument {argument} does not shrink", "recurrence"))


def _without_rounding(value: Expr) -> Expr:
    """Drop floors and ceilings: they change an argument by less than one."""
    result = ZERO
    for mono, coefficient in value.terms:
        part = num(coefficient)
        for atom, x in mono:
            rounded = isinstance(atom, App) and atom.fn in ("ceil", "floor") and x == 1
            part = part * (_without_rounding(atom.args[0]) if rounded and isinstance(atom, App) else atom_expr(atom, x))
        result = result + part
    return result
