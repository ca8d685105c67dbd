"""What is done before the goal itself, so that it takes less: a text is cut, a digest made; and chains in pieces."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from decomposer.formulas.algebra import ONE, div, parse
from decomposer.restated.calls import Calls, least
from decomposer.restated.space import Goal, Need, Way, once, times


class Preparing(Calls):
    """The rules `split`, `compress` and `steps`."""

    def split(self, goal: Goal) -> Iterator[Way]:
        """A task cuts the text into its parts, which then can be worked on."""
        if goal.mode != "cover" or goal.size or goal.fused or goal.direct or goal.share or goal.steps or goal.tried:
            return
        inside = self.inside(goal.tasks)
        changing = [task for task in self.tasks.values() if task["edits"] or task["name"] in inside]
        stale = {by for task in changing for by in self.outdated(task)}
        for name in sorted(self.splitters(goal.tasks) - goal.cuts - stale - inside):
            if inside & self.ahead(name, digests=False):
                continue
            first = goal._replace(tasks=(name,), pending=self.unsettled((name,)), unit=False)
            after = goal._replace(cuts=goal.cuts | {name})
            yield Way("split", {}, (once(first), once(after)), (f"{name} splits",), label=name)

    def ahead(self, name: str, digests: bool = True) -> set[str]:
        """Tasks that a task may wait for: inside its methods, or for a text that it reads, to be cut or compressed."""
        found: set[str] = set()
        waiting = [name]
        while waiting:
            one = waiting.pop()
            reads = {read["text"] for read in self.tasks[one]["reads"]}
            before = self.inside((one,)) - {one} | {
                self.texts[text]["split_by"] for text in reads if self.texts[text]["split_by"]
            }
            if digests:
                makers = (task for task in self.tasks.values() if task["compresses"])
                before |= {task["name"] for task in makers if task["compresses"]["text"] in reads}
            waiting += before - found
            found |= before
        return found

    def inside(self, names: tuple[str, ...]) -> set[str]:
        """Tasks, and all that their methods may put in their place."""
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += [inner for method in self.tasks[name]["methods"].values() for inner in method]
        return found

    def outdated(self, task: Any) -> set[str]:
        """Splitters whose cut holds no longer: of what the task writes, or changes without being local to its parts."""
        texts = [self.texts[name] for name in task["writes"]]
        if task["edits"] and self.texts[task["edits"]["text"]]["part"] != task["local"]:
            texts.append(self.texts[task["edits"]["text"]])
        return {text["split_by"] for text in texts if text["split_by"]}

    def compress(self, goal: Goal) -> Iterator[Way]:
        """A digest first, which is read instead of the text."""
        if goal.mode != "cover" or goal.fused or goal.direct or goal.share or goal.steps or goal.tried:
            return
        made = {text for name in goal.tasks for text in self.tasks[name]["writes"]}
        reads = [{read["text"] for read in self.tasks[name]["reads"]} for name in goal.tasks]
        had = {self.tasks[name]["compresses"]["text"] for name in goal.digests}
        for maker in self.tasks.values():
            name, text = maker["name"], maker["compresses"] and maker["compresses"]["text"]
            if not text or name in self.problem["order"] or name in goal.tasks or text in had:
                continue
            if maker["finds"] or maker["for_each"] or maker["edits"] or maker["one_of"]:
                continue
            readers = sum(text in one for one in reads)
            changed = any(task["edits"] and task["edits"]["text"] == text for task in self.tasks.values())
            if not readers or changed or any(read["text"] in made for read in maker["reads"]):
                continue
            if (goal.size is not None and maker["local"] != goal.part) or self.ahead(name) & set(goal.tasks):
                continue
            first = goal._replace(tasks=(name,), pending=self.unsettled((name,)), unit=False)
            # Where one task alone reads it, a sequence of tasks makes the digest just before that one.
            unit = goal.unit or (readers == 1 and len(reads) > 1)
            after = goal._replace(digests=goal.digests | {name}, unit=unit)
            yield Way("compress", {}, (once(first), once(after)), (f"{name} compresses",), label=name)

    def steps(self, goal: Goal) -> Iterator[Way]:
        """A chain step by step, and several steps in a call."""
        if goal.mode not in ("cover", "item") or len(goal.tasks) != 1 or goal.fused or goal.direct:
            return
        task = self.tasks[goal.tasks[0]]
        if not task["steps"] or task["remembers"] or goal.steps is not None or goal.history or goal.tried:
            return
        judged = task["name"] in goal.pending and task["check"] and task["check"]["scope"] == "whole"
        count = parse(task["steps"]["count"])
        if count == ONE or (judged and self.problem["target"] is None):
            return
        facts, tops = (f"{task['name']} steps",), [count, parse(task["steps"]["per_call"] or task["steps"]["count"])]
        inner = goal._replace(unit=False)
        yield Way("steps", {}, (Need(inner._replace(steps="1"), times(count)),), facts)
        if ONE not in tops:
            need = Need(inner._replace(steps=self.m), times(div(count, parse(self.m))))
            yield Way("steps", {}, (need,), facts, (self.m, "2", least(tops)), "several")
