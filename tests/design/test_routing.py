"""A routing call picks one specialist, for one instance of one task: what is at hand where it is called."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from decomposer.design.contract import check_design
from decomposer.design.evaluate import work
from decomposer.design.lift import hand_design
from decomposer.design.nodes import (
    Call,
    Case,
    Design,
    Each,
    ForEach,
    If,
    Repeat,
    Seq,
    children,
    seq,
    walk,
    with_children,
)
from decomposer.errors import DesignError
from decomposer.expr import evaluate
from decomposer.problem.load import loads
from decomposer.problem.model import Problem
from decomposer.problem.substitute import substitute
from decomposer.search.enumerate import designs
from decomposer.search.unfold import unfold
from decomposer.verbs.optimize import optimize

PARTS = """\
problem: parts
parameters: [k, l, r, m, c]
texts: {code: {parts: {file: k}, each: l}, label: 1, out: {parts: {file: k}, each: 1}}
capabilities: {tell: c, solve: {family: r, each: m}}
tasks:
  tell: {reads: code, writes: label, requires: tell%s}
  solve: {reads: code, writes: out, requires: solve, local: file, one_of: {family: solve, told_by: tell}}
"""
LOCAL, GLOBAL = PARTS % ", local: file", PARTS % ""

ITEMS = """\
problem: items
parameters: [k, l, b, r, m, c, s]
assume: [b <= k]
texts: {code: {parts: {file: k}, each: l}, report: 1, label: 1}
capabilities: {spot: s, tell: c, repair: {family: r, each: m}}
tasks:
  find: {reads: code, writes: report, requires: spot, local: file, finds: {count: b}}
  tell: {reads: report, writes: label, requires: tell}
  fix: {for_each: find, reads: [code, report], edits: code, requires: repair,
        one_of: {family: repair, told_by: tell}}
"""
LINTED = (
    ITEMS.replace("label: 1}", "label: 1, note: 1}")
    + """\
  lint: {reads: code, writes: note, requires: repair, one_of: {family: repair, told_by: tell}}
"""
)

SHARED = """\
problem: shared
parameters: [n, r, m, c]
texts: {query: n, label: 1, draft: 1, answer: 1}
capabilities: {tell: c, solve: {family: r, each: m}}
tasks:
  tell: {reads: query, writes: label, requires: tell}
  plan: {reads: query, writes: draft, requires: solve, one_of: {family: solve, told_by: tell}}
  solve: {reads: [query, draft], writes: answer, requires: solve, one_of: {family: solve, told_by: tell}}
