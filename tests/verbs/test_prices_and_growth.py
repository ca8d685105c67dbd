"""What is said of models with prices of their own while sizes are open: regimes, effort, changes, scopes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from decomposer import compare, effort, explain, front, load, loads, optimize, regime_map
from decomposer.cli.main import main
from decomposer.design.evaluate import models_used
from decomposer.design.lift import hand_design
from decomposer.expr import num, parse
from decomposer.problem.frozen import Frozen
from decomposer.problem.model import CostModel, Problem
from decomposer.problem.prices import Prices
from decomposer.problems import names
from decomposer.report.effort import document as effort_report
from decomposer.report.text import render
from decomposer.verbs.attribution import attribute

DRAFT = """
problem: draft
parameters: {n: tokens of the sources, w: tokens of the draft, p: price}
texts: {sources: n, draft: w}
capabilities: [write]
models:
  reader: {size: 3, prices: {input: 1, output: p}, can: write}
  writer: {size: 2, prices: {input: p, output: 1}, can: write}
cost: linear
tasks:
  draft: {reads: sources, writes: draft, requires: write}
"""


def test_the_regime_decides_who_drafts() -> None:
    """Reader: n + p w; writer: p n + w. So it is the reader's where w = O(n), and the writer's where n = O(w)."""
    problem = loads(DRAFT)
    result = optimize(problem)
    assert result.status == "regimes"
    assert {models_used(option.design) for option in result.options} == {("reader",), ("writer",)}
    found = regime_map(problem)
    assert found.verified and found.complete
    who = {leaf.conditions: (str(leaf.theta), leaf.winner) for leaf in found.leaves}
    assert who == {("w = O(n)",): ("p*w + n", "design 1"), ("n = O(w)",): ("n*p + w", "design 2")}
    for assumption, model in (("w << n", "reader"), ("n << w", "writer")):
        inside = optimize(replace(problem, assume=(assumption,)))
        assert inside.status == "optimal" and models_used(inside.design) == (model,)
    for numbers, model, cost in (((90, 20), "reader", 90 + 60), ((20, 90), "writer", 60 + 90)):
        there = optimize(problem, at=dict(zip("nw", numbers, strict=True), p=3))
        assert models_used(there.design) == (model,) and there.cost.value == cost


REVIEW = """
problem: review
parameters: {n: tokens of the minutes, p: price}
assume: [p << n]
texts: {minutes: n, verdict: 10, note: 2}
capabilities: [judge, note]
models:
  judge: {size: 1, prices: {input: 2, output: 3}, can: judge}
  clerk: {size: 9, prices: {input: p, output: 2*p, cached: 0}, can: note}
cost: cached
tasks:
  review: {reads: minutes, writes: verdict, requires: judge}
  note: {reads: verdict, writes: note, requires: note}
designs:
  hand: [review, note]
"""


def test_how_much_dearer_a_model_may_be() -> None:
    """The whole takes 2 n + 30 + 14 p: so the clerk may be n/p times as dear as it is, and the judge no dearer."""
    problem = loads(REVIEW)
    assert optimize(problem).cost.exact == parse("2*n + 30 + 14*p")
    (part,) = effort(problem).designs
    judge, clerk = part.agents
    assert judge.free is not None and clerk.free is not None and judge.verified and clerk.verified
    assert (judge.free.expr, clerk.free.expr) == (num(1), parse("n/p"))
    assert clerk.to_dict()["free_factor"] == "n/p" and "free_size" not in clerk.to_dict()
    text = render(effort_report(effort(problem)))
    assert "note: up to n/p times as dear" in text and "review: no dearer than it is" in text
    assert "clerk, p in, 2·p out, 0 cached" in text and "how much dearer its model may be" in text


def test_the_free_factor_by_hand() -> None:
    """Put the free factor into the prices: the same growth; a little more of it: a larger one."""
    problem = loads(REVIEW)
    for factor, theta in (("n/p", "n"), ("n", "n*p")):
        times = parse(factor)
        old = problem.models["clerk"].prices
        assert old is not None
        new = replace(problem.models["clerk"], prices=Prices(old.input * times, old.output * times, old.cached))
        grown = optimize(replace(problem, models=Frozen({**problem.models, "clerk": new})))
        assert grown.cost.theta == parse(theta)


def test_a_model_that_costs_nothing() -> None:
    problem = loads(REVIEW.replace("{input: p, output: 2*p, cached: 0}", "{input: 0, output: 0}"))
    (part,) = effort(problem).designs
    assert part.agents[1].free is None
    assert "note: its calls cost nothing" in render(effort_report(effort(problem)))


def test_prices_in_proportion_to_sizes_say_what_sizes_say() -> None:
    listed = [load(name) for name in names()]
    sized = [one for one in listed if one.models and all(model.prices is None for model in one.models.values())]
    catalogues = [one for one in sized if one.cost.kind in ("linear", "cached") and one.target is None]
    assert len(catalogues) >= 4
    for given in catalogues:
        cost = given.cost
        models = {
            key: replace(
                one, prices=Prices(one.size * cost.alpha, one.size * cost.beta, one.size * cost.alpha * cost.gamma)
            )
            for key, one in given.models.items()
        }
        priced = replace(given, models=Frozen(models), cost=CostModel(cost.kind))
        one, other = optimize(given), optimize(priced)
        assert (one.cost.exact, one.status, one.design) == (other.cost.exact, other.status, other.design)


def pair(problem: Problem) -> Problem:
    """Two models of one ability: one is smaller and dearer."""
    dear = replace(problem.models["reader"], name="dear", size=num(1), prices=Prices(num(50), num(50)))
    return replace(problem, models=Frozen({**problem.models, "dear": dear}))


def test_the_smallest_model_is_not_the_cheapest() -> None:
    problem = pair(loads(DRAFT))
    at = {"n": 9, "w": 9, "p": 2}
    assert "dear" not in models_used(optimize(problem, at=at).design)
    assert models_used(optimize(replace(problem, minimise="scope"), at=at).design) == ("dear",)
    assert models_used(optimize(replace(problem, minimise="scope")).design) == ("dear",)


def test_cost_against_time() -> None:
    """Delays are of what is written, prices of both: both models stand on the front."""
    problem = pair(loads(DRAFT))
    delays = {"reader": 5, "writer": 5, "dear": 1}
    models = {name: replace(one, delay=num(delays[name])) for name, one in problem.models.items()}
    found = front(replace(problem, models=Frozen(models)), at={"n": 9, "w": 9, "p": 2})
    costs = [(point.cost, point.span) for point in found.points]
    assert costs == [(num(27), num(45)), (num(900), num(9))]


LEAN = """
problem: lean
texts: {minutes: 50, verdict: 10, note: 2}
capabilities: [judge, note]
models:
  lean: {size: 7, prices: {input: 1, output: 2}, can: [judge, note]}
  dear: {size: 3, prices: {input: 5, output: 2}, can: [judge, note]}
