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
from dataclasses import dataclass, field, replace
from fractions import Fraction
from random import Random

from decomposer.design.chances import leads, majority, until_all, until_lead
from decomposer.design.literal import Chunk, Count, Meter, natural, papers, place_items, tokens_of, worked_text
from decomposer.design.literal_merging import combining, mergers, told
from decomposer.design.nodes import (
    Call,
    Case,
    Design,
    Each,
    Escalate,
    ForEach,
    If,
    Merge,
    Repeat,
    Retry,
    Seq,
    Stride,
    Until,
    Vote,
    substitute,
    walk,
)
from decomposer.errors import DesignError
from decomposer.expr import Expr, as_expr, evaluate
from decomposer.problem.graph import auxiliary
from decomposer.problem.model import Problem, Task
from decomposer.problem.substitute import substitute as put_numbers

Path = tuple[int, ...]
Turn = tuple[tuple[Path, int], ...]
Piece = tuple[object, Chunk]
"""A piece of a prompt with a stamp: when its text was written, and for which items it is read."""


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
    run.visit(substitute(design, numbers), _Here())
    run.finish()
    return Count(run.work, run.calls, run.read, run.written, run.longest)


@dataclass(frozen=True, slots=True)
class _Here:
    """Where the walk stands.

    `turn` are the rounds and groups that enclose it, each by the place of its loop; `rounds` the loops that
    number their rounds; `hand` the item at hand of a finder; `weight` how often this happens in expectation;
    `steps` those of a chain that are being taken; `hard` what is known of the unit at hand;
    `taken` the results that are being combined, each by the parts that it covers.
    """

    path: Path = ()
    scope: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    turn: Turn = ()
    rounds: Mapping[str, Path] = field(default_factory=dict)
    shares: Mapping[str, int] = field(default_factory=dict)
    hand: Mapping[str, int] = field(default_factory=dict)
    weight: Fraction = Fraction(1)
    steps: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    hard: Mapping[str, bool] = field(default_factory=dict)
    taken: Mapping[str, tuple[tuple[int, ...], ...]] = field(default_factory=dict)

    def child(self, number: int) -> _Here:
        """Step down the tree."""
        return replace(self, path=(*self.path, number))

    def at(self, round_: int) -> _Here:
        """Enter a round, or a group, of the loop that stands here."""
        return replace(self, turn=(*self.turn, (self.path, round_)))


@dataclass(slots=True)
class _State:
    """What has come about so far. Items are numbers, by finder."""

    found: dict[str, list[int]] = field(default_factory=dict)
    passed: dict[Path, set[tuple[str, int]]] = field(default_factory=dict)
    dealt: dict[str, set[int]] = field(default_factory=dict)
    covered: dict[str, set[int]] = field(default_factory=dict)
    levels: dict[str, list[int]] = field(default_factory=dict)
    taken: dict[str, set[int]] = field(default_factory=dict)
    stamps: dict[tuple[str, int | None], int] = field(default_factory=dict)


