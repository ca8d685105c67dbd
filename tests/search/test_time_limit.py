"""A time limit: whatever is cut short, the answer is a legal design that is not called the best."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Set
from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest

from decomposer import OutOfTimeError, audit, compare, explain, front, load, loads, optimize, regime_map
from decomposer.design.contract import check_design
from decomposer.design.nodes import Design, substitute
from decomposer.errors import InfeasibleError, ProblemError
from decomposer.expr import num
from decomposer.problem.model import Limits, Objective, Problem
from decomposer.problems import names
from decomposer.report.audit import document as audited
from decomposer.report.explanation import document as explained
from decomposer.report.optimum import document
from decomposer.report.text import render
from decomposer.rules.base import Goal, site_of
from decomposer.search import asymptotic, concrete, hurried
from decomposer.search.price import Candidate
from decomposer.search.run import Run
from decomposer.search.sets import over_sets
from decomposer.search.spread import order
from decomposer.search.unfold import unfold
from decomposer.solvers.dynamic import solve
from decomposer.verbs import audit as auditing
from decomposer.verbs import explain as explaining
from decomposer.verbs.measure import beyond_limits, measure, misses_target, numbered, regime_of
from decomposer.verbs.optimize import optimize_in
from decomposer.verbs.results import Result
from tests.search.test_random_facts import problem_of, some_numbers

At = Mapping[str, int | Fraction]

SMALL_STEP = 0.001
ENDS = (0.003, 0.02, 0.06, 0.3, 1.5)
"""Limits at which a clock that goes on by a small step when it is looked at ends in all phases of a search."""


class Ticking:
    """A clock that goes on whenever it is looked at."""

    def __init__(self, step: float = SMALL_STEP) -> None:
        self.time, self.step = 0.0, step

    def __call__(self) -> float:
        self.time += self.step
        return self.time


def still() -> float:
    """A clock that stands still."""
    return 0.0


def without_designs(problem: Problem) -> Problem:
    """The problem without hand designs: nothing but the search can find an answer."""
    return replace(problem, designs=type(problem.designs)())


def holds(problem: Problem, design: Design, at: At) -> None:
    """Check that a design keeps the contract, the limits and the target."""
    there = numbered(problem, at) if at else problem
    check_design(there, substitute(design, {name: num(value) for name, value in at.items()}))
    regime = regime_of(problem)
    assert beyond_limits(problem, design, measure(problem, design, regime, at), regime, at) == ()
    assert not misses_target(problem, design, regime, at)


def is_honest(result: Result, run: Run, whole: Result) -> None:
    """Check what is said of an answer: that of the whole search, or one that is no better and called bounded."""
    if not run.late:
        assert (result.status, result.design, result.cost) == (whole.status, whole.design, whole.cost)
        assert (result.notes, result.reasons) == (whole.notes, whole.reasons)
        return
    assert result.status == "bounded"
    assert result.reasons[0].startswith("time ran out after ") and result.reasons[0] in result.notes
    ours, best = result.cost.value, whole.cost.value
    if whole.status == "optimal" and ours is not None and best is not None and result.problem.minimise != "scope":
        assert order(ours, best) >= 0


DEBUGGING = {"k": 12, "l": 5, "b": 3, "m_q": 1, "m_d": 4}


@pytest.mark.parametrize("name", names())
def test_with_no_time_at_all_there_is_a_design(name: str) -> None:
    problem = without_designs(load(name))
    run = Run(0, still)
    result = optimize_in(run, problem)
    assert run.late and result.status == "bounded"
    holds(problem, result.design, {})
    assert "status" in render(document(result))


@pytest.mark.parametrize("name", ["debugging", "support", "chunking-window", "report-outline", "policy"])
def test_wherever_the_time_ends_the_answer_is_legal(name: str) -> None:
    problem = without_designs(load(name))
    whole = optimize(problem)
    for seconds in ENDS:
        run = Run(seconds, Ticking())
        result = optimize_in(run, problem)
        holds(problem, result.design, {})
        is_honest(result, run, whole)


@pytest.mark.parametrize("minimise", ["cost", "span", "time", "scope"])
@pytest.mark.parametrize("seed", range(3))
def test_so_it_is_of_random_problems(seed: int, minimise: Objective) -> None:
    problem = replace(problem_of(seed), minimise=minimise, workers=num(3) if minimise == "time" else None)
    for at in ({}, some_numbers(problem, Random(seed), 3)):
        try:
            whole = optimize(problem, at=at or None)
        except (InfeasibleError, ProblemError):
            continue
        for seconds in (0.0, 0.02, 0.3):
            run = Run(seconds, Ticking() if seconds else still)
            result = optimize_in(run, problem, at)
            holds(problem, result.design, at)
            is_honest(result, run, whole)


@pytest.mark.parametrize("limits", [Limits(models=num(2)), Limits(models=num(2), span=num(60_000))])
def test_so_it_is_under_limits(limits: Limits) -> None:
    problem = replace(without_designs(load("support")), limits=limits)
    at = {"n": 4, "l": 6, "s": 3}
    whole = optimize(problem, at=at)
    for seconds in (0.0, 0.02, 1.5, 20.0):
        run = Run(seconds, Ticking() if seconds else still)
        result = optimize_in(run, problem, at)
        holds(problem, result.design, at)
        is_honest(result, run, whole)


TARGET = """
problem: copying
parameters: {N: rows, t: tokens in a row}
texts: {rows: {parts: {row: N}, each: t}, copies: {parts: {row: N}, each: t}}
capabilities: {copy: 1}
target: 99/100
tasks:
  copy:
    reads: rows
    writes: copies
    requires: copy
    local: row
    succeeds: {probability: 9/10, per: part}
