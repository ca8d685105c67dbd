"""What calls of models with prices of their own cost, three ways: by hand, token by token, and as events with dice."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from decomposer import loads
from decomposer import simulate as run_as_events
from decomposer.design.bounds import at_least
from decomposer.design.evaluate import agents, span, total_cost
from decomposer.design.lift import hand_design
from decomposer.design.simulate import simulate
from decomposer.expr import evaluate, parse
from decomposer.problem.model import Problem

TALK = """
problem: talk
parameters: {n: tokens, b: rounds, p: {kind: constant, above: 0}, d: {kind: constant, above: 0}}
texts:
  story: {parts: {scene: 4}, each: n}
  bible: 30
  notes: {parts: {scene: 4}, each: 6}
  title: 2
capabilities: [read, write]
models:
  reader: {size: 9, prices: {input: p, output: 7, cached: d}, can: [read, write]}
  writer: {size: 5, prices: {input: 2, output: 3/2}, can: [read, write]}
cost: cached
tasks:
  note: {reads: [bible, story], writes: notes, requires: read, local: scene}
  name: {reads: notes, writes: title, requires: write}
designs:
  once: [{call: note, model: reader}, {call: name, model: writer}]
  scenes: [{each: scene, do: [{call: note, model: reader}]}, {call: name, model: reader}]
  pairs: [{each: scene, group: 3, do: [{call: note, model: writer}]}, {call: name, model: writer}]
  fused: [{call: [note, name], model: reader}]
"""

ROUNDS = """
problem: rounds
parameters: {n: tokens, k: units, b: bugs, p: {kind: constant, above: 0}, d: {kind: constant, above: 0}}
assume: [b <= k]
texts: {code: {parts: {unit: k}, each: n}, report: 3}
capabilities: [find, mend]
models:
  finder: {size: 2, prices: {input: p, output: 5, cached: d}, can: find}
  mender: {size: 3, prices: {input: 4, output: 1, cached: 1/3}, can: mend}
cost: cached
tasks:
  find: {reads: code, writes: report, requires: find, finds: {count: b, per_call: 1, per_part: 1}, local: unit}
  mend: {for_each: find, reads: [code, report], edits: code, requires: mend, local: unit}
designs:
  talk:
    - repeat: b
      as: i
      do:
        - {call: find, on: code, history: i}
        - {if: found, do: [{call: mend, on: code, history: i, rewrite: all}]}
  units: [{each: unit, do: [find, {if: found, do: [mend]}]}]
"""

TRIES = """
problem: tries
parameters: {n: tokens, p: {kind: constant, above: 0}, d: {kind: constant, above: 0}}
texts: {order: n, log: 5, verdict: 1}
capabilities: [act, judge]
models:
  actor: {size: 2, prices: {input: p, output: 5, cached: d}, can: act}
  judge: {size: 3, prices: {input: 4, output: 1, cached: 1/4}, can: judge}
cost: cached
tasks:
  act: {reads: order, writes: log, requires: act, succeeds: 1/4, check: {by: judge, scope: whole}}
  judge: {reads: [order, log], writes: verdict, requires: judge}
designs:
  again: [{retry: act, do: [act, judge]}]
"""


def exact(problem: Problem, name: str) -> str:
    return str(total_cost(problem, hand_design(problem, name)))


def test_by_hand() -> None:
    problem = loads(TALK)
    assert parse(exact(problem, "once")) == parse("p*(30 + 4*n) + 7*24 + 2*24 + 3/2*2")
    assert parse(exact(problem, "scenes")) == parse("4*(p*(30 + n) + 7*6) + p*24 + 7*2")
    assert parse(exact(problem, "pairs")) == parse("(2*(30 + 3*n) + 3/2*18) + (2*(30 + n) + 3/2*6) + 2*24 + 3/2*2")
    assert parse(exact(problem, "fused")) == parse("p*(30 + 4*n) + 7*(24 + 2)")


def test_a_conversation_reads_again_at_the_discount_of_each_model() -> None:
    """In round i, i - 1 prompts have been seen; so over b rounds b are read anew, and b (b - 1)/2 again."""
    problem = loads(ROUNDS)
    find = "p*k*n*b + d*k*n*b*(b - 1)/2 + 5*3*b"
    mend = "4*(k*n + 3)*b + 1/3*(k*n + 3)*b*(b - 1)/2 + k*n*b"
    assert parse(exact(problem, "talk")) == parse(f"{find} + {mend}")
    finder, mender = agents(problem, hand_design(problem, "talk"))
    assert finder.work == parse(find) and mender.work == parse(mend)
    assert parse(exact(problem, "units")) == parse("k*(p*n + 15) + b*(4*(n + 3) + n)")


def test_further_attempts_read_what_has_been_seen() -> None:
    """Four attempts: the order once anew and three times again; the judge reads the log, which is new, after it."""
    problem = loads(TRIES)
    act = "p*n + 3*d*n + 4*5*5"
    judge = "4*(n + 5) + 3*(n/4 + 4*5) + 4*1"
    assert parse(exact(problem, "again")) == parse(f"{act} + {judge}")


def test_without_delays_the_cost_is_the_time() -> None:
    problem = loads(TALK)
    design = hand_design(problem, "scenes")
    assert span(problem, design) == parse("p*(30 + n) + 7*6 + p*24 + 7*2")
    assert at_least(total_cost(problem, design), span(problem, design))


def test_under_linear_nothing_is_seen() -> None:
    problem = loads(ROUNDS.replace("cost: cached", "cost: linear"))
    rounds = "b*(b + 1)/2"
    assert parse(exact(problem, "talk")) == parse(f"p*k*n*{rounds} + 15*b + 4*(k*n + 3)*{rounds} + k*n*b")


@pytest.mark.parametrize("text", [TALK, ROUNDS, TRIES], ids=["talk", "rounds", "tries"])
@pytest.mark.parametrize("kind", ["cached", "linear"])
@pytest.mark.parametrize("seed", range(2))
def test_formulas_token_by_token_and_events_agree(text: str, kind: str, seed: int) -> None:
    dice = random.Random(f"{kind} {seed}")
    read = Fraction(dice.randint(1, 30), dice.randint(1, 7))
    discount = read * Fraction(dice.randint(1, 4), 4)
    numbers: dict[str, int | Fraction] = {
        "n": dice.randint(1, 5),
        "k": 5,
        "b": dice.randint(1, 4),
        "p": read,
        "d": discount,
    }
    problem = loads(text.replace("cost: cached", f"cost: {kind}"))
    at = {name: value for name, value in numbers.items() if name in problem.parameters}
    for name in problem.designs:
        design = hand_design(problem, name)
        formula = evaluate(total_cost(problem, design), at)
        assert simulate(problem, design, at).work == formula
        line = run_as_events(problem, name, at=at, runs=300, level=0.999).points[0].line("cost")
        assert line.predicted == pytest.approx(float(formula)) and line.verdict == "within"
