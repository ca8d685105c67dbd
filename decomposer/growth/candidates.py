"""Design parameters in logarithms or exponents: try candidates, then prove that none does better."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, product

from decomposer.errors import DecomposerError, OutsideClassError
from decomposer.expr import Expr, log, minimum, num
from decomposer.growth.decide import is_little_o_form
from decomposer.growth.formal import Exponential, Formal, Log, Monomial, Variable, monomial_expr, multiply, raise_to
from decomposer.growth.forms import CONSTANT, Form, single
from decomposer.growth.lift import exact_form
from decomposer.growth.minimise import Limits, Minimum, Policy, is_plain, minimise
from decomposer.growth.regime import Regime
from decomposer.growth.relation import is_big_o
from decomposer.growth.theta import theta

MAX_TRIALS = 256
"""Most combinations of candidates that are tried."""


@dataclass(frozen=True, slots=True)
class _Trial:
    growth: Expr
    policies: tuple[Policy, ...]


def by_candidates(cost: Expr, bounds: Limits, regime: Regime, wide: Regime) -> Minimum:
    """Minimise over parameters that stand in logarithms or exponents.

    Raises
    ------
    OutsideClassError
        When no candidate gives a cost in the class that growth decides.
    """
    form = exact_form(cost, wide)
    hard = [limit for limit in bounds if not is_plain(form, limit[0])] or list(bounds)
    easy = tuple(limit for limit in bounds if limit not in hard)
    trials: list[_Trial] = []
    choices = product(*(list(_values(form, *limit, bounds, wide)) for limit in hard))
    for choice in islice(choices, MAX_TRIALS):
        values = dict(zip((name for name, _, _ in hard), choice, strict=True))
        trial = _tried(cost, values, easy, regime)
        if trial is not None and all(trial.growth != other.growth for other in trials):
            trials.append(trial)
    if not trials:
        names = ", ".join(name for name, _, _ in hard)
        raise OutsideClassError(f"no value of {names} gives a growth that can be decided")
    for trial in trials:
        if all(is_big_o(trial.growth, other.growth, regime) for other in trials):
            proved = is_big_o(trial.growth, cost, wide) is True
            return Minimum("proved" if proved else "bounded", trial.growth, trial.policies)
    return _several(trials, cost, regime, wide)


def _several(trials: list[_Trial], cost: Expr, regime: Regime, wide: Regime) -> Minimum:
    """No candidate is best everywhere: the best is the least of those that are best somewhere."""
    kept: list[_Trial] = []
    for trial in trials:
        if not any(is_big_o(other.growth, trial.growth, regime) for other in trials if other is not trial):
            kept.append(trial)
    least = minimum(*(trial.growth for trial in kept))
    proved = is_big_o(least, cost, wide) is True
    policies = tuple(
        Policy(
            policy.values,
            (
                *policy.conditions,
                *(f"{trial.growth} = O({other.growth})" for other in kept if other is not trial),
            ),
        )
        for trial in kept
        for policy in trial.policies
    )
    return Minimum("proved" if proved else "bounded", theta(least, regime=regime).expr, policies)


def _tried(cost: Expr, values: dict[str, Expr], easy: Limits, regime: Regime) -> _Trial | None:
    """The cost with candidates put in, and what is left minimised; `None` where that is not defined."""
    try:
        # Bounds of later parameters, and candidates, may speak of earlier ones.
        for _ in values:
            values = {name: value.subs(values) for name, value in values.items()}
        left = cost.subs(values)
        given = tuple(values.items())
        if not easy:
            return _Trial(theta(left, regime=regime).expr, (Policy(given),))
        rest = {name: (low.subs(values), high.subs(values)) for name, low, high in easy}
        found = minimise(left, rest, regime)
        if found.status != "proved":
            return None
        policies = tuple(
            Policy(
                tuple((name, value.subs(policy.as_dict())) for name, value in given) + policy.values,
                policy.conditions,
            )
            for policy in found.policies
        )
        return _Trial(found.growth, policies)
    except DecomposerError:
        return None


def _values(form: Form, name: str, low: Expr, high: Expr, bounds: Limits, wide: Regime) -> Iterator[Expr]:
    """Candidate values of one parameter: its ends, small constants, and where two terms balance."""
    seen: set[Expr] = set()
    least = low.as_fraction()
    small = [num(value) for value in (2, 3) if least is not None and least <= value]
    others = {other for other, _, _ in bounds if other != name}
    for value in (low, *small, high, *_balances(form, name, wide)):
        if value in seen or (value not in (low, high) and value.symbols & others):
            continue
        seen.add(value)
        if value in (low, high) or not value.symbols or _within(value, low, high, wide):
            yield value


def _within(value: Expr, low: Expr, high: Expr, wide: Regime) -> bool:
    try:
        return is_big_o(low, value, wide) is True and is_big_o(value, high, wide) is True
    except DecomposerError:
        return False


def _balances(form: Form, name: str, wide: Regime) -> Iterator[Expr]:
    """Where two terms are alike: powers against powers, and the logarithm where one is exponential."""
    lines = [_line(monomial, name) for part in form for monomial in part]
    for rest, slope, rate in lines:
        for other, fall, decay in lines:
            if rate is None and decay is None and slope > 0 > fall:
                yield monomial_expr(raise_to(multiply(other, raise_to(rest, -1)), 1 / Fraction(slope - fall)))
            if rate is not None and decay is None:
                ratio = multiply(other, raise_to(rest, -1))
                if is_little_o_form(CONSTANT, single(ratio), wide):
                    # Up to the crossing, and safely below it, where factors beside the exponential matter less.
                    yield log(monomial_expr(ratio)) / rate
                    yield log(monomial_expr(ratio)) / (2 * rate)


def _line(monomial: Monomial, name: str) -> tuple[Monomial, Fraction, Expr | None]:
    """The monomial without the parameter, the power of the parameter, and its rate if it is exponential."""
    rest: Monomial = ()
    slope, rate = Fraction(0), None
    for formal, x in monomial:
        if isinstance(formal, Variable) and formal.name == name:
            slope = Fraction(x)
        elif name not in formal.expr.symbols:
            rest = multiply(rest, ((formal, x),))
        elif isinstance(formal, Exponential) and len(formal.exponent) == 1 and _is(formal.exponent[0][0], name):
            if formal.exponent[0][1] == 1 and x > 0:
                rate = formal.factor * num(Fraction(x))
        elif not isinstance(formal, Log):
            rate = None
    return rest, slope, rate


def _is(formal: Formal, name: str) -> bool:
    return isinstance(formal, Variable) and formal.name == name
