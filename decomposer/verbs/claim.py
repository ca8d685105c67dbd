"""Claims about costs: proved, refuted by a curve and by numbers, or repaired by the weakest assumptions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any, Literal

from decomposer.design.lift import hand_design
from decomposer.errors import DecomposerError, OutsideClassError
from decomposer.expr import Expr
from decomposer.growth import Claim, Ratio, Regime, is_big_o, ratio, relation, theta
from decomposer.growth.cells import Cell, condition_text, distinct, over, simplified
from decomposer.growth.formal import Monomial
from decomposer.growth.forms import Form
from decomposer.growth.witness import proof, refutation
from decomposer.problem.load import problem_of
from decomposer.problem.model import Problem
from decomposer.verbs.failings import failings
from decomposer.verbs.measure import regime_of
from decomposer.verbs.results import FORMAT_VERSION, ratio_cases
from decomposer.verbs.statement import OPTIMUM, Statement, Symbol, assuming, read_statement, sides, speaks_of
from decomposer.verbs.trial import Trial, trials

Verdict = Literal["proved", "refuted", "unknown"]

MAX_REPAIRS = 256
"""Most sets of assumptions that are looked at."""

_HOLDS: dict[Symbol, frozenset[str]] = {
    "Theta": frozenset({"Theta"}),
    "O": frozenset({"Theta", "O", "o"}),
    "o": frozenset({"o"}),
    "Omega": frozenset({"Theta", "Omega", "omega"}),
    "omega": frozenset({"omega"}),
}
"""Relations under which a claim holds."""


@dataclass(frozen=True, slots=True)
class Repair:
    """Assumptions under which a refuted claim holds; it was decided again with them.

    `assume` is written as in a problem file.
    """

    assume: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verification:
    """What became of a claim.

    Attributes
    ----------
    verdict : {"proved", "refuted", "unknown"}
        Refuted only where a curve was followed on which the claim fails.
    ratio : Ratio, optional
        What the left side is, up to a constant, everywhere in the regime.
    evidence : tuple of growth.Claim
        Multipliers for a proof; a curve for a refutation.
    trials : tuple of Trial
        Numbers on the curve, with the values of the left side and of the bound.
    repairs : tuple of Repair
        The weakest monomial assumptions found under which the claim holds, none following from another.
    fails : tuple of str
        For each curve, in words, how the left side compares with the bound on it.
    reason : str
        Why it is unknown.
    notes : tuple of str
        Which of the hand designs spoken of miss the target or exceed a limit: their costs are not those of a solution.
    """

    problem: Problem
    statement: Statement
    verdict: Verdict
    left: Expr
    ratio: Ratio | None = None
    evidence: tuple[Claim, ...] = ()
    trials: tuple[Trial, ...] = ()
    repairs: tuple[Repair, ...] = ()
    fails: tuple[str, ...] = ()
    reason: str = ""
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Write as plain data, fit for JSON."""
        return {
            "format_version": FORMAT_VERSION,
            "problem": self.problem.name,
            "claim": str(self.statement),
            "of": speaks_of(self.problem, self.statement),
            "assume": list(self.problem.assume),
            "verdict": self.verdict,
            "reason": self.reason,
            "left": str(self.left),
            "growth": None if self.ratio is None else str(self.ratio.expr),
            "growth_holds_when": [] if self.ratio is None else ratio_cases(self.ratio),
            "fails": list(self.fails),
            "evidence": [claim.to_dict() for claim in self.evidence],
            "trials": [trial.to_dict() for trial in self.trials],
            "repairs": [list(repair.assume) for repair in self.repairs],
            "notes": list(self.notes),
        }

    def _repr_html_(self) -> str:
        from decomposer.report.claim import document
        from decomposer.report.html import fragment

        return fragment(document(self))


def claim(problem: Problem | str | Path, text: str, assume: Sequence[str] = ()) -> Verification:
    """Decide a claim such as ``"naive / focused = Theta(b*k^2)"``.

    Parameters
    ----------
    problem : Problem, or the path or name of one
    text : str
        A design's cost, or a ratio of two, then ``= Theta(...)``, or O, o, Omega, omega. A design is a hand
        design or ``optimum``; ``naive[find]`` is what the task costs within it. Where the problem minimises the
        critical path or time, a claim that names no task is about that.
    assume : sequence of str
        Assumptions beyond those of the problem, such as ``"m_d <= m_s*n"``.

    Returns
    -------
    Verification

    Raises
    ------
    ProblemError, DesignError, ExpressionError, InfeasibleError
        When the claim or an assumption cannot be read, or a design does not satisfy the problem.

    Notes
    -----
    Cost f over cost g is Theta(h) when f is Theta(g*h): one linear programme per monomial of either side. The
    claim fails where a monomial of one side outgrows all of the other; it holds exactly where each such
    monomial is at most one of them, so that every choice is a repair. Each is decided anew.
    """
    problem = problem_of(problem)
    target = assuming(problem, tuple(assume))
    statement = read_statement(target, text)
    return replace(decide(target, statement, repair=True), notes=tuple(_notes(target, statement)))


def _notes(problem: Problem, statement: Statement) -> Iterator[str]:
    """Hand designs of a claim that do not do what is asked, in words."""
    regime = regime_of(problem)
    names = [side.name for side in (statement.above, statement.below) if side is not None and side.name != OPTIMUM]
    for name in dict.fromkeys(names):
        fails = failings(problem, hand_design(problem, name), regime)
        if fails:
            yield f"{name} {' and '.join(fails)}"


