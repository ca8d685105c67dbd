"""Folds over the design tree on cases worked out by hand, and the laws that they obey."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decomposer.design.context import TOP
from decomposer.design.evaluate import agents, footprint, span, work
from decomposer.design.lift import hand_design
from decomposer.design.nodes import Call, Design, Each, Repeat, Retry, Seq, Vote, seq
from decomposer.design.reliability import reliability, runs
from decomposer.design.simulate import simulate
from decomposer.design.sizes import covers, model_size
from decomposer.expr import ONE, Expr, evaluate, maximum, num, parse, rounds
from decomposer.problem.load import load
from decomposer.problem.model import CostModel, Law, Problem

DEBUGGING, EVOLUTION, ROUTING = load("debugging"), load("evolution-q"), load("k-task")
FIND, FIX = Call(("find",)), Call(("fix",), write="part")
MUTATE = Call(("mutate",))


def hand(problem: Problem, name: str) -> Design:
    return hand_design(problem, name)


# -- work ------------------------------------------------------------------------------------------


def test_work_of_the_papers_designs() -> None:
    # eq. 4-7: rounds i = 1..b read i files; the tester writes one token, the developer all k*l
    naive = parse("m_q*k*l*b*(b+1)/2 + m_d*(k*l*(k*l+1)*b*(b+1)/2 + b*k*l*(k*l-1)/2)")
    assert work(DEBUGGING, hand(DEBUGGING, "naive")) == naive
    focused = parse("m_q*k*l + b*m_d*(l*(l+1) + l*(l-1)/2)")
    assert work(DEBUGGING, hand(DEBUGGING, "focused")) == focused
    assert work(ROUTING, hand(ROUTING, "delegator")) == parse("m_d + m_s*n")
    assert work(ROUTING, hand(ROUTING, "generalist")) == parse("k*m_s*n")
    block = parse("m_u*(l*l + l*(l-1)/2)")
    assert work(EVOLUTION, hand(EVOLUTION, "block-by-block")) == parse("k/q") * block


@pytest.mark.parametrize(
    ("cost", "expected"),
    [
        (CostModel(), "m_s*(2*n*k + 2*k*(2*k-1)/2)"),
        (CostModel("linear", alpha=num(3), beta=num(5)), "m_s*(3*n + 10*k)"),
        (CostModel("cached", alpha=num(3), beta=num(5), gamma=num(0)), "m_s*(3*n + 10*k)"),
        (CostModel("power", exponent=num(2)), "m_s*(2*k*n^2 + n*2*k*(2*k-1) + (2*k-1)*2*k*(4*k-1)/6)"),
    ],
)
def test_one_call_under_every_cost_model(cost: CostModel, expected: str) -> None:
    problem = load(
        {
            "problem": "one",
            "parameters": ["n", "k", "m_s"],
            "texts": {"question": "n", "answer": "2*k"},
            "capabilities": {"solve": "m_s"},
            "tasks": {"solve": {"reads": "question", "writes": "answer", "requires": "solve"}},
        }
    )
    assert work(replace(problem, cost=cost), Call(("solve",))) == parse(expected)


def test_a_further_attempt_and_a_further_vote_repeat_the_prompt() -> None:
    problem = replace(EVOLUTION, cost=CostModel("cached", alpha=ONE, beta=num(2), gamma=num(Fraction(1, 10))))
    first, again = parse("m_u*(l + 2*l)"), parse("m_u*(l/10 + 2*l)")
    block = Each("block", Retry(("mutate",), MUTATE))
    assert work(problem, block) == parse("k") * (first + (parse("1/q") - 1) * again)
    assert work(problem, Each("block", Vote(MUTATE, num(3)))) == parse("k") * (first + 2 * again)


# -- laws ------------------------------------------------------------------------------------------


def trees() -> st.SearchStrategy[Design]:
    """Designs of the evolution problem, legal or not: costs do not ask."""
    return st.recursive(
        st.just(MUTATE),
        lambda inner: st.one_of(
            st.lists(inner, min_size=2, max_size=3).map(lambda steps: seq(*steps)),
            st.tuples(st.integers(1, 5), inner).map(lambda pair: Repeat(num(pair[0]), pair[1])),
            inner.map(lambda body: Vote(body, num(3))),
            inner.map(lambda body: Retry(("mutate",), body, keep=True)),
        ),
        max_leaves=5,
    )


@settings(max_examples=60, deadline=None)
@given(trees(), trees(), st.integers(1, 6))
def test_work_adds_up_and_scales(one: Design, other: Design, times: int) -> None:
    assert work(EVOLUTION, seq(one, other)) == work(EVOLUTION, one) + work(EVOLUTION, other)
    assert work(EVOLUTION, Repeat(num(times), one)) == times * work(EVOLUTION, one)
    assert span(EVOLUTION, seq(one, other)) == span(EVOLUTION, one) + span(EVOLUTION, other)
    both = agents(EVOLUTION, seq(one, other))
    assert sum((agent.work for agent in both), num(0)) == work(EVOLUTION, seq(one, other))


@settings(max_examples=40, deadline=None)
@given(trees(), st.integers(1, 3), st.integers(1, 2))
def test_any_tree_costs_what_its_run_takes(tree: Design, k: int, tokens: int) -> None:
    values: dict[str, int | Fraction] = {"k": k, "l": tokens, "m_u": 3, "q": Fraction(2, 3)}
    count = simulate(EVOLUTION, tree, values)
    at = {name: Fraction(value) for name, value in values.items()}
    assert count.work == evaluate(work(EVOLUTION, tree), at)
    assert count.calls == evaluate(footprint(EVOLUTION, tree).calls, at)


# -- reliability -----------------------------------------------------------------------------------


def test_reliability() -> None:
    q = parse("q")
    assert reliability(EVOLUTION, MUTATE) == parse("q^k")
    each = Each("block", MUTATE)
    assert reliability(EVOLUTION, each) == parse("q^k")
    assert reliability(EVOLUTION, Retry(("mutate",), each)) == ONE
    assert reliability(EVOLUTION, Each("block", Vote(MUTATE, num(3)))) == (q**3 + 3 * q**2 * (1 - q)) ** parse("k")
    assert reliability(DEBUGGING, hand(DEBUGGING, "focused")) == ONE
    with pytest.raises(ValueError, match="odd"):
        reliability(EVOLUTION, Vote(MUTATE, num(4)))


@pytest.mark.parametrize(("right", "lead"), [("2/3", 1), ("2/3", 3), ("9/10", 2), ("1/2", 3), ("1/3", 2)])
def test_first_to_lead_is_a_random_walk(right: str, lead: int) -> None:
    """Runs and success against the walk, pushed on until almost all of it has ended."""
    p = Fraction(right)
    problem = load("evolution-q")
    one = Each("block", Vote(MUTATE, ONE, num(lead)))
    values: dict[str, int | Fraction] = {"k": 1, "l": 1, "m_u": 1, "q": p}
    alive, expected, won = {0: Fraction(1)}, Fraction(0), Fraction(0)
    for _ in range(120):
        expected += sum(alive.values(), Fraction(0))
        after: dict[int, Fraction] = {}
        for ahead, chance in alive.items():
            for step, part in ((1, p), (-1, 1 - p)):
                if ahead + step == lead:
                    won += chance * part
                elif ahead + step != -lead:
                    after[ahead + step] = after.get(ahead + step, Fraction(0)) + chance * part
        alive = after
    by_hand = simulate(problem, one, values).calls
    assert 0 <= by_hand - expected < Fraction(1, 100)
    from decomposer.problem.substitute import substitute

    there = substitute(problem, {name: num(value) for name, value in values.items()})
    assert evaluate(runs(there, Vote(MUTATE, ONE, num(lead)), TOP), {}) == by_hand
    assert 0 <= evaluate(reliability(there, one), {}) - won < Fraction(1, 100)


def test_keeping_good_parts_takes_the_slowest_of_them() -> None:
    kept = Retry(("mutate",), MUTATE, keep=True)
    assert footprint(EVOLUTION, kept).calls == rounds(parse("k"), parse("q"))
    # two blocks at one half: E max of two geometric variables is 8/3
    assert evaluate(footprint(EVOLUTION, kept).calls, {"k": Fraction(2), "q": Fraction(1, 2)}) == Fraction(8, 3)


# -- span, footprint, agents -----------------------------------------------------------------------


def test_span_takes_parts_side_by_side() -> None:
    find, fix = parse("m_q*l"), parse("m_d*(l*(l+1) + l*(l-1)/2)")
    assert span(DEBUGGING, hand(DEBUGGING, "focused")) == find + fix
    fresh = hand(DEBUGGING, "fresh-context")
    assert span(DEBUGGING, fresh) == work(DEBUGGING, fresh)
    naive = hand(DEBUGGING, "naive")
    assert span(DEBUGGING, naive) == work(DEBUGGING, naive)
    assert span(EVOLUTION, Each("block", Vote(MUTATE, num(3)))) == span(EVOLUTION, Each("block", MUTATE))


def test_footprint_and_agents() -> None:
    focused = footprint(DEBUGGING, hand(DEBUGGING, "focused"))
    assert (focused.calls, focused.agents, focused.hosted) == (parse("k + b"), num(2), parse("m_q + m_d"))
    assert focused.longest == maximum(parse("l + 1"), parse("2*l + 1"))
    routed = footprint(ROUTING, hand(ROUTING, "delegator"))
    assert (routed.calls, routed.agents, routed.hosted) == (num(2), parse("k + 1"), parse("m_d + k*m_s"))
    naive = agents(DEBUGGING, hand(DEBUGGING, "naive"))
    assert [(agent.tasks, agent.size, agent.calls) for agent in naive] == [
        (("find",), parse("m_q"), parse("b")),
        (("fix",), parse("m_d"), parse("b")),
    ]
    assert naive[1].longest == parse("b*(k*l + 1) + k*l")


def test_one_agent_does_all_calls_that_need_the_same() -> None:
    twice = Seq((FIND, Each("function", FIND)))
    (agent,) = agents(DEBUGGING, twice)
    assert agent.calls == parse("k + 1")


# -- model sizes -----------------------------------------------------------------------------------


def size(law: Law) -> Expr:
    return model_size(replace(DEBUGGING, law=law), Call(("find", "fix")), TOP)


def test_scaling_laws() -> None:
    assert size(Law()) == parse("m_q + m_d")
    assert size(Law("max")) == maximum(parse("m_q"), parse("m_d"))
    assert size(Law("power", ONE)) == size(Law())
    assert size(Law("power", num(Fraction(1, 2)))) == parse("sqrt(m_q^2 + m_d^2)")


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 50), st.integers(1, 50))
def test_the_power_law_falls_to_the_maximum(one: int, other: int) -> None:
    """Within (2^e - 1) of the larger, so ever closer as e falls to 0; compared without roots."""
    largest, numbers = max(one, other), {"m_q": Fraction(one), "m_d": Fraction(other)}
    previous: Fraction | None = None
    for degree in (1, 2, 4, 8, 16):
        law = size(Law("power", num(Fraction(1, degree))))
        total = evaluate(law ** num(degree), numbers)
        assert largest**degree < total <= 2 * largest**degree
        if previous is not None:
            assert total <= previous**2
        previous = total


def test_an_agent_that_may_go_on_is_as_large_as_one_that_does() -> None:
    assert model_size(DEBUGGING, Call(("find",), able=("fix",)), TOP) == size(Law())


def test_a_share_of_a_family() -> None:
    solve = Call(("solve",))
    assert model_size(ROUTING, solve, TOP) == parse("k*m_s")
    assert model_size(ROUTING, solve, TOP.sharing("solve", num(3))) == parse("3*m_s")
    tree = load("k-task-tree")
    assert model_size(tree, Call(("identify",), among=num(4)), TOP) == parse("4*kappa")


def test_closed_catalogue() -> None:
    problem = load(
        {
            "problem": "closed",
            "parameters": ["n", "price"],
            "texts": {"question": "n", "label": 1, "answer": 1},
            "capabilities": {"tell": 1, "solve": {"family": 6, "each": 1}},
            "models": {
                "large": {"size": "price", "can": {"tell": "all", "solve": "all"}},
                "little": {"size": 2, "can": {"solve": 2}},
            },
            "tasks": {
                "tell": {"reads": "question", "writes": "label", "requires": "tell"},
                "solve": {
                    "reads": "question",
                    "writes": "answer",
                    "requires": "solve",
                    "one_of": {"family": "solve", "told_by": "tell"},
                },
            },
        }
    )
    solve, tell = Call(("solve",), model="little"), Call(("tell",), model="large")
    assert (model_size(problem, solve, TOP), model_size(problem, tell, TOP)) == (num(2), parse("price"))
    assert covers(problem, "large", solve, TOP) and not covers(problem, "little", solve, TOP)
    assert covers(problem, "little", solve, TOP.sharing("solve", num(2)))
    assert not covers(problem, "little", solve, TOP.sharing("solve", num(3)))
    assert not covers(problem, "little", tell, TOP)
