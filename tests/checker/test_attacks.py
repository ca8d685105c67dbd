"""False claims that a careless checker would accept: each is refused."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from decomposer.checker.check import Check
from decomposer.checker.check import check as replay
from decomposer.checker.growth import Growth
from decomposer.formulas.algebra import Malformed, Refused, number, parse
from decomposer.problem.load import load
from decomposer.problem.long_form import long_form
from decomposer.restated.space import Goal, Need, Way
from decomposer.verbs.certify import certify
from decomposer.verbs.check import check

PARAMETERS = {
    "k": {"kind": "growing", "low": None, "high": None},
    "n": {"kind": "growing", "low": None, "high": None},
    "b": {"kind": "growing", "low": None, "high": None},
    "c": {"kind": "free", "low": None, "high": None},
    "q": {"kind": "constant", "low": "0", "high": "1"},
    "w": {"kind": "constant", "low": None, "high": None},
    "log": {"kind": "growing", "low": None, "high": None},
}


def growth(*assume: str, **free: tuple[str, str]) -> Growth:
    return Growth({"parameters": PARAMETERS, "assume": ["b <= k", *assume]}, (), free)


def proves(known: Growth, low: str, high: str, by: dict[str, str]) -> bool:
    """Whether these rows prove one monomial to be O of another."""
    try:
        known.bounded(parse(low), parse(high), {low: {"of": {high: "1"}, "by": by}})
    except (Refused, Malformed):
        return False
    return True


@pytest.mark.parametrize(
    ("low", "high", "by"),
    [
        ("b", "k", {"k >= b": "1"}),
        ("b**2", "k**2", {"k >= b": "2"}),
        ("1", "c", {"c >= 1": "1"}),
        ("log(k)", "k", {"k >= log(k)**4": "1/4", "k >= 1": "3/4"}),
        ("k", "(2**(k))", {"(2**(k)) >= k": "1"}),
        ("1", "(2**(k))*(3**(k))**(-1/2)", {"(2**(k))*(3**(k))**(-1/2) >= 1": "1"}),
        ("1", "(q**(k))**(-1)", {"(q**(k))**(-1) >= 1": "1"}),
        ("k", "ceil(k)", {"ceil(k) >= k": "1"}),
        ("n", "max(k, n)", {"max(k, n) >= n": "1"}),
        ("rounds(k, q)", "k", {"k >= rounds(k, q)": "1"}),
        ("log(k)", "rounds(k, 1/2)", {"rounds(k, 1/2) >= log(k)": "1"}),
        ("log(b)", "log(k)", {"log(k) >= log(b)": "1"}),
        ("k*log(c)", "c*k", {"c >= log(c)": "1"}),
        ("log*q", "log", {}),
    ],
)
def test_true_rows_prove(low: str, high: str, by: dict[str, str]) -> None:
    """The attacks below fail for what is false in them, not for how they are written."""
    assert proves(growth(), low, high, by)


@pytest.mark.parametrize(
    ("low", "high", "by"),
    [
        ("k", "b", {"b >= k": "1"}),
        ("n", "k", {"k >= n": "1"}),
        ("k", "1", {"k**(-1) >= 1": "1"}),
        # What is 1 over a parameter takes rounds to nothing, and yet is said to take at least one.
        ("k", "1", {"k**(-1) >= rounds(k**(-1), 1/2)": "1", "rounds(k**(-1), 1/2) >= 1": "1"}),
        ("k", "1", {"ceil(k**(-1)) >= k": "1", "1 >= ceil(k**(-1))": "1"}),
        ("k", "1", {"1 >= log(k**(-1))": "1"}),
        ("1", "log(c)", {"log(c) >= 1": "1"}),
        ("log(k)", "log(c)", {"log(c) >= log(k)": "1"}),
        ("1", "log(k*n**(-1))", {"log(k*n**(-1)) >= 1": "1"}),
        ("k", "w*k", {}),
        ("1", "w", {"w >= 1": "1"}),
        ("(2**(n))", "(3**(k))", {"(3**(k))*(2**(n))**(-1) >= 1": "1"}),
        ("1", "(2**(k))*(3**(k))**(-1)", {"(2**(k))*(3**(k))**(-1) >= 1": "1"}),
        ("1", "(q**(k))", {"(q**(k)) >= 1": "1"}),
        ("k", "(2**(k**(-1)))", {"(2**(k**(-1))) >= k": "1"}),
        ("(3**(k))", "(2**(k))", {"(2**(k)) >= (3**(k))": "1"}),
        ("k", "log(k)", {"log(k) >= k": "1"}),
        ("k", "rounds(k, 1/2)", {"rounds(k, 1/2) >= k": "1"}),
        ("rounds(k, 1)", "1", {"1 >= rounds(k, 1)": "1"}),
        ("rounds(k, 2)", "k", {"k >= rounds(k, 2)": "1"}),
        ("rounds(k, w)", "k", {"k >= rounds(k, w)": "1"}),
        ("k", "max(c, n)", {"max(c, n) >= k": "1"}),
        ("k", "ceil(k*n**(-1))", {"ceil(k*n**(-1)) >= k": "1"}),
        ("k", "z", {"z >= k": "1"}),
        ("z", "z*k", {"k >= 1": "1"}),
        ("k", "k", {"k >= 1": "1"}),
        ("k**2", "k", {"k >= 1": "-1"}),
        ("k**2", "k", {"k >= 1": "0"}),
        ("i", "i*k", {"k >= 1": "1"}),
    ],
)
def test_false_rows_prove_nothing(low: str, high: str, by: dict[str, str]) -> None:
    assert not proves(growth(), low, high, by)


def test_free_parameters_have_bounds_only_in_scope() -> None:
    inside = growth(g=("2", "c"))
    assert proves(inside, "g", "c", {"c >= g": "1"})
    assert not proves(growth(), "g", "c", {"c >= g": "1"})
    assert proves(inside, "1", "log(g)", {"log(g) >= 1": "1"})
    assert not proves(inside, "1", "log(1/3*g)", {"log(1/3*g) >= 1": "1"})
    assert not proves(inside, "1", "log(g - 1)", {"log(g - 1) >= 1": "1"})
    assert not proves(growth(g=("2", "")), "g", "c", {"c >= g": "1"})


def test_a_difference_bounds_nothing() -> None:
    """``k - n <= b`` says nothing of k alone."""
    assert not proves(growth("k - n <= b"), "k", "b", {"b >= k": "1"})
    assert proves(growth("k + n <= b"), "k", "b", {"b >= k": "1"})
    assert not proves(growth("n <= k + b"), "n", "k", {"k >= n": "1"})


@pytest.mark.parametrize(
    ("cost", "cover", "holds"),
    [
        ("2*k - k", [], True),
        ("2*k*n - k", [("k", "k*n", "1", {"n >= 1": "1"})], True),
        ("2*k - b", [("b", "k", "1", {"k >= b": "1"})], True),
        ("2*k - b", [("b", "k", "1/2", {"k >= b": "1"})], False),
        ("k - b", [("b", "k", "1", {"k >= b": "1"})], False),
        ("2*k - b", [], False),
        ("2*k - n", [("n", "k", "1", {"k >= b": "1"})], False),
        ("2*c*q - c", [("c", "c*q", "1", {})], False),  # a constant factor below 1
        ("2*ceil(c*q) - c", [("c", "ceil(c*q)", "1", {"ceil(c*q) >= c*q": "1"})], False),
        ("2*c**2 - 3*c", [("c", "c**2", "1", {"c >= 1": "1"})], False),
        ("2*c**2 - 3*c", [("c", "c**2", "3/2", {"c >= 1": "1"})], False),
        ("2*k - 5", [("1", "k", "1", {"k >= 1": "1"})], True),
        ("2*k - b", [("b", "k", "-1", {"k >= b": "1"})], False),
        ("2*k - b - n", [("b", "k", "1", {"k >= b": "1"})], False),
        ("2*k - b", [("b", "k", "1", {"k >= b": "1"}), ("b", "k", "1/2", {"k >= b": "1"})], False),
        ("k*log(k*n**(-1)) + n", [], False),  # a term that may be negative
    ],
)
def test_what_is_subtracted_must_be_covered(cost: str, cover: list[Any], holds: bool) -> None:
    covers = [{"of": of, "under": under, "amount": amount, "by": by} for of, under, amount, by in cover]
    try:
        growth().positive_part(parse(cost), covers)
    except (Refused, Malformed):
        assert not holds
    else:
        assert holds


@pytest.mark.parametrize("text", ["max(k, n - k, b)", "ceil(k - n)", "(k - n)**(1/2)", "k*log(k*n**(-1))", "k - z"])
def test_no_bound_from_above_where_signs_are_open(text: str) -> None:
    with pytest.raises(Refused):
        known = growth()
        for mono in known.above(parse(text)):
            known.vector(mono)


def test_opening_products_of_sums_ends() -> None:
    with pytest.raises(Refused, match="many"):
        growth().above(parse("*".join(f"(k + {n}*n)**(1/2)" for n in range(1, 30))))


@pytest.mark.parametrize(
    "text",
    [
        "9**4096**4096",
        "((9**4000)**4000)**4000",
        "((2**(1/2))**4001)**4001",
        "(k+n+b)**4096",
        "k**5000",
        "0**(-1)",
        "1/0",
    ],
)
def test_bombs_are_refused(text: str) -> None:
    with pytest.raises((Refused, Malformed)):
        parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "k k", "k;n", "k=n", "k<n", "k:n", "k.n", "[k]", "{k}", "'k'", "k\nn", "k#n", "1.5", "1e5", "0x10",
        "1_000", "5j", "exp(k)", "f(k)", "log(k, 2)", "max()", "log()", "rounds(k)", "log(x=k)", "log(*k)", "lambda: k",
        "k if n else b", "k @ n", "k // n", "k % n", "~k", "not k", "k and n", "\uff4b", "k\u00b2", "\u0661",
        "(" * 999 + "k" + ")" * 999, "-" * 4000 + "k", "k+" * 2000 + "k", "k" * 5000,
    ],
)  # fmt: skip
def test_what_is_no_formula(text: str) -> None:
    with pytest.raises((Malformed, Refused)):
        parse(text)


@pytest.mark.parametrize("value", [None, True, 1.0, [], {}, b"k", float("nan")])
def test_what_is_not_even_text(value: object) -> None:
    with pytest.raises(Malformed):
        parse(value)


class Scripted(Check):
    """A check over goals and ways that a test makes up."""

    def __init__(self, ways: dict[Goal, list[Way]], given: dict[str, Any]) -> None:
        self.script = ways
        super().__init__({**long_form(load("k-task")), "assume": []}, given)

    def unfold(self) -> dict[Goal, list[tuple[Way, ...]]]:
        self.root = next(iter(self.script))
        return {goal: [(way,) for way in ways] for goal, ways in self.script.items()}


def test_free_parameters_of_two_loops_are_not_one() -> None:
    """k/g and g add up to no less than the root of k where g is one number; two loops have two."""
    root, one, two = Goal(("root",)), Goal(("one",)), Goal(("two",))
    loops = [Goal((name,), size="g") for name in ("one", "two")]

    def once(goal: Goal) -> Need:
        return Need(goal, lambda cost: cost)

    ways = {
        root: [Way("both", {}, (once(one), once(two)))],
        one: [Way("groups", {}, (once(loops[0]),), (), ("g", "2", "k"))],
        two: [Way("groups", {}, (once(loops[1]),), (), ("g", "2", "k"))],
        loops[0]: [Way("call", parse("k/g"))],
        loops[1]: [Way("call", parse("g"))],
    }

    def step(value: str, terms: dict[str, Any]) -> dict[str, Any]:
        stated = {"work": value, "models": [], "open": {}}
        return {"values": [stated], "ways": [{"value": 0, "with": {}, "work": {"covers": [], "terms": terms}}]}

    def same(term: str) -> dict[str, Any]:
        return {term: {"of": {term: "1"}, "by": {}}}

    goals: dict[str, Any] = {
        root.key(): step("k**(1/2)", {"k**(1/2)": {"of": {"g**(-1)*k": "1/2", "g": "1/2"}, "by": {}}}),
        one.key(): step("k/g", same("g**(-1)*k")),
        two.key(): step("g", same("g")),
        loops[0].key(): step("k/g", same("g**(-1)*k")),
        loops[1].key(): step("g", same("g")),
    }
    rules = {root: "both", one: "groups", two: "groups", loops[0]: "call", loops[1]: "call"}
    for goal, rule in rules.items():
        proof = goals[goal.key()]["ways"][0]
        goals[goal.key()]["ways"] = [{"rule": rule, "label": "", "proofs": [proof]}]
    given = {"problem": "k-task", "goals": goals, "answer": {}}
    with pytest.raises(Refused, match="g may be negative"):
        Scripted(ways, given).run()


def test_a_goal_that_needs_itself_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    spelled = long_form(load("k-task"))
    found = Check(spelled, {})
    goal = found.root
    monkeypatch.setattr(found.rules, "ways", lambda _: iter([Way("call", number(1), (Need(goal, lambda cost: cost),))]))
    with pytest.raises(Refused, match="itself"):
        found.unfold()


@pytest.mark.parametrize("formula", ["1", "g", "k", "n**(1/2)"])
def test_a_formula_for_a_free_parameter_hides_nothing(formula: str) -> None:
    """At g = 1, which it may not be, g**2 - g is nothing; and none of its values lets 2**g be left out."""
    goal, inner = Goal(("one",)), Goal(("one",), size="g")
    need = Need(inner, lambda cost: cost)
    for cost, refused in (("k*g**2 - k*g", True), ("2**g", True), ("g**k", True), ("k*log(g)", True)):
        ways = {goal: [Way("groups", {}, (need,), (), ("g", "2", "k"))], inner: [Way("call", parse(cost))]}
        found = Scripted(ways, {})
        call: dict[str, Any] = {"rule": "call", "label": "", "fits": [], "value": None, "needs": []}
        value = {
            "is": formula,
            "above": {"1": {"of": {formula: "1"}, "by": {}}},
            "below": [{formula: {"of": {"k": "1"}, "by": {}}}],
        }
        if formula == "1":
            value["below"] = [{"1": {"of": {"k": "1"}, "by": {"k >= 1": "1"}}}]
        design = {"rule": "groups", "label": "", "fits": [], "value": value, "needs": [call]}
        try:
            taken = found.design(goal, design, ())
        except Refused:
            assert refused
        else:
            assert taken.takes == {"work": {}}
            assert taken.most == {"work": parse("k")}


def test_the_tree_of_questions_ends() -> None:
    problem = load("k-task")
    certificate = certify(problem)
    answer = certificate["answer"]
    for _ in range(450):
        answer = {"if": "k <= n", "yes": answer, "no": certificate["answer"]}
    with pytest.raises(Refused, match="deep"):
        replay(long_form(problem), {**certificate, "answer": answer})


def test_combinations_of_values_are_counted_before_they_are_made() -> None:
    problem = load("k-task")
    certificate = copy.deepcopy(certify(problem))
    for goal in certificate["goals"].values():
        goal["values"] = goal["values"] * 2_000
    with pytest.raises(Refused, match="too many values"):
        replay(long_form(problem), certificate)


def test_size_is_limited() -> None:
    with pytest.raises(ValueError, match="longer"):
        check(load("k-task"), " " * (17 * 1024 * 1024))