class _Run:
    def __init__(self, problem: Problem, dice: Random | None, items: Mapping[str, Sequence[int]] | None) -> None:
        self.problem = problem
        self.dice = dice
        self.papers = papers(problem)
        self.meter = Meter(problem)
        self.hidden = place_items(problem, self.papers, dice) | {f: list(parts) for f, parts in (items or {}).items()}
        self.state = _State(found={finder: [] for finder in self.hidden})
        self.said: dict[tuple[Path, Turn], dict[int, list[Piece]]] = {}
        self.sent: dict[tuple[Path, Turn], list[list[Piece]]] = {}
        self.work = self.calls = self.read = self.written = Fraction(0)
        self.longest = 0
        self.stamp = 0

    # -- the walk ---------------------------------------------------------------------------------

    def visit(self, node: Design, here: _Here) -> None:
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

    def until(self, node: Until, here: _Here) -> None:
        round_ = 0
        before = -1
        while len(self.state.found[node.finder]) != before:
            before = len(self.state.found[node.finder])
            round_ += 1
            self.visit(node.body, here.at(round_).child(0))

    def each(self, node: Each, here: _Here) -> None:
        size = natural(node.size, "the size of a group")
        left = list(self.scope(node.part, here))
        told = self.state.levels
        while left:
            group, left = left[:size], left[size:]
            self.state.levels = {router: list(levels) for router, levels in told.items()}
            inside = replace(here.at(group[0]), scope={**here.scope, node.part: tuple(group)})
            self.visit(node.body, inside.child(0))
        self.state.levels = told

    def merge(self, node: Merge, here: _Here) -> None:
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

    def combine(self, node: Merge, here: _Here, taken: list[tuple[int, ...]]) -> None:
        """Combine some results: by one call, or by one for every part that they cover."""
        merged = tuple(part for result in taken for part in result)
        fact = self.problem.tasks[node.task].combines
        assert fact is not None
        inside = replace(here, scope={**here.scope, node.part: merged}, taken={**here.taken, node.task: tuple(taken)})
        for round_ in merged if fact.per == "part" else merged[:1]:
            number = len(merged) * len(self.scope(node.part, here)) + round_
            self.visit(node.merge, replace(inside, turn=(*inside.turn, (here.path, number))).child(1))

    def combining(self, node: Call, here: _Here) -> tuple[list[Chunk], int] | None:
        """What a call reads that combines results, and how much it writes; `None` where it does something else."""
        for whole, results in here.taken.items():
            task, by = self.problem.tasks[whole], self.problem.tasks[node.tasks[0]]
            if task.combines is not None and task.combines.by == by.name:
                return combining(self.problem, self.papers, task, node, results)
        return None

    def where_found(self, node: ForEach | If, here: _Here) -> None:
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

    def case(self, node: Case, here: _Here) -> None:
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

    def stride(self, node: Stride, here: _Here) -> None:
        """Take the chain some steps further at a time."""
        size, left = natural(node.size, "the steps in a call"), list(self.chain(node.task, here))
        while left:
            taken, left = left[:size], left[size:]
            inside = replace(here.at(taken[0]), steps={**here.steps, node.task: tuple(taken)})
            self.visit(node.body, inside.child(0))

    def chain(self, task: str, here: _Here) -> tuple[int, ...]:
        """The steps of a chain in scope."""
        fact = self.problem.tasks[task].steps
        assert fact is not None
        return here.steps[task] if task in here.steps else tuple(range(natural(fact.count, "the number of steps")))

    def cases(self, node: Design, here: _Here) -> list[tuple[Fraction, _Here]]:
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

    def by_chance(self, node: Retry | Vote | Escalate, here: _Here) -> None:
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

    def escalate(self, node: Escalate, here: _Here) -> None:
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

    # -- one call ---------------------------------------------------------------------------------

    def call(self, node: Call, here: _Here) -> None:
        """Put the prompt together, pass it through the model, and note what was achieved."""
        made: set[str] = set()
        needs: dict[str, bool] = {}
        written = 0
        hand = dict(here.hand)
        at_hand: tuple[str, int] | None = None
        for task in (self.problem.tasks[name] for name in node.tasks):
            for found in self.scan(task, here):
                hand[task.name] = found
            item = self.item(task, here, hand)
            at_hand = at_hand or item
            for read in task.reads:
                if read.text not in made:
                    needs[read.text] = needs.get(read.text, False) or not (read.head and node.narrow)
            made.update(task.writes)
            written += self.output(task, node, here, item)
            self.note(task, node, here, item)
        combined = self.combining(node, here)
        if combined is None:
            fresh = [chunk for name, whole in needs.items() for chunk in self.digest(name, whole, node, here, at_hand)]
            tasks = map(self.problem.tasks.__getitem__, node.tasks)
            written += sum(self.digest_size(task, node, here) for task in tasks)
        else:
            fresh, written = combined
        fresh[:0] = told(self.problem, node.tasks)
        for task in (self.problem.tasks[name] for name in node.tasks):
            if task.steps is not None and task.name in here.steps:
                fresh.append((f"state of {task.name}", -2, natural(task.steps.state, "the state")))
        prompt = self.spoken(fresh, node, here)
        read_tokens = tokens_of(chunk for _, chunk in prompt)
        seen = self.seen(prompt, node, here)
        self.stamp += 1
        for task in (self.problem.tasks[name] for name in node.tasks):
            for text in (*task.writes, *((task.edits.text,) if task.edits else ())):
                changed = self.chunks(text, True, node, here, at_hand)
                self.state.stamps |= {(text, part): self.stamp for _, part, _ in changed}
        cost = self.meter.bill(self.meter.size(node, here.shares), read_tokens, seen, written)
        self.work += here.weight * cost
        self.calls += here.weight
        self.read += here.weight * read_tokens
        self.written += here.weight * written
        self.longest = max(self.longest, read_tokens + written)

    def chunks(self, name: str, whole: bool, node: Call, here: _Here, item: tuple[str, int] | None) -> list[Chunk]:
        """What a call reads of a text."""
        paper = self.papers[name]
        if not whole and paper.head is not None:
            return [(name, -1, paper.head)]
        if paper.part is None:
            return [(name, None, paper.tokens[0])]
        return [(name, part, paper.tokens[part]) for part in self.before(paper.part, node, here, item)]

    def digest(self, name: str, whole: bool, node: Call, here: _Here, item: tuple[str, int] | None) -> list[Chunk]:
        """What a call reads of a text, or of its digest, unless it changes the text."""
        edited = {edits.text for task in node.tasks if (edits := self.problem.tasks[task].edits) is not None}
        for maker in node.digests:
            fact = self.problem.tasks[maker].compresses
            unread = name not in edited and (whole or self.papers[name].head is None)
            if fact is not None and fact.text == name and unread:
                size = natural(fact.to, "a digest")
                if self.problem.tasks[maker].local != self.papers[name].part or self.papers[name].part is None:
                    return [(f"digest by {maker}", None, size)]
                chunks = self.chunks(name, True, node, here, item)
                return [(f"digest by {maker}", part, size) for _, part, _ in chunks]
        return self.chunks(name, whole, node, here, item)

    def digest_size(self, task: Task, node: Call, here: _Here) -> int:
        """Tokens of the digest that a task makes in a call."""
        if task.compresses is None:
            return 0
        paper, size = self.papers[task.compresses.text], natural(task.compresses.to, "a digest")
        parted = paper.part is not None and paper.part == task.local
        return size * len(self.chunks(paper.name, True, node, here, None)) if parted else size

    def before(self, part: str, node: Call, here: _Here, item: tuple[str, int] | None) -> tuple[int, ...]:
        """The parts that lie before a call."""
        if node.scope == "whole":
            return self.scope(part, replace(here, scope={}))
        if node.scope == "here":
            return self.scope(part, here)
        return (self.home(item, here.scope.get(part)),)

    def home(self, item: tuple[str, int] | None, parts: tuple[int, ...] | None) -> int:
        """The part that holds an item; where a task acts found or not, the single part before it."""
        if item is not None and self.hidden[item[0]][item[1]] >= 0:
            return self.hidden[item[0]][item[1]]
        if parts is None or len(parts) != 1:
            raise DesignError("a call works on the part that holds the item, but no item is at hand")
        return parts[0]

    def output(self, task: Task, node: Call, here: _Here, item: tuple[str, int] | None) -> int:
        """Tokens that a task writes within a call: of a chain, those of the steps that it takes."""
        everything = self.written_by(task, node, here, item)
        if task.steps is None or task.name not in here.steps:
            return everything
        tokens = Fraction(everything * len(here.steps[task.name]), natural(task.steps.count, "the number of steps"))
        return natural(as_expr(tokens), f"what {task.name} writes for some steps")

    def written_by(self, task: Task, node: Call, here: _Here, item: tuple[str, int] | None) -> int:
        """Tokens that a task writes, with all of its steps."""
        total = sum(tokens_of(self.chunks(name, True, node, here, item)) for name in task.writes)
        if task.edits is None:
            return total
        paper = self.papers[task.edits.text]
        if node.write == "patch" and task.edits.patch is not None:
            text = worked_text(self.problem, task)
            part = None if text is None else self.papers[text].part
            patches = 1 if task.for_each is not None or part is None else len(self.scope(part, here))
            return total + patches * natural(task.edits.patch, "a patch")
        if task.edits.unit == "whole" or paper.part is None:
            return total + sum(paper.tokens)
        if task.for_each is not None and node.write == "part":
            return total + paper.tokens[self.home(item, here.scope.get(paper.part)) if item else 0]
        return total + tokens_of(self.chunks(paper.name, True, node, here, item))

    def spoken(self, fresh: list[Chunk], node: Call, here: _Here) -> list[Piece]:
        """The prompt: what is read now, after what was read in earlier rounds of the conversation."""
        hand = tuple(sorted(here.hand.items()))
        stamped: list[Piece] = [((self.state.stamps.get(chunk[:2], 0), hand), chunk) for chunk in fresh]
        if node.history is None:
            return stamped
        loop = here.rounds[node.history]
        round_ = dict(here.turn)[loop]
        apart = tuple(turn for turn in here.turn if turn[0] != loop)
        said = self.said.setdefault((here.path, apart), {})
        said[round_] = stamped
        return [chunk for number in sorted(said) if number <= round_ for chunk in said[number]]

    def seen(self, prompt: list[Piece], node: Call, here: _Here) -> int:
        """Tokens of the longest prefix that an earlier prompt of the same call in the same place had."""
        loop = None if node.history is None else here.rounds[node.history]
        key = (here.path, tuple(turn for turn in here.turn if turn[0] != loop))
        best = 0
        for earlier in self.sent.setdefault(key, []):
            same = 0
            for one, other in zip(earlier, prompt, strict=False):
                if one != other:
                    break
                same += one[1][2]
            best = max(best, same)
        self.sent[key].append(prompt)
        return best

    # -- items ------------------------------------------------------------------------------------

    def scope(self, part: str, here: _Here) -> tuple[int, ...]:
        """The parts that the enclosing loops leave."""
        if part in here.scope:
            return here.scope[part]
        paper = next(paper for paper in self.papers.values() if paper.part == part)
        return tuple(range(len(paper.tokens)))

    def lies_in(self, finder: str, item: int, here: _Here) -> bool:
        """Whether an item lies in the scope."""
        text = worked_text(self.problem, self.problem.tasks[finder])
        part = None if text is None else self.papers[text].part
        return part is None or self.hidden[finder][item] in self.scope(part, here)

    def unfound(self, finder: str, here: _Here) -> list[int]:
        """Items in the scope that nobody has found."""
        known = set(self.state.found[finder])
        everything = range(len(self.hidden[finder]))
        return [item for item in everything if item not in known and self.lies_in(finder, item, here)]

    def found_in(self, finder: str, here: _Here) -> list[int]:
        """Items in the scope that have been found."""
        return [item for item in self.state.found[finder] if self.lies_in(finder, item, here)]

    def scan(self, task: Task, here: _Here) -> list[int]:
        """Find what one call can find in the scope, however much it reads around it."""
        if task.finds is None:
            return []
        new = self.unfound(task.name, here)
        if task.finds.per_call is not None:
            new = new[: natural(task.finds.per_call, "items found per call")]
        self.state.found[task.name].extend(new)
        return new

    def item(self, task: Task, here: _Here, hand: Mapping[str, int]) -> tuple[str, int] | None:
        """The item that a task is done for: the one at hand, else the first that it has not dealt with, or the last."""
        finder = task.for_each
        if finder is None:
            return None
        if finder in hand:
            return finder, hand[finder]
        dealt = self.state.dealt.get(task.name, set())
        found = self.found_in(finder, here)
        waiting = [item for item in found if item not in dealt] or found[-1:]
        return (finder, waiting[0]) if waiting else None

    def note(self, task: Task, node: Call, here: _Here, item: tuple[str, int] | None) -> None:
        """Note what a task has achieved."""
        if item is not None:
            self.state.dealt.setdefault(task.name, set()).add(item[1])
        text = worked_text(self.problem, task)
        part = None if text is None else self.papers[text].part
        parts = {0} if part is None else set(self.scope(part, here))
        self.state.covered.setdefault(task.name, set()).update(parts)
        if task.steps is not None:
            self.state.taken.setdefault(task.name, set()).update(self.chain(task.name, here))
        levels = self.state.levels.setdefault(task.name, [])
        levels.append(1 if node.among is None else natural(node.among, "alternatives"))

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
            if task.steps is not None and self.state.taken.get(name, set()) != set(self.chain(name, _Here())):
                raise DesignError(f"the run ends before {name} has come to the end of its chain")
            if undone:
                what = "items" if task.for_each or task.finds else "parts"
                raise DesignError(f"the run ends before {name} has been done for {len(undone)} {what}")

    # -- chance -----------------------------------------------------------------------------------

    def times(self, node: Retry | Vote, here: _Here) -> Fraction:
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

    def answers(self, body: Design, here: _Here, names: tuple[str, ...]) -> tuple[Fraction, Fraction]:
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

    def rate(self, task: Task, model: str | None, here: _Here) -> Fraction:
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

    def units(self, task: Task, here: _Here) -> int:
        """Units that a call must get right."""
        if task.succeeds is None or task.succeeds.unit == "call":
            return 1
        return len(self.chain(task.name, here)) if task.succeeds.unit == "step" else self.trials(task, here)

    def judged(self, task: Task, right: Fraction) -> tuple[Fraction, Fraction]:
        """Chances of being right and accepted, and of being accepted."""
        assert task.check is not None
        kept = right * (1 - evaluate(task.check.rejects, {}))
        return kept, kept + (1 - right) * evaluate(task.check.accepts, {})

    def verdict(self, node: Retry | Escalate, here: _Here) -> tuple[Fraction, Fraction]:
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

    def trials(self, task: Task, here: _Here) -> int:
        """Parts that a task works through; what is done for an item is done to the one part that holds it."""
        text = worked_text(self.problem, task)
        part = None if text is None else self.papers[text].part
        return 1 if part is None or task.for_each is not None else len(self.scope(part, here))

    def chance(self, node: Design, here: _Here, names: tuple[str, ...]) -> Fraction:
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

    def mended(self, node: Retry | Escalate | Vote, here: _Here, names: tuple[str, ...]) -> Fraction:
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


def _looks_itself(node: If) -> bool:
    """Whether what an `If` does begins with the scan that decides it."""
    first = next((part for part in walk(node.body) if isinstance(part, Call)), None)
    return first is not None and node.finder in first.tasks
