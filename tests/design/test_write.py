"""What is written of a design reads back as the same design."""

from __future__ import annotations

from itertools import islice

import pytest

from decomposer.design.lift import hand_design
from decomposer.design.nodes import Design, substitute
from decomposer.design.write import steps, tree
from decomposer.expr import num
from decomposer.problem.load import load
from decomposer.problem.model import Problem
from decomposer.problems import names
from decomposer.search.enumerate import designs
from decomposer.search.unfold import unfold

CATALOGUE = {
    "problem": "catalogue",
    "parameters": ["n", "big", "small"],
    "texts": {"query": {"tokens": "n", "head": 1}, "label": 1, "answer": 2},
    "capabilities": {"identify": 1, "solve": {"family": 6, "each": 1}},
    "models": {
        "large": {"size": "big", "can": {"identify": "all", "solve": "all"}},
        "little": {"size": "small", "can": {"identify": "all", "solve": 2}},
    },
    "tasks": {
        "identify": {"reads": "query.head", "writes": "label", "requires": "identify"},
        "solve": {
            "reads": "query",
            "writes": "answer",
            "requires": "solve",
            "one_of": {"family": "solve", "told_by": "identify"},
        },
    },
}


def read_back(problem: Problem, design: Design) -> Design:
    """Write a design into the problem, and read that."""
    data = problem.to_data()
    data["designs"] = {"written": steps(problem, design)}
    return hand_design(load(data), "written")


@pytest.mark.parametrize("name", [*names(), "catalogue"])
def test_every_design_reads_back(name: str) -> None:
    problem = load(CATALOGUE if name == "catalogue" else name)
    found = list(islice(designs(unfold(problem)), 500))
    for design, decisions in found:
        closed = substitute(design, {decision.name: num(2) for decision in decisions})
        assert read_back(problem, closed) == closed, tree(problem, closed)
    assert len({tuple(tree(problem, design)) for design, _ in found}) == len(found)


@pytest.mark.parametrize("name", names())
def test_every_hand_design_reads_back(name: str) -> None:
    problem = load(name)
    for hand in problem.designs:
        design = hand_design(problem, hand)
        assert read_back(problem, design) == design


def test_a_tree_is_plain_words() -> None:
    problem = load("debugging")
    assert tree(problem, hand_design(problem, "focused")) == [
        "for each function, in parallel:",
        "  call find",
        "  if find found something:",
        "    call fix (rewriting one part)",
    ]