def decide(problem: Problem, statement: Statement, repair: bool) -> Verification:
    """Decide a claim in the regime of the problem, and repair it where asked."""
    f, g = sides(problem, statement)
    regime = regime_of(problem)
    bound = g * statement.bound
    answer = relation(f, bound, regime=regime)
    left = f / g
    if answer.kind == "unknown":
        return Verification(problem, statement, "unknown", left, reason=answer.reason)
    try:
        whole = ratio(f, g, regime)
    except OutsideClassError:
        whole = None
    if answer.kind in _HOLDS[statement.symbol]:
        return Verification(problem, statement, "proved", left, whole, _proofs(f, bound, statement.symbol, regime))
    failures = _failures(f, bound, statement.symbol, regime)
    failing = tuple(found for _, found in failures if found.certified)
    if not failing:
        return Verification(problem, statement, "unknown", left, whole, reason="no curve was found on which it fails")
    points = next((found for one in failing if one.curve and (found := _points(problem, one, left, statement))), ())
    repairs = _repairs(problem, statement, f, bound, regime) if repair else ()
    words = tuple(how for how, found in failures if found.certified)
    return Verification(problem, statement, "refuted", left, whole, failing, points, repairs, words)


def _points(problem: Problem, failing: Claim, left: Expr, statement: Statement) -> tuple[Trial, ...]:
    assert failing.curve is not None
    return trials(problem, failing.curve, left, statement.bound)


def _halves(f: Expr, bound: Expr, symbol: Symbol) -> tuple[tuple[Expr, Expr, str], ...]:
    """What a claim says: (smaller side, larger side, O or o)."""
    if symbol == "Theta":
        return (f, bound, "O"), (bound, f, "O")
    small = (f, bound) if symbol in ("O", "o") else (bound, f)
    return ((*small, "O" if symbol in ("O", "Omega") else "o"),)


def _holds(small: Expr, large: Expr, symbol: str, regime: Regime) -> bool:
    if symbol == "O":
        return is_big_o(small, large, regime) is True
    return relation(small, large, regime=regime).kind == "o"


def _proofs(f: Expr, bound: Expr, symbol: Symbol, regime: Regime) -> tuple[Claim, ...]:
    return tuple(proof(small, large, regime, half) for small, large, half in _halves(f, bound, symbol))


_WORDS = {
    (True, "O"): "grows faster than",
    (False, "O"): "grows slower than",
    (True, "o"): "grows at least as fast as",
    (False, "o"): "grows at most as fast as",
}
"""What the left side does where a half of a claim fails, by whether it is the smaller side there."""


def _failures(f: Expr, bound: Expr, symbol: Symbol, regime: Regime) -> tuple[tuple[str, Claim], ...]:
    return tuple(
        (_WORDS[small is f, half], refutation(small, large, regime, half))
        for small, large, half in _halves(f, bound, symbol)
        if not _holds(small, large, half, regime)
    )


# -- repairs ------------------------------------------------------------------------------------------


def _repairs(problem: Problem, statement: Statement, f: Expr, bound: Expr, regime: Regime) -> tuple[Repair, ...]:
    """Every choice of what is to bound the monomials that fail, each decided anew; the weakest first."""
    strict = statement.symbol in ("o", "omega")
    ways: list[list[tuple[Monomial, ...]]] = []
    try:
        for small, large, half in _halves(f, bound, statement.symbol):
            if not _holds(small, large, half, regime):
                ways += _ways(theta(small, regime=regime).form, theta(large, regime=regime).form, regime, strict)
        choices = _choices(ways, regime)
    except OutsideClassError:
        return ()
    found: dict[Repair, None] = {}
    for conditions in choices:
        assume = _assumptions(conditions, strict)
        if _proved(problem, statement, assume):
            found[Repair(assume)] = None
    return tuple(sorted(found, key=lambda repair: (len(repair.assume), sum(map(len, repair.assume)), repair.assume)))


def _ways(small: Form, large: Form, regime: Regime, strict: bool) -> list[list[tuple[Monomial, ...]]]:
    """For each part of the smaller side that fails, the conditions under which a part of the larger bounds it."""
    from decomposer.growth.forms import form_expr

    ways = []
    whole = form_expr(large)
    for part in small:
        if not _holds(form_expr((part,)), whole, "o" if strict else "O", regime):
            ways.append([tuple(over(top, bottom) for top in rival) for rival in large for bottom in part])
    return ways


def _choices(ways: list[list[tuple[Monomial, ...]]], regime: Regime) -> list[tuple[Monomial, ...]]:
    """One condition set for each way, without those that are impossible or follow from another."""
    size = 1
    for way in ways:
        size *= len(way)
    if not ways or size > MAX_REPAIRS:
        return []
    sets = [distinct(condition for conditions in choice for condition in conditions) for choice in product(*ways)]
    roomy = simplified([Cell((), conditions) for conditions in sets], regime)
    # What holds only where two growths are alike has no room; such a repair is better than none.
    return [cell.conditions for cell in roomy] or list(dict.fromkeys(sets))


def _assumptions(conditions: tuple[Monomial, ...], strict: bool) -> tuple[str, ...]:
    """Conditions as assumptions of a problem file; two opposite ones are one equality."""
    pairs = [tuple(condition_text(condition).removesuffix(")").split(" = O(", 1)) for condition in conditions]
    written: list[str] = []
    for below, above in pairs:
        if strict:
            written.append(f"{below} << {above}")
        elif (above, below) not in pairs:
            written.append(f"{below} <= {above}")
        elif f"{above} == {below}" not in written:
            written.append(f"{below} == {above}")
    return tuple(written)


def _proved(problem: Problem, statement: Statement, assume: tuple[str, ...]) -> bool:
    """Whether the claim holds with these assumptions; not where they contradict what is assumed."""
    try:
        return decide(assuming(problem, assume), statement, repair=False).verdict == "proved"
    except DecomposerError:
        return False
