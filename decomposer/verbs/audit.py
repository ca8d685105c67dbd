"""Audit: what each fact and each assumption is worth, and which facts not stated would pay most."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

from decomposer.design.combining import combinable
from decomposer.errors import DecomposerError, Diagnostic, OutOfTimeError, OutsideClassError
from decomposer.expr import ONE, Expr, minimum
from decomposer.growth import Ratio, RatioCase, Regime, is_big_o, ratio, theta
from decomposer.growth.cells import MAX_CELLS, Cell, cells, condition_text, distinct, over, simplified
from decomposer.growth.formal import monomial_expr
from decomposer.problem.frozen import Frozen
from decomposer.problem.load import problem_of
from decomposer.problem.model import Check, Combines, Problem, Read, Task
from decomposer.problem.validate import validate
from decomposer.rules.base import Fact
from decomposer.rules.separate import leaves_growth_out
from decomposer.search import asymptotic
from decomposer.search.price import Candidate
from decomposer.search.run import Run
from decomposer.search.unfold import Space, unfold
from decomposer.verbs.combinations import check_costs
from decomposer.verbs.explain import without
from decomposer.verbs.infeasible import infeasible
from decomposer.verbs.lighter import lighter, surer
from decomposer.verbs.measure import regime_of
from decomposer.verbs.pieces import easier
from decomposer.verbs.results import FORMAT_VERSION, ratio_cases

Kind = Literal["fact", "assumption", "opportunity"]

Least = tuple[Expr | None, bool]
"""A least growth, if there is any, and whether it is proved."""


@dataclass(frozen=True, slots=True)
class Worth:
    """What one fact or assumption is worth.

    Attributes
    ----------
    kind : {"fact", "assumption", "opportunity"}
        An opportunity is a fact that is not stated.
    subject : str
        The fact, such as ``"fix: local"``, or the assumption as written.
    when : str
        The change in words: "if fix is not local to one function".
    theta : Expr, optional
        The least growth after the change; `None` when nothing can be done any more.
    ratio : Ratio, optional
        How many times dearer that is than before; for an opportunity, how many times cheaper. `None` where nothing
        can be done, and where the two growths have too many cases.
    free : bool
        Whether the growth is no larger after the change (for an opportunity: no smaller).
    proved : bool
        Whether the search for the least growth after the change was complete.
    outside : str
        Why the change has no price, where growths could not be compared; then nothing else is known.
    """

    kind: Kind
    subject: str
    when: str
    theta: Expr | None
    ratio: Ratio | None
    free: bool
    proved: bool = True
    outside: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Write as plain data."""
        return {
            "kind": self.kind,
            "subject": self.subject,
            "when": self.when,
            "theta": None if self.theta is None else str(self.theta),
            "ratio": None if self.ratio is None else str(self.ratio.expr),
            "ratio_holds_when": None if self.ratio is None else ratio_cases(self.ratio),
            "free": self.free,
            "proved": self.proved,
            **({"not_comparable": self.outside} if self.outside else {}),
        }


