"""One call of a literal run: the prompt piece by piece, what it writes, finds and achieves."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from decomposer.design.literal import Chunk, natural, tokens_of, worked_text
from decomposer.design.literal_memory import recalled, shortened
from decomposer.design.literal_merging import combining, told
from decomposer.design.literal_recursion import joining, told_to_subproblems
from decomposer.design.literal_table import Here, Piece, Table
from decomposer.design.nodes import Call
from decomposer.expr import as_expr
from decomposer.problem.model import Task


class Calls(Table):
    """Makes calls, and adds up what they take."""

    def call(self, node: Call, here: Here) -> None:
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
        fresh += recalled(self.problem, node, here.memory)
        written += shortened(self.problem, node, here.memory)
        written += told_to_subproblems(self.problem, self.papers, node, here.taken)
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
        cost = self.meter.bill(node, here.shares, read_tokens, seen, written)
        self.work += here.weight * cost
        self.calls += here.weight
        self.read += here.weight * read_tokens
        self.written += here.weight * written
        self.longest = max(self.longest, read_tokens + written)

    def combining(self, node: Call, here: Here) -> tuple[list[Chunk], int] | None:
        """What a call reads that combines results, and how much it writes; `None` where it does something else."""
        for whole, results in here.taken.items():
            task, by = self.problem.tasks[whole], self.problem.tasks[node.tasks[0]]
            if task.combines is not None and task.combines.by == by.name:
                return combining(self.problem, self.papers, task, node, results)
            if task.recursive is not None and task.recursive.combine == by.name:
                parts = next(iter(here.scope.values()))
                return joining(self.problem, self.papers, task, node, parts, results)
        return None

    def chunks(self, name: str, whole: bool, node: Call, here: Here, item: tuple[str, int] | None) -> list[Chunk]:
        """What a call reads of a text."""
        paper = self.papers[name]
        if not whole and paper.head is not None:
            return [(name, -1, paper.head)]
        if paper.part is None:
            return [(name, None, paper.tokens[0])]
        return [(name, part, paper.tokens[part]) for part in self.before(paper.part, node, here, item)]

    def digest(self, name: str, whole: bool, node: Call, here: Here, item: tuple[str, int] | None) -> list[Chunk]:
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

    def digest_size(self, task: Task, node: Call, here: Here) -> int:
        """Tokens of the digest that a task makes in a call."""
        if task.compresses is None:
            return 0
        paper, size = self.papers[task.compresses.text], natural(task.compresses.to, "a digest")
        parted = paper.part is not None and paper.part == task.local
        return size * len(self.chunks(paper.name, True, node, here, None)) if parted else size

    def output(self, task: Task, node: Call, here: Here, item: tuple[str, int] | None) -> int:
        """Tokens that a task writes within a call: of a chain, those of the steps that it takes."""
        everything = self.written_by(task, node, here, item)
        if task.steps is None or task.name not in here.steps:
            return everything
        tokens = Fraction(everything * len(here.steps[task.name]), natural(task.steps.count, "the number of steps"))
        return natural(as_expr(tokens), f"what {task.name} writes for some steps")

    def written_by(self, task: Task, node: Call, here: Here, item: tuple[str, int] | None) -> int:
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

    def spoken(self, fresh: list[Chunk], node: Call, here: Here) -> list[Piece]:
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

    def seen(self, prompt: list[Piece], node: Call, here: Here) -> int:
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

    def scan(self, task: Task, here: Here) -> list[int]:
        """Find what one call can find in the scope, however much it reads around it."""
        if task.finds is None:
            return []
        new = self.unfound(task.name, here)
        if task.finds.per_call is not None:
            new = new[: natural(task.finds.per_call, "items found per call")]
        self.state.found[task.name].extend(new)
        return new

    def item(self, task: Task, here: Here, hand: Mapping[str, int]) -> tuple[str, int] | None:
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

    def note(self, task: Task, node: Call, here: Here, item: tuple[str, int] | None) -> None:
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