"""


def test_a_target_is_reached() -> None:
    problem, at = without_designs(loads(TARGET)), {"N": 5, "t": 3}
    whole = optimize(problem, at=at)
    assert whole.status == "optimal"
    for seconds in (0.0, *ENDS, 20.0):
        run = Run(seconds, Ticking() if seconds else still)
        result = optimize_in(run, problem, at)
        holds(problem, result.design, at)
        is_honest(result, run, whole)


def tight() -> Problem:
    """A problem whose cost is limited to that of a hand design."""
    problem = load("debugging")
    focused = next(hand for hand in optimize(problem, at=DEBUGGING).hand_designs if hand.name == "focused")
    return replace(problem, limits=Limits(cost=focused.cost.value))


def test_the_hand_may_be_the_only_one_within_the_limits() -> None:
    result = optimize_in(Run(0, still), tight(), DEBUGGING)
    assert result.status == "bounded"
    assert result.design == next(hand.design for hand in result.hand_designs if hand.name == "focused")
    assert any("drawn by hand, as no other was found in the time" in reason for reason in result.reasons)
    assert "focused: this very design" in render(document(result))


def test_without_any_design_that_is_said() -> None:
    problem = without_designs(tight())
    with pytest.raises(OutOfTimeError, match="no design was found in 0 s") as error:
        optimize_in(Run(0, still), problem, DEBUGGING)
    assert error.value.exit_code == 5
    assert "give it more time" in error.value.diagnostics[0].hint
    with pytest.raises(OutOfTimeError):
        compare(problem, at=DEBUGGING, seconds=0)


def test_a_hand_design_that_is_better_is_the_answer() -> None:
    """The first design that rules make of a scan reads all at once; the hand has drawn a better one."""
    problem = load("debugging")
    result = optimize_in(Run(0, still), problem)
    assert result.design == next(hand.design for hand in result.hand_designs if hand.name == "focused")
    assert not result.facts and not result.rules and result.candidate is not None
    assert any("the design shown is focused, drawn by hand, which is better" in reason for reason in result.reasons)


def test_an_ample_limit_changes_nothing() -> None:
    problem = load("debugging")
    for at in (None, DEBUGGING):
        assert optimize(problem, at=at, seconds=1000).to_dict() == optimize(problem, at=at).to_dict()
    assert compare(problem, seconds=1000).to_dict() == compare(problem).to_dict()
    assert front("trip", seconds=1000).to_dict() == front("trip").to_dict()


def test_a_comparison_ends_in_time() -> None:
    found = compare("debugging", seconds=0)
    assert found.optimum is not None and found.optimum.status == "bounded"
    assert any(note.startswith("time ran out after 0 s") for note in found.notes)
    assert all(row.attribution is None for row in found.rows)
    assert any("what each change contributes, is left out" in note for note in found.notes)


@pytest.mark.parametrize("at_numbers", [False, True])
def test_a_front_ends_in_time(at_numbers: bool) -> None:
    problem = load("debugging-patches")
    numbers = dict.fromkeys(problem.parameters, 3) if at_numbers else None
    found = front(problem, at=numbers, seconds=0)
    assert not found.complete and found.points
    assert any(doubt.startswith("time ran out after 0 s") for doubt in found.doubts)


def test_explanations_audits_and_maps_end_in_time() -> None:
    told = explain("debugging", seconds=0).result.notes
    assert any("what was refused, and what each fact is worth, is left out" in note for note in told)
    with pytest.raises(OutOfTimeError, match="is not known after 0 s"):
        audit("debugging", seconds=0)
    found = regime_map("debugging", seconds=0)
    assert not found.complete and any(note.startswith("time ran out after 0 s") for note in found.notes)


PARTLY = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Limits of a ticking clock that end in the midst of explanations and audits."""


def test_what_an_explanation_has_in_time_is_that_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = explain("debugging")
    monkeypatch.setattr(explaining, "Run", lambda seconds: Run(seconds, Ticking()))
    left_out = set()
    for seconds in PARTLY:
        found = explain("debugging", seconds=seconds)
        told = [note for note in found.result.notes if note.startswith("time ran out")]
        assert bool(told) == (found.to_dict() != whole.to_dict())
        if told:
            assert set(found.prices) <= set(whole.prices) and not found.choices
            left_out.add(told[-1])
            assert told[-1] in " ".join(render(explained(found)).split())
    assert "time ran out: what was refused, and what some facts are worth, is left out; give it more time" in left_out


