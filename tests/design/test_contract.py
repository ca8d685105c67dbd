"""Designs that do not do the job are refused at their line; those that do are accepted."""

from __future__ import annotations

import pytest

from decomposer.design.lift import hand_design
from decomposer.errors import DesignError
from decomposer.problem.load import loads
from decomposer.problem.model import Problem

HEAD = """\
problem: bugs
parameters: [k, l, b, m_q, m_d]
assume: [b <= k]
texts: {code: {parts: {function: k}, each: l}, report: 1, note: {parts: {function: k}, each: 1}}
capabilities: {spot: m_q, repair: m_d}
"""
FIND = "  find: {reads: code, writes: report, requires: spot, local: function, finds: {count: b}%s}\n"
FIX = "  fix: {for_each: find, reads: [code, report], edits: code, requires: repair, local: function%s}\n"
LINT = "  lint: {reads: code, writes: note, requires: spot, local: function%s}\n"
BUGS = HEAD + "tasks:\n" + FIND % "" + FIX % ""
LINTED = BUGS + LINT % ""

BLOCKS = """\
problem: blocks
parameters: [k, l, m_u]
texts: {program: {parts: {block: k}, each: l}}
capabilities: {change: m_u}
tasks:
  mutate: {reads: program, edits: program, requires: change, local: block%s}
"""
HALF = ", succeeds: {probability: 1/2, per: part}"
CHECKED = BLOCKS % (HALF + ", check: {scope: part}")
JUDGED = BLOCKS.replace("{program:", "{verdict: 1, program:") % (HALF + ", check: {scope: part, by: judge}")
JUDGED += "  judge: {reads: program, writes: verdict, requires: change, local: block}\n"

ROUTED = """\
problem: routed
parameters: [k, n, m_s, m_d]
texts: {query: n, label: 1, answer: 1}
capabilities: {identify: m_d, solve: {family: k, each: m_s}}
tasks:
  identify: {reads: query, writes: label, requires: identify}
  solve: {reads: query, writes: answer, requires: solve, one_of: {family: solve, told_by: identify}}
"""
CATALOGUE = """\
problem: catalogue
parameters: [n, big, small]
texts: {query: n, label: 1, answer: 1}
capabilities: {identify: 1, solve: {family: 6, each: 1}}
models:
  large: {size: big, can: {identify: all, solve: all}}
  little: {size: small, can: {identify: all, solve: 2}}
tasks:
  identify: {reads: query, writes: label, requires: identify}
  solve: {reads: query, writes: answer, requires: solve, one_of: {family: solve, told_by: identify}}
"""


def design(head: str, body: str) -> Problem:
    """A problem with a hand design called `it`, whose lines follow."""
    return loads(f"{head}designs:\n  it:\n{body}", name="it.yaml")


def steps(*lines: str) -> str:
    return "".join(f"    {line}\n" for line in lines)


