"""A literal simulation of designs at numbers: the second, independent way to every cost.

It lays the texts out on paper, hides the items in their parts, and walks the design step by step. It knows
which parts lie before it, which item is at hand, what has been found and said so far; every call adds up its
forward passes token by token. No formula of the evaluator is used. What happens by chance is enumerated
exactly, or, with a seed, thrown with dice.

A prompt was *seen before* where the same call is made again in the same place: in a further attempt, a
further vote, or, for what earlier rounds said, in a conversation. A fresh round starts afresh.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from fractions import Fraction
from random import Random

from decomposer.design.literal import Count, natural, worked_text
from decomposer.design.literal_calls import Calls
from decomposer.design.literal_chance import Chances
from decomposer.design.literal_memory import turns
from decomposer.design.literal_merging import mergers
from decomposer.design.literal_recursion import helpers, problems
from decomposer.design.literal_table import Here
from decomposer.design.nodes import (
    Call,
    Case,
    Design,
    Each,
    Escalate,
    ForEach,
    If,
    Merge,
    Recurse,
    Repeat,
    Retry,
    Seq,
    Serve,
    Stride,
    Until,
    Vote,
    substitute,
    walk,
)
from decomposer.errors import DesignError
from decomposer.expr import as_expr
from decomposer.problem.graph import auxiliary
from decomposer.problem.model import Problem
from decomposer.problem.substitute import substitute as put_numbers


def simulate(
    problem: Problem,
    design: Design,
    values: Mapping[str, int | Fraction],
    seed: int | None = None,
    items: Mapping[str, Sequence[int]] | None = None,
) -> Count:
    """Run a complete design at numbers and count.

    Parameters
    ----------
    values : mapping
        A number for every parameter of the problem and of the design.
    seed : int, optional
        Throw dice, for where items lie and which attempts succeed, instead of working out the expectation.
    items : mapping of finder to parts, optional
        The part in which each item lies; by default the first parts.

    Raises
    ------
    DesignError
        When the run ends with work undone.
    ProblemError
        When a text has no natural number of tokens.
    NotExactError
        When a model size is irrational.

    Notes
    -----
    Time is that of the run: proportional to the tokens that pass through models.
    """
    numbers = {name: as_expr(value) for name, value in values.items()}
    run = _Run(put_numbers(problem, numbers), None if seed is None else Random(seed), items)
    run.visit(substitute(design, numbers), Here())
    run.finish()
    return Count(run.work, run.calls, run.read, run.written, run.longest)


class _Run(Calls, Chances):
    """The walk over the design."""

    def visit(self, node: Design, here: Here) -> None:
        """Do what `node` says."""
        if isinstance(node, Call):
            self.call(node, here)
        elif isinstance(node, Seq):
            for number, step in enumerate(node.steps):
                self.visit(step, here.child(number))
        elif isinstance(node, Repeat):
            names = here.rounds if node.index is None else {**here.rounds, node.index: here.path}
            for round_ in range(1, natural(node.count, "the number of rounds") + 1):
                self.visit(node.body, replace(here.at(round_), rounds=names).child(0))
        elif isinstance(node, Until):
            self.until(node, here)
        elif isinstance(node, Each):
            self.each(node, here)
        elif isinstance(node, Merge):
            self.merge(node, here)
        elif isinstance(node, Recurse):
            self.recurse(node, here)
        elif isinstance(node, Serve):
            self.serve(node, here)
        elif isinstance(node, ForEach | If):
            self.where_found(node, here)
        elif isinstance(node, Case):
            self.case(node, here)
        elif isinstance(node, Stride):
            self.stride(node, here)
        elif isinstance(node, Retry | Vote | Escalate):
            before = deepcopy((self.state, self.sent))
            for share, case in self.cases(node, here):
                self.state, self.sent = deepcopy(before)  # one of the cases happens, not one after the other
                self.by_chance(node, replace(case, weight=here.weight * share))
        else:
            raise DesignError("only complete designs can be simulated")

    def until(self, node: Until, here: Here) -> None:
        round_ = 0
        before = -1
        while len(self.state.found[node.finder]) != before:
            before = len(self.state.found[node.finder])
            round_ += 1
            self.visit(node.body, here.at(round_).child(0))

    def each(self, node: Each, here: Here) -> None:
        size = natural(node.size, "the size of a group")
        left = list(self.scope(node.part, here))
        told = self.state.levels
        while left:
            group, left = left[:size], left[size:]
            self.state.levels = {router: list(levels) for router, levels in told.items()}
            inside = replace(here.at(group[0]), scope={**here.scope, node.part: tuple(group)})
            self.visit(node.body, inside.child(0))
        self.state.levels = told

    def merge(self, node: Merge, here: Here) -> None:
        """Do every group, then hand what has come out from call to call until one result is left."""
        size, left = natural(node.size, "the size of a group"), list(self.scope(node.part, here))
        results: list[tuple[int, ...]] = []
        while left:
            group, left = tuple(left[:size]), left[size:]
            inside = replace(here.at(group[0]), scope={**here.scope, node.part: group})
            self.visit(node.body, inside.child(0))
            results.append(group)
        for taken in mergers(node, results):
            self.combine(node, here, taken)

    def combine(self, node: Merge, here: Here, taken: list[tuple[int, ...]]) -> None:
        """Combine some results: by one call, or by one for every part that they cover."""
        merged = tuple(part for result in taken for part in result)
        fact = self.problem.tasks[node.task].combines
        assert fact is not None
        inside = replace(here, scope={**here.scope, node.part: merged}, taken={**here.taken, node.task: tuple(taken)})
        for round_ in merged if fact.per == "part" else merged[:1]:
            number = len(merged) * len(self.scope(node.part, here)) + round_
            self.visit(node.merge, replace(inside, turn=(*inside.turn, (here.path, number))).child(1))

    def recurse(self, node: Recurse, here: Here) -> None:
        """Do base cases, and split and combine what is larger, problem by problem."""
        for number, (problem, subs) in enumerate(problems(node, self.scope(node.part, here))):
            inside = replace(here, scope={**here.scope, node.part: problem}, taken={**here.taken, node.task: subs})
            inside = replace(inside, turn=(*inside.turn, (here.path, number)))
            for place, helper in helpers(node) if subs else ((0, node.body),):
                self.visit(helper, inside.child(place))
        self.state.covered.setdefault(node.task, set()).update(self.scope(node.part, here))

    def serve(self, node: Serve, here: Here) -> None:
        """Do groups one after the other, and condense what is in memory when it is time."""
        for number, (group, notes) in enumerate(turns(self.problem, self.papers, node, self.scope(node.part, here))):
            inside = replace(here.at(number), memory={**here.memory, node.task: notes})
            if group is not None:
                inside = replace(inside, scope={**here.scope, node.part: group})
                self.visit(node.body, inside.child(0))
            elif node.condense is not None:
                self.visit(node.condense, inside.child(1))

    def where_found(self, node: ForEach | If, here: Here) -> None:
        """Handle the items found in the scope since this step was last taken, one by one."""
        if isinstance(node, If) and _looks_itself(node):
            fires = bool(self.unfound(node.finder, here))
            branch = node.body if fires else node.orelse
            if branch is not None:
                self.visit(branch, here.child(0 if fires else 1))
            return
        passed = self.state.passed.setdefault(here.path, set())
        new = [item for item in self.found_in(node.finder, here) if (node.finder, item) not in passed]
        if isinstance(node, If):
            new = new[:1]
            if not new and node.orelse is not None:
                self.visit(node.orelse, here.child(1))
        for item in new:
            passed.add((node.finder, item))
            self.visit(node.body, replace(here, hand={**here.hand, node.finder: item}).child(0))

    def case(self, node: Case, here: Here) -> None:
        """Follow the levels of delegators until one specialist is left."""
        one_of = self.problem.tasks[node.task].one_of
        assert one_of is not None
        family = self.problem.capabilities[one_of.family].family
        share = natural(node.share, "the share of a specialist")
        candidates = 1 if family is None else -(-natural(family, "the family") // share)
        for fan_out in self.state.levels.get(one_of.told_by, ()):
            candidates = -(-candidates // fan_out)
        if candidates > 1:
            raise DesignError(f"{candidates} specialists are left, and nobody tells which {node.task} needs")
        self.visit(node.body, replace(here, shares={**here.shares, node.task: share}).child(0))

    def stride(self, node: Stride, here: Here) -> None:
        """Take the chain some steps further at a time."""
        size, left = natural(node.size, "the steps in a call"), list(self.chain(node.task, here))
        while left:
            taken, left = left[:size], left[size:]
            inside = replace(here.at(taken[0]), steps={**here.steps, node.task: tuple(taken)})
            self.visit(node.body, inside.child(0))

    def by_chance(self, node: Retry | Vote | Escalate, here: Here) -> None:
        """Run the body as often as it takes: once, and the further times in expectation or by dice."""
        if isinstance(node, Escalate):
            self.escalate(node, here)
            return
        times = self.times(node, here)
        before = deepcopy(self.state)
        self.visit(node.body, here.child(0))
        after = self.state
        if self.dice is None:
            if times > 1:
                self.state = before
                self.visit(node.body, replace(here, weight=here.weight * (times - 1)).child(0))
        else:
            for _ in range(int(times) - 1):
                self.state = deepcopy(before)
                self.visit(node.body, here.child(0))
        self.state = after

    def escalate(self, node: Escalate, here: Here) -> None:
        """Once; and where that is rejected, otherwise."""
        before = deepcopy(self.state)
        self.visit(node.body, here.child(0))
        _, accepted = self.verdict(node, here)
        after = self.state
        if self.dice is None:
            self.state = before
            self.visit(node.then, replace(here, weight=here.weight * (1 - accepted)).child(1))
        elif not self.lucky(accepted):
            self.state = before
            self.visit(node.then, here.child(1))
            after = self.state
        self.state = after

    def left_undone(self, name: str) -> bool:
        """Whether a task of a method has not been done for all parts that it works through."""
        text = worked_text(self.problem, self.problem.tasks[name])
        parts = 1 if text is None else len(self.papers[text].tokens)
        return bool(set(range(parts)) - self.state.covered.get(name, set()))

    def finish(self) -> None:
        """Everything must have been found, dealt with and covered.

        Raises
        ------
        DesignError
            When it has not.
        """
        for name, task in self.problem.tasks.items():
            if name in auxiliary(self.problem) or not task.requires:
                continue
            if any(not any(map(self.left_undone, method.tasks)) for method in task.methods):
                continue
            if task.for_each is not None:
                undone = set(range(len(self.hidden[task.for_each]))) - self.state.dealt.get(name, set())
            elif task.finds is not None:
                undone = set(range(len(self.hidden[name]))) - set(self.state.found[name])
            else:
                text = worked_text(self.problem, task)
                parts = 1 if text is None else len(self.papers[text].tokens)
                undone = set(range(parts)) - self.state.covered.get(name, set())
            if task.steps is not None and self.state.taken.get(name, set()) != set(self.chain(name, Here())):
                raise DesignError(f"the run ends before {name} has come to the end of its chain")
            if undone:
                what = "items" if task.for_each or task.finds else "parts"
                raise DesignError(f"the run ends before {name} has been done for {len(undone)} {what}")


def _looks_itself(node: If) -> bool:
    """Whether what an `If` does begins with the scan that decides it."""
    first = next((part for part in walk(node.body) if isinstance(part, Call)), None)
    return first is not None and node.finder in first.tasks
