"""Chance in a literal run: enumerated exactly, or thrown with dice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from decomposer.design.chances import leads, majority, until_all, until_lead
from decomposer.design.literal import natural
from decomposer.design.literal_memory import turns
from decomposer.design.literal_merging import mergers
from decomposer.design.literal_recursion import helpers, problems
from decomposer.design.literal_table import Here, Table
from decomposer.design.nodes import (
    Call,
    Case,
    Design,
    Each,
    Escalate,
    Merge,
    Recurse,
    Repeat,
    Retry,
    Seq,
    Serve,
    Stride,
    Vote,
    walk,
)
from decomposer.errors import DesignError
from decomposer.expr import Expr, evaluate
from decomposer.problem.model import Task


class Chances(Table):
    """Works out how likely it is that something comes right, and how often it is tried."""

    def cases(self, node: Design, here: Here) -> list[tuple[Fraction, Here]]:
        """What the unit at hand may be like for the tasks that some are hard for: each way, or as the dice fall."""
        found = [(Fraction(1), here)]
        names = dict.fromkeys(name for part in walk(node) if isinstance(part, Call) for name in part.tasks)
        for name in names:
            fact = self.problem.tasks[name].succeeds
            if fact is None or fact.hard is None or name in here.hard:
                continue
            share = evaluate(fact.hard.share, {})
            ways = [(1 - share, False), (share, True)]
            if self.dice is not None:
                ways = [(Fraction(1), self.lucky(share))]
            found = [(w * x, replace(at, hard={**at.hard, name: y})) for w, at in found for x, y in ways]
        return found

    def times(self, node: Retry | Vote, here: Here) -> Fraction:
        """How often the body runs: in expectation, or by dice."""
        if isinstance(node, Vote):
            if node.lead is None:
                return Fraction(natural(node.votes, "votes"))
            right, rival = self.answers(node.body, here, tuple(self.problem.tasks))
            lead = natural(node.lead, "the lead")
            return until_lead(right, lead, rival) if self.dice is None else self.race(right, rival, lead)
        if node.keep:
            task = self.problem.tasks[node.tasks[0]]
            parts, right = self.trials(task, here), self.judged(task, self.rate(task, _model(node.body, task), here))[1]
        else:
            parts, right = 1, self.verdict(node, here)[1]
        if self.dice is None:
            return until_all(parts, right)
        attempts = 0
        while parts or not attempts:
            attempts += 1
            parts = sum(not self.lucky(right) for _ in range(parts))
        return Fraction(attempts)

    def lucky(self, right: Fraction) -> bool:
        assert self.dice is not None
        return self.dice.randrange(right.denominator) < right.numerator

    def race(self, right: Fraction, rival: Fraction, lead: int) -> Fraction:
        ahead = runs = 0
        while abs(ahead) < lead and not (lead == 1 and runs):
            if self.lucky(right):
                ahead += 1
            elif right + rival == 1 or self.lucky(rival / (1 - right)):
                ahead -= 1
            runs += 1
        return Fraction(runs)

    def answers(self, body: Design, here: Here, names: tuple[str, ...]) -> tuple[Fraction, Fraction]:
        """Chances of the right answer, and of the wrong one that comes most often."""
        right = self.chance(body, here.child(0), names)
        discards = isinstance(body, Retry) and not body.keep
        body = body.body if isinstance(body, Retry) and discards else body
        failing = [task for task in map(self.problem.tasks.__getitem__, getattr(body, "tasks", ())) if task.succeeds]
        if isinstance(body, Call) and len(failing) == 1 and failing[0].succeeds is not None:
            (task,) = failing
            judged = task.check is not None and task.check.scope != "whole" and task.succeeds is not None
            if failing[0].succeeds.wrong == "scatter" and (judged or not discards):
                one = self.rate(task, body.model, here)
                if discards:
                    kept, accepted = self.judged(task, one)
                    one = kept / accepted
                wrong = 1 - one
                for _ in range(self.units(task, here) - 1):  # wrong in one unit, right in all others
                    wrong *= one
                return right, wrong
        return right, 1 - right

    def rate(self, task: Task, model: str | None, here: Here) -> Fraction:
        """How often a unit comes out right: by this model, and as hard as it is."""
        assert task.succeeds is not None
        known = None if model is None else self.problem.models[model]
        rate = _rate(task, {} if known is None else known.succeeds, task.succeeds.probability)
        hard = task.succeeds.hard
        if hard is None:
            return rate
        worse = _rate(task, {} if known is None else known.hard, hard.probability)
        if task.name in here.hard:
            return worse if here.hard[task.name] else rate
        share = evaluate(hard.share, {})
        return (1 - share) * rate + share * worse

    def units(self, task: Task, here: Here) -> int:
        """Units that a call must get right."""
        if task.succeeds is None or task.succeeds.unit == "call":
            return 1
        return len(self.chain(task.name, here)) if task.succeeds.unit == "step" else self.trials(task, here)

    def judged(self, task: Task, right: Fraction) -> tuple[Fraction, Fraction]:
        """Chances of being right and accepted, and of being accepted."""
        assert task.check is not None
        kept = right * (1 - evaluate(task.check.rejects, {}))
        return kept, kept + (1 - right) * evaluate(task.check.accepts, {})

    def verdict(self, node: Retry | Escalate, here: Here) -> tuple[Fraction, Fraction]:
        """The same for an attempt at all tasks that are judged."""
        good = accepted = Fraction(1)
        for task in (self.problem.tasks[name] for name in node.tasks):
            assert task.check is not None and task.succeeds is not None
            errs = evaluate(task.check.accepts, {}) or evaluate(task.check.rejects, {})
            if not errs or task.check.scope == "whole" or task.succeeds.unit == "call":
                verdict = self.judged(task, self.chance(node.body, here.child(0), (task.name,)))
                good, accepted = good * verdict[0], accepted * verdict[1]
                continue
            for _ in range(self.units(task, here)):
                verdict = self.judged(task, self.rate(task, _model(node.body, task), here))
                good, accepted = good * verdict[0], accepted * verdict[1]
        return good, accepted

    def chance(self, node: Design, here: Here, names: tuple[str, ...]) -> Fraction:
        """Probability that one run of `node`, which runs for certain, gets `names` right."""
        right = Fraction(1)
        if not any(self.problem.tasks[name].succeeds for part in walk(node) for name in getattr(part, "tasks", ())):
            return right
        if isinstance(node, Call):
            for name in node.tasks:
                task = self.problem.tasks[name]
                if name in names and task.succeeds is not None:
                    for _ in range(self.units(task, here)):
                        right *= self.rate(task, node.model, here)
        elif isinstance(node, Seq):
            for number, step in enumerate(node.steps):
                right *= self.chance(step, here.child(number), names)
        elif isinstance(node, Repeat):
            for _ in range(natural(node.count, "the number of rounds")):
                right *= self.chance(node.body, here.child(0), names)
        elif isinstance(node, Each):
            size, left = natural(node.size, "the size of a group"), self.scope(node.part, here)
            while left:
                inside = replace(here, scope={**here.scope, node.part: left[:size]})
                right *= self.chance(node.body, inside.child(0), names)
                left = left[size:]
        elif isinstance(node, Merge):
            size, parts = natural(node.size, "the size of a group"), self.scope(node.part, here)
            groups = [parts[start : start + size] for start in range(0, len(parts), size)]
            for group in groups:
                inside = replace(here, scope={**here.scope, node.part: group})
                right *= self.chance(node.body, inside.child(0), names)
            fact = self.problem.tasks[node.task].combines
            for taken in mergers(node, groups):
                covered = sum(map(len, taken)) if fact is not None and fact.per == "part" else 1
                right *= self.chance(node.merge, here.child(1), names) ** covered
        elif isinstance(node, Recurse):
            for parts, subs in problems(node, self.scope(node.part, here)):
                inside = replace(here, scope={**here.scope, node.part: parts}, taken={**here.taken, node.task: subs})
                for place, helper in helpers(node) if subs else ((0, node.body),):
                    right *= self.chance(helper, inside.child(place), names)
        elif isinstance(node, Serve):
            for served, _ in turns(self.problem, self.papers, node, self.scope(node.part, here)):
                if served is None and node.condense is not None:
                    right *= self.chance(node.condense, here.child(1), names)
                elif served is not None:
                    inside = replace(here, scope={**here.scope, node.part: served})
                    right *= self.chance(node.body, inside.child(0), names)
        elif isinstance(node, Stride):
            size, left = natural(node.size, "the steps in a call"), self.chain(node.task, here)
            while left:
                inside = replace(here, steps={**here.steps, node.task: left[:size]})
                right *= self.chance(node.body, inside.child(0), names)
                left = left[size:]
        elif isinstance(node, Retry | Escalate | Vote):
            return sum((share * self.mended(node, case, names) for share, case in self.cases(node, here)), Fraction(0))
        elif isinstance(node, Case):
            return self.chance(node.body, here.child(0), names)
        else:
            raise DesignError("a step that may not run cannot be retried or voted on")
        return right

    def mended(self, node: Retry | Escalate | Vote, here: Here, names: tuple[str, ...]) -> Fraction:
        """Chance that `names` come out right after all."""
        if isinstance(node, Vote):
            right, rival = self.answers(node.body, here, names)
            if node.lead is None:
                return majority(right, natural(node.votes, "votes"))
            return leads(right, natural(node.lead, "the lead"), rival)
        others = self.chance(node.body, here.child(0), tuple(name for name in names if name not in node.tasks))
        good, accepted = self.verdict(node, here)
        if isinstance(node, Escalate):
            return others * good + (1 - accepted) * self.chance(node.then, here.child(1), names)
        return others * good / accepted if set(node.tasks) <= set(names) else others


def _rate(task: Task, own: Mapping[str, Expr], usual: Expr) -> Fraction:
    """A model's own rate for a task, or for what it takes; else the usual one."""
    if task.name in own or own.keys().isdisjoint(task.requires):
        return evaluate(own.get(task.name, usual), {})
    rate = Fraction(1)
    for name in task.requires:
        rate *= evaluate(own[name], {}) if name in own else 1
    return rate


def _model(body: Design, task: Task) -> str | None:
    """Model by which a task is done."""
    return next(part.model for part in walk(body) if isinstance(part, Call) and task.name in part.tasks)