def test_what_an_audit_has_in_time_is_that_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = audit("debugging")
    every = {worth.subject: worth for worth in (*whole.facts, *whole.assumptions, *whole.opportunities)}
    monkeypatch.setattr(auditing, "Run", lambda seconds: Run(seconds, Ticking()))
    partly = False
    for seconds in PARTLY:
        try:
            found = audit("debugging", seconds=seconds)
        except OutOfTimeError:
            continue
        for worth in (*found.facts, *found.assumptions, *found.opportunities):
            assert every[worth.subject] == worth
        assert bool(found.left_out) == (found.to_dict() != whole.to_dict())
        if found.left_out:
            partly = True
            assert "time ran out before these were priced" in render(audited(found))
    assert partly


@pytest.mark.parametrize("seconds", [-1, float("nan")])
def test_what_is_no_limit_is_refused(seconds: float) -> None:
    with pytest.raises(ProblemError, match=r"a time limit of .* s cannot be kept"):
        optimize("debugging", seconds=seconds)


def rich(tasks: int) -> Problem:
    """A problem whose search takes a minute or so: tasks in a row that are local and may be repeated."""
    lines = ["problem: rich", "parameters: {k: parts, l: tokens, s: size, m: size}", "assume: [s <= m]", "texts:"]
    lines += [f"  t{i}: {{parts: {{part: k}}, each: l}}" for i in range(tasks + 1)]
    lines += ["capabilities: {few: s, more: m}", "tasks:"]
    for i in range(tasks):
        fails = ", succeeds: {probability: 99/100, per: part}, check: {}" if i % 2 else ""
        lines.append(
            f"  a{i}: {{reads: t{i}, writes: t{i + 1}, requires: {'few' if i % 3 else 'more'}, local: part{fails}}}"
        )
    return loads("\n".join(lines))


@pytest.mark.parametrize("at", [None, {"k": 60, "l": 50, "s": 2, "m": 5}])
def test_a_limit_on_the_wall_clock_is_kept(at: At | None) -> None:
    problem, begun = rich(24), time.monotonic()
    result = optimize(problem, at=at, seconds=0.4)
    assert time.monotonic() - begun < 10
    assert result.status == "bounded" and any("time ran out after 0.4 s" in reason for reason in result.reasons)
    holds(problem, result.design, at or {})


# -- the parts ------------------------------------------------------------------------------------------


def test_a_run_hands_its_time_on() -> None:
    clock = Ticking(1.0)
    run = Run(10, clock)  # begun at 1
    half = run.part(0.5)  # looks at the clock at 2, and begins at 3
    assert half.seconds == 4.5 and half.begun == 3
    assert not half.over() and not half.over()
    half.cut("half was done")
    half.leave("a reason")
    run.take(half)
    assert run.told == ("time ran out after 10 s: half was done; more time may find a better design", "a reason")
    assert Run(float("inf")).part(0).seconds is None
    assert Run().part(0.1).seconds is None and not Run().over() and not Run(None).past_grace()


def test_pricing_with_time_is_that_without() -> None:
    space = unfold(load("policy"))
    regime = regime_of(space.site.problem)

    def values(price: Callable[[asymptotic.Pricing], Mapping[Goal, list[Candidate]]]) -> object:
        return {goal: [one.work for one in found] for goal, found in price(asymptotic.Pricing(space, regime)).items()}

    run = Run(1.0, still)
    plain = values(lambda pricing: solve(space.graph, pricing.combine, pricing.prune))
    assert values(lambda pricing: hurried.priced(space, pricing, run)) == plain and not run.late


def test_sets_of_models_leave_their_bound() -> None:
    """What the whole catalogue costs at least, hosting aside, is a bound of what any two of its models do."""
    problem = numbered(load("support"), {"n": 4, "l": 6, "s": 3})
    whole, run = frozenset(problem.models), Run(10.0, still)

    def search(names: Set[str], part: Run) -> tuple[list[Candidate], bool]:
        if names == whole:
            return concrete.best(site_of(problem), names)
        part.cut("nothing was done")
        return [], False

    found, complete = over_sets(
        problem, [frozenset({"small", "large"}), frozenset({"large"}), frozenset()], search, run
    )
    (least,) = {one.work for one in concrete.best(site_of(problem), whole)[0]}
    assert not found and not complete
    assert run.how_far == f"of 4 sets of models, 3 were not searched whole, and no design costs less than {least}"


def test_no_more_goals_are_unfolded_than_there_is_time_for() -> None:
    run = Run(0.01, Ticking())
    space = unfold(load("debugging"), run=run)
    assert run.late and not space.whole
    whole = unfold(load("debugging"))
    assert 0 < space.graph.or_nodes < whole.graph.or_nodes
    assert all(tuple(space.ways(goal)) == arcs for goal, arcs in whole.graph.arcs.items())