"""


def design(head: str, *lines: str) -> Problem:
    """A problem with a hand design called `it`."""
    return loads(f"{head}designs:\n  it:\n" + "".join(f"    {line}\n" for line in lines), name="it.yaml")


CASE = "{case: solve, do: [{call: solve}]}"
FIX = "{case: fix, do: [{call: fix}]}"

REFUSED = {
    "once for all parts": (
        LOCAL,
        ("- call: tell", f"- {{each: file, do: [{CASE}]}}"),
        (2, "tell has picked one specialist for several files, not for each", "call tell inside `each: file`"),
    ),
    "once for all parts, by one who reads them all": (
        GLOBAL,
        ("- call: tell", f"- {{each: file, do: [{CASE}]}}"),
        (2, "tell has picked one specialist for several files", "call tell inside `each: file`"),
    ),
    "once for a group": (
        LOCAL,
        ("- each: file", "  group: 3", f"  do: [{{call: tell}}, {{each: file, do: [{CASE}]}}]"),
        (3, "tell has picked one specialist for several files", "call tell inside `each: file`"),
    ),
    "in a tree, once for all parts": (
        LOCAL,
        ("- {call: tell, fan_out: 2}", f"- {{each: file, do: [{CASE}]}}"),
        (2, "tell has picked one specialist for several files", "call tell inside `each: file`"),
    ),
    "once for all items": (
        ITEMS,
        ("- {repeat: b, do: [{call: find}]}", "- call: tell", f"- {{for_each: find, do: [{FIX}]}}"),
        (3, "tell has not told which specialist this item of find needs", "call tell where the item is at hand"),
    ),
    "once for all rounds": (
        ITEMS,
        ("- call: find", "- call: tell", f"- {{repeat: b, do: [{{call: find}}, {FIX}]}}"),
        (3, "tell has not told which specialist this item of find needs", "call tell where the item is at hand"),
    ),
    "only where something was found": (
        LINTED,
        (
            f"- {{repeat: b, do: [{{call: find}}, {{if: find, do: [{{call: tell}}, {FIX}]}}]}}",
            "- {case: lint, do: [{call: lint}]}",
        ),
        (2, "tell has not told which specialist is needed", "call tell first"),
    ),
    "once for two tasks": (
        SHARED,
        ("- call: tell", "- {case: plan, do: [{call: plan}]}", f"- {CASE}"),
        (3, "tell has picked the specialist that plan needs", "call tell once more, for solve"),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_one_telling_for_several_is_refused(name: str) -> None:
    head, steps, (line, reason, hint) = REFUSED[name]
    problem = design(head, *steps)
    with pytest.raises(DesignError) as caught:
        hand_design(problem, "it")
    first = caught.value.diagnostics[0]
    assert reason in first.message
    assert hint in first.hint
    assert first.line == head.count("\n") + 2 + line


ACCEPTED = {
    "each part by itself": (LOCAL, (f"- {{each: file, do: [{{call: tell}}, {CASE}]}}",)),
    "each part, by one who reads them all": (
        GLOBAL,
        (f"- {{each: file, do: [{{call: tell, on: code}}, {CASE}]}}",),
    ),
    "each item": (
        ITEMS,
        ("- {repeat: b, do: [{call: find}]}", f"- {{for_each: find, do: [{{call: tell}}, {FIX}]}}"),
    ),
    "each round": (ITEMS, (f"- {{repeat: b, do: [{{call: find}}, {{call: tell}}, {FIX}]}}",)),
    "each task": (SHARED, ("- call: tell", "- {case: plan, do: [{call: plan}]}", "- call: tell", f"- {CASE}")),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_one_telling_for_each_is_accepted(name: str) -> None:
    head, steps = ACCEPTED[name]
    hand_design(design(head, *steps), "it")


def hoisted(node: Design) -> Iterator[Design]:
    """The design with a first step moved out of a loop or a condition, or with a later telling left out."""
    for i, part in enumerate(children(node)):
        for changed in hoisted(part):
            yield with_children(node, (*children(node)[:i], changed, *children(node)[i + 1 :]))
    if isinstance(node, Each | ForEach | If | Repeat) and isinstance(node.body, Seq):
        first, *rest = node.body.steps
        yield seq(first, with_children(node, (seq(*rest), *children(node)[1:])))
        if len(rest) > 1:
            yield seq(rest[0], with_children(node, (seq(first, *rest[1:]), *children(node)[1:])))
    if isinstance(node, Seq):
        yield from (seq(*node.steps[:i], *node.steps[i + 1 :]) for i in range(1, len(node.steps)))


@pytest.mark.parametrize("head", [LOCAL, GLOBAL, ITEMS, SHARED])
def test_no_shared_telling_undercuts_the_optimum(head: str) -> None:
    """Whatever is moved out of its loop: it is refused, or costs no less than the optimum of the space."""
    problem = loads(head)
    numbers = dict.fromkeys(problem.parameters, 3) | {"r": 5, "c": 2}
    here = substitute(problem, numbers)
    best = optimize(problem, at=numbers).cost.value
    assert best is not None
    routed = [one for one, free in designs(unfold(here)) if not free and any(isinstance(p, Case) for p in walk(one))]
    tried = 0
    for one in routed:
        for changed in hoisted(one):
            if not any(isinstance(part, Call) and part.among is not None for part in walk(changed)):
                continue
            tried += 1
            try:
                check_design(here, changed)
            except DesignError:
                continue
            assert evaluate(work(here, changed), {}) >= evaluate(best, {}), changed
    assert tried