@dataclass(frozen=True, slots=True)
class Audit:
    """The answer of `audit`: facts and assumptions by price, and opportunities by gain, the largest first.

    Opportunities that change nothing are only counted, in `tried`. `left_out` are facts, assumptions and opportunities
    that are not priced, for want of time.
    """

    problem: Problem
    theta: Expr
    facts: tuple[Worth, ...]
    assumptions: tuple[Worth, ...]
    opportunities: tuple[Worth, ...]
    tried: int
    left_out: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Write as plain data, fit for JSON."""
        return {
            "format_version": FORMAT_VERSION,
            "problem": self.problem.name,
            "theta": str(self.theta),
            "facts": [worth.to_dict() for worth in self.facts],
            "assumptions": [worth.to_dict() for worth in self.assumptions],
            "opportunities": [worth.to_dict() for worth in self.opportunities],
            "opportunities_tried": self.tried,
            "left_out": list(self.left_out),
        }

    def _repr_html_(self) -> str:
        from decomposer.report.audit import document
        from decomposer.report.html import fragment

        return fragment(document(self))


def audit(problem: Problem | str | Path, *, seconds: float | None = None) -> Audit:
    """Find what the answer owes to each fact and assumption, and which facts would improve it most.

    Parameters
    ----------
    problem : Problem, or the path or name of one
    seconds : float, optional
        How long to search; what is not priced by then is left out.

    Raises
    ------
    OutOfTimeError
        When the least growth is not known in that time: everything is priced by it.
    InfeasibleError
        When nothing solves the problem.
    ProblemError
        When the space of designs is too large.
    OutsideClassError
        When the least growth itself is not in the class that growth decides; a change after which it is not has no
        price, and says why.

    Notes
    -----
    The optimum is found anew without each fact and each assumption, and with each opportunity: one search each.
    """
    run = Run(seconds)
    problem = problem_of(problem)
    problem = replace(problem, designs=type(problem.designs)())
    check_costs(problem, "an audit prices facts")
    first = run.part(1)
    regime, space = regime_of(problem), unfold(problem, run=first)
    best, _ = _best(space, regime, first)
    if first.late:
        message = f"the least growth, by which everything is priced, is not known after {seconds:g} s"
        raise OutOfTimeError(Diagnostic(message, "out-of-time", hint="give it more time"), file=problem.file)
    if not best:
        raise infeasible(problem, space)
    now = _growth(best, regime)
    used = sorted({fact for candidate in best for fact in candidate.facts})
    price = _Prices(now, run)
    facts = [
        price.worth("fact", f"{fact.task}: {fact.kind}", _lost(problem, fact), partial(_without, space, fact), regime)
        for fact in used
    ]
    facts += [
        price.worth("fact", subject, when, partial(_after, weaker), regime)
        for subject, when, weaker in _weaker(problem, used)
    ]
    chances = [
        price.worth("opportunity", subject, when, partial(_after, changed), regime)
        for subject, when, changed in opportunities(problem)
    ]
    assumptions = [price.assumption(problem, text) for text in problem.assume]
    return Audit(
        problem=problem,
        theta=now,
        facts=_sorted(_known(facts), regime),
        assumptions=_sorted(_known(assumptions), _free_regime(problem)),
        opportunities=_sorted([chance for chance in _known(chances) if not chance.free], regime),
        tried=len(_known(chances)),
        left_out=tuple(price.left_out),
    )


def _known(found: Iterable[Worth | None]) -> list[Worth]:
    """What is priced."""
    return [worth for worth in found if worth is not None]


def _best(space: Space, regime: Regime, run: Run) -> tuple[list[Candidate], bool]:
    """The designs of least growth, and whether no other can do better."""
    found, complete = asymptotic.best(space, regime, constants=False, run=run)
    complete = complete and not leaves_growth_out(space.site.problem)
    return asymptotic.least_growth(found, regime), complete


def _growth(best: Sequence[Candidate], regime: Regime) -> Expr:
    return minimum(*(theta(option.growth, regime=regime).expr for option in best))


def least(space: Space, regime: Regime, run: Run | None = None) -> Least:
    """The least growth of a space, and whether it is proved; `None` where nothing does the job."""
    found, proved = _best(space, regime, run or Run())
    return (_growth(found, regime) if found else None), proved


def _after(problem: Problem, run: Run) -> Least:
    return least(unfold(problem, run=run), regime_of(problem), run)


def _without(space: Space, fact: Fact, run: Run) -> Least:
    return least(without(space, fact), regime_of(space.site.problem), run)


class _Prices:
    """Prices changes by the least growth as it is now, as long as there is time."""

    def __init__(self, now: Expr, run: Run) -> None:
        self.now, self.run = now, run
        self.left_out: list[str] = []

    def worth(self, kind: Kind, subject: str, when: str, after: Callable[[Run], Least], regime: Regime) -> Worth | None:
        """What a change is worth; `None` where there is no time to find out."""
        part = self.run.part(1)
        found = None if self.run.over() else _worth(kind, subject, when, partial(after, part), self.now, regime)
        if found is None or part.late:
            self.left_out.append(subject)
            return None
        return found

    def assumption(self, problem: Problem, text: str) -> Worth | None:
        """The optimum where an assumption need not hold, against the growth that it promised."""
        wider = replace(problem, assume=tuple(other for other in problem.assume if other != text))
        return self.worth("assumption", text, f"if {text} need not hold", partial(_after, wider), regime_of(wider))


def _worth(kind: Kind, subject: str, when: str, after: Callable[[], Least], now: Expr, regime: Regime) -> Worth:
    try:
        growth, proved = after()
        if growth is None:
            return Worth(kind, subject, when, None, None, False, proved)
        above, below = (now, growth) if kind == "opportunity" else (growth, now)
        free = is_big_o(above, below, regime) is True
        return Worth(kind, subject, when, growth, _ratio(above, below, regime), free, proved)
    except OutsideClassError as error:  # after the change; what the others are worth is known all the same
        return Worth(kind, subject, when, None, None, False, False, str(error))


def _ratio(above: Expr, below: Expr, regime: Regime) -> Ratio | None:
    """The ratio; case by case where one formula for all of the regime is too large, `None` where there is none."""
    try:
        return ratio(above, below, regime)
    except OutsideClassError:
        pass
    try:
        found = [
            Cell((over(top.values[0], bottom.values[0]),), distinct((*top.conditions, *bottom.conditions)))
            for top in cells(theta(above, regime=regime).form)
            for bottom in cells(theta(below, regime=regime).form)
        ]
    except OutsideClassError:
        return None
    kept = simplified(found, regime) if len(found) <= MAX_CELLS else ()
    cases = tuple(
        RatioCase(monomial_expr(cell.values[0]), tuple(map(condition_text, cell.conditions))) for cell in kept
    )
    return Ratio(above / below, cases) if cases else None


def _free_regime(problem: Problem) -> Regime:
    return regime_of(replace(problem, assume=()))


def _sorted(found: Sequence[Worth], regime: Regime) -> tuple[Worth, ...]:
    """The largest ratio first: by how many others are strictly larger; what is beyond price before all."""

    def larger(one: Worth, other: Worth) -> bool:
        if one.outside or other.outside:  # what has no price comes last
            return not one.outside
        if one.ratio is None or other.ratio is None:
            return one.theta is None and other.theta is not None
        a, b = one.ratio.expr, other.ratio.expr
        try:
            return is_big_o(b, a, regime) is True and is_big_o(a, b, regime) is False
        except OutsideClassError:
            return False

    ranks = [sum(larger(other, one) for other in found) for one in found]
    return tuple(worth for _, worth in sorted(zip(ranks, found, strict=True), key=lambda pair: (pair[0], pair[1].free)))


# -- in words -----------------------------------------------------------------------------------------


def _lost(problem: Problem, fact: Fact) -> str:
    """What it means that a fact does not hold."""
    task = problem.tasks[fact.task]
    words = {
        "local": f"if {task.name} is not local to one {task.local}",
        "finds": f"if nothing is known of how many items {task.name} finds",
        "for_each": f"if {task.name} is to be done everywhere, not only where {task.for_each} found something",
        "forgets": f"if {task.name} needs what earlier rounds said",
        "edits": f"if {task.name} must write everything again, not only what changes",
        "patch": f"if what {task.name} changes cannot be written as a patch",
        "reads head": f"if {task.name} needs all of what it reads, not only the head",
        "one_of": f"if nothing tells which specialist {task.name} needs",
        "succeeds": f"if the chance that {task.name} succeeds is not known",
        "splits": f"if {task.name} cannot tell the parts of what it reads",
        "steps": f"if the chain of {task.name} could not be cut into several calls",
        "check": f"if nobody can tell whether {task.name} succeeded",
        "combines": f"if results of {task.name} for groups of parts could not be combined",
        "memory": f"if {task.name} could not be done one after the other, with what it wrote before in memory",
        "recursive": f"if {task.name} could not be done by divide and conquer",
        "compresses": f"if nothing could be read instead of what {task.name} makes a digest of",
    }
    return words.get(fact.kind, f"without {fact.kind} of {task.name}")


def _weaker(problem: Problem, used: Sequence[Fact]) -> Iterator[tuple[str, str, Problem]]:
    """Facts in use that could hold in a weaker form."""
    for fact in used:
        task = problem.tasks[fact.task]
        if fact.kind == "check" and task.check is not None and task.check.scope == "part":
            weaker = replace(task, check=replace(task.check, scope="whole"))
            yield (
                f"{task.name}: check per part",
                f"if only all of {task.name} can be checked, not each part",
                _with_task(problem, weaker),
            )
        if fact.kind == "succeeds" and task.succeeds is not None and task.succeeds.wrong == "scatter":
            worse = replace(task, succeeds=replace(task.succeeds, wrong="agree"))
            yield f"{task.name}: scatter", f"if wrong answers of {task.name} agreed", _with_task(problem, worse)


def opportunities(problem: Problem) -> Iterator[tuple[str, str, Problem]]:
    """Facts that are not stated and would make sense: each with its name, in words, and the problem that has it."""
    for text in problem.texts.values():
        if text.split_by is not None:
            texts = {**problem.texts, text.name: replace(text, split_by=None)}
            used = {other.split_by for other in texts.values()}
            tasks = {name: one for name, one in problem.tasks.items() if name != text.split_by or name in used}
            free = replace(problem, texts=Frozen(texts), tasks=Frozen(tasks))
            yield f"{text.name}: split free", f"if an oracle could cut {text.name} into its parts", free
    for subject, when, changed in lighter(problem):
        try:
            yield subject, when, validate(changed)
        except DecomposerError:  # what is stated speaks of it
            continue
    for task in problem.tasks.values():
        for kind, when, changed in _more(problem, task):
            try:
                yield f"{task.name}: {kind}", when, validate(changed)
            except DecomposerError:  # it contradicts what is stated
                continue


def _more(problem: Problem, task: Task) -> Iterator[tuple[str, str, Problem]]:
    texts = [problem.texts[read.text] for read in task.reads]
    parts = dict.fromkeys(text.part for text in texts if text.part is not None)
    if task.local is None:
        for part in parts:
            when = f"if {task.name} were local to one {part}"
            yield "local", when, _with_task(problem, replace(task, local=part))
    if task.local is None and task.combines is None and parts and combinable(task):
        when = f"if results of {task.name} for groups of parts could be combined without a model"
        yield "combines", when, _with_task(problem, replace(task, combines=Combines()))
    if task.combines is not None and task.combines.by is not None:
        when = f"if results of {task.name} could be combined without a model"
        free = _with_task(problem, replace(task, combines=Combines()))
        yield "combines free", when, replace(free, designs=Frozen())  # these may say how a model combines
    yield from easier(problem, task)
    yield from surer(problem, task)
    edited = task.edits.text if task.edits is not None else None
    for place, read in enumerate(task.reads):
        text = problem.texts[read.text]
        looks = task.finds is None and task.local is None and text.name != edited
        if looks and not read.head and text.tokens != (text.head or ONE):
            headed = problem
            if text.head is None:
                headed = replace(problem, texts=Frozen({**problem.texts, text.name: replace(text, head=ONE)}))
            reads = (*task.reads[:place], Read(text.name, head=True), *task.reads[place + 1 :])
            when = f"if {task.name} needed only a head of {text.name}"
            yield f"head of {text.name}", when, _with_task(headed, replace(task, reads=reads))
    if task.edits is not None and task.edits.patch is None:
        patched = replace(task, edits=replace(task.edits, patch=ONE))
        yield "patch", f"if what {task.name} changes were a patch of constant size", _with_task(problem, patched)
    if task.edits is not None and task.edits.unit == "whole" and problem.texts[task.edits.text].part is not None:
        partial = replace(task, edits=replace(task.edits, unit="part"))
        yield "edits", f"if {task.name} could write only the part that changes", _with_task(problem, partial)
    if task.succeeds is not None and task.check is None:
        checked = replace(task, check=Check("part" if parts else "whole"))
        yield "check", f"if an oracle could tell whether {task.name} succeeded", _with_task(problem, checked)
    if task.check is not None and task.check.scope == "whole" and parts:
        checked = replace(task, check=replace(task.check, scope="part"))
        yield "check per part", f"if each part of {task.name} could be checked", _with_task(problem, checked)
    if task.remembers:
        fresh = replace(task, remembers=False)
        yield "forgets", f"if {task.name} needed nothing of what earlier rounds said", _with_task(problem, fresh)


def _with_task(problem: Problem, task: Task) -> Problem:
    return replace(problem, tasks=Frozen({**problem.tasks, task.name: task}))
