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
from decomposer.design.nodes import (
    Call,
    Case,
    Design,
    Each,
    ForEach,
    If,
    Repeat,
    Retry,
    Seq,
    Until,
    Vote,
    substitute,
    walk,
)
from decomposer.errors import DesignError
from decomposer.expr import as_expr, evaluate
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
    number their rounds; `hand` the item at hand of a finder; `weight` how often this happens in expectation.
    """

    path: Path = ()
    scope: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    turn: Turn = ()
    rounds: Mapping[str, Path] = field(default_factory=dict)
    shares: Mapping[str, int] = field(default_factory=dict)
    hand: Mapping[str, int] = field(default_factory=dict)
    weight: Fraction = Fraction(1)

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
        elif isinstance(node, ForEach | If):
            self.where_found(node, here)
        elif isinstance(node, Case):
            self.case(node, here)
        elif isinstance(node, Retry | Vote):
            self.by_chance(node, here)
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

    def by_chance(self, node: Retry | Vote, here: _Here) -> None:
        """Run the body as often as it takes: once, and the further times in expectation or by dice."""
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
        fresh = [chunk for name, whole in needs.items() for chunk in self.chunks(name, whole, node, here, at_hand)]
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
        """Tokens that a task writes within a call."""
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
        levels = self.state.levels.setdefault(task.name, [])
        levels.append(1 if node.among is None else natural(node.among, "alternatives"))

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
            if task.for_each is not None:
                undone = set(range(len(self.hidden[task.for_each]))) - self.state.dealt.get(name, set())
            elif task.finds is not None:
                undone = set(range(len(self.hidden[name]))) - set(self.state.found[name])
            else:
                text = worked_text(self.problem, task)
                parts = 1 if text is None else len(self.papers[text].tokens)
                undone = set(range(parts)) - self.state.covered.get(name, set())
            if undone:
                what = "items" if task.for_each or task.finds else "parts"
                raise DesignError(f"the run ends before {name} has been done for {len(undone)} {what}")

    # -- chance -----------------------------------------------------------------------------------

    def times(self, node: Retry | Vote, here: _Here) -> Fraction:
        """How often the body runs: in expectation, or by dice."""
        if isinstance(node, Vote):
            if node.lead is None:
                return Fraction(natural(node.votes, "votes"))
            right = self.chance(node.body, here.child(0), tuple(self.problem.tasks))
            lead = natural(node.lead, "the lead")
            return until_lead(right, lead) if self.dice is None else self.race(right, lead)
        if node.keep:
            task = self.problem.tasks[node.tasks[0]]
            assert task.succeeds is not None
            parts, right = self.trials(task, here), evaluate(task.succeeds.probability, {})
        else:
            parts, right = 1, self.chance(node.body, here.child(0), node.tasks)
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

    def race(self, right: Fraction, lead: int) -> Fraction:
        ahead = runs = 0
        while abs(ahead) < lead:
            ahead += 1 if self.lucky(right) else -1
            runs += 1
        return Fraction(runs)

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
                    for _ in range(self.trials(task, here) if task.succeeds.unit == "part" else 1):
                        right *= evaluate(task.succeeds.probability, {})
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
        elif isinstance(node, Retry):
            return self.chance(node.body, here.child(0), tuple(name for name in names if name not in node.tasks))
        elif isinstance(node, Vote):
            once = self.chance(node.body, here.child(0), names)
            if node.lead is None:
                return majority(once, natural(node.votes, "votes"))
            return leads(once, natural(node.lead, "the lead"))
        elif isinstance(node, Case):
            return self.chance(node.body, here.child(0), names)
        else:
            raise DesignError("a step that may not run cannot be retried or voted on")
        return right


def _looks_itself(node: If) -> bool:
    """Whether what an `If` does begins with the scan that decides it."""
    first = next((part for part in walk(node.body) if isinstance(part, Call)), None)
    return first is not None and node.finder in first.tasks
