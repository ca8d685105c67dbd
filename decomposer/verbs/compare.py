"""Compare designs: costs side by side, ratios with their regimes, crossovers, and what differs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import ndiff
from fractions import Fraction
from pathlib import Path
from typing import Any

from decomposer.design.contract import check_design
from decomposer.design.evaluate import Footprint, footprint
from decomposer.design.nodes import Design, substitute
from decomposer.design.write import steps, tree
from decomposer.errors import (
    DesignError,
    ExpressionError,
    InfeasibleError,
    OutOfTimeError,
    OutsideClassError,
    ProblemError,
)
from decomposer.expr import Expr, num
from decomposer.growth import Ratio, relation
from decomposer.growth.factor import Factor
from decomposer.problem.load import problem_of
from decomposer.problem.model import Problem
from decomposer.search.run import Run
from decomposer.search.spread import order
from decomposer.verbs.attribution import attribute
from decomposer.verbs.attribution_results import Attribution
from decomposer.verbs.crossovers import Crossover, crossovers
from decomposer.verbs.growths import ratio_of
from decomposer.verbs.illegal import IllegalDesign, hand_design_at, without_illegal
from decomposer.verbs.measure import (
    Numbers,
    beyond_limits,
    chance_at,
    constant_of,
    measure,
    misses_target,
    numbered,
    objective,
    ratios_by_task,
    regime_of,
    reliability_of,
    values_at,
)
from decomposer.verbs.notes import notes
from decomposer.verbs.optimize import optimize_in
from decomposer.verbs.results import FORMAT_VERSION, Cost, Status, ratio_cases, scope_data, shortened
from decomposer.verbs.scopes import Extent, scope_of

OPTIMUM = "optimum"

SEARCH = 0.7
"""Share of the time in which the optimum is looked for; the rest is for what differs."""

NOT_TAKEN_APART = (
    "time ran out: where one design becomes cheaper than another, and what each change contributes, is left out; give "
    "it more time"
)


@dataclass(frozen=True, slots=True)
class Row:
    """One design of a comparison, against the reference.

    `chance` is the reliability as a number, where it is one. `attribution` says what each change on the way to the
    reference contributes; it is `None` where the designs are the same, where time ran out, and where one has free
    parameters whose value depends on the regime, or does the job at the numbers only; then there are no `crossovers`
    either.
    `misses_target` says whether it is shown to come out right less often than the target asks; `beyond` are the limits
    of the problem that it exceeds; `factor` says between which constants the ratio stays in the end, where both have
    one growth.
    """

    name: str
    design: Design
    cost: Cost
    footprint: Footprint
    reliability: Expr
    chance: Fraction | None
    scope: tuple[Extent, ...]
    relation: str
    ratio: Ratio
    span_ratio: Ratio
    by_tasks: tuple[tuple[tuple[str, ...], Ratio], ...]
    difference: tuple[str, ...]
    crossovers: tuple[Crossover, ...]
    attribution: Attribution | None = None
    misses_target: bool = False
    beyond: tuple[str, ...] = ()
    factor: Factor | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What is known of the optimum shown: one of `options` designs that are best somewhere, and where it is best.

    `fixed` says that its free parameters have the values that are best at the numbers: its growth is not the least.
    """

    status: Status
    options: int
    when: tuple[str, ...]
    fixed: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Write as plain data."""
        return {"status": self.status, "options": self.options, "when": list(self.when), "fixed": self.fixed}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Designs against a reference (by default the optimum); `illegal` are those that break the contract.

    `optimum` is `None` where the reference is a hand design. `notes` are what the reader should know, such as
    assumptions that do not hold at the numbers.
    """

    problem: Problem
    reference: Row
    rows: tuple[Row, ...]
    at: tuple[tuple[str, Fraction], ...] = ()
    illegal: tuple[IllegalDesign, ...] = ()
    optimum: Shown | None = None
    notes: tuple[str, ...] = ()

    @property
    def worse(self) -> bool:
        """Whether the reference costs more, in growth, than some other design."""
        return any(row.relation in ("o", "O") for row in self.rows)

    def to_dict(self) -> dict[str, Any]:
        """Write as plain data, fit for JSON."""
        return {
            "format_version": FORMAT_VERSION,
            "problem": self.problem.name,
            "reference": self.reference.name,
            "optimum": None if self.optimum is None else self.optimum.to_dict(),
            "at": {name: str(value) for name, value in self.at},
            "designs": [self._row(row) for row in (self.reference, *self.rows)],
            "illegal_designs": [design.to_dict() for design in self.illegal],
            "notes": list(self.notes),
        }

    def _row(self, row: Row) -> dict[str, Any]:
        return {
            "name": row.name,
            "design": steps(self.problem, row.design),
            "cost": row.cost.to_dict(),
            "calls": str(row.footprint.calls),
            "agents": str(row.footprint.agents),
            "longest_context": str(row.footprint.longest),
            "reliability": str(row.reliability),
            "reliability_value": None if row.chance is None else shortened(row.chance),
            "misses_target": row.misses_target,
            "beyond_limits": list(row.beyond),
            "scope": scope_data(row.scope),
            "relation": row.relation,
            "ratio": str(row.ratio.expr),
            "ratio_holds_when": ratio_cases(row.ratio),
            "factor": None if row.factor is None else row.factor.to_dict(),
            "span_ratio": str(row.span_ratio.expr),
            "by_task": [
                {"tasks": list(tasks), "ratio": str(ratio.expr), "ratio_holds_when": ratio_cases(ratio)}
                for tasks, ratio in row.by_tasks
            ],
            "difference": list(row.difference),
            "crossovers": [{"parameter": c.parameter, "cheaper_from": c.low, "to": c.high} for c in row.crossovers],
            "attribution": None if row.attribution is None else row.attribution.to_dict(),
        }

    def _repr_html_(self) -> str:
        from decomposer.report.comparison import document
        from decomposer.report.html import fragment

        return fragment(document(self))


