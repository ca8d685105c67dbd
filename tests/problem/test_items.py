"""Parts hold so many items each at most: more than that cannot be found, and no chance is above one."""

from __future__ import annotations

import json
from random import Random

import pytest

from decomposer.design.leaves import leaves
from decomposer.errors import ProblemError
from decomposer.expr import ZERO, parse
from decomposer.growth import is_big_o
from decomposer.problem.load import load, loads
from decomposer.problem.model import Problem
from decomposer.problem.regime import regime
from decomposer.search.enumerate import designs
from decomposer.search.spread import order
from decomposer.search.unfold import unfold
from decomposer.verbs.certify import certify
from decomposer.verbs.check import check
from decomposer.verbs.measure import numbered
from decomposer.verbs.optimize import optimize
from tests.search import test_random_facts as random_facts

FILE = """\
problem: items
parameters: {k: files, l: tokens, b: %(kind)s}
assume: [%(assume)s]
texts: {code: {parts: {file: %(parts)s}, each: l}, report: 1}
capabilities: {spot: 1, repair: 1}
tasks:
  find: {reads: code, writes: report, requires: spot, local: file, finds: {count: %(count)s, per_part: %(room)s}}
  fix: {for_each: find, reads: [code, report], edits: code, requires: repair, local: file}
"""


def items(count: str, parts: str = "k", room: str = "1", assume: str = "", kind: str = "bugs") -> Problem:
    """A problem of so many items in so many parts."""
    told = {"count": count, "parts": parts, "room": room, "assume": assume, "kind": kind}
    return loads(FILE % told, name="it.yaml")


IMPOSSIBLE = {
    "more than there are parts": ({"count": "5", "parts": "4"}, "finds 5 items", "hold 4 at most, one each"),
    "more than the parts hold": ({"count": "9", "parts": "4", "room": "2"}, "finds 9 items", "8 at most, 2 each"),
    "more and more": ({"count": "b", "parts": "4"}, "finds b items", "hold 4 at most"),
    "growing faster": ({"count": "b", "assume": "k << b"}, "finds b items", "hold k at most"),
    "a multiple": ({"count": "2*k"}, "finds 2*k items", "hold k at most"),
    "one more": ({"count": "k + 1"}, "finds k + 1 items", "hold k at most"),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_more_items_than_parts_hold_are_refused_where_they_are_counted(name: str) -> None:
    told, found, held = IMPOSSIBLE[name]
    with pytest.raises(ProblemError) as caught:
        items(**told)
    (first,) = caught.value.diagnostics
    assert found in first.message and held in first.message
    assert "`per_part`" in first.hint
    assert first.line == 7
    assert first.column == FILE.splitlines()[6].index("%(count)s") + 1


@pytest.mark.parametrize("told", [{"count": "4", "parts": "4"}, {"count": "8", "parts": "4", "room": "2"}])
def test_full_parts_are_fine(told: dict[str, str]) -> None:
    assert items(**told).tasks["find"].finds is not None


@pytest.mark.parametrize("told", [{}, {"room": "3"}, {"parts": "4", "kind": "{kind: free}"}])
def test_what_is_found_is_no_more_than_parts_hold_in_all_of_the_regime(told: dict[str, str]) -> None:
    problem = items("b", **told)
    assert is_big_o(parse("b"), parse(told.get("parts", "k")), regime=regime(problem))
    assert problem.assume == ()


def test_it_need_not_be_assumed_to_be_proved() -> None:
    """The repair of a bug where one is found is never dearer than one for every file; the checker knows why."""
    stated, silent = items("b", assume="b <= k"), items("b")
    first, second = optimize(stated), optimize(silent)
    assert (first.status, first.design, first.cost.theta) == (second.status, second.design, second.cost.theta)
    found = check(silent, json.dumps(certify(silent)))
    assert found.proved, found.reason


def test_numbers_at_which_parts_hold_less_are_refused() -> None:
    with pytest.raises(ProblemError, match="k = 3, b = 4: `find` finds 4 items, but its parts `file` hold 3 at most"):
        optimize(items("b"), at={"k": 3, "l": 1, "b": 4})
    assert optimize(items("b"), at={"k": 3, "l": 1, "b": 3}).status == "optimal"
    with pytest.raises(ProblemError, match=r"correct `tasks\.find\.finds\.count`"):
        numbered(load("debugging"), {"k": 1, "l": 1, "b": 2, "m_q": 1, "m_d": 1})


@pytest.mark.parametrize("seed", range(0, 60, 2))
def test_nothing_runs_less_than_never(seed: int) -> None:
    """Where more than one item were expected of a part, what is done where none is found would run below zero times."""
    problem = random_facts.problem_of(seed)
    if all(task.finds is None for task in problem.tasks.values()):
        pytest.skip("nothing is found")
    numbers = random_facts.some_numbers(problem, Random(seed))
    try:
        here = numbered(problem, numbers | {"b": 1 + seed % 4})
    except ProblemError:
        return
    space = unfold(here)
    if not random_facts.small(space):
        pytest.skip("too many designs to list each")
    for design, decisions in designs(space):
        for one in random_facts.settled(design, decisions):
            found = (leaf for leaf in leaves(here, one) if not leaf.context.last)  # what a last round has less
            assert all(order(leaf.count, ZERO) >= 0 for leaf in found), one
