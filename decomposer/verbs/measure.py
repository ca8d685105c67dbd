"""Measuring designs: growths and ratios in a regime, or exact values at numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from fractions import Fraction

from decomposer.design.certainty import certainty
from decomposer.design.evaluate import agents, models_used, span, total_cost
from decomposer.design.nodes import Design
from decomposer.design.nodes import substitute as substitute_design
from decomposer.design.reliability import reliability
from decomposer.design.timing import time
from decomposer.errors import Diagnostic, ExpressionError, NotExactError, OutsideClassError, ProblemError
from decomposer.expr import ONE, ZERO, Expr, evaluate, num
from decomposer.expr.enclosures import round_down
from decomposer.growth import Ratio, Regime, eventually, is_big_o
from decomposer.growth.factor import Factor
from decomposer.problem.diagnose import dotted
from decomposer.problem.formulas import formulas
from decomposer.problem.items import overfull, room_for_items
from decomposer.problem.model import Parameter, Problem
from decomposer.problem.prices import mispriced
from decomposer.problem.substitute import substitute
from decomposer.problem.suggest import suggest
from decomposer.search.spread import order, settle
from decomposer.verbs.growths import factor_of, growth_of, ratio_of
from decomposer.verbs.illegal import hand_design_at
from decomposer.verbs.results import AgentReport, Cost, HandDesign, Limit

Numbers = Mapping[str, int | Fraction]

_MOST_SHOWN = 4
"""Most parameters for which an example shows how a number is given."""


def regime_of(problem: Problem) -> Regime:
    """The regime that a problem's parameters and assumptions span."""
    from decomposer.problem.regime import regime

    return regime(problem)


def numbered(problem: Problem, at: Numbers) -> Problem:
    """The problem at numbers for all its parameters.

    Raises
    ------
    ProblemError
        For a number of an unknown parameter, a parameter without number, one below 1 (outside the bounds of a
        constant), a fraction for what counts things, or what is neither an integer nor a fraction.
    """
    for name, value in at.items():
        if name not in problem.parameters:
            raise ProblemError(f"no parameter is called {name!r}; {suggest(name, problem.parameters)}")
        if isinstance(value, bool) or not isinstance(value, int | Fraction):
            how = "pass an int or a Fraction, such as Fraction('1.5')"
            raise ProblemError(Diagnostic(f"{name} = {value!r}: numbers are exact", "bad-setting", hint=how))
        parameter = problem.parameters[name]
        low, high = parameter.low, parameter.high
        if parameter.kind != "constant" and value < 1:
            raise ProblemError(f"{name} = {value}: parameters that grow are at least 1")
        if (low is not None and value <= low) or (high is not None and value >= high):
            raise ProblemError(f"{name} = {value}: it must lie between {low} and {high}")
    missing = [name for name in problem.parameters if name not in at]
    if missing:
        example = _example(problem, at)
        such = " ".join(f"--set {name}={example[name]}" for name in missing[:_MOST_SHOWN])
        more = " and so on" if len(missing) > _MOST_SHOWN else ""
        message = f"no number is given for {', '.join(missing)}"
        raise ProblemError(Diagnostic(message, "bad-setting", hint=f"give one for each, such as {such}{more}"))
    _check_counts(problem, at)
    _check_signs(problem, at)
    _check_items(problem, at)
    there = substitute(problem, dict(at))
    _check_prices(there, at)
    return there


def _example(problem: Problem, at: Numbers) -> dict[str, int | Fraction]:
    """The numbers that are given, with others for the rest, at which parts hold the items that are to be found."""
    values = {name: _such_as(parameter) for name, parameter in problem.parameters.items()} | dict(at)
    for _, count, most in room_for_items(problem):
        there = {name: num(value) for name, value in values.items()}
        if order(count.subs(there), most.subs(there)) > 0:
            values |= dict.fromkeys(count.symbols - at.keys(), 1)
            larger = count.subs({name: num(value) for name, value in values.items()}).as_fraction()
            values |= dict.fromkeys(most.symbols - count.symbols - at.keys(), larger or 1)
    return values


def _such_as(parameter: Parameter) -> int | Fraction:
    """A number that a parameter may have."""
    low = parameter.low or Fraction(0)
    return low + 10 if parameter.high is None else (low + parameter.high) / 2


