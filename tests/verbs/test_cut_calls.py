"""A call that is cut in two, or two that become one, is told as it is: which tasks go where, by how large models."""

from __future__ import annotations

import pytest

from decomposer import compare, loads

CHAIN = """
problem: chain
parameters: {n: tokens}
texts: {t0: n, t1: n, t2: n, t3: n, t4: n}
%s
scaling: %s
tasks:
  s1: {reads: t0, writes: t1, requires: %s}
  s2: {reads: t1, writes: t2, requires: %s}
  s3: {reads: t2, writes: t3, requires: %s}
  s4: {reads: t3, writes: t4, requires: %s}
designs:
  one: [{call: [s1, s2, s3, s4]}]
  halves: [{call: [s1, s2]}, {call: [s3, s4]}]
  rest: [{call: s1}, {call: [s2, s3, s4]}]
  last: [{call: [s1, s2, s3]}, {call: s4}]
  pair: [{call: [s1, s2]}, {call: s3}, {call: s4}]
"""

ALIKE = ("capabilities: {c: 1}", "max", *"cccc")
APART = ("capabilities: {c: 1, d: 1}", "linear", *"ccdd")
LARGER = ("capabilities: {c: 1, d: 5}", "max", *"cccd")


@pytest.mark.parametrize(
    ("facts", "start", "end", "told"),
    [
        (ALIKE, "one", "halves", "s1 and s2 in one call, s3 and s4 in another"),
        (ALIKE, "halves", "one", "s1, s2, s3 and s4 in one call"),
        (ALIKE, "one", "rest", "s1 in a call of its own, s2, s3 and s4 in one call"),
        (ALIKE, "one", "last", "s1, s2 and s3 in one call, s4 in a call of its own"),
        (ALIKE, "halves", "pair", "s3 and s4 in calls of their own"),
        (APART, "one", "halves", "s1 and s2 in one call, s3 and s4 in another, each by a smaller model"),
        (APART, "halves", "one", "s1, s2, s3 and s4 in one call of one larger model"),
        (APART, "one", "rest", "s1 in a call of its own, by a smaller model; s2, s3 and s4 in one call"),
        (LARGER, "one", "last", "s1, s2 and s3 in one call, by a smaller model; s4 in a call of its own"),
    ],
)
def test_words(facts: tuple[str, ...], start: str, end: str, told: str) -> None:
    (row,) = compare(loads(CHAIN % facts), start, against=end).rows
    assert row.attribution is not None
    assert [each.does for each in row.attribution.contributions] == [(told,)]


def test_the_sizes_told_are_those_of_the_designs() -> None:
    for facts in (ALIKE, APART, LARGER):
        problem = loads(CHAIN % facts)
        for start, end in (("one", "halves"), ("one", "rest"), ("one", "last"), ("halves", "pair")):
            found = compare(problem, start, against=end)
            (row,) = found.rows
            assert row.attribution is not None
            (change,) = row.attribution.contributions
            before = {part.exact for part in row.scope if part.measure == "model"}
            after = {part.exact for part in found.reference.scope if part.measure == "model"}
            assert ("each by a smaller model" in change.does[0]) == (before != after)