REFUSED = {
    "reads too little": (
        HEAD + "tasks:\n" + FIND % "" + (FIX % "").replace(", local: function", ""),
        steps("- each: function", "  do:", "    - {call: find}", "    - {if: find, do: [{call: fix}]}"),
        4,
        "reads only one function of code, but it needs all of it",
    ),
    "does not cover all tasks": (BUGS, steps("- {each: function, do: [{call: find}]}"), 0, "fix is never done"),
    "scans too few rounds": (
        BUGS,
        steps("- repeat: b - 1", "  do: [{call: find}, {call: fix, on: function}]"),
        0,
        "no round at all",
    ),
    "scans half of the rounds": (
        BUGS,
        steps("- repeat: ceil(b/2)", "  do:", "    - call: find", "    - if: find", "      do: [{call: fix}]"),
        0,
        "find does not scan often enough",
    ),
    "scans a group once": (
        BUGS,
        steps("- each: function", "  group: 2", "  do:", "    - call: find", "    - {if: find, do: [{call: fix}]}"),
        1,
        "find does not scan often enough to find all items of a function",
    ),
    "no item at hand": (
        BUGS,
        steps("- {repeat: b, do: [{call: find}]}", "- {call: fix}"),
        2,
        "no item is at hand here",
    ),
    "if where several may have been found": (
        HEAD + "tasks:\n" + (FIND % "").replace("count: b", "count: b, per_call: all") + FIX % "",
        steps("- {call: find}", "- {if: find, do: [{call: fix}]}"),
        2,
        "if find: it may have found several items",
    ),
    "if after a loop that found several": (
        BUGS,
        steps("- {repeat: b, do: [{call: find}]}", "- {if: find, do: [{call: fix}]}"),
        2,
        "if find: it may have found several items",
    ),
    "one repair for all that one call finds": (
        HEAD + "tasks:\n" + (FIND % "").replace("count: b", "count: b, per_call: all") + FIX % "",
        steps("- {call: [find, fix]}"),
        1,
        "find may find several in this one call",
    ),
    "a scan whose finds nobody repairs": (
        BUGS,
        steps("- {repeat: b, do: [{call: [find, fix]}]}", "- {repeat: b, do: [{call: find}]}"),
        0,
        "fix is not done for all that find finds",
    ),
    "repairs a second item by item": (
        BUGS,
        steps(
            "- {repeat: b, do: [{call: find}]}",
            "- {for_each: find, do: [{for_each: find, do: [{call: fix}]}]}",
        ),
        2,
        "at hand already",
    ),
    "what everything needs only where something was found": (
        LINTED,
        steps("- each: function", "  do:", "    - call: find", "    - {if: find, do: [{call: fix}, {call: lint}]}"),
        0,
        "lint is never done",
    ),
    "scans on when all is found": (
        BUGS,
        steps("- repeat: b", "  do: [{each: function, do: [{call: find}, {if: find, do: [{call: fix}]}]}]"),
        1,
        "find has found everything after the first round",
    ),
    "repeats what is done for each item": (
        BUGS,
        steps("- {repeat: b, do: [{call: find}]}", "- repeat: 2", "  do: [{for_each: find, do: [{call: fix}]}]"),
        3,
        "has scanned before the loop",
    ),
    "keeps a history where an item is found in no known round": (
        BUGS,
        steps(
            "- each: function",
            "  do:",
            "    - repeat: 2",
            "      as: i",
            "      do: [{call: find}, {if: find, do: [{call: fix, history: i}]}]",
        ),
        5,
        "an item is found in no known round",
    ),
    "keeps a history where it is not known who speaks": (
        BUGS,
        steps(
            "- repeat: b",
            "  as: i",
            "  do: [{if: find, do: [{call: [find, fix]}], else: [{call: find, history: i}]}]",
        ),
        3,
        "nobody can keep a history",
    ),
    "until with two scans a round": (
        BUGS,
        steps("- until: find", "  do:", "    - {call: [find, fix]}", "    - {call: [find, fix]}"),
        1,
        "once in a round",
    ),
    "patch where none is allowed": (
        BUGS,
        steps("- each: function", "  do: [{call: find}, {if: find, do: [{call: fix, rewrite: patch}]}]"),
        2,
        "fix cannot write a patch",
    ),
    "a part where the whole must be rewritten": (
        BUGS.replace("edits: code", "edits: {text: code, unit: whole}"),
        steps("- each: function", "  do: [{call: find}, {if: find, do: [{call: fix, rewrite: part}]}]"),
        2,
        "fix must rewrite the whole code",
    ),
    "remembers, but rounds start afresh": (
        HEAD + "tasks:\n" + FIND % ", remembers: true" + FIX % "",
        steps("- repeat: b", "  do:", "    - call: find", "    - call: fix"),
        3,
        "starts afresh in each round",
    ),
    "remembers, but parts are done side by side": (
        HEAD + "tasks:\n" + FIND % ", remembers: true" + FIX % "",
        steps("- each: function", "  do:", "    - call: find", "    - {if: find, do: [{call: fix}]}"),
        3,
        "parts are done side by side",
    ),
    "a failing task that nothing retries": (CHECKED, steps("- call: mutate"), 0, "mutate may fail"),
    "a call after acceptance": (
        CHECKED,
        steps("- {retry: mutate, do: [{call: mutate}]}", "- {each: block, do: [{call: mutate}]}"),
        0,
        "mutate may fail",
    ),
    "retries what nobody checks": (
        BLOCKS % HALF,
        steps("- {retry: mutate, do: [{call: mutate}]}"),
        1,
        "nobody can tell whether it succeeded",
    ),
    "retries a part where the check tells about the whole": (
        BLOCKS % (HALF + ", check: {scope: whole}"),
        steps("- each: block", "  do: [{retry: mutate, do: [{call: mutate}]}]"),
        2,
        "its check tells about the whole program only",
    ),
    "keeps parts where the check tells about the whole": (
        BLOCKS % (HALF + ", check: {scope: whole}"),
        steps("- {retry: mutate, keep: true, do: [{call: mutate}]}"),
        1,
        "keeping good parts needs success and check per part",
    ),
    "a specialist without routing": (ROUTED, steps("- {case: solve, do: [{call: solve}]}"), 1, "has not told which"),
    "routing among too few": (
        ROUTED,
        steps("- {call: identify, among: 2}", "- {case: solve, do: [{call: solve}]}"),
        2,
        "has not told which specialist is needed",
    ),
    "a model that lacks capabilities": (
        CATALOGUE,
        steps("- {call: solve, model: little}"),
        1,
        "model little lacks a capability that solve require",
    ),
    "a specialist with too large a share": (
        CATALOGUE,
        steps("- {call: identify, model: little}", "- {case: solve, share: 3, do: [{call: solve, model: little}]}"),
        2,
        "model little lacks a capability",
    ),
    "what is rejected is only judged again": (
        JUDGED,
        steps("- call: mutate", "- {retry: mutate, do: [{call: judge}]}"),
        2,
        "it is not done again where it is rejected",
    ),
    "judged before it is made": (
        JUDGED,
        steps("- {retry: mutate, do: [{call: judge}, {call: mutate}]}"),
        1,
        "judge has to judge what has been made",
    ),
    "judged by whoever makes it, in the same call": (
        JUDGED,
        steps("- {retry: mutate, do: [{call: [mutate, judge]}]}"),
        1,
        "judge has to judge what has been made",
    ),
    "all parts from a group of them": (
        LINTED,
        steps("- each: function", "  group: 2", "  do: [{each: function, group: k, do: [{call: lint}]}]"),
        3,
        "groups of k functions cannot be cut from 2",
    ),
    "larger groups from smaller ones": (
        LINTED,
        steps("- each: function", "  group: 2", "  do: [{each: function, group: 3, do: [{call: lint}]}]"),
        3,
        "groups of 3 functions cannot be cut from 2",
    ),
    "an even vote": (CHECKED, steps("- {vote: 2, do: [{retry: mutate, do: [{call: mutate}]}]}"), 1, "odd number"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_at_its_line(name: str) -> None:
    head, body, line, reason = REFUSED[name]
    problem = design(head, body)
    with pytest.raises(DesignError) as caught:
        hand_design(problem, "it")
    first = caught.value.diagnostics[0]
    assert reason in first.message
    if line:
        assert first.line == head.count("\n") + 2 + line


ACCEPTED = {
    "scan all, then repair each": (
        BUGS,
        steps("- {repeat: b, do: [{call: find}]}", "- {for_each: find, do: [{call: fix, on: function}]}"),
    ),
    "more rounds than items": (
        BUGS,
        steps("- repeat: 2*b", "  do: [{call: find}, {if: find, do: [{call: fix}]}]"),
    ),
    "one call that finds and repairs": (BUGS, steps("- {each: function, do: [{call: [find, fix]}]}")),
    "groups until nothing is found": (
        BUGS,
        steps(
            "- each: function",
            "  group: 3",
            "  do:",
            "    - until: find",
            "      do:",
            "        - call: find",
            "        - {if: find, do: [{call: fix}]}",
        ),
    ),
    "parts, then parts again": (
        BUGS,
        steps("- {each: function, do: [{call: find}]}", "- {each: function, do: [{if: find, do: [{call: fix}]}]}"),
    ),
    "repairs everywhere": (BUGS, steps("- {each: function, do: [{call: find}, {call: fix}]}")),
    "a third task beside": (
        LINTED,
        steps("- each: function", "  do: [{call: find}, {if: find, do: [{call: fix}]}, {call: lint}]"),
    ),
    "remembers in a conversation": (
        HEAD + "tasks:\n" + FIND % ", remembers: true" + FIX % "",
        steps("- repeat: b", "  as: i", "  do: [{call: find, history: i}, {call: fix}]"),
    ),
    "judged part by part": (
        JUDGED,
        steps("- {retry: mutate, do: [{each: block, do: [{call: mutate}, {call: judge}]}]}"),
    ),
    "retry of a part": (CHECKED, steps("- each: block", "  do: [{retry: mutate, do: [{call: mutate}]}]")),
    "retry of the whole by parts": (CHECKED, steps("- {retry: mutate, do: [{each: block, do: [{call: mutate}]}]}")),
    "retry of all or nothing": (
        BLOCKS % (HALF + ", check: {scope: whole}"),
        steps("- {retry: mutate, do: [{call: mutate}]}"),
    ),
    "a failing task that nobody can check": (BLOCKS % HALF, steps("- call: mutate")),
    "a tree of delegators": (
        ROUTED,
        steps("- {call: identify, fan_out: 3}", "- {case: solve, do: [{call: solve}]}"),
    ),
    "specialists of two": (
        CATALOGUE,
        steps("- {call: identify, model: little}", "- {case: solve, share: 2, do: [{call: solve, model: little}]}"),
    ),
    "the generalist": (CATALOGUE, steps("- {call: solve, model: large}")),
    "three votes": (CHECKED, steps("- {vote: 3, do: [{retry: mutate, do: [{call: mutate}]}]}")),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted(name: str) -> None:
    hand_design(design(*ACCEPTED[name]), "it")


def test_an_unknown_design_names_those_there_are() -> None:
    with pytest.raises(DesignError, match="there are: it"):
        hand_design(design(*ACCEPTED["the generalist"]), "generalist")


TWO = """\
problem: two finders
parameters: [k, l, a, b, m]
assume: [a <= k, b <= k]
texts: {code: {parts: {file: k}, each: l}, first: 1, second: 1}
capabilities: {see: m}
tasks:
  spot: {reads: code, writes: first, requires: see, local: file, finds: {count: a}}
  look: {reads: code, writes: second, requires: see, local: file, finds: {count: b}}
  mark: {for_each: spot, reads: [code, first], edits: code, requires: see, local: file}
  fix: {for_each: look, reads: [code, second], edits: code, requires: see, local: file}
designs:
  it:
    - each: file
"""


def test_items_of_another_finder_are_not_done_where_something_was_found() -> None:
    """A part in which `spot` finds nothing may hold what `look` finds."""
    scan = "      do: [{call: spot}, {call: look}, {if: spot, do: [{call: mark}%s]}%s]\n"
    hand_design(loads(TWO + scan % ("", ", {if: look, do: [{call: fix}]}")), "it")
    with pytest.raises(DesignError, match="fix is never done"):
        hand_design(loads(TWO + scan % (", {call: fix}", "")), "it")