def _check_counts(problem: Problem, at: Numbers) -> None:
    """Refuse fractions of parts, items, members and the like; sizes, tokens and prices may be fractions."""
    broken = {name: num(value) for name, value in at.items() if Fraction(value).denominator != 1}
    if not broken:
        return
    values = {name: num(value) for name, value in at.items()}
    for formula in formulas(problem):
        guilty = [name for name in broken if name in formula.expr.symbols]
        if formula.role != "count" or formula.loc[0] == "designs" or not guilty:
            continue
        number = formula.expr.subs(values).as_fraction()
        if number is not None and number.denominator != 1:
            name, place = guilty[0], dotted(formula.loc)
            hint = f"it is what `{place}` counts; sizes, tokens and prices may be fractions, numbers of things may not"
            message = f"{name} = {at[name]}: it must be a whole number"
            raise ProblemError(Diagnostic(message, "bad-setting", hint=hint))


def _check_signs(problem: Problem, at: Numbers) -> None:
    """Refuse numbers at which a size, a count or a price of the problem is negative, or a size or a count is zero."""
    values = {name: num(value) for name, value in at.items()}
    for formula in formulas(problem):
        known = formula.expr.symbols <= values.keys()
        if formula.loc[0] == "designs" or formula.role not in ("size", "count", "price") or not known:
            continue
        if all(coefficient > 0 for _, coefficient in formula.expr.terms):
            continue
        sign = order(formula.expr.subs(values), ZERO)
        if sign < 0 or (sign == 0 and formula.role != "price"):
            names = ", ".join(f"{name} = {at[name]}" for name in sorted(formula.expr.symbols))
            least = "0 at least" if formula.role == "price" else "above 0"
            written, value = formula.expr.text(tuple(problem.parameters)), formula.expr.subs(values)
            message = f"{names}: `{written}`, a {formula.role}, is {value}"
            hint = f"it must be {least}; give other numbers, or correct `{dotted(formula.loc)}`"
            raise ProblemError(Diagnostic(message, "bad-setting", hint=hint), file=problem.file)


def _check_prices(there: Problem, at: Numbers) -> None:
    """Refuse numbers at which a token that has been seen costs more than one that has not."""
    for found in mispriced(there):
        names = ", ".join(f"{name} = {value}" for name, value in at.items())
        hint = f"give other numbers, or correct `{dotted(found.loc)}`"
        raise ProblemError(Diagnostic(f"{names}: {found.message}", "bad-setting", hint=hint), file=there.file)


def _check_items(problem: Problem, at: Numbers) -> None:
    """Refuse numbers at which more items are to be found than the parts hold."""
    values = {name: num(value) for name, value in at.items()}
    for task, count, most in room_for_items(problem):
        if order(count.subs(values), most.subs(values)) > 0:
            names = ", ".join(
                f"{name} = {at[name]}" for name in problem.parameters if name in count.symbols | most.symbols
            )
            found = overfull(problem, task, count.subs(values), most.subs(values))
            hint = f"give other numbers, or correct `{dotted(found.loc)}`"
            raise ProblemError(Diagnostic(f"{names}: {found.message}", "bad-setting", hint=hint), file=problem.file)


def measure(problem: Problem, design: Design, regime: Regime, at: Numbers = {}) -> Cost:  # noqa: B006 - never changed
    """Cost of a design, and its value where numbers are given."""
    total, path = total_cost(problem, design), span(problem, design)
    timed = time(problem, design) if problem.minimise == "time" or problem.workers is not None else None
    time_theta = None if timed is None else growth_of(timed, regime)
    values = _all_at(problem, design, at, timed is not None) if at else {}
    value = values.get("cost" if problem.minimise == "scope" else problem.minimise)
    theta, path_theta = growth_of(total, regime), growth_of(path, regime)
    return Cost(theta, total, path, path_theta, value, timed, time_theta, tuple(values.items()))


def _all_at(problem: Problem, design: Design, at: Numbers, timed: bool) -> dict[str, Expr]:
    """Cost, span and time of a design at numbers, but for what has more digits than can be worked with."""
    there, fixed = numbered(problem, at), substitute_design(design, {name: num(value) for name, value in at.items()})
    folds = {"cost": total_cost, "span": span} | ({"time": time} if timed else {})
    values = {}
    for name, fold in folds.items():
        with suppress(ExpressionError):
            values[name] = settle(fold(there, fixed))
    return values


