"""The report of `claim`: the verdict, why, numbers to try, and what would make it true."""

from __future__ import annotations

from decomposer.growth.curves import Curve
from decomposer.growth.witness import Step
from decomposer.report.document import Block, Facts, Heading, Hint, Points, Table, Title, Writer
from decomposer.report.numerals import number
from decomposer.verbs.claim import Verification
from decomposer.verbs.statement import speaks_of

_VERDICTS = {
    "proved": "proved, however the parameters grow within what is assumed",
    "refuted": "refuted: it fails for some growth of the parameters within what is assumed",
    "unknown": "unknown",
}

_ABOUT = {"cost": "the cost, not what is minimised", "span": "the critical path", "time": "time on the workers"}


def document(found: Verification) -> list[Block]:
    """Lay out what became of a claim."""
    problem, statement, writer = found.problem, found.statement, Writer(found.problem)
    bound = writer.formula(statement.bound)
    of = speaks_of(problem, statement)
    rows = [
        ("claim", f"{statement.left} = {statement.symbol}({bound})"),
        *((("about", _ABOUT[of]),) if of != "cost" or problem.minimise != "cost" else ()),
        ("verdict", _VERDICTS[found.verdict] + (f": {found.reason}" if found.reason else "")),
        ("assumed", ", ".join(map(writer.condition, problem.assume)) or "nothing but that the parameters grow"),
    ]
    blocks: list[Block] = [Title(problem.name), Facts(tuple(rows))]
    if found.verdict == "refuted":
        lines = tuple(
            f"{_curve(item.curve, writer)}: {statement.left} {how} {bound}"
            for how, item in zip(found.fails, found.evidence, strict=True)
            if item.curve is not None
        )
        blocks += [Heading("where it fails"), Points(lines)]
    if found.trials:
        names = tuple(name for name, _ in found.trials[0].at)
        values = tuple(
            (*(f"{value}" for _, value in trial.at), number(trial.left), number(trial.bound)) for trial in found.trials
        )
        blocks += [Heading("numbers to try"), Table((*names, statement.left, bound), values)]
    if found.repairs:
        lines = tuple(writer.conditions(repair.assume) for repair in found.repairs)
        blocks += [Heading("it holds as soon as" if len(lines) == 1 else "it holds as soon as one of"), Points(lines)]
    elif found.verdict == "refuted":
        none = "no assumption between products of powers was found under which it holds"
        blocks += [Heading("what it would take"), Points((none,))]
    if found.ratio is not None and found.verdict != "proved":
        cases = tuple(
            writer.theta(case.growth) + (f" where {writer.conditions(case.conditions)}" if case.conditions else "")
            for case in found.ratio.cases
        )
        blocks += [Heading(f"what {statement.left} is"), Points(cases)]
    if found.verdict == "proved":
        steps = (_step(step, writer) for item in found.evidence for step in item.steps)
        blocks += [Heading("proof, monomial by monomial"), Points(tuple(dict.fromkeys(steps)))]
    if found.notes:
        blocks += [Heading("note"), Points(found.notes)]
    blocks.append(Hint(f"decomposer compare {problem.file or problem.name}"))
    return blocks


def _step(step: Step, writer: Writer) -> str:
    """One monomial that is bounded by another, and by what assumptions."""
    low = ", ".join(map(writer.formula, step.monomial))
    left = low if len(step.monomial) == 1 else f"min({low})"
    means = ((writer.formula(bound), weight) for bound, weight in step.means)
    right = " · ".join(bound if weight == 1 else f"({bound})^({weight})" for bound, weight in means)
    rows = ", ".join(writer.condition(row) for row, _ in step.using)
    return f"{left} = O({right})" + (f" by {rows}" if rows else "")


def _curve(curve: Curve, writer: Writer) -> str:
    """A curve as the beginning of a sentence."""
    listed = ", ".join(f"{name} = {writer.formula(value)}" for name, value in curve.values if str(value) != name)
    if not curve.scale or all(not value.symbols for _, value in curve.values):
        return f"with {listed}" if listed else "everywhere"
    return f"with {listed + ' and ' if listed else ''}{curve.scale} going to infinity"
