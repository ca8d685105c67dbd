"""Blocks of neighbouring tasks: of any length where tasks are few; where they are many, what is left out is told."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, pairwise

import pytest

from decomposer import optimize
from decomposer.checker.check import check
from decomposer.expr import num
from decomposer.problem.long_form import long_form
from decomposer.problem.model import Problem
from decomposer.problem.read import from_text
from decomposer.restated.space import Space
from decomposer.rules.separate import largest_block, leaves_blocks_out
from decomposer.search.unfold import unfold
from decomposer.verbs.certify import certify
from decomposer.verbs.front import front
from decomposer.verbs.regimes import regime_map
from tests.checker.test_restated import same

HEAD = """\
problem: chain
parameters: {n: tokens}
capabilities: {a: 1, b: 3}
scaling: linear
cost: {model: linear, input: 2, output: 1}
"""


def chain(kinds: str, designs: str = "", tokens: str = "n", fact: str = "") -> Problem:
    """A chain of tasks, one of each kind that is listed, of all of which the fact holds."""
    lines = [HEAD, "texts:", *(f"  t{place}: {tokens}" for place in range(len(kinds) + 1)), "tasks:"]
    lines += [f"  s{i}: {{reads: t{i}, writes: t{i + 1}, requires: {kind}{fact}}}" for i, kind in enumerate(kinds)]
    return from_text("\n".join([*lines, designs]) + "\n", "stated")


def cuts(count: int) -> Iterator[list[range]]:
    """Every way of cutting so many tasks into blocks of neighbours."""
    for number in range(count):
        for places in combinations(range(1, count), number):
            yield [range(low, high) for low, high in pairwise((0, *places, count))]


def price(kinds: str, block: range) -> int:
    """Tokens that one call reads and writes, times the size of its model, by hand."""
    size = sum({"a": 1, "b": 3}[kind] for kind in {kinds[place] for place in block})
    return size * (2 + len(block))


@pytest.mark.parametrize("kinds", ["a" * 5, "a" * 8, "aaaaabbb", "abbbbbba", "aaaaaabbbbbb"])
def test_the_optimum_is_the_best_way_of_cutting(kinds: str) -> None:
    least = min(sum(price(kinds, block) for block in blocks) for blocks in cuts(len(kinds)))
    result = optimize(chain(kinds), at={"n": 1})
    assert (result.status, result.cost.value) == ("optimal", num(least))
    assert unfold(chain(kinds)).graph.count() == 2 ** (len(kinds) - 1)


def test_a_hand_design_of_one_call_is_not_cheaper() -> None:
    names = ", ".join(f"s{place}" for place in range(9))
    result = optimize(chain("a" * 9, f"designs: {{one: [{{call: [{names}]}}]}}"), at={"n": 100})
    (hand,) = result.hand_designs
    assert result.design == hand.design
    assert result.cost.value == num(1100)


@pytest.mark.parametrize(("tasks", "most"), [(1, 256), (16, 16), (17, 15), (24, 10), (51, 5), (52, 4), (300, 4)])
def test_how_long_a_block_may_be(tasks: int, most: int) -> None:
    given = chain("a" * tasks)
    assert largest_block(given) == Space(long_form(given)).block == most
    assert leaves_blocks_out(given) == (tasks > 16)


def test_what_is_not_looked_at_is_told() -> None:
    told = "this is the best of the designs in which at most 15 neighbouring tasks share a call"
    few, many = chain("a" * 16), chain("a" * 17)
    assert optimize(few).status == optimize(few, at={"n": 3}).status == "optimal"
    tried = chain("a" * 17, fact=", succeeds: 1/2, check: free")
    statuses: list[tuple[Problem, dict[str, int] | None, str]]
    statuses = [(many, None, "optimal_growth"), (many, {"n": 3}, "bounded"), (tried, None, "bounded")]
    for given, at, status in statuses:
        result = optimize(given, at=at)
        assert result.status == status
        assert any(note.startswith(told) for note in result.notes)
    assert not any("neighbouring" in note for note in optimize(few).notes)
    assert front(few).complete and front(few, at={"n": 3}).complete
    assert front(many).complete and not front(many, at={"n": 3}).complete and not front(tried).complete
    assert regime_map(few).complete and regime_map(many).complete and not regime_map(tried).complete


def test_methods_have_blocks_too() -> None:
    """Seventeen tasks, of which each design does few: no block is too long."""
    tasks = [f"  s{i}: {{reads: t{i}, writes: t{i + 1}, requires: a}}" for i in range(14)]
    names = ", ".join(f"s{i}" for i in range(14))
    whole = f"  whole: {{reads: t0, writes: t14, requires: b, methods: {{by-steps: [{names}]}}}}"
    more = [f"  e{i}: {{reads: t14, writes: u{i}, requires: a}}" for i in range(2)]
    texts = [f"  {name}: n" for name in (*(f"t{i}" for i in range(15)), "u0", "u1")]
    given = from_text("\n".join([HEAD, "texts:", *texts, "tasks:", whole, *tasks, *more]) + "\n", "stated")
    assert (len(given.tasks), largest_block(given), leaves_blocks_out(given)) == (17, 15, False)


@pytest.mark.parametrize("kinds", ["aaabbbab", "ab" * 9])
def test_the_checker_works_the_length_out_by_itself(kinds: str) -> None:
    given = chain(kinds)
    same(given)
    assert check(long_form(given), certify(given)) == [((), "n")]


RETRIED = """\
problem: drafts
parameters: {k: pages, l: tokens, h: tokens}
texts:
  pages: {parts: {page: k}, each: l}
  notes: {parts: {page: k}, each: 1}
  drafts: {parts: {page: k}, each: 1}
capabilities: {a: 1}
cost: {model: linear}
tasks:
  note: {reads: pages, writes: notes, requires: a, local: page}
  draft:
    {reads: [pages, notes], writes: drafts, requires: a, local: page, overhead: h,
     succeeds: {probability: 4/5, per: part}, check: {scope: part}}
designs:
  together: [{retry: draft, keep: true, do: [{call: [note, draft]}]}]
"""


def test_a_block_is_retried_as_one_call_until_all_that_may_fail_was_accepted_once() -> None:
    """One reading of instructions and pages for each of 3/p - 3/(1 - q^2) + 1/(1 - q^3) attempts, with q = 1/5."""
    problem = from_text(RETRIED, "stated")
    result = optimize(problem, at={"k": 3, "l": 1, "h": 100})
    (hand,) = result.hand_designs
    assert result.status == "optimal"
    assert result.cost.value == num((100 + 3 + 6) * Fraction(405, 248)) == hand.cost.value
    assert result.design == hand.design
    same(problem)