def limits_at(problem: Problem, at: Numbers) -> tuple[tuple[str, Limit], ...]:
    """Limits of a problem by name, each with its value at numbers."""
    fixed, limits = {name: num(value) for name, value in at.items()}, problem.limits
    given = (("models", limits.models), ("cost", limits.cost), ("span", limits.span))
    return tuple(
        (name, Limit(limit, settle(limit.subs(fixed)) if at else None)) for name, limit in given if limit is not None
    )


def value_at(problem: Problem, design: Design, at: Numbers) -> Expr:
    """What a problem minimises, of a design at numbers: a rational where it is one, else a formula of numbers."""
    (value,) = values_at(problem, (design,), at)
    return value


def values_at(problem: Problem, designs: Iterable[Design], at: Numbers) -> tuple[Expr, ...]:
    """The same of several designs."""
    fixed, target = {name: num(value) for name, value in at.items()}, numbered(problem, at)
    return tuple(settle(minimised(target, substitute_design(design, fixed))) for design in designs)


def is_uneven(problem: Problem, cost: Cost, at: Numbers) -> bool:
    """Whether the value of a design at numbers is not that of its formula: some last group is smaller than others."""
    value = None if cost.value is None else cost.value.as_fraction()
    try:
        formula = None if value is None else value_of(objective(problem, cost)[0], at)
    except ExpressionError:  # of more digits than can be worked with
        return False
    return formula is not None and value is not None and formula != value


def minimised(problem: Problem, design: Design) -> Expr:
    """What a problem minimises, of a design."""
    if problem.minimise == "time":
        return time(problem, design)
    return span(problem, design) if problem.minimise == "span" else total_cost(problem, design)


def objective(problem: Problem, cost: Cost) -> tuple[Expr, Expr]:
    """What a problem minimises: exactly, and its growth."""
    if cost.time is not None and cost.time_theta is not None and problem.minimise == "time":
        return cost.time, cost.time_theta
    return (cost.span, cost.span_theta) if problem.minimise == "span" else (cost.exact, cost.theta)


def reliability_of(problem: Problem, design: Design) -> Expr:
    """Probability that everything comes out right; a lower bound where it has too many digits."""
    try:
        return reliability(problem, design)
    except ExpressionError:
        return num(round_down(certainty(problem, design).bounds()[0], PRECISION))


PRECISION = 64
"""Bits of a chance at numbers, where it has more than can be read."""


def chance_at(problem: Problem, design: Design, at: Numbers) -> Fraction | None:
    """Probability that everything comes out right at numbers, if they are given: exactly if short, else rounded down.

    It is worked out by a fold of its own, as a product of powers, not by putting numbers into the formula; unless the
    formula has no parameters.
    """
    fixed = {name: num(value) for name, value in at.items()}
    try:
        product = certainty(numbered(problem, at) if at else problem, substitute_design(design, fixed))
    except (ExpressionError, NotExactError):  # no numbers where the fold needs them, or too many digits
        plain = reliability_of(problem, design).as_fraction()
        return None if plain is None else Fraction(plain)
    exact = product.expr()
    found = None if exact is None else exact.as_fraction()
    return round_down(product.bounds()[0] if found is None else Fraction(found), PRECISION)


def report_agents(problem: Problem, design: Design, total: Expr, regime: Regime) -> tuple[AgentReport, ...]:
    """Each agent with its growth; an agent dominates when the whole grows no faster."""
    return tuple(
        AgentReport(agent, growth_of(agent.work, regime), is_big_o(total, agent.work, regime) is True)
        for agent in agents(problem, design)
    )


def hand_designs(
    problem: Problem,
    best: Design,
    growth: Expr,
    exact: Expr | None,
    regime: Regime,
    at: Numbers,
    names: tuple[str, ...] | None = None,
) -> tuple[HandDesign, ...]:
    """Every hand design beside the best one: its growth, and its exact cost where there is one best.

    Raises
    ------
    DesignError
        For a hand design that breaks the contract.
    """
    found = []
    for name in problem.designs if names is None else names:
        design = hand_design_at(problem, name, at)
        cost = measure(problem, design, regime, at)
        mine = objective(problem, cost)[0]
        ratio = ratio_of(mine, growth, regime)
        found.append(
            HandDesign(
                name,
                design,
                cost,
                ratio,
                ratios_by_task(problem, design, best, regime),
                beyond_limits(problem, design, cost, regime, at),
                misses_target(problem, design, regime, at),
                None if exact is None else constant_of(problem, ratio, mine, exact, regime),
            )
        )
    return tuple(found)


