"""The answers of Meyerson et al. 2025 (MAKER), from general facts and rules, and by brute force."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, getcontext
from fractions import Fraction
from typing import Any

import pytest

from decomposer.design.certainty import certainty
from decomposer.design.evaluate import work
from decomposer.design.nodes import Call, Stride, Vote, substitute
from decomposer.design.votes import least_lead
from decomposer.expr import num, parse, sym
from decomposer.growth import relation
from decomposer.problem.build import build
from decomposer.problem.load import load
from decomposer.problem.model import Problem
from decomposer.problem.regime import regime
from decomposer.verbs.measure import numbered
from decomposer.verbs.optimize import optimize

TABLE = {"0.0022": 3, "0.0358": 6, "0.1839": 12, "0.3571": 29}
"""Error rates per step, and the votes that a million steps need (arXiv 2511.09030, table 1)."""

HANOI = 2**20 - 1


def chain(
    rate: object = None, models: dict[str, Any] | None = None, per_call: int | None = None, target: str | None = "19/20"
) -> Problem:
    steps: dict[str, Any] = {"count": "n"} if per_call is None else {"count": "n", "per_call": per_call}
    succeeds: dict[str, Any] = {"per": "step", "wrong": "scatter"}
    if rate is not None:
        succeeds["probability"] = rate
    sizes = "price" if models is None else 1
    return build(
        "chain",
        parameters={"n": "links", **({"price": "of a token"} if models is None else {})},
        texts={"brief": 1, "log": "n"},
        capabilities={"go": sizes},
        models=models or {},
        cost={"model": "linear", "input": 0, "output": 1},
        target=target,
        tasks={"walk": {"reads": "brief", "writes": "log", "requires": "go", "steps": steps, "succeeds": succeeds}},
    )


@pytest.mark.parametrize(("error", "votes"), TABLE.items())
def test_votes_of_the_published_table(error: str, votes: int) -> None:
    rate = Fraction(error)
    assert least_lead(rate / (1 - rate), Fraction(HANOI), Fraction(19, 20)) == votes


@pytest.mark.parametrize(("error", "votes"), TABLE.items())
@pytest.mark.parametrize("per_call", [1, None])
def test_the_optimizer_chooses_the_votes(error: str, votes: int, per_call: int | None) -> None:
    """One step per call: the lead is that of the table. Where steps fail often, this is best in any case."""
    if per_call is None and Fraction(error) < Fraction(1, 10):
        pytest.skip("several steps per call are better")
    problem = chain(str(1 - Fraction(error)), per_call=per_call)
    result = optimize(problem, at={"n": HANOI, "price": 7})
    assert result.design == Stride("walk", Vote(Call(("walk",)), lead=num(votes)))
    assert result.status == "optimal"


def test_the_model_of_least_cost_per_success() -> None:
    """Neither the cheapest per token nor the most accurate."""
    rates = {"tiny": (1, "0.3571"), "small": (2, "0.1839"), "middle": (3, "0.0358"), "large": (40, "0.0022")}
    models = {
        name: {"size": price, "can": "go", "succeeds": {"walk": str(1 - Fraction(error))}}
        for name, (price, error) in rates.items()
    }
    problem = chain(models=models)
    result = optimize(problem, at={"n": HANOI})
    design = result.design
    assert isinstance(design, Stride) and isinstance(design.body, Vote) and isinstance(design.body.body, Call)
    assert design.body.body.model == "middle"
    asymptotic = optimize(problem)
    assert [part.model for part in _calls(asymptotic.design)] == ["middle"]
    assert relation(asymptotic.theta, parse("n*log(n)"), regime=regime(problem)).kind == "Theta"


def _calls(node: Any) -> list[Call]:
    return [node] if isinstance(node, Call) else _calls(node.body)


def test_growth() -> None:
    """Theta(s log s) for any fixed number of steps per call, exponential where that number grows."""
    problem = load("maker")
    result = optimize(problem)
    where = regime(problem)
    assert relation(result.theta, parse("m_s*k*log(k)"), regime=where).kind == "Theta"
    # Any m that grows, at the same lead: dearer by a factor that is exponential in m.
    growing = where.extended(assume=["m <= k"], unbounded=["m"])
    assert isinstance(result.design, Stride) and isinstance(result.design.body, Vote)
    many = replace(result.design, size=sym("m"))
    assert relation(work(problem, result.design), work(problem, many), regime=growing).kind == "o"
    exponential = parse("m_s*k*log(k)*(100/99)**m")
    assert relation(work(problem, many), exponential, regime=growing).kind == "Theta"
    # With the smallest lead there is, beyond the logarithm of k: still dearer.
    least = replace(many, body=replace(result.design.body, lead=num(2)))
    beyond = growing.extended(assume=["log(k) << m"])
    assert relation(work(problem, result.design), work(problem, least), regime=beyond).kind == "o"


def votes_by_hand(p: Fraction, m: int, s: int, t: Fraction) -> int:
    """``ceil(ln(t**(-m/s) - 1) / ln((1-p)/p))`` with fifty digits."""
    getcontext().prec = 50
    ratio = Decimal(((1 - p) / p).numerator) / Decimal(((1 - p) / p).denominator)
    whole = Decimal(t.numerator) / Decimal(t.denominator)
    need = ((-Decimal(m) / Decimal(s) * whole.ln()).exp() - 1).ln() / ratio.ln()
    return int(need.to_integral_value(rounding="ROUND_CEILING"))


def cost_by_hand(p: Fraction, m: int, v: int, s: int) -> Fraction:
    """Tokens of all runs: races of all full calls, and of the shorter one at the end."""
    ratio = (1 - p) / p
    race = v * (1 - ratio**v) / ((1 + ratio**v) * (2 * p - 1))
    full, left = divmod(s, m)
    total = full * m * race / p ** (m - 1)
    return total + (left * race / p ** (left - 1) if left else 0)


def test_interior_optimum() -> None:
    """At p = 0.99, s = 10**6, t = 0.9: ten steps per call take three votes, one step four, and are 18 % cheaper."""
    p, s, t = Fraction(99, 100), 10**6, Fraction(9, 10)
    best = min((cost_by_hand(p, m, max(2, votes_by_hand(p, m, s, t)), s), m) for m in range(1, 400))
    assert best[1] == 10
    assert votes_by_hand(p, 1, s, t) == 4 and votes_by_hand(p, 10, s, t) == 3
    result = optimize(load("maker"), at={"k": s, "m_s": 1})
    assert result.status == "optimal"
    assert result.design == Stride("solve", Vote(Call(("solve",)), lead=num(3)), num(10))
    assert result.cost.value is not None and result.cost.value.as_fraction() == best[0]
    saved = 1 - best[0] / cost_by_hand(p, 1, 4, s)
    assert Fraction(17, 100) < saved < Fraction(19, 100)


def test_nothing_is_chosen_that_misses_the_target() -> None:
    problem = load("maker")
    there = numbered(problem, {"k": 10**6, "m_s": 1})
    result = optimize(problem, at={"k": 10**6, "m_s": 1})
    assert certainty(there, result.design).at_least(Fraction(9, 10))
    assert isinstance(result.design, Stride) and isinstance(result.design.body, Vote)
    fewer = Stride("solve", Vote(Call(("solve",)), lead=num(2)), num(10))
    assert not certainty(there, substitute(fewer, {})).at_least(Fraction(9, 10))
