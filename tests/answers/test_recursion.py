"""Answers about divide and conquer: how far to divide, into how many, and what it saves."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

import decomposer
from decomposer.design.certainty import certainty
from decomposer.design.evaluate import work
from decomposer.design.nodes import Recurse, Vote, walk
from decomposer.design.nodes import substitute as put_in_design
from decomposer.design.recursing import base_cases
from decomposer.design.simulate import simulate
from decomposer.expr import evaluate, num, parse
from decomposer.growth import relation
from decomposer.problem.substitute import substitute
from decomposer.search.enumerate import designs
from decomposer.search.unfold import unfold
from decomposer.verbs.measure import regime_of

PROVED = ("optimal", "optimal_growth")


def theta(result: decomposer.Result, formula: str) -> bool:
    return relation(result.theta, parse(formula), regime=regime_of(result.problem)).kind == "Theta"


def loses(result: decomposer.Result, name: str, factor: str) -> bool:
    """Whether a hand design costs exactly that factor more, in growth, and the factor is no constant."""
    (hand,) = [hand for hand in result.hand_designs if hand.name == name]
    regime = regime_of(result.problem)
    kind = relation(hand.cost.theta, result.theta * parse(factor), regime=regime).kind
    return kind == "Theta" and relation(parse(factor), num(1), regime=regime).kind == "omega"


def test_a_report_is_planned_by_halves_down_to_where_plans_cost_what_writing_does() -> None:
    result = decomposer.optimize("report-outline")
    assert result.status in PROVED
    assert theta(result, "m_p**(1/2)*m_w**(1/2)*N*l*b")
    assert isinstance(result.design, Recurse)
    assert result.design.size == parse("m_p**(1/2)*b/(m_w**(1/2)*l)")
    assert loses(result, "in-one-go", "m_w**(1/2)*N*l/(m_p**(1/2)*b)")
    assert loses(result, "flat-plan", "m_p**(1/2)*N*b/(m_w**(1/2)*l)")
    assert loses(result, "by-halves", "m_p**(1/2)*b/(m_w**(1/2)*l)")


def test_cheap_plans_are_made_down_to_single_sections() -> None:
    data = decomposer.load("report-outline").to_data()
    problem = decomposer.load({**data, "assume": ["b <= l", "m_p*b^2 <= m_w*l^2"]})
    result = decomposer.optimize(problem)
    assert result.status in PROVED
    assert theta(result, "m_w*N*l**2")
    assert isinstance(result.design, Recurse)
    assert result.design.size == num(1)


def test_a_proof_is_split_into_lemmas_of_constant_length() -> None:
    """T(n) = 3 T(n/2) + Theta(1): n**log2(3) lemmas, where a proof of n = 2k in one go takes (4/3)**n attempts."""
    result = decomposer.optimize("proof-search")
    assert result.status in PROVED
    assert theta(result, "m_p*s**2*k**(log(3)/log(2))")
    assert isinstance(result.design, Recurse)
    assert not result.design.size.symbols
    assert loses(result, "in-one-go", "k**2*k**(-log(3)/log(2))*(16/9)**k")
    assert loses(result, "split-once", "k**2*k**(-log(3)/log(2))*(4/3)**k")
    assert "prove: recursive" in [worth.subject for worth in decomposer.audit("proof-search").facts]


NUMBERS = [
    ("report-outline", {"N": 12, "l": 3, "b": 2, "m_p": 20, "m_w": 1}),
    ("report-outline", {"N": 11, "l": 9, "b": 3, "m_p": 2, "m_w": 1}),
    ("proof-search", {"k": 4, "s": 2, "m_s": 1, "m_p": 2}),
    ("proof-search", {"k": 3, "s": 2, "m_s": 5, "m_p": 5}),
]


@pytest.mark.parametrize(("name", "at"), NUMBERS)
def test_at_numbers_the_best_of_all_base_cases_and_shares_is_found(name: str, at: dict[str, int]) -> None:
    """Every design is run on paper; the optimum is the cheapest run."""
    problem, fixed = decomposer.load(name), {key: num(value) for key, value in at.items()}
    there = substitute(problem, fixed)
    count = at["N"] if "N" in at else 2 * at["k"]
    found: list[Fraction] = []
    for design, decisions in designs(unfold(problem)):
        for size in range(2, count) if decisions else (1,):
            known = put_in_design(design, {**fixed, "g": num(size)})
            free = isinstance(known, Recurse) and known.into == known.shrink
            for into in range(2, -(-count // size) + 1) if free else (0,):
                if into and isinstance(known, Recurse):
                    known = Recurse(known.task, known.part, known.body, num(into), num(into), known.size, known.split)
                run = simulate(there, known, {})
                assert run.work == evaluate(work(there, known), {})
                found.append(run.work)
    result = decomposer.optimize(problem, at=at)
    assert result.status == "optimal"
    assert result.cost.value is not None
    assert evaluate(result.cost.value, {}) == min(found)


def built(fact: Any, **more: Any) -> decomposer.Problem:
    tasks = {
        "do": {"reads": "wish", "writes": "out", "requires": "do", "recursive": fact, **more.pop("do", {})},
        "cut": {"reads": "wish", "requires": "do", **more.pop("cut", {})},
        "look": {"reads": "out", "writes": "mark", "requires": "do", "finds": 1},
    }
    texts = {
        "wish": 2,
        "out": {"parts": {"part": "n"}, "each": 3},
        "mark": 1,
        "pages": {"parts": {"part": "n"}, "each": 1},
    }
    given = {"parameters": ["n", "k"], "texts": texts, "capabilities": {"do": 2}, "tasks": tasks}
    return decomposer.build("divide", **{**given, **more})


@pytest.mark.parametrize(
    ("fact", "more", "message"),
    [
        ({"split": "do"}, {}, "cannot do this for itself"),
        ({"split": "nobody"}, {}, "nobody"),
        ({"split": "cut", "combine": "cut"}, {}, "both splits and combines"),
        ({"split": "look"}, {}, "done for more than that"),
        ({"split": "cut", "into": 1}, {}, "never gets smaller"),
        ({"split": "cut", "into": 2, "shrink": 1}, {}, "never get smaller"),
        ({"split": "cut", "shrink": 2}, {}, "nothing says how many"),
        ({"split": "cut", "into": "k", "shrink": 2}, {}, "no number"),
        ({"split": "cut", "brief": "out"}, {}, "has parts"),
        ({"split": "cut", "brief": "mark"}, {}, "does not read `mark`"),
        ({"into": 2, "brief": "wish"}, {}, "nobody writes `wish`"),
        ({"split": "cut", "brief": "wish"}, {"cut": {"writes": "wish"}}, "without saying so"),
        ("cut", {"do": {"local": "part", "reads": ["wish", "pages"]}}, "states `local`"),
        ("cut", {"do": {"steps": 4}}, "states `steps`"),
        ("cut", {"do": {"writes": "mark"}}, "no parts to be divided"),
        (
            "cut",
            {"cut": {"succeeds": {"probability": "1/2", "hard": {"share": "1/2", "probability": "1/3"}}}},
            "per call",
        ),
    ],
)
def test_what_cannot_be_meant(fact: Any, more: dict[str, Any], message: str) -> None:
    with pytest.raises(decomposer.ProblemError, match=message):
        built(fact, **more)


def test_reading_back() -> None:
    facts = ("cut", {"split": "oracle"}, {"into": 3, "shrink": 2}, {"split": "cut", "brief": "wish", "base": "k"})
    for problem in (*map(built, facts), decomposer.load("report-outline"), decomposer.load("proof-search")):
        assert decomposer.loads(decomposer.dumps(problem)) == problem


def test_a_base_case_is_never_larger_than_what_can_be_done() -> None:
    problem = built({"split": "cut", "brief": "wish", "base": 3})
    result = decomposer.optimize(problem, at={"n": 40, "k": 1})
    (node,) = [node for node in walk(result.design) if isinstance(node, Recurse)]
    assert evaluate(node.size, {}) <= 3


def test_what_a_program_that_splits_would_save() -> None:
    gains = {one.subject: one.theta for one in decomposer.audit("report-outline").opportunities}
    theta_after = gains["write: split free"]
    assert theta_after is not None
    regime = regime_of(decomposer.load("report-outline"))
    assert relation(theta_after, parse("m_w*N*l**2"), regime=regime).kind == "Theta"


def failing(**more: Any) -> decomposer.Problem:
    """Splits and base cases may fail, nobody can tell, and everything must come out right."""
    return decomposer.build(
        "failing",
        parameters=["n", "s"],
        texts={"goal": "s", "proof": {"parts": {"step": "n"}, "each": "s"}},
        capabilities={"divide": 2, "prove": 3},
        target="9/10",
        tasks={
            "prove": {
                "reads": "goal",
                "writes": "proof",
                "requires": "prove",
                "recursive": {"split": "cut", "into": 3, "shrink": 2, "brief": "goal"},
                "succeeds": {"probability": "19/20", "per": "part"},
            },
            "cut": {"reads": "goal", "requires": "divide", "succeeds": "9/10", **more},
        },
    )


def test_splits_that_fail_are_voted_on_where_all_must_be_right() -> None:
    """As many splits as base cases must be right: leads grow with the logarithm of their number."""
    result = decomposer.optimize(failing())
    assert result.status in PROVED
    assert theta(result, "s**2*n**(log(3)/log(2))*log(n)")
    (node,) = [node for node in walk(result.design) if isinstance(node, Recurse)]
    assert isinstance(node.split, Vote) and node.split.lead is not None and node.split.lead.symbols == {"n"}


def test_at_numbers_the_target_is_reached() -> None:
    for at in ({"n": 3, "s": 2}, {"n": 5, "s": 1}):
        result = decomposer.optimize(failing(), at=at)
        assert result.status == "optimal"
        there = substitute(failing(), {key: num(value) for key, value in at.items()})
        assert certainty(there, put_in_design(result.design, {key: num(value) for key, value in at.items()})).at_least(
            Fraction(9, 10)
        )


def test_base_cases_are_counted_in_full() -> None:
    """Three halves of 16 steps, four times over: 81 single steps, and 27 base cases of two."""
    problem = failing()
    there = substitute(problem, {"n": num(16), "s": num(1)})
    task = there.tasks["prove"]
    assert [evaluate(base_cases(there, task, "step", num(size)), {}) for size in (1, 2, 16)] == [81, 27, 1]
    symbolic = base_cases(problem, problem.tasks["prove"], "step", num(2))
    assert evaluate(symbolic.subs({"n": num(16)}), {}) == 27