def constant_of(problem: Problem, ratio: Ratio, one: Expr, other: Expr, regime: Regime) -> Factor | None:
    """How many times one cost is the other in the end, where both have one growth and the formulas are exact."""
    exact = problem.minimise in ("cost", "scope")
    return factor_of(one, other, regime) if exact and ratio.expr == ONE else None


def misses_target(problem: Problem, design: Design, regime: Regime, at: Numbers) -> bool:
    """Whether a design is shown to come out right less often than the target asks: at numbers, else in the end.

    What cannot be decided counts as not shown.
    """
    if problem.target is None:
        return False
    fixed = {name: num(value) for name, value in at.items()}
    try:
        if not at:
            return eventually(reliability(problem, design), problem.target, regime) == "less"
        chance = certainty(numbered(problem, at), substitute_design(design, fixed))
        return not chance.at_least(evaluate(problem.target.subs(fixed), {}))
    except (ExpressionError, NotExactError, OutsideClassError):
        return False


def beyond_limits(problem: Problem, design: Design, cost: Cost, regime: Regime, at: Numbers) -> tuple[str, ...]:
    """Limits of the problem that a design exceeds: at numbers if they are given, else in growth."""
    limits = problem.limits
    if not limits:
        return ()
    found = []
    if limits.models is not None:
        hosted, most = len(models_used(design)), value_of(limits.models, at)
        found += ["models"] if most is not None and hosted > most else []
    for name, limit, measured in (("cost", limits.cost, cost.exact), ("span", limits.span, cost.span)):
        if limit is not None:
            left, right = value_of(measured, at), value_of(limit, at)
            known = left is not None and right is not None
            kept = left <= right if known else is_big_o(measured, limit, regime) is not False  # type: ignore[operator]
            found += [] if kept else [name]
    return tuple(found)


def value_of(formula: Expr, at: Numbers) -> Fraction | None:
    """A formula at numbers, if they are given and it is a rational there."""
    value = settle(formula.subs({name: num(number) for name, number in at.items()})).as_fraction() if at else None
    if value is None:
        value = formula.as_fraction()
    return None if value is None else Fraction(value)


def ratios_by_task(
    problem: Problem, one: Design, other: Design, regime: Regime
) -> tuple[tuple[tuple[str, ...], Ratio], ...]:
    """How many times dearer `one` is than `other`, for the smallest groups of tasks that both do separately."""
    mine, theirs = _work_by_tasks(problem, one), _work_by_tasks(problem, other)
    groups = common_groups([*mine, *theirs])
    group_of = {name: number for number, group in enumerate(groups) for name in group}
    ours, others = ([ZERO] * len(groups) for _ in range(2))
    for work, sums in ((mine, ours), (theirs, others)):
        for tasks, cost in work.items():
            sums[group_of[tasks[0]]] += cost
    place = {name: number for number, name in enumerate(problem.tasks)}
    return tuple(
        (tuple(sorted(group, key=place.__getitem__)), ratio_of(first, second, regime))
        for group, first, second in zip(groups, ours, others, strict=True)
        if first != ZERO and second != ZERO
    )


def _work_by_tasks(problem: Problem, design: Design) -> dict[tuple[str, ...], Expr]:
    work_of: dict[tuple[str, ...], Expr] = {}
    for agent in agents(problem, design):
        work_of[agent.tasks] = work_of.get(agent.tasks, ZERO) + agent.work
    return work_of


def common_groups(blocks: list[tuple[str, ...]]) -> list[set[str]]:
    """Merge blocks that share a task; last the group to which the last block belongs."""
    groups: dict[int, set[str]] = {}
    group_of: dict[str, int] = {}
    for number, block in enumerate(blocks):
        touching = {group_of[name] for name in block if name in group_of}
        groups[number] = set(block).union(*(groups.pop(other) for other in touching))
        group_of |= dict.fromkeys(groups[number], number)
    return list(groups.values())