cost: linear
tasks:
  review: {reads: minutes, writes: verdict, requires: judge}
  note: {reads: verdict, writes: note, requires: note}
designs:
  fused: [{call: [review, note], model: dear}]
  apart: [{call: review, model: lean}, {call: note, model: lean}]
  one-each: [{call: review, model: lean}, {call: note, model: dear}]
"""


def test_changes_speak_of_prices() -> None:
    """The model that is larger by its size is the cheaper one."""
    problem = loads(LEAN)
    told = {
        ("fused", "apart"): "review and note in calls of their own, each by a cheaper model",
        ("fused", "one-each"): "review in a call of its own, by a cheaper model; note in a call of its own",
        ("apart", "fused"): "review and note in one call of one dearer model",
    }
    for (old, new), words in told.items():
        assert words in str(compare(problem, old, against=new).to_dict())
    assert models_used(optimize(problem).design) == ("lean",) and explain(problem).choices


def test_at_numbers_on_the_command_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "draft.yaml"
    file.write_text(DRAFT, encoding="utf-8")
    assert main(["optimize", str(file), "--set", "n=20", "--set", "w=90", "--set", "p=1/2"]) == 2
    assert "p = 1/2" in capsys.readouterr().err
    assert main(["optimize", str(file), "--set", "n=20", "--set", "w=90", "--set", "p=5/2"]) == 0
    out = capsys.readouterr().out
    assert "writer, p in, 1 out" in out and "140" in out  # 20 * 5/2 + 90


MIGRATE = """
problem: migrate
texts:
  code: {parts: {file: 6}, each: 15}
  plan: {parts: {file: 6}, each: 5}
capabilities: [plan, migrate]
models:
  mini: {size: 8, prices: {input: 1, output: 2}, can: [plan, migrate]}
  mid: {size: 70, prices: {input: 30, output: 50}, can: [plan, migrate]}
cost: linear
tasks:
  plan: {reads: code, writes: plan, requires: plan}
  migrate: {reads: [code, plan], edits: code, requires: migrate}
designs:
  apart: [{call: plan, model: mini}, {call: migrate, model: mid}]
  fused: [{call: [plan, migrate], model: mini}]
"""


def test_a_cheaper_model_is_a_change_of_its_own() -> None:
    """One call for two tasks does not ask for a cheaper model: what that saves is not credited to it."""
    problem = loads(MIGRATE)
    planned, moved = 90 + 2 * 30, 30 * (90 + 30) + 50 * 90
    told = {
        ("apart", "fused"): [
            ("plan and migrate in one call", 30 * 90 + 50 * (30 + 90)),
            ("plan and migrate use mini instead of mid", 90 + 2 * (30 + 90)),
        ],
        ("fused", "apart"): [
            ("plan and migrate in calls of their own", planned + (90 + 30) + 2 * 90),
            ("migrate uses mid instead of mini", planned + moved),
        ],
    }
    for (old, new), changes in told.items():
        found = attribute(problem, hand_design(problem, old), hand_design(problem, new))
        assert found is not None
        assert [(each.does, each.after.as_fraction()) for each in found.contributions] == [
            ((does,), cost) for does, cost in changes
        ]
