"""Answers about memories that grow with what has been done: how much to keep, and when it pays to condense."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

import decomposer
from decomposer.design.evaluate import work
from decomposer.design.nodes import Each, Serve, walk
from decomposer.design.nodes import substitute as put_in_design
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


def grows(result: decomposer.Result, name: str, formula: str) -> bool:
    (hand,) = [hand for hand in result.hand_designs if hand.name == name]
    return relation(hand.cost.theta, parse(formula), regime=regime_of(result.problem)).kind == "Theta"


def changed(memory: dict[str, Any] | None = None, **more: Any) -> decomposer.Problem:
    """The help desk with another memory, or other sections."""
    data = decomposer.load("desk-memory").to_data()
    if memory is not None:
        data["tasks"]["answer"]["memory"] = memory
        del data["designs"]
        if "condense" not in memory:
            del data["tasks"]["abridge"], data["capabilities"]["abridge"]
    return decomposer.load({**data, **more})


def test_answers_pile_up_to_the_size_of_the_condensed_memory() -> None:
    """Each of N tickets then costs the same, however many there are."""
    result = decomposer.optimize("desk-memory")
    assert result.status in PROVED
    assert theta(result, "m*N*a*c")
    assert isinstance(result.design, Serve)
    assert result.design.every == parse("c/a")
    assert grows(result, "all-before", "m*N**2*a**2")
    assert grows(result, "tidy-each-time", "m*N*c**2")
    assert grows(result, "in-one-go", "m*N**2*a*(t + a)")


def test_a_bounded_memory_is_kept_as_it_is() -> None:
    """Where only the last w answers matter, nothing need be condensed: N readings of w answers."""
    memory = {"text": "answers", "last": "w", "condense": "abridge", "to": "c"}
    parameters = {**decomposer.load("desk-memory").to_data()["parameters"], "w": "answers that matter"}
    assume = ["t <= a*w", "a*w << c", "c << N", "m_c == m"]
    result = decomposer.optimize(changed(memory, parameters=parameters, assume=assume))
    assert result.status in PROVED
    assert theta(result, "m*N*a**2*w")
    assert isinstance(result.design, Serve)
    assert result.design.last == parse("w")


def test_a_bound_that_may_be_none_is_told_about() -> None:
    data = decomposer.load("desk-memory").to_data()["parameters"]
    problem = changed({"text": "answers", "last": "w"}, parameters={**data, "w": ""}, assume=["t <= a"])
    result = decomposer.optimize(problem)
    assert any("`w <= N`" in note and "`last`" in note for note in result.notes)


@pytest.mark.parametrize(
    ("assume", "status"),
    [([], "bounded"), (["w <= N^2"], "bounded"), (["N <= w"], None), (["N << w"], None), (["w <= N"], None)],
)
def test_nothing_is_proved_where_a_bound_may_do_in_part(assume: list[str], status: str | None) -> None:
    """With fewer last parts than all, which nothing excludes, remembering these alone costs less."""
    data = decomposer.load("desk-memory").to_data()["parameters"]
    stated: dict[str, Any] = {"parameters": {**data, "w": ""}, "assume": ["t <= a", *assume]}
    result = decomposer.optimize(changed({"text": "answers", "last": "w"}, **stated))
    assert result.status in ((status,) if status else PROVED)
    if result.status == "bounded":
        stated["assume"].append("w << N")
        few = decomposer.optimize(changed({"text": "answers", "last": "w"}, **stated))
        numbers = {name: num(100 if name == "N" else 2) for name in stated["parameters"]}
        cheap, dear = (evaluate(one.cost.exact.subs(numbers), {}) for one in (few, result))
        assert cheap < dear


def test_without_a_way_to_condense_the_bill_is_quadratic() -> None:
    result = decomposer.optimize(changed({"text": "answers"}, assume=["t <= a"], parameters=["N", "t", "a", "m"]))
    assert result.status in PROVED
    assert theta(result, "m*N**2*a**2")


def test_the_border_from_which_condensing_pays() -> None:
    """Condensing c tokens by a model of size m_c is shared by the N tickets: it pays from N = m_c c/(m a) on."""
    few = changed(assume=["t <= a", "a << c", "N*a <= c", "m_c == m"])
    result = decomposer.optimize(few)
    assert isinstance(result.design, Serve)
    assert result.design.every is None
    (worth,) = [one for one in decomposer.audit("desk-memory").assumptions if one.subject == "m_c == m"]
    assert worth.theta is not None and worth.theta.symbols == {"m", "m_c", "N", "a", "c"}


def test_what_forgetting_would_save() -> None:
    """Without a memory, and with one of a single answer, tickets cost what they cost alone."""
    gains = {one.subject: one.theta for one in decomposer.audit("desk-memory").opportunities}
    for subject in ("answer: no memory", "answer: last of the memory"):
        theta_after = gains[subject]
        assert theta_after is not None
        regime = regime_of(decomposer.load("desk-memory"))
        assert relation(theta_after, parse("m*N*a*(t + a)"), regime=regime).kind == "Theta"


def test_under_linear_prices_one_context_holds_all() -> None:
    """A call reads what is before it once, however much it writes: the memory then costs nothing, where all fits in."""
    result = decomposer.optimize(changed(cost="linear"))
    assert result.status in PROVED
    assert theta(result, "m*N*(t + a)")
    plain = changed(cost="linear", designs={"one-by-one": [{"serve": "answer", "every": "c/a"}]})
    assert grows(decomposer.optimize(plain), "one-by-one", "m*N*(c + t)")


NUMBERS: list[dict[str, int]] = [
    {"N": 9, "t": 3, "a": 2, "c": 6, "m": 2, "m_c": 1},
    {"N": 8, "t": 1, "a": 4, "c": 3, "m": 1, "m_c": 5},
    {"N": 7, "t": 2, "a": 1, "c": 9, "m": 3, "m_c": 3},
]


@pytest.mark.parametrize("at", NUMBERS, ids=str)
@pytest.mark.parametrize("cost", ["paper", "linear"])
def test_at_numbers_the_best_of_all_groups_and_rhythms_is_found(at: dict[str, int], cost: str) -> None:
    """Every design is run on paper; the optimum is the cheapest run."""
    problem, fixed = changed(cost=cost), {key: num(value) for key, value in at.items()}
    there = substitute(problem, fixed)
    found: list[Fraction] = []
    for design, decisions in designs(unfold(there)):
        names = {decision.name for decision in decisions}
        for size in range(2, at["N"] + 1) if "g" in names else (1,):
            for every in range(1, at["N"] + 1) if "r" in names else (1,):
                known = put_in_design(design, {"g": num(size), "r": num(every)})
                run = simulate(there, known, {})
                assert run.work == evaluate(work(there, known), {})
                found.append(run.work)
    result = decomposer.optimize(problem, at=at)
    assert result.status == "optimal"
    assert result.cost.value is not None
    assert evaluate(result.cost.value, {}) == min(found)


def test_parts_with_a_memory_are_never_done_side_by_side() -> None:
    for design, _ in designs(unfold(decomposer.load("desk-memory"))):
        assert not any(isinstance(node, Each) for node in walk(design))


@pytest.mark.parametrize(
    ("memory", "more", "message"),
    [
        ({"text": "answer"}, {}, "answer"),
        ({"text": "tickets"}, {}, "does not write `tickets`"),
        ({"text": "rules"}, {}, "no parts"),
        ({"text": "answers", "condense": "tidy"}, {}, "half of it"),
        ({"text": "answers", "to": 3}, {}, "half of it"),
        ({"text": "answers", "condense": "reply", "to": 3}, {}, "cannot do this for itself"),
        ({"text": "answers", "condense": "find", "to": 3}, {}, "done for more than that"),
        ("answers", {"local": None}, "not local to one ticket"),
        ("answers", {"remembers": True}, "states `remembers`"),
        ("answers", {"combines": "oracle"}, "states `combines`"),
        ({"text": "answers", "last": 0}, {}, "at least 1"),
        ("answers", {"succeeds": "1/2", "check": {"by": "reply"}}, "single calls for another task"),
    ],
)
def test_what_cannot_be_meant(memory: Any, more: dict[str, Any], message: str) -> None:
    reply = {"reads": "tickets", "writes": "answers", "requires": "c", "local": "ticket", "memory": memory, **more}
    parts = {"parts": {"ticket": "N"}, "each": 2}
    with pytest.raises(decomposer.ProblemError, match=message):
        decomposer.build(
            "memory",
            parameters=["N"],
            texts={"tickets": parts, "answers": parts, "rules": 2},
            capabilities={"c": 1},
            tasks={
                "reply": {key: value for key, value in reply.items() if value is not None},
                "tidy": {"reads": "rules", "requires": "c"},
                "find": {"reads": "rules", "requires": "c", "finds": 1},
            },
        )


def test_reading_back() -> None:
    for problem in (decomposer.load("desk-memory"), changed({"text": "answers", "last": 3})):
        assert decomposer.loads(decomposer.dumps(problem)) == problem