def compare(
    problem: Problem | str | Path,
    *names: str,
    against: str = OPTIMUM,
    at: Numbers | None = None,
    seconds: float | None = None,
) -> Comparison:
    """Compare hand designs with the optimum, or with each other.

    Parameters
    ----------
    problem : Problem, or the path or name of one
    *names : str
        Hand designs; by default all that keep the contract.
    against : str
        The reference: ``"optimum"``, or a hand design.
    at : mapping of parameter to int or Fraction, optional
        Numbers for all parameters, for values and crossovers; the optimum is then the best design at these numbers.
    seconds : float, optional
        How long to search, as in `optimize`; then the optimum shown is the best design known.

    Returns
    -------
    Comparison

    Raises
    ------
    DesignError
        For a name of an unknown hand design, or of one that breaks the contract.
    ProblemError
        When `at` does not fit the parameters.
    OutOfTimeError
        When there is no design yet when the time is up.
    """
    run = Run(seconds)
    problem = problem_of(problem)
    numbers = dict(at or {})
    if numbers:
        numbered(problem, numbers)  # says what does not fit, before anything is searched
    legal, illegal = (problem, ()) if names else without_illegal(problem, numbers)
    others = names or [name for name in legal.designs if name != against]
    chosen = {name: hand_design_at(problem, name, numbers) for name in others}
    shown: Shown | None = None
    reasons: tuple[str, ...] = ()
    if against == OPTIMUM:
        design, shown, reasons = _optimum(problem, numbers, run)
    else:
        design = hand_design_at(problem, against, numbers, (OPTIMUM,))
    reference = _row(problem, against, design, design, {}, run)
    regime = regime_of(problem)
    cost = measure(problem, design, regime, numbers)
    reference = replace(
        reference,
        cost=cost,
        chance=chance_at(problem, design, numbers),
        scope=scope_of(problem, design, regime, numbers),
        misses_target=misses_target(problem, design, regime, numbers),
        beyond=beyond_limits(problem, design, cost, regime, numbers),
    )
    rows = tuple(_row(problem, name, one, design, numbers, run) for name, one in chosen.items())
    given = tuple((name, Fraction(value)) for name, value in numbers.items())
    late = (NOT_TAKEN_APART,) if run.over() and any(row.attribution is None for row in rows) else ()
    told = tuple(dict.fromkeys((*notes(problem, numbers), *reasons, *late)))
    return Comparison(problem, reference, rows, given, illegal, shown, told)


def _optimum(problem: Problem, at: Numbers, run: Run) -> tuple[Design, Shown, tuple[str, ...]]:
    """The best design: at numbers, that of least growth only where it is as good there as the best at these numbers.

    That of least growth is preferred among equals, because it is written for all numbers. It comes with what is known
    of it, and with why it is not proved to be the best.
    """
    found = optimize_in(run.part(SEARCH), problem, at, hands=())
    best, several = found.design, len(found.options) > 1
    fixed = bool(at and found.policies)
    shown = Shown(found.status, len(found.options), found.options[0].when if several else (), fixed)
    reasons = found.reasons if found.status == "bounded" else ()
    if not at or problem.minimise == "scope" or problem.limits or run.over():
        return best, shown, reasons
    general, part = best, run.part(SEARCH)
    try:
        general = optimize_in(part, problem, hands=()).design
        check_design(numbered(problem, at), substitute(general, {name: num(value) for name, value in at.items()}))
        as_good = not part.late and order(*values_at(problem, (general, best), at)) <= 0
    except (DesignError, ExpressionError, InfeasibleError, OutOfTimeError, OutsideClassError, ProblemError):
        as_good = False  # nothing holds for all numbers, or it cannot be worked out at these
    return (general, replace(shown, fixed=False), reasons) if as_good else (best, shown, reasons)


def _row(problem: Problem, name: str, design: Design, reference: Design, at: Numbers, run: Run) -> Row:
    regime = regime_of(problem)
    cost = measure(problem, design, regime, at)
    other = measure(problem, reference, regime)
    mine, theirs = objective(problem, cost)[0], objective(problem, other)[0]
    ratio = ratio_of(mine, theirs, regime)
    general = all(_is_general(problem, one) for one in (design, reference))
    apart = general and design != reference
    return Row(
        name=name,
        design=design,
        cost=cost,
        footprint=footprint(problem, design),
        reliability=reliability_of(problem, design),
        chance=chance_at(problem, design, at),
        scope=scope_of(problem, design, regime, at),
        relation=relation(mine, theirs, regime=regime).kind,
        ratio=ratio,
        factor=constant_of(problem, ratio, mine, theirs, regime),
        span_ratio=ratio_of(cost.span, other.span, regime),
        by_tasks=ratios_by_task(problem, design, reference, regime),
        difference=_difference(tree(problem, design), tree(problem, reference)),
        crossovers=crossovers(problem, design, reference, at) if at and general and not run.over() else (),
        attribution=attribute(problem, design, reference, at) if apart and not run.over() else None,
        misses_target=misses_target(problem, design, regime, at),
        beyond=beyond_limits(problem, design, cost, regime, at),
    )


def _is_general(problem: Problem, design: Design) -> bool:
    """Whether a design does the job at all numbers, not only at those that it was found for."""
    try:
        check_design(problem, design)
    except DesignError:
        return False
    return True


def _difference(one: list[str], other: list[str]) -> tuple[str, ...]:
    """Lines that only the one (``-``) or only the other (``+``) design has, among those that both have."""
    return tuple(line for line in ndiff(one, other) if not line.startswith("?"))
